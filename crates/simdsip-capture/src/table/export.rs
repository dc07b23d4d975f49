//! Batches for other programs of the same process: Arrow's C data interface, and cells as text.
//!
//! What is given away owns its memory. Reads nothing that comes from elsewhere.
//! <https://arrow.apache.org/docs/format/CDataInterface.html>

pub use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
pub use arrow_array::ffi_stream::FFI_ArrowArrayStream;

use super::write_time;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int16Type, Int32Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchIterator, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Schema, TimeUnit};
use std::fmt::Write;
use std::sync::Arc;

/// A stream of batches that are there.
#[must_use]
pub fn to_stream(schema: Arc<Schema>, batches: Vec<RecordBatch>) -> FFI_ArrowArrayStream {
    FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches.into_iter().map(Ok), schema)))
}

/// A schema.
///
/// # Errors
/// None for the schemas of our tables.
pub fn to_schema(schema: &Schema) -> Result<FFI_ArrowSchema, ArrowError> {
    FFI_ArrowSchema::try_from(schema)
}

/// A batch as one struct array; rows that are `false` in `valid` are null.
///
/// # Errors
/// `valid` has another length than the batch.
pub fn to_struct(
    batch: RecordBatch,
    valid: Option<Vec<bool>>,
) -> Result<(FFI_ArrowSchema, FFI_ArrowArray), ArrowError> {
    let (fields, columns, _) = StructArray::from(batch).into_parts();
    let array = StructArray::try_new(fields, columns, valid.map(NullBuffer::from))?;
    Ok((FFI_ArrowSchema::try_from(array.data_type())?, FFI_ArrowArray::new(&array.to_data())))
}

/// A cell as text, `None` where it is null. Escapes nothing.
#[must_use]
pub fn cell(batch: &RecordBatch, column: usize, row: usize) -> Option<String> {
    let array = batch.columns().get(column)?;
    if row >= array.len() || array.is_null(row) {
        return None;
    }
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    };
    Some(match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            let mut text = Vec::new();
            write_time(array.as_primitive::<TimestampNanosecondType>().value(row), &mut text);
            String::from_utf8_lossy(&text).into_owned()
        }
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Dictionary(..) => {
            let words = array.as_dictionary_opt::<Int32Type>()?;
            let key = usize::try_from(words.keys().value(row)).ok()?;
            words.values().as_string_opt::<i32>()?.value(key).to_owned()
        }
        DataType::Binary => hex(array.as_binary::<i32>().value(row)),
        DataType::FixedSizeBinary(_) => hex(array.as_fixed_size_binary().value(row)),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            let all: Vec<_> = (0..items.len()).filter_map(|at| item(&items, at)).collect();
            all.join(", ")
        }
        _ => return None,
    })
}

fn item(items: &ArrayRef, at: usize) -> Option<String> {
    let batch = match items.as_struct_opt() {
        Some(parts) => RecordBatch::from(parts.clone()),
        None => RecordBatch::try_from_iter([("item", Arc::clone(items))]).ok()?,
    };
    let parts: Vec<_> = (0..batch.num_columns()).filter_map(|column| cell(&batch, column, at)).collect();
    Some(parts.join(":"))
}
