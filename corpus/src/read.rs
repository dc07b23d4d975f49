//! Where the corpus lies, and how its files are cut into messages.
//!
//! The container of `*.msgs`: for each message its length in decimal, LF, its bytes, LF.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why something of the corpus could not be read: one sentence naming the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub(crate) text: String,
}

impl Error {
    pub(crate) fn new(text: impl Into<String>) -> Error {
        Error { text: text.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

/// A message of the corpus and the file it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path below `corpus/` with `/`; messages of a container add `#N`, from 0.
    pub name: String,
    /// The message, byte for byte.
    pub bytes: Vec<u8>,
}

/// The folder `corpus/` of this checkout.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every message of the corpus: torture, RFC examples, regress, own, and the containers of
/// `workloads/` but `mix-10k` (whose kinds `mix-1k` has). In the order of names.
///
/// # Panics
/// If the corpus cannot be read: a checkout without it is broken.
#[must_use]
pub fn messages() -> Vec<Entry> {
    let mut entries = Vec::new();
    for folder in ["own", "regress", "rfc", "torture", "workloads"] {
        for path in files(&root().join(folder)) {
            let name = relative(&path);
            let bytes =
                std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read corpus/{name}: {error}"));
            match path.extension().and_then(|ext| ext.to_str()) {
                Some("sip" | "dat") => entries.push(Entry { name, bytes }),
                Some("msgs") if !name.ends_with("/mix-10k.msgs") => {
                    let cut = read_container(&bytes).unwrap_or_else(|error| panic!("corpus/{name}: {error}"));
                    let cut = cut.into_iter().enumerate();
                    entries.extend(cut.map(|(at, bytes)| Entry { name: format!("{name}#{at}"), bytes }));
                }
                _ => {}
            }
        }
    }
    entries
}

/// The path below `corpus/`, with `/` on every platform.
pub(crate) fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Every file below `folder`, sorted by path; empty if there is no such folder.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Cuts a container into its messages.
///
/// # Errors
/// Names the offset where a length or a message end was expected.
pub fn read_container(mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let total = bytes.len();
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let at = total - bytes.len();
        let digits = bytes.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
        let (length, rest) = bytes.split_at(digits);
        let length = std::str::from_utf8(length).ok().and_then(|text| text.parse::<usize>().ok());
        let (Some(length), Some(rest)) = (length, rest.strip_prefix(b"\n")) else {
            return Err(Error::new(format!("expected a decimal length and LF at byte {at}")));
        };
        let Some((message, rest)) = rest.split_at_checked(length) else {
            return Err(Error::new(format!("the message at byte {at} is cut short")));
        };
        messages.push(message.to_vec());
        let Some(rest) = rest.strip_prefix(b"\n") else {
            return Err(Error::new(format!("expected LF after the message of byte {at}")));
        };
        bytes = rest;
    }
    Ok(messages)
}

/// Writes messages as a container.
#[must_use]
pub fn write_container<M: AsRef<[u8]>>(messages: &[M]) -> Vec<u8> {
    let mut out = Vec::new();
    for message in messages {
        let message = message.as_ref();
        out.extend_from_slice(message.len().to_string().as_bytes());
        out.push(b'\n');
        out.extend_from_slice(message);
        out.push(b'\n');
    }
    out
}

/// The folder of further test input: `SIMDSIP_SHARED`, else `shared` beside the checkout.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let path = match std::env::var_os("SIMDSIP_SHARED") {
        Some(path) => PathBuf::from(path),
        None => root().join("..").join("..").join("shared"),
    };
    path.join("corpora").is_dir().then_some(path)
}

/// As [`shared`]; where it is absent, prints that `what` is skipped.
#[must_use]
pub fn shared_or_skip(what: &str) -> Option<PathBuf> {
    let found = shared();
    if found.is_none() {
        eprintln!("SKIP {what}: ../shared not found beside the checkout");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{read_container, write_container};

    #[test]
    fn container_reads_what_it_wrote() {
        let messages = [b"".to_vec(), b"one\n".to_vec(), b"12\n\r\n".to_vec()];
        let bytes = write_container(&messages);
        assert_eq!(bytes, b"0\n\n4\none\n\n5\n12\n\r\n\n");
        assert_eq!(read_container(&bytes), Ok(messages.to_vec()));
    }

    #[test]
    fn broken_containers_name_the_byte() {
        for (bytes, text) in [
            (&b"x"[..], "expected a decimal length and LF at byte 0"),
            (b"1\na\n5\nab", "the message at byte 4 is cut short"),
            (b"1\nab", "expected LF after the message of byte 0"),
        ] {
            assert_eq!(read_container(bytes).unwrap_err().to_string(), text);
        }
    }
}
