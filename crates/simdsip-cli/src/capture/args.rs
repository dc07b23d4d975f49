//! Arguments that the subcommands over captures share.

use clap::{Args, ValueEnum};
use simdsip_capture::table::Types;
use simdsip_capture::{Filter, Net, Ports, Statuses, parse_time};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Which captures, and how they are looked at.
#[derive(Args, Clone, Debug)]
pub(crate) struct Captures {
    /// Ports that SIP is expected on, or `any`; elsewhere it is known by its start line.
    #[arg(long, value_name = "LIST|any", default_value = "5060-5061")]
    pub(crate) ports: Ports,
    /// TLS secrets in the key log format of NSS; those in a pcapng file are used without being asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Vec<PathBuf>,
    /// Captures (pcap or pcapng, gzip or zstd): one sequence by time; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// How rows are written.
#[derive(Args, Clone, Debug)]
pub(crate) struct Format {
    /// One JSON object a line (the default unless standard output is a terminal).
    #[arg(long, group = "format")]
    pub(crate) jsonl: bool,
    /// Comma-separated values with a line of names (RFC 4180).
    #[arg(long, group = "format")]
    pub(crate) csv: bool,
    /// A table for people (the default on a terminal).
    #[arg(long, group = "format")]
    pub(crate) text: bool,
    /// Arrow IPC into a file, or as a stream to standard output (`-`).
    #[arg(long, group = "format", value_name = "FILE|-")]
    pub(crate) arrow: Option<PathBuf>,
    /// Parquet into a file, or into files of a directory that exists or ends in a slash.
    #[arg(long, group = "format", value_name = "FILE|DIR/")]
    pub(crate) parquet: Option<PathBuf>,
    /// Rows of each Parquet file in a directory.
    #[arg(long, value_name = "N", requires = "parquet", default_value = "1000000")]
    pub(crate) rows_per_file: usize,
    /// Which Arrow types: `spark` has microseconds and no dictionaries.
    #[arg(
        long,
        value_enum,
        value_name = "native|spark",
        default_value = "native",
        hide_possible_values = true
    )]
    pub(crate) types: TypesArg,
    /// In CSV, put an apostrophe before text that a spreadsheet would run as a formula.
    #[arg(long, requires = "csv")]
    pub(crate) csv_safe: bool,
    /// These columns in this order; `simdsip schema` lists them.
    #[arg(long, value_name = "NAME,…")]
    pub(crate) columns: Option<String>,
    /// Show credentials, SDP keys and passwords in URIs instead of `*` for each of their bytes.
    #[arg(long)]
    pub(crate) show_secrets: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TypesArg {
    Native,
    Spark,
}

impl TypesArg {
    pub(crate) const fn types(self) -> Types {
        match self {
            TypesArg::Native => Types::Native,
            TypesArg::Spark => Types::Spark,
        }
    }
}

/// Which rows are wanted: all of what is asked for has to hold.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filters {
    /// Not before: a date, a time of RFC 3339, or seconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<i64>,
    /// Before that time.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<i64>,
    /// This Call-ID.
    #[arg(long, value_name = "ID")]
    call_id: Option<String>,
    /// This method, in responses that of CSeq.
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Status codes, such as 486, 4xx or 480-489; of a call its final one.
    #[arg(long, value_name = "CODES")]
    status: Option<Statuses>,
    /// Sent from there: an address, perhaps with /BITS or :PORT.
    #[arg(long, value_name = "ADDR")]
    src: Option<Net>,
    /// Sent to there.
    #[arg(long, value_name = "ADDR")]
    dst: Option<Net>,
    /// This user in Request-URI, From, To or credentials.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Messages with this defect.
    #[arg(long, value_name = "CODE")]
    defect: Option<String>,
    /// Stop after so many rows.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

impl Filters {
    pub(crate) fn filter(&self) -> Filter {
        let mut filter = Filter::default();
        (filter.since, filter.until) = (self.since, self.until);
        filter.call_id = self.call_id.clone().map(String::into_bytes);
        filter.method = self.method.clone().map(String::into_bytes);
        (filter.status, filter.src, filter.dst) = (self.status.clone(), self.src, self.dst);
        filter.user = self.user.clone().map(String::into_bytes);
        filter.defect = self.defect.clone();
        filter
    }
}

/// How many threads make rows.
#[derive(Args, Clone, Debug)]
pub(crate) struct Threads {
    /// Threads that make rows, which are the same for any number.
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) threads: NonZeroUsize,
}
