//! Algorithms and qualities of protection by their names (RFC 7616 §3.3, §6.1; RFC 8760 §2.7; RFC 3310 §3.2).

use core::fmt;

use crate::Hash;

/// An algorithm of the IANA registry that is implemented here.
///
/// ```
/// use simdsip_auth::{Algorithm, Hash};
/// assert_eq!(Algorithm::named(b"sha-512-256-SESS"), Some(Algorithm::Sha512_256Sess));
/// assert_eq!(Algorithm::named(b"SHA-512"), None); // not registered
/// assert_eq!(Algorithm::AkaV1Md5.hash(), Hash::Md5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// `MD5`, which is meant where none is named.
    Md5,
    /// `MD5-sess`
    Md5Sess,
    /// `SHA-256`
    Sha256,
    /// `SHA-256-sess`
    Sha256Sess,
    /// `SHA-512-256`
    Sha512_256,
    /// `SHA-512-256-sess`
    Sha512_256Sess,
    /// `AKAv1-MD5`: the password is the response of the card, RES (RFC 3310 §3.3).
    AkaV1Md5,
}

impl Algorithm {
    /// All of them.
    pub const ALL: &'static [Algorithm] = &[
        Algorithm::Md5,
        Algorithm::Md5Sess,
        Algorithm::Sha256,
        Algorithm::Sha256Sess,
        Algorithm::Sha512_256,
        Algorithm::Sha512_256Sess,
        Algorithm::AkaV1Md5,
    ];

    /// The algorithm of that name, in any case.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Algorithm> {
        Algorithm::ALL.iter().copied().find(|it| it.as_str().as_bytes().eq_ignore_ascii_case(name))
    }

    /// The name, as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Sess => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Sess => "SHA-256-sess",
            Algorithm::Sha512_256 => "SHA-512-256",
            Algorithm::Sha512_256Sess => "SHA-512-256-sess",
            Algorithm::AkaV1Md5 => "AKAv1-MD5",
        }
    }

    /// Its hash function.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess | Algorithm::AkaV1Md5 => Hash::Md5,
            Algorithm::Sha256 | Algorithm::Sha256Sess => Hash::Sha256,
            Algorithm::Sha512_256 | Algorithm::Sha512_256Sess => Hash::Sha512_256,
        }
    }

    /// Whether a session key is derived from the first nonces (RFC 7616 §3.4.2).
    #[must_use]
    pub const fn is_session(self) -> bool {
        matches!(self, Algorithm::Md5Sess | Algorithm::Sha256Sess | Algorithm::Sha512_256Sess)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the response protects.
///
/// ```
/// use simdsip_auth::Qop;
/// assert_eq!(Qop::named(b"AUTH-INT"), Some(Qop::AuthInt));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qop {
    /// `auth`: method and URI.
    Auth,
    /// `auth-int`: and the body.
    AuthInt,
}

impl Qop {
    /// The value of that name, in any case.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Qop> {
        [Qop::Auth, Qop::AuthInt].into_iter().find(|it| it.as_str().as_bytes().eq_ignore_ascii_case(name))
    }

    /// The name, as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
        }
    }
}

/// What a challenge offers.
///
/// ```
/// use simdsip_auth::{Qop, Qops};
/// assert!(Qops::Both.has(Qop::AuthInt));
/// assert!(!Qops::None.has(Qop::Auth));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qops {
    /// Nothing: a server of RFC 2069. Answers then carry neither nonce count nor nonce of the client.
    None,
    /// `auth`
    Auth,
    /// `auth-int`
    AuthInt,
    /// `auth,auth-int`
    Both,
}

impl Qops {
    /// Whether `qop` is offered.
    #[must_use]
    pub const fn has(self, qop: Qop) -> bool {
        matches!((self, qop), (Qops::Both, _) | (Qops::Auth, Qop::Auth) | (Qops::AuthInt, Qop::AuthInt))
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Qops::None => "",
            Qops::Auth => "auth",
            Qops::AuthInt => "auth-int",
            Qops::Both => "auth,auth-int",
        }
    }
}
