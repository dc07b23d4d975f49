//! The parameters of Digest: found by name, each once, each with a value that can be one.
//!
//! The core's views take the first of a name and never judge; here a second one is refused, since whoever reads the
//! other one would see other credentials. Quotes are not judged: devices leave them out and put them where none belong,
//! and the meaning stays the same. RFC 7616 §3.3, §3.4.

use core::fmt;

use simdsip::shape::Auth;
use simdsip::{Params, Word};

use crate::{Error, ErrorKind};

macro_rules! params {
    ($($name:ident = $text:literal,)*) => {
        /// A parameter of challenges or credentials.
        ///
        /// ```
        /// assert_eq!(simdsip_auth::Param::NonceCount.as_str(), "nc");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Param {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Param {
            const ALL: &'static [Param] = &[$(Param::$name),*];
            const COUNT: usize = Param::ALL.len();

            /// The name, as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Param::$name => $text,)*
                }
            }
        }
    };
}

params! {
    Username = "username",
    UsernameExt = "username*",
    Realm = "realm",
    Nonce = "nonce",
    Uri = "uri",
    Response = "response",
    Algorithm = "algorithm",
    Cnonce = "cnonce",
    Opaque = "opaque",
    Qop = "qop",
    NonceCount = "nc",
    Userhash = "userhash",
    Stale = "stale",
    Auts = "auts",
    Rspauth = "rspauth",
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The parameters that were found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'b> {
    words: [Option<Word<'b>>; Param::COUNT],
    at: usize,
}

impl<'b> Table<'b> {
    pub(crate) fn read(auth: &Auth<'b>) -> Result<Table<'b>, Error> {
        let at = auth.scheme_span().at();
        if !auth.is_digest() {
            return Err(Error::new(ErrorKind::Scheme, at));
        }
        Table::of(auth.params(), at)
    }

    /// The parameters of a value that begins at `at`.
    pub(crate) fn of(params: Params<'b>, at: usize) -> Result<Table<'b>, Error> {
        let mut table = Table { words: [None; Param::COUNT], at };
        for param in params {
            let known = Param::ALL.iter().zip(&mut table.words);
            let Some((&name, slot)) = known.into_iter().find(|(name, _)| param.is(name.as_str().as_bytes()))
            else {
                continue;
            };
            let at = param.name_span().at();
            if slot.is_some() {
                return Err(Error::new(ErrorKind::Repeated(name), at));
            }
            match param.value().filter(is_whole) {
                Some(word) => *slot = Some(word),
                None => return Err(Error::new(ErrorKind::Malformed(name), at)),
            }
        }
        Ok(table)
    }

    pub(crate) fn get(&self, name: Param) -> Option<Word<'b>> {
        self.words.get(name as usize).copied().flatten()
    }

    pub(crate) fn require(&self, name: Param) -> Result<Word<'b>, Error> {
        self.get(name).ok_or(Error::new(ErrorKind::Missing(name), self.at))
    }

    /// The parameter through `read`, which gives `None` for what it cannot be.
    pub(crate) fn parsed<T>(
        &self,
        name: Param,
        read: impl FnOnce(Word<'b>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(word) = self.get(name) else { return Ok(None) };
        match read(word) {
            Some(value) => Ok(Some(value)),
            None => Err(Error::new(ErrorKind::Malformed(name), word.span().at())),
        }
    }

    /// Whether the parameter is `true`; absent means no, all else too, as §3.3 has it for `stale`.
    pub(crate) fn flag(&self, name: Param) -> bool {
        self.get(name).is_some_and(|word| word.is_ignore_case(b"true"))
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }
}

/// A quoted string that ends where the value ends, or a run of bytes that has neither quotes nor white space.
fn is_whole(word: &Word<'_>) -> bool {
    let raw = word.raw();
    let Some(mut rest) = raw.strip_prefix(b"\"") else {
        return !raw.is_empty() && raw.iter().all(|&byte| byte > b' ' && byte != b'"' && byte != 0x7f);
    };
    loop {
        match rest {
            [b'"'] => return true,
            [b'\\', _, behind @ ..] => rest = behind,
            [] | [b'"' | b'\\', ..] => return false,
            [_, behind @ ..] => rest = behind,
        }
    }
}
