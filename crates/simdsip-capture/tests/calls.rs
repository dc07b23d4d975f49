//! Calls and registrations against how captures were made: by the generator, and by programs whose story is known.

use serde_json::Value;
use simdsip_capture::{
    Call, Calls, Kind, Messages, Options, Outcome, Progress, Registration, RegistrationResult, Registrations,
    Secrets, Transactions,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All that a capture comes to.
#[derive(Default)]
struct Told {
    messages: u64,
    retransmissions: u64,
    methods: BTreeMap<String, u64>,
    codes: BTreeMap<String, u64>,
    calls: Vec<Call>,
    registrations: Vec<Registration>,
    transactions: u64,
}

fn told(path: &Path) -> Told {
    let mut secrets = Secrets::default();
    if let Ok(log) = std::fs::read(path.with_extension("keys.txt")) {
        secrets.read_key_log(&log);
    }
    let mut messages = Messages::open(path, &Options::default().with_secrets(secrets)).expect("a capture");
    let names = messages.names();
    let mut told = Told::default();
    let (mut calls, mut registrations, mut transactions) =
        (Calls::default(), Registrations::default(), Transactions::default());
    loop {
        let step = messages.step(&mut |row| {
            told.messages += 1;
            told.retransmissions += u64::from(row.is_retransmission());
            if let Ok(message) = row.message() {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                match message.kind() {
                    Kind::Request => {
                        let method = text(message.method().expect("a request has one").as_bytes());
                        *told.methods.entry(method).or_default() += 1;
                    }
                    Kind::Response => {
                        let code =
                            message.status().ok().flatten().map_or(String::new(), |code| code.to_string());
                        *told.codes.entry(code).or_default() += 1;
                    }
                }
            }
            calls.row(row, &names, &mut |call| told.calls.push(call));
            registrations.row(row, &names, &mut |one| told.registrations.push(one));
            transactions.row(row, &names, &mut |_| told.transactions += 1);
        });
        if step.expect("sound records") == Progress::End {
            break;
        }
    }
    calls.finish(&mut |call| told.calls.push(call));
    registrations.finish(&mut |one| told.registrations.push(one));
    transactions.finish(&mut |_| told.transactions += 1);
    told
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON")
}

fn agrees_with_its_maker(capture: &Path) {
    let truth = json(&PathBuf::from(format!("{}.json", capture.display())));
    let name = capture.display();
    let told = told(capture);
    let number = |key: &str| truth[key].as_u64().unwrap_or_else(|| panic!("{name}: {key}"));
    assert_eq!(told.messages, number("sip_messages"), "{name}");
    assert_eq!(told.retransmissions, number("retransmissions"), "{name}");
    assert_eq!(serde_json::to_value(&told.methods).unwrap(), truth["methods"], "{name}");
    assert_eq!(serde_json::to_value(&told.codes).unwrap(), truth["codes"], "{name}");
    assert_eq!(told.calls.len() as u64, number("legs") + number("scanner_invites"), "{name}");
    let answered = told.calls.iter().filter(|call| call.outcome() == Outcome::Answered).count();
    assert_eq!(answered as u64, number("answered_legs"), "{name}");
    // Each call of the generator that is answered is ended by its caller, after the 5 s that it lasts at least.
    for call in told.calls.iter().filter(|call| call.outcome() == Outcome::Answered) {
        assert_eq!(call.who_hung_up(), Some(simdsip_capture::Side::Caller), "{name}");
        let (answer, bye) = (call.answer().unwrap(), call.bye().0.unwrap());
        assert!(bye - answer > 4_900_000_000, "{name}");
    }
    let registered =
        told.registrations.iter().filter(|one| one.result() == RegistrationResult::Registered).count() as u64;
    assert_eq!(registered, number("register"), "{name}");
}

#[test]
fn generated_captures_have_the_calls_that_were_made() {
    agrees_with_its_maker(&simdsip_corpus::root().join("capture/mixed-400.pcap"));
    let Some(shared) = simdsip_corpus::shared_or_skip("captures of several seeds") else { return };
    let dir = std::env::temp_dir().join(format!("simdsip-calls-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    for seed in [1, 2, 3] {
        let capture = dir.join(format!("{seed}.pcap"));
        let made = Command::new("python3")
            .arg(shared.join("tools/generate_capture.py"))
            .arg(&capture)
            .args(["3000", &seed.to_string()])
            .output();
        match made {
            Ok(made) if made.status.success() => agrees_with_its_maker(&capture),
            _ => println!("SKIP captures of several seeds: python3 is missing"),
        }
    }
    std::fs::remove_dir_all(&dir).expect("it is ours");
}

/// Where a row differs from its story, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("bs-snaplen-truncated", "Call-IDs stand behind the cut"),
    ("kam-siptrace-hep3-udp9060", "the mirror has requests alone"),
];

#[test]
fn recorded_calls_are_told_as_they_were() {
    let mut folders = vec![simdsip_corpus::root().join("capture/recorded")];
    if let Some(shared) = simdsip_corpus::shared_or_skip("recorded calls") {
        folders.push(shared.join("corpora/recorded"));
    }
    let (mut compared, mut wrong) = (0, Vec::new());
    for truth in folders.iter().flat_map(|folder| simdsip_corpus::files(folder)) {
        let Some(name) =
            truth.file_name().unwrap().to_string_lossy().strip_suffix(".truth.json").map(str::to_owned)
        else {
            continue;
        };
        let story = json(&truth);
        let capture = truth.with_file_name(story["file"].as_str().expect("a file"));
        if !capture.is_file() || DIFFERENCES.iter().any(|(differs, _)| *differs == name) {
            continue;
        }
        let told = told(&capture);
        for call in story["calls"].as_array().into_iter().flatten() {
            let Some(call_id) = call["call_id"].as_str() else { continue };
            let rows: Vec<_> = told.calls.iter().filter(|row| row.call_id() == call_id.as_bytes()).collect();
            let Some(row) = rows.first() else {
                wrong.push(format!("{name}: {call_id}: no row"));
                continue;
            };
            compared += 1;
            let outcome = row.outcome();
            if let Some(answered) = call["answered"].as_bool()
                && answered != rows.iter().any(|row| row.outcome() == Outcome::Answered)
            {
                wrong.push(format!("{name}: {call_id}: {outcome:?}, answered {answered}"));
            }
            let status = call["final_status"].as_u64();
            if status != row.final_status().map(u64::from) {
                wrong.push(format!("{name}: {call_id}: {:?} instead of {status:?}", row.final_status()));
            }
            if let Some(by) = call["hung_up_by"].as_str().filter(|by| ["caller", "callee"].contains(by))
                && row.who_hung_up().map(|side| side.as_str()) != Some(by)
            {
                wrong.push(format!("{name}: {call_id}: {:?} instead of {by}", row.who_hung_up()));
            }
        }
    }
    assert!(compared > 0);
    println!("{compared} calls");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
