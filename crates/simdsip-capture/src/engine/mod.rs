//! Captures in, rows out.

mod chunk;
mod clock;
mod decode;
mod options;
mod parallel;
mod reading;
mod repeat;
mod sigcomp;

pub use chunk::Chunk;
pub use options::Options;
pub use parallel::in_order;
pub use reading::Reading;
pub use sigcomp::Note as SigcompNote;

use crate::read::{self, Next, OpenError, OpenErrorKind, ReadError, Sequence, Source};
use crate::stats::Stats;
use crate::table::{FrameRef, Meta, Row};
use decode::Engine;
use simdsip::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Whether there may be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A packet was read.
    More,
    /// The capture is at its end, and so are the streams in it.
    End,
}

/// A message's bytes as the packets had them, not looked at beyond what it took to find them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'a> {
    pub(crate) meta: Meta,
    pub(crate) bytes: &'a [u8],
    pub(crate) error: Option<Error>,
    pub(crate) unfinished: bool,
    pub(crate) framed: bool,
    /// Other packets that hold parts of it.
    pub(crate) frames: &'a [FrameRef],
}

/// What was wrong with one file of several.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Its name.
    pub file: String,
    /// What is wrong.
    pub kind: TroubleKind,
}

/// The kinds of [`Trouble`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TroubleKind {
    /// It could not be opened, and nothing of it was read.
    Open(OpenError),
    /// Reading stopped in it; all before was read.
    Read(ReadError),
}

/// The SIP messages of captures, in the order in which their last packets come.
///
/// Rows of messages that never end (lost segments, a capture that stops) come when they are given up: their
/// frame is then lower than those before.
#[derive(Debug)]
pub struct Messages<R: Read> {
    sequence: Sequence<R>,
    engine: Engine,
    reading: Reading,
    troubles: Vec<Trouble>,
    ended: bool,
}

impl Messages<File> {
    /// Opens a capture file. Its path is the row's `file`.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or no capture.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let file =
            open_file(path).map_err(|error| OpenError { kind: OpenErrorKind::Io(error.kind()), at: 0 })?;
        Self::from_reader(file, path.to_string_lossy(), options)
    }

    /// Opens capture files as one sequence by time. Those that cannot be opened are [`troubles`](Self::troubles).
    pub fn open_all(paths: impl IntoIterator<Item = impl AsRef<Path>>, options: &Options) -> Self {
        let sources = paths.into_iter().map(|path| {
            let path = path.as_ref().to_owned();
            let name = path.to_string_lossy().into_owned();
            Source::lazy(name, move || open_file(&path))
        });
        Self::sequence(sources.collect(), options)
    }
}

/// Opening a directory works, reading it does not.
fn open_file(path: &Path) -> std::io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    Ok(file)
}

impl<R: Read> Messages<R> {
    /// Reads a capture from anything. Blocks of 256 KiB are read, so that it needs no buffer of its own.
    ///
    /// # Errors
    /// The input cannot be read, is empty, or no capture.
    pub fn from_reader(reader: R, file: impl Into<String>, options: &Options) -> Result<Self, OpenError> {
        Ok(Self::new(Sequence::one(Source::new(file, reader))?, options))
    }

    /// Reads captures as one sequence by time: a stream may begin in one and go on in the next. Those that cannot be
    /// opened are [`troubles`](Self::troubles).
    #[must_use]
    pub fn sequence(sources: Vec<Source<R>>, options: &Options) -> Self {
        let (sequence, failed) = Sequence::many(sources);
        let mut messages = Self::new(sequence, options);
        let failed = failed.into_iter().map(|(file, error)| Trouble { file, kind: TroubleKind::Open(error) });
        messages.troubles.extend(failed);
        messages
    }

    fn new(sequence: Sequence<R>, options: &Options) -> Self {
        let engine = Engine::new(options);
        let reading = engine.reading();
        Self { sequence, engine, reading, troubles: Vec::new(), ended: false }
    }

    /// Reads one packet and gives `visit` the rows that it completes. At the end it gives the rows of
    /// messages that never ended. A file that is cut short ends there; see [`Stats::cut_short`].
    ///
    /// # Errors
    /// Of one capture: it cannot be read on, or a record cannot be one; all rows before were given. Of several: never,
    /// see [`troubles`](Self::troubles).
    pub fn step(&mut self, visit: &mut impl FnMut(&Row<'_>)) -> Result<Progress, ReadError> {
        let Self { sequence, engine, reading, troubles, ended } = self;
        // Names do not change while packets are read.
        let names = engine.names(sequence.names());
        let (engine, stats) = engine.parts();
        advance(sequence, engine, stats, troubles, ended, &mut |payload, stats| {
            let row = reading.row(payload, &names);
            count(&row, stats);
            visit(&row);
        })
    }

    /// Reads packets until `chunk` holds `messages` messages or 4 MiB of them. Their rows are made elsewhere, by a
    /// [`Reading`]; what those count comes back with `Chunk::stats`.
    ///
    /// # Errors
    /// As [`Messages::step`].
    pub fn fill(&mut self, chunk: &mut Chunk, messages: usize) -> Result<Progress, ReadError> {
        let Self { sequence, engine, troubles, ended, .. } = self;
        chunk.clear(engine.names(sequence.names()));
        let (engine, stats) = engine.parts();
        while !chunk.is_full(messages) {
            let progress =
                advance(sequence, engine, stats, troubles, ended, &mut |payload, _| chunk.push(&payload))?;
            if progress == Progress::End {
                return Ok(Progress::End);
            }
        }
        Ok(Progress::More)
    }

    /// Makes rows of messages as these were found.
    #[must_use]
    pub fn reading(&self) -> Reading {
        self.engine.reading()
    }

    /// Names of the captures, as rows number them.
    pub fn names(&mut self) -> Arc<[String]> {
        self.engine.names(self.sequence.names())
    }

    /// What was wrong with files of several since this was asked last.
    pub fn troubles(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.troubles)
    }

    /// What became of SigComp datagrams since this was asked last, where [`Options::with_sigcomp_notes`] wished for it;
    /// 65,536 at most.
    pub fn sigcomp_notes(&mut self) -> Vec<SigcompNote> {
        self.engine.sigcomp_notes()
    }

    /// The backend in use.
    pub fn backend(&self) -> simdsip::Backend {
        self.reading.backend()
    }

    /// What was counted so far.
    pub fn stats(&self) -> &Stats {
        self.engine.stats()
    }

    /// Bytes of the captures that are open which were taken so far.
    pub fn position(&self) -> u64 {
        self.sequence.position()
    }
}

/// Counts a row as it is given out.
pub(crate) fn count(row: &Row<'_>, stats: &mut Stats) {
    stats.messages += 1;
    match row.message().map(|message| message.kind()) {
        Ok(simdsip::Kind::Request) => stats.requests += 1,
        Ok(simdsip::Kind::Response) => stats.responses += 1,
        Err(_) => stats.unparsed += 1,
    }
}

/// One packet.
fn advance<R: Read>(
    sequence: &mut Sequence<R>,
    engine: &mut decode::Layers,
    stats: &mut Stats,
    troubles: &mut Vec<Trouble>,
    ended: &mut bool,
    give: &mut dyn FnMut(Payload<'_>, &mut Stats),
) -> Result<Progress, ReadError> {
    if *ended {
        return Ok(Progress::End);
    }
    let alone = sequence.names().len() == 1;
    match sequence.next() {
        Next::Packet { file, frame, packet, compressed } => {
            if !packet.secrets.is_empty() {
                engine.add_secrets(packet.secrets);
            }
            engine.packet(file, frame, &packet, compressed, stats, give);
            Ok(Progress::More)
        }
        Next::FileEnd { file, bytes, error } => {
            let cut = read::cut_short(error.as_ref());
            stats.bytes = stats.bytes.saturating_add(cut.unwrap_or(bytes));
            stats.cut_short = stats.cut_short.or(cut);
            if let Some(error) = error.filter(|_| !alone) {
                let file = sequence.names().get(file).cloned().unwrap_or_default();
                troubles.push(Trouble { file, kind: TroubleKind::Read(error) });
            }
            if !alone {
                return Ok(Progress::More);
            }
            *ended = true;
            engine.finish(stats, give);
            match error.filter(|_| cut.is_none()) {
                Some(error) => Err(error),
                None => Ok(Progress::End),
            }
        }
        Next::Failed { file, error } => {
            let file = sequence.names().get(file).cloned().unwrap_or_default();
            troubles.push(Trouble { file, kind: TroubleKind::Open(error) });
            Ok(Progress::More)
        }
        Next::End => {
            *ended = true;
            engine.finish(stats, give);
            Ok(Progress::End)
        }
    }
}
