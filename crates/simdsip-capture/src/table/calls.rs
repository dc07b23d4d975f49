//! The columns of the call table.

use super::column::{Column, ColumnType, Get};
use super::value::{Frames, Record, Value};
use crate::call::{Call, Outcome, Side};
use ColumnType::{Dictionary, Fixed16, Float64, FrameList, Int32, Timestamp, Utf8, Utf8List};

type Extract = for<'a> fn(&'a Call) -> Value<'a>;

const fn always(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::always(name, ty, doc, Get::Call(get))
}

const fn maybe(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::maybe(name, ty, doc, Get::Call(get))
}

pub(super) static COLUMNS: &[Column] = &[
    always("call_key", Fixed16, "of Call-ID and From tag: the same in every run", |call| {
        Value::Key(call.key())
    }),
    always("call_ids", Utf8List, "the Call-ID", |call| Value::Texts(call.call_ids())),
    always("ts_start", Timestamp, "the first INVITE", |call| Value::Time(call.start())),
    maybe("ts_ring", Timestamp, "the first response from 101 to 199", |call| time(call.ring())),
    maybe("ts_answer", Timestamp, "the first 2xx", |call| time(call.answer())),
    maybe(
        "ts_end",
        Timestamp,
        "the BYE that ended it; of a call that was not answered, its final response",
        |call| time(call.end()),
    ),
    always("caller", Utf8, "URI of From", |call| Value::text(Some(call.uris().0))),
    always("callee", Utf8, "URI of To", |call| Value::text(Some(call.uris().1))),
    always("src", Utf8, "where the first INVITE came from", |call| Value::Addr(call.ends().0.addr)),
    always("dst", Utf8, "where it went to", |call| Value::Addr(call.ends().1.addr)),
    always(
        "outcome",
        Dictionary(Outcome::WORDS),
        "answered, busy (486, 600), no-answer (408, 480), cancelled (487), rejected (other 4xx, 6xx), redirected (3xx), \
         failed (5xx), timeout, incomplete",
        |call| Value::Word(call.outcome().as_str()),
    ),
    maybe("final_status", Int32, "status code that the caller ended with", |call| {
        Value::maybe_int(call.final_status())
    }),
    maybe("reason_q850", Int32, "Q.850 cause of the last Reason field (RFC 3326)", |call| {
        Value::maybe_int(call.q850())
    }),
    maybe("pdd_ms", Float64, "from the first INVITE to ts_ring, milliseconds; challenges included", |call| {
        call.ring().map_or(Value::Null, |ring| Value::Float(apart(call.start(), ring) / 1e6))
    }),
    maybe("duration_s", Float64, "from ts_answer to the BYE, seconds", |call| {
        match (call.answer(), call.bye().0) {
            (Some(answer), Some(bye)) => Value::Float(apart(answer, bye) / 1e9),
            _ => Value::Null,
        }
    }),
    maybe("auth_user", Utf8, "username of the INVITE's credentials", |call| Value::text(call.auth_user())),
    maybe(
        "codecs_offered",
        Utf8List,
        "codecs of the first session description of the caller's INVITE, or of the callee's offer",
        |call| call.codecs_offered().map_or(Value::Null, Value::Texts),
    ),
    maybe(
        "codec_chosen",
        Utf8,
        "the first codec of the answer that is no telephone-event or comfort noise",
        |call| Value::text(call.codec_chosen()),
    ),
    always("retransmissions", Int32, "messages that were sent again", |call| {
        Value::int(call.retransmissions())
    }),
    maybe("ua_caller", Utf8, "User-Agent of the INVITE", |call| Value::text(call.agents().0)),
    maybe("ua_callee", Utf8, "Server or User-Agent of the answer, else of what rang", |call| {
        Value::text(call.agents().1)
    }),
    maybe("who_hung_up", Dictionary(Side::WORDS), "who sent the BYE of an answered call", |call| {
        call.who_hung_up().map_or(Value::Null, |side| Value::Word(side.as_str()))
    }),
    always("forks", Int32, "distinct To tags of responses, challenges left out", |call| {
        Value::int(call.forks())
    }),
    always("messages", Int32, "messages, without second captures of the same", |call| {
        Value::int(call.message_count())
    }),
    always("frames", FrameList, "the packets that completed them", |call| {
        Value::Frames(Frames { frames: call.frames(), names: call.names() })
    }),
];

fn time<'a>(time: Option<i64>) -> Value<'a> {
    time.map_or(Value::Null, Value::Time)
}

fn apart(from: i64, to: i64) -> f64 {
    to.saturating_sub(from) as f64
}

impl Record for Call {
    fn value(&self, column: &Column) -> Value<'_> {
        match column.get {
            Get::Call(get) => get(self),
            _ => Value::Null,
        }
    }
}
