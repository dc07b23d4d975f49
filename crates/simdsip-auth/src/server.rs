//! A realm: writes its challenges, judges what comes back (RFC 3261 §22, RFC 7616 §3.3 to §3.6, RFC 8760 §2.3).
//!
//! Sends nothing and knows no users: the caller finds the H(A1) of whom the credentials name and answers by what
//! [`Server::judge`] says.

use core::time::Duration;

use crate::compute::{Key, Request};
use crate::nonce::NonceKey;
use crate::param::Param;
use crate::replay::{Count, Replays};
use crate::write::{Out, SCHEME};
use crate::{Algorithm, Credentials, Error, ErrorKind, Qops};

/// Whether a nonce was refused for its age alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// A first challenge, or one after a wrong response.
    First,
    /// The response was right, its nonce too old: the client need not ask its user again.
    Stale,
}

/// Whether answers without `qop` are taken, as clients of RFC 2069 and RFC 2543 send them. They have no nonce count, so
/// nothing tells a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legacy {
    /// Refused, with `Missing(Qop)`.
    Refuse,
    /// Taken while the nonce is young.
    Accept,
}

/// How users may name themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// In the clear.
    Plain,
    /// As a hash, too: `userhash=true` is offered (RFC 7616 §3.4.4). Few SIP clients know it.
    Hashed,
}

/// What a server asks for.
///
/// ```
/// use core::time::Duration;
/// use simdsip::{Index, Parser, Span, shape::Auth};
/// use simdsip_auth::*;
///
/// let server = Server {
///     realm: b"atlanta.example",
///     algorithms: &[Algorithm::Sha256, Algorithm::Md5],
///     qops: Qops::Auth,
///     legacy: Legacy::Refuse,
///     names: Names::Plain,
///     key: &NonceKey::new([7; 32]),
///     lifetime: Duration::from_secs(300),
/// };
/// // A challenge for each algorithm, in this order (RFC 8760 §2.3).
/// let (mut now, mut buffer) = (Duration::from_secs(1_000), [0; 512]);
/// let challenge = server.write_challenge(Algorithm::Sha256, Age::First, now, 1, &mut buffer).unwrap();
///
/// # let challenge = Challenge::read(&Auth::parse(Span::new(challenge)?)?, Asker::UserAgent).unwrap();
/// # let request = Request { method: b"REGISTER", uri: b"sip:atlanta.example", body: b"" };
/// # let mut answer = [0; 512];
/// # let answer = challenge.answer(&Answer { username: b"alice", secret: Secret::Password(b"secret"), request,
/// #     cnonce: b"0a4f113b", nonce_count: 1, prefer: Qop::Auth, auts: None }, &mut answer).unwrap();
/// # let credentials = Credentials::read(&Auth::parse(Span::new(answer)?)?).unwrap();
/// // What the client sends; the user it names; what is stored of that user.
/// let stored = Ha1::new(Hash::Sha256, b"alice", b"atlanta.example", b"secret");
/// let mut room = [const { Slot::new() }; 16];
/// let mut replays = Replays::new(&mut room);
/// assert_eq!(server.judge(&credentials, &stored, &request, now, &mut replays), Ok(()));
/// let again = server.judge(&credentials, &stored, &request, now, &mut replays).unwrap_err();
/// assert_eq!(again.kind, ErrorKind::Replayed);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Server<'s> {
    /// Whose users are asked for.
    pub realm: &'s [u8],
    /// What is accepted, most wanted first.
    pub algorithms: &'s [Algorithm],
    /// What is offered, and accepted.
    pub qops: Qops,
    /// Whether answers may lack `qop`, though it was offered.
    pub legacy: Legacy,
    /// Whether hashed names are offered.
    pub names: Names,
    /// What makes the nonces.
    pub key: &'s NonceKey,
    /// How long a nonce is good for.
    pub lifetime: Duration,
}

impl Server<'_> {
    /// Writes the value of a challenge, without a line end, to the front of `out`, and gives it back. `now` and `salt`
    /// make the nonce: [`NonceKey::nonce`].
    ///
    /// # Errors
    /// `Text` where the realm has control bytes; `Room` with the length that `out` must have.
    pub fn write_challenge<'o>(
        &self,
        algorithm: Algorithm,
        age: Age,
        now: Duration,
        salt: u64,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], Error> {
        let mut out = Out::new(out);
        out.put(SCHEME);
        out.quoted(Param::Realm, self.realm);
        if self.qops != Qops::None {
            out.quoted(Param::Qop, self.qops.as_str().as_bytes());
        }
        out.token(Param::Algorithm, algorithm.as_str().as_bytes());
        out.quoted(Param::Nonce, &self.key.nonce(now, salt));
        if self.names == Names::Hashed {
            out.token(Param::Userhash, b"true");
        }
        if age == Age::Stale {
            out.token(Param::Stale, b"true");
        }
        out.finish()
    }

    /// Whether a request with these credentials comes from whom `key` belongs to (a `Ha1`, or the `SessionKey` of a
    /// session that goes on), is meant for us, and is no replay.
    /// `now` counts from the same epoch as in [`write_challenge`](Server::write_challenge).
    ///
    /// # Errors
    /// In this order: `Realm`, `Algorithm`, `Qop` and `Missing(Qop)` where they are not what we ask for; `Unanswered`;
    /// `Response`; then, for right responses alone, `Stale` where the nonce is none of ours or too old, and `Replayed`
    /// (RFC 7616 §3.3: whoever knows the password is not asked for it again).
    pub fn judge<'k>(
        &self,
        credentials: &Credentials<'_>,
        key: impl Into<Key<'k>>,
        request: &Request<'_>,
        now: Duration,
        replays: &mut Replays<'_>,
    ) -> Result<(), Error> {
        let fail = |kind, at| Err(Error::new(kind, at));
        if !credentials.realm().is(self.realm) {
            return fail(ErrorKind::Realm, credentials.realm().span().at());
        }
        if !self.algorithms.contains(&credentials.algorithm()) {
            return fail(ErrorKind::Algorithm, credentials.at());
        }
        match credentials.qop() {
            Some(qop) if !self.qops.has(qop) => return fail(ErrorKind::Qop, credentials.at()),
            None if self.qops != Qops::None && self.legacy == Legacy::Refuse => {
                return fail(ErrorKind::Missing(Param::Qop), credentials.at());
            }
            _ => {}
        }
        let at = credentials.nonce().span().at();
        credentials.verify(key, request)?;
        let Some(nonce) = self.key.read(credentials.nonce()) else { return fail(ErrorKind::Stale, at) };
        // A nonce of the future comes from a machine whose clock is ahead: as good as new, until it is old.
        let age = now.saturating_sub(Duration::from_micros(nonce.micros));
        if age > self.lifetime {
            return fail(ErrorKind::Stale, at);
        }
        match credentials.nonce_count().map(|count| replays.note(&nonce, count)) {
            None | Some(Count::Fresh) => Ok(()),
            Some(Count::Seen) => fail(ErrorKind::Replayed, at),
            Some(Count::Forgotten) => fail(ErrorKind::Stale, at),
        }
    }
}
