//! Text for people, and lists that commas do not make: Warning, User-Agent, Subject, Privacy, charging parameters.

use core::iter::FusedIterator;

use super::token::some;
use crate::error::{Error, ErrorKind};
use crate::message::Unfolded;
use crate::text::{Param, Params, Span, Word};

/// One warning: code, agent, text (RFC 3261 §20.43).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Warning;
/// let warning = Warning::parse(Span::new(br#"307 isi.edu "Session parameter 'foo' not understood""#)?)?;
/// assert_eq!((warning.code(), warning.agent()), (307, &b"isi.edu"[..]));
/// assert_eq!(warning.text().to_string(), "Session parameter 'foo' not understood");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Warning<'b> {
    code: u16,
    agent: Span<'b>,
    text: Span<'b>,
}

impl<'b> Warning<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Warning` where code, agent and quoted text are not all there, or the code is not three digits; `Quote` where
    /// the text is not closed; `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Warning;
    /// assert!(Warning::parse(Span::new(b"CLI Should be in E164 Format")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<Warning<'b>, Error> {
        let value = some(value)?;
        let bad = value.error(ErrorKind::Warning);
        let at = value.find([b' ', b'\t', b'\r', b'\n']);
        let (code, behind) = (value.to(at), value.from(at).trim_start());
        let at = behind.find([b' ', b'\t', b'\r', b'\n']);
        let (agent, text) = (behind.to(at), behind.from(at).trim_start());
        let code = match (code.len(), code.number().map(u16::try_from)) {
            (3, Ok(Ok(code))) => code,
            _ => return Err(bad),
        };
        if text.first() != Some(b'"') {
            return Err(bad);
        }
        let end = text.end_of_quoted().ok_or(text.error(ErrorKind::Quote))?;
        Ok(Warning { code, agent, text: text.to(end) })
    }

    /// The warn-code, three digits.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Warning;
    /// assert_eq!(Warning::parse(Span::new(b"301 h \"x\"")?)?.code(), 301);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Who warns: a host and port, or a pseudonym.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Warning;
    /// assert_eq!(Warning::parse(Span::new(b"301 h:5060 \"x\"")?)?.agent(), b"h:5060");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn agent(&self) -> &'b [u8] {
        self.agent.bytes()
    }

    /// The text for people.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Warning;
    /// assert!(Warning::parse(Span::new(b"301 h \"x\"")?)?.text().is(b"x"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> Word<'b> {
        Word::new(self.text)
    }
}

/// Free text: Subject, Organization, headers of unknown grammar (RFC 3261 §25.1, `TEXT-UTF8-TRIM`).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Text;
/// let subject = Text::parse(Span::new(b"I know\r\n you're there")?)?;
/// assert_eq!(subject.to_string(), "I know you're there");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Text<'b> {
    span: Span<'b>,
}

impl<'b> Text<'b> {
    /// Takes the value as it is; it may be empty.
    ///
    /// # Errors
    /// None: any bytes will do.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Text;
    /// assert!(Text::parse(Span::new(b"")?)?.span().is_empty());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<Text<'b>, Error> {
        Ok(Text { span: value.trim() })
    }

    /// Where it stands.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Text;
    /// assert_eq!(Text::parse(Span::new(b" a")?)?.span().range(), 1..2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }

    /// Its lines: joined by single spaces they are the text.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Text;
    /// assert_eq!(Text::parse(Span::new(b"a\r\n b")?)?.unfolded().count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn unfolded(&self) -> Unfolded<'b> {
        Unfolded::new(self.span.bytes())
    }
}

impl core::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.unfolded().fmt(f)
    }
}

/// User-Agent and Server: products and comments (RFC 3261 §20.35, §20.41).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::{Product, Products};
/// let agent = Products::parse(Span::new(b"Softphone/Beta1.5 (build 7 (x86))")?)?;
/// let mut parts = agent.iter();
/// assert!(matches!(parts.next(), Some(Product::Named { name: b"Softphone", version: Some(b"Beta1.5") })));
/// assert!(matches!(parts.next(), Some(Product::Comment(b"build 7 (x86)"))));
/// assert!(parts.next().is_none());
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Products<'b> {
    span: Span<'b>,
}

/// One part of User-Agent or Server.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::{Product, Products};
/// let agent = Products::parse(Span::new(b"Kamailio")?)?;
/// assert!(matches!(agent.iter().next(), Some(Product::Named { name: b"Kamailio", version: None })));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product<'b> {
    /// A name, perhaps with a version behind a slash.
    Named {
        /// What stands before the slash.
        name: &'b [u8],
        /// What stands behind it.
        version: Option<&'b [u8]>,
    },
    /// A comment without its parentheses, as it stands.
    Comment(&'b [u8]),
}

impl<'b> Products<'b> {
    /// Reads the value.
    ///
    /// # Errors
    /// `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Products;
    /// assert!(Products::parse(Span::new(b"")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<Products<'b>, Error> {
        Ok(Products { span: some(value)? })
    }

    /// All of it, as free text.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Products;
    /// assert_eq!(Products::parse(Span::new(b"a/1 b")?)?.text().to_string(), "a/1 b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> Text<'b> {
        Text { span: self.span }
    }

    /// Its parts, in wire order. An open comment goes to the end.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Products;
    /// assert_eq!(Products::parse(Span::new(b"a/1 b (c d)")?)?.iter().count(), 3);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn iter(&self) -> impl FusedIterator<Item = Product<'b>> + use<'b> {
        let mut rest = self.span;
        core::iter::from_fn(move || {
            rest = rest.trim_start();
            if rest.first()? == b'(' {
                let end = rest.end_of_comment();
                let comment = rest.after(rest.start()).to(end.map_or(u32::MAX, |end| end.saturating_sub(1)));
                rest = rest.from(end.unwrap_or(u32::MAX));
                return Some(Product::Comment(comment.bytes()));
            }
            let product = rest.to(rest.find([b' ', b'\t', b'\r', b'\n', b'(']));
            rest = rest.from(product.end());
            let slash = product.find([b'/']);
            let version = (slash != product.end()).then(|| product.after(slash).bytes());
            Some(Product::Named { name: product.to(slash).bytes(), version })
        })
        .fuse()
    }
}

/// Privacy: tokens between semicolons, or commas as deployed gear has it (RFC 3323 §4.2).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Privacy;
/// assert!(Privacy::parse(Span::new(b"header; user;critical")?)?.has(b"user"));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Privacy<'b> {
    span: Span<'b>,
}

impl<'b> Privacy<'b> {
    /// Reads the value.
    ///
    /// # Errors
    /// `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Privacy;
    /// assert!(Privacy::parse(Span::new(b"")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<Privacy<'b>, Error> {
        Ok(Privacy { span: some(value)? })
    }

    /// The values, in wire order.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Privacy;
    /// assert!(Privacy::parse(Span::new(b"id;none")?)?.iter().eq([&b"id"[..], b"none"]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &'b [u8]> + use<'b> {
        let parts = self.span.bytes().split(|byte| matches!(byte, b';' | b','));
        parts.map(<[u8]>::trim_ascii).filter(|value| !value.is_empty())
    }

    /// Whether `value` is among them, in any case.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Privacy;
    /// assert!(!Privacy::parse(Span::new(b"none")?)?.has(b"id"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn has(&self, value: &[u8]) -> bool {
        self.iter().any(|one| one.eq_ignore_ascii_case(value))
    }
}

/// Parameters alone, the first one included: P-Charging-Vector and its kin (RFC 7315 §5.6).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::ParamList;
/// let vector = ParamList::parse(Span::new(b"icid-value=1234bc9876e;orig-ioi=home1.net")?)?;
/// assert_eq!(vector.param(b"icid-value").unwrap().value().unwrap().raw(), b"1234bc9876e");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ParamList<'b> {
    params: Span<'b>,
}

impl<'b> ParamList<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::ParamList;
    /// assert!(ParamList::parse(Span::new(b"")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<ParamList<'b>, Error> {
        Ok(ParamList { params: some(value)? })
    }

    /// The parameters, in wire order.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::ParamList;
    /// assert_eq!(ParamList::parse(Span::new(b"a=1;b=2")?)?.params().count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        Params::new(self.params)
    }

    /// The first parameter of that name, in any case.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::ParamList;
    /// assert!(ParamList::parse(Span::new(b"a=1;b=2")?)?.param(b"B").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn param(&self, name: &[u8]) -> Option<Param<'b>> {
        self.params().get(name)
    }
}
