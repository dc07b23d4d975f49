//! Keyword arguments that the functions over captures share.

use super::input::os_error;
use crate::text::bytes_of;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use simdsip_capture::table::{Columns, Table, Types};
use simdsip_capture::{Filter, Options, Secrets, parse_time};
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What was asked for.
pub(crate) struct Asked {
    pub(crate) options: Options,
    pub(crate) filter: Filter,
    pub(crate) limit: u64,
    pub(crate) threads: NonZeroUsize,
    pub(crate) types: Types,
}

fn wrong(name: &str, error: impl Display) -> PyErr {
    PyValueError::new_err(format!("{name}: {error}"))
}

impl Asked {
    /// Reads keywords, but not those that are `useless` to whoever asks.
    pub(crate) fn without(keywords: Option<&Bound<'_, PyDict>>, useless: &[&str]) -> PyResult<Asked> {
        for name in keywords.into_iter().flat_map(|keywords| keywords.keys()) {
            let name: String = name.extract()?;
            if useless.contains(&name.as_str()) {
                return Err(PyTypeError::new_err(format!("unexpected keyword argument {name:?}")));
            }
        }
        Asked::of(keywords)
    }

    /// Reads keywords; those with `None` are not asked for.
    pub(crate) fn of(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Asked> {
        let mut asked = Asked {
            options: Options::default(),
            filter: Filter::default(),
            limit: u64::MAX,
            threads: NonZeroUsize::MIN,
            types: Types::Native,
        };
        for (name, value) in keywords.into_iter().flatten() {
            let name: String = name.extract()?;
            if !NAMES.contains(&name.as_str()) {
                return Err(PyTypeError::new_err(format!("unexpected keyword argument {name:?}")));
            }
            if !value.is_none() {
                asked.take(&name, &value)?;
            }
        }
        Ok(asked)
    }

    fn take(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let filter = &mut self.filter;
        match name {
            "since" => filter.since = Some(time(name, value)?),
            "until" => filter.until = Some(time(name, value)?),
            "call_id" => filter.call_id = Some(bytes_of(value)?.to_vec()),
            "method" => filter.method = Some(bytes_of(value)?.to_vec()),
            "user" => filter.user = Some(bytes_of(value)?.to_vec()),
            "defect" => filter.defect = Some(value.extract()?),
            "status" => filter.status = Some(joined(value)?.parse().map_err(|error| wrong(name, error))?),
            "src" => filter.src = Some(value.str()?.to_str()?.parse().map_err(|error| wrong(name, error))?),
            "dst" => filter.dst = Some(value.str()?.to_str()?.parse().map_err(|error| wrong(name, error))?),
            "limit" => self.limit = value.extract()?,
            "ports" => {
                let ports = joined(value)?.parse().map_err(|error| wrong(name, error))?;
                self.options = std::mem::take(&mut self.options).with_ports(ports);
            }
            "keylog" => {
                let mut secrets = Secrets::default();
                for path in each(value)? {
                    let path: PathBuf = path.extract()?;
                    secrets.read_key_log(&std::fs::read(&path).map_err(|error| os_error(&error, &path))?);
                }
                self.options = std::mem::take(&mut self.options).with_secrets(secrets);
            }
            "threads" => self.threads = value.extract()?,
            _ => {
                self.types = match value.extract::<&str>()? {
                    "native" => Types::Native,
                    "spark" => Types::Spark,
                    other => return Err(wrong(name, format!("expected native or spark, not {other:?}"))),
                }
            }
        }
        Ok(())
    }
}

const NAMES: [&str; 14] = [
    "since", "until", "call_id", "method", "status", "src", "dst", "user", "defect", "limit", "ports",
    "keylog", "threads", "types",
];

/// One, or each of a list.
fn each<'py>(value: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    match value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        true => value.try_iter()?.collect(),
        false => Ok(vec![value.clone()]),
    }
}

fn joined(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let all: Vec<String> =
        each(value)?.iter().map(|one| one.str().map(|text| text.to_string())).collect::<PyResult<_>>()?;
    Ok(all.join(","))
}

/// Nanoseconds since 1970 of a text, of seconds, or of a `datetime` with a time zone.
fn time(name: &str, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    if value.is_instance_of::<PyString>() {
        return parse_time(value.extract()?).map_err(|error| wrong(name, error));
    }
    let number = (value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>())
        && !value.is_instance_of::<PyBool>();
    if number {
        return parse_time(value.str()?.to_str()?).map_err(|error| wrong(name, error));
    }
    if !value.hasattr("isoformat")? {
        return Err(PyTypeError::new_err(format!("{name}: expected a text, seconds or a datetime")));
    }
    let zone = value.getattr("tzinfo").is_ok_and(|zone| !zone.is_none());
    if value.hasattr("hour")? && !zone {
        return Err(wrong(name, "expected a datetime with a time zone"));
    }
    let text: String = value.call_method0("isoformat")?.extract()?;
    parse_time(&text).map_err(|error| wrong(name, error))
}

/// Columns by name, in a list or separated by commas.
pub(crate) fn columns(table: Table, names: Option<&Bound<'_, PyAny>>) -> PyResult<Columns> {
    match names {
        None => Ok(table.default_columns()),
        Some(names) => table.parse_columns(&joined(names)?).map_err(|error| wrong("columns", error)),
    }
}
