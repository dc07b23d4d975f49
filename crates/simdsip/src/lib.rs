//! SIP messages at memory speed: bytes in, views out, nothing copied, nothing allocated.
//!
//! [`Parser::parse`] reads a datagram into an [`Index`] that the caller owns and gives a
//! [`Message`]: the start line, every header field named and located, the body. [`Framer`]
//! does the same for streams. What is odd about an accepted message is told by
//! [`Message::defects`]; a [`Policy`] says which oddities are refused.
//!
//! ```
//! use simdsip::{HeaderName, Index, Parser, Policy};
//!
//! let datagram = b"OPTIONS sip:carol@chicago.example SIP/2.0\r\n\
//!     v: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bKhjhs8ass877\r\n\
//!     Max-Forwards: 70\r\n\
//!     From: Alice <sip:alice@atlanta.example>;tag=1928301774\r\n\
//!     To: <sip:carol@chicago.example>\r\n\
//!     Call-ID: a84b4c76e66710\r\n\
//!     CSeq: 63104 OPTIONS\r\n\
//!     l: 0\r\n\r\n";
//!
//! let parser = Parser::new(Policy::INTEROP); // once: asks the processor what it can do
//! let mut index = Index::new(); // once: 1,280 bytes, used for every message
//! let message = parser.parse(datagram, &mut index)?;
//!
//! assert_eq!(message.field(HeaderName::CallId).unwrap().value(), b"a84b4c76e66710");
//! assert!(message.has(HeaderName::Via)); // compact forms have the same id
//! assert_eq!(message.defects().count(), 0);
//! # Ok::<(), simdsip::Error>(())
//! ```
//!
//! What fields mean is read when asked: [`Message::header`] and [`Message::list`] give the types of
//! [`typed`], [`HeaderField::values`] any header by its grammar shape, [`Message::validate`] the answer
//! that an element owes, [`key`] the transaction and dialog that a message belongs to, [`sdp`] the session description.
//!
//! # Features
//! `std` (default): run-time detection in memchr and simdutf8, and `alloc`. `alloc`: `Owned` and
//! `GrowIndex`. `arena`: joining folded values in a bumpalo arena. Without any, the crate is `no_std`
//! and never allocates.
//!
//! # What it refuses to do
//! No I/O, no clock, no environment, no globals. It sends no answer, matches no transaction, resolves no
//! name and computes no digest: it says what stands there and what is owed.

#![no_std]
#![deny(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod build;
mod check;
pub mod defect;
mod describe;
pub mod edit;
mod error;
mod framer;
pub mod header;
pub mod key;
mod limits;
pub mod message;
mod multipart;
mod policy;
#[allow(unsafe_code, reason = "the one place of this crate that has any: docs/SAFETY.md")]
mod scan;
pub mod sdp;
pub mod shape;
mod text;
pub mod typed;
mod uri;
mod verdict;

pub use build::Builder;
pub use defect::{Defect, DefectClass, DefectCode, Defects, StructuralDefects};
pub use describe::{Counters, Description};
pub use edit::Patch;
pub use error::{Error, ErrorKind, LimitKind};
pub use framer::{Frame, Framer, Side};
pub use header::{HeaderName, Method};
pub use limits::Limits;
#[cfg(feature = "alloc")]
pub use message::{GrowIndex, Owned, Rejected};
pub use message::{
    HeaderField, Headers, Index, Kind, Message, Parser, RequestLine, StartLine, StatusLine, Unfolded,
};
pub use multipart::{Multipart, Part};
pub use policy::Policy;
pub use scan::Backend;
#[cfg(feature = "alloc")]
pub use sdp::GrowSdpIndex;
pub use sdp::{Sdp, SdpBuilder, SdpDefects, SdpIndex};
pub use text::{Elements, Param, Params, Span, Unescaped, Word};
pub use typed::Header;
pub use uri::{Escaped, Host, HostKind, PercentDecoded, Scheme, Uri, UriHeaders, UriParam, UriParams};
pub use verdict::{Action, Element, Role, Verdict};

/// The examples of the project's README.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The examples of the guide.
#[cfg(all(doctest, feature = "std"))]
mod guide {
    #[doc = include_str!("../../../docs/guide/embed.md")]
    struct Embed;
    #[doc = include_str!("../../../docs/guide/read-a-field.md")]
    struct ReadAField;
    #[doc = include_str!("../../../docs/guide/be-lenient.md")]
    struct BeLenient;
    #[doc = include_str!("../../../docs/guide/answer-a-bad-message.md")]
    struct AnswerABadMessage;
    #[doc = include_str!("../../../docs/guide/define-your-own-header.md")]
    struct DefineYourOwnHeader;
    #[doc = include_str!("../../../docs/guide/forward-a-request.md")]
    struct ForwardARequest;
    #[doc = include_str!("../../../docs/guide/read-sdp.md")]
    struct ReadSdp;
    #[doc = include_str!("../../../docs/guide/rewrite-the-media-address.md")]
    struct RewriteTheMediaAddress;
    #[doc = include_str!("../../../docs/guide/answer-an-offer.md")]
    struct AnswerAnOffer;
}
