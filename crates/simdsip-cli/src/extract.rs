//! `extract`: the packets of conversations, copied.
//!
//! Reads the captures three times: which conversations there are, which packets they have, and the copy.

use crate::args::Extract;
use crate::capture::{drive, options, sources};
use crate::output::{Status, complain, reason};
use simdsip::Backend;
use simdsip_capture::{Chosen, ExtractError, Extraction, Row};
use std::fs::File;
use std::io::{self, BufWriter};
use std::ops::ControlFlow;

pub(crate) fn run(args: &Extract, cap: Option<Backend>) -> io::Result<Status> {
    let Some(options) = options(&args.captures, cap) else { return Ok(Status::Trouble) };
    for path in &args.captures.files {
        if !path.metadata().is_ok_and(|file| file.is_file()) {
            complain(&path.to_string_lossy(), "expected a file: captures are read three times");
            return Ok(Status::Trouble);
        }
        if same_file(path, &args.output) {
            complain(&args.output.to_string_lossy(), "is one of the captures");
            return Ok(Status::Trouble);
        }
    }
    let frames = match args.frames.as_ref().map(std::fs::read_to_string).transpose() {
        Ok(frames) => frames,
        Err(error) => {
            complain(
                &args.frames.as_ref().map_or(String::new(), |path| path.to_string_lossy().into_owned()),
                &reason(&error),
            );
            return Ok(Status::Trouble);
        }
    };
    let Some(frames) = frames.as_deref().map_or(Some(Vec::new()), frame_list) else {
        complain("--frames", "expected numbers, one a line, perhaps behind a file's name and a tab");
        return Ok(Status::Trouble);
    };
    let mut chosen = Chosen::new(args.filters.filter(), args.filters.limit.unwrap_or(u64::MAX));
    args.call.iter().for_each(|call| chosen.call_id(call.as_bytes()));
    frames.into_iter().for_each(|(file, frame)| chosen.frame(file, frame));
    if chosen.is_empty() {
        complain("extract", "expected --call, --frames or a filter");
        return Ok(Status::Trouble);
    }
    let mut status = Status::Finished;
    if chosen.has_to_look() {
        status = pass(args, &options, &mut |row| chosen.look(row))?;
    }
    let mut extraction = Extraction::default();
    status = status.max(pass(args, &options, &mut |row| {
        if chosen.has(row) {
            extraction.row(row);
        }
    })?);
    if extraction.is_empty() {
        complain("extract", "no message is of such a conversation");
        return Ok(status.max(Status::Found));
    }
    let output = args.output.to_string_lossy();
    let file = match File::create(&args.output) {
        Ok(file) => BufWriter::new(file),
        Err(error) => {
            complain(&output, &reason(&error));
            return Ok(Status::Trouble);
        }
    };
    match extraction.copy(sources(&args.captures.files), file) {
        Ok(_) => Ok(status),
        Err(ExtractError::Write(error)) => {
            complain(&output, &reason(&error));
            Ok(Status::Trouble)
        }
        Err(error) => {
            complain("extract", &error.to_string());
            Ok(Status::Trouble)
        }
    }
}

fn pass(
    args: &Extract,
    options: &simdsip_capture::Options,
    visit: &mut impl FnMut(&Row<'_>),
) -> io::Result<Status> {
    drive(
        &args.captures.files,
        options,
        &|_| Ok(()),
        &mut |row, _| {
            visit(row);
            ControlFlow::Continue(())
        },
        &mut || Ok(()),
    )
}

/// `None` where a line is no number.
fn frame_list(text: &str) -> Option<Vec<(Option<String>, u64)>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match line.rsplit_once('\t') {
            Some((file, frame)) => Some((Some(file.to_owned()), frame.trim().parse().ok()?)),
            None => Some((None, line.parse().ok()?)),
        })
        .collect()
}

fn same_file(one: &std::path::Path, other: &std::path::Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
