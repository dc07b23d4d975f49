//! A type for each header, and the trait that makes one: `message.header::<SessionExpires>()`.
//!
//! A registered header's type is its grammar shape ([`crate::shape`]), which it dereferences to, and the accessors that
//! only this header has. Implement [`Header`] for a header of your own. Nothing is cached: a view is read again each
//! time, gives the same answer each time, and costs nothing where it is not asked for.
//!
//! ```
//! use simdsip::typed::{Route, SessionExpires};
//! # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
//! let message = parser.parse(
//!     b"UPDATE sip:b SIP/2.0\r\nx: 1800;refresher=uas\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\n\r\n",
//!     &mut index,
//! )?;
//! let timer = message.header::<SessionExpires>()?.unwrap();
//! assert_eq!(timer.value(), 1800);
//! assert_eq!(message.list::<Route>().count(), 2);
//! # Ok::<(), simdsip::Error>(())
//! ```

use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::error::Error;
use crate::header::{Cardinality, HeaderName};
use crate::message::FieldsNamed;
use crate::shape;
use crate::text::{Elements, Span};

/// A header with a meaning: how it is found, whether its commas make a list, and how an element is read.
///
/// ```
/// use simdsip::header::Cardinality;
/// use simdsip::{Error, Header, Span};
///
/// /// `X-Weight: 12 kg`
/// struct Weight(u32);
///
/// impl<'b> Header<'b> for Weight {
///     const NAME: &'static str = "X-Weight";
///
///     fn parse(value: Span<'b>) -> Result<Weight, Error> {
///         let digits = value.bytes().iter().take_while(|byte| byte.is_ascii_digit()).count();
///         value.slice(0..digits).number().map(Weight)
///     }
/// }
///
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"INFO sip:b SIP/2.0\r\nx-weight: 12 kg\r\n\r\n", &mut index)?;
/// assert_eq!(message.header::<Weight>()?.unwrap().0, 12);
/// # Ok::<(), simdsip::Error>(())
/// ```
pub trait Header<'b>: Sized {
    /// The name, in any case; compact forms of registered names are found too.
    const NAME: &'static str;

    /// The registered header, which is found by its number.
    const ID: HeaderName = HeaderName::Unknown;

    /// Whether commas separate elements.
    const CARDINALITY: Cardinality = Cardinality::Single;

    /// The elements of one field's value. The default splits comma lists outside quotes and angle brackets; fields are
    /// given without white space at their ends.
    #[inline]
    #[must_use]
    fn elements(value: Span<'b>) -> Elements<'b> {
        shape::elements(Self::CARDINALITY, const { Self::ID.shape() }, value.trim())
    }

    /// Reads one element.
    ///
    /// # Errors
    /// What the header calls malformed, with its place.
    fn parse(value: Span<'b>) -> Result<Self, Error>;
}

/// The elements of all fields of one header, in wire order. Made by [`crate::Message::list`].
///
/// ```
/// use simdsip::typed::Supported;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nk: 100rel, timer\r\nk: path\r\n\r\n", &mut index)?;
/// let tags: Result<Vec<_>, _> = message.list::<Supported>().map(|tag| tag.map(|tag| tag.as_bytes())).collect();
/// assert_eq!(tags?, [&b"100rel"[..], b"timer", b"path"]);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct List<'b, H> {
    fields: FieldsNamed<'b, 'static>,
    elements: Elements<'b>,
    header: PhantomData<fn() -> H>,
}

impl<'b, H: Header<'b>> List<'b, H> {
    #[inline]
    pub(crate) fn new(fields: FieldsNamed<'b, 'static>) -> List<'b, H> {
        List { fields, elements: Elements::none(), header: PhantomData }
    }
}

impl<'b, H: Header<'b>> Iterator for List<'b, H> {
    type Item = Result<H, Error>;

    #[inline]
    fn next(&mut self) -> Option<Result<H, Error>> {
        loop {
            if let Some(element) = self.elements.next() {
                return Some(H::parse(element));
            }
            self.elements = H::elements(self.fields.next()?.span());
        }
    }
}

impl<'b, H: Header<'b>> FusedIterator for List<'b, H> {}

/// Types over shapes: each finds itself by its registered number and reads itself as its shape.
macro_rules! header_types {
    (@type $(#[$doc:meta])* $name:ident: Date) => {
        $(#[$doc])*
        ///
        /// ```
        /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
        #[doc = concat!("use simdsip::typed::", stringify!($name), ";")]
        /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
        #[doc = concat!("assert!(message.header::<", stringify!($name), ">()?.is_none());")]
        /// # Ok::<(), simdsip::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub $crate::shape::Date);

        header_types! { @header $name, $name, $crate::shape::Date }
    };
    (@type $(#[$doc:meta])* $name:ident: $shape:ident) => {
        $(#[$doc])*
        ///
        /// ```
        /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
        #[doc = concat!("use simdsip::typed::", stringify!($name), ";")]
        /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
        #[doc = concat!("assert!(message.header::<", stringify!($name), ">()?.is_none());")]
        /// # Ok::<(), simdsip::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'b>(pub $crate::shape::$shape<'b>);

        header_types! { @header $name, $name<'b>, $crate::shape::$shape<'b> }
    };
    (@header $name:ident, $type:ty, $shape:ty) => {
        impl<'b> $crate::typed::Header<'b> for $type {
            const NAME: &'static str = $crate::HeaderName::$name.as_str();
            const ID: $crate::HeaderName = $crate::HeaderName::$name;
            const CARDINALITY: $crate::header::Cardinality = $crate::HeaderName::$name.cardinality();

            #[inline(always)]
            fn elements(value: $crate::Span<'b>) -> $crate::Elements<'b> {
                const SHAPE: $crate::header::Shape = $crate::HeaderName::$name.shape();
                $crate::shape::elements(Self::CARDINALITY, SHAPE, value)
            }

            #[inline(always)]
            fn parse(value: $crate::Span<'b>) -> Result<Self, $crate::Error> {
                <$shape>::parse(value).map($name)
            }
        }

        impl<'b> core::ops::Deref for $type {
            type Target = $shape;

            #[inline]
            fn deref(&self) -> &$shape {
                &self.0
            }
        }
    };
    ($($(#[$doc:meta])* $name:ident: $shape:ident;)*) => {
        $(header_types! { @type $(#[$doc])* $name: $shape })*
    };
}

mod named;
mod table;

pub use named::Refresher;
pub use table::*;
