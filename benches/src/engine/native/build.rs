//! Builds the engines of `benches/engines/` against the system's libraries, where they are installed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Engine, its name for pkg-config, and the Debian package that has it.
const ENGINES: [(&str, &str, &str); 3] = [
    ("sofia", "sofia-sip-ua", "libsofia-sip-ua-dev"),
    ("osip2", "libosip2", "libosip2-dev"),
    ("libre", "libre", "libre-dev"),
];

/// Each engine's name, with its shared object or the reason why there is none.
pub fn build_all() -> Vec<(&'static str, Result<PathBuf, String>)> {
    let one = |&(name, module, package): &(&'static str, &str, &str)| (name, engine(name, module, package));
    ENGINES.iter().map(one).collect()
}

fn engine(name: &str, module: &str, package: &str) -> Result<PathBuf, String> {
    let output = Command::new("pkg-config")
        .args(["--cflags", "--libs", module])
        .output()
        .map_err(|error| format!("pkg-config does not run: {error}"))?;
    if !output.status.success() {
        return Err(format!("{module} is not installed (Debian: {package})"));
    }
    let flags = String::from_utf8_lossy(&output.stdout).into_owned();
    let source = root().join("engines").join(format!("{name}.c"));
    let mut flags: Vec<&str> = flags.split_whitespace().collect();
    let version = Command::new("pkg-config").args(["--modversion", module]).output();
    let version = version.map_or(String::new(), |o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    let define = format!("-DENGINE_VERSION=\"{version}\"");
    flags.push(&define);
    build(&source, &flags)
}

/// Compiles one C engine into a shared object beside this program, unless that is newer than its source.
///
/// # Errors
/// A sentence: there is no C compiler, or it refused the source.
pub fn build(source: &Path, flags: &[&str]) -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| format!("own program not found: {error}"))?;
    let folder = program.with_file_name("engines");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let stem = source.file_stem().ok_or("an engine's source has a name")?;
    let object = folder.join(stem).with_extension("so");
    let header = root().join("engine.h");
    let time = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
    let newest = time(source).max(time(&header)).max(time(&program));
    if time(&object).is_some_and(|made| Some(made) > newest) {
        return Ok(object);
    }
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    // A name of its own until it is complete: another run may be about to load it.
    let draft = folder.join(stem).with_extension(format!("{}.so", std::process::id()));
    let output = Command::new(&compiler)
        .args(["-std=gnu99", "-O2", "-shared", "-fPIC", "-I"])
        .arg(root())
        .arg("-o")
        .arg(&draft)
        .arg(source)
        .args(flags)
        .output()
        .map_err(|error| format!("{compiler} does not run: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let line = text.lines().find(|l| l.contains("error")).unwrap_or("no reason given");
        return Err(format!("{compiler} refuses {}: {line}", source.display()));
    }
    std::fs::rename(&draft, &object).map_err(|error| format!("{}: {error}", object.display()))?;
    Ok(object)
}

/// The folder of this crate, where engine.h is.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
