//! What the fuzz targets of single layers hold, over some hundreds of inputs each: fuzz/src takes the properties from here.

#[allow(unreachable_pub, reason = "the fuzz targets' too")]
mod property;
#[allow(unreachable_pub, reason = "the fuzz targets' too")]
mod wire;

use simdsip_corpus::rng::Rng;

/// Inputs of up to 300 bytes, from those that decide nothing to those that decide all.
fn each(seed: u64, count: usize, property: fn(&[u8])) {
    let mut rng = Rng::new(seed);
    property(b"");
    for _ in 0..count {
        let len = rng.between(1, 300);
        let input: Vec<u8> = (0..len).map(|_| rng.below(256) as u8).collect();
        if std::panic::catch_unwind(|| property(&input)).is_err() {
            panic!("with {input:?}");
        }
    }
}

#[test]
fn pieces_of_streams_and_datagrams_are_put_together() {
    each(1, 150, property::reassembly);
}

#[test]
fn websocket_frames_give_the_messages_in_them() {
    each(2, 100, property::websocket);
}

#[test]
fn tls_gives_what_was_sent_and_nothing_else() {
    each(3, 100, property::tls);
}

#[test]
fn hep_gives_the_messages_in_it() {
    each(4, 150, property::hep);
}

#[test]
fn what_is_behind_a_packet_is_none_of_it() {
    let captures = simdsip_corpus::root().join("capture");
    for folder in ["encapsulation", "synthetic"] {
        for entry in std::fs::read_dir(captures.join(folder)).expect("captures ship with the project") {
            property::link_to_transport(&std::fs::read(entry.expect("an entry").path()).expect("a file"));
        }
    }
}
