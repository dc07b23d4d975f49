//! Many captures as one, packet by packet in the order of their times.
//!
//! A file is opened when its first packet's turn comes, so that a thousand rotated files take the memory of one.
//! Within a file the order is the file's own: a packet that is earlier than the one before it does not jump back.

use super::{OpenError, OpenErrorKind, Packet, ReadError, ReadErrorKind, Reader};
use std::io::{self, Read};

/// A capture to be read, and its name.
pub struct Source<R> {
    name: String,
    open: Open<R>,
}

enum Open<R> {
    Now(Option<R>),
    Later(Box<dyn FnMut() -> io::Result<R> + Send>),
}

impl<R> Source<R> {
    /// A reader that is open, such as standard input.
    pub fn new(name: impl Into<String>, reader: R) -> Self {
        Self { name: name.into(), open: Open::Now(Some(reader)) }
    }

    /// A file that can be opened again: once to see when it begins, once to read it.
    pub fn lazy(name: impl Into<String>, open: impl FnMut() -> io::Result<R> + Send + 'static) -> Self {
        Self { name: name.into(), open: Open::Later(Box::new(open)) }
    }
}

impl<R> std::fmt::Debug for Source<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Source({})", self.name)
    }
}

/// A capture among others.
struct Member<R: Read> {
    open: Open<R>,
    reader: Option<Reader<R>>,
    /// Time of its next packet, as far as the order goes.
    due: i64,
    done: bool,
    frame: u64,
    /// Among others, each looks one packet ahead: the one given last, and the one that waits.
    given: Kept,
    ahead: Kept,
    waits: bool,
    primed: bool,
    error: Option<ReadError>,
}

/// A packet whose bytes are a copy.
#[derive(Default)]
struct Kept {
    at: u64,
    time: Option<i64>,
    link: u32,
    data: Vec<u8>,
    absent: usize,
    secrets: Vec<u8>,
}

/// Captures in one order.
pub(crate) struct Sequence<R: Read> {
    members: Vec<Member<R>>,
    names: Vec<String>,
    /// Whose packet came last.
    current: usize,
}

/// What comes next.
pub(crate) enum Next<'a> {
    Packet {
        file: usize,
        frame: u64,
        packet: Packet<'a>,
        compressed: bool,
    },
    /// A file ended; its number, and how many bytes it had.
    FileEnd {
        file: usize,
        bytes: u64,
        error: Option<ReadError>,
    },
    /// A file could not be opened when its turn came.
    Failed {
        file: usize,
        error: OpenError,
    },
    End,
}

impl<R: Read> std::fmt::Debug for Sequence<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sequence({:?})", self.names)
    }
}

fn io_error(error: &io::Error) -> OpenError {
    OpenError { kind: OpenErrorKind::Io(error.kind()), at: 0 }
}

impl<R: Read> Open<R> {
    fn reader(&mut self) -> Result<Reader<R>, OpenError> {
        match self {
            Self::Now(reader) => {
                let gone = OpenError { kind: OpenErrorKind::Io(io::ErrorKind::NotFound), at: 0 };
                Reader::open(reader.take().ok_or(gone)?)
            }
            Self::Later(open) => Reader::open(open().map_err(|error| io_error(&error))?),
        }
    }
}

impl<R: Read> Sequence<R> {
    /// One capture, which is open when this returns.
    pub(crate) fn one(source: Source<R>) -> Result<Self, OpenError> {
        let Source { name, mut open } = source;
        let reader = Some(open.reader()?);
        Ok(Self { members: vec![Member::new(open, reader)], names: vec![name], current: 0 })
    }

    /// Several. Those that cannot be opened are given back with the reason, and left out.
    pub(crate) fn many(sources: Vec<Source<R>>) -> (Self, Vec<(String, OpenError)>) {
        let (mut members, mut names, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        let alone = sources.len() == 1;
        for Source { name, mut open } in sources {
            let reader = match open.reader() {
                Ok(reader) => reader,
                Err(error) => {
                    failed.push((name, error));
                    continue;
                }
            };
            let mut member = Member::new(open, None);
            match &member.open {
                // A single file has nobody to wait for, and what is live should not.
                _ if alone => member.reader = Some(reader),
                Open::Later(_) => {
                    let mut reader = reader;
                    member.due = match reader.next() {
                        Some(Ok(packet)) => packet.time.unwrap_or(i64::MIN),
                        _ => i64::MIN,
                    };
                }
                Open::Now(_) => {
                    member.reader = Some(reader);
                    member.fetch();
                }
            }
            members.push(member);
            names.push(name);
        }
        (Self { members, names, current: 0 }, failed)
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The packet whose turn it is.
    pub(crate) fn next(&mut self) -> Next<'_> {
        let file = match self.members.as_slice() {
            [only] if !only.done => 0,
            members => {
                let waiting = members.iter().enumerate().filter(|(_, member)| !member.done);
                match waiting.min_by_key(|(_, member)| member.due) {
                    Some((file, _)) => file,
                    None => return Next::End,
                }
            }
        };
        self.current = file;
        let alone = self.members.len() == 1;
        let Some(member) = self.members.get_mut(file) else { return Next::End };
        if member.reader.is_none() {
            match member.open.reader() {
                Ok(reader) => member.reader = Some(reader),
                Err(error) => {
                    member.done = true;
                    return Next::Failed { file, error };
                }
            }
        }
        member.give(file, alone)
    }

    /// Bytes of all files that were taken so far from those still open.
    pub(crate) fn position(&self) -> u64 {
        let open = self.members.iter().filter_map(|member| member.reader.as_ref());
        open.map(Reader::position).fold(0, u64::saturating_add)
    }
}

impl<R: Read> Member<R> {
    fn new(open: Open<R>, reader: Option<Reader<R>>) -> Self {
        Self {
            open,
            reader,
            due: i64::MIN,
            done: false,
            frame: 0,
            given: Kept::default(),
            ahead: Kept::default(),
            waits: false,
            primed: false,
            error: None,
        }
    }

    /// Gives the next packet. Where there are others, looks at the one behind it.
    fn give(&mut self, file: usize, alone: bool) -> Next<'_> {
        if alone {
            return self.give_alone(file);
        }
        if !self.primed {
            self.fetch();
        }
        let (compressed, bytes) =
            self.reader.as_ref().map_or((false, 0), |reader| (reader.is_compressed(), reader.position()));
        if !self.waits {
            (self.done, self.reader) = (true, None);
            return Next::FileEnd { file, bytes, error: self.error.take() };
        }
        std::mem::swap(&mut self.given, &mut self.ahead);
        self.fetch();
        self.frame = self.frame.saturating_add(1);
        let Kept { at, time, link, data, absent, secrets } = &self.given;
        let packet = Packet { at: *at, time: *time, link: *link, data, absent: *absent, secrets };
        Next::Packet { file, frame: self.frame, packet, compressed }
    }

    fn give_alone(&mut self, file: usize) -> Next<'_> {
        let Some(reader) = &mut self.reader else { return Next::End };
        let compressed = reader.is_compressed();
        // Asked first, since a packet borrows the reader.
        if !reader.has_next() {
            self.done = true;
            return Next::FileEnd { file, bytes: reader.position(), error: reader.take_error() };
        }
        self.frame = self.frame.saturating_add(1);
        match reader.current() {
            Some(packet) => Next::Packet { file, frame: self.frame, packet, compressed },
            None => Next::End,
        }
    }

    fn fetch(&mut self) {
        self.primed = true;
        let next = self.reader.as_mut().and_then(Reader::next);
        self.waits = matches!(next, Some(Ok(_)));
        match next {
            Some(Ok(Packet { at, time, link, data, absent, secrets })) => {
                let bytes = &mut self.ahead.data;
                bytes.clear();
                bytes.extend_from_slice(data);
                let data = std::mem::take(bytes);
                let secrets = secrets.to_vec();
                self.ahead = Kept { at, time, link, data, absent, secrets };
                self.due = self.due.max(time.unwrap_or(i64::MIN));
            }
            end => {
                self.error = end.and_then(Result::err);
                // The end is told at once.
                self.due = i64::MIN;
            }
        }
    }
}

/// Whether a file ended within a record, and where.
pub(crate) fn cut_short(error: Option<&ReadError>) -> Option<u64> {
    error.filter(|error| error.kind == ReadErrorKind::CutShort).map(|error| error.at)
}
