//! What an element of each role owes to a message, and that all that can be read is read.

use crate::run::{files, root, simdsip};
use serde_json::{Value, json};

fn verdict(args: &[&str], name: &str) -> Value {
    let file = format!("corpus/torture/rfc4475/{name}.dat");
    let ran = simdsip(&[&["parse", "--json"], args, &[&file]].concat());
    let object = ran.json().remove(0);
    let verdict = object["verdict"].clone();
    assert_eq!(object["error"], Value::Null, "{name}");
    assert_eq!(ran.status, Some(i32::from(verdict["accept"] != true)), "{name} {verdict}");
    // There is a reason exactly where it is not accepted.
    for member in ["reason", "rfc"] {
        assert_eq!(verdict[member].is_string(), verdict["accept"] == false, "{name} {verdict}");
    }
    assert_eq!(verdict.as_object().unwrap().len(), 4);
    verdict
}

#[test]
fn rfc4475_every_message_is_answered_as_its_table_says() {
    let table = std::fs::read_to_string(root().join("corpus/torture/rfc4475/verdicts.csv")).unwrap();
    let mut checked = 0;
    for row in table.lines().skip(1) {
        let [name, of_roles @ ..] = &row.split(',').collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert_eq!(of_roles.len(), 3, "{row}");
        for (role, allowed) in ["uas", "proxy", "registrar"].iter().zip(of_roles) {
            if allowed.is_empty() {
                continue;
            }
            let verdict = verdict(&["--mode", "strict", "--role", role], name);
            let owed = match (&verdict["accept"], &verdict["status"]) {
                (Value::Bool(true), Value::Null) => "accept".to_owned(),
                (Value::Bool(false), Value::Null) => "drop".to_owned(),
                (Value::Bool(false), status) => status.to_string(),
                _ => panic!("{name} {verdict}"),
            };
            assert!(
                allowed.split('|').any(|allowed| allowed == owed),
                "{name} {role}: {allowed}, not {verdict}"
            );
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
    // A UAS is the default.
    assert_eq!(verdict(&[], "bext01")["rfc"], "RFC 3261 §8.2.2.3");
}

#[test]
fn the_mode_decides_what_is_refused_and_not_what_is_read() {
    let bare_lf =
        |mode: &str| simdsip(&["parse", "--json", "--mode", mode, "corpus/own/bare-lf.sip"]).json().remove(0);
    for mode in ["interop", "capture"] {
        assert_eq!(
            bare_lf(mode)["verdict"],
            json!({"accept": true, "status": null, "reason": null, "rfc": null}),
            "{mode}"
        );
    }
    let mut refused = bare_lf("border");
    assert_eq!((&refused["verdict"]["accept"], &refused["verdict"]["status"]), (&json!(false), &json!(400)));
    assert_eq!(refused["verdict"]["reason"], "a line ends in LF alone");
    // All else is the same.
    let mut accepted = bare_lf("interop");
    refused["verdict"].take();
    accepted["verdict"].take();
    assert_eq!(refused, accepted);
}

#[test]
fn what_can_be_read_is_read_in_every_mode() {
    let folders = ["corpus/own", "corpus/regress", "corpus/torture/rfc4475", "corpus/torture/rfc5118"];
    let files: Vec<_> = folders.iter().flat_map(|folder| files(folder, "")).collect();
    for transport in ["udp", "tcp"] {
        let all = |mode: &str| {
            let mut args = vec!["parse", "--json", "--mode", mode, "--transport", transport];
            args.extend(files.iter().map(String::as_str));
            simdsip(&args).json()
        };
        let seen = all("capture");
        for mode in ["strict", "interop", "border"] {
            for (one, other) in all(mode).iter().zip(&seen) {
                let limit = one["error"]["kind"].as_str().is_some_and(|kind| kind.starts_with("limit"));
                assert!(limit || one["kind"] == other["kind"], "{mode} {}", one["file"]);
                assert_eq!(one["verdict"].is_null(), one["kind"].is_null(), "{mode} {}", one["file"]);
            }
        }
    }
}

#[test]
fn on_a_stream_only_an_observer_goes_on_without_a_length() {
    let owed = |mode: &str| {
        let file = "corpus/own/body-without-length.sip";
        let args = ["parse", "--json", "--role", "proxy", "--transport", "tcp", "--mode", mode, file];
        simdsip(&args).json()[0]["verdict"].take()
    };
    for mode in ["strict", "interop", "border"] {
        assert_eq!(owed(mode)["status"], 400, "{mode}");
        assert_eq!(owed(mode)["reason"], "a message on a stream has no Content-Length", "{mode}");
    }
    assert_eq!(owed("capture")["accept"], true);
}

#[test]
fn the_page_says_what_is_owed_and_where() {
    let page = simdsip(&["parse", "corpus/torture/rfc4475/bext01.dat"]);
    for words in [
        "  verdict: answer 420 (uas, interop): ",
        ", RFC 3261 §8.2.2.3\n --> corpus/torture/rfc4475/bext01.dat:6:10 (byte 164)\n",
        "6 | Require: nothingSupportsThis, nothingSupportsThisEither\n  |          ^^^^^^^^^^^^^^^^^^^\n",
    ] {
        assert!(page.text().contains(words), "{words:?}: {}", page.text());
    }
    let page = simdsip(&["parse", "--mode", "border", "corpus/own/bare-lf.sip"]);
    assert!(page.text().ends_with(
        "  verdict: answer 400 (uas, border): a line ends in LF alone, RFC 3261 §21.4.1\n  \
         = help: --mode interop accepts it\n"
    ));
    let page = simdsip(&["parse", "--role", "registrar", "corpus/torture/rfc4475/cparam01.dat"]);
    assert!(page.text().ends_with("  no defects\n  verdict: accept (registrar, interop)\n"));
    let page = simdsip(&["parse", "--mode", "strict", "corpus/torture/rfc4475/bigcode.dat"]);
    assert!(page.text().contains("  verdict: drop (uas, strict): "), "{}", page.text());
    // Value defects have their carets too.
    let page = simdsip(&["parse", "corpus/torture/rfc4475/quotbal.dat"]);
    assert!(
        page.text().contains("2 | To: \"Mr. J. User <sip:j.user@example.com>\n  |     ^^^^"),
        "{}",
        page.text()
    );
}
