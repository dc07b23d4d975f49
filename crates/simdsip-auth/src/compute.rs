//! The formulas: A1, A2, the response (RFC 7616 §3.4.1 to §3.4.4; RFC 2617 §3.2.2.1 where there is no `qop`).
//!
//! Text goes into the hash in pieces, as it stands: quotes and backslashes of the wire are taken away on the way, and
//! nothing is joined in memory.

use core::fmt;

use simdsip::Word;

use crate::hash::{Hasher, Hex};
use crate::{Algorithm, Hash, Qop};

/// What is authenticated of a request.
///
/// ```
/// use simdsip_auth::Request;
/// let request = Request { method: b"REGISTER", uri: b"sip:atlanta.example", body: b"" };
/// # let _ = request;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The method, whose case counts.
    pub method: &'r [u8],
    /// The Request-URI. Verification takes that of the credentials instead (RFC 8760 §2.6).
    pub uri: &'r [u8],
    /// The body, which `auth-int` protects.
    pub body: &'r [u8],
}

/// H(A1) of a user: the hash of name, realm and password. What a server keeps instead of passwords; whoever has it can
/// answer every challenge of that realm, so keep it like one. `Debug` does not show it.
///
/// ```
/// use simdsip_auth::{Ha1, Hash};
/// let stored = Ha1::new(Hash::Md5, b"Mufasa", b"testrealm@host.com", b"Circle Of Life");
/// assert_eq!(stored.hex().as_bytes(), b"939e7578ed9e3c518a452acee763bce9");
/// assert!(Ha1::from_hex(Hash::Md5, b"939e7578ed9e3c518a452acee763bce9").is_some());
/// assert!(Ha1::from_hex(Hash::Sha256, b"939e7578ed9e3c518a452acee763bce9").is_none()); // too short
/// ```
#[derive(Clone, Copy)]
pub struct Ha1 {
    hash: Hash,
    hex: Hex,
}

impl Ha1 {
    /// Of a password; for AKAv1, of RES (RFC 3310 §3.3).
    #[must_use]
    pub fn new(hash: Hash, username: &[u8], realm: &[u8], password: &[u8]) -> Ha1 {
        Ha1::of(hash, Text::Bytes(username), Text::Bytes(realm), password)
    }

    pub(crate) fn of(hash: Hash, username: Text<'_>, realm: Text<'_>, password: &[u8]) -> Ha1 {
        let mut hasher = Hasher::new(hash);
        username.feed(&mut hasher);
        hasher.update(b":");
        realm.feed(&mut hasher);
        Ha1 { hash, hex: hasher.with(b":").with(password).finish() }
    }

    /// As it was stored: hexadecimal digits in any case, as many as the hash gives, else `None`.
    #[must_use]
    pub fn from_hex(hash: Hash, digits: &[u8]) -> Option<Ha1> {
        Some(Ha1 { hash, hex: Hex::read(hash, digits)? })
    }

    /// The hash function that made it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// To be stored.
    #[must_use]
    pub fn hex(&self) -> &Hex {
        &self.hex
    }
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ha1 of {:?}", self.hash)
    }
}

/// The session key of `-sess`: H(A1) through the nonces of the first request after a challenge, which all requests of
/// the session keep, whatever nonces they have themselves (RFC 7616 §3.4.2). Made by [`crate::Credentials::session`].
/// `Debug` does not show it.
#[derive(Clone, Copy)]
pub struct SessionKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) hex: Hex,
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKey of {}", self.algorithm)
    }
}

/// What a response is computed with: that of a user, or of a session that goes on.
#[derive(Clone, Copy, Debug)]
pub enum Key<'k> {
    /// With an algorithm that makes sessions: one that begins.
    User(&'k Ha1),
    /// A session that goes on.
    Session(&'k SessionKey),
}

impl<'k> From<&'k Ha1> for Key<'k> {
    fn from(ha1: &'k Ha1) -> Key<'k> {
        Key::User(ha1)
    }
}

impl<'k> From<&'k SessionKey> for Key<'k> {
    fn from(key: &'k SessionKey) -> Key<'k> {
        Key::Session(key)
    }
}

impl Key<'_> {
    /// Whether it can be of that algorithm.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Key::User(ha1) => ha1.hash == algorithm.hash(),
            Key::Session(key) => key.algorithm == algorithm && algorithm.is_session(),
        }
    }
}

/// Bytes, or a word of the wire by its meaning.
#[derive(Clone, Copy)]
pub(crate) enum Text<'t> {
    Bytes(&'t [u8]),
    Word(Word<'t>),
}

impl Text<'_> {
    fn feed(&self, hasher: &mut Hasher) {
        match self {
            Text::Bytes(bytes) => hasher.update(bytes),
            Text::Word(word) => word.unescaped().for_each(|piece| hasher.update(piece)),
        }
    }
}

/// What a response is computed of, beside the body.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'t> {
    pub(crate) algorithm: Algorithm,
    pub(crate) nonce: Text<'t>,
    /// Empty where the client gave none.
    pub(crate) cnonce: Text<'t>,
    /// Eight digits as the client wrote them, with the quality of protection.
    pub(crate) qop: Option<(Qop, Text<'t>)>,
    /// Empty for `rspauth` (RFC 7616 §3.5).
    pub(crate) method: &'t [u8],
    pub(crate) uri: Text<'t>,
}

impl Terms<'_> {
    /// KD(H(A1), …). The caller vouches that `key` fits the algorithm.
    pub(crate) fn response(&self, key: Key<'_>, body: &[u8]) -> Hex {
        let hash = self.algorithm.hash();
        let key = match key {
            Key::User(ha1) => self.session_key(ha1),
            Key::Session(key) => key.hex,
        };
        let mut a2 = Hasher::new(hash).with(self.method).with(b":");
        self.uri.feed(&mut a2);
        if let Some((Qop::AuthInt, _)) = self.qop {
            a2 = a2.with(b":").with(Hasher::new(hash).with(body).finish().as_bytes());
        }
        let mut response = Hasher::new(hash).with(key.as_bytes()).with(b":");
        self.nonce.feed(&mut response);
        if let Some((qop, nonce_count)) = self.qop {
            response.update(b":");
            nonce_count.feed(&mut response);
            response.update(b":");
            self.cnonce.feed(&mut response);
            response.update(b":");
            response.update(qop.as_str().as_bytes());
        }
        response.with(b":").with(a2.finish().as_bytes()).finish()
    }

    /// H(A1), through the nonces where the algorithm asks for that (RFC 7616 §3.4.2).
    pub(crate) fn session_key(&self, ha1: &Ha1) -> Hex {
        if !self.algorithm.is_session() {
            return ha1.hex;
        }
        let mut hasher = Hasher::new(self.algorithm.hash()).with(ha1.hex.as_bytes()).with(b":");
        self.nonce.feed(&mut hasher);
        hasher.update(b":");
        self.cnonce.feed(&mut hasher);
        hasher.finish()
    }
}

/// The name of a user as a hash: H(username ":" realm) (RFC 7616 §3.4.4).
pub(crate) fn userhash(hash: Hash, username: &[u8], realm: Text<'_>) -> Hex {
    let mut hasher = Hasher::new(hash).with(username).with(b":");
    realm.feed(&mut hasher);
    hasher.finish()
}
