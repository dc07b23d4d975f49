//! Transport addresses to try: candidate, remote-candidates.

use core::iter::FusedIterator;

use crate::error::{Error, ErrorKind};
use crate::sdp::number::{integer16, integer32};
use crate::sdp::words::{Fields, Place, Words};
use crate::text::Span;

/// `a=candidate`: a transport address to try (RFC 8839 §5.1).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Candidate;
/// let found = Candidate::parse(Span::new(b"2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998 generation 0")?)?;
/// assert_eq!((found.component(), found.priority(), found.port(), found.kind()), (1, 1_694_498_815, 45_664, &b"srflx"[..]));
/// assert_eq!((found.related_address().unwrap().bytes(), found.related_port()?), (&b"10.0.1.1"[..], Some(8_998)));
/// assert_eq!(found.extension(b"generation").unwrap().bytes(), b"0");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'b> {
    value: Span<'b>,
    foundation: Place,
    transport: Place,
    address: Place,
    kind: Place,
    extensions: Place,
    priority: u32,
    component: u16,
    port: u16,
}

impl<'b> Candidate<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Candidate` where one of the seven fields or `typ` is missing; `Number`, `NumberRange` for component and port
    /// above 65,535 and priority above `u32::MAX`.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Candidate<'b>, Error> {
        let fields = Fields::<9>::of(value);
        let (Some(typ), Some(kind)) = (fields.get(6), fields.get(7)) else {
            return Err(value.error(ErrorKind::Candidate));
        };
        let typ = typ.within(value);
        if !typ.bytes().eq_ignore_ascii_case(b"typ") {
            return Err(typ.error(ErrorKind::Candidate));
        }
        Ok(Candidate {
            value,
            foundation: fields.or_end(0),
            component: integer16(fields.or_end(1).within(value))?,
            transport: fields.or_end(2),
            priority: integer32(fields.or_end(3).within(value))?,
            address: fields.or_end(4),
            port: integer16(fields.or_end(5).within(value))?,
            kind,
            extensions: fields.or_end(8),
        })
    }

    /// What candidates of one kind, base and server share.
    #[inline]
    #[must_use]
    pub fn foundation(&self) -> &'b [u8] {
        self.foundation.bytes(self.value)
    }

    /// Which part of the media: 1 for RTP, 2 for RTCP.
    #[inline]
    #[must_use]
    pub fn component(&self) -> u16 {
        self.component
    }

    /// `UDP` or another transport, to be compared in any case.
    #[inline]
    #[must_use]
    pub fn transport(&self) -> &'b [u8] {
        self.transport.bytes(self.value)
    }

    /// The priority; the higher the better.
    #[inline]
    #[must_use]
    pub fn priority(&self) -> u32 {
        self.priority
    }

    /// The IP address, or a name (of mDNS, mostly).
    #[inline]
    #[must_use]
    pub fn address(&self) -> &'b [u8] {
        self.address.bytes(self.value)
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn address_span(&self) -> Span<'b> {
        self.address.within(self.value)
    }

    /// The port.
    #[inline]
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `host`, `srflx`, `prflx`, `relay` or another word.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes(self.value)
    }

    /// What stands behind the kind, pair by pair: `raddr`, `rport` and extensions.
    #[inline]
    #[must_use]
    pub fn extensions(&self) -> Extensions<'b> {
        Extensions(Words::new(self.extensions.within(self.value)))
    }

    /// The value of the first of that name.
    #[must_use]
    pub fn extension(&self, name: &[u8]) -> Option<Span<'b>> {
        self.extensions().find(|(found, _)| found.bytes() == name).map(|(_, value)| value)
    }

    /// Where the candidate was seen from, or relayed from (`raddr`).
    #[must_use]
    pub fn related_address(&self) -> Option<Span<'b>> {
        self.extension(b"raddr")
    }

    /// The port of that (`rport`).
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    pub fn related_port(&self) -> Result<Option<u16>, Error> {
        self.extension(b"rport").map(integer16).transpose()
    }
}

/// Names and values behind a candidate, in wire order. A name at the end has an empty value.
#[derive(Clone, Copy, Debug)]
pub struct Extensions<'b>(Words<'b>);

impl<'b> Iterator for Extensions<'b> {
    type Item = (Span<'b>, Span<'b>);

    #[inline]
    fn next(&mut self) -> Option<(Span<'b>, Span<'b>)> {
        let name = self.0.next()?;
        Some((name, self.0.next().unwrap_or(name.from(name.end()))))
    }
}

impl FusedIterator for Extensions<'_> {}

/// `a=remote-candidates`: those that were chosen, one a component (RFC 8839 §5.2).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::RemoteCandidates;
/// let chosen = RemoteCandidates::parse(Span::new(b"1 192.0.2.3 45664 2 192.0.2.3 45665")?)?;
/// assert!(chosen.candidates().map(|one| one.unwrap().port).eq([45_664, 45_665]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RemoteCandidates<'b>(Span<'b>);

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct RemoteCandidate<'b> {
    /// Which part of the media.
    pub component: u16,
    /// The address.
    pub address: Span<'b>,
    /// The port.
    pub port: u16,
}

impl<'b> RemoteCandidates<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where there is none.
    pub fn parse(value: Span<'b>) -> Result<RemoteCandidates<'b>, Error> {
        Ok(RemoteCandidates(super::Token::parse(value)?.span()))
    }

    /// The candidates, in wire order; one that lacks a field is an error, the last.
    pub fn candidates(&self) -> impl Iterator<Item = Result<RemoteCandidate<'b>, Error>> + Clone + use<'b> {
        let mut words = Words::new(self.0);
        core::iter::from_fn(move || {
            let component = words.next()?;
            let (Some(address), Some(port)) = (words.next(), words.next()) else {
                return Some(Err(component.error(ErrorKind::Candidate)));
            };
            Some(
                integer16(component)
                    .and_then(|component| Ok(RemoteCandidate { component, address, port: integer16(port)? })),
            )
        })
    }
}
