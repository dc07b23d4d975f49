//! Sends a flow between two endpoints and counts: `flow FILE.json [--sms N] [--mode M] [-v]`.

use std::time::Duration;

use simdsip_sigcomp::{CompartmentId, Endpoint, LookUp, Mode, Params, Received, Transport};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|arg| arg == name).map(|at| args[at + 1].clone());
    let sms: u32 = value("--sms").map_or(Ok(8192), |sms| sms.parse())?;
    let mode = match value("--mode").as_deref() {
        Some("stateless") => Mode::Stateless,
        Some("acked") => Mode::Acked,
        Some("shared") => Mode::Shared,
        _ => Mode::Optimistic,
    };
    for file in args[1..].iter().filter(|arg| arg.ends_with(".json")) {
        let flow: serde_json::Value = serde_json::from_slice(&std::fs::read(file)?)?;
        let params = Params::new(sms.max(8192), sms, 16, 2).ok_or("no such sms")?;
        let id = CompartmentId(1);
        let mut sides = [Endpoint::new(params), Endpoint::new(params)];
        let offered = sides[0].offered(mode);
        for side in &mut sides {
            side.open(id, mode, offered)?;
        }
        let (mut raw, mut sent) = (0, 0);
        for message in flow.as_array().ok_or("no list")? {
            let from = usize::from(message["dir"] != "U");
            let text: Vec<u8> = message["text"].as_str().ok_or("no text")?.chars().map(|c| c as u8).collect();
            let mut wire = Vec::new();
            let how = sides[from].compress(id, &text, Transport::Message, &mut wire);
            let other = &mut sides[1 - from];
            match other.receive(&wire, Transport::Message, LookUp::Within(&[id]), Duration::ZERO) {
                Received::Message { token, .. } => {
                    assert!(other.text() == text);
                    other.accept(token, id, Duration::ZERO)?;
                }
                Received::Plain => {}
                other => return Err(format!("{other:?}").into()),
            }
            raw += text.len();
            sent += wire.len();
            if args.iter().any(|arg| arg == "-v") {
                println!("{} {} -> {} {how:?}", message["dir"], text.len(), wire.len());
            }
        }
        println!(
            "{mode:?} {sms} {raw} -> {sent} {:.3} {}",
            raw as f64 / sent as f64,
            file.rsplit('/').next().unwrap()
        );
    }
    Ok(())
}
