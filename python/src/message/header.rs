//! Header fields by name, in any case or compact form, and in their order.

use super::Kept;
use crate::text::{bytes_of_text, text};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PyString};
use simdsip::{HeaderField, HeaderName};
use std::sync::Arc;

/// The header fields of a message, in wire order. `headers[name]` is the first of that name.
#[pyclass(frozen, mapping, module = "simdsip")]
pub(crate) struct Headers(pub(super) Option<Arc<Kept>>);

/// One header field.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct Header {
    /// As it stands.
    name: Py<PyString>,
    /// The registry's name, `None` where it has none.
    id: Option<&'static str>,
    /// Unfolded and trimmed.
    value: Py<PyString>,
    /// Where the raw value begins.
    offset: usize,
    /// How many bytes the raw value has.
    len: usize,
}

#[inline]
fn value<'py>(py: Python<'py>, field: &HeaderField<'_>) -> PyResult<Bound<'py, PyString>> {
    if !field.is_folded() {
        return text(py, field.value());
    }
    let mut unfolded = Vec::new();
    field.unfolded().append_to(&mut unfolded);
    text(py, &unfolded)
}

impl Headers {
    /// Those of a name, as far as `most`.
    fn named<'py>(&self, name: &Bound<'py, PyString>, most: usize) -> PyResult<Vec<Bound<'py, PyString>>> {
        let py = name.py();
        let Some(message) = self.0.as_ref().map(|kept| kept.message()) else { return Ok(Vec::new()) };
        let (owned, borrowed);
        let name = match name.to_str() {
            Ok(text) => {
                borrowed = text.as_bytes();
                borrowed
            }
            Err(_) => {
                owned = bytes_of_text(name)?;
                &owned
            }
        };
        match HeaderName::lookup(name) {
            HeaderName::Unknown => {
                message.fields_named(name).take(most).map(|field| value(py, &field)).collect()
            }
            id => message.fields(id).take(most).map(|field| value(py, &field)).collect(),
        }
    }

    fn first<'py>(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyString>>> {
        if let (Some(kept), Ok(bytes)) = (&self.0, name.to_str())
            && let id = HeaderName::lookup(bytes.as_bytes())
            && id != HeaderName::Unknown
        {
            return kept.message().field(id).map(|field| value(name.py(), &field)).transpose();
        }
        Ok(self.named(name, 1)?.pop())
    }

    fn each<T>(&self, of: impl Fn(HeaderField<'_>) -> PyResult<T>) -> PyResult<Vec<T>> {
        self.0.iter().flat_map(|kept| kept.message().headers()).map(of).collect()
    }
}

#[pymethods]
impl Headers {
    fn __getitem__<'py>(&self, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
        self.first(name)?.ok_or_else(|| PyKeyError::new_err(name.clone().unbind()))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        match name.cast::<PyString>() {
            Ok(name) => Ok(self.first(name)?.is_some()),
            Err(_) => Ok(false),
        }
    }

    fn __len__(&self) -> usize {
        self.0.as_ref().map_or(0, |kept| kept.message().headers().len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.keys(py)?)?.try_iter()
    }

    /// The first value of that name, or `default`.
    #[pyo3(signature = (name, default = None))]
    fn get<'py>(
        &self,
        name: &Bound<'py, PyString>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.first(name)?.map(Bound::into_any).or(default))
    }

    /// Every value of that name, one a field.
    fn getall<'py>(&self, name: &Bound<'py, PyString>) -> PyResult<Vec<Bound<'py, PyString>>> {
        self.named(name, usize::MAX)
    }

    /// Names as they stand, one a field.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyString>>> {
        self.each(|field| text(py, field.name()))
    }

    /// Values, one a field.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyString>>> {
        self.each(|field| value(py, &field))
    }

    /// `(name, value)`, one a field.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Vec<(Bound<'py, PyString>, Bound<'py, PyString>)>> {
        self.each(|field| Ok((text(py, field.name())?, value(py, &field)?)))
    }

    /// The fields with their places.
    fn fields(&self, py: Python<'_>) -> PyResult<Vec<Header>> {
        self.each(|field| {
            let (id, range) = (field.id(), field.value_range());
            Ok(Header {
                name: text(py, field.name())?.unbind(),
                id: (id != HeaderName::Unknown).then_some(id.as_str()),
                value: value(py, &field)?.unbind(),
                offset: range.start,
                len: range.len(),
            })
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<simdsip.Headers {}>", PyList::new(py, self.items(py)?)?.repr()?))
    }
}

#[pymethods]
impl Header {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<simdsip.Header {}: {}>", self.name.bind(py).repr()?, self.value.bind(py).repr()?))
    }
}
