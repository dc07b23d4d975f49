//! What an element routes by, in one call.

use simdsip::shape::Contact;
use simdsip::{Error, Message, Uri};

use crate::ids::method_number;
use crate::message::method;
use crate::raw::{self, Versioned, end_of, simdsip_span};
use crate::state::{message, simdsip_parser};
use crate::uri::{number, scheme_number};

/// Which fields are there, or bad.
pub const SIMDSIP_ROUTING_REQUEST_URI: u32 = 1;
pub const SIMDSIP_ROUTING_VIA: u32 = 2;
pub const SIMDSIP_ROUTING_FROM: u32 = 4;
pub const SIMDSIP_ROUTING_TO: u32 = 8;
pub const SIMDSIP_ROUTING_CALL_ID: u32 = 16;
pub const SIMDSIP_ROUTING_CSEQ: u32 = 32;
pub const SIMDSIP_ROUTING_MAX_FORWARDS: u32 = 64;
/// A Contact with an address, the first.
pub const SIMDSIP_ROUTING_CONTACT: u32 = 128;
/// `Contact: *`
pub const SIMDSIP_ROUTING_CONTACT_STAR: u32 = 256;
pub const SIMDSIP_ROUTING_CONTENT_TYPE: u32 = 512;
pub const SIMDSIP_ROUTING_CONTENT_LENGTH: u32 = 1024;

/// The parts of a URI that decide where it leads. Never changes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_target {
    /// SIMDSIP_SCHEME_
    pub scheme_id: u32,
    /// SIMDSIP_NONE, SIMDSIP_BAD, or 0 to 65535
    pub port: i32,
    /// The URI as it stands, for simdsip_uri.
    pub uri: simdsip_span,
    /// What follows the scheme and its colon.
    pub rest: simdsip_span,
    pub user: simdsip_span,
    pub host: simdsip_span,
}

/// What an element routes by. Parts that are not there, and those of bad fields, have a NULL ptr.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_routing_parts {
    pub struct_size: usize,
    /// Sums of SIMDSIP_ROUTING_: what is there and means something; what is there and does not.
    pub has: u32,
    pub bad: u32,
    /// SIMDSIP_REQUEST or SIMDSIP_RESPONSE
    pub kind: u32,
    /// Of a response: 100 to 699; 0 where there is no such number.
    pub status: u32,
    /// SIMDSIP_METHOD_ of a request, and of CSeq.
    pub method_id: u32,
    pub cseq_method_id: u32,
    pub cseq: u32,
    pub max_forwards: u32,
    pub content_length: u64,
    pub method: simdsip_span,
    pub cseq_method: simdsip_span,
    pub request: simdsip_target,
    pub from: simdsip_target,
    pub to: simdsip_target,
    pub contact: simdsip_target,
    pub from_tag: simdsip_span,
    pub to_tag: simdsip_span,
    pub call_id: simdsip_span,
    pub via_transport: simdsip_span,
    pub via_host: simdsip_span,
    /// SIMDSIP_NONE, SIMDSIP_BAD, or 0 to 65535
    pub via_port: i64,
    pub via_branch: simdsip_span,
    pub content_kind: simdsip_span,
    pub content_subtype: simdsip_span,
    pub body: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_routing_parts {
    const LEAST: usize = end_of!(simdsip_routing_parts, body: simdsip_span);
}

const EMPTY: simdsip_routing_parts = simdsip_routing_parts {
    struct_size: size_of::<simdsip_routing_parts>(),
    has: 0,
    bad: 0,
    kind: 0,
    status: 0,
    method_id: 0,
    cseq_method_id: 0,
    cseq: 0,
    max_forwards: 0,
    content_length: 0,
    method: simdsip_span::ABSENT,
    cseq_method: simdsip_span::ABSENT,
    request: simdsip_target::NONE,
    from: simdsip_target::NONE,
    to: simdsip_target::NONE,
    contact: simdsip_target::NONE,
    from_tag: simdsip_span::ABSENT,
    to_tag: simdsip_span::ABSENT,
    call_id: simdsip_span::ABSENT,
    via_transport: simdsip_span::ABSENT,
    via_host: simdsip_span::ABSENT,
    via_port: -1,
    via_branch: simdsip_span::ABSENT,
    content_kind: simdsip_span::ABSENT,
    content_subtype: simdsip_span::ABSENT,
    body: simdsip_span::ABSENT,
};

/// All that an element routes by, in one call: start line, the first Via, From, To, Call-ID, CSeq, Max-Forwards, the
/// first Contact, Content-Type, Content-Length. The same as the functions for each, and faster than all of them.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or a simdsip_routing_parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_routing(
    parser: *const simdsip_parser,
    out: *mut simdsip_routing_parts,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    // SAFETY: the caller's contract.
    unsafe { raw::fill(out, EMPTY, |parts| read(&message, parts)) }
}

#[inline]
fn read(message: &Message<'_>, out: &mut simdsip_routing_parts) {
    use crate::message::{SIMDSIP_REQUEST, SIMDSIP_RESPONSE};
    match message.method() {
        Some(name) => {
            out.kind = SIMDSIP_REQUEST;
            out.method_id = method_number(name);
            out.method = simdsip_span::of(method(message, name.as_bytes().len()));
            let uri = message.request_uri();
            out.note(SIMDSIP_ROUTING_REQUEST_URI, uri, |out, uri| out.request = simdsip_target::of(&uri));
        }
        None => {
            out.kind = SIMDSIP_RESPONSE;
            out.status = message.status().ok().flatten().unwrap_or(0).into();
        }
    }
    out.note(SIMDSIP_ROUTING_VIA, message.via(), |out, via| {
        out.via_transport = simdsip_span::of(via.transport());
        out.via_host = simdsip_span::of(via.host_span().bytes());
        out.via_port = number(via.port());
        out.via_branch = simdsip_span::maybe(via.branch());
    });
    // A name without a URI that can be taken apart leads nowhere.
    let from = message.from().and_then(|from| from.map(|from| Ok((from.uri()?, from.tag()))).transpose());
    out.note(SIMDSIP_ROUTING_FROM, from, |out, (uri, tag)| {
        (out.from, out.from_tag) = (simdsip_target::of(&uri), simdsip_span::maybe(tag));
    });
    let to = message.to().and_then(|to| to.map(|to| Ok((to.uri()?, to.tag()))).transpose());
    out.note(SIMDSIP_ROUTING_TO, to, |out, (uri, tag)| {
        (out.to, out.to_tag) = (simdsip_target::of(&uri), simdsip_span::maybe(tag));
    });
    out.note(SIMDSIP_ROUTING_CALL_ID, message.call_id(), |out, call_id| {
        out.call_id = simdsip_span::of(call_id.as_bytes());
    });
    out.note(SIMDSIP_ROUTING_CSEQ, message.cseq(), |out, cseq| {
        out.cseq = cseq.number();
        out.cseq_method_id = method_number(cseq.method());
        out.cseq_method = simdsip_span::of(cseq.method_span().bytes());
    });
    out.note(SIMDSIP_ROUTING_MAX_FORWARDS, message.max_forwards(), |out, hops| {
        out.max_forwards = hops.value();
    });
    match message.contact().map(|contact| contact.map(|contact| contact.0)) {
        Ok(Some(Contact::Star)) => out.has |= SIMDSIP_ROUTING_CONTACT_STAR,
        Ok(Some(Contact::Address(address))) => {
            out.note(SIMDSIP_ROUTING_CONTACT, address.uri().map(Some), |out, uri| {
                out.contact = simdsip_target::of(&uri)
            });
        }
        Ok(None) => {}
        Err(_) => out.bad |= SIMDSIP_ROUTING_CONTACT,
    }
    out.note(SIMDSIP_ROUTING_CONTENT_TYPE, message.content_type(), |out, media| {
        out.content_kind = simdsip_span::of(media.kind());
        out.content_subtype = simdsip_span::of(media.subtype());
    });
    out.note(SIMDSIP_ROUTING_CONTENT_LENGTH, message.content_length(), |out, len| out.content_length = len);
    out.body = simdsip_span::of(message.body());
}

impl simdsip_routing_parts {
    #[inline(always)]
    fn note<T>(&mut self, which: u32, read: Result<Option<T>, Error>, fill: impl FnOnce(&mut Self, T)) {
        match read {
            Ok(Some(value)) => {
                self.has |= which;
                fill(self, value);
            }
            Ok(None) => {}
            Err(_) => self.bad |= which,
        }
    }
}

impl simdsip_target {
    pub(crate) const NONE: simdsip_target = simdsip_target {
        scheme_id: 0,
        port: -1,
        uri: simdsip_span::ABSENT,
        rest: simdsip_span::ABSENT,
        user: simdsip_span::ABSENT,
        host: simdsip_span::ABSENT,
    };

    #[inline]
    pub(crate) fn of(uri: &Uri<'_>) -> simdsip_target {
        simdsip_target {
            scheme_id: scheme_number(uri.scheme()),
            port: i32::try_from(number(uri.port())).unwrap_or(-2),
            uri: simdsip_span::of(uri.span().bytes()),
            rest: simdsip_span::of(uri.rest().bytes()),
            user: simdsip_span::maybe(uri.user().map(|user| user.raw())),
            host: simdsip_span::maybe(uri.host().map(|host| host.raw())),
        }
    }
}
