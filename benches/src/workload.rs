//! Where messages come from: the frozen workloads, 256 MB made of one, a folder, a capture.

use crate::rng::Rng;
use simdsip_capture::{Messages, Options, Progress};
use std::path::Path;

/// Workloads of class `structure` in an ordinary run.
pub const ORDINARY: [&str; 6] =
    ["mix-1k", "mix-real", "invite-sdp", "invite-ims", "register-auth", "torture-valid"];

/// Workloads of the classes of session descriptions.
pub const SDP: [&str; 2] = ["sdp-audio", "sdp-webrtc"];

/// What `--record` runs as well.
pub const LONG: [&str; 2] = ["mix-10k", "mix-256m"];

/// The messages of a workload by name.
///
/// # Errors
/// A sentence, where there is no such workload or its file cannot be read.
pub fn load(name: &str) -> Result<Vec<Vec<u8>>, String> {
    if name == "mix-256m" {
        return Ok(clones(&load("mix-1k")?, 256 << 20));
    }
    simdsip_corpus::try_workload(name).map_err(|error| error.to_string())
}

/// The messages of a folder, a file each in order of name, or of a capture, in frame order.
///
/// # Errors
/// A sentence, where nothing can be read or nothing is found.
pub fn from_path(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let messages = if path.is_dir() {
        let mut files: Vec<_> = std::fs::read_dir(path)
            .map_err(failed)?
            .filter_map(|entry| entry.ok().map(|e| e.path()).filter(|p| p.is_file()))
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| std::fs::read(file).map_err(|error| format!("{}: {error}", file.display())))
            .collect::<Result<Vec<_>, _>>()?
    } else {
        from_capture(path).map_err(|error| format!("{}: {error}", path.display()))?
    };
    if messages.is_empty() {
        return Err(format!("{}: no messages", path.display()));
    }
    Ok(messages)
}

fn from_capture(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let ports = "any".parse().map_err(|_| "no such ports")?;
    let options = Options::default().with_ports(ports);
    let mut capture = Messages::open(path, &options).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    while capture
        .step(&mut |row| out.push(row.bytes().to_vec()))
        .map_err(|error| error.to_string())?
        .ne(&Progress::End)
    {}
    Ok(out)
}

/// Distinct copies of `base` until they fill `bytes`: in every copy the identifiers (after `branch=`,
/// `tag=` and in Call-ID) hold other letters and digits of the same length.
pub fn clones(base: &[Vec<u8>], bytes: usize) -> Vec<Vec<u8>> {
    let mut rng = Rng::new(256);
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut total = 0;
    while total < bytes && !base.is_empty() {
        let mut copy = base[out.len() % base.len()].clone();
        if out.len() >= base.len() {
            renew(&mut copy, &mut rng);
        }
        total += copy.len();
        out.push(copy);
    }
    out
}

fn renew(message: &mut [u8], rng: &mut Rng) {
    const MARKS: [&[u8]; 5] = [b"branch=z9hG4bK", b"tag=", b"Call-ID: ", b"\ni: ", b"nonce=\""];
    for mark in MARKS {
        let starts: Vec<usize> = memchr::memmem::find_iter(message, mark).map(|at| at + mark.len()).collect();
        for start in starts {
            for byte in message[start..].iter_mut().take_while(|b| b.is_ascii_alphanumeric()) {
                let digit = rng.below(10) as u8;
                *byte = if byte.is_ascii_digit() { b'0' + digit } else { b'a' + rng.below(26) as u8 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_differ_and_keep_their_length() {
        let base = vec![b"BYE sip:a@b SIP/2.0\r\nCall-ID: abc123\r\nTo: x;tag=77\r\n\r\n".to_vec()];
        let set = clones(&base, 10 * base[0].len());
        assert_eq!(set.len(), 10);
        assert!(set.iter().all(|m| m.len() == base[0].len()));
        let mut distinct = set.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), set.len());
        assert!(set[9].starts_with(b"BYE sip:a@b SIP/2.0\r\nCall-ID: "));
    }
}
