//! The six decompressors that RFC 4464 prints, with the messages it prints for them.

use simdsip_sigcomp::{Params, StateStore, Transport, Udvm, dict};

use crate::vectors::{json, unhex};

// covers: RFC 4464 §4
#[test]
fn all_six_decode_their_examples() {
    let file = json("rfc4464.json");
    let mut store = StateStore::new();
    store.add_local(dict::sip_sdp());
    let params = Params::new(16_384, 8192, 64, 1).unwrap();
    let mut udvm = Udvm::new();
    let mut seen = 0;
    for (name, row) in file.as_object().unwrap() {
        let code = unhex(row["bytecode_hex"].as_str().unwrap());
        let place = row["load_address"].as_u64().unwrap() / 64 - 1;
        for example in row["examples_hex"].as_array().unwrap() {
            let mut message =
                vec![0xf8, (code.len() >> 4) as u8, ((code.len() & 15) << 4) as u8 | place as u8];
            message.extend_from_slice(&code);
            message.extend_from_slice(&unhex(example.as_str().unwrap()));
            let outcome = udvm.run(&message, Transport::Message, &params, &store);
            let outcome = outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
            assert_eq!(udvm.output(), row["decoded"].as_str().unwrap().as_bytes(), "{name}");
            assert_eq!(outcome.cycles, row["cycles"].as_u64().unwrap(), "{name}");
        }
        seen += 1;
    }
    assert_eq!(seen, 6);
}
