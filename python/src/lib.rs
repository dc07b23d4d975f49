//! The extension module behind the Python package `simdsip`.
//!
//! Translates and never decides: what a message is says `simdsip`, what a capture holds says `simdsip-capture`. Never
//! masks, prints or sends. What is public in Python is in `python/simdsip/__init__.py`, with its types in the stubs.
#![forbid(unsafe_code)]

mod capture;
mod error;
mod message;
mod text;

use pyo3::prelude::*;

/// What `simdsip/__init__.py` imports.
#[pymodule(gil_used = false)]
fn _simdsip(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    message::register(module)?;
    capture::register(module)
}
