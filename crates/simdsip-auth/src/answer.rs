//! The answer to a challenge: the value of Authorization or Proxy-Authorization (RFC 7616 §3.4, RFC 8760 §2.6).

use crate::compute::{Key, SessionKey, Terms, Text, userhash};
use crate::hash::digit;
use crate::param::Param;
use crate::write::{Out, SCHEME};
use crate::{Algorithm, Challenge, Error, ErrorKind, Ha1, Qop, Request};

/// What is known of the user.
#[derive(Clone, Copy)]
pub enum Secret<'s> {
    /// The password. For AKAv1: RES, or nothing where [`Answer::auts`] is given (RFC 3310 §3.3, §3.4).
    Password(&'s [u8]),
    /// What was computed of it before, for this realm and the hash of the challenge.
    Ha1(&'s Ha1),
    /// A session that goes on (`-sess`): the key that [`Credentials::session`](crate::Credentials::session) gave of the
    /// first answer after a challenge.
    Session(&'s SessionKey),
}

impl core::fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret")
    }
}

/// What an answer is made of, beside the challenge.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The user's name, never hashed.
    pub username: &'a [u8],
    /// The password, or what stands for it.
    pub secret: Secret<'a>,
    /// The request that is sent again.
    pub request: Request<'a>,
    /// A nonce of the client's, unpredictable (RFC 7616 §5.12). Not used where the challenge offers no `qop` and the
    /// algorithm needs none.
    pub cnonce: &'a [u8],
    /// How many requests, this one included, were sent with the server's nonce: from 1.
    pub nonce_count: u32,
    /// Which quality of protection, where both are offered.
    pub prefer: Qop,
    /// AUTS of 14 bytes where the card asks for another sequence number (RFC 3310 §3.4).
    pub auts: Option<&'a [u8; 14]>,
}

impl Challenge<'_> {
    /// Writes the value of [`Asker::credentials_header`](crate::Asker::credentials_header), without a line end, to the
    /// front of `out`, and gives it back. Names are hashed where the server takes that.
    ///
    /// # Errors
    /// `Algorithm` where the [`Ha1`] or [`SessionKey`] is of another one; `Malformed(NonceCount)` where that is 0; `Text` where a text has control bytes; `Room` with the length
    /// that `out` must have.
    pub fn answer<'o>(&self, answer: &Answer<'_>, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let hash = self.algorithm.hash();
        if answer.nonce_count == 0 {
            return Err(Error::new(ErrorKind::Malformed(Param::NonceCount), 0));
        }
        let computed;
        let key = match answer.secret {
            Secret::Password(password) => {
                computed = Ha1::of(hash, Text::Bytes(answer.username), Text::Word(self.realm), password);
                Key::User(&computed)
            }
            Secret::Ha1(ha1) => Key::User(ha1),
            Secret::Session(key) => Key::Session(key),
        };
        if !key.fits(self.algorithm) {
            return Err(Error::new(ErrorKind::Algorithm, 0));
        }
        let qop = self.pick(answer.prefer);
        let count = nonce_count(answer.nonce_count);
        let terms = Terms {
            algorithm: self.algorithm,
            nonce: Text::Word(self.nonce),
            cnonce: Text::Bytes(answer.cnonce),
            qop: qop.map(|qop| (qop, Text::Bytes(&count))),
            method: answer.request.method,
            uri: Text::Bytes(answer.request.uri),
        };
        let response = terms.response(key, answer.request.body);

        let mut out = Out::new(out);
        out.put(SCHEME);
        if self.userhash {
            let name = userhash(hash, answer.username, Text::Word(self.realm));
            out.quoted(Param::Username, name.as_bytes());
        } else {
            out.quoted(Param::Username, answer.username);
        }
        out.requoted(Param::Realm, self.realm);
        out.requoted(Param::Nonce, self.nonce);
        out.quoted(Param::Uri, answer.request.uri);
        out.quoted(Param::Response, response.as_bytes());
        if self.named {
            out.token(Param::Algorithm, self.algorithm.as_str().as_bytes());
        }
        if qop.is_some() || self.algorithm.is_session() {
            out.quoted(Param::Cnonce, answer.cnonce);
        }
        if let Some(opaque) = self.opaque {
            out.requoted(Param::Opaque, opaque);
        }
        if let Some(qop) = qop {
            out.token(Param::Qop, qop.as_str().as_bytes());
            out.token(Param::NonceCount, &count);
        }
        if self.userhash {
            out.token(Param::Userhash, b"true");
        }
        if let Some(auts) = answer.auts.filter(|_| self.algorithm == Algorithm::AkaV1Md5) {
            out.quoted(Param::Auts, &crate::aka::auts_text(auts));
        }
        out.finish()
    }

    fn pick(&self, prefer: Qop) -> Option<Qop> {
        [prefer, Qop::Auth, Qop::AuthInt].into_iter().find(|&qop| self.qops.has(qop))
    }
}

fn nonce_count(mut count: u32) -> [u8; 8] {
    let mut digits = [0; 8];
    for to in digits.iter_mut().rev() {
        *to = digit((count & 15) as u8);
        count >>= 4;
    }
    digits
}
