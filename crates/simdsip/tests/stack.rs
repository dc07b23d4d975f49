//! How deep a call goes: at most 8 KiB of stack, measured on a stack of our own that was painted before.
#![cfg(all(target_os = "linux", feature = "std"))]

mod common;

use std::ffi::c_void;
use std::sync::Mutex;

use common::touch;
use simdsip::{Backend, Element, Frame, Framer, Index, Message, Parser, Policy, Role, Side};

const STACK: usize = 256 << 10;
const PAINT: u8 = 0xa5;

type Work<'w> = &'w mut dyn FnMut();

extern "C" fn run(work: *mut c_void) -> *mut c_void {
    // SAFETY: `depth` gives a pointer to its own `Work`, which it lends to nobody else until this thread is joined.
    let work = unsafe { &mut *work.cast::<Work<'_>>() };
    work();
    std::ptr::null_mut()
}

/// Bytes of stack that a thread used which did nothing but `work`.
fn depth(mut work: Work<'_>) -> usize {
    let (rw, private) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON);
    // SAFETY: a fresh anonymous mapping at an address of the kernel's choice touches nothing that exists.
    let stack = unsafe { libc::mmap(std::ptr::null_mut(), STACK, rw, private, -1, 0) };
    assert_ne!(stack, libc::MAP_FAILED);
    // SAFETY: all of the mapping is writable, and nobody uses it yet.
    unsafe { std::ptr::write_bytes(stack.cast::<u8>(), PAINT, STACK) };
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: the pointer is to room for attributes, which this call writes.
    let mut done = unsafe { libc::pthread_attr_init(attributes.as_mut_ptr()) };
    // SAFETY: the attributes are initialised; the stack is ours, aligned to a page and large enough.
    done |= unsafe { libc::pthread_attr_setstack(attributes.as_mut_ptr(), stack, STACK) };
    let mut thread: libc::pthread_t = 0;
    let argument = (&raw mut work).cast::<c_void>();
    // SAFETY: `run` reads `work`, which lives until the thread is joined below.
    done |= unsafe { libc::pthread_create(&raw mut thread, attributes.as_ptr(), run, argument) };
    assert_eq!(done, 0, "a thread with a stack of our own");
    // SAFETY: the thread was created just now and is joined once.
    let joined = unsafe { libc::pthread_join(thread, std::ptr::null_mut()) };
    assert_eq!(joined, 0);
    // SAFETY: the mapping is readable, and the thread that used it has ended.
    let left = unsafe { std::slice::from_raw_parts(stack.cast::<u8>(), STACK) };
    let untouched = left.iter().take_while(|&&byte| byte == PAINT).count();
    // SAFETY: the whole of our own mapping; `left` is not used any more.
    unsafe { libc::munmap(stack, STACK) };
    STACK - untouched
}

/// What `work` adds to what a thread uses that does nothing.
fn added(work: Work<'_>) -> usize {
    depth(work).saturating_sub(depth(&mut || {}))
}

#[test]
fn the_measure_sees_what_is_used() {
    let found = added(&mut || {
        std::hint::black_box([std::hint::black_box(0x5au8); 20_000]);
    });
    assert!((18_000..24_000).contains(&found), "{found}");
}

#[test]
fn no_call_takes_more_than_eight_kilobytes_of_stack() {
    let mut all = simdsip_corpus::messages();
    all.extend(simdsip_corpus::adversary::ADVERSARIES.iter().map(|hostile| simdsip_corpus::Entry {
        name: hostile.name.to_owned(),
        bytes: hostile.build(60_000),
    }));
    // Parts in parts, deeper than anybody looks.
    let mut nested = String::from("INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=b0\r\n\r\n");
    for depth in 0..100 {
        nested += &format!("--b{depth}\r\nc: multipart/mixed;boundary=b{}\r\n\r\n", depth + 1);
    }
    let index = Mutex::new(Index::new());
    let framer = Mutex::new(Framer::new(Parser::new(Policy::INTEROP), Side::Server));
    let mut deepest = [0; 4];
    for backend in Backend::available() {
        let parser = Parser::new(Policy::CAPTURE).with_backend(backend);
        let mut index = index.lock().expect("not poisoned");
        let parse = added(&mut || {
            for entry in &all {
                std::hint::black_box(parser.parse(&entry.bytes, &mut index).is_ok());
            }
        });
        let read = added(&mut || {
            for entry in &all {
                let message: Option<Message<'_>> = parser.parse(&entry.bytes, &mut index).ok();
                std::hint::black_box(message.map(|message| touch(&message)));
            }
        });
        let judge = added(&mut || {
            for bytes in all.iter().map(|entry| &entry.bytes[..]).chain([nested.as_bytes()]) {
                let Ok(message) = parser.parse(bytes, &mut index) else { continue };
                let verdict = message.validate(&Element::new(Role::Uas));
                std::hint::black_box((message.sdp_span(), verdict, message.describe()));
            }
        });
        let mut framer = framer.lock().expect("not poisoned");
        let frame = added(&mut || {
            for entry in &all {
                framer.reset();
                std::hint::black_box(matches!(framer.next(&entry.bytes), Frame::Message(_)));
            }
        });
        println!(
            "{backend}: parse {parse}, reading all {read}, judging {judge}, frame {frame} bytes of stack"
        );
        for (deepest, found) in deepest.iter_mut().zip([parse, read, judge, frame]) {
            *deepest = found.max(*deepest);
        }
    }
    assert!(deepest.iter().all(|&bytes| bytes <= 8 << 10), "{deepest:?}");
}

#[test]
fn offers_and_answers_take_no_more_than_eight_kilobytes_of_stack() {
    use simdsip::sdp::offer::{Agreement, Codec, Local, Party, Stream};
    use simdsip::sdp::{Address, Sdp, SdpIndex};

    let codecs = [Codec::PCMU, Codec::PCMA, Codec::new(31, b"H261", 90_000)];
    let streams = [Stream::rtp(b"audio", 4_000, &codecs), Stream::rtp(b"video", 4_002, &codecs)];
    let local = Local::new(b"-", 1, Address::Host(b"h"), &streams);
    let mut deepest = [0; 4];
    for path in simdsip_corpus::files(&simdsip_corpus::root().join("sdp")) {
        let bytes = std::fs::read(&path).expect("readable");
        let [mut theirs, mut ours] = [(); 2].map(|()| SdpIndex::new());
        let (mut room, mut other) = (vec![0; 4_096], vec![0; 4_096]);
        let offer = Sdp::parse(&bytes, &mut theirs).expect("an example");
        deepest[0] = added(&mut || _ = local.answer(&offer, &mut room[..])).max(deepest[0]);
        let Ok(answer) = local.answer(&offer, &mut room[..]) else { continue };
        let answer = Sdp::parse(answer, &mut ours).expect("ours");
        let agree = || Agreement::new(&offer, &answer, Party::Answerer, &mut |_| true);
        deepest[1] = added(&mut || assert!(agree().is_ok())).max(deepest[1]);
        let agreement = agree().expect("ours");
        deepest[2] = added(&mut || {
            std::hint::black_box(agreement.streams().map(|stream| stream.formats().count()).sum::<usize>());
        })
        .max(deepest[2]);
        let mut again = local;
        again.previous = Some(answer);
        deepest[3] = added(&mut || _ = again.offer(&mut other[..])).max(deepest[3]);
    }
    println!("answer, agreement, what was agreed, offer: {deepest:?} bytes of stack");
    assert!(deepest.iter().all(|depth| (1..=8 << 10).contains(depth)), "{deepest:?}");
}
