//! `parse`: each file one message, as text with carets or as JSON.
//!
//! Reads all that can be represented, and no more of a file than the mode's limit for messages and one byte; then an
//! element of the role and mode says what it owes to the message. Secrets are hidden in a copy from which
//! only what is shown is taken: structure, verdict, places and defects are those of the bytes as they are.

mod excerpt;
mod json;
mod read;
mod text;

use crate::args::{FailOn, Parse, When};
use crate::mask::{Secrets, Shown};
use crate::output::{Form, Output, Status, complain, reason};
use crate::style::Style;
use read::{Indexes, Rejection, View};
use simdsip::{Backend, Verdict};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// One file, read.
pub(crate) struct Subject<'b> {
    /// As it was named.
    pub(crate) file: &'b OsStr,
    /// What may be shown of its bytes.
    pub(crate) shown: &'b Shown<'b>,
    /// The message as it is.
    pub(crate) view: Result<View<'b>, Rejection>,
    /// What is owed to it.
    pub(crate) verdict: Option<Verdict>,
}

pub(crate) fn run(args: &Parse, color: When, cap: Option<Backend>) -> io::Result<Status> {
    let parser = read::parser(args.mode, cap);
    let secrets = if args.show_secrets { Secrets::Shown } else { Secrets::Hidden };
    let form = if args.json { Form::Json } else { Form::Text };
    let (mut output, style) = (Output::new(form), Style::of(color));
    let mut status = Status::Finished;
    for (at, path) in args.files.iter().enumerate() {
        let bytes = match read(path, parser.limits().message_len) {
            Ok(bytes) => bytes,
            Err(error) => {
                output.flush()?;
                complain(&path.to_string_lossy(), &reason(&error));
                if args.json {
                    json::unread(path.as_os_str(), &reason(&error), &mut output)?;
                }
                status = Status::Trouble;
                continue;
            }
        };
        let mut indexes = Indexes::default();
        let view = indexes.read(&parser, args.transport, &bytes);
        let shown = Shown::new(&bytes, view.as_ref().ok().map(|view| view.message), secrets);
        let verdict = view.as_ref().ok().map(|view| view.verdict(args, args.mode));
        let subject = Subject { file: path.as_os_str(), shown: &shown, view, verdict };
        status = status.max(judge(&subject, args.fail_on));
        if args.json {
            json::write(&subject, &mut output)?;
        } else {
            let mut page = String::new();
            if at > 0 {
                page.push('\n');
            }
            text::write(&subject, args, style, &mut page);
            output.write_all(page.as_bytes())?;
        }
    }
    output.flush()?;
    Ok(status)
}

fn judge(subject: &Subject<'_>, fail_on: Option<FailOn>) -> Status {
    let accepted = subject.verdict.is_some_and(|verdict| verdict.accepts());
    match &subject.view {
        Ok(view) if accepted && !(fail_on == Some(FailOn::Defects) && view.has_defects()) => Status::Finished,
        _ => Status::Found,
    }
}

/// The bytes of a file, up to one more than `limit`: enough to be refused for its length.
fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
