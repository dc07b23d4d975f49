//! The table of SDP attributes, and the multiplier of the perfect hash of `sdp::lookup`.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::{MARK, checksum, citation, hex, variant};
use crate::{Result, root};

/// Bits of a slot of the hash; `sdp::lookup` asserts the same.
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
    let multiplier = hex(multiplier(rows)?);
    let checksum = hex(checksum(&std::fs::read(root().join("crates/simdsip/registry/sdp_attributes.csv"))?));
    Ok(format!(
        r#"{MARK}//! The rows of the attribute registry.

use super::name::attributes;

attributes! {{
{table}}}

/// Puts no two names into one slot of the perfect hash.
pub(super) const MULTIPLIER: u64 = {multiplier};

// The registry file that this was generated from.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
const _: () = {{
let file = include_bytes!("../../registry/sdp_attributes.csv");
let mut sum = 0u64;
let mut at = 0;
while at < file.len() {{
if file[at] != b'\r' {{
sum = (sum ^ file[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
}}
at += 1;
}}
assert!(sum == {checksum}, "the attribute registry has changed: run `cargo xtask codegen`");
}};
"#
    ))
}

/// The first multiplier of a fixed sequence that gives each name a slot of its own.
fn multiplier(rows: &[Vec<String>]) -> Result<u64> {
    let keys: Vec<u64> = rows.iter().map(|row| key(row[1].as_bytes())).collect();
    if keys.iter().collect::<HashSet<_>>().len() != keys.len() {
        return Err("two attributes are alike where they are hashed: hash more of them".into());
    }
    let mut state = 0u64;
    'search: for _ in 0..100_000_000u64 {
        // SplitMix64: any well mixed sequence does.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let candidate = (word ^ (word >> 31)) | 1;
        let mut taken = vec![false; 1 << BITS];
        for key in &keys {
            let slot = &mut taken[(key.wrapping_mul(candidate) >> (64 - BITS)) as usize];
            if std::mem::replace(slot, true) {
                continue 'search;
            }
        }
        return Ok(candidate);
    }
    Err("no multiplier found: use more slots".into())
}

/// As `sdp::lookup::key`: bytes of the line `a=NAME`, its last four, four in the middle and the first two of the name.
fn key(name: &[u8]) -> u64 {
    let line = [b"a=", name, b"\0\0"].concat();
    let four = |at: usize| {
        u64::from(u32::from_le_bytes(line[at..at + 4].try_into().expect("a line has four bytes there")))
    };
    let start = u64::from(u16::from_le_bytes([line[2], line[3]]));
    (four((name.len() / 2).min(name.len() - 2)) ^ start << 24 ^ four(name.len() - 2) << 32)
        & 0xdfdf_dfdf_dfdf_dfdf
}
