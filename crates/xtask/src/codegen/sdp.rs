//! The table of SDP attributes, and the multiplier of the perfect hash of `sdp::lookup`.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::{MARK, citation, hash, variant};
use crate::Result;

/// Bits of a slot of the hash; so does `sdp::lookup`.
const BITS: u32 = 12;

pub(super) fn attribute_table(rows: &[Vec<String>]) -> Result<String> {
    let mut table = String::new();
    let mut seen = HashSet::new();
    for row in rows {
        let [id, name, level, multiplicity, shape, reference] = &row[..] else { unreachable!("counted") };
        let (variant, reference) = (variant(name), citation(reference));
        // A name that begins with a digit, as none of Rust may.
        let variant = match variant.strip_prefix("3gpp").or(variant.strip_prefix("3GPP")) {
            Some(rest) => format!("ThreeGpp{rest}"),
            None => variant,
        };
        if !seen.insert(variant.clone()) || name.len() < 2 || name.len() > 24 {
            return Err(format!("{name}: a name of 2 to 24 letters that no other row has").into());
        }
        let level = match level.as_str() {
            "session" => "Session",
            "media" => "Media",
            "both" => "Both",
            "source" => "Source",
            other => return Err(format!("{name}: level {other}").into()),
        };
        let multiplicity = match multiplicity.as_str() {
            "once" => "Once",
            "format" => "OnceAFormat",
            "many" => "Many",
            other => return Err(format!("{name}: multiplicity {other}").into()),
        };
        writeln!(table, "{variant} = {id}, {name:?}, {level}, {multiplicity}, {shape}, {reference:?};")?;
    }
    let keys: Vec<u64> = rows.iter().map(|row| hash::attribute_key(row[1].as_bytes())).collect();
    let multiplier = hash::multiplier(&keys, BITS)?;
    let unchanged = hash::unchanged("sdp_attributes.csv")?;
    Ok(format!(
        r#"{MARK}//! The rows of the attribute registry.

use super::name::attributes;

attributes! {{
{table}}}

/// Puts no two names into one slot of the perfect hash.
pub(super) const MULTIPLIER: u64 = {multiplier};

{unchanged}"#
    ))
}
