//! The elements of a list of header fields from the first one on, to be taken away one after the other.

use super::super::splice::Splices;
use crate::error::Error;
use crate::header::HeaderName;
use crate::message::{FieldsOf, HeaderField, Message};
use crate::text::{Elements, Span};

/// How far a list was taken away.
#[derive(Debug)]
pub(super) struct Top<'b> {
    name: HeaderName,
    state: Option<State<'b>>,
    /// Whether there is no element, so that nobody looks again.
    none: bool,
    /// Where the last element begins if it was taken away.
    last_gone: Option<usize>,
}

#[derive(Debug)]
struct State<'b> {
    fields: FieldsOf<'b>,
    field: HeaderField<'b>,
    elements: Elements<'b>,
    /// The first that is left; it is in `field`.
    first: Span<'b>,
    /// What of the field's value is taken away begins here.
    from: usize,
}

impl<'b> Top<'b> {
    pub(super) fn of(name: HeaderName) -> Top<'b> {
        Top { name, state: None, none: false, last_gone: None }
    }

    /// The first element that is left.
    pub(super) fn first(&mut self, message: &Message<'b>) -> Option<Span<'b>> {
        if self.state.is_none() && !self.none {
            self.state = load(self.name, message.fields(self.name));
            self.none = self.state.is_none();
        }
        let first = self.state.as_ref()?.first;
        (!first.is_empty() && self.last_gone != Some(first.at())).then_some(first)
    }

    /// Takes the first element away: with its comma, or with its whole field where it is the only one.
    pub(super) fn pop(
        &mut self,
        message: &Message<'b>,
        edits: &mut Splices<'_, '_>,
    ) -> Result<Option<Span<'b>>, Error> {
        let Some(first) = self.first(message) else { return Ok(None) };
        let last_gone = self.last_gone;
        let Some(state) = &mut self.state else { return Ok(None) };
        match state.elements.next().filter(|next| last_gone != Some(next.at())) {
            Some(next) => {
                edits.remove(state.from..next.at())?;
                (state.from, state.first) = (next.at(), next);
            }
            None => {
                edits.remove(state.field.line_range())?;
                match load(self.name, state.fields.clone()) {
                    Some(next) => *state = next,
                    // Nothing is left.
                    None => state.first = first.slice(0..0),
                }
            }
        }
        Ok(Some(first))
    }

    /// The last element that is left, with its field and the one before it there.
    pub(super) fn last(&mut self, message: &Message<'b>) -> Option<Last<'b>> {
        self.first(message)?;
        let mut last = None;
        for field in message.fields(self.name) {
            let mut before = None;
            for element in self.name.elements(field.span()) {
                last = Some(Last { field, before, element });
                before = Some(element);
            }
        }
        last
    }

    /// Takes the last element away.
    pub(super) fn pop_last(
        &mut self,
        message: &Message<'b>,
        edits: &mut Splices<'_, '_>,
        last: &Last<'b>,
    ) -> Result<(), Error> {
        // Those before it in its field may be gone.
        let alone = self.first(message).is_none_or(|first| first.at() == last.element.at());
        match last.before.filter(|_| !alone) {
            Some(before) => edits.remove(before.range().end..last.field.value_range().end)?,
            None => edits.remove(last.field.line_range())?,
        }
        self.last_gone = Some(last.element.at());
        Ok(())
    }
}

/// The last element of a list.
#[derive(Debug)]
pub(super) struct Last<'b> {
    field: HeaderField<'b>,
    before: Option<Span<'b>>,
    pub(super) element: Span<'b>,
}

/// The first element of `fields`; fields without any are passed over.
fn load<'b>(name: HeaderName, mut fields: FieldsOf<'b>) -> Option<State<'b>> {
    loop {
        let field = fields.next()?;
        let mut elements = name.elements(field.span());
        if let Some(first) = elements.next()
            && !first.is_empty()
        {
            return Some(State { from: field.value_range().start, fields, field, elements, first });
        }
    }
}
