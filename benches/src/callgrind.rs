//! Instructions a message, counted by valgrind.
//!
//! A child of this program makes N passes over a workload under callgrind; the difference between two
//! N, divided, is free of start-up. valgrind 3.19 knows no AVX-512, so that backend has no count.

use crate::args::Child;
use crate::engine::native::Library;
use crate::engine::{self, Class, Engine};
use crate::set::Set;
use std::hint::black_box;
use std::process::Command;

/// Why there is no count.
pub type Missing = String;

/// The child: passes in wire order over the messages that the engine accepts.
///
/// # Errors
/// A sentence, where there is no such engine or workload.
pub fn child(child: &Child, loaded: &[Library]) -> Result<(), String> {
    let (mut engine, set) = subject(&child.label, &child.workload, child.class, loaded)?;
    engine.prepare(&set);
    let order: Vec<u32> = (0..set.len() as u32).collect();
    for _ in 0..child.passes {
        black_box(engine.pass(&set, &order));
    }
    Ok(())
}

/// The engine, and the messages that it accepts, in order: what it is counted on.
fn subject(
    label: &str,
    workload: &str,
    class: Class,
    loaded: &[Library],
) -> Result<(Box<dyn Engine>, Set), String> {
    let messages = crate::workload::load(workload)?;
    let mut engine = engine::all(loaded)
        .into_iter()
        .find(|e| e.identity().label() == label && e.classes().contains(&class))
        .ok_or_else(|| format!("no engine {label} here"))?;
    let accepted = crate::equal::check(&mut [&mut engine], &messages, class).accepted;
    Ok((engine, Set::new(&accepted)))
}

/// A count: instructions a message, and a header byte.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// Instructions a message.
    pub message: f64,
    /// Instructions a byte of start line and headers, the empty line included.
    pub header_byte: f64,
}

/// Counts an engine on a workload.
///
/// # Errors
/// Why there is no count: valgrind is not installed, or cannot run this code.
pub fn count(label: &str, workload: &str, class: Class, loaded: &[Library]) -> Result<Count, Missing> {
    if label.ends_with("/avx512") {
        return Err("valgrind 3.19 has no AVX-512".into());
    }
    let (_, set) = subject(label, workload, class, loaded)?;
    let run =
        |passes: usize| run(&Child { label: label.into(), workload: workload.into(), class, passes }, loaded);
    let (few, many) = (1, 4);
    let difference = run(many)?.saturating_sub(run(few)?);
    let one_pass = difference as f64 / (many - few) as f64;
    Ok(Count { message: one_pass / set.len() as f64, header_byte: one_pass / set.header_bytes() as f64 })
}

fn run(child: &Child, loaded: &[Library]) -> Result<u64, Missing> {
    let program = std::env::current_exe().map_err(|e| format!("own program not found: {e}"))?;
    let (engine, backend) = child.label.split_once('/').unwrap_or((&child.label, "-"));
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    for library in loaded {
        command.arg("--engine-so").arg(library.path());
    }
    let output = command
        .args(["--child-loop", engine, backend, &child.workload, child.class.name()])
        .arg(child.passes.to_string())
        .env_remove("SIMDSIP_SCAN")
        .output()
        .map_err(|e| format!("valgrind does not run: {e}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let why = text.lines().find(|l| l.contains("unhandled") || l.contains("no engine"));
        return Err(format!("callgrind failed: {}", why.unwrap_or("no reason given").trim()));
    }
    text.lines()
        .find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
        .ok_or_else(|| "callgrind printed no count".into())
}
