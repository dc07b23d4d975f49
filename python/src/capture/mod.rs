//! Captures: files and file objects in; tables, messages, ladders and copies out.

mod input;
mod many;
mod options;
mod read;
mod record;
mod table;
mod view;

use pyo3::prelude::*;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(read::read_pcap, module)?)?;
    module.add_function(wrap_pyfunction!(read::iter_batches, module)?)?;
    module.add_function(wrap_pyfunction!(read::iter_messages, module)?)?;
    module.add_function(wrap_pyfunction!(record::calls, module)?)?;
    module.add_function(wrap_pyfunction!(record::registrations, module)?)?;
    module.add_function(wrap_pyfunction!(record::transactions, module)?)?;
    module.add_function(wrap_pyfunction!(view::stats, module)?)?;
    module.add_function(wrap_pyfunction!(view::ladder, module)?)?;
    module.add_function(wrap_pyfunction!(view::extract, module)?)?;
    module.add_function(wrap_pyfunction!(many::parse_buffers, module)?)?;
    module.add_function(wrap_pyfunction!(table::schema, module)?)?;
    module.add_class::<table::Table>()?;
    module.add_class::<table::Schema>()?;
    module.add_class::<many::StructArray>()?;
    module.add_class::<read::BatchIterator>()?;
    module.add_class::<read::MessageIterator>()?;
    module.add_class::<view::Ladder>()
}
