//! Values written into the caller's buffer; what does not fit is counted, so that the error says how much it takes.

use simdsip::Word;

use crate::{Error, ErrorKind, Param};

pub(crate) struct Out<'o> {
    buffer: &'o mut [u8],
    len: usize,
    bad: Option<Param>,
}

impl<'o> Out<'o> {
    pub(crate) fn new(buffer: &'o mut [u8]) -> Out<'o> {
        Out { buffer, len: 0, bad: None }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.buffer.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
        }
        self.len = end;
    }

    /// `, name=value`, without the comma where it is the first.
    pub(crate) fn token(&mut self, name: Param, value: &[u8]) {
        self.name(name);
        self.put(value);
    }

    /// The same with a value in quotes, escaped where it has to be (RFC 3261 §25.1).
    pub(crate) fn quoted(&mut self, name: Param, value: &[u8]) {
        self.name(name);
        self.put(b"\"");
        self.escaped(name, value);
        self.put(b"\"");
    }

    /// A word of the peer's: as it stands where it is quoted, for some compare it byte for byte; without quotes or with
    /// a fold, its meaning, quoted anew.
    pub(crate) fn requoted(&mut self, name: Param, word: Word<'_>) {
        self.name(name);
        if word.is_quoted() && !word.raw().iter().any(|&byte| is_control(byte)) {
            return self.put(word.raw());
        }
        self.put(b"\"");
        word.unescaped().for_each(|piece| self.escaped(name, piece));
        self.put(b"\"");
    }

    pub(crate) fn finish(self) -> Result<&'o mut [u8], Error> {
        if let Some(param) = self.bad {
            return Err(Error::new(ErrorKind::Text(param), 0));
        }
        let len = self.len;
        self.buffer.get_mut(..len).ok_or(Error::new(ErrorKind::Room(len), 0))
    }

    fn name(&mut self, name: Param) {
        // The scheme stands before the first.
        self.put(if self.buffer_ends_scheme() { b" " } else { b", " });
        self.put(name.as_str().as_bytes());
        self.put(b"=");
    }

    fn buffer_ends_scheme(&self) -> bool {
        self.len == SCHEME.len()
    }

    fn escaped(&mut self, name: Param, text: &[u8]) {
        for piece in text.split_inclusive(|byte| matches!(byte, b'"' | b'\\')) {
            match piece.split_last() {
                Some((last @ (b'"' | b'\\'), before)) => {
                    self.put(before);
                    self.put(&[b'\\', *last]);
                }
                _ => self.put(piece),
            }
        }
        // A line end would begin another header field.
        if text.iter().any(|&byte| is_control(byte)) {
            self.bad = Some(name);
        }
    }
}

/// What every value of Digest begins with.
pub(crate) const SCHEME: &[u8] = b"Digest";

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}
