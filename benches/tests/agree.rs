//! What is timed was compared: on every workload, every backend's fields equal the slow reference's.

use simdsip_benches::engine::{self, Class, Engine};
use simdsip_benches::rng::Rng;
use simdsip_benches::stream::{self, Stream};
use simdsip_benches::{equal, workload};

#[test]
fn every_backend_agrees_with_the_reference_on_every_workload() {
    for name in workload::ORDINARY.iter().chain(&["mix-10k", "scale-headers", "scale-value", "scale-body"]) {
        let messages = workload::load(name).expect("part of the project");
        // Examples of RFC 3892, 4579 and 8498 whose header lines are indented as the page is.
        let outside = if *name == "mix-real" { 30 } else { 0 };
        for backend in engine::backends() {
            let mut engine: Box<dyn Engine> = Box::new(engine::Simdsip::new(backend));
            let checked = equal::check(&mut [&mut engine], &messages, Class::Structure);
            let verdict = &checked.verdicts[0];
            assert_eq!(
                (verdict.rejects, verdict.differs, checked.outside),
                (0, 0, outside),
                "{name}, {}: {:?}",
                backend.name(),
                verdict.first
            );
        }
    }
}

#[test]
fn descriptions_agree_with_the_reference_in_every_class() {
    let cases =
        [("sdp-audio", &Class::SDP[..]), ("sdp-webrtc", &Class::SDP), ("invite-sdp", &[Class::TypedSdp])];
    for (name, classes) in cases {
        let messages = workload::load(name).expect("part of the project");
        for &class in classes {
            let mut engines = engine::all(&[]);
            engines.retain(|engine| engine.classes().contains(&class) && engine.identity().name == "simdsip");
            assert_eq!(engines.len(), engine::backends().len(), "{}", class.name());
            for engine in &mut engines {
                let verdict = equal::check(&mut [engine], &messages, class).verdicts.remove(0);
                let found = (verdict.rejects, verdict.differs);
                assert_eq!(found, (0, 0), "{name}, {}: {:?}", class.name(), verdict.first);
            }
        }
    }
}

#[test]
fn frames_agree_with_the_reference_for_any_cuts() {
    let messages = workload::load("stream-mix").expect("part of the project");
    let stream = Stream::new(&messages);
    let len = stream.bytes().len();
    let mut rng = Rng::new(11);
    let cuts = [stream::cuts(len, &mut rng), stream::cuts(len, &mut rng), stream::one_byte(len), vec![len]];
    for backend in engine::backends() {
        for cuts in &cuts {
            let found = engine::Simdsip::new(backend).emit_frame(&stream, cuts);
            let verdict = equal::check_frames(&found, &messages, false);
            assert_eq!((verdict.rejects, verdict.differs), (0, 0), "{}: {:?}", backend.name(), verdict.first);
        }
    }
}

#[test]
fn captures_and_folders_are_read() {
    let root = simdsip_corpus::root();
    let messages =
        workload::from_path(&root.join("capture/encapsulation/01_eth_udp.pcap")).expect("a capture");
    assert!(!messages.is_empty());
    assert!(workload::from_path(&root.join("no such folder")).is_err());
}
