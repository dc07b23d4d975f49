//! Typed views of header values, one a grammar shape.
//!
//! The 149 headers of the registry fall into two dozen shapes; [`crate::typed`] names a header's own type, which is its
//! shape and what only that header means. Views are read leniently and lazily from a [`crate::Span`]: parsing one finds where
//! its parts stand, accessors look into them, nothing is copied. What the grammar forbids but can be understood is told
//! by [`crate::Message::defects`]; what has no meaning is an error with its place, never a number or name made up.
//! Grammar: RFC 3261 §20, §25.1, and each header's own.

/// The accessors of views that have parameters behind their value: `value`, from offset `params` on.
macro_rules! with_params {
    ($shape:ident, $example:literal) => {
        impl<'b> $shape<'b> {
            /// The parameters, in wire order (RFC 3261 §7.3.1).
            ///
            /// ```
            /// use simdsip::Span;
            #[doc = concat!("use simdsip::shape::", stringify!($shape), ";")]
            #[doc = concat!("let view = ", stringify!($shape), "::parse(Span::new(b\"", $example, "\")?)?;")]
            /// assert_eq!(view.params().next().unwrap().name(), b"x");
            /// # Ok::<(), simdsip::Error>(())
            /// ```
            #[inline]
            #[must_use]
            pub fn params(&self) -> $crate::text::Params<'b> {
                $crate::text::Params::new(self.value.between(self.params, self.value.end()))
            }

            /// The first parameter of that name, in any case.
            ///
            /// ```
            /// use simdsip::Span;
            #[doc = concat!("use simdsip::shape::", stringify!($shape), ";")]
            #[doc = concat!("let view = ", stringify!($shape), "::parse(Span::new(b\"", $example, "\")?)?;")]
            /// assert!(view.param(b"X").is_some());
            /// # Ok::<(), simdsip::Error>(())
            /// ```
            #[inline]
            #[must_use]
            pub fn param(&self, name: &[u8]) -> Option<$crate::text::Param<'b>> {
                self.params().get(name)
            }
        }
    };
}

mod auth;
mod date;
mod dialog;
mod free;
mod media;
mod name_addr;
mod number;
mod token;
mod value;
mod via;

pub use auth::{Auth, AuthInfo};
pub use date::Date;
pub use dialog::{CallId, Dialog};
pub use free::{ParamList, Privacy, Product, Products, Text, Warning};
pub use media::MediaType;
pub use name_addr::{Contact, NameAddr};
pub use number::{CSeq, Number, NumberParams, RAck, RetryAfter, Timestamp};
pub use token::{Token, TokenParams, ValueParams};
pub use value::{Value, Values};
pub use via::{Rport, Via};

pub(crate) use number::quality;
pub(crate) use value::elements;
