//! Nothing allocates but what says so: `Owned`, the growing index, and joining folds in a `Vec`.
#![cfg(feature = "std")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write;
use std::io::IoSlice;

use common::probe::probe;
use common::touch;
use simdsip::edit::EditRoom;
use simdsip::{
    Backend, Builder, DefectCode, Frame, Framer, GrowIndex, HeaderName, Index, Parser, Patch, Policy, Side,
};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // Threads that end allocate too, when there is no counter any more.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes on to `System` with the same arguments; counting touches a thread's own cell only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        count();
        // SAFETY: as above; `old` came from `System`, as all blocks do.
        unsafe { System.realloc(old, layout, len) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: `old` came from `System` with this layout.
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often this thread allocated in `work`.
fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let before = COUNT.get();
    std::hint::black_box(work());
    COUNT.get() - before
}

/// Text into a place on the stack.
struct Fixed {
    room: [u8; 512],
    len: usize,
}

impl Write for Fixed {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = (self.len + text.len()).min(self.room.len());
        self.room[self.len..end].copy_from_slice(&text.as_bytes()[..end - self.len]);
        self.len = end;
        Ok(())
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| Box::new([1u8; 100])), 1);
    assert_eq!(allocations(|| 1 + 1), 0);
}

#[test]
fn parsing_and_every_view_allocate_nothing() {
    let all = simdsip_corpus::messages();
    for policy in [Policy::STRICT, Policy::INTEROP, Policy::CAPTURE] {
        let parser = Parser::new(policy);
        for backend in Backend::available() {
            let parser = parser.with_backend(backend);
            let mut index = Index::new();
            let found = allocations(|| {
                let mut sum = 0;
                for entry in &all {
                    match parser.parse(&entry.bytes, &mut index) {
                        Ok(message) if backend == Backend::SCALAR => sum += touch(&message),
                        Ok(message) => sum += message.headers().len(),
                        Err(error) => sum += error.at,
                    }
                }
                sum
            });
            assert_eq!(found, 0, "{backend}");
        }
    }
}

/// Every type of header, every value by its shape, URIs, parameters, defects, verdicts, keys and the description.
#[test]
fn typed_views_and_what_follows_from_them_allocate_nothing() {
    let all = simdsip_corpus::messages();
    let parser = Parser::new(Policy::CAPTURE);
    let mut index = Index::<256>::sized();
    let mut count = 0;
    let found = allocations(|| {
        let mut sum = 0;
        for entry in &all {
            if let Ok(message) = parser.parse(&entry.bytes, &mut index) {
                sum ^= probe(&message);
                count += 1;
            }
        }
        sum
    });
    assert_eq!(found, 0);
    assert!(count > 3_000, "{count} messages");
}

#[test]
fn making_parser_index_and_framer_allocates_nothing() {
    // The first asks the processor, and the standard library may keep the answer.
    let _ = Backend::detect();
    assert_eq!(allocations(|| Parser::new(Policy::INTEROP)), 0);
    assert_eq!(allocations(Index::new), 0);
    assert_eq!(allocations(|| Framer::new(Parser::default(), Side::Server)), 0);
    assert_eq!(allocations(GrowIndex::new), 0);
}

#[test]
fn framing_allocates_nothing() {
    let stream = simdsip_corpus::stream::stream_mix().expect("the stream is made from mix-1k");
    let mut buffer = vec![0; stream.bytes.len()];
    buffer.copy_from_slice(&stream.bytes);
    let found = allocations(|| {
        let mut framer = Framer::new(Parser::default(), Side::Server);
        let (mut from, mut count, mut sum) = (0, 0, 0);
        for &end in &stream.ends {
            loop {
                let frame = framer.next(&buffer[from..end]);
                match &frame {
                    Frame::Need(_) => break,
                    Frame::Message(message) => {
                        sum += touch(message);
                        count += 1;
                    }
                    other => panic!("{other:?}"),
                }
                from += frame.consumed();
            }
        }
        assert_eq!(count, stream.message_ends.len());
        sum
    });
    assert_eq!(found, 0);
    let broken = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n";
    assert_eq!(
        allocations(|| matches!(
            Framer::new(Parser::default(), Side::Server).next(broken),
            Frame::Fatal { .. }
        )),
        0
    );
}

#[test]
fn errors_defects_and_names_are_told_without_allocating() {
    let folded = b"OPTIONS sip:a SIP/2.0\r\nSubject: one\r\n two \xff\r\nl : 9\r\n\r\n";
    let mut index = Index::new();
    let found = allocations(|| {
        let mut out = Fixed { room: [0; 512], len: 0 };
        for bytes in [
            &b""[..],
            b"GET / HTTP/1.1\r\n\r\n",
            b"SIP/2.0 x\r\n\r\n",
            b"OPTIONS sip:a SIP/2.0\r\nno colon\r\n\r\n",
        ] {
            out.len = 0;
            let error = Parser::default().parse(bytes, &mut index).unwrap_err();
            write!(out, "{error}").unwrap();
            assert!(out.len > 20);
        }
        for code in DefectCode::all() {
            out.len = 0;
            write!(out, "{} {} {}", code.as_str(), code.rfc(), code.message()).unwrap();
        }
        let message = Parser::default().parse(folded, &mut index).unwrap();
        out.len = 0;
        write!(out, "{}", message.field(HeaderName::Subject).unwrap().unfolded()).unwrap();
        assert_eq!(&out.room[..out.len], "one two \u{fffd}".as_bytes());
        write!(out, "{} {message:?}", message.method().unwrap()).unwrap();
    });
    assert_eq!(found, 0);
}

#[test]
fn only_what_says_so_allocates() {
    let bytes = &simdsip_corpus::workload("mix-1k")[0];
    let parser = Parser::default();
    let mut index = GrowIndex::new();
    let first =
        allocations(|| parser.parse_growing(bytes, &mut index).map(|message| message.headers().len()));
    assert!(first > 0);
    let again =
        allocations(|| parser.parse_growing(bytes, &mut index).map(|message| message.headers().len()));
    assert_eq!(again, 0, "a growing index keeps its room");
    assert!(allocations(|| parser.parse_owned(&bytes[..]).is_ok()) > 0);
    let folded = b"OPTIONS sip:a SIP/2.0\r\nSubject: one\r\n two\r\n\r\n";
    let mut index = Index::new();
    let message = parser.parse(folded, &mut index).unwrap();
    let subject = message.field(HeaderName::Subject).unwrap();
    assert!(allocations(|| subject.unfolded().append_to(&mut Vec::new())) > 0);
    let mut roomy = Vec::with_capacity(64);
    assert_eq!(allocations(|| subject.unfolded().append_to(&mut roomy)), 0);
    assert_eq!(roomy, b"one two");
}

/// What a proxy changes, into a buffer, as slices and in place; what a server answers.
#[test]
fn patching_and_building_allocate_nothing() {
    let messages = simdsip_corpus::workload("mix-1k");
    let parser = Parser::default();
    let (mut index, mut room) = (Index::new(), EditRoom::new());
    let mut buffer = vec![0; 70_000];
    let source = "[2001:db8::9]:5061".parse().expect("an address");
    let mut done = [0; 2];
    let found = allocations(|| {
        for bytes in &messages {
            let Ok(message) = parser.parse(bytes, &mut index) else { continue };
            let mut patch = Patch::new(&message, &mut room).expect("whole");
            let changed = patch
                .set_source(source)
                .and_then(|()| patch.push_via(&[b"SIP/2.0/UDP p.example;branch=z9hG4bK", b"1"]))
                .and_then(|()| patch.decrement_max_forwards())
                .and_then(|_| patch.pop_via())
                .and_then(|_| patch.pop_route())
                .and_then(|_| patch.push_record_route(&[b"<sip:p.example;lr>"]))
                .and_then(|()| patch.retain(b"Supported", |tag| tag.len() > 4))
                .and_then(|_| patch.set(b"Server", &[b"simdsip"]))
                .and_then(|()| patch.set_body(b"text/plain", b"another"));
            if changed.is_err() {
                continue;
            }
            let edited = patch.finish().expect("apart");
            let mut slices = [IoSlice::new(&[]); 64];
            let len = edited.write_to(&mut buffer).expect("room");
            assert_eq!(
                edited.io_slices(&mut slices).map(|all| all.iter().map(|one| one.len()).sum()),
                Ok(len)
            );
            buffer[..bytes.len()].copy_from_slice(bytes);
            let mut edits = patch.into_splices().expect("as before");
            assert_eq!(
                edits.settle().and_then(|edits| edits.in_place(&mut buffer)).map(|made| made.len()),
                Ok(len)
            );
            done[0] += 1;
            let response = Builder::response(&mut buffer[..], &message, 200, b"OK", b"tag");
            let Ok(mut response) = response else { continue };
            response.header(b"Contact", &[b"<sip:me@h.example>"]).expect("a contact");
            response.body(b"text/plain", b"yes").expect("room");
            done[1] += 1;
        }
    });
    assert_eq!(found, 0);
    assert!(done[0] > 900 && done[1] > 300, "{done:?}");
}

#[test]
fn offers_and_answers_allocate_nothing() {
    use simdsip::sdp::offer::{Agreement, Codec, Local, Party, Stream, check_offer};
    use simdsip::sdp::{Address, Sdp, SdpIndex};

    let codecs = [Codec::PCMU, Codec::PCMA, Codec::new(31, b"H261", 90_000)];
    let streams = [Stream::rtp(b"audio", 4_000, &codecs), Stream::rtp(b"video", 4_002, &codecs)];
    let local = Local::new(b"-", 1, Address::Host(b"h"), &streams);
    let files = simdsip_corpus::files(&simdsip_corpus::root().join("sdp"));
    let offers: Vec<Vec<u8>> = files.iter().map(|path| std::fs::read(path).expect("readable")).collect();
    let [mut theirs, mut ours, mut later] = [(); 3].map(|()| SdpIndex::new());
    let [mut room, mut other] = [[0; 4_096]; 2];
    let mut done = 0;
    let found = allocations(|| {
        for bytes in &offers {
            let offer = Sdp::parse(bytes, &mut theirs).expect("an example");
            let Ok(answer) = local.answer(&offer, &mut room[..]) else { continue };
            let answer = Sdp::parse(answer, &mut ours).expect("ours");
            let agreement = Agreement::new(&offer, &answer, Party::Answerer, &mut |_| true).expect("ours");
            done += agreement.streams().map(|stream| stream.formats().count()).sum::<usize>();
            let mut again = local;
            again.previous = Some(answer);
            let Ok(next) = again.offer(&mut other[..]) else { continue };
            let next = Sdp::parse(next, &mut later).expect("ours");
            done += usize::from(check_offer(&answer, &next, &mut |_| true).is_ok());
        }
    });
    assert!(done > 30, "{done}");
    assert_eq!(found, 0);
}
