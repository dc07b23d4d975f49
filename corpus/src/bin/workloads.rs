//! Writes `corpus/workloads/`: containers, SHA256SUMS, PROFILE.md.
//!
//! `cargo run --release -p simdsip-corpus --bin workloads` writes; with `--check` it only
//! compares, and ends with status 1 where a file differs. Frozen files change by a decision,
//! with a note in the changelog: every recorded measurement refers to them.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use simdsip_corpus::{freeze, root};

fn main() -> ExitCode {
    let check = std::env::args().skip(1).any(|argument| argument == "--check");
    match run(check) {
        Ok(differing) if differing.is_empty() => ExitCode::SUCCESS,
        Ok(differing) => {
            eprintln!("differs from what is generated: {}", differing.join(", "));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let folder = root().join("workloads");
    std::fs::create_dir_all(&folder)?;
    let mut differing = Vec::new();
    for (name, bytes) in freeze::files()? {
        let path = folder.join(&name);
        if check {
            if std::fs::read(&path).ok().as_deref() != Some(bytes.as_slice()) {
                differing.push(name);
            }
        } else {
            std::fs::write(&path, &bytes)?;
            println!("{:>9} {name}", bytes.len());
        }
    }
    Ok(differing)
}
