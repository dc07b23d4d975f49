//! Compressed input: gzip (RFC 1952, several members) and zstd (RFC 8878, several and skippable frames).
//!
//! Known by content. Decompresses as it is read, so that memory stays bounded: by 32 KiB for gzip, by the frame's
//! window for zstd, which is refused above 100 MiB. What swells beyond every capture is refused too. Compressed data
//! that is cut short gives what is there of it.

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use std::io::{self, BufReader, Read};

/// From here on the ratio is looked at: below, a swelling file harms nobody.
const FREE: u64 = 64 << 20;
/// Bytes out for each byte in. Captures of one packet again and again reach a hundred.
const MAX_RATIO: u64 = 512;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    pub(super) fn by_magic(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A skippable frame may come first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Bytes that were looked at already, then the rest. Counts what it gives.
#[derive(Debug)]
pub(super) struct Input<R> {
    head: [u8; 8],
    from: usize,
    to: usize,
    reader: R,
    given: u64,
}

impl<R: Read> Input<R> {
    pub(super) fn new(head: [u8; 8], to: usize, reader: R) -> Self {
        Self { head, from: 0, to, reader, given: 0 }
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let head = self.head.get(self.from..self.to).unwrap_or_default();
        let len = if head.is_empty() {
            self.reader.read(buffer)?
        } else {
            let len = head.len().min(buffer.len());
            if let (Some(into), Some(from)) = (buffer.get_mut(..len), head.get(..len)) {
                into.copy_from_slice(from);
            }
            self.from = self.from.saturating_add(len);
            len
        };
        self.given = self.given.saturating_add(len as u64);
        Ok(len)
    }
}

/// What comes before a frame was looked at, and is read again.
type Frames<R> = Input<BufReader<Input<R>>>;
type Zstd<R> = StreamingDecoder<Frames<R>, ruzstd::decoding::FrameDecoder>;

/// A reader that decompresses if there is something to decompress.
pub(super) enum Unpacked<R: Read> {
    Plain(Input<R>),
    Gzip { decoder: Box<MultiGzDecoder<BufReader<Input<R>>>>, made: u64 },
    Zstd { state: ZstdState<R>, made: u64 },
}

/// Between two frames there is no decoder.
pub(super) enum ZstdState<R: Read> {
    Between(Option<BufReader<Input<R>>>),
    Frame(Box<Zstd<R>>),
}

impl<R: Read> Unpacked<R> {
    pub(super) fn new(packing: Packing, input: Input<R>) -> Self {
        match packing {
            Packing::None => Self::Plain(input),
            Packing::Gzip => {
                let decoder = Box::new(MultiGzDecoder::new(BufReader::with_capacity(64 << 10, input)));
                Self::Gzip { decoder, made: 0 }
            }
            Packing::Zstd => {
                let state = ZstdState::Between(Some(BufReader::with_capacity(64 << 10, input)));
                Self::Zstd { state, made: 0 }
            }
        }
    }
}

impl<R: Read> std::fmt::Debug for Unpacked<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Gzip { .. } => "Gzip",
            Self::Zstd { .. } => "Zstd",
        })
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip { decoder, made } => {
                let len = decoder.read(buffer)?;
                *made = made.saturating_add(len as u64);
                within(*made, decoder.get_ref().get_ref().given)?;
                Ok(len)
            }
            Self::Zstd { state, made } => {
                let (len, taken) = state.read(buffer)?;
                *made = made.saturating_add(len as u64);
                within(*made, taken)?;
                Ok(len)
            }
        }
    }
}

fn within(made: u64, taken: u64) -> io::Result<()> {
    if made > FREE && made > taken.saturating_mul(MAX_RATIO) {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "swells beyond every capture"));
    }
    Ok(())
}

impl<R: Read> ZstdState<R> {
    /// Bytes given now, and compressed bytes taken in all.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<(usize, u64)> {
        loop {
            match self {
                Self::Frame(decoder) => {
                    let len = decoder.read(buffer)?;
                    let taken = decoder.get_ref().reader.get_ref().given;
                    if len > 0 || buffer.is_empty() {
                        return Ok((len, taken));
                    }
                    let Self::Frame(decoder) = std::mem::replace(self, Self::Between(None)) else {
                        return Ok((0, taken));
                    };
                    *self = Self::Between(Some(decoder.into_inner().reader));
                }
                Self::Between(input) => {
                    let Some(mut reader) = input.take() else { return Ok((0, 0)) };
                    let mut head = [0; 8];
                    let mut len = 0usize;
                    while let Some(space) = head.get_mut(len..).filter(|space| !space.is_empty()) {
                        match reader.read(space)? {
                            0 => break,
                            count => len = len.saturating_add(count),
                        }
                    }
                    let taken = reader.get_ref().given;
                    if len == 0 {
                        *input = Some(reader);
                        return Ok((0, taken));
                    }
                    if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, size @ ..] = head {
                        // A skippable frame (RFC 8878 §3.1.2).
                        let size = u64::from(u32::from_le_bytes(size));
                        io::copy(&mut reader.by_ref().take(size), &mut io::sink())?;
                        *input = Some(reader);
                        continue;
                    }
                    let decoder =
                        StreamingDecoder::new(Input::new(head, len, reader)).map_err(frame_error)?;
                    *self = Self::Frame(Box::new(decoder));
                }
            }
        }
    }
}

fn frame_error(error: FrameDecoderError) -> io::Error {
    let kind = match &error {
        FrameDecoderError::ReadFrameHeaderError(
            ReadFrameHeaderError::MagicNumberReadError(_)
            | ReadFrameHeaderError::FrameDescriptorReadError(_)
            | ReadFrameHeaderError::WindowDescriptorReadError(_)
            | ReadFrameHeaderError::FrameContentSizeReadError(_)
            | ReadFrameHeaderError::DictionaryIdReadError(_),
        ) => io::ErrorKind::UnexpectedEof,
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, error)
}
