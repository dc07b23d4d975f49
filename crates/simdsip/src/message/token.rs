//! Byte classes of RFC 3261 §25.1.

/// Whether each byte may stand in a token.
#[expect(clippy::indexing_slicing, reason = "a byte always indexes 256 entries")]
static TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    loop {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        if byte == u8::MAX {
            break table;
        }
        byte = byte.wrapping_add(1);
    }
};

/// Whether `byte` may stand in a token.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a byte always indexes 256 entries")]
pub(crate) fn is_token(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// Whether `bytes` is a token: one or more such bytes.
pub(crate) fn is_token_slice(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token(byte))
}

/// Space or tab.
#[inline(always)]
pub(crate) const fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Space, tab, CR or LF: what LWS is made of.
pub(crate) const fn is_lws(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `bytes` without the spaces and tabs at its ends.
pub(crate) fn trim_blank(bytes: &[u8]) -> &[u8] {
    trim(bytes, is_blank)
}

/// `bytes` without the LWS at its ends.
pub(crate) fn trim_lws(bytes: &[u8]) -> &[u8] {
    trim(bytes, is_lws)
}

fn trim(mut bytes: &[u8], dull: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && dull(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && dull(*last)
    {
        bytes = rest;
    }
    bytes
}
