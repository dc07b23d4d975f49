//! Multipart bodies, walked without copying.
//!
//! Finds the parts and their header fields; does not decode transfer encodings and does
//! not look into the parts but for nested multiparts. RFC 5621; RFC 2046 §5.1.

use core::ops::Range;

use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::HeaderName;
use crate::message::token::{is_blank, trim_blank, trim_lws};
use crate::message::{Message, Unfolded};

/// RFC 2046 §5.1.1.
const BOUNDARY_MAX: usize = 70;

/// The parts of a multipart body, in wire order (RFC 5621 §3; RFC 2046 §5.1). An iterator of [`Part`].
///
/// ```
/// use simdsip::{Index, Parser};
///
/// let bytes = b"MESSAGE sip:a SIP/2.0\r\nContent-Type: multipart/mixed;boundary=x\r\n\r\n\
///     --x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n";
/// let mut index = Index::new();
/// let message = Parser::default().parse(bytes, &mut index)?;
/// let parts: Vec<_> = message.multipart().unwrap()?.collect();
/// assert_eq!(parts[0].body(), b"hello");
/// assert_eq!(parts[0].field(b"content-type"), Some(&b"text/plain"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Multipart<'b> {
    bytes: &'b [u8],
    /// Where the body ends.
    end: usize,
    boundary: [u8; BOUNDARY_MAX],
    boundary_len: usize,
    /// Where the next part begins, if there is one.
    next: Option<usize>,
    depth_left: usize,
    closed: bool,
}

/// One part: header fields and content (RFC 2046 §5.1). Ranges are byte offsets in the input.
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-ID: 1\r\n\r\nhi\r\n--x--";
/// # let message = parser.parse(bytes, &mut index)?;
/// let part = message.multipart().unwrap()?.next().unwrap();
/// assert_eq!((part.field(b"content-id"), part.body()), (Some(&b"1"[..]), &b"hi"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Part<'b> {
    bytes: &'b [u8],
    head: (usize, usize),
    body: (usize, usize),
    depth_left: usize,
    closed: bool,
}

/// A delimiter line.
struct Delimiter {
    /// Where the line break before it begins: the end of the part before.
    at: usize,
    /// Behind its line end.
    end: usize,
    closes: bool,
}

impl<'b> Message<'b> {
    /// The parts of a multipart body; `None` if Content-Type names another type.
    ///
    /// # Errors
    /// `Boundary` where the parameter is missing, empty or longer than 70 bytes; `Limit(MimeDepth)` where
    /// [`crate::Limits::mime_depth`] allows none.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\n\r\none\r\n--x\r\n\r\ntwo\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// assert!(message.multipart().unwrap()?.map(|part| part.body()).eq([b"one", b"two"]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn multipart(&self) -> Option<Result<Multipart<'b>, Error>> {
        let field = self.field(HeaderName::ContentType)?;
        let whole = self.whole();
        Multipart::of(whole, field.value(), field.value_range().start, self.body_range(), self.mime_depth())
    }
}

impl<'b> Multipart<'b> {
    /// `None` if `content_type` is no multipart type.
    fn of(
        bytes: &'b [u8],
        content_type: &[u8],
        content_type_at: usize,
        body: Range<usize>,
        depth: usize,
    ) -> Option<Result<Multipart<'b>, Error>> {
        let slash = memchr::memchr(b'/', content_type)?;
        let kind = trim_lws(content_type.get(..slash)?);
        if !kind.eq_ignore_ascii_case(b"multipart") {
            return None;
        }
        let Some((boundary, boundary_len)) = boundary(content_type) else {
            return Some(Err(Error::new(ErrorKind::Boundary, content_type_at)));
        };
        let Some(depth_left) = depth.checked_sub(1) else {
            return Some(Err(Error::new(ErrorKind::Limit(LimitKind::MimeDepth), content_type_at)));
        };
        let mut parts = Multipart {
            bytes,
            end: body.end.min(bytes.len()),
            boundary,
            boundary_len,
            next: None,
            depth_left,
            closed: false,
        };
        // The preamble before the first delimiter is dropped, as RFC 2046 §5.1.1 has it.
        if let Some(first) = parts.delimiter(body.start, body.start) {
            parts.closed = first.closes;
            parts.next = (!first.closes).then_some(first.end);
        }
        Some(Ok(parts))
    }

    /// Whether the closing delimiter was met: true for a whole body once all parts were taken.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\n\r\ncut sho";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// let mut parts = message.multipart().unwrap()?;
    /// assert_eq!(parts.by_ref().count(), 1);
    /// assert!(!parts.is_closed());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The boundary, unquoted.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// assert_eq!(message.multipart().unwrap()?.boundary(), b"x");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn boundary(&self) -> &[u8] {
        self.boundary.get(..self.boundary_len).unwrap_or(&[])
    }

    /// The next delimiter line that begins at or behind `from`, in a part that begins at `start`.
    fn delimiter(&self, from: usize, start: usize) -> Option<Delimiter> {
        let bytes = self.bytes.get(..self.end)?;
        let mut line = from;
        loop {
            if let Some((end, closes)) = self.delimiter_line(bytes, line) {
                // The line break before the delimiter belongs to it.
                let mut at = line;
                if at > start && bytes.get(at.wrapping_sub(1)) == Some(&b'\n') {
                    at = at.wrapping_sub(1);
                    if at > start && bytes.get(at.wrapping_sub(1)) == Some(&b'\r') {
                        at = at.wrapping_sub(1);
                    }
                }
                return Some(Delimiter { at, end, closes });
            }
            let lf = memchr::memchr(b'\n', bytes.get(line..)?)?;
            line = line.wrapping_add(lf).wrapping_add(1);
        }
    }

    /// Whether a delimiter stands at `line`; where its line ends and whether it closes.
    fn delimiter_line(&self, bytes: &[u8], line: usize) -> Option<(usize, bool)> {
        let rest = bytes.get(line..)?.strip_prefix(b"--")?.strip_prefix(self.boundary())?;
        let (rest, closes) = rest.strip_prefix(b"--").map_or((rest, false), |rest| (rest, true));
        let padding = rest.iter().position(|&byte| !is_blank(byte)).unwrap_or(rest.len());
        let rest = rest.get(padding..)?;
        let rest = match rest {
            [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => rest,
            [] => rest,
            _ => return None,
        };
        Some((bytes.len().wrapping_sub(rest.len()), closes))
    }
}

impl<'b> Iterator for Multipart<'b> {
    type Item = Part<'b>;

    fn next(&mut self) -> Option<Part<'b>> {
        let start = self.next.take()?;
        let end = match self.delimiter(start, start) {
            Some(found) => {
                self.closed = found.closes;
                self.next = (!found.closes).then_some(found.end);
                found.at
            }
            // No closing delimiter: what is there is the last part.
            None => self.end,
        };
        let body = body_of_part(self.bytes.get(..end).unwrap_or(&[]), start);
        Some(Part {
            bytes: self.bytes,
            head: (start, body),
            body: (body, end),
            depth_left: self.depth_left,
            closed: self.next.is_some() || self.closed,
        })
    }
}

impl core::iter::FusedIterator for Multipart<'_> {}

/// Where the body of the part begins whose header fields begin at `start`: behind the first empty line.
fn body_of_part(bytes: &[u8], start: usize) -> usize {
    let mut line = start;
    loop {
        let rest = bytes.get(line..).unwrap_or(&[]);
        match rest {
            [b'\r', b'\n', ..] => return line.wrapping_add(2),
            [b'\n', ..] => return line.wrapping_add(1),
            _ => {}
        }
        match memchr::memchr(b'\n', rest) {
            Some(lf) => line = line.wrapping_add(lf).wrapping_add(1),
            None => return bytes.len(),
        }
    }
}

/// The boundary parameter, unquoted: quoted pairs count as the byte they stand for.
fn boundary(content_type: &[u8]) -> Option<([u8; BOUNDARY_MAX], usize)> {
    let mut rest = content_type;
    loop {
        let (name, after) = next_parameter(rest)?;
        if !name.eq_ignore_ascii_case(b"boundary") {
            rest = after;
            continue;
        }
        let mut boundary = [0; BOUNDARY_MAX];
        let mut len = 0usize;
        let mut value = trim_start(after.strip_prefix(b"=")?);
        let quoted = value.first() == Some(&b'"');
        if quoted {
            value = value.get(1..)?;
        }
        loop {
            let byte = match value {
                [b'"', ..] if quoted => break,
                [b'\\', byte, after @ ..] if quoted => {
                    value = after;
                    *byte
                }
                // A fold is one space (RFC 3261 §7.3.1).
                [b'\r' | b'\n', ..] if quoted => {
                    value = trim_start(value);
                    b' '
                }
                [b';' | b' ' | b'\t' | b'\r' | b'\n', ..] | [] if !quoted => break,
                [byte, after @ ..] => {
                    value = after;
                    *byte
                }
                [] => return None,
            };
            *boundary.get_mut(len)? = byte;
            len = len.wrapping_add(1);
        }
        // RFC 2046 §5.1.1: a boundary does not end in a space.
        while boundary.get(len.wrapping_sub(1)) == Some(&b' ') && len > 0 {
            len = len.wrapping_sub(1);
        }
        return (len > 0).then_some((boundary, len));
    }
}

/// Skips to behind the next semicolon outside quotes: the parameter's name, and what follows the name.
fn next_parameter(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut quoted = false;
    let mut escaped = false;
    let mut at = 0usize;
    for &byte in value {
        at = at.wrapping_add(1);
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => break,
            _ => {}
        }
        if at == value.len() {
            return None;
        }
    }
    let rest = trim_start(value.get(at..)?);
    let name_len = rest.iter().position(|byte| matches!(byte, b'=' | b';')).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(name_len)?;
    if name.is_empty() && after.is_empty() { None } else { Some((trim_lws(name), after)) }
}

fn trim_start(bytes: &[u8]) -> &[u8] {
    let dull = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    bytes.get(dull..).unwrap_or(&[])
}

impl<'b> Part<'b> {
    /// The content, without the line break before the next delimiter.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-ID: 1\r\n\r\nhi\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// let part = message.multipart().unwrap()?.next().unwrap();
    /// assert_eq!(part.body(), b"hi");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn body(&self) -> &'b [u8] {
        self.bytes.get(self.body_range()).unwrap_or(&[])
    }

    /// Where the content stands in the input, in bytes.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-ID: 1\r\n\r\nhi\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// let part = message.multipart().unwrap()?.next().unwrap();
    /// assert_eq!(&bytes[part.body_range()], b"hi");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn body_range(&self) -> Range<usize> {
        self.body.0..self.body.1
    }

    /// The header fields: name and raw value, which may be folded.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-ID: 1\r\n\r\nhi\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// let part = message.multipart().unwrap()?.next().unwrap();
    /// assert!(part.headers().eq([(&b"Content-ID"[..], &b"1"[..])]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (&'b [u8], &'b [u8])> + use<'b> {
        PartHeaders { rest: self.bytes.get(self.head.0..self.head.1).unwrap_or(&[]) }
    }

    /// The value of the first header field of that name, in any case, in its long or its compact form.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-ID: 1\r\n\r\nhi\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// let part = message.multipart().unwrap()?.next().unwrap();
    /// assert_eq!(part.field(b"CONTENT-ID"), Some(&b"1"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn field(&self, name: &[u8]) -> Option<&'b [u8]> {
        let id = HeaderName::lookup(name);
        let mut fields = self.headers();
        let field = fields.find(|(found, _)| {
            found.eq_ignore_ascii_case(name) || (id != HeaderName::Unknown && HeaderName::lookup(found) == id)
        });
        field.map(|(_, value)| value)
    }

    /// The value of that header field with folds read as spaces.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-ID:\r\n 1\r\n  2\r\n\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// let part = message.multipart().unwrap()?.next().unwrap();
    /// assert_eq!(part.header_unfolded(b"Content-ID").unwrap().to_string(), "1 2");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn header_unfolded(&self, name: &[u8]) -> Option<Unfolded<'b>> {
        self.field(name).map(Unfolded::new)
    }

    /// Whether a delimiter ends this part; else the body was cut short.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\n\r\none\r\n--x\r\n\r\ntw";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// assert!(message.multipart().unwrap()?.map(|part| part.is_closed()).eq([true, false]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The parts within this part; `None` if it is no multipart.
    ///
    /// # Errors
    /// `Boundary` as for [`Message::multipart`]; `Limit(MimeDepth)` where parts are nested too deep.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let bytes = b"INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-ID: 1\r\n\r\nhi\r\n--x--";
    /// # let message = parser.parse(bytes, &mut index)?;
    /// let part = message.multipart().unwrap()?.next().unwrap();
    /// assert!(part.multipart().is_none()); // no Content-Type: plain text
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn multipart(&self) -> Option<Result<Multipart<'b>, Error>> {
        let content_type = self.field(b"Content-Type").or_else(|| self.field(b"c"))?;
        Multipart::of(self.bytes, content_type, self.head.0, self.body_range(), self.depth_left)
    }
}

struct PartHeaders<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for PartHeaders<'b> {
    type Item = (&'b [u8], &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut end = 0usize;
            // A field goes on while the next line begins with a blank.
            loop {
                let lf = memchr::memchr(b'\n', self.rest.get(end..)?);
                end = lf.map_or(self.rest.len(), |lf| end.wrapping_add(lf).wrapping_add(1));
                if lf.is_none() || !self.rest.get(end).is_some_and(|&byte| is_blank(byte)) {
                    break;
                }
            }
            let (field, rest) = self.rest.split_at_checked(end)?;
            if field.is_empty() {
                return None;
            }
            self.rest = rest;
            if let Some((name, value)) =
                memchr::memchr(b':', field).and_then(|colon| field.split_at_checked(colon))
            {
                return Some((trim_blank(name), trim_lws(value.get(1..)?)));
            }
        }
    }
}
