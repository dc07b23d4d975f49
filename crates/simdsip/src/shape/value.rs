//! Any header value by the shape of its header: for those who walk them all.

use core::iter::FusedIterator;

use super::{
    Auth, AuthInfo, CSeq, CallId, Contact, Date, Dialog, MediaType, NameAddr, Number, NumberParams,
    ParamList, Privacy, Products, RAck, RetryAfter, Text, Timestamp, Token, TokenParams, ValueParams, Via,
    Warning,
};
use crate::error::Error;
use crate::header::{Cardinality, HeaderName, Shape};
use crate::text::{Elements, Span};

/// One element of a header value, typed by the shape of its header.
///
/// ```
/// use simdsip::shape::Value;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nSupported: 100rel, timer\r\n\r\n", &mut index)?;
/// let mut values = message.headers().flat_map(|field| field.values());
/// assert!(matches!(values.next(), Some(Ok(Value::Token(token))) if token.is(b"100rel")));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub enum Value<'b> {
    /// Bytes of unknown grammar.
    Opaque(Span<'b>),
    /// See [`Token`].
    Token(Token<'b>),
    /// See [`TokenParams`].
    TokenParams(TokenParams<'b>),
    /// See [`ValueParams`].
    ValueParams(ValueParams<'b>),
    /// See [`Number`].
    Number(Number<'b>),
    /// See [`NumberParams`].
    NumberParams(NumberParams<'b>),
    /// See [`RetryAfter`].
    RetryAfter(RetryAfter<'b>),
    /// See [`NameAddr`].
    NameAddr(NameAddr<'b>),
    /// See [`Contact`].
    Contact(Contact<'b>),
    /// See [`MediaType`].
    MediaType(MediaType<'b>),
    /// See [`CallId`].
    CallId(CallId<'b>),
    /// See [`Dialog`].
    Dialog(Dialog<'b>),
    /// See [`CSeq`].
    CSeq(CSeq<'b>),
    /// See [`RAck`].
    RAck(RAck<'b>),
    /// See [`Date`].
    Date(Date),
    /// See [`Timestamp`].
    Timestamp(Timestamp<'b>),
    /// See [`Via`].
    Via(Via<'b>),
    /// See [`Auth`].
    Auth(Auth<'b>),
    /// See [`AuthInfo`].
    AuthInfo(AuthInfo<'b>),
    /// See [`Warning`].
    Warning(Warning<'b>),
    /// See [`Products`].
    Products(Products<'b>),
    /// See [`Text`].
    Text(Text<'b>),
    /// See [`Privacy`].
    Privacy(Privacy<'b>),
    /// See [`ParamList`].
    ParamList(ParamList<'b>),
}

impl<'b> Value<'b> {
    /// Reads one element as `shape`.
    ///
    /// # Errors
    /// Those of the shape's own `parse`.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::header::Shape;
    /// use simdsip::shape::Value;
    /// assert!(matches!(Value::parse(Shape::Number, Span::new(b"7")?)?, Value::Number(number) if number.value() == 7));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn parse(shape: Shape, element: Span<'b>) -> Result<Value<'b>, Error> {
        Ok(match shape {
            Shape::Opaque => Value::Opaque(element),
            Shape::Token => Value::Token(Token::parse(element)?),
            Shape::TokenParams => Value::TokenParams(TokenParams::parse(element)?),
            Shape::ValueParams => Value::ValueParams(ValueParams::parse(element)?),
            Shape::Number => Value::Number(Number::parse(element)?),
            Shape::NumberParams => Value::NumberParams(NumberParams::parse(element)?),
            Shape::RetryAfter => Value::RetryAfter(RetryAfter::parse(element)?),
            Shape::NameAddr | Shape::Uri => Value::NameAddr(NameAddr::parse(element)?),
            Shape::Contact => Value::Contact(Contact::parse(element)?),
            Shape::MediaType => Value::MediaType(MediaType::parse(element)?),
            Shape::CallId => Value::CallId(CallId::parse(element)?),
            Shape::Dialog => Value::Dialog(Dialog::parse(element)?),
            Shape::CSeq => Value::CSeq(CSeq::parse(element)?),
            Shape::RAck => Value::RAck(RAck::parse(element)?),
            Shape::Date => Value::Date(Date::parse(element)?),
            Shape::Timestamp => Value::Timestamp(Timestamp::parse(element)?),
            Shape::Via => Value::Via(Via::parse(element)?),
            Shape::Auth => Value::Auth(Auth::parse(element)?),
            Shape::AuthInfo => Value::AuthInfo(AuthInfo::parse(element)?),
            Shape::Warning => Value::Warning(Warning::parse(element)?),
            Shape::Product => Value::Products(Products::parse(element)?),
            Shape::Text => Value::Text(Text::parse(element)?),
            Shape::Privacy => Value::Privacy(Privacy::parse(element)?),
            Shape::ParamList => Value::ParamList(ParamList::parse(element)?),
        })
    }
}

/// The elements of a header value: as many as its commas make where the header is a list, else one. `value` has no white
/// space at its ends.
#[inline(always)]
pub(crate) fn elements(cardinality: Cardinality, shape: Shape, value: Span<'_>) -> Elements<'_> {
    match (cardinality, shape) {
        (Cardinality::CommaList, Shape::Via) => Elements::of(value, Elements::WITH_COMMENTS),
        (Cardinality::CommaList, Shape::CallId | Shape::Dialog) => {
            Elements::of(value, Elements::COMMAS_ALONE)
        }
        (Cardinality::CommaList, _) => Elements::of(value, Elements::USUAL),
        _ => Elements::single(value),
    }
}

impl HeaderName {
    /// The elements of a value of this header, or of what is left of one: commas separate them where the header is a
    /// list; all of it is one where it is not (RFC 3261 §7.3.1).
    ///
    /// ```
    /// use simdsip::{HeaderName, Span};
    /// assert_eq!(HeaderName::Route.elements(Span::new(b"<sip:a;lr>, <sip:b;lr>")?).count(), 2);
    /// assert_eq!(HeaderName::Date.elements(Span::new(b"Sat, 13 Nov 2010 23:29:00 GMT")?).count(), 1);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn elements(self, value: Span<'_>) -> Elements<'_> {
        elements(self.cardinality(), self.shape(), value.trim())
    }
}

/// The typed elements of a header field. Made by [`crate::HeaderField::values`].
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nRoute: <sip:p;lr>,<sip:q;lr>\r\n\r\n", &mut index)?;
/// assert_eq!(message.headers().next().unwrap().values().count(), 2);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Values<'b> {
    shape: Shape,
    elements: Elements<'b>,
}

impl<'b> Values<'b> {
    #[inline]
    pub(crate) fn new(name: HeaderName, value: Span<'b>) -> Values<'b> {
        Values { shape: name.shape(), elements: elements(name.cardinality(), name.shape(), value) }
    }
}

impl<'b> Iterator for Values<'b> {
    type Item = Result<Value<'b>, Error>;

    #[inline(always)]
    fn next(&mut self) -> Option<Result<Value<'b>, Error>> {
        let element = self.elements.next()?;
        Some(Value::parse(self.shape, element))
    }
}

impl FusedIterator for Values<'_> {}
