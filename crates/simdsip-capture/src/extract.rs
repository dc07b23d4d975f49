//! The packets of conversations: which they are, and their copy as pcapng.
//!
//! A conversation is a Call-ID. Its packets are those that complete its messages, and the fragments and segments that
//! hold parts of them; of WebSocket and TLS connections all packets are taken, since the others could not be read
//! without them, and of key logs that the captures hold the lines of these sessions. The captures are read up to three
//! times: [`Chosen::look`] is told which conversations there are, [`Extraction::row`] which packets they have, and
//! [`Extraction::copy`] copies them. draft-ietf-opsawg-pcapng.

mod keys;

use crate::filter::Filter;
use crate::packet::{Endpoint, Wraps, ip, link};
use crate::read::{Next, OpenError, ReadError, Sequence, Source};
use crate::table::{FrameRef, Row, Transport};
use etherparse::TcpSlice;
use keys::Keys;
use simdsip::HeaderName;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};

/// Which conversations are wanted: by Call-ID, by the frames of their messages, by a filter that one of them passes.
#[derive(Debug)]
pub struct Chosen {
    filter: Filter,
    /// How many may still be chosen by frames or by the filter.
    left: u64,
    /// By number, the files that they are of; `None` is any.
    frames: HashMap<u64, Vec<Option<String>>>,
    /// Hashes of Call-IDs: a capture may have millions, and no two of them collide but by chance.
    wanted: HashSet<u64>,
    seed: RandomState,
}

impl Chosen {
    /// Those of which a message passes the filter, at most `limit`; of an empty filter, none.
    #[must_use]
    pub fn new(filter: Filter, limit: u64) -> Self {
        let (frames, wanted, seed) = (HashMap::new(), HashSet::new(), RandomState::new());
        Self { filter, left: limit, frames, wanted, seed }
    }

    /// The conversation with this Call-ID.
    pub fn call_id(&mut self, call_id: &[u8]) {
        self.wanted.insert(self.seed.hash_one(call_id));
    }

    /// That of which a message is completed by this frame, of a file or of any.
    pub fn frame(&mut self, file: Option<String>, frame: u64) {
        self.frames.entry(frame).or_default().push(file);
    }

    /// Whether nothing was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && !self.has_to_look()
    }

    /// Whether the rows have to be looked at before it is known which conversations are wanted.
    #[must_use]
    pub fn has_to_look(&self) -> bool {
        !self.filter.is_empty() || !self.frames.is_empty()
    }

    /// Chooses the conversation of a row, if frames or filter ask for it.
    pub fn look(&mut self, row: &Row<'_>) {
        let named = |file: &Option<String>| file.as_deref().is_none_or(|file| file == row.file());
        let here = self.frames.get(&row.frame()).is_some_and(|files| files.iter().any(named));
        if self.left > 0
            && (here || (!self.filter.is_empty() && self.filter.keeps(row)))
            && let Some(hash) = self.hash(row)
            && self.wanted.insert(hash)
        {
            self.left -= 1;
        }
    }

    /// Whether the conversation of a row is wanted.
    #[must_use]
    pub fn has(&self, row: &Row<'_>) -> bool {
        self.hash(row).is_some_and(|hash| self.wanted.contains(&hash))
    }

    fn hash(&self, row: &Row<'_>) -> Option<u64> {
        let field = row.message().ok()?.field(HeaderName::CallId)?;
        Some(self.seed.hash_one(field.value()))
    }
}

/// Gathers packets.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    frames: HashSet<FrameRef>,
    connections: HashSet<(Endpoint, Endpoint)>,
}

/// Why a copy stopped.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExtractError {
    /// A capture cannot be opened.
    Open(String, OpenError),
    /// A capture cannot be read on.
    Read(String, ReadError),
    /// The copy cannot be written.
    Write(io::Error),
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(file, error) => write!(f, "{file}: {error}"),
            Self::Read(file, error) => write!(f, "{file}: {error}"),
            Self::Write(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ExtractError {}

impl Extraction {
    /// Takes the packets of a message, which is a row given by [`Messages::step`](crate::Messages::step).
    pub fn row(&mut self, row: &Row<'_>) {
        self.frames.insert(FrameRef { file: row.file_number(), frame: row.frame() });
        self.frames.extend(row.parts_in());
        if matches!(row.transport(), Transport::Tls | Transport::Ws | Transport::Wss) {
            self.connections.insert((row.source(), row.dest()));
        }
    }

    /// Whether no packet was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Copies the packets of the same captures, in the same order. Gives how many there are.
    ///
    /// # Errors
    /// A capture cannot be read, or the copy not be written.
    pub fn copy<R: Read>(&self, captures: Vec<Source<R>>, out: impl Write) -> Result<u64, ExtractError> {
        let (mut sequence, failed) = Sequence::many(captures);
        if let Some((file, error)) = failed.into_iter().next() {
            return Err(ExtractError::Open(file, error));
        }
        let names = sequence.names().to_vec();
        let name = |file: usize| names.get(file).cloned().unwrap_or_default();
        let mut copy = PcapNg::begin(out).map_err(ExtractError::Write)?;
        let mut count = 0;
        let mut keys = Keys::default();
        loop {
            match sequence.next() {
                Next::Packet { file, frame, packet, .. } => {
                    // Secrets of other sessions are nobody's business.
                    let mut lines = keys.key_log(packet.secrets);
                    let place = FrameRef { file: u32::try_from(file).unwrap_or(u32::MAX), frame };
                    let segment = self.segment(packet.link, packet.data);
                    lines.extend(segment.map(|payload| keys.segment(payload)).unwrap_or_default());
                    if !lines.is_empty() {
                        copy.secrets(&lines).map_err(ExtractError::Write)?;
                    }
                    if segment.is_some() || self.frames.contains(&place) {
                        copy.packet(packet.link, packet.time, packet.data, packet.absent)
                            .map_err(ExtractError::Write)?;
                        count += 1;
                    }
                }
                Next::FileEnd { file, error: Some(error), .. }
                    if crate::read::cut_short(Some(&error)).is_none() =>
                {
                    return Err(ExtractError::Read(name(file), error));
                }
                Next::FileEnd { .. } => {}
                Next::Failed { file, error } => return Err(ExtractError::Open(name(file), error)),
                Next::End => break,
            }
        }
        copy.end().map_err(ExtractError::Write)?;
        Ok(count)
    }

    /// What a packet, not in a tunnel, holds of a connection that is taken whole.
    fn segment<'p>(&self, link: u32, data: &'p [u8]) -> Option<&'p [u8]> {
        if self.connections.is_empty() {
            return None;
        }
        let ip = ip::parse(link::network(link, data, &mut Wraps::default()).ok()?).ok()?;
        let segment = (ip.protocol == 6).then(|| TcpSlice::from_slice(ip.payload).ok()).flatten()?;
        let source = Endpoint { addr: ip.source, port: segment.source_port() };
        let dest = Endpoint { addr: ip.dest, port: segment.destination_port() };
        let taken = self.connections.contains(&(source, dest)) || self.connections.contains(&(dest, source));
        taken.then(|| segment.payload())
    }
}

/// Writes pcapng with nanoseconds, an interface a link type.
struct PcapNg<W> {
    out: W,
    links: Vec<u32>,
}

impl<W: Write> PcapNg<W> {
    fn begin(out: W) -> io::Result<Self> {
        let mut writer = Self { out, links: Vec::new() };
        // Byte-order magic, version 1.0, section of unknown length.
        let body = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        writer.block(0x0a0d_0d0a, &body)?;
        Ok(writer)
    }

    fn block(&mut self, kind: u32, body: &[u8]) -> io::Result<()> {
        let padded = body.len().next_multiple_of(4);
        let len = u32::try_from(padded + 12).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.out.write_all(&kind.to_le_bytes())?;
        self.out.write_all(&len.to_le_bytes())?;
        self.out.write_all(body)?;
        self.out.write_all(&[0; 3][..padded - body.len()])?;
        self.out.write_all(&len.to_le_bytes())
    }

    fn secrets(&mut self, key_log: &[u8]) -> io::Result<()> {
        let len = u32::try_from(key_log.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let body = [&0x544c_534b_u32.to_le_bytes()[..], &len.to_le_bytes(), key_log].concat();
        self.block(10, &body)
    }

    fn packet(&mut self, link: u32, time: Option<i64>, data: &[u8], absent: usize) -> io::Result<()> {
        let interface = match self.links.iter().position(|known| *known == link) {
            Some(interface) => interface,
            None => {
                let kind = u16::try_from(link).map_err(|_| io::ErrorKind::InvalidData)?;
                // No snap length; if_tsresol says nanoseconds.
                let body = [&kind.to_le_bytes()[..], &[0; 6], &[9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]].concat();
                self.block(1, &body)?;
                self.links.push(link);
                self.links.len() - 1
            }
        };
        let units = time.unwrap_or_default().cast_unsigned();
        let whole = data.len().saturating_add(absent);
        let mut body = Vec::with_capacity(data.len() + 20);
        for number in [interface as u64, units >> 32, units & 0xffff_ffff, data.len() as u64, whole as u64] {
            body.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
        }
        body.extend_from_slice(data);
        self.block(6, &body)
    }

    fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }
}
