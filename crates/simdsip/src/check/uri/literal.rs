//! The literal reading of the URI grammars that tests hold `uri::strict` against: it shares nothing with the views.

use std::vec::Vec;

use super::{Deviation, hostport, is_name, is_sip};
use crate::DefectCode;
use crate::message::token::is_token_slice;
use crate::text::Span;

/// The first departure and where it is, if there is one.
pub(super) fn deviation(uri: Span<'_>) -> Option<Deviation<'_>> {
    read(uri).err()
}

/// The first parameter whose name was there, in any case and escaped or not: each is held against each before it.
pub(super) fn repeated(uri: Span<'_>) -> Option<Span<'_>> {
    let colon = uri.find([b':']);
    let rest = uri.after(colon);
    let params = if is_sip(uri) {
        let behind = rest.from(rest.find([b'@']));
        let behind = if behind.is_empty() { rest } else { behind };
        behind.to(behind.find([b'?']))
    } else if uri.to(colon).bytes().eq_ignore_ascii_case(b"tel") {
        rest
    } else {
        return None;
    };
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut rest = params.after(params.find([b';']));
    while !rest.is_empty() {
        let name = rest.to(rest.find([b'=', b';']));
        let said = decoded(name.bytes());
        // A semicolon without a name is another departure.
        let is_param = !rest.to(rest.find([b';'])).is_empty();
        if is_param && names.contains(&said) {
            return Some(name);
        }
        names.extend(is_param.then_some(said));
        rest = rest.after(rest.find([b';']));
    }
    None
}

/// In small letters, without escapes.
fn decoded(text: &[u8]) -> Vec<u8> {
    let digits = |at: usize| {
        let digits = text.get(at..at + 2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut said = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let escaped = (byte == b'%').then(|| digits(at + 1)).flatten();
        at += if escaped.is_some() { 3 } else { 1 };
        said.push(escaped.unwrap_or(byte).to_ascii_lowercase());
    }
    said
}

fn read(uri: Span<'_>) -> Result<(), Deviation<'_>> {
    let colon = uri.find([b':']);
    let scheme = uri.to(colon);
    let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let named = scheme.first().is_some_and(|byte| byte.is_ascii_alphabetic());
    if uri.byte(colon).is_none() || !named || !scheme.bytes().iter().all(letters) {
        return Err((DefectCode::BadUri, if scheme.is_empty() { uri } else { scheme }));
    }
    let rest = uri.after(colon);
    if is_sip(uri) {
        sip(rest)
    } else if scheme.bytes().eq_ignore_ascii_case(b"tel") {
        telephone(rest)
    } else {
        absolute(rest)
    }
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
}

/// All of `text` is escapes, unreserved bytes and those of `more`.
fn bytes_of<'b>(text: Span<'b>, more: &[u8]) -> Result<(), Deviation<'b>> {
    let mut rest = text;
    while let Some(byte) = rest.first() {
        let place = rest.start();
        let mut len = 1;
        if byte == b'%' {
            let digits = rest.bytes().get(1..3).unwrap_or(&[]);
            if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
                return Err((DefectCode::BadEscape, rest.to(place.saturating_add(1))));
            }
            len = 3;
        } else if !unreserved(byte) && !more.contains(&byte) {
            return Err((DefectCode::BadUri, rest.to(place.saturating_add(1))));
        }
        rest = rest.from(place.saturating_add(len));
    }
    Ok(())
}

/// The same, and there is at least one.
fn some_bytes_of<'b>(text: Span<'b>, more: &[u8]) -> Result<(), Deviation<'b>> {
    if text.is_empty() { Err((DefectCode::BadUri, text)) } else { bytes_of(text, more) }
}

/// `[ userinfo ] hostport uri-parameters [ headers ]`
fn sip(rest: Span<'_>) -> Result<(), Deviation<'_>> {
    let at = rest.find([b'@']);
    let mut behind = rest;
    if rest.byte(at).is_some() {
        behind = rest.after(at);
        let userinfo = rest.to(at);
        let colon = userinfo.find([b':']);
        some_bytes_of(userinfo.to(colon), b"&=+$,;?/")?;
        bytes_of(userinfo.after(colon), b"&=+$,")?;
    }
    let end = behind.find([b';', b'?']);
    hostport(behind.to(end))?;
    let params = behind.from(end);
    let end = params.find([b'?']);
    parameters(params.to(end), b"[]/:&+$")?;
    match params.from(end).strip(b'?') {
        Some(headers) => fields(headers),
        None => Ok(()),
    }
}

/// `*( ";" pname [ "=" pvalue ] )`
fn parameters<'b>(text: Span<'b>, more: &[u8]) -> Result<(), Deviation<'b>> {
    let mut rest = text;
    while let Some(param) = rest.strip(b';') {
        let end = param.find([b';']);
        let (param, next) = (param.to(end), param.from(end));
        let equals = param.find([b'=']);
        some_bytes_of(param.to(equals), more)?;
        // These three are tokens, in which a percent sign is a byte like others.
        let of_token = [&b"transport"[..], b"user", b"method"];
        let is_token = of_token.iter().any(|name| param.to(equals).bytes().eq_ignore_ascii_case(name));
        if param.byte(equals).is_some() && !(is_token && is_token_slice(param.after(equals).bytes())) {
            some_bytes_of(param.after(equals), more)?;
        }
        rest = next;
    }
    Ok(())
}

/// `hname "=" hvalue *( "&" hname "=" hvalue )`
fn fields(text: Span<'_>) -> Result<(), Deviation<'_>> {
    let mut rest = text;
    loop {
        let end = rest.find([b'&']);
        let field = rest.to(end);
        let equals = field.find([b'=']);
        if field.byte(equals).is_none() {
            return Err((DefectCode::BadUri, field));
        }
        some_bytes_of(field.to(equals), b"[]/?:+$")?;
        bytes_of(field.after(equals), b"[]/?:+$")?;
        if rest.byte(end).is_none() {
            return Ok(());
        }
        rest = rest.after(end);
    }
}

/// A global or local number with its parameters (RFC 3966 §3).
fn telephone(text: Span<'_>) -> Result<(), Deviation<'_>> {
    let end = text.find([b';']);
    let (number, params) = (text.to(end), text.from(end));
    let digits = number.strip(b'+');
    let global = digits.is_some();
    let digits = digits.unwrap_or(number);
    let counts =
        |byte: u8| byte.is_ascii_digit() || (!global && (byte.is_ascii_hexdigit() || b"*#".contains(&byte)));
    let odd = digits.bytes().iter().position(|&byte| !counts(byte) && !b"-.()".contains(&byte));
    if let Some(odd) = odd {
        return Err((DefectCode::BadUri, digits.slice(odd..odd.saturating_add(1))));
    }
    if !digits.bytes().iter().any(|&byte| counts(byte)) {
        return Err((DefectCode::BadUri, text));
    }
    telephone_parameters(params)?;
    let context = |param: &[u8]| {
        let name = param.split(|&byte| byte == b'=').next().unwrap_or(&[]);
        name.eq_ignore_ascii_case(b"phone-context")
    };
    if !global && !params.bytes().split(|&byte| byte == b';').any(context) {
        return Err((DefectCode::BadUri, number));
    }
    Ok(())
}

/// What may follow any other scheme: reserved, unreserved and escaped bytes, at least one.
fn absolute(text: Span<'_>) -> Result<(), Deviation<'_>> {
    some_bytes_of(text, b";/?:@&=+$,")
}

/// `*( ";ext=" 1*phonedigit / ";isub=" 1*uric / ";phone-context=" descriptor / ";" pname [ "=" pvalue ] )`
fn telephone_parameters(text: Span<'_>) -> Result<(), Deviation<'_>> {
    let mut rest = text;
    while let Some(param) = rest.strip(b';') {
        let end = param.find([b';']);
        let (param, next) = (param.to(end), param.from(end));
        let equals = param.find([b'=']);
        let (name, value) = (param.to(equals), param.after(equals));
        let is = |wanted: &[u8]| name.bytes().eq_ignore_ascii_case(wanted);
        let letters = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let digits = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_digit() || b"-.()".contains(byte));
        let fits = if is(b"ext") {
            !value.is_empty() && digits(value.bytes())
        } else if is(b"phone-context") {
            match value.bytes() {
                [b'+', number @ ..] => digits(number) && number.iter().any(u8::is_ascii_digit),
                name => is_name(name),
            }
        } else {
            let more: &[u8] = if is(b"isub") { b"/?:@&=+$," } else { b"[]/:&+$" };
            bytes_of(value, more)?;
            !value.is_empty() || (param.byte(equals).is_none() && !is(b"isub"))
        };
        if !fits || name.is_empty() || !name.bytes().iter().all(letters) {
            return Err((DefectCode::BadUri, param));
        }
        rest = next;
    }
    Ok(())
}
