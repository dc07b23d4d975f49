//! Secrets, replaced by text of the same length: credentials, SDP keys, passwords in URIs.
//!
//! Works on bytes line by line, so that it also holds for what the parser rejects, for header fields within
//! bodies (`message/sipfrag`) and for a second message in the same datagram. No length and no line end changes:
//! structure is read from the bytes as they are, and [`Shown`] gives what stands in their places. Where it is in
//! doubt it hides too much. Does not look into compressed or encoded bodies. RFC 7616 §3.4, §3.5; RFC 7617;
//! RFC 6750 §2.1; RFC 3261 §19.1.1; RFC 4568 §9; RFC 4567 §3; RFC 8866 §5.12; RFC 8839 §5.4; RFC 5939 §3.3.

mod credentials;
mod sdp;
#[cfg(test)]
mod tests;
mod uri;

use simdsip::{Message, StartLine, Unfolded, Word};
use std::borrow::Cow;
use std::ops::Range;

/// What stands in place of each hidden byte.
const HIDDEN: u8 = b'*';

/// Whether secrets are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Replaced.
    Hidden,
    /// As they are.
    Shown,
}

/// Bytes, and what may be shown of each.
#[derive(Debug)]
pub(crate) struct Shown<'b> {
    real: &'b [u8],
    masked: Option<Vec<u8>>,
}

impl<'b> Shown<'b> {
    /// `real` with its secrets hidden, if they are to be. `message` is what the parser found in it.
    pub(crate) fn new(real: &'b [u8], message: Option<Message<'b>>, secrets: Secrets) -> Shown<'b> {
        let masked = (secrets == Secrets::Hidden).then(|| {
            let (start, kept) = message.map_or((0..0, [None, None]), |message| start_line(real, &message));
            let mut masked = hidden(real, &start);
            for range in kept.into_iter().flatten() {
                masked[range.clone()].copy_from_slice(&real[range]);
            }
            masked
        });
        Shown { real, masked }
    }

    /// Nothing at all.
    pub(crate) const NONE: Shown<'static> = Shown { real: &[], masked: None };

    /// All of it.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.masked.as_deref().unwrap_or(self.real)
    }

    /// Whether anything is hidden.
    pub(crate) fn differs(&self) -> bool {
        self.bytes() != self.real
    }

    /// What may be shown of a piece that is a secret wherever it stands.
    pub(crate) fn secret(&self, piece: &[u8]) -> Vec<u8> {
        let mut shown = self.piece(piece).into_owned();
        if self.masked.is_some() {
            shown.iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = HIDDEN);
        }
        shown
    }

    /// What may be shown of `slice`, which is a piece of the real bytes. Anything else is masked by itself.
    pub(crate) fn of<'s>(&'s self, slice: &'s [u8]) -> Cow<'s, [u8]> {
        match &self.masked {
            None => Cow::Borrowed(slice),
            Some(masked) => match within(self.real, slice).and_then(|range| masked.get(range)) {
                Some(shown) => Cow::Borrowed(shown),
                None => Cow::Owned(hidden(slice, &(0..0))),
            },
        }
    }

    /// The same of a value, each fold read as a space.
    pub(crate) fn unfolded(&self, value: Unfolded<'_>) -> Vec<u8> {
        self.joined(value)
    }

    /// The same of any piece of a value. One without a fold is not copied.
    pub(crate) fn piece<'s>(&'s self, piece: &'s [u8]) -> Cow<'s, [u8]> {
        if !piece.contains(&b'\n') {
            return self.of(piece);
        }
        let lines = piece.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        Cow::Owned(self.joined(lines.filter(|line| !line.is_empty())))
    }

    /// The same of what a token or quoted string means: without its quotes.
    pub(crate) fn word(&self, word: &Word<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        word.unescaped().for_each(|piece| out.extend_from_slice(&self.of(piece)));
        out
    }

    fn joined<'l>(&self, lines: impl Iterator<Item = &'l [u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        for (at, line) in lines.enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(&self.of(line));
        }
        out
    }

    /// Whether any of the bytes from the end of one piece to the start of another is hidden.
    pub(crate) fn hides_between(&self, before: &[u8], behind: &[u8]) -> bool {
        let (Some(masked), Some(before), Some(behind)) =
            (&self.masked, within(self.real, before), within(self.real, behind))
        else {
            return false;
        };
        let between = before.end..behind.start;
        masked.get(between.clone()) != self.real.get(between)
    }
}

/// Whether something in the value of a header field, or in a Request-URI, may be hidden when it is seen within its
/// message. For values of which most are harmless.
pub(crate) fn concerns(value: &[u8]) -> bool {
    if !may_concern(value) {
        return false;
    }
    let mut mask = Mask::new(value);
    hide_field(&mut mask, 0..value.len(), &(0..value.len()));
    sdp::hide_embedded(&mut mask, 0..value.len());
    value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) || mask.out != value
}

/// The same, at a glance: never false where it does.
fn may_concern(value: &[u8]) -> bool {
    let (mut last, mut colons, mut password) = (0, 0, false);
    for byte in value {
        match byte {
            b'?' | b'&' | b'%' | b'\r' | b'\n' => return true,
            // The last letters of what holds credentials or keys.
            b':' if b"notd".contains(&last) => return true,
            b':' => colons += 1,
            b'@' => password |= colons > 1,
            _ if is_token(*byte) => last = byte.to_ascii_lowercase(),
            _ => {}
        }
    }
    password
}

/// The start line, and the pieces of it that are shown whatever they hold: method or status code, and version.
fn start_line(real: &[u8], message: &Message<'_>) -> (Range<usize>, [Option<Range<usize>>; 2]) {
    let line = within(real, message.as_bytes()).map_or(0, |range| range.start);
    // Offsets of a message in a stream do not count from the file's first byte.
    let line = line..line + message.start_line_range().len();
    let kept = match message.start_line() {
        StartLine::Request(request) => {
            let method = request.method.as_bytes();
            let stands = real.get(line.start..).is_some_and(|rest| rest.starts_with(method));
            [stands.then(|| line.start..line.start + method.len()), within(real, request.version)]
        }
        StartLine::Status(status) => [within(real, status.version), within(real, status.code)],
    };
    (line, kept)
}

/// Where `slice` stands in `bytes`, if it is a piece of them.
fn within(bytes: &[u8], slice: &[u8]) -> Option<Range<usize>> {
    let start = slice.as_ptr().addr().checked_sub(bytes.as_ptr().addr())?;
    let range = start..start.checked_add(slice.len())?;
    (range.end <= bytes.len()).then_some(range)
}

/// A copy of `real` without its secrets. White space within them stays, so that folds and lines do. What stands in
/// `start_line` is no line of SDP.
fn hidden(real: &[u8], start_line: &Range<usize>) -> Vec<u8> {
    let mut mask = Mask::new(real);
    let (mut at, mut field) = (0, 0);
    while at < real.len() {
        if at >= field {
            field = field_end(real, at);
            hide_field(&mut mask, at..field, start_line);
        }
        let line = at..line_end(real, at);
        at = match credentials::find(&real[line.clone()]) {
            Some((value, kind)) => {
                credentials::hide(&mut mask, at + value..field, kind);
                field
            }
            None => {
                if !start_line.contains(&at) {
                    sdp::hide(&mut mask, line.clone());
                }
                line.end
            }
        };
        // A lone CR ends a line too, as some readers of SDP have it.
        while matches!(real.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
    }
    mask.out
}

/// Hides what is a secret if the lines of the field are one line: readers differ in where a line ends.
fn hide_field(mask: &mut Mask<'_>, field: Range<usize>, start_line: &Range<usize>) {
    uri::hide(mask, field.clone());
    if let Some((value, kind)) = credentials::find_within(&mask.real[field.clone()]) {
        credentials::hide(mask, field.start + value..field.end, kind);
    }
    if !start_line.contains(&field.start) {
        sdp::hide_folded(mask, field);
    }
}

/// Where the line that begins at `at` ends: its CR or LF, or the end.
fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| matches!(byte, b'\r' | b'\n')).map_or(bytes.len(), |len| at + len)
}

/// Where the header field that begins at `at` ends: an LF that no blank follows, or the end.
fn field_end(bytes: &[u8], at: usize) -> usize {
    let ends = |at: &usize| bytes[*at] == b'\n' && !matches!(bytes.get(at + 1), Some(b' ' | b'\t'));
    (at..bytes.len()).find(ends).unwrap_or(bytes.len())
}

/// The bytes as they are, and the copy in which some are hidden.
struct Mask<'b> {
    real: &'b [u8],
    out: Vec<u8>,
}

impl<'b> Mask<'b> {
    fn new(real: &'b [u8]) -> Mask<'b> {
        Mask { real, out: real.to_vec() }
    }

    fn cover(&mut self, range: Range<usize>) {
        self.cover_but(range, |_| false);
    }

    /// Hides all but white space and those bytes.
    fn cover_but(&mut self, range: Range<usize>, stays: impl Fn(u8) -> bool) {
        for byte in &mut self.out[range] {
            if !byte.is_ascii_whitespace() && !stays(*byte) {
                *byte = HIDDEN;
            }
        }
    }
}

/// RFC 3261 §25.1 `token`.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

/// Where the bytes at `at` that are such end.
fn skip(bytes: &[u8], at: usize, such: impl Fn(u8) -> bool) -> usize {
    let at = at.min(bytes.len());
    at + bytes[at..].iter().take_while(|byte| such(**byte)).count()
}

/// Where the white space at `at` ends, folds included.
fn blanks(bytes: &[u8], at: usize) -> usize {
    skip(bytes, at, |byte| byte.is_ascii_whitespace())
}

/// Behind the first `word`, which is in lower case, where bytes that are neither those of tokens nor `besides` are
/// not heeded.
fn loosely_behind(bytes: &[u8], word: &[u8], besides: Option<u8>) -> Option<usize> {
    let counts = |byte: &u8| is_token(*byte) || Some(*byte) == besides;
    let kept: Vec<u8> = bytes.iter().filter(|byte| counts(byte)).map(u8::to_ascii_lowercase).collect();
    let mut left = behind(&kept, word)?;
    let last = bytes.iter().position(|byte| {
        left -= usize::from(counts(byte));
        left == 0
    })?;
    Some(last + 1)
}

/// Behind the first `word` in any case.
fn behind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|at| at.eq_ignore_ascii_case(word)).map(|at| at + word.len())
}
