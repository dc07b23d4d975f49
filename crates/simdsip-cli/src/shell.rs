//! Completion scripts and manual pages, made from the definition of the arguments.

use crate::args::Args;
use crate::output::{Form, Output, Status, complain};
use clap::CommandFactory;
use std::io::{self, Write};

pub(crate) fn completions(shell: clap_complete::Shell) -> io::Result<Status> {
    let mut output = Output::new(Form::Text);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "simdsip", &mut script);
    output.write_all(&script)?;
    output.flush()?;
    Ok(Status::Finished)
}

/// The page of the command, or of one subcommand.
pub(crate) fn man(subcommand: Option<&str>) -> io::Result<Status> {
    let mut command = Args::command();
    command.build();
    let page = match subcommand {
        None => command,
        Some(name) => match command.find_subcommand(name) {
            Some(found) => found.clone(),
            None => {
                let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
                complain(name, &format!("no such subcommand; there are {}", names.join(", ")));
                return Ok(Status::Trouble);
            }
        },
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    let mut output = Output::new(Form::Text);
    output.write_all(&roff)?;
    output.flush()?;
    Ok(Status::Finished)
}
