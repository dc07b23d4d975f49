//! `cargo check` for other targets, with rustup's libraries or else the distribution's.
//!
//! A target that neither has is a visible skip, not a failure.

use crate::neon::{debian_has, debian_rust};
use crate::report::Group;
use crate::{cargo, succeeds, tidy};

/// Targets, and whether they have a standard library.
const TARGETS: [(&str, bool); 9] = [
    ("aarch64-unknown-linux-gnu", true),
    ("x86_64-unknown-linux-musl", true),
    ("x86_64-pc-windows-msvc", true),
    ("aarch64-apple-darwin", true),
    ("armv7-unknown-linux-gnueabihf", true),
    ("i686-unknown-linux-gnu", true),
    ("thumbv7em-none-eabihf", false),
    ("x86_64-unknown-none", false),
    ("bpfel-unknown-none", false),
];

/// Checks the core for every target that can be had, and with the oldest compiler it promises.
pub(crate) fn checks(group: &mut Group) {
    oldest_compiler(group);
    let installed = std::process::Command::new("rustup").args(["target", "list", "--installed"]).output();
    let installed =
        installed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let mut bare = 0;
    for (target, std) in TARGETS {
        let rustup = installed.lines().any(|line| line == target);
        if !rustup && !debian_has(target) {
            if std {
                group.skip(&format!("cargo check for {target}: rustup target add {target}"));
            }
            continue;
        }
        bare += usize::from(!std);
        // Without std there are still two cores: with and without an allocator.
        let features: &[&[&str]] = if std {
            &[&[]]
        } else {
            &[&["--no-default-features"], &["--no-default-features", "--features", "alloc"]]
        };
        for features in features {
            let mut command = cargo(&["check", "-p", "simdsip", "--target", target]);
            command.args(*features);
            if !rustup {
                debian_rust(&mut command);
            }
            group.command(&format!("{target} {}", features.join(" ")), &mut command);
        }
    }
    if bare == 0 {
        let how = if succeeds("apt-get", &["--version"]) {
            "apt-get install rustc-web libstd-rust-web-dev-bpf"
        } else {
            "rustup target add thumbv7em-none-eabihf"
        };
        group.skip(&format!("no_std on a target without std: {how}"));
    }
}

/// The MSRV's own compiler; without it only clippy's lint on newer library items guards the MSRV.
fn oldest_compiler(group: &mut Group) {
    let version = match tidy::oldest_rust() {
        Ok(version) => version,
        Err(error) => return group.check("MSRV", Err(error)),
    };
    if succeeds("rustup", &["run", &version, "rustc", "--version"]) {
        let mut command = std::process::Command::new("rustup");
        command.current_dir(crate::root()).args(["run", &version, "cargo", "check", "-p", "simdsip"]);
        group.command(&format!("Rust {version}"), &mut command);
    } else {
        group.skip(&format!("cargo check with the MSRV: rustup toolchain install {version}"));
    }
}
