//! Via: a hop added, a hop taken away, and where the message came from.

use core::net::{IpAddr, SocketAddr};

use super::super::splice::Splice;
use super::super::text::{Address, Decimal};
use super::{Patch, Pushed};
use crate::error::Error;
use crate::text::Span;
use crate::typed::Via;
use crate::uri::HostKind;

/// Texts at the end of a Via that do not add up.
const RECEIVED: u8 = 2;
const RPORT: u8 = 1;

impl<'b> Patch<'b, '_, '_> {
    /// Adds a Via before all others (RFC 3261 §16.6 step 8): `value` is `SIP/2.0/UDP host;branch=…`. The last one that
    /// is pushed comes first.
    ///
    /// # Errors
    /// `Text` where `value` has a control byte, `Limit` where it is too long or the room is full.
    pub fn push_via(&mut self, value: &[&[u8]]) -> Result<(), Error> {
        let at = self.push_place(Pushed::Via);
        self.line_before(at, b"Via", value)
    }

    /// Takes the first Via that is left away, as for a response that is sent on (RFC 3261 §16.7 step 3): of several in
    /// one field, this one alone. Called again, the next. `None` where there is none; what was pushed does not count.
    ///
    /// # Errors
    /// `Limit` where the room is full.
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let response = parser.parse(b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP p,\r\n SIP/2.0/UDP a\r\nl: 0\r\n\r\n", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&response, &mut room)?;
    /// assert_eq!(patch.pop_via()?.unwrap().bytes(), b"SIP/2.0/UDP p");
    /// assert_eq!(patch.finish()?.to_vec(), b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a\r\nl: 0\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn pop_via(&mut self) -> Result<Option<Span<'b>>, Error> {
        self.vias.pop(&self.message, &mut self.edits)
    }

    /// Writes down in the top Via where the message came from, as a server must: `received` where sent-by is not that
    /// address (RFC 3261 §18.2.1), and where `rport` asks for it, or claims to know, the port with the address
    /// (RFC 3581 §4). A `received` that is there already is replaced: nobody but the receiver can know it.
    ///
    /// # Errors
    /// What is malformed about the Via; `Limit` where the room is full. Nothing happens where there is no Via.
    pub fn set_source(&mut self, source: SocketAddr) -> Result<(), Error> {
        let Some(via) = self.message.via()? else { return Ok(()) };
        let address = source.ip().to_canonical();
        let rport = via.params().get(b"rport").is_some();
        let same = match via.host().map(|host| host.kind()) {
            Ok(HostKind::V4(host)) => IpAddr::V4(host) == address,
            Ok(HostKind::V6(host)) => IpAddr::V6(host).to_canonical() == address,
            _ => false,
        };
        if rport {
            self.via_param(&via, b"rport", RPORT, Decimal::of(source.port().into()).as_bytes())?;
        }
        if rport || !same || via.received().is_some() {
            self.via_param(&via, b"received", RECEIVED, Address::of(address).as_bytes())?;
        }
        Ok(())
    }

    /// Sets `received` of the top Via.
    ///
    /// # Errors
    /// As [`set_source`](Patch::set_source).
    pub fn set_received(&mut self, address: IpAddr) -> Result<(), Error> {
        let Some(via) = self.message.via()? else { return Ok(()) };
        self.via_param(&via, b"received", RECEIVED, Address::of(address).as_bytes())
    }

    /// Sets `rport` of the top Via.
    ///
    /// # Errors
    /// As [`set_source`](Patch::set_source).
    pub fn set_rport(&mut self, port: u16) -> Result<(), Error> {
        let Some(via) = self.message.via()? else { return Ok(()) };
        self.via_param(&via, b"rport", RPORT, Decimal::of(port.into()).as_bytes())
    }

    /// Sets a parameter of `via`, wherever it stands; behind all others where it does not.
    fn via_param(&mut self, via: &Via<'b>, name: &[u8], slot: u8, value: &[u8]) -> Result<(), Error> {
        let mut there = false;
        // One that is repeated says the same everywhere.
        for param in via.params().filter(|param| param.is(name)) {
            let start = param.name_span();
            let end = param.value().map_or(start.range().end, |value| value.span().range().end);
            self.edits.replace(start.at()..end, &[start.bytes(), b"=", value])?;
            there = true;
        }
        if there {
            return Ok(());
        }
        let end = via.params().span().range().end;
        self.edits.put(end..end, &[&[b";", name, b"=", value]], Splice::slot(slot))
    }
}
