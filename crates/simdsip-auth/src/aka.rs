//! AKAv1 (RFC 3310): what the nonce and AUTS hold. The card, or its keys, are the caller's.
//!
//! With RES in hand the rest is Digest: the password is RES ([`crate::Secret::Password`], [`crate::Ha1::new`]), and
//! empty where AUTS is sent (§3.4).

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use simdsip::Word;

/// Written with padding, read with or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the home network sends to the card (RFC 3310 §3.2).
///
/// ```
/// use simdsip::{Span, Word};
/// let nonce = Word::new(Span::new(br#""AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=""#)?);
/// let challenge = simdsip_auth::aka::challenge(nonce).unwrap();
/// assert_eq!((challenge.rand[15], challenge.autn[0]), (15, 16));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AkaChallenge {
    /// The random challenge.
    pub rand: [u8; 16],
    /// The token that authenticates the network.
    pub autn: [u8; 16],
}

/// RAND and AUTN out of a nonce; `None` where it is not Base64 of 32 bytes and more. What follows them is the server's.
/// Nonces of over 384 digits are none.
#[must_use]
pub fn challenge(nonce: Word<'_>) -> Option<AkaChallenge> {
    let mut bytes = [0; 288];
    let bytes = BASE64.decode_slice(nonce.inner(), &mut bytes).ok().and_then(|len| bytes.get(..len))?;
    let (rand, rest) = bytes.split_first_chunk()?;
    let (autn, _) = rest.split_first_chunk()?;
    Some(AkaChallenge { rand: *rand, autn: *autn })
}

/// AUTS out of credentials; `None` where it is not Base64 of 14 bytes.
///
/// ```
/// use simdsip::{Span, Word};
/// let auts = Word::new(Span::new(br#""AAECAwQFBgcICQoLDA0=""#)?);
/// assert_eq!(simdsip_auth::aka::auts(auts).unwrap()[13], 13);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[must_use]
pub fn auts(value: Word<'_>) -> Option<[u8; 14]> {
    let mut bytes = [0; 18];
    let len = BASE64.decode_slice(value.inner(), &mut bytes).ok()?;
    bytes.get(..len)?.try_into().ok()
}

/// 14 bytes as the 20 digits that they take.
pub(crate) fn auts_text(auts: &[u8; 14]) -> [u8; 20] {
    let mut text = [0; 20];
    // Cannot fail: 14 bytes take 20 digits, padding included.
    let _ = BASE64.encode_slice(auts, &mut text);
    text
}
