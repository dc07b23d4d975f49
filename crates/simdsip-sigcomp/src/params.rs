//! What a decompressor offers: memory, state memory, cycles, version.
//!
//! Refuses values that RFC 3320 cannot express. RFC 3320 §3.3; RFC 5049 §4.

/// Whether messages arrive whole or in a stream (RFC 3320 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// UDP, SCTP: one datagram, one message.
    Message,
    /// TCP, TLS: record marking.
    Stream,
}

/// The parameters of one side (RFC 3320 §3.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    dms: u32,
    sms: u32,
    cpb: u8,
    version: u8,
}

impl Params {
    /// What one may assume of any SIP peer: 8,192 bytes of memory, 2,048 of state, 16 cycles a bit, NACKs (RFC 5049
    /// §4).
    pub const SIP: Self = Self { dms: 8192, sms: 2048, cpb: 16, version: 2 };

    /// What RFC 3320 §3.3.1 guarantees of any peer.
    pub const LEAST: Self = Self { dms: 2048, sms: 2048, cpb: 16, version: 1 };

    /// Memory and state memory in bytes, cycles a bit, version.
    ///
    /// `None` unless `dms` is a power of two from 2,048 to 131,072, `sms` such or 0, `cpb` 16, 32, 64 or 128, and
    /// `version` not 0.
    #[must_use]
    pub const fn new(dms: u32, sms: u32, cpb: u8, version: u8) -> Option<Self> {
        if !memory(dms) || !(sms == 0 || memory(sms)) || !matches!(cpb, 16 | 32 | 64 | 128) || version == 0 {
            return None;
        }
        Some(Self { dms, sms, cpb, version })
    }

    /// `decompression_memory_size` in bytes.
    #[must_use]
    pub const fn dms(&self) -> u32 {
        self.dms
    }

    /// `state_memory_size` in bytes a compartment.
    #[must_use]
    pub const fn sms(&self) -> u32 {
        self.sms
    }

    /// `cycles_per_bit`.
    #[must_use]
    pub const fn cpb(&self) -> u8 {
        self.cpb
    }

    /// `SigComp_version`; from 2 on the side sends NACKs.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// The same with another state memory; unchanged where `sms` is impossible.
    #[must_use]
    pub const fn with_sms(self, sms: u32) -> Self {
        if sms == 0 || memory(sms) { Self { sms, ..self } } else { self }
    }

    /// The byte that carries the three parameters (RFC 3320 §9.4.9, figure 13).
    #[must_use]
    pub const fn to_byte(&self) -> u8 {
        // The constructors admit nothing but powers of two in range, so nothing is lost.
        let cpb = (self.cpb.trailing_zeros() as u8).wrapping_sub(4);
        let dms = (self.dms.trailing_zeros() as u8).wrapping_sub(10);
        let sms = if self.sms == 0 { 0 } else { (self.sms.trailing_zeros() as u8).wrapping_sub(10) };
        cpb << 6 | dms << 3 | sms
    }

    /// Takes over what a peer returned: a parameter byte and a version, either 0 for "not told".
    #[must_use]
    pub const fn updated(self, byte: u8, version: u8) -> Self {
        let mut params = self;
        // Bits for memory 0 are not defined (RFC 3320 §3.3.1): such a byte tells nothing.
        let (dms, sms) = (byte >> 3 & 7, byte & 7);
        if dms != 0 {
            params.cpb = 16 << (byte >> 6);
            params.dms = 1024 << dms;
            params.sms = if sms == 0 { 0 } else { 1024 << sms };
        }
        if version != 0 {
            params.version = version;
        }
        params
    }

    /// The memory that the UDVM has for a message of so many bytes (RFC 3320 §7); 0 where the message is too large.
    #[must_use]
    pub const fn udvm_memory(&self, transport: Transport, message_len: usize) -> u32 {
        let size = match transport {
            Transport::Stream => self.dms >> 1,
            Transport::Message if message_len >= self.dms as usize => 0,
            Transport::Message => self.dms.saturating_sub(message_len as u32),
        };
        if size > 65_536 { 65_536 } else { size }
    }
}

const fn memory(size: u32) -> bool {
    size.is_power_of_two() && size >= 2048 && size <= 131_072
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3320_3_3_1_the_byte_has_three_fields() {
        let params = Params::new(8192, 4096, 32, 2).unwrap();
        assert_eq!(params.to_byte(), 0b01_011_010);
        assert_eq!(Params::LEAST.updated(params.to_byte(), 2), params);
        assert_eq!(params.updated(0, 0), params);
        assert_eq!(Params::new(131_072, 0, 128, 1).unwrap().to_byte(), 0b11_111_000);
        assert_eq!(Params::new(3000, 0, 16, 1), None);
        assert_eq!(Params::new(1024, 0, 16, 1), None);
        assert_eq!(Params::new(2048, 2048, 17, 1), None);
    }

    #[test]
    fn rfc3320_7_memory_is_what_the_message_leaves() {
        let params = Params::new(131_072, 0, 16, 1).unwrap();
        assert_eq!(params.udvm_memory(Transport::Message, 100), 65_536);
        assert_eq!(params.udvm_memory(Transport::Stream, 100), 65_536);
        assert_eq!(Params::SIP.udvm_memory(Transport::Message, 100), 8092);
        assert_eq!(Params::SIP.udvm_memory(Transport::Message, 8192), 0);
        assert_eq!(Params::SIP.udvm_memory(Transport::Stream, 9000), 4096);
    }
}
