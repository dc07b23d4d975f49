//! Media types and ranges: Content-Type, Accept (RFC 3261 §20.1, §20.15).

use super::token::some;
use crate::error::{Error, ErrorKind};
use crate::scan::window::{WINDOW, matches};
use crate::text::Span;

/// `type/subtype` with parameters; in Accept either may be `*`.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::MediaType;
/// let media = MediaType::parse(Span::new(b"multipart / mixed ;boundary=\"a b\"")?)?;
/// assert!(media.is(b"Multipart", b"MIXED"));
/// assert_eq!(media.param(b"boundary").unwrap().value().unwrap().inner(), b"a b");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MediaType<'b> {
    value: Span<'b>,
    kind_end: u32,
    subtype: u32,
    subtype_end: u32,
    params: u32,
}

impl<'b> MediaType<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `MediaType` where type, slash or subtype is missing, `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::MediaType;
    /// assert_eq!(MediaType::parse(Span::new(b"text")?).unwrap_err().kind, ErrorKind::MediaType);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn parse(value: Span<'b>) -> Result<MediaType<'b>, Error> {
        Ok(match MediaType::usual(value) {
            Some(view) => view,
            None => MediaType::any(value.apart())?,
        })
    }

    /// What nearly all look like: no white space around the slash, and a semicolon or the end right behind the subtype.
    /// `None` for all else, and for what is malformed.
    #[inline(always)]
    fn usual(value: Span<'b>) -> Option<MediaType<'b>> {
        let (window, start) = (value.near()?, value.start());
        if value.last()? <= b' ' {
            return None;
        }
        let len = value.len() as u32;
        let is_graphic = |at: u32| window.get(at as usize).is_some_and(|byte| *byte > b' ');
        let slash = matches(window, [b'/']).trailing_zeros();
        let params = matches(window, [b';']).trailing_zeros().min(len);
        let subtype = slash.wrapping_add(1);
        let usual = subtype < params
            && (params == len || params < WINDOW as u32)
            && [0, slash.wrapping_sub(1), subtype, params.wrapping_sub(1)].into_iter().all(is_graphic);
        let [kind_end, subtype, params] = [slash, subtype, params].map(|at| start.wrapping_add(at));
        usual.then_some(MediaType { value, kind_end, subtype, subtype_end: params, params })
    }

    /// The same for whatever stands there.
    #[inline(never)]
    fn any(value: Span<'b>) -> Result<MediaType<'b>, Error> {
        let value = some(value)?;
        let slash = value.find([b'/', b';']);
        let subtype = value.after(slash).trim_start();
        let params = subtype.find([b';']);
        let (kind_end, subtype_end) = (value.to(slash).trim_end().end(), subtype.to(params).trim_end().end());
        let subtype = subtype.start();
        if value.byte(slash) != Some(b'/') || kind_end == value.start() || subtype_end == subtype {
            return Err(value.error(ErrorKind::MediaType));
        }
        Ok(MediaType { value, kind_end, subtype, subtype_end, params })
    }

    /// The type, such as `application`.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::MediaType;
    /// assert_eq!(MediaType::parse(Span::new(b"application/sdp")?)?.kind(), b"application");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.value.between(self.value.start(), self.kind_end).bytes()
    }

    /// The subtype, such as `sdp`.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::MediaType;
    /// assert_eq!(MediaType::parse(Span::new(b"application/sdp;v=1")?)?.subtype(), b"sdp");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn subtype(&self) -> &'b [u8] {
        self.value.between(self.subtype, self.subtype_end).bytes()
    }

    /// Whether type and subtype are these, in any case.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::MediaType;
    /// assert!(MediaType::parse(Span::new(b"Application/SDP")?)?.is(b"application", b"sdp"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is(&self, kind: &[u8], subtype: &[u8]) -> bool {
        self.kind().eq_ignore_ascii_case(kind) && self.subtype().eq_ignore_ascii_case(subtype)
    }

    /// The `q` parameter of a media range in thousandths (RFC 3261 §20.1).
    ///
    /// # Errors
    /// `Number` where it is not a number from 0 to 1 with at most three decimals.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::MediaType;
    /// assert_eq!(MediaType::parse(Span::new(b"text/*;q=0.5")?)?.q()?, Some(500));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn q(&self) -> Result<Option<u16>, Error> {
        self.params().value(b"q").map(super::quality).transpose()
    }
}

with_params!(MediaType, "text/plain;x=1");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_usual_ones_are_read_as_any_is((text, range) in crate::text::values(&["application/sdp", "text/plain;charset=utf-8"])) {
            let value = Span::within(&text, range);
            if let Some(usual) = MediaType::usual(value) {
                prop_assert_eq!(std::format!("{usual:?}"), std::format!("{:?}", MediaType::any(value).unwrap()));
            }
        }
    }
}
