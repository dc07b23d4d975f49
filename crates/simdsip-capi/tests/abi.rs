//! What the ABI promises: arguments that make no sense, structs of other sizes, memory anywhere, streams, threads.
//!
//! Calls the functions as C does; walk.rs looks at what they say.

#![allow(clippy::multiple_unsafe_ops_per_block, reason = "calls in a row, as C makes them, of one proof")]

use std::ffi::{CStr, c_char, c_void};
use std::mem::{size_of, zeroed};
use std::ptr::{null, null_mut};

use simdsip_capi::*;

/// A struct of zeros that says its size.
macro_rules! sized {
    ($name:ident) => {{
        let mut value: $name = zeros();
        value.struct_size = size_of::<$name>();
        value
    }};
}

fn zeros<T: Copy>() -> T {
    // SAFETY: used above alone, for structs of integers, pointers and spans, of which zeros are a value.
    unsafe { zeroed() }
}

fn span(text: &[u8]) -> simdsip_span {
    simdsip_span { ptr: text.as_ptr().cast(), len: text.len() }
}

/// A parser in memory of its own.
struct Held {
    _memory: Vec<u8>,
    parser: *mut simdsip_parser,
}

fn held(options: Option<&simdsip_options>) -> Held {
    let options = options.map_or(null(), std::ptr::from_ref);
    // SAFETY: NULL, or options that live as long as this call.
    let mut memory = vec![0xaa; unsafe { simdsip_parser_size(options) }];
    let mut parser = null_mut();
    // SAFETY: the memory is as long as it says and is kept beside the parser.
    let status = unsafe { simdsip_init(memory.as_mut_ptr().cast(), memory.len(), options, &mut parser) };
    assert_eq!(status, SIMDSIP_OK);
    Held { _memory: memory, parser }
}

fn parse(held: &Held, bytes: &[u8]) -> (i32, simdsip_error) {
    let mut error = sized!(simdsip_error);
    // SAFETY: a parser of `held`, bytes that the caller keeps.
    let status = unsafe { simdsip_parse(held.parser, bytes.as_ptr().cast(), bytes.len(), &mut error) };
    (status, error)
}

const OPTIONS: &[u8] = b"OPTIONS sip:bob@biloxi.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\
    Max-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>\r\nCall-ID: 1@h\r\nCSeq: 7 OPTIONS\r\n\
    Content-Length: 0\r\n\r\n";

#[test]
fn null_and_nonsense_are_errors() {
    let good = held(None);
    assert_eq!(parse(&good, OPTIONS).0, SIMDSIP_OK);
    let parser = good.parser;
    let mut memory = [0u8; 4096];
    let mut out = null_mut();
    let mut error = sized!(simdsip_error);
    let (mut via, mut cseq, mut uri) =
        (sized!(simdsip_via_parts), sized!(simdsip_cseq_parts), sized!(simdsip_uri_parts));
    let mut message = sized!(simdsip_message);
    let bytes = OPTIONS.as_ptr().cast::<c_char>();
    // SAFETY: every pointer is NULL, or good for what is said beside it; sizes too small are refused before use.
    unsafe {
        assert_eq!(simdsip_init(null_mut(), 4096, null(), &mut out), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_init(memory.as_mut_ptr().cast(), 4096, null(), null_mut()), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_init(memory.as_mut_ptr().cast(), 100, null(), &mut out), SIMDSIP_ROOM);
        assert_eq!(simdsip_parse(null_mut(), bytes, 4, &mut error), SIMDSIP_ARGUMENT);
        assert_eq!(
            simdsip_parse(memory.as_mut_ptr().cast(), bytes, 4, &mut error),
            SIMDSIP_ARGUMENT,
            "no parser"
        );
        assert_eq!(simdsip_parse(parser, null(), 4, &mut error), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_parse(parser, bytes, usize::MAX, &mut error), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_parse(parser, null(), 0, null_mut()), SIMDSIP_REJECTED, "nothing at all");
        assert_eq!(simdsip_via(parser, 0, &mut via, &mut error), SIMDSIP_MISUSE, "no message");
        assert_eq!(simdsip_header_count(parser), 0);
        assert_eq!(simdsip_parse(parser, bytes, OPTIONS.len(), null_mut()), SIMDSIP_OK);
        assert_eq!(simdsip_via(parser, 0, null_mut(), null_mut()), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_via(parser, 1, &mut via, null_mut()), SIMDSIP_ABSENT);
        assert_eq!(simdsip_message(parser, &mut message), SIMDSIP_OK);
        assert_eq!(
            (message.kind, message.method_id, message.status),
            (SIMDSIP_REQUEST, SIMDSIP_METHOD_OPTIONS, 0)
        );
        for wrong in [0, 7, size_of::<simdsip_cseq_parts>() - 1] {
            cseq.struct_size = wrong;
            assert_eq!(simdsip_cseq(parser, &mut cseq, null_mut()), SIMDSIP_ARGUMENT);
        }
        assert_eq!(simdsip_uri(parser, span(b""), &mut uri, &mut error), SIMDSIP_MALFORMED);
        assert_eq!(
            simdsip_uri(parser, simdsip_span { ptr: null(), len: 3 }, &mut uri, &mut error),
            SIMDSIP_ARGUMENT
        );
        assert_eq!(simdsip_uri(parser, span(b"sip:"), &mut uri, &mut error), SIMDSIP_MALFORMED);
        assert_eq!(error.at, 4, "within a text that is no part of the message");
        assert_eq!(
            simdsip_name_addr(parser, SIMDSIP_HEADER_CSEQ, 0, null_mut(), null_mut()),
            SIMDSIP_ARGUMENT
        );
        assert_eq!(simdsip_name_addr(parser, 4_000, 0, null_mut(), null_mut()), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_number(parser, SIMDSIP_HEADER_VIA, null_mut(), null_mut()), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_number(parser, SIMDSIP_HEADER_EXPIRES, &mut 0, null_mut()), SIMDSIP_ABSENT);
        assert_eq!(simdsip_framer_next(parser, bytes, 4, &mut sized!(simdsip_frame)), SIMDSIP_MISUSE);
        assert_eq!(simdsip_framer_reset(parser), SIMDSIP_MISUSE);
        let element = simdsip_element { role: 9, ..sized!(simdsip_element) };
        let mut given = sized!(simdsip_verdict_given);
        assert_eq!(simdsip_verdict(parser, &element, &mut given), SIMDSIP_ARGUMENT);
        let tags = vec![span(b"x"); SIMDSIP_LIST_MAX + 1];
        let element = simdsip_element {
            role: SIMDSIP_ROLE_UAS,
            option_tags: tags.as_ptr(),
            option_tag_count: tags.len(),
            ..sized!(simdsip_element)
        };
        assert_eq!(simdsip_verdict(parser, &element, &mut given), SIMDSIP_ARGUMENT);
        let (mut key, mut len) = ([0 as c_char; 4], 0);
        let status = simdsip_txn_key(parser, SIMDSIP_KEY_SERVER, key.as_mut_ptr(), 4, &mut len, null_mut());
        assert!(status == SIMDSIP_ROOM && len > 4);
        assert_eq!(simdsip_txn_key(parser, 77, key.as_mut_ptr(), 4, &mut len, null_mut()), SIMDSIP_ARGUMENT);
    }
    for (kind, name) in
        [(0, c"unknown"), (22, c"via"), (32, c"request"), (46, c"unknown"), (u32::MAX, c"unknown")]
    {
        // SAFETY: a string of the library's.
        assert_eq!(unsafe { CStr::from_ptr(simdsip_error_name(kind)) }, name);
    }
}

/// Options that make no sense have no size; those that do refuse and allow.
#[test]
fn options_mean_what_they_say() {
    let lf = b"OPTIONS sip:a SIP/2.0\nl: 0\n\n";
    for policy in [SIMDSIP_POLICY_BORDER, SIMDSIP_POLICY_STRICT] {
        let mut options = simdsip_options { policy, ..sized!(simdsip_options) };
        let (status, error) = parse(&held(Some(&options)), lf);
        assert_eq!(
            (status, error.kind, error.detail),
            (SIMDSIP_REJECTED, SIMDSIP_ERROR_REFUSED, SIMDSIP_DEFECT_BARE_LF)
        );
        let allow = [SIMDSIP_DEFECT_BARE_LF as u8];
        (options.allow, options.allow_count) = (allow.as_ptr(), 1);
        assert_eq!(parse(&held(Some(&options)), lf).0, SIMDSIP_OK);
    }
    let refuse = [SIMDSIP_DEFECT_BARE_LF as u8];
    let options = simdsip_options { refuse: refuse.as_ptr(), refuse_count: 1, ..sized!(simdsip_options) };
    assert_eq!(parse(&held(Some(&options)), lf).0, SIMDSIP_REJECTED);

    let limited = simdsip_options { message_len: 20, ..sized!(simdsip_options) };
    let (_, error) = parse(&held(Some(&limited)), lf);
    assert_eq!((error.kind, error.detail, error.at), (SIMDSIP_ERROR_LIMIT, SIMDSIP_LIMIT_MESSAGE, 20));
    let many =
        [&b"OPTIONS sip:a SIP/2.0\r\n"[..], &b"Route: <sip:b>\r\n".repeat(300), b"l: 0\r\n\r\n"].concat();
    assert_eq!(parse(&held(None), &many).1.detail, SIMDSIP_LIMIT_INDEX);
    let roomy = simdsip_options { header_count: 400, ..sized!(simdsip_options) };
    assert_eq!(parse(&held(Some(&roomy)), &many).0, SIMDSIP_OK);

    let bad = [200u8];
    for nonsense in [
        simdsip_options { policy: 9, ..sized!(simdsip_options) },
        simdsip_options { side: 9, ..sized!(simdsip_options) },
        simdsip_options { header_count: 100_000, ..sized!(simdsip_options) },
        simdsip_options { refuse: bad.as_ptr(), refuse_count: 1, ..sized!(simdsip_options) },
        simdsip_options { allow_count: 1, ..sized!(simdsip_options) },
        simdsip_options { struct_size: 8, ..sized!(simdsip_options) },
    ] {
        // SAFETY: options of ours, whose lists are NULL or as long as they say.
        assert_eq!(unsafe { simdsip_parser_size(&nonsense) }, 0);
    }
}

/// A parser may begin at any byte of its memory.
#[test]
fn memory_may_begin_anywhere() {
    // SAFETY: NULL means the defaults.
    let size = unsafe { simdsip_parser_size(null()) };
    assert!(size < 2_048, "{size}");
    let patch = simdsip_patch_size(0, 0);
    assert!(patch < 3_072, "{patch}");
    for skip in 0..16 {
        let mut memory = vec![0x55u8; size + patch + 32];
        let (mut parser, mut edits) = (null_mut(), null_mut());
        let from = memory.as_mut_ptr().wrapping_add(skip).cast::<c_void>();
        let behind = memory.as_mut_ptr().wrapping_add(skip + size).cast::<c_void>();
        let mut len = 0;
        // SAFETY: both pieces are within the memory, apart from each other, and as long as is said.
        unsafe {
            assert_eq!(simdsip_init(from, size, null(), &mut parser), SIMDSIP_OK);
            assert_eq!(simdsip_patch_init(behind, patch, 0, &mut edits), SIMDSIP_OK);
            assert_eq!(simdsip_parse(parser, OPTIONS.as_ptr().cast(), OPTIONS.len(), null_mut()), SIMDSIP_OK);
            assert_eq!(simdsip_patch_begin(edits, parser, null_mut()), SIMDSIP_OK);
            let text = vec![b'x'; 1_000];
            assert_eq!(simdsip_patch_set(edits, span(b"X-Text"), span(&text), null_mut()), SIMDSIP_OK);
            assert_eq!(simdsip_patch_len(edits, &mut len, null_mut()), SIMDSIP_OK);
        }
        assert_eq!(len, OPTIONS.len() + 1_010);
        assert!(memory[..skip].iter().chain(&memory[skip + size + patch..]).all(|&byte| byte == 0x55));
    }
}

/// Programs and libraries of different age: fields that one side does not know are neither written nor read.
#[test]
fn structs_of_other_sizes() {
    #[repr(C)]
    struct Newer {
        frame: simdsip_cseq_parts,
        added: [usize; 3],
    }
    let held = held(None);
    parse(&held, OPTIONS);
    let mut newer = Newer { frame: sized!(simdsip_cseq_parts), added: [7; 3] };
    newer.frame.struct_size = size_of::<Newer>() - size_of::<usize>();
    // SAFETY: the struct is longer than it says.
    let status = unsafe { simdsip_cseq(held.parser, (&raw mut newer).cast(), null_mut()) };
    assert_eq!((status, newer.frame.number), (SIMDSIP_OK, 7));
    assert_eq!(newer.frame.struct_size, size_of::<Newer>() - size_of::<usize>());
    assert_eq!(
        newer.added,
        [0, 0, 7],
        "what the library does not know is zero, what is behind is not touched"
    );

    #[repr(C)]
    struct NewerDefect {
        defect: simdsip_defect,
        added: usize,
    }
    let odd = b"BYE sip:b SIP/2.0\r\nMax-Forwards: x\r\n\r\n";
    assert_eq!(parse(&held, odd).0, SIMDSIP_OK);
    let mut array: [NewerDefect; 8] =
        std::array::from_fn(|_| NewerDefect { defect: sized!(simdsip_defect), added: 7 });
    array[0].defect.struct_size = size_of::<NewerDefect>();
    let mut count = 0;
    // SAFETY: eight elements of the size that the first says.
    let status = unsafe { simdsip_defects(held.parser, (&raw mut array).cast(), 8, &mut count) };
    assert!(status == SIMDSIP_OK && count > 1);
    assert!(array[..count].iter().all(|it| it.added == 0 && it.defect.code != 0 && it.defect.class_id != 0));
    assert!(array[count..].iter().all(|it| it.added == 7));
}

#[test]
fn a_patch_knows_its_message() {
    let (held, other) = (held(None), [OPTIONS, b"surplus"].concat());
    let mut memory = vec![0u8; simdsip_patch_size(4, 64)];
    let mut patch = null_mut();
    let (mut len, mut count, mut left) = (0, 0, 0);
    let mut error = sized!(simdsip_error);
    // SAFETY: memory as long as it says; everything outlives the patch.
    unsafe {
        assert_eq!(simdsip_patch_init(memory.as_mut_ptr().cast(), 50, 4, &mut patch), SIMDSIP_ROOM);
        assert_eq!(simdsip_patch_init(memory.as_mut_ptr().cast(), memory.len(), 4, &mut patch), SIMDSIP_OK);
        assert_eq!(simdsip_patch_len(patch, &mut len, null_mut()), SIMDSIP_MISUSE, "no message yet");
        assert_eq!(simdsip_patch_begin(patch, held.parser, null_mut()), SIMDSIP_MISUSE);
        parse(&held, OPTIONS);
        assert_eq!(simdsip_patch_begin(patch, held.parser, null_mut()), SIMDSIP_OK);
        assert_eq!(simdsip_patch_decrement_max_forwards(patch, &mut left, null_mut()), SIMDSIP_OK);
        assert_eq!(left, 69);
        assert_eq!(simdsip_patch_push_via(patch, span(b"a\r\nX: y"), &mut error), SIMDSIP_REJECTED);
        assert_eq!((error.kind, error.at), (SIMDSIP_ERROR_TEXT, 1));
        assert_eq!(
            simdsip_patch_add_last(patch, span(b"X"), span(&[b'x'; 99]), &mut error),
            SIMDSIP_REJECTED
        );
        assert_eq!((error.kind, error.detail), (SIMDSIP_ERROR_LIMIT, SIMDSIP_LIMIT_EDIT_TEXT));
        assert_eq!(simdsip_patch_remove(patch, span(b"i"), &mut count, null_mut()), SIMDSIP_OK);
        assert_eq!(count, 1);
        assert_eq!(simdsip_patch_len(patch, &mut len, null_mut()), SIMDSIP_OK);
        assert_eq!(len, OPTIONS.len() - "Call-ID: 1@h\r\n".len());
        parse(&held, &other);
        assert_eq!(simdsip_patch_len(patch, &mut len, null_mut()), SIMDSIP_MISUSE, "the message has gone");
        assert_eq!(simdsip_patch_begin(patch, held.parser, null_mut()), SIMDSIP_OK);
        assert_eq!(simdsip_patch_len(patch, &mut len, null_mut()), SIMDSIP_OK);
    }
    assert_eq!(len, OPTIONS.len());
}

/// Memory that is used for another parser is another parser, even if all else is the same.
#[test]
fn a_patch_of_a_parser_that_was_does_not_go_on() {
    let mut memory = vec![0u8; 4_096];
    let mut room = vec![0u8; simdsip_patch_size(0, 0)];
    let (mut patch, mut parser, mut len) = (null_mut(), null_mut(), 0);
    let mut once = |parser: &mut *mut simdsip_parser| {
        // SAFETY: memory as long as it says, which outlives the parser.
        unsafe {
            assert_eq!(simdsip_init(memory.as_mut_ptr().cast(), memory.len(), null(), parser), SIMDSIP_OK);
            assert_eq!(
                simdsip_parse(*parser, OPTIONS.as_ptr().cast(), OPTIONS.len(), null_mut()),
                SIMDSIP_OK
            );
        }
    };
    once(&mut parser);
    // SAFETY: memory as long as it says; the parser's memory stays.
    unsafe {
        assert_eq!(simdsip_patch_init(room.as_mut_ptr().cast(), room.len(), 0, &mut patch), SIMDSIP_OK);
        assert_eq!(simdsip_patch_begin(patch, parser, null_mut()), SIMDSIP_OK);
        assert_eq!(simdsip_patch_len(patch, &mut len, null_mut()), SIMDSIP_OK);
        once(&mut parser);
        assert_eq!(simdsip_patch_len(patch, &mut len, null_mut()), SIMDSIP_MISUSE);
    }
}

/// What would be written while it is read is refused: a body within the buffer, a buffer that is another.
#[test]
fn in_place_touches_nothing_that_is_lent() {
    let held = held(None);
    let mut buffer = [0u8; 1_024];
    buffer[..OPTIONS.len()].copy_from_slice(OPTIONS);
    let bytes = buffer.as_mut_ptr();
    let mut room = vec![0u8; simdsip_patch_size(0, 0)];
    let (mut patch, mut made) = (null_mut(), span(b""));
    // SAFETY: memory as long as it says; everything outlives the patch.
    unsafe {
        assert_eq!(simdsip_patch_init(room.as_mut_ptr().cast(), room.len(), 0, &mut patch), SIMDSIP_OK);
        assert_eq!(simdsip_parse(held.parser, bytes.cast(), OPTIONS.len(), null_mut()), SIMDSIP_OK);
        for (at, len) in [(0, 10), (1_000, 24)] {
            assert_eq!(simdsip_patch_begin(patch, held.parser, null_mut()), SIMDSIP_OK);
            let inside = simdsip_span { ptr: bytes.wrapping_add(at).cast(), len };
            assert_eq!(simdsip_patch_body(patch, span(b"a/b"), inside, null_mut()), SIMDSIP_OK);
            let status = simdsip_patch_inplace(patch, bytes.cast(), 1_024, &mut made, null_mut());
            assert_eq!(status, SIMDSIP_ARGUMENT);
            assert_eq!(simdsip_patch_len(patch, &mut 0, null_mut()), SIMDSIP_OK, "nothing has ended");
        }
        assert_eq!(simdsip_patch_begin(patch, held.parser, null_mut()), SIMDSIP_OK);
        for _ in 0..4 {
            assert_eq!(simdsip_patch_body(patch, span(b"a/b"), span(b"lent"), null_mut()), SIMDSIP_OK);
        }
        assert_eq!(simdsip_patch_body(patch, span(b"a/b"), span(b"lent"), null_mut()), SIMDSIP_ROOM);
        let mut other = [0u8; 1_024];
        let status = simdsip_patch_inplace(patch, other.as_mut_ptr().cast(), 1_024, &mut made, null_mut());
        assert_eq!(status, SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_patch_inplace(patch, bytes.cast(), 1_024, &mut made, null_mut()), SIMDSIP_OK);
        assert!(std::slice::from_raw_parts(made.ptr.cast::<u8>(), made.len).ends_with(b"\r\n\r\nlent"));
    }
}

/// A patch keeps to the limits that its parser was made with.
#[test]
fn patches_keep_the_parsers_limits() {
    let limited = simdsip_options { line_len: 60, ..sized!(simdsip_options) };
    let held = held(Some(&limited));
    assert_eq!(parse(&held, OPTIONS).0, SIMDSIP_OK);
    let mut room = vec![0u8; simdsip_patch_size(0, 0)];
    let mut patch = null_mut();
    let mut error = sized!(simdsip_error);
    // SAFETY: memory as long as it says; everything outlives the patch.
    unsafe {
        assert_eq!(simdsip_patch_init(room.as_mut_ptr().cast(), room.len(), 0, &mut patch), SIMDSIP_OK);
        assert_eq!(simdsip_patch_begin(patch, held.parser, null_mut()), SIMDSIP_OK);
        assert_eq!(simdsip_patch_add_last(patch, span(b"X"), span(&[b'x'; 57]), &mut error), SIMDSIP_OK);
        assert_eq!(
            simdsip_patch_add_last(patch, span(b"X"), span(&[b'x'; 58]), &mut error),
            SIMDSIP_REJECTED
        );
    }
    assert_eq!((error.kind, error.detail), (SIMDSIP_ERROR_LIMIT, SIMDSIP_LIMIT_LINE));
}

/// An element's exceptions; a URI without a message; what is not given does not move a walk.
#[test]
fn verdict_lists_uris_and_walks() {
    let held = held(None);
    let mut uri = sized!(simdsip_uri_parts);
    // SAFETY: a parser of `held`; texts and structs of ours.
    unsafe { assert_eq!(simdsip_uri(held.parser, span(b"sip:a@b"), &mut uri, null_mut()), SIMDSIP_OK) };
    let odd = b"BYE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1, SIP/2.0/UDP i\r\nf: <sip:a@a.example>;tag=1\r\n\
        t: <sip:b@b.example>\r\ni: 1@h\r\nCSeq: 1 BYE\r\nl: 0\r\n\r\n";
    assert_eq!(parse(&held, odd).0, SIMDSIP_OK);
    let refuse = [SIMDSIP_DEFECT_MAX_FORWARDS_MISSING as u8, 200];
    let mut given = sized!(simdsip_verdict_given);
    for (count, want) in
        [(0, Ok(SIMDSIP_ACTION_ACCEPT)), (1, Ok(SIMDSIP_ACTION_ANSWER)), (2, Err(SIMDSIP_ARGUMENT))]
    {
        let element = simdsip_element {
            role: SIMDSIP_ROLE_UAS,
            refuse: refuse.as_ptr(),
            refuse_count: count,
            ..sized!(simdsip_element)
        };
        // SAFETY: as above.
        let status = unsafe { simdsip_verdict(held.parser, &element, &mut given) };
        assert_eq!(if status == SIMDSIP_OK { Ok(given.action) } else { Err(status) }, want);
    }
    let mut cursor = simdsip_cursor { id: SIMDSIP_HEADER_VIA, ..sized!(simdsip_cursor) };
    let (mut element, mut at, mut name) = (span(b""), 0, span(b""));
    // SAFETY: as above.
    unsafe {
        assert_eq!(simdsip_next(held.parser, &mut cursor, null_mut()), SIMDSIP_ARGUMENT);
        assert_eq!(simdsip_next(held.parser, &mut cursor, &mut element), SIMDSIP_OK);
        assert_eq!(element.len, "SIP/2.0/UDP h;branch=z9hG4bK1".len(), "the first one");
        assert_eq!(simdsip_param_next(span(b";a=1;b"), &mut at, &mut name, null_mut()), SIMDSIP_ARGUMENT);
        assert_eq!(at, 0);
    }
}

/// Every edit, against the core's; written, as pieces, and in place.
#[test]
fn patches_do_what_those_of_the_core_do() {
    let request = b"INVITE sip:me.example;lr SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\n\
        Route: <sip:p1.example>, <sip:b@b.example>\r\nSubject: x\r\nc: text/plain\r\nl: 2\r\n\r\nhi";
    let (parser, mut index, mut room) =
        (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    let message = parser.parse(request, &mut index).unwrap();
    let mut twin = simdsip::Patch::new(&message, &mut room).unwrap();
    twin.set_source("192.0.2.1:5061".parse().unwrap()).unwrap();
    twin.decrement_max_forwards().unwrap();
    twin.restore_request_uri().unwrap();
    assert!(twin.route_strictly().unwrap());
    twin.push_record_route(&[b"<sip:me.example;lr>"]).unwrap();
    twin.push_via(&[b"SIP/2.0/UDP me.example;branch=z9hG4bK2"]).unwrap();
    twin.add_first(b"X-First", &[b"1"]).unwrap();
    twin.add_last(b"X-Last", &[b"2"]).unwrap();
    twin.remove(b"Subject").unwrap();
    twin.set_body(b"application/sdp", b"v=0\r\n").unwrap();
    let expected = twin.finish().unwrap().to_vec();

    let held = held(None);
    let mut buffer = [0u8; 1_024];
    buffer[..request.len()].copy_from_slice(request);
    let mut memory = vec![0u8; simdsip_patch_size(0, 0)];
    let mut patch = null_mut();
    let edits = |patch: *mut simdsip_patch| {
        let none = null_mut();
        let mut strict = 0;
        // SAFETY: a patch that began; texts that outlive it.
        unsafe {
            let done = [
                simdsip_patch_source(patch, [192, 0, 2, 1].as_ptr(), 4, 5061, none),
                simdsip_patch_decrement_max_forwards(patch, null_mut(), none),
                simdsip_patch_restore_request_uri(patch, null_mut(), none),
                simdsip_patch_route_strictly(patch, &mut strict, none),
                simdsip_patch_push_record_route(patch, span(b"<sip:me.example;lr>"), none),
                simdsip_patch_push_via(patch, span(b"SIP/2.0/UDP me.example;branch=z9hG4bK2"), none),
                simdsip_patch_add_first(patch, span(b"X-First"), span(b"1"), none),
                simdsip_patch_add_last(patch, span(b"X-Last"), span(b"2"), none),
                simdsip_patch_remove(patch, span(b"Subject"), null_mut(), none),
                simdsip_patch_body(patch, span(b"application/sdp"), span(b"v=0\r\n"), none),
            ];
            assert_eq!((done, strict), ([SIMDSIP_OK; 10], 1));
        }
    };
    // SAFETY: memory as long as it says; everything outlives the patch.
    unsafe {
        assert_eq!(simdsip_patch_init(memory.as_mut_ptr().cast(), memory.len(), 0, &mut patch), SIMDSIP_OK);
        let bytes = buffer.as_mut_ptr().cast::<c_char>();
        assert_eq!(simdsip_parse(held.parser, bytes, request.len(), null_mut()), SIMDSIP_OK);
        assert_eq!(simdsip_patch_begin(patch, held.parser, null_mut()), SIMDSIP_OK);
        edits(patch);
        let (mut len, mut count) = (0, 0);
        let (mut whole, mut pieces) = (vec![0u8; expected.len()], [span(b""); 64]);
        let to = whole.as_mut_ptr().cast::<c_char>();
        assert_eq!(simdsip_patch_write(patch, to, 10, &mut len, null_mut()), SIMDSIP_ROOM);
        assert_eq!(len, expected.len());
        assert_eq!(simdsip_patch_write(patch, to, len, &mut len, null_mut()), SIMDSIP_OK);
        assert_eq!(whole, expected);
        assert_eq!(simdsip_patch_iov(patch, pieces.as_mut_ptr(), 2, &mut count, null_mut()), SIMDSIP_ROOM);
        assert!(count > 2);
        assert_eq!(simdsip_patch_iov(patch, pieces.as_mut_ptr(), 64, &mut count, null_mut()), SIMDSIP_OK);
        let joined: Vec<u8> = pieces[..count]
            .iter()
            .flat_map(|piece| std::slice::from_raw_parts(piece.ptr.cast::<u8>(), piece.len).to_vec())
            .collect();
        assert_eq!(joined, expected);

        let mut made = span(b"");
        let short = simdsip_patch_inplace(patch, bytes, expected.len() - 1, &mut made, null_mut());
        assert_eq!(short, SIMDSIP_ROOM);
        assert_eq!(simdsip_patch_inplace(patch, bytes, 1_024, &mut made, null_mut()), SIMDSIP_OK);
        assert_eq!(std::slice::from_raw_parts(made.ptr.cast::<u8>(), made.len), expected);
        assert_eq!(simdsip_header_count(held.parser), 0, "the parser holds no message");
        assert_eq!(simdsip_patch_len(patch, &mut len, null_mut()), SIMDSIP_MISUSE);
    }
}

/// Built by C and by the core: the same bytes, the same refusals.
#[test]
fn responses_are_those_of_the_core() {
    let bytes = b"INVITE sip:b@b.example SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nRecord-Route: <sip:p;lr>\r\n\
        Max-Forwards: 70\r\nf: <sip:a@a.example>;tag=1\r\nt: <sip:b@b.example>\r\ni: 1@h\r\nCSeq: 7 INVITE\r\nl: 0\r\n\r\n";
    let (core, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    let request = core.parse(bytes, &mut index).unwrap();
    let mut expected = Vec::new();
    let mut builder = simdsip::Builder::response(&mut expected, &request, 200, b"OK", b"a6c85").unwrap();
    builder.header(b"Contact", &[b"<sip:b@c.example>"]).unwrap();
    builder.body(b"application/sdp", b"v=0\r\n").unwrap();

    let held = held(None);
    assert_eq!(parse(&held, bytes).0, SIMDSIP_OK);
    let mut fields = [simdsip_added_field { name: span(b"Contact"), value: span(b"<sip:b@c.example>") }];
    let mut response = sized!(simdsip_response);
    (response.status, response.reason, response.to_tag) = (200, span(b"OK"), span(b"a6c85"));
    (response.content_type, response.body) = (span(b"application/sdp"), span(b"v=0\r\n"));
    (response.fields, response.field_count) = (fields.as_ptr(), 1);
    let mut error = sized!(simdsip_error);
    let mut build = |response: &simdsip_response, room: usize| {
        let (mut out, mut made) = (vec![0x5au8; room.max(1)], span(b""));
        let to = out.as_mut_ptr().cast();
        // SAFETY: a parser of `held`, texts that stay, room as long as it says.
        unsafe {
            let status = simdsip_build_response(held.parser, response, to, room, &mut made, &mut error);
            (status, std::slice::from_raw_parts(made.ptr.cast::<u8>(), made.len).to_vec(), error)
        }
    };
    for room in [expected.len(), 65_536] {
        let (status, made, _) = build(&response, room);
        assert_eq!(
            (status, made.escape_ascii().to_string()),
            (SIMDSIP_OK, expected.escape_ascii().to_string())
        );
    }
    assert_eq!(build(&response, expected.len() - 1).0, SIMDSIP_ROOM);
    fields[0].value = span(b"a\r\nX: y");
    response.fields = fields.as_ptr();
    let (status, _, error) = build(&response, 1_024);
    assert_eq!((status, error.kind), (SIMDSIP_REJECTED, SIMDSIP_ERROR_TEXT));
    response.field_count = 0;
    response.status = 99_999;
    assert_eq!(build(&response, 1_024).0, SIMDSIP_ARGUMENT);
    response.status = 99;
    assert_eq!(build(&response, 1_024).0, SIMDSIP_REJECTED);
}

/// The cap comes before all parsers of a process; here one was made.
#[test]
fn the_cap_comes_first() {
    // SAFETY: text of ours.
    let cap = |name: &[u8]| unsafe { simdsip_set_backend_cap(name.as_ptr().cast(), name.len()) };
    let _parser = held(None);
    assert_eq!(cap(b"swar"), SIMDSIP_MISUSE);
    assert_eq!(cap(b"mmx"), SIMDSIP_ARGUMENT);
}

/// Two threads with a parser each, and one that both only read. Under ThreadSanitizer: `cargo xtask tsan`.
#[test]
fn two_threads_two_parsers() {
    let shared = held(None);
    parse(&shared, OPTIONS);
    let (_kept, shared) = (&shared, shared.parser.expose_provenance());
    let work = |number: usize| {
        let own = held(None);
        for round in 0..200 {
            let text =
                format!("BYE sip:b SIP/2.0\r\nMax-Forwards: {}\r\nl: 0\r\n\r\n", number * 1_000 + round);
            assert_eq!(parse(&own, text.as_bytes()).0, SIMDSIP_OK);
            let (mut value, mut cseq) = (0, sized!(simdsip_cseq_parts));
            let both = std::ptr::with_exposed_provenance::<simdsip_parser>(shared);
            // SAFETY: a parser of this thread's; and one that nobody parses with.
            unsafe {
                let status = simdsip_number(own.parser, SIMDSIP_HEADER_MAX_FORWARDS, &mut value, null_mut());
                assert_eq!((status, value), (SIMDSIP_OK, (number * 1_000 + round) as u64));
                assert_eq!(simdsip_cseq(both, &mut cseq, null_mut()), SIMDSIP_OK);
                assert_eq!(cseq.number, 7);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| work(1));
        scope.spawn(|| work(2));
    });
}
