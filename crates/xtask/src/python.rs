//! The Python package: a virtual environment, the built wheel in it, pytest.
//!
//! The wheel is built as the tests are, so that what it shares with the other tests is compiled once, and
//! overflow checks and debug assertions are on.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::{Group, captured, quiet};
use crate::{Result, root, succeeds};

/// The oldest interpreter that the wheel serves.
const OLDEST: (u32, u32) = (3, 11);
/// Without these there is no test.
const NEEDED: [&str; 2] = ["maturin>=1.9,<2", "pytest"];
/// What takes the tables, and what checks the stubs: tests that want one that is not there skip.
const WANTED: [&str; 5] = ["pyarrow", "polars", "duckdb", "pandas", "mypy"];

/// What makes the dev profile the test profile of Cargo.toml. That itself would make a test harness of the module.
const AS_TESTS: [(&str, &str); 2] =
    [("CARGO_PROFILE_DEV_OPT_LEVEL", "1"), ("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")];

/// Builds, installs, tests.
pub(crate) fn group(group: &mut Group) {
    let Some(interpreter) = interpreter() else {
        return group.skip(&format!("the Python package: no python3 of {}.{} or newer", OLDEST.0, OLDEST.1));
    };
    let bin = match environment(&interpreter, group) {
        Ok(bin) => bin,
        Err(error) => return group.check("a virtual environment with maturin and pytest", Err(error)),
    };
    match wheel(&bin) {
        Ok(()) => group.passed += 1,
        Err(error) => return group.check("the wheel", Err(error)),
    }
    // Not by `-m`, which would put the sources before what is installed.
    let mut tests = Command::new(bin.join("pytest"));
    tests.current_dir(root().join("python")).args(["-W", "error", "-q", "-ra", "-p", "no:cacheprovider"]);
    match captured(&mut tests) {
        Ok((text, ok)) => count(group, &text, ok),
        Err(error) => group.check("pytest", Err(error)),
    }
}

/// The source distribution is built, made a wheel of, and installed where nothing else is: a group of
/// `cargo xtask test --all`.
pub(crate) fn sdist(group: &mut Group) {
    let Some(interpreter) = interpreter() else {
        return group.skip(&format!("the sdist: no python3 of {}.{} or newer", OLDEST.0, OLDEST.1));
    };
    let installed = environment(&interpreter, group).and_then(|bin| from_sdist(&interpreter, &bin));
    group.check("the sdist builds and installs", installed);
}

fn from_sdist(interpreter: &Path, bin: &Path) -> Result<()> {
    let out = root().join("target/python-sdist");
    let _ = std::fs::remove_dir_all(&out);
    let mut pack = Command::new(bin.join("maturin"));
    quiet(pack.current_dir(root().join("python")).args(["sdist", "--out"]).arg(&out))?;
    let mut build = Command::new(bin.join("python"));
    build.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]);
    build.args(["--no-build-isolation", "--no-deps", "--wheel-dir"]).arg(&out).arg(only(&out, "gz")?);
    // What the other tests have compiled is not compiled again. pip builds in a folder of its own.
    build
        .envs(AS_TESTS)
        .env("MATURIN_PEP517_ARGS", "--profile dev")
        .env("CARGO_TARGET_DIR", root().join("target"));
    quiet(build.env("PATH", path_with(bin)?))?;
    let place = root().join("target/python-sdist-venv");
    quiet(Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(&place))?;
    let fresh = place.join(if cfg!(windows) { "Scripts" } else { "bin" });
    quiet(pip(&fresh).args(["--no-index", "--no-deps"]).arg(only(&out, "whl")?))?;
    let capture = root().join("corpus/capture/mixed-400.pcap");
    let uses = "import simdsip, sys; assert len(simdsip.calls(sys.argv[1])) == 34";
    quiet(Command::new(fresh.join("python")).args(["-c", uses]).arg(capture)).map(drop)
}

/// The search path with the environment's programs first.
fn path_with(bin: &Path) -> Result<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(std::iter::once(bin.to_owned()).chain(std::env::split_paths(&old)))?)
}

/// The file in a folder whose name ends so.
fn only(folder: &Path, end: &str) -> Result<PathBuf> {
    let mut files = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let found = files.find(|path| path.extension().is_some_and(|is| is == end));
    found.ok_or_else(|| format!("nothing that ends in .{end} was made").into())
}

fn interpreter() -> Option<PathBuf> {
    let asks =
        format!("import sys, venv, ensurepip; sys.exit(sys.version_info < ({}, {}))", OLDEST.0, OLDEST.1);
    ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"]
        .into_iter()
        .find(|name| succeeds(name, &["-c", &asks]))
        .map(PathBuf::from)
}

/// Where the environment's programs are.
fn environment(interpreter: &Path, group: &mut Group) -> Result<PathBuf> {
    let place = root().join("target/python-venv");
    let bin = place.join(if cfg!(windows) { "Scripts" } else { "bin" });
    if !bin.join("maturin").exists() || !bin.join("pytest").exists() {
        quiet(Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(&place))?;
        quiet(pip(&bin).args(NEEDED))?;
    }
    for package in WANTED {
        if !succeeds(&bin.join("python").to_string_lossy(), &["-c", &format!("import {package}")])
            && quiet(pip(&bin).args(["--only-binary", ":all:", package])).is_err()
        {
            group.skip(&format!("tests with {package}: it cannot be installed here"));
        }
    }
    Ok(bin)
}

fn pip(bin: &Path) -> Command {
    let mut pip = Command::new(bin.join("python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip
}

fn wheel(bin: &Path) -> Result<()> {
    let out = root().join("target/python-wheel");
    let _ = std::fs::remove_dir_all(&out);
    let mut build = Command::new(bin.join("maturin"));
    build
        .current_dir(root().join("python"))
        .args(["build", "--locked", "--profile", "dev", "--out"])
        .arg(&out)
        .envs(AS_TESTS);
    quiet(build.arg("--interpreter").arg(bin.join("python")))?;
    quiet(pip(bin).args(["--force-reinstall", "--no-deps"]).arg(only(&out, "whl")?)).map(drop)
}

/// Reads pytest's last line: `31 passed, 2 skipped in 4.56s`.
fn count(group: &mut Group, text: &str, ok: bool) {
    let last =
        text.lines().rev().find(|line| line.contains(" in ") && line.ends_with('s')).unwrap_or_default();
    let of = |word: &str| {
        let mut parts = last.split(", ").filter_map(|part| part.trim().split_once(' '));
        parts
            .find(|(_, what)| what.starts_with(word))
            .and_then(|(number, _)| number.parse::<usize>().ok())
            .unwrap_or(0)
    };
    let (passed, mut failed) = (of("passed"), of("failed") + of("error"));
    if !ok || passed == 0 {
        failed = failed.max(1);
        println!("{text}");
    }
    for line in text.lines() {
        if let Some((_, reason)) = line.strip_prefix("SKIPPED ").and_then(|rest| rest.split_once(": ")) {
            group.skip(&format!("Python: {reason}"));
        }
    }
    group.passed += passed;
    group.failed += failed;
}

#[cfg(test)]
mod tests {
    use super::{Group, count};

    #[test]
    fn the_last_line_of_pytest_is_read() {
        let mut group = Group::default();
        count(
            &mut group,
            "..s\nSKIPPED [1] tests/t.py:3: polars is not installed\n31 passed, 1 skipped in 4.56s\n",
            true,
        );
        assert_eq!((group.passed, group.failed, group.skips.len()), (31, 0, 1));
        count(&mut group, "1 failed, 2 passed, 1 error in 0.10s", false);
        assert_eq!((group.passed, group.failed), (33, 2));
        count(&mut group, "no tests ran in 0.01s", false);
        assert_eq!(group.failed, 3);
    }
}
