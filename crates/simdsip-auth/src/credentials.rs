//! Credentials: Authorization and Proxy-Authorization, read strictly, verified in constant time.
//!
//! Looks no user up and judges no URI: `uri` may differ from the Request-URI after forwarding, and whether its user is
//! one of ours is the caller's to say (RFC 8760 §2.6). RFC 7616 §3.4, §3.5.

use simdsip::shape::{Auth, AuthInfo};
use simdsip::{Message, Word, typed};

use crate::compute::{Key, Request, SessionKey, Terms, Text, userhash};
use crate::hash::Hex;
use crate::param::{Param, Table};
use crate::{Algorithm, Asker, Error, ErrorKind, Ha1, Qop};

/// All credentials of a message that are meant for `asker`, in wire order. A row that is not Digest, or cannot be
/// understood, is an error, so that the caller can tell `400` from `401`; who only wants Digest takes `flatten()`.
///
/// ```
/// use simdsip_auth::{Asker, credentials};
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n", &mut index)?;
/// assert_eq!(credentials(&message, Asker::Proxy).count(), 0);
/// # Ok::<(), simdsip::Error>(())
/// ```
pub fn credentials<'b>(
    message: &Message<'b>,
    asker: Asker,
) -> impl Iterator<Item = Result<Credentials<'b>, Error>> + use<'b> {
    let (user_agent, proxy) = match asker {
        Asker::UserAgent => (Some(message.list::<typed::Authorization>()), None),
        Asker::Proxy => (None, Some(message.list::<typed::ProxyAuthorization>())),
    };
    let user_agent = user_agent.into_iter().flatten().map(|row| row.map(|row| row.0));
    let proxy = proxy.into_iter().flatten().map(|row| row.map(|row| row.0));
    user_agent.chain(proxy).map(|row| match row {
        Ok(auth) => Credentials::read(&auth),
        Err(error) => Err(Error::new(ErrorKind::Scheme, error.at)),
    })
}

/// Digest credentials: every parameter that is needed is there once and can be what it says.
///
/// ```
/// use simdsip::{Span, shape::Auth};
/// use simdsip_auth::{Credentials, Ha1, Hash, Request};
/// let auth = Auth::parse(Span::new(
///     br#"Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
///  uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1""#,
/// )?)?;
/// let credentials = Credentials::read(&auth).unwrap();
/// let stored = Ha1::new(Hash::Md5, b"Mufasa", b"testrealm@host.com", b"Circle Of Life");
/// let request = Request { method: b"GET", uri: b"/dir/index.html", body: b"" };
/// assert_eq!(credentials.verify(&stored, &request), Ok(())); // RFC 2617 §3.5
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'b> {
    at: usize,
    algorithm: Algorithm,
    user: User<'b>,
    realm: Word<'b>,
    nonce: Word<'b>,
    uri: Word<'b>,
    response: Option<Hex>,
    response_at: usize,
    cnonce: Option<Word<'b>>,
    qop: Option<(Qop, Word<'b>, u32)>,
    opaque: Option<Word<'b>>,
    auts: Option<Word<'b>>,
}

/// Whom credentials name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum User<'b> {
    /// By name.
    Name(Word<'b>),
    /// By H(username ":" realm) in hexadecimal (RFC 7616 §3.4.4): look it up among hashes kept beside the names.
    Hash(Word<'b>),
    /// By name in the notation of RFC 5987 without `UTF-8''`: percent-encoded (RFC 7616 §3.4).
    Encoded(&'b [u8]),
}

impl<'b> Credentials<'b> {
    /// Reads one row.
    ///
    /// # Errors
    /// `Scheme`, `Algorithm`, `Qop` where it names what is not known; `Missing`, `Repeated`, `Malformed` for parameters
    /// (RFC 7616 §3.4 has them answered 4xx).
    pub fn read(auth: &Auth<'b>) -> Result<Credentials<'b>, Error> {
        let table = Table::read(auth)?;
        let algorithm = algorithm(&table)?;
        let response = table.require(Param::Response)?;
        let qop = protection(&table)?;
        let cnonce = table.get(Param::Cnonce);
        if cnonce.is_none() && (qop.is_some() || algorithm.is_session()) {
            table.require(Param::Cnonce)?;
        }
        Ok(Credentials {
            at: table.at(),
            algorithm,
            user: user(&table, algorithm)?,
            realm: table.require(Param::Realm)?,
            nonce: table.require(Param::Nonce)?,
            uri: table.require(Param::Uri)?,
            response: match response.inner() {
                b"" => None,
                digits => Some(
                    Hex::read(algorithm.hash(), digits)
                        .ok_or(Error::new(ErrorKind::Malformed(Param::Response), response.span().at()))?,
                ),
            },
            response_at: response.span().at(),
            cnonce,
            qop,
            opaque: table.get(Param::Opaque),
            auts: table.get(Param::Auts),
        })
    }

    /// The algorithm; `MD5` where none is named.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whom they name.
    #[must_use]
    pub fn user(&self) -> User<'b> {
        self.user
    }

    /// The realm.
    #[must_use]
    pub fn realm(&self) -> Word<'b> {
        self.realm
    }

    /// The nonce of the challenge that they answer.
    #[must_use]
    pub fn nonce(&self) -> Word<'b> {
        self.nonce
    }

    /// The URI that was authenticated.
    #[must_use]
    pub fn uri(&self) -> Word<'b> {
        self.uri
    }

    /// What the response protects; `None` from clients of RFC 2069.
    #[must_use]
    pub fn qop(&self) -> Option<Qop> {
        self.qop.map(|(qop, ..)| qop)
    }

    /// The nonce count, which goes with `qop`.
    #[must_use]
    pub fn nonce_count(&self) -> Option<u32> {
        self.qop.map(|(.., count)| count)
    }

    /// What the server asked to be given back.
    #[must_use]
    pub fn opaque(&self) -> Option<Word<'b>> {
        self.opaque
    }

    /// AUTS in Base64, where the card asks for another sequence number (RFC 3310 §3.4): [`crate::aka::auts`]. The
    /// response is then computed with an empty password.
    #[must_use]
    pub fn auts(&self) -> Option<Word<'b>> {
        self.auts
    }

    /// Where they stand in the input: the offset of the scheme.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The key of the session that these credentials begin, once they are verified: keep it, and verify what comes next
    /// with it. `None` where the algorithm makes no sessions, or `ha1` is of another hash (RFC 7616 §3.4.2).
    #[must_use]
    pub fn session(&self, ha1: &Ha1) -> Option<SessionKey> {
        let fits = self.algorithm.is_session() && Key::User(ha1).fits(self.algorithm);
        fits.then(|| SessionKey { algorithm: self.algorithm, hex: self.terms(b"").session_key(ha1) })
    }

    /// Whether the response is what `key`, a [`Ha1`] or a [`SessionKey`], gives for this method, the URI of the credentials and, with `auth-int`, the
    /// body. In constant time. `request.uri` is not looked at.
    ///
    /// # Errors
    /// `Algorithm` where `key` is of another hash; `Unanswered` where the response is empty; `Response` where it is
    /// wrong.
    pub fn verify<'k>(&self, key: impl Into<Key<'k>>, request: &Request<'_>) -> Result<(), Error> {
        let key = key.into();
        if !key.fits(self.algorithm) {
            return Err(Error::new(ErrorKind::Algorithm, self.at));
        }
        let Some(said) = &self.response else {
            return Err(Error::new(ErrorKind::Unanswered, self.response_at));
        };
        if self.terms(request.method).response(key, request.body).equals(said) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Response, self.response_at))
        }
    }

    /// `rspauth` for the response: what shows that the server, too, knows the password (RFC 7616 §3.5).
    ///
    /// # Errors
    /// `Algorithm` where `key` is of another hash.
    pub fn rspauth<'k>(&self, key: impl Into<Key<'k>>, body: &[u8]) -> Result<Hex, Error> {
        let key = key.into();
        if !key.fits(self.algorithm) {
            return Err(Error::new(ErrorKind::Algorithm, self.at));
        }
        Ok(self.terms(b"").response(key, body))
    }

    /// For clients: whether Authentication-Info shows that the server knows the password. `self` are the credentials
    /// that were sent, `body` is that of the response.
    ///
    /// # Errors
    /// `Missing`, `Repeated` or `Malformed` for `rspauth`; `Algorithm`; `Response` where it is wrong.
    pub fn verify_info<'k>(
        &self,
        info: &AuthInfo<'_>,
        key: impl Into<Key<'k>>,
        body: &[u8],
    ) -> Result<(), Error> {
        let table = Table::of(info.params(), 0)?;
        let said = table.require(Param::Rspauth)?;
        let at = said.span().at();
        let hex = Hex::read(self.algorithm.hash(), said.inner());
        let hex = hex.ok_or(Error::new(ErrorKind::Malformed(Param::Rspauth), at))?;
        if self.rspauth(key, body)?.equals(&hex) { Ok(()) } else { Err(Error::new(ErrorKind::Response, at)) }
    }

    fn terms<'t>(&self, method: &'t [u8]) -> Terms<'t>
    where
        'b: 't,
    {
        Terms {
            algorithm: self.algorithm,
            nonce: Text::Word(self.nonce),
            cnonce: self.cnonce.map_or(Text::Bytes(b""), Text::Word),
            qop: self.qop.map(|(qop, digits, _)| (qop, Text::Word(digits))),
            method,
            uri: Text::Word(self.uri),
        }
    }
}

impl User<'_> {
    /// Whether it is `username`, of `realm`; hashed names are hashed to compare.
    ///
    /// ```
    /// use simdsip::{Span, shape::Auth};
    /// use simdsip_auth::Credentials;
    /// let auth = Auth::parse(Span::new(
    ///     br#"Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, realm="a", nonce="1", uri="sip:a", response="""#,
    /// )?)?;
    /// let credentials = Credentials::read(&auth).unwrap();
    /// assert!(credentials.user().is(credentials.algorithm(), "Jäsøn Doe".as_bytes(), b"a"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is(&self, algorithm: Algorithm, username: &[u8], realm: &[u8]) -> bool {
        match self {
            User::Name(name) => name.is(username),
            User::Hash(hash) => {
                let ours = userhash(algorithm.hash(), username, Text::Bytes(realm));
                hash.inner().eq_ignore_ascii_case(ours.as_bytes())
            }
            User::Encoded(encoded) => decoded(encoded).eq(username.iter().map(|&byte| Some(byte))),
        }
    }
}

/// The bytes of a percent-encoded text; `None` for an escape without two digits.
pub(crate) fn decoded(mut encoded: &[u8]) -> impl Iterator<Item = Option<u8>> + use<'_> {
    core::iter::from_fn(move || {
        let (byte, behind) = match encoded {
            [b'%', high, low, behind @ ..] => (nibble(*high).zip(nibble(*low)), behind),
            [b'%', behind @ ..] => (None, behind),
            [byte, behind @ ..] => {
                encoded = behind;
                return Some(Some(*byte));
            }
            [] => return None,
        };
        encoded = behind;
        Some(byte.map(|(high, low)| high << 4 | low))
    })
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

pub(crate) fn algorithm(table: &Table<'_>) -> Result<Algorithm, Error> {
    match table.get(Param::Algorithm) {
        None => Ok(Algorithm::Md5),
        Some(word) => {
            Algorithm::named(word.inner()).ok_or(Error::new(ErrorKind::Algorithm, word.span().at()))
        }
    }
}

/// `qop` and the nonce count, which go together (RFC 7616 §3.4).
fn protection<'b>(table: &Table<'b>) -> Result<Option<(Qop, Word<'b>, u32)>, Error> {
    let Some(word) = table.get(Param::Qop) else { return Ok(None) };
    let qop = Qop::named(word.inner()).ok_or(Error::new(ErrorKind::Qop, word.span().at()))?;
    table.require(Param::NonceCount)?;
    let count = table.parsed(Param::NonceCount, |word| {
        let digits = word.inner();
        let text = core::str::from_utf8(digits).ok()?;
        let hexadecimal = digits.len() == 8 && digits.iter().all(u8::is_ascii_hexdigit);
        hexadecimal.then(|| u32::from_str_radix(text, 16).ok())?.map(|count| (word, count))
    })?;
    Ok(count.map(|(word, count)| (qop, word, count)))
}

fn user<'b>(table: &Table<'b>, algorithm: Algorithm) -> Result<User<'b>, Error> {
    let hashed = table.flag(Param::Userhash);
    let Some(extended) = table.get(Param::UsernameExt) else {
        let name = table.require(Param::Username)?;
        if !hashed {
            return Ok(User::Name(name));
        }
        let whole = Hex::read(algorithm.hash(), name.inner()).is_some();
        let malformed = Error::new(ErrorKind::Malformed(Param::Username), name.span().at());
        return if whole { Ok(User::Hash(name)) } else { Err(malformed) };
    };
    let at = extended.span().at();
    if table.get(Param::Username).is_some() {
        return Err(Error::new(ErrorKind::Repeated(Param::UsernameExt), at));
    }
    // RFC 5987 §3.2: charset "'" [ language ] "'" value-chars. Only UTF-8 must be known.
    let mut parts = extended.raw().splitn(3, |&byte| byte == b'\'');
    let (charset, _language, encoded) = (parts.next(), parts.next(), parts.next());
    match (charset, encoded) {
        (Some(charset), Some(encoded))
            if !hashed
                && charset.eq_ignore_ascii_case(b"UTF-8")
                && decoded(encoded).all(|byte| byte.is_some()) =>
        {
            Ok(User::Encoded(encoded))
        }
        _ => Err(Error::new(ErrorKind::Malformed(Param::UsernameExt), at)),
    }
}
