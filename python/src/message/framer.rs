//! Streams: bytes in as they come, whole messages out.

use super::{Kept, Message, Mode};
use crate::error::parse_error;
use crate::text::bytes_of;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use simdsip::{Error, Frame, Side};
use std::sync::{Mutex, PoisonError};

/// More header fields than that end the stream.
const HEADERS: usize = 1024;

/// CRLF CRLF on a stream (RFC 5626 §3.5.1), to be answered by CRLF.
#[pyclass(frozen, eq, hash, module = "simdsip")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Ping;

/// CRLF on a stream: the answer to a ping.
#[pyclass(frozen, eq, hash, module = "simdsip")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Pong;

#[pymethods]
impl Ping {
    #[new]
    fn new() -> Ping {
        Ping
    }

    fn __repr__(&self) -> &'static str {
        "<simdsip.Ping>"
    }
}

#[pymethods]
impl Pong {
    #[new]
    fn new() -> Pong {
        Pong
    }

    fn __repr__(&self) -> &'static str {
        "<simdsip.Pong>"
    }
}

/// Cuts a stream into messages. Keeps what is not whole yet, up to the limit of a message.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct Framer {
    mode: Mode,
    stream: Mutex<Stream>,
}

struct Stream {
    framer: Box<simdsip::Framer<HEADERS>>,
    waiting: Vec<u8>,
    /// Bytes that were taken off before `waiting`.
    taken: usize,
    error: Option<Error>,
}

#[pymethods]
impl Framer {
    /// `side` is `server` for whoever accepted the connection, `client` for whoever opened it, and `observer`.
    #[new]
    #[pyo3(signature = (mode = "interop", side = "observer"))]
    fn new(mode: &str, side: &str) -> PyResult<Framer> {
        let mode = Mode::of(mode)?;
        let side = match side {
            "server" => Side::Server,
            "client" => Side::Client,
            "observer" => Side::Observer,
            _ => {
                return Err(PyValueError::new_err(format!(
                    "expected side server, client or observer, not {side:?}"
                )));
            }
        };
        let framer = Box::new(simdsip::Framer::sized(*mode.parser(), side));
        let stream = Stream { framer, waiting: Vec::new(), taken: 0, error: None };
        Ok(Framer { mode, stream: Mutex::new(stream) })
    }

    /// Takes the next bytes of the stream and gives what they complete.
    ///
    /// Raises `ParseError` at a message that the mode refuses, and goes on behind it: `feed(b"")` gives what else is
    /// there. Raises it where the stream cannot be read on, then and ever after. `at` counts from the stream's first
    /// byte. What came before is in the error's `frames`, and the message to which a refusal can be made in
    /// `answerable`.
    fn feed<'py>(&self, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let (py, bytes) = (data.py(), bytes_of(data)?);
        let found = PyList::empty(py);
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let Stream { framer, waiting, taken, error } = &mut *stream;
        if let Some(error) = *error {
            return Err(parse_error(py, error));
        }
        waiting.extend_from_slice(&bytes);
        let mut at = 0;
        loop {
            let frame = framer.next(waiting.get(at..).unwrap_or_default());
            match frame {
                Frame::Need(_) => break,
                Frame::Ping => found.append(Bound::new(py, Ping)?)?,
                Frame::Pong => found.append(Bound::new(py, Pong)?)?,
                Frame::Message(message) => {
                    found.append(Bound::new(
                        py,
                        Message::new(Kept::Copied(message.into_owned()), self.mode),
                    )?)?;
                }
                Frame::Refused { error: fault, message } => {
                    let fault = Error { at: taken.saturating_add(at).saturating_add(fault.at), ..fault };
                    let raised = parse_error(py, fault);
                    raised.value(py).setattr("frames", found)?;
                    let message = Message::new(Kept::Copied(message.into_owned()), self.mode);
                    raised.value(py).setattr("answerable", message)?;
                    at = at.saturating_add(frame.consumed());
                    waiting.drain(..at.min(waiting.len()));
                    *taken = taken.saturating_add(at);
                    return Err(raised);
                }
                Frame::Fatal { error: fault, answerable } => {
                    let fault = Error { at: taken.saturating_add(at).saturating_add(fault.at), ..fault };
                    let raised = parse_error(py, fault);
                    let answerable =
                        answerable.map(|message| Message::new(Kept::Copied(message.into_owned()), self.mode));
                    raised.value(py).setattr("frames", found)?;
                    raised.value(py).setattr("answerable", answerable)?;
                    *error = Some(fault);
                    waiting.clear();
                    return Err(raised);
                }
            }
            at = at.saturating_add(frame.consumed());
        }
        waiting.drain(..at.min(waiting.len()));
        *taken = taken.saturating_add(at);
        Ok(found)
    }

    /// Bytes that wait for more.
    #[getter]
    fn pending(&self) -> usize {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).waiting.len()
    }

    fn __repr__(&self) -> String {
        format!("<simdsip.Framer {}, {} bytes wait>", self.mode.word(), self.pending())
    }
}
