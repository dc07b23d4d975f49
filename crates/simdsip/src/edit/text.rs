//! Text that is put into a message: what is refused, and numbers and addresses in digits.

use core::fmt::{self, Write};
use core::net::IpAddr;

use crate::error::{Error, ErrorKind, LimitKind};
use crate::message::token::is_token_slice;

/// The bytes of all pieces, of which none may be a control byte but tab: CR and LF would begin another header field,
/// NUL would end the text for many a reader.
#[inline]
pub(crate) fn check_text(pieces: &[&[u8]], limit: usize) -> Result<usize, Error> {
    let mut len = 0usize;
    for piece in pieces {
        if has_control(piece) {
            let at = piece.iter().position(|&byte| is_control(byte)).unwrap_or(0);
            return Err(Error::new(ErrorKind::Text, len.saturating_add(at)));
        }
        len = len.saturating_add(piece.len());
    }
    if len > limit {
        return Err(Error::new(ErrorKind::Limit(LimitKind::Line), limit));
    }
    Ok(len)
}

/// A header field name: a token of at most 255 bytes.
#[inline]
pub(crate) fn check_name(name: &[u8]) -> Result<(), Error> {
    if !is_token_slice(name) {
        return Err(Error::new(ErrorKind::Token, 0));
    }
    if name.len() > usize::from(u8::MAX) {
        return Err(Error::new(ErrorKind::Limit(LimitKind::Name), usize::from(u8::MAX)));
    }
    Ok(())
}

/// Where `uri` would end the brackets or quotes that it is put into, or begin others: no URI has such bytes.
pub(crate) fn breaks_out(uri: &[u8]) -> Option<usize> {
    uri.iter().position(|byte| matches!(byte, b'<' | b'>' | b'"'))
}

/// A URI to stand between spaces or in brackets: not empty, and without white space, control bytes, brackets and quotes.
pub(crate) fn check_uri(uri: &[u8], limit: usize) -> Result<(), Error> {
    if uri.is_empty() {
        return Err(Error::new(ErrorKind::RequestUri, 0));
    }
    if let Some(at) = uri.iter().position(|&byte| byte <= b' ' || byte == 0x7f) {
        return Err(Error::new(ErrorKind::Text, at));
    }
    if let Some(at) = breaks_out(uri) {
        return Err(Error::new(ErrorKind::RequestUri, at));
    }
    if uri.len() > limit {
        return Err(Error::new(ErrorKind::Limit(LimitKind::Uri), limit));
    }
    Ok(())
}

#[inline]
const fn is_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7f
}

/// Without a branch for each byte, so that it is done many at a time.
#[inline]
fn has_control(text: &[u8]) -> bool {
    text.iter().fold(false, |found, &byte| found | is_control(byte))
}

/// A number in decimal digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    digits: [u8; 20],
    from: usize,
}

impl Decimal {
    #[inline]
    pub(crate) fn of(mut number: u64) -> Decimal {
        let mut decimal = Decimal { digits: [b'0'; 20], from: 20 };
        loop {
            decimal.from = decimal.from.wrapping_sub(1);
            if let Some(place) = decimal.digits.get_mut(decimal.from) {
                *place = b'0'.wrapping_add((number % 10) as u8);
            }
            number /= 10;
            if number == 0 {
                return decimal;
            }
        }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.from..).unwrap_or(&[])
    }
}

/// An address as `received` has it: IPv6 without brackets (RFC 5118 §4.5).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    text: [u8; 48],
    len: usize,
}

impl Address {
    /// An IPv4 address that came through an IPv6 socket is the IPv4 address.
    pub(crate) fn of(address: IpAddr) -> Address {
        let mut text = Address { text: [0; 48], len: 0 };
        match address.to_canonical() {
            IpAddr::V4(address) => {
                for (at, octet) in address.octets().into_iter().enumerate() {
                    if at > 0 {
                        text.push(b".");
                    }
                    text.push(Decimal::of(octet.into()).as_bytes());
                }
            }
            IpAddr::V6(address) => {
                // The longest has 45 bytes.
                let _ = write!(text, "{address}");
            }
        }
        text
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or(&[])
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(place) = self.text.get_mut(self.len..end) {
            place.copy_from_slice(bytes);
            self.len = end;
        }
    }
}

impl Write for Address {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_and_addresses_are_as_the_standard_library_writes_them(
            number in any::<u64>(), small in 0u64..300, four in any::<[u8; 4]>(), six in any::<[u16; 8]>(),
        ) {
            let text = |bytes: &[u8]| core::str::from_utf8(bytes).unwrap().to_string();
            prop_assert_eq!(text(Decimal::of(number).as_bytes()), number.to_string());
            prop_assert_eq!(text(Decimal::of(small).as_bytes()), small.to_string());
            for address in [IpAddr::from(four), IpAddr::from(six)] {
                prop_assert_eq!(text(Address::of(address).as_bytes()), address.to_canonical().to_string());
            }
        }
    }

    #[test]
    fn the_longest_address_fits_and_a_mapped_one_is_its_ipv4() {
        let longest = IpAddr::from([0xffffu16; 8]);
        assert_eq!(Address::of(longest).as_bytes().len(), 39);
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(Address::of(mapped).as_bytes(), b"192.0.2.1");
    }

    #[test]
    fn control_bytes_are_refused_with_their_place() {
        for byte in 0..=255u8 {
            let bad = byte != b'\t' && byte.is_ascii_control();
            let found = check_text(&[b"ab", &[b'c', byte]], 99);
            assert_eq!(found.is_err(), bad, "{byte}");
            if let Err(error) = found {
                assert_eq!((error.kind, error.at), (ErrorKind::Text, 3));
            }
        }
        assert_eq!(check_text(&[b"ab", b"c"], 2).unwrap_err().at, 2);
    }
}
