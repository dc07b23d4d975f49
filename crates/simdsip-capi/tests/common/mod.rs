//! C compilers, the library that these tests were built with, and a program made of both.
#![allow(dead_code, reason = "each test uses a part")]

#[path = "agree.rs"]
pub(crate) mod agree;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The crate's folder.
pub(crate) fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo puts what it built for these tests.
pub(crate) fn built() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().unwrap();
    assert!(folder.join("libsimdsip_capi.a").exists(), "no library in {}", folder.display());
    folder.to_owned()
}

/// The first of `names` that runs; a visible skip where none does.
pub(crate) fn tool(names: &[&str], what: &str) -> Option<String> {
    let runs =
        |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success());
    let found = names.iter().find(runs).map(|name| (*name).to_owned());
    if found.is_none() {
        println!("SKIP {what}: none of {} is installed", names.join(", "));
    }
    found
}

pub(crate) fn cc() -> Option<String> {
    tool(&["cc", "gcc", "clang"], "C programs")
}

/// Compiles `source` of this crate or a path, with warnings as errors, and links it with the static library.
pub(crate) fn program(cc: &str, source: &Path, name: &str) -> PathBuf {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new(cc);
    command.args([
        "-std=c99",
        "-D_POSIX_C_SOURCE=200809L",
        "-O1",
        "-g",
        "-Wall",
        "-Werror",
        "-pedantic-errors",
    ]);
    command.arg("-I").arg(here().join("include")).arg(source).arg("-o").arg(&out);
    command.arg(built().join("libsimdsip_capi.a"));
    if cfg!(target_os = "linux") {
        command.args(["-lpthread", "-ldl", "-lm"]);
    }
    succeeds(&mut command);
    out
}

/// Runs a command that must succeed.
pub(crate) fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    output
}

/// Runs a command with `input`; it must succeed.
pub(crate) fn fed(command: &mut Command, input: Vec<u8>) -> Output {
    use std::io::Write as _;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        // A program that stops early says so by its status.
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{err}", output.status);
    output
}

/// Messages as the C programs read them.
pub(crate) fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
    messages
        .iter()
        .flat_map(|bytes| [format!("{:08x}\n", bytes.len()).into_bytes(), bytes.clone()].concat())
        .collect()
}

/// Messages of the corpus: torture, own, RFC examples, regressions.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for folder in ["own", "torture", "rfc", "regress"] {
        for path in simdsip_corpus::files(&simdsip_corpus::root().join(folder)) {
            let known = path.extension().is_some_and(|end| end == "sip" || end == "dat");
            if known {
                all.push(std::fs::read(path).unwrap());
            }
        }
    }
    assert!(all.len() > 300, "{}", all.len());
    all
}
