//! Call-IDs and the headers that name a dialog by one (RFC 3261 §25.1, `callid`; RFC 3891, RFC 3911, RFC 4538).

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::rules::Rules;
use super::token::behind_value;
use crate::DefectCode;
use crate::message::token::{is_lws, is_token};

/// What a `word` holds beside token bytes.
fn is_word(byte: u8) -> bool {
    is_token(byte) || b"()<>:\\\"/[]?{}".contains(&byte)
}

/// `word [ "@" word ]`
pub(super) fn call_id(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    let mut fits = !c.take(is_word).is_empty();
    if c.eat(b'@') {
        fits &= !c.take(is_word).is_empty();
    }
    if !fits || c.peek().is_some_and(|byte| !is_lws(byte) && !matches!(byte, b';' | b',')) {
        let whole = start.piece(b";,");
        return Err(out.fail(DefectCode::BadCallId, whole));
    }
    Ok(())
}

/// `callid *( SEMI generic-param )`
pub(super) fn dialog(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let read = call_id(c, rules, out);
    if read.is_err() {
        c.go(c.at().saturating_add(u32::try_from(c.piece(b";,").len()).unwrap_or(u32::MAX)));
    }
    let behind = behind_value(c, rules, out);
    read.and(behind)
}
