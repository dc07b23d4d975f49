//! The strict reading of header values: where each departs from the ABNF of its specification.
//!
//! The shapes share nothing with the lenient views ([`crate::shape`]) but [`Span`], so that tests can hold the two
//! against each other; URIs are located by [`crate::Uri`] and judged byte by byte, and what concerns several fields
//! (`message`) asks their views. Says where and how a value departs, never what it means. Allocates nothing; each byte is looked at a bounded
//! number of times. Grammar: RFC 3261 §25.1, and each header's own.

mod address;
mod auth;
mod cursor;
mod dialog;
mod findings;
mod free;
mod message;
mod number;
mod params;
mod rules;
mod token;
mod uri;
mod via;

use findings::Reported;
pub(crate) use findings::{Findings, ValueLimits};
pub(crate) use message::{Seen, check_field_in, check_missing};
pub(crate) use uri::is_host;

use crate::DefectCode;
use crate::header::HeaderName;
use crate::text::Span;
use cursor::Cursor;
use rules::Rules;

/// Looks at the value of a header field. Content-Length has codes of its own, which parsing sets.
pub(crate) fn check_field(name: HeaderName, value: Span<'_>, out: &mut Findings) {
    let Some(rules) = Rules::of(name).filter(|_| name != HeaderName::ContentLength) else { return };
    if value.is_empty() {
        if !rules.empty {
            out.add(DefectCode::EmptyValue, value);
        }
    } else if rules.list {
        list(value, &rules, out);
    } else {
        single(value, &rules, out);
    }
}

/// Looks at a Request-URI.
pub(crate) fn check_request_uri(uri: Span<'_>, out: &mut Findings) {
    address::judge_request(uri, out);
}

/// `element *( COMMA element )`
fn list(value: Span<'_>, rules: &Rules, out: &mut Findings) {
    let mut c = Cursor::new(value);
    let mut count = 0u32;
    let mut comma = c.here();
    loop {
        c.lws();
        if matches!(c.peek(), None | Some(b',')) {
            out.add(DefectCode::EmptyElement, if c.is_done() { comma } else { c.here() });
        } else {
            count = count.saturating_add(1);
            if count > out.limits.element_count.into() && out.limits.element_count != u16::MAX {
                out.add(DefectCode::OverLimit, c.here());
            }
            one(&mut c, rules, b',', out);
        }
        comma = c.here();
        if !c.eat(b',') {
            return;
        }
    }
}

fn single(value: Span<'_>, rules: &Rules, out: &mut Findings) {
    let mut c = Cursor::new(value);
    c.lws();
    if c.is_done() {
        out.add(DefectCode::EmptyValue, value);
        return;
    }
    let read = (rules.element)(&mut c, rules, out);
    c.lws();
    if read.is_ok() && !c.is_done() {
        out.add(DefectCode::JunkAfterValue, c.rest());
    }
}

/// One element of a list, up to the comma behind it.
fn one(c: &mut Cursor<'_>, rules: &Rules, comma: u8, out: &mut Findings) {
    let read = (rules.element)(c, rules, out);
    c.lws();
    if !matches!(c.peek(), None | Some(b',')) {
        let start = c.at();
        c.skip_to([comma, comma], out);
        if read.is_ok() {
            out.add(DefectCode::JunkAfterValue, c.since(start).trim());
        }
    }
}
