//! Keys and who proves what: fingerprint, setup, crypto.

use crate::error::{Error, ErrorKind};
use crate::sdp::number::integer32;
use crate::sdp::words::{Fields, Place, Words};
use crate::text::Span;

/// `a=fingerprint`: the hash of a certificate (RFC 8122 §5).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Fingerprint;
/// let print = Fingerprint::parse(Span::new(b"sha-1 4A:AD:B9")?)?;
/// assert_eq!(print.hash(), b"sha-1");
/// assert!(print.octets().eq([Ok(0x4a), Ok(0xad), Ok(0xb9)]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint<'b> {
    value: Span<'b>,
    hash: Place,
    print: Place,
}

impl<'b> Fingerprint<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Fingerprint` where hash function or fingerprint is missing.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Fingerprint<'b>, Error> {
        let fields = Fields::<2>::of(value);
        let Some(print) = fields.get(1) else { return Err(value.error(ErrorKind::Fingerprint)) };
        Ok(Fingerprint { value, hash: fields.or_end(0), print })
    }

    /// The hash function, such as `sha-256`, to be compared in any case.
    #[inline]
    #[must_use]
    pub fn hash(&self) -> &'b [u8] {
        self.hash.bytes(self.value)
    }

    /// The fingerprint as it stands: octets in hexadecimal, apart by colons.
    #[inline]
    #[must_use]
    pub fn value(&self) -> Span<'b> {
        self.print.within(self.value)
    }

    /// Its octets.
    pub fn octets(&self) -> impl Iterator<Item = Result<u8, Error>> + Clone + use<'b> {
        let value = self.print.within(self.value);
        let mut places = value.bytes().chunks(3).scan(value.at(), |at, piece| {
            let place = *at;
            *at = at.saturating_add(piece.len());
            Some((place, piece))
        });
        core::iter::from_fn(move || {
            let (at, piece) = places.next()?;
            let digit = |byte: u8| (byte as char).to_digit(16);
            let octet = match piece {
                [high, low] | [high, low, b':'] => digit(*high).zip(digit(*low)),
                _ => None,
            };
            let octet = octet.and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
            Some(octet.ok_or(Error::new(ErrorKind::Fingerprint, at)))
        })
    }
}

/// `a=setup`: who opens the connection (RFC 4145 §4; RFC 8842 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Setup<'b> {
    /// It will.
    Active,
    /// It waits.
    Passive,
    /// Either; the answerer chooses.
    Actpass,
    /// Nobody, for now.
    Holdconn,
    /// Another word.
    Other(&'b [u8]),
}

impl<'b> Setup<'b> {
    /// Reads it, in any case.
    ///
    /// # Errors
    /// `Value` where there is none.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::sdp::shape::Setup;
    /// assert_eq!(Setup::parse(Span::new(b"actpass")?)?, Setup::Actpass);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Setup<'b>, Error> {
        let word = super::Token::parse(value)?.as_bytes();
        let words: [(&[u8], Setup<'b>); 4] = [
            (b"active", Setup::Active),
            (b"passive", Setup::Passive),
            (b"actpass", Setup::Actpass),
            (b"holdconn", Setup::Holdconn),
        ];
        let known = words.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        Ok(known.map_or(Setup::Other(word), |(_, setup)| setup))
    }
}

/// `a=crypto`: keys of SRTP, in the open (RFC 4568 §4). Whoever shows one to people hides [`KeyParam::key`].
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Crypto;
/// let crypto = Crypto::parse(Span::new(b"1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVC|2^20|1:32 KDR=1")?)?;
/// assert_eq!((crypto.tag(), crypto.suite()), (1, &b"AES_CM_128_HMAC_SHA1_80"[..]));
/// let key = crypto.keys().next().unwrap();
/// assert_eq!((key.method(), key.key().bytes(), key.lifetime().unwrap().bytes()), (&b"inline"[..], &b"d0RmdmcmVC"[..], &b"2^20"[..]));
/// assert_eq!(crypto.session_params().next().unwrap().bytes(), b"KDR=1");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Crypto<'b> {
    value: Span<'b>,
    tag: u32,
    suite: Place,
    keys: Place,
    session_params: Place,
}

impl<'b> Crypto<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Crypto` where tag, suite or keys are missing; `Number`, `NumberRange` for a tag above `u32::MAX`.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Crypto<'b>, Error> {
        let fields = Fields::<4>::of(value);
        let Some(keys) = fields.get(2) else { return Err(value.error(ErrorKind::Crypto)) };
        let tag = integer32(fields.or_end(0).within(value))?;
        Ok(Crypto { value, tag, suite: fields.or_end(1), keys, session_params: fields.or_end(3) })
    }

    /// Which of the offered ones.
    #[inline]
    #[must_use]
    pub fn tag(&self) -> u32 {
        self.tag
    }

    /// The suite, such as `AES_CM_128_HMAC_SHA1_80`.
    #[inline]
    #[must_use]
    pub fn suite(&self) -> &'b [u8] {
        self.suite.bytes(self.value)
    }

    /// The keys.
    #[inline]
    pub fn keys(&self) -> impl Iterator<Item = KeyParam<'b>> + Clone + use<'b> {
        Words::apart(self.keys.within(self.value), b';').map(|span| KeyParam { span })
    }

    /// The session parameters, as they stand.
    #[inline]
    #[must_use]
    pub fn session_params(&self) -> Words<'b> {
        Words::new(self.session_params.within(self.value))
    }
}

/// One key of a `crypto` attribute: `inline:KEY|LIFETIME|MKI:LENGTH`.
#[derive(Clone, Copy, Debug)]
pub struct KeyParam<'b> {
    span: Span<'b>,
}

impl<'b> KeyParam<'b> {
    /// The method; only `inline` is registered.
    #[must_use]
    pub fn method(&self) -> &'b [u8] {
        self.span.to(self.span.find([b':'])).bytes()
    }

    /// What stands behind the method.
    #[must_use]
    pub fn info(&self) -> Span<'b> {
        self.span.after(self.span.find([b':']))
    }

    /// Key and salt, in base64. A secret.
    #[must_use]
    pub fn key(&self) -> Span<'b> {
        self.info().to(self.info().find([b'|']))
    }

    /// How many packets it may serve, such as `2^20`.
    #[must_use]
    pub fn lifetime(&self) -> Option<Span<'b>> {
        self.parts().find(|part| part.find([b':']) == part.end())
    }

    /// The number of the key and its length, such as `1:4`.
    #[must_use]
    pub fn mki(&self) -> Option<Span<'b>> {
        self.parts().find(|part| part.find([b':']) != part.end())
    }

    fn parts(&self) -> impl Iterator<Item = Span<'b>> + use<'b> {
        Words::apart(self.info().after(self.info().find([b'|'])), b'|')
    }
}
