//! The torture tests of RFC 4465: output, cycles, reason, states, feedback, to the byte.

use serde_json::Value;
use simdsip_sigcomp::udvm::asm::assemble;
use simdsip_sigcomp::{CompartmentId, Deframer, Params, Reason, Request, StateStore, Transport, Udvm, dict};

use crate::vectors::{hex, json, shared, unhex};

/// The messages of a stream and how it ended.
fn deframed(stream: &[u8], want: &[u8]) -> Vec<u8> {
    let mut deframer = Deframer::new(65_536);
    let mut rest = stream;
    while !rest.is_empty() {
        let (taken, message) = deframer.push(rest).expect("marks");
        if message.is_some_and(|message| message == want) {
            return want.to_vec();
        }
        rest = &rest[taken..];
    }
    panic!("no such record: {}", hex(want));
}

/// What a message does, in the words of the vectors.
struct Seen {
    output: Vec<u8>,
    result: Result<u64, Reason>,
    created: Vec<(String, usize)>,
    feedback: simdsip_sigcomp::udvm::Feedback,
}

fn run(case: &Value, udvm: &mut Udvm, store: &mut StateStore) -> Seen {
    let number = |key: &str| case[key].as_u64().expect("a number");
    let params = Params::new(number("dms") as u32, number("sms") as u32, number("cpb") as u8, 1).unwrap();
    let message = unhex(case["message_hex"].as_str().unwrap());
    let stream = case["stream"].as_bool().unwrap();
    let (transport, message) = match case["stream_record_hex"].as_str() {
        Some(record) => (Transport::Stream, deframed(&message, &unhex(record))),
        None if stream => (Transport::Stream, message),
        None => (Transport::Message, message),
    };
    let id = CompartmentId(number("compartment"));
    if !store.is_open(id) {
        store.open(id, params.sms());
    }
    let outcome = udvm.run(&message, transport, &params, store);
    let output = udvm.output().to_vec();
    let mut created = Vec::new();
    let mut feedback = simdsip_sigcomp::udvm::Feedback::default();
    let result = outcome.map(|outcome| {
        feedback = outcome.feedback;
        for request in outcome.requests.iter() {
            match request.clone() {
                Request::Create(draft) => {
                    let state = store.create(id, draft).expect("room");
                    created.push((state.id().to_string(), state.value().len()));
                }
                Request::Free(partial) => store.free(id, &partial),
            }
        }
        outcome.cycles
    });
    Seen { output, result: result.map_err(|failure| failure.reason), created, feedback }
}

// covers: RFC 4465 §2, §3, §4; RFC 3320 §7, §8, §9; RFC 4896 §3, §4
#[test]
fn all_78_cases() {
    let file = json("rfc4465.json");
    let mut udvm = Udvm::new();
    let mut store = StateStore::new();
    let mut section = "";
    let mut seen_count = 0;
    for case in file["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        if section != case["section"].as_str().unwrap() {
            section = case["section"].as_str().unwrap();
            store = StateStore::new();
            store.add_local(dict::sip_sdp());
        }
        let seen = run(case, &mut udvm, &mut store);
        let expect = &case["expect"];
        match expect["failure"].as_str() {
            Some(name) => assert_eq!(seen.result.map_err(Reason::name), Err(name), "{id}"),
            None => {
                // One message merely sets up what the next ones need; the RFC says nothing of it.
                match expect["cycles"].as_u64() {
                    Some(cycles) => assert_eq!(seen.result, Ok(cycles), "{id}"),
                    None => assert_eq!(id, "A.1.16-1"),
                }
                assert_eq!(hex(&seen.output), expect["output_hex"].as_str().unwrap_or_default(), "{id}");
            }
        }
        if let Some(states) = case["states_created"].as_array() {
            let want: Vec<(String, usize)> = states
                .iter()
                .map(|state| {
                    (
                        state["id"].as_str().unwrap().to_owned(),
                        state["len"].as_u64().unwrap().min(2048 - 64) as usize,
                    )
                })
                .collect();
            assert_eq!(seen.created, want, "{id}");
        }
        if let Some(item) = case["requested_feedback_hex"].as_str() {
            let requested = seen.feedback.requested.unwrap().item.unwrap();
            assert_eq!(hex(requested.as_bytes()), item, "{id}");
            let params = seen.feedback.params.unwrap();
            let want = &case["returned_params"];
            assert_eq!(u64::from(params.byte), want["first_byte"].as_u64().unwrap(), "{id}");
            assert_eq!(u64::from(params.version), want["version"].as_u64().unwrap(), "{id}");
            let ids: Vec<String> = params.ids().iter().map(ToString::to_string).collect();
            let want: Vec<&str> =
                want["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
            assert_eq!(ids, want, "{id}");
        }
        seen_count += 1;
    }
    assert_eq!(seen_count, 78);
}

// covers: RFC 4465 §3.2
#[test]
fn cycles_run_out_at_the_instruction_that_the_rfc_names() {
    let file = json("rfc4465.json");
    let case = file["cases"].as_array().unwrap().iter().find(|case| case["id"] == "A.2.2-1").unwrap();
    let message = unhex(case["message_hex"].as_str().unwrap());
    for (cpb, value) in [(16, 0x00b4_u16), (32, 0x0169)] {
        let params = Params::new(2048, 2048, cpb, 1).unwrap();
        let mut udvm = Udvm::new();
        let failure = udvm.run(&message, Transport::Message, &params, &StateStore::new()).unwrap_err();
        assert_eq!((failure.reason, failure.pc, failure.opcode), (Reason::CyclesExhausted, 140, 20));
        // The value that was output last is one below.
        let last: [u8; 2] = udvm.output()[udvm.output().len() - 2..].try_into().unwrap();
        assert_eq!(u16::from_be_bytes(last) + 1, value);
    }
}

/// The assembly of each section, cut out of the RFC's text.
fn programs(text: &str) -> Vec<String> {
    let mut list = Vec::new();
    let mut program = String::new();
    for line in text.lines() {
        let heading = line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(".  ");
        if heading {
            list.push(std::mem::take(&mut program));
        }
        let code = line.split(';').next().unwrap_or_default().trim();
        let first = code.split([' ', '(']).next().unwrap_or_default();
        let opcode = simdsip_sigcomp::udvm::isa::opcode(first).is_some() && !code.contains(" instruction");
        let directive =
            ["at", "align", "pad", "set", "byte", "word", "readonly"].contains(&first) && code.contains('(');
        // Operands that go on.
        let open = program.matches('(').count() > program.matches(')').count() && line.starts_with("    ");
        if opcode || directive || code.starts_with(':') || open {
            program.push_str(code);
            program.push('\n');
        }
    }
    list.push(program);
    list
}

/// Without what the zeros of the memory give anyway.
fn trimmed(code: &[u8]) -> &[u8] {
    let end = code.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &code[..end]
}

// covers: RFC 4464 §3
#[test]
fn the_assembly_of_the_rfc_gives_its_bytes() {
    let Some(path) = shared("corpora/rfc/rfc4465.txt") else { return };
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let body = &text[text.find("2.1.  Bit Manipulation\n\n   This").unwrap()..];
    let mut known = Vec::new();
    for program in programs(body) {
        known.extend(assemble(&program).map(|program| program.code));
    }
    let file = json("rfc4465.json");
    let mut found = std::collections::BTreeSet::new();
    for case in file["cases"].as_array().unwrap() {
        let bytes = unhex(case["bytecode_hex"].as_str().unwrap());
        let whole = |code: &Vec<u8>| bytes.len() > 3 && trimmed(&bytes[3..]) == trimmed(code);
        if known.iter().any(whole) {
            found.insert(case["section"].as_str().unwrap().to_owned());
        }
    }
    println!("sections whose bytes the assembler gives: {found:?}");
    assert!(found.len() >= 12, "{found:?}");
}
