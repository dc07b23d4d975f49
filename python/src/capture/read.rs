//! The message table, whole, in batches, or message by message.

use super::input::{Input, Opened, Stop, Verdict, inputs};
use super::options::{Asked, columns};
use super::table::{Table, plan, whole};
use crate::message::{Message, Place};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use simdsip_capture::table::{BatchTooLong, Batches, Columns, RecordBatch, Schema, Table as Tables};
use simdsip_capture::{Chunk, Filter, Progress, Reading, Row, Stats, in_order};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Messages between two looks at the batch.
const CHUNK: usize = 1024;
/// Rows of a batch in a table.
const ROWS: usize = 16_384;

/// Reads rows until there are enough for a batch.
struct Batcher {
    opened: Opened,
    reading: Reading,
    chunk: Chunk,
    batches: Batches,
    filter: Filter,
    any: bool,
    left: u64,
    ended: bool,
}

/// A batch, if one came, and how the read went.
type Step = (Option<Result<RecordBatch, BatchTooLong>>, Result<(), simdsip_capture::ReadError>);

impl Batcher {
    /// The next batch of about so many rows; `None` at the end.
    fn next(&mut self, rows: usize) -> Step {
        let Batcher { opened, reading, chunk, batches, filter, any, left, ended } = self;
        let mut went = Ok(());
        while !*ended && !batches.is_full(rows) {
            let progress = opened.messages.fill(chunk, CHUNK.min(rows));
            let mut stats = Stats::default();
            chunk.rows(reading, &mut stats, &mut |row| {
                if *left > 0 && (*any || filter.keeps(row)) {
                    *left -= 1;
                    batches.row(row);
                }
            });
            match progress {
                Ok(Progress::More) => *ended = *left == 0,
                Ok(Progress::End) => *ended = true,
                Err(error) => (went, *ended) = (Err(error), true),
            }
        }
        ((!batches.is_empty()).then(|| batches.take()), went)
    }
}

fn batcher(
    py: Python<'_>,
    inputs: &[Input],
    columns: &Columns,
    asked: Asked,
) -> PyResult<(Batcher, Arc<Schema>)> {
    let schema = plan(Tables::Messages, columns, asked.types);
    let opened = Opened::new(py, inputs, &asked.options)?;
    let batches = Batches::new(Arc::clone(&schema), columns, asked.types, &opened.names);
    let reading = opened.messages.reading();
    let any = asked.filter.is_empty();
    let (filter, left) = (asked.filter, asked.limit);
    Ok((
        Batcher { opened, reading, chunk: Chunk::default(), batches, filter, any, left, ended: false },
        schema,
    ))
}

fn messages_asked(
    keywords: Option<&Bound<'_, PyDict>>,
    columns: &Columns,
    useless: &[&str],
) -> PyResult<Asked> {
    let mut asked = Asked::without(keywords, useless)?;
    if !columns.has("is_retransmission") && !columns.has("duplicate_of") {
        asked.options = asked.options.without_repeats();
    }
    Ok(asked)
}

/// One row a SIP message of captures, which are one sequence by time.
///
/// `paths` is a path, a binary file object, or a list of them. What no column asks for is not read.
#[pyfunction]
#[pyo3(signature = (paths, columns = None, **options))]
pub(crate) fn read_pcap(
    py: Python<'_>,
    paths: &Bound<'_, PyAny>,
    columns: Option<&Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let columns = self::columns(Tables::Messages, columns)?;
    let asked = messages_asked(options, &columns, &[])?;
    let inputs = inputs(paths)?;
    // A read that waits for more is interrupted on this thread alone.
    let waits = inputs.iter().any(|input| matches!(input, Input::Pipe(_)));
    if asked.threads.get() > 1 && asked.limit == u64::MAX && !waits {
        return threaded(py, &inputs, &columns, asked);
    }
    let (mut batcher, schema) = batcher(py, &inputs, &columns, asked)?;
    let mut all = Vec::new();
    let ended = py.detach(|| {
        loop {
            let (batch, went) = batcher.next(ROWS);
            let done = batch.is_none() || batcher.ended;
            all.extend(batch);
            if done || went.is_err() {
                return went;
            }
        }
    });
    batcher.opened.settle(py, ended)?;
    Ok(Table::new(schema, whole(all)?))
}

/// The same on several threads, while this one looks for signals.
fn threaded(py: Python<'_>, inputs: &[Input], columns: &Columns, asked: Asked) -> PyResult<Table> {
    let Asked { options, filter, threads, types, .. } = asked;
    let schema = plan(Tables::Messages, columns, types);
    let mut opened = Opened::new(py, inputs, &options)?;
    let (names, stop) = (Arc::clone(&opened.names), Arc::clone(&opened.stop));
    let any = filter.is_empty();
    let mut all = Vec::new();
    let make = || Batches::new(Arc::clone(&schema), columns, types, &names);
    let messages = &mut opened.messages;
    let ended = py.detach(|| {
        watched(&stop, || {
            in_order(
                messages,
                threads,
                make,
                |batches, reading, chunk, stats| {
                    chunk.rows(reading, stats, &mut |row| {
                        if any || filter.keeps(row) {
                            batches.row(row);
                        }
                    });
                    (!batches.is_empty()).then(|| batches.take())
                },
                |batch| {
                    all.extend(batch);
                    if stop.is_wanted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            )
        })
    });
    opened.settle(py, ended)?;
    Ok(Table::new(schema, whole(all)?))
}

/// Runs `work` on a thread of its own and looks for signals on this one.
fn watched<T: Send>(stop: &Stop, work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let working = scope.spawn(work);
        while !working.is_finished() {
            stop.check();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        working.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The message table batch by batch, in bounded memory.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct BatchIterator {
    batcher: Mutex<Batcher>,
    schema: Arc<Schema>,
    rows: usize,
}

/// As `read_pcap`, a `Table` of about `batch_size` rows at a time.
#[pyfunction]
#[pyo3(signature = (paths, batch_size = 65536, columns = None, **options))]
pub(crate) fn iter_batches(
    py: Python<'_>,
    paths: &Bound<'_, PyAny>,
    batch_size: usize,
    columns: Option<&Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<BatchIterator> {
    if batch_size == 0 {
        return Err(PyValueError::new_err("batch_size: expected a number from 1 on"));
    }
    let columns = self::columns(Tables::Messages, columns)?;
    let asked = messages_asked(options, &columns, &["threads"])?;
    let (batcher, schema) = batcher(py, &inputs(paths)?, &columns, asked)?;
    Ok(BatchIterator { batcher: Mutex::new(batcher), schema, rows: batch_size })
}

#[pymethods]
impl BatchIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Table>> {
        // Nobody waits for the batcher with the interpreter held, and whoever has it asks for the interpreter only to
        // read: what is said at the end is said when the batcher is free again.
        let (batch, verdict) = py.detach(|| {
            let mut batcher = self.batcher.lock().unwrap_or_else(PoisonError::into_inner);
            let (batch, went) = batcher.next(self.rows);
            match batch {
                Some(batch) if went.is_ok() => (Some(batch), Verdict::default()),
                _ => (None, batcher.opened.verdict(went)),
            }
        });
        verdict.tell(py)?;
        match batch {
            Some(batch) => Ok(Some(Table::new(Arc::clone(&self.schema), whole(vec![batch])?))),
            None => Ok(None),
        }
    }
}

/// Messages of captures, one by one.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct MessageIterator(Mutex<Walk>);

struct Walk {
    opened: Opened,
    asked: Asked,
    ready: VecDeque<Message>,
    ended: bool,
}

/// Each SIP message of captures as a `Message` that owns its bytes and knows its place.
#[pyfunction]
#[pyo3(signature = (paths, **options))]
pub(crate) fn iter_messages(
    py: Python<'_>,
    paths: &Bound<'_, PyAny>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<MessageIterator> {
    let mut asked = Asked::without(options, &["threads", "types"])?;
    asked.options = asked.options.without_repeats();
    let opened = Opened::new(py, &inputs(paths)?, &asked.options)?;
    Ok(MessageIterator(Mutex::new(Walk { opened, asked, ready: VecDeque::new(), ended: false })))
}

fn message(row: &Row<'_>) -> Message {
    let place = Place {
        file: row.file().to_owned(),
        frame: row.frame(),
        time: row.time(),
        transport: row.transport().as_str(),
        source: (row.source().addr.to_string(), row.source().port),
        dest: (row.dest().addr.to_string(), row.dest().port),
    };
    Message::captured(row.message().map(simdsip::Message::into_owned), row.bytes(), place)
}

impl Walk {
    fn advance(&mut self) -> Result<(), simdsip_capture::ReadError> {
        let Walk { opened, asked, ready, ended } = self;
        let Asked { filter, limit, .. } = asked;
        while ready.is_empty() && !*ended && *limit > 0 {
            let progress = opened.messages.step(&mut |row| {
                if *limit > 0 && filter.keeps(row) {
                    *limit -= 1;
                    ready.push_back(message(row));
                }
            });
            match progress {
                Ok(Progress::More) => {}
                Ok(Progress::End) => *ended = true,
                Err(error) => {
                    *ended = true;
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

#[pymethods]
impl MessageIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Message>> {
        let (message, verdict) = py.detach(|| {
            let mut walk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let went = walk.advance();
            let message = walk.ready.pop_front();
            let ended = message.is_none() || went.is_err();
            (message, if ended { walk.opened.verdict(went) } else { Verdict::default() })
        });
        verdict.tell(py)?;
        Ok(message)
    }
}
