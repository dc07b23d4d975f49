//! Another program's parser takes our answers to offers of browsers: that of aiortc, where Python has it.

use std::io::Write;
use std::process::{Command, Stdio};

use simdsip::sdp::offer::{Bundle, Local};
use simdsip::sdp::{GrowSdpIndex, Sdp};

use super::plain::Plain;
use super::profiles::{HERE, webrtc};

/// Reads answers, one a line in hexadecimal, and tells what aiortc sees in each.
const SCRIPT: &str = include_str!("aiortc_reads.py");

/// A Python that has aiortc; `None`, and a line that says so, where there is none.
fn python() -> Option<&'static str> {
    let has = |python: &str| {
        let found = Command::new(python).args(["-c", "import aiortc.sdp"]).stderr(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    };
    let found = ["python3", "python"].into_iter().find(|python| has(python));
    if found.is_none() {
        println!("SKIP aiortc reads our answers: no python3 with aiortc in PATH (pip install aiortc)");
    }
    found
}

#[test]
fn aiortc_reads_answers_to_browsers() {
    let Some(python) = python() else { return };
    let Some(shared) = simdsip_corpus::shared_or_skip("offers of browsers") else { return };
    let streams = webrtc();
    let (mut lines, mut expected, mut names) = (String::new(), Vec::new(), Vec::new());
    for path in simdsip_corpus::files(&shared.join("corpora/recorded/sdp")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains("-offer") || !name.ends_with(".sdp") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut index = GrowSdpIndex::new();
        let offer = Sdp::parse(&bytes, &mut index).unwrap();
        for bundle in [Bundle::Ready, Bundle::Never] {
            let mut local = Local::new(b"-", 4711, HERE, &streams);
            local.bundle = bundle;
            let mut room = Vec::new();
            // Without bundling, nothing is left of what is bundled or not at all.
            let Ok(answer) = local.answer(&offer, &mut room) else { continue };
            let plain = Plain::of(answer);
            let media = (0..plain.media.len()).map(|at| {
                let media = &plain.media[at];
                let mut text = format!("{} {} {}", media.kind, media.port, media.mid().unwrap_or("-"));
                if media.is_rtp() && media.port != 0 {
                    let codecs = media.formats.iter().filter_map(|format| {
                        let (name, clock, _) = media.codec(format)?;
                        Some(format!(" {format}={name}/{clock}"))
                    });
                    text += &format!(" {}{}", plain.direction(at), codecs.collect::<String>());
                }
                text
            });
            expected.push(media.collect::<Vec<_>>().join(";"));
            names.push(name.clone());
            lines += &hex(answer);
            lines.push('\n');
        }
    }
    assert!(expected.len() > 60, "{}", expected.len());
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it ran before");
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let seen = String::from_utf8(output.stdout).unwrap();
    let seen: Vec<&str> = seen.lines().collect();
    assert_eq!(seen.len(), expected.len());
    for ((seen, expected), name) in seen.iter().zip(&expected).zip(&names) {
        assert_eq!(seen, expected, "{name}");
    }
    println!("aiortc read {} answers as they were meant", expected.len());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
