//! Patches: what an element changes in a message that it sends on.
//!
//! A [`Patch`] puts its edits into [`Splices`]: bytes that it does not name stay as they came, unknown headers,
//! spelling, folds and order included. Refuses text that would break out of its line (CR, LF, NUL, other control bytes)
//! and messages whose header section has no certain end or start. Does not judge what is put in, decide where the
//! message goes, or fill in what is missing but Max-Forwards and Content-Length: that is for the element.
//! RFC 3261 §16.4, §16.6, §16.7, §18.2.1, §20.14; RFC 3581 §4.

mod body;
mod field;
mod offsets;
mod route;
mod style;
mod top;
mod via;

use core::ops::Range;

use super::output::Edited;
use super::room::Store;
use super::splice::{Splice, Splices, Text};
use super::text::{check_name, check_text};
use crate::defect::DefectCode;
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::HeaderName;
use crate::limits::Limits;
use crate::message::{HeaderField, Message};
pub use offsets::Offsets;
pub use style::{Lists, Names, Style};
use top::Top;

/// Changes to one message.
///
/// Each change speaks of the message *as it was received*, whatever else is changed: a header field that is removed and
/// then set is set, one that is set twice has the last value, and what is pushed is neither popped nor removed. See
/// [the module](super) for edits within edits.
///
/// A change that is refused leaves the patch as it was, unless the room is full: then a part of it may be made, and the
/// patch is to be given up.
///
/// Text is given in pieces, which are joined. Results have at most [`Limits::message_len`] bytes, 65,536 by default.
///
/// ```
/// use simdsip::edit::EditRoom;
/// use simdsip::{Index, Parser, Patch};
///
/// let (parser, mut index, mut room) = (Parser::default(), Index::new(), EditRoom::new()); // once
/// let request = parser.parse(b"OPTIONS sip:b@b.example SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1;rport\r\n\
///     Max-Forwards: 70\r\nX-Mine:as it came\r\n\r\n", &mut index)?;
/// let mut patch = Patch::new(&request, &mut room)?;
/// patch.set_source("192.0.2.1:5061".parse().unwrap())?;
/// patch.decrement_max_forwards()?;
/// patch.push_via(&[b"SIP/2.0/UDP p.example;branch=", simdsip::key::branch(1).as_bytes()])?;
/// assert_eq!(
///     String::from_utf8_lossy(&patch.finish()?.to_vec()),
///     "OPTIONS sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP p.example;branch=z9hG4bKbaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\
///      v: SIP/2.0/UDP a;branch=z9hG4bK1;rport=5061;received=192.0.2.1\r\nMax-Forwards: 69\r\n\
///      X-Mine:as it came\r\n\r\n"
/// );
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Debug)]
pub struct Patch<'b, 's, 't> {
    message: Message<'b>,
    edits: Splices<'s, 't>,
    style: Style,
    limits: PatchLimits,
    /// Header fields that were added.
    added: usize,
    /// Which headers were set that were not there: by their numbers.
    set: [u64; 4],
    vias: Top<'b>,
    routes: Top<'b>,
    /// Whose lists were gone through: by their numbers.
    looked: [u64; 4],
    /// How many edits there were when all was last brought together.
    sealed: Option<u32>,
    /// Where Via, Route and Record-Route are pushed, once that was looked for.
    push_at: [Option<u32>; 3],
    /// Whether the first Route is one that was pushed.
    route_pushed: bool,
    /// The Request-URI that was set.
    uri: Option<Text>,
    body: body::State,
}

/// Those of [`Limits`] that matter here.
#[derive(Clone, Copy, Debug)]
struct PatchLimits {
    line_len: usize,
    uri_len: usize,
    header_count: usize,
}

impl PatchLimits {
    fn of(limits: &Limits) -> PatchLimits {
        PatchLimits { line_len: limits.line_len, uri_len: limits.uri_len, header_count: limits.header_count }
    }
}

impl<'b, 's, 't> Patch<'b, 's, 't> {
    /// No change of `message` yet; `room` is kept for those to come.
    ///
    /// # Errors
    /// `Refused` where the header section has no end (`no-empty-line`) or the line behind the start line begins with
    /// white space (`folded-start-line`): what is put there would be read as part of it.
    pub fn new(message: &Message<'b>, room: impl Into<Store<'s>>) -> Result<Patch<'b, 's, 't>, Error> {
        for (code, at) in [
            (DefectCode::NoEmptyLine, message.headers_end()),
            (DefectCode::FoldedStartLine, message.start_line_range().end),
        ] {
            if message.has_structural(code) {
                return Err(Error::new(ErrorKind::Refused(code), at));
            }
        }
        let limits = const { Limits::new() };
        Ok(Patch {
            message: *message,
            edits: Splices::new(room, message.range())?.with_limit(limits.message_len),
            style: Style::AS_RECEIVED,
            limits: PatchLimits::of(&limits),
            added: 0,
            set: [0; 4],
            vias: Top::of(HeaderName::Via),
            routes: Top::of(HeaderName::Route),
            looked: [0; 4],
            sealed: None,
            push_at: [None; 3],
            route_pushed: false,
            uri: None,
            body: body::State::Untouched,
        })
    }

    /// The same with limits other than [`Limits::new`]: bytes of the result, bytes of a line or Request-URI that is
    /// put in, and header fields.
    #[must_use]
    pub fn with_limits(self, limits: &Limits) -> Patch<'b, 's, 't> {
        let edits = self.edits.with_limit(limits.message_len);
        Patch { edits, limits: PatchLimits::of(limits), ..self }
    }

    /// The message as it was received.
    #[must_use]
    pub fn message(&self) -> &Message<'b> {
        &self.message
    }

    /// The edits by offset, for changes that are not of SIP: those of a body, say. Content-Length follows where bytes
    /// of the body are changed.
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let message = parser.parse(b"MESSAGE sip:b SIP/2.0\r\nl: 2\r\n\r\nhi", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&message, &mut room)?;
    /// patch.splices().replace(32..33, &[b"ello"])?;
    /// assert_eq!(patch.finish()?.to_vec(), b"MESSAGE sip:b SIP/2.0\r\nl: 5\r\n\r\nhello");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn splices(&mut self) -> Offsets<'_, 's, 't> {
        self.body = self.body.max(body::State::Perhaps);
        Offsets::new(&mut self.edits)
    }

    /// The message with its changes, to be written. More can be changed afterwards.
    ///
    /// # Errors
    /// `Overlap` where edits by offset cross, `Limit(Message)` where the result is longer than the limit, other limits
    /// where the room is full.
    pub fn finish(&mut self) -> Result<Edited<'_>, Error> {
        self.seal()?;
        self.edits.settle()?.of(self.message.whole())
    }

    /// The edits without the message, whose bytes can then be [changed in place](super::Settled::in_place).
    ///
    /// # Errors
    /// As [`finish`](Patch::finish).
    ///
    /// ```
    /// use simdsip::{Index, Parser, Patch, edit::EditRoom};
    /// let (parser, mut index, mut room) = (Parser::default(), Index::new(), EditRoom::new());
    /// let mut buffer = [0; 1_500];
    /// let received = b"BYE sip:b SIP/2.0\r\nMax-Forwards: 10\r\n\r\n";
    /// buffer[..received.len()].copy_from_slice(received);
    ///
    /// let request = parser.parse(&buffer[..received.len()], &mut index)?;
    /// let mut patch = Patch::new(&request, &mut room)?;
    /// patch.decrement_max_forwards()?;
    /// let mut edits = patch.into_splices()?; // the bytes are free again
    /// let made = edits.settle()?.in_place(&mut buffer)?;
    /// assert_eq!(&buffer[made], b"BYE sip:b SIP/2.0\r\nMax-Forwards: 9\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn into_splices(mut self) -> Result<Splices<'s, 't>, Error> {
        self.seal()?;
        self.edits.settle()?;
        Ok(self.edits)
    }

    /// What depends on all changes together.
    fn seal(&mut self) -> Result<(), Error> {
        if self.sealed == Some(self.edits.made()) {
            return Ok(());
        }
        if self.style != Style::AS_RECEIVED {
            self.restyle()?;
        }
        self.seal_body()?;
        self.sealed = Some(self.edits.made());
        Ok(())
    }

    /// Where header fields begin, and where they end.
    #[inline]
    fn section(&self) -> Range<usize> {
        self.message.start_line_range().end..self.message.headers_end()
    }

    /// Puts a line of `name` and `value` before the byte at `at`, before others that are put there.
    fn line_before(&mut self, at: usize, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        self.count_line(name, value)?;
        self.put_line(at..at, name, value, Splice::FIRST)
    }

    /// The same behind others that are put there.
    fn line_behind(&mut self, at: usize, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        self.count_line(name, value)?;
        self.put_line(at..at, name, value, Splice::LAST)
    }

    /// Puts `name: value` and a line end.
    #[inline]
    fn put_line(
        &mut self,
        range: Range<usize>,
        name: &[u8],
        value: &[&[u8]],
        splice: Splice,
    ) -> Result<(), Error> {
        let name = self.style.name(name);
        self.edits.put(range, &[&[name, b": "], value, &[b"\r\n"]], splice)
    }

    /// Where a field of a list is pushed: before the first one of it; where there is none, behind the last Via.
    fn push_place(&mut self, list: Pushed) -> usize {
        let Some(known) = self.push_at.get_mut(list as usize) else { return 0 };
        if let Some(at) = known {
            return *at as usize;
        }
        let last_via = || self.message.fields(HeaderName::Via).last().map(|via| via.line_range().end);
        let at = match self.message.field(list.name()) {
            Some(field) => field.line_range().start,
            None => last_via().unwrap_or(self.message.start_line_range().end),
        };
        *known = u32::try_from(at).ok();
        at
    }

    /// Checks a line that is added.
    #[inline]
    fn count_line(&mut self, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        check_text(value, self.limits.line_len.saturating_sub(name.len().saturating_add(2)))?;
        let count = self.message.headers().len().saturating_add(self.added);
        if count >= self.limits.header_count {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), self.message.headers_end()));
        }
        self.added = self.added.saturating_add(1);
        Ok(())
    }

    /// The same where one that is set again takes the place of the one before.
    fn count_set(&mut self, id: HeaderName, value: &[&[u8]]) -> Result<(), Error> {
        let (bit, word) = (1u64 << (id.id() & 63), usize::from(id.id() >> 6));
        let again = self.set.get(word).is_some_and(|word| word & bit != 0);
        let added = self.added;
        self.added = added.saturating_sub(again.into());
        if let Err(error) = self.count_line(id.as_str().as_bytes(), value) {
            self.added = added;
            return Err(error);
        }
        if let Some(word) = self.set.get_mut(word) {
            *word |= bit;
        }
        Ok(())
    }

    /// That `field` is one of this message.
    fn check_own(&self, field: &HeaderField<'b>) -> Result<(), Error> {
        if core::ptr::eq(field.whole(), self.message.whole()) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Range, field.line_range().start))
        }
    }
}

/// Lists that are pushed to.
#[derive(Clone, Copy, Debug)]
enum Pushed {
    Via,
    Route,
    RecordRoute,
}

impl Pushed {
    const fn name(self) -> HeaderName {
        match self {
            Pushed::Via => HeaderName::Via,
            Pushed::Route => HeaderName::Route,
            Pushed::RecordRoute => HeaderName::RecordRoute,
        }
    }
}

/// A name that may be written: a token, and not Content-Length, which follows the body.
fn check_field_name(name: &[u8]) -> Result<HeaderName, Error> {
    check_name(name)?;
    match HeaderName::lookup(name) {
        HeaderName::ContentLength => Err(Error::new(ErrorKind::ContentLength, 0)),
        id => Ok(id),
    }
}
