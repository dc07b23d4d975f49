//! The columns of the message table.

use super::column::{Column, ColumnType, Get};
use super::row::Row;
use super::value::{Value, Words};
use crate::packet::Tunnel;
use ColumnType::{
    Binary, Bool, DefectList, Dictionary, DictionaryList, File, Fixed32, Int16, Int32, Int32List, Int64,
    Timestamp, Utf8, Utf8List,
};
use sha2::{Digest, Sha256};
use simdsip::shape::NameAddr;
use simdsip::typed::Reason;
use simdsip::{HeaderField, HeaderName, Kind, Method};

type Extract = for<'a> fn(&'a Row<'_>) -> Value<'a>;

const fn always(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::always(name, ty, doc, Get::Message(get))
}

const fn maybe(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::maybe(name, ty, doc, Get::Message(get))
}

const fn asked(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::asked(name, ty, doc, Get::Message(get))
}

pub(super) const TRANSPORTS: &[&str] = &["udp", "tcp", "tls", "ws", "wss", "sctp"];
const KINDS: &[&str] = &["request", "response"];
const TUNNELS: [&str; Tunnel::ALL.len()] = {
    let mut names = [""; Tunnel::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Tunnel::ALL[at].name();
        at += 1;
    }
    names
};

pub(super) static COLUMNS: &[Column] = &[
    always("file", File, "the capture, as it was named", |row| Value::File(row.file, row.meta.file)),
    always("frame", Int64, "packet that completed the message, from 1", |row| Value::int(row.meta.frame)),
    always(
        "message_in_frame",
        Int16,
        "counts the messages that a packet completed, from 0; with file and frame unique",
        |row| Value::int(row.meta.message_in_frame),
    ),
    maybe(
        "file_offset",
        Int64,
        "byte offset of that packet's record in the file; null if the file is compressed",
        |row| Value::maybe_int(row.meta.file_offset),
    ),
    always("truncated", Bool, "the capture holds less of the message than was sent", |row| {
        Value::Bool(row.meta.truncated)
    }),
    always(
        "ts",
        Timestamp,
        "packet time, in HEP that of its agent; as text RFC 3339 in UTC with nine digits; 1970 without time",
        |row| Value::Time(row.meta.time.unwrap_or_default()),
    ),
    always("transport", Dictionary(TRANSPORTS), "udp, tcp, tls, ws, wss or sctp", |row| {
        Value::Word(row.meta.transport.as_str())
    }),
    always(
        "encap",
        DictionaryList(&TUNNELS),
        "tunnels around the packet, outermost first: mpls, pppoe, ip-in-ip, gre, erspan-1, -2, -3, vxlan, geneve, gtp-u, hep",
        |row| Value::Words(Words(row.meta.wraps)),
    ),
    always("vlan", Int32List, "VLAN ids, outermost first", |row| Value::Numbers(row.meta.wraps.vlans())),
    always("src", Utf8, "sender's IP address, innermost", |row| Value::Addr(row.meta.source.addr)),
    always("sport", Int32, "sender's port", |row| Value::int(row.meta.source.port)),
    always("dst", Utf8, "receiver's IP address, innermost", |row| Value::Addr(row.meta.dest.addr)),
    always("dport", Int32, "receiver's port", |row| Value::int(row.meta.dest.port)),
    maybe(
        "kind",
        Dictionary(KINDS),
        "request or response; null if it looks like SIP and cannot be parsed",
        kind,
    ),
    maybe("method", Utf8, "method of a request", |row| {
        Value::text(row.content.ok().and_then(|message| message.method()).map(Method::as_bytes))
    }),
    maybe("status", Int32, "status code of a response", |row| {
        Value::maybe_int(row.content.ok().and_then(|message| message.status().ok().flatten()))
    }),
    maybe("reason", Utf8, "reason phrase of a response", |row| {
        Value::text(row.content.ok().and_then(|message| message.reason()))
    }),
    maybe("uri", Utf8, "Request-URI", |row| Value::text(row.content.ok().and_then(|message| message.uri()))),
    maybe("uri_user", Utf8, "user of the Request-URI, of a tel URI its number; as on the wire", |row| {
        Value::text(row.request_uri().and_then(user))
    }),
    maybe("uri_host", Utf8, "host of the Request-URI", |row| {
        Value::text(row.request_uri().and_then(|uri| uri.host()).map(|host| host.raw()))
    }),
    maybe("from_display", Utf8, "display name of From, without its quotes", |row| {
        Value::word(row.from().and_then(|from| from.display_name()))
    }),
    maybe("from_uri", Utf8, "URI of From", |row| Value::text(row.from().map(|from| from.uri_span().bytes()))),
    maybe("from_user", Utf8, "user of that URI", |row| {
        Value::text(row.from().and_then(|from| addr_user(from)))
    }),
    maybe("from_tag", Utf8, "tag of From", |row| Value::text(row.from().and_then(|from| from.tag()))),
    maybe("to_uri", Utf8, "URI of To", |row| Value::text(row.to().map(|to| to.uri_span().bytes()))),
    maybe("to_user", Utf8, "user of that URI", |row| Value::text(row.to().and_then(|to| addr_user(to)))),
    maybe("to_tag", Utf8, "tag of To", |row| Value::text(row.to().and_then(|to| to.tag()))),
    maybe("call_id", Utf8, "Call-ID", |row| header(row, HeaderName::CallId)),
    maybe("cseq", Int64, "number of CSeq", |row| {
        cseq(row).and_then(|(digits, _)| number(digits, u32::MAX.into())).map_or(Value::Null, Value::Int)
    }),
    maybe("cseq_method", Utf8, "method of CSeq", |row| Value::text(cseq(row).map(|(_, method)| method))),
    maybe("via_branch", Utf8, "branch of the top Via", |row| {
        Value::text(row.via().and_then(|via| via.branch()))
    }),
    maybe("via_sent_by", Utf8, "host and port of the top Via", |row| Value::text(sent_by(row))),
    maybe("via_received", Utf8, "received of the top Via", |row| {
        Value::word(row.via().and_then(|via| via.received()))
    }),
    always("via_count", Int32, "elements of all Via fields", |row| {
        Value::int(row.content.map_or(0, |message| {
            let fields = message.fields(HeaderName::Via);
            fields.map(|field| elements(field.value())).sum::<usize>()
        }))
    }),
    maybe("max_forwards", Int32, "Max-Forwards", |row| {
        number_header(row, HeaderName::MaxForwards, i32::MAX.into())
    }),
    maybe("contact", Utf8, "the first Contact header, whole", |row| header(row, HeaderName::Contact)),
    maybe("user_agent", Utf8, "User-Agent", |row| header(row, HeaderName::UserAgent)),
    maybe("server", Utf8, "Server", |row| header(row, HeaderName::Server)),
    maybe("expires", Int64, "Expires, if it is a number", |row| {
        number_header(row, HeaderName::Expires, u32::MAX.into())
    }),
    maybe("content_type", Utf8, "Content-Type", |row| header(row, HeaderName::ContentType)),
    maybe("content_length", Int64, "what Content-Length says", |row| {
        Value::maybe_int(row.content.ok().and_then(|message| message.content_length().ok().flatten()))
    }),
    always("body_len", Int64, "bytes of body that are there; 0 where kind is null", |row| {
        Value::int(row.content.map_or(0, |message| message.body().len()))
    }),
    maybe(
        "auth_scheme",
        Utf8,
        "scheme of the credentials, in a response of the challenge; the user agent's before the proxy's",
        |row| Value::text(row.auth().map(|auth| auth.scheme)),
    ),
    maybe("auth_user", Utf8, "username there", |row| auth(row, b"username")),
    maybe("auth_realm", Utf8, "realm there", |row| auth(row, b"realm")),
    maybe("auth_nonce", Utf8, "nonce there", |row| auth(row, b"nonce")),
    maybe("auth_uri", Utf8, "uri there", |row| auth(row, b"uri")),
    maybe("auth_response", Utf8, "response there; the command gives h: and a keyed hash", |row| {
        auth(row, b"response")
    }),
    maybe("auth_algorithm", Utf8, "algorithm there", |row| auth(row, b"algorithm")),
    maybe("auth_qop", Utf8, "qop there", |row| auth(row, b"qop")),
    maybe("auth_nc", Utf8, "nc there", |row| auth(row, b"nc")),
    maybe("pai", Utf8, "the first P-Asserted-Identity header, whole", |row| {
        header(row, HeaderName::PAssertedIdentity)
    }),
    maybe("diversion", Utf8, "the first Diversion header, whole", |row| header(row, HeaderName::Diversion)),
    maybe("identity", Utf8, "the first Identity header, whole", |row| header(row, HeaderName::Identity)),
    maybe("session_id", Utf8, "Session-ID, whole", |row| header(row, HeaderName::SessionId)),
    maybe("reason_q850", Int32, "cause of the first Reason of protocol Q.850 (RFC 3326)", |row| {
        Value::maybe_int(q850(row))
    }),
    maybe("sdp_addr", Utf8, "address of the first media in the session description", |row| {
        Value::text(row.media().and_then(|media| media.addr.as_deref()))
    }),
    maybe("sdp_port", Int32, "its port", |row| Value::maybe_int(row.media().and_then(|media| media.port))),
    maybe("sdp_codecs", Utf8List, "encoding names of all RTP media, each once, in order", |row| {
        row.media().map_or(Value::Null, |media| Value::Texts(&media.codecs))
    }),
    maybe("sdp_crypto", Bool, "whether there are SDES keys or DTLS fingerprints", |row| {
        row.media().map_or(Value::Null, |media| Value::Bool(media.crypto))
    }),
    always(
        "is_retransmission",
        Bool,
        "the same bytes went between the same ends within the 32 s before",
        |row| Value::Bool(row.meta.is_retransmission),
    ),
    maybe(
        "duplicate_of",
        Int64,
        "frame of which this is a second capture: the same bytes and IPv4 identification within 2 ms",
        |row| Value::maybe_int(row.meta.duplicate_of),
    ),
    asked(
        "raw_sha256",
        Fixed32,
        "SHA-256 of the message's bytes; where secrets are hidden, of what is shown of them",
        |row| Value::Hash(Sha256::digest(row.bytes).into()),
    ),
    asked("raw", Binary, "the message's bytes; may hold secrets", |row| Value::Binary(row.bytes)),
    always(
        "defects",
        DefectList,
        "where the message is odd, each code once; offset counted in the payload",
        |row| Value::Defects(row.defects()),
    ),
];

fn kind<'a>(row: &'a Row<'_>) -> Value<'a> {
    match row.content.map(|message| message.kind()) {
        Ok(Kind::Request) => Value::Word("request"),
        Ok(Kind::Response) => Value::Word("response"),
        Err(_) => Value::Null,
    }
}

fn field<'r>(row: &Row<'r>, name: HeaderName) -> Option<HeaderField<'r>> {
    row.content.ok()?.field(name)
}

fn header<'a>(row: &'a Row<'_>, name: HeaderName) -> Value<'a> {
    match field(row, name) {
        Some(field) if field.is_folded() => Value::Folded(field),
        Some(field) => Value::Text(field.value()),
        None => Value::Null,
    }
}

fn number_header<'a>(row: &'a Row<'_>, name: HeaderName, max: i64) -> Value<'a> {
    field(row, name).and_then(|field| number(field.value(), max)).map_or(Value::Null, Value::Int)
}

/// Digits and nothing else, up to `max`.
fn number(digits: &[u8], max: i64) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    let mut number = 0i64;
    for digit in digits {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
        number = number.checked_mul(10)?.checked_add(digit).filter(|number| *number <= max)?;
    }
    Some(number)
}

/// The two words of CSeq, which may stand on two lines.
fn cseq<'r>(row: &Row<'r>) -> Option<(&'r [u8], &'r [u8])> {
    let value = field(row, HeaderName::CSeq)?.value();
    let mut words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    match (words.next(), words.next(), words.next()) {
        (Some(digits), Some(method), None) => Some((digits, method)),
        _ => None,
    }
}

/// As on the wire; of a tel URI the number.
pub(crate) fn user<'r>(uri: &simdsip::Uri<'r>) -> Option<&'r [u8]> {
    uri.user().or_else(|| uri.number()).map(|user| user.raw())
}

pub(crate) fn addr_user<'r>(addr: &NameAddr<'r>) -> Option<&'r [u8]> {
    addr.uri().ok().as_ref().and_then(user)
}

/// Host and, where there is one, colon and port: what stands there, white space included.
fn sent_by<'r>(row: &Row<'r>) -> Option<&'r [u8]> {
    let via = row.via()?;
    let message = row.content.ok()?;
    let host = via.host_span();
    let start = host.at().checked_sub(message.range().start)?;
    let rest = message.as_bytes().get(start..)?;
    let behind = rest.get(host.len()..)?;
    let blank = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let colon = blank(behind);
    if behind.get(colon) != Some(&b':') {
        return rest.get(..host.len());
    }
    let digits = behind.get(colon + 1..)?;
    let before = blank(digits);
    let count = digits.get(before..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 { rest.get(..host.len()) } else { rest.get(..host.len() + colon + 1 + before + count) }
}

/// Elements of a comma-separated list, of which most have one.
fn elements(value: &[u8]) -> usize {
    if memchr::memchr(b',', value).is_none() {
        return usize::from(!value.is_empty());
    }
    let Ok(span) = simdsip::Span::new(value) else { return 1 };
    simdsip::Elements::new(span).count()
}

fn auth<'a>(row: &'a Row<'_>, name: &[u8]) -> Value<'a> {
    Value::word(row.auth().and_then(|auth| auth.params.value(name)))
}

pub(crate) fn q850(row: &Row<'_>) -> Option<u32> {
    let message = row.content.ok()?;
    if !message.has(HeaderName::Reason) {
        return None;
    }
    let mut reasons = message.list::<Reason>().flatten();
    let reason = reasons.find(|reason| reason.token().eq_ignore_ascii_case(b"Q.850"))?;
    reason.cause().ok().flatten()
}
