//! Paths and file objects as captures, and how an interrupt gets into a long read.

use crate::error::{capture_error, warn};
use pyo3::exceptions::{PyOSError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use simdsip_capture::{Messages, Options, ReadError, ReadErrorKind, Source, TroubleKind};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// One capture as it was named.
#[derive(Debug)]
pub(crate) enum Input {
    Path(PathBuf),
    /// What is read once, as it comes: a named pipe, a terminal.
    Pipe(PathBuf),
    Object(Py<PyAny>, String),
}

/// Captures: a path, a file object, or several of them.
pub(crate) fn inputs(paths: &Bound<'_, PyAny>) -> PyResult<Vec<Input>> {
    if paths.is_instance_of::<PyList>() || paths.is_instance_of::<PyTuple>() {
        return paths.try_iter()?.map(|one| input(&one?)).collect();
    }
    Ok(vec![input(paths)?])
}

fn input(one: &Bound<'_, PyAny>) -> PyResult<Input> {
    if one.hasattr("read")? {
        let name = one.getattr("name").ok().and_then(|name| name.extract::<String>().ok());
        return Ok(Input::Object(one.clone().unbind(), name.unwrap_or_else(|| "stream".to_owned())));
    }
    let path: PathBuf = one.extract().map_err(|_| {
        let name = one.get_type().name().map_or_else(|_| "that".to_owned(), |name| name.to_string());
        PyTypeError::new_err(format!("expected a path or a binary file object, not {name}"))
    })?;
    // What cannot be opened is said before anything is read. To open what is no file may wait for somebody who writes.
    let metadata = std::fs::metadata(&path).and_then(|metadata| match metadata.is_file() {
        true => File::open(&path).map(|_| metadata),
        false => Ok(metadata),
    });
    match metadata {
        Ok(metadata) if metadata.is_file() => Ok(Input::Path(path)),
        Ok(metadata) if metadata.is_dir() => Err(os_error(&io::ErrorKind::IsADirectory.into(), &path)),
        Ok(_) => Ok(Input::Pipe(path)),
        Err(error) => Err(os_error(&error, &path)),
    }
}

/// As Python's own `open` raises it.
pub(crate) fn os_error(error: &io::Error, path: &Path) -> PyErr {
    let code = match (error.raw_os_error(), error.kind()) {
        (Some(code), _) => Some(code),
        (None, io::ErrorKind::IsADirectory) => Some(21),
        _ => None,
    };
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default().to_owned();
    match code {
        Some(code) => PyOSError::new_err((code, text, path.as_os_str().to_owned())),
        None => PyOSError::new_err(format!("{}: {text}", path.display())),
    }
}

/// Stops a read from outside, and keeps what Python raised within it.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    wanted: AtomicBool,
    raised: Mutex<Option<PyErr>>,
}

impl Stop {
    pub(crate) fn raise(&self, error: PyErr) {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.wanted.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// What was raised.
    pub(crate) fn take(&self) -> Option<PyErr> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Raises it.
    pub(crate) fn raised(&self) -> PyResult<()> {
        self.take().map_or(Ok(()), Err)
    }

    /// Asks Python for signals, which does something on its main thread alone.
    pub(crate) fn check(&self) -> bool {
        if !self.is_wanted()
            && let Err(error) = Python::attach(|py| py.check_signals())
        {
            self.raise(error);
        }
        self.is_wanted()
    }
}

/// Reads a file or a file object.
pub(crate) struct Reader {
    from: From,
    stop: Arc<Stop>,
}

enum From {
    File(File),
    Object(Py<PyAny>),
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.check() {
            return Err(io::ErrorKind::Other.into());
        }
        match &mut self.from {
            From::File(file) => file.read(buffer),
            From::Object(object) => {
                Python::attach(|py| read_object(object.bind(py), buffer)).map_err(|error| {
                    self.stop.raise(error);
                    io::ErrorKind::Other.into()
                })
            }
        }
    }
}

fn read_object(object: &Bound<'_, PyAny>, buffer: &mut [u8]) -> PyResult<usize> {
    let read = object.call_method1("read", (buffer.len(),))?;
    let bytes = match read.cast_into::<PyBytes>() {
        Ok(bytes) => bytes,
        Err(error) => {
            let read = error.into_inner();
            if read.is_instance_of::<PyString>() || read.is_none() {
                return Err(PyTypeError::new_err("expected a file object that is open, blocking and binary"));
            }
            read.py().get_type::<PyBytes>().call1((read,))?.cast_into::<PyBytes>()?
        }
    };
    let bytes = bytes.as_bytes();
    let room = buffer
        .get_mut(..bytes.len())
        .ok_or_else(|| PyOSError::new_err("read() gave more than it was asked for"))?;
    room.copy_from_slice(bytes);
    Ok(bytes.len())
}

/// Sources to be read once. A file object is read from where it stands.
pub(crate) fn sources(py: Python<'_>, inputs: &[Input], stop: &Arc<Stop>) -> PyResult<Vec<Source<Reader>>> {
    let one = |input: &Input| -> PyResult<Source<Reader>> {
        let stop = Arc::clone(stop);
        Ok(match input {
            Input::Path(path) => {
                let (name, path) = (path.to_string_lossy().into_owned(), path.clone());
                let open =
                    move || Ok(Reader { from: From::File(File::open(&path)?), stop: Arc::clone(&stop) });
                Source::lazy(name, open)
            }
            Input::Pipe(path) => {
                let from = From::File(opened(py, path, &stop)?);
                Source::new(path.to_string_lossy(), Reader { from, stop })
            }
            Input::Object(object, name) => {
                let from = From::Object(object.clone_ref(py));
                Source::new(name.clone(), Reader { from, stop })
            }
        })
    };
    inputs.iter().map(one).collect()
}

/// Opens what is no file, once. Others run meanwhile, and an interrupt ends it: then the thread that waits is left to
/// itself.
fn opened(py: Python<'_>, path: &Path, stop: &Stop) -> PyResult<File> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let name = path.to_owned();
    std::thread::spawn(move || {
        // Nobody may be there any more.
        let _ = sender.send(File::open(name));
    });
    let opened = py.detach(move || {
        loop {
            match receiver.recv_timeout(Duration::from_millis(5)) {
                Ok(opened) => return Some(opened),
                Err(RecvTimeoutError::Timeout) if !stop.check() => {}
                Err(_) => return None,
            }
        }
    });
    stop.raised()?;
    let opened = opened.unwrap_or_else(|| Err(io::ErrorKind::Other.into()));
    opened.map_err(|error| os_error(&error, path))
}

/// Captures that are being read.
pub(crate) struct Opened {
    pub(crate) messages: Messages<Reader>,
    pub(crate) names: Arc<[String]>,
    pub(crate) stop: Arc<Stop>,
    warned: bool,
}

impl Opened {
    pub(crate) fn new(py: Python<'_>, inputs: &[Input], options: &Options) -> PyResult<Opened> {
        let stop = Arc::new(Stop::default());
        let sources = sources(py, inputs, &stop)?;
        let mut messages = py.detach(|| Messages::sequence(sources, options));
        stop.raised()?;
        let names = messages.names();
        let mut opened = Opened { messages, names, stop, warned: true };
        opened.settle(py, Ok(()))?;
        opened.warned = false;
        Ok(opened)
    }

    /// What went wrong and what is to be warned of, and that once: for whoever asks while others wait, since to raise
    /// and to warn runs Python code.
    pub(crate) fn verdict(&mut self, ended: Result<(), ReadError>) -> Verdict {
        let mut verdict = Verdict { raised: self.stop.take(), said: Vec::new() };
        let first = || self.names.first().cloned().unwrap_or_default();
        if let Err(error) = ended {
            verdict.said.push(Said::Error(first(), error.to_string(), error.at));
        } else if let (1, Some(at), false) = (self.names.len(), self.messages.stats().cut_short, self.warned)
        {
            self.warned = true;
            verdict.said.push(Said::CutShort(first(), at));
        }
        for trouble in self.messages.troubles() {
            let file = trouble.file;
            verdict.said.push(match trouble.kind {
                TroubleKind::Open(error) => Said::Error(file, error.to_string(), error.at),
                TroubleKind::Read(ReadError { kind: ReadErrorKind::CutShort, at }) => {
                    Said::CutShort(file, at)
                }
                TroubleKind::Read(error) => Said::Error(file, error.to_string(), error.at),
                _ => Said::Error(file, "cannot be read".to_owned(), 0),
            });
        }
        verdict
    }

    /// Raises what went wrong, warns of captures that are cut short.
    pub(crate) fn settle(&mut self, py: Python<'_>, ended: Result<(), ReadError>) -> PyResult<()> {
        self.verdict(ended).tell(py)
    }
}

/// How a read went.
#[derive(Default)]
pub(crate) struct Verdict {
    raised: Option<PyErr>,
    said: Vec<Said>,
}

enum Said {
    /// File, what is wrong, and where.
    Error(String, String, u64),
    CutShort(String, u64),
}

impl Verdict {
    /// Raises and warns. Runs Python code, so that no lock may be held that such code could wait for.
    pub(crate) fn tell(self, py: Python<'_>) -> PyResult<()> {
        self.raised.map_or(Ok(()), Err)?;
        for said in self.said {
            match said {
                Said::Error(file, what, at) => return Err(capture_error(py, &file, &what, at)),
                Said::CutShort(file, at) => warn(py, &file, at)?,
            }
        }
        Ok(())
    }
}
