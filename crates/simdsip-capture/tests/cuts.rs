//! A stream gives the same rows however it is cut into segments.

mod common;

use common::{ACK, Capture, Ends, SYN, TCP, request};
use proptest::prelude::*;
use proptest::sample::Index;
use simdsip_capture::Options;

/// The rows of a stream cut there: their bytes, whether they parsed, and what `truncated` says.
fn told(ends: Ends, bytes: &[u8], cuts: &[usize]) -> Vec<(Vec<u8>, bool, bool)> {
    let mut capture = Capture::new();
    capture.tcp(ends, 999, SYN, 0, b"");
    let mut from = 0;
    for to in cuts.iter().copied().chain([bytes.len()]).filter(|to| *to > 0) {
        capture.tcp(ends, 1000 + u32::try_from(from).unwrap(), ACK, 1, &bytes[from..to]);
        from = to;
    }
    let column = simdsip_capture::table::schema().iter().find(|column| column.name == "truncated").unwrap();
    let mut told = Vec::new();
    common::each_row(&capture.bytes, &Options::default(), |row| {
        let truncated = matches!(
            simdsip_capture::table::Record::value(row, column),
            simdsip_capture::table::Value::Bool(true)
        );
        told.push((row.bytes().to_vec(), row.message().is_ok(), truncated));
    });
    told
}

#[test]
fn a_message_of_two_lengths_has_its_fields_however_it_is_cut() {
    let head = b"MESSAGE sip:a@b SIP/2.0\r\nCall-ID: conflict\r\nl: 0\r\nl: 5\r\n\r\n";
    let next = request("next", "");
    let bytes = [&head[..], b"hello", &next].concat();
    for cut in 0..bytes.len() {
        assert_eq!(
            told(TCP, &bytes, &[cut]),
            [(head.to_vec(), true, false), (next.clone(), true, false)],
            "{cut}"
        );
    }
}

#[test]
fn a_broken_start_line_is_a_row_however_it_is_cut() {
    let (first, last) = (request("first", ""), request("last", ""));
    let broken: [&[u8]; 4] = [
        b" INVITE sip:a SIP/2.0\r\nCall-ID: x\r\nl: 0\r\n\r\n",
        b"INVITE sip:a\r\nCall-ID: x\r\nl: 0\r\n\r\n",
        b"SIP/3.0 200 OK\r\nCall-ID: x\r\nl: 0\r\n\r\n",
        b"a,b sip:x SIP/3.0\r\nCall-ID: x\r\nl: 0\r\n\r\n",
    ];
    for broken in broken {
        let bytes = [&first, broken, &last].concat();
        let whole = told(TCP, &bytes, &[]);
        assert_eq!(whole.len(), 3, "{}", broken.escape_ascii());
        for cut in 1..bytes.len() {
            assert_eq!(told(TCP, &bytes, &[cut]), whole, "{} cut at {cut}", broken.escape_ascii());
        }
    }
}

/// What streams are made of, sound and not.
const PIECES: [&[u8]; 24] = [
    b"INVITE sip:a SIP/2.0\r\n",
    b"SIP/2.0 200 OK\r\n",
    b"BYE sip:a SIP/2.0\r\nCall-ID: x\r\nl: 0\r\n\r\n",
    b"MESSAGE sip:a SIP/2.0\r\nl: 4\r\n\r\nbody",
    b"BYE a SIP/2.0\r\nl: 0\r\nl: 5\r\n\r\nhello",
    b"Call-ID: y\r\n",
    b" fold\r\n",
    b"l: 3\r\n",
    b"l: 5\r\n",
    b"l: 99999999\r\n",
    b"Content-Length: x\r\n",
    b"junk",
    b"junk line\r\n",
    b" INVITE sip:a SIP/2.0\r\n",
    b"INVITE sip:a\r\n",
    b"SIP/3.0 200 OK\r\n",
    b"FROB sip:a SIP/2.0\r\n",
    b"invite sip:a SIP/2.0\n",
    b"GET / HTTP/1.1\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"\0\0",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_cut_of_any_stream_gives_the_same_rows(
        pieces in proptest::collection::vec(any::<Index>(), 1..30),
        cuts in proptest::collection::vec(any::<Index>(), 0..6),
        bytewise in any::<bool>(),
        sip_port in any::<bool>(),
    ) {
        let sound = PIECES[2];
        // On a port that says nothing, a stream is SIP if it begins so.
        let mut bytes = if sip_port { Vec::new() } else { sound.to_vec() };
        pieces.iter().for_each(|piece| bytes.extend(*piece.get(&PIECES)));
        bytes.extend([b"\r\n\r\n", sound].concat());
        let mut cuts: Vec<_> = match bytewise {
            true => (1..bytes.len()).collect(),
            false => cuts.iter().map(|cut| cut.index(bytes.len())).collect(),
        };
        cuts.sort_unstable();
        cuts.dedup();
        let ends = (TCP.0, (2, if sip_port { 5060 } else { 7777 }));
        prop_assert_eq!(told(ends, &bytes, &cuts), told(ends, &bytes, &[]), "{}", bytes.escape_ascii());
    }
}
