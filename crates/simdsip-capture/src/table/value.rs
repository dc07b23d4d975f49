//! What a column holds for one record, before it is text or Arrow.

use super::column::Column;
use super::row::RowDefects;
use crate::packet::Wraps;
use simdsip::{HeaderField, Word};
use std::net::IpAddr;
use std::sync::Arc;

/// A row of any table.
pub trait Record {
    /// What a column of the record's own table holds for it; null for a column of another.
    fn value(&self, column: &Column) -> Value<'_>;
}

/// What a column holds for one row.
#[expect(clippy::large_enum_variant, reason = "a box would allocate for each row")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value<'r> {
    /// Absent or malformed.
    Null,
    /// A flag.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Nanoseconds since 1970, UTC.
    Time(i64),
    /// One of a closed set.
    Word(&'static str),
    /// Name and number of a capture file.
    File(&'r str, u32),
    /// Bytes that are text, most times.
    Text(&'r [u8]),
    /// The same, on several lines.
    Lines(&'r [u8]),
    /// A header value on several lines.
    Folded(HeaderField<'r>),
    /// What stands in quotes, to be read without its backslashes.
    Quoted(Word<'r>),
    /// Bytes.
    Binary(&'r [u8]),
    /// A SHA-256.
    Hash([u8; 32]),
    /// A key of 16 bytes.
    Key([u8; 16]),
    /// An IP address.
    Addr(IpAddr),
    /// Texts.
    Texts(&'r [Vec<u8>]),
    /// Words of a closed set.
    Words(Words),
    /// Small numbers.
    Numbers(&'r [u16]),
    /// Defects.
    Defects(RowDefects<'r>),
    /// Packets of captures.
    Frames(Frames<'r>),
}

/// What takes the place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Masked {
    /// Of text or bytes.
    Text(Vec<u8>),
    /// Of texts, each of them.
    Texts(Vec<Vec<u8>>),
    /// Of a SHA-256.
    Hash([u8; 32]),
}

impl Masked {
    pub(crate) fn as_value(&self) -> Value<'_> {
        match self {
            Self::Text(bytes) => Value::Text(bytes),
            Self::Texts(texts) => Value::Texts(texts),
            Self::Hash(hash) => Value::Hash(*hash),
        }
    }
}

impl<'r> Value<'r> {
    /// Text, or null.
    pub(crate) fn text(text: Option<&'r [u8]>) -> Self {
        match text {
            None => Value::Null,
            Some(text) if memchr::memchr(b'\n', text).is_some() => Value::Lines(text),
            Some(text) => Value::Text(text),
        }
    }

    /// What a token or quoted string means.
    pub(crate) fn word(word: Option<Word<'r>>) -> Self {
        match word {
            Some(word) if word.is_quoted() && memchr::memchr2(b'\\', b'\n', word.raw()).is_some() => {
                Value::Quoted(word)
            }
            word => Value::text(word.map(|word| word.inner())),
        }
    }

    /// Null above 2^63 - 1.
    pub(crate) fn int(number: impl TryInto<i64>) -> Self {
        number.try_into().map_or(Value::Null, Value::Int)
    }

    pub(crate) fn maybe_int(number: Option<impl TryInto<i64>>) -> Self {
        number.map_or(Value::Null, Value::int)
    }

    /// Appends the bytes of any kind of text. Says whether it was one.
    pub fn append_text(&self, out: &mut Vec<u8>) -> bool {
        match self {
            Value::Text(bytes) | Value::Binary(bytes) => out.extend_from_slice(bytes),
            Value::Lines(bytes) => join(bytes, out),
            Value::Folded(field) => field.unfolded().append_to(out),
            Value::Quoted(word) => {
                let start = out.len();
                word.unescaped().for_each(|piece| out.extend_from_slice(piece));
                if out.get(start..).is_some_and(|text| text.contains(&b'\n')) {
                    let text = out.split_off(start);
                    join(&text, out);
                }
            }
            _ => return false,
        }
        true
    }
}

/// Each fold is read as a space (RFC 3261 §7.3.1).
fn join(text: &[u8], out: &mut Vec<u8>) {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    for (at, line) in lines.enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(line);
    }
}

/// Words of a closed set: the tunnels around a packet.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub(crate) Wraps);

impl Words {
    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.0.tunnels()
    }
}

/// A packet of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameRef {
    /// Number of the capture file, counted from 0.
    pub file: u32,
    /// Counted from 1.
    pub frame: u64,
}

/// Packets, and the names of the captures that they are of.
#[derive(Clone, Copy, Debug)]
pub struct Frames<'r> {
    pub(crate) frames: &'r [FrameRef],
    pub(crate) names: &'r Arc<[String]>,
}

impl<'r> Frames<'r> {
    /// The packets in order, with the name of each one's file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'r str, FrameRef)> + use<'r> {
        let Frames { frames, names } = *self;
        frames.iter().map(|frame| (names.get(frame.file as usize).map_or("", String::as_str), *frame))
    }
}
