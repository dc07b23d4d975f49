//! Descriptions of the RFCs, read to the last field.

use simdsip::sdp::shape::{Current, Desired, Setup};
use simdsip::sdp::typed::{
    Candidate, Conf, Crypto, Curr, Des, Fingerprint, Group, Mid, Rtpmap, SctpPort, Simulcast,
    T38FaxRateManagement, T38FaxVersion,
};
use simdsip::sdp::{AttributeName, Direction, LineKind, Repeat, Sdp, SdpIndex, Zone};
use simdsip::{Error, ErrorKind};

/// Lines joined as they stand on the wire.
fn wire(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect()
}

// covers: RFC 8866 §5
#[test]
fn rfc8866_5_the_example() -> Result<(), Error> {
    let bytes = wire(&[
        "v=0",
        "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1",
        "s=Call to John Smith",
        "i=SDP Offer #1",
        "u=http://www.jdoe.example.com/home.html",
        "e=Jane Doe <jane@jdoe.example.com>",
        "p=+1 617 555-6011",
        "c=IN IP4 198.51.100.1",
        "t=0 0",
        "m=audio 49170 RTP/AVP 0",
        "m=audio 49180 RTP/AVP 0",
        "m=video 51372 RTP/AVP 99",
        "c=IN IP6 2001:db8::2",
        "a=rtpmap:99 h263-1998/90000",
    ]);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(&bytes, &mut index)?;
    assert!(!sdp.has_defects(), "{:?}", sdp.defects().collect::<Vec<_>>());
    let session = sdp.session();
    let origin = session.origin()?.unwrap();
    assert_eq!(
        (origin.username(), origin.session_version()?, origin.addr_type()),
        (&b"jdoe"[..], 3_724_394_405, &b"IP4"[..])
    );
    assert_eq!(session.name().unwrap().bytes(), b"Call to John Smith");
    assert_eq!(session.line(LineKind::Phone).unwrap().value().bytes(), b"+1 617 555-6011");
    let ports: Vec<_> = sdp.media().map(|media| media.media().unwrap().port().unwrap()).collect();
    assert_eq!(ports, [49_170, 49_180, 51_372]);
    let addresses: Vec<_> =
        sdp.media().map(|media| media.effective_connection().unwrap().unwrap().address()).collect();
    assert_eq!(addresses, [&b"198.51.100.1"[..], b"198.51.100.1", b"2001:db8::2"]);
    let map = sdp.media().last().unwrap().typed::<Rtpmap>()?.unwrap();
    assert_eq!((map.payload_type(), map.encoding(), map.channels()?), (99, &b"h263-1998"[..], 1));
    Ok(())
}

// covers: RFC 8866 §5.7, §5.10, §5.11
#[test]
fn rfc8866_5_times_and_groups_of_addresses() -> Result<(), Error> {
    let bytes = wire(&[
        "v=0",
        "o=- 0 0 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP6 FF15::101/3",
        "t=3724394400 3724398000",
        "r=604800 3600 0 90000",
        "r=7d 1h 0 25h",
        "z=3730928400 -1h 3749680800 0",
    ]);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(&bytes, &mut index)?;
    assert!(!sdp.has_defects());
    let connection = sdp.session().connection()?.unwrap();
    assert_eq!((connection.ttl()?, connection.address_count()?), (None, 3));
    // IPv4 has a TTL before the number, in one byte.
    for (suffix, ttl, count) in
        [("/127", Some(127), 1), ("/0/3", Some(0), 3), ("/255/65535", Some(255), 65_535)]
    {
        let bytes = wire(&["v=0", "o=- 0 0 IN IP4 192.0.2.1", "s=-", "t=0 0", "m=audio 4000 RTP/AVP 0"]);
        let bytes = [bytes, wire(&[&format!("c=IN IP4 233.252.0.1{suffix}")])].concat();
        let mut index = SdpIndex::new();
        let sdp = Sdp::parse(&bytes, &mut index)?;
        assert!(!sdp.has_defects(), "{suffix}");
        let group = sdp.media().next().unwrap().effective_connection()?.unwrap();
        assert_eq!(
            (group.address(), group.ttl()?, group.address_count()?),
            (&b"233.252.0.1"[..], ttl, count)
        );
    }
    for suffix in ["/256", "/x", "/1/65536"] {
        let bytes = wire(&[&format!("c=IN IP4 233.252.0.1{suffix}")]);
        let mut index = SdpIndex::new();
        let sdp = Sdp::parse(&bytes, &mut index)?;
        let group = sdp.session().connection()?.unwrap();
        assert!(group.ttl().and(group.address_count()).is_err(), "{suffix}");
        assert!(sdp.defects().any(|defect| defect.code.as_str() == "sdp-connection"), "{suffix}");
    }
    let repeats: Vec<_> =
        sdp.session().lines_of(LineKind::Repeat).map(|line| Repeat::parse(line.value()).unwrap()).collect();
    assert_eq!(repeats[0].interval()?, repeats[1].interval()?);
    assert!(repeats[0].offsets().eq(repeats[1].offsets()));
    let zone = Zone::parse(sdp.session().line(LineKind::Zone).unwrap().value());
    assert!(zone.adjustments().eq([Ok((3_730_928_400, -3_600)), Ok((3_749_680_800, 0))]));
    Ok(())
}

// covers: RFC 3264 §10.1
#[test]
fn rfc3264_10_1_an_offer_with_a_stream_that_only_sends() -> Result<(), Error> {
    let bytes = wire(&[
        "v=0",
        "o=alice 2890844526 2890844526 IN IP4 host.anywhere.com",
        "s=",
        "c=IN IP4 host.anywhere.com",
        "t=0 0",
        "m=audio 49170 RTP/AVP 0",
        "a=rtpmap:0 PCMU/8000",
        "m=video 51372 RTP/AVP 31",
        "a=rtpmap:31 H261/90000",
        "m=video 0 RTP/AVP 32",
        "a=rtpmap:32 MPV/90000",
        "a=sendonly",
    ]);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(&bytes, &mut index)?;
    let odd: Vec<_> = sdp.defects().map(|defect| defect.code.as_str()).collect();
    assert_eq!(odd, ["sdp-empty-name"], "as the RFC prints it");
    let directions: Vec<_> = sdp.media().map(|media| media.effective_direction()).collect();
    assert_eq!(directions, [Direction::Sendrecv, Direction::Sendrecv, Direction::Sendonly]);
    Ok(())
}

// covers: RFC 4568 §4
#[test]
fn rfc4568_4_keys() -> Result<(), Error> {
    let bytes = b"m=video 51372 RTP/SAVP 31\r\na=crypto:2 AES_CM_128_HMAC_SHA1_80 \
        inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:4;inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2^20|2:4 KDR=1 UNENCRYPTED_SRTCP\r\n";
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(bytes, &mut index)?;
    let crypto = sdp.media().next().unwrap().typed::<Crypto>()?.unwrap();
    let mkis: Vec<_> = crypto.keys().map(|key| key.mki().unwrap().bytes()).collect();
    assert_eq!(mkis, [b"1:4", b"2:4"]);
    assert!(crypto.keys().all(|key| key.lifetime().unwrap().bytes() == b"2^20" && key.key().len() == 40));
    assert!(crypto.session_params().map(|param| param.bytes()).eq([&b"KDR=1"[..], b"UNENCRYPTED_SRTCP"]));
    Ok(())
}

// covers: RFC 8839 §5.1; RFC 8122 §5; RFC 4145 §4; RFC 8841 §5
#[test]
fn rfc8839_5_1_a_data_channel_with_candidates() -> Result<(), Error> {
    let bytes = wire(&[
        "v=0",
        "a=group:BUNDLE data",
        "m=application 54111 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:data",
        "a=setup:actpass",
        "a=sctp-port:5000",
        "a=fingerprint:SHA-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB",
        "a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host",
        "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
        "a=candidate:3 1 UDP x 192.0.2.3 45664 typ host",
    ]);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(&bytes, &mut index)?;
    let group = sdp.session().typed::<Group>()?.unwrap();
    let media = sdp.media().next().unwrap();
    assert!(group.members().any(|mid| mid.bytes() == media.typed::<Mid>().unwrap().unwrap().as_bytes()));
    assert_eq!(media.typed::<Setup>()?, Some(Setup::Actpass));
    assert_eq!(media.typed::<SctpPort>()?.unwrap().value(), 5_000);
    let print = media.typed::<Fingerprint>()?.unwrap();
    assert_eq!(print.octets().filter(|octet| octet.is_ok()).count(), 20);
    let found: Vec<_> = media.typed_list::<Candidate>().collect();
    assert_eq!((found[0].unwrap().kind(), found[1].unwrap().related_port()?), (&b"host"[..], Some(8_998)));
    let priority = bytes.windows(3).rposition(|window| window == b" x ").unwrap() + 1;
    assert_eq!(found[2].unwrap_err(), Error { kind: ErrorKind::Number, at: priority });
    Ok(())
}

// covers: RFC 3312 §4
#[test]
fn rfc3312_4_preconditions() -> Result<(), Error> {
    let bytes = wire(&[
        "m=audio 20000 RTP/AVP 0",
        "a=curr:qos e2e none",
        "a=des:qos mandatory e2e sendrecv",
        "a=conf:qos e2e recv",
        "a=conf:qos remote sendrecv",
    ]);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(&bytes, &mut index)?;
    let media = sdp.media().next().unwrap();
    let now: Current<'_> = *media.typed::<Curr>()?.unwrap();
    let goal: Desired<'_> = *media.typed::<Des>()?.unwrap();
    assert_eq!(
        (now.kind(), now.direction(), goal.strength(), goal.status()),
        (&b"qos"[..], &b"none"[..], &b"mandatory"[..], &b"e2e"[..])
    );
    assert_eq!((now.status(), goal.kind(), goal.direction()), (&b"e2e"[..], &b"qos"[..], &b"sendrecv"[..]));
    let confirmed: Vec<Conf<'_>> = media.typed_list().collect::<Result<_, _>>()?;
    let words = confirmed.iter().map(|conf| (conf.kind(), conf.status(), conf.direction()));
    assert!(words.eq([(&b"qos"[..], &b"e2e"[..], &b"recv"[..]), (b"qos", b"remote", b"sendrecv")]));
    Ok(())
}

// covers: RFC 8853 §5.1
#[test]
fn rfc8853_5_1_simulcast() -> Result<(), Error> {
    let bytes =
        wire(&["m=video 49200 RTP/AVP 97 98", "a=simulcast:send 1,4;3 recv c", "a=simulcast:send 1 recv"]);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(&bytes, &mut index)?;
    let lists: Vec<Simulcast<'_>> = sdp.media().next().unwrap().typed_list().collect::<Result<_, _>>()?;
    let counts = |list: &Simulcast<'_>| -> Vec<_> {
        list.lists()
            .map(|list| {
                list.map(|(_, streams)| streams.map(|one| one.alternatives().count()).collect::<Vec<_>>())
            })
            .collect()
    };
    assert_eq!(counts(&lists[0]), [Ok(vec![2, 1]), Ok(vec![1])]);
    assert!(matches!(counts(&lists[1])[..], [Ok(_), Err(error)] if error.kind == ErrorKind::Simulcast));
    Ok(())
}

/// Addresses of the connections of a torture message's description.
fn addresses(name: &str) -> Vec<String> {
    let path = simdsip_corpus::root().join("torture/rfc5118").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut index, mut lines) = (simdsip::GrowIndex::new(), SdpIndex::new());
    let message = simdsip::Parser::default().parse_growing(&bytes, &mut index).expect("a message");
    let sdp = message.sdp(&mut lines).expect("a description").expect("within the limits");
    let sections = [sdp.session()].into_iter().chain(sdp.media().map(|media| *media));
    let all = sections.flat_map(|section| section.connections().collect::<Vec<_>>());
    all.map(|one| String::from_utf8_lossy(one.expect("three fields").address()).into_owned()).collect()
}

#[test]
fn rfc5118_4_6_ipv6_addresses_in_sdp() {
    assert_eq!(addresses("ipv6-in-sdp.sip"), ["2001:db8::20"]);
}

#[test]
fn rfc5118_4_8_addresses_of_both_families_in_sdp() {
    let found = addresses("mult-ip-in-sdp.sip");
    assert_eq!(found, ["192.0.2.1", "2001:db8::1"]);
}

#[test]
fn t38_as_devices_send_it() -> Result<(), Error> {
    let bytes = wire(&[
        "v=0",
        "o=- 1 1 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=image 4000 udptl t38",
        "a=T38FaxVersion:0",
        "a=T38maxBitRate:14400",
        "a=T38FaxFillBitRemoval:0",
        "a=T38FaxRateManagement:transferredTCF",
    ]);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(&bytes, &mut index)?;
    let media = sdp.media().next().unwrap();
    assert_eq!(media.typed::<T38FaxVersion>()?.unwrap().value(), 0);
    assert!(media.has(AttributeName::T38MaxBitRate), "in another case than the registry's");
    assert_eq!(media.typed::<T38FaxRateManagement>()?.unwrap().as_bytes(), b"transferredTCF");
    let odd: Vec<_> = sdp.defects().map(|defect| defect.code.as_str()).collect();
    assert_eq!(odd, ["sdp-attribute-case"]);
    Ok(())
}

#[test]
fn every_description_of_the_rfcs_has_the_lines_that_it_is_made_of() {
    let Some(shared) = simdsip_corpus::shared_or_skip("descriptions of the RFCs") else { return };
    let mut count = 0;
    for path in simdsip_corpus::files(&shared.join("corpora/sdp/rfc-examples")) {
        if path.extension().is_none_or(|end| end != "sdp") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("readable");
        let mut index = SdpIndex::new();
        let sdp = Sdp::parse(&bytes, &mut index).expect("within the limits");
        let media = bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"m=")).count();
        assert_eq!(sdp.media().count(), media);
        count += 1;
    }
    assert!(count > 390);
}
