//! The walls of the house, as far as a program can see them.
//!
//! Each wall is one check that names what broke it. Reads the files git knows or would add; generated
//! and captured data are left alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::report::{Group, Report, quiet};
use crate::source::{code_only, shipped, unsafe_blocks, words};
use crate::{Result, cargo, codegen, conformance, cross, root, succeeds, test};

const LINES_WANTED: usize = 400;
const LINES_MAX: usize = 800;

/// `cargo xtask tidy`.
pub(crate) fn run() -> Result<()> {
    let mut report = Report::default();
    report.group("format", |group| group.command("cargo fmt", &mut cargo(&["fmt", "--all", "--check"])));
    report.group("generated files", |group| group.check("codegen", codegen::run(codegen::Mode::Check)));
    report.group("lints", test::lints);
    report.group("walls", walls);
    report.group("other targets", cross::checks);
    report.finish()
}

/// `cargo xtask walls`: what takes seconds.
pub(crate) fn only_walls() -> Result<()> {
    let mut report = Report::default();
    report.group("walls", walls);
    report.finish()
}

/// All walls; also a group of `cargo xtask test`.
pub(crate) fn walls(group: &mut Group) {
    let (files, packages) = match (files(), packages()) {
        (Ok(files), Ok(packages)) => (files, packages),
        (Err(error), _) | (_, Err(error)) => return group.check("reading the workspace", Err(error)),
    };
    group.check("dependencies of the core", core_dependencies(&packages));
    group.check("direction of dependencies", directions(&packages));
    group.check("unsafe only where it may be", unsafe_places(&files));
    group.check("crates that forbid unsafe", forbidding(&files));
    if files.contains_key("docs/SAFETY.md") {
        group.check("docs/SAFETY.md counts the unsafe blocks", safety_table(&files));
    } else {
        group.skip("the table of unsafe blocks: there is no docs/SAFETY.md");
    }
    group.check("docs/CONFORMANCE.md is up to date", conformance::run(codegen::Mode::Check, &files));
    group.check("length of files", lengths(&files));
    group.check("no path of one machine", machine_paths(&files));
    group.check("no open end without an issue", open_ends(&files));
    group.check("the MSRV is written once", msrv(&files));
    group.check("Cargo.lock is committed", tracked("Cargo.lock"));
    if succeeds("cargo", &["deny", "--version"]) {
        let deny = ["deny", "--workspace", "check", "bans", "licenses", "sources"];
        group.command("cargo deny", &mut cargo(&deny));
    } else {
        group.skip("licences and sources: cargo install cargo-deny --locked");
    }
}

/// Text files by path from the top, with forward slashes.
pub(crate) type Files = BTreeMap<String, String>;

pub(crate) fn files() -> Result<Files> {
    let list = quiet(Command::new("git").current_dir(root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let known =
        [".rs", ".toml", ".md", ".sh", ".py", ".pyi", ".yml", ".yaml", ".h", ".c", ".patch", ".csv", "/run"];
    let mut files = Files::new();
    for path in list.lines().filter(|path| known.iter().any(|end| path.ends_with(end))) {
        // What stands in the list but was deleted is no file.
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            files.insert(path.to_owned(), text);
        }
    }
    Ok(files)
}

/// The members of the workspace as cargo describes them.
fn packages() -> Result<Vec<Value>> {
    let output = cargo(&["metadata", "--format-version", "1", "--no-deps"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    Ok(metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?.clone())
}

/// The MSRV as Cargo.toml states it.
pub(crate) fn oldest_rust() -> Result<String> {
    let packages = packages()?;
    let version = packages.iter().find_map(|package| package["rust_version"].as_str());
    Ok(version.ok_or("no package states a rust-version")?.to_owned())
}

/// The features of a package except `default`.
pub(crate) fn features_of(name: &str) -> Result<Vec<String>> {
    let packages = packages()?;
    let package = packages.iter().find(|package| package["name"] == name).ok_or("no such package")?;
    let features = package["features"].as_object().ok_or("no features")?;
    Ok(features.keys().filter(|feature| *feature != "default").cloned().collect())
}

fn complain(found: Vec<String>) -> Result<()> {
    if found.is_empty() { Ok(()) } else { Err(format!("\n  {}", found.join("\n  ")).into()) }
}

/// The names of a package's dependencies and whether each is for development only.
fn dependencies(package: &Value) -> impl Iterator<Item = (&str, bool, &Value)> {
    let list = package["dependencies"].as_array().into_iter().flatten();
    list.map(|it| (it["name"].as_str().unwrap_or_default(), it["kind"] == "dev", it))
}

fn core_dependencies(packages: &[Value]) -> Result<()> {
    let core = packages.iter().find(|package| package["name"] == "simdsip").ok_or("no package simdsip")?;
    let mut found = Vec::new();
    for (name, dev, dependency) in dependencies(core).filter(|(_, dev, _)| !dev) {
        debug_assert!(!dev);
        match name {
            "memchr" | "simdutf8" => {}
            "bumpalo" if dependency["optional"] == true => {}
            _ => found.push(format!("simdsip depends on {name}")),
        }
    }
    complain(found)
}

/// Arrows point down only: what each crate of ours may depend on.
fn directions(packages: &[Value]) -> Result<()> {
    let allowed = |name: &str| -> Option<&[&str]> {
        Some(match name {
            "simdsip" | "simdsip-sctp" | "simdsip-sigcomp" | "simdsip-corpus" | "xtask" => &[],
            "simdsip-auth" | "simdsip-capi" => &["simdsip"],
            "simdsip-transport" => &["simdsip", "simdsip-sctp", "simdsip-sigcomp"],
            "simdsip-capture" => &["simdsip", "simdsip-sctp", "simdsip-sigcomp"],
            "simdsip-tokio" => &["simdsip", "simdsip-sctp", "simdsip-sigcomp", "simdsip-transport"],
            // Surfaces and benches stand at the top.
            _ => return None,
        })
    };
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut found = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        for (other, dev, _) in dependencies(package).filter(|(other, ..)| ours.contains(other)) {
            let corpus = dev && other == "simdsip-corpus" && name != "simdsip-corpus";
            let down = allowed(name).is_none_or(|allowed| allowed.contains(&other));
            if !corpus && !down || matches!(other, "simdsip-benches" | "simdsip-fuzz" | "xtask") {
                found.push(format!("{name} depends on {other}"));
            }
        }
    }
    complain(found)
}

/// Code that ships: the sources of the crates, without their tests.
fn shipped_sources(files: &Files) -> impl Iterator<Item = (&str, String)> {
    let sources = files.iter().filter(|(path, _)| {
        path.ends_with(".rs")
            && (path.starts_with("crates/") || path.starts_with("python/"))
            && path.contains("/src/")
            && !path.ends_with("/tests.rs")
            && !path.contains("/tests/")
    });
    sources.map(|(path, text)| (path.as_str(), shipped(&code_only(text)).to_owned()))
}

fn unsafe_places(files: &Files) -> Result<()> {
    let may = |path: &str| {
        path.starts_with("crates/simdsip/src/scan/")
            || path == "crates/simdsip/src/scan.rs"
            || path.starts_with("crates/simdsip-capi/src/")
            || path == "crates/simdsip-tokio/src/sys.rs"
    };
    let found = shipped_sources(files).filter(|(path, code)| !may(path) && words(code, "unsafe") > 0);
    complain(found.map(|(path, _)| format!("{path} has unsafe code")).collect())
}

fn forbidding(files: &Files) -> Result<()> {
    let mut found = Vec::new();
    for manifest in files.keys().filter_map(|path| path.strip_suffix("/Cargo.toml")) {
        let may = ["crates/simdsip-capi", "crates/simdsip-tokio", "benches", "fuzz", "python"];
        if may.iter().any(|may| manifest == *may || manifest.starts_with("fuzz/")) {
            continue;
        }
        for root in ["lib.rs", "main.rs"] {
            let path = format!("{manifest}/src/{root}");
            let Some(text) = files.get(&path) else { continue };
            let code = code_only(text);
            let level = if manifest == "crates/simdsip" { "deny" } else { "forbid" };
            let says = |level: &str| {
                code.match_indices(level).any(|(at, _)| {
                    let rest = &code[at + level.len()..];
                    rest.starts_with('(')
                        && rest.split(')').next().is_some_and(|list| words(list, "unsafe_code") > 0)
                })
            };
            if !says(level) && !says("forbid") {
                found.push(format!("{path} does not say {level}(unsafe_code)"));
            }
        }
    }
    complain(found)
}

/// Rows of the form `| file | count | ...` against the blocks that the files have.
fn safety_table(files: &Files) -> Result<()> {
    let mut listed = BTreeMap::new();
    for line in files["docs/SAFETY.md"].lines() {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        if let ["", file, count, ..] = cells[..]
            && file.ends_with(".rs")
            && let Ok(count) = count.parse::<usize>()
        {
            *listed.entry(file.to_owned()).or_insert(0) += count;
        }
    }
    let mut found = Vec::new();
    for (path, code) in shipped_sources(files) {
        let blocks = unsafe_blocks(&code);
        // The table may name files from the top or from the crate.
        let row =
            listed.keys().find(|file| path == file.as_str() || path.ends_with(&format!("/{file}"))).cloned();
        let said = row.and_then(|row| listed.remove(&row)).unwrap_or(0);
        if said != blocks {
            found.push(format!("{path} has {blocks} unsafe blocks, the table says {said}"));
        }
    }
    found.extend(listed.into_keys().map(|file| format!("the table lists {file}, which there is not")));
    complain(found)
}

fn lengths(files: &Files) -> Result<()> {
    let mut found = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs") || path.ends_with(".py")) {
        let all = text.lines().count();
        let code = if path.ends_with("/tests.rs") || path.contains("/tests/") {
            0
        } else {
            shipped(&code_only(text)).lines().count()
        };
        if all > LINES_MAX {
            found.push(format!("{path} has {all} lines; {LINES_MAX} are the limit"));
        } else if code > LINES_WANTED && !generated(text) {
            println!("note: {path} has {code} lines of code; {LINES_WANTED} are wanted");
        }
    }
    complain(found)
}

fn generated(text: &str) -> bool {
    text.starts_with("// @generated")
}

/// Lines of a file with their places, without those of captured data.
fn lines(files: &Files) -> impl Iterator<Item = (String, &str)> {
    let own = files.iter().filter(|(path, _)| {
        !path.starts_with("corpus/")
            || path.ends_with(".rs")
            || path.ends_with(".toml")
            || path.ends_with(".md")
    });
    own.flat_map(|(path, text)| {
        text.lines().enumerate().map(move |(at, line)| (format!("{path}:{}", at + 1), line))
    })
}

fn machine_paths(files: &Files) -> Result<()> {
    // In pieces, or this file would break its own wall.
    let paths = ["work", "root", "home"].map(|top| format!("/{top}/"));
    let broken = |line: &str| {
        paths.iter().any(|path| {
            line.match_indices(path.as_str()).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                before.is_none_or(|c| c.is_whitespace() || "\"'`(=:<[".contains(c))
            })
        })
    };
    complain(
        lines(files)
            .filter(|(_, line)| broken(line))
            .map(|(place, line)| format!("{place}: {}", line.trim()))
            .collect(),
    )
}

fn open_ends(files: &Files) -> Result<()> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let open = |line: &str| {
        let marked = line.split(|c: char| !c.is_alphanumeric()).any(|word| marks.contains(&word));
        let issue = line.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        marked && !issue
    };
    let source = lines(files)
        .filter(|(place, _)| place.contains(".rs:") || place.contains(".py:") || place.contains(".toml:"));
    complain(
        source
            .filter(|(_, line)| open(line))
            .map(|(place, line)| format!("{place}: {}", line.trim()))
            .collect(),
    )
}

fn msrv(files: &Files) -> Result<()> {
    let version = oldest_rust()?;
    let again = |place: &str, line: &str| {
        let key = line.trim_start().starts_with("rust-version") && !line.contains("workspace");
        let clippy = line.trim_start().starts_with("msrv");
        let prose = line.contains(&format!("Rust {version}")) || line.contains(&format!("rust {version}"));
        let changelog = place.starts_with("docs/CHANGELOG.md");
        (key && !place.starts_with("Cargo.toml:")) || clippy || (prose && !changelog)
    };
    complain(
        lines(files)
            .filter(|(place, line)| again(place, line))
            .map(|(place, line)| format!("{place}: {}", line.trim()))
            .collect(),
    )
}

fn tracked(path: &str) -> Result<()> {
    if !Path::new(&root().join(path)).exists() {
        return Err(format!("{path} is missing").into());
    }
    quiet(Command::new("git").current_dir(root()).args(["ls-files", "--error-unmatch", path])).map(drop)
}
