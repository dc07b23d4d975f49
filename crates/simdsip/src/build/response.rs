//! A response from the request that it answers (RFC 3261 §8.2.6).

use super::judge::{Judge, field, refused};
use super::{Builder, Output};
use crate::defect::DefectCode;
use crate::edit::text::{check_name, check_text};
use crate::error::{Error, ErrorKind};
use crate::header::{HeaderName, Method};
use crate::message::{HeaderField, Message};
use crate::shape::NameAddr;

/// Whether what a request says is held against its grammar before it is said again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copied {
    Checked,
    AsReceived,
}

impl<'o> Builder<'o> {
    /// Begins the response to `request`: Via, From, To, Call-ID and CSeq are copied, every Via in its order. To gets
    /// `to_tag` where it has none and `status` is not 100 (RFC 3261 §8.2.6.2); a 100 gets the Timestamp (§8.2.6.1);
    /// from 101 to 299, Record-Route is copied where the method may make a dialog (§12.1.1). Names are written in full,
    /// folds as spaces.
    ///
    /// What is copied is held against its grammar, as all that is built: a request that departs from it is not
    /// answered like that, but by [`response_as_received`](Builder::response_as_received).
    ///
    /// # Errors
    /// `Request` where `request` is a response or an ACK, which nobody answers; `StatusCode`, `Text` and `Token` for
    /// status, reason and tag; `Refused` with the place in the request, `Room` where the buffer is too short.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// use simdsip::Builder;
    /// let request = parser.parse(b"BYE sip:b@b.example SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\
    ///     Max-Forwards: 70\r\nf: <sip:a@a.example>;tag=1\r\nt: <sip:b@b.example>\r\ni: 1\r\nCSeq: 7 BYE\r\n\r\n", &mut index)?;
    /// let mut buffer = [0; 512];
    /// let response = Builder::response(&mut buffer[..], &request, 481, b"No Such Call", b"a6c85")?;
    /// assert_eq!(response.finish()?, b"SIP/2.0 481 No Such Call\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\
    ///     From: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>;tag=a6c85\r\nCall-ID: 1\r\nCSeq: 7 BYE\r\n\
    ///     Content-Length: 0\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn response(
        out: impl Into<Output<'o>>,
        request: &Message<'_>,
        status: u16,
        reason: &[u8],
        to_tag: &[u8],
    ) -> Result<Builder<'o>, Error> {
        Builder::answer(out.into(), request, status, reason, to_tag, Copied::Checked)
    }

    /// The same, but what is copied is not judged: whatever the parser accepted can be answered, and the response may be
    /// as odd as the request. A header that may stand once is copied once; what the request lacks, the response lacks,
    /// and [`finish`](Builder::finish) does not ask for it. Control bytes are not copied: a CR may end a line for those
    /// on the way.
    ///
    /// # Errors
    /// As [`response`](Builder::response), but for `Refused`; `Text` with the place of a control byte in the request.
    pub fn response_as_received(
        out: impl Into<Output<'o>>,
        request: &Message<'_>,
        status: u16,
        reason: &[u8],
        to_tag: &[u8],
    ) -> Result<Builder<'o>, Error> {
        Builder::answer(out.into(), request, status, reason, to_tag, Copied::AsReceived)
    }

    fn answer(
        out: Output<'o>,
        request: &Message<'_>,
        status: u16,
        reason: &[u8],
        to_tag: &[u8],
        copied: Copied,
    ) -> Result<Builder<'o>, Error> {
        let method = request.method().filter(|method| *method != Method::Ack);
        let Some(method) = method else {
            return Err(Error::new(ErrorKind::Request, request.start_line_range().start));
        };
        if status != 100 {
            check_name(to_tag)?;
        }
        let mut builder = Builder::begin(out, Judge::of_response());
        builder.put_status_line(status, reason)?;
        let routes = (101..300).contains(&status) && makes_dialog(method);
        // Seen while parsing; where there is none, no value has any.
        let controls = [DefectCode::ControlByte, DefectCode::BareCr, DefectCode::QuotedControl];
        let source =
            Source { request, copied, controls: controls.iter().any(|code| request.has_structural(*code)) };
        builder.copy_all(&source, HeaderName::Via, b"Via: ")?;
        if routes {
            builder.copy_all(&source, HeaderName::RecordRoute, b"Record-Route: ")?;
        }
        builder.copy_one(&source, HeaderName::From, b"From: ", b"")?;
        builder.copy_one(&source, HeaderName::To, b"To: ", if status == 100 { b"" } else { to_tag })?;
        builder.copy_one(&source, HeaderName::CallId, b"Call-ID: ", b"")?;
        builder.copy_one(&source, HeaderName::CSeq, b"CSeq: ", b"")?;
        if status == 100 {
            builder.copy_one(&source, HeaderName::Timestamp, b"Timestamp: ", b"")?;
        }
        if copied == Copied::AsReceived {
            builder.judge.excuse();
        }
        Ok(builder)
    }

    /// Copies all fields of that name.
    #[inline]
    fn copy_all(&mut self, source: &Source<'_>, id: HeaderName, prefix: &'static [u8]) -> Result<(), Error> {
        for field in source.request.fields(id) {
            self.copy(source, &field, prefix, b"")?;
        }
        Ok(())
    }

    /// Copies the field of a name that stands once; To with `tag` where it has none.
    #[inline]
    fn copy_one(
        &mut self,
        source: &Source<'_>,
        id: HeaderName,
        prefix: &'static [u8],
        tag: &[u8],
    ) -> Result<(), Error> {
        let mut fields = source.request.fields(id);
        let Some(field) = fields.next() else { return Ok(()) };
        if source.copied == Copied::Checked
            && let Some(again) = fields.next()
        {
            return Err(refused(DefectCode::RepeatedHeader, again.span().at()));
        }
        let value = field.span();
        let tagged = || NameAddr::parse(value).is_ok_and(|to| to.params().any(|param| param.is(b"tag")));
        let tag = if tag.is_empty() || tagged() { b"" } else { tag };
        self.copy(source, &field, prefix, tag)
    }

    /// Copies a field, with `tag` behind its value.
    #[inline]
    fn copy(
        &mut self,
        source: &Source<'_>,
        line: &HeaderField<'_>,
        prefix: &'static [u8],
        tag: &[u8],
    ) -> Result<(), Error> {
        let (id, value) = (line.id(), line.span());
        if source.controls {
            for text in line.unfolded() {
                check_text(&[text], usize::MAX).map_err(|error| Error::new(error.kind, value.at()))?;
            }
        }
        if source.copied == Copied::Checked {
            if source.request.has_structural(DefectCode::NotUtf8) {
                super::judge::check_utf8(value.bytes(), value.at())?;
            }
            field(id, value, &self.limits)?;
        }
        self.count_field(value.len().saturating_add(tag.len()), id.as_str().len())?;
        self.judge.note(id);
        let whole = line.line();
        // As nearly all are written, and as they are written here.
        let usual = prefix.len().checked_add(value.len()).and_then(|len| len.checked_add(2));
        if tag.is_empty()
            && !line.is_folded()
            && usual == Some(whole.len())
            && whole.starts_with(prefix)
            && whole.ends_with(b"\r\n")
        {
            return self.out.put_one(whole);
        }
        if line.is_folded() {
            return self.copy_unfolded(line, prefix, tag);
        }
        let mark: &[u8] = if tag.is_empty() { b"" } else { b";tag=" };
        self.out.put(&[&[prefix, value.bytes(), mark, tag, b"\r\n"]])
    }

    #[cold]
    fn copy_unfolded(&mut self, line: &HeaderField<'_>, prefix: &[u8], tag: &[u8]) -> Result<(), Error> {
        self.out.put_one(prefix)?;
        for (at, text) in line.unfolded().enumerate() {
            let space: &[u8] = if at == 0 { b"" } else { b" " };
            self.out.put(&[&[space, text]])?;
        }
        let mark: &[u8] = if tag.is_empty() { b"" } else { b";tag=" };
        self.out.put(&[&[mark, tag, b"\r\n"]])
    }
}

/// What is copied from.
struct Source<'m> {
    request: &'m Message<'m>,
    copied: Copied,
    /// Whether its header section has control bytes.
    controls: bool,
}

/// Whether a response may establish a dialog: of methods that are not known one cannot say, and where none is made,
/// nobody looks at Record-Route.
fn makes_dialog(method: Method<'_>) -> bool {
    matches!(method, Method::Invite | Method::Subscribe | Method::Refer | Method::Notify | Method::Other(_))
}
