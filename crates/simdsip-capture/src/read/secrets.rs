//! TLS secrets by client random: the key log format of NSS.
//!
//! Lines that are none are passed over. Keeps at most a million lines, the last of each label and random.
//! Format: draft-ietf-tls-keylogfile.

use foldhash::fast::RandomState;
use std::collections::HashMap;

const MAX_SECRETS: usize = 1 << 20;

/// Which key a secret makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Label {
    /// TLS 1.2 master secret.
    Master,
    ClientHandshake,
    ServerHandshake,
    ClientTraffic,
    ServerTraffic,
}

/// Secrets of TLS sessions, as a key log holds them.
///
/// ```
/// use simdsip_capture::Secrets;
///
/// let mut secrets = Secrets::default();
/// secrets.read_key_log(b"# a comment\nCLIENT_RANDOM 00 00\n");
/// assert!(secrets.is_empty(), "neither a random nor a secret is that short");
/// ```
#[derive(Clone, Default)]
pub struct Secrets {
    by_random: HashMap<(Label, [u8; 32]), Box<[u8]>, RandomState>,
}

impl Secrets {
    /// Takes the lines of a key log.
    pub fn read_key_log(&mut self, text: &[u8]) {
        for line in text.split(|byte| *byte == b'\n') {
            let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            let (Some(label), Some(random), Some(secret)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            let label = match label {
                b"CLIENT_RANDOM" => Label::Master,
                b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => Label::ClientHandshake,
                b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => Label::ServerHandshake,
                b"CLIENT_TRAFFIC_SECRET_0" => Label::ClientTraffic,
                b"SERVER_TRAFFIC_SECRET_0" => Label::ServerTraffic,
                _ => continue,
            };
            let random = hex(random).and_then(|random| <[u8; 32]>::try_from(random).ok());
            let secret = hex(secret).filter(|secret| matches!(secret.len(), 32 | 48));
            if let (Some(random), Some(secret)) = (random, secret)
                && self.by_random.len() < MAX_SECRETS
            {
                self.by_random.insert((label, random), secret.into_boxed_slice());
            }
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_random.is_empty()
    }

    pub(crate) fn get(&self, label: Label, random: &[u8; 32]) -> Option<&[u8]> {
        self.by_random.get(&(label, *random)).map(|secret| &**secret)
    }
}

/// Says how many there are, and none of them.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.by_random.len())
    }
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if text.len() > 128 || !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = text.chunks_exact(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect()
}
