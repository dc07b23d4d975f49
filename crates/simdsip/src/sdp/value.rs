//! The value of an attribute, read by the shape that the registry gives its name.

use super::name::AttributeShape;
use super::number::Decimal;
use super::shape::{
    Candidate, Crypto, Current, Desired, Extmap, Fingerprint, FormatText, Group, Msid, Number,
    RemoteCandidates, Rid, Rtcp, RtcpFb, Rtpmap, Sctpmap, Setup, Simulcast, Ssrc, Token, Tokens,
};
use crate::error::Error;
use crate::text::Span;

/// What the value of an attribute is: one variant a shape. Given by [`super::Attribute::typed`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum AttributeValue<'b> {
    /// Nothing; if something stands there all the same, a defect tells.
    Flag,
    /// Text, as it stands.
    Text(Span<'b>),
    /// A word.
    Token(Token<'b>),
    /// An integer.
    Number(Number<'b>),
    /// A number that may have a fraction.
    Decimal(Decimal<'b>),
    /// Words.
    Tokens(Tokens<'b>),
    /// group, ssrc-group, msid-semantic.
    Group(Group<'b>),
    /// fmtp and its kin.
    FormatText(FormatText<'b>),
    /// rtpmap.
    Rtpmap(Rtpmap<'b>),
    /// rtcp-fb.
    RtcpFb(RtcpFb<'b>),
    /// rtcp.
    Rtcp(Rtcp<'b>),
    /// extmap.
    Extmap(Extmap<'b>),
    /// candidate.
    Candidate(Candidate<'b>),
    /// remote-candidates.
    RemoteCandidates(RemoteCandidates<'b>),
    /// fingerprint.
    Fingerprint(Fingerprint<'b>),
    /// setup.
    Setup(Setup<'b>),
    /// crypto.
    Crypto(Crypto<'b>),
    /// msid.
    Msid(Msid<'b>),
    /// ssrc.
    Ssrc(Ssrc<'b>),
    /// simulcast.
    Simulcast(Simulcast<'b>),
    /// rid.
    Rid(Rid<'b>),
    /// sctpmap.
    Sctpmap(Sctpmap<'b>),
    /// curr, conf.
    Current(Current<'b>),
    /// des.
    Desired(Desired<'b>),
}

impl<'b> AttributeValue<'b> {
    /// Reads `value` as that shape.
    ///
    /// # Errors
    /// What the shape calls malformed, with its place.
    #[inline(always)]
    pub fn read(shape: AttributeShape, value: Span<'b>) -> Result<AttributeValue<'b>, Error> {
        Ok(match shape {
            AttributeShape::Flag => AttributeValue::Flag,
            AttributeShape::Text => AttributeValue::Text(value),
            AttributeShape::Token => AttributeValue::Token(Token::parse(value)?),
            AttributeShape::Number => AttributeValue::Number(Number::parse(value)?),
            AttributeShape::Decimal => AttributeValue::Decimal(Decimal::parse(value)?),
            AttributeShape::Tokens => AttributeValue::Tokens(Tokens::by_spaces(value)?),
            AttributeShape::CommaTokens => AttributeValue::Tokens(Tokens::by_commas(value)?),
            AttributeShape::Group => AttributeValue::Group(Group::parse(value)?),
            AttributeShape::FormatText => AttributeValue::FormatText(FormatText::parse(value)?),
            AttributeShape::Rtpmap => AttributeValue::Rtpmap(Rtpmap::parse(value)?),
            AttributeShape::RtcpFb => AttributeValue::RtcpFb(RtcpFb::parse(value)?),
            AttributeShape::Rtcp => AttributeValue::Rtcp(Rtcp::parse(value)?),
            AttributeShape::Extmap => AttributeValue::Extmap(Extmap::parse(value)?),
            AttributeShape::Candidate => AttributeValue::Candidate(Candidate::parse(value)?),
            AttributeShape::RemoteCandidates => {
                AttributeValue::RemoteCandidates(RemoteCandidates::parse(value)?)
            }
            AttributeShape::Fingerprint => AttributeValue::Fingerprint(Fingerprint::parse(value)?),
            AttributeShape::Setup => AttributeValue::Setup(Setup::parse(value)?),
            AttributeShape::Crypto => AttributeValue::Crypto(Crypto::parse(value)?),
            AttributeShape::Msid => AttributeValue::Msid(Msid::parse(value)?),
            AttributeShape::Ssrc => AttributeValue::Ssrc(Ssrc::parse(value)?),
            AttributeShape::Simulcast => AttributeValue::Simulcast(Simulcast::parse(value)?),
            AttributeShape::Rid => AttributeValue::Rid(Rid::parse(value)?),
            AttributeShape::Sctpmap => AttributeValue::Sctpmap(Sctpmap::parse(value)?),
            AttributeShape::Current => AttributeValue::Current(Current::parse(value)?),
            AttributeShape::Desired => AttributeValue::Desired(Desired::parse(value)?),
        })
    }
}
