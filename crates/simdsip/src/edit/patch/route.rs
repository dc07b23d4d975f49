//! Route, Record-Route and Request-URI: where the message goes.

use super::super::splice::Text;
use super::super::text::{breaks_out, check_uri};
use super::{Patch, Pushed};
use crate::error::{Error, ErrorKind};
use crate::header::HeaderName;
use crate::message::Kind;
use crate::shape::NameAddr;
use crate::text::Span;
use crate::uri::Uri;

impl<'b> Patch<'b, '_, '_> {
    /// Replaces the Request-URI (RFC 3261 §16.6 step 2).
    ///
    /// # Errors
    /// `Request` where this is a response, `RequestUri` where `uri` is empty or has a bracket or quote, `Text` where it has white space or a
    /// control byte, `Limit` where it is too long or the room is full.
    pub fn set_request_uri(&mut self, uri: &[u8]) -> Result<(), Error> {
        check_uri(uri, self.limits.uri_len)?;
        let place = self.request_uri_span()?;
        self.edits.replace(place.range(), &[uri])?;
        self.uri = Some(self.edits.last_text());
        Ok(())
    }

    /// Adds a Route before all others (RFC 3261 §16.6 step 6): `value` is `<sip:proxy;lr>`, which must be a loose
    /// router. The last one that is pushed comes first.
    ///
    /// # Errors
    /// `Text` where `value` has a control byte, `Limit` where it is too long or the room is full.
    pub fn push_route(&mut self, value: &[&[u8]]) -> Result<(), Error> {
        let at = self.push_place(Pushed::Route);
        self.line_before(at, b"Route", value)?;
        self.route_pushed = true;
        Ok(())
    }

    /// Takes the first Route that is left away (RFC 3261 §16.4): of several in one field, this one alone. Called again,
    /// the next. `None` where there is none; what was pushed does not count.
    ///
    /// # Errors
    /// `Limit` where the room is full.
    pub fn pop_route(&mut self) -> Result<Option<Span<'b>>, Error> {
        self.routes.pop(&self.message, &mut self.edits)
    }

    /// Adds a Record-Route before all others (RFC 3261 §16.6 step 4): `value` is `<sip:me;lr>`.
    ///
    /// # Errors
    /// As [`push_route`](Patch::push_route).
    pub fn push_record_route(&mut self, value: &[&[u8]]) -> Result<(), Error> {
        let at = self.push_place(Pushed::RecordRoute);
        self.line_before(at, b"Record-Route", value)
    }

    /// Undoes what a strict router did that sent the message here (RFC 3261 §16.4): for a request whose Request-URI is
    /// one that this proxy once put into a Record-Route. The last Route becomes the Request-URI and is taken away;
    /// `None` where there is none. Comes before [`pop_route`](Patch::pop_route).
    ///
    /// # Errors
    /// `Request` where this is a response; what is malformed about the Route; `Limit` where the room is full.
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let request = parser.parse(b"BYE sip:me.example;lr SIP/2.0\r\nRoute: <sip:p;lr>, <sip:b@b>\r\n\r\n", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&request, &mut room)?;
    /// patch.restore_request_uri()?;
    /// assert_eq!(patch.finish()?.to_vec(), b"BYE sip:b@b SIP/2.0\r\nRoute: <sip:p;lr>\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn restore_request_uri(&mut self) -> Result<Option<Span<'b>>, Error> {
        let place = self.request_uri_span()?;
        let Some(last) = self.routes.last(&self.message) else { return Ok(None) };
        let uri = request_uri_of(last.element)?;
        self.routes.pop_last(&self.message, &mut self.edits, &last)?;
        self.edits.replace(place.range(), &[uri])?;
        self.uri = Some(self.edits.last_text());
        Ok(Some(last.element))
    }

    /// Prepares the request for a next hop that routes strictly (RFC 3261 §16.6 step 6): where the first Route that is
    /// left has no `lr`, it becomes the Request-URI, and that becomes the last Route. Whether it was so. Comes behind
    /// all changes of Routes and Request-URI.
    ///
    /// # Errors
    /// `Request` where this is a response; what is malformed about the Route; `RequestUri` where the Request-URI has a
    /// bracket or quote; `Limit` where the room is full.
    ///
    /// ```
    /// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
    /// let request = parser.parse(b"BYE sip:b@b SIP/2.0\r\nRoute: <sip:old>, <sip:p;lr>\r\n\r\n", &mut index)?;
    /// let mut patch = simdsip::Patch::new(&request, &mut room)?;
    /// assert!(patch.route_strictly()?);
    /// assert_eq!(patch.finish()?.to_vec(), b"BYE sip:old SIP/2.0\r\nRoute: <sip:p;lr>\r\nRoute: <sip:b@b>\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn route_strictly(&mut self) -> Result<bool, Error> {
        let place = self.request_uri_span()?;
        // What a proxy pushes is a loose router.
        if self.route_pushed {
            return Ok(false);
        }
        let Some(first) = self.routes.first(&self.message) else { return Ok(false) };
        if NameAddr::parse(first)?.uri()?.params().get(b"lr").is_some() {
            return Ok(false);
        }
        let next = request_uri_of(first)?;
        // In brackets it must not end them: what follows would be another Route.
        if self.uri.is_none()
            && let Some(at) = breaks_out(place.bytes())
        {
            return Err(Error::new(ErrorKind::RequestUri, place.at().saturating_add(at)));
        }
        let behind = self.message.fields(HeaderName::Route).last().map(|field| field.line_range().end);
        let behind = behind.unwrap_or(self.section().end);
        self.routes.pop(&self.message, &mut self.edits)?;
        match self.uri {
            None => self.line_behind(behind, b"Route", &[b"<", place.bytes(), b">"])?,
            Some(uri) => self.line_again(behind, uri)?,
        }
        self.edits.replace(place.range(), &[next])?;
        self.uri = Some(self.edits.last_text());
        Ok(true)
    }

    /// A Route with the Request-URI that was set before.
    fn line_again(&mut self, at: usize, uri: Text) -> Result<(), Error> {
        self.count_line(b"Route", &[])?;
        self.edits.insert(at, &[self.style.name(b"Route"), b": <"])?;
        self.edits.insert_again(at, uri)?;
        self.edits.insert(at, &[b">\r\n"])
    }

    fn request_uri_span(&self) -> Result<Span<'b>, Error> {
        let response = Error::new(ErrorKind::Request, self.message.start_line_range().start);
        match self.message.kind() {
            Kind::Request => self.message.uri_span().ok_or(response),
            Kind::Response => Err(response),
        }
    }
}

/// The URI of a Route without the headers that a Request-URI may not have (RFC 3261 §19.1.1).
fn request_uri_of<'b>(route: Span<'b>) -> Result<&'b [u8], Error> {
    let address = NameAddr::parse(route)?;
    let uri: Uri<'b> = address.uri()?;
    let (all, headers) = (uri.span(), uri.headers().span());
    let text = if headers.is_empty() {
        all.bytes()
    } else {
        all.bytes().get(..headers.at().saturating_sub(all.at())).unwrap_or(&[])
    };
    let text = text.strip_suffix(b"?").unwrap_or(text);
    match text.iter().position(|&byte| byte <= b' ' || byte == 0x7f).or(breaks_out(text)) {
        // A fold or a space would end it, and a bracket those that it may be put into.
        Some(at) => Err(Error::new(ErrorKind::RequestUri, all.at().saturating_add(at))),
        None => Ok(text),
    }
}
