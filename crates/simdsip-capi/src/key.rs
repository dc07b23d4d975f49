//! Keys: which transaction and which dialog a message belongs to.

use core::ffi::c_char;
use core::hash::{Hash, Hasher};

use simdsip::key::{DialogKey, Direction, TransactionKey};

use crate::error::{SIMDSIP_ABSENT, SIMDSIP_ARGUMENT, SIMDSIP_MALFORMED, fail, simdsip_error};
use crate::message::finish;
use crate::raw::{self, Room, Versioned, end_of, simdsip_span};
use crate::state::{message, simdsip_parser};

/// Requests that arrive, and the ACK of a refusal: the server's transaction (RFC 3261 §17.2.3).
pub const SIMDSIP_KEY_SERVER: u32 = 1;
/// Responses that arrive, or requests that were sent: the client's transaction (RFC 3261 §17.1.3).
pub const SIMDSIP_KEY_CLIENT: u32 = 2;
/// The INVITE that an arriving CANCEL is about (RFC 3261 §9.2).
pub const SIMDSIP_KEY_CANCELLED: u32 = 3;

/// The message came from the peer.
pub const SIMDSIP_RECEIVED: u32 = 1;
/// The message is ours.
pub const SIMDSIP_SENT: u32 = 2;

/// Which dialog a message belongs to: the Call-ID to be compared byte for byte, tags in any case of their letters
/// (RFC 3261 §7.3.1). Tags that are not there have a NULL ptr.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_dialog {
    pub struct_size: usize,
    pub call_id: simdsip_span,
    pub local_tag: simdsip_span,
    pub remote_tag: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, spans alone.
unsafe impl Versioned for simdsip_dialog {
    const LEAST: usize = end_of!(simdsip_dialog, remote_tag: simdsip_span);
}

/// Writes the key of the transaction of the parser's message: bytes that are equal where the transactions are, to be
/// hashed and compared, and good within one process alone. `kind` is SIMDSIP_KEY_. `len`, which may be NULL, is how many
/// bytes it takes, mostly under 100; SIMDSIP_ROOM where `room` is less. SIMDSIP_ABSENT where the message lacks what makes
/// a key. `error` may be NULL.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or good for writing `room`
/// bytes; `len` is NULL or good for writing, `error` NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_txn_key(
    parser: *const simdsip_parser,
    kind: u32,
    out: *mut c_char,
    room: usize,
    len: *mut usize,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    let key = match kind {
        SIMDSIP_KEY_SERVER => TransactionKey::server(&message),
        SIMDSIP_KEY_CLIENT => TransactionKey::client(&message),
        SIMDSIP_KEY_CANCELLED => {
            TransactionKey::server(&message).map(|key| key.map(TransactionKey::cancelled))
        }
        _ => return SIMDSIP_ARGUMENT,
    };
    match key {
        Ok(Some(key)) => {
            // SAFETY: the caller's contract.
            let mut bytes = Bytes(unsafe { Room::new(out, room) });
            key.hash(&mut bytes);
            // SAFETY: the caller's contract.
            unsafe { finish(bytes.0, len) }
        }
        Ok(None) => SIMDSIP_ABSENT,
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_MALFORMED, found, error) },
    }
}

/// A hasher that keeps what it is given. Equal keys give equal bytes, as `Hash` asks for; other keys give others,
/// because every part is told apart by its number or its length before it.
struct Bytes(Room);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// The dialog of the parser's message; `direction` is SIMDSIP_RECEIVED or SIMDSIP_SENT. SIMDSIP_ABSENT where it lacks
/// From, To or Call-ID. `error` may be NULL.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or a simdsip_dialog, `error`
/// NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_dialog_key(
    parser: *const simdsip_parser,
    direction: u32,
    out: *mut simdsip_dialog,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    let direction = match direction {
        SIMDSIP_RECEIVED => Direction::Received,
        SIMDSIP_SENT => Direction::Sent,
        _ => return SIMDSIP_ARGUMENT,
    };
    match DialogKey::of(&message, direction) {
        Ok(Some(key)) => {
            let dialog = simdsip_dialog {
                struct_size: size_of::<simdsip_dialog>(),
                call_id: simdsip_span::of(key.call_id),
                local_tag: simdsip_span::maybe(key.local_tag),
                remote_tag: simdsip_span::maybe(key.remote_tag),
            };
            // SAFETY: the caller's contract.
            unsafe { raw::store(out, dialog) }
        }
        Ok(None) => SIMDSIP_ABSENT,
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_MALFORMED, found, error) },
    }
}
