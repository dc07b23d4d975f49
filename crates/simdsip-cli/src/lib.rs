//! The `simdsip` command: messages and captures, shown.
//!
//! Translates and never decides: what a message is says `simdsip`, what a capture holds says
//! `simdsip-capture`. Never sends a packet. Exit status: 0 finished, whatever the traffic holds; 1 `parse`
//! rejected a message, or `--fail-on defects` met one; 2 usage or input/output.
#![forbid(unsafe_code)]

mod args;
mod capture;
mod escape;
mod extract;
mod info;
mod ladder;
mod mask;
mod messages;
mod output;
mod parse;
mod records;
mod schema;
mod shell;
mod sigcomp;
mod stats;
mod style;

use args::{Args, Command};
use clap::Parser as _;
use output::Status;
use std::ffi::OsString;
use std::io;

/// Runs the command with its arguments, of which the first is its own name. Gives the exit status.
///
/// Reads `SIMDSIP_SCAN`, and writes to standard output and standard error.
pub fn command(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(told) => {
            // Help and version are told the same way, and are no trouble.
            let _ = told.print();
            return u8::try_from(told.exit_code()).unwrap_or(2);
        }
    };
    match run(args) {
        Ok(status) => status as u8,
        // Whoever read us has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Finished as u8,
        Err(error) => {
            output::complain("standard output", &output::reason(&error));
            Status::Trouble as u8
        }
    }
}

/// An error is one of standard output; those of the input are told as they come and make the status.
fn run(args: Args) -> io::Result<Status> {
    let cap = match args::backend_cap() {
        Ok(cap) => cap,
        Err(error) => {
            output::complain("SIMDSIP_SCAN", &error);
            return Ok(Status::Trouble);
        }
    };
    match args.command {
        Command::Parse(parse) => parse::run(&parse, args.color, cap),
        Command::Messages(messages) => messages::run(&messages, args.color, cap),
        Command::Calls(calls) => records::calls(&calls, args.color, cap),
        Command::Registrations(records) => records::registrations(&records, args.color, cap),
        Command::Transactions(records) => records::transactions(&records, args.color, cap),
        Command::Stats(stats) => stats::run(&stats, args.color, cap),
        Command::Ladder(ladder) => ladder::run(&ladder, cap),
        Command::Extract(extract) => extract::run(&extract, cap),
        Command::Info(info) => info::run(&info, args.color, cap),
        Command::Sigcomp(command) => sigcomp::run(&command, cap),
        Command::Schema(schema) => schema::run(&schema),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { command } => shell::man(command.as_deref()),
    }
}
