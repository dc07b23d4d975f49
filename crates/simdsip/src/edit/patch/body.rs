//! The body and its length.

use super::super::splice::Splice;
use super::super::text::Decimal;
use super::Patch;
use crate::error::{Error, ErrorKind};
use crate::header::HeaderName;

/// Whether Content-Length has to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Untouched,
    /// Where bytes of the body are changed.
    Perhaps,
    Wrong,
}

impl<'t> Patch<'_, '_, 't> {
    /// Replaces the body, or adds one, and says of what type it is. `body` is borrowed, not copied. Content-Length is
    /// set, or added. A Content-Encoding, which was of the old body, goes.
    ///
    /// # Errors
    /// `Value` where `content_type` is empty, `Text` where it has a control byte, `Limit` where the room is full.
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let message = parser.parse(b"MESSAGE sip:b SIP/2.0\r\nc: a/b\r\nl: 3\r\n\r\nold", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&message, &mut room)?;
    /// patch.set_body(b"text/plain", b"newer")?;
    /// assert_eq!(patch.finish()?.to_vec(), b"MESSAGE sip:b SIP/2.0\r\nc: text/plain\r\nl: 5\r\n\r\nnewer");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn set_body(&mut self, content_type: &[u8], body: &'t [u8]) -> Result<(), Error> {
        if content_type.trim_ascii().is_empty() {
            return Err(Error::new(ErrorKind::Value, 0));
        }
        self.set(b"Content-Type", &[content_type])?;
        self.remove(b"Content-Encoding")?;
        self.put_body(body)
    }

    /// Takes the body away, with the header fields that say what it is.
    ///
    /// # Errors
    /// `Limit` where the room is full.
    pub fn remove_body(&mut self) -> Result<(), Error> {
        for name in [
            HeaderName::ContentType,
            HeaderName::ContentEncoding,
            HeaderName::ContentDisposition,
            HeaderName::ContentLanguage,
        ] {
            self.remove(name.as_str().as_bytes())?;
        }
        self.put_body(b"")
    }

    /// Sets Content-Length to the bytes of the body, where it is missing, wrong or repeated, even if the body stays:
    /// for a message that goes on a stream (RFC 3261 §18.3).
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let datagram = parser.parse(b"MESSAGE sip:b SIP/2.0\r\n\r\nhi", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&datagram, &mut room)?;
    /// patch.fix_content_length();
    /// assert_eq!(patch.finish()?.to_vec(), b"MESSAGE sip:b SIP/2.0\r\nContent-Length: 2\r\n\r\nhi");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn fix_content_length(&mut self) {
        self.body = State::Wrong;
        self.sealed = None;
    }

    fn put_body(&mut self, body: &'t [u8]) -> Result<(), Error> {
        match self.message.body_range() {
            range if range.is_empty() => self.edits.lend(range, body, Splice::slot(0))?,
            range => self.edits.replace_lent(range, body)?,
        }
        self.body = State::Wrong;
        Ok(())
    }

    /// Lets Content-Length follow the body.
    pub(super) fn seal_body(&mut self) -> Result<(), Error> {
        if self.body == State::Untouched {
            return Ok(());
        }
        let range = self.message.body_range();
        let len = match self.edits.len_from(range.start)? {
            Some(len) => len,
            None if self.body == State::Perhaps => return Ok(()),
            None => range.len(),
        };
        let text = Decimal::of(len as u64);
        let text: &[&[u8]] = &[text.as_bytes()];
        let mut fields = self.message.fields(HeaderName::ContentLength);
        let Some(field) = fields.next() else {
            let end = self.section().end;
            return self.put_line(
                end..end,
                b"Content-Length",
                text,
                Splice::slot(HeaderName::ContentLength.id()),
            );
        };
        match field.value_range() {
            // Nothing to replace: the line is.
            range if range.is_empty() => {
                self.put_line(field.line_range(), field.name(), text, Splice::RANGE)?
            }
            range => self.edits.replace(range, text)?,
        }
        fields.try_for_each(|field| self.edits.remove(field.line_range()))
    }
}
