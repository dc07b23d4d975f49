//! Chores of the workspace; `cargo xtask help` lists them.
//!
//! Runs other programs and reads files; decides nothing about SIP.
#![forbid(unsafe_code)]

mod capi;
mod codegen;
mod conformance;
mod cross;
mod fuzz;
mod neon;
mod python;
mod report;
mod source;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
Chores of the simdsip workspace.

Usage: cargo xtask COMMAND [OPTIONS]

  test [--all]              Everything that must pass before a change lands: formatting, lints, generated files,
                            tests and doc tests, features one by one, documentation, the walls of `tidy`, the NEON
                            backend under qemu. Installs apt packages where they are missing and it may (root).
                            Prints the time of each group; the last line is `N passed, N failed`.
                            --all adds: every fuzz target for 20 seconds, where nightly and cargo-fuzz are there.
  tidy                      The walls of docs/DESIGN.md alone, formatting, lints, generated files, licences
                            (cargo deny), and `cargo check` for other targets where they can be had.
  walls                     Those walls alone, in seconds.
  codegen [--check]         Write the header and method tables from crates/simdsip/registry, and simdsip.h where
                            cbindgen is installed; --check only compares.
  conformance [--check]     Write docs/CONFORMANCE.md from docs/conformance.csv and the tests; --check only compares.
  bench [ARGS...]           The benchmark program, in release; its own --help lists the arguments.
  fuzz [TARGET] [--seconds N]
                            One fuzz target, or all, for N seconds each (60) over the seeds in corpus/.
                            Needs a nightly toolchain; installs cargo-fuzz if it is missing.
  fuzz --planted [--seconds N] [NAME]
                            Plant each bug of fuzz/planted/ in a copy of the last commit and see whether its
                            target finds it within N seconds (60).
  mutants [ARGS...]         cargo mutants over the library crates.
  miri [ARGS...]            The unit tests of the core's scanner under Miri, as SSE2 and AVX2 (nightly with
                            miri and rust-src; says how to get them); ARGS go to the test program.
  tsan                      Two threads with two parsers of the C library under ThreadSanitizer (Linux, nightly with
                            rust-src, whose standard library it builds).
  neon [ARGS...]            The tests of the core for aarch64 under qemu; ARGS go to `cargo test`.
  help                      This text.

Exit status: 0 passed, 1 something failed, 2 usage.
";

/// The top of the checkout.
fn root() -> &'static Path {
    static ROOT: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    ROOT.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.ancestors().nth(2).expect("crates/xtask is two levels down").to_owned()
    })
}

/// `cargo` at the top of the checkout.
fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(args);
    command
}

/// Runs a command on this terminal; an error if it fails.
fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", command.get_program().display()).into())
    }
}

/// Whether `command` can be started and succeeds; prints nothing.
fn succeeds(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        [] | ["help" | "--help" | "-h", ..] => {
            print!("{HELP}");
            Ok(())
        }
        [_, "--help" | "-h"] if args[0] != "bench" && args[0] != "mutants" => {
            print!("{HELP}");
            Ok(())
        }
        ["test"] => test::run(test::Extent::Usual),
        ["test", "--all"] => test::run(test::Extent::All),
        ["tidy"] => tidy::run(),
        ["walls"] => tidy::only_walls(),
        ["codegen"] => codegen::run(codegen::Mode::Write),
        ["codegen", "--check"] => codegen::run(codegen::Mode::Check),
        ["conformance"] => conformance(codegen::Mode::Write),
        ["conformance", "--check"] => conformance(codegen::Mode::Check),
        ["bench", ref rest @ ..] => {
            let bench =
                ["run", "--release", "-p", "simdsip-benches", "--features", "rivals", "--bin", "bench", "--"];
            run(cargo(&bench).args(rest))
        }
        ["fuzz", ref rest @ ..] => match fuzz::Options::parse(rest) {
            Some(options) => fuzz::run(&options),
            None => return usage(&args),
        },
        ["mutants", ref rest @ ..] => mutants(rest),
        ["miri", ref rest @ ..] => miri(rest),
        ["tsan"] => tsan(),
        ["neon", ref rest @ ..] => neon::run(rest),
        _ => return usage(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<report::Failed>() {
                eprintln!("xtask: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn usage(args: &[&str]) -> ExitCode {
    eprint!("xtask: cannot read `{}`\n\n{HELP}", args.join(" "));
    ExitCode::from(2)
}

/// Miri has no `cpuid`: under it the core believes what it was compiled for.
fn miri(rest: &[&str]) -> Result<()> {
    if !succeeds("cargo", &["+nightly", "miri", "--version"]) {
        return Err("Miri is missing: rustup component add --toolchain nightly miri rust-src".into());
    }
    let what: &[&str] = if rest.is_empty() { &["scan::", "defect::"] } else { rest };
    let tests = ["+nightly", "miri", "test", "-p", "simdsip", "--lib", "--target-dir", "target/miri", "--"];
    run(cargo(&tests)
        .args(what)
        .env("RUSTFLAGS", "-Ctarget-feature=+avx2,+bmi1,+bmi2,+lzcnt,+popcnt")
        .env("MIRIFLAGS", "-Zmiri-disable-isolation"))
}

/// ThreadSanitizer wants all code built with it, the standard library included.
fn tsan() -> Result<()> {
    if !succeeds("cargo", &["+nightly", "--version"]) {
        return Err("a nightly is missing: rustup toolchain install nightly --component rust-src".into());
    }
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let tests = ["+nightly", "test", "-Zbuild-std", "--target-dir", "target/tsan", "--target", &target];
    let threads = ["-p", "simdsip-capi", "--test", "abi", "--", "two_threads"];
    run(cargo(&tests).args(threads).env("RUSTFLAGS", "-Zsanitizer=thread"))
}

fn conformance(mode: codegen::Mode) -> Result<()> {
    conformance::run(mode, &tidy::files()?)
}

fn mutants(rest: &[&str]) -> Result<()> {
    if !succeeds("cargo", &["mutants", "--version"]) {
        return Err("cargo-mutants is missing: cargo install cargo-mutants --locked".into());
    }
    run(cargo(&["mutants"]).args(rest))
}
