//! The perfect hashes of `header::lookup` and `sdp::lookup`: which bytes of a name they hash, and by what they
//! multiply. The build of `simdsip` asserts that what is found here gives each name a slot of its own.

use std::collections::HashSet;

use crate::{Result, root};

/// Source text of the first multiplier of a fixed sequence that gives each key a slot of its own among 2^`bits`.
pub(super) fn multiplier(keys: &[u64], bits: u32) -> Result<String> {
    if keys.iter().collect::<HashSet<_>>().len() != keys.len() {
        return Err("two names are alike where they are hashed: hash more of them".into());
    }
    let mut state = 0u64;
    'search: for _ in 0..100_000_000u64 {
        // SplitMix64: any well mixed sequence does.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let candidate = (word ^ (word >> 31)) | 1;
        let mut taken = vec![false; 1 << bits];
        for key in keys {
            let slot = &mut taken[(key.wrapping_mul(candidate) >> (64 - bits)) as usize];
            if std::mem::replace(slot, true) {
                continue 'search;
            }
        }
        return Ok(hex(candidate));
    }
    Err("no multiplier found: use more slots".into())
}

/// As `header::lookup::key`: of the line `CR LF NAME :`, its last four bytes, four in the middle and the first two
/// behind CR LF.
pub(super) fn header_key(name: &[u8]) -> u64 {
    let line = [b"\r\n", name, b":\0"].concat();
    mix(&line, name.len() / 2, name.len() - 1)
}

/// As `sdp::lookup::key`: of the line `a=NAME`, its last four bytes, four in the middle and the first two of the
/// name.
pub(super) fn attribute_key(name: &[u8]) -> u64 {
    let line = [b"a=", name, b"\0\0"].concat();
    let last = name.len() - 2;
    mix(&line, (name.len() / 2).min(last), last)
}

/// The name begins behind two bytes of `line`. Case folded as the scanner does it: without the bit that tells the
/// cases apart.
fn mix(line: &[u8], middle: usize, end: usize) -> u64 {
    let word = |at: usize, len: usize| line[at..at + len].iter().rev().fold(0, |w, &b| w << 8 | u64::from(b));
    (word(middle, 4) ^ word(2, 2) << 24 ^ word(end, 4) << 32) & 0xdfdf_dfdf_dfdf_dfdf
}

/// Source text that refuses to build where the registry `file` is not the one that was read.
pub(super) fn unchanged(file: &str) -> Result<String> {
    let bytes = std::fs::read(root().join("crates/simdsip/registry").join(file))?;
    let sum = bytes
        .iter()
        .filter(|&&byte| byte != b'\r')
        .fold(0, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    Ok(format!(
        r#"// The registry file that this was generated from.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
const _: () = {{
let file = include_bytes!("../../registry/{file}");
let mut sum = 0u64;
let mut at = 0;
while at < file.len() {{
if file[at] != b'\r' {{
sum = (sum ^ file[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
}}
at += 1;
}}
assert!(sum == {sum}, "the registry {file} has changed: run `cargo xtask codegen`");
}};
"#,
        sum = hex(sum),
    ))
}

fn hex(word: u64) -> String {
    let part = |shift: u32| (word >> shift) & 0xffff;
    format!("0x{:04x}_{:04x}_{:04x}_{:04x}", part(48), part(32), part(16), part(0))
}
