//! Messages: the parser, the index it fills, and the views over the caller's bytes.
//!
//! Structure only: start line, header fields, body. What a field means is for typed
//! views. RFC 3261 §7.
//!
//! ```
//! # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
//! let message = parser.parse(b"BYE sip:b SIP/2.0\r\nv: SIP/2.0/UDP h\r\nl: 2\r\n\r\nhi", &mut index)?;
//! assert_eq!(message.uri(), Some(&b"sip:b"[..]));
//! assert_eq!((message.headers().len(), message.body()), (2, &b"hi"[..]));
//! # Ok::<(), simdsip::Error>(())
//! ```

mod field;
mod head;
mod index;
pub(crate) mod length;
mod line;
#[cfg(feature = "alloc")]
mod owned;
mod parser;
pub(crate) mod section;
mod start_line;
// A great many cases of safe code: nothing for Miri, which has `scan::tests`.
#[cfg(all(test, feature = "alloc", not(miri)))]
mod tests;
pub(crate) mod token;
mod typed;
mod view;

pub use field::{FieldsNamed, FieldsOf, HeaderField, Headers, Unfolded};
pub use head::Kind;
#[cfg(feature = "alloc")]
pub use index::GrowIndex;
pub use index::Index;
#[cfg(feature = "alloc")]
pub use owned::{Owned, Rejected};
pub use parser::Parser;
pub use view::{Message, RequestLine, StartLine, StatusLine};

pub(crate) use head::Head;
pub(crate) use index::{NO_COLON, NOT_TOKEN, Sink, Table, WS_BEFORE_COLON};
