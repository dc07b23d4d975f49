//! What the C library is generated from: numbers out of the registries, and `simdsip.h` out of the library by cbindgen.
//!
//! Without cbindgen the header is only compared by the library's own tests: sizes, offsets, names of functions.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, root, succeeds};

/// The C library's folder; nothing to do where there is none.
pub(crate) fn folder() -> PathBuf {
    root().join("crates/simdsip-capi")
}

/// Rust constants for header ids, methods and defects, which cbindgen makes `#define`s of.
pub(crate) fn ids(mark: &str, headers: &[Vec<String>], methods: &[Vec<String>]) -> Result<String> {
    let mut text =
        format!("{mark}//! Numbers that C names: header ids, methods, defects.\n\nuse simdsip::Method;\n\n");
    for row in headers {
        writeln!(text, "pub const SIMDSIP_HEADER_{}: u32 = {};", shout(&row[1]), row[0])?;
    }
    let mut arms = String::new();
    for row in methods {
        let name = format!("SIMDSIP_METHOD_{}", shout(&row[1]));
        writeln!(text, "pub const {name}: u32 = {};", row[0])?;
        let (head, tail) = row[1].split_at(1);
        writeln!(arms, "Method::{head}{} => {name},", tail.to_ascii_lowercase())?;
    }
    for (number, name) in defects()? {
        writeln!(text, "pub const SIMDSIP_DEFECT_{}: u32 = {number};", shout(&name))?;
    }
    writeln!(
        text,
        "\n/// The number of a method; 0 for one that is not registered.\n\
         pub(crate) const fn method_number(method: Method<'_>) -> u32 {{ match method {{ {arms} _ => 0 }} }}"
    )?;
    Ok(text)
}

/// `Call-ID` becomes `CALL_ID`.
fn shout(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// Number and word of each row of the core's table.
fn defects() -> Result<Vec<(u32, String)>> {
    let table = std::fs::read_to_string(root().join("crates/simdsip/src/defect/mod.rs"))?;
    let row = |line: &str| {
        let (variant, rest) = line.trim().split_once(" = ")?;
        let (number, rest) = rest.split_once(", \"")?;
        let (word, _) = rest.split_once('"')?;
        let plain = variant.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Some((number.parse().ok().filter(|_| plain)?, word.to_owned()))
    };
    let rows: Vec<(u32, String)> = table.lines().filter_map(row).collect();
    if rows.is_empty() || rows.iter().zip(1..).any(|((number, _), at)| *number != at) {
        return Err("defect/mod.rs: rows are not numbered from 1".into());
    }
    Ok(rows)
}

/// The header as cbindgen makes it; `None` where there is no cbindgen.
pub(crate) fn header(folder: &Path) -> Result<Option<String>> {
    if !succeeds("cbindgen", &["--version"]) {
        println!("SKIP simdsip.h was not generated anew: cargo install cbindgen --locked");
        return Ok(None);
    }
    let output = Command::new("cbindgen")
        .current_dir(folder)
        .args(["--quiet", "--config", "cbindgen.toml", "."])
        .output()?;
    if !output.status.success() {
        return Err(format!("cbindgen: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    // What Rust calls safety, C calls what is asked of the caller.
    Ok(Some(String::from_utf8(output.stdout)?.replace("// # Safety\n", "// Asks of the caller:\n")))
}
