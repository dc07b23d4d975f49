//! Standard output, standard error and the exit status.
//!
//! Output is gathered and written when there is enough of it, or when the input makes us wait. What goes to a
//! terminal cannot command it, whatever form it has.

use crate::escape;
use std::io::{self, IsTerminal, Write};

/// Written when so many bytes have gathered.
const ENOUGH: usize = 64 << 10;

/// How it went, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Finished, whatever the traffic holds.
    Finished,
    /// What was asked for was found: a rejected message, a defect.
    Found,
    /// Usage or input/output.
    Trouble,
}

/// What is written: it decides how a terminal is kept safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text that was escaped where it was made, and may hold colours.
    Text,
    /// JSON.
    Json,
    /// Lines of anything.
    Lines,
}

/// Standard output.
#[derive(Debug)]
pub(crate) struct Output {
    buffer: Vec<u8>,
    form: Form,
    terminal: bool,
}

impl Output {
    pub(crate) fn new(form: Form) -> Output {
        Output { buffer: Vec::new(), form, terminal: io::stdout().is_terminal() }
    }

    /// Where to append; [`Output::spill`] is to follow.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Writes if there is enough to write.
    pub(crate) fn spill(&mut self) -> io::Result<()> {
        if self.buffer.len() < ENOUGH { Ok(()) } else { self.flush() }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        self.spill()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        if self.terminal && self.form != Form::Text {
            let text = String::from_utf8_lossy(&self.buffer);
            let mut safe = String::with_capacity(text.len());
            match self.form {
                Form::Json => escape::escape_json(&text, &mut safe),
                Form::Lines | Form::Text => escape::escape_lines(&text, &mut safe),
            }
            stdout.write_all(safe.as_bytes())?;
        } else {
            stdout.write_all(&self.buffer)?;
        }
        self.buffer.clear();
        stdout.flush()
    }
}

/// `simdsip: SUBJECT: what is wrong` on standard error.
pub(crate) fn complain(subject: &str, what: &str) {
    let mut line = String::from("simdsip: ");
    escape::escape(subject.as_bytes(), &mut line);
    line.push_str(": ");
    line.push_str(what);
    line.push('\n');
    // Nobody is left to be told if this fails.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// What the operating system says, without its number, and what to do where that is not plain.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let text = match error.kind() {
        // As the shell and GNU say it, also where only the kind is known.
        io::ErrorKind::NotFound => "No such file or directory",
        io::ErrorKind::PermissionDenied => "Permission denied",
        io::ErrorKind::IsADirectory => "Is a directory; name the files in it",
        _ => text,
    };
    text.to_owned()
}
