//! One number for all that was seen: bytes, numbers and places in, equal numbers for equal readings out.

use std::hash::{DefaultHasher, Hash, Hasher};

use simdsip::{Error, Escaped, Host, Params, Span, Uri, UriHeaders, UriParam, UriParams, Word};

/// What was seen so far.
pub struct Sum {
    sum: u64,
    /// Places count, and so does white space; else all white space within is as one space.
    exact: bool,
    /// White space came last.
    blank: bool,
}

impl Sum {
    pub fn new() -> Sum {
        Sum { sum: 0xcbf2_9ce4_8422_2325, exact: true, blank: false }
    }

    /// A sum that is the same wherever the text stands, and however it is folded.
    pub fn of_meaning() -> Sum {
        Sum { exact: false, ..Sum::new() }
    }

    pub fn value(&self) -> u64 {
        self.sum
    }

    pub fn number(&mut self, number: u64) {
        self.sum = (self.sum.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// A number that is another where the text stands elsewhere.
    pub fn place(&mut self, number: usize) {
        if self.exact {
            self.number(number as u64);
        }
    }

    /// One after another without a boundary between.
    pub fn unbroken(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            if !blank || !self.blank {
                self.number(if blank { b' ' } else { byte }.into());
            }
            self.blank = blank;
        }
    }

    /// Pieces of which only the whole means something.
    pub fn pieces<'b>(&mut self, len: usize, pieces: impl Iterator<Item = &'b [u8]>) {
        if self.exact {
            return self.each(len, pieces, Sum::bytes);
        }
        pieces.for_each(|piece| self.unbroken(piece));
        self.blank = false;
        self.number(7);
    }

    /// The bytes of a view; all are read.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if !self.exact {
            self.unbroken(bytes);
            self.blank = false;
            return self.number(8);
        }
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.number(chunk.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
        }
        self.number(chunks.remainder().iter().fold(1, |sum, byte| sum << 8 | u64::from(*byte)));
        self.number(bytes.len() as u64);
    }

    pub fn span(&mut self, span: Span<'_>) {
        assert_eq!(span.range().len(), span.len());
        self.place(span.at());
        self.bytes(span.bytes());
    }

    pub fn error(&mut self, error: Error) {
        self.place(error.at);
        let mut hasher = DefaultHasher::new();
        error.kind.hash(&mut hasher);
        self.number(hasher.finish());
    }

    pub fn option<T>(&mut self, option: Option<T>, see: impl FnOnce(&mut Sum, T)) {
        match option {
            None => self.number(2),
            Some(value) => see(self, value),
        }
    }

    pub fn result<T>(&mut self, result: Result<T, Error>, see: impl FnOnce(&mut Sum, T)) {
        match result {
            Err(error) => self.error(error),
            Ok(value) => see(self, value),
        }
    }

    /// Every item of an iterator over `len` bytes.
    pub fn each<T>(&mut self, len: usize, items: impl Iterator<Item = T>, mut see: impl FnMut(&mut Sum, T)) {
        let mut count = 0;
        for item in items {
            see(self, item);
            count += 1;
            assert!(count <= len + 1, "{count} items of {len} bytes");
        }
        self.number(count as u64);
    }

    pub fn word(&mut self, word: Word<'_>) {
        self.span(word.span());
        self.bytes(word.inner());
        self.number(
            u64::from(word.is_quoted()) + u64::from(word.is(b"x")) + u64::from(word.is_ignore_case(b"X")),
        );
        self.pieces(word.raw().len(), word.unescaped());
    }

    pub fn params(&mut self, params: Params<'_>) {
        let len = params.span().len();
        self.option(params.get(b"nobody"), |sum, param| sum.bytes(param.name()));
        self.each(len, params, |sum, param| {
            sum.span(param.name_span());
            sum.option(param.value(), Sum::word);
        });
    }

    pub fn escaped(&mut self, text: Escaped<'_>) {
        self.span(text.span());
        self.number(u64::from(text.is(b"x")) + u64::from(text.is_ignore_case(b"X")));
        self.each(text.raw().len(), text.unescaped(), |sum, byte| sum.number(byte.into()));
    }

    pub fn uri_param(&mut self, param: UriParam<'_>) {
        self.escaped(param.name());
        self.option(param.value(), Sum::escaped);
    }

    pub fn uri_params(&mut self, params: UriParams<'_>) {
        self.each(params.span().len(), params, Sum::uri_param);
    }

    pub fn uri_headers(&mut self, headers: UriHeaders<'_>) {
        self.each(headers.span().len(), headers, Sum::uri_param);
    }

    pub fn host(&mut self, host: Host<'_>) {
        self.span(host.span());
        let mut hasher = DefaultHasher::new();
        match host.kind() {
            simdsip::HostKind::V4(address) => address.hash(&mut hasher),
            simdsip::HostKind::V6(address) => address.hash(&mut hasher),
            simdsip::HostKind::Name => {}
        }
        self.number(hasher.finish());
        self.option(host.zone(), Sum::span);
    }

    pub fn uri(&mut self, uri: Uri<'_>) {
        self.span(uri.span());
        self.bytes(uri.scheme().as_bytes());
        self.span(uri.rest());
        for part in
            [uri.user(), uri.password(), uri.transport(), uri.user_param(), uri.comp(), uri.sigcomp_id()]
        {
            self.option(part, Sum::escaped);
        }
        self.option(uri.host(), Sum::host);
        self.result(uri.port(), |sum, port| sum.option(port, |sum, port| sum.number(port.into())));
        self.result(uri.maddr(), |sum, maddr| sum.option(maddr, Sum::host));
        self.result(uri.ttl(), |sum, ttl| sum.option(ttl, |sum, ttl| sum.number(ttl.into())));
        self.option(uri.method(), |sum, method| sum.bytes(method.as_bytes()));
        self.number(u64::from(uri.is_loose_router()) + 2 * u64::from(uri.has_ob()));
        self.option(uri.gr().flatten(), Sum::escaped);
        self.uri_params(uri.params());
        self.uri_headers(uri.headers());
        for part in [uri.number(), uri.phone_context(), uri.isub(), uri.ext()] {
            self.option(part, Sum::escaped);
        }
        self.each(uri.span().len(), uri.digits(), |sum, digit| sum.number(digit.into()));
        self.number(uri.is_global().into());
        self.uri_params(uri.number_params());
        let mut hasher = DefaultHasher::new();
        uri.equivalence_hash(&mut hasher);
        self.number(hasher.finish());
        let again = Uri::read(uri.span()).expect("read before");
        assert!(uri.equivalent(&again), "a URI is equivalent to itself: {uri:?}");
    }
}
