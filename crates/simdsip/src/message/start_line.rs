//! Request-Line and Status-Line.
//!
//! Refuses what has no method, URI, version or code to speak of; spacing, versions and
//! codes that the grammar lacks are defects. RFC 3261 §7.1, §7.2, §25.1.

use super::head::{Kind, Span, Start};
use super::token::{is_blank, is_token_slice};
use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind};
use crate::scan::{BLOCK, Kernel, WINDOW};

/// A plain request line of less than a block, or a plain status line; `None` for any other. The line feed is at `lf`.
#[inline(always)]
pub(crate) fn plain<K: Kernel>(kernel: K, bytes: &[u8], start: usize, lf: usize) -> Option<Start> {
    let block = bytes.get(start..)?.first_chunk::<BLOCK>()?;
    let (first, rest) = block.split_first_chunk::<8>()?;
    let cr = lf.wrapping_sub(1);
    if first == b"SIP/2.0 " {
        let digits = rest.first_chunk::<4>()?;
        return (*bytes.get(cr)? == b'\r').then_some(plain_status(*digits, start, cr)).flatten();
    }
    // The CR is the first that is not printable, so there are no blanks but spaces.
    let len = cr.wrapping_sub(start);
    if kernel.masks(block).odd.trailing_zeros() as usize != len || *bytes.get(cr)? != b'\r' {
        return None;
    }
    let (low, high) = (block.first_chunk::<WINDOW>()?, block.last_chunk::<WINDOW>()?);
    let spaces = |window| u64::from(kernel.matching(window, &[0xff; WINDOW], &[b' '; WINDOW]));
    let spaces = (spaces(low) | spaces(high) << 32) & 1u64.wrapping_shl(len as u32).wrapping_sub(1);
    let (first_space, others) = (spaces.trailing_zeros(), spaces & spaces.wrapping_sub(1));
    let second_space = others.trailing_zeros() as usize;
    let two = others != 0 && others & others.wrapping_sub(1) == 0;
    let version = block.get(second_space..)?.first_chunk::<8>()?;
    if !two || second_space.wrapping_add(8) != len || version != b" SIP/2.0" {
        return None;
    }
    let second = u64::from_le_bytes(*rest.first_chunk::<8>()?);
    if !capitals(u64::from_le_bytes(*first), first_space)
        || !capitals(second, first_space.saturating_sub(8))
        || !(1..=16).contains(&first_space)
    {
        return None;
    }
    let uri_at = start.wrapping_add(first_space as usize).wrapping_add(1);
    let parts = [
        Span::new(start, uri_at.wrapping_sub(1)),
        Span::new(uri_at, cr.wrapping_sub(8)),
        Span::new(cr.wrapping_sub(7), cr),
    ];
    Some(Start { kind: Kind::Request, parts })
}

/// Whether the lowest `len` bytes of `word`, which are ASCII, are capital letters.
#[inline(always)]
const fn capitals(word: u64, len: u32) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const TO_A: u64 = 0x80 - b'A' as u64;
    const BEHIND_Z: u64 = 0x7f - b'Z' as u64;
    let not_below_a = word.wrapping_add(ONES.wrapping_mul(TO_A));
    let above_z = word.wrapping_add(ONES.wrapping_mul(BEHIND_Z));
    let beyond = if len < 8 { u64::MAX << (len.wrapping_mul(8)) } else { 0 };
    (!not_below_a | above_z) & !beyond & ONES.wrapping_mul(0x80) == 0
}

/// The status line with that code and a space behind it.
#[inline(always)]
fn plain_status(code: [u8; 4], start: usize, end: usize) -> Option<Start> {
    let [b'1'..=b'6', b'0'..=b'9', b'0'..=b'9', b' '] = code else { return None };
    let at = |offset: usize| start.wrapping_add(offset);
    let parts = [Span::new(start, at(7)), Span::new(at(8), at(11)), Span::new(at(12), end)];
    Some(Start { kind: Kind::Response, parts })
}

/// Reads the line `bytes[start..end]`, its line end excluded, into `found`; defects are added to `defects`.
#[inline(never)]
pub(crate) fn parse(
    bytes: &[u8],
    start: usize,
    end: usize,
    found: &mut Start,
    defects: &mut DefectSet,
) -> Result<(), Error> {
    let line = bytes.get(start..end).unwrap_or(&[]);
    let plain = match line.first_chunk::<4>() {
        Some(b"SIP/") => status(line, start),
        Some(_) => request(line, start),
        None => None,
    };
    if let Some(plain) = plain {
        *found = plain;
        return Ok(());
    }
    let scheme = line.get(..4).unwrap_or(&[]);
    let odd = if scheme.eq_ignore_ascii_case(b"SIP/") { odd_status } else { odd_request };
    *found = odd(line, start, defects)?;
    Ok(())
}

/// `METHOD SP URI SP SIP/2.0`, exactly; anything else is looked at again by [`odd_request`].
#[inline]
pub(super) fn request(line: &[u8], start: usize) -> Option<Start> {
    let (rest, b" SIP/2.0") = line.split_last_chunk::<8>()? else { return None };
    let method_len = method_len(rest)?;
    let (_, [b' ', uri @ ..]) = rest.split_at_checked(method_len)? else { return None };
    if has_blank(uri) {
        return None;
    }
    let end = start.wrapping_add(line.len());
    let uri_at = start.wrapping_add(method_len).wrapping_add(1);
    Some(Start {
        kind: Kind::Request,
        parts: [
            Span::new(start, uri_at.wrapping_sub(1)),
            Span::new(uri_at, end.wrapping_sub(8)),
            Span::new(end.wrapping_sub(7), end),
        ],
    })
}

const fn every(byte: u8) -> u128 {
    (u128::MAX / 255).wrapping_mul(byte as u128)
}

/// The top bit of each byte of `word` below `limit`, which is at most 128. Above the lowest that is, others may be set.
#[inline(always)]
const fn below(word: u128, limit: u8) -> u128 {
    word.wrapping_sub(every(limit)) & !word & every(0x80)
}

/// How many bytes the method has, if it is one of up to fifteen capital letters and a space follows. No loop to
/// leave at a place that differs from message to message.
#[inline]
fn method_len(line: &[u8]) -> Option<usize> {
    let sixteen = u128::from_le_bytes(*line.first_chunk::<16>()?);
    let spaces = below(sixteen ^ every(b' '), 1);
    // All bits below the lowest space's byte.
    let method = (spaces & spaces.wrapping_neg()).wrapping_sub(1) >> 7;
    let beyond_z = below(sixteen ^ every(0x7f), 0x7f - b'Z') | sixteen & every(0x80);
    let letters = (below(sixteen, b'A') | beyond_z) & method == 0;
    (spaces != 0 && method != 0 && letters).then_some((spaces.trailing_zeros() >> 3) as usize)
}

/// Whether `uri` is empty or holds a space, a tab or another control byte.
#[inline]
fn has_blank(uri: &[u8]) -> bool {
    let (words, _) = uri.as_chunks::<16>();
    let Some(last) = uri.last_chunk::<16>() else {
        return uri.is_empty() || uri.iter().any(|&byte| byte <= b' ');
    };
    words.iter().chain([last]).fold(0, |found, word| found | below(u128::from_le_bytes(*word), 0x21)) != 0
}

/// `SIP/2.0 SP 3DIGIT SP Reason-Phrase`, exactly; anything else is looked at again by [`odd_status`].
#[inline]
pub(super) fn status(line: &[u8], start: usize) -> Option<Start> {
    let (b"SIP/2.0 ", rest) = line.split_first_chunk::<8>()? else { return None };
    plain_status(*rest.first_chunk::<4>()?, start, start.wrapping_add(line.len()))
}

/// Where the blanks before and behind `line[from..to]` end.
fn narrow(line: &[u8], mut from: usize, mut to: usize) -> (usize, usize) {
    let blank = |at: usize| line.get(at).is_some_and(|&byte| is_blank(byte));
    while from < to && blank(from) {
        from = from.wrapping_add(1);
    }
    while from < to && blank(to.wrapping_sub(1)) {
        to = to.wrapping_sub(1);
    }
    (from, to)
}

/// The first blank of `line[from..to]`, or `to`.
fn word_end(line: &[u8], from: usize, to: usize) -> usize {
    let word = line.get(from..to).unwrap_or(&[]);
    memchr::memchr2(b' ', b'\t', word).map_or(to, |len| from.wrapping_add(len))
}

fn version_defects(version: &[u8], defects: &mut DefectSet) {
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        *defects = defects.with(DefectCode::BadVersion);
    }
}

/// A request whose spacing, method or version is not as it should be.
#[cold]
fn odd_request(line: &[u8], start: usize, defects: &mut DefectSet) -> Result<Start, Error> {
    let at = |offset: usize| start.wrapping_add(offset);
    let (first, last) = narrow(line, 0, line.len());
    if first == last {
        return Err(Error::new(ErrorKind::Method, start));
    }
    let method_end = word_end(line, first, last);
    let method = line.get(first..method_end).unwrap_or(&[]);
    if method.iter().any(|&byte| !(0x21..0x7f).contains(&byte)) || method_end == last {
        return Err(Error::new(ErrorKind::Method, at(first)));
    }
    if !is_token_slice(method) {
        *defects = defects.with(DefectCode::MethodNotToken);
    }
    let rest = line.get(method_end..last).unwrap_or(&[]);
    let version_at = memchr::memrchr2(b' ', b'\t', rest)
        .map_or(last, |blank| method_end.wrapping_add(blank).wrapping_add(1));
    let version = line.get(version_at..last).unwrap_or(&[]);
    if !version.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"SIP/")) {
        return Err(Error::new(ErrorKind::Version, at(version_at)));
    }
    version_defects(version, defects);
    let (uri_at, uri_end) = narrow(line, method_end, version_at);
    if uri_at == uri_end {
        return Err(Error::new(ErrorKind::RequestUri, at(method_end)));
    }
    if word_end(line, uri_at, uri_end) != uri_end {
        *defects = defects.with(DefectCode::SpaceInUri);
    }
    let single_spaces =
        line.get(method_end..uri_at) == Some(b" ") && line.get(uri_end..version_at) == Some(b" ");
    if !single_spaces || first != 0 || last != line.len() {
        *defects = defects.with(DefectCode::StartLineSpacing);
    }
    let parts = [
        Span::new(at(first), at(method_end)),
        Span::new(at(uri_at), at(uri_end)),
        Span::new(at(version_at), at(last)),
    ];
    Ok(Start { kind: Kind::Request, parts })
}

/// A response whose spacing, version or code is not as it should be.
#[cold]
fn odd_status(line: &[u8], start: usize, defects: &mut DefectSet) -> Result<Start, Error> {
    let at = |offset: usize| start.wrapping_add(offset);
    let version_end = word_end(line, 0, line.len());
    version_defects(line.get(..version_end).unwrap_or(&[]), defects);
    let (code_at, _) = narrow(line, version_end, line.len());
    let code_end = word_end(line, code_at, line.len());
    let code = line.get(code_at..code_end).unwrap_or(&[]);
    if !code.first().is_some_and(u8::is_ascii_digit) {
        return Err(Error::new(ErrorKind::StatusCode, at(code_at)));
    }
    if !matches!(code, [b'1'..=b'6', b'0'..=b'9', b'0'..=b'9']) {
        *defects = defects.with(DefectCode::BadStatus);
    }
    if line.get(version_end..code_at) != Some(b" ") {
        *defects = defects.with(DefectCode::StartLineSpacing);
    }
    // The Reason-Phrase may be empty and may hold blanks; only its separator is not part of it.
    let reason_at = match line.get(code_end) {
        Some(b' ') => code_end.wrapping_add(1),
        Some(_) => {
            *defects = defects.with(DefectCode::StartLineSpacing);
            code_end.wrapping_add(1)
        }
        None => {
            *defects = defects.with(DefectCode::NoReasonSeparator);
            code_end
        }
    };
    let parts = [
        Span::new(start, at(version_end)),
        Span::new(at(code_at), at(code_end)),
        Span::new(at(reason_at), at(line.len())),
    ];
    Ok(Start { kind: Kind::Response, parts })
}

/// The Status-Code as a number, where it is three digits from 100 on.
pub(crate) fn code(digits: &[u8]) -> Option<u16> {
    let [hundreds @ b'1'..=b'9', tens @ b'0'..=b'9', units @ b'0'..=b'9'] = digits else { return None };
    let digit = |byte: &u8| u16::from(byte.wrapping_sub(b'0'));
    Some(
        digit(hundreds)
            .wrapping_mul(100)
            .wrapping_add(digit(tens).wrapping_mul(10))
            .wrapping_add(digit(units)),
    )
}
