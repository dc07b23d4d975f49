//! The columns of the transaction table.

use super::column::{Column, ColumnType, Get};
use super::value::{Frames, Record, Value};
use crate::transaction::Transaction;
use ColumnType::{FrameList, Int32, Timestamp, Utf8};

type Extract = for<'a> fn(&'a Transaction) -> Value<'a>;

const fn always(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::always(name, ty, doc, Get::Transaction(get))
}

const fn maybe(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::maybe(name, ty, doc, Get::Transaction(get))
}

pub(super) static COLUMNS: &[Column] = &[
    always("key", Utf8, "branch, sent-by and method (RFC 3261 §17.2.3)", |one| Value::text(Some(&one.key))),
    always("method", Utf8, "method of the request", |one| Value::text(Some(&one.method))),
    maybe("status", Int32, "code of the final response, else of the last provisional one", |one| {
        Value::maybe_int(one.status)
    }),
    always("ts_start", Timestamp, "the request", |one| Value::Time(one.ts_start)),
    maybe("ts_provisional", Timestamp, "the first provisional response", |one| time(one.ts_provisional)),
    maybe("ts_final", Timestamp, "the first final response", |one| time(one.ts_final)),
    always("retransmissions", Int32, "messages that were sent again", |one| Value::int(one.retransmissions)),
    always("src", Utf8, "who sent the request", |one| Value::Addr(one.src.addr)),
    always("dst", Utf8, "to whom", |one| Value::Addr(one.dst.addr)),
    always("call_id", Utf8, "Call-ID", |one| Value::text(Some(&one.call_id))),
    always("frames", FrameList, "the packets that completed its messages", |one| {
        Value::Frames(Frames { frames: &one.frames, names: &one.names })
    }),
];

fn time<'a>(time: Option<i64>) -> Value<'a> {
    time.map_or(Value::Null, Value::Time)
}

impl Record for Transaction {
    fn value(&self, column: &Column) -> Value<'_> {
        match column.get {
            Get::Transaction(get) => get(self),
            _ => Value::Null,
        }
    }
}
