//! What a server's receiving side does with the crate: read datagrams into one index, decide by a few
//! header fields, hand some messages to another thread, read a TCP connection, answer what is refused.
//!
//! `cargo run -p simdsip --example worker`

use std::sync::mpsc;
use std::thread;

use simdsip::{
    ErrorKind, Frame, Framer, HeaderName, Index, LimitKind, Message, Method, Owned, Parser, Policy, Side,
};

/// What becomes of a message.
#[derive(Debug, PartialEq)]
enum Fate<'b> {
    /// To the worker that has this Call-ID.
    Worker { shard: usize, call_id: &'b [u8] },
    /// Answered at once.
    Answer(u16),
    /// Nothing to be done with it.
    Drop,
}

/// Borrowed in, borrowed out: the Call-ID lives as long as bytes and index do.
fn route<'b>(message: &Message<'b>) -> Fate<'b> {
    let Some(call_id) = message.field(HeaderName::CallId) else { return Fate::Drop };
    match message.method() {
        Some(Method::Options) if message.fields(HeaderName::Route).next().is_none() => Fate::Answer(200),
        Some(Method::Other(_)) => Fate::Answer(501),
        _ => {
            let sum =
                call_id.value().iter().fold(0usize, |sum, &byte| sum.wrapping_mul(31) ^ usize::from(byte));
            Fate::Worker { shard: sum % 4, call_id: call_id.value() }
        }
    }
}

/// A response made of the request's own lines: what RFC 3261 §8.2.6.2 asks to be copied.
fn answer(request: &Message<'_>, status: &str) -> Vec<u8> {
    const COPIED: [HeaderName; 5] =
        [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq];
    let mut out = format!("SIP/2.0 {status}\r\n").into_bytes();
    for field in request.headers().filter(|field| COPIED.contains(&field.id())) {
        out.extend_from_slice(field.line());
    }
    out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    out
}

fn main() {
    let parser = Parser::new(Policy::BORDER);

    // Datagrams: one buffer, one index, no allocation.
    let datagrams: [&[u8]; 4] = [
        b"INVITE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\n\
          From: <sip:a@a.example>;tag=1\r\nTo: <sip:bob@b.example>\r\nCall-ID: one@a\r\nCSeq: 1 INVITE\r\n\
          Content-Length: 2\r\n\r\nv=",
        b"OPTIONS sip:b.example SIP/2.0\r\nv: SIP/2.0/UDP a.example;branch=z9hG4bK2\r\ni: two@a\r\n\r\n",
        b"\r\n\r\n",
        b"INVITE sip:bob@b.example SIP/2.0\nCall-ID: three@a\n\n",
    ];
    let (to_worker, inbox) = mpsc::channel::<Owned<Vec<u8>>>();
    let worker =
        thread::spawn(move || inbox.iter().map(|kept| kept.as_message().body().len()).sum::<usize>());

    let mut index = Index::new();
    for datagram in datagrams {
        match parser.parse(datagram, &mut index) {
            Ok(message) => match route(&message) {
                Fate::Worker { shard, call_id } => {
                    println!("{:?} to shard {shard}", String::from_utf8_lossy(call_id));
                    to_worker.send(message.into_owned()).expect("the worker lives");
                }
                Fate::Answer(status) => {
                    print!("{}", String::from_utf8_lossy(&answer(&message, &format!("{status} OK"))));
                }
                Fate::Drop => println!("dropped"),
            },
            // Keep-alives are no messages (RFC 5626 §3.5.1).
            Err(error) if error.kind == ErrorKind::Empty => println!("keep-alive"),
            // An attack, or a use for a larger index: the error says which limit.
            Err(error) if error.kind == ErrorKind::Limit(LimitKind::Index) => {
                println!("too many header fields")
            }
            Err(error) => println!("refused: {error}"),
        }
    }
    drop(to_worker);
    assert_eq!(worker.join().expect("the worker does not panic"), 2);

    // A connection: the framer says what stands at its start, and how much of it.
    let mut framer = Framer::new(parser, Side::Server);
    let mut received =
        b"\r\n\r\nBYE sip:bob@b.example SIP/2.0\r\nCall-ID: one@a\r\nl: 0\r\n\r\nBYE sip:x SIP/2.0\r\n\r\n"
            .to_vec();
    loop {
        let frame = framer.next(&received);
        match frame {
            Frame::Need(more) => {
                println!("at least {more} more bytes needed");
                break;
            }
            Frame::Message(message) => println!("{message:?}"),
            Frame::Refused { error, message } => {
                println!("refused: {error}");
                print!("{}", String::from_utf8_lossy(&answer(&message, "400 Bad Request")));
            }
            Frame::Ping => println!("ping, answered by CRLF"),
            Frame::Pong => {}
            Frame::Fatal { error, answerable } => {
                println!("closing: {error}");
                if let Some(request) = answerable {
                    print!("{}", String::from_utf8_lossy(&answer(&request, "400 Bad Content-Length")));
                }
                break;
            }
        }
        let consumed = frame.consumed();
        received.drain(..consumed);
    }
}
