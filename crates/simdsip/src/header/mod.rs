//! Header names and methods: what the registries know, and how a name finds its row.
//!
//! A name on the wire, in any case or in its compact form, becomes a [`HeaderName`] by one perfect
//! hash; the row behind it says how often the field may stand, of which grammar shape an element is,
//! and where it is specified. Reads no values: that is the business of the typed views.
//! Grammar: RFC 3261 §7.3.1, §7.3.3, §20; names and methods after the IANA SIP parameters.
//!
//! ```
//! use simdsip::header::{Cardinality, HeaderName};
//!
//! let name = HeaderName::lookup(b"M");
//! assert_eq!((name, name.as_str()), (HeaderName::Contact, "Contact"));
//! assert_eq!((name.cardinality(), name.rfc()), (Cardinality::CommaList, "RFC 3261 §20.10"));
//! ```

pub(crate) mod lookup;
mod method;
mod name;
mod table;

pub use method::Method;
pub use name::{Cardinality, Shape};
pub use table::HeaderName;

#[cfg(test)]
mod tests;
