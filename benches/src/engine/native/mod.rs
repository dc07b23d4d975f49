//! Engines in shared objects, through `benches/engine.h`.
//!
//! Loads what `--engine-so` names, and the libraries of `build`. Uses `dlopen` of the C library, which
//! the suite links already: three calls, no further crate. Libraries stay loaded. Refuses another ABI
//! number, and a table with a hole in it.

mod build;

pub use build::{build, build_all};

use super::{Class, Engine, Identity};
use crate::emission::{Emission, Param, Sink};
use crate::fields::Fields;
use crate::reference;
use crate::set::Set;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};

/// `SIMDSIP_BENCH_ABI`.
const ABI: u32 = 1;

/// Classes in the order of their bits.
const CLASSES: [Class; 5] = [Class::Structure, Class::Routing, Class::Typed, Class::Forward, Class::Build];

/// `struct simdsip_bench_sink`.
#[repr(C)]
struct RawSink {
    own: *mut c_void,
    element: unsafe extern "C" fn(*mut c_void, *const c_char, usize),
    text: unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char, usize),
    number: unsafe extern "C" fn(*mut c_void, *const c_char, u64),
    param: unsafe extern "C" fn(*mut c_void, c_int, *const c_char, usize, *const c_char, usize),
}

type Prepare = unsafe extern "C" fn(u32, usize) -> c_int;
type Parse = unsafe extern "C" fn(u32, *const c_char, usize) -> u64;
type Emit = unsafe extern "C" fn(u32, *const c_char, usize, *const RawSink) -> c_int;
type Allocations = unsafe extern "C" fn() -> u64;

/// `struct simdsip_bench_engine`.
#[repr(C)]
struct Table {
    abi: u32,
    classes: u32,
    name: *const c_char,
    version: *const c_char,
    flags: *const c_char,
    work: *const c_char,
    types: *const c_char,
    prepare: Option<Prepare>,
    parse: Option<Parse>,
    emit: Option<Emit>,
    allocations: Option<Allocations>,
}

/// A loaded shared object.
#[derive(Clone, Debug)]
pub struct Library {
    path: PathBuf,
    name: &'static str,
    version: &'static str,
    flags: &'static str,
    work: &'static str,
    types: Option<Vec<&'static str>>,
    classes: Vec<Class>,
    prepare: Prepare,
    parse: Parse,
    emit: Emit,
    allocations: Option<Allocations>,
}

impl Library {
    /// Loads `path`, which stays loaded.
    ///
    /// # Errors
    /// A sentence: the file cannot be loaded, exports no table, or one of another ABI.
    pub fn load(path: &Path) -> Result<Library, String> {
        let failed = |why: &str| format!("{}: {why}", path.display());
        // `dlopen` searches the system's folders for a name without a slash.
        let whole = path.canonicalize().map_err(|error| failed(&error.to_string()))?;
        let file =
            CString::new(whole.as_os_str().as_encoded_bytes()).map_err(|_| failed("a NUL in the name"))?;
        // SAFETY: `file` ends with NUL; whoever names a library trusts what it does when it is loaded.
        let handle = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if handle.is_null() {
            return Err(failed(&last_error()));
        }
        // SAFETY: `handle` is an open library, and the name ends with NUL.
        let symbol = unsafe { libc::dlsym(handle, c"simdsip_bench_engine".as_ptr()) };
        if symbol.is_null() {
            return Err(failed("exports no simdsip_bench_engine"));
        }
        // SAFETY: a non-null symbol of that name is a function of this type, by engine.h.
        let entry: unsafe extern "C" fn() -> *const Table = unsafe { std::mem::transmute(symbol) };
        // SAFETY: as above; it takes nothing.
        let table = unsafe { entry() };
        // SAFETY: by engine.h the table is null or lives as long as the library, which is never closed.
        let table = unsafe { table.as_ref() }.ok_or_else(|| failed("gave no table"))?;
        if table.abi != ABI {
            return Err(failed(&format!("has ABI {}, not {ABI}; see benches/engine.h", table.abi)));
        }
        let text = |pointer: *const c_char, what: &str| {
            string(pointer).ok_or_else(|| failed(&format!("gives no {what}, or one that is not UTF-8")))
        };
        let hole = || failed("leaves out prepare, parse or emit");
        let classes = CLASSES.iter().enumerate().filter(|(bit, _)| table.classes >> bit & 1 == 1);
        Ok(Library {
            path: whole.clone(),
            name: text(table.name, "name")?,
            version: text(table.version, "version")?,
            flags: text(table.flags, "flags")?,
            work: text(table.work, "work")?,
            types: string(table.types).map(|list| list.split(',').map(str::trim).collect()),
            classes: classes.map(|(_, &class)| class).collect(),
            prepare: table.prepare.ok_or_else(hole)?,
            parse: table.parse.ok_or_else(hole)?,
            emit: table.emit.ok_or_else(hole)?,
            allocations: table.allocations,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One engine a class.
    pub fn engines(&self) -> Vec<Box<dyn Engine>> {
        let one = |&class: &Class| -> Box<dyn Engine> { Box::new(Native { library: self.clone(), class }) };
        self.classes.iter().map(one).collect()
    }
}

fn last_error() -> String {
    // SAFETY: no argument; the string lives until the next call on this thread.
    let text = unsafe { libc::dlerror() };
    string(text).unwrap_or("the loader gives no reason").to_owned()
}

/// A string that lives as long as its library.
fn string(pointer: *const c_char) -> Option<&'static str> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not null, and by engine.h it ends with NUL and lives as long as the library.
    unsafe { CStr::from_ptr(pointer) }.to_str().ok()
}

/// A library under one class.
struct Native {
    library: Library,
    class: Class,
}

impl Native {
    fn bit(&self) -> u32 {
        CLASSES.iter().position(|&c| c == self.class).map_or(0, |at| 1 << at)
    }
}

impl Engine for Native {
    fn identity(&self) -> Identity {
        let Library { name, version, flags, work, .. } = self.library;
        Identity { name, version, backend: "", flags, work }
    }

    fn classes(&self) -> &'static [Class] {
        match self.class {
            Class::Routing => &[Class::Routing],
            Class::Typed => &[Class::Typed],
            Class::Forward => &[Class::Forward],
            Class::Build => &[Class::Build],
            _ => &[Class::Structure],
        }
    }

    fn types(&self) -> Option<Vec<&str>> {
        self.library.types.clone().filter(|_| self.class == Class::Typed)
    }

    fn allocations(&self) -> Option<u64> {
        // SAFETY: by engine.h callable at any time from this thread.
        self.library.allocations.map(|count| unsafe { count() })
    }

    fn prepare(&mut self, set: &Set) {
        let longest = (0..set.len() as u32).map(|i| set.get(i).len()).max().unwrap_or(0);
        // SAFETY: the bit is one of the classes that the library gave.
        let answer = unsafe { (self.library.prepare)(self.bit(), longest) };
        assert_eq!(answer, 0, "{} is not ready for messages of {longest} bytes", self.library.name);
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        let message = set.get(i);
        // SAFETY: `message` is readable for its length; `prepare` was called for the set.
        unsafe { (self.library.parse)(self.bit(), message.as_ptr().cast(), message.len()) }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let message = set.get(i);
        let mut taken = Taken { emission: Emission::default(), raw: Vec::new() };
        let own = (&raw mut taken).cast();
        let sink = RawSink { own, element, text, number, param };
        // SAFETY: `message` is readable for its length; `sink` and what it points to outlive the call.
        let answer =
            unsafe { (self.library.emit)(self.bit(), message.as_ptr().cast(), message.len(), &sink) };
        if self.class == Class::Structure {
            taken.structure(out);
        } else if matches!(self.class, Class::Forward | Class::Build) {
            let bytes = taken.raw.into_iter().find(|(key, _)| key == "bytes");
            *out = bytes.and_then(|(_, bytes)| reference::read(&bytes, Class::Typed)).unwrap_or_default();
        } else {
            taken.emission.settle();
            out.emission = Some(taken.emission);
        }
        answer == 1
    }
}

/// What the sink took: fields, and texts as they came for class `structure`.
struct Taken {
    emission: Emission,
    raw: Vec<(String, Vec<u8>)>,
}

impl Taken {
    fn structure(self, out: &mut Fields) {
        let mut start = [const { Vec::new() }; 3];
        let mut name = Vec::new();
        for (key, value) in self.raw {
            match key.as_str() {
                "one" => start[0] = value,
                "two" => start[1] = value,
                "three" => start[2] = value,
                "name" => name = value,
                "value" => out.push_wire(&name, &value),
                "bytes" => out.body = Some(value),
                _ => {}
            }
        }
        out.start = Some(start);
    }
}

/// The sink behind `own`.
///
/// # Safety
/// `own` is what `Native::emit` put into its `RawSink`, during that call.
unsafe fn taken<'a>(own: *mut c_void) -> &'a mut Taken {
    // SAFETY: the caller's promise; the library calls on one thread, so nobody else holds it.
    unsafe { &mut *own.cast() }
}

/// Bytes of the library.
///
/// # Safety
/// `start` is null or readable for `len` bytes until the callback returns.
unsafe fn bytes<'a>(start: *const c_char, len: usize) -> &'a [u8] {
    if start.is_null() {
        return b"";
    }
    // SAFETY: not null, and the caller's promise.
    unsafe { std::slice::from_raw_parts(start.cast(), len) }
}

unsafe extern "C" fn element(own: *mut c_void, header: *const c_char, len: usize) {
    // SAFETY: engine.h: the library passes `own` back.
    let taken = unsafe { taken(own) };
    // SAFETY: engine.h: the name is readable.
    let header = unsafe { bytes(header, len) };
    taken.emission.element(&String::from_utf8_lossy(header));
}

unsafe extern "C" fn text(own: *mut c_void, key: *const c_char, value: *const c_char, len: usize) {
    // SAFETY: engine.h: the library passes `own` back.
    let taken = unsafe { taken(own) };
    // SAFETY: engine.h: the value is readable.
    let value = unsafe { bytes(value, len) };
    let key = string(key).unwrap_or("?");
    taken.raw.push((key.to_owned(), value.to_vec()));
    taken.emission.text(key, value);
}

unsafe extern "C" fn number(own: *mut c_void, key: *const c_char, value: u64) {
    // SAFETY: engine.h: the library passes `own` back.
    let taken = unsafe { taken(own) };
    taken.emission.number(string(key).unwrap_or("?"), value);
}

unsafe extern "C" fn param(
    own: *mut c_void,
    of: c_int,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
) {
    let absent = value.is_null();
    // SAFETY: engine.h: the library passes `own` back.
    let taken = unsafe { taken(own) };
    // SAFETY: engine.h: the name is readable.
    let name = unsafe { bytes(name, name_len) };
    // SAFETY: engine.h: the value is readable, or null.
    let value = unsafe { bytes(value, value_len) };
    let of = match of {
        1 => Param::Uri,
        2 => Param::UriHeader,
        _ => Param::Header,
    };
    taken.emission.param(of, name, (!absent).then_some(value));
}
