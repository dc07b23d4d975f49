//! What a terminal is given: colours where they are wanted, and nothing that commands it.

use crate::run::{Ran, Scratch, finish, pcap, root, simdsip};
use std::process::{Command, Stdio};

const HOSTILE: &[u8] =
    b"OPTIONS sip:a SIP/2.0\r\nCall-ID: \x1b]0;owned\x07\xc2\x9b31m\xe2\x80\xaetxt\x7f\r\n\
    User-Agent: \x1b[2J\r\n\r\n";

/// Runs on a pseudo-terminal (util-linux's script); `None` if there is none.
fn on_terminal(what: &str, args: &[&str], no_color: Option<&str>) -> Option<Ran> {
    let quoted: Vec<_> =
        [env!("CARGO_BIN_EXE_simdsip")].iter().chain(args).map(|arg| format!("'{arg}'")).collect();
    let line = format!("stty cols 120; {}", quoted.join(" "));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(root()).stdin(Stdio::null());
    script.env("TERM", "xterm").env_remove("NO_COLOR").envs(no_color.map(|value| ("NO_COLOR", value)));
    if script.output().is_err() {
        println!("SKIP {what}: no program called script");
        return None;
    }
    Some(finish(&mut script))
}

fn commands(text: &str) -> bool {
    text.chars().any(|letter| letter != '\n' && letter != '\r' && letter.is_control() || letter == '\u{202e}')
}

#[test]
fn hostile_text_is_escaped() {
    let scratch = Scratch::new("hostile");
    let message = scratch.write("hostile.sip", HOSTILE);
    let capture = scratch.write("hostile.pcap", &pcap(&[HOSTILE]));
    for args in [
        &["parse", &message][..],
        &["parse", "--mode", "strict", &message],
        &["messages", "--text", &capture],
        &["messages", "--text", "--columns", "call_id,user_agent,raw", &capture],
    ] {
        let ran = simdsip(args);
        assert!(!commands(ran.text()), "{args:?} {:?}", ran.text());
    }
    assert!(simdsip(&["parse", &message]).text().contains("\\x1b]0;owned\\x07\\u{9b}31m\\u{202e}txt\\x7f"));
    // A name of a file can be hostile too.
    let ran = simdsip(&["parse", "no\x1b[31m\u{202e}file"]);
    assert!(ran.err.contains("no\\x1b[31m\\u{202e}file") && !commands(&ran.err), "{:?}", ran.err);
}

#[test]
fn no_format_commands_a_terminal() {
    let scratch = Scratch::new("formats");
    let capture = scratch.write("hostile.pcap", &pcap(&[HOSTILE]));
    let message = scratch.write("hostile.sip", HOSTILE);
    let files = simdsip(&["messages", "--jsonl", &capture]).json();
    for args in [
        &["messages", "--jsonl", &capture][..],
        &["messages", "--csv", &capture],
        &["messages", "--color", "never", &capture],
        &["parse", "--json", &message],
    ] {
        let Some(ran) = on_terminal("no format commands a terminal", args, None) else { return };
        assert_eq!(ran.status, Some(i32::from(args[0] == "parse")), "a SIP element would refuse it");
        assert!(!commands(ran.text()), "{args:?} {:?}", ran.text());
        if args[1] == "--jsonl" {
            assert_eq!(ran.json(), files, "it means the same");
        }
    }
}

#[test]
fn colours_are_for_terminals() {
    let args = ["messages", "corpus/capture/calls.pcap"];
    assert!(!simdsip(&["parse", "corpus/own/bare-lf.sip"]).text().contains('\x1b'));
    assert!(simdsip(&["parse", "--color", "always", "corpus/own/bare-lf.sip"]).text().contains('\x1b'));
    let Some(ran) = on_terminal("colours are for terminals", &args, None) else { return };
    assert!(ran.text().contains("\x1b[1mINVITE"), "{}", ran.text());
    let plain = on_terminal("NO_COLOR", &args, Some("1")).unwrap();
    assert!(plain.text().starts_with("frame  time") && !commands(plain.text()), "{}", plain.text());
    let width = plain.text().lines().map(|line| line.trim_end().chars().count()).max();
    assert!(width <= Some(120), "{width:?}");
    // Empty is as if it were not set (no-color.org).
    assert!(on_terminal("NO_COLOR", &args, Some("")).unwrap().text().contains('\x1b'));
}
