//! Engines of the classes that read values: one reading, timed and compared.

use super::{Class, Engine, Identity};
use crate::emission::{Emission, Sink, Sum};
use crate::fields::Fields;
use crate::set::Set;

/// A parser whose values are read. Both calls parse `message` and read the fields of the class into
/// `sink`, by the keys of `reference::fields`; `None` where the parser refuses the message or one of the
/// class's values.
pub trait Reader {
    /// Who this is, under that class.
    fn identity(&self, class: Class) -> Identity;

    /// The headers that it types; `None`: all.
    fn types(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Class `routing`.
    fn routing<S: Sink>(&mut self, _message: &[u8], _sink: &mut S) -> Option<()> {
        None
    }

    /// Class `typed`.
    fn typed<S: Sink>(&mut self, _message: &[u8], _sink: &mut S) -> Option<()> {
        None
    }

    /// The classes of session descriptions, of which `text` is one; or `typed-sdp`, of which it is a message.
    fn sdp<S: Sink>(&mut self, _class: Class, _text: &[u8], _sink: &mut S) -> Option<()> {
        None
    }
}

/// A reader under one class.
pub struct Reading<R> {
    reader: R,
    class: Class,
}

impl<R: Reader> Reading<R> {
    /// That reader under that class.
    pub fn new(reader: R, class: Class) -> Reading<R> {
        Reading { reader, class }
    }

    #[inline(always)]
    fn read<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        match self.class {
            Class::Routing => self.reader.routing(message, sink),
            Class::Typed => self.reader.typed(message, sink),
            class => self.reader.sdp(class, message, sink),
        }
    }
}

impl<R: Reader> Engine for Reading<R> {
    fn identity(&self) -> Identity {
        self.reader.identity(self.class)
    }

    fn classes(&self) -> &'static [Class] {
        match self.class {
            Class::Routing => &[Class::Routing],
            Class::TypedSdp => &[Class::TypedSdp],
            Class::SdpIndex => &[Class::SdpIndex],
            Class::SdpShallow => &[Class::SdpShallow],
            Class::SdpDeep => &[Class::SdpDeep],
            _ => &[Class::Typed],
        }
    }

    fn types(&self) -> Option<Vec<&str>> {
        self.reader
            .types()
            .filter(|_| matches!(self.class, Class::Typed | Class::SdpDeep))
            .map(<[&str]>::to_vec)
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        let mut sum = Sum::default();
        self.read(set.get(i), &mut sum).map_or(0, |()| sum.0)
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let mut emission = Emission::default();
        let taken = self.read(set.get(i), &mut emission).is_some();
        emission.settle();
        out.emission = Some(emission);
        taken
    }
}
