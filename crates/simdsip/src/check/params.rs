//! Parameters: `*( SEMI generic-param )`, and what certain ones must be (RFC 3261 §25.1).

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::number;
use super::rules::Rules;
use super::uri;
use crate::DefectCode;
use crate::message::token::{is_token, is_token_slice};
use crate::text::Span;
use crate::uri::Escaped;

/// One parameter that the grammar took.
pub(super) struct Param<'b> {
    /// Name and value.
    pub(super) span: Span<'b>,
    pub(super) name: Span<'b>,
    /// The value with its quotes or brackets.
    pub(super) value: Option<Span<'b>>,
}

/// What a certain parameter of a header must be.
pub(super) type Hook = fn(&Param<'_>, &mut Findings);

impl Param<'_> {
    pub(super) fn is(&self, name: &[u8]) -> bool {
        self.name.bytes().eq_ignore_ascii_case(name)
    }

    fn value_bytes(&self) -> &[u8] {
        self.value.map_or(&[], |value| value.bytes())
    }

    /// A token, neither quoted nor left out.
    pub(super) fn must_be_token(&self, out: &mut Findings) {
        if !is_token_slice(self.value_bytes()) {
            out.add(DefectCode::BadParameter, self.span);
        }
    }

    /// Digits that make a number up to `most`.
    pub(super) fn must_be_number(&self, most: u64, out: &mut Findings) {
        match self.value {
            Some(value) => number::digits(value, most, out),
            None => out.add(DefectCode::BadNumber, self.span),
        }
    }

    /// `( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`
    pub(super) fn must_be_quality(&self, out: &mut Findings) {
        let fits = match self.value_bytes() {
            [b'0'] | [b'1'] => true,
            [b'0', b'.', decimals @ ..] => decimals.len() <= 3 && decimals.iter().all(u8::is_ascii_digit),
            [b'1', b'.', decimals @ ..] => decimals.len() <= 3 && decimals.iter().all(|&byte| byte == b'0'),
            _ => false,
        };
        if !fits {
            out.add(DefectCode::BadNumber, self.value.unwrap_or(self.span));
        }
    }
}

/// Reads all parameters from here on. Those that are odd are passed over; all that stands before the next element or
/// the end is looked at.
pub(super) fn read(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    behind(c, &mut Names::new(), rules, out)
}

/// The same where the first one has no semicolon before it.
pub(super) fn bare(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let mut names = Names::new();
    if c.peek() == Some(b';') {
        out.add(DefectCode::EmptyParameter, c.here());
    } else {
        step(c, &mut names, rules, out);
    }
    behind(c, &mut names, rules, out)
}

fn behind<'b>(c: &mut Cursor<'b>, names: &mut Names, rules: &Rules, out: &mut Findings) -> Read {
    loop {
        let before = *c;
        c.lws();
        let semicolon = c.here();
        if !c.eat(b';') {
            *c = before;
            break;
        }
        c.lws();
        if matches!(c.peek(), None | Some(b';')) || (rules.list && c.peek() == Some(b',')) {
            out.add(DefectCode::EmptyParameter, semicolon);
        } else {
            step(c, names, rules, out);
        }
    }
    // Nothing stands there, so its place is where it could have stood.
    if !rules.has_all(names.found) {
        out.add(DefectCode::MissingParameter, c.here().to(c.at()));
    }
    Ok(())
}

/// One parameter, and what is known of its name.
fn step<'b>(c: &mut Cursor<'b>, names: &mut Names, rules: &Rules, out: &mut Findings) {
    let mut ahead = *c;
    if let Some(name) = ahead.token() {
        names.note(name, rules, out);
    }
    match one(c, rules, out) {
        Some(param) => (rules.hook)(&param, out),
        None => c.skip_to([b';', rules.comma()], out),
    }
}

/// `generic-param`: a name, perhaps with a value that is a token, host or quoted string.
fn one<'b>(c: &mut Cursor<'b>, rules: &Rules, out: &mut Findings) -> Option<Param<'b>> {
    let start = c.at();
    let stops: &[u8] = if rules.list { b";," } else { b";" };
    let Some(name) = c.token() else {
        out.add(DefectCode::BadParameter, c.piece(stops));
        return None;
    };
    let behind_name = *c;
    c.lws();
    let mut value = None;
    if c.eat(b'=') {
        c.lws();
        value = Some(match c.peek() {
            Some(b'"') => c.quoted(out).ok()?,
            Some(b'<') if rules.has_uri(name) => bracketed(c, out)?,
            _ if rules.has_colons(name) => c.take(|byte| is_token(byte) || b":[]".contains(&byte)),
            Some(b'[') => reference(c),
            _ => c.token().unwrap_or(c.here().to(c.at())),
        });
    } else {
        *c = behind_name;
    }
    let param = Param { span: c.since(start), name, value };
    let mut ahead = *c;
    ahead.lws();
    let goes_on = match ahead.peek() {
        None | Some(b';') => false,
        Some(b',') => !rules.list,
        Some(_) => true,
    };
    let empty = value.map_or(rules.valued, |value| value.is_empty());
    let broken = |value: Span<'_>| value.first() == Some(b'[') && !uri::is_host(value.bytes());
    let host = value.is_some_and(broken) && !rules.has_colons(name);
    // What must be a URI in brackets is that, or nothing that one could follow.
    let bare = rules.has_uri(name) && value.is_none_or(|value| value.first() != Some(b'<'));
    if goes_on || empty || host || bare {
        c.skip_to([b';', rules.comma()], out);
        out.add(DefectCode::BadParameter, c.since(start).trim());
        return None;
    }
    Some(param)
}

/// An IPv6 reference, or what begins as one.
fn reference<'b>(c: &mut Cursor<'b>) -> Span<'b> {
    let start = c.at();
    c.take(|byte| byte.is_ascii_hexdigit() || b"[:.".contains(&byte));
    c.eat(b']');
    c.since(start)
}

/// A URI in angle brackets, which certain parameters have.
fn bracketed<'b>(c: &mut Cursor<'b>, out: &mut Findings) -> Option<Span<'b>> {
    let start = c.at();
    let close = c.rest().find([b'>']);
    let inner = c.rest().after(start).to(close);
    c.go(close);
    if !c.eat(b'>') {
        out.add(DefectCode::UnterminatedAngle, c.since(start));
        return None;
    }
    super::address::judge(inner, out);
    Some(c.since(start))
}

/// How many names are looked back at for one that stands again.
const BACK: usize = 64;

/// The names that have been there.
pub(super) struct Names {
    count: u32,
    /// Those that the header must have, as [`Rules::which`] numbers them.
    found: u32,
    /// A hash of each, and where it stands: half a span, for there may be names of a header and of a URI at a time.
    rows: [(u32, u32, u32); BACK],
}

impl Names {
    pub(super) fn new() -> Names {
        Names { count: 0, found: 0, rows: [(0, 0, 0); BACK] }
    }

    pub(super) fn note(&mut self, name: Span<'_>, rules: &Rules, out: &mut Findings) {
        self.found |= rules.which(name);
        if self.again(name, |name| name.bytes().iter().copied()) && rules.once {
            out.add(DefectCode::RepeatedParameter, name);
        }
        self.count_to(name, out);
    }

    /// The same of a URI's parameter, whose name may be escaped (RFC 3261 §19.1.4; RFC 3966 §3).
    pub(super) fn note_escaped(&mut self, name: Span<'_>, out: &mut Findings) {
        if self.again(name, |name| Escaped::new(name).unescaped()) {
            out.add(DefectCode::RepeatedParameter, name);
        }
        self.count_to(name, out);
    }

    /// Whether `name` has been there, in any case. `text` gives what a name says, byte by byte.
    fn again<'b, T: Iterator<Item = u8>>(&mut self, name: Span<'b>, text: fn(Span<'b>) -> T) -> bool {
        let lower = |name| text(name).map(|byte| byte.to_ascii_lowercase());
        let hash = lower(name).fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let rows = self.rows.get(..self.count as usize).unwrap_or(&self.rows);
        let is = |start, end| lower(name.at_places(start, end)).eq(lower(name));
        let again = rows.iter().any(|&(other, start, end)| other == hash && is(start, end));
        if let Some(row) = self.rows.get_mut(self.count as usize) {
            *row = (hash, name.start(), name.end());
        }
        self.count = self.count.saturating_add(1);
        again
    }

    fn count_to(&self, name: Span<'_>, out: &mut Findings) {
        if self.count > out.limits.param_count.into() && out.limits.param_count != u16::MAX {
            out.add(DefectCode::OverLimit, name);
        }
    }
}
