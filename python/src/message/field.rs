//! What fields mean: URIs, addresses, hops. Each keeps the message alive and a place in it.

use super::{Kept, Text, maybe};
use crate::text::text;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use simdsip::shape::{NameAddr, Rport};
use simdsip::{Params, Scheme, Span, UriParam, Word};
use std::ops::Range;
use std::sync::Arc;

/// A place in a message.
#[derive(Clone)]
pub(crate) struct Part {
    kept: Arc<Kept>,
    range: Range<usize>,
}

impl Part {
    /// Of bytes that are the message's own.
    #[inline]
    pub(crate) fn of(kept: &Arc<Kept>, bytes: &[u8]) -> Part {
        let start = bytes.as_ptr().addr().wrapping_sub(kept.input().as_ptr().addr());
        Part { kept: Arc::clone(kept), range: start..start.wrapping_add(bytes.len()) }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        self.kept.input().get(self.range.clone()).unwrap_or_default()
    }

    /// With what stands around it, so that its view may look over its end.
    #[inline]
    fn span(&self) -> Option<Span<'_>> {
        Some(Span::new(self.kept.input()).ok()?.slice(self.range.clone()))
    }
}

type Pairs<'py> = Vec<(Bound<'py, PyString>, Option<Bound<'py, PyString>>)>;

/// The meaning of a word: quotes and backslashes taken off.
fn word<'py>(py: Python<'py>, word: &Word<'_>) -> PyResult<Bound<'py, PyString>> {
    match word.is_quoted() {
        true => text(py, &word.unescaped().flatten().copied().collect::<Vec<u8>>()),
        false => text(py, word.raw()),
    }
}

fn params<'py>(py: Python<'py>, params: Params<'_>) -> PyResult<Pairs<'py>> {
    let pair = |param: simdsip::Param<'_>| {
        let value = param.value().map(|value| word(py, &value)).transpose()?;
        Ok((text(py, param.name())?, value))
    };
    params.map(pair).collect()
}

/// A URI as it stands; its parts are `None` where it has none or is malformed.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct Uri(pub(crate) Part);

impl Uri {
    #[inline]
    fn view(&self) -> Option<simdsip::Uri<'_>> {
        simdsip::Uri::read(self.0.span()?).ok()
    }
}

#[pymethods]
impl Uri {
    /// All of it.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        text(py, self.0.bytes())
    }

    /// In lower case.
    #[getter]
    fn scheme<'py>(&self, py: Python<'py>) -> Text<'py> {
        let Some(uri) = self.view() else { return Ok(None) };
        // The scheme and its colon stand before the rest.
        let len = (uri.rest().at() - uri.span().at()).saturating_sub(1);
        maybe(py, Some(&uri.span().slice(0..len).bytes().to_ascii_lowercase()))
    }

    /// The user, or the number of a `tel` URI; escapes as they stand.
    #[getter]
    fn user<'py>(&self, py: Python<'py>) -> Text<'py> {
        let uri = self.view();
        let user = uri.as_ref().and_then(|uri| match uri.scheme() {
            Scheme::Tel => uri.number(),
            _ => uri.user(),
        });
        maybe(py, user.as_ref().map(|user| user.raw()))
    }

    /// The password; escapes as they stand.
    #[getter]
    fn password<'py>(&self, py: Python<'py>) -> Text<'py> {
        maybe(py, self.view().and_then(|uri| uri.password()).as_ref().map(|password| password.raw()))
    }

    /// The host; of an IPv6 address with its brackets.
    #[getter]
    fn host<'py>(&self, py: Python<'py>) -> Text<'py> {
        maybe(py, self.view().and_then(|uri| uri.host()).as_ref().map(|host| host.raw()))
    }

    /// The port.
    #[getter]
    fn port(&self) -> Option<u16> {
        self.view()?.port().ok().flatten()
    }

    /// `(name, value)` in their order; the value is `None` where there is no `=`.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Pairs<'py>> {
        self.view().iter().flat_map(|uri| uri.params()).map(|param| pair(py, &param)).collect()
    }

    /// `(name, value)` of what stands behind `?`.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Pairs<'py>> {
        self.view().iter().flat_map(|uri| uri.headers()).map(|param| pair(py, &param)).collect()
    }

    /// Whether both mean the same resource (RFC 3261 §19.1.4). Not transitive, so `==` compares no meaning.
    fn equivalent(&self, other: &Uri) -> bool {
        self.view().zip(other.view()).is_some_and(|(one, other)| one.equivalent(&other))
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text(py)
    }

    fn __repr__(&self) -> String {
        format!("<simdsip.Uri {}>", self.0.bytes().escape_ascii())
    }
}

fn pair<'py>(
    py: Python<'py>,
    param: &UriParam<'_>,
) -> PyResult<(Bound<'py, PyString>, Option<Bound<'py, PyString>>)> {
    let value = param.value().map(|value| text(py, value.raw())).transpose()?;
    Ok((text(py, param.name().raw())?, value))
}

/// A name-addr or addr-spec with parameters: From, To, a Contact.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct Address {
    uri: Part,
    display: Option<Part>,
    params: Part,
}

impl Address {
    #[inline]
    pub(super) fn of(kept: &Arc<Kept>, address: &NameAddr<'_>) -> Address {
        let place = |span: Span<'_>| Part { kept: Arc::clone(kept), range: span.range() };
        Address {
            uri: place(address.uri_span()),
            display: address.display_name().map(|name| place(name.span())),
            params: place(address.params().span()),
        }
    }

    #[inline]
    fn params_view(&self) -> Option<Params<'_>> {
        self.params.span().map(Params::new)
    }
}

#[pymethods]
impl Address {
    /// The display name, quotes taken off.
    #[getter]
    fn display<'py>(&self, py: Python<'py>) -> Text<'py> {
        let span = self.display.as_ref().and_then(Part::span);
        span.map(|span| word(py, &Word::new(span))).transpose()
    }

    /// The URI.
    #[getter]
    fn uri(&self) -> Uri {
        Uri(self.uri.clone())
    }

    /// The tag.
    #[getter]
    fn tag<'py>(&self, py: Python<'py>) -> Text<'py> {
        let tag = self.params_view().and_then(|params| params.value(b"tag"));
        maybe(py, tag.as_ref().map(|tag| tag.raw()))
    }

    /// `(name, value)` in their order; the value is `None` where there is no `=`.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Pairs<'py>> {
        self.params_view().map_or(Ok(Vec::new()), |all| params(py, all))
    }

    fn __repr__(&self) -> String {
        format!("<simdsip.Address {}>", self.uri.bytes().escape_ascii())
    }
}

/// One hop of Via.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct Via(Part);

impl Via {
    pub(super) fn of(kept: &Arc<Kept>, via: &simdsip::shape::Via<'_>) -> Via {
        // From the protocol to the last parameter.
        let start = Part::of(kept, via.protocol()).range.start;
        Via(Part { kept: Arc::clone(kept), range: start..via.params().span().range().end })
    }

    fn view(&self) -> Option<simdsip::shape::Via<'_>> {
        simdsip::shape::Via::parse(self.0.span()?).ok()
    }
}

#[pymethods]
impl Via {
    /// `SIP/2.0`, without white space.
    #[getter]
    fn protocol<'py>(&self, py: Python<'py>) -> Text<'py> {
        let protocol = self.view().map(|via| {
            via.protocol().iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<u8>>()
        });
        maybe(py, protocol.as_deref())
    }

    /// The transport, as it stands.
    #[getter]
    fn transport<'py>(&self, py: Python<'py>) -> Text<'py> {
        maybe(py, self.view().as_ref().map(|via| via.transport()))
    }

    /// The host of sent-by.
    #[getter]
    fn host<'py>(&self, py: Python<'py>) -> Text<'py> {
        let host = self.view().and_then(|via| via.host().ok());
        maybe(py, host.as_ref().map(|host| host.raw()))
    }

    /// The port of sent-by.
    #[getter]
    fn port(&self) -> Option<u16> {
        self.view()?.port().ok().flatten()
    }

    /// The branch.
    #[getter]
    fn branch<'py>(&self, py: Python<'py>) -> Text<'py> {
        maybe(py, self.view().as_ref().and_then(|via| via.branch()))
    }

    /// Where the message came from, as the next hop saw it.
    #[getter]
    fn received<'py>(&self, py: Python<'py>) -> Text<'py> {
        let received = self.view().and_then(|via| via.received());
        received.map(|received| word(py, &received)).transpose()
    }

    /// `True` where it is asked for, the port where it was filled in.
    #[getter]
    fn rport<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.view().and_then(|via| via.rport().ok().flatten()) {
            None => Ok(None),
            Some(Rport::Asked) => Ok(Some(PyBool::new(py, true).to_owned().into_any())),
            Some(Rport::Filled(port)) => Ok(Some(port.into_pyobject(py)?.into_any())),
        }
    }

    /// `(name, value)` in their order; the value is `None` where there is no `=`.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Pairs<'py>> {
        self.view().map_or(Ok(Vec::new()), |via| params(py, via.params()))
    }

    fn __repr__(&self) -> String {
        format!("<simdsip.Via {}>", self.0.bytes().escape_ascii())
    }
}

/// Sequence number and method.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct CSeq {
    /// The number.
    number: u32,
    /// The method.
    method: Py<PyString>,
}

impl CSeq {
    pub(super) fn of(py: Python<'_>, cseq: &simdsip::shape::CSeq<'_>) -> PyResult<CSeq> {
        Ok(CSeq { number: cseq.number(), method: text(py, cseq.method_span().bytes())?.unbind() })
    }
}

#[pymethods]
impl CSeq {
    fn __repr__(&self) -> String {
        format!("<simdsip.CSeq {} {}>", self.number, self.method)
    }
}
