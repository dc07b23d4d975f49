//! What is malformed, missing, repeated, or does not fit: an error with its place, never a wrong success.

use core::time::Duration;

use proptest::prelude::*;
use simdsip::Span;
use simdsip::shape::Auth;
use simdsip_auth::*;

fn read(value: &[u8]) -> Result<Credentials<'_>, Error> {
    Credentials::read(&Auth::parse(Span::new(value).unwrap()).unwrap())
}

fn challenge(value: &[u8]) -> Result<Challenge<'_>, Error> {
    Challenge::read(&Auth::parse(Span::new(value).unwrap()).unwrap(), Asker::UserAgent)
}

const GOOD: &str = r#"Digest username="u", realm="r", nonce="n", uri="sip:b", algorithm=MD5, qop=auth, nc=00000001, cnonce="c", response="0123456789abcdef0123456789abcdef""#;

#[test]
fn keys_of_any_other_length_are_refused() {
    for hash in [Hash::Md5, Hash::Sha256, Hash::Sha512_256] {
        for len in 0..300 {
            assert_eq!(
                Ha1::from_hex(hash, &vec![b'a'; len]).is_some(),
                len == hash.hex_len(),
                "{hash:?} {len}"
            );
        }
        let mut digits = vec![b'a'; hash.hex_len()];
        for byte in (0..=255).filter(|byte: &u8| !byte.is_ascii_hexdigit()) {
            *digits.last_mut().unwrap() = byte;
            assert!(Ha1::from_hex(hash, &digits).is_none(), "{hash:?} {byte}");
        }
    }
}

// covers: RFC 7616 §3.4
#[test]
fn rfc7616_3_4_improper_parameters_are_named() {
    use ErrorKind::*;
    assert!(read(GOOD.as_bytes()).is_ok());
    let cases = [
        (r#"username="u", "#, "", Missing(Param::Username)),
        (r#"realm="r", "#, "", Missing(Param::Realm)),
        (r#"nonce="n", "#, "", Missing(Param::Nonce)),
        (r#"uri="sip:b", "#, "", Missing(Param::Uri)),
        (r#", response="0123456789abcdef0123456789abcdef""#, "", Missing(Param::Response)),
        ("nc=00000001, ", "", Missing(Param::NonceCount)),
        (r#"cnonce="c", "#, "", Missing(Param::Cnonce)),
        (r#"realm="r""#, r#"realm="r", REALM="r""#, Repeated(Param::Realm)),
        (r#"nonce="n""#, r#"nonce="n", nonce=m"#, Repeated(Param::Nonce)),
        (r#"username="u""#, r#"username="u", username*=UTF-8''u"#, Repeated(Param::UsernameExt)),
        (r#"username="u""#, "username", Malformed(Param::Username)),
        (r#"username="u""#, "username=", Malformed(Param::Username)),
        (r#"username="u""#, r#"username="u" v"#, Malformed(Param::Username)),
        (r#"username="u""#, "username=u v", Malformed(Param::Username)),
        (r#"username="u""#, "username*=u", Malformed(Param::UsernameExt)),
        (r#"username="u""#, "username*=latin1''u", Malformed(Param::UsernameExt)),
        (r#"username="u""#, "username*=UTF-8''%4", Malformed(Param::UsernameExt)),
        (r#"username="u""#, r#"username="u", userhash=true"#, Malformed(Param::Username)),
        ("nc=00000001", "nc=0000001", Malformed(Param::NonceCount)),
        ("nc=00000001", "nc=000000001", Malformed(Param::NonceCount)),
        ("nc=00000001", "nc=0000000g", Malformed(Param::NonceCount)),
        ("nc=00000001", "nc=+0000001", Malformed(Param::NonceCount)),
        ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcde", Malformed(Param::Response)),
        ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef0", Malformed(Param::Response)),
        ("0123456789abcdef0123456789abcdef", "0123456789abcdefg123456789abcdef", Malformed(Param::Response)),
        ("algorithm=MD5", "algorithm=SHA-256", Malformed(Param::Response)),
        ("algorithm=MD5", "algorithm=MD4", Algorithm),
        ("algorithm=MD5", "algorithm=SHA256", Algorithm),
        ("qop=auth", "qop=auth-conf", Qop),
        ("qop=auth", r#"qop="auth,auth-int""#, Qop),
        ("Digest", "Basic", Scheme),
    ];
    for (from, to, kind) in cases {
        assert!(GOOD.contains(from), "{from}");
        let value = GOOD.replace(from, to);
        let error = read(value.as_bytes()).unwrap_err();
        assert_eq!(error.kind, kind, "{value}");
        assert!(error.at < value.len() && value.is_char_boundary(error.at));
        assert!(!error.to_string().is_empty());
    }
    // An open quote swallows what follows it, whose absence then shows.
    assert!(read(GOOD.replace(r#"nonce="n""#, r#"nonce="n"#).as_bytes()).is_err());
    // Without `qop` neither count nor nonce of the client is needed, but for a session key.
    let old = GOOD.replace("qop=auth, nc=00000001, cnonce=\"c\", ", "");
    assert!(read(old.as_bytes()).is_ok());
    let session = old.replace("algorithm=MD5", "algorithm=MD5-sess");
    assert_eq!(read(session.as_bytes()).unwrap_err().kind, Missing(Param::Cnonce));
    // What devices write beside the grammar, but cannot be taken for anything else.
    for (from, to) in [
        ("qop=auth", r#"qop="auth""#),
        ("algorithm=MD5", r#"algorithm="md5""#),
        ("nc=00000001", r#"nc="00000001""#),
        (r#"realm="r""#, "realm=r"),
        ("0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF"),
    ] {
        assert!(read(GOOD.replace(from, to).as_bytes()).is_ok(), "{to}");
    }
}

// covers: RFC 7616 §3.3
#[test]
fn rfc7616_3_3_challenges_that_cannot_be_answered() {
    use ErrorKind::*;
    for (value, kind) in [
        (&br#"Digest nonce="n""#[..], Missing(Param::Realm)),
        (br#"Digest realm="r""#, Missing(Param::Nonce)),
        (br#"Digest realm="r", realm="s", nonce="n""#, Repeated(Param::Realm)),
        (br#"Digest realm="r", nonce="n", algorithm=SHA3-256"#, Algorithm),
        (br#"Digest realm="r", nonce="n", qop="auth-conf""#, Qop),
        (br#"Digest realm="r", nonce="n", qop="""#, Qop),
        (br#"Digest realm="r", nonce"#, Malformed(Param::Nonce)),
        (b"Bearer abc", Scheme),
    ] {
        assert_eq!(challenge(value).unwrap_err().kind, kind, "{}", value.escape_ascii());
    }
}

/// Topmost or strongest, of one realm; what is not understood is passed over.
#[test]
fn rfc8760_2_4_one_challenge_is_chosen() {
    let response = b"SIP/2.0 401 Unauthorized\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"2\", algorithm=MD5\r\n\
        Proxy-Authenticate: Digest realm=\"b\", nonce=\"5\", algorithm=SHA-512-256\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"3\", algorithm=SHA-256\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"4\", algorithm=SHA-256-sess\r\nl: 0\r\n\r\n";
    let mut index = simdsip::Index::new();
    let message = simdsip::Parser::default().parse(response, &mut index).unwrap();
    let of = |realm: &[u8], preference| {
        let challenge = choose(challenges(&message).flatten().filter(|it| it.realm().is(realm)), preference);
        challenge.map(|it| (it.nonce().to_string(), it.asker()))
    };
    assert_eq!(of(b"a", Preference::Order), Some(("2".to_owned(), Asker::UserAgent)));
    assert_eq!(of(b"a", Preference::Strength), Some(("3".to_owned(), Asker::UserAgent)));
    assert_eq!(of(b"b", Preference::Order), Some(("5".to_owned(), Asker::Proxy)));
    assert_eq!(of(b"c", Preference::Order), None);
}

/// Text of the caller or of the peer never ends a line of ours.
// covers: RFC 3261 §25.1
#[test]
fn nothing_is_injected() {
    let plain = |username: &'static [u8]| Answer {
        username,
        secret: Secret::Password(b"p"),
        request: Request { method: b"BYE", uri: b"sip:b", body: b"" },
        cnonce: b"c",
        nonce_count: u32::MAX,
        prefer: Qop::Auth,
        auts: None,
    };
    let mut out = [0; 256];
    let asked = challenge(br#"Digest realm="a\"\\b", nonce="n", qop="auth""#).unwrap();
    let value = asked.answer(&plain(br#"a"b\c"#), &mut out).unwrap().to_vec();
    let text = String::from_utf8(value.clone()).unwrap();
    assert!(text.contains(r#"username="a\"b\\c", realm="a\"\\b""#), "{text}");
    assert!(text.contains("nc=ffffffff"), "{text}");
    let back = read(&value).unwrap();
    assert!(back.user().is(back.algorithm(), br#"a"b\c"#, b"") && back.realm().is(br#"a"\b"#));

    let error = asked.answer(&plain(b"a\r\nX: y"), &mut out).unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Text(Param::Username), 0));
    let hidden = challenge(b"Digest realm=\"a\\\r\\\nX: y\", nonce=\"n\"").unwrap();
    let error = hidden.answer(&plain(b"a"), &mut out).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Text(Param::Realm));
    // A fold is a space.
    let folded = challenge(b"Digest realm=\"a\r\n b\", nonce=\"n\"").unwrap();
    let value = folded.answer(&plain(b"a"), &mut out).unwrap();
    assert!(value.windows(11).any(|window| window == b"realm=\"a b\""), "{}", value.escape_ascii());
}

#[test]
fn a_short_buffer_is_told_what_it_takes() {
    let asked = challenge(br#"Digest realm="a", nonce="n", qop="auth""#).unwrap();
    let answer = Answer {
        username: b"u",
        secret: Secret::Password(b"p"),
        request: Request { method: b"BYE", uri: b"sip:b", body: b"" },
        cnonce: b"c",
        nonce_count: 1,
        prefer: Qop::Auth,
        auts: None,
    };
    let ErrorKind::Room(len) = asked.answer(&answer, &mut []).unwrap_err().kind else { panic!("no room") };
    for short in 0..len {
        assert_eq!(asked.answer(&answer, &mut vec![0; short]).unwrap_err().kind, ErrorKind::Room(len));
    }
    assert_eq!(asked.answer(&answer, &mut vec![0; len]).unwrap().len(), len);
    assert_eq!(asked.answer(&answer, &mut vec![0; len + 9]).unwrap().len(), len);
}

/// The formulas of RFC 7616 §3.4 as strings, joined and hashed whole.
fn slow(credentials: [&str; 8], password: &str, method: &str, body: &str) -> String {
    use sha2::Digest as _;
    let [algorithm, username, realm, nonce, uri, qop, nc, cnonce] = credentials;
    let hash = |text: String| -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match algorithm.trim_end_matches("-sess") {
            "MD5" => hex(&md5::Md5::digest(text)),
            "SHA-256" => hex(&sha2::Sha256::digest(text)),
            _ => hex(&sha2::Sha512_256::digest(text)),
        }
    };
    let mut a1 = format!("{username}:{realm}:{password}");
    if algorithm.ends_with("-sess") {
        a1 = format!("{}:{nonce}:{cnonce}", hash(a1));
    }
    let a2 = match qop {
        "auth-int" => format!("{method}:{uri}:{}", hash(body.to_owned())),
        _ => format!("{method}:{uri}"),
    };
    match qop {
        "" => hash(format!("{}:{nonce}:{}", hash(a1), hash(a2))),
        _ => hash(format!("{}:{nonce}:{nc}:{cnonce}:{qop}:{}", hash(a1), hash(a2))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Ours is the slow one's; and one other byte in anything that is protected, or in the response, never verifies.
    #[test]
    fn a_wrong_response_never_verifies(
        algorithm in prop::sample::select(&["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"][..]),
        qop in prop::sample::select(&["", "auth", "auth-int"][..]),
        texts in prop::array::uniform8("[ -!#-\\[\\]-~\u{e4}]{1,12}"),
        count in any::<u32>(),
        place in any::<prop::sample::Index>(),
    ) {
        let [username, realm, nonce, uri, cnonce, password, method, body] = texts.each_ref().map(String::as_str);
        let nc = format!("{count:08x}");
        let wire = |username: &str, realm: &str, nonce: &str, uri: &str, nc: &str, cnonce: &str, response: &str| {
            let counted = if qop.is_empty() { String::new() } else { format!("qop={qop}, nc={nc}, ") };
            format!(
                "Digest username=\"{username}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
                 algorithm={algorithm}, {counted}cnonce=\"{cnonce}\", response=\"{response}\""
            )
        };
        let right = slow([algorithm, username, realm, nonce, uri, qop, &nc, cnonce], password, method, body);
        let value = wire(username, realm, nonce, uri, &nc, cnonce, &right);
        let hash = Algorithm::named(algorithm.as_bytes()).unwrap().hash();
        let ha1 = |username: &str, realm: &str, password: &str| {
            Ha1::new(hash, username.as_bytes(), realm.as_bytes(), password.as_bytes())
        };
        let ours = ha1(username, realm, password);
        let request = Request { method: method.as_bytes(), uri: b"", body: body.as_bytes() };
        let good = read(value.as_bytes()).unwrap();
        prop_assert_eq!(good.verify(&ours, &request), Ok(()));

        let other = |text: &str| format!("{text}x");
        let fails = |value: &str, ha1: &Ha1, request: &Request<'_>| {
            read(value.as_bytes()).is_ok_and(|credentials| credentials.verify(ha1, request) == Ok(()))
        };
        for forged in [
            wire(username, realm, &other(nonce), uri, &nc, cnonce, &right),
            wire(username, realm, nonce, &other(uri), &nc, cnonce, &right),
        ] {
            prop_assert!(!fails(&forged, &ours, &request), "{}", forged);
        }
        if !qop.is_empty() {
            let counted = format!("{:08x}", count ^ 1);
            prop_assert!(!fails(&wire(username, realm, nonce, uri, &counted, cnonce, &right), &ours, &request));
        }
        if !qop.is_empty() || algorithm.ends_with("sess") {
            prop_assert!(!fails(&wire(username, realm, nonce, uri, &nc, &other(cnonce), &right), &ours, &request));
        }
        prop_assert!(!fails(&value, &ha1(&other(username), realm, password), &request));
        prop_assert!(!fails(&value, &ha1(username, &other(realm), password), &request));
        prop_assert!(!fails(&value, &ha1(username, realm, &other(password)), &request));
        let renamed = Request { method: &[method.as_bytes(), b"x"].concat(), ..request };
        prop_assert!(!fails(&value, &ours, &renamed));
        let body = Request { body: b"another body\r\n", ..request };
        prop_assert_eq!(fails(&value, &ours, &body), qop != "auth-int");
        // One digit of the response, any of them, to any other.
        let at = place.index(right.len());
        let mut digits = right.clone().into_bytes();
        digits[at] = if digits[at] == b'0' { b'1' } else { b'0' };
        let digits = String::from_utf8(digits).unwrap();
        prop_assert!(!fails(&wire(username, realm, nonce, uri, &nc, cnonce, &digits), &ours, &request));
    }

    /// No bytes make reading or judging panic.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), keep in 0usize..200) {
        let mut value = GOOD.as_bytes()[..keep.min(GOOD.len())].to_vec();
        value.extend_from_slice(&bytes);
        if let Ok(auth) = Auth::parse(Span::new(&value).unwrap()) {
            let _ = Challenge::read(&auth, Asker::Proxy);
            if let Ok(credentials) = Credentials::read(&auth) {
                let ha1 = Ha1::new(credentials.algorithm().hash(), b"u", b"r", b"p");
                let request = Request { method: b"BYE", uri: b"", body: b"" };
                prop_assert!(credentials.verify(&ha1, &request).is_err());
                prop_assert_eq!(NonceKey::new([1; 32]).issued(credentials.nonce()), None::<Duration>);
            }
        }
    }
}
