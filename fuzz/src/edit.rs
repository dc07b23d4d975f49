//! What must hold of edits, whatever the message and whatever is asked.

use simdsip::edit::{GrowRoom, Lists, Names, Settled, Splices, Style};
use simdsip::{Error, ErrorKind, GrowIndex, HeaderName, Limits, Message, Patch};
use simdsip_corpus::rng::Rng;

use crate::CAPTURE;

fn rng(asked: &[u8]) -> Rng {
    Rng::new(asked.iter().fold(7, |seed, &byte| seed << 8 | u64::from(byte)))
}

/// Edits by offset, apart from each other: the result is what is between them and what they put in.
pub fn assert_splices(asked: &[u8], input: &[u8]) {
    let (mut rng, mut room) = (rng(asked), GrowRoom::new());
    let mut places: Vec<usize> = (0..2 * rng.below(6)).map(|_| rng.below(input.len() + 1)).collect();
    places.sort_unstable();
    let mut list: Vec<_> =
        places.chunks(2).map(|place| (place[0]..place[1], vec![b'x'; rng.below(40)])).collect();
    let (mut expected, mut at) = (Vec::new(), 0);
    for (range, text) in &list {
        expected.extend_from_slice(&input[at..range.start]);
        expected.extend_from_slice(text);
        at = range.end;
    }
    expected.extend_from_slice(&input[at..]);
    let mut edits = Splices::new(&mut room, 0..input.len()).expect("a short input");
    // Insertions at one place come in their order; all else in any.
    if list.windows(2).all(|pair| pair[0].0.end < pair[1].0.start) {
        rng.shuffle(&mut list);
    }
    for (range, text) in &list {
        edits.replace(range.clone(), &[text]).expect("within the input");
    }
    assert_eq!(every_way(edits.settle().expect("apart"), input), expected);
}

/// The result, the same in all ways to get it.
fn every_way(settled: Settled<'_>, input: &[u8]) -> Vec<u8> {
    let edited = settled.of(input).expect("the same input");
    let all = edited.to_vec();
    assert_eq!(edited.len(), all.len());
    assert!(edited.pieces().flatten().eq(&all));
    let mut copy = vec![0; all.len()];
    assert_eq!(edited.write_to(&mut copy), Ok(all.len()));
    assert_eq!(copy, all);
    let mut buffer = input.to_vec();
    if let Err(Error { kind: ErrorKind::Room, at }) = settled.in_place(&mut buffer) {
        buffer.resize(at, 0);
    }
    let mut buffer = if buffer.len() == input.len() { input.to_vec() } else { buffer };
    let made = settled.in_place(&mut buffer).expect("there is room");
    assert_eq!(buffer[made], all);
    all
}

/// Asks for a few changes.
fn ask<'b>(patch: &mut Patch<'b, '_, '_>, message: &Message<'b>, asked: &[u8]) -> [usize; 3] {
    let [mut pushed, mut popped, mut added] = [0; 3];
    for byte in asked {
        match byte % 12 {
            0 => pushed += usize::from(patch.push_via(&[b"SIP/2.0/UDP h;branch=", b"z9hG4bK1"]).is_ok()),
            1 => popped += usize::from(patch.pop_via().is_ok_and(|popped| popped.is_some())),
            2 => _ = patch.set_source(([192, 0, 2, 1], 5060).into()),
            3 => _ = patch.decrement_max_forwards(),
            4 => _ = patch.set_request_uri(b"sip:new@h.example"),
            5 => _ = patch.pop_route(),
            6 => _ = patch.route_strictly(),
            7 => added += usize::from(patch.add_last(b"X-Fuzz-Added", &[b"1"]).is_ok()),
            8 => _ = patch.set(b"Subject", &[b"new"]),
            9 => _ = patch.retain(b"Supported", |tag| tag.len() % 2 == 0),
            10 => _ = patch.remove(b"Contact"),
            _ => {
                assert_eq!(patch.add_first(b"X", &[b"a\r\nEvil: 1"]).unwrap_err().kind, ErrorKind::Text);
                let first = message.headers().next();
                first.map(|field| patch.set_field(&field, &[b"a\nb"]).unwrap_err());
            }
        }
    }
    [pushed, popped, added]
}

/// Lines that no change was asked of.
fn untouched<'m>(message: &'m Message<'_>) -> impl Iterator<Item = &'m [u8]> {
    use HeaderName::{Contact, ContentLength, MaxForwards, Route, Subject, Supported, Via};
    let touched = [Via, Route, MaxForwards, Subject, Supported, Contact, ContentLength];
    let kept = message.headers().filter(move |field| !touched.contains(&field.id()));
    kept.filter(|field| field.name() != b"X-Fuzz-Added").map(|field| field.line())
}

/// Changes of a message, as `asked`.
pub fn assert_patched(asked: &[u8], input: &[u8], message: &Message<'_>) {
    let (mut room, mut index) = (GrowRoom::new(), GrowIndex::new());
    let Ok(patch) = Patch::new(message, &mut room) else { return };
    let mut patch = patch.with_limits(&Limits::unlimited());
    let [pushed, popped, added] = ask(&mut patch, message, asked);
    if asked.first().is_some_and(|byte| byte & 0x80 != 0) {
        patch.fix_content_length();
    }
    let result = patch.finish().expect("changes of fields do not cross").to_vec();
    assert_eq!(patch.finish().expect("again").to_vec(), result);
    let mut edits = patch.into_splices().expect("as before");
    assert_eq!(every_way(edits.settle().expect("settled"), input), result);
    let after = CAPTURE.parse_growing(&result, &mut index).expect("still a message");
    assert!(
        untouched(message).eq(untouched(&after)),
        "{} became {}",
        input.escape_ascii(),
        result.escape_ascii()
    );
    assert!(result.ends_with(message.body()));
    let vias = |message: &Message<'_>| message.list::<simdsip::typed::Via>().count();
    assert_eq!(vias(&after), vias(message) + pushed - popped);
    let before = message.fields_named(b"X-Fuzz-Added").count();
    assert_eq!(after.fields_named(b"X-Fuzz-Added").count(), before + added);
    if asked.first().is_some_and(|byte| byte & 0x80 != 0) {
        assert_eq!(after.content_length(), Ok(Some(message.body().len() as u64)));
    }
    restyled(message, input);
}

/// One element a line: as many fields as elements.
fn restyled(message: &Message<'_>, input: &[u8]) {
    let (mut room, mut index) = (GrowRoom::new(), GrowIndex::new());
    let mut style = Style::default();
    (style.names, style.lists) = (Names::Canonical, Lists::OneALine);
    let patch = Patch::new(message, &mut room).expect("as before").with_style(style);
    let result = patch.with_limits(&Limits::unlimited()).finish().expect("apart").to_vec();
    let after = CAPTURE.parse_growing(&result, &mut index).expect("still a message");
    let routes = |message: &Message<'_>| message.list::<simdsip::typed::Route>().count();
    assert_eq!(routes(&after), routes(message), "{}", input.escape_ascii());
    assert_eq!(after.body(), message.body());
}
