//! A response from the request that it answers (RFC 3261 §8.2.6).

use super::judge::{Judge, field, refused};
use super::{Builder, Output};
use crate::defect::DefectCode;
use crate::edit::text::check_name;
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
    /// and [`finish`](Builder::finish) does not ask for it.
    ///
    /// # Errors
    /// As [`response`](Builder::response), but for `Refused`.
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
        for line in request.headers() {
            let wanted = match line.id() {
                HeaderName::Via
                | HeaderName::From
                | HeaderName::To
                | HeaderName::CallId
                | HeaderName::CSeq => true,
                HeaderName::RecordRoute => routes,
                HeaderName::Timestamp => status == 100,
                _ => false,
            };
            if wanted {
                let tag = if status == 100 || line.id() != HeaderName::To { b"" } else { to_tag };
                builder.copy(&line, tag, copied)?;
            }
        }
        if copied == Copied::AsReceived {
            builder.judge.excuse();
        }
        Ok(builder)
    }

    /// Copies a field; To with `tag` where it has none.
    #[inline]
    fn copy(&mut self, line: &HeaderField<'_>, tag: &[u8], copied: Copied) -> Result<(), Error> {
        let (id, value) = (line.id(), line.span());
        if !self.judge.may_stand(id) {
            return match copied {
                Copied::Checked => Err(refused(DefectCode::RepeatedHeader, value.at())),
                Copied::AsReceived => Ok(()),
            };
        }
        if copied == Copied::Checked {
            super::judge::check_utf8(value.bytes(), value.at())?;
            field(id, value, &self.limits)?;
        }
        let has_tag = tag.is_empty() || NameAddr::parse(value).is_ok_and(|to| to.param(b"tag").is_some());
        let tag: &[&[u8]] = if has_tag { &[] } else { &[b";tag=", tag] };
        self.count_field(value.len(), id.as_str().len())?;
        let name: &[&[u8]] = &[id.as_str().as_bytes(), b": "];
        if line.is_folded() {
            self.copy_unfolded(line, name, tag)?;
        } else {
            self.out.put(&[name, &[value.bytes()], tag, &[b"\r\n"]])?;
        }
        self.judge.note(id);
        Ok(())
    }

    #[cold]
    fn copy_unfolded(&mut self, line: &HeaderField<'_>, name: &[&[u8]], tag: &[&[u8]]) -> Result<(), Error> {
        self.out.put(&[name])?;
        for (at, text) in line.unfolded().enumerate() {
            let space: &[u8] = if at == 0 { b"" } else { b" " };
            self.out.put(&[&[space, text]])?;
        }
        self.out.put(&[tag, &[b"\r\n"]])
    }
}

/// Whether a response may establish a dialog: of methods that are not known one cannot say, and where none is made,
/// nobody looks at Record-Route.
fn makes_dialog(method: Method<'_>) -> bool {
    matches!(method, Method::Invite | Method::Subscribe | Method::Refer | Method::Notify | Method::Other(_))
}
