//! Anything at all, from the network: no panic, no endless loop, nothing kept.

use std::time::Duration;

use proptest::prelude::*;
use simdsip_sigcomp::udvm::disasm::disassemble;
use simdsip_sigcomp::{
    CaptureDecoder, Deframer, Endpoint, LookUp, Mode, Nack, Native, Params, Received, StateStore, Transport,
    Udvm, dict,
};

use crate::flow::ID;

/// Bytecode whose instructions exist and whose operands are often small, with input behind it.
fn program() -> impl Strategy<Value = Vec<u8>> {
    let operand = prop_oneof![
        4 => (0u8..64).prop_map(|byte| vec![byte]),
        2 => (64u8..128).prop_map(|byte| vec![byte]),
        1 => (0x86u8..=0x8f).prop_map(|byte| vec![byte]),
        2 => (0xa0u8..0xc0, any::<u8>()).prop_map(|(high, low)| vec![high, low]),
        2 => (0xc0u8..0xe0, any::<u8>()).prop_map(|(high, low)| vec![high, low]),
        1 => (0xe0u8..=0xff).prop_map(|byte| vec![byte]),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    let instruction = (0u8..37, proptest::collection::vec(operand, 0..8));
    let code = proptest::collection::vec(instruction, 1..24);
    (code, proptest::collection::vec(any::<u8>(), 0..64), 1u8..16).prop_map(|(list, input, place)| {
        let mut code = Vec::new();
        for (opcode, operands) in list {
            code.push(opcode);
            operands.into_iter().for_each(|operand| code.extend(operand));
        }
        let mut message = vec![0xf8, (code.len() >> 4) as u8, ((code.len() & 15) << 4) as u8 | place];
        message.extend(code);
        message.extend(input);
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn programs_end_within_their_cycles(message in program(), dms in 11u32..=17, cpb in 4u32..=7) {
        let params = Params::new(1 << dms, 2048, 1 << cpb, 2).unwrap();
        let mut store = StateStore::new();
        store.add_local(dict::sip_sdp());
        let mut udvm = Udvm::new();
        let first = udvm.run(&message, Transport::Message, &params, &store);
        let most = (8 * message.len() as u64 + 1000) << cpb;
        let used = match &first { Ok(outcome) => outcome.cycles, Err(failure) => failure.cycles };
        prop_assert!(used <= most);
        prop_assert!(udvm.output().len() <= 65_536);
        // What a machine did before is gone: sets that were kept decoded, memory, output.
        let output = udvm.output().to_vec();
        let mut other = Udvm::new();
        other.set_native(Native::Off);
        prop_assert_eq!(&first, &other.run(&message, Transport::Message, &params, &store));
        prop_assert_eq!(&first, &udvm.run(&message, Transport::Message, &params, &store));
        prop_assert!(udvm.output() == output);
    }

    #[test]
    fn any_bytes(head in 0xf8u8..=0xff, rest in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut message = vec![head];
        message.extend(rest);
        let mut endpoint = Endpoint::new(Params::SIP);
        endpoint.open(ID, Mode::Shared, Params::SIP).unwrap();
        let before = endpoint.states().used(ID);
        for transport in [Transport::Message, Transport::Stream] {
            let seen = endpoint.receive(&message, transport, LookUp::Everywhere, Duration::ZERO);
            if let Received::Failed { nack: Some(nack), .. } = &seen {
                prop_assert!(Nack::parse(nack).is_some());
            }
        }
        prop_assert_eq!(endpoint.states().used(ID), before);
        CaptureDecoder::new().push(&message, Transport::Message);
        let lines = disassemble(&message, 128);
        prop_assert_eq!(lines.iter().map(|line| line.len).sum::<usize>(), message.len());
        let mut deframer = Deframer::new(100);
        let mut left = &message[..];
        while let Ok((taken, _)) = deframer.push(left) {
            left = &left[taken..];
            if left.is_empty() { break }
        }
        prop_assert!(deframer.pending().len() <= 100);
    }
}
