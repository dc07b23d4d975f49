//! Instructions a message, counted by valgrind.
//!
//! A child of this program makes N passes over a workload under callgrind; the difference between two
//! N, divided, is free of start-up. valgrind 3.19 knows no AVX-512, so that backend has no count.

use crate::engine;
use crate::set::Set;
use std::hint::black_box;
use std::process::Command;

/// Why there is no count.
pub type Missing = String;

/// The child: passes in wire order. Messages that the engine rejects are counted as any other.
///
/// # Errors
/// A sentence, where there is no such engine or workload.
pub fn child(label: &str, workload: &str, passes: usize) -> Result<(), String> {
    let messages = crate::workload::load(workload)?;
    let mut engines = engine::all();
    let engine = engines
        .iter_mut()
        .find(|e| e.identity().label() == label)
        .ok_or_else(|| format!("no engine {label} here"))?;
    let messages = only_accepted(engine, messages);
    let set = Set::new(&messages);
    engine.prepare(&set);
    let order: Vec<u32> = (0..set.len() as u32).collect();
    for _ in 0..passes {
        black_box(engine.pass(&set, &order));
    }
    Ok(())
}

/// The messages that an engine accepts, in order: what it is counted on.
fn only_accepted(engine: &mut Box<dyn engine::Engine>, messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    crate::equal::check(&mut [engine], &messages).accepted
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
pub fn count(label: &str, workload: &str) -> Result<Count, Missing> {
    if label.ends_with("/avx512") {
        return Err("valgrind 3.19 has no AVX-512".into());
    }
    let messages = crate::workload::load(workload)?;
    let mut engines = engine::all();
    let Some(engine) = engines.iter_mut().find(|e| e.identity().label() == label) else {
        return Err(format!("no engine {label} here"));
    };
    let set = Set::new(&only_accepted(engine, messages));
    let (few, many) = (1, 4);
    let difference = run(label, workload, many)?.saturating_sub(run(label, workload, few)?);
    let one_pass = difference as f64 / (many - few) as f64;
    Ok(Count { message: one_pass / set.len() as f64, header_byte: one_pass / set.header_bytes() as f64 })
}

fn run(label: &str, workload: &str, passes: usize) -> Result<u64, Missing> {
    let program = std::env::current_exe().map_err(|e| format!("own program not found: {e}"))?;
    let (engine, backend) = label.split_once('/').unwrap_or((label, "-"));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--child-loop", engine, backend, workload, &passes.to_string()])
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
