//! A type for each attribute that has a meaning here: `media.typed::<Rtpmap>()`.
//!
//! Most are their shape ([`super::shape`]) under the attribute's name, which they dereference to. Implement
//! [`SdpAttribute`] for a registered attribute that has no type here.

use core::ops::Deref;

use super::name::AttributeName;
use super::number::Decimal;
use super::shape;
use crate::error::Error;
use crate::text::Span;

pub use super::shape::{
    Candidate, Crypto, Extmap, Msid, RemoteCandidates, Rid, Rtcp, RtcpFb, Rtpmap, Sctpmap, Setup, Simulcast,
    Ssrc,
};

/// An attribute with a meaning: its name, and how its value is read.
pub trait SdpAttribute<'b>: Sized {
    /// The registered name.
    const NAME: AttributeName;

    /// Reads what stands behind the colon; nothing where there is none.
    ///
    /// # Errors
    /// What the attribute calls malformed, with its place.
    fn parse(value: Span<'b>) -> Result<Self, Error>;
}

/// Types that are a view of their own.
macro_rules! own_shapes {
    ($($name:ident;)*) => {
        $(impl<'b> SdpAttribute<'b> for shape::$name<'b> {
            const NAME: AttributeName = AttributeName::$name;

            #[inline]
            fn parse(value: Span<'b>) -> Result<Self, Error> {
                shape::$name::parse(value)
            }
        })*
    };
}

own_shapes! {
    Candidate;
    Crypto;
    Extmap;
    Msid;
    RemoteCandidates;
    Rid;
    Rtcp;
    RtcpFb;
    Rtpmap;
    Sctpmap;
    Setup;
    Simulcast;
    Ssrc;
}

/// Types over a shape that several share.
macro_rules! named_shapes {
    ($($(#[$doc:meta])* $name:ident: $shape:ty, $read:expr;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'b>(pub $shape);

        impl<'b> SdpAttribute<'b> for $name<'b> {
            const NAME: AttributeName = AttributeName::$name;

            #[inline]
            fn parse(value: Span<'b>) -> Result<Self, Error> {
                $read(value).map($name)
            }
        }

        impl<'b> Deref for $name<'b> {
            type Target = $shape;

            #[inline]
            fn deref(&self) -> &$shape {
                &self.0
            }
        })*
    };
}

named_shapes! {
    /// `a=fmtp` (RFC 8866 §6.15).
    Fmtp: shape::FormatText<'b>, shape::FormatText::parse;
    /// `a=ptime`: milliseconds of media in a packet (RFC 8866 §6.4).
    Ptime: Decimal<'b>, Decimal::parse;
    /// `a=maxptime`: the most milliseconds of media in a packet (RFC 8866 §6.5).
    Maxptime: Decimal<'b>, Decimal::parse;
    /// `a=framerate`: the most frames a second (RFC 8866 §6.13).
    Framerate: Decimal<'b>, Decimal::parse;
    /// `a=ice-ufrag` (RFC 8839 §5.4).
    IceUfrag: shape::Token<'b>, shape::Token::parse;
    /// `a=ice-pwd` (RFC 8839 §5.4). A secret.
    IcePwd: shape::Token<'b>, shape::Token::parse;
    /// `a=ice-options` (RFC 8839 §5.6).
    IceOptions: shape::Tokens<'b>, shape::Tokens::by_spaces;
    /// `a=fingerprint` (RFC 8122 §5).
    Fingerprint: shape::Fingerprint<'b>, shape::Fingerprint::parse;
    /// `a=group` (RFC 5888 §5).
    Group: shape::Group<'b>, shape::Group::parse;
    /// `a=ssrc-group` (RFC 5576 §4.2).
    SsrcGroup: shape::Group<'b>, shape::Group::parse;
    /// `a=mid` (RFC 5888 §4).
    Mid: shape::Token<'b>, shape::Token::parse;
    /// `a=label` (RFC 4574 §4).
    Label: shape::Token<'b>, shape::Token::parse;
    /// `a=content` (RFC 4796 §5).
    Content: shape::Tokens<'b>, shape::Tokens::by_commas;
    /// `a=connection`: whether a connection is to be used again (RFC 4145 §5).
    Connection: shape::Token<'b>, shape::Token::parse;
    /// `a=sctp-port` (RFC 8841 §5).
    SctpPort: shape::Number<'b>, shape::Number::parse;
    /// `a=max-message-size` (RFC 8841 §6).
    MaxMessageSize: shape::Number<'b>, shape::Number::parse;
    /// `a=curr` (RFC 3312 §4).
    Curr: shape::Current<'b>, shape::Current::parse;
    /// `a=conf` (RFC 3312 §4).
    Conf: shape::Current<'b>, shape::Current::parse;
    /// `a=des` (RFC 3312 §4).
    Des: shape::Desired<'b>, shape::Desired::parse;
    /// `a=T38FaxVersion` (T.38 annex D, as the next ones).
    T38FaxVersion: shape::Number<'b>, shape::Number::parse;
    /// `a=T38MaxBitRate`, in bits a second.
    T38MaxBitRate: shape::Number<'b>, shape::Number::parse;
    /// `a=T38FaxMaxBuffer`, in octets.
    T38FaxMaxBuffer: shape::Number<'b>, shape::Number::parse;
    /// `a=T38FaxMaxDatagram`, in octets.
    T38FaxMaxDatagram: shape::Number<'b>, shape::Number::parse;
    /// `a=T38FaxRateManagement`: `transferredTCF` or `localTCF`.
    T38FaxRateManagement: shape::Token<'b>, shape::Token::parse;
    /// `a=T38FaxUdpEC`: `t38UDPRedundancy`, `t38UDPFEC` or `t38UDPNoEC`.
    T38FaxUdpEC: shape::Token<'b>, shape::Token::parse;
    /// `a=T38FaxFillBitRemoval`: a flag, for which some send 0 or 1.
    T38FaxFillBitRemoval: Switch<'b>, Switch::parse;
    /// `a=T38FaxTranscodingMMR`, the same.
    T38FaxTranscodingMMR: Switch<'b>, Switch::parse;
    /// `a=T38FaxTranscodingJBIG`, the same.
    T38FaxTranscodingJBIG: Switch<'b>, Switch::parse;
}

/// A flag that may be said by its presence, or by 0 or 1 behind a colon.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::typed::Switch;
/// assert!(Switch::parse(Span::new(b"")?)?.is_on() && !Switch::parse(Span::new(b"0")?)?.is_on());
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Switch<'b>(Span<'b>);

impl<'b> Switch<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Number` where something stands there that is neither 0 nor 1.
    pub fn parse(value: Span<'b>) -> Result<Switch<'b>, Error> {
        let value = value.trim();
        match value.bytes() {
            b"" | b"0" | b"1" => Ok(Switch(value)),
            _ => Err(value.error(crate::ErrorKind::Number)),
        }
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.bytes() != b"0"
    }
}
