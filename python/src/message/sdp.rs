//! Session descriptions, read at once into values of Python's.
//!
//! Nothing is taken over from one section to another; what is malformed is `None`, and a defect tells. RFC 8866.

use super::Defect;
use super::Mode;
use crate::error::parse_error;
use crate::text::{bytes_of, text};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use simdsip::sdp::Attributes;
use simdsip::{GrowSdpIndex, Limits};

type Str = Py<PyString>;
type Pairs = Vec<(Str, Option<Str>)>;

/// Room for any description within the limits of captures.
pub(super) fn lines() -> GrowSdpIndex {
    GrowSdpIndex::new().with_limits(&Limits::capture()).with_backend(Mode::Capture.parser().backend())
}

/// A session description.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct Sdp {
    /// `o=`.
    origin: Option<Py<Origin>>,
    /// `s=`.
    name: Option<Str>,
    /// `c=` of the session.
    connection: Option<Py<Connection>>,
    /// The media descriptions.
    media: Vec<Py<Media>>,
    /// `(name, value)` of the session's `a=`.
    attributes: Pairs,
    /// What is odd about it.
    defects: Vec<Py<Defect>>,
    /// Its bytes.
    raw: Py<PyBytes>,
}

/// `o=`.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct Origin {
    /// User name.
    username: Str,
    /// Session id.
    session_id: Option<u64>,
    /// Session version.
    session_version: Option<u64>,
    /// Network type.
    net_type: Str,
    /// Address type.
    addr_type: Str,
    /// Address.
    address: Str,
}

/// `c=`.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct Connection {
    /// Network type.
    net_type: Str,
    /// Address type.
    addr_type: Str,
    /// Address.
    address: Str,
    /// Of a multicast address.
    ttl: Option<u8>,
    /// Of a multicast address.
    address_count: Option<u16>,
}

/// A media description.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct Media {
    /// `audio`, `video`, …
    kind: Option<Str>,
    /// The port; 0 refuses.
    port: Option<u16>,
    /// How many ports.
    port_count: Option<u16>,
    /// The protocol.
    proto: Option<Str>,
    /// The formats.
    formats: Vec<Str>,
    /// `c=` of its own.
    connection: Option<Py<Connection>>,
    /// Its own direction.
    direction: Option<&'static str>,
    /// `(name, value)` of its `a=`.
    attributes: Pairs,
}

fn attributes(py: Python<'_>, all: Attributes<'_>) -> PyResult<Pairs> {
    let own = |bytes: &[u8]| text(py, bytes).map(Bound::unbind);
    all.map(|one| Ok((own(one.name())?, one.value().map(own).transpose()?))).collect()
}

fn connection(py: Python<'_>, one: Option<simdsip::sdp::Connection<'_>>) -> PyResult<Option<Py<Connection>>> {
    let own = |bytes: &[u8]| text(py, bytes).map(Bound::unbind);
    let made = one.map(|one| {
        let connection = Connection {
            net_type: own(one.net_type())?,
            addr_type: own(one.addr_type())?,
            address: own(one.address())?,
            ttl: one.ttl().ok().flatten(),
            address_count: one.address_count().ok(),
        };
        Py::new(py, connection)
    });
    made.transpose()
}

impl Media {
    fn of(py: Python<'_>, media: &simdsip::sdp::Media<'_>) -> PyResult<Media> {
        let own = |bytes: &[u8]| text(py, bytes).map(Bound::unbind);
        let line = media.media().ok();
        let formats = line.iter().flat_map(|line| line.formats());
        Ok(Media {
            kind: line.as_ref().map(|line| own(line.kind())).transpose()?,
            port: line.as_ref().and_then(|line| line.port().ok()),
            port_count: line.as_ref().and_then(|line| line.port_count().ok()),
            proto: line.as_ref().map(|line| own(line.proto())).transpose()?,
            formats: formats.map(|word| own(word.bytes())).collect::<PyResult<_>>()?,
            connection: connection(py, media.connection().ok().flatten())?,
            direction: media.direction().map(|direction| direction.name().as_str()),
            attributes: attributes(py, media.attributes())?,
        })
    }
}

impl Sdp {
    pub(super) fn of(py: Python<'_>, sdp: &simdsip::Sdp<'_>) -> PyResult<Sdp> {
        let own = |bytes: &[u8]| text(py, bytes).map(Bound::unbind);
        let session = sdp.session();
        let origin = session.origin().ok().flatten().map(|origin| {
            let origin = Origin {
                username: own(origin.username())?,
                session_id: origin.session_id().ok(),
                session_version: origin.session_version().ok(),
                net_type: own(origin.net_type())?,
                addr_type: own(origin.addr_type())?,
                address: own(origin.address())?,
            };
            Py::new(py, origin)
        });
        Ok(Sdp {
            origin: origin.transpose()?,
            name: session.name().map(|name| own(name.bytes())).transpose()?,
            connection: connection(py, session.connection().ok().flatten())?,
            media: sdp.media().map(|media| Py::new(py, Media::of(py, &media)?)).collect::<PyResult<_>>()?,
            attributes: attributes(py, session.attributes())?,
            defects: sdp.defects().map(|defect| Py::new(py, Defect::of(defect))).collect::<PyResult<_>>()?,
            raw: PyBytes::new(py, sdp.span().bytes()).unbind(),
        })
    }
}

#[pymethods]
impl Sdp {
    /// Reads a session description. Raises `ParseError` where it cannot be represented.
    #[new]
    fn new(data: &Bound<'_, PyAny>) -> PyResult<Sdp> {
        let (py, bytes) = (data.py(), bytes_of(data)?);
        let mut lines = lines();
        let sdp = simdsip::Sdp::parse(&bytes, &mut lines).map_err(|error| parse_error(py, error))?;
        Sdp::of(py, &sdp)
    }

    fn __repr__(&self) -> String {
        format!("<simdsip.Sdp of {} media>", self.media.len())
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<(Py<PyAny>, (Py<PyBytes>,))> {
        Ok((py.import("simdsip")?.getattr("Sdp")?.unbind(), (self.raw.clone_ref(py),)))
    }
}

#[pymethods]
impl Media {
    fn __repr__(&self) -> String {
        let word = |text: &Option<Str>| text.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
        format!("<simdsip.Media {} {}>", word(&self.kind), word(&self.proto))
    }
}

#[pymethods]
impl Origin {
    fn __repr__(&self) -> String {
        format!("<simdsip.Origin {}>", self.address)
    }
}

#[pymethods]
impl Connection {
    fn __repr__(&self) -> String {
        format!("<simdsip.Connection {}>", self.address)
    }
}
