//! Which lines of the captures' key logs a copy holds: those of the TLS sessions in it, and no others.
//!
//! A session is known by the random of its ClientHello, which stands at the beginning of its connection. Lines that
//! come before the ClientHello wait for it; those that come behind it are given at once. Looks for a ClientHello at the
//! beginning of segments alone: of one that is cut above its random, no lines are given.
//! Formats: draft-ietf-tls-keylogfile; RFC 8446 §4.1.2, §5.1.

use std::collections::{HashMap, HashSet};

/// Lines that wait, and sessions that are known.
const MAX: usize = 1 << 20;
/// Bytes of a line.
const MAX_LINE: usize = 512;

/// The key logs of the captures and the sessions of the copy.
#[derive(Debug, Default)]
pub(super) struct Keys {
    waiting: HashMap<[u8; 32], Vec<u8>>,
    line_count: usize,
    begun: HashSet<[u8; 32]>,
}

impl Keys {
    /// Takes a key log and gives the lines of it that are to be copied now.
    pub(super) fn key_log(&mut self, text: &[u8]) -> Vec<u8> {
        let mut now = Vec::new();
        for line in text.split(|byte| *byte == b'\n').filter(|line| line.len() <= MAX_LINE) {
            let Some(random) = session(line) else { continue };
            let lines = if self.begun.contains(&random) {
                &mut now
            } else if self.line_count < MAX {
                self.line_count = self.line_count.saturating_add(1);
                self.waiting.entry(random).or_default()
            } else {
                continue;
            };
            lines.extend_from_slice(line.trim_ascii_end());
            lines.push(b'\n');
        }
        now
    }

    /// Takes a segment of the copy and gives the lines that are to be copied before it.
    pub(super) fn segment(&mut self, payload: &[u8]) -> Vec<u8> {
        let Some(random) = client_random(payload) else { return Vec::new() };
        if self.begun.len() < MAX {
            self.begun.insert(random);
        }
        self.waiting.remove(&random).unwrap_or_default()
    }
}

/// The random of a line: a label, 64 hexadecimal digits, a secret. None in those of other forms, which name a session
/// in ways that its ClientHello does not tell.
fn session(line: &[u8]) -> Option<[u8; 32]> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (label, digits) = (words.next()?, words.next()?);
    if label.starts_with(b"#") || digits.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut random = [0; 32];
    for (byte, pair) in random.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(random)
}

/// A record of a handshake, version and length; ClientHello, length and version; the random.
fn client_random(payload: &[u8]) -> Option<[u8; 32]> {
    match payload {
        [22, 3, _, _, _, 1, _, _, _, 3, _, random @ ..] => random.get(..32)?.try_into().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_given_with_the_session_that_they_are_of() {
        let hello = |byte: u8| [&[22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3][..], &[byte; 32], &[0; 9]].concat();
        let line = |label: &str, byte: u8| format!("{label} {} 00ff\n", format!("{byte:02x}").repeat(32));
        let mut keys = Keys::default();
        let log = format!("# {}junk\n{}{}", line("x", 1), line("CLIENT_RANDOM", 1), line("CLIENT_RANDOM", 2));
        assert_eq!(keys.key_log(log.as_bytes()), b"");
        assert_eq!(keys.segment(&hello(0xab)), b"");
        assert_eq!(keys.segment(&hello(1)[1..]), b"");
        assert_eq!(keys.segment(&hello(1)), line("CLIENT_RANDOM", 1).into_bytes());
        assert_eq!(keys.segment(&hello(1)), b"", "once is enough");
        let later = [line("SERVER_TRAFFIC_SECRET_0", 0xab), line("SERVER_TRAFFIC_SECRET_0", 2)].concat();
        assert_eq!(keys.key_log(later.as_bytes()), line("SERVER_TRAFFIC_SECRET_0", 0xab).into_bytes());
    }
}
