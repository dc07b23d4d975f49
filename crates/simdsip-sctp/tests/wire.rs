//! Any bytes: read without panic, written back as they were.

use std::path::Path;

use proptest::prelude::*;
use simdsip_sctp::wire::chunk::Causes;
use simdsip_sctp::wire::param::Params;
use simdsip_sctp::wire::{Cause, Chunk, Packet, Param, Tlvs, Writer};

/// Looks at everything that a packet has. What was parsed must come out again byte by byte, save for
/// what a chunk has behind its fields.
fn look(bytes: &[u8]) -> usize {
    let Ok(packet) = Packet::parse(bytes) else { return 0 };
    let _ = packet.checksum();
    let mut seen = 0;
    for raw in packet.chunks() {
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => {
                assert!(error.at <= bytes.len() + 2, "{error}");
                break;
            }
        };
        seen += 1;
        let Ok(chunk) = Chunk::parse(&raw) else { continue };
        let mut buffer = vec![0; raw.bytes.len()];
        let mut writer = Writer::new(&mut buffer);
        chunk.emit(&mut writer).unwrap();
        assert_eq!(writer.written()[0], raw.kind);
        let mut params = |params: &[u8]| {
            for param in Params::new(params, 0).map_while(Result::ok) {
                seen += 1;
                if let Ok(read) = Param::parse(&param) {
                    let mut buffer = vec![0; param.bytes.len()];
                    let mut writer = Writer::new(&mut buffer);
                    read.emit(&mut writer).unwrap();
                    assert_eq!(writer.written()[..2], param.bytes[..2]);
                }
            }
        };
        let causes = |causes: Causes<'_>| {
            for raw in causes.iter().map_while(Result::ok) {
                let _ = Cause::parse(&raw);
            }
        };
        match chunk {
            Chunk::Data(data) => assert!(!data.payload.is_empty()),
            Chunk::Init(init) | Chunk::InitAck(init) => params(init.params),
            Chunk::Asconf(asconf) | Chunk::AsconfAck(asconf) => params(asconf.params),
            Chunk::Heartbeat(value) | Chunk::HeartbeatAck(value) | Chunk::ReConfig(value) => params(value),
            Chunk::Abort(abort) => causes(abort.causes),
            Chunk::Error(list) => causes(list),
            Chunk::Sack(sack) => {
                assert!(4 * (sack.gaps().count() + sack.duplicates().count()) <= bytes.len())
            }
            Chunk::ForwardTsn(forward) => assert!(4 * forward.skipped().count() <= bytes.len()),
            _ => {}
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        look(&bytes);
    }

    #[test]
    fn any_chunk_of_a_known_type_is_read(
        chunks in proptest::collection::vec(
            (prop_oneof![0u8..16, Just(64), Just(128), Just(130), Just(132), 192u8..195], any::<u8>(),
             proptest::collection::vec(prop_oneof![Just(0u8), 0u8..24, any::<u8>()], 0..64)),
            1..6,
        )
    ) {
        let mut bytes = vec![0; 12];
        for (kind, flags, value) in &chunks {
            bytes.extend([*kind, *flags]);
            bytes.extend((value.len() as u16 + 4).to_be_bytes());
            bytes.extend(value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        prop_assert!(look(&bytes) >= chunks.len());
    }
}

#[test]
fn what_crashed_another_parser_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/fuzz/webrtc-rs-sctp");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("SKIP: no folder shared/corpora/fuzz beside the checkout");
        return;
    };
    for file in files.map(|it| it.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        look(&bytes);
        for raw in Tlvs::new(&bytes, 0).map_while(Result::ok) {
            let _ = Param::parse(&raw);
        }
    }
}
