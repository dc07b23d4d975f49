//! A capture that is read as it comes: what is wrong with it is said on standard error, and how far it is too.

use crate::output::{complain, reason};
use simdsip_capture::{Messages, Options, Progress, ReadErrorKind, Row, Stats};
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// What is done before a read that may wait. Told whether the input is live.
pub(crate) type BeforeWait<'o> = &'o dyn Fn(bool) -> io::Result<()>;

/// A capture file or standard input.
pub(crate) struct Input<'o> {
    messages: Messages<Feed<'o>>,
    name: String,
    before_wait: BeforeWait<'o>,
    output_error: std::rc::Rc<RefCell<Option<io::Error>>>,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    More,
    End,
    /// Reading stopped, and standard error says why.
    Trouble,
}

/// Opens a capture; `None` if it is none, which standard error then says.
///
/// # Errors
/// Those of standard output.
pub(crate) fn open<'o>(
    path: &Path,
    options: &Options,
    before_wait: BeforeWait<'o>,
) -> io::Result<Option<Input<'o>>> {
    let name = path.to_string_lossy().into_owned();
    let (reader, len): (Box<dyn Read>, _) = if path == Path::new("-") {
        (Box::new(io::stdin()), None)
    } else {
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
        match opened {
            Ok((metadata, file)) => (Box::new(file), metadata.is_file().then_some(metadata.len())),
            Err(error) => {
                before_wait(true)?;
                complain(&name, &reason(&error));
                return Ok(None);
            }
        }
    };
    let output_error = std::rc::Rc::new(RefCell::new(None));
    let meter = Meter::new(&name, len);
    let feed = Feed { reader, before_wait, live: len.is_none(), error: output_error.clone(), meter };
    match Messages::from_reader(feed, name.as_str(), options) {
        Ok(messages) => Ok(Some(Input { messages, name, before_wait, output_error })),
        Err(error) => {
            if let Some(error) = output_error.take() {
                return Err(error);
            }
            before_wait(true)?;
            let what = super::open::opening(error);
            complain(&name, &what);
            Ok(None)
        }
    }
}

impl Input<'_> {
    /// Reads a packet. At the end of a capture that is cut short, or cannot be read on, says so.
    ///
    /// # Errors
    /// Those of standard output.
    pub(crate) fn step(&mut self, visit: &mut impl FnMut(&Row<'_>)) -> io::Result<Step> {
        match self.messages.step(visit) {
            Ok(Progress::More) => Ok(Step::More),
            Ok(Progress::End) => {
                if let Some(at) = self.messages.stats().cut_short {
                    self.say(&super::open::cut_short(at))?;
                }
                Ok(Step::End)
            }
            Err(error) => {
                if let Some(error) = self.output_error.take() {
                    return Err(error);
                }
                let what = match error.kind {
                    ReadErrorKind::Io(kind) => format!("{} at byte {}", reason(&kind.into()), error.at),
                    _ => format!("{error}; all before it was read"),
                };
                self.say(&what)?;
                Ok(Step::Trouble)
            }
        }
    }

    pub(crate) fn stats(&self) -> &Stats {
        self.messages.stats()
    }

    /// On standard error, behind the rows that came before.
    fn say(&self, what: &str) -> io::Result<()> {
        (self.before_wait)(true)?;
        complain(&self.name, what);
        Ok(())
    }
}

/// The reader that lets the output go before it waits.
struct Feed<'o> {
    reader: Box<dyn Read>,
    before_wait: BeforeWait<'o>,
    live: bool,
    /// An error of the output, which cannot pass through the capture engine as it is.
    error: std::rc::Rc<RefCell<Option<io::Error>>>,
    meter: Meter,
}

impl Read for Feed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Err(error) = (self.before_wait)(self.live) {
            self.error.replace(Some(error));
            return Err(io::ErrorKind::Other.into());
        }
        let len = self.reader.read(buffer)?;
        self.meter.took(len);
        Ok(len)
    }
}

/// How far it is: on standard error, if that is a terminal and standard output is none, and it takes long.
pub(super) struct Meter {
    wanted: bool,
    name: String,
    len: Option<u64>,
    taken: u64,
    last: Cell<Instant>,
    shown: bool,
}

impl Meter {
    const PAUSE: Duration = Duration::from_millis(500);

    pub(super) fn new(name: &str, len: Option<u64>) -> Meter {
        let wanted = len.is_some() && io::stderr().is_terminal() && !io::stdout().is_terminal();
        let name = crate::escape::escaped(name.as_bytes());
        Meter { wanted, name, len, taken: 0, last: Cell::new(Instant::now()), shown: false }
    }

    pub(super) fn took(&mut self, len: usize) {
        self.taken += len as u64;
        if !self.wanted || self.last.get().elapsed() < Meter::PAUSE {
            return;
        }
        self.last.set(Instant::now());
        self.shown = true;
        let percent = self.taken.saturating_mul(100) / self.len.unwrap_or(1).max(1);
        let _ = write!(io::stderr(), "\r\x1b[K{}: {} %", self.name, percent.min(100));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
