//! How fast: `cargo run --release -p simdsip-sigcomp --example speed`. One thread, bytes of SIP text a second.

use std::hint::black_box;
use std::time::{Duration, Instant};

use simdsip_sigcomp::udvm::Udvm;
use simdsip_sigcomp::{
    CompartmentId, Endpoint, LookUp, Mode, Native, Params, Received, StateStore, Transport, Verify, dict,
};

const ID: CompartmentId = CompartmentId(1);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = format!("{}/../../corpus/sigcomp/flow_ims.json", env!("CARGO_MANIFEST_DIR"));
    let flow: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let row = |message: &serde_json::Value| {
        let text = message["text"].as_str().unwrap_or_default().as_bytes().to_vec();
        (usize::from(message["dir"] != "U"), text)
    };
    let flow: Vec<(usize, Vec<u8>)> = flow.as_array().ok_or("no list")?.iter().map(row).collect();
    let bytes: usize = flow.iter().map(|(_, text)| text.len()).sum();
    let params = Params::new(8192, 8192, 16, 2).ok_or("sizes")?;
    let rounds = std::env::args().nth(1).map_or(Ok(200), |count| count.parse())?;
    // Compressing, with everything that belongs to it.
    for verify in [Verify::On, Verify::Off] {
        let (mut best, mut wires) = (Duration::MAX, Vec::new());
        for _ in 0..rounds {
            let mut sides = [Endpoint::new(params), Endpoint::new(params)];
            for side in &mut sides {
                side.set_verify(verify);
                side.open(ID, Mode::Optimistic, params)?;
            }
            wires.clear();
            let mut spent = Duration::ZERO;
            for (from, text) in &flow {
                let mut wire = Vec::with_capacity(2048);
                let start = Instant::now();
                sides[*from].compress(ID, text, Transport::Message, &mut wire);
                spent += start.elapsed();
                let other = &mut sides[1 - from];
                if let Received::Message { token, .. } =
                    other.receive(&wire, Transport::Message, LookUp::Within(&[ID]), Duration::ZERO)
                {
                    other.accept(token, ID, Duration::ZERO)?;
                }
                wires.push(wire);
            }
            best = best.min(spent);
        }
        println!("compress, verify {verify:?}: {:.1} MB/s", bytes as f64 / best.as_secs_f64() / 1e6);
    }
    if rounds < 10 {
        return Ok(());
    }
    // Receiving, with look-up, states and their hashes.
    let (mut best, mut first) = (Duration::MAX, Vec::new());
    for round in 0..rounds {
        let mut sides = [Endpoint::new(params), Endpoint::new(params)];
        for side in &mut sides {
            side.open(ID, Mode::Optimistic, params)?;
        }
        let mut spent = Duration::ZERO;
        for (from, text) in &flow {
            let mut wire = Vec::new();
            sides[*from].compress(ID, text, Transport::Message, &mut wire);
            let other = &mut sides[1 - from];
            let start = Instant::now();
            if let Received::Message { token, .. } =
                other.receive(&wire, Transport::Message, LookUp::Within(&[ID]), Duration::ZERO)
            {
                other.accept(token, ID, Duration::ZERO)?;
            }
            spent += start.elapsed();
            if round == 0 {
                first.push((other.states().clone(), wire, text.clone()));
            }
        }
        best = best.min(spent);
    }
    println!("receive and accept: {:.1} MB/s", bytes as f64 / best.as_secs_f64() / 1e6);
    // The machine alone, and what goes without it; look-up and output are in both.
    let mut udvm = Udvm::new();
    for native in [Native::On, Native::Off] {
        udvm.set_native(native);
        let mut best = Duration::MAX;
        for _ in 0..300 {
            let start = Instant::now();
            for (store, wire, text) in &first {
                let outcome = udvm.run(wire, Transport::Message, &params, store);
                assert!(outcome.is_ok() && udvm.output() == text);
                black_box(&outcome);
            }
            best = best.min(start.elapsed());
        }
        println!("machine, native {native:?}: {:.1} MB/s", bytes as f64 / best.as_secs_f64() / 1e6);
    }
    worst(&mut udvm, &params);
    Ok(())
}

/// The dearest datagrams of 1,400 bytes that we know.
fn worst(udvm: &mut Udvm, params: &Params) {
    use simdsip_sigcomp::udvm::asm::assemble;
    let mut store = StateStore::new();
    store.add_local(dict::sip_sdp());
    let loops = [
        ("arithmetic", "at (128) :a MULTIPLY ($300, 3) JUMP (a)"),
        ("stack", "at (128) LOAD (70, 400) :a CALL (a)"),
        ("divide", "at (128) :a DIVIDE ($300, 7) JUMP (a)"),
        ("offset", "at (128) LOAD (64, 300) LOAD (66, 301) :a COPY-OFFSET (65535, 0, $310) JUMP (a)"),
        ("ring", "at (128) LOAD (64, 300) LOAD (66, 301) :a COPY (300, 60, 300) JUMP (a)"),
        ("switch", "at (128) :a SWITCH (1, 0, a)"),
        (
            "huffman",
            "at (128) :a INPUT-HUFFMAN (300, a, 4, 8, 1, 0, 0, 8, 1, 0, 0, 0, 1, 0, 0, 0, 0, 65535, 0) JUMP (a)",
        ),
        ("sort", "at (128) :a SORT-ASCENDING (400, 1, 256) JUMP (a)"),
        (
            "access",
            "at (128) :a STATE-ACCESS (id, 6, 0, 1, 400, 0) JUMP (a) :id byte (0xfb, 0xe5, 7, 0xdf, 0xe5, 0xe6)",
        ),
        ("sha", "at (128) :a SHA-1 (400, 1, 500) JUMP (a)"),
        ("crc", "at (128) :a CRC (1, 400, 1, a) JUMP (a)"),
    ];
    for (name, text) in loops {
        let code = assemble(text).map(|program| program.code).unwrap_or_default();
        let mut message = vec![0xf8, (code.len() >> 4) as u8, ((code.len() & 15) << 4) as u8 | 1];
        message.extend_from_slice(&code);
        // The rest is input that is read in one go, so that all cycles are earned.
        let mut full = Vec::from(&b"\xf8\0\0"[..]);
        let rest = 1400 - 3 - code.len() - 12;
        let source = text.replacen("at (128)", &format!("at (128) INPUT-BYTES ({rest}, 600, go) :go"), 1);
        let code = assemble(&source).map(|program| program.code).unwrap_or(code);
        (full[1], full[2]) = ((code.len() >> 4) as u8, ((code.len() & 15) << 4) as u8 | 1);
        full.extend_from_slice(&code);
        full.resize(1400, 0);
        let mut best = Duration::MAX;
        let mut cycles = 0;
        for _ in 0..20 {
            let start = Instant::now();
            let outcome = udvm.run(&full, Transport::Message, params, &store);
            best = best.min(start.elapsed());
            cycles = outcome.map_or_else(|failure| failure.cycles, |outcome| outcome.cycles);
        }
        println!("worst case {name}: {:.2} ms for {cycles} cycles", best.as_secs_f64() * 1e3);
    }
}
