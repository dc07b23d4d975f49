//! Nonces without memory: a time, a salt and their keyed hash (RFC 7616 §3.3, §5.4).
//!
//! Whoever has the key can tell what it made and when, on any machine that shares it. Keeps nothing: whether a nonce was
//! used before is for [`crate::Replays`].

use core::fmt;
use core::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use simdsip::Word;
use subtle::ConstantTimeEq;

use crate::hash::digit;

/// Bytes of a nonce: 64 hexadecimal digits for 8 bytes of time, 8 of salt, 16 of their keyed hash.
pub const NONCE_LEN: usize = 64;

const TIMED: usize = 16;
const WHOLE: usize = 32;

/// The key that makes nonces: 32 unpredictable bytes, shared by the machines of one realm. `Debug` does not show it.
///
/// ```
/// use core::time::Duration;
/// use simdsip::{Span, Word};
/// use simdsip_auth::NonceKey;
/// let key = NonceKey::new([7; 32]);
/// let nonce = key.nonce(Duration::from_secs(1_000), 1);
/// let word = Word::new(Span::new(&nonce)?);
/// assert_eq!(key.issued(word), Some(Duration::from_secs(1_000)));
/// assert_eq!(NonceKey::new([8; 32]).issued(word), None);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone)]
pub struct NonceKey {
    key: [u8; 32],
}

impl NonceKey {
    /// Takes the key.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> NonceKey {
        NonceKey { key }
    }

    /// A nonce of `now`, a time since an epoch of the caller's, counted in microseconds. `salt` tells those of one
    /// moment apart: a counter, or random bits.
    #[must_use]
    pub fn nonce(&self, now: Duration, salt: u64) -> [u8; NONCE_LEN] {
        let micros = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        let timed = (u128::from(micros) << 64 | u128::from(salt)).to_be_bytes();
        let mut nonce = [0; NONCE_LEN];
        for (pair, byte) in nonce.chunks_exact_mut(2).zip(timed.iter().chain(&self.tag(&timed))) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        nonce
    }

    /// When this key made `nonce`; `None` where it did not. In constant time once the text is read.
    #[must_use]
    pub fn issued(&self, nonce: Word<'_>) -> Option<Duration> {
        self.read(nonce).map(|read| Duration::from_micros(read.micros))
    }

    pub(crate) fn read(&self, nonce: Word<'_>) -> Option<Read> {
        let digits: &[u8; NONCE_LEN] = nonce.inner().try_into().ok()?;
        let mut bytes = [0; WHOLE];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            // Lower case alone: a nonce has one spelling.
            let [high, low] = <[u8; 2]>::try_from(pair).ok()?;
            *byte = nibble(high)? << 4 | nibble(low)?;
        }
        let (timed, tag) = bytes.split_first_chunk::<TIMED>()?;
        let ours: bool = self.tag(timed).ct_eq(tag).into();
        let (micros, _) = timed.split_first_chunk()?;
        let (id, _) = tag.split_first_chunk()?;
        ours.then(|| Read { micros: u64::from_be_bytes(*micros), id: u64::from_be_bytes(*id) })
    }

    fn tag(&self, timed: &[u8; TIMED]) -> [u8; TIMED] {
        // HMAC fills a key up with zeros to the hash's block itself (RFC 2104 §2).
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(self.key) {
            *to = from;
        }
        let mac = <Hmac<sha2::Sha256> as KeyInit>::new(&block.into()).chain_update(timed).finalize();
        let mut tag = [0; TIMED];
        for (to, from) in tag.iter_mut().zip(mac.into_bytes()) {
            *to = from;
        }
        tag
    }
}

/// A nonce of ours.
pub(crate) struct Read {
    pub(crate) micros: u64,
    /// Half of the keyed hash: nobody else can choose it.
    pub(crate) id: u64,
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

impl fmt::Debug for NonceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NonceKey")
    }
}
