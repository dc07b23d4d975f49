//! Each row of the registry: the elements of its value cover it, and its parts stay what they are when the value is
//! folded, indented, or stands behind its compact name (RFC 3261 §7.3.1, §7.3.3).

use simdsip::{GrowIndex, HeaderName, Message, Parser, Policy, Span};

use super::common::examples::{Example, examples};
use super::common::probe::{HEADERS, Sum, values};

/// What is seen of a message with this one field.
fn with_field<T>(name: &str, value: &str, look: impl FnOnce(&Message<'_>) -> T) -> T {
    let bytes = format!("INFO sip:b@b.example SIP/2.0\r\n{name}: {value}\r\n\r\n");
    let mut index = GrowIndex::new();
    look(&Parser::new(Policy::CAPTURE).parse_growing(bytes.as_bytes(), &mut index).expect("a message"))
}

/// The values of its one field, wherever they stand.
fn meaning(message: &Message<'_>) -> u64 {
    let mut sum = Sum::of_meaning();
    values(message, &mut sum);
    for header in HEADERS {
        (header.ask)(message, &mut sum);
    }
    sum.value()
}

/// What is wrong with how elements lie in a value: between them are commas and white space, one comma each.
fn uncovered(id: HeaderName, value: &str) -> Option<String> {
    let header = HEADERS.iter().find(|header| header.id == id)?;
    let span = Span::new(value.as_bytes()).ok()?;
    let mut at = 0;
    let elements: Vec<Span<'_>> = (header.elements)(span).collect();
    for (number, element) in elements.iter().enumerate() {
        let between = value.get(at..element.range().start)?;
        let commas = between.matches(',').count();
        let rest = between.trim_matches([',', ' ', '\t', '\r', '\n']);
        if !rest.is_empty() || commas != usize::from(number > 0) {
            return Some(format!("{between:?} before {element:?}"));
        }
        at = element.range().end;
    }
    let rest = value.get(at..).filter(|rest| !rest.trim().is_empty())?;
    Some(format!("{rest:?} behind the last element"))
}

#[test]
fn elements_cover_the_value_of_every_registry_row() {
    let mut count = 0;
    for Example { id, name, good, .. } in examples() {
        let id = HeaderName::from_id(id);
        let folded = good.replace(' ', "\r\n ");
        for value in [&good, &folded] {
            assert_eq!(uncovered(id, value), None, "{name}: {value:?}");
            let span = Span::new(value.as_bytes()).expect("a short value");
            let header = HEADERS.iter().find(|header| header.id == id).expect("a type");
            with_field(&name, value, |message| {
                let field = message.headers().next().expect("the field");
                assert_eq!(field.values().count(), (header.elements)(span).count(), "{name}");
                assert!(field.values().all(|value| value.is_ok()), "{name}: {value:?}");
            });
        }
        count += 1;
    }
    assert_eq!(count, 149);
}

#[test]
fn folds_and_compact_names_do_not_change_the_parts_of_any_registry_row() {
    let (mut count, mut compacts, mut folds) = (0, 0, 0);
    for Example { id, name, good, .. } in examples() {
        let plain = with_field(&name, &good, meaning);
        let compact = HeaderName::from_id(id).compact().map(|letter| char::from(letter).to_string());
        compacts += usize::from(compact.is_some());
        folds += usize::from(good.contains(' '));
        for name in [Some(name.clone()), compact].into_iter().flatten() {
            for value in [
                good.clone(),
                good.replace(' ', "\r\n "),
                good.replace(' ', "\t\r\n \t "),
                format!("\r\n {good} \r\n "),
                format!(" \t{good}\t "),
            ] {
                assert_eq!(with_field(&name, &value, meaning), plain, "{name}: {value:?}");
            }
        }
        // The number would notice another value.
        let other = good.replace(|c: char| c.is_ascii_alphanumeric(), "7");
        assert!(other == good || with_field(&name, &other, meaning) != plain, "{name}: {other}");
        count += 1;
    }
    println!("{count} rows, {compacts} with a compact name, {folds} with white space");
    assert!(count == 149 && compacts > 15 && folds > 50);
}

/// Names that only begin like a registered one, or lose a letter, have no values but themselves.
#[test]
fn no_name_that_is_only_alike_has_a_registered_shape() {
    for Example { name, .. } in examples() {
        let longer = format!("{name}x");
        with_field(&longer, "a,b", |message| {
            let field = message.headers().next().expect("the field");
            let id = field.id();
            assert!(id == HeaderName::Unknown, "{longer} is {id:?}");
            assert_eq!(field.values().count(), 1);
        });
    }
}
