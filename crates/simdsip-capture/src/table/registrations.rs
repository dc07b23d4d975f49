//! The columns of the registration table.

use super::column::{Column, ColumnType, Get};
use super::value::{Frames, Record, Value};
use crate::registration::{Registration, RegistrationResult};
use ColumnType::{Dictionary, FrameList, Int32, Int64, Timestamp, Utf8};

type Extract = for<'a> fn(&'a Registration) -> Value<'a>;

const fn always(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::always(name, ty, doc, Get::Registration(get))
}

const fn maybe(name: &'static str, ty: ColumnType, doc: &'static str, get: Extract) -> Column {
    Column::maybe(name, ty, doc, Get::Registration(get))
}

pub(super) static COLUMNS: &[Column] = &[
    always("aor", Utf8, "URI of To: the address of record", |one| Value::text(Some(&one.aor))),
    maybe("contact", Utf8, "the first Contact header, whole", |one| Value::text(one.contact.as_deref())),
    always("src", Utf8, "who sent the REGISTER", |one| Value::Addr(one.src.addr)),
    always("dst", Utf8, "to whom", |one| Value::Addr(one.dst.addr)),
    maybe("user_agent", Utf8, "User-Agent", |one| Value::text(one.user_agent.as_deref())),
    always("ts", Timestamp, "the first REGISTER", |one| Value::Time(one.ts)),
    maybe("expires", Int64, "seconds that were granted, else asked for", |one| Value::maybe_int(one.expires)),
    always(
        "result",
        Dictionary(RegistrationResult::WORDS),
        "registered, removed, fetched, challenged (and never retried), rejected, redirected, failed, timeout, incomplete",
        |one| Value::Word(one.result.as_str()),
    ),
    maybe("status", Int32, "code of the last final response", |one| Value::maybe_int(one.status)),
    maybe("auth_user", Utf8, "username of the credentials", |one| Value::text(one.auth_user.as_deref())),
    always("call_id", Utf8, "Call-ID", |one| Value::text(Some(&one.call_id))),
    always("frames", FrameList, "the packets that completed its messages", |one| {
        Value::Frames(Frames { frames: &one.frames, names: &one.names })
    }),
];

impl Record for Registration {
    fn value(&self, column: &Column) -> Value<'_> {
        match column.get {
            Get::Registration(get) => get(self),
            _ => Value::Null,
        }
    }
}
