//! A place in a value that moves on by what the grammar has: tokens, quoted strings, comments, white space.
//!
//! What departs from RFC 3261 §25.1 within these is told here; what should have stood there is for the caller to say.

use super::{Findings, Reported};
use crate::DefectCode;
use crate::message::token::{is_lws, is_token};
use crate::text::Span;

#[derive(Clone, Copy)]
pub(super) struct Cursor<'b> {
    all: Span<'b>,
    at: u32,
}

impl<'b> Cursor<'b> {
    pub(super) fn new(all: Span<'b>) -> Cursor<'b> {
        Cursor { all, at: all.start() }
    }

    /// Offset in the input.
    pub(super) fn at(&self) -> u32 {
        self.at
    }

    pub(super) fn rest(&self) -> Span<'b> {
        self.all.from(self.at)
    }

    /// From offset `at` up to here.
    pub(super) fn since(&self, at: u32) -> Span<'b> {
        self.all.from(at).to(self.at)
    }

    /// The next byte, or nothing at all at the end.
    pub(super) fn here(&self) -> Span<'b> {
        self.rest().to(self.at.saturating_add(1))
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.all.byte(self.at)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.all.end()
    }

    pub(super) fn go(&mut self, at: u32) {
        self.at = at.clamp(self.at, self.all.end());
    }

    pub(super) fn go_to_end(&mut self) {
        self.at = self.all.end();
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let stands = self.peek() == Some(byte);
        if stands {
            self.at = self.at.saturating_add(1);
        }
        stands
    }

    /// The bytes from here on that `belongs` takes, perhaps none.
    pub(super) fn take(&mut self, belongs: impl Fn(u8) -> bool) -> Span<'b> {
        let rest = self.rest();
        let bytes = rest.bytes();
        let len = bytes.iter().position(|&byte| !belongs(byte)).unwrap_or(bytes.len());
        let start = self.at;
        self.go(start.saturating_add(u32::try_from(len).unwrap_or(u32::MAX)));
        self.since(start)
    }

    /// Passes white space, folds included, and tells whether there was any: `LWS` where that is asked, else `SWS`.
    pub(super) fn lws(&mut self) -> bool {
        !self.take(is_lws).is_empty()
    }

    /// One or more token bytes.
    pub(super) fn token(&mut self) -> Option<Span<'b>> {
        let token = self.take(is_token);
        (!token.is_empty()).then_some(token)
    }

    /// The bytes up to white space or one of `stops`, for telling what is wrong.
    pub(super) fn piece(&self, stops: &[u8]) -> Span<'b> {
        let mut ahead = *self;
        ahead.take(|byte| !is_lws(byte) && !stops.contains(&byte))
    }

    /// A quoted string; the quote that opens it is here.
    pub(super) fn quoted(&mut self, out: &mut Findings) -> Result<Span<'b>, Reported> {
        let start = self.at;
        self.eat(b'"');
        loop {
            self.go(self.rest().find([b'"', b'\\']));
            match self.peek() {
                Some(b'"') => {
                    self.eat(b'"');
                    return Ok(self.since(start));
                }
                Some(_) => self.pair(out),
                None => return Err(out.fail(DefectCode::UnterminatedQuote, self.since(start))),
            }
        }
    }

    /// A comment, those within it included; the parenthesis that opens it is here.
    pub(super) fn comment(&mut self, out: &mut Findings) -> Result<Span<'b>, Reported> {
        let start = self.at;
        let mut depth = 0u32;
        loop {
            self.go(self.rest().find([b'(', b')', b'\\']));
            match self.peek() {
                Some(b'(') => {
                    depth = depth.saturating_add(1);
                    if depth > out.limits.comment_depth.into() {
                        out.add(DefectCode::OverLimit, self.here());
                    }
                    self.eat(b'(');
                }
                Some(b')') => {
                    self.eat(b')');
                    if depth <= 1 {
                        return Ok(self.since(start));
                    }
                    depth = depth.wrapping_sub(1);
                }
                Some(_) => self.pair(out),
                None => return Err(out.fail(DefectCode::UnterminatedComment, self.since(start))),
            }
        }
    }

    /// A backslash and what it escapes: any ASCII byte but CR and LF.
    fn pair(&mut self, out: &mut Findings) {
        let start = self.at;
        self.eat(b'\\');
        match self.peek() {
            Some(b'\r' | b'\n' | 0x80..) => out.add(DefectCode::BadQuotedPair, self.since(start)),
            _ => self.go(start.saturating_add(2)),
        }
    }

    /// On to the next of `stops` that stands outside quotes and angle brackets, or to the end, where what is open hides
    /// whatever follows it.
    pub(super) fn skip_to(&mut self, stops: [u8; 2], out: &mut Findings) {
        loop {
            self.go(self.rest().find([stops[0], stops[1], b'"', b'<']));
            let (behind, code) = match self.peek() {
                Some(b'"') => (self.rest().end_of_quoted(), DefectCode::UnterminatedQuote),
                Some(b'<') => {
                    let close = self.rest().find([b'>']);
                    let behind = self.all.byte(close).map(|_| close.saturating_add(1));
                    (behind, DefectCode::UnterminatedAngle)
                }
                _ => return,
            };
            match behind {
                Some(at) => self.go(at),
                None => {
                    out.add(code, self.rest());
                    return self.go_to_end();
                }
            }
        }
    }
}
