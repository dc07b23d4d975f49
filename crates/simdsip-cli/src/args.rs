//! What can be asked of the command, and its help.

use crate::capture::args::{Captures, Filters, Format, Threads};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use simdsip::{Backend, Policy, Role as Does};
use simdsip_capture::By;
use simdsip_capture::table::{Columns, Table};
use std::path::PathBuf;

const EXIT_STATUS: &str = "\
Exit status:
  0  finished, whatever the traffic holds
  1  parse rejected a message, ladder or extract found nothing, or --fail-on defects met one
  2  usage, or input and output";

const EXAMPLES: &str = "\
Examples:
  simdsip calls call.pcap                        who called whom, and what came of it
  simdsip messages call.pcap                     who said what to whom
  simdsip messages --jsonl call.pcap | jq .      one JSON object a message
  tcpdump -U -w - port 5060 | simdsip messages - as packets arrive
  simdsip parse invite.sip                       one message, with carets under what is odd
  simdsip info call.pcap                         what is in there, and what became of each packet

Environment:
  NO_COLOR       no colours unless --color always
  SIMDSIP_MASK_KEY  key of the hashes that stand for digest responses, so that several runs agree
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

const CALLS_EXAMPLES: &str = "\
Examples:
  simdsip calls call.pcap
  simdsip calls --status 4xx,5xx --columns ts_start,caller,callee,final_status call.pcap
  simdsip calls --parquet calls.parquet day-*.pcap.zst
  simdsip calls --jsonl call.pcap | jq -r 'select(.outcome == \"busy\").call_ids[0]'

A call is a Call-ID and the tag of whoever sent the INVITE; a retry with credentials is the same call. Rows come as \
calls end: half a minute of packet time after the last message that matters, or at the end of the captures.

Exit status: 0 finished, 1 --fail-on defects met one, 2 usage or input and output.";

const RECORDS_NOTE: &str = "\
Rows come as they end: 32 s of packet time after the last message, or at the end of the captures.";

const STATS_EXAMPLES: &str = "\
Examples:
  simdsip stats call.pcap
  simdsip stats --by src,hour --json day-*.pcap.zst
  simdsip stats --by user_agent,class call.pcap

Ratios are percentages, delays milliseconds with the 50th, 95th and 99th percentile, which are at most 1 % off. What \
each one means, and its section of RFC 6076: docs/guide/captures.md.";

const LADDER_EXAMPLES: &str = "\
Examples:
  simdsip ladder --call 1d4a5f165f6c63e4 call.pcap
  simdsip ladder --call 1d4a5f165f6c63e4 --format html call.pcap > ladder.html

Exit status: 0 drawn, 1 there is no such call, 2 usage or input and output.";

const EXTRACT_EXAMPLES: &str = "\
Examples:
  simdsip extract --call 1d4a5f165f6c63e4 -o call.pcapng day.pcap
  simdsip extract --status 486 -o busy.pcapng day-*.pcap.zst

Filters choose messages; all packets of their conversations (Call-IDs) are copied. Of WebSocket and TLS connections \
all packets are, since the others could not be read without them. Reads the captures three times: not from a pipe.

Exit status: 0 copied, 1 there was nothing to copy, 2 usage or input and output.";

const INFO_EXAMPLES: &str = "\
Examples:
  simdsip info call.pcap
  simdsip info --json *.pcap | jq -r '[.file, .total.messages] | @tsv'

The counts under \"packet\" add up to the number of packets: nothing is dropped without being counted.";

const SIGCOMP_EXAMPLES: &str = "\
Examples:
  simdsip sigcomp decode ims.pcap                what became of each datagram
  simdsip sigcomp decode --text ims.pcap         and the messages
  simdsip sigcomp disassemble message.bin        the bytecode that a message brings along
  simdsip sigcomp flow flow.json --mode shared   bytes a message, and the ratio";

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
    /// List the calls of captures: who called whom, what came of it, how long it took.
    #[command(after_help = CALLS_EXAMPLES)]
    Calls(Calls),
    /// List the attempts to register.
    #[command(after_help = RECORDS_NOTE)]
    Registrations(Records),
    /// List the transactions.
    #[command(after_help = RECORDS_NOTE)]
    Transactions(Records),
    /// Count methods and codes, and measure as RFC 6076 and E.411 do.
    #[command(after_help = STATS_EXAMPLES)]
    Stats(Statistics),
    /// Draw the ladder of a call.
    #[command(after_help = LADDER_EXAMPLES)]
    Ladder(Ladder),
    /// Copy the packets of conversations, fragments and segments included.
    #[command(after_help = EXTRACT_EXAMPLES)]
    Extract(Extract),
    /// Say what captures hold: links, transports, messages, and every drop by reason.
    #[command(after_help = INFO_EXAMPLES)]
    Info(Info),
    /// Decode SigComp, list its bytecode, measure what it would gain.
    #[command(subcommand, after_help = SIGCOMP_EXAMPLES)]
    Sigcomp(Sigcomp),
    /// List the columns of a table.
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
    #[command(flatten)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Exit with 1 if a message has any defect.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(crate) filters: Filters,
    #[command(flatten)]
    pub(crate) captures: Captures,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Records {
    #[command(flatten)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) filters: Filters,
    #[command(flatten)]
    pub(crate) captures: Captures,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Calls {
    /// Exit with 1 if a call that is shown has a message with any defect.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(crate) records: Records,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Statistics {
    /// For each value of these apart: src, dst, hour, day, transport, method, status, class (2xx), user_agent,
    /// from_user, from_domain, to_user, to_domain.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', hide_possible_values = true, value_parser = by())]
    pub(crate) by: Vec<By>,
    /// One JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) captures: Captures,
}

/// What statistics are grouped by, as completion and messages know it.
fn by() -> impl TypedValueParser<Value = By> {
    PossibleValuesParser::new(By::ALL.map(By::as_str)).try_map(|word| word.parse::<By>())
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Ladder {
    /// The call's Call-ID.
    #[arg(long, value_name = "CALL-ID")]
    pub(crate) call: String,
    /// What is drawn.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Drawing,
    /// Show credentials, SDP keys and passwords in URIs instead of `*` for each of their bytes.
    #[arg(long)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) captures: Captures,
}

/// How a ladder is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drawing {
    /// For a terminal.
    Text,
    /// A picture.
    Svg,
    /// A page that needs nothing else.
    Html,
    /// For Markdown.
    Mermaid,
    /// For programs.
    Json,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Extract {
    /// The conversation with this Call-ID.
    #[arg(long, value_name = "CALL-ID")]
    pub(crate) call: Vec<String>,
    /// Conversations of which a message is completed by one of these frames: numbers, one a line, perhaps behind a
    /// file's name and a tab.
    #[arg(long, value_name = "FILE")]
    pub(crate) frames: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// Where the packets go, as pcapng.
    #[arg(short, long, value_name = "OUT.pcapng")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) captures: Captures,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Info {
    /// One JSON object a file instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) captures: Captures,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sigcomp {
    /// Show the SigComp datagrams of captures: sizes, cycles, states, NACKs, and why one could not be decoded.
    Decode(SigcompDecode),
    /// List the bytecode of a message or of a file of bytecode, as bytes or as hex.
    Disassemble(SigcompDisassemble),
    /// Send a flow of messages between two endpoints in memory and count the bytes.
    Flow(SigcompFlow),
}

#[derive(ClapArgs, Debug)]
pub(crate) struct SigcompDecode {
    /// The whole texts, not only their first lines.
    #[arg(long)]
    pub(crate) text: bool,
    /// Digest responses and keys as they are.
    #[arg(long)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) captures: Captures,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct SigcompDisassemble {
    /// Where bytecode stands that comes without a header.
    #[arg(long, default_value_t = 128)]
    pub(crate) at: u16,
    /// A message or bytecode; `-` is standard input.
    pub(crate) file: PathBuf,
}

/// What a message may build on.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SigcompMode {
    /// Nothing.
    Stateless,
    /// What was acknowledged.
    Acked,
    /// What was sent last.
    Optimistic,
    /// Also what was received.
    Shared,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct SigcompFlow {
    /// State memory of a compartment in bytes.
    #[arg(long, default_value_t = 8192)]
    pub(crate) sms: u32,
    /// Cycles a bit.
    #[arg(long, default_value_t = 16)]
    pub(crate) cpb: u8,
    /// What a message may build on.
    #[arg(long, value_enum, default_value = "optimistic")]
    pub(crate) mode: SigcompMode,
    /// How many datagrams of a hundred are lost.
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    pub(crate) loss: f64,
    /// A capture of what was sent.
    #[arg(long, value_name = "OUT")]
    pub(crate) pcap: Option<PathBuf>,
    /// JSON: a list of `{"dir": "U" or "D", "text": ...}`; `-` is standard input.
    pub(crate) file: PathBuf,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Schema {
    /// Which table.
    #[arg(long, value_enum, default_value = "messages")]
    pub(crate) table: TableArg,
    /// One JSON document.
    #[arg(long, group = "form")]
    pub(crate) json: bool,
    /// A Markdown table.
    #[arg(long, group = "form")]
    pub(crate) markdown: bool,
}

/// The tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableArg {
    Messages,
    Calls,
    Registrations,
    Transactions,
}

impl TableArg {
    pub(crate) const fn table(self) -> Table {
        match self {
            TableArg::Messages => Table::Messages,
            TableArg::Calls => Table::Calls,
            TableArg::Registrations => Table::Registrations,
            TableArg::Transactions => Table::Transactions,
        }
    }
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
pub(crate) fn columns(table: Table, list: Option<&str>) -> Result<Option<Columns>, String> {
    let Some(list) = list else { return Ok(None) };
    table.parse_columns(list).map(Some).map_err(|error| {
        let near = near(table, &error.name);
        let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
        let of = if table == Table::Messages { String::new() } else { format!(" --table {}", table.name()) };
        format!("{error}{near}; `simdsip schema{of}` lists all")
    })
}

/// The columns whose names are few edits from `name`, or contain it, nearest first.
fn near(table: Table, name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let mut near: Vec<_> = table
        .columns()
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
        assert_eq!(near(Table::Messages, "metod"), ["method"]);
        assert_eq!(near(Table::Messages, "Call-ID"), ["call_id"]);
        assert_eq!(near(Table::Messages, "colour"), Vec::<&str>::new());
        assert_eq!(edits(b"kitten", b"sitting"), 3);
    }
}
