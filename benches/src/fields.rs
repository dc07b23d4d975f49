//! What an engine found in a message, in a form that any two engines can be compared in.

use crate::emission::Emission;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a class finds. What an engine does not do stays `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// Method, Request-URI and version; or version, code and reason.
    pub start: Option<[Vec<u8>; 3]>,
    /// Name in lower case and in full, value unfolded and trimmed, in the engine's order.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The registry's number of each header, 0 for a name that it does not hold.
    pub ids: Option<Vec<u16>>,
    /// The body's bytes.
    pub body: Option<Vec<u8>>,
    /// The fields of classes `routing` and `typed`, settled.
    pub emission: Option<Emission>,
}

impl Fields {
    /// Empties for the next message.
    pub fn clear(&mut self) {
        *self = Fields::default();
    }

    /// Adds a header as an engine without a table of names has it: as on the wire.
    pub fn push_wire(&mut self, name: &[u8], value: &[u8]) {
        self.headers.push((long_name(name), unfold(value)));
    }

    /// The first difference to the reference in what this engine claims to do, or `None`.
    /// `grouped` engines keep headers of one name together, so order between names is not compared.
    pub fn difference(&self, reference: &Fields, grouped: bool) -> Option<String> {
        let show = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        if let (Some(own), Some(right)) = (&self.start, &reference.start) {
            for (a, b) in own.iter().zip(right) {
                if a != b {
                    return Some(format!("start line {:?}, not {:?}", show(a), show(b)));
                }
            }
        }
        let (mut own, mut right) = (self.headers.clone(), reference.headers.clone());
        if grouped {
            own.sort_by(|a, b| a.0.cmp(&b.0));
            right.sort_by(|a, b| a.0.cmp(&b.0));
        }
        for (a, b) in own.iter().zip(&right) {
            if a != b {
                let (an, av, bn, bv) = (show(&a.0), show(&a.1), show(&b.0), show(&b.1));
                return Some(format!("header {an:?}: {av:?}, not {bn:?}: {bv:?}"));
            }
        }
        if own.len() != right.len() {
            return Some(format!("{} headers, not {}", own.len(), right.len()));
        }
        if let (Some(own), Some(right)) = (&self.ids, &reference.ids)
            && own != right
        {
            return Some(format!("header ids {own:?}, not {right:?}"));
        }
        if let (Some(own), Some(right)) = (&self.body, &reference.body)
            && own != right
        {
            return Some(format!("body of {} bytes, not {}", own.len(), right.len()));
        }
        None
    }
}

type Registry = HashMap<Vec<u8>, (u16, Vec<u8>)>;

/// Whether the registry calls a header's value a comma list, and its shape and grammar; by long name in
/// lower case.
pub fn shape_of(name: &str) -> Option<(bool, &'static str, &'static str)> {
    type Shapes = HashMap<String, (bool, &'static str, &'static str)>;
    static TABLE: OnceLock<Shapes> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let rows = ROWS.lines().skip(1).filter_map(|row| {
            let cells: Vec<&'static str> = row.split(',').collect();
            let [_, name, _, cardinality, shape, grammar, ..] = cells.as_slice() else { return None };
            Some((name.to_ascii_lowercase(), (*cardinality == "comma-list", *shape, *grammar)))
        });
        rows.collect()
    });
    table.get(name).copied()
}

const ROWS: &str = include_str!("../../crates/simdsip/registry/sip_headers.csv");

/// The registry as the project keeps it: number and lower-case name for every name and compact form.
fn registry() -> &'static Registry {
    static TABLE: OnceLock<Registry> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = HashMap::new();
        for row in ROWS.lines().skip(1) {
            let mut cells = row.split(',');
            let id = cells.next().and_then(|c| c.parse().ok()).expect("registry row begins with its id");
            let name = cells.next().expect("registry row has a name").to_ascii_lowercase().into_bytes();
            let compact = cells.next().expect("registry row has a compact column").as_bytes().to_vec();
            table.insert(name.clone(), (id, name.clone()));
            if !compact.is_empty() {
                table.insert(compact, (id, name));
            }
        }
        table
    })
}

/// The registry's number of a name as on the wire; 0 where it holds none.
pub fn id_of(name: &[u8]) -> u16 {
    registry().get(&name.to_ascii_lowercase()).map_or(0, |row| row.0)
}

/// Lower case, compact forms in full.
pub fn long_name(name: &[u8]) -> Vec<u8> {
    let lower = name.to_ascii_lowercase();
    registry().get(&lower).map_or(lower, |row| row.1.clone())
}

/// A value with each fold, and the white space around it, as one space (RFC 3261 §7.3.1), and trimmed.
pub fn unfold(value: &[u8]) -> Vec<u8> {
    let space = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value.trim_ascii();
    while let Some(at) = rest.iter().position(|&b| b == b'\n') {
        let before = &rest[..at];
        let kept = before.iter().rposition(|&b| !space(b)).map_or(0, |last| last + 1);
        out.extend_from_slice(&before[..kept]);
        out.push(b' ');
        let after = &rest[at + 1..];
        rest = &after[after.iter().position(|&b| !space(b)).unwrap_or(after.len())..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_become_one_space() {
        assert_eq!(unfold(b" a \r\n\t b\r\n  c "), b"a b c");
        assert_eq!(unfold(b"plain  value"), b"plain  value");
        assert_eq!(unfold(b""), b"");
    }

    #[test]
    fn names_come_from_the_registry() {
        assert_eq!(long_name(b"V"), b"via");
        assert_eq!(long_name(b"CALL-ID"), b"call-id");
        assert_eq!(id_of(b"i"), id_of(b"Call-ID"));
        assert_ne!(id_of(b"i"), 0);
        assert_eq!(id_of(b"X-Own"), 0);
    }

    #[test]
    fn differences_name_the_field() {
        let mut a = Fields::default();
        a.push_wire(b"To", b"x");
        let mut b = Fields::default();
        b.push_wire(b"To", b"y");
        assert_eq!(a.difference(&a, false), None);
        assert!(a.difference(&b, false).is_some_and(|d| d.contains("\"to\"")));
    }
}
