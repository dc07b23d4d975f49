//! `sigcomp`: compressed messages of captures, bytecode in words, what compression would gain.
//!
//! Decoding is `simdsip-sigcomp`'s, reading captures `simdsip-capture`'s. `flow` lets two endpoints talk in memory; nothing
//! is sent.

use crate::args::{Sigcomp, SigcompDecode, SigcompDisassemble, SigcompFlow, SigcompMode};
use crate::capture::options;
use crate::escape::escaped;
use crate::mask::{Secrets, Shown};
use crate::output::{Form, Output, Status, complain, reason};
use simdsip::Backend;
use simdsip_capture::{Messages, Progress, SigcompNote};
use simdsip_sigcomp::udvm::disasm::disassemble;
use simdsip_sigcomp::{
    CompartmentId, Decoded, Endpoint, Header, LookUp, Mode, Params, Received, Start, Transport, is_sigcomp,
};
use std::io::{self, Write};
use std::time::Duration;

pub(crate) fn run(command: &Sigcomp, cap: Option<Backend>) -> io::Result<Status> {
    match command {
        Sigcomp::Decode(args) => decode(args, cap),
        Sigcomp::Disassemble(args) => listing(args),
        Sigcomp::Flow(args) => flow(args),
    }
}

fn decode(args: &SigcompDecode, cap: Option<Backend>) -> io::Result<Status> {
    let mut output = Output::new(Form::Text);
    let mut status = Status::Finished;
    let Some(options) = options(&args.captures, cap) else { return Ok(Status::Trouble) };
    let options = options.with_sigcomp_notes();
    for path in &args.captures.files {
        let name = path.to_string_lossy();
        let mut messages = match Messages::open(path, &options) {
            Ok(messages) => messages,
            Err(error) => {
                complain(&name, &error.to_string());
                status = Status::Trouble;
                continue;
            }
        };
        let (mut wire, mut text) = (0, 0);
        loop {
            let progress = messages.step(&mut |_| ());
            for note in messages.sigcomp_notes() {
                if !note.text.is_empty() {
                    wire += note.wire_len;
                    text += note.text.len();
                }
                show(&note, args, &mut output)?;
            }
            match progress {
                Ok(Progress::More) => {}
                Ok(Progress::End) => break,
                Err(error) => {
                    complain(&name, &error.to_string());
                    status = Status::Trouble;
                    break;
                }
            }
        }
        writeln!(output, "{text} bytes of SIP in {wire} on the wire{}", ratio(text, wire))?;
    }
    output.flush()?;
    Ok(status)
}

fn show(note: &SigcompNote, args: &SigcompDecode, output: &mut Output) -> io::Result<()> {
    write!(
        output,
        "{:>6}  {}:{} → {}:{}  ",
        note.frame, note.source.addr, note.source.port, note.dest.addr, note.dest.port
    )?;
    match &note.decoded {
        Decoded::Message { cycles, base, created } => {
            write!(output, "{} → {} bytes, {cycles} cycles", note.wire_len, note.text.len())?;
            if let Some(base) = base {
                write!(output, ", on state {base}")?;
            }
            for state in created {
                write!(output, ", makes {}", &state.to_string()[..12])?;
            }
            let secrets = if args.show_secrets { Secrets::Shown } else { Secrets::Hidden };
            let shown = Shown::new(&note.text, None, secrets);
            let lines = shown.bytes().split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end());
            writeln!(output)?;
            for line in lines.take(if args.text { usize::MAX } else { 1 }) {
                writeln!(output, "        {}", escaped(line))?;
            }
        }
        Decoded::Nack { text, .. } => writeln!(output, "{text}")?,
        Decoded::Failed { text, .. } => writeln!(output, "not decoded: {text}")?,
        _ => writeln!(output, "no SigComp")?,
    }
    Ok(())
}

fn ratio(text: usize, wire: usize) -> String {
    if wire == 0 { String::new() } else { format!(", ratio {:.2}", text as f64 / wire as f64) }
}

fn listing(args: &SigcompDisassemble) -> io::Result<Status> {
    let mut output = Output::new(Form::Text);
    let name = args.file.to_string_lossy();
    let bytes = match read(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            complain(&name, &reason(&error));
            return Ok(Status::Trouble);
        }
    };
    let bytes = unhex(&bytes).unwrap_or(bytes);
    let (code, at) = match Header::parse(&bytes) {
        Ok(Header { start: Start::Bytecode { code, destination }, input, .. }) if is_sigcomp(&bytes) => {
            writeln!(output, "; {} bytes of code, {} of input", code.len(), input.len())?;
            (code, destination)
        }
        Ok(Header { start: Start::State(id), .. }) => {
            complain(&name, &format!("no bytecode: the message begins with a state of {} bytes", id.len()));
            return Ok(Status::Trouble);
        }
        _ => (&bytes[..], args.at),
    };
    for line in disassemble(code, at) {
        writeln!(output, "{:5}  {}", line.address, line.text)?;
    }
    output.flush()?;
    Ok(Status::Finished)
}

fn read(path: &std::path::Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::stdin().lock(), &mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path)
}

/// Bytes of hex digits, with blanks wherever; `None` for anything else.
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16).map(|digit| digit as u8))
        .collect();
    let digits = digits.filter(|digits| !digits.is_empty() && digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// One message of a flow: whether the first side sends it, and its text.
type Message = (bool, Vec<u8>);

fn messages_of(json: &[u8]) -> Option<Vec<Message>> {
    let flow: serde_json::Value = serde_json::from_slice(json).ok()?;
    let row = |row: &serde_json::Value| {
        let text = row.get("text")?.as_str()?;
        Some((row.get("dir")?.as_str()? == "U", text.as_bytes().to_vec()))
    };
    flow.as_array()?.iter().map(row).collect()
}

fn flow(args: &SigcompFlow) -> io::Result<Status> {
    let name = args.file.to_string_lossy();
    let json = match read(&args.file) {
        Ok(json) => json,
        Err(error) => {
            complain(&name, &reason(&error));
            return Ok(Status::Trouble);
        }
    };
    let Some(messages) = messages_of(&json) else {
        complain(&name, "expected a list of {\"dir\": \"U\" or \"D\", \"text\"}");
        return Ok(Status::Trouble);
    };
    let Some(params) = Params::new(args.sms.max(8192), args.sms, args.cpb, 2) else {
        complain(
            "--sms",
            "expected 2048, 4096, 8192, 16384, 32768, 65536 or 131072; --cpb 16, 32, 64 or 128",
        );
        return Ok(Status::Trouble);
    };
    let mode = match args.mode {
        SigcompMode::Stateless => Mode::Stateless,
        SigcompMode::Acked => Mode::Acked,
        SigcompMode::Optimistic => Mode::Optimistic,
        SigcompMode::Shared => Mode::Shared,
    };
    let id = CompartmentId(1);
    let mut sides = [Endpoint::new(params), Endpoint::new(params)];
    let offered = sides[0].offered(mode);
    for side in &mut sides {
        // Two compartments are never too many.
        let _ = side.open(id, mode, offered);
    }
    let mut output = Output::new(Form::Text);
    let (mut raw, mut sent, mut packets) = (0, 0, Vec::new());
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for (at, (first, text)) in messages.iter().enumerate() {
        let now = Duration::from_secs(at as u64);
        let (from, to) = (usize::from(!first), usize::from(*first));
        // Sent again until it arrives, as SIP does; every copy counts.
        for attempt in 0.. {
            let mut wire = Vec::new();
            sides[from].compress(id, text, Transport::Message, &mut wire);
            sent += wire.len();
            let line = text.split(|byte| *byte == b'\r').next().unwrap_or_default();
            let lost = attempt < 7 && {
                random ^= random >> 12;
                random ^= random << 25;
                random ^= random >> 27;
                (random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f64 / (1_u64 << 24) as f64 * 100.0
                    < args.loss
            };
            let arrow = if *first { "→" } else { "←" };
            let fate = if lost { "  (lost)" } else { "" };
            writeln!(output, "{arrow} {:6} {:6}  {}{fate}", text.len(), wire.len(), escaped(line))?;
            packets.push((*first, wire.clone()));
            if lost {
                continue;
            }
            match sides[to].receive(&wire, Transport::Message, LookUp::Within(&[id]), now) {
                Received::Message { token, .. } => {
                    let _ = sides[to].accept(token, id, now);
                    break;
                }
                Received::Failed { nack: Some(nack), failure } => {
                    writeln!(output, "  NACK {}", failure.reason)?;
                    sides[from].receive(&nack, Transport::Message, LookUp::Within(&[id]), now);
                    packets.push((!*first, nack));
                }
                _ => break,
            }
        }
        raw += text.len();
    }
    writeln!(output, "{raw} bytes in {sent}{}", ratio(raw, sent))?;
    output.flush()?;
    if let Some(path) = &args.pcap
        && let Err(error) = std::fs::write(path, pcap(&packets))
    {
        complain(&path.to_string_lossy(), &reason(&error));
        return Ok(Status::Trouble);
    }
    Ok(Status::Finished)
}

/// Datagrams between 192.0.2.1 and 192.0.2.2, ports 5060, a second apart.
fn pcap(packets: &[(bool, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    // Raw IP, microseconds.
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for (at, (first, payload)) in packets.iter().enumerate() {
        let len = u16::try_from(payload.len() + 28).unwrap_or(u16::MAX);
        let (source, dest) = if *first { (1, 2) } else { (2, 1) };
        let mut packet = vec![0x45, 0];
        packet.extend_from_slice(&len.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, source, 192, 0, 2, dest]);
        let sum =
            packet.chunks(2).fold(0_u32, |sum, word| sum + u32::from(u16::from_be_bytes([word[0], word[1]])));
        let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
        packet.extend_from_slice(&[0x13, 0xc4, 0x13, 0xc4]);
        packet.extend_from_slice(&(len - 20).to_be_bytes());
        packet.extend_from_slice(&[0, 0]);
        packet.extend_from_slice(payload);
        let size = packet.len() as u32;
        for word in [1_700_000_000 + at as u32, 0, size, size] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(&packet);
    }
    file
}
