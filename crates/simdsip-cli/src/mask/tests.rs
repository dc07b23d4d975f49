use super::*;
use simdsip::{Parser, Policy};

fn masked(text: &str) -> String {
    String::from_utf8(hidden(text.as_bytes(), &(0..0))).unwrap()
}

fn become_hidden(cases: &[(&str, &str)]) {
    let is = cases.iter().map(|(shown, _)| masked(shown)).collect::<Vec<_>>();
    let expected = cases.iter().map(|(_, expected)| *expected).collect::<Vec<_>>();
    assert_eq!(is, expected);
}

#[test]
fn rfc7616_3_4_credentials_are_hidden_wherever_they_stand() {
    become_hidden(&[
        ("Authorization: Digest response=\"abc\", nc=1", "Authorization: Digest response=\"***\", nc=1"),
        (
            "PROXY-AUTHORIZATION : digest RESPONSE = \"abc\"",
            "PROXY-AUTHORIZATION : digest RESPONSE = \"***\"",
        ),
        (
            "authorization:Digest nc=1,response=abc,qop=auth",
            "authorization:Digest nc=1,response=***,qop=auth",
        ),
        ("Authorization: Digest a=\"x,response=\"ab\"", "Authorization: Digest ******************"),
        ("Authorization: Digest response=\"a\\\"b", "Authorization: Digest response=*****"),
        ("Authorization: Digest response=", "Authorization: Digest response="),
        (
            "Authorization: Digest\r\n response=\r\n\t\"a\r\n b\"",
            "Authorization: Digest\r\n response=\r\n\t\"*\r\n *\"",
        ),
        ("Authentication-Info: qop=auth, rspauth=\"ab\"", "Authentication-Info: qop=auth, rspauth=\"**\""),
        ("Authentication-Info: nextnonce=\"ab\"", "Authentication-Info: nextnonce=\"**\""),
        ("Authorization: Basic YTpi==\nTo: b", "Authorization: Basic ******\nTo: b"),
        ("Authorization: Bearer\n tok.en\nTo: b", "Authorization: Bearer\n ******\nTo: b"),
        ("X: y\rAuthorization: Digest response=ab", "X: y\rAuthorization: Digest response=**"),
    ]);
}

#[test]
fn names_are_compared_without_bytes_that_no_token_has() {
    for name in [
        "Authorization\0",
        "\u{1}Autho\u{7f}rization",
        "Author ization \t",
        "proxy-authentication-info\u{e9}",
        "\"authorization\"",
        "P-Media-Authorization",
    ] {
        assert_eq!(masked(&format!("{name}: geheim\r\nTo: b")), format!("{name}: ******\r\nTo: b"));
    }
    become_hidden(&[
        // No colon, one in the next line, or only one that is in the value.
        ("Authorization ab", "Authorization **"),
        ("Authorization\r\n : ab", "Authorization\r\n * **"),
        ("Proxy-Authorization response=ab, uri=sip:c", "Proxy-Authorization ************ *********"),
    ]);
}

#[test]
fn what_is_not_known_to_be_harmless_is_hidden() {
    become_hidden(&[
        ("Authorization: Digest response=\"\" ab", "Authorization: Digest response=** **"),
        ("Authorization: Digest response:\"ab\", nc=1", "Authorization: Digest *************, nc=1"),
        ("Authorization: Digest nc=1, response\x0b=\"ab\"", "Authorization: Digest nc=1, **************"),
        ("Authorization: Digest nc=1; response=ab", "Authorization: Digest nc=** ***********"),
        ("Authorization: Digest nc=1 response=ab", "Authorization: Digest nc=* ***********"),
        ("Authorization: Digest nonce=\"a, response=b\"", "Authorization: Digest nonce=\"** **********\""),
        (
            "Authorization: Digest username=\"b\", Basic YTpi",
            "Authorization: Digest username=\"b\", ***** ****",
        ),
        (
            "Authorization: NTLM gssapi-data=\"ab\", realm=\"c\"",
            "Authorization: NTLM ***************** *********",
        ),
        ("Authorization: AKA response=ab, nonce=c", "Authorization: *** ************ *******"),
        ("Authorization: YTpi==", "Authorization: ******"),
        ("Authorization: Digest YTpi==", "Authorization: Digest ******"),
    ]);
}

#[test]
fn sdp_keys_are_hidden() {
    become_hidden(&[
        ("a=crypto:1 S inline:a+/=|2^20|1:4 X", "a=crypto:1 S inline:****|****|*** *"),
        ("A=Crypto:1 S inline:ab;inline:cd F=inline:ef", "A=Crypto:1 S inline:************ ***********"),
        ("a=crypto:1 S inline: ab", "a=crypto:1 S inline: **"),
        ("a =crypto:1 S inline:ab", "a =crypto:1 S inline:**"),
        ("\0a\x01= crypto : 1 S inline :ab", "\0a\x01= crypto : 1 S inline :**"),
        ("a=crypto:1 S ab", "a=crypto:1 S **"),
        ("a=crypto 1 S W=1 inline:ab", "a=crypto 1 S *** *********"),
        ("a=acap:1 crypto:1 S inline:ab", "a=acap:1 crypto:1 S inline:**"),
        ("a=pcfg:1 x=1 crypto:1 S inline:ab", "a=pcfg:1 x=1 crypto:1 S inline:**"),
        ("a=acap:1 key-mgmt:mikey ab", "a=acap:1 key-mgmt:mikey **"),
        ("a=key-mgmt:mikey AQ==", "a=key-mgmt:mikey ****"),
        ("a=key-mgmt AQ==", "a=key-mgmt ****"),
        ("k=base64:ab:c\r\nk=prompt", "k=base64:****\r\nk=prompt"),
        ("k=ab\nk=clear ab\nK = ab\nk=prompt:ab", "k=**\nk=***** **\nK = **\nk=*********"),
        (
            "a=ice-pwd:ab\na=ice-pwd ab\nx\na = ice-pwd : ab",
            "a=ice-pwd:**\na=ice-pwd **\nx\na = ice-pwd : **",
        ),
        ("s=-\ra=ice-pwd:ab\rt=0 0", "s=-\ra=ice-pwd:**\rt=0 0"),
        (r#"{"sdp":"v=0\r\na=ice-pwd:ab"}"#, r#"{"sdp":"v=0\r\na=ice-pwd:****"#),
    ]);
}

#[test]
fn rfc3261_19_1_1_passwords_and_credentials_in_uris_are_hidden() {
    become_hidden(&[
        ("To: <sip:alice:ab@b:5060>;tag=c", "To: <sip:alice:**@b:5060>;tag=c"),
        ("To: SIPS:alice:ab@b", "To: SIPS:alice:**@b"),
        ("To: <sip:a@b:5060>, <sip:c:d@e>", "To: <sip:a@b:5060>, <sip:c:*@e>"),
        ("To: sip:a@b,sip:c:d@e", "To: sip:a@b,sip:c:*@e"),
        ("To: <sip:a:b:c@d@e>", "To: <sip:a:*****@e>"),
        ("To: <sip:a:b\r\n c@d>\r\nX: :@", "To: <sip:a:*\r\n *@d>\r\nX: :@"),
        ("INVITE sip:a:ab@b SIP/2.0", "INVITE sip:a:**@b SIP/2.0"),
        ("To: <sip:[a:b]:ab@b>", "To: <sip:[a:b]:**@b>"),
        ("To: sip:[a]:ab@[::1]:5060", "To: sip:[a]:**@[::1]:5060"),
        ("To: sip:al ice:ab@b:5060", "To: sip:al ice:**@b:5060"),
        ("INVITE sip:al ice:ab@b SIP/2.0", "INVITE sip:al ice:**@b SIP/2.0"),
        ("Call-Info: <http://a:ab@b/c@d>", "Call-Info: <http://a:**@b/c@d>"),
        (
            "Refer-To: <sip:a@b?Authorization=Digest%20response%3D%22x%22&Subject=y>",
            "Refer-To: <sip:a@b?Authorization=***************************&Subject=y>",
        ),
        (
            "Refer-To: <sip:a?Subject=y&proxy-%41uthorization=ab>;c",
            "Refer-To: <sip:a?Subject=y&proxy-%41uthorization=**>;c",
        ),
        ("INVITE sip:a?Authorization=ab SIP/2.0", "INVITE sip:a?Authorization=** *******"),
        ("X: <sip:a?Refer-To=sip%3Ab%3Aab%40c>", "X: <sip:a?Refer-To=sip%3Ab%3A**%40c>"),
        ("X: <sip:a?Refer-To=b%3FAuthorization%3Dab>", "X: <sip:a?Refer-To=b%3FAuthorization%3D**>"),
    ]);
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "Subject: response=abc",
        "WWW-Authenticate: Digest nonce=\"abc\"",
        "Authorization: Digest username=\"d\", realm=\"r, s\", nonce=\"a==\", uri=\"sip:a@b:5060;c=d\", \
         algorithm=MD5, qop=auth, nc=00000001, cnonce=\"\", opaque=\"a\r\n b\", stale=false",
        "Supported: k=clear:ab",
        "k: timer",
        "a=fingerprint:sha-256 AB:CD",
        "a=acap",
        "a=crypto",
        "a",
        "",
        "To: <sip:alice@b:5060;transport=udp>;tag=a:b@c",
        "To: <sip:[2001:db8::1]:5060;x=a@b>",
        "To: sip:a b <sip:c@d:5060>",
        "INVITE sip:[2001:db8::1]:5060 SIP/2.0",
        "Refer-To: <sip:a@b?Replaces=c%40d&Subject=authorization>",
        "Content-Disposition: inline:x",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn a_value_concerns_if_it_changes() {
    for (value, does) in [
        (&b""[..], false),
        (b"sip:a", false),
        (b"<sip:a@b:5060;x=y>", false),
        (b"a@b:c:d", false),
        (b"What? 100 % & more @ home", false),
        (b"<sip:a:p@b>", true),
        (b"a@b <sip:a:p@b>", true),
        (b"http://a:p@b", true),
        (b"sip%3Aa%3Ap%40b", true),
        (b"sip:a?Authorization=b", true),
        (b"a\rk=b", true),
    ] {
        assert_eq!(concerns(value), does, "{}", value.escape_ascii());
    }
}

#[test]
fn the_start_line_keeps_method_and_version() {
    for (bytes, expected) in [
        ("k=: sip:x SIP/2.0\r\nk=: ab\r\n\r\n", "k=: sip:x SIP/2.0\r\nk=* **\r\n\r\n"),
        ("Authorization: x SIP/2.0\r\n\r\n", "Authorization: * SIP/2.0\r\n\r\n"),
        ("INVITE sip:a?Authorization=b SIP/2.0\r\n\r\n", "INVITE sip:a?Authorization=* SIP/2.0\r\n\r\n"),
        ("SIP/2.0 200 see sip:a:b@c\r\n\r\n", "SIP/2.0 200 see sip:a:*@c\r\n\r\n"),
    ] {
        let mut index = simdsip::GrowIndex::default();
        let message = Parser::new(Policy::CAPTURE).parse_growing(bytes.as_bytes(), &mut index).unwrap();
        let shown = Shown::new(bytes.as_bytes(), Some(message), Secrets::Hidden);
        assert_eq!(String::from_utf8_lossy(shown.bytes()), expected);
        assert!(shown.bytes() == bytes.as_bytes() || shown.differs());
    }
}

#[test]
fn what_is_no_piece_of_the_bytes_is_masked_by_itself() {
    let shown = Shown::new(b"To: <sip:a:b@c>", None, Secrets::Hidden);
    assert_eq!(*shown.of(&shown.real[4..]), *b"<sip:a:*@c>");
    assert_eq!(*shown.of(b"k=ab"), *b"k=**");
    assert_eq!(*shown.of(b"INVITE"), *b"INVITE");
}

#[test]
fn no_length_and_no_line_end_changes() {
    let alphabet: Vec<&[u8]> = vec![
        b"Authorization:",
        b"response",
        b"=",
        b"\"",
        b"\\",
        b"\r",
        b"\n",
        b" ",
        b"a=crypto:",
        b"acap:",
        b"inline",
        b"k=",
        b"x",
        b"\xff",
        b":",
        b",",
        b"Basic",
        b"Digest ",
        b"<sip:",
        b"@",
        b"sip%3A",
        b"%40",
        b"?",
        b"&",
        b"Authorization%3d",
        b">",
        b"%",
        b"://",
        b"key-mgmt",
        b"mikey",
        b"ice-pwd",
        b"prompt",
        b"nonce=",
        b"\0",
    ];
    let mut state = 1u64;
    for _ in 0..40_000 {
        let mut bytes = Vec::new();
        for _ in 0..14 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            bytes.extend_from_slice(alphabet[(state >> 33) as usize % alphabet.len()]);
        }
        let masked = hidden(&bytes, &(0..0));
        assert_eq!(masked.len(), bytes.len());
        for (before, after) in bytes.iter().zip(&masked) {
            assert!(before == after || (*after == HIDDEN && !before.is_ascii_whitespace()), "{bytes:?}");
        }
    }
}

#[test]
fn time_is_linear() {
    for piece in [
        "<sip:a:",
        "sip:",
        "sip:a:b@",
        "sip%3A",
        "?authorization=",
        "&%26",
        "http://",
        "\n ",
        "\r ",
        "\"",
        "\\\"",
        ",",
        "[",
        "sip:[",
        "a=inline",
        "k=",
        "Authorization: Digest response=\"",
        "Authorization",
        "sip:a@,sip",
    ] {
        for head in ["", "Authorization: Digest ", "To: <", "a="] {
            let text = format!("{head}{}", piece.repeat(400_000 / piece.len()));
            let begin = std::time::Instant::now();
            masked(&text);
            let took = begin.elapsed();
            assert!(took < std::time::Duration::from_secs(5), "{head}{piece:?} took {took:?}");
        }
    }
}

#[test]
fn a_glance_misses_nothing() {
    for value in [
        "Authorization : x",
        "autho\0rization\0: x",
        "Proxy-Authentication-Info: x",
        "v=0\\r\\na=crypto:1 S inline:x",
        "key-mgmt:x",
        "ice-pwd:x",
        "sip:a:b@c",
        "<x:a:b@c>",
        "ftp://a:b@c",
    ] {
        assert!(masked(value) != value && may_concern(value.as_bytes()), "{value}");
    }
    for value in ["<sip:a@192.0.2.1:5060;x=y>", "own1@client.example.com", "Phone/1.0 (x; y)"] {
        assert!(!may_concern(value.as_bytes()), "{value}");
    }
}
