//! Tokens and their kin: option tags, methods, events, languages, namespaces, with parameters or without.

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::params;
use super::rules::Rules;
use crate::DefectCode;
use crate::message::token::{is_lws, is_token, is_token_slice};
use crate::text::Span;

/// One word as the header has them.
pub(super) fn word(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    if matches!(c.peek(), None | Some(b';' | b',')) {
        return Err(out.fail(DefectCode::EmptyValue, c.here().to(c.at())));
    }
    let start = *c;
    let token = c.take(is_token);
    // What goes on without white space or a separator was meant to be of the token.
    let cut = c.peek().is_some_and(|byte| !is_lws(byte) && !matches!(byte, b';' | b','));
    if cut || token.is_empty() || !(rules.word)(token.bytes()) {
        let whole = start.piece(b";,");
        return Err(out.fail(DefectCode::BadToken, whole));
    }
    Ok(())
}

/// A word with parameters.
pub(super) fn word_params(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let read = word(c, rules, out);
    if read.is_err() {
        c.skip_to([b';', rules.comma()], out);
    }
    // A token that is none tells enough: what its parameters lack is not told, too.
    let behind = behind_value(c, rules, out);
    read.and(behind)
}

/// The parameters behind a value, and what stands between.
pub(super) fn behind_value(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let mut ahead = *c;
    ahead.lws();
    match ahead.peek() {
        None | Some(b';') => {}
        Some(b',') if rules.list => {}
        Some(_) => {
            let start = ahead.at();
            ahead.skip_to([b';', rules.comma()], out);
            out.add(DefectCode::JunkAfterValue, ahead.since(start).trim());
            *c = ahead;
        }
    }
    params::read(c, rules, out)
}

/// `token / quoted-string` with parameters.
pub(super) fn word_or_quoted_params(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    if c.peek() != Some(b'"') {
        return word_params(c, rules, out);
    }
    c.quoted(out)?;
    behind_value(c, rules, out)
}

/// `priv-value *( ";" priv-value )` (RFC 3323 §4.2)
pub(super) fn privacy(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    loop {
        c.lws();
        let start = *c;
        if c.token().is_none() || c.peek().is_some_and(|byte| !is_lws(byte) && byte != b';') {
            let empty = matches!(start.peek(), None | Some(b';'));
            let code = if empty { DefectCode::EmptyParameter } else { DefectCode::BadToken };
            out.add(code, start.piece(b";"));
            c.skip_to([b';', b';'], out);
        }
        c.lws();
        if !c.eat(b';') {
            return Ok(());
        }
    }
}

/// A signed digest with parameters (RFC 8224 §4), or the quoted one of RFC 4474 §9, which has none.
pub(super) fn identity(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    if c.peek() == Some(b'"') {
        c.quoted(out)?;
        return Ok(());
    }
    let start = *c;
    // What is signed is base64url (RFC 7515 §2), which the rule `base64-char` forgets.
    let digest = c.take(|byte| byte.is_ascii_alphanumeric() || b"/+.-_=".contains(&byte));
    if digest.is_empty() || c.peek().is_some_and(|byte| !is_lws(byte) && byte != b';') {
        let code = if start.peek() == Some(b';') { DefectCode::EmptyValue } else { DefectCode::BadToken };
        return Err(out.fail(code, start.piece(b";")));
    }
    // A digest alone is of the time before RFC 8224; RFC 4475 §3.1.1.11 calls such a message valid.
    if c.is_done() { Ok(()) } else { behind_value(c, rules, out) }
}

pub(super) fn any_token(text: &[u8]) -> bool {
    is_token_slice(text)
}

/// `"*"` alone: what stands before the features of RFC 3841 §9.2 and RFC 6809 §6.3.
pub(super) fn star(text: &[u8]) -> bool {
    text == b"*"
}

/// `token-nodot *( "." token-nodot )` (RFC 6665 §8.4)
pub(super) fn event(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'.').all(|part| !part.is_empty())
}

/// `token-nodot "." token-nodot` (RFC 4412 §3.1)
pub(super) fn resource(text: &[u8]) -> bool {
    event(text) && text.iter().filter(|&&byte| byte == b'.').count() == 1
}

/// Letters, then subtags of letters and digits, each up to eight (RFC 3261 §20.3 as RFC 5646 §2.1 has it); `*`.
pub(super) fn language(text: &[u8]) -> bool {
    let mut tags = text.split(|&byte| byte == b'-');
    let fits = |tag: &[u8]| (1..=8).contains(&tag.len()) && tag.iter().all(u8::is_ascii_alphanumeric);
    let first = tags.next().unwrap_or(&[]);
    text == b"*" || (fits(first) && first.iter().all(u8::is_ascii_alphabetic) && tags.all(fits))
}

/// `1*HEXDIG` (RFC 3313 §5.1)
pub(super) fn hexadecimal(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

/// `"true" / "false"` (RFC 4488 §4)
pub(super) fn truth(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"true") || text.eq_ignore_ascii_case(b"false")
}

/// `32( DIGIT / %x61-66 )` (RFC 7989 §5)
pub(super) fn session_uuid(text: &[u8]) -> bool {
    text.len() == 32 && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `span` is a token.
pub(super) fn is_one(span: Span<'_>) -> bool {
    is_token_slice(span.bytes())
}
