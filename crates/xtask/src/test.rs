//! `cargo xtask test`: all that must pass before a change lands, group by group.
//!
//! Counts every test of every harness and every check of its own; a harness that ends without a
//! result is a failure. Skips printed by tests (`SKIP reason`) are shown again at the end.

use std::process::Command;

use crate::report::{Group, Report, captured};
use crate::{Result, cargo, codegen, cross, fuzz, neon, python, tidy};

/// How much to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What every change must pass.
    Usual,
    /// And what takes long.
    All,
}

/// Runs the groups; an error if anything failed.
pub(crate) fn run(extent: Extent) -> Result<()> {
    let mut report = Report::default();
    report.group("format", |group| group.command("cargo fmt", &mut cargo(&["fmt", "--all", "--check"])));
    report.group("generated files", |group| group.check("codegen", codegen::run(codegen::Mode::Check)));
    report.group("lints", lints);
    report.group("tests", |group| {
        harness(group, &mut cargo(&["test", "--workspace", "--no-fail-fast", "--", "--show-output"]));
    });
    report.group("python", python::group);
    report.group("features", features);
    report.group("benches once", |group| {
        let benches = ["test", "-p", "simdsip-benches", "--bench", "*"];
        group.command("benches", &mut cargo(&benches));
    });
    report.group("documentation", documentation);
    report.group("walls", tidy::walls);
    report.group("neon", neon::group);
    report.group("other targets", cross::checks);
    if extent == Extent::All {
        report.group("python sdist", python::sdist);
        report.group("fuzz targets", fuzz::group);
    }
    report.finish()
}

/// Clippy over everything, without warnings.
pub(crate) fn lints(group: &mut Group) {
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    group.command("cargo clippy", &mut cargo(&clippy));
    let core = ["clippy", "-p", "simdsip", "--all-targets", "--all-features", "--", "-D", "warnings"];
    group.command("cargo clippy, every feature of the core", &mut cargo(&core));
}

/// The core with no feature, each alone, and all.
fn features(group: &mut Group) {
    let mut sets = vec![vec!["--no-default-features".to_owned()]];
    match tidy::features_of("simdsip") {
        Ok(features) => sets.extend(features.iter().map(|feature| {
            vec!["--no-default-features".to_owned(), "--features".to_owned(), feature.clone()]
        })),
        Err(error) => group.check("features of simdsip", Err(error)),
    }
    for set in &sets {
        let name = set.join(" ");
        group.command(&name, cargo(&["build", "-p", "simdsip"]).args(set).env("RUSTFLAGS", "-D warnings"));
    }
    harness(group, &mut cargo(&["test", "-p", "simdsip", "--lib", "--no-default-features"]));
    harness(group, &mut cargo(&["test", "-p", "simdsip", "--lib", "--test", "arena", "--all-features"]));
}

/// The reference documentation, without warnings.
fn documentation(group: &mut Group) {
    let doc = ["doc", "--workspace", "--lib", "--no-deps"];
    group.command("cargo doc", cargo(&doc).env("RUSTDOCFLAGS", "-D warnings"));
}

/// Runs test harnesses and counts what they say: `test result: ok. 7 passed; 0 failed; ...`.
pub(crate) fn harness(group: &mut Group, command: &mut Command) {
    let (text, ok) = match captured(command) {
        Ok(done) => done,
        Err(error) => return group.check("cargo test", Err(error)),
    };
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    for line in text.lines().map(str::trim) {
        if let Some(result) = line.strip_prefix("test result: ") {
            passed += count(result, "passed");
            failed += count(result, "failed");
            ignored += count(result, "ignored");
        } else if let Some(reason) = line.strip_prefix("SKIP ") {
            group.skip(reason);
        }
    }
    if ignored > 0 {
        group.skip(&format!("{ignored} tests are marked #[ignore]"));
    }
    if !ok {
        // Something that is no test failed: a build, or a harness that crashed.
        failed = failed.max(1);
        for line in text.lines().filter(|line| !(line.starts_with("test ") && line.ends_with("... ok"))) {
            println!("{line}");
        }
    } else if passed == 0 {
        failed += 1;
        println!("FAIL {command:?} ran no test");
    }
    group.passed += passed;
    group.failed += failed;
}

/// The number before a word in `ok. 7 passed; 0 failed`.
fn count(result: &str, word: &str) -> usize {
    let before = result.split(word).next().filter(|before| before.len() < result.len());
    before.and_then(|before| before.split_whitespace().last()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn result_lines_are_read() {
        let line = "FAILED. 17 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.19s";
        assert_eq!((count(line, "passed"), count(line, "failed"), count(line, "ignored")), (17, 2, 1));
        assert_eq!(count("ok.", "passed"), 0);
    }
}
