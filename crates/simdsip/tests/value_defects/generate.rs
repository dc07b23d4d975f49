//! Values made from the ABNF: the strict check finds nothing in them, and the lenient views see the parts that were put
//! in. Values broken at random: an end, the same answer twice, and a meaning for whatever shows no defect.

use simdsip::shape::{
    Auth, AuthInfo, CSeq, CallId, Date, Dialog, MediaType, NameAddr, Number, NumberParams, ParamList,
    Privacy, Product, Products, RAck, RetryAfter, Timestamp, Token, TokenParams, ValueParams, Via, Warning,
};
use simdsip::{DefectCode, Elements, Index, Params, Parser, Policy, Span};
use simdsip_corpus::rng::Rng;

use super::{defects, message_with};

const TOKEN: &str = "abcXYZ019-.!%*_+`'~";
const WORD: &str = "abcXYZ019-.!%*_+`'~()<>:\\\"/[]?{}";

struct Make {
    rng: Rng,
    out: Vec<u8>,
}

/// Name and value of each parameter.
type Pairs = Vec<(String, Option<String>)>;

impl Make {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn lws(&mut self) -> &'static str {
        self.rng.pick(&[" ", " ", " ", "\t", "  ", "\r\n ", " \r\n\t "])
    }

    fn sws(&mut self) -> &'static str {
        if self.rng.chance(75) { "" } else { self.lws() }
    }

    /// `text` with white space that means nothing around it.
    fn put_loose(&mut self, text: &str) {
        let (before, after) = (self.sws(), self.sws());
        self.put(before);
        self.put(text);
        self.put(after);
    }

    fn token(&mut self) -> String {
        let len = self.rng.between(1, 9);
        // A lone star means all contacts, so none stands at the start.
        format!("{}{}", self.rng.pick(&["a", "Q", "7", "-"]), self.rng.text(TOKEN, len))
    }

    fn quoted(&mut self) -> String {
        let mut text = String::from("\"");
        for _ in 0..self.rng.below(9) {
            let piece: &str = self.rng.pick(&[
                "a", "Z", " ", ";", ",", "<", ">", "=", "\\\"", "\\\\", "\\a", "é", "日", "\r\n ", "(", ":",
            ]);
            text.push_str(piece);
        }
        text + "\""
    }

    fn host(&mut self) -> String {
        match self.rng.below(4) {
            0 => format!("{}.0.2.{}", self.rng.between(1, 255), self.rng.below(256)),
            1 => self
                .rng
                .pick(&["[2001:db8::9:1]", "[::1]", "[::ffff:192.0.2.1]", "[1:2:3:4:5:6:7:8]"])
                .to_owned(),
            2 => format!("a-{}.example.", self.rng.alnum(3)),
            _ => format!("{}.b{}.ex", self.rng.alnum(2), self.rng.digits(1)),
        }
    }

    fn port(&mut self) -> Option<u16> {
        self.rng.chance(40).then(|| self.rng.below(65_536) as u16)
    }

    fn uri(&mut self) -> String {
        match self.rng.below(6) {
            0 => format!("tel:+1-201-555-{};ext=1", self.rng.digits(4)),
            1 => format!("urn:service:{}", self.rng.alnum(4)),
            _ => {
                let mut uri = String::from(self.rng.pick(&["sip:", "SIPS:", "sip:"]));
                if self.rng.chance(80) {
                    let user = self.rng.between(1, 6);
                    uri += &self.rng.text("abcZ09-_.!~*'()&=+$,;?/", user);
                    uri += self.rng.pick(&["", "%40", ":pw&=+$,", "%00"]);
                    uri += "@";
                }
                uri += &self.host();
                if let Some(port) = self.port() {
                    uri += &format!(":{port}");
                }
                uri +=
                    self.rng.pick(&["", ";lr", ";transport=tcp;x=%3b[]/:&+$", "?Subject=a&b=%20", ";p?a="]);
                uri
            }
        }
    }

    /// `*( SEMI generic-param )`, each name once; `first` without its semicolon where there is one.
    fn params(&mut self, most: usize) -> Pairs {
        let mut pairs = vec![];
        for number in 0..self.rng.below(most + 1) {
            self.put_loose(";");
            pairs.push(self.param(number));
        }
        pairs
    }

    fn param(&mut self, number: usize) -> (String, Option<String>) {
        let name = format!("{}{number}", self.rng.pick(&["x", "Y-", "+sip.z"]));
        let value = match self.rng.below(4) {
            0 => None,
            1 => Some(self.quoted()),
            2 => Some(self.host()),
            _ => Some(self.token()),
        };
        self.put(&name);
        if let Some(value) = &value {
            self.put_loose("=");
            self.put(value);
        }
        (name, value)
    }

    /// A display name or none, a URI in brackets or, where `bare` allows, without.
    fn address(&mut self) -> (String, String) {
        let name = match self.rng.below(4) {
            0 => self.quoted(),
            1 => format!("{}{}{}", self.token(), self.lws(), self.token()),
            _ => String::new(),
        };
        let uri = self.uri();
        if name.is_empty() && self.rng.chance(30) && !uri.contains(['?', ';', ',']) {
            self.put(&uri);
        } else {
            let loose = self.sws();
            self.put(&format!("{name}{loose}<{uri}>"));
        }
        (name, uri)
    }

    fn date(&mut self) -> String {
        let day = self.rng.pick(&["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]).to_owned();
        let month = self.rng.pick(&["Jan", "Feb", "Mar", "Apr", "Nov", "Dec"]).to_owned();
        let (number, year) = (self.rng.between(1, 28), self.rng.between(1970, 2100));
        let [hour, minute, second] = [24, 60, 60].map(|most| self.rng.below(most));
        format!("{day}, {number:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT")
    }
}

fn span(bytes: &[u8]) -> Span<'_> {
    Span::new(bytes).unwrap()
}

fn same(found: Params<'_>, pairs: &Pairs) {
    let found: Vec<_> = found.map(|param| (param.name(), param.value().map(|value| value.raw()))).collect();
    let owed: Vec<_> =
        pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_deref().map(str::as_bytes))).collect();
    assert_eq!(found, owed);
}

/// Makes one value, looks at it with its view, and names its header.
type Maker = fn(&mut Make) -> &'static str;

const MAKERS: [Maker; 24] = [
    |make| {
        let (name, uri) = make.address();
        let pairs = make.params(4);
        let view = NameAddr::parse(span(&make.out)).unwrap();
        assert_eq!(view.uri_span().bytes(), uri.as_bytes());
        assert_eq!(view.display_name().map_or(&b""[..], |name| name.raw()), name.trim().as_bytes());
        same(view.params(), &pairs);
        "Reply-To"
    },
    |make| {
        let mut owed = vec![];
        for number in 0..make.rng.between(1, 4) {
            if number > 0 {
                make.put_loose(",");
            }
            let address = make.address();
            owed.push((address, make.params(3)));
        }
        let elements: Vec<_> = Elements::new(span(&make.out)).collect();
        assert_eq!(elements.len(), owed.len());
        for (element, ((_, uri), pairs)) in elements.into_iter().zip(&owed) {
            let view = NameAddr::parse(element).unwrap();
            assert_eq!(view.uri_span().bytes(), uri.as_bytes());
            same(view.params(), pairs);
        }
        make.rng.pick(&["Contact", "m", "P-Refused-URI-List"])
    },
    |make| {
        let (transport, host, port) = (make.token(), make.host(), make.port());
        for (text, loose) in [("SIP", true), ("2.0", true), (&transport, false)] {
            make.put(text);
            if loose {
                make.put_loose("/");
            }
        }
        let white = make.lws();
        make.put(white);
        make.put(&host);
        if let Some(port) = port {
            make.put_loose(":");
            make.put(&port.to_string());
        }
        make.put(";branch=z9hG4bK.7");
        let pairs = make.params(3);
        let view = Via::parse(span(&make.out)).unwrap();
        assert_eq!((view.transport(), view.host_span().bytes()), (transport.as_bytes(), host.as_bytes()));
        assert_eq!((view.port().unwrap(), view.branch()), (port, Some(&b"z9hG4bK.7"[..])));
        assert_eq!(view.params().count(), pairs.len() + 1);
        "Via"
    },
    |make| {
        let tokens: Vec<String> = (0..make.rng.between(1, 5)).map(|_| make.token()).collect();
        for (number, token) in tokens.iter().enumerate() {
            if number > 0 {
                make.put_loose(",");
            }
            make.put(token);
        }
        let found = Elements::new(span(&make.out)).map(|element| Token::parse(element).unwrap().as_bytes());
        assert!(found.eq(tokens.iter().map(|token| token.as_bytes())));
        make.rng.pick(&["Supported", "Require", "Allow", "Request-Disposition"])
    },
    |make| {
        let token = make.token();
        make.put(&token);
        let pairs = make.params(4);
        let view = TokenParams::parse(span(&make.out)).unwrap();
        assert_eq!(view.token(), token.as_bytes());
        same(view.params(), &pairs);
        make.rng.pick(&["Reason", "Content-Disposition", "Security-Client", "Answer-Mode"])
    },
    |make| {
        let value = if make.rng.chance(50) { make.quoted() } else { make.token() };
        make.put(&value);
        let pairs = make.params(4);
        let view = ValueParams::parse(span(&make.out)).unwrap();
        assert_eq!(view.value().raw(), value.as_bytes());
        same(view.params(), &pairs);
        make.rng.pick(&["P-Visited-Network-ID", "User-to-User"])
    },
    |make| {
        let number = make.rng.next_u64() as u32;
        let zeros = make.rng.pick(&["", "00"]);
        make.put(&format!("{zeros}{number}"));
        assert_eq!(Number::parse(span(&make.out)).unwrap().value(), number);
        make.rng.pick(&["Expires", "RSeq", "Min-Expires"])
    },
    |make| {
        let number = make.rng.next_u64() as u32;
        make.put(&number.to_string());
        let pairs = make.params(3);
        let view = NumberParams::parse(span(&make.out)).unwrap();
        assert_eq!(view.value(), number);
        same(view.params(), &pairs);
        make.rng.pick(&["Session-Expires", "Min-SE"])
    },
    |make| {
        let number = make.rng.next_u64() as u32;
        make.put(&number.to_string());
        let comment = make.rng.chance(50);
        if comment {
            make.put_loose("(in a \\) (call; \"x) now)");
        }
        let pairs = make.params(3);
        let view = RetryAfter::parse(span(&make.out)).unwrap();
        assert_eq!((view.seconds(), view.comment().is_some()), (number, comment));
        same(view.params(), &pairs);
        "Retry-After"
    },
    |make| {
        let (kind, subtype) = (make.token(), make.token());
        make.put(&kind);
        make.put_loose("/");
        make.put(&subtype);
        let pairs = make.params(3);
        let view = MediaType::parse(span(&make.out)).unwrap();
        assert_eq!((view.kind(), view.subtype()), (kind.as_bytes(), subtype.as_bytes()));
        same(view.params(), &pairs);
        "Accept"
    },
    |make| {
        let (left, right) = (make.rng.between(1, 9), make.rng.between(1, 9));
        let mut id = make.rng.text(WORD, left);
        if make.rng.chance(60) {
            id = format!("{id}@{}", make.rng.text(WORD, right));
        }
        make.put(&id);
        assert_eq!(CallId::parse(span(&make.out)).unwrap().as_bytes(), id.as_bytes());
        "Call-ID"
    },
    |make| {
        let len = make.rng.between(1, 9);
        let id = make.rng.text(WORD, len);
        make.put(&id);
        let (to, from) = (make.token(), make.token());
        for (name, tag) in [("to-tag", &to), ("from-tag", &from)] {
            make.put_loose(";");
            make.put(name);
            make.put_loose("=");
            make.put(tag);
        }
        let pairs = make.params(2);
        let view = Dialog::parse(span(&make.out)).unwrap();
        assert_eq!(view.call_id(), id.as_bytes());
        assert_eq!((view.to_tag(), view.from_tag()), (Some(to.as_bytes()), Some(from.as_bytes())));
        assert_eq!(view.params().count(), pairs.len() + 2);
        make.rng.pick(&["Replaces", "Join"])
    },
    |make| {
        let number = make.rng.next_u64() as u32 >> 1;
        let white = make.lws();
        make.put(&format!("{number}{white}INVITE"));
        let view = CSeq::parse(span(&make.out)).unwrap();
        assert_eq!((view.number(), view.method().as_bytes()), (number, &b"INVITE"[..]));
        "CSeq"
    },
    |make| {
        let (response, number, method) =
            (make.rng.next_u64() as u32, make.rng.next_u64() as u32 >> 1, make.token());
        let (first, second) = (make.lws(), make.lws());
        make.put(&format!("{response}{first}{number}{second}{method}"));
        let view = RAck::parse(span(&make.out)).unwrap();
        assert_eq!((view.response_number(), view.cseq().number()), (response, number));
        assert_eq!(view.cseq().method().as_bytes(), method.as_bytes());
        "RAck"
    },
    |make| {
        let date = make.date();
        make.put(&date);
        let view = Date::parse(span(&make.out)).unwrap();
        assert!(
            date.contains(&format!(" {} {:02}:{:02}:{:02} ", view.year, view.hour, view.minute, view.second))
        );
        "Date"
    },
    |make| {
        let value = format!("{}{}", make.rng.below(1_000), make.rng.pick(&["", ".", ".5"]));
        let delay = make.rng.pick(&["", " 0.1", "\r\n 3"]);
        make.put(&format!("{value}{delay}"));
        let view = Timestamp::parse(span(&make.out)).unwrap();
        assert_eq!((view.value(), view.delay().is_some()), (value.as_bytes(), !delay.is_empty()));
        "Timestamp"
    },
    |make| {
        let (realm, nonce) = (make.quoted(), make.quoted());
        let white = make.lws();
        let scheme = make.rng.pick(&["Digest", "digest"]);
        make.put(&format!("{scheme}{white}realm"));
        make.put_loose("=");
        make.put(&realm);
        make.put_loose(",");
        make.put(&format!("nonce={nonce}"));
        make.put_loose(",");
        let third =
            make.rng.pick(&["qop=\"auth,auth-int\"", "stale=FALSE", "algorithm=SHA-256", "nc=0000001f"]);
        make.put(third);
        let view = Auth::parse(span(&make.out)).unwrap();
        assert!(view.is_digest() && view.params().count() == 3);
        assert_eq!(view.param(b"realm").unwrap().value().unwrap().raw(), realm.as_bytes());
        assert_eq!(view.param(b"nonce").unwrap().value().unwrap().raw(), nonce.as_bytes());
        make.rng.pick(&["WWW-Authenticate", "Proxy-Authorization"])
    },
    |make| {
        let nonce = make.quoted();
        make.put(&format!("nextnonce={nonce}"));
        make.put_loose(",");
        make.put("nc=00000001");
        let view = AuthInfo::parse(span(&make.out)).unwrap();
        assert_eq!(view.param(b"nextnonce").unwrap().value().unwrap().raw(), nonce.as_bytes());
        assert_eq!(view.params().count(), 2);
        "Authentication-Info"
    },
    |make| {
        let (agent, text) = (if make.rng.chance(50) { make.token() } else { make.host() }, make.quoted());
        let (first, second) = (make.lws(), make.lws());
        let code = make.rng.between(300, 399);
        make.put(&format!("{code}{first}{agent}{second}{text}"));
        let view = Warning::parse(span(&make.out)).unwrap();
        assert_eq!(
            (usize::from(view.code()), view.agent(), view.text().raw()),
            (code, agent.as_bytes(), text.as_bytes())
        );
        "Warning"
    },
    |make| {
        let mut owed = vec![];
        for number in 0..make.rng.between(1, 4) {
            if number > 0 {
                let white = make.lws();
                make.put(white);
            }
            let token = make.token();
            match make.rng.below(3) {
                0 => make.put(&token),
                1 => make.put(&format!("{token}/{token}")),
                _ => make.put(&format!("({token} (\\( \"é\") ,)")),
            }
            owed.push(token);
        }
        let view = Products::parse(span(&make.out)).unwrap();
        let found: Vec<_> = view
            .iter()
            .map(|product| match product {
                Product::Named { name, .. } => name.to_vec(),
                Product::Comment(text) => text.split(|&byte| byte == b' ').next().unwrap().to_vec(),
            })
            .collect();
        assert_eq!(found, owed.iter().map(|token| token.as_bytes().to_vec()).collect::<Vec<_>>());
        make.rng.pick(&["Server", "User-Agent"])
    },
    |make| {
        let values: Vec<String> = (0..make.rng.between(1, 4)).map(|_| make.token()).collect();
        for (number, value) in values.iter().enumerate() {
            if number > 0 {
                make.put_loose(";");
            }
            make.put(value);
        }
        let view = Privacy::parse(span(&make.out)).unwrap();
        assert!(view.iter().eq(values.iter().map(|value| value.as_bytes())));
        "Privacy"
    },
    |make| {
        make.put("icid-value=");
        let id = make.quoted();
        make.put(&id);
        let pairs = make.params(4);
        let view = ParamList::parse(span(&make.out)).unwrap();
        assert_eq!(view.param(b"icid-value").unwrap().value().unwrap().raw(), id.as_bytes());
        assert_eq!(view.params().count(), pairs.len() + 1);
        "P-Charging-Vector"
    },
    |make| {
        let (name, uri) = make.address();
        make.put_loose(";");
        let tag = make.token();
        make.put(&format!("tag={tag}"));
        let view = NameAddr::parse(span(&make.out)).unwrap();
        assert_eq!((view.tag(), view.display_name().is_some()), (Some(tag.as_bytes()), !name.is_empty()));
        assert_eq!(view.uri_span().bytes(), uri.as_bytes());
        make.rng.pick(&["From", "To"])
    },
    |make| {
        make.put("*");
        let pairs = make.params(4);
        let view = TokenParams::parse(span(&make.out)).unwrap();
        assert!(view.is(b"*"));
        same(view.params(), &pairs);
        make.rng.pick(&["Accept-Contact", "Feature-Caps", "Reject-Contact"])
    },
];

// covers: RFC 3261 §7.3.1, §20.1, §20.5, §20.6, §20.8, §20.10, §20.11, §20.16, §20.17, §20.19, §20.20, §20.23, §20.28
// covers: RFC 3261 §20.31, §20.32, §20.33, §20.35, §20.37, §20.38, §20.39, §20.41, §20.42, §20.43, §20.44, §25.1
#[test]
fn values_made_from_the_grammar_show_nothing_and_are_read_as_they_were_made() {
    let mut make = Make { rng: Rng::new(3261), out: vec![] };
    for number in 0..MAKERS.len() * 14_000 {
        make.out.clear();
        let name = MAKERS[number % MAKERS.len()](&mut make);
        let (bytes, _) = message_with(name, &make.out);
        let mut found = defects(&bytes);
        // Two folds beside each other, which the grammar has all the same.
        found.retain(|(code, ..)| *code != DefectCode::BlankLine);
        assert!(found.is_empty(), "{name}: {} shows {found:?}", make.out.escape_ascii());
    }
}

#[test]
fn broken_values_end_and_what_shows_nothing_has_a_meaning() {
    const BYTES: &[u8] = b";,=<>\"\\()@:*[]%? \t/a0\xff\xc3\x00~";
    let mut make = Make { rng: Rng::new(25), out: vec![] };
    let (mut index, mut clean) = (Index::<256>::sized(), 0);
    for number in 0..MAKERS.len() * 7_000 {
        make.out.clear();
        let name = MAKERS[number % MAKERS.len()](&mut make);
        for _ in 0..make.rng.between(1, 3) {
            let at = make.rng.below(make.out.len());
            let byte = BYTES[make.rng.below(BYTES.len())];
            match make.rng.below(3) {
                0 => make.out[at] = byte,
                1 => make.out.insert(at, byte),
                _ => drop(make.out.remove(at)),
            }
            if make.out.is_empty() {
                break;
            }
        }
        let (bytes, _) = message_with(name, &make.out);
        if !defects(&bytes).is_empty() {
            continue;
        }
        clean += 1;
        let message = Parser::new(Policy::CAPTURE).parse(&bytes, &mut index).unwrap();
        for field in message.headers() {
            for value in field.values() {
                assert!(value.is_ok(), "{field:?} shows nothing, but is {value:?}");
            }
        }
    }
    println!("{clean} of {} broken values are still valid", MAKERS.len() * 7_000);
    assert!(clean > 1_000);
}
