//! A hash that equivalent URIs share.
//!
//! Feeds scheme, user, host and port, each in the form in which it is compared. Coarser than equivalence, which is not
//! transitive: look up by the hash, then compare.

use core::hash::Hasher;

use super::equal::{Urn, digits};
use super::escape::{Case, Unit};
use super::scheme::Kind;
use super::{Host, HostKind, Uri};

impl Uri<'_> {
    /// Feeds what equivalent URIs have in common into `hasher`: the scheme; user, host and port of a SIP or SIPS URI, the
    /// number of a telephone URI, the rest of others. URIs that are [equivalent](Uri::equivalent) feed the same; of
    /// those that feed the same, compare.
    ///
    /// ```
    /// use std::hash::{DefaultHasher, Hasher};
    ///
    /// use simdsip::Uri;
    /// fn hash(uri: &[u8]) -> Result<u64, simdsip::Error> {
    ///     let mut hasher = DefaultHasher::new();
    ///     Uri::parse(uri)?.equivalence_hash(&mut hasher);
    ///     Ok(hasher.finish())
    /// }
    /// assert_eq!(hash(b"sip:%61lice@atlanta.com;lr")?, hash(b"SIP:alice@AtLanTa.CoM")?);
    /// assert_ne!(hash(b"sip:alice@atlanta.com")?, hash(b"sip:Alice@atlanta.com")?);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn equivalence_hash(&self, hasher: &mut impl Hasher) {
        hasher.write_u8(self.kind as u8);
        let mut feed = Feed { hasher, bytes: [0; 32], len: 0 };
        match self.kind {
            Kind::Sip | Kind::Sips => {
                self.user()
                    .iter()
                    .flat_map(|user| user.units(Case::Sensitive))
                    .for_each(|unit| feed.unit(unit));
                feed.end();
                feed.host(Host::located(self.host_span()));
                feed.end();
                self.port_digits().iter().copied().flatten().for_each(|&byte| feed.byte(byte));
            }
            Kind::Tel => self.number().iter().flat_map(digits).for_each(|unit| feed.unit(unit)),
            Kind::Urn => Urn::of(self.rest().bytes()).bytes().for_each(|byte| feed.byte(byte)),
            Kind::Other => {
                self.scheme_span().bytes().iter().for_each(|byte| feed.byte(byte.to_ascii_lowercase()));
                feed.end();
                self.rest().bytes().iter().for_each(|&byte| feed.byte(byte));
            }
        }
        feed.end();
    }
}

/// Gathers bytes, so that a hasher sees the same pieces whatever form they came in.
struct Feed<'h, H> {
    hasher: &'h mut H,
    bytes: [u8; 32],
    len: usize,
}

impl<H: Hasher> Feed<'_, H> {
    fn byte(&mut self, byte: u8) {
        if self.len == self.bytes.len() {
            self.flush();
        }
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    fn unit(&mut self, unit: Unit) {
        match unit {
            Unit::Byte(byte) => self.byte(byte),
            Unit::Escape(byte) => {
                self.byte(b'%');
                self.byte(byte);
            }
        }
    }

    fn host(&mut self, host: Host<'_>) {
        match host.kind() {
            HostKind::V6(address) => address.octets().iter().for_each(|&byte| self.byte(byte)),
            _ => host.raw().iter().for_each(|byte| self.byte(byte.to_ascii_lowercase())),
        }
    }

    /// Ends a part: none runs into the next.
    fn end(&mut self) {
        self.flush();
        self.hasher.write_u8(0xff);
    }

    fn flush(&mut self) {
        self.hasher.write(self.bytes.get(..self.len).unwrap_or(&[]));
        self.len = 0;
    }
}
