//! A dated record: the machine, the rows, the raw samples and the table.

use crate::row::Row;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Machine, system, compiler and commit.
pub fn machine() -> Value {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        cpu.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
    };
    json!({
        "cpu": field("model name"),
        "cpu_family": field("cpu family"),
        "cpu_model": field("model"),
        "cpu_flags": field("flags"),
        "cpus": std::thread::available_parallelism().map(usize::from).ok(),
        "caches": caches(),
        "kernel": output("uname", &["-srm"]),
        "rustc": output("rustc", &["-V"]),
        "commit": output("git", &["rev-parse", "HEAD"]),
        "changed": output("git", &["status", "--porcelain", "--untracked-files=no"]).map(|t| !t.is_empty()),
        "date": output("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
        "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        "profile": if cfg!(debug_assertions) { "debug" } else { "release, fat LTO, one codegen unit" },
        "rivals": cfg!(feature = "rivals"),
        "clock": "thread CPU time",
    })
}

fn caches() -> Vec<String> {
    let mut out = Vec::new();
    for index in 0..8 {
        let read = |file: &str| {
            let path = format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{file}");
            std::fs::read_to_string(path).ok().map(|t| t.trim().to_owned())
        };
        if let (Some(level), Some(kind), Some(size)) = (read("level"), read("type"), read("size")) {
            out.push(format!("L{level} {kind} {size}"));
        }
    }
    out
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok().filter(|o| o.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The rows as the JSON list.
pub fn rows(rows: &[Row]) -> Value {
    Value::Array(rows.iter().map(Row::json).collect())
}

/// Writes machine.json, rows.json, samples.json and table.txt.
///
/// # Errors
/// A sentence with the file that could not be written.
pub fn write(folder: &Path, list: &[Row], text: &str) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let samples: Vec<Value> = list
        .iter()
        .map(|row| {
            let ns: Vec<f64> = row.samples.iter().map(|n| (n * 100.0).round() / 100.0).collect();
            json!({ "workload": row.workload, "class": row.class, "engine": row.label(),
                "order": row.order, "ns_per_message": ns })
        })
        .collect();
    // One row a line: records are compared by diff.
    let lines = |values: &[Value]| {
        let rows: Vec<String> = values.iter().map(Value::to_string).collect();
        format!("[\n{}\n]\n", rows.join(",\n"))
    };
    let rows: Vec<Value> = list.iter().map(Row::json).collect();
    save(&folder.join("machine.json"), &format!("{:#}\n", machine()))?;
    save(&folder.join("rows.json"), &lines(&rows))?;
    save(&folder.join("samples.json"), &lines(&samples))?;
    save(&folder.join("table.txt"), text)
}

/// Writes one file.
///
/// # Errors
/// A sentence with its name.
pub fn save(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}
