//! Writes the bytecode of the compressor from its assembly: `cargo run -p simdsip-sigcomp --example codec`.

use simdsip_sigcomp::StateItem;
use simdsip_sigcomp::compress::codec::build;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for (bits, shared) in [(13, false), (13, true), (14, false), (14, true)] {
        let code = build(bits, shared)?;
        let kind = if shared { "shared" } else { "chain" };
        let path = format!("{}/src/compress/codec_{kind}_{bits}.bin", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(&path, &code)?;
        let id = StateItem::new(code.clone(), 128, 140, 6).id();
        std::fs::write(path.replace(".bin", ".id"), id.0)?;
        println!("codec_{kind}_{bits}.bin: {} bytes", code.len());
    }
    Ok(())
}
