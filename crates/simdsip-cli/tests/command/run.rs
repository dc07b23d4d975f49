//! Runs the command and says what it printed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("output is UTF-8")
    }

    /// Each line as JSON.
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.text().lines().map(parse).collect()
    }
}

/// The project's root, where the corpus is.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the crate lies in the project")
}

/// The command, to be run at the root, without what the environment may say.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simdsip"));
    command
        .current_dir(root())
        .env_remove("SIMDSIP_SCAN")
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        // Hashes are those of every run.
        .env("SIMDSIP_MASK_KEY", "tests")
        .stdin(Stdio::null());
    command
}

/// Runs the command with these arguments.
pub(crate) fn simdsip(args: &[&str]) -> Ran {
    finish(command().args(args))
}

/// Runs the command and feeds its standard input.
pub(crate) fn simdsip_fed(args: &[&str], input: &[u8]) -> Ran {
    let child =
        command().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the command runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // The command may have seen enough.
            let _ = stdin.write_all(input);
        });
        ran(child.wait_with_output().expect("the command ends"))
    })
}

pub(crate) fn finish(command: &mut Command) -> Ran {
    ran(command.output().expect("the command runs"))
}

fn ran(output: std::process::Output) -> Ran {
    let err = String::from_utf8(output.stderr).expect("errors are UTF-8");
    assert!(!err.contains("panicked"), "{err}");
    Ran { status: output.status.code(), out: output.stdout, err }
}

/// The files of a folder of the corpus with that ending, sorted, relative to the root.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the folder is in the corpus");
    let entries =
        entries.map(|entry| entry.expect("a folder can be read")).filter(|entry| entry.path().is_file());
    let names = entries.map(|entry| entry.file_name().into_string().expect("names are UTF-8"));
    let mut files: Vec<_> =
        names.filter(|name| name.ends_with(ending)).map(|name| format!("{folder}/{name}")).collect();
    files.sort();
    assert!(!files.is_empty(), "{folder} has no {ending}");
    files
}

/// A folder that is removed when the test ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Scratch {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the target folder can be written");
        Scratch(path)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).into_os_string().into_string().expect("the path is UTF-8")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the target folder can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A pcap of UDP datagrams over raw IPv4, one second apart, from 192.0.2.1:5060 to 192.0.2.2:5060.
pub(crate) fn pcap(payloads: &[&[u8]]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 101] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for (at, payload) in payloads.iter().enumerate() {
        let len = u16::try_from(28 + payload.len()).expect("a datagram");
        for word in [1_700_000_000 + u32::try_from(at).unwrap(), 0, len.into(), len.into()] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(&[0x45, 0]);
        file.extend_from_slice(&len.to_be_bytes());
        file.extend_from_slice(&[0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        for half in [5060, 5060, len - 20, 0] {
            file.extend_from_slice(&half.to_be_bytes());
        }
        file.extend_from_slice(payload);
    }
    file
}
