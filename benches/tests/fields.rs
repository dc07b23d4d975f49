//! Classes `routing` and `typed`: the reference reads what the RFC says, and the proof finds who does not.

use simdsip_benches::emission::Sink;
use simdsip_benches::engine::fields::{Reader, Reading};
use simdsip_benches::engine::native::{self, Library};
use simdsip_benches::engine::{Class, Engine, Identity};
use simdsip_benches::measure::{Order, Spec};
use simdsip_benches::set::Set;
use simdsip_benches::{equal, plan, reference, workload};
use std::path::Path;

const REQUEST: &[u8] = b"INVITE sip:a%62:pw@H.example:5070;lr;p=%41?Subject=x%20y&b= SIP/2.0\r\n\
    v: SIP / 2.0 / UDP [2001:DB8::1]:5062 ;branch=z9hG4bK1;rport, SIP/2.0/TCP h2;received=10.0.0.1\r\n\
    From: \"A, \\\"B\\\" <x>\" <tel:+1-22;phone-context=h>;tag=f1;q\r\n\
    t: sip:t@[::1];tag=t;user=phone\r\n\
    i: c@h\r\n\
    CSeq:\r\n 0042\r\n  INVITE\r\n\
    Max-Forwards: 70\r\n\
    m: <sip:c1@h;transport=TCP>;expires=60;+sip.instance=\"<urn:x;y>\", \"Q\" <sips:c2@h:1>\r\n\
    Contact: <urn:service:sos>\r\n\
    Accept: application/SDP;q=0.5, text/*\r\n\
    Accept-Encoding:\r\n\
    c: multipart/Mixed;boundary=\"a;b\"\r\n\
    Supported: 100rel ,timer,,\r\n\
    Authorization: Digest username=\"u\\\"v\", nc=0000001f,qop=auth\r\n\
    WWW-Authenticate: Digest realm=\"a, b\"\r\n\
    Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n\
    Session-Expires: 1800;refresher=uac\r\n\
    Retry-After: 120 (back (soon));duration=60\r\n\
    Warning: 399 h:5060 \"see, there\", 301 x \"t\"\r\n\
    RAck: 7 42 INVITE\r\n\
    Timestamp: 54.1 0.5\r\n\
    Privacy: id;header\r\n\
    P-Charging-Vector: icid-value=1;orig-ioi=\"x\"\r\n\
    X-Own: a, b;c\r\n\
    l: 4\r\n\r\nbodymore";

fn lines(message: &[u8], class: Class) -> Vec<String> {
    reference::read(message, class).and_then(|f| f.emission).expect("well formed").lines()
}

#[test]
fn rfc3261_20_every_element_and_parameter_is_read() {
    let expected = "\
accept[0].;q=0.5 accept[0].subtype=sdp accept[0].type=application
accept[1].subtype=* accept[1].type=text
authorization[0].;nc=1f authorization[0].;qop=auth authorization[0].;username=u\"v authorization[0].auth-scheme=digest
body[0].len=4
call-id[0].value=c@h
contact[0].;+sip.instance=<urn:x;y> contact[0].;expires=60 contact[0].host=h contact[0].scheme=sip \
contact[0].uri;transport=tcp contact[0].user=c1
contact[1].display=Q contact[1].host=h contact[1].port=1 contact[1].scheme=sips contact[1].user=c2
contact[2].rest=service:sos contact[2].scheme=urn
content-length[0].value=4
content-type[0].;boundary=a;b content-type[0].subtype=mixed content-type[0].type=multipart
cseq[0].method=INVITE cseq[0].number=42
date[0].unix=1289690940
from[0].;q=(none) from[0].;tag=f1 from[0].display=A, \"B\" <x> from[0].number=+1-22 from[0].scheme=tel \
from[0].uri;phone-context=h
max-forwards[0].value=70
p-charging-vector[0].;icid-value=1 p-charging-vector[0].;orig-ioi=x
privacy[0].value=id
privacy[1].value=header
rack[0].method=INVITE rack[0].number=42 rack[0].rseq=7
retry-after[0].;duration=60 retry-after[0].comment=back (soon) retry-after[0].value=120
session-expires[0].;refresher=uac session-expires[0].value=1800
start[0].host=h.example start[0].method=INVITE start[0].password=pw start[0].port=5070 start[0].scheme=sip \
start[0].uri;lr=(none) start[0].uri;p=A start[0].uri?b= start[0].uri?subject=x y start[0].user=ab
supported[0].value=100rel
supported[1].value=timer
timestamp[0].delay=0.5 timestamp[0].value=54.1
to[0].;tag=t to[0].;user=phone to[0].host=::1 to[0].scheme=sip to[0].user=t
via[0].;branch=z9hG4bK1 via[0].;rport=(none) via[0].host=2001:db8::1 via[0].port=5062 via[0].transport=UDP via[0].version=2.0
via[1].;received=10.0.0.1 via[1].host=h2 via[1].transport=TCP via[1].version=2.0
warning[0].agent=h:5060 warning[0].code=399 warning[0].text=see, there
warning[1].agent=x warning[1].code=301 warning[1].text=t
www-authenticate[0].;realm=a, b www-authenticate[0].auth-scheme=digest";
    // One line an element.
    let mut groups: Vec<String> = Vec::new();
    for line in lines(REQUEST, Class::Typed) {
        let element = &line[..line.find('.').unwrap_or(line.len())];
        match groups.last_mut().filter(|g| g.starts_with(element)) {
            Some(group) => *group = format!("{group} {line}"),
            None => groups.push(line),
        }
    }
    let expected: Vec<&str> = expected.lines().collect();
    for (own, right) in groups.iter().zip(&expected) {
        assert_eq!(own, right);
    }
    assert_eq!(groups.len(), expected.len());
}

#[test]
fn routing_reads_the_first_of_each_and_no_parameters() {
    let expected = "\
body[0].len=4 call-id[0].value=c@h contact[0].host=h contact[0].scheme=sip contact[0].user=c1 \
content-length[0].value=4 content-type[0].subtype=mixed content-type[0].type=multipart cseq[0].method=INVITE \
cseq[0].number=42 from[0].number=+1-22 from[0].scheme=tel from[0].tag=f1 max-forwards[0].value=70 \
start[0].host=h.example start[0].method=INVITE start[0].port=5070 start[0].scheme=sip start[0].user=ab \
to[0].host=::1 to[0].scheme=sip to[0].tag=t to[0].user=t via[0].branch=z9hG4bK1 via[0].host=2001:db8::1 \
via[0].port=5062";
    assert_eq!(lines(REQUEST, Class::Routing).join(" "), expected);
    let response = b"SIP/2.0 486 Busy Here\r\nContact: *\r\nTo: <sip:h>\r\n\r\n";
    let expected = "body[0].len=0 contact[0].star=* start[0].status=486 to[0].host=h to[0].scheme=sip";
    assert_eq!(lines(response, Class::Routing).join(" "), expected);
}

/// Knows one message by heart, and may lie about one field of it.
struct Parrot {
    port: u64,
    types: Option<&'static [&'static str]>,
}

const SHORT: &[u8] = b"BYE sip:h:9 SIP/2.0\r\nCSeq: 2 BYE\r\nExpires: 5\r\n\r\n";

impl Reader for Parrot {
    fn identity(&self, _: Class) -> Identity {
        Identity { name: "parrot", version: "1", backend: "", flags: "", work: "" }
    }

    fn types(&self) -> Option<&'static [&'static str]> {
        self.types
    }

    fn routing<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        (message == SHORT).then_some(())?;
        sink.element("start");
        sink.shown("method", "BYE");
        sink.text("scheme", b"SIP");
        sink.host(b"h");
        sink.number("port", self.port);
        sink.element("cseq");
        sink.text("method", b"BYE");
        sink.number("number", 2);
        sink.element("body");
        sink.number("len", 0);
        Some(())
    }

    fn typed<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        self.routing(message, sink)
    }
}

fn parrot(port: u64, types: Option<&'static [&'static str]>, class: Class) -> Box<dyn Engine> {
    Box::new(Reading::new(Parrot { port, types }, class))
}

#[test]
fn who_lies_about_one_field_does_not_agree() {
    let messages = [SHORT.to_vec(), b"BYE sip:h SIP/2.0\r\n\r\n".to_vec()];
    let (mut honest, mut liar) = (parrot(9, None, Class::Routing), parrot(8, None, Class::Routing));
    let checked = equal::check(&mut [&mut honest, &mut liar], &messages, Class::Routing);
    assert_eq!((checked.verdicts[0].rejects, checked.verdicts[0].differs), (1, 0));
    assert_eq!((checked.verdicts[1].rejects, checked.verdicts[1].differs), (1, 1));
    let first = checked.verdicts[1].first.as_deref().expect("a difference");
    assert_eq!(first, "message 0: \"start[0].port=8\", not \"start[0].port=9\"");
    assert_eq!(checked.verdicts[1].headers[0].0, "start");
    assert_eq!(checked.accepted, [SHORT.to_vec()]);

    let spec = Spec { rounds: 1, order: Order::Random, seed: 1 };
    let mut engines = vec![honest, liar];
    let rows = plan::whole(&mut engines, Class::Routing, "test", &messages, spec).rows;
    let agrees: Vec<Option<bool>> = rows.iter().map(|r| r.agrees).collect();
    assert_eq!(agrees, [Some(true), Some(false)]);
    assert!(rows.iter().all(|r| r.messages == 1 && r.rejects == 1 && r.ratio().is_none()), "{rows:?}");
}

#[test]
fn headers_left_untyped_are_told_not_hidden() {
    let messages = [SHORT.to_vec()];
    let mut some = parrot(9, Some(&["cseq"]), Class::Typed);
    let mut all = parrot(9, None, Class::Typed);
    let checked = equal::check(&mut [&mut some, &mut all], &messages, Class::Typed);
    assert_eq!(checked.verdicts[0].differs, 0);
    assert_eq!(checked.verdicts[0].undone, [("expires".to_owned(), 1)]);
    assert_eq!(checked.verdicts[0].elements, 4);
    assert_eq!(checked.verdicts[1].headers[0].0, "expires");
}

#[test]
fn the_checksum_is_over_what_was_compared() {
    let set = Set::new(&[SHORT]);
    let sum = |port| parrot(port, None, Class::Routing).run(&set, 0);
    assert_ne!(sum(9), 0);
    assert_ne!(sum(9), sum(8));
}

#[test]
fn the_reference_reads_every_workload() {
    for name in workload::ORDINARY {
        let messages = workload::load(name).expect("part of the project");
        for message in &messages {
            let Some(found) = reference::read(message, Class::Typed) else { continue };
            let emission = found.emission.expect("a class with fields");
            let of = |header: &str| emission.elements().iter().filter(|e| e.header == header).count();
            assert_eq!((of("start"), of("body")), (1, 1), "{name}");
            if name == "mix-1k" {
                let counts = (of("from"), of("to"), of("cseq"), of("call-id"), of("content-length"));
                assert_eq!(counts, (1, 1, 1, 1, 1), "{}", String::from_utf8_lossy(message));
                assert!(of("via") > 0);
            }
        }
    }
}

/// The test's C engine with other definitions; `None`, with a line, where there is no C compiler.
fn tiny(name: &str, flags: &[&str]) -> Option<Library> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/tiny.c");
    let folder = std::env::temp_dir().join(format!("simdsip-tiny-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let copy = folder.join(format!("tiny-{name}.c"));
    std::fs::copy(source, &copy).expect("the source is there");
    let built = native::build(&copy, flags);
    std::fs::remove_file(&copy).expect("just written");
    let object = match built {
        Err(why) if why.contains("does not run") => {
            eprintln!("skipped: {why}");
            return None;
        }
        built => built.expect("the engine compiles"),
    };
    let library = Library::load(&object);
    if name == "abi" {
        let error = library.expect_err("another ABI is refused");
        assert!(error.contains("has ABI 9, not 1"), "{error}");
        return None;
    }
    Some(library.expect("the engine loads"))
}

#[test]
fn an_engine_is_loaded_through_engine_h() {
    let message = b"INVITE sip:ab@h:5070;lr SIP/2.0\r\nTo: \"T \\\"x\\\"\" <sip:[2001:db8::1]>;tag=1\r\n\r\n";
    let messages = [message.to_vec(), b"BYE sip:h SIP/2.0\r\n\r\n".to_vec()];
    let Some(library) = tiny("good", &[]) else { return };
    let mut engines = library.engines();
    assert_eq!(engines.len(), 1);
    let identity = engines[0].identity();
    assert_eq!((identity.name, identity.version, identity.flags), ("tiny", "7", "test"));
    assert_eq!(engines[0].classes(), [Class::Typed]);
    assert_eq!(engines[0].types(), Some(vec!["to"]));
    let checked = equal::check(&mut [&mut engines[0]], &messages, Class::Typed);
    let verdict = &checked.verdicts[0];
    assert_eq!((verdict.rejects, verdict.differs), (1, 0), "{:?}", verdict.first);
    let set = Set::new(&messages);
    engines[0].prepare(&set);
    assert_ne!(engines[0].run(&set, 0), 0);
    assert_eq!(engines[0].run(&set, 1), 0);
    let rows = plan::whole(&mut engines, Class::Typed, "test", &messages, SPEC).rows;
    assert_eq!((rows[0].agrees, rows[0].allocs), (Some(true), Some(3.0)));

    let Some(library) = tiny("liar", &["-DTINY_HOST=\"g\""]) else { return };
    let checked = equal::check(&mut [&mut library.engines()[0]], &messages, Class::Typed);
    assert_eq!(checked.verdicts[0].differs, 1);
}

const SPEC: Spec = Spec { rounds: 1, order: Order::Random, seed: 1 };

#[test]
fn another_abi_and_no_engine_are_refused() {
    assert!(tiny("abi", &["-DTINY_ABI=9"]).is_none());
    let error = Library::load(Path::new("no such file.so")).expect_err("nothing there");
    assert!(error.starts_with("no such file.so: "), "{error}");
    let error =
        Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("engine.h")).expect_err("no object");
    assert!(error.contains("engine.h"), "{error}");
}
