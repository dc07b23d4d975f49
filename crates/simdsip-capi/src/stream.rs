//! Streams: one frame after another out of the caller's buffer.

use core::ffi::c_char;

use simdsip::Frame;

use crate::error::{SIMDSIP_ARGUMENT, SIMDSIP_OK, simdsip_error};
use crate::raw::{self, Versioned, end_of};
use crate::state::{keep, simdsip_parser, with_framer};

/// No whole message yet: append at least `need` bytes and call again.
pub const SIMDSIP_FRAME_NEED: u32 = 1;
/// A message, which the parser holds now.
pub const SIMDSIP_FRAME_MESSAGE: u32 = 2;
/// CR LF CR LF: answer it with CR LF.
pub const SIMDSIP_FRAME_PING: u32 = 3;
/// CR LF: the answer to a ping.
pub const SIMDSIP_FRAME_PONG: u32 = 4;
/// The stream cannot be read on. Close it, after a 400 where the parser holds the header section to answer.
pub const SIMDSIP_FRAME_FATAL: u32 = 5;
/// A message that the policy refuses, which the parser holds now. Its end is certain: answer it, and go on.
pub const SIMDSIP_FRAME_REFUSED: u32 = 6;

/// What stands at the start of the unread bytes of a stream.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_frame {
    pub struct_size: usize,
    /// SIMDSIP_FRAME_
    pub kind: u32,
    /// 1 where the parser holds a message that can be answered: with REFUSED, with FATAL perhaps one without body.
    pub answerable: u32,
    /// Bytes to drop from the front of the buffer before the next call, once the message is no longer looked at.
    pub consumed: usize,
    /// With NEED: how many bytes more are needed at least.
    pub need: usize,
    /// With REFUSED and FATAL: why and where, as in simdsip_error.
    pub error_kind: u32,
    pub error_detail: u32,
    pub error_at: usize,
}

// SAFETY: `repr(C)`, a `usize` first, integers alone.
unsafe impl Versioned for simdsip_frame {
    const LEAST: usize = end_of!(simdsip_frame, error_at: usize);
}

impl simdsip_frame {
    fn set_error(&mut self, error: simdsip::Error, answerable: bool) {
        let error = simdsip_error::of(error);
        (self.error_kind, self.error_detail, self.error_at) = (error.kind, error.detail, error.at);
        self.answerable = answerable.into();
    }
}

/// Looks at the unread bytes of a stream, `buffer`, from the end of the last frame on: after NEED the same bytes and
/// more, after a frame those behind `consumed`. Looks at no byte twice, however they are cut. Each connection has a
/// parser of its own, made with a side. While a message is looked at, its bytes must stay as they are.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and no other thread uses; `buffer` is good for `len`; `frame` is NULL
/// or a simdsip_frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_framer_next(
    parser: *mut simdsip_parser,
    buffer: *const c_char,
    len: usize,
    frame: *mut simdsip_frame,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(buffer) = (unsafe { raw::bytes(buffer, len) }) else { return SIMDSIP_ARGUMENT };
    let mut found = simdsip_frame {
        struct_size: size_of::<simdsip_frame>(),
        kind: 0,
        answerable: 0,
        consumed: 0,
        need: 0,
        error_kind: 0,
        error_detail: 0,
        error_at: 0,
    };
    // A frame that cannot be told must not be taken out of the stream.
    // SAFETY: the caller's contract.
    let status = unsafe { raw::store(frame, found) };
    if status != SIMDSIP_OK {
        return status;
    }
    // SAFETY: the caller's contract.
    let held = unsafe {
        with_framer(parser, |framer| {
            let next = framer.next(buffer);
            found.consumed = next.consumed();
            match next {
                Frame::Need(need) => (found.kind, found.need) = (SIMDSIP_FRAME_NEED, need),
                Frame::Message(_) => found.kind = SIMDSIP_FRAME_MESSAGE,
                Frame::Ping => found.kind = SIMDSIP_FRAME_PING,
                Frame::Pong => found.kind = SIMDSIP_FRAME_PONG,
                Frame::Refused { error, .. } => {
                    found.kind = SIMDSIP_FRAME_REFUSED;
                    found.set_error(error, true);
                }
                Frame::Fatal { error, answerable } => {
                    found.kind = SIMDSIP_FRAME_FATAL;
                    found.set_error(error, answerable.is_some());
                    return answerable.map(|_| buffer);
                }
            }
            let whole = matches!(found.kind, SIMDSIP_FRAME_MESSAGE | SIMDSIP_FRAME_REFUSED);
            whole.then(|| buffer.get(..found.consumed).unwrap_or(buffer))
        })
    };
    match held {
        Ok(Some(bytes)) => {
            // SAFETY: the caller's contract; these bytes were read just now.
            unsafe { keep(parser, bytes) };
        }
        Ok(None) => {}
        Err(status) => return status,
    }
    // SAFETY: the caller's contract.
    unsafe { raw::store(frame, found) }
}

/// Forgets the stream: the next buffer begins a new connection.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_framer_reset(parser: *mut simdsip_parser) -> i32 {
    // SAFETY: the caller's contract.
    match unsafe { with_framer(parser, |framer| framer.reset()) } {
        Ok(()) => SIMDSIP_OK,
        Err(status) => status,
    }
}
