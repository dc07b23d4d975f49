//! Streams: bytes in as they come, whole messages out.

use super::{Kept, Message, Mode};
use crate::error::parse_error;
use crate::text::bytes_of;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
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
        let (pieces, fault) = self.cut(py, &bytes);
        let found = PyList::empty(py);
        for piece in pieces {
            match piece {
                Piece::Ping => found.append(Bound::new(py, Ping)?)?,
                Piece::Pong => found.append(Bound::new(py, Pong)?)?,
                Piece::Message(message) => found.append(Bound::new(py, message)?)?,
            }
        }
        match fault {
            None => Ok(found),
            Some(Fault::Again(error)) => Err(parse_error(py, error)),
            Some(Fault::Now(error, answerable)) => {
                let raised = parse_error(py, error);
                raised.value(py).setattr("frames", found)?;
                raised.value(py).setattr("answerable", answerable.map(|message| *message))?;
                Err(raised)
            }
        }
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

/// What was cut off the stream.
enum Piece {
    Ping,
    Pong,
    Message(Message),
}

/// Why it stops here: told before, for ever, or found now, with the message that can be refused.
enum Fault {
    Again(Error),
    Now(Error, Option<Box<Message>>),
}

impl Framer {
    /// Runs no Python code: other threads may wait for the stream.
    fn cut(&self, py: Python<'_>, bytes: &[u8]) -> (Vec<Piece>, Option<Fault>) {
        let mut stream = self.stream.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        let Stream { framer, waiting, taken, error } = &mut *stream;
        if let Some(error) = *error {
            return (Vec::new(), Some(Fault::Again(error)));
        }
        let kept =
            |message: simdsip::Message<'_>| Message::new(Kept::Copied(message.into_owned()), self.mode);
        waiting.extend_from_slice(bytes);
        let (mut pieces, mut at) = (Vec::new(), 0usize);
        loop {
            let frame = framer.next(waiting.get(at..).unwrap_or_default());
            match frame {
                Frame::Need(_) => break,
                Frame::Ping => pieces.push(Piece::Ping),
                Frame::Pong => pieces.push(Piece::Pong),
                Frame::Message(message) => pieces.push(Piece::Message(kept(message))),
                Frame::Refused { error: fault, message } => {
                    let fault = Error { at: taken.saturating_add(at).saturating_add(fault.at), ..fault };
                    let answerable = Some(Box::new(kept(message)));
                    at = at.saturating_add(frame.consumed());
                    waiting.drain(..at.min(waiting.len()));
                    *taken = taken.saturating_add(at);
                    return (pieces, Some(Fault::Now(fault, answerable)));
                }
                Frame::Fatal { error: fault, answerable } => {
                    let fault = Error { at: taken.saturating_add(at).saturating_add(fault.at), ..fault };
                    let answerable = answerable.map(|message| Box::new(kept(message)));
                    *error = Some(fault);
                    waiting.clear();
                    return (pieces, Some(Fault::Now(fault, answerable)));
                }
            }
            at = at.saturating_add(frame.consumed());
        }
        waiting.drain(..at.min(waiting.len()));
        *taken = taken.saturating_add(at);
        (pieces, None)
    }
}
