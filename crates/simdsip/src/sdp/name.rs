//! What the registry tells of an attribute: its level, how often it may stand, the shape of its value.
//!
//! Names are compared in any case, since T.38 is spelt in several (`T38MaxBitRate`, `T38maxBitRate`); where the case is
//! not the registry's, a defect says so. RFC 8866 §6, §8.2.4; levels after RFC 8859 §5.

use core::fmt;

use super::lookup;
use super::table::ROWS;

pub use super::table::AttributeName;

/// Where an attribute may stand (RFC 8866 §5.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Before the first media description.
    Session,
    /// Within a media description.
    Media,
    /// In either.
    Both,
    /// Behind `a=ssrc:` only (RFC 5576 §4.1).
    Source,
}

/// How often an attribute may stand at its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Multiplicity {
    /// Once.
    Once,
    /// Once for each format of the media description.
    OnceAFormat,
    /// As often as one likes, or nobody says how often.
    Many,
}

/// The grammar of an attribute's value: what [`super::AttributeValue`] reads it as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttributeShape {
    /// No value: the attribute's presence is all it says.
    Flag,
    /// Any text; what nobody has read against its specification.
    Text,
    /// A word.
    Token,
    /// A decimal integer.
    Number,
    /// A decimal number that may have a fraction.
    Decimal,
    /// Words apart by spaces.
    Tokens,
    /// Words apart by commas.
    CommaTokens,
    /// A semantics and the identifiers that it groups.
    Group,
    /// A format, and what is said of it.
    FormatText,
    /// Payload type, encoding, clock rate, parameters.
    Rtpmap,
    /// Payload type or `*`, and a kind of feedback.
    RtcpFb,
    /// Port, and perhaps an address.
    Rtcp,
    /// Identifier, direction, URI, attributes of a header extension.
    Extmap,
    /// A transport address to try.
    Candidate,
    /// Those that were chosen.
    RemoteCandidates,
    /// Hash function and fingerprint of a certificate.
    Fingerprint,
    /// Who opens a connection.
    Setup,
    /// Tag, suite and keys of SRTP.
    Crypto,
    /// Identifiers of a stream and a track.
    Msid,
    /// A source, and an attribute of its own.
    Ssrc,
    /// Streams that are sent or received several at once.
    Simulcast,
    /// An identifier of a restricted stream.
    Rid,
    /// Port, application and number of streams.
    Sctpmap,
    /// A precondition as it is, or to be confirmed.
    Current,
    /// A precondition as it shall be.
    Desired,
}

/// The registry: a name for each row, and the rows by id, the first of which is that of `Unknown`.
macro_rules! attributes {
    ($($variant:ident = $id:literal, $name:literal, $level:ident, $multiplicity:ident, $shape:ident, $rfc:literal;)*) => {
        /// An attribute of the registry; names outside it are `Unknown`. The numbers are append-only and never reused.
        ///
        /// ```
        /// use simdsip::sdp::AttributeName;
        /// assert_eq!(AttributeName::lookup(b"rtpmap"), AttributeName::Rtpmap);
        /// assert_eq!(AttributeName::Rtpmap.as_str(), "rtpmap");
        /// ```
        #[repr(u16)]
        #[non_exhaustive]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum AttributeName {
            /// Not in the registry.
            Unknown = 0,
            $(#[doc = concat!("`", $name, "`: ", $rfc, ".")] $variant = $id,)*
        }

        impl AttributeName {
            /// Every attribute of the registry in the order of the ids, without `Unknown`.
            pub const ALL: &[AttributeName] = &[$(AttributeName::$variant,)*];
        }

        /// What is known of the attribute with this id.
        pub(super) static ROWS: &[$crate::sdp::name::Row] = &[
            $crate::sdp::name::Row::UNKNOWN,
            $($crate::sdp::name::Row {
                name: $name,
                level: $crate::sdp::name::Level::$level,
                multiplicity: $crate::sdp::name::Multiplicity::$multiplicity,
                shape: $crate::sdp::name::AttributeShape::$shape,
                reference: $rfc,
            },)*
        ];
    };
}
pub(super) use attributes;

/// A row of the registry.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) level: Level,
    pub(super) multiplicity: Multiplicity,
    pub(super) shape: AttributeShape,
    pub(super) reference: &'static str,
}

impl Row {
    pub(super) const UNKNOWN: Row = Row {
        name: "",
        level: Level::Both,
        multiplicity: Multiplicity::Many,
        shape: AttributeShape::Text,
        reference: "",
    };
}

impl AttributeName {
    /// The attribute of that name, in any case; `Unknown` where the registry has none.
    ///
    /// ```
    /// use simdsip::sdp::AttributeName;
    /// assert_eq!(AttributeName::lookup(b"t38maxbitrate"), AttributeName::T38MaxBitRate);
    /// assert_eq!(AttributeName::lookup(b"x-own"), AttributeName::Unknown);
    /// ```
    #[must_use]
    pub fn lookup(name: &[u8]) -> AttributeName {
        lookup::lookup(name)
    }

    /// The stable number; 0 for `Unknown`.
    #[inline]
    #[must_use]
    pub const fn id(self) -> u16 {
        self as u16
    }

    #[expect(clippy::indexing_slicing, reason = "a row for each name, which a test holds")]
    #[inline]
    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The name as the registry spells it; empty for `Unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// Where it may stand.
    ///
    /// ```
    /// use simdsip::sdp::{AttributeName, Level};
    /// assert_eq!(AttributeName::Rtpmap.level(), Level::Media);
    /// ```
    #[must_use]
    pub fn level(self) -> Level {
        self.row().level
    }

    /// How often it may stand there.
    #[must_use]
    pub fn multiplicity(self) -> Multiplicity {
        self.row().multiplicity
    }

    /// What its value is read as.
    #[inline]
    #[must_use]
    pub fn shape(self) -> AttributeShape {
        self.row().shape
    }

    /// Where it is defined.
    #[must_use]
    pub fn rfc(self) -> &'static str {
        self.row().reference
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_in_any_case_and_nothing_else_is() {
        assert_eq!(ROWS.len(), AttributeName::ALL.len() + 1);
        for (at, &name) in AttributeName::ALL.iter().enumerate() {
            assert_eq!(usize::from(name.id()), at + 1);
            let text = name.as_str();
            for spelt in [text.to_owned(), text.to_ascii_uppercase(), text.to_ascii_lowercase()] {
                assert_eq!(AttributeName::lookup(spelt.as_bytes()), name, "{spelt}");
            }
            for place in 0..text.len() {
                let mut other = text.as_bytes().to_vec();
                for byte in [b'-', b'0', b'\r', b'@', b'[', 0xff, other[place] ^ 0x80] {
                    other[place] = byte;
                    let slow = AttributeName::ALL
                        .iter()
                        .find(|row| row.as_str().as_bytes().eq_ignore_ascii_case(&other));
                    assert_eq!(
                        AttributeName::lookup(&other),
                        slow.copied().unwrap_or(AttributeName::Unknown)
                    );
                }
                let cut = &text.as_bytes()[..place];
                let slow =
                    AttributeName::ALL.iter().find(|row| row.as_str().as_bytes().eq_ignore_ascii_case(cut));
                assert_eq!(AttributeName::lookup(cut), slow.copied().unwrap_or(AttributeName::Unknown));
            }
        }
    }

    use std::borrow::ToOwned;
}
