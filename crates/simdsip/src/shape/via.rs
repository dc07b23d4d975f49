//! Via: who sent this hop, and where its responses go.
//!
//! Does not apply `received`, `rport` and `maddr`: that is routing. White space may stand around each slash and colon.
//! Grammar: RFC 3261 §20.42, §25.1; RFC 3581 §3.

use crate::error::{Error, ErrorKind};
use crate::text::{Span, Word};
use crate::uri::Host;

/// One hop (RFC 3261 §20.42).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::{Rport, Via};
/// let via = Via::parse(Span::new(b"SIP/2.0/UDP pc33.atlanta.example:5066;rport;branch=z9hG4bK776asdhds")?)?;
/// assert_eq!((via.transport(), via.host_span().bytes(), via.port()?), (&b"UDP"[..], &b"pc33.atlanta.example"[..], Some(5066)));
/// assert_eq!(via.branch(), Some(&b"z9hG4bK776asdhds"[..]));
/// assert_eq!(via.rport()?, Some(Rport::Asked));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Via<'b> {
    value: Span<'b>,
    protocol_end: u32,
    transport: u32,
    transport_end: u32,
    host: u32,
    host_end: u32,
    /// Where the port begins; 0 where there is no colon.
    port: u32,
    params: u32,
}

/// The `rport` parameter (RFC 3581 §3, §4).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::{Rport, Via};
/// let via = Via::parse(Span::new(b"SIP/2.0/UDP 10.1.1.1;rport=9988")?)?;
/// assert_eq!(via.rport()?, Some(Rport::Filled(9988)));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rport {
    /// Without a value: a client asks for symmetric routing.
    Asked,
    /// The source port that the server saw.
    Filled(u16),
}

/// What nearly every Via begins with.
const USUAL: &[u8; 8] = b"SIP/2.0/";

impl<'b> Via<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Value` where there is nothing, `Via` where protocol, version and transport are not all there, `Host` where no
    /// sent-by follows, `Angle` at a `[` without its `]`.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::Via;
    /// assert_eq!(Via::parse(Span::new(b"SIP/2.0 host")?).unwrap_err().kind, ErrorKind::Via);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn parse(value: Span<'b>) -> Result<Via<'b>, Error> {
        Ok(match Via::usual(value) {
            Some(view) => view,
            None => Via::any(value.apart())?,
        })
    }

    /// What nearly all look like: `SIP/2.0/`, a short transport, one space, and no other white space up to the
    /// parameters, of which the first has its semicolon right there. `None` for all else, and for what is malformed.
    #[inline(always)]
    fn usual(value: Span<'b>) -> Option<Via<'b>> {
        if value.last()? <= b' ' {
            return None;
        }
        let (protocol, transport) = value.input::<16>(value.start())?.split_first_chunk::<8>()?;
        if protocol != USUAL {
            return None;
        }
        let transport_at = value.start().wrapping_add(8);
        // The high bit of each byte up to a space, but perhaps not of all behind the first one.
        let word = u64::from_le_bytes(*transport.first_chunk()?);
        let dull = word.wrapping_sub(u64::from_le_bytes([0x21; 8])) & !word & u64::from_le_bytes([0x80; 8]);
        let transport_end = transport_at.wrapping_add(dull.trailing_zeros() / 8);
        let host = transport_end.wrapping_add(1);
        let sent_by = value.from(host);
        let host_end = match value.input(transport_end)? {
            _ if transport_end == transport_at => return None,
            [b' ', b'['] => sent_by.find_far([b']']).wrapping_add(1),
            [b' ', b'!'..=0xff] => sent_by.find_far([b':', b';', b'(', b' ', b'\t']),
            _ => return None,
        };
        let (mut port, mut params) = (0, host_end);
        if value.byte(host_end) == Some(b':') {
            port = host_end.wrapping_add(1);
            (_, params) = value.from(port).leading_number()?;
        }
        // All places up to here are within the value if this one is.
        if params > value.end() || value.byte(params).is_some_and(|byte| byte != b';') {
            return None;
        }
        match sent_by.to(host_end).bytes() {
            [.., b'!'..=0xff] => {}
            _ => return None,
        }
        let protocol_end = transport_at.wrapping_sub(1);
        Some(Via {
            value,
            protocol_end,
            transport: transport_at,
            transport_end,
            host,
            host_end,
            port,
            params,
        })
    }

    /// The same for whatever stands there.
    #[inline(never)]
    fn any(value: Span<'b>) -> Result<Via<'b>, Error> {
        let value = value.trim();
        let (protocol_end, rest) = if value.bytes().starts_with(USUAL) {
            let slash = value.start().saturating_add(7);
            (slash, value.after(slash))
        } else {
            protocol(value)?
        };
        let rest = rest.trim_start();
        let transport_end = rest.find([b' ', b'\t', b'\r', b'\n']);
        let (transport, sent_by) = (rest.start(), rest.from(transport_end).trim_start());
        if transport == transport_end {
            return Err(rest.error(ErrorKind::Via));
        }
        let host_end = host_end(sent_by)?;
        let (host, behind) = (sent_by.start(), sent_by.from(host_end).trim_start());
        if host >= host_end {
            return Err(sent_by.error(ErrorKind::Host));
        }
        let (port, behind) = match behind.strip(b':') {
            Some(port) => (port.start(), port.from(port.find([b';', b'(']))),
            None if matches!(behind.first(), None | Some(b';' | b'(')) => (0, behind),
            // White space ends a host; what else stands there is nothing.
            None => (0, behind.from(behind.find([b';']))),
        };
        let params = without_comment(behind).start();
        Ok(Via { value, protocol_end, transport, transport_end, host, host_end, port, params })
    }

    /// Protocol name and version, such as `SIP/2.0`, with the white space between them.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// assert_eq!(Via::parse(Span::new(b"SIP / 2.0 / UDP host")?)?.protocol(), b"SIP / 2.0");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn protocol(&self) -> &'b [u8] {
        self.value.between(self.value.start(), self.protocol_end).bytes()
    }

    /// The transport, as on the wire: `UDP`, `TLS`, any token.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// assert_eq!(Via::parse(Span::new(b"SIP/2.0/TLS-SCTP host")?)?.transport(), b"TLS-SCTP");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn transport(&self) -> &'b [u8] {
        self.value.between(self.transport, self.transport_end).bytes()
    }

    /// The host of sent-by as it stands, an IPv6 reference with its brackets.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// let via = Via::parse(Span::new(b"SIP/2.0/UDP [2001:db8::9:1]:5060")?)?;
    /// assert_eq!(via.host_span().bytes(), b"[2001:db8::9:1]");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn host_span(&self) -> Span<'b> {
        self.value.between(self.host, self.host_end)
    }

    /// The host of sent-by: a name, an IPv4 address or an IPv6 reference.
    ///
    /// # Errors
    /// As [`Host::read`].
    ///
    /// ```
    /// use simdsip::{HostKind, Span};
    /// use simdsip::shape::Via;
    /// let via = Via::parse(Span::new(b"SIP/2.0/UDP 192.0.2.1:5060")?)?;
    /// assert!(matches!(via.host()?.kind(), HostKind::V4(address) if address.octets() == [192, 0, 2, 1]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn host(&self) -> Result<Host<'b>, Error> {
        Host::read(self.host_span())
    }

    /// The port of sent-by; `None` where there is no colon.
    ///
    /// # Errors
    /// `Port` where what follows the colon is no number up to 65,535.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// assert_eq!(Via::parse(Span::new(b"SIP/2.0/UDP host : 5061")?)?.port()?, Some(5061));
    /// assert!(Via::parse(Span::new(b"SIP/2.0/UDP host:65536")?)?.port().is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn port(&self) -> Result<Option<u16>, Error> {
        if self.port == 0 {
            return Ok(None);
        }
        let text = self.value.between(self.port, self.params);
        match text.short_number().map(u16::try_from) {
            Some(Ok(number)) => Ok(Some(number)),
            // White space, or a comment of RFC 2543, stands behind some.
            _ => port(text.to(text.find([b'('])).trim()).map(Some),
        }
    }

    /// The `branch` parameter: the transaction's id (RFC 3261 §8.1.1.7).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// assert_eq!(Via::parse(Span::new(b"SIP/2.0/UDP h;branch=1")?)?.branch(), Some(&b"1"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn branch(&self) -> Option<&'b [u8]> {
        Some(self.params().get_here(b"branch")?.value()?.raw())
    }

    /// The `received` parameter: the source address that the server saw. IPv6 with or without brackets
    /// (RFC 5118 §4.5).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// let via = Via::parse(Span::new(b"SIP/2.0/UDP h;received=2001:db8::9:255")?)?;
    /// assert_eq!(via.received().unwrap().raw(), b"2001:db8::9:255");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn received(&self) -> Option<Word<'b>> {
        self.params().get_here(b"received")?.value()
    }

    /// The `rport` parameter (RFC 3581).
    ///
    /// # Errors
    /// `Port` where it has a value that is no number up to 65,535.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// assert!(Via::parse(Span::new(b"SIP/2.0/UDP h;rport=x")?)?.rport().is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn rport(&self) -> Result<Option<Rport>, Error> {
        match self.params().get_here(b"rport").map(|param| param.value()) {
            None => Ok(None),
            Some(None) => Ok(Some(Rport::Asked)),
            Some(Some(value)) => port(value.span()).map(|port| Some(Rport::Filled(port))),
        }
    }

    /// The `maddr` parameter: where the response goes in place of sent-by, before `received` (RFC 3261 §18.1.1,
    /// §18.2.2). The sender chose it, so whoever follows one that is no multicast address sends wherever it likes.
    ///
    /// # Errors
    /// As [`Host::read`].
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Via;
    /// let via = Via::parse(Span::new(b"SIP/2.0/UDP h;maddr=224.2.0.1;ttl=16")?)?;
    /// assert_eq!((via.maddr()?.unwrap().raw(), via.ttl()?), (&b"224.2.0.1"[..], Some(16)));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn maddr(&self) -> Result<Option<Host<'b>>, Error> {
        self.routing(b"maddr").map(Host::read).transpose()
    }

    /// The `ttl` parameter: how many hops a response to a multicast `maddr` may make (RFC 3261 §18.2.2). Without it,
    /// one.
    ///
    /// # Errors
    /// `Number` where it is no decimal number, `NumberRange` above 255.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::Via;
    /// let via = Via::parse(Span::new(b"SIP/2.0/UDP h;ttl=256")?)?;
    /// assert_eq!(via.ttl().unwrap_err().kind, ErrorKind::NumberRange);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn ttl(&self) -> Result<Option<u8>, Error> {
        let Some(ttl) = self.routing(b"ttl") else { return Ok(None) };
        u8::try_from(ttl.number()?).map(Some).map_err(|_| ttl.error(ErrorKind::NumberRange))
    }

    /// The value of a parameter, or nothing, where the name ends.
    fn routing(&self, name: &[u8]) -> Option<Span<'b>> {
        let param = self.params().get(name)?;
        let name = param.name_span();
        Some(param.value().map_or(name.from(name.end()), |value| value.span()))
    }
}

with_params!(Via, "SIP/2.0/UDP host;x=1");

/// Where the host of a sent-by ends: behind the bracket, or at the colon, semicolon, comment, white space or end.
#[inline]
fn host_end(sent_by: Span<'_>) -> Result<u32, Error> {
    if sent_by.first() != Some(b'[') {
        return Ok(sent_by.find([b':', b';', b'(', b' ', b'\t', b'\r', b'\n']));
    }
    let close = sent_by.find([b']']);
    if sent_by.byte(close).is_none() {
        return Err(sent_by.error(ErrorKind::Angle));
    }
    Ok(close.saturating_add(1))
}

/// `behind` without the comment at its start that RFC 2543 §6.40 allowed.
#[inline]
fn without_comment(behind: Span<'_>) -> Span<'_> {
    if behind.first() != Some(b'(') {
        return behind;
    }
    let rest = behind.end_of_comment().map_or(behind.from(u32::MAX), |end| behind.from(end));
    rest.from(rest.find([b';']))
}

/// A number up to 65,535.
#[inline]
pub(super) fn port(text: Span<'_>) -> Result<u16, Error> {
    let number = text.number().map_err(|error| Error::new(ErrorKind::Port, error.at))?;
    u16::try_from(number).map_err(|_| text.error(ErrorKind::Port))
}

/// Where name and version end, with white space or another spelling, and what follows their second slash.
#[cold]
fn protocol(value: Span<'_>) -> Result<(u32, Span<'_>), Error> {
    if value.is_empty() {
        return Err(value.error(ErrorKind::Value));
    }
    let first = value.find([b'/']);
    let second = value.after(first).find([b'/']);
    let (name, version) = (value.to(first).trim(), value.after(first).to(second).trim());
    // White space within either of them: the slash belongs to something else.
    let broken =
        |part: Span<'_>| part.is_empty() || part.byte(part.find([b' ', b';', b'\t', b'\n'])).is_some();
    if value.byte(second).is_none() || broken(name) || broken(version) {
        return Err(value.error(ErrorKind::Via));
    }
    Ok((value.to(second).trim_end().end(), value.after(second)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_usual_ones_are_read_as_any_is((text, range) in crate::text::values(&["SIP/2.0/UDP a.example:5060;branch=z", "SIP/2.0/TLS [2001:db8::1];rport", "SIP/2.0/WS a"])) {
            let value = Span::within(&text, range);
            if let Some(usual) = Via::usual(value) {
                prop_assert_eq!(std::format!("{usual:?}"), std::format!("{:?}", Via::any(value).unwrap()));
            }
        }
    }
}
