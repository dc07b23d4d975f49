//! `parse --json`: what fields mean. Expected values are read off the messages by hand, or out of the object's own
//! header values; nothing is compared with what the command said before.

use crate::run::{Scratch, files, simdsip};
use serde_json::{Value, json};

/// The object of one file of the corpus.
fn object(file: &str) -> Value {
    simdsip(&["parse", "--json", "--show-secrets", "--mode", "capture", file]).json().remove(0)
}

/// The object of a message whose header section holds those lines.
fn of_lines(test: &str, lines: &[u8]) -> Value {
    let scratch = Scratch::new(test);
    let message = [b"OPTIONS sip:b@b.example SIP/2.0\r\n", lines, b"\r\n\r\n"].concat();
    object(&scratch.write("message.sip", &message))
}

/// A SIP URI without parameters.
fn plain(user: &str, host: &str) -> Value {
    json!({"text": format!("sip:{user}@{host}"), "scheme": "sip", "user": user, "password": null, "host": host,
        "port": null, "params": [], "headers": []})
}

#[test]
fn rfc4475_3_1_1_1_white_space_hides_nothing() {
    let wsinv = object("corpus/torture/rfc4475/wsinv.dat");
    assert_eq!(wsinv["uri"]["params"], json!([{"name": "unknownparam", "value": null}]));
    assert_eq!(
        (&wsinv["uri"]["user"], &wsinv["uri"]["host"]),
        (&json!("vivekg"), &json!("chair-dnrc.example.com"))
    );
    assert_eq!(
        wsinv["from"],
        json!({
            "display": "J Rosenberg \\\"",
            "uri": plain("jdrosen", "example.com"),
            "tag": "98asjd8",
            "params": [{"name": "tag", "value": "98asjd8"}],
        })
    );
    assert_eq!(
        wsinv["to"],
        json!({
            "display": null,
            "uri": plain("vivekg", "chair-dnrc.example.com"),
            "tag": "1918181833n",
            "params": [{"name": "tag", "value": "1918181833n"}],
        })
    );
    let hop = |transport: &str, host: &str, branch: &str| {
        json!({"protocol": "SIP/2.0", "transport": transport, "host": host, "port": null, "branch": branch,
            "received": null, "rport": null, "params": [{"name": "branch", "value": branch}]})
    };
    assert_eq!(
        wsinv["via"],
        json!([
            hop("UDP", "192.0.2.2", "390skdjuw"),
            hop("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
            hop("UDP", "192.168.255.111", "z9hG4bK30239"),
        ])
    );
    assert_eq!(
        wsinv["contact"],
        json!([{
            "display": "Quoted string \"\"",
            "uri": plain("jdrosen", "example.com"),
            "params": [
                {"name": "newparam", "value": "newvalue"},
                {"name": "secondparam", "value": null},
                {"name": "q", "value": "0.33"},
            ],
        }])
    );
    let route = &wsinv["route"][0]["uri"];
    assert_eq!(route["text"], "sip:services.example.com;lr;unknownwith=value;unknown-no-value");
    assert_eq!(
        route["params"],
        json!([
            {"name": "lr", "value": null},
            {"name": "unknownwith", "value": "value"},
            {"name": "unknown-no-value", "value": null},
        ])
    );
    assert_eq!(wsinv["cseq"], json!({"number": 9, "method": "INVITE"}));
    assert_eq!((&wsinv["max_forwards"], &wsinv["content_length"]), (&json!(68), &json!(150)));
    assert_eq!((&wsinv["call_id"], &wsinv["record_route"]), (&json!("wsinv.ndaksdj@192.0.2.1"), &json!([])));
    assert_eq!(wsinv["expires"], Value::Null);
    assert_eq!(wsinv["sdp"]["media"][1]["attributes"], json!([{"name": "rtpmap", "value": "31 LPC"}]));
}

#[test]
fn rfc5118_ipv6_references_keep_their_brackets() {
    let uri = &object("corpus/own/uri-ipv6.sip")["uri"];
    assert_eq!(
        (&uri["user"], &uri["host"], &uri["port"]),
        (&json!("boris"), &json!("[2001:db8::10]"), &json!(5070))
    );
    assert_eq!(uri["params"], json!([{"name": "transport", "value": "tcp"}, {"name": "lr", "value": null}]));
    let via = of_lines(
        "ipv6",
        b"Via: SIP/2.0/UDP [2001:db8::9:1]:5061;received=[2001:db8::9:255];rport=9988",
    )["via"]
        .take();
    assert_eq!(via[0]["host"], "[2001:db8::9:1]");
    assert_eq!((&via[0]["port"], &via[0]["rport"]), (&json!(5061), &json!(9988)));
    assert_eq!((&via[0]["received"], &via[0]["branch"]), (&json!("[2001:db8::9:255]"), &Value::Null));
}

#[test]
fn rfc3966_3_a_number_stands_as_the_user() {
    let from = of_lines("tel", b"f: Alice <tel:+1-201-555-0123;ext=7;phone-context=+1>;tag=1")["from"].take();
    let expected = json!({
        "text": "tel:+1-201-555-0123;ext=7;phone-context=+1",
        "scheme": "tel",
        "user": "+1-201-555-0123",
        "password": null,
        "host": null,
        "port": null,
        "params": [{"name": "ext", "value": "7"}, {"name": "phone-context", "value": "+1"}],
        "headers": [],
    });
    assert_eq!((&from["uri"], &from["display"]), (&expected, &json!("Alice")));
    let to = of_lines("urn", b"To: <URN:service:sos>")["to"].take();
    assert_eq!((&to["uri"]["scheme"], &to["uri"]["text"]), (&json!("urn"), &json!("URN:service:sos")));
    assert_eq!(
        (&to["uri"]["user"], &to["uri"]["host"], &to["tag"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[test]
fn rfc3261_19_1_1_all_parts_of_a_uri_stand_as_on_the_wire() {
    let to =
        of_lines("parts", b"To: <sips:%61lice:p%40w@H.example:5061;lr;A=1;a=%32?Subject=a%20b&x&to=>")["to"]
            .take();
    assert_eq!(
        to["uri"],
        json!({
            "text": "sips:%61lice:p%40w@H.example:5061;lr;A=1;a=%32?Subject=a%20b&x&to=",
            "scheme": "sips",
            "user": "%61lice",
            "password": "p%40w",
            "host": "H.example",
            "port": 5061,
            "params": [
                {"name": "lr", "value": null},
                {"name": "A", "value": "1"},
                {"name": "a", "value": "%32"},
            ],
            "headers": [
                {"name": "Subject", "value": "a%20b"},
                {"name": "x", "value": null},
                {"name": "to", "value": ""},
            ],
        })
    );
}

#[test]
fn rfc3261_20_10_contacts_are_a_list_or_an_asterisk() {
    assert_eq!(of_lines("star", b"Contact: *")["contact"], "*");
    assert_eq!(of_lines("none", b"s: x")["contact"], json!([]));
    let several = of_lines(
        "several",
        b"m: <sip:a@b.example>;q=1, \"x, y\" <sip:c@d.example>\r\nContact:\r\n sip:e@f.example;expires=9",
    );
    let contact = several["contact"].as_array().unwrap();
    let texts: Vec<_> = contact.iter().map(|contact| contact["uri"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["sip:a@b.example", "sip:c@d.example", "sip:e@f.example"]);
    assert_eq!((&contact[1]["display"], &contact[1]["params"]), (&json!("x, y"), &json!([])));
    assert_eq!(contact[2]["params"], json!([{"name": "expires", "value": "9"}]));
    // The asterisk is not alone.
    assert_eq!(of_lines("both", b"Contact: *, <sip:a@b.example>")["contact"][0], "*");
}

#[test]
fn what_is_malformed_is_null() {
    let lines = b"Via: SIP/2.0/UDP h:70000;rport=x\r\nVia: nonsense\r\nVia: SIP/2.0/TCP i;rport\r\n\
        From: \"open <sip:a@b.example>;tag=1\r\nTo: no-uri\r\nCSeq: 4294967296 OPTIONS\r\nMax-Forwards: -1\r\n\
        Expires: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: text\r\nContent-Length: x\r\n\
        Route: <sip:p;lr>, <sip:, <sip:q;lr>";
    let object = of_lines("malformed", lines);
    let via = &object["via"];
    assert_eq!(
        (&via[0]["host"], &via[0]["port"], &via[0]["rport"]),
        (&json!("h"), &Value::Null, &Value::Null)
    );
    assert_eq!(via[0]["params"], json!([{"name": "rport", "value": "x"}]));
    assert_eq!(
        (&via[1], &via[2]["transport"], &via[2]["rport"]),
        (&Value::Null, &json!("TCP"), &json!(true))
    );
    for member in ["from", "cseq", "max_forwards", "expires", "content_type", "content_length", "call_id"] {
        assert_eq!(object[member], Value::Null, "{member}");
    }
    // What stands there is shown, and that it was not understood.
    assert_eq!(
        (&object["to"]["uri"]["text"], &object["to"]["uri"]["scheme"]),
        (&json!("no-uri"), &Value::Null)
    );
    assert_eq!((&object["to"]["uri"]["host"], &object["to"]["uri"]["params"]), (&Value::Null, &json!([])));
    assert_eq!(object["route"][0]["uri"]["host"], "p");
}

#[test]
fn text_that_is_not_utf8_has_its_bytes_beside_it() {
    let object = object("corpus/own/display-not-utf8.sip");
    assert_eq!(object["from"]["display"], "J\u{fffd}rg M\u{fffd}ller");
    assert_eq!(object["from"]["display_b64"], "SvZyZyBN/GxsZXI=");
    assert_eq!(object["from"]["uri"].get("user_b64"), None);
    let params = of_lines("params", b"Via: SIP/2.0/UDP h;br\xff=\"\xfe\"")["via"][0]["params"].take();
    assert_eq!(
        params,
        json!([{"name": "br\u{fffd}", "name_b64": "YnL/", "value": "\u{fffd}", "value_b64": "/g=="}])
    );
}

#[test]
fn folds_are_spaces_wherever_they_stand() {
    let to = of_lines(
        "folds",
        b"To: \"two\r\n\twords\"\r\n <sip:b@b.example>\r\n ;a=\"x\r\n y\"\r\n ;tag\r\n =\r\n 7",
    )["to"]
        .take();
    assert_eq!(
        (&to["display"], &to["tag"], &to["uri"]),
        (&json!("two words"), &json!("7"), &plain("b", "b.example"))
    );
    assert_eq!(to["params"], json!([{"name": "a", "value": "x y"}, {"name": "tag", "value": "7"}]));
}

#[test]
fn secrets_are_hidden_in_fields_too() {
    let scratch = Scratch::new("fields");
    let message = b"INVITE sip:a:deadbeef@b.example SIP/2.0\r\n\
        Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: \"A\" <sip:a:deadbeef@b.example>;tag=1\r\n\
        To: <sip:b@b.example?Authorization=deadbeef&Subject=x>\r\n\
        Contact: <sip:c:dead\r\n deadbeef@d.example:5070>, <im:e:deadbeef@f.example>\r\n\
        Route: <sip:r:deadbeef@p.example;lr>\r\nRecord-Route: <sips:r:deadbeef@p.example;lr>\r\n\
        CSeq: 1 sip:x:deadbeef@y\r\nCall-ID: 1@sip:x:deadbeef@y\r\n\r\n";
    let path = scratch.write("secrets.sip", message);
    let args = ["parse", "--json", "--mode", "capture", &path];
    let (hidden, shown) = (simdsip(&args), simdsip(&[&args[..], &["--show-secrets"]].concat()));
    assert!(!hidden.text().contains("deadbeef"), "{}", hidden.text());
    assert_eq!(hidden.text().replace("****", "dead"), shown.text().replace("deadbeef", "deaddead"));
    let object = hidden.json().remove(0);
    for uri in [&object["uri"], &object["from"]["uri"], &object["route"][0]["uri"]] {
        assert_eq!(uri["password"], "********", "{uri}");
        assert!(uri["text"].as_str().unwrap().contains(":********@"), "{uri}");
    }
    assert_eq!(object["to"]["uri"]["headers"][0], json!({"name": "Authorization", "value": "********"}));
    assert_eq!(object["to"]["uri"]["headers"][1], json!({"name": "Subject", "value": "x"}));
    assert_eq!(object["contact"][0]["uri"]["port"], 5070);
    assert_eq!(shown.json()[0]["from"]["uri"]["password"], "deadbeef");
}

#[test]
fn a_number_that_may_be_part_of_a_secret_is_not_shown() {
    let scratch = Scratch::new("numbers");
    // Without brackets the parameter is the header's, and yet some readers see a password here.
    let line = "From: sip:alice:4711;tag=x@y\r\nVia: SIP/2.0/UDP sip:h:5061;rport=4711;x=@y";
    let path = scratch.write("numbers.sip", format!("BYE sip:b SIP/2.0\r\n{line}\r\n\r\n").as_bytes());
    let args = ["parse", "--json", "--mode", "capture", &path];
    let (hidden, shown) = (simdsip(&args), simdsip(&[&args[..], &["--show-secrets"]].concat()));
    assert!(!hidden.text().contains("4711"), "{}", hidden.text());
    assert_eq!(hidden.json()[0]["from"]["uri"]["port"], Value::Null);
    assert_eq!(shown.json()[0]["from"]["uri"]["port"], 4711);
}

const URI: [&str; 8] = ["text", "scheme", "user", "password", "host", "port", "params", "headers"];
const VIA: [&str; 8] = ["protocol", "transport", "host", "port", "branch", "received", "rport", "params"];

/// Asserts that an object has those members, in that order, and beside them only bytes.
fn has(value: &Value, members: &[&str], file: &str) {
    let all = value.as_object().unwrap_or_else(|| panic!("{file}: {value}"));
    let mut names: Vec<_> = all.keys().map(String::as_str).filter(|name| !name.ends_with("_b64")).collect();
    let mut members = members.to_vec();
    names.sort_unstable();
    members.sort_unstable();
    assert_eq!(names, members, "{file}");
    for list in ["params", "headers"] {
        for pair in all.get(list).and_then(Value::as_array).into_iter().flatten() {
            has(pair, &["name", "value"], file);
            assert!(pair["name"].is_string() && (pair["value"].is_string() || pair["value"].is_null()));
        }
    }
    if let Some(uri) = all.get("uri") {
        has(uri, &URI, file);
        assert!(uri["text"].is_string(), "{file}");
    }
}

/// All that is text in a value.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(all) => all.iter().for_each(|value| texts(value, found)),
        Value::Object(all) => {
            let text = all.iter().filter(|(name, _)| !name.ends_with("_b64")).map(|(_, value)| value);
            text.for_each(|value| texts(value, found));
        }
        _ => {}
    }
}

#[test]
fn members_are_always_there_and_nothing_is_made_up() {
    let folders = ["corpus/own", "corpus/regress", "corpus/torture/rfc4475", "corpus/torture/rfc5118"];
    let mut args =
        vec!["parse".to_owned(), "--json".into(), "--show-secrets".into(), "--mode=capture".into()];
    for folder in folders {
        args.extend(files(folder, if folder.contains("torture") { "" } else { ".sip" }));
    }
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let mut elements = 0;
    for object in simdsip(&args).json() {
        let file = object["file"].as_str().unwrap();
        if !object["error"].is_null() {
            continue;
        }
        let mut found = Vec::new();
        for (member, members) in [
            ("via", &VIA[..]),
            ("contact", &["display", "uri", "params"]),
            ("route", &["display", "uri", "params"]),
            ("record_route", &["display", "uri", "params"]),
        ] {
            let list = match &object[member] {
                Value::Array(list) => &list[..],
                star => {
                    assert_eq!((member, star), ("contact", &json!("*")), "{file}");
                    &[]
                }
            };
            for element in list.iter().filter(|element| !element.is_null() && *element != "*") {
                has(element, members, file);
                elements += 1;
            }
            texts(&object[member], &mut found);
        }
        for (member, members) in [
            ("from", &["display", "uri", "tag", "params"][..]),
            ("to", &["display", "uri", "tag", "params"]),
            ("cseq", &["number", "method"]),
            ("body", &["offset", "len"]),
        ] {
            if !object[member].is_null() {
                has(&object[member], members, file);
            }
            texts(&object[member], &mut found);
        }
        if object["kind"] == "request" {
            has(&object["uri"], &URI, file);
        }
        // Every text stands in a value, but for white space, quotes, backslashes and the case of a scheme.
        let bare = |text: &str| -> String {
            text.chars().filter(|letter| !" \t\"\\".contains(*letter)).collect::<String>().to_lowercase()
        };
        let mut values = String::new();
        for header in object["headers"].as_array().unwrap() {
            values.push_str(&bare(header["value"].as_str().unwrap()));
            values.push('\n');
        }
        for text in found {
            assert!(values.contains(&bare(text)), "{file}: {text:?}");
        }
    }
    assert!(elements > 200, "{elements}");
}
