//! The columns: name, type, meaning, and how to extract them. The only list there is.

use super::json;
use super::row::{Row, Value};
use sha2::{Digest, Sha256};
use simdsip::{HeaderField, HeaderName, Kind, Method};
use std::fmt;

/// The Arrow type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnType {
    /// true or false.
    Bool,
    /// 16-bit signed.
    Int16,
    /// 32-bit signed.
    Int32,
    /// 64-bit signed.
    Int64,
    /// Nanoseconds since 1970, UTC.
    Timestamp,
    /// Text.
    Utf8,
    /// Text of a closed set.
    Dictionary,
    /// Bytes.
    Binary,
    /// 32 bytes.
    Fixed32,
    /// Texts of a closed set.
    DictionaryList,
    /// 32-bit numbers.
    Int32List,
    /// `{code, offset, len}`.
    DefectList,
}

impl ColumnType {
    /// As `schema` prints it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Timestamp => "timestamp[ns, UTC]",
            Self::Utf8 => "utf8",
            Self::Dictionary => "dictionary<utf8>",
            Self::Binary => "binary",
            Self::Fixed32 => "fixed_size_binary[32]",
            Self::DictionaryList => "list<dictionary<utf8>>",
            Self::Int32List => "list<int32>",
            Self::DefectList => "list<struct<code: utf8, offset: int32, len: int32>>",
        }
    }
}

/// One column of the table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, stable.
    pub name: &'static str,
    /// Its Arrow type.
    pub ty: ColumnType,
    /// Whether it may be null.
    pub nullable: bool,
    /// Left out unless asked for by name.
    pub on_request: bool,
    /// What it holds.
    pub doc: &'static str,
    pub(super) get: for<'a> fn(&'a Row<'_>) -> Value<'a>,
}

/// Every column, in the table's order.
#[must_use]
pub fn schema() -> &'static [Column] {
    COLUMNS
}

/// The schema as one JSON object: `{"schema": "messages/1", "columns": [{name, type, nullable, on_request, doc}]}`.
pub fn schema_json(out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"schema\":\"messages/1\",\"columns\":[");
    for (at, column) in COLUMNS.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"{\"name\":" } else { b",{\"name\":" });
        json::text(column.name.as_bytes(), out);
        out.extend_from_slice(b",\"type\":");
        json::text(column.ty.as_str().as_bytes(), out);
        for (key, flag) in [("nullable", column.nullable), ("on_request", column.on_request)] {
            out.extend_from_slice(format!(",\"{key}\":{flag}").as_bytes());
        }
        out.extend_from_slice(b",\"doc\":");
        json::text(column.doc.as_bytes(), out);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}\n");
}

/// The columns asked for, in that order.
///
/// ```
/// use simdsip_capture::table::Columns;
///
/// let columns = Columns::parse("frame,method,call_id")?;
/// assert_eq!(columns.iter().count(), 3);
/// assert_eq!(Columns::parse("frame,colour").unwrap_err().to_string(), "no column is called colour");
/// # Ok::<(), simdsip_capture::table::UnknownColumn>(())
/// ```
#[derive(Clone, Debug)]
pub struct Columns(Vec<&'static Column>);

impl Columns {
    /// Reads names separated by commas; a name may come twice.
    ///
    /// # Errors
    /// The first name that no column has.
    pub fn parse(list: &str) -> Result<Self, UnknownColumn> {
        let named = |name: &str| {
            let name = name.trim();
            let found = COLUMNS.iter().find(|column| column.name == name);
            found.ok_or_else(|| UnknownColumn { name: name.to_owned() })
        };
        list.split(',').map(named).collect::<Result<_, _>>().map(Self)
    }

    /// The columns in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Column> {
        self.0.iter().copied()
    }
}

impl Default for Columns {
    /// All but those on request.
    fn default() -> Self {
        Self(COLUMNS.iter().filter(|column| !column.on_request).collect())
    }
}

/// A name that no column has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownColumn {
    /// That name.
    pub name: String,
}

impl fmt::Display for UnknownColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no column is called {}", self.name.escape_debug())
    }
}

impl std::error::Error for UnknownColumn {}

const fn always(name: &'static str, ty: ColumnType, doc: &'static str, get: Get) -> Column {
    Column { name, ty, nullable: false, on_request: false, doc, get }
}

const fn maybe(name: &'static str, ty: ColumnType, doc: &'static str, get: Get) -> Column {
    Column { name, ty, nullable: true, on_request: false, doc, get }
}

const fn asked(name: &'static str, ty: ColumnType, doc: &'static str, get: Get) -> Column {
    Column { name, ty, nullable: true, on_request: true, doc, get }
}

type Get = for<'a> fn(&'a Row<'_>) -> Value<'a>;

use ColumnType::{
    Binary, Bool, DefectList, Dictionary, DictionaryList, Fixed32, Int16, Int32, Int32List, Int64, Timestamp,
    Utf8,
};

static COLUMNS: &[Column] = &[
    always("file", Dictionary, "the capture, as it was named", |row| Value::Text(row.file.as_bytes())),
    always("frame", Int64, "packet that completed the message, from 1", |row| int(row.frame)),
    always(
        "message_in_frame",
        Int16,
        "counts the messages that a packet completed, from 0; with file and frame unique",
        |row| int(row.message_in_frame),
    ),
    maybe(
        "file_offset",
        Int64,
        "byte offset of that packet's record in the file",
        |row| int(row.file_offset),
    ),
    always("truncated", Bool, "the capture holds less of the message than was sent", |row| {
        Value::Bool(row.truncated)
    }),
    always(
        "ts",
        Timestamp,
        "packet time; as text RFC 3339 in UTC with nine digits; 1970 for a packet without time",
        |row| Value::Time(row.time.unwrap_or_default()),
    ),
    always("transport", Dictionary, "udp or tcp", |row| Value::Word(row.transport.as_str())),
    always("encap", DictionaryList, "tunnels around the packet, outermost first", |_| Value::Words(&[])),
    always("vlan", Int32List, "VLAN ids, outermost first", |row| Value::Numbers(row.vlans.as_slice())),
    always("src", Utf8, "sender's IP address, innermost", |row| Value::Addr(row.source.addr)),
    always("sport", Int32, "sender's port", |row| int(row.source.port)),
    always("dst", Utf8, "receiver's IP address, innermost", |row| Value::Addr(row.dest.addr)),
    always("dport", Int32, "receiver's port", |row| int(row.dest.port)),
    maybe("kind", Dictionary, "request or response; null if it looks like SIP and cannot be parsed", kind),
    maybe("method", Utf8, "method of a request", |row| {
        Value::from_text(row.content.ok().and_then(|message| message.method()).map(Method::as_bytes))
    }),
    maybe("status", Int32, "status code of a response", |row| {
        row.content.ok().and_then(|message| message.status().ok().flatten()).map_or(Value::Null, int)
    }),
    maybe("reason", Utf8, "reason phrase of a response", |row| {
        Value::from_text(row.content.ok().and_then(|message| message.reason()))
    }),
    maybe("uri", Utf8, "Request-URI", |row| {
        Value::from_text(row.content.ok().and_then(|message| message.uri()))
    }),
    maybe("call_id", Utf8, "Call-ID", |row| header(row, HeaderName::CallId)),
    maybe("cseq", Int64, "number of CSeq", |row| {
        cseq(row).and_then(|(digits, _)| number(digits, u32::MAX.into())).map_or(Value::Null, Value::Int)
    }),
    maybe("cseq_method", Utf8, "method of CSeq", |row| Value::from_text(cseq(row).map(|(_, method)| method))),
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
        let said = row.content.ok().and_then(|message| message.content_length().ok().flatten());
        said.map_or(Value::Null, int)
    }),
    always("body_len", Int64, "bytes of body that are there; 0 where kind is null", |row| {
        int(row.content.map_or(0, |message| message.body().len()))
    }),
    asked("raw_sha256", Fixed32, "SHA-256 of the message's bytes", |row| {
        Value::Hash(Sha256::digest(row.bytes).into())
    }),
    asked("raw", Binary, "the message's bytes; may hold secrets", |row| Value::Binary(row.bytes)),
    always(
        "defects",
        DefectList,
        "where the message is odd, each code once; offset counted in the payload",
        |row| Value::Defects(row.defects()),
    ),
];

impl<'r> Value<'r> {
    fn from_text(text: Option<&'r [u8]>) -> Self {
        text.map_or(Value::Null, Value::Text)
    }
}

/// Null above 2^63 - 1.
fn int<'r>(number: impl TryInto<i64>) -> Value<'r> {
    number.try_into().map_or(Value::Null, Value::Int)
}

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
