//! Values of attributes.

use super::{
    all, check_spacing, first, is_address, is_host_name, is_ip4, is_ip6, is_number, is_one_of, is_token,
    is_token_char, number, payload_type, words,
};
use crate::check::Findings;
use crate::defect::DefectCode;
use crate::sdp::attribute::Attribute;
use crate::sdp::name::{AttributeName, AttributeShape};

/// Holds name and value of an attribute against their grammar.
pub(in crate::sdp) fn check_attribute(attribute: &Attribute<'_>, found: &mut Findings) {
    let name = attribute.name_span();
    if !is_token(name.bytes()) {
        return found.add(DefectCode::SdpAttributeName, name);
    }
    let id = attribute.id();
    if id != AttributeName::Unknown && id.as_str().as_bytes() != name.bytes() {
        found.add(DefectCode::SdpAttributeCase, name);
    }
    let shape = id.shape();
    let value = attribute.value_span();
    let Some(bytes) = attribute.value() else {
        if !matches!(shape, AttributeShape::Flag | AttributeShape::Text) {
            found.add(DefectCode::SdpAttributeValue, name);
        }
        return;
    };
    if shape == AttributeShape::Flag {
        if !(is_t38(id) && is_one_of(bytes, &[b"0", b"1"])) {
            found.add(DefectCode::SdpFlagValue, value);
        }
        return;
    }
    let free = matches!(shape, AttributeShape::Text | AttributeShape::FormatText);
    let skipped = bytes.len().saturating_sub(bytes.trim_ascii_start().len());
    // Everybody writes a space behind msid-semantic, which no RFC has; free text may begin with one (RFC 4570 §3).
    if skipped > 0 && !matches!(id, AttributeName::MsidSemantic) && shape != AttributeShape::Text {
        found.add(DefectCode::SdpSpaceAfterColon, value.slice(0..skipped));
    }
    let behind = value.slice(skipped..bytes.len());
    if !free {
        check_spacing(behind, found);
    }
    let bytes = bytes.trim_ascii();
    if shape == AttributeShape::Rtpmap && lacks_clock(bytes) {
        return found.add(DefectCode::SdpClockMissing, behind);
    }
    if !fits(id, shape, bytes) {
        found.add(DefectCode::SdpAttributeValue, value);
    }
}

/// Flags for which T.38 devices send 0 or 1.
fn is_t38(id: AttributeName) -> bool {
    id.as_str().starts_with("T38")
}

/// Whether `bytes` is what the shape has.
fn fits(id: AttributeName, shape: AttributeShape, bytes: &[u8]) -> bool {
    match shape {
        AttributeShape::Flag | AttributeShape::Text => true,
        AttributeShape::Token => match id {
            AttributeName::IceUfrag => (4..=256).contains(&bytes.len()) && all(bytes, is_ice_char),
            AttributeName::IcePwd => (22..=256).contains(&bytes.len()) && all(bytes, is_ice_char),
            _ => is_token(bytes),
        },
        AttributeShape::Number => is_number(bytes, 0, u64::MAX),
        AttributeShape::Decimal => is_decimal(bytes),
        AttributeShape::Tokens => words(bytes).next().is_some() && words(bytes).all(is_media_token),
        AttributeShape::CommaTokens => {
            bytes.split(|byte| *byte == b',').all(|word| is_token(word.trim_ascii()))
        }
        AttributeShape::Group => is_group(id, bytes),
        AttributeShape::FormatText => {
            let ([format], text) = first::<1>(bytes);
            is_token(format) && !text.is_empty()
        }
        AttributeShape::Rtpmap => is_rtpmap(bytes),
        AttributeShape::RtcpFb => {
            let ([format, kind], _) = first::<2>(bytes);
            (format == b"*" || payload_type(format).is_some()) && is_token(kind)
        }
        AttributeShape::Rtcp => {
            let ([port, net_type, addr_type, address], rest) = first::<4>(bytes);
            let host = net_type.is_empty() || is_address(net_type, addr_type, address);
            is_number(port, 0, 65_535) && host && rest.is_empty()
        }
        AttributeShape::Extmap => is_extmap(bytes),
        AttributeShape::Candidate => is_candidate(bytes),
        AttributeShape::RemoteCandidates => is_remote_candidates(bytes),
        AttributeShape::Fingerprint => is_fingerprint(bytes),
        AttributeShape::Setup => is_one_of(bytes, &[b"active", b"passive", b"actpass", b"holdconn"]),
        AttributeShape::Crypto => is_crypto(bytes),
        AttributeShape::Msid => {
            let ([id, appdata], rest) = first::<2>(bytes);
            is_token(id) && (appdata.is_empty() || is_token(appdata)) && rest.is_empty()
        }
        AttributeShape::Ssrc => {
            let ([id], attribute) = first::<1>(bytes);
            let name = attribute.split(|byte| *byte == b':').next().unwrap_or(&[]);
            is_number(id, 0, u32::MAX.into()) && is_token(name)
        }
        AttributeShape::Simulcast => is_simulcast(bytes),
        AttributeShape::Rid => {
            let ([id, way], _) = first::<2>(bytes);
            all(id, is_rid_char) && is_one_of(way, &[b"send", b"recv"])
        }
        AttributeShape::Sctpmap => {
            let ([port, application, streams], rest) = first::<3>(bytes);
            let counted = streams.is_empty() || is_number(streams, 0, 65_535);
            is_number(port, 0, 65_535) && is_token(application) && counted && rest.is_empty()
        }
        AttributeShape::Current => {
            let ([kind, status, direction], rest) = first::<3>(bytes);
            is_precondition(kind, status, direction) && rest.is_empty()
        }
        AttributeShape::Desired => {
            let ([kind, strength, status, direction], rest) = first::<4>(bytes);
            let strengths: [&[u8]; 5] = [b"mandatory", b"optional", b"none", b"failure", b"unknown"];
            is_one_of(strength, &strengths) && is_precondition(kind, status, direction) && rest.is_empty()
        }
    }
}

/// RFC 8839 §5.1.
fn is_ice_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// RFC 8851 §10, as corrected: letters, digits, and what stands between them in the field.
fn is_rid_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A token, or a media type or wild card of one.
fn is_media_token(word: &[u8]) -> bool {
    all(word, |byte| is_token_char(byte) || byte == b'/')
}

/// RFC 8866 §9 `non-zero-int-or-real`.
fn is_decimal(bytes: &[u8]) -> bool {
    let mut halves = bytes.splitn(2, |byte| *byte == b'.');
    let integer = halves.next().is_some_and(|digits| is_number(digits, 0, u32::MAX.into()));
    let fraction = halves.next().is_none_or(|digits| all(digits, |byte| byte.is_ascii_digit()));
    integer && fraction && bytes.iter().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// RFC 5888 §5; RFC 5576 §4.2.
fn is_group(id: AttributeName, bytes: &[u8]) -> bool {
    let mut parts = words(bytes);
    let semantics = parts.next().is_some_and(is_token);
    let sources = id == AttributeName::SsrcGroup;
    semantics
        && parts.all(|member| if sources { is_number(member, 0, u32::MAX.into()) } else { is_token(member) })
}

/// Whether an rtpmap lacks its clock rate alone.
fn lacks_clock(bytes: &[u8]) -> bool {
    let ([format, encoding], rest) = first::<2>(bytes);
    payload_type(format).is_some() && is_token(encoding) && rest.is_empty()
}

/// RFC 8866 §6.6.
fn is_rtpmap(bytes: &[u8]) -> bool {
    let ([format, text], rest) = first::<2>(bytes);
    let mut parts = text.split(|byte| *byte == b'/');
    let encoding = parts.next().is_some_and(is_token);
    let clock = parts.next().is_some_and(|clock| is_number(clock, 1, u32::MAX.into()));
    let parameters = parts.next().is_none_or(is_token);
    payload_type(format).is_some()
        && encoding
        && clock
        && parameters
        && parts.next().is_none()
        && rest.is_empty()
}

/// RFC 8285 §8.
fn is_extmap(bytes: &[u8]) -> bool {
    let ([number, uri], _) = first::<2>(bytes);
    let mut parts = number.splitn(2, |byte| *byte == b'/');
    let id = parts.next().is_some_and(|id| is_number(id, 1, 14) || is_number(id, 15, 65_535));
    let ways: [&[u8]; 4] = [b"sendonly", b"recvonly", b"sendrecv", b"inactive"];
    id && parts.next().is_none_or(|way| is_one_of(way, &ways)) && uri.contains(&b':')
}

/// RFC 8839 §5.1.
fn is_candidate(bytes: &[u8]) -> bool {
    let ([foundation, component, transport, priority, address, port, typ, kind], rest) = first::<8>(bytes);
    let pairs = words(rest).count();
    let related = |name: &[u8]| {
        let mut rest = words(rest);
        rest.any(|word| word == name).then(|| rest.next().unwrap_or(&[]))
    };
    foundation.len() <= 32
        && all(foundation, is_ice_char)
        && is_number(component, 1, 256)
        && is_token(transport)
        && is_number(priority, 1, 0x7fff_ffff)
        && is_any_address(address)
        && is_number(port, 0, 65_535)
        && typ == b"typ"
        && is_token(kind)
        && pairs.is_multiple_of(2)
        && related(b"rport").is_none_or(|port| is_number(port, 0, 65_535))
        && related(b"raddr").is_none_or(is_any_address)
}

fn is_any_address(bytes: &[u8]) -> bool {
    is_ip4(bytes) || is_ip6(bytes) || is_host_name(bytes)
}

/// RFC 8839 §5.2.
fn is_remote_candidates(bytes: &[u8]) -> bool {
    let mut parts = words(bytes);
    let mut any = false;
    while let Some(component) = parts.next() {
        let (Some(address), Some(port)) = (parts.next(), parts.next()) else { return false };
        if !is_number(component, 1, 256) || !is_any_address(address) || !is_number(port, 0, 65_535) {
            return false;
        }
        any = true;
    }
    any
}

/// RFC 8122 §5. Letters of either case: the grammar has capitals, and everybody reads both.
fn is_fingerprint(bytes: &[u8]) -> bool {
    let ([hash, print], rest) = first::<2>(bytes);
    let octet = |octet: &[u8]| octet.len() == 2 && octet.iter().all(u8::is_ascii_hexdigit);
    is_token(hash) && print.split(|byte| *byte == b':').all(octet) && rest.is_empty()
}

/// RFC 4568 §9.1.
fn is_crypto(bytes: &[u8]) -> bool {
    let ([tag, suite, keys], _) = first::<3>(bytes);
    let key = |key: &[u8]| {
        let mut halves = key.splitn(2, |byte| *byte == b':');
        halves.next().is_some_and(is_token) && halves.next().is_some_and(|info| !info.is_empty())
    };
    let suite = all(suite, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    tag.len() <= 9 && number(tag).is_some() && suite && keys.split(|byte| *byte == b';').all(key)
}

/// RFC 8853 §5.1.
fn is_simulcast(bytes: &[u8]) -> bool {
    let mut parts = words(bytes);
    let mut lists = 0u32;
    while let Some(way) = parts.next() {
        let Some(list) = parts.next() else { return false };
        let form = |form: &[u8]| all(form.strip_prefix(b"~").unwrap_or(form), is_rid_char);
        let streams =
            list.split(|byte| *byte == b';').all(|stream| stream.split(|byte| *byte == b',').all(form));
        if !is_one_of(way, &[b"send", b"recv"]) || !streams {
            return false;
        }
        lists = u32::saturating_add(lists, 1);
    }
    (1..=2).contains(&lists)
}

/// RFC 3312 §4.
fn is_precondition(kind: &[u8], status: &[u8], direction: &[u8]) -> bool {
    is_token(kind)
        && is_one_of(status, &[b"e2e", b"local", b"remote"])
        && is_one_of(direction, &[b"none", b"send", b"recv", b"sendrecv"])
}
