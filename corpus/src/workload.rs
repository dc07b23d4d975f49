//! The named workloads: frozen files, and the ones made in memory.

use crate::read::{Error, read_container, root};
use crate::{adversary, generate, scale};

/// A workload's name, what it is, and whether it is a frozen file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The name, as `--workload` takes it.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// A file in `corpus/workloads/`; the others are made in memory.
    pub frozen: bool,
}

/// Every workload.
pub const WORKLOADS: [Workload; 14] = [
    frozen("mix-1k", "1,056 distinct messages of about 1 KB, 24 kinds"),
    frozen("mix-10k", "10,000 messages of the same kinds, another seed"),
    frozen("mix-real", "recorded SIPp traffic and clean RFC examples; never tuned on"),
    frozen("invite-sdp", "one INVITE with SDP, about 1,060 B"),
    frozen("invite-ims", "one IMS INVITE, about 3.5 KB"),
    frozen("register-auth", "one REGISTER with Digest"),
    frozen("torture-valid", "the valid messages of RFC 4475 §3.1.1"),
    frozen("sdp-audio", "one audio session description, about 400 B"),
    frozen("sdp-webrtc", "one browser session description, about 4 KB"),
    made("stream-mix", "mix-1k as one stream; `stream::stream_mix` has the cuts"),
    made("scale-headers", "5 to 500 headers"),
    made("scale-value", "one value of 10 B to 64 KB"),
    made("scale-body", "a body of 0 B to 1 MiB"),
    made("adversary", "every adversary of `adversary::ADVERSARIES` at 64 KiB"),
];

const fn frozen(name: &'static str, about: &'static str) -> Workload {
    Workload { name, about, frozen: true }
}

const fn made(name: &'static str, about: &'static str) -> Workload {
    Workload { name, about, frozen: false }
}

/// The messages (for `sdp-*` the session descriptions) of a workload, in order.
///
/// # Panics
/// As [`try_workload`] fails, with its sentence.
#[must_use]
pub fn workload(name: &str) -> Vec<Vec<u8>> {
    try_workload(name).unwrap_or_else(|error| panic!("{error}"))
}

/// As [`workload`].
///
/// # Errors
/// If there is no such workload (the sentence lists the names) or its file cannot be read.
pub fn try_workload(name: &str) -> Result<Vec<Vec<u8>>, Error> {
    let Some(workload) = WORKLOADS.iter().find(|workload| workload.name == name) else {
        let names: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
        return Err(Error::new(format!("no workload is called {name:?}; there are: {}", names.join(", "))));
    };
    if !workload.frozen {
        return Ok(match name {
            "stream-mix" => return try_workload("mix-1k"),
            "scale-headers" => scale::HEADER_COUNTS.iter().map(|&count| scale::headers(count)).collect(),
            "scale-value" => scale::VALUE_LENS.iter().map(|&len| scale::value(len)).collect(),
            "scale-body" => scale::BODY_LENS.iter().map(|&len| scale::body(len)).collect(),
            _ => adversary::ADVERSARIES.iter().map(|adversary| adversary.build(64 * 1024)).collect(),
        });
    }
    let path = root().join("workloads").join(format!("{name}.msgs"));
    let bytes = std::fs::read(&path)
        .map_err(|error| Error::new(format!("cannot read corpus/workloads/{name}.msgs: {error}")))?;
    read_container(&bytes).map_err(|error| Error::new(format!("corpus/workloads/{name}.msgs: {error}")))
}

/// The files that the generator makes again byte for byte, with their containers' messages.
/// `mix-real` and `torture-valid` are cut from files instead; see [`torture_valid`].
#[must_use]
pub fn generated() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    vec![
        ("mix-1k", generate::mix(1, 1056)),
        ("mix-10k", generate::mix(10, 10_000)),
        ("invite-sdp", vec![generate::one("invite-sdp", 3, 1055..=1065)]),
        ("invite-ims", vec![generate::one("invite-ims", 4, 3480..=3520)]),
        ("register-auth", vec![generate::one("register-auth", 5, 850..=1000)]),
        ("sdp-audio", vec![generate::sdp_audio(6)]),
        ("sdp-webrtc", vec![generate::sdp_webrtc(7)]),
    ]
}

/// The messages of RFC 4475 §3.1.1 (class valid in its expectations.toml), in the order of the RFC.
///
/// # Errors
/// If the torture messages cannot be read.
pub fn torture_valid() -> Result<Vec<Vec<u8>>, Error> {
    const NAMES: [&str; 13] = [
        "wsinv",
        "intmeth",
        "esc01",
        "escnull",
        "esc02",
        "lwsdisp",
        "longreq",
        "dblreq",
        "semiuri",
        "transports",
        "mpart01",
        "unreason",
        "noreason",
    ];
    let folder = root().join("torture").join("rfc4475");
    NAMES
        .iter()
        .map(|name| {
            std::fs::read(folder.join(format!("{name}.dat"))).map_err(|error| {
                Error::new(format!("cannot read corpus/torture/rfc4475/{name}.dat: {error}"))
            })
        })
        .collect()
}
