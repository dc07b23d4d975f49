//! What RFC 4465 has no case for: 179 cases of our own. What is expected was said by another endpoint, written from the
//! RFCs apart from this one (corpus/tools/sigcomp_edge.py).

use simdsip_sigcomp::{CompartmentId, Params, Reason, Request, StateStore, Transport, Udvm, dict};

use crate::vectors::{hex, json, shared, unhex};

// covers: RFC 3320 §6.2, §7.1, §7.2, §7.3, §8.2, §8.3, §8.4, §8.5, §8.6, §8.7, §9.1.3, §9.4.4, §9.4.5, §9.4.6, §9.4.7
// covers: RFC 3320 §9.4.8, §9.4.9; RFC 4896 §3.1, §3.2, §3.3, §3.4, §4, §5, §6
#[test]
fn all_cases_agree_with_the_reference() {
    let file = json("edge.json");
    let cases = file.as_array().unwrap();
    let id = CompartmentId(1);
    let mut udvm = Udvm::new();
    let (mut different, mut steps) = (Vec::new(), 0);
    for case in cases {
        let number = |key: &str| case[key].as_u64().unwrap() as u32;
        let params = Params::new(number("dms"), number("sms"), number("cpb") as u8, 2).unwrap();
        let transport = if case["stream"] == true { Transport::Stream } else { Transport::Message };
        let mut store = StateStore::new();
        store.add_local(dict::sip_sdp());
        store.open(id, params.sms());
        for (at, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            steps += 1;
            let message = unhex(step["message"].as_str().unwrap());
            let (mut output, mut created, mut cycles) = (String::new(), Vec::new(), 0);
            let (mut requested, mut flags, mut returned) = (None, None, None);
            let failure = match udvm.run(&message, transport, &params, &store) {
                Err(failure) => Some(failure.reason),
                Ok(outcome) => {
                    output = hex(udvm.output());
                    cycles = outcome.cycles;
                    if let Some(wish) = outcome.feedback.requested {
                        requested = wish.item.map(|item| hex(item.as_bytes()));
                        let bit = |set: bool, value: u64| if set { value } else { 0 };
                        flags = Some(
                            bit(wish.item.is_some(), 4) | bit(wish.no_states, 2) | bit(wish.no_local, 1),
                        );
                    }
                    returned = outcome.feedback.params.map(|params| {
                        let ids: Vec<String> = params.ids().iter().map(ToString::to_string).collect();
                        serde_json::json!([params.byte, params.version, ids])
                    });
                    for request in outcome.requests.iter() {
                        match request.clone() {
                            Request::Create(draft) => {
                                created.push(store.create(id, draft).map(|state| state.id().to_string()));
                            }
                            Request::Free(partial) => store.free(id, &partial),
                        }
                    }
                    None
                }
            };
            let mut held: Vec<String> =
                store.held(id).iter().map(|held| held.state.id().to_string()).collect();
            held.sort();
            let same = failure.map(Reason::name) == step["failure"].as_str()
                && serde_json::json!(held) == step["held"]
                && (failure.is_some()
                    || (match step["output"].as_u64() {
                        Some(len) => {
                            output.len() as u64 == 2 * len && output.bytes().all(|byte| byte == b'0')
                        }
                        None => step["output"] == output,
                    } && step["cycles"] == cycles
                        && step["created"] == serde_json::json!(created)
                        && step["requested"] == serde_json::json!(requested)
                        && step["flags"] == serde_json::json!(flags)
                        && step["params"] == serde_json::json!(returned)));
            if !same {
                different.push(format!(
                    "{} step {at}: {failure:?} {output} {cycles} {created:?} {requested:?} {flags:?} {returned:?} {held:?}, expected {step}",
                    case["name"]
                ));
            }
        }
    }
    assert!(different.is_empty(), "{} of {steps}:\n{}", different.len(), different.join("\n"));
    assert!(cases.len() >= 60);
}

#[test]
fn the_reference_still_says_so() {
    let Some(peer) = shared("peers/sigcomp/udvm_ref.py") else { return };
    let top = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    let out = std::env::temp_dir().join(format!("simdsip-sigcomp-edge-{}.json", std::process::id()));
    let run = std::process::Command::new("python3")
        .arg(format!("{top}/tools/sigcomp_edge.py"))
        .args([peer.parent().unwrap(), &*out])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output();
    match run {
        Err(error) => println!("SKIP the reference endpoint: python3: {error}"),
        Ok(run) => {
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
            let again: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
            std::fs::remove_file(&out).unwrap();
            assert!(again == json("edge.json"));
        }
    }
}
