//! Messages: their bytes and index together, and what is read of them when it is asked for.
//!
//! Nothing is remembered between two readings of an attribute. What is absent or malformed is `None`; a defect tells.

mod field;
mod framer;
mod header;
mod odd;
mod sdp;

use crate::error::parse_error;
use crate::text::{bytes_of, text};
use field::{Address, CSeq, Part, Uri, Via};
use header::Headers;
use odd::{Defect, Verdict};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use sdp::Sdp;
use simdsip::typed::{Contact, Via as TypedVia};
use simdsip::{Element, Error, Kind, Owned, Parser, Policy, Role};
use std::sync::{Arc, OnceLock};

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(parse, module)?)?;
    module.add_class::<Message>()?;
    module.add_class::<Headers>()?;
    module.add_class::<header::Header>()?;
    module.add_class::<Uri>()?;
    module.add_class::<Address>()?;
    module.add_class::<Via>()?;
    module.add_class::<CSeq>()?;
    module.add_class::<Defect>()?;
    module.add_class::<Verdict>()?;
    module.add_class::<Sdp>()?;
    module.add_class::<sdp::Media>()?;
    module.add_class::<sdp::Origin>()?;
    module.add_class::<sdp::Connection>()?;
    module.add_class::<framer::Framer>()?;
    module.add_class::<framer::Ping>()?;
    module.add_class::<framer::Pong>()
}

/// Which oddities are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Strict,
    Interop,
    Border,
    Capture,
}

impl Mode {
    const ALL: [(Mode, &'static str); 4] = [
        (Mode::Strict, "strict"),
        (Mode::Interop, "interop"),
        (Mode::Border, "border"),
        (Mode::Capture, "capture"),
    ];

    #[inline]
    fn of(word: &str) -> PyResult<Mode> {
        let found = Mode::ALL.iter().find(|(_, known)| *known == word);
        let wrong = || {
            PyValueError::new_err(format!("expected mode strict, interop, border or capture, not {word:?}"))
        };
        found.map(|(mode, _)| *mode).ok_or_else(wrong)
    }

    fn word(self) -> &'static str {
        Mode::ALL.iter().find(|(mode, _)| *mode == self).map_or("", |(_, word)| word)
    }

    fn policy(self) -> Policy {
        match self {
            Mode::Strict => Policy::STRICT,
            Mode::Interop => Policy::INTEROP,
            Mode::Border => Policy::BORDER,
            Mode::Capture => Policy::CAPTURE,
        }
    }

    /// Asking the processor costs more than a message does, so it is asked once.
    #[inline]
    fn parser(self) -> &'static Parser {
        static PARSERS: OnceLock<[Parser; 4]> = OnceLock::new();
        &PARSERS.get_or_init(|| Mode::ALL.map(|(mode, _)| Parser::new(mode.policy())))[self as usize]
    }
}

/// A message's bytes and index, shared by all that was taken from it.
pub(crate) enum Kept {
    /// Borrowed from a `bytes`.
    Bytes(Owned<PyBackedBytes>),
    /// Our own copy.
    Copied(Owned<Vec<u8>>),
}

impl Kept {
    #[inline]
    pub(crate) fn message(&self) -> simdsip::Message<'_> {
        match self {
            Kept::Bytes(owned) => owned.as_message(),
            Kept::Copied(owned) => owned.as_message(),
        }
    }

    /// All bytes that were handed in, which offsets count from.
    #[inline]
    pub(crate) fn input(&self) -> &[u8] {
        match self {
            Kept::Bytes(owned) => owned.bytes(),
            Kept::Copied(owned) => owned.bytes(),
        }
    }
}

enum Content {
    Message(Arc<Kept>),
    /// Bytes that are no message, and why not: `mode="capture"` alone.
    Not(Vec<u8>, Error),
}

/// Where a message of a capture stood.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) frame: u64,
    pub(crate) time: Option<i64>,
    pub(crate) transport: &'static str,
    pub(crate) source: (String, u16),
    pub(crate) dest: (String, u16),
}

/// A SIP message. Frozen; attributes are read from its bytes when they are asked for.
#[pyclass(frozen, module = "simdsip", weakref)]
pub(crate) struct Message {
    content: Content,
    mode: Mode,
    place: Option<Box<Place>>,
}

/// Reads one whole message, as of a datagram.
///
/// `bytes` are borrowed, any other buffer is copied once, `str` is UTF-8 with surrogateescape. Raises `ParseError` where
/// it is no message or the mode refuses it; `mode="capture"` never does.
#[pyfunction]
#[pyo3(signature = (data, mode = "interop"))]
fn parse(data: &Bound<'_, PyAny>, mode: &str) -> PyResult<Message> {
    let mode = Mode::of(mode)?;
    match mode.parser().parse_owned(bytes_of(data)?) {
        Ok(owned) => Ok(Message::new(Kept::Bytes(owned), mode)),
        Err(rejected) if mode == Mode::Capture => {
            Ok(Message { content: Content::Not(rejected.bytes.to_vec(), rejected.error), mode, place: None })
        }
        Err(rejected) => Err(parse_error(data.py(), rejected.error)),
    }
}

impl Message {
    pub(crate) fn new(kept: Kept, mode: Mode) -> Message {
        Message { content: Content::Message(Arc::new(kept)), mode, place: None }
    }

    /// A message of a capture, or what stood in its place.
    pub(crate) fn captured(content: Result<Owned<Vec<u8>>, Error>, bytes: &[u8], place: Place) -> Message {
        let content = match content {
            Ok(owned) => Content::Message(Arc::new(Kept::Copied(owned))),
            Err(error) => Content::Not(bytes.to_vec(), error),
        };
        Message { content, mode: Mode::Capture, place: Some(Box::new(place)) }
    }

    #[inline]
    fn kept(&self) -> Option<&Arc<Kept>> {
        match &self.content {
            Content::Message(kept) => Some(kept),
            Content::Not(..) => None,
        }
    }

    #[inline]
    fn view(&self) -> Option<simdsip::Message<'_>> {
        self.kept().map(|kept| kept.message())
    }

    fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Message(kept) => kept.message().as_bytes(),
            Content::Not(bytes, _) => bytes,
        }
    }

    fn party(&self, field: Option<simdsip::shape::NameAddr<'_>>) -> Option<Address> {
        self.kept().zip(field).map(|(kept, address)| Address::of(kept, &address))
    }
}

type Text<'py> = PyResult<Option<Bound<'py, PyString>>>;

fn maybe<'py>(py: Python<'py>, bytes: Option<&[u8]>) -> Text<'py> {
    bytes.map(|bytes| text(py, bytes)).transpose()
}

#[pymethods]
impl Message {
    /// `"request"` or `"response"`; `None` where the bytes are no message.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyString>> {
        self.view().map(|message| match message.kind() {
            Kind::Request => intern!(py, "request"),
            Kind::Response => intern!(py, "response"),
        })
    }

    /// Method of a request.
    #[getter]
    fn method<'py>(&self, py: Python<'py>) -> Text<'py> {
        let method = self.view().and_then(|message| message.method());
        maybe(py, method.as_ref().map(|method| method.as_bytes()))
    }

    /// Status code of a response.
    #[getter]
    fn status(&self) -> Option<u16> {
        self.view()?.status().ok().flatten()
    }

    /// Reason phrase of a response.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> Text<'py> {
        maybe(py, self.view().and_then(|message| message.reason()))
    }

    /// The version of the start line.
    #[getter]
    fn version<'py>(&self, py: Python<'py>) -> Text<'py> {
        maybe(py, self.view().map(|message| message.version()))
    }

    /// The Request-URI.
    #[getter]
    fn uri(&self) -> Option<Uri> {
        let kept = self.kept()?;
        kept.message().uri().map(|uri| Uri(Part::of(kept, uri)))
    }

    /// All header fields.
    #[getter]
    fn headers(&self) -> Headers {
        Headers(self.kept().map(Arc::clone))
    }

    /// The hops, topmost first; `None` in the place of one that is malformed.
    #[getter]
    fn via(&self) -> Vec<Option<Via>> {
        let Some(kept) = self.kept() else { return Vec::new() };
        let all = kept.message().list::<TypedVia<'_>>();
        all.map(|via| via.ok().map(|via| Via::of(kept, &via.0))).collect()
    }

    /// From.
    #[getter]
    fn from_(&self) -> Option<Address> {
        self.party(self.view()?.from().ok().flatten().map(|from| from.0))
    }

    /// To.
    #[getter]
    fn to(&self) -> Option<Address> {
        self.party(self.view()?.to().ok().flatten().map(|to| to.0))
    }

    /// The contacts, or `"*"` where an asterisk stands alone.
    #[getter]
    fn contact<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let Some(kept) = self.kept() else { return Ok(PyList::empty(py).into_any()) };
        let mut all: Vec<Bound<'py, PyAny>> = Vec::new();
        let mut stars = 0;
        for contact in kept.message().list::<Contact<'_>>() {
            all.push(match contact.ok().map(|contact| contact.address()) {
                None => py.None().into_bound(py),
                Some(Some(address)) => Bound::new(py, Address::of(kept, &address))?.into_any(),
                Some(None) => {
                    stars += 1;
                    intern!(py, "*").clone().into_any()
                }
            });
        }
        match (stars, all.len()) {
            (1, 1) => Ok(all.swap_remove(0)),
            _ => Ok(PyList::new(py, all)?.into_any()),
        }
    }

    /// Call-ID.
    #[getter]
    fn call_id<'py>(&self, py: Python<'py>) -> Text<'py> {
        let id = self.view().and_then(|message| message.call_id().ok().flatten());
        maybe(py, id.as_ref().map(|id| id.as_bytes()))
    }

    /// CSeq.
    #[getter]
    fn cseq(&self, py: Python<'_>) -> PyResult<Option<CSeq>> {
        let cseq = self.view().and_then(|message| message.cseq().ok().flatten());
        cseq.map(|cseq| CSeq::of(py, &cseq.0)).transpose()
    }

    /// Max-Forwards.
    #[getter]
    fn max_forwards(&self) -> Option<u32> {
        self.view()?.max_forwards().ok().flatten().map(|hops| hops.value())
    }

    /// The body, without what stands behind the message.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.view().map_or(&[], |message| message.body()))
    }

    /// The session description that it carries.
    #[getter]
    fn sdp(&self, py: Python<'_>) -> PyResult<Option<Sdp>> {
        let Some(message) = self.view() else { return Ok(None) };
        let mut lines = sdp::lines();
        match message.sdp(&mut lines) {
            Some(Ok(found)) => Sdp::of(py, &found).map(Some),
            _ => Ok(None),
        }
    }

    /// What is odd about it and its session description, each with its place.
    #[getter]
    fn defects(&self) -> Vec<Defect> {
        let message = match &self.content {
            Content::Message(kept) => kept.message(),
            Content::Not(_, error) => return vec![Defect::error(*error)],
        };
        let mut lines = sdp::lines();
        let sdp = message.sdp(&mut lines).and_then(Result::ok);
        let of_sdp = sdp.iter().flat_map(|sdp| sdp.defects());
        message.defects().chain(of_sdp).map(Defect::of).collect()
    }

    /// What a user agent server that works by this mode owes to it; `None` where the bytes are no message.
    #[getter]
    fn verdict(&self) -> Option<Verdict> {
        self.judge("uas").ok().flatten()
    }

    /// What an element of that role, `uas`, `proxy` or `registrar`, owes to it.
    #[pyo3(signature = (role = "uas"))]
    fn judge(&self, role: &str) -> PyResult<Option<Verdict>> {
        let role = match role {
            "uas" => Role::Uas,
            "proxy" => Role::Proxy,
            "registrar" => Role::Registrar,
            _ => {
                return Err(PyValueError::new_err(format!(
                    "expected role uas, proxy or registrar, not {role:?}"
                )));
            }
        };
        let mut element = Element::new(role);
        element.policy = self.mode.policy();
        Ok(self.view().map(|message| Verdict::of(&message.validate(&element))))
    }

    /// The message's bytes, without what stands behind it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.bytes();
        if let Some(Kept::Bytes(owned)) = self.kept().map(|kept| &**kept)
            && owned.bytes().len() == bytes.len()
        {
            return Ok(owned.bytes().into_pyobject(py)?.clone());
        }
        Ok(PyBytes::new(py, bytes))
    }

    /// The capture's file; `None` of a message that is of none.
    #[getter]
    fn file(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.file.as_str())
    }

    /// The capture's frame that completed it, counted from 1.
    #[getter]
    fn frame(&self) -> Option<u64> {
        self.place.as_ref().map(|place| place.frame)
    }

    /// Nanoseconds since 1970.
    #[getter]
    fn ts(&self) -> Option<i64> {
        self.place.as_ref().and_then(|place| place.time)
    }

    /// What carried it in the capture.
    #[getter]
    fn transport(&self) -> Option<&'static str> {
        self.place.as_ref().map(|place| place.transport)
    }

    /// Address and port of its sender in the capture.
    #[getter]
    fn src(&self) -> Option<(&str, u16)> {
        self.place.as_ref().map(|place| (place.source.0.as_str(), place.source.1))
    }

    /// Address and port that it went to in the capture.
    #[getter]
    fn dst(&self) -> Option<(&str, u16)> {
        self.place.as_ref().map(|place| (place.dest.0.as_str(), place.dest.1))
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.raw(py)
    }

    fn __repr__(&self) -> String {
        let bytes = self.bytes();
        let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
        format!("<simdsip.Message {}>", bytes[..end.min(120)].escape_ascii())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let parse = py.import("simdsip")?.getattr("parse")?;
        (parse, (self.raw(py)?, self.mode.word())).into_pyobject(py)
    }
}
