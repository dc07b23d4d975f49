//! Metrics, ladders, and copies of conversations.

use super::input::{Input, Opened, Stop, inputs, os_error, sources};
use super::options::Asked;
use crate::error::capture_error;
use crate::text::bytes_of;
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use simdsip_capture::{
    By, Chosen, Delays, ExtractError, Extraction, Groups, Metrics, Options, Progress, Row,
};
use std::collections::HashSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;

/// Gives `visit` every row, with the GIL released.
fn each_row(
    py: Python<'_>,
    inputs: &[Input],
    options: &Options,
    visit: &mut (dyn FnMut(&Row<'_>, &Arc<[String]>) + Send),
) -> PyResult<()> {
    let mut opened = Opened::new(py, inputs, options)?;
    let ended = py.detach(|| {
        let (messages, names) = (&mut opened.messages, Arc::clone(&opened.names));
        while messages.step(&mut |row| visit(row, &names))? == Progress::More {}
        Ok(())
    });
    opened.settle(py, ended)
}

/// Methods, codes, calls and the metrics of RFC 6076 and E.411: a dict, or a list of them, one a group, if `by` names
/// what groups go by: `src`, `dst`, `hour`, `day`, `transport`, `method`, `status`, `class`, `user_agent`, `from_user`,
/// `from_domain`, `to_user`, `to_domain`. Where a message says nothing of it, the value is `None`.
#[pyfunction]
#[pyo3(signature = (paths, by = None, **options))]
pub(crate) fn stats<'py>(
    py: Python<'py>,
    paths: &Bound<'py, PyAny>,
    by: Option<&Bound<'py, PyAny>>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let words: Vec<String> = match by {
        None => Vec::new(),
        Some(by) => match by.extract::<String>() {
            Ok(words) => words.split(',').map(|word| word.trim().to_owned()).collect(),
            Err(_) => by.extract()?,
        },
    };
    let one = |word: &String| {
        word.parse().map_err(|error| PyValueError::new_err(format!("by: {error}, not {word:?}")))
    };
    let by: Vec<By> = words.iter().map(one).collect::<PyResult<_>>()?;
    let asked = Asked::without(options, &["limit", "threads", "types"])?;
    let mut groups = Groups::new(by.clone());
    each_row(py, &inputs(paths)?, &asked.options, &mut |row, names| {
        if asked.filter.keeps(row) {
            groups.row(row, names);
        }
    })?;
    let (groups, _) = groups.finish();
    if by.is_empty() {
        let all = groups.into_values().next().unwrap_or_default();
        return Ok(metrics(py, PyDict::new(py), &all)?.into_any());
    }
    let rows = PyList::empty(py);
    for (key, group) in &groups {
        let row = PyDict::new(py);
        for (by, value) in by.iter().zip(key) {
            row.set_item(by.as_str(), value)?;
        }
        rows.append(metrics(py, row, group)?)?;
    }
    Ok(rows.into_any())
}

/// The members that `stats --json` has.
fn metrics<'py>(py: Python<'py>, all: Bound<'py, PyDict>, metrics: &Metrics) -> PyResult<Bound<'py, PyDict>> {
    all.set_item("methods", &metrics.methods)?;
    all.set_item("codes", &metrics.codes)?;
    all.set_item("retransmissions", metrics.retransmissions)?;
    all.set_item("duplicates", metrics.duplicates)?;
    all.set_item("calls", metrics.calls())?;
    let outcomes = PyDict::new(py);
    for (outcome, count) in metrics.outcomes() {
        outcomes.set_item(outcome, count)?;
    }
    all.set_item("outcomes", outcomes)?;
    all.set_item("registrations", metrics.registrations())?;
    for (name, _, ratio) in metrics.ratios() {
        let value = PyDict::new(py);
        value.set_item("percent", ratio.percent())?;
        value.set_item("part", ratio.part)?;
        value.set_item("of", ratio.whole)?;
        all.set_item(name, value)?;
    }
    for (name, _, delays) in metrics.delays() {
        all.set_item(name, delay(py, delays)?)?;
    }
    Ok(all)
}

fn delay<'py>(py: Python<'py>, delays: &Delays) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    all.set_item("count", delays.count())?;
    all.set_item("mean_ms", delays.mean())?;
    for (name, percent) in [("p50_ms", 50.0), ("p95_ms", 95.0), ("p99_ms", 99.0)] {
        all.set_item(name, delays.percentile(percent))?;
    }
    all.set_item("max_ms", delays.most())?;
    Ok(all)
}

/// Who sent what to whom in one call.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct Ladder(simdsip_capture::Ladder);

/// The ladder of a call. Raises `KeyError` where no message has its Call-ID.
#[pyfunction]
#[pyo3(signature = (paths, call_id, **options))]
pub(crate) fn ladder(
    py: Python<'_>,
    paths: &Bound<'_, PyAny>,
    call_id: &Bound<'_, PyAny>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Ladder> {
    let asked = Asked::without(options, &["limit", "threads", "types"])?;
    let mut ladder = simdsip_capture::Ladder::new(&bytes_of(call_id)?);
    let show = |text: &[u8]| text.to_vec();
    each_row(py, &inputs(paths)?, &asked.options, &mut |row, _| {
        if asked.filter.keeps(row) {
            ladder.row(row, &show);
        }
    })?;
    match ladder.is_empty() {
        true => Err(PyKeyError::new_err(call_id.clone().unbind())),
        false => Ok(Ladder(ladder)),
    }
}

#[pymethods]
impl Ladder {
    /// For a terminal.
    #[getter]
    fn text(&self) -> String {
        self.0.text(None)
    }

    /// A picture.
    #[getter]
    fn svg(&self) -> String {
        self.0.svg()
    }

    /// A page that needs nothing else.
    #[getter]
    fn html(&self) -> String {
        self.0.html()
    }

    /// A mermaid sequence diagram.
    #[getter]
    fn mermaid(&self) -> String {
        self.0.mermaid()
    }

    /// JSON.
    #[getter]
    fn json(&self) -> String {
        self.0.json()
    }

    fn _repr_svg_(&self) -> String {
        self.0.svg()
    }

    fn __str__(&self) -> String {
        self.0.text(None)
    }

    fn __repr__(&self) -> &'static str {
        "<simdsip.Ladder>"
    }

    /// Writes it in the form that the name ends with: `.txt`, `.svg`, `.html`, `.mmd`, `.json`.
    fn save(&self, path: PathBuf) -> PyResult<()> {
        let drawn = match path.extension().and_then(|end| end.to_str()) {
            Some("txt") => self.text(),
            Some("svg") => self.svg(),
            Some("html" | "htm") => self.html(),
            Some("mmd" | "mermaid") => self.mermaid(),
            Some("json") => self.json(),
            _ => {
                return Err(PyValueError::new_err(
                    "expected a name that ends in .txt, .svg, .html, .mmd or .json",
                ));
            }
        };
        std::fs::write(&path, drawn).map_err(|error| os_error(&error, &path))
    }
}

/// Copies the packets of whole conversations, fragments and segments included, into a pcapng file. Gives how many there
/// are.
///
/// Conversations are named by `call_id`, one or a list, or are those of which a message passes the filters, `limit` of
/// them at most. The captures are read three times, so they have to be files. Where there is none, nothing is written.
#[pyfunction]
#[pyo3(signature = (paths, out, call_id = None, frames = None, **options))]
pub(crate) fn extract(
    py: Python<'_>,
    paths: &Bound<'_, PyAny>,
    out: PathBuf,
    call_id: Option<&Bound<'_, PyAny>>,
    frames: Option<HashSet<u64>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<u64> {
    let asked = Asked::without(options, &["threads", "types"])?;
    let inputs = inputs(paths)?;
    for input in &inputs {
        let Input::Path(path) = input else {
            return Err(PyTypeError::new_err("expected paths: captures are read three times"));
        };
        if matches!((path.canonicalize(), out.canonicalize()), (Ok(one), Ok(other)) if one == other) {
            return Err(PyValueError::new_err("out is one of the captures"));
        }
    }
    let mut chosen = Chosen::new(asked.filter, asked.limit);
    if let Some(one) = call_id {
        match one.cast::<PyList>() {
            Ok(all) => all.iter().try_for_each(|one| bytes_of(&one).map(|id| chosen.call_id(&id)))?,
            Err(_) => chosen.call_id(&bytes_of(one)?),
        }
    }
    frames.unwrap_or_default().into_iter().for_each(|frame| chosen.frame(None, frame));
    if chosen.is_empty() {
        return Err(PyTypeError::new_err("expected call_id, frames or a filter"));
    }
    if chosen.has_to_look() {
        each_row(py, &inputs, &asked.options, &mut |row, _| chosen.look(row))?;
    }
    let mut extraction = Extraction::default();
    each_row(py, &inputs, &asked.options, &mut |row, _| {
        if chosen.has(row) {
            extraction.row(row);
        }
    })?;
    if extraction.is_empty() {
        return Ok(0);
    }
    let stop = Arc::new(Stop::default());
    let sources = sources(py, &inputs, &stop)?;
    let file = BufWriter::new(File::create(&out).map_err(|error| os_error(&error, &out))?);
    let copied = py.detach(|| extraction.copy(sources, file));
    stop.raised()?;
    copied.map_err(|error| match error {
        ExtractError::Write(error) => os_error(&error, &out),
        error => capture_error(py, "extract", &error.to_string(), 0),
    })
}
