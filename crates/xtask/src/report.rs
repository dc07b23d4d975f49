//! Checks that are counted and groups that are timed.
//!
//! A group is run, its seconds are printed, what failed is shown in full, skips are kept for the end.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Result;

/// What the groups came to.
#[derive(Default)]
pub(crate) struct Report {
    groups: Vec<(String, Duration, Group)>,
}

/// What one group came to.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skips: Vec<String>,
}

impl Group {
    /// Counts one check and says so if it failed.
    pub(crate) fn check(&mut self, name: &str, done: Result<()>) {
        match done {
            Ok(()) => self.passed += 1,
            Err(error) => {
                self.failed += 1;
                println!("FAIL {name}: {error}");
            }
        }
    }

    /// Something that could not be run here, and why.
    pub(crate) fn skip(&mut self, what: &str) {
        self.skips.push(what.to_owned());
    }

    /// Runs a command as one check; its output is shown only if it fails.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) {
        let done = quiet(command).map(drop);
        self.check(name, done);
    }
}

impl Report {
    /// Runs a group and prints its line.
    pub(crate) fn group(&mut self, name: &str, body: impl FnOnce(&mut Group)) {
        println!("== {name}");
        let begin = Instant::now();
        let mut group = Group::default();
        body(&mut group);
        println!(
            "   {} passed, {} failed in {:.1} s",
            group.passed,
            group.failed,
            begin.elapsed().as_secs_f64()
        );
        self.groups.push((name.to_owned(), begin.elapsed(), group));
    }

    /// Prints the table, the skips and the last line; an error if anything failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n{:<28} {:>9} {:>7} {:>7}", "group", "seconds", "passed", "failed");
        for (name, took, group) in &self.groups {
            println!("{name:<28} {:>9.1} {:>7} {:>7}", took.as_secs_f64(), group.passed, group.failed);
        }
        let mut skips: Vec<&String> = self.groups.iter().flat_map(|(_, _, group)| &group.skips).collect();
        skips.sort();
        skips.dedup();
        println!();
        for skip in skips {
            println!("SKIP {skip}");
        }
        let passed: usize = self.groups.iter().map(|(_, _, group)| group.passed).sum();
        let failed: usize = self.groups.iter().map(|(_, _, group)| group.failed).sum();
        println!("{passed} passed, {failed} failed");
        if failed == 0 { Ok(()) } else { Err(Failed.into()) }
    }
}

/// Checks failed, and the report has said so: nothing may follow its last line.
#[derive(Debug)]
pub(crate) struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("checks failed")
    }
}

impl std::error::Error for Failed {}

/// Runs a command and gives what it printed on both outputs; the same text in the error if it fails.
pub(crate) fn quiet(command: &mut Command) -> Result<String> {
    let (text, ok) = captured(command)?;
    if ok { Ok(text) } else { Err(format!("{command:?}\n{text}").into()) }
}

/// Runs a command and gives what it printed, standard error first, and whether it succeeded.
pub(crate) fn captured(command: &mut Command) -> Result<(String, bool)> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let text = [output.stderr, output.stdout].concat();
    Ok((String::from_utf8_lossy(&text).into_owned(), output.status.success()))
}
