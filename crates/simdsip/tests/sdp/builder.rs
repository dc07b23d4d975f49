//! What is built reads as what was asked, without a defect; what is refused would be the defect that it is refused for.

use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::select;

use simdsip::sdp::{Address, LineKind, SdpBuilder, SdpIndex};
use simdsip::{Error, ErrorKind, LimitKind, Sdp};

/// Something asked of a builder, and the line that it means.
#[derive(Clone, Debug)]
enum Ask {
    Origin(&'static str, u64, u64, &'static str),
    Connection(&'static str),
    Timing(u64, u64),
    Media(&'static str, u16, &'static str, Vec<&'static str>),
    Attribute(&'static str, Vec<&'static str>),
    Line(u8, &'static str),
}

const HOSTS: &[&str] = &["192.0.2.1", "2001:db8::1", "host.example.com", "no host", ""];
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("sendonly", &[]),
    ("recvonly", &[]),
    ("rtpmap", &["96", " opus/48000/2"]),
    ("rtpmap", &["97 telephone-event/8000"]),
    ("rtpmap", &["96"]),
    ("fmtp", &["97 ", "0-15"]),
    ("ptime", &["20"]),
    ("ptime", &["soon"]),
    ("mid", &["a"]),
    ("group", &["BUNDLE a"]),
    ("ice-ufrag", &["ab"]),
    ("candidate", &["1 1 udp 2130706431 192.0.2.1 4000 typ host"]),
    ("x-own", &["as it ", "\r\na=came"]),
    ("x-own", &["any: thing \u{fc}"]),
    ("no token", &[]),
    ("a:b", &[]),
];
const LINES: &[(u8, &str)] = &[
    (b's', "-"),
    (b's', ""),
    (b'i', "title"),
    (b'b', "AS:64"),
    (b'b', "x"),
    (b'k', "clear:x"),
    (b'x', "y"),
    (b'v', "0"),
];

fn ask() -> impl Strategy<Value = Ask> {
    let media = (
        select(&["audio", "video", "au dio", ""][..]),
        any::<u16>(),
        select(&["RTP/AVP", "udptl", "a b", "RTP//AVP"][..]),
        prop::collection::vec(select(&["0", "96", "97", "t38", "no good"][..]), 0..4),
    );
    prop_oneof![
        2 => (select(&["-", "a b", ""][..]), any::<u64>(), any::<u64>(), select(HOSTS))
            .prop_map(|(name, id, version, host)| Ask::Origin(name, id, version, host)),
        2 => select(HOSTS).prop_map(Ask::Connection),
        2 => any::<(u64, u64)>().prop_map(|(start, stop)| Ask::Timing(start, stop)),
        3 => media.prop_map(|(kind, port, proto, formats)| Ask::Media(kind, port, proto, formats)),
        6 => select(ATTRIBUTES).prop_map(|(name, value)| Ask::Attribute(name, value.to_vec())),
        3 => select(LINES).prop_map(|(letter, value)| Ask::Line(letter, value)),
    ]
}

fn address(host: &'static str) -> Address<'static> {
    host.parse::<IpAddr>().map_or(Address::Host(host.as_bytes()), Address::Ip)
}

impl Ask {
    fn line(&self) -> String {
        let at = |host: &str| format!("IN {} {host}", if host.contains(':') { "IP6" } else { "IP4" });
        match self {
            Ask::Origin(name, id, version, host) => format!("o={name} {id} {version} {}", at(host)),
            Ask::Connection(host) => format!("c={}", at(host)),
            Ask::Timing(start, stop) => format!("t={start} {stop}"),
            Ask::Media(kind, port, proto, formats) => {
                let formats: String = formats.iter().map(|format| format!(" {format}")).collect();
                format!("m={kind} {port} {proto}{formats}")
            }
            Ask::Attribute(name, value) if value.is_empty() => format!("a={name}"),
            Ask::Attribute(name, value) => format!("a={name}:{}", value.concat()),
            Ask::Line(letter, value) => format!("{}={value}", char::from(*letter)),
        }
    }

    fn of(&self, sdp: &mut SdpBuilder<'_>) -> Result<(), Error> {
        match self {
            Ask::Origin(name, id, version, host) => sdp.origin(name.as_bytes(), *id, *version, address(host)),
            Ask::Connection(host) => sdp.connection(address(host)),
            Ask::Timing(start, stop) => sdp.timing(*start, *stop),
            Ask::Media(kind, port, proto, formats) => {
                let formats: Vec<&[u8]> = formats.iter().map(|format| format.as_bytes()).collect();
                sdp.media(kind.as_bytes(), *port, proto.as_bytes(), &formats)
            }
            Ask::Attribute(name, value) => {
                let value: Vec<&[u8]> = value.iter().map(|piece| piece.as_bytes()).collect();
                sdp.attribute(name.as_bytes(), &value)
            }
            Ask::Line(letter, value) => {
                let kinds = [
                    LineKind::Name,
                    LineKind::Information,
                    LineKind::Bandwidth,
                    LineKind::Key,
                    LineKind::Version,
                ];
                let kind = kinds.into_iter().find(|kind| kind.letter() == *letter);
                sdp.line(kind.unwrap_or(LineKind::Other(*letter)), &[value.as_bytes()])
            }
        }
    }
}

/// The codes of a description's defects.
fn codes(text: &str) -> Vec<ErrorKind> {
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(text.as_bytes(), &mut index).expect("a short text");
    sdp.defects().map(|defect| ErrorKind::Refused(defect.code)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_built_is_what_was_asked(asks in prop::collection::vec(ask(), 0..30), whole in any::<bool>()) {
        // Mostly begun as it should be, for something to come of it.
        let head = [Ask::Origin("-", 1, 2, "192.0.2.1"), Ask::Line(b's', "-"), Ask::Connection("192.0.2.1"), Ask::Timing(0, 0)];
        let asks: Vec<Ask> = head.into_iter().take(if whole { 4 } else { 0 }).chain(asks).collect();
        let mut bytes = Vec::new();
        let mut sdp = SdpBuilder::new(&mut bytes)?;
        let mut expected = "v=0\r\n".to_owned();
        for ask in &asks {
            match ask.of(&mut sdp) {
                Ok(()) => expected += &format!("{}\r\n", ask.line()),
                Err(Error { kind: kind @ ErrorKind::Refused(_), at }) => {
                    let line = ask.line();
                    // An m= line shows what the media description before it lacks.
                    let from = if line.starts_with("m=") { 0 } else { expected.len() };
                    prop_assert!(at >= from && at <= expected.len() + line.len(), "{} {}", at, line);
                    prop_assert!(codes(&format!("{expected}{line}\r\n")).contains(&kind), "{} {:?}", line, kind);
                }
                Err(error) => {
                    let odd = matches!(error.kind, ErrorKind::Text | ErrorKind::Token | ErrorKind::Media);
                    prop_assert!(odd, "{:?} {}", ask, error);
                }
            }
        }
        let found = codes(&expected);
        match sdp.finish() {
            Ok(text) => {
                prop_assert_eq!(std::str::from_utf8(text), Ok(&expected[..]));
                prop_assert_eq!(found, []);
            }
            Err(error) => prop_assert!(found.contains(&error.kind), "{} {:?}", error, found),
        }
    }
}

#[test]
fn limits_and_room_are_told() {
    let mut room = [0; 40];
    let mut sdp = SdpBuilder::new(&mut room[..]).unwrap();
    sdp.origin(b"-", 1, 1, Address::Host(b"h")).unwrap();
    let error = sdp.name(b"a name that is too long").unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Room, 48));
    sdp.name(b"short").unwrap(); // the line that had no room is gone
    let mut text = Vec::new();
    let mut sdp = SdpBuilder::new(&mut text).unwrap();
    let long = [b'x'; 9_000];
    assert_eq!(sdp.name(&long).unwrap_err().kind, ErrorKind::Limit(LimitKind::Line));
    let head: [(LineKind, &[u8]); 4] = [
        (LineKind::Origin, b"- 1 1 IN IP4 h"),
        (LineKind::Name, b"-"),
        (LineKind::Connection, b"IN IP4 h"),
        (LineKind::Timing, b"0 0"),
    ];
    head.iter().for_each(|(kind, value)| sdp.line(*kind, &[value]).unwrap());
    (0..64).for_each(|_| sdp.media(b"audio", 9, b"RTP/AVP", &[b"0"]).unwrap());
    let error = sdp.media(b"audio", 9, b"RTP/AVP", &[b"0"]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit(LimitKind::SdpMedia));
    assert!(sdp.finish().is_ok());
}
