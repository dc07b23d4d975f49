//! A message that owns its bytes.

use super::index::GrowIndex;
use super::parser::Parser;
use super::view::Message;
use crate::error::Error;

/// Bytes and their index together, to be kept, queued or sent to another thread. Made by
/// [`Parser::parse_owned`] of bytes that are owned already, by [`Message::into_owned`] of borrowed ones.
///
/// `B` is whatever holds the bytes: `Vec<u8>`, `Box<[u8]>`, `Arc<[u8]>`, `bytes::Bytes`, `&[u8]`.
///
/// ```
/// use simdsip::{Owned, Parser};
///
/// let owned = Parser::default().parse_owned(b"OPTIONS sip:a@b.example SIP/2.0\r\nl: 0\r\n\r\n".to_vec())?;
/// let elsewhere = std::thread::spawn(move || owned.as_message().headers().len());
/// assert_eq!(elsewhere.join().unwrap(), 1);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Owned<B> {
    bytes: B,
    index: GrowIndex,
}

impl<B> Owned<B> {
    pub(crate) fn new(bytes: B, index: GrowIndex) -> Owned<B> {
        Owned { bytes, index }
    }
}

impl<B: AsRef<[u8]>> Owned<B> {
    /// The same view that borrowed bytes give.
    #[must_use]
    pub fn as_message(&self) -> Message<'_> {
        Message::new(self.bytes.as_ref(), &self.index.head, self.index.table())
    }

    /// The bytes that were parsed.
    pub fn bytes(&self) -> &B {
        &self.bytes
    }

    /// The bytes back.
    pub fn into_bytes(self) -> B {
        self.bytes
    }
}

/// Bytes that were not accepted, and why. `?` takes the [`Error`] and drops the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected<B> {
    /// Why.
    pub error: Error,
    /// The bytes back.
    pub bytes: B,
}

impl<B> From<Rejected<B>> for Error {
    fn from(rejected: Rejected<B>) -> Error {
        rejected.error
    }
}

impl<B> core::fmt::Display for Rejected<B> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.error.fmt(f)
    }
}

impl<B: core::fmt::Debug> core::error::Error for Rejected<B> {}

impl Parser {
    /// Reads `bytes` as one whole message and keeps them.
    ///
    /// Allocates the index: about 17 bytes a header field.
    ///
    /// # Errors
    /// As [`Parser::parse_growing`]; the bytes come back with the error.
    pub fn parse_owned<B: AsRef<[u8]>>(&self, bytes: B) -> Result<Owned<B>, Rejected<B>> {
        let mut index = GrowIndex::new();
        match self.fill(bytes.as_ref(), &mut index) {
            Ok(()) => {
                index.shrink();
                Ok(Owned::new(bytes, index))
            }
            Err(error) => Err(Rejected { error, bytes }),
        }
    }
}
