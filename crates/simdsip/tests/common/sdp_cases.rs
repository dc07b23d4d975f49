//! A description that shows each code of session descriptions alone.

use simdsip::DefectCode as Code;

/// A description without a defect: what comes before a media description, and two of those.
pub const CLEAN: &str = "v=0\r\no=bob 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2\r\nm=video 0 RTP/AVP 31\r\na=mid:v\r\n";

/// The place of what the session lacks: where the first media description begins.
pub const AT_MEDIA: usize = usize::MAX;

/// Code; what is replaced in [`CLEAN`], by what; the place, counted from there, and its length. Where the first is
/// empty, the second stands at the end.
pub const CASES: &[(Code, &str, &str, usize, usize)] = &[
    (Code::SdpLf, "s=-\r\n", "s=-\n", 3, 1),
    (Code::SdpBareCr, "s=-", "s=a\rb", 3, 1),
    (Code::SdpNul, "s=-", "s=a\0b", 3, 1),
    (Code::SdpNotUtf8, "s=-", "s=caf\u{e9}", 5, 1),
    (Code::SdpNoLineEnd, "a=mid:v\r\n", "a=mid:v", 7, 0),
    (Code::SdpBlankLine, "s=-\r\n", "s=-\r\n\r\n", 5, 2),
    (Code::SdpTrailingBlank, "", "\r\n", 0, 2),
    (Code::SdpBadLine, "t=0 0\r\n", "t=0 0\r\nhello\r\n", 7, 5),
    (Code::SdpUnknownType, "t=0 0\r\n", "t=0 0\r\nx=1\r\n", 7, 1),
    (
        Code::SdpOrder,
        "s=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n",
        "s=-\r\nt=0 0\r\nc=IN IP4 192.0.2.1\r\n",
        12,
        1,
    ),
    (Code::SdpRepeatedLine, "s=-\r\n", "s=-\r\ns=b\r\n", 5, 1),
    (Code::SdpVersionMissing, "v=0\r\n", "", AT_MEDIA, 0),
    (Code::SdpOriginMissing, "o=bob 1 2 IN IP4 192.0.2.1\r\n", "", AT_MEDIA, 0),
    (Code::SdpNameMissing, "s=-\r\n", "", AT_MEDIA, 0),
    (Code::SdpTimingMissing, "t=0 0\r\n", "", AT_MEDIA, 0),
    (Code::SdpConnectionMissing, "c=IN IP4 192.0.2.1\r\n", "", 7, 25),
    (Code::SdpTrailingSpace, "t=0 0", "t=0 0 ", 5, 1),
    (Code::SdpSpacing, "t=0 0", "t=0  0", 3, 2),
    (Code::SdpVersion, "v=0", "v=1", 2, 1),
    (Code::SdpOrigin, "o=bob 1 2 IN IP4 192.0.2.1", "o=bob x 2 IN IP4 192.0.2.1", 2, 24),
    (Code::SdpEmptyName, "s=-", "s=", 2, 0),
    (Code::SdpTiming, "t=0 0", "t=now 0", 2, 5),
    (Code::SdpConnection, "c=IN IP4 192.0.2.1", "c=IN IP4 192.0.2", 2, 14),
    (Code::SdpBandwidth, "t=0 0", "b=AS\r\nt=0 0", 2, 2),
    (Code::SdpMedia, "m=video 0 RTP/AVP 31", "m=video 70000 RTP/AVP 31", 2, 22),
    (Code::SdpKeyLine, "t=0 0\r\n", "t=0 0\r\nk=prompt\r\n", 7, 1),
    (Code::SdpAttributeName, "a=mid:v", "a=rtpmap 0 PCMU/8000", 2, 18),
    (Code::SdpAttributeCase, "a=mid:v", "a=MID:v", 2, 3),
    (Code::SdpAttributeLevel, "a=mid:v", "a=ice-lite", 2, 8),
    (Code::SdpAttributeRepeated, "a=mid:v", "a=sendonly\r\na=inactive", 14, 8),
    (Code::SdpAttributeValue, "a=mid:v", "a=ptime:soon", 8, 4),
    (Code::SdpFlagValue, "a=mid:v", "a=rtcp-mux:1", 11, 1),
    (Code::SdpSpaceAfterColon, "a=mid:v", "a=mid: v", 6, 1),
    (Code::SdpClockMissing, "a=mid:v", "a=rtpmap:31 H261", 9, 7),
    (Code::SdpFormatUnlisted, "a=mid:v", "a=fmtp:99 x", 7, 2),
    (
        Code::SdpFormatUnmapped,
        "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2",
        "m=audio 4000 RTP/AVP 0 96",
        0,
        25,
    ),
];

/// The description of a case.
pub fn description(from: &str, to: &str) -> Vec<u8> {
    // One letter that is not UTF-8 as it stands.
    let to: Vec<u8> = to.chars().map(|letter| letter as u8).collect();
    if from.is_empty() {
        return [CLEAN.as_bytes(), &to].concat();
    }
    let at = CLEAN.find(from).expect("it is there");
    [&CLEAN.as_bytes()[..at], &to, &CLEAN.as_bytes()[at + from.len()..]].concat()
}
