//! The parser in the caller's memory: made, filled, and looked into.
//!
//! It begins with a mark, so that memory that never was a parser is refused rather than believed. What was parsed is an
//! index of offsets and a pointer to the caller's bytes; each call makes the view again, which costs a few loads.

use core::ffi::{c_char, c_void};
use core::mem::{align_of, size_of};
use core::sync::atomic::{AtomicU32, Ordering};

use simdsip::{Framer, Index, Limits, Message, Parser};

use crate::error::{
    SIMDSIP_ARGUMENT, SIMDSIP_MISUSE, SIMDSIP_OK, SIMDSIP_REJECTED, SIMDSIP_ROOM, fail, simdsip_error,
};
use crate::options::{Chosen, Room, simdsip_options};
use crate::raw;

/// A parser, in memory of the caller's.
pub struct simdsip_parser {
    _opaque: [u8; 0],
}

/// What every parser begins with, whatever its size.
#[repr(C)]
struct Front {
    mark: u64,
    /// A `Room`. Numbers, here and below, because any bytes are one.
    room: u8,
    /// 1 where there is a message to look into.
    live: u8,
    /// Counts what was parsed, so that whoever borrowed a message can tell whether it is still there.
    generation: u64,
    bytes: *const u8,
    len: usize,
    /// What patches keep to as well.
    limits: Limits,
}

impl Front {
    /// Whatever was held is no longer.
    fn begin(&mut self) {
        self.live = 0;
        self.generation = self.generation.wrapping_add(1);
    }
}

#[repr(C)]
struct State<const N: usize> {
    front: Front,
    engine: Engine<N>,
}

#[allow(clippy::large_enum_variant, reason = "they are of about one size")]
enum Engine<const N: usize> {
    Whole(Parser, Index<N>),
    Stream(Framer<N>),
}

/// Says that a parser was made here.
const MARK: u64 = 0x73_69_6d_64_73_69_70_01;

const SMALL: usize = 128;
const MEDIUM: usize = 256;
const LARGE: usize = 512;

const ALIGN: usize = {
    let aligns = [align_of::<State<SMALL>>(), align_of::<State<MEDIUM>>(), align_of::<State<LARGE>>()];
    assert!(aligns[0] == aligns[1] && aligns[1] == aligns[2]);
    aligns[0]
};

/// Does the same with a state of any size.
macro_rules! each_room {
    ($room:expr, $parser:expr, |$state:ident| $body:expr) => {{
        const MEDIUM_ROOM: u8 = Room::Medium as u8;
        const LARGE_ROOM: u8 = Room::Large as u8;
        match $room {
            MEDIUM_ROOM => {
                let $state = $parser.cast::<State<MEDIUM>>();
                $body
            }
            LARGE_ROOM => {
                let $state = $parser.cast::<State<LARGE>>();
                $body
            }
            _ => {
                let $state = $parser.cast::<State<SMALL>>();
                $body
            }
        }
    }};
}

fn size(room: Room) -> usize {
    let state = match room {
        Room::Small => size_of::<State<SMALL>>(),
        Room::Medium => size_of::<State<MEDIUM>>(),
        Room::Large => size_of::<State<LARGE>>(),
    };
    // The caller's memory may begin anywhere.
    state.saturating_add(ALIGN).saturating_sub(1)
}

/// Bytes of memory that a parser with these options takes, wherever it begins; NULL means the defaults. 0 where the
/// options make no sense.
///
/// # Safety
/// `options` is NULL or a simdsip_options, whose lists are NULL or good for their counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_parser_size(options: *const simdsip_options) -> usize {
    // SAFETY: the caller's contract.
    unsafe { Chosen::read(options) }.map_or(0, |chosen| size(chosen.room))
}

/// Makes a parser in `mem`, which must stay where it is and be used for nothing else as long as the parser is. There is
/// nothing to be undone. `options` may be NULL for the defaults, and are not needed afterwards. Asks the processor what
/// it can do, so make parsers once and use them again. SIMDSIP_ROOM where `len` is less than simdsip_parser_size says.
///
/// # Safety
/// `mem` is NULL or good for reading and writing `len` bytes; `options` as with simdsip_parser_size; `parser` is NULL or
/// good for writing a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_init(
    mem: *mut c_void,
    len: usize,
    options: *const simdsip_options,
    parser: *mut *mut simdsip_parser,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(chosen) = (unsafe { Chosen::read(options) }) else { return SIMDSIP_ARGUMENT };
    if mem.is_null() || parser.is_null() {
        return SIMDSIP_ARGUMENT;
    }
    if len < size(chosen.room) {
        return SIMDSIP_ROOM;
    }
    let skip = mem.cast::<u8>().align_offset(ALIGN);
    let place = mem.cast::<u8>().wrapping_add(skip);
    let front = Front {
        mark: MARK,
        room: chosen.room as u8,
        live: 0,
        generation: first_generation(),
        bytes: core::ptr::null(),
        len: 0,
        limits: *chosen.limits(),
    };
    each_room!(chosen.room as u8, place, |state| {
        let engine = match chosen.side {
            None => Engine::Whole(chosen.parser(), Index::sized()),
            Some(side) => Engine::Stream(Framer::sized(chosen.parser(), side)),
        };
        // SAFETY: `size` asked for `ALIGN - 1` bytes more than a state takes, and at most so many were skipped: aligned,
        // and within the caller's memory.
        unsafe { state.write(State { front, engine }) };
    });
    // SAFETY: the caller's contract: good for writing a pointer.
    unsafe { raw::put(parser, place.cast()) }
}

/// Reads `len` bytes as one whole message: a datagram, a WebSocket or SCTP message, a file. Until the parser takes
/// others they must stay as they are. `error` may be NULL. SIMDSIP_REJECTED, and the parser holds no message, where they
/// are none or the options refuse them.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and no other thread uses; `bytes` are good for `len`; `error` is NULL
/// or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_parse(
    parser: *mut simdsip_parser,
    bytes: *const c_char,
    len: usize,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(input) = (unsafe { raw::bytes(bytes, len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    let Some(front) = (unsafe { front_mut(parser) }) else { return SIMDSIP_ARGUMENT };
    let outcome = each_room!(front.room, parser, |state| {
        // SAFETY: `room` says that a state of this size was made here; this thread alone uses it, and `front` is of other
        // bytes than the engine.
        match unsafe { &mut (*state).engine } {
            Engine::Whole(parser, index) => {
                front.begin();
                parser.parse(input, index).map(drop)
            }
            Engine::Stream(_) => return SIMDSIP_MISUSE,
        }
    });
    match outcome {
        Ok(()) => {
            // SAFETY: as above.
            unsafe { keep(parser, input) };
            SIMDSIP_OK
        }
        // SAFETY: the caller's contract: NULL or an error of the caller's.
        Err(found) => unsafe { fail(SIMDSIP_REJECTED, found, error) },
    }
}

/// What `use_framer` says of the framer in a parser of streams.
///
/// # Safety
/// `parser` is NULL or one that `simdsip_init` gave and no other thread uses.
pub(crate) unsafe fn with_framer<T>(
    parser: *mut simdsip_parser,
    use_framer: impl FnOnce(&mut dyn AnyFramer) -> T,
) -> Result<T, i32> {
    // SAFETY: the contract of this function.
    let front = unsafe { front_mut(parser) }.ok_or(SIMDSIP_ARGUMENT)?;
    each_room!(front.room, parser, |state| {
        // SAFETY: `room` says that a state of this size was made here; this thread alone uses it, and `front` is of other
        // bytes than the engine.
        match unsafe { &mut (*state).engine } {
            Engine::Stream(framer) => {
                front.begin();
                Ok(use_framer(framer))
            }
            Engine::Whole(..) => Err(SIMDSIP_MISUSE),
        }
    })
}

/// A framer of any size.
pub(crate) trait AnyFramer {
    fn next<'b>(&'b mut self, buffer: &'b [u8]) -> simdsip::Frame<'b>;
    fn reset(&mut self);
}

impl<const N: usize> AnyFramer for Framer<N> {
    fn next<'b>(&'b mut self, buffer: &'b [u8]) -> simdsip::Frame<'b> {
        Framer::next(self, buffer)
    }

    fn reset(&mut self) {
        Framer::reset(self);
    }
}

/// The parser holds a message from now on, which stands in `bytes`.
///
/// # Safety
/// As [`with_framer`]; `bytes` are what was read last.
pub(crate) unsafe fn keep(parser: *mut simdsip_parser, bytes: &[u8]) {
    // SAFETY: the contract of this function.
    if let Some(front) = unsafe { front_mut(parser) } {
        (front.bytes, front.len, front.live) = (bytes.as_ptr(), bytes.len(), 1);
    }
}

/// The bytes that a parser's message was read from, and its limits; `None` where it holds none.
///
/// # Safety
/// `parser` is NULL or one that `simdsip_init` gave, which nobody parses with now.
pub(crate) unsafe fn origin(parser: *const simdsip_parser) -> Option<(*const u8, Limits)> {
    // SAFETY: the contract of this function.
    let front = unsafe { front(parser) }?;
    (front.live != 0).then_some((front.bytes, front.limits))
}

/// Which message the parser holds; 0 where it holds none.
///
/// # Safety
/// `parser` is NULL or one that `simdsip_init` gave, which nobody parses with now.
#[inline]
pub(crate) unsafe fn generation(parser: *const simdsip_parser) -> u64 {
    // SAFETY: the contract of this function.
    match unsafe { front(parser) } {
        Some(front) if front.live != 0 => front.generation,
        _ => 0,
    }
}

/// How many parsers were made. The one thing beside the cap that all share: it tells a parser from one that was made
/// in the same memory before, so that no patch of that one goes on.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A count that no parser begins with twice, until four thousand million were made.
fn first_generation() -> u64 {
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    u64::from(made) << 32 | 1
}

/// The parser holds no message from now on.
///
/// # Safety
/// `parser` is NULL or one that `simdsip_init` gave and no other thread uses.
pub(crate) unsafe fn forget(parser: *mut simdsip_parser) {
    // SAFETY: the contract of this function.
    if let Some(front) = unsafe { front_mut(parser) } {
        front.begin();
    }
}

/// The message that a parser holds, or the status that says why there is none.
///
/// # Safety
/// `parser` is NULL or one that `simdsip_init` gave, which nobody parses with for as long as `'b` lasts; the bytes of its
/// message are as they were.
#[inline]
pub(crate) unsafe fn message<'b>(parser: *const simdsip_parser) -> Result<Message<'b>, i32> {
    // SAFETY: the contract of this function.
    unsafe { held(parser) }.map(|(message, _)| message)
}

/// The same with the bytes that offsets count from.
///
/// # Safety
/// As [`message`].
#[inline]
pub(crate) unsafe fn held<'b>(parser: *const simdsip_parser) -> Result<(Message<'b>, &'b [u8]), i32> {
    // SAFETY: the contract of this function.
    let Some(front) = (unsafe { front(parser) }) else { return Err(SIMDSIP_ARGUMENT) };
    if front.live == 0 {
        return Err(SIMDSIP_MISUSE);
    }
    // SAFETY: `keep` took pointer and length of a slice; its bytes are as they were, by the contract.
    let bytes = unsafe { core::slice::from_raw_parts(front.bytes, front.len) };
    each_room!(front.room, parser, |state| {
        // SAFETY: `room` says that a state of this size was made here; nobody writes it, by the contract.
        match unsafe { &(*state).engine } {
            Engine::Whole(_, index) => Ok((index.message(bytes), bytes)),
            Engine::Stream(framer) => Ok((framer.message(bytes), bytes)),
        }
    })
}

/// # Safety
/// `parser` is NULL or one that `simdsip_init` gave, which nobody parses with for as long as `'p` lasts.
#[inline]
unsafe fn front<'p>(parser: *const simdsip_parser) -> Option<&'p Front> {
    let front = parser.cast::<Front>();
    if front.is_null() || !front.is_aligned() {
        return None;
    }
    // SAFETY: not NULL and aligned; what `simdsip_init` gave is a state, which begins with a `Front`.
    let front = unsafe { &*front };
    (front.mark == MARK).then_some(front)
}

/// # Safety
/// `parser` is NULL or one that `simdsip_init` gave and no other thread uses.
unsafe fn front_mut<'p>(parser: *mut simdsip_parser) -> Option<&'p mut Front> {
    let front = parser.cast::<Front>();
    if front.is_null() || !front.is_aligned() {
        return None;
    }
    // SAFETY: not NULL and aligned; what `simdsip_init` gave is a state, which begins with a `Front`.
    let front = unsafe { &mut *front };
    (front.mark == MARK).then_some(front)
}
