//! A million messages over a bad network: `cargo run --release -p simdsip-sigcomp --example loss [COUNT]`.

use simdsip_sigcomp::Mode;

mod simulate;
use simulate::Network;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse())?;
    let path = format!("{}/../../corpus/sigcomp/flow_ims.json", env!("CARGO_MANIFEST_DIR"));
    let flow: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let row = |message: &serde_json::Value| {
        let text = message["text"].as_str().unwrap_or_default().as_bytes().to_vec();
        (usize::from(message["dir"] != "U"), text)
    };
    let flow: Vec<_> = flow.as_array().ok_or("no list")?.iter().map(row).collect();
    let cases = [Mode::Acked, Mode::Optimistic, Mode::Shared, Mode::Stateless]
        .map(|mode| [2048, 8192].map(|sms| (mode, sms)));
    let cases = cases.as_flattened();
    for (mode, sms) in cases {
        let seen = simulate::run(&flow, count / cases.len() as u64, *mode, *sms, 7);
        println!("{mode:?} {sms}: {seen:?}");
        if seen.wrong + seen.slow > 0 {
            return Err("a wrong text, or a slow recovery".into());
        }
    }
    for (name, network) in [
        ("loss alone", &Network::LOSS_ALONE),
        ("disorder", &Network::DISORDER),
        ("restarts", &Network::RESTARTS),
    ] {
        let seen = simulate::run_over(&flow, count / 16, Mode::Acked, 4096, 7, network);
        println!("without NACKs, {name}: {seen:?}");
        if seen.wrong > 0 || (name == "loss alone" && seen.failed > 0) {
            return Err("a wrong text, or a failure by loss alone".into());
        }
    }
    Ok(())
}
