//! Fuzz targets over the corpus, and the planted bugs that each must find.
//!
//! libFuzzer needs a nightly toolchain and cargo-fuzz; without a nightly this says so and stops.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::report::{Group, captured, quiet};
use crate::{Result, root, run as run_command, succeeds};

/// What `cargo xtask fuzz` was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// A target, or a planted bug.
    name: Option<String>,
    seconds: u64,
    planted: bool,
}

impl Options {
    /// `None` where the arguments make no sense.
    pub(crate) fn parse(args: &[&str]) -> Option<Options> {
        let mut options = Options { name: None, seconds: 60, planted: false };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--planted" => options.planted = true,
                "--seconds" => options.seconds = args.next()?.parse().ok()?,
                _ if arg.starts_with("--seconds=") => options.seconds = arg[10..].parse().ok()?,
                _ if arg.starts_with('-') || options.name.is_some() => return None,
                _ => options.name = Some(arg.to_owned()),
            }
        }
        Some(options)
    }
}

/// Runs what was asked for; an error if a target crashed or a planted bug was not found.
pub(crate) fn run(options: &Options) -> Result<()> {
    tools()?;
    if options.planted {
        return planted(options);
    }
    let all = targets()?;
    let chosen: Vec<&String> =
        all.iter().filter(|target| options.name.as_ref().is_none_or(|name| name == *target)).collect();
    if chosen.is_empty() {
        return Err(format!("no such target; there are {}", all.join(", ")).into());
    }
    for target in chosen {
        println!("== {target}");
        run_command(&mut fuzz(root(), target, options.seconds))?;
    }
    Ok(())
}

/// Every target for 20 seconds: a group of `cargo xtask test --all`.
pub(crate) fn group(group: &mut Group) {
    if let Err(error) = tools() {
        return group.skip(&format!("fuzz targets: {error}"));
    }
    match targets() {
        Ok(targets) => {
            for target in targets {
                group.command(&target, &mut fuzz(root(), &target, 20));
            }
        }
        Err(error) => group.check("targets", Err(error)),
    }
}

/// Makes sure of a nightly toolchain and of cargo-fuzz.
fn tools() -> Result<()> {
    if !root().join("fuzz/Cargo.toml").exists() {
        return Err("there is no fuzz/Cargo.toml".into());
    }
    if !succeeds("cargo", &["+nightly", "--version"]) {
        return Err("needs a nightly toolchain: rustup toolchain install nightly".into());
    }
    if !succeeds("cargo", &["fuzz", "--version"]) {
        println!("cargo-fuzz is missing: cargo install cargo-fuzz --locked");
        run_command(Command::new("cargo").args(["install", "cargo-fuzz", "--locked"]))?;
    }
    Ok(())
}

/// The targets that fuzz/Cargo.toml names.
fn targets() -> Result<Vec<String>> {
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml"))?;
    let bins = manifest.split("[[bin]]").skip(1);
    let names =
        bins.filter_map(|bin| bin.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')));
    Ok(names.map(str::to_owned).collect())
}

/// `cargo fuzz run` in a checkout, build files shared with ours.
fn fuzz(checkout: &Path, target: &str, seconds: u64) -> Command {
    let mut command = nightly(checkout, &["fuzz", "run", "--target-dir"]);
    command.arg(root().join("fuzz/target")).arg(target);
    let found = checkout.join("fuzz/corpus").join(target);
    // cargo-fuzz makes the directory only where it is the only one.
    std::fs::create_dir_all(&found).ok();
    command.arg(found).args(seeds(target)).arg("--");
    command.args([
        format!("-max_total_time={seconds}"),
        "-max_len=70000".to_owned(),
        "-timeout=10".to_owned(),
    ]);
    command
}

/// Directories with inputs to start from: those of the corpus that suit the target.
fn seeds(target: &str) -> Vec<PathBuf> {
    let corpus = root().join("corpus");
    let captures = match target {
        "capture" | "packets" => Some("capture"),
        // These read decisions: any file does that has all kinds of bytes.
        "reassembly" | "websocket" | "tls" | "hep" => Some("capture/encapsulation"),
        _ => None,
    };
    if let Some(captures) = captures {
        return Some(corpus.join(captures)).filter(|dir| dir.is_dir()).into_iter().collect();
    }
    let entries = std::fs::read_dir(corpus).into_iter().flatten().flatten();
    let mut dirs: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    dirs.retain(|dir| !["src", "tests", "target", "tools", "capture"].iter().any(|name| dir.ends_with(name)));
    dirs.sort();
    dirs
}

fn nightly(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(dir).arg("+nightly").args(args);
    for name in ["CARGO", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
    command
}

/// Plants each bug of fuzz/planted in a copy of the last commit and looks whether it is found.
fn planted(options: &Options) -> Result<()> {
    let mut patches: Vec<PathBuf> =
        std::fs::read_dir(root().join("fuzz/planted"))?.flatten().map(|entry| entry.path()).collect();
    patches.retain(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        path.extension().is_some_and(|end| end == "patch")
            && options.name.as_ref().is_none_or(|wanted| *wanted == name)
    });
    patches.sort();
    if patches.is_empty() {
        return Err("no such patch in fuzz/planted".into());
    }
    let copy = std::env::temp_dir().join(format!("simdsip-planted-{}", std::process::id()));
    quiet(git(root()).args(["worktree", "add", "--detach"]).arg(&copy).arg("HEAD"))?;
    let mut missed = Vec::new();
    for patch in &patches {
        let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match hunt(&copy, patch, options.seconds) {
            Ok(Some(took)) => println!("found      {name} in {:.1} s", took.as_secs_f64()),
            Ok(None) => {
                println!("NOT FOUND  {name} in {} s", options.seconds);
                missed.push(name);
            }
            Err(error) => {
                println!("BROKEN     {name}: {error}");
                missed.push(name);
            }
        }
    }
    quiet(git(root()).args(["worktree", "remove", "--force"]).arg(&copy))?;
    println!("{} of {} planted bugs found", patches.len() - missed.len(), patches.len());
    if missed.is_empty() { Ok(()) } else { Err(format!("not found: {}", missed.join(", ")).into()) }
}

/// How long the target of a patch took to crash; `None` if it did not.
fn hunt(copy: &Path, patch: &Path, seconds: u64) -> Result<Option<Duration>> {
    quiet(git(copy).args(["checkout", "--quiet", "--force", "HEAD"]))?;
    quiet(git(copy).args(["clean", "--quiet", "--force", "-d", "-x"]))?;
    let text = std::fs::read_to_string(patch)?;
    let target = text.lines().next().and_then(|line| line.strip_prefix("# target: "));
    let target = target.ok_or("the first line does not say `# target: NAME`")?.trim();
    quiet(git(copy).arg("apply").arg(patch))?;
    let build = ["fuzz", "build", "--target-dir"];
    quiet(nightly(copy, &build).arg(root().join("fuzz/target")).arg(target))?;
    let begin = Instant::now();
    let (text, survived) = captured(&mut fuzz(copy, target, seconds))?;
    let took = begin.elapsed();
    if !survived && !text.contains("SUMMARY: ") {
        return Err(format!("the target ended without a finding\n{text}").into());
    }
    Ok(if survived { None } else { Some(took) })
}

fn git(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(dir);
    command
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn arguments_are_read() {
        let options = |name: Option<&str>, seconds, planted| {
            Some(Options { name: name.map(str::to_owned), seconds, planted })
        };
        assert_eq!(Options::parse(&[]), options(None, 60, false));
        assert_eq!(Options::parse(&["message", "--seconds", "5"]), options(Some("message"), 5, false));
        assert_eq!(Options::parse(&["--planted", "--seconds=9"]), options(None, 9, true));
        assert_eq!(Options::parse(&["--seconds"]), None);
        assert_eq!(Options::parse(&["--what"]), None);
        assert_eq!(Options::parse(&["a", "b"]), None);
    }
}
