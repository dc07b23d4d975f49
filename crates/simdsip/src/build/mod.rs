//! Messages from nothing, and responses from requests.
//!
//! A [`Builder`] writes into the caller's buffer or `Vec`, one header field after the other, and refuses what
//! [`Policy::STRICT`](crate::Policy::STRICT) would refuse of the result: each value is held against its grammar, and
//! what must be there has to be. Content-Length is written by the builder, and Max-Forwards where a request has none.
//! Does not choose branches, tags, Call-IDs or Contacts, and sends nothing. RFC 3261 §7, §8.1.1, §8.2.6, §20.
//!
//! ```
//! use simdsip::{Builder, Method};
//!
//! let mut buffer = [0; 512];
//! let mut options = Builder::request(&mut buffer[..], Method::Options, b"sip:carol@chicago.example")?;
//! options.header(b"Via", &[b"SIP/2.0/UDP pc33.example;branch=", simdsip::key::branch(7).as_bytes()])?;
//! options.header(b"From", &[b"<sip:alice@atlanta.example>;tag=", simdsip::key::tag(9).as_bytes()])?;
//! options.header(b"To", &[b"<sip:carol@chicago.example>"])?;
//! options.header(b"Call-ID", &[b"a84b4c76e66710"])?;
//! options.header(b"CSeq", &[b"63104 OPTIONS"])?;
//! assert!(options.header(b"Date", &[b"today"]).is_err()); // no date; the rest stands
//! let datagram = options.finish()?;
//! assert!(datagram.ends_with(b"\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"));
//! # Ok::<(), simdsip::Error>(())
//! ```

mod judge;
mod out;
mod response;

pub use out::Output;

use crate::defect::DefectCode;
use crate::edit::text::{Decimal, check_name, check_text, check_uri};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::{HeaderName, Method};
use crate::limits::Limits;
use judge::Judge;

/// A message being written.
///
/// What is refused is not written, so that one can go on; a builder that is dropped leaves nothing in a `Vec`. `at` of an error counts from the start of the result.
///
/// ```
/// use simdsip::{Builder, DefectCode, ErrorKind, Method};
/// let mut datagram = Vec::new();
/// let mut builder = Builder::request(&mut datagram, Method::Bye, b"sip:b@b.example")?;
/// let error = builder.header(b"CSeq", &[b"1 INVITE"]).unwrap_err();
/// assert_eq!((error.kind, error.at), (ErrorKind::Refused(DefectCode::CSeqMismatch), 37));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Debug)]
pub struct Builder<'o> {
    out: Output<'o>,
    judge: Judge,
    limits: Limits,
    count: usize,
}

impl<'o> Builder<'o> {
    /// Begins a request (RFC 3261 §7.1).
    ///
    /// # Errors
    /// `Refused` where `method` is no token or `uri` departs from its grammar, `Text` where it has white space or a
    /// control byte, `RequestUri` where it is empty, `Room` where the buffer is too short.
    pub fn request(out: impl Into<Output<'o>>, method: Method<'_>, uri: &[u8]) -> Result<Builder<'o>, Error> {
        let name = method.as_bytes();
        if check_name(name).is_err() {
            return Err(Error::new(ErrorKind::Refused(DefectCode::MethodNotToken), 0));
        }
        let mut builder = Builder::begin(out, Judge::of_request(method));
        check_uri(uri, builder.limits.uri_len)
            .map_err(|error| behind(error, name.len().saturating_add(1)))?;
        builder.put(&[name, b" ", uri, b" SIP/2.0\r\n"])?;
        let start = name.len().saturating_add(1);
        let place = start..start.saturating_add(uri.len());
        judge::request_uri(builder.out.written(), place, &builder.limits)?;
        Ok(builder)
    }

    /// Begins a response that answers no request at hand; [`Builder::response`] is what one mostly wants.
    ///
    /// # Errors
    /// `StatusCode` where `status` is not from 100 to 699, `Text` where `reason` has a control byte, `Refused` where it
    /// is not UTF-8, `Room` where the buffer is too short.
    pub fn status_line(out: impl Into<Output<'o>>, status: u16, reason: &[u8]) -> Result<Builder<'o>, Error> {
        let mut builder = Builder::begin(out, Judge::of_response());
        builder.put_status_line(status, reason)?;
        Ok(builder)
    }

    fn begin(out: impl Into<Output<'o>>, judge: Judge) -> Builder<'o> {
        Builder { out: out.into(), judge, limits: Limits::new(), count: 0 }
    }

    fn put_status_line(&mut self, status: u16, reason: &[u8]) -> Result<(), Error> {
        let code = Decimal::of(status.into());
        if !(100..700).contains(&status) {
            return Err(Error::new(ErrorKind::StatusCode, 8));
        }
        check_text(&[reason], self.limits.line_len.saturating_sub(12)).map_err(|error| behind(error, 12))?;
        judge::check_utf8(reason, 12)?;
        self.put(&[b"SIP/2.0 ", code.as_bytes(), b" ", reason, b"\r\n"])
    }

    /// Writes a header field. Pieces of the value are joined.
    ///
    /// # Errors
    /// `Token` where `name` is none, `ContentLength` where it is that header, which is written at the end; `Text` where
    /// the value has a control byte; `Refused` where it departs from its grammar or stands once already; `Limit` where
    /// it, or the message, becomes too long; `Room` where the buffer is too short, `at` being the length so far.
    pub fn header(&mut self, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        check_name(name)?;
        let id = HeaderName::lookup(name);
        if id == HeaderName::ContentLength {
            return Err(Error::new(ErrorKind::ContentLength, self.out.written().len()));
        }
        self.checked_field(id, name, value)
    }

    /// Writes the end: Max-Forwards where a request has none, Content-Length, and no body. Gives the message.
    ///
    /// # Errors
    /// `Refused(MissingHeader)` where From, To, Call-ID, CSeq or Via is missing, `Refused(StarNotAlone)` for a `*` that
    /// may not stand; `Room` and `Limit` as [`header`](Builder::header).
    pub fn finish(self) -> Result<&'o [u8], Error> {
        self.end(b"")
    }

    /// The same with a body, and Content-Type before it.
    ///
    /// # Errors
    /// As [`finish`](Builder::finish) and [`header`](Builder::header).
    ///
    /// ```
    /// use simdsip::Builder;
    /// let mut buffer = [0; 512];
    /// let mut response = Builder::status_line(&mut buffer[..], 200, b"OK")?;
    /// for (name, value) in [("Via", "SIP/2.0/UDP h;branch=z9hG4bK1"), ("From", "<sip:a@a.example>;tag=1"),
    ///     ("To", "<sip:b@b.example>;tag=2"), ("Call-ID", "1"), ("CSeq", "1 MESSAGE")] {
    ///     response.header(name.as_bytes(), &[value.as_bytes()])?;
    /// }
    /// let message = response.body(b"text/plain", b"yes")?;
    /// assert!(message.ends_with(b"Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nyes"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn body(mut self, content_type: &[u8], body: &[u8]) -> Result<&'o [u8], Error> {
        self.header(b"Content-Type", &[content_type])?;
        self.end(body)
    }

    fn end(mut self, body: &[u8]) -> Result<&'o [u8], Error> {
        if self.judge.lacks_max_forwards() {
            self.header(b"Max-Forwards", &[b"70"])?;
        }
        self.judge.finish(self.out.written())?;
        let length = Decimal::of(body.len() as u64);
        self.count_field(length.as_bytes().len(), 14)?;
        let len = self.out.written().len().saturating_add(body.len()).saturating_add(40);
        // The lines to come are shorter.
        if len > self.limits.message_len {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Message), self.limits.message_len));
        }
        self.put(&[b"Content-Length: ", length.as_bytes(), b"\r\n\r\n", body])?;
        Ok(self.out.into_written())
    }

    /// Writes a field and judges it.
    fn checked_field(&mut self, id: HeaderName, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        let start = self.out.written().len();
        let value_at = start.saturating_add(name.len()).saturating_add(2);
        let limit = self.limits.line_len.saturating_sub(name.len()).saturating_sub(2);
        let len = check_text(value, limit).map_err(|error| behind(error, value_at))?;
        self.count_field(len, name.len())?;
        self.out.put(&[&[name, b": "], value, &[b"\r\n"]])?;
        let judged =
            self.judge.field(id, self.out.written(), value_at..value_at.saturating_add(len), &self.limits);
        if judged.is_err() {
            self.out.cut(start);
            self.count = self.count.saturating_sub(1);
        }
        judged
    }

    /// Counts a field of so many bytes.
    fn count_field(&mut self, value_len: usize, name_len: usize) -> Result<(), Error> {
        let start = self.out.written().len();
        let len = start.saturating_add(name_len).saturating_add(value_len).saturating_add(4);
        if len > self.limits.message_len {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Message), self.limits.message_len));
        }
        if self.count >= self.limits.header_count {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), start));
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    fn put(&mut self, pieces: &[&[u8]]) -> Result<(), Error> {
        self.out.put(&[pieces])
    }
}

/// The same error, counted from `at` before.
fn behind(error: Error, at: usize) -> Error {
    Error::new(error.kind, error.at.saturating_add(at))
}
