//! What can be asked of the command, and its help.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use simdsip::{Backend, Policy, Role as Does};
use simdsip_capture::table::{self, Columns};
use simdsip_capture::{Options, Ports};
use std::path::PathBuf;

const EXIT_STATUS: &str = "\
Exit status:
  0  finished, whatever the traffic holds
  1  parse rejected a message, or --fail-on defects met one
  2  usage, or input and output";

const EXAMPLES: &str = "\
Examples:
  simdsip messages call.pcap                     who said what to whom
  simdsip messages --jsonl call.pcap | jq .      one JSON object a message
  tcpdump -U -w - port 5060 | simdsip messages - as packets arrive
  simdsip parse invite.sip                       one message, with carets under what is odd
  simdsip info call.pcap                         what is in there, and what became of each packet

Environment:
  NO_COLOR       no colours unless --color always
  SIMDSIP_SCAN   at most this instruction set is used, of those that the processor has:
                 scalar, swar, sse2, avx2, avx512, neon";

const PARSE_EXAMPLES: &str = "\
Examples:
  simdsip parse invite.sip
  simdsip parse --mode strict --fail-on defects *.sip
  simdsip parse --role proxy --json invite.sip | jq .verdict
  simdsip parse --json invite.sip | jq -r '.via[].branch, .from.uri.user, .contact[0].uri.host'
  simdsip parse --transport tcp - < stream.sip

Modes:
  strict   refuses what the grammar of RFC 3261 does not have
  interop  accepts what real peers send, and says what is odd about it (default)
  border   interop that refuses what two readers may understand in two ways
  capture  refuses nothing that can be shown; wider limits: 16 MiB a message

Roles: uas answers requests (default), proxy passes them on, registrar binds contacts. Their verdict: to accept the \
message, to answer it with a status, or to drop it in silence (responses and ACKs have no answer). They know all \
registered methods, the schemes sip and sips and bodies of application/sdp, and support no option tag.

JSON: one object a line and file, also where there is no message (then all members but file and error are null). \
What is malformed is null, and a defect tells. URIs and their parts stand as on the wire, of a tel URI the number \
as user; quoted strings without their quotes. Offsets are bytes from the start of the file. Text that is not UTF-8 \
has U+FFFD and a sibling NAME_b64.

Exit status: 0 accepted, 1 a message was rejected (none could be read, or it is to be answered with an error or \
dropped) or --fail-on defects met one, 2 usage or input and output.";

const MESSAGES_EXAMPLES: &str = "\
Examples:
  simdsip messages call.pcap
  simdsip messages --csv --csv-safe call.pcap > call.csv
  simdsip messages --jsonl --columns frame,ts,src,dst,method,status,call_id call.pcap
  simdsip messages --ports 5060,5080-5090 *.pcapng
  simdsip messages --text call.pcap | less -S
  tcpdump -U -w - port 5060 | simdsip messages -

Formats: on a terminal a table for people, else JSON lines. `simdsip schema` lists the columns. A capture that is \
cut short gives the rows up to there and a warning. Payloads that look like SIP and cannot be parsed are rows with \
a null kind.

Exit status: 0 finished, 1 --fail-on defects met one, 2 usage or input and output.";

const INFO_EXAMPLES: &str = "\
Examples:
  simdsip info call.pcap
  simdsip info --json *.pcap | jq -r '[.file, .total.messages] | @tsv'

The counts under \"packet\" add up to the number of packets: nothing is dropped without being counted.";

/// SIP messages and captures at memory speed.
#[derive(Debug, Parser)]
#[command(name = "simdsip", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = EXIT_STATUS, after_long_help = const_format(), disable_help_subcommand = true)]
pub(crate) struct Args {
    /// When to use colours.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: When,
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn const_format() -> String {
    format!("{EXAMPLES}\n\n{EXIT_STATUS}")
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show messages, one a file, and what is odd about them.
    #[command(after_help = PARSE_EXAMPLES)]
    Parse(Parse),
    /// List the SIP messages of captures, in frame order.
    #[command(after_help = MESSAGES_EXAMPLES)]
    Messages(Messages),
    /// Say what captures hold: links, transports, messages, and every drop by reason.
    #[command(after_help = INFO_EXAMPLES)]
    Info(Info),
    /// List the columns of the table that `messages` gives.
    Schema(Schema),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  simdsip completions bash > ~/.local/share/bash-completion/completions/simdsip"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(after_help = "Example:\n  simdsip man messages | man -l -")]
    Man {
        /// A subcommand's page instead.
        command: Option<String>,
    },
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Parse {
    /// How much is tolerated.
    #[arg(
        long,
        value_enum,
        default_value = "interop",
        hide_possible_values = true,
        value_name = "strict|interop|border|capture"
    )]
    pub(crate) mode: Mode,
    /// What carried the message: on tcp and tls the body ends by Content-Length.
    #[arg(
        long,
        value_enum,
        default_value = "udp",
        hide_possible_values = true,
        value_name = "udp|tcp|tls|ws|wss|sctp"
    )]
    pub(crate) transport: Transport,
    /// Whose verdict is given: what it owes to the message.
    #[arg(
        long,
        value_enum,
        default_value = "uas",
        hide_possible_values = true,
        value_name = "uas|proxy|registrar"
    )]
    pub(crate) role: Role,
    /// One JSON object a file instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show credentials, SDP keys and passwords in URIs instead of `*` for each of their bytes.
    #[arg(long)]
    pub(crate) show_secrets: bool,
    /// Exit with 1 if a message has any defect.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
    /// Messages, one a file; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Messages {
    /// One JSON object a line (the default unless standard output is a terminal).
    #[arg(long, group = "format")]
    pub(crate) jsonl: bool,
    /// Comma-separated values with a line of names (RFC 4180).
    #[arg(long, group = "format")]
    pub(crate) csv: bool,
    /// A table for people (the default on a terminal).
    #[arg(long, group = "format")]
    pub(crate) text: bool,
    /// In CSV, put an apostrophe before text that a spreadsheet would run as a formula.
    #[arg(long, requires = "csv")]
    pub(crate) csv_safe: bool,
    /// These columns in this order; `simdsip schema` lists them.
    #[arg(long, value_name = "NAME,…", value_parser = columns)]
    pub(crate) columns: Option<Columns>,
    /// Ports that SIP is expected on, or `any`; elsewhere it is known by its start line.
    #[arg(long, value_name = "LIST|any", default_value = "5060-5061")]
    pub(crate) ports: Ports,
    /// Stop after so many messages.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Show credentials, SDP keys and passwords in URIs instead of `*` for each of their bytes.
    #[arg(long)]
    pub(crate) show_secrets: bool,
    /// Exit with 1 if a message has any defect.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
    /// Captures (pcap or pcapng); `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Info {
    /// One JSON object a file instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// Ports that SIP is expected on, or `any`; elsewhere it is known by its start line.
    #[arg(long, value_name = "LIST|any", default_value = "5060-5061")]
    pub(crate) ports: Ports,
    /// Captures (pcap or pcapng); `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Schema {
    /// One JSON document.
    #[arg(long, group = "form")]
    pub(crate) json: bool,
    /// A Markdown table.
    #[arg(long, group = "form")]
    pub(crate) markdown: bool,
}

/// How much is tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    Strict,
    Interop,
    Border,
    Capture,
}

impl Mode {
    pub(crate) const fn policy(self) -> Policy {
        match self {
            Mode::Strict => Policy::STRICT,
            Mode::Interop => Policy::INTEROP,
            Mode::Border => Policy::BORDER,
            Mode::Capture => Policy::CAPTURE,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Mode::Strict => "strict",
            Mode::Interop => "interop",
            Mode::Border => "border",
            Mode::Capture => "capture",
        }
    }
}

/// What an element does with messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    Uas,
    Proxy,
    Registrar,
}

impl Role {
    pub(crate) const fn does(self) -> Does {
        match self {
            Role::Uas => Does::Uas,
            Role::Proxy => Does::Proxy,
            Role::Registrar => Does::Registrar,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Role::Uas => "uas",
            Role::Proxy => "proxy",
            Role::Registrar => "registrar",
        }
    }
}

/// What carried a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
    Sctp,
}

impl Transport {
    /// Whether only Content-Length says where a message ends (RFC 3261 §18.3).
    pub(crate) const fn is_stream(self) -> bool {
        matches!(self, Transport::Tcp | Transport::Tls)
    }
}

/// What makes the exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A message with any defect, or one that cannot be parsed.
    Defects,
}

/// Reads `--columns`; an error names what is near.
fn columns(list: &str) -> Result<Columns, String> {
    Columns::parse(list).map_err(|error| {
        let near = near(&error.name);
        let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
        format!("{error}{near}; `simdsip schema` lists all")
    })
}

/// The columns whose names are few edits from `name`, or contain it, nearest first.
fn near(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let mut near: Vec<_> = table::schema()
        .iter()
        .map(|column| {
            let holds = name.len() > 2 && (column.name.contains(&name) || name.contains(column.name));
            (if holds { 1 } else { edits(name.as_bytes(), column.name.as_bytes()) }, column.name)
        })
        .filter(|(edits, column)| *edits <= 1.max(column.len().min(name.len()) / 3))
        .collect();
    near.sort_unstable();
    near.into_iter().map(|(_, column)| column).take(5).collect()
}

/// Insertions, removals and replacements that make `to` of `from`.
fn edits(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, byte) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(byte != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// `SIMDSIP_SCAN`: the highest backend to use. One that this processor lacks caps nothing.
pub(crate) fn backend_cap() -> Result<Option<Backend>, String> {
    const NAMES: [&str; 6] = ["scalar", "swar", "sse2", "avx2", "avx512", "neon"];
    match std::env::var_os("SIMDSIP_SCAN") {
        None => Ok(None),
        Some(name) if name.is_empty() => Ok(None),
        Some(name) => match name.to_str().filter(|name| NAMES.contains(name)) {
            Some(name) => Ok(Backend::by_name(name)),
            None => Err(format!("expected one of {}", NAMES.join(", "))),
        },
    }
}

/// How captures are read.
pub(crate) fn options(ports: &Ports, cap: Option<Backend>) -> Options {
    let options = Options::default().with_ports(ports.clone());
    match cap {
        Some(cap) => options.with_backend(Backend::detect().cap(cap)),
        None => options,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn near_names_are_offered() {
        assert_eq!(near("metod"), ["method"]);
        assert_eq!(near("Call-ID"), ["call_id"]);
        assert_eq!(near("colour"), Vec::<&str>::new());
        assert_eq!(edits(b"kitten", b"sitting"), 3);
    }
}
