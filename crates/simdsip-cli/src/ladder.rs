//! `ladder`: who sent what to whom in one call, drawn.

use crate::args::{self, Drawing};
use crate::capture::{drive, options};
use crate::mask::{Secrets, Shown};
use crate::output::{Form, Output, Status, complain};
use simdsip::Backend;
use simdsip_capture::Ladder;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;

pub(crate) fn run(args: &args::Ladder, cap: Option<Backend>) -> io::Result<Status> {
    let Some(options) = options(&args.captures, cap) else { return Ok(Status::Trouble) };
    let mut ladder = Ladder::new(args.call.as_bytes());
    let secrets = if args.show_secrets { Secrets::Shown } else { Secrets::Hidden };
    let hide = |text: &[u8]| Shown::new(text, None, secrets).bytes().to_vec();
    let status = drive(
        &args.captures.files,
        &options,
        &|_| Ok(()),
        &mut |row, _| {
            ladder.row(row, &hide);
            ControlFlow::Continue(())
        },
        &mut || Ok(()),
    )?;
    if ladder.is_empty() {
        complain(&args.call, "no message has this Call-ID");
        return Ok(status.max(Status::Found));
    }
    let columns = io::stdout()
        .is_terminal()
        .then(|| terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)));
    let (form, drawn) = match args.format {
        Drawing::Text => (Form::Text, ladder.text(columns)),
        Drawing::Svg => (Form::Lines, ladder.svg()),
        Drawing::Html => (Form::Lines, ladder.html()),
        Drawing::Mermaid => (Form::Lines, ladder.mermaid()),
        Drawing::Json => (Form::Json, ladder.json()),
    };
    let mut output = Output::new(form);
    output.write_all(drawn.as_bytes())?;
    output.flush()?;
    Ok(status)
}
