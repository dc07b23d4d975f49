//! Keys from secrets, and records opened with them. RFC 5246 §5, §6.3; RFC 8446 §5, §7.

use crate::read::{Label, Secrets};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use chacha20poly1305::ChaCha20Poly1305;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha384};

/// An AEAD and the hash that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    aead: Kind,
    hash: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Aes128,
    Aes256,
    ChaCha,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
}

impl Suite {
    /// By its number in the IANA registry.
    pub(super) fn by_number(number: u16) -> Option<Self> {
        let (aead, hash) = match number {
            0x1301 | 0x009c | 0x009e | 0x00a0 | 0x00a2 | 0xc02b | 0xc02d | 0xc02f | 0xc031 => {
                (Kind::Aes128, Hash::Sha256)
            }
            0x1302 | 0x009d | 0x009f | 0x00a1 | 0x00a3 | 0xc02c | 0xc02e | 0xc030 | 0xc032 => {
                (Kind::Aes256, Hash::Sha384)
            }
            0x1303 | 0xcca8 | 0xcca9 | 0xccaa => (Kind::ChaCha, Hash::Sha256),
            _ => return None,
        };
        Some(Self { aead, hash })
    }

    fn key_len(self) -> usize {
        match self.aead {
            Kind::Aes128 => 16,
            Kind::Aes256 | Kind::ChaCha => 32,
        }
    }
}

/// What keys are made of beside the secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session<'s> {
    pub(super) suite: Option<Suite>,
    pub(super) client_random: &'s [u8; 32],
    pub(super) server_random: &'s [u8; 32],
}

/// Opens the records of one direction.
pub(super) struct Opener {
    aead: Box<AeadKey>,
    iv: [u8; 12],
    suite: Suite,
    /// The traffic secret of TLS 1.3, from which an update is made.
    secret: Option<Vec<u8>>,
}

enum AeadKey {
    Aes128(Aes128Gcm),
    Aes256(Aes256Gcm),
    ChaCha(ChaCha20Poly1305),
}

/// Shows no key.
impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opener({:?})", self.suite)
    }
}

impl Opener {
    /// With the secret of that label, of the client or of the server.
    pub(super) fn of(
        (label, client): (Label, bool),
        session: Session<'_>,
        secrets: &Secrets,
    ) -> Option<Self> {
        let suite = session.suite?;
        let secret = secrets.get(label, session.client_random)?;
        match label {
            Label::Master => Self::of_master(secret, client, suite, session),
            _ => Self::of_traffic(secret.to_vec(), suite),
        }
    }

    fn of_traffic(secret: Vec<u8>, suite: Suite) -> Option<Self> {
        let key = expand_label(suite.hash, &secret, b"key", suite.key_len())?;
        let iv = expand_label(suite.hash, &secret, b"iv", 12)?;
        let iv = <[u8; 12]>::try_from(iv).ok()?;
        Some(Self { aead: Box::new(AeadKey::new(suite.aead, &key)?), iv, suite, secret: Some(secret) })
    }

    /// client_write_key, server_write_key, client_write_IV, server_write_IV; AEADs have no MAC keys.
    fn of_master(secret: &[u8], client: bool, suite: Suite, session: Session<'_>) -> Option<Self> {
        let iv_len = if suite.aead == Kind::ChaCha { 12 } else { 4 };
        let (key_len, seed) = (suite.key_len(), [&session.server_random[..], session.client_random].concat());
        let need = key_len.saturating_add(iv_len).saturating_mul(2);
        let block = prf(suite.hash, secret, b"key expansion", &seed, need)?;
        let (keys, ivs) = block.split_at_checked(key_len.saturating_mul(2))?;
        let (client_key, server_key) = keys.split_at_checked(key_len)?;
        let (client_iv, server_iv) = ivs.split_at_checked(iv_len)?;
        let (key, fixed) = if client { (client_key, client_iv) } else { (server_key, server_iv) };
        let mut iv = [0; 12];
        iv.get_mut(..iv_len)?.copy_from_slice(fixed.get(..iv_len)?);
        Some(Self { aead: Box::new(AeadKey::new(suite.aead, key)?), iv, suite, secret: None })
    }

    /// Type and content of a record, `None` where it does not open.
    pub(super) fn open(&mut self, header: [u8; 5], record: &[u8], sequence: u64) -> Option<(u8, Vec<u8>)> {
        let [kind, major, minor, ..] = header;
        if self.secret.is_some() {
            let mut plain = self.aead.decrypt(&self.nonce(sequence), record, &header)?;
            // Zeros are padding; the last byte that is none is the type (RFC 8446 §5.2).
            let end = plain.iter().rposition(|byte| *byte != 0)?;
            let kind = *plain.get(end)?;
            plain.truncate(end);
            return Some((kind, plain));
        }
        let (nonce, sealed) = match self.suite.aead {
            Kind::ChaCha => (self.nonce(sequence), record),
            _ => {
                let (explicit, sealed) = record.split_at_checked(8)?;
                let mut nonce = self.iv;
                nonce.get_mut(4..)?.copy_from_slice(explicit);
                (nonce, sealed)
            }
        };
        let len = u16::try_from(sealed.len().checked_sub(16)?).ok()?;
        let [high, low] = len.to_be_bytes();
        let aad = [&sequence.to_be_bytes()[..], &[kind, major, minor, high, low]].concat();
        Some((kind, self.aead.decrypt(&nonce, sealed, &aad)?))
    }

    /// The next generation of keys (RFC 8446 §7.2).
    pub(super) fn update(&mut self) {
        let next = self.secret.as_ref().and_then(|secret| {
            let secret = expand_label(self.suite.hash, secret, b"traffic upd", secret.len())?;
            Self::of_traffic(secret, self.suite)
        });
        if let Some(next) = next {
            *self = next;
        }
    }

    fn nonce(&self, sequence: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, of) in nonce.iter_mut().skip(4).zip(sequence.to_be_bytes()) {
            *byte ^= of;
        }
        nonce
    }
}

impl AeadKey {
    fn new(kind: Kind, key: &[u8]) -> Option<Self> {
        Some(match kind {
            Kind::Aes128 => Self::Aes128(Aes128Gcm::new_from_slice(key).ok()?),
            Kind::Aes256 => Self::Aes256(Aes256Gcm::new_from_slice(key).ok()?),
            Kind::ChaCha => Self::ChaCha(ChaCha20Poly1305::new_from_slice(key).ok()?),
        })
    }

    fn decrypt(&self, nonce: &[u8; 12], msg: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        let payload = Payload { msg, aad };
        match self {
            Self::Aes128(aead) => aead.decrypt(nonce.into(), payload).ok(),
            Self::Aes256(aead) => aead.decrypt(nonce.into(), payload).ok(),
            Self::ChaCha(aead) => aead.decrypt(nonce.into(), payload).ok(),
        }
    }
}

fn hmac(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
    match hash {
        Hash::Sha256 => {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
            parts.iter().for_each(|part| mac.update(part));
            Some(mac.finalize().into_bytes().to_vec())
        }
        Hash::Sha384 => {
            let mut mac = Hmac::<Sha384>::new_from_slice(key).ok()?;
            parts.iter().for_each(|part| mac.update(part));
            Some(mac.finalize().into_bytes().to_vec())
        }
    }
}

/// HKDF-Expand-Label without context, for no more than the hash gives at once (RFC 8446 §7.1).
fn expand_label(hash: Hash, secret: &[u8], label: &[u8], len: usize) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(len).ok()?.to_be_bytes();
    let label_len = u8::try_from(label.len().saturating_add(6)).ok()?;
    let mut out = hmac(hash, secret, &[&[high, low, label_len], b"tls13 ", label, &[0, 1]])?;
    (out.len() >= len).then(|| {
        out.truncate(len);
        out
    })
}

/// RFC 5246 §5.
fn prf(hash: Hash, secret: &[u8], label: &[u8], seed: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut a = hmac(hash, secret, &[label, seed])?;
    while out.len() < len {
        out.extend(hmac(hash, secret, &[&a, label, seed])?);
        a = hmac(hash, secret, &[&a])?;
    }
    out.truncate(len);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// The server's handshake traffic secret, key and IV of RFC 8448 §3.
    #[test]
    fn rfc8448_3_keys_of_the_simple_handshake() {
        let secret = bytes("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let key = expand_label(Hash::Sha256, &secret, b"key", 16).unwrap();
        assert_eq!(key, bytes("3fce516009c21727d0f2e4e86ee403bc"));
        let iv = expand_label(Hash::Sha256, &secret, b"iv", 12).unwrap();
        assert_eq!(iv, bytes("5d313eb2671276ee13000b30"));
    }
}
