//! Events of a telephone: which of them an end can take.
//!
//! RFC 4733 §2.4.1: a list of numbers and ranges; nothing means the sixteen keys (§7.1.1). Sends nothing.

use crate::error::{Error, ErrorKind};
use crate::text::Span;

use super::super::number::integer;
use super::super::words::Words;
use super::format::Format;

/// A set of event codes, 0 to 255.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::offer::Events;
/// let events = Events::parse(Span::new(b"0-15,66,70")?)?;
/// assert!(events.has(11) && events.has(66) && !events.has(16));
/// assert!(Events::parse(Span::new(b"0-256")?).is_err());
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events([u128; 2]);

impl Events {
    /// The keys 0 to 9, `*`, `#`, A to D.
    pub const KEYS: Events = Events([0xffff, 0]);

    /// Reads the parameters of `telephone-event`; none are the [keys](Events::KEYS).
    ///
    /// # Errors
    /// `Number`, or `NumberRange` for a code above 255 or a range that ends before it begins.
    pub fn parse(text: Span<'_>) -> Result<Events, Error> {
        if text.trim().is_empty() {
            return Ok(Events::KEYS);
        }
        let mut events = Events([0, 0]);
        for word in Words::apart(text, b',') {
            let dash = word.find([b'-']);
            let first = code(word.to(dash))?;
            let last = if dash == word.end() { first } else { code(word.after(dash))? };
            if last < first {
                return Err(word.error(ErrorKind::NumberRange));
            }
            (first..=last).for_each(|event| events.put(event));
        }
        Ok(events)
    }

    /// Whether an event is among them.
    #[must_use]
    pub fn has(&self, event: u8) -> bool {
        self.0.get(usize::from(event >> 7)).is_some_and(|word| word & bit(event) != 0)
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Events) -> Events {
        let ([a, b], [c, d]) = (self.0, other.0);
        Events([a & c, b & d])
    }

    fn put(&mut self, event: u8) {
        if let Some(word) = self.0.get_mut(usize::from(event >> 7)) {
            *word |= bit(event);
        }
    }
}

impl Format<'_> {
    /// Which events it takes; `None` where it is no `telephone-event`.
    ///
    /// # Errors
    /// As [`Events::parse`]; places count from the start of the parameters.
    pub fn events(&self) -> Option<Result<Events, Error>> {
        self.is(b"telephone-event").then(|| Events::parse(Span::new(self.fmtp)?))
    }
}

fn code(word: Span<'_>) -> Result<u8, Error> {
    u8::try_from(integer(word)?).map_err(|_| word.error(ErrorKind::NumberRange))
}

const fn bit(event: u8) -> u128 {
    1 << (event & 127)
}
