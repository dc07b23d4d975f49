//! rsipstack: rsip's descendant with memchr, and its stream codec.

use super::split_display;
use crate::engine::{Class, Engine, Identity, checksum};
use crate::fields::Fields;
use crate::set::Set;
use crate::stream::Stream;
use bytes::BytesMut;
use rsipstack::sip::{HasHeaders, SipMessage};
use rsipstack::transport::stream::{SipCodec, SipCodecType};
use tokio_util::codec::Decoder;

/// `SipMessage::try_from`, and `SipCodec::decode` on streams.
pub(super) struct Rsipstack;

impl Engine for Rsipstack {
    fn identity(&self) -> Identity {
        Identity {
            name: "rsipstack",
            version: "0.7.14",
            backend: "",
            flags: "copies,some-ids",
            work: "start line with typed URI, headers as an enum of owned strings, body copied",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure, Class::Frame]
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        match SipMessage::try_from(set.get(i)) {
            Ok(message) => checksum(message.headers().iter().count(), 0, body(&message).len()),
            Err(_) => 0,
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        match SipMessage::try_from(set.get(i)) {
            Ok(message) => {
                fields(&message, out);
                true
            }
            Err(_) => false,
        }
    }

    fn frame(&mut self, stream: &Stream, cuts: &[usize]) -> u64 {
        let (mut count, mut sum) = (0u64, 0u64);
        feed(stream, cuts, |message| {
            count += 1;
            sum = sum.wrapping_add(message.headers().iter().count() as u64);
        });
        count | sum << 32
    }

    fn emit_frame(&mut self, stream: &Stream, cuts: &[usize]) -> Vec<Fields> {
        let mut out = Vec::new();
        feed(stream, cuts, |message| {
            let mut found = Fields::default();
            fields(&message, &mut found);
            out.push(found);
        });
        out
    }
}

/// Reads as a socket gives them: appended to the codec's buffer, then decoded until it wants more.
fn feed(stream: &Stream, cuts: &[usize], mut each: impl FnMut(SipMessage)) {
    let mut codec = SipCodec::new();
    let mut buffer = BytesMut::with_capacity(16_384);
    let mut from = 0;
    for &to in cuts {
        buffer.extend_from_slice(&stream.bytes()[from..to]);
        from = to;
        while let Ok(Some(item)) = codec.decode(&mut buffer) {
            if let SipCodecType::Message(message) = item {
                each(message);
            }
        }
    }
}

fn body(message: &SipMessage) -> &[u8] {
    match message {
        SipMessage::Request(request) => &request.body,
        SipMessage::Response(response) => &response.body,
    }
}

fn fields(message: &SipMessage, out: &mut Fields) {
    out.start = Some(match message {
        SipMessage::Request(r) => {
            [r.method.to_string(), r.uri.to_string(), r.version.to_string()].map(String::into_bytes)
        }
        SipMessage::Response(r) => {
            let reason = r.wire_reason.clone().unwrap_or_else(|| r.status_code.text().to_string());
            let code = r.status_code.code().to_string();
            [r.version.to_string(), code, reason].map(String::into_bytes)
        }
    });
    for header in message.headers().iter() {
        let text = header.to_string();
        let (name, value) = split_display(&text);
        out.push_wire(name, value);
    }
    out.body = Some(body(message).to_vec());
}
