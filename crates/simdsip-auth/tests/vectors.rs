//! Digest examples of RFCs and of recorded traffic: what is read, what verifies, and that one's own answer is the same.

use simdsip::shape::{Auth, AuthInfo};
use simdsip::{Index, Parser, Span};
use simdsip_auth::*;

fn read(value: &[u8]) -> Credentials<'_> {
    Credentials::read(&Auth::parse(Span::new(value).unwrap()).unwrap()).unwrap()
}

fn request<'r>(method: &'r [u8], uri: &'r [u8]) -> Request<'r> {
    Request { method, uri, body: b"" }
}

/// `value` verifies with `password` for `method` and with nothing else that was tried.
fn verifies(value: &str, username: &[u8], password: &[u8], method: &[u8]) {
    let credentials = read(value.as_bytes());
    let realm = credentials.realm().to_string();
    let hash = credentials.algorithm().hash();
    assert!(credentials.user().is(credentials.algorithm(), username, realm.as_bytes()), "{value}");
    let ha1 = Ha1::new(hash, username, realm.as_bytes(), password);
    assert_eq!(credentials.verify(&ha1, &request(method, b"")), Ok(()), "{value}");

    let wrong = |ha1: &Ha1, method: &[u8]| credentials.verify(ha1, &request(method, b"")).unwrap_err().kind;
    assert_eq!(wrong(&ha1, b"PATCH"), ErrorKind::Response);
    assert_eq!(wrong(&Ha1::new(hash, username, realm.as_bytes(), b"guess"), method), ErrorKind::Response);
    assert_eq!(wrong(&Ha1::new(hash, b"nobody", realm.as_bytes(), password), method), ErrorKind::Response);
    let other = if hash == Hash::Md5 { Hash::Sha256 } else { Hash::Md5 };
    assert_eq!(wrong(&Ha1::new(other, username, realm.as_bytes(), password), method), ErrorKind::Algorithm);
}

/// `challenge` is answered with a value that says what `expected` says.
fn answers(challenge: &str, answer: &Answer<'_>, expected: &str) {
    let auth = Auth::parse(Span::new(challenge.as_bytes()).unwrap()).unwrap();
    let challenge = Challenge::read(&auth, Asker::UserAgent).unwrap();
    let mut out = [0; 1024];
    let ours = challenge.answer(answer, &mut out).unwrap();
    let params = |value: &[u8]| {
        let auth = Auth::parse(Span::new(value).unwrap()).unwrap();
        let mut params: Vec<_> = auth
            .params()
            .map(|param| (param.name().to_ascii_lowercase(), param.value().unwrap().to_string()))
            .collect();
        params.sort();
        params
    };
    assert_eq!(params(ours), params(expected.as_bytes()), "{}", ours.escape_ascii());
}

const MUFASA: &str = r#"realm="http-auth@example.org", qop="auth, auth-int", algorithm=ALGORITHM,
 nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;

// covers: RFC 7616 §3.3, §3.4.1, §3.4.2, §3.4.3
#[test]
fn rfc7616_3_9_1_md5_and_sha_256() {
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let value = format!(
            r#"Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={algorithm},
 nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
 cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}",
 opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
        );
        verifies(&value, b"Mufasa", b"Circle of Life", b"GET");
        let answer = Answer {
            username: b"Mufasa",
            secret: Secret::Password(b"Circle of Life"),
            request: request(b"GET", b"/dir/index.html"),
            cnonce: b"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            nonce_count: 1,
            prefer: Qop::Auth,
            auts: None,
        };
        answers(&format!("Digest {}", MUFASA.replace("ALGORITHM", algorithm)), &answer, &value);
    }
}

/// The RFC prints values that were computed with SHA-512 cut to 256 bits; erratum 4897 has those of SHA-512/256.
// covers: RFC 7616 §3.4.4, §3.4.5
#[test]
fn rfc7616_3_9_2_sha_512_256_and_userhash() {
    let rest = r#"realm="api@example.org", uri="/doe.json", algorithm=SHA-512-256,
 nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", nc=00000001,
 cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", qop=auth,
 response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
 opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS""#;
    let hash = "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b";
    let hashed = format!(r#"Digest username="{hash}", {rest}, userhash=true"#);
    let encoded = format!("Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, {rest}, userhash=false");
    let (jason, password) = ("J\u{e4}s\u{f8}n Doe".as_bytes(), b"Secret, or not?");
    verifies(&hashed, jason, password, b"GET");
    verifies(&encoded, jason, password, b"GET");

    let challenge = r#"Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256,
 nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS",
 charset=UTF-8, userhash=true"#;
    let answer = Answer {
        username: jason,
        secret: Secret::Password(password),
        request: request(b"GET", b"/doe.json"),
        cnonce: b"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        nonce_count: 1,
        prefer: Qop::AuthInt, // not offered
        auts: None,
    };
    answers(challenge, &answer, &hashed);

    // What is printed is no SHA-512/256 of anything asked for.
    let printed = hashed.replace(
        "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
        "ae66e67d6b427bd3f120414a82e4acff38e8ecd9101d6c861229025f607a79dd",
    );
    let ha1 = Ha1::new(Hash::Sha512_256, jason, b"api@example.org", password);
    let kind = read(printed.as_bytes()).verify(&ha1, &request(b"GET", b"")).unwrap_err().kind;
    assert_eq!(kind, ErrorKind::Response);
}

// covers: RFC 2617 §3.5
#[test]
fn rfc2617_3_5_mufasa() {
    let value = r#"Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
 uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1",
 opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
    verifies(value, b"Mufasa", b"Circle Of Life", b"GET");
}

/// Answers without `qop`, as RFC 2069 has them, and with it: the examples that SIP stacks have been tested with since
/// draft-smith-sipping-auth-examples.
#[test]
fn rfc3261_22_4_with_and_without_qop() {
    let rest = r#"username="bob", realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
 uri="sip:bob@biloxi.com""#;
    let old = format!(r#"Digest {rest}, response="bf57e4e0d0bffc0fbaedce64d59add5e""#);
    verifies(&old, b"bob", b"zanzibar", b"INVITE");
    let new = format!(
        r#"Digest {rest}, qop=auth, nc=00000001, cnonce="0a4f113b", response="89eb0059246c02b2f6ee02c7961d5ea3""#
    );
    verifies(&new, b"bob", b"zanzibar", b"INVITE");
}

/// Every algorithm with every quality of protection: another program's figures (Python's hashlib over the formulas),
/// with quotes and a backslash in what is hashed.
#[test]
fn rfc8760_2_1_every_algorithm_as_another_program_computes_it() {
    for (algorithm, qop, response) in MATRIX {
        let challenge = match qop {
            "" => format!(r#"Digest realm="atlanta.example", nonce="4c\\1", algorithm={algorithm}"#),
            _ => format!(
                r#"Digest realm="atlanta.example", nonce="4c\\1", algorithm={algorithm}, qop="{qop}""#
            ),
        };
        let auth = Auth::parse(Span::new(challenge.as_bytes()).unwrap()).unwrap();
        let challenge = Challenge::read(&auth, Asker::UserAgent).unwrap();
        let request = Request { method: b"INVITE", uri: b"sip:bob@biloxi.example", body: b"v=0\r\n" };
        let answer = Answer {
            username: b"alice",
            secret: Secret::Password(br#"wonder "land""#),
            request,
            cnonce: b"0a4f113b",
            nonce_count: 0xa0f,
            prefer: Qop::Auth,
            auts: None,
        };
        let mut out = [0; 512];
        let value = challenge.answer(&answer, &mut out).unwrap();
        let text = String::from_utf8(value.to_vec()).unwrap();
        assert!(text.contains(&format!("response=\"{response}\"")), "{algorithm} {qop}: {text}");
        assert!(text.contains(r#"nonce="4c\\1""#), "{text}");
        assert_eq!(text.contains("nc=00000a0f"), !qop.is_empty(), "{text}");

        let credentials = read(value);
        let ha1 = Ha1::new(credentials.algorithm().hash(), b"alice", b"atlanta.example", br#"wonder "land""#);
        assert_eq!(credentials.verify(&ha1, &request), Ok(()));
        let other_body = Request { body: b"v=1\r\n", ..request };
        let protected = qop == "auth-int";
        assert_eq!(credentials.verify(&ha1, &other_body).is_err(), protected, "{algorithm} {qop}");
    }
}

const MATRIX: [(&str, &str, &str); 18] = [
    ("MD5", "", "2ba7ea1f80483dbe87e8f79bef188522"),
    ("MD5", "auth", "750404c688abb55b46b0be0cd0c2ff67"),
    ("MD5", "auth-int", "84cda8c4f8ec24f07eef458d71082b7d"),
    ("MD5-sess", "", "7e8275bb74df43bb783c650ab40205b8"),
    ("MD5-sess", "auth", "d9716b6aa62ca6d50a5376de60e0f9e9"),
    ("MD5-sess", "auth-int", "d33e174a073eb7e894b63a049a02e7bd"),
    ("SHA-256", "", "44da9c06a701238a1fdd3a2e3ebceb202f6a0dec5b799b7624477972645d9185"),
    ("SHA-256", "auth", "5a15ae59e6a6efa15a46057280a0ebac794583df9e55abf92b866fdd464413e3"),
    ("SHA-256", "auth-int", "1fe093764b2ba59ddf9522020ecf5b3b4c776a63ae9d494369f18e9216071666"),
    ("SHA-256-sess", "", "a944ec178d3b8983faf5ecaa266336719900a2b6f7613ec83d9a4d849ca73b96"),
    ("SHA-256-sess", "auth", "d81cf4e453d4be5833820b2922be3a450fe9ca5253ee0b48ffd7c637dec8f027"),
    ("SHA-256-sess", "auth-int", "d99ffb29a0e0c6ccf79665888629f96ba37f3cc24dc271d803a6afc4d11f5b2d"),
    ("SHA-512-256", "", "f60dc0028899dc177ac842a9408515a387dd5d86a1003d6f3930621af625c5ce"),
    ("SHA-512-256", "auth", "a67c03aca6fa12d6c47677941a2e29215144acfbd450ac3e521af564f0dca8a1"),
    ("SHA-512-256", "auth-int", "29cb2008b717f4153837bfdbf70190b49edd6c6e7d5cedf550a7097bda9a29f8"),
    ("SHA-512-256-sess", "", "a8fac43336a421d90b6ae786735f7be41dbef511c09dfc9f0feded9d9fa8d73e"),
    ("SHA-512-256-sess", "auth", "400d953026d46a0627803fc5a069d9f1791e801ba87123851dc878fbb3626ce2"),
    ("SHA-512-256-sess", "auth-int", "05a4d8e181fc0c8e38d0973ab109565ebc31ddc3f6c6e56f1de58cb9c3d4d234"),
];

/// The key of a session is made of the first nonces after the challenge; the second request has others. The response is
/// that of Python's hashlib over the formulas.
// covers: RFC 7616 §3.4.2
#[test]
fn rfc7616_3_4_2_a_session_keeps_its_key() {
    let auth = Auth::parse(
        Span::new(br#"Digest realm="atlanta.example", nonce="n1", algorithm=SHA-256-sess, qop="auth""#)
            .unwrap(),
    );
    let challenge = Challenge::read(&auth.unwrap(), Asker::UserAgent).unwrap();
    let ha1 = Ha1::new(Hash::Sha256, b"alice", b"atlanta.example", b"secret");
    let bye = request(b"BYE", b"sip:b@b.example");
    let answer = |secret, cnonce, nonce_count| Answer {
        username: b"alice",
        secret,
        request: bye,
        cnonce,
        nonce_count,
        prefer: Qop::Auth,
        auts: None,
    };
    let (mut first, mut second) = ([0; 512], [0; 512]);
    let first = challenge.answer(&answer(Secret::Ha1(&ha1), b"c1", 1), &mut first).unwrap();
    let first = read(first);
    assert_eq!(first.verify(&ha1, &bye), Ok(()));
    let session = first.session(&ha1).unwrap();
    let second = challenge.answer(&answer(Secret::Session(&session), b"c2", 2), &mut second).unwrap();
    let text = String::from_utf8(second.to_vec()).unwrap();
    assert!(
        text.contains("response=\"b73261f58692202f81636ecc6a383409c0da5c64538b8429a780fbe85678eee2\""),
        "{text}"
    );
    let second = read(second);
    assert_eq!(second.verify(&session, &bye), Ok(()));
    assert_eq!(second.verify(&ha1, &bye).unwrap_err().kind, ErrorKind::Response, "as if a session began");
    let other = Ha1::new(Hash::Md5, b"alice", b"atlanta.example", b"secret");
    assert!(first.session(&other).is_none());
    let zero = challenge.answer(&answer(Secret::Ha1(&ha1), b"c", 0), &mut [0; 512]).unwrap_err();
    assert_eq!(zero.kind, ErrorKind::Malformed(Param::NonceCount));
}

/// What the peer quoted is given back byte for byte, needless backslashes included.
#[test]
fn rfc7616_3_4_nonce_and_opaque_come_back_unchanged() {
    let asked = br#"Digest realm="r\e", nonce="n\1", opaque="o\"p", algorithm=MD5"#;
    let auth = Auth::parse(Span::new(asked).unwrap()).unwrap();
    let challenge = Challenge::read(&auth, Asker::Proxy).unwrap();
    let answer = Answer {
        username: b"u",
        secret: Secret::Password(b"p"),
        request: request(b"BYE", b"sip:b"),
        cnonce: b"c",
        nonce_count: 1,
        prefer: Qop::Auth,
        auts: None,
    };
    let mut out = [0; 256];
    let value = challenge.answer(&answer, &mut out).unwrap();
    let text = std::str::from_utf8(value).unwrap();
    assert!(text.contains(r#"realm="r\e", nonce="n\1""#) && text.contains(r#"opaque="o\"p""#), "{text}");
    assert_eq!(read(value).verify(&Ha1::new(Hash::Md5, b"u", b"re", b"p"), &answer.request), Ok(()));
}

/// A body that is not there hashes as the empty string.
#[test]
fn rfc8760_2_6_auth_int_without_a_body() {
    let auth = Auth::parse(Span::new(br#"Digest realm="a", nonce="1", qop="auth-int""#).unwrap()).unwrap();
    let challenge = Challenge::read(&auth, Asker::Proxy).unwrap();
    let request = request(b"BYE", b"sip:b");
    let answer = Answer {
        username: b"u",
        secret: Secret::Password(b"p"),
        request,
        cnonce: b"c",
        nonce_count: 1,
        prefer: Qop::Auth,
        auts: None,
    };
    let mut out = [0; 256];
    let value = challenge.answer(&answer, &mut out).unwrap();
    assert!(!value.windows(9).any(|window| window == b"algorithm"), "none was named");
    let credentials = read(value);
    assert_eq!(credentials.qop(), Some(Qop::AuthInt));
    assert_eq!(credentials.verify(&Ha1::new(Hash::Md5, b"u", b"a", b"p"), &request), Ok(()));
}

/// RES of 3GPP TS 35.208, test set 1; the digest computed with Python's hashlib.
// covers: RFC 3310 §3.2, §3.3, §3.4
#[test]
fn rfc3310_3_3_the_response_of_the_card_is_the_password() {
    let challenge = r#"Digest realm="home1.net", qop="auth", algorithm=AKAv1-MD5,
 nonce="I1U8vpY3qJ0hiuZNrke/NaponGSDcLm5Sp/6w1Tfr7M=""#;
    let res = [0xa5, 0x42, 0x11, 0xd5, 0xe3, 0xba, 0x50, 0xbf];
    let auth = Auth::parse(Span::new(challenge.as_bytes()).unwrap()).unwrap();
    let parsed = Challenge::read(&auth, Asker::UserAgent).unwrap();
    let aka = aka::challenge(parsed.nonce()).unwrap();
    assert_eq!((aka.rand[..2].to_vec(), aka.autn[..2].to_vec()), (vec![0x23, 0x55], vec![0xaa, 0x68]));

    let answer = Answer {
        username: b"jon.dough@home1.net",
        secret: Secret::Password(&res),
        request: request(b"REGISTER", b"sip:home1.net"),
        cnonce: b"0a4f113b",
        nonce_count: 1,
        prefer: Qop::Auth,
        auts: None,
    };
    let expected = |response: &str| {
        format!(
            r#"Digest username="jon.dough@home1.net", realm="home1.net", algorithm=AKAv1-MD5, uri="sip:home1.net",
 nonce="I1U8vpY3qJ0hiuZNrke/NaponGSDcLm5Sp/6w1Tfr7M=", cnonce="0a4f113b", qop=auth, nc=00000001, response="{response}""#
        )
    };
    let value = expected("5cffc2255fff2402e3c8227a551dd59e");
    answers(challenge, &answer, &value);
    verifies(&value, b"jon.dough@home1.net", &res, b"REGISTER");

    // The card asks for another sequence number: no password, and AUTS.
    let auts = *b"fourteen bytes";
    let resync = Answer { secret: Secret::Password(b""), auts: Some(&auts), ..answer };
    let value = expected("35c42407ecf3d66a237b4eaa9367fb1e") + r#", auts="Zm91cnRlZW4gYnl0ZXM=""#;
    answers(challenge, &resync, &value);
    assert_eq!(aka::auts(read(value.as_bytes()).auts().unwrap()), Some(auts));
    verifies(&value, b"jon.dough@home1.net", b"", b"REGISTER");

    for no in [&br#""""#[..], br#""AAAA""#, br#""!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#] {
        let word = simdsip::Word::new(Span::new(no).unwrap());
        assert_eq!((aka::challenge(word), aka::auts(word)), (None, None));
    }
}

/// A registration that Kamailio 5.6.3 accepted (corpora/recorded, `attack-svcrack-success`).
#[test]
fn what_another_server_accepted_verifies() {
    let value = r#"Digest username="110",realm="example.com",nonce="av/0lGr/82gavBAHedZzZjlL1s1z2Gd9",uri="sip:10.20.0.1",cnonce="9ea07722c80849f78253213e301fd9c2",nc=00000025,algorithm=MD5,qop=auth,response="614af46871907850a8a10e915ad20c6c""#;
    verifies(value, b"110", b"1023", b"REGISTER");
    assert_eq!(read(value.as_bytes()).nonce_count(), Some(0x25));
}

// covers: RFC 7616 §3.5
#[test]
fn rfc7616_3_5_the_server_knows_the_password_too() {
    for (algorithm, body) in [("MD5", &b""[..]), ("SHA-256", b""), ("SHA-256-sess", b"v=0\r\n")] {
        let qop = if body.is_empty() { "auth" } else { "auth-int" };
        let value = format!(
            r#"Digest username="u", realm="r", nonce="n", uri="sip:b", algorithm={algorithm}, qop={qop}, nc=00000001,
 cnonce="c", response="""#
        );
        let credentials = read(value.as_bytes());
        let hash = credentials.algorithm().hash();
        let ha1 = Ha1::new(hash, b"u", b"r", b"p");
        let rspauth = credentials.rspauth(&ha1, body).unwrap();
        let info = [&b"qop=auth, rspauth=\""[..], rspauth.as_bytes(), b"\""].concat();
        let info = AuthInfo::parse(Span::new(&info).unwrap()).unwrap();
        assert_eq!(credentials.verify_info(&info, &ha1, body), Ok(()));
        let other = Ha1::new(hash, b"u", b"r", b"q");
        assert_eq!(credentials.verify_info(&info, &other, body).unwrap_err().kind, ErrorKind::Response);
        if qop == "auth-int" {
            assert!(credentials.verify_info(&info, &ha1, b"v=1").is_err());
        }
        let missing = AuthInfo::parse(Span::new(b"qop=auth").unwrap()).unwrap();
        assert_eq!(
            credentials.verify_info(&missing, &ha1, body).unwrap_err().kind,
            ErrorKind::Missing(Param::Rspauth)
        );
        // As if it had been asked for with an empty method, which no request has.
        assert_eq!(credentials.verify(&ha1, &request(b"", b"")).unwrap_err().kind, ErrorKind::Unanswered);
    }
    // Python: md5(md5("u:r:p") ":n:00000001:c:auth:" md5(":sip:b"))
    let value =
        br#"Digest username="u",realm="r",nonce="n",uri="sip:b",qop=auth,nc=00000001,cnonce="c",response="""#;
    let rspauth = read(value).rspauth(&Ha1::new(Hash::Md5, b"u", b"r", b"p"), b"").unwrap();
    assert_eq!(std::str::from_utf8(rspauth.as_bytes()).unwrap(), "94fb624fd83e857e9491f82d8ef6069f");
}

/// Every message of the corpus with a challenge or credentials: RFC 4475 §3.3.7 has a scheme that nobody knows, which
/// is passed over; RFC 3665 and 3666 have examples whose responses were made up.
// covers: RFC 4475 §3.3.7
#[test]
fn rfc4475_3_3_7_what_is_not_known_is_passed_over() {
    let mut index = Index::new();
    let parser = Parser::new(simdsip::Policy::CAPTURE);
    let bytes = std::fs::read(simdsip_corpus::root().join("torture/rfc4475/regaut01.dat")).unwrap();
    let message = parser.parse(&bytes, &mut index).unwrap();
    let kinds: Vec<_> =
        credentials(&message, Asker::UserAgent).map(|row| row.map(|_| ()).unwrap_err().kind).collect();
    assert_eq!(kinds, [ErrorKind::Scheme]);
    assert_eq!(credentials(&message, Asker::UserAgent).flatten().count(), 0);

    let (mut read, mut refused) = (0, 0);
    for directory in ["rfc", "torture", "own"] {
        for path in simdsip_corpus::files(&simdsip_corpus::root().join(directory)) {
            let bytes = std::fs::read(path).unwrap();
            let Ok(message) = parser.parse(&bytes, &mut index) else { continue };
            let rows = credentials(&message, Asker::UserAgent).chain(credentials(&message, Asker::Proxy));
            for row in rows.map(|row| row.map(|_| ())).chain(challenges(&message).map(|row| row.map(|_| ())))
            {
                match row {
                    Ok(()) => read += 1,
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(read >= 20 && refused >= 3, "{read} read, {refused} refused");
}
