//! Keys: which transaction and which dialog a message belongs to.
//!
//! Keys borrow the message, allocate nothing, and are hashed by the caller's hasher: put them, or what a hasher makes of
//! them, into any map. No state is kept here and nothing is matched by itself; what a match means is for the transaction
//! layer. RFC 3261 §12, §17.1.3, §17.2.3, §19.3; RFC 2543 by the fallback of §17.2.3; RFC 6026 changes what a server
//! does with a match, not the match.

use core::hash::{Hash, Hasher};

use crate::error::Error;
use crate::header::Method;
use crate::message::Message;
use crate::shape::Via;
use crate::typed;

/// What a branch begins with where it identifies a transaction by itself (RFC 3261 §8.1.1.7).
///
/// ```
/// assert!(b"z9hG4bK776asdhds".starts_with(simdsip::key::MAGIC_COOKIE));
/// ```
pub const MAGIC_COOKIE: &[u8; 7] = b"z9hG4bK";

/// Whether `branch` identifies a transaction by itself: it begins with the cookie, in any case, and goes on
/// (RFC 3261 §8.1.1.7).
///
/// ```
/// use simdsip::key::is_unique_branch;
/// assert!(is_unique_branch(b"z9hG4bK776asdhds"));
/// assert!(!is_unique_branch(b"z9hG4bK")); // RFC 4475 badbranch: the cookie alone says nothing
/// ```
#[must_use]
pub fn is_unique_branch(branch: &[u8]) -> bool {
    branch
        .split_first_chunk::<7>()
        .is_some_and(|(cookie, rest)| cookie.eq_ignore_ascii_case(MAGIC_COOKIE) && !rest.is_empty())
}

/// A new branch or tag as text, made of random bits that the caller brings. Given by [`branch`] and [`tag`].
///
/// ```
/// let text: simdsip::key::Identifier = simdsip::key::tag(1);
/// assert_eq!(text.as_bytes().len(), 13);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identifier {
    text: [u8; 33],
    len: u8,
}

impl Identifier {
    /// The bytes: a token.
    ///
    /// ```
    /// assert!(simdsip::key::branch(7).as_bytes().starts_with(b"z9hG4bK"));
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len.into()).unwrap_or(&self.text)
    }
}

/// A branch: the magic cookie and 26 digits of `random`, which must be unique across space and time
/// (RFC 3261 §8.1.1.7).
///
/// ```
/// let branch = simdsip::key::branch(0x0123_4567_89ab_cdef);
/// assert!(simdsip::key::is_unique_branch(branch.as_bytes()));
/// assert_ne!(branch, simdsip::key::branch(0));
/// ```
#[must_use]
pub fn branch(random: u128) -> Identifier {
    identifier(MAGIC_COOKIE, random, 26)
}

/// A tag: 13 digits of `random`, of which at least 32 bits must be (RFC 3261 §19.3).
///
/// ```
/// assert_ne!(simdsip::key::tag(1), simdsip::key::tag(2));
/// ```
#[must_use]
pub fn tag(random: u64) -> Identifier {
    identifier(b"", random.into(), 13)
}

/// `digits` digits of base 32 behind `prefix`, the lowest first.
fn identifier(prefix: &[u8], mut random: u128, digits: usize) -> Identifier {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let len = prefix.len().saturating_add(digits);
    let mut text = [0; 33];
    let places = text.iter_mut().take(len);
    for (place, at) in places.zip(0usize..) {
        *place = match prefix.get(at) {
            Some(byte) => *byte,
            None => {
                let digit = DIGITS.get((random % 32) as usize).copied().unwrap_or(b'a');
                random /= 32;
                digit
            }
        };
    }
    Identifier { text, len: u8::try_from(len).unwrap_or(33) }
}

/// Which transaction a message belongs to. Equal keys, same transaction.
///
/// Branches, tags and hosts are the same in any case of their letters, for they are tokens (RFC 3261 §7.3.1); methods,
/// Call-IDs and Request-URIs are compared byte for byte.
///
/// ```
/// use simdsip::key::TransactionKey;
/// # let (parser, mut one, mut two) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::Index::new());
/// let invite = parser.parse(
///     b"INVITE sip:b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n\r\n", &mut one)?;
/// let ack = parser.parse(
///     b"ACK sip:b SIP/2.0\r\nVia: SIP/2.0/UDP H;branch=z9hG4bK1\r\nCSeq: 1 ACK\r\n\r\n", &mut two)?;
/// assert_eq!(TransactionKey::server(&invite)?, TransactionKey::server(&ack)?); // the ACK of a 486, say
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransactionKey<'b> {
    method: Method<'b>,
    id: Id<'b>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Id<'b> {
    /// RFC 3261 §17.1.3: we made the branch, so nobody else has it.
    Client { branch: Token<'b> },
    /// RFC 3261 §17.2.3: two clients may have made the same one.
    Server { branch: Token<'b>, sent_by: SentBy<'b> },
    /// RFC 3261 §17.2.3 for clients of RFC 2543.
    Rfc2543 {
        uri: &'b [u8],
        call_id: &'b [u8],
        cseq: u32,
        from_tag: Option<Token<'b>>,
        /// Not of INVITE and ACK: the ACK of a refusal has the tag that the INVITE lacked.
        to_tag: Option<Token<'b>>,
        sent_by: SentBy<'b>,
        branch: Option<Token<'b>>,
    },
}

/// Host and port of a Via: the host in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct SentBy<'b> {
    host: Token<'b>,
    port: Option<u16>,
}

/// A branch, a tag or a host: the same in any case of ASCII letters (RFC 3261 §7.3.1).
#[derive(Clone, Copy, Debug)]
struct Token<'b>(&'b [u8]);

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Token<'_> {}

impl Hash for Token<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
        for byte in self.0 {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}

impl<'b> TransactionKey<'b> {
    /// The client transaction of a response that was received, or of a request that is sent: branch and CSeq method
    /// (RFC 3261 §17.1.3). `None` where there is no Via, branch or CSeq.
    ///
    /// # Errors
    /// A malformed Via or CSeq.
    ///
    /// ```
    /// use simdsip::key::TransactionKey;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let ringing = parser.parse(
    ///     b"SIP/2.0 180 Ringing\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n\r\n", &mut index)?;
    /// assert!(TransactionKey::client(&ringing)?.is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn client(message: &Message<'b>) -> Result<Option<TransactionKey<'b>>, Error> {
        let (Some(via), Some(cseq)) =
            (message.header_called::<typed::Via>()?, message.header_called::<typed::CSeq>()?)
        else {
            return Ok(None);
        };
        let key = |branch| TransactionKey { method: cseq.method(), id: Id::Client { branch: Token(branch) } };
        Ok(via.branch().map(key))
    }

    /// The server transaction of a request that was received: branch, sent-by and method, an ACK counting as its INVITE
    /// (RFC 3261 §17.2.3). Without the magic cookie: Request-URI byte for byte, tags, Call-ID, CSeq number and top Via,
    /// as RFC 2543 clients need; the To tag is left out for INVITE and ACK and is the caller's to compare with that of
    /// its response. `None` where a header that is needed is missing, or the message is no request.
    ///
    /// # Errors
    /// A malformed Via, CSeq, From or To, where it is needed.
    ///
    /// ```
    /// use simdsip::key::TransactionKey;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let old = parser.parse(
    ///     b"BYE sip:b SIP/2.0\r\nv: SIP/2.0/UDP h\r\nf: <sip:a>;tag=1\r\nt: <sip:b>\r\ni: 1\r\nCSeq: 1 BYE\r\n\r\n",
    ///     &mut index)?;
    /// assert!(TransactionKey::server(&old)?.is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn server(message: &Message<'b>) -> Result<Option<TransactionKey<'b>>, Error> {
        let (Some(method), Some(via)) = (message.method(), message.header_called::<typed::Via>()?) else {
            return Ok(None);
        };
        let method = if method == Method::Ack { Method::Invite } else { method };
        let sent_by = sent_by(&via)?;
        match via.branch() {
            Some(branch) if is_unique_branch(branch) => {
                Ok(Some(TransactionKey { method, id: Id::Server { branch: Token(branch), sent_by } }))
            }
            branch => Ok(rfc2543(message, method, sent_by, branch)?.map(|id| TransactionKey { method, id })),
        }
    }

    /// For the key of a CANCEL: that of the INVITE which it cancels (RFC 3261 §9.2).
    ///
    /// ```
    /// use simdsip::{Method, key::TransactionKey};
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let cancel = parser.parse(
    ///     b"CANCEL sip:b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\r\n", &mut index)?;
    /// let key = TransactionKey::server(&cancel)?.unwrap();
    /// assert_eq!((key.method(), key.cancelled().method()), (Method::Cancel, Method::Invite));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn cancelled(self) -> TransactionKey<'b> {
        let id = match self.id {
            Id::Rfc2543 { uri, call_id, cseq, from_tag, sent_by, branch, .. } => {
                Id::Rfc2543 { uri, call_id, cseq, from_tag, to_tag: None, sent_by, branch }
            }
            id => id,
        };
        TransactionKey { method: Method::Invite, id }
    }

    /// The method of the transaction.
    ///
    /// ```
    /// use simdsip::{Method, key::TransactionKey};
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let ack = parser.parse(b"ACK sip:b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\r\n", &mut index)?;
    /// assert_eq!(TransactionKey::server(&ack)?.unwrap().method(), Method::Invite);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn method(&self) -> Method<'b> {
        self.method
    }

    /// Whether the client speaks RFC 3261, so that the branch tells its transactions apart.
    ///
    /// ```
    /// use simdsip::key::TransactionKey;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bye = parser.parse(b"BYE sip:b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\r\n", &mut index)?;
    /// assert!(TransactionKey::server(&bye)?.unwrap().is_by_branch());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_by_branch(&self) -> bool {
        !matches!(self.id, Id::Rfc2543 { .. })
    }
}

fn sent_by<'b>(via: &Via<'b>) -> Result<SentBy<'b>, Error> {
    Ok(SentBy { host: Token(via.host_span().bytes()), port: via.port()? })
}

fn rfc2543<'b>(
    message: &Message<'b>,
    method: Method<'b>,
    sent_by: SentBy<'b>,
    branch: Option<&'b [u8]>,
) -> Result<Option<Id<'b>>, Error> {
    let (Some(uri), Some(call_id), Some(cseq)) =
        (message.uri(), message.header_called::<typed::CallId>()?, message.header_called::<typed::CSeq>()?)
    else {
        return Ok(None);
    };
    let (Some(from), Some(to)) =
        (message.header_called::<typed::From>()?, message.header_called::<typed::To>()?)
    else {
        return Ok(None);
    };
    let to_tag = if method == Method::Invite { None } else { to.tag() };
    let (call_id, cseq) = (call_id.as_bytes(), cseq.number());
    let (from_tag, to_tag, branch) = (from.tag().map(Token), to_tag.map(Token), branch.map(Token));
    Ok(Some(Id::Rfc2543 { uri, call_id, cseq, from_tag, to_tag, sent_by, branch }))
}

/// Which way a message goes.
///
/// ```
/// use simdsip::key::Direction;
/// assert_ne!(Direction::Received, Direction::Sent);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the peer to us.
    Received,
    /// From us to the peer.
    Sent,
}

/// Which dialog a message belongs to: Call-ID, our tag, the peer's tag (RFC 3261 §12). The Call-ID is compared byte for
/// byte (§8.1.1.4), the tags in any case of their letters (§7.3.1).
///
/// ```
/// use simdsip::key::{DialogKey, Direction};
/// # let (parser, mut one, mut two) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::Index::new());
/// let ok = parser.parse(
///     b"SIP/2.0 200 OK\r\nf: <sip:a>;tag=A\r\nt: <sip:b>;tag=B\r\ni: 7\r\n\r\n", &mut one)?;
/// let bye = parser.parse(
///     b"BYE sip:a SIP/2.0\r\nf: <sip:b>;tag=B\r\nt: <sip:a>;tag=A\r\ni: 7\r\n\r\n", &mut two)?;
/// assert_eq!(DialogKey::of(&ok, Direction::Received)?, DialogKey::of(&bye, Direction::Received)?);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DialogKey<'b> {
    /// The Call-ID.
    pub call_id: &'b [u8],
    /// Our tag; `None` before we gave one, or where an RFC 2543 peer has none.
    pub local_tag: Option<&'b [u8]>,
    /// The peer's tag; `None` before it gave one, or where an RFC 2543 peer has none.
    pub remote_tag: Option<&'b [u8]>,
}

impl DialogKey<'_> {
    fn tokens(&self) -> (&[u8], Option<Token<'_>>, Option<Token<'_>>) {
        (self.call_id, self.local_tag.map(Token), self.remote_tag.map(Token))
    }
}

impl PartialEq for DialogKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.tokens() == other.tokens()
    }
}

impl Eq for DialogKey<'_> {}

impl Hash for DialogKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tokens().hash(state);
    }
}

impl<'b> DialogKey<'b> {
    /// The dialog of `message`, seen from our side. `None` where Call-ID, From or To is missing.
    ///
    /// # Errors
    /// A malformed From or To.
    ///
    /// ```
    /// use simdsip::key::{DialogKey, Direction};
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let invite = parser.parse(
    ///     b"INVITE sip:b SIP/2.0\r\nf: <sip:a>;tag=A\r\nt: <sip:b>\r\ni: 7\r\n\r\n", &mut index)?;
    /// let key = DialogKey::of(&invite, Direction::Received)?.unwrap();
    /// assert_eq!((key.local_tag, key.remote_tag), (None, Some(&b"A"[..]))); // our tag is yet to come
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn of(message: &Message<'b>, direction: Direction) -> Result<Option<DialogKey<'b>>, Error> {
        let (Some(call_id), Some(from), Some(to)) = (
            message.header_called::<typed::CallId>()?,
            message.header_called::<typed::From>()?,
            message.header_called::<typed::To>()?,
        ) else {
            return Ok(None);
        };
        let (call_id, from, to) = (call_id.as_bytes(), from.tag(), to.tag());
        // From names who sent the request, also in its responses.
        let we_asked = message.method().is_some() == (direction == Direction::Sent);
        let (local_tag, remote_tag) = if we_asked { (from, to) } else { (to, from) };
        Ok(Some(DialogKey { call_id, local_tag, remote_tag }))
    }
}
