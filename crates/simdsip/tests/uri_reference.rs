//! Views against a slow reader of strings: on URIs that the grammar makes, on mutated ones, and on every short one;
//! equivalence against its rules written down as sets.
#![cfg(feature = "std")]

#[path = "../src/uri/tests/generate.rs"]
mod generate;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::net::Ipv6Addr;

use generate::Made;
use simdsip::{ErrorKind, Escaped, HostKind, Scheme, Uri, UriParam};
use simdsip_corpus::rng::Rng;

type Pair = (Vec<u8>, Option<Vec<u8>>);

/// What there is to see of a URI.
#[derive(Debug, PartialEq, Clone, Default)]
struct Seen {
    scheme: Vec<u8>,
    rest: Vec<u8>,
    user: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
    host: Option<Vec<u8>>,
    v6: Option<Ipv6Addr>,
    /// `Err` for one that is none.
    port: Option<Result<u16, ()>>,
    number: Option<Vec<u8>>,
    params: Vec<Pair>,
    headers: Vec<Pair>,
}

/// Cuts at the first byte of `set`, which stays with what follows.
fn cut(text: &[u8], set: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let at = text.iter().position(|byte| set.contains(byte)).unwrap_or(text.len());
    (text[..at].to_vec(), text[at..].to_vec())
}

fn list(text: &[u8], separator: u8) -> Vec<Pair> {
    let items = text.split(|&byte| byte == separator).filter(|item| !item.is_empty());
    items
        .map(|item| {
            let (name, value) = cut(item, b"=");
            (name, value.split_first().map(|(_, value)| value.to_vec()))
        })
        .collect()
}

fn v6(inner: &[u8]) -> Option<Ipv6Addr> {
    let text = String::from_utf8(cut(inner, b"%").0).ok()?;
    let fixed = text.find(":::").filter(|at| text[*at..].contains('.')).map(|at| {
        let mut text = text.clone();
        text.remove(at);
        text
    });
    text.parse().ok().or_else(|| fixed?.parse().ok())
}

/// The documented rules, one after the other.
fn read(text: &[u8]) -> Result<Seen, ErrorKind> {
    let text = text.trim_ascii_start().trim_ascii_end();
    let (scheme, rest) = cut(text, b":");
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    let Some(rest) = rest.strip_prefix(b":").filter(|_| is_scheme) else { return Err(ErrorKind::Scheme) };
    let mut seen = Seen { scheme: scheme.to_ascii_lowercase(), rest: rest.to_vec(), ..Seen::default() };
    match &*seen.scheme {
        b"sip" | b"sips" => {}
        b"tel" => {
            let (number, params) = cut(rest, b";");
            seen.params = list(&params, b';');
            seen.number = Some(number);
            return if seen.number == Some(vec![]) { Err(ErrorKind::Telephone) } else { Ok(seen) };
        }
        b"urn" => return Ok(seen),
        _ => {
            seen.scheme = scheme;
            return Ok(seen);
        }
    }
    let mut hostport = rest.to_vec();
    if let Some(first) = rest.iter().position(|&byte| byte == b'@') {
        let stop = first + 1 + cut(&rest[first + 1..], b";?").0.len();
        let last = rest[..stop].iter().rposition(|&byte| byte == b'@').unwrap();
        let (user, password) = cut(&rest[..last], b":");
        seen.user = Some(user);
        seen.password = password.strip_prefix(b":").map(<[u8]>::to_vec);
        hostport = rest[last + 1..].to_vec();
    }
    let (hostport, tail) = cut(&hostport, b";?");
    let (params, headers) = cut(&tail, b"?");
    (seen.params, seen.headers) = (list(&params, b';'), list(headers.get(1..).unwrap_or(&[]), b'&'));
    let close = hostport.iter().position(|&byte| byte == b']');
    let (host, port) = match close.filter(|_| hostport.starts_with(b"[")) {
        Some(close) => (hostport[..=close].to_vec(), hostport[close + 1..].to_vec()),
        None => cut(&hostport, b":"),
    };
    if host.starts_with(b"[") {
        seen.v6 = host.strip_suffix(b"]").and_then(|host| v6(&host[1..]));
    }
    let is_port = port.is_empty() || (port[0] == b':' && !port[1..].contains(&b':'));
    if host.is_empty() || host.starts_with(b"[") != seen.v6.is_some() || !is_port {
        return Err(ErrorKind::Host);
    }
    seen.host = Some(host);
    seen.port = port.strip_prefix(b":").map(|port| {
        let digits =
            std::str::from_utf8(port).ok().filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).ok_or(())
    });
    Ok(seen)
}

fn pairs<'b>(params: impl Iterator<Item = UriParam<'b>>) -> Vec<Pair> {
    let raw = |text: Escaped<'_>| text.raw().to_vec();
    params.map(|param| (raw(param.name()), param.value().map(raw))).collect()
}

/// What the views show; each asked twice.
fn view(text: &[u8]) -> Result<Seen, ErrorKind> {
    let uri = Uri::parse(text).map_err(|error| {
        assert!(error.at <= text.len(), "{}", text.escape_ascii());
        error.kind
    })?;
    account(text, &uri);
    let (first, second) = (look(&uri), look(&uri));
    assert_eq!(first, second);
    Ok(first)
}

fn look(uri: &Uri<'_>) -> Seen {
    let raw = |text: Escaped<'_>| text.raw().to_vec();
    let is_tel = uri.scheme() == Scheme::Tel;
    Seen {
        scheme: match uri.scheme() {
            Scheme::Sip => b"sip".into(),
            Scheme::Sips => b"sips".into(),
            Scheme::Tel => b"tel".into(),
            Scheme::Urn => b"urn".into(),
            Scheme::Other(other) => other.into(),
            _ => unreachable!(),
        },
        rest: uri.rest().bytes().to_vec(),
        user: uri.user().map(raw),
        password: uri.password().map(raw),
        host: uri.host().map(|host| host.raw().to_vec()),
        v6: uri.host().and_then(|host| match host.kind() {
            HostKind::V6(address) => Some(address),
            _ => None,
        }),
        port: match uri.port() {
            Ok(port) => port.map(Ok),
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::Port);
                Some(Err(()))
            }
        },
        number: uri.number().filter(|_| is_tel).map(raw),
        params: pairs(uri.params()),
        headers: pairs(uri.headers()),
    }
}

/// Every byte belongs to a part or is a delimiter between two.
fn account(text: &[u8], uri: &Uri<'_>) {
    let mut at = text.len() - text.trim_ascii_start().len();
    let mut take = |range: std::ops::Range<usize>, before: &[u8]| {
        assert_eq!(&text[at..range.start], before, "{}", text.escape_ascii());
        assert!(range.start <= range.end && range.end <= text.len());
        at = range.end;
    };
    let rest = uri.rest().range();
    take(uri.span().at()..rest.start - 1, b"");
    let mut before = b":".to_vec();
    if let Some(user) = uri.user() {
        take(user.span().range(), &before);
        if let Some(password) = uri.password() {
            take(password.span().range(), b":");
        }
        before = b"@".to_vec();
    }
    if let Some(host) = uri.host() {
        take(host.span().range(), &before);
        let params = uri.params().span();
        if params.at() > host.span().range().end {
            let port = &text[host.span().range().end..params.at()];
            assert!(port.starts_with(b":") && uri.port() != Ok(None));
            before = port.to_vec();
        } else {
            before = vec![];
        }
        take(params.range(), &before);
        let headers = uri.headers().span().range();
        before = if headers.start > params.range().end { b"?".to_vec() } else { vec![] };
        take(headers, &before);
    } else if let Some(number) = uri.number() {
        take(number.span().range(), &before);
        take(uri.params().span().range(), b"");
    } else {
        take(rest.clone(), &before);
    }
    assert_eq!(at, text.trim_ascii_end().len().max(text.len() - text.trim_ascii_start().len()));
}

/// Asks all that is not compared: none of it may panic, and none may lie outside.
fn ask(text: &[u8]) {
    let Ok(uri) = Uri::parse(text) else { return };
    assert!(uri.equivalent(&uri), "{}", text.escape_ascii());
    let _ = (uri.maddr(), uri.ttl(), uri.method(), uri.gr(), uri.phone_context(), uri.isub(), uri.ext());
    let _ = (uri.is_global(), uri.is_loose_router(), uri.has_ob(), uri.comp(), uri.sigcomp_id());
    let _ = (uri.digits().count(), uri.number_params().count(), uri.transport(), uri.user_param());
    let _ = (
        uri.to_string(),
        format!("{uri:?}"),
        hash(&uri),
        uri.host().map(|host| (host.zone(), host.to_string())),
    );
    for param in uri.params().chain(uri.headers()) {
        for text in [Some(param.name()), param.value()].into_iter().flatten() {
            assert!(text.unescaped().count() <= text.raw().len());
            let _ = text.to_string();
        }
    }
}

fn hash(uri: &Uri<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    uri.equivalence_hash(&mut hasher);
    hasher.finish()
}

fn parts(made: &Made) -> Seen {
    let bytes = |text: &String| text.clone().into_bytes();
    let pairs = |pairs: &[(String, Option<String>)]| {
        pairs.iter().map(|(name, value)| (bytes(name), value.as_ref().map(bytes))).collect()
    };
    let is_tel = made.scheme.eq_ignore_ascii_case("tel");
    let inner = made.host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    Seen {
        scheme: made.scheme.to_lowercase().into_bytes(),
        rest: made.write().into_bytes()[made.scheme.len() + 1..].to_vec(),
        user: made.user.as_ref().map(bytes),
        password: made.password.as_ref().map(bytes),
        host: (!is_tel).then(|| bytes(&made.host)),
        v6: inner.map(|inner| inner.parse().unwrap()),
        port: made.port.as_ref().map(|port| Ok(port.parse().unwrap())),
        number: is_tel.then(|| bytes(&made.host)),
        params: pairs(&made.params),
        headers: pairs(&made.headers),
    }
}

// covers: RFC 3261 §19.1.1; RFC 3966 §3
#[test]
fn views_show_the_parts_that_the_grammar_made() {
    let mut rng = Rng::new(0x7572_6932);
    for _ in 0..500_000 {
        for made in [generate::sip(&mut rng), generate::tel(&mut rng)] {
            // Where a URI ends its input, and where more follows.
            let uri = made.write();
            let want = parts(&made);
            assert_eq!(view(uri.as_bytes()), Ok(want.clone()), "{uri}");
            assert_eq!(read(uri.as_bytes()), Ok(want), "{uri}");
        }
    }
}

// covers: RFC 3261 §19.1.1
#[test]
fn views_of_mutated_uris_are_what_the_slow_reader_sees() {
    const MEANINGFUL: &[u8] = b"::@@;;??&==[][]%%%25,./+- \t\r\n\0\xff\xc3\xa9sipSIP0123456789af";
    let mut rng = Rng::new(0x7572_6933);
    for _ in 0..150_000 {
        let made = if rng.chance(80) { generate::sip(&mut rng) } else { generate::tel(&mut rng) };
        let mut uri = made.write().into_bytes();
        for _ in 0..rng.between(1, 4) {
            let at = rng.below(uri.len() + 1);
            match rng.below(4) {
                0 => uri.truncate(at),
                1 => uri.insert(at, MEANINGFUL[rng.below(MEANINGFUL.len())]),
                2 if at < uri.len() => uri[at] = MEANINGFUL[rng.below(MEANINGFUL.len())],
                _ if at < uri.len() => drop(uri.remove(at)),
                _ => {}
            }
        }
        // 0x0c, which the library's trimming takes for white space, is not made.
        assert_eq!(view(&uri), read(&uri), "{}", uri.escape_ascii());
        ask(&uri);
    }
}

#[test]
fn every_short_uri_is_what_the_slow_reader_sees() {
    let alphabet = b"sip:@;?=&[]%";
    for prefix in [&b""[..], b"sip:", b"tel:", b"sip:a@b"] {
        for count in 0..=4u32 {
            for number in 0..12usize.pow(count) {
                let mut uri = prefix.to_vec();
                uri.extend((0..count).map(|digit| alphabet[number / 12usize.pow(digit) % 12]));
                assert_eq!(view(&uri), read(&uri), "{}", uri.escape_ascii());
                ask(&uri);
            }
        }
    }
}

/// Text as it is compared: escapes of reserved bytes stay what they are.
fn normal(text: &[u8], fold: bool) -> Vec<u8> {
    let mut out = vec![];
    let mut at = 0;
    while at < text.len() {
        let digits = text.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|digits| text[at] == b'%' && !digits.starts_with('+'));
        match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            // Marked with a byte that no test makes.
            Some(byte) if b";/?:@&=+$,".contains(&byte) => out.extend([0xfe, byte]),
            Some(byte) => out.push(if fold { byte.to_ascii_lowercase() } else { byte }),
            None => out.push(if fold { text[at].to_ascii_lowercase() } else { text[at] }),
        }
        at += if byte.is_some_and(|digits| u8::from_str_radix(digits, 16).is_ok()) { 3 } else { 1 };
    }
    out
}

/// RFC 3261 §19.1.4 with sets, for URIs without repeated parameters and headers.
fn slow_equivalent(a: &Seen, b: &Seen) -> bool {
    let map = |pairs: &[Pair]| -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = normal(name, true);
                let value = value.as_ref().map(|value| normal(value, name != b"method"));
                (name, value)
            })
            .collect()
    };
    let text = |part: &Option<Vec<u8>>| part.as_ref().map(|part| normal(part, false));
    let host = |seen: &Seen| {
        (seen.v6, seen.host.as_ref().filter(|_| seen.v6.is_none()).map(|host| host.to_ascii_lowercase()))
    };
    let (ours, theirs) = (map(&a.params), map(&b.params));
    let names: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    a.scheme == b.scheme
        && text(&a.user) == text(&b.user)
        && text(&a.password) == text(&b.password)
        && host(a) == host(b)
        && a.port == b.port
        && map(&a.headers) == map(&b.headers)
        && names.iter().all(|name| match (ours.get(*name), theirs.get(*name)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => !["transport", "user", "ttl", "method", "maddr"].iter().any(|must| must.as_bytes() == *name),
        })
}

// covers: RFC 3261 §19.1.4
#[test]
fn equivalence_is_what_its_rules_say_and_hashes_agree() {
    let mut rng = Rng::new(0x7572_6934);
    let some = |rng: &mut Rng, parts: &[&str]| String::from(*rng.pick(&parts.iter().collect::<Vec<_>>()));
    let make = |rng: &mut Rng| {
        let mut uri = some(rng, &["sip:", "sip:", "SIP:", "sips:"]);
        uri +=
            &some(rng, &["", "al@", "al@", "%61l@", "Al@", "al:p@", "al:%70@", "a%3Bl@", "a;l@", "a%3bl@"]);
        uri += &some(rng, &["h.x", "h.x", "H.x", "[::1]", "[0::1]", "1.2.3.4"]);
        uri += &some(rng, &["", "", ":5060", ":05060"]);
        let mut params = vec![
            ["x=1", "X=1", "x=%31", "x=2", "x"],
            ["y", "%79", "y=", "y=a", "y=A"],
            ["transport=udp", "Transport=UDP", "transport=%75dp", "transport=tcp", "transport"],
            ["method=BYE", "METHOD=BYE", "method=bye", "method=%42YE", "z"],
            ["ttl=1", "user=phone", "maddr=h", "USER=PHONE", "lr"],
        ];
        let mut headers = vec![["a=1", "A=%31", "a=2"], ["b=", "B=", "b"], ["c=%2f", "c=/", "c=%2F"]];
        for _ in 0..rng.below(4) {
            let set = params.remove(rng.below(params.len()));
            uri += &format!(";{}", rng.pick(&set.each_ref().map(|set| *set)));
        }
        for at in 0..rng.below(9).saturating_sub(6) {
            let set = headers.remove(rng.below(headers.len()));
            uri +=
                &format!("{}{}", if at == 0 { "?" } else { "&" }, rng.pick(&set.each_ref().map(|set| *set)));
        }
        uri
    };
    let mut equal = 0;
    for _ in 0..300_000 {
        let (a, mut b) = (make(&mut rng), make(&mut rng));
        if rng.chance(70) {
            let params = |uri: &str| Uri::parse(uri.as_bytes()).unwrap().params().span().at();
            b = format!("{}{}", &a[..params(&a)], &b[params(&b)..]);
        }
        let (ours, theirs) = (Uri::parse(a.as_bytes()).unwrap(), Uri::parse(b.as_bytes()).unwrap());
        let want = slow_equivalent(&read(a.as_bytes()).unwrap(), &read(b.as_bytes()).unwrap());
        assert_eq!(ours.equivalent(&theirs), want, "{a} and {b}");
        assert_eq!(theirs.equivalent(&ours), want, "{b} and {a}");
        if want {
            equal += 1;
            assert_eq!(hash(&ours), hash(&theirs), "{a} and {b}");
        }
    }
    assert!(equal > 20_000, "{equal} pairs were equivalent");
}

// covers: RFC 3261 §19.1.4
#[test]
fn a_uri_is_equivalent_to_itself_written_otherwise() {
    let mut rng = Rng::new(0x7572_6935);
    for _ in 0..50_000 {
        let mut made = generate::sip(&mut rng);
        // The values of repeated names must agree.
        let mut names = BTreeSet::new();
        made.params.retain(|(name, _)| names.insert(normal(name.as_bytes(), true)));
        names.clear();
        made.headers.retain(|(name, _)| names.insert(normal(name.as_bytes(), true)));
        let uri = made.write();
        made.params.reverse();
        made.headers.reverse();
        for text in made.params.iter_mut().chain(&mut made.headers).map(|(name, _)| name) {
            *text = swap_case(text);
        }
        made.host = swap_case(&made.host);
        made.user = made.user.map(|user| user.replace('a', "%61").replace("%%61", "%a").replace('-', "%2D"));
        made.params.push(("zz9".into(), None));
        let other = made.write();
        let (a, b) = (Uri::parse(uri.as_bytes()).unwrap(), Uri::parse(other.as_bytes()).unwrap());
        let user = |uri: &Uri<'_>| uri.user().map(|user| normal(user.raw(), false));
        if user(&a) == user(&b) {
            assert!(a.equivalent(&b) && b.equivalent(&a), "{uri} and {other}");
            assert_eq!(hash(&a), hash(&b), "{uri} and {other}");
        }
    }
}

/// Small letters as capitals and the other way round, but for escapes, which may stand in either.
fn swap_case(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_ascii_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        })
        .collect()
}
