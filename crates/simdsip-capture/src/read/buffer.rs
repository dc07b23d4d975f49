//! One block of input, refilled from the front.
//!
//! Grows only to what a caller asks for, and callers ask for no more than a packet of believed length. A
//! read returns as soon as the bytes asked for are there, so that packets from a pipe are not held back.

use super::{MAX_PACKET, ReadError, ReadErrorKind};
use std::io::{self, Read};

/// Large enough that a packet seldom has to move, small enough for the second-level cache.
const BLOCK: usize = 256 * 1024;

#[derive(Debug)]
pub(super) struct Buffer<R> {
    reader: R,
    block: Vec<u8>,
    /// The unread bytes are `block[from..to]`.
    from: usize,
    to: usize,
    /// File offset of `block[from]`.
    position: u64,
    /// Where the packet handed out last begins in `block`.
    packet: usize,
    end: bool,
    /// The input ended where compressed data should go on.
    torn: bool,
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            block: vec![0; BLOCK],
            from: 0,
            to: 0,
            position: 0,
            packet: 0,
            end: false,
            torn: false,
        }
    }

    /// The bytes that are there without reading.
    pub(super) fn window(&self) -> &[u8] {
        self.block.get(self.from..self.to).unwrap_or_default()
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Reads until `len` bytes are there or the input ends. Says whether they are.
    pub(super) fn fill(&mut self, len: usize) -> io::Result<bool> {
        debug_assert!(len <= MAX_PACKET + 1024, "callers check lengths before they ask");
        if self.to.saturating_sub(self.from) >= len {
            return Ok(true);
        }
        if self.block.len().saturating_sub(self.from) < len {
            self.block.copy_within(self.from..self.to, 0);
            self.to = self.to.saturating_sub(self.from);
            self.from = 0;
            if self.block.len() < len {
                self.block.resize(len, 0);
            }
        }
        while self.to.saturating_sub(self.from) < len && !self.end {
            let Some(space) = self.block.get_mut(self.to..) else { break };
            match self.reader.read(space) {
                Ok(0) => self.end = true,
                Ok(count) => self.to = self.to.saturating_add(count).min(self.block.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    (self.end, self.torn) = (true, true);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.to.saturating_sub(self.from) >= len)
    }

    /// As `fill`, with a missing byte as the error that it is in the middle of a record.
    pub(super) fn need(&mut self, len: usize) -> Result<(), ReadError> {
        match self.fill(len) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.cut_short()),
            Err(error) => Err(self.io(&error)),
        }
    }

    /// Whether the input ends exactly here.
    pub(super) fn at_end(&mut self) -> Result<bool, ReadError> {
        match self.fill(1) {
            Ok(false) if self.torn => Err(self.cut_short()),
            Ok(there) => Ok(!there),
            Err(error) => Err(self.io(&error)),
        }
    }

    /// Passes over `len` bytes that are in the window.
    pub(super) fn take(&mut self, len: usize) {
        let len = len.min(self.to.saturating_sub(self.from));
        self.from = self.from.saturating_add(len);
        self.position = self.position.saturating_add(len as u64);
    }

    /// Passes over `len` bytes, reading and forgetting what is not in the window.
    pub(super) fn skip(&mut self, len: u64) -> Result<(), ReadError> {
        let mut left = len;
        while left > 0 {
            if self.at_end()? {
                return Err(self.cut_short());
            }
            let here = self.window().len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.take(here);
            left = left.saturating_sub(here as u64);
        }
        Ok(())
    }

    /// Takes `len` bytes of the window as the packet, and `rest` bytes after it that are in the window.
    pub(super) fn take_packet(&mut self, len: usize, rest: usize) {
        self.packet = self.from;
        self.take(len.saturating_add(rest));
    }

    /// The packet taken last.
    pub(super) fn packet(&self, len: usize) -> &[u8] {
        self.block.get(self.packet..self.packet.saturating_add(len)).unwrap_or_default()
    }

    fn cut_short(&self) -> ReadError {
        let at = self.position.saturating_add(self.window().len() as u64);
        ReadError { kind: ReadErrorKind::CutShort, at }
    }

    fn io(&self, error: &io::Error) -> ReadError {
        let at = self.position.saturating_add(self.window().len() as u64);
        let kind = match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => ReadErrorKind::Compression,
            io::ErrorKind::FileTooLarge => ReadErrorKind::Swells,
            kind => ReadErrorKind::Io(kind),
        };
        ReadError { kind, at }
    }
}
