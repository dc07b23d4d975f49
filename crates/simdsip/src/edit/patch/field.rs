//! Header fields by name and by occurrence.

use super::super::splice::Splice;
use super::super::text::{Decimal, check_text};
use super::{Lists, Names, Patch, check_field_name};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::HeaderName;
use crate::message::HeaderField;
use crate::text::Span;

impl<'b> Patch<'b, '_, '_> {
    /// Sets a header to one value: the first field of that name, in any spelling, gets it and keeps its place and its
    /// name, the others are taken away. Where there is none, a field is added at the end; one that is set again then
    /// has the last value, but for names that no registry knows, which are added each time.
    ///
    /// # Errors
    /// `Token` where `name` is none, `ContentLength` where it is that header, which follows the body; `Text` where
    /// `value` has a control byte, `Limit` where it is too long or the room is full.
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ns:old\r\n one\r\nX-a: 1\r\n\r\n", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&message, &mut room)?;
    /// patch.set(b"Subject", &[b"new"])?;
    /// patch.set(b"Server", &[b"simdsip"])?;
    /// assert_eq!(patch.finish()?.to_vec(), b"BYE sip:b SIP/2.0\r\ns: new\r\nX-a: 1\r\nServer: simdsip\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn set(&mut self, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        let id = check_field_name(name)?;
        let mut fields = self.message.fields_named(name);
        match fields.next() {
            Some(field) => {
                self.set_line(&field, value)?;
                fields.try_for_each(|field| self.edits.remove(field.line_range()))
            }
            None if id == HeaderName::Unknown => self.line_behind(self.section().end, name, value),
            None => {
                self.count_set(id, value)?;
                let end = self.section().end;
                self.put_line(end..end, name, value, Splice::slot(id.id()))
            }
        }
    }

    /// Gives one field another value; its name stays as it is.
    ///
    /// # Errors
    /// As [`set`](Patch::set), and `Range` where `field` is of another message.
    pub fn set_field(&mut self, field: &HeaderField<'b>, value: &[&[u8]]) -> Result<(), Error> {
        self.check_own(field)?;
        check_field_name(field.name())?;
        self.set_line(field, value)
    }

    fn set_line(&mut self, field: &HeaderField<'b>, value: &[&[u8]]) -> Result<(), Error> {
        let name = field.name();
        check_text(value, self.limits.line_len.saturating_sub(name.len().saturating_add(2)))?;
        self.put_line(field.line_range(), name, value, Splice::RANGE)
    }

    /// Takes all fields of that name away, in any spelling, white space before the colon or not. How many.
    ///
    /// # Errors
    /// As [`set`](Patch::set).
    pub fn remove(&mut self, name: &[u8]) -> Result<usize, Error> {
        check_field_name(name)?;
        let mut count = 0usize;
        for field in self.message.fields_named(name) {
            self.edits.remove(field.line_range())?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    /// Takes one field away, all of its lines.
    ///
    /// # Errors
    /// As [`set_field`](Patch::set_field); a line without a name may be removed.
    pub fn remove_field(&mut self, field: &HeaderField<'b>) -> Result<(), Error> {
        self.check_own(field)?;
        if field.id() == HeaderName::ContentLength {
            return Err(Error::new(ErrorKind::ContentLength, 0));
        }
        self.edits.remove(field.line_range())
    }

    /// Keeps of a list the elements of which `keep` says so, whichever fields they stand in; a field of which none is
    /// left is taken away. What is left of a field is joined by commas. How many elements were taken away. Where the
    /// same list is gone through twice, the second time counts.
    ///
    /// # Errors
    /// As [`set`](Patch::set); `Limit(Elements)` where more than 128 stay of one field.
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nk: a,\r\n b,c\r\nSupported: b\r\n\r\n", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&message, &mut room)?;
    /// patch.retain(b"Supported", |option_tag| option_tag.bytes() != b"b")?;
    /// assert_eq!(patch.finish()?.to_vec(), b"BYE sip:b SIP/2.0\r\nk: a, c\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn retain(&mut self, name: &[u8], mut keep: impl FnMut(Span<'b>) -> bool) -> Result<usize, Error> {
        let id = check_field_name(name)?;
        let mut gone = 0usize;
        for field in self.message.fields_named(name) {
            let spelt = self.style.name(field.name());
            let comma: &[&[u8]] = match self.style.lists {
                Lists::AsReceived => &[b", "],
                Lists::OneALine => &[b"\r\n", spelt, b": "],
            };
            let mut pieces: [&[u8]; MOST_PIECES] = [b""; MOST_PIECES];
            let mut free = pieces.as_mut_slice();
            let (mut all, mut kept) = (0usize, 0usize);
            for element in id.elements(field.span()) {
                all = all.saturating_add(1);
                if !keep(element) {
                    continue;
                }
                let before = if kept == 0 { &[] } else { comma };
                let Some((places, rest)) = free.split_at_mut_checked(before.len().saturating_add(1)) else {
                    return Err(Error::new(ErrorKind::Limit(LimitKind::Elements), element.at()));
                };
                for (place, piece) in places.iter_mut().zip(before.iter().copied().chain([element.bytes()])) {
                    *place = piece;
                }
                free = rest;
                kept = kept.saturating_add(1);
            }
            gone = gone.saturating_add(all.saturating_sub(kept));
            let (line, value) = (field.line_range(), field.value_range());
            // Always of the whole line, so that the last look at it counts.
            if kept == all {
                if self.looked_at(id) {
                    self.edits.replace(line, &[field.line()])?;
                }
            } else if kept == 0 {
                self.edits.remove(line)?;
            } else {
                let whole = self.message.whole();
                let name: &[&[u8]] = match self.style.names {
                    Names::AsReceived => &[whole.get(line.start..value.start).unwrap_or(&[])],
                    _ => &[spelt, b": "],
                };
                let behind = whole.get(value.end..line.end).unwrap_or(&[]);
                self.edits.put(line, &[name, &pieces, &[behind]], Splice::RANGE)?;
            }
        }
        if let Some(word) = self.looked.get_mut(usize::from(id.id() >> 6)) {
            *word |= 1 << (id.id() & 63);
        }
        Ok(gone)
    }

    /// Whether fields of that name may have been changed before.
    fn looked_at(&self, id: HeaderName) -> bool {
        self.looked.get(usize::from(id.id() >> 6)).is_some_and(|word| word >> (id.id() & 63) & 1 == 1)
    }

    /// Adds a header field before all others.
    ///
    /// # Errors
    /// As [`set`](Patch::set).
    pub fn add_first(&mut self, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        check_field_name(name)?;
        self.line_before(self.section().start, name, value)
    }

    /// Adds a header field behind all others.
    ///
    /// # Errors
    /// As [`set`](Patch::set).
    pub fn add_last(&mut self, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        check_field_name(name)?;
        self.line_behind(self.section().end, name, value)
    }

    /// Sets Max-Forwards (RFC 3261 §20.22).
    ///
    /// # Errors
    /// As [`set`](Patch::set).
    pub fn set_max_forwards(&mut self, hops: u8) -> Result<(), Error> {
        self.set(b"Max-Forwards", &[Decimal::of(hops.into()).as_bytes()])
    }

    /// Takes one from Max-Forwards and gives what is left; adds one of 70 where there is none (RFC 3261 §16.6 step 3).
    /// A field that is repeated says the same everywhere.
    ///
    /// # Errors
    /// `MaxForwards` where it is zero: the request must not go on (RFC 3261 §16.3 step 3); `Number` and `NumberRange`
    /// where it is no number; `Limit` where the room is full.
    pub fn decrement_max_forwards(&mut self) -> Result<u32, Error> {
        let Some(hops) = self.message.max_forwards()? else {
            self.set_max_forwards(70)?;
            return Ok(70);
        };
        let Some(left) = hops.value().checked_sub(1) else {
            return Err(hops.span().error(ErrorKind::MaxForwards));
        };
        let text = Decimal::of(left.into());
        for field in self.message.fields(HeaderName::MaxForwards) {
            match field.value_range() {
                // Nothing to replace: the line is.
                range if range.is_empty() => self.set_line(&field, &[text.as_bytes()])?,
                range => self.edits.replace(range, &[text.as_bytes()])?,
            }
        }
        Ok(left)
    }
}

/// An element and up to three pieces before it, 128 times.
const MOST_PIECES: usize = 512;
