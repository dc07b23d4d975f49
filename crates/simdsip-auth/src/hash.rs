//! The three hash functions behind one type, and digests as hexadecimal text (RFC 7616 §3.3, RFC 8760 §2.2).

use core::fmt;

use sha2::digest::Digest as _;
use subtle::{Choice, ConstantTimeEq};

/// Bytes of the longest digest.
pub(crate) const MAX: usize = 32;

/// A hash function. The order is that of strength.
///
/// ```
/// use simdsip_auth::Hash;
/// assert!(Hash::Md5 < Hash::Sha256);
/// assert_eq!(Hash::Sha512_256.hex_len(), 64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Hash {
    /// MD5: 128 bits, for peers that know nothing better (RFC 8760 §3).
    Md5,
    /// SHA-256.
    Sha256,
    /// SHA-512/256, which is not SHA-512 cut short: it starts from values of its own (FIPS 180-4 §5.3.6).
    Sha512_256,
}

impl Hash {
    /// Hexadecimal digits of a digest.
    #[must_use]
    pub const fn hex_len(self) -> usize {
        match self {
            Hash::Md5 => 32,
            Hash::Sha256 | Hash::Sha512_256 => 64,
        }
    }
}

/// A digest that is being computed.
pub(crate) enum Hasher {
    Md5(md5::Md5),
    Sha256(sha2::Sha256),
    Sha512_256(sha2::Sha512_256),
}

impl Hasher {
    pub(crate) fn new(hash: Hash) -> Hasher {
        match hash {
            Hash::Md5 => Hasher::Md5(md5::Md5::new()),
            Hash::Sha256 => Hasher::Sha256(sha2::Sha256::new()),
            Hash::Sha512_256 => Hasher::Sha512_256(sha2::Sha512_256::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Md5(state) => state.update(bytes),
            Hasher::Sha256(state) => state.update(bytes),
            Hasher::Sha512_256(state) => state.update(bytes),
        }
    }

    /// The same, for chaining.
    pub(crate) fn with(mut self, bytes: &[u8]) -> Hasher {
        self.update(bytes);
        self
    }

    pub(crate) fn finish(self) -> Hex {
        match self {
            Hasher::Md5(state) => Hex::of(&state.finalize()),
            Hasher::Sha256(state) => Hex::of(&state.finalize()),
            Hasher::Sha512_256(state) => Hex::of(&state.finalize()),
        }
    }
}

/// A digest as its formulas and messages take it: hexadecimal digits in lower case.
///
/// Compared in constant time; `Debug` does not show it.
#[derive(Clone, Copy)]
pub struct Hex {
    digits: [u8; 2 * MAX],
    len: usize,
}

impl Hex {
    fn of(bytes: &[u8]) -> Hex {
        let mut hex = Hex { digits: [0; 2 * MAX], len: bytes.len().saturating_mul(2) };
        for (pair, byte) in hex.digits.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        hex
    }

    /// Reads `text`: as many digits as `hash` gives, in any case.
    pub(crate) fn read(hash: Hash, text: &[u8]) -> Option<Hex> {
        let mut hex = Hex { digits: [0; 2 * MAX], len: hash.hex_len() };
        if text.len() != hex.len || !text.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        for (to, from) in hex.digits.iter_mut().zip(text) {
            *to = from.to_ascii_lowercase();
        }
        Some(hex)
    }

    /// The digits.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or(&[])
    }

    /// Equal, in a time that does not tell where they differ.
    pub(crate) fn equals(&self, other: &Hex) -> bool {
        let same: Choice = self.as_bytes().ct_eq(other.as_bytes());
        same.into()
    }
}

/// The digit of a number below 16, in lower case.
pub(crate) fn digit(value: u8) -> u8 {
    if value < 10 { b'0'.wrapping_add(value) } else { b'a'.wrapping_add(value.wrapping_sub(10)) }
}

impl PartialEq for Hex {
    fn eq(&self, other: &Hex) -> bool {
        self.equals(other)
    }
}

impl Eq for Hex {}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hex of {} digits", self.len)
    }
}
