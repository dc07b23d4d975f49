//! The NEON backend on a machine that has none: Debian's Rust for arm64, a cross linker, and qemu.
//!
//! Says so and succeeds where these cannot be had. The emulated programs use the arm64 C library that
//! apt brings along, and no `qemu -L`: with the sysroot of the cross compiler every thread creation
//! hangs. A hung test is ended after fifteen minutes.

use std::path::Path;
use std::process::Command;

use crate::report::Group;
use crate::test::harness;
use crate::{Result, cargo, root, run as run_command, succeeds};

const TARGET: &str = "aarch64-unknown-linux-gnu";
const PACKAGES: [&str; 6] = [
    "rustc-web",
    "libstd-rust-web-dev:arm64",
    "libstd-rust-web-dev-bpf",
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
    "qemu-user",
];
/// A target without std, on which the core must build: see `cross`.
pub(crate) const BARE: &str = "bpfel-unknown-none";

/// `cargo xtask neon`: the tests of the core under emulation; arguments go to `cargo test`.
pub(crate) fn run(args: &[&str]) -> Result<()> {
    if cfg!(target_arch = "aarch64") {
        return run_command(cargo(&["test", "-p", "simdsip"]).args(args));
    }
    match prepare() {
        Ok(()) => {
            let args = if args.is_empty() { &["--lib", "--tests"] } else { args };
            run_command(emulated().args(args))
        }
        Err(reason) => {
            println!("SKIP {reason}");
            Ok(())
        }
    }
}

/// What the ordinary tests run of it: what a backend can get wrong. The others take many minutes under emulation.
const IN_THE_TESTS: [&str; 5] = ["--lib", "--test", "backends", "--test", "headers"];

/// Mutated inputs under emulation, which is some thirty times slower.
const MUTATED: &str = "100000";

/// The same as a group of `cargo xtask test`, for some of the tests.
pub(crate) fn group(group: &mut Group) {
    if cfg!(target_arch = "aarch64") {
        return group.skip("NEON under qemu: this machine has it, the ordinary tests cover it");
    }
    match prepare() {
        Ok(()) => harness(group, emulated().args(IN_THE_TESTS).env("SIMDSIP_MUTATED", MUTATED)),
        Err(reason) => group.skip(&reason),
    }
}

/// `cargo test -p simdsip` for the target.
fn emulated() -> Command {
    let mut command = cargo(&["test", "-p", "simdsip", "--target", TARGET]);
    debian_rust(&mut command)
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "timeout 900 qemu-aarch64");
    command
}

/// Lets cargo use the distribution's compiler, with build files of its own.
pub(crate) fn debian_rust(command: &mut Command) -> &mut Command {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    command
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTDOC", "/usr/bin/rustdoc")
        .env("CARGO_TARGET_DIR", target.join("debian-rust"))
}

/// Whether the distribution's compiler has the libraries of a target.
pub(crate) fn debian_has(target: &str) -> bool {
    Path::new("/usr/bin/rustc").exists() && Path::new("/usr/lib/rustlib").join(target).join("lib").exists()
}

fn ready() -> bool {
    debian_has(TARGET)
        && succeeds("aarch64-linux-gnu-gcc", &["--version"])
        && succeeds("qemu-aarch64", &["--version"])
        && Path::new("/lib/ld-linux-aarch64.so.1").exists()
}

/// Installs what is missing where that is possible; otherwise says what is missing.
fn prepare() -> std::result::Result<(), String> {
    install().or_else(|reason| if ready() { Ok(()) } else { Err(reason) })
}

fn install() -> std::result::Result<(), String> {
    if ready() && debian_has(BARE) {
        return Ok(());
    }
    let wanted = PACKAGES.join(" ");
    let how = format!("NEON under qemu: needs Debian's {wanted}");
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) || !succeeds("apt-get", &["--version"]) {
        return Err(how);
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !root {
        return Err(format!(
            "{how}: dpkg --add-architecture arm64 && apt-get update && apt-get install {wanted}"
        ));
    }
    println!("installing {wanted}");
    let install = [&["install", "-y", "-q", "--no-install-recommends"], &PACKAGES[..]].concat();
    let done = succeeds("dpkg", &["--add-architecture", "arm64"])
        && succeeds("apt-get", &["update", "-q"])
        && succeeds("env", &[&["DEBIAN_FRONTEND=noninteractive", "apt-get"], &install[..]].concat());
    if done && ready() { Ok(()) } else { Err(format!("{how}, which apt-get could not install")) }
}
