//! Arrow and Parquet hold what JSON holds.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use simdsip_capture::table::{
    ArrowFile, Batches, ColumnType, Jsonl, ParquetFiles, Record, Table, Types, Value, arrow_schema,
};
use simdsip_capture::{Messages, Options, Progress};
use std::sync::Arc;

fn batch(types: Types) -> (RecordBatch, Vec<serde_json::Value>) {
    let path = simdsip_corpus::root().join("capture/mixed-400.pcap");
    let names: Vec<_> = Table::Messages.columns().iter().map(|column| column.name).collect();
    let columns = Table::Messages.parse_columns(&names.join(",")).unwrap();
    let mut messages = Messages::open(&path, &Options::default()).unwrap();
    let schema = Arc::new(arrow_schema(Table::Messages, &columns, types, ""));
    let mut batches = Batches::new(schema, &columns, types, &messages.names());
    let (mut jsonl, mut text) = (Jsonl::new(columns), Vec::new());
    while messages
        .step(&mut |row| {
            batches.row(row);
            jsonl.row(row, &mut text);
            for column in Table::Messages.columns() {
                assert!(column.nullable || !matches!(row.value(column), Value::Null), "{}", column.name);
            }
        })
        .unwrap()
        == Progress::More
    {}
    let rows =
        String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (batches.take().unwrap(), rows)
}

#[test]
fn each_cell_is_that_of_json() {
    for types in [Types::Native, Types::Spark] {
        let (batch, rows) = batch(types);
        assert_eq!((batch.num_rows(), rows.len()), (404, 404));
        let mut compared = 0;
        for (at, column) in Table::Messages.columns().iter().enumerate() {
            let array = batch.column(at);
            for (row, json) in rows.iter().enumerate() {
                let json = &json[column.name];
                assert_eq!(array.is_null(row), json.is_null(), "{} {row}", column.name);
                if json.is_null() {
                    continue;
                }
                match column.ty {
                    ColumnType::Utf8 => {
                        assert_eq!(array.as_string::<i32>().value(row), json.as_str().unwrap())
                    }
                    ColumnType::Int64 => {
                        assert_eq!(array.as_primitive::<Int64Type>().value(row), json.as_i64().unwrap());
                    }
                    ColumnType::Bool => assert_eq!(array.as_boolean().value(row), json.as_bool().unwrap()),
                    ColumnType::Dictionary(_) | ColumnType::File => match types {
                        Types::Native => {
                            let words = array.as_dictionary::<arrow_array::types::Int32Type>();
                            let word = words.values().as_string::<i32>().value(words.key(row).unwrap());
                            assert_eq!(word, json.as_str().unwrap());
                        }
                        Types::Spark => {
                            assert_eq!(array.as_string::<i32>().value(row), json.as_str().unwrap())
                        }
                    },
                    ColumnType::Utf8List | ColumnType::DefectList | ColumnType::Int32List => {
                        assert_eq!(array.as_list::<i32>().value(row).len(), json.as_array().unwrap().len());
                    }
                    _ => continue,
                }
                compared += 1;
            }
        }
        assert!(compared > 404 * 20, "{compared}");
        let has_dictionary = |ty: &DataType| format!("{ty}").contains("Dictionary");
        let dictionaries = batch.schema().fields().iter().any(|field| has_dictionary(field.data_type()));
        assert_eq!(dictionaries, types == Types::Native);
    }
}

#[test]
fn files_give_back_what_was_written() {
    let dir = std::env::temp_dir().join(format!("simdsip-arrow-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    for types in [Types::Native, Types::Spark] {
        let (batch, _) = batch(types);
        let mut stream = Vec::new();
        let mut writer = ArrowFile::stream(&mut stream, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.write(&batch.slice(0, 7)).unwrap();
        writer.finish().unwrap();
        let read: Vec<_> =
            arrow_ipc::reader::StreamReader::try_new(&stream[..], None).unwrap().flatten().collect();
        assert_eq!(read, [batch.clone(), batch.slice(0, 7)]);
        assert_eq!(read[0].schema().metadata()["simdsip.schema"], "messages/1");

        let path = dir.join("x.arrow");
        let mut writer = ArrowFile::<Vec<u8>>::create(&path, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.write(&batch.slice(7, 9)).unwrap();
        writer.finish().unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let read: Vec<_> = arrow_ipc::reader::FileReader::try_new(file, None).unwrap().flatten().collect();
        assert_eq!(read, [batch.clone(), batch.slice(7, 9)]);

        let parts = dir.join(format!("{types:?}"));
        let mut files = ParquetFiles::dir(&parts, "messages", batch.schema(), 150).unwrap();
        files.write(&batch).unwrap();
        files.finish().unwrap();
        let mut rows = 0;
        for part in 0..3 {
            let file = std::fs::File::open(parts.join(format!("messages-{part:05}.parquet"))).unwrap();
            for read in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
                let read = read.unwrap();
                assert!(read.num_rows() <= 150);
                let wanted = batch.slice(rows, read.num_rows());
                assert_eq!(read.columns(), wanted.columns(), "{types:?} {part}");
                rows += read.num_rows();
            }
        }
        assert_eq!(rows, 404);
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

/// A row of one long text.
struct Long(Vec<u8>);

impl Record for Long {
    fn value(&self, _: &simdsip_capture::table::Column) -> Value<'_> {
        Value::Text(&self.0)
    }
}

#[test]
fn a_batch_is_full_by_its_bytes_and_refused_where_offsets_end() {
    let columns = Table::Messages.parse_columns("user_agent").unwrap();
    let schema = Arc::new(arrow_schema(Table::Messages, &columns, Types::Native, ""));
    let mut batches = Batches::new(schema, &columns, Types::Native, &[]);
    let row = Long(vec![b'x'; 1 << 20]);
    let fill = |batches: &mut Batches, count: usize| (0..count).for_each(|_| batches.row(&row));
    fill(&mut batches, 63);
    assert!(!batches.is_full(64) && batches.is_full(63));
    fill(&mut batches, 1);
    assert!(batches.is_full(usize::MAX));
    assert_eq!(batches.take().unwrap().num_rows(), 64);
    assert!(batches.is_empty() && !batches.is_full(1));
    fill(&mut batches, 690);
    assert_eq!(batches.take(), Err(simdsip_capture::table::BatchTooLong));
    fill(&mut batches, 2);
    assert_eq!(batches.take().unwrap().num_rows(), 2);
}
