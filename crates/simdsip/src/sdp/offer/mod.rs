//! Offer and answer: what two ends agree on, made from what this end can do and what the other says.
//!
//! A [`Local`] lists the streams of this end. [`Local::answer`] answers an offer, [`Local::offer`] makes one, the first of a
//! session or one that changes it; [`apply_answer`] and [`Agreement`] hold an answer against its offer and say, stream by
//! stream, what was agreed; [`check_offer`] holds a later offer against what the same end sent before. All state of a
//! session is in the descriptions that were sent and received, which the caller keeps. What breaks a rule is told by
//! [`Rule`], with its section.
//!
//! Opens no port, gathers no candidate, makes no key. Refuses multicast streams; simulcast and the capabilities of
//! RFC 5939 are not negotiated; levels of video codecs are the caller's. RFC 3264; RFC 3605; RFC 3312 §8; RFC 4145;
//! RFC 4568; RFC 4733; RFC 5761; RFC 5888; RFC 8285; RFC 8839; RFC 8842; RFC 8843.

mod accept;
mod agreement;
mod answer;
mod check;
mod choice;
mod events;
mod format;
mod local;
#[expect(clippy::module_inception, reason = "the RFC's word for both")]
mod offer;
mod peer;
mod rule;
mod write;

pub use agreement::{AgreedFormat, AgreedFormats, AgreedStream, Agreement, Party, apply_answer};
pub use check::check_offer;
pub use events::Events;
pub use format::Format;
pub use local::{Bundle, Codec, Formats, Ice, Local, Role, Stream};
pub use rule::Rule;
