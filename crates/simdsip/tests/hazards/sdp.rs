//! Session descriptions.

use simdsip::sdp::{Bandwidth, LineKind, Sdp, SdpIndex, Timing};
use simdsip::{DefectCode as D, ErrorKind};

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

#[track_caller]
fn described<T>(bytes: &str, look: impl FnOnce(&Sdp<'_>) -> T) -> T {
    let mut index = SdpIndex::new();
    look(&Sdp::parse(bytes.as_bytes(), &mut index).expect("within the limits"))
}

fn codes(bytes: &str) -> Vec<D> {
    described(bytes, |sdp| sdp.defects().map(|defect| defect.code).collect())
}

// covers: RFC 8866 §5, §9
#[test]
fn hazard_47_order_and_ends_of_lines() {
    let media = "m=audio 4000 RTP/AVP 0\r\n";
    assert_eq!(codes(&[HEAD, media].concat()), []);
    for (bytes, owed) in [
        ([HEAD, media].concat().replace("\r\n", "\n"), D::SdpLf),
        ([HEAD, "x=1\r\n", media].concat(), D::SdpUnknownType),
        (HEAD.replace("t=0 0\r\n", "a=sendrecv\r\nt=0 0\r\n") + media, D::SdpOrder),
        ([HEAD, "m=audio 4000 RTP/AVP 0 \r\n"].concat(), D::SdpTrailingSpace),
        ([HEAD, media, "\r\n"].concat(), D::SdpTrailingBlank),
    ] {
        let found = codes(&bytes);
        assert!(!found.is_empty() && found.iter().all(|code| *code == owed), "{bytes:?}: {found:?}");
        described(&bytes, |sdp| {
            let media = sdp.media().next().expect("read all the same").media().expect("its line");
            assert_eq!((media.kind(), media.port()), (&b"audio"[..], Ok(4000)), "{bytes:?}");
            assert_eq!(sdp.session().connection().expect("c=").expect("one").address(), b"192.0.2.1");
        });
    }
}

// covers: RFC 8866 §5.2, §5.8, §5.9
#[test]
fn hazard_48_numbers() {
    let long = "9".repeat(30);
    let bytes = HEAD
        .replace("o=- 1 1", &format!("o=- {long} {long}"))
        .replace("t=0 0", "b=TIAS:18446744073709551615\r\nt=0 0")
        + "m=audio 4000/2 RTP/AVP 0\r\n";
    assert_eq!(codes(&bytes), [], "digits without end are what the grammar has");
    described(&bytes, |sdp| {
        let origin = sdp.session().origin().expect("o=").expect("one");
        assert_eq!(origin.session_id().map_err(|error| error.kind), Err(ErrorKind::NumberRange));
        assert_eq!(origin.session_version_span().bytes(), long.as_bytes(), "kept as text");
        let width: Bandwidth<'_> = sdp.session().bandwidths().next().expect("one").expect("b=");
        assert_eq!((width.kind(), width.value()), (&b"TIAS"[..], Ok(u64::MAX)));
        let media = sdp.media().next().expect("one").media().expect("its line");
        assert_eq!((media.port(), media.port_count()), (Ok(4000), Ok(2)));
    });
    described(&HEAD.replace("t=0 0", "t=2873397496 18446744073709551615"), |sdp| {
        let time: Timing<'_> = sdp.session().timings().next().expect("one").expect("t=");
        assert_eq!((time.start(), time.stop()), (Ok(2_873_397_496), Ok(u64::MAX)));
    });
}

// covers: RFC 8866 §5.2, §5.3, §5.7, §5.13
#[test]
fn hazard_49_fields() {
    assert!(codes(&HEAD.replace("o=- 1", "o=two words 1")).contains(&D::SdpOrigin));
    for name in ["-", " "] {
        described(&HEAD.replace("s=-", &format!("s={name}")), |sdp| {
            assert_eq!(sdp.session().name().expect("s=").bytes(), name.as_bytes());
        });
    }
    assert!(codes(&HEAD.replace("s=-", "s=")).contains(&D::SdpEmptyName));
    let many = HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP4 233.252.0.1/127/3");
    described(
        &(many + "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 233.252.0.1/127\r\nc=IN IP4 233.252.0.2/127\r\n"),
        |sdp| {
            let session = sdp.session().connection().expect("c=").expect("one");
            assert_eq!(
                (session.address(), session.ttl(), session.address_count()),
                (&b"233.252.0.1"[..], Ok(Some(127)), Ok(3))
            );
            let media = sdp.media().next().expect("one");
            assert_eq!(media.connections().filter_map(Result::ok).count(), 2);
        },
    );
    described(&[HEAD, "a=rtcp-mux\r\na=ptime:\r\na=PTIME:20\r\na=charset:ISO-8859-1\r\n"].concat(), |sdp| {
        let attributes: Vec<_> = sdp.session().attributes().map(|it| (it.name(), it.value())).collect();
        let owed: [(&[u8], Option<&[u8]>); 4] = [
            (b"rtcp-mux", None),
            (b"ptime", Some(b"")),
            (b"PTIME", Some(b"20")),
            (b"charset", Some(b"ISO-8859-1")),
        ];
        assert_eq!(attributes, owed);
        assert_eq!(sdp.lines().filter(|line| line.kind() == LineKind::Attribute).count(), 4);
    });
    assert!(
        codes(&[HEAD, "a=TOOL:x\r\n"].concat()).contains(&D::SdpAttributeCase),
        "names are case-sensitive"
    );
}
