//! How header fields are written: their names, and what of a list stands on a line.

use super::Patch;
use crate::error::Error;
use crate::header::{Cardinality, HeaderName};

/// How header field names are written.
///
/// ```
/// use simdsip::edit::{Names, Style};
/// assert_eq!(Style::default().names, Names::AsReceived);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// As they came; in full what is added.
    #[default]
    AsReceived,
    /// As the registry spells them, a colon and one space behind. Names that no registry knows stay.
    Canonical,
    /// In compact form where there is one (RFC 3261 §7.3.3), otherwise as the registry spells them.
    Compact,
}

/// Whether the elements of a comma list stand on lines of their own.
///
/// ```
/// use simdsip::edit::{Lists, Style};
/// assert_eq!(Style::default().lists, Lists::AsReceived);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lists {
    /// As they came.
    #[default]
    AsReceived,
    /// Each element in a field of its own (RFC 3261 §7.3.1).
    OneALine,
}

/// How a message is written. Anything but [`Style::AS_RECEIVED`] makes an edit of each header field that it concerns.
///
/// ```
/// use simdsip::edit::{Lists, Names, Style};
/// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nk:a,b\r\nCall-Id : 1\r\nx-y:1\r\n\r\n", &mut index)?;
/// let mut style = Style::default();
/// (style.names, style.lists) = (Names::Canonical, Lists::OneALine);
/// let mut patch = simdsip::Patch::new(&message, &mut room)?.with_style(style);
/// assert_eq!(
///     patch.finish()?.to_vec(),
///     b"BYE sip:b SIP/2.0\r\nSupported: a\r\nSupported: b\r\nCall-ID: 1\r\nx-y:1\r\n\r\n"
/// );
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Style {
    /// Names.
    pub names: Names,
    /// Lists.
    pub lists: Lists,
}

impl Style {
    /// All as it came.
    ///
    /// ```
    /// assert_eq!(simdsip::edit::Style::AS_RECEIVED, simdsip::edit::Style::default());
    /// ```
    pub const AS_RECEIVED: Style = Style { names: Names::AsReceived, lists: Lists::AsReceived };

    /// `name` as this style has it.
    #[inline]
    pub(super) fn name<'n>(&self, name: &'n [u8]) -> &'n [u8] {
        match self.names {
            Names::AsReceived => name,
            names => styled(names, HeaderName::lookup(name), name),
        }
    }
}

fn styled(names: Names, id: HeaderName, name: &[u8]) -> &[u8] {
    if id == HeaderName::Unknown || names == Names::AsReceived {
        return name;
    }
    match id.compact() {
        Some(letter) if names == Names::Compact => compact(letter),
        _ => id.as_str().as_bytes(),
    }
}

/// A letter as text.
fn compact(letter: u8) -> &'static [u8] {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    let at = usize::from(letter.wrapping_sub(b'a'));
    LETTERS.get(at..at.wrapping_add(1)).unwrap_or(&[])
}

impl Patch<'_, '_, '_> {
    /// The same, with the whole result written in `style`. Comes before all changes.
    #[must_use]
    pub fn with_style(self, style: Style) -> Self {
        Patch { style, ..self }
    }

    /// Brings all fields that came into the style.
    pub(super) fn restyle(&mut self) -> Result<(), Error> {
        for field in self.message.headers() {
            let id = field.id();
            // Lines without a colon have no name.
            if id == HeaderName::Unknown {
                continue;
            }
            let name = styled(self.style.names, id, field.name());
            if self.style.names != Names::AsReceived {
                let range = field.name_range().start..field.value_range().start;
                let same = range.len() == name.len().saturating_add(2) && field.line().starts_with(name);
                if !same || !field.line().get(name.len()..).is_some_and(|rest| rest.starts_with(b": ")) {
                    self.edits.replace(range, &[name, b": "])?;
                }
            }
            if self.style.lists == Lists::OneALine && id.cardinality() == Cardinality::CommaList {
                let mut elements = id.elements(field.span());
                let mut before = elements.next();
                for element in elements {
                    if let Some(before) = before {
                        self.edits.replace(before.range().end..element.at(), &[b"\r\n", name, b": "])?;
                    }
                    before = Some(element);
                }
            }
        }
        Ok(())
    }
}
