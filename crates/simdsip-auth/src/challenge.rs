//! Challenges: WWW-Authenticate and Proxy-Authenticate, and which of several to answer (RFC 7616 §3.3, RFC 8760 §2.4).

use simdsip::shape::Auth;
use simdsip::{HeaderName, Message, Word, typed};

use crate::credentials::algorithm;
use crate::param::{Param, Table};
use crate::{Algorithm, Error, ErrorKind, Qop, Qops};

/// Who asks for credentials, which decides on the header fields and the status (RFC 3261 §22.2, §22.3).
///
/// ```
/// use simdsip_auth::Asker;
/// assert_eq!(Asker::Proxy.status(), 407);
/// assert_eq!(Asker::Proxy.challenge_header().as_str(), "Proxy-Authenticate");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A user agent server or registrar: 401, WWW-Authenticate, Authorization.
    UserAgent,
    /// A proxy: 407, Proxy-Authenticate, Proxy-Authorization.
    Proxy,
}

impl Asker {
    /// The header that challenges.
    #[must_use]
    pub const fn challenge_header(self) -> HeaderName {
        match self {
            Asker::UserAgent => HeaderName::WwwAuthenticate,
            Asker::Proxy => HeaderName::ProxyAuthenticate,
        }
    }

    /// The header that answers.
    #[must_use]
    pub const fn credentials_header(self) -> HeaderName {
        match self {
            Asker::UserAgent => HeaderName::Authorization,
            Asker::Proxy => HeaderName::ProxyAuthorization,
        }
    }

    /// The status of a response that challenges.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Asker::UserAgent => 401,
            Asker::Proxy => 407,
        }
    }
}

/// All challenges of a response in wire order, user agents' before proxies': a fork may have gathered both
/// (RFC 3261 §16.7 step 7). What is not understood is an error, to be passed over: `flatten()`.
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let response = parser.parse(
///     b"SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"1\", algorithm=SHA-3\r\n\
///       WWW-Authenticate: Digest realm=\"a\", nonce=\"2\"\r\nl: 0\r\n\r\n",
///     &mut index,
/// )?;
/// assert_eq!(simdsip_auth::challenges(&response).count(), 2);
/// assert_eq!(simdsip_auth::challenges(&response).flatten().count(), 1);
/// # Ok::<(), simdsip::Error>(())
/// ```
pub fn challenges<'b>(message: &Message<'b>) -> impl Iterator<Item = Result<Challenge<'b>, Error>> + use<'b> {
    let user_agent =
        message.list::<typed::WwwAuthenticate>().map(|row| (row.map(|row| row.0), Asker::UserAgent));
    let proxy = message.list::<typed::ProxyAuthenticate>().map(|row| (row.map(|row| row.0), Asker::Proxy));
    user_agent.chain(proxy).map(|(row, asker)| match row {
        Ok(auth) => Challenge::read(&auth, asker),
        Err(error) => Err(Error::new(ErrorKind::Scheme, error.at)),
    })
}

/// What decides between challenges of one realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// The topmost that is understood: the server's wish (RFC 8760 §2.4).
    Order,
    /// The strongest hash, then the topmost: where the path may be tampered with (RFC 8760 §3).
    Strength,
}

/// The challenge to answer among those of one realm; `None` where there is none. A response with several realms wants
/// an answer for each: filter by [`Challenge::realm`] first.
///
/// ```
/// use simdsip_auth::{Algorithm, Preference, challenges, choose};
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let response = parser.parse(
///     b"SIP/2.0 407 P\r\nProxy-Authenticate: Digest realm=\"a\", nonce=\"1\"\r\n\
///       Proxy-Authenticate: Digest realm=\"a\", nonce=\"2\", algorithm=SHA-256\r\nl: 0\r\n\r\n",
///     &mut index,
/// )?;
/// let all = || challenges(&response).flatten().filter(|challenge| challenge.realm().is(b"a"));
/// assert_eq!(choose(all(), Preference::Order).unwrap().algorithm(), Algorithm::Md5);
/// assert_eq!(choose(all(), Preference::Strength).unwrap().algorithm(), Algorithm::Sha256);
/// # Ok::<(), simdsip::Error>(())
/// ```
pub fn choose<'b>(
    challenges: impl IntoIterator<Item = Challenge<'b>>,
    preference: Preference,
) -> Option<Challenge<'b>> {
    let mut challenges = challenges.into_iter();
    let first = challenges.next()?;
    match preference {
        Preference::Order => Some(first),
        Preference::Strength => Some(challenges.fold(first, |best, next| {
            if next.algorithm.hash() > best.algorithm.hash() { next } else { best }
        })),
    }
}

/// A Digest challenge that is understood. Answered by [`Challenge::answer`].
///
/// ```
/// use simdsip::{Span, shape::Auth};
/// use simdsip_auth::{Algorithm, Asker, Challenge, Qops};
/// let auth = Auth::parse(Span::new(br#"Digest realm="a", nonce="1", qop="auth-int,x,auth", stale=TRUE"#)?)?;
/// let challenge = Challenge::read(&auth, Asker::UserAgent).unwrap();
/// assert_eq!((challenge.algorithm(), challenge.qops()), (Algorithm::Md5, Qops::Both));
/// assert!(challenge.is_stale());
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'b> {
    pub(crate) asker: Asker,
    pub(crate) algorithm: Algorithm,
    pub(crate) named: bool,
    pub(crate) qops: Qops,
    pub(crate) realm: Word<'b>,
    pub(crate) nonce: Word<'b>,
    pub(crate) opaque: Option<Word<'b>>,
    pub(crate) stale: bool,
    pub(crate) userhash: bool,
}

impl<'b> Challenge<'b> {
    /// Reads one row.
    ///
    /// # Errors
    /// `Scheme`, `Algorithm`, `Qop` where it asks for what is not known: pass it over (RFC 8760 §2.4). `Missing`,
    /// `Repeated`, `Malformed` for parameters.
    pub fn read(auth: &Auth<'b>, asker: Asker) -> Result<Challenge<'b>, Error> {
        let table = Table::read(auth)?;
        Ok(Challenge {
            asker,
            algorithm: algorithm(&table)?,
            named: table.get(Param::Algorithm).is_some(),
            qops: qops(&table)?,
            realm: table.require(Param::Realm)?,
            nonce: table.require(Param::Nonce)?,
            opaque: table.get(Param::Opaque),
            stale: table.flag(Param::Stale),
            userhash: table.flag(Param::Userhash),
        })
    }

    /// Who asks.
    #[must_use]
    pub fn asker(&self) -> Asker {
        self.asker
    }

    /// The algorithm; `MD5` where none is named.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The qualities of protection that are offered.
    #[must_use]
    pub fn qops(&self) -> Qops {
        self.qops
    }

    /// The realm: whose users are asked for.
    #[must_use]
    pub fn realm(&self) -> Word<'b> {
        self.realm
    }

    /// The nonce. With AKA it holds RAND and AUTN: [`crate::aka::challenge`].
    #[must_use]
    pub fn nonce(&self) -> Word<'b> {
        self.nonce
    }

    /// Whether the password was right and only the nonce too old: try again without asking the user.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Whether the server takes hashed user names. [`Challenge::answer`] then gives one (RFC 7616 §3.4.4).
    #[must_use]
    pub fn takes_userhash(&self) -> bool {
        self.userhash
    }
}

/// Values that are not known are passed over; a list of nothing else cannot be answered (RFC 7616 §3.3).
fn qops(table: &Table<'_>) -> Result<Qops, Error> {
    let Some(word) = table.get(Param::Qop) else { return Ok(Qops::None) };
    let known = || word.inner().split(|&byte| byte == b',').filter_map(|name| Qop::named(name.trim_ascii()));
    match (known().any(|qop| qop == Qop::Auth), known().any(|qop| qop == Qop::AuthInt)) {
        (true, true) => Ok(Qops::Both),
        (true, false) => Ok(Qops::Auth),
        (false, true) => Ok(Qops::AuthInt),
        (false, false) => Err(Error::new(ErrorKind::Qop, word.span().at())),
    }
}
