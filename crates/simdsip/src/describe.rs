//! A message in one line of a log, and what was counted.
//!
//! The line holds no user parts, display names, credentials or bodies: hosts, Call-ID, branch and tags are what one
//! looks for. What stands where a host should and is none may be somebody's number, so it is left out, too. Counters are plain numbers of the caller's: one set a thread, added up when asked.

use core::fmt::{self, Write};

use crate::check::is_host;
use crate::defect::DefectCode;
use crate::error::{Error, ErrorKind};
use crate::message::{Message, StartLine};
use crate::typed;
use crate::uri::{Scheme, Uri};

/// The most bytes a description has.
const ROOM: usize = 200;

/// A message in at most 200 bytes of ASCII, without what is private. Made by [`Message::describe`].
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(
///     b"INVITE sip:+15551234@b.example SIP/2.0\r\nv: SIP/2.0/UDP pc33;branch=z9hG4bK7\r\n\
///       f: Alice <sip:alice@a.example>;tag=88\r\nt: <sip:bob@b.example>\r\ni: a84b@pc33\r\nCSeq: 1 INVITE\r\n\r\n",
///     &mut index)?;
/// assert_eq!(
///     message.describe().as_str(),
///     "INVITE sip:*@b.example call-id=a84b@pc33 cseq=1 INVITE via=UDP pc33 branch=z9hG4bK7 \
///      from=sip:*@a.example tag=88 to=sip:*@b.example body=0"
/// );
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Description {
    text: [u8; ROOM],
    len: usize,
}

impl Description {
    fn of(message: &Message<'_>) -> Description {
        let mut line = Description { text: [0; ROOM], len: 0 };
        // A full line ends there: what stands first matters most.
        let _ = line.fill(message);
        line
    }

    fn fill(&mut self, message: &Message<'_>) -> fmt::Result {
        match message.start_line() {
            StartLine::Request(request) => {
                self.part("", request.method.as_bytes(), 16)?;
                self.uri(" ", request.uri)?;
            }
            StartLine::Status(status) => self.part("", status.code, 8)?,
        }
        if let Ok(Some(call_id)) = message.header_called::<typed::CallId>() {
            self.part(" call-id=", call_id.as_bytes(), 40)?;
        }
        if let Ok(Some(cseq)) = message.header_called::<typed::CSeq>() {
            write!(self, " cseq={}", cseq.number())?;
            self.part(" ", cseq.method_span().bytes(), 16)?;
        }
        if let Ok(Some(via)) = message.header_called::<typed::Via>() {
            self.part(" via=", via.transport(), 8)?;
            self.part(" ", via.host_span().bytes(), 24)?;
            self.part(" branch=", via.branch().unwrap_or(b"-"), 24)?;
        }
        for (name, address) in [
            (" from=", message.header_called::<typed::From>().map(|from| from.map(|from| from.0))),
            (" to=", message.header_called::<typed::To>().map(|to| to.map(|to| to.0))),
        ] {
            if let Ok(Some(address)) = address {
                self.uri(name, address.uri_span().bytes())?;
                if let Some(tag) = address.tag() {
                    self.part(" tag=", tag, 12)?;
                }
            }
        }
        write!(self, " body={}", message.body().len())
    }

    /// Scheme and host of a URI that can be read; what else it holds is somebody's name, number or secret. A host is an
    /// address, or a name whose last label begins with a letter (RFC 3261 §25.1): `sip:15551234` has none.
    fn uri(&mut self, label: &str, uri: &[u8]) -> fmt::Result {
        self.write_str(label)?;
        let Ok(uri) = Uri::parse(uri) else { return self.write_str("*") };
        match uri.scheme() {
            Scheme::Other(_) => return self.write_str("*"),
            scheme => self.part("", scheme.as_bytes(), 4)?,
        }
        let host = uri.host().filter(|host| is_host(host.raw()));
        match host {
            Some(host) if uri.port().is_ok() => {
                self.part(if uri.user().is_some() { ":*@" } else { ":" }, host.raw(), 32)
            }
            _ => self.write_str(":*"),
        }
    }

    /// `text` with everything but printable ASCII as a dot, and an end to it.
    fn part(&mut self, label: &str, text: &[u8], most: usize) -> fmt::Result {
        self.write_str(label)?;
        for &byte in text.iter().take(most) {
            self.write_char(if byte.is_ascii_graphic() { byte.into() } else { '.' })?;
        }
        if text.len() > most { self.write_str("..") } else { Ok(()) }
    }

    /// The line.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"SIP/2.0 200 OK\r\n\r\n", &mut index)?;
    /// assert_eq!(message.describe().as_str(), "200 body=0");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.get(..self.len).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or("")
    }
}

impl Write for Description {
    /// Takes what fits.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            *self.text.get_mut(self.len).ok_or(fmt::Error)? = byte;
            self.len = self.len.saturating_add(1);
        }
        Ok(())
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Message<'_> {
    /// One line for a log, without user parts, names, credentials and bodies.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE tel:+15551234 SIP/2.0\r\nl: 0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.describe().to_string(), "BYE tel:* body=0");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn describe(&self) -> Description {
        Description::of(self)
    }
}

/// What went through a parser. Plain numbers: keep one set a thread and [`add`](Counters::add) them up.
///
/// ```
/// use simdsip::Counters;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let mut counters = Counters::default();
/// for datagram in [&b"BYE sip:b SIP/2.0\nl: 0\n\n"[..], b"not SIP"] {
///     counters.count(datagram.len(), &parser.parse(datagram, &mut index));
/// }
/// assert_eq!((counters.messages, counters.rejected, counters.bytes), (1, 1, 31));
/// assert_eq!(counters.with_defects, 1);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Messages that were read.
    pub messages: u64,
    /// Of those, requests.
    pub requests: u64,
    /// Bytes handed in, those of rejected input included.
    pub bytes: u64,
    /// Inputs that were refused, for any reason.
    pub rejected: u64,
    /// Of those, because of a limit.
    pub limits: u64,
    /// Of those, because the policy refuses a defect.
    pub refused: u64,
    /// Messages that were read and have a structural defect.
    pub with_defects: u64,
    /// The structural defect that was refused last.
    pub last_refused: Option<DefectCode>,
}

impl Counters {
    /// Counts one input of `len` bytes and what became of it.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let mut counters = simdsip::Counters::default();
    /// counters.count(0, &parser.parse(b"", &mut index));
    /// assert_eq!(counters.rejected, 1);
    /// ```
    pub fn count(&mut self, len: usize, outcome: &Result<Message<'_>, Error>) {
        self.bytes = self.bytes.saturating_add(len as u64);
        let one = |counter: &mut u64| *counter = counter.saturating_add(1);
        match outcome {
            Ok(message) => {
                one(&mut self.messages);
                if message.method().is_some() {
                    one(&mut self.requests);
                }
                if message.has_structural_defects() {
                    one(&mut self.with_defects);
                }
            }
            Err(error) => {
                one(&mut self.rejected);
                match error.kind {
                    ErrorKind::Limit(_) => one(&mut self.limits),
                    ErrorKind::Refused(code) => {
                        one(&mut self.refused);
                        self.last_refused = Some(code);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Adds those of another thread.
    ///
    /// ```
    /// let mut all = simdsip::Counters::default();
    /// all.add(&simdsip::Counters::default());
    /// assert_eq!(all.messages, 0);
    /// ```
    pub fn add(&mut self, other: &Counters) {
        let pairs = [
            (&mut self.messages, other.messages),
            (&mut self.requests, other.requests),
            (&mut self.bytes, other.bytes),
            (&mut self.rejected, other.rejected),
            (&mut self.limits, other.limits),
            (&mut self.refused, other.refused),
            (&mut self.with_defects, other.with_defects),
        ];
        for (sum, more) in pairs {
            *sum = sum.saturating_add(more);
        }
        self.last_refused = other.last_refused.or(self.last_refused);
    }
}
