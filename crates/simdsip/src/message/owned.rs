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
    /// The same view that borrowed bytes give. Costs nothing.
    ///
    /// ```
    /// # use simdsip::Parser;
    /// let owned = Parser::default().parse_owned("SIP/2.0 200 OK\r\n\r\n")?;
    /// assert_eq!(owned.as_message().status()?, Some(200)); // not parsed again
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn as_message(&self) -> Message<'_> {
        Message::new(self.bytes.as_ref(), &self.index.head, self.index.table())
    }

    /// The bytes that were parsed, all of them.
    ///
    /// ```
    /// # use simdsip::Parser;
    /// let owned = Parser::default().parse_owned("SIP/2.0 200 OK\r\n\r\nsurplus and all")?;
    /// assert!(owned.bytes().ends_with("and all"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn bytes(&self) -> &B {
        &self.bytes
    }

    /// The bytes back.
    ///
    /// ```
    /// # use simdsip::Parser;
    /// let owned = Parser::default().parse_owned(b"SIP/2.0 200 OK\r\n\r\n".to_vec())?;
    /// let buffer: Vec<u8> = owned.into_bytes(); // to be filled again
    /// # assert_eq!(buffer.len(), 18);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn into_bytes(self) -> B {
        self.bytes
    }
}

/// Bytes that were not accepted, and why. Made by [`Parser::parse_owned`]. `?` takes the [`Error`] and drops the bytes.
///
/// ```
/// use simdsip::{ErrorKind, Parser};
///
/// let rejected = Parser::default().parse_owned(b"GET / HTTP/1.1\r\n\r\n".to_vec()).unwrap_err();
/// assert_eq!(rejected.error.kind, ErrorKind::Version);
/// assert!(rejected.bytes.starts_with(b"GET")); // perhaps another parser knows them
/// ```
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
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// let received: Arc<[u8]> = Arc::from(&b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n"[..]);
    /// let owned = simdsip::Parser::default().parse_owned(Arc::clone(&received))?; // shared, not copied
    /// assert_eq!(owned.as_message().as_bytes().as_ptr(), received.as_ptr());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
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
