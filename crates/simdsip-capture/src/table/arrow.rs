//! Rows as Arrow record batches.
//!
//! Text goes into one buffer a column and is looked at once, as a whole: where it is UTF-8 it is taken as it is, else
//! what is not becomes U+FFFD. Dictionaries hold closed sets and are the same in every batch. Offsets have 32 bits, so a
//! batch that grows beyond them is refused; [`Batches::is_full`] says long before that it should be taken.

use super::column::{Column, ColumnType, Columns, Table};
use super::json::addr;
use super::value::{FrameRef, Masked, Record, Value};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, DictionaryArray, FixedSizeBinaryArray, Float64Array, Int16Array,
    Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
    TimestampNanosecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use std::collections::HashMap;
use std::sync::Arc;

/// Bytes of a batch that is full: whoever reads it has to hold it whole.
const FULL: usize = 64 << 20;
/// Bytes of a column: one that is not UTF-8 becomes three, and no offset is beyond 2^31.
const MAX: usize = i32::MAX as usize / 3;

/// A column of a batch has more bytes than its offsets can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchTooLong;

impl std::fmt::Display for BatchTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a record batch is too long for offsets of 32 bits")
    }
}

impl std::error::Error for BatchTooLong {}

/// Which Arrow types are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Types {
    /// Nanoseconds, dictionaries.
    #[default]
    Native,
    /// What Spark reads: microseconds, plain text.
    Spark,
}

/// The Arrow schema of some columns of a table. `options` is kept in its metadata.
#[must_use]
pub fn arrow_schema(table: Table, columns: &Columns, types: Types, options: &str) -> Schema {
    let fields: Vec<Field> = columns
        .iter()
        .map(|column| Field::new(column.name, data_type(column.ty, types), column.nullable))
        .collect();
    let metadata = [
        ("simdsip.version", env!("CARGO_PKG_VERSION")),
        ("simdsip.schema", table.schema_name()),
        ("simdsip.options", options),
    ];
    let metadata: HashMap<_, _> =
        metadata.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Schema::new_with_metadata(fields, metadata)
}

fn text_type(types: Types) -> DataType {
    match types {
        Types::Native => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Types::Spark => DataType::Utf8,
    }
}

fn data_type(ty: ColumnType, types: Types) -> DataType {
    let list = |item: DataType| DataType::List(Arc::new(Field::new("item", item, false)));
    match ty {
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Int16 => DataType::Int16,
        ColumnType::Int32 => DataType::Int32,
        ColumnType::Int64 => DataType::Int64,
        ColumnType::Float64 => DataType::Float64,
        ColumnType::Timestamp => {
            let unit = if types == Types::Native { TimeUnit::Nanosecond } else { TimeUnit::Microsecond };
            DataType::Timestamp(unit, Some("UTC".into()))
        }
        ColumnType::Utf8 => DataType::Utf8,
        ColumnType::Dictionary(_) | ColumnType::File => text_type(types),
        ColumnType::Binary => DataType::Binary,
        ColumnType::Fixed32 if types == Types::Spark => DataType::Binary,
        ColumnType::Fixed16 if types == Types::Spark => DataType::Binary,
        ColumnType::Fixed32 => DataType::FixedSizeBinary(32),
        ColumnType::Fixed16 => DataType::FixedSizeBinary(16),
        ColumnType::Utf8List => list(DataType::Utf8),
        ColumnType::DictionaryList(_) => list(text_type(types)),
        ColumnType::Int32List => list(DataType::Int32),
        ColumnType::DefectList => list(DataType::Struct(defect_fields())),
        ColumnType::FrameList => list(DataType::Struct(frame_fields(types))),
    }
}

fn defect_fields() -> Fields {
    Fields::from(vec![
        Field::new("code", DataType::Utf8, false),
        Field::new("offset", DataType::Int32, false),
        Field::new("len", DataType::Int32, false),
    ])
}

fn frame_fields(types: Types) -> Fields {
    Fields::from(vec![
        Field::new("file", text_type(types), false),
        Field::new("frame", DataType::Int64, false),
    ])
}

/// What may take the place of values: a mask. Gives what is to be shown, `None` to leave the value as it is.
pub type Mask<'m> = dyn FnMut(&Column, &Value<'_>) -> Option<Masked> + 'm;

/// Gathers rows into record batches.
#[derive(Debug)]
pub struct Batches {
    schema: Arc<Schema>,
    columns: Vec<(&'static Column, Cells)>,
    types: Types,
    rows: usize,
    /// What values of no fixed length take.
    bytes: usize,
}

impl Batches {
    /// For these columns; `files` are the captures' names, in order.
    #[must_use]
    pub fn new(schema: Arc<Schema>, columns: &Columns, types: Types, files: &[String]) -> Self {
        let columns = columns.iter().map(|column| (column, Cells::new(column.ty, files))).collect();
        Self { schema, columns, types, rows: 0, bytes: 0 }
    }

    /// Appends a row.
    #[inline]
    pub fn row(&mut self, record: &impl Record) {
        self.rows += 1;
        for (column, cells) in &mut self.columns {
            self.bytes = self.bytes.saturating_add(cells.append(&record.value(column)));
        }
    }

    /// Appends a row of which `mask` may replace texts.
    pub fn masked_row(&mut self, record: &impl Record, mask: &mut Mask<'_>) {
        self.rows += 1;
        for (column, cells) in &mut self.columns {
            let value = record.value(column);
            let len = match mask(column, &value) {
                Some(masked) => cells.append(&masked.as_value()),
                None => cells.append(&value),
            };
            self.bytes = self.bytes.saturating_add(len);
        }
    }

    /// Rows that were appended since the last batch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether there are so many rows, or 64 MiB of them: time for [`Batches::take`].
    #[must_use]
    pub fn is_full(&self, rows: usize) -> bool {
        self.rows >= rows || self.bytes >= FULL
    }

    /// The rows since the last batch.
    ///
    /// # Errors
    /// A column of them has more than 715 MB. They are lost.
    pub fn take(&mut self) -> Result<RecordBatch, BatchTooLong> {
        let types = self.types;
        self.bytes = 0;
        if self.columns.iter().any(|(_, cells)| cells.len > MAX) {
            let columns = self.columns.iter().map(|(column, cells)| (*column, cells.emptied()));
            (self.columns, self.rows) = (columns.collect(), 0);
            return Err(BatchTooLong);
        }
        let arrays: Vec<_> = self.columns.iter_mut().map(|(_, cells)| cells.take(types)).collect();
        self.rows = 0;
        let options = arrow_array::RecordBatchOptions::new().with_row_count(arrays.is_empty().then_some(0));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .expect("arrays are as the schema says"))
    }
}

/// The values of one column, and which of them are null.
#[derive(Debug)]
struct Cells {
    ty: ColumnType,
    valid: Vec<bool>,
    any_null: bool,
    held: Held,
    /// Bytes beyond a fixed length for each row. Items of lists count at least one.
    len: usize,
}

#[derive(Debug)]
enum Held {
    Bools(Vec<bool>),
    Int16s(Vec<i16>),
    Int32s(Vec<i32>),
    Int64s(Vec<i64>),
    Floats(Vec<f64>),
    Texts(Texts),
    /// Indexes into words.
    Words(Vec<i32>, Dictionary),
    Fixed(Vec<u8>),
    TextLists(Vec<i32>, Texts),
    WordLists(Vec<i32>, Vec<i32>, Dictionary),
    NumberLists(Vec<i32>, Vec<i32>),
    Defects {
        ends: Vec<i32>,
        codes: Texts,
        offsets: Vec<i32>,
        lens: Vec<i32>,
    },
    Frames {
        ends: Vec<i32>,
        files: Vec<i32>,
        frames: Vec<i64>,
        names: Dictionary,
    },
}

/// Words, and the array that all batches share.
#[derive(Clone, Debug)]
struct Dictionary {
    words: Vec<String>,
    array: Arc<StringArray>,
}

impl Dictionary {
    fn new(words: Vec<String>) -> Self {
        let array = Arc::new(StringArray::from(words.clone()));
        Self { words, array }
    }

    /// The set is closed: a word that is not in it is a fault of ours, and shows as the first one.
    fn index(&self, word: &str) -> i32 {
        let at = self.words.iter().position(|known| known == word);
        debug_assert!(at.is_some(), "{word} is in no set");
        at.and_then(|at| i32::try_from(at).ok()).unwrap_or_default()
    }

    fn array(&self, keys: Vec<i32>, nulls: Option<NullBuffer>, types: Types) -> ArrayRef {
        let keys = Int32Array::new(ScalarBuffer::from(keys), nulls);
        match types {
            Types::Native => {
                let values: ArrayRef = self.array.clone();
                Arc::new(
                    DictionaryArray::<Int32Type>::try_new(keys, values).expect("keys are within the words"),
                )
            }
            Types::Spark => {
                let word = |key: Option<i32>| {
                    key.and_then(|key| self.words.get(usize::try_from(key).ok()?)).map(String::as_str)
                };
                Arc::new(keys.iter().map(word).collect::<StringArray>())
            }
        }
    }
}

/// Texts one behind the other.
#[derive(Debug, Default)]
struct Texts {
    ends: Vec<i32>,
    bytes: Vec<u8>,
}

impl Texts {
    fn end(&mut self) {
        self.ends.push(end(self.bytes.len()));
    }

    fn take_offsets(&mut self) -> OffsetBuffer<i32> {
        offsets(std::mem::take(&mut self.ends))
    }

    fn take(&mut self, nulls: Option<NullBuffer>) -> StringArray {
        let bytes = std::mem::take(&mut self.bytes);
        let offsets = self.take_offsets();
        let len = bytes.len();
        if simdutf8::basic::from_utf8(&bytes).is_ok() {
            let buffer = Buffer::from_vec(bytes);
            if let Ok(array) = StringArray::try_new(offsets.clone(), buffer.clone(), nulls.clone()) {
                self.bytes = Vec::with_capacity(len);
                return array;
            }
            return lossy(&offsets, buffer.as_slice(), nulls.as_ref());
        }
        lossy(&offsets, &bytes, nulls.as_ref())
    }
}

fn lossy(offsets: &OffsetBuffer<i32>, bytes: &[u8], nulls: Option<&NullBuffer>) -> StringArray {
    let texts = offsets.windows(2).enumerate().map(|(at, ends)| {
        let range = usize::try_from(ends[0]).ok()?..usize::try_from(ends[1]).ok()?;
        let valid = nulls.is_none_or(|nulls| nulls.is_valid(at));
        valid.then(|| String::from_utf8_lossy(bytes.get(range).unwrap_or_default()))
    });
    texts.collect()
}

/// Where an item ends: within 2^31, or the batch is refused as a whole.
fn end(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}

fn offsets(ends: Vec<i32>) -> OffsetBuffer<i32> {
    let mut offsets = Vec::with_capacity(ends.len() + 1);
    offsets.push(0);
    offsets.extend(ends);
    OffsetBuffer::new(ScalarBuffer::from(offsets))
}

impl Cells {
    fn new(ty: ColumnType, files: &[String]) -> Self {
        let set = |words: &[&str]| Dictionary::new(words.iter().map(|word| (*word).to_owned()).collect());
        let held = match ty {
            ColumnType::Bool => Held::Bools(Vec::new()),
            ColumnType::Int16 => Held::Int16s(Vec::new()),
            ColumnType::Int32 => Held::Int32s(Vec::new()),
            ColumnType::Int64 | ColumnType::Timestamp => Held::Int64s(Vec::new()),
            ColumnType::Float64 => Held::Floats(Vec::new()),
            ColumnType::Utf8 | ColumnType::Binary => Held::Texts(Texts::default()),
            ColumnType::Dictionary(words) => Held::Words(Vec::new(), set(words)),
            ColumnType::File => Held::Words(Vec::new(), Dictionary::new(files.to_vec())),
            ColumnType::Fixed32 | ColumnType::Fixed16 => Held::Fixed(Vec::new()),
            ColumnType::Utf8List => Held::TextLists(Vec::new(), Texts::default()),
            ColumnType::DictionaryList(words) => Held::WordLists(Vec::new(), Vec::new(), set(words)),
            ColumnType::Int32List => Held::NumberLists(Vec::new(), Vec::new()),
            ColumnType::DefectList => Held::Defects {
                ends: Vec::new(),
                codes: Texts::default(),
                offsets: Vec::new(),
                lens: Vec::new(),
            },
            ColumnType::FrameList => Held::Frames {
                ends: Vec::new(),
                files: Vec::new(),
                frames: Vec::new(),
                names: Dictionary::new(files.to_vec()),
            },
        };
        Self { ty, valid: Vec::new(), any_null: false, held, len: 0 }
    }

    /// Appends a value. Gives the bytes that it takes beyond a fixed length.
    #[inline]
    fn append(&mut self, value: &Value<'_>) -> usize {
        let len = self.push(value);
        self.len = self.len.saturating_add(len);
        len
    }

    #[inline]
    fn push(&mut self, value: &Value<'_>) -> usize {
        let null = matches!(value, Value::Null);
        self.valid.push(!null);
        self.any_null |= null;
        let int = |value: &Value<'_>| {
            if let Value::Int(number) | Value::Time(number) = value { *number } else { 0 }
        };
        match &mut self.held {
            Held::Texts(texts) => {
                let start = texts.bytes.len();
                match value {
                    Value::Text(bytes) | Value::Binary(bytes) => texts.bytes.extend_from_slice(bytes),
                    Value::Addr(at) => addr(*at, &mut texts.bytes),
                    Value::Null => {}
                    other => {
                        other.append_text(&mut texts.bytes);
                    }
                }
                texts.end();
                return texts.bytes.len().saturating_sub(start);
            }
            Held::Bools(flags) => flags.push(matches!(value, Value::Bool(true))),
            Held::Int16s(numbers) => numbers.push(i16::try_from(int(value)).unwrap_or(i16::MAX)),
            Held::Int32s(numbers) => numbers.push(i32::try_from(int(value)).unwrap_or(i32::MAX)),
            Held::Int64s(numbers) => numbers.push(int(value)),
            Held::Floats(numbers) => {
                numbers.push(if let Value::Float(number) = value { *number } else { 0.0 })
            }
            Held::Words(keys, words) => keys.push(match value {
                Value::Word(word) => words.index(word),
                Value::File(_, number) => i32::try_from(*number).unwrap_or_default(),
                _ => 0,
            }),
            Held::Fixed(bytes) => match value {
                Value::Hash(hash) => bytes.extend_from_slice(hash),
                Value::Key(key) => bytes.extend_from_slice(key),
                _ => bytes.extend_from_slice(&[0; 32][..width(self.ty)]),
            },
            Held::TextLists(ends, texts) => {
                let start = texts.bytes.len().saturating_add(texts.ends.len());
                if let Value::Texts(all) = value {
                    for text in *all {
                        texts.bytes.extend_from_slice(text);
                        texts.end();
                    }
                }
                ends.push(end(texts.ends.len()));
                return texts.bytes.len().saturating_add(texts.ends.len()).saturating_sub(start);
            }
            Held::WordLists(ends, keys, words) => {
                let start = keys.len();
                if let Value::Words(all) = value {
                    keys.extend(all.iter().map(|word| words.index(word)));
                }
                ends.push(end(keys.len()));
                return size_of::<i32>() * (keys.len() - start);
            }
            Held::NumberLists(ends, numbers) => {
                let start = numbers.len();
                if let Value::Numbers(all) = value {
                    numbers.extend(all.iter().map(|number| i32::from(*number)));
                }
                ends.push(end(numbers.len()));
                return size_of::<i32>() * (numbers.len() - start);
            }
            Held::Defects { ends, codes, offsets, lens } => {
                let start = (codes.bytes.len(), lens.len());
                if let Value::Defects(all) = value {
                    for defect in all.clone() {
                        codes.bytes.extend_from_slice(defect.code.as_bytes());
                        codes.end();
                        offsets.push(i32::try_from(defect.offset).unwrap_or(i32::MAX));
                        lens.push(i32::try_from(defect.len).unwrap_or(i32::MAX));
                    }
                }
                ends.push(end(lens.len()));
                return codes.bytes.len() - start.0 + 3 * size_of::<i32>() * (lens.len() - start.1);
            }
            Held::Frames { ends, files, frames, .. } => {
                let start = frames.len();
                if let Value::Frames(all) = value {
                    for (_, FrameRef { file, frame }) in all.iter() {
                        files.push(i32::try_from(file).unwrap_or_default());
                        frames.push(i64::try_from(frame).unwrap_or(i64::MAX));
                    }
                }
                ends.push(end(frames.len()));
                return (size_of::<i32>() + size_of::<i64>()) * (frames.len() - start);
            }
        }
        0
    }

    /// The same without rows.
    fn emptied(&self) -> Self {
        let held = match &self.held {
            Held::Words(_, words) => Held::Words(Vec::new(), words.clone()),
            Held::WordLists(_, _, words) => Held::WordLists(Vec::new(), Vec::new(), words.clone()),
            Held::Frames { names, .. } => {
                Held::Frames { ends: Vec::new(), files: Vec::new(), frames: Vec::new(), names: names.clone() }
            }
            _ => return Self::new(self.ty, &[]),
        };
        Self { ty: self.ty, valid: Vec::new(), any_null: false, held, len: 0 }
    }

    fn take(&mut self, types: Types) -> ArrayRef {
        self.len = 0;
        let valid = std::mem::take(&mut self.valid);
        let nulls = std::mem::take(&mut self.any_null).then(|| NullBuffer::from(valid));
        let list =
            |item: DataType, ends: &mut Vec<i32>, values: ArrayRef, nulls: Option<NullBuffer>| -> ArrayRef {
                let field = Arc::new(Field::new("item", item, false));
                Arc::new(ListArray::new(field, offsets(std::mem::take(ends)), values, nulls))
            };
        match &mut self.held {
            Held::Bools(flags) => {
                Arc::new(BooleanArray::new(BooleanBuffer::from(std::mem::take(flags)), nulls))
            }
            Held::Int16s(numbers) => Arc::new(Int16Array::new(std::mem::take(numbers).into(), nulls)),
            Held::Int32s(numbers) => Arc::new(Int32Array::new(std::mem::take(numbers).into(), nulls)),
            Held::Int64s(numbers) if self.ty == ColumnType::Timestamp => {
                let numbers = std::mem::take(numbers);
                match types {
                    Types::Native => {
                        Arc::new(TimestampNanosecondArray::new(numbers.into(), nulls).with_timezone("UTC"))
                    }
                    Types::Spark => {
                        let micros: Vec<_> =
                            numbers.into_iter().map(|nanos| nanos.div_euclid(1000)).collect();
                        Arc::new(TimestampMicrosecondArray::new(micros.into(), nulls).with_timezone("UTC"))
                    }
                }
            }
            Held::Int64s(numbers) => Arc::new(Int64Array::new(std::mem::take(numbers).into(), nulls)),
            Held::Floats(numbers) => Arc::new(Float64Array::new(std::mem::take(numbers).into(), nulls)),
            Held::Texts(texts) if self.ty == ColumnType::Binary => {
                let bytes = std::mem::take(&mut texts.bytes);
                Arc::new(BinaryArray::new(texts.take_offsets(), Buffer::from_vec(bytes), nulls))
            }
            Held::Texts(texts) => Arc::new(texts.take(nulls)),
            Held::Words(keys, words) => words.array(std::mem::take(keys), nulls, types),
            Held::Fixed(bytes) => {
                let (bytes, width) = (std::mem::take(bytes), width(self.ty));
                match types {
                    Types::Native => {
                        let width = i32::try_from(width).unwrap_or_default();
                        Arc::new(FixedSizeBinaryArray::new(width, Buffer::from_vec(bytes), nulls))
                    }
                    Types::Spark => {
                        let ends = (1..=bytes.len() / width).map(|at| (at * width) as i32).collect();
                        Arc::new(BinaryArray::new(offsets(ends), Buffer::from_vec(bytes), nulls))
                    }
                }
            }
            Held::TextLists(ends, texts) => list(DataType::Utf8, ends, Arc::new(texts.take(None)), nulls),
            Held::WordLists(ends, keys, words) => {
                let values = words.array(std::mem::take(keys), None, types);
                list(text_type(types), ends, values, nulls)
            }
            Held::NumberLists(ends, numbers) => {
                let values = Arc::new(Int32Array::new(std::mem::take(numbers).into(), None));
                list(DataType::Int32, ends, values, nulls)
            }
            Held::Defects { ends, codes, offsets, lens } => {
                let arrays: Vec<ArrayRef> = vec![
                    Arc::new(codes.take(None)),
                    Arc::new(Int32Array::new(std::mem::take(offsets).into(), None)),
                    Arc::new(Int32Array::new(std::mem::take(lens).into(), None)),
                ];
                let values = Arc::new(StructArray::new(defect_fields(), arrays, None));
                list(DataType::Struct(defect_fields()), ends, values, nulls)
            }
            Held::Frames { ends, files, frames, names } => {
                let arrays: Vec<ArrayRef> = vec![
                    names.array(std::mem::take(files), None, types),
                    Arc::new(Int64Array::new(std::mem::take(frames).into(), None)),
                ];
                let values = Arc::new(StructArray::new(frame_fields(types), arrays, None));
                list(DataType::Struct(frame_fields(types)), ends, values, nulls)
            }
        }
    }
}

fn width(ty: ColumnType) -> usize {
    if ty == ColumnType::Fixed16 { 16 } else { 32 }
}
