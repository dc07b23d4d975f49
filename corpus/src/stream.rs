//! Streams: messages one after another, with the places where the network cut them.

use crate::read::Error;
use crate::rng::Rng;
use crate::workload::try_workload;

/// Bytes of one direction of a connection and how they arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Everything that was sent.
    pub bytes: Vec<u8>,
    /// Where each segment ends; the last is `bytes.len()`.
    pub ends: Vec<usize>,
    /// Where each message ends.
    pub message_ends: Vec<usize>,
}

impl Stream {
    /// `messages` as one stream; `cut` gives the length of each segment (0 counts as 1).
    pub fn new<M: AsRef<[u8]>>(messages: &[M], mut cut: impl FnMut() -> usize) -> Stream {
        let mut bytes = Vec::new();
        let mut message_ends = Vec::new();
        for message in messages {
            bytes.extend_from_slice(message.as_ref());
            message_ends.push(bytes.len());
        }
        let mut ends = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            at = bytes.len().min(at + cut().max(1));
            ends.push(at);
        }
        Stream { bytes, ends, message_ends }
    }

    /// The segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }
}

/// The workload `stream-mix`: mix-1k as one stream, cuts log-uniform from 1 to 4,096 bytes.
///
/// # Errors
/// If mix-1k cannot be read.
pub fn stream_mix() -> Result<Stream, Error> {
    let mut rng = Rng::new(0x057e_a300);
    Ok(Stream::new(&try_workload("mix-1k")?, || rng.log_uniform_4096()))
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn segments_join_to_the_bytes() {
        let mut len = 0;
        let stream = Stream::new(&[&b"abc"[..], b"", b"defgh"], || {
            len += 1;
            len
        });
        assert_eq!(stream.segments().collect::<Vec<_>>(), [&b"a"[..], b"bc", b"def", b"gh"]);
        assert_eq!(stream.message_ends, [3, 3, 8]);
    }
}
