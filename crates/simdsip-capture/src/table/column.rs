//! Columns: name, type, meaning, and how to extract them. Each table has one list of them.

use super::row::Row;
use super::value::Value;
use super::{calls, json, messages, registrations, transactions};
use crate::call::Call;
use crate::registration::Registration;
use crate::transaction::Transaction;
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
    /// 64-bit floating point.
    Float64,
    /// Nanoseconds since 1970, UTC.
    Timestamp,
    /// Text.
    Utf8,
    /// Text of a closed set: these words.
    Dictionary(&'static [&'static str]),
    /// The name of a capture file.
    File,
    /// Bytes.
    Binary,
    /// 32 bytes.
    Fixed32,
    /// 16 bytes.
    Fixed16,
    /// Texts.
    Utf8List,
    /// Texts of a closed set.
    DictionaryList(&'static [&'static str]),
    /// 32-bit numbers.
    Int32List,
    /// `{code, offset, len}`.
    DefectList,
    /// `{file, frame}`.
    FrameList,
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
            Self::Float64 => "float64",
            Self::Dictionary(_) | Self::File => "dictionary<utf8>",
            Self::Binary => "binary",
            Self::Fixed32 => "fixed_size_binary[32]",
            Self::Fixed16 => "fixed_size_binary[16]",
            Self::Utf8List => "list<utf8>",
            Self::DictionaryList(_) => "list<dictionary<utf8>>",
            Self::Int32List => "list<int32>",
            Self::DefectList => "list<struct<code: utf8, offset: int32, len: int32>>",
            Self::FrameList => "list<struct<file: dictionary<utf8>, frame: int64>>",
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
    pub(super) get: Get,
}

/// How a column is extracted from a record of its table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Get {
    Message(for<'a> fn(&'a Row<'_>) -> Value<'a>),
    Call(for<'a> fn(&'a Call) -> Value<'a>),
    Registration(for<'a> fn(&'a Registration) -> Value<'a>),
    Transaction(for<'a> fn(&'a Transaction) -> Value<'a>),
}

/// The tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One row a SIP message.
    Messages,
    /// One row a call.
    Calls,
    /// One row an attempt to register.
    Registrations,
    /// One row a transaction.
    Transactions,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Messages, Self::Calls, Self::Registrations, Self::Transactions];

    /// Every column, in the table's order.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Messages => messages::COLUMNS,
            Self::Calls => calls::COLUMNS,
            Self::Registrations => registrations::COLUMNS,
            Self::Transactions => transactions::COLUMNS,
        }
    }

    /// Name of the table's subcommand.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Calls => "calls",
            Self::Registrations => "registrations",
            Self::Transactions => "transactions",
        }
    }

    /// Name and version, as files carry it.
    #[must_use]
    pub const fn schema_name(self) -> &'static str {
        match self {
            Self::Messages => "messages/1",
            Self::Calls => "calls/1",
            Self::Registrations => "registrations/1",
            Self::Transactions => "transactions/1",
        }
    }

    /// The columns asked for.
    ///
    /// # Errors
    /// The first name that no column of the table has.
    pub fn parse_columns(self, list: &str) -> Result<Columns, UnknownColumn> {
        let named = |name: &str| {
            let name = name.trim();
            let found = self.columns().iter().find(|column| column.name == name);
            found.ok_or_else(|| UnknownColumn { name: name.to_owned() })
        };
        list.split(',').map(named).collect::<Result<_, _>>().map(Columns)
    }

    /// All columns but those on request.
    #[must_use]
    pub fn default_columns(self) -> Columns {
        Columns(self.columns().iter().filter(|column| !column.on_request).collect())
    }

    /// The columns that a message has without a capture around it.
    #[must_use]
    pub fn message_columns() -> Columns {
        let of_capture = [
            "file",
            "frame",
            "message_in_frame",
            "file_offset",
            "truncated",
            "ts",
            "transport",
            "encap",
            "vlan",
            "src",
            "sport",
            "dst",
            "dport",
            "is_retransmission",
            "duplicate_of",
        ];
        let alone = |column: &&Column| !column.on_request && !of_capture.contains(&column.name);
        Columns(Self::Messages.columns().iter().filter(alone).collect())
    }

    /// The schema as one JSON object: `{"schema": "messages/1", "columns": [{name, type, nullable, on_request, doc}]}`.
    pub fn schema_json(self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{{\"schema\":\"{}\",\"columns\":[", self.schema_name()).as_bytes());
        for (at, column) in self.columns().iter().enumerate() {
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
}

/// Every column of the message table, in order.
#[must_use]
pub fn schema() -> &'static [Column] {
    Table::Messages.columns()
}

/// The schema of the message table; see [`Table::schema_json`].
pub fn schema_json(out: &mut Vec<u8>) {
    Table::Messages.schema_json(out);
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
    /// Reads names of message columns separated by commas; a name may come twice.
    ///
    /// # Errors
    /// The first name that no column has.
    pub fn parse(list: &str) -> Result<Self, UnknownColumn> {
        Table::Messages.parse_columns(list)
    }

    /// Whether a column is among them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|column| column.name == name)
    }

    /// One alone.
    #[must_use]
    pub fn only(column: &'static Column) -> Self {
        Self(vec![column])
    }

    /// The columns in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Column> {
        self.0.iter().copied()
    }
}

impl Default for Columns {
    /// Those of the message table, but for those on request.
    fn default() -> Self {
        Table::Messages.default_columns()
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

impl Column {
    pub(super) const fn always(name: &'static str, ty: ColumnType, doc: &'static str, get: Get) -> Self {
        Self { name, ty, nullable: false, on_request: false, doc, get }
    }

    pub(super) const fn maybe(name: &'static str, ty: ColumnType, doc: &'static str, get: Get) -> Self {
        Self { name, ty, nullable: true, on_request: false, doc, get }
    }

    pub(super) const fn asked(name: &'static str, ty: ColumnType, doc: &'static str, get: Get) -> Self {
        Self { name, ty, nullable: true, on_request: true, doc, get }
    }
}
