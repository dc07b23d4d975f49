//! The list of splices against its rules, followed to the letter.

use std::io::IoSlice;
use std::ops::Range;

use proptest::prelude::*;
use simdsip::edit::{EditRoom, GrowRoom, Settled, Splices, Store};
use simdsip::{Error, ErrorKind, LimitKind};

/// One edit as a test says it.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Insert(usize, Vec<u8>),
    InsertBefore(usize, Vec<u8>),
    Replace(Range<usize>, Vec<u8>),
    Lend(Range<usize>, Vec<u8>),
}

impl Edit {
    fn apply<'t>(&'t self, edits: &mut Splices<'_, 't>) -> Result<(), Error> {
        match self {
            Edit::Insert(at, text) => edits.insert(*at, &[text]),
            Edit::InsertBefore(at, text) => {
                edits.insert_before(*at, &[&text[..text.len() / 2], &text[text.len() / 2..]])
            }
            Edit::Replace(range, text) if text.is_empty() => edits.remove(range.clone()),
            Edit::Replace(range, text) => edits.replace(range.clone(), &[text, b""]),
            Edit::Lend(range, text) => edits.replace_lent(range.clone(), text),
        }
    }

    fn range(&self) -> Option<(Range<usize>, &[u8])> {
        match self {
            Edit::Replace(range, text) | Edit::Lend(range, text) if !range.is_empty() => {
                Some((range.clone(), text))
            }
            _ => None,
        }
    }
}

/// The rules of the module's documentation, one after the other; `None` where ranges cross.
fn by_the_rules(original: &[u8], window: Range<usize>, edits: &[Edit]) -> Option<Vec<u8>> {
    // Of edits of the same range the last counts.
    let mut ranges: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
    for (range, text) in edits.iter().filter_map(Edit::range) {
        ranges.retain(|(other, _)| *other != range);
        ranges.push((range, text.to_vec()));
    }
    // Removals that overlap remove what each of them does.
    let (mut removals, mut ranges): (Vec<_>, Vec<_>) =
        ranges.into_iter().partition(|(_, text)| text.is_empty());
    while let Some((a, b)) = (0..removals.len())
        .flat_map(|a| (0..a).map(move |b| (a, b)))
        .find(|&(a, b)| overlap(&removals[a].0, &removals[b].0))
    {
        let (gone, _) = removals.remove(a);
        let left = &mut removals[b].0;
        *left = left.start.min(gone.start)..left.end.max(gone.end);
    }
    ranges.extend(removals);
    // What is within another counts for nothing.
    let within =
        |inner: &Range<usize>, outer: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
    let all = ranges.clone();
    ranges.retain(|(range, _)| !all.iter().any(|(outer, _)| outer != range && within(range, outer)));
    // A removal that has grown to the range of a text takes nothing more than that does.
    let texts: Vec<_> =
        ranges.iter().filter(|(_, text)| !text.is_empty()).map(|(range, _)| range.clone()).collect();
    ranges.retain(|(range, text)| !text.is_empty() || !texts.contains(range));
    let crossing =
        ranges.iter().enumerate().any(|(at, (a, _))| ranges[..at].iter().any(|(b, _)| overlap(a, b)));
    if crossing {
        return None;
    }
    let mut out = Vec::new();
    let mut at = window.start;
    while at <= window.end {
        let inside = ranges.iter().any(|(range, _)| range.start < at && at < range.end);
        if !inside {
            for edit in edits.iter().rev() {
                if let Edit::InsertBefore(place, text) = edit
                    && *place == at
                {
                    out.extend_from_slice(text);
                }
            }
            for edit in edits {
                match edit {
                    Edit::Insert(place, text) if *place == at => out.extend_from_slice(text),
                    Edit::Replace(range, text) | Edit::Lend(range, text)
                        if range.is_empty() && range.start == at =>
                    {
                        out.extend_from_slice(text);
                    }
                    _ => {}
                }
            }
        }
        if let Some((range, text)) = ranges.iter().find(|(range, _)| range.start == at) {
            out.extend_from_slice(text);
            at = range.end;
            continue;
        }
        out.extend(original[..window.end].get(at));
        at += 1;
    }
    Some(out)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The result, the same in all ways to get it.
#[track_caller]
pub(crate) fn emitted(settled: Settled<'_>, original: &[u8]) -> Vec<u8> {
    let edited = settled.of(original).unwrap();
    let all = edited.to_vec();
    assert_eq!(edited.len(), all.len());
    assert_eq!(edited.is_empty(), all.is_empty());
    assert!(edited.pieces().all(|piece| !piece.is_empty()));
    assert_eq!(edited.pieces().flatten().copied().collect::<Vec<u8>>(), all);
    let mut copy = vec![0xaa; all.len() + 3];
    assert_eq!(edited.write_to(&mut copy), Ok(all.len()));
    assert_eq!((&copy[..all.len()], &copy[all.len()..]), (&all[..], &[0xaa; 3][..]));
    if let Some(short) = all.len().checked_sub(1) {
        let error = edited.write_to(&mut copy[..short]).unwrap_err();
        assert_eq!((error.kind, error.at), (ErrorKind::Room, all.len()));
    }
    let count = edited.pieces().count();
    let mut slices = vec![IoSlice::new(b"none of it"); count + 1];
    let filled = edited.io_slices(&mut slices).unwrap();
    assert_eq!(filled.iter().flat_map(|slice| slice.to_vec()).collect::<Vec<u8>>(), all);
    if let Some(few) = count.checked_sub(1) {
        let error = edited.io_slices(&mut slices[..few]).unwrap_err();
        assert_eq!((error.kind, error.at), (ErrorKind::Room, count));
    }
    // In place: with just enough room, and with more.
    for spare in [0, 7] {
        let mut buffer = original.to_vec();
        let place = loop {
            match settled.in_place(&mut buffer) {
                Ok(place) => break place,
                Err(error) => {
                    assert_eq!(error.kind, ErrorKind::Room);
                    assert!(error.at > buffer.len());
                    assert_eq!(buffer, original, "untouched on error");
                    buffer.resize(error.at + spare, 0xbb);
                }
            }
        };
        assert_eq!(&buffer[place.clone()], all);
        assert_eq!(buffer[..place.start], original[..place.start], "nothing before it is touched");
    }
    all
}

fn original() -> Vec<u8> {
    (0..40).map(|at| b'A' + at).collect()
}

fn any_edit(window: Range<usize>) -> impl Strategy<Value = Edit> {
    let place = window.start..=window.end;
    let text = prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec(prop::sample::select(&b"abcdefghijklmnopqrstuvwxyz0123456789"[..]), 1..9),
    ];
    (place.clone(), place, text, 0..5).prop_map(|(a, b, text, kind)| match kind {
        0 => Edit::Insert(a, text),
        1 => Edit::InsertBefore(a, text),
        2 => Edit::Lend(a.min(b)..a.max(b), text),
        _ => Edit::Replace(a.min(b)..a.max(b), text),
    })
}

/// Edits, often near each other, so that they meet.
fn edits() -> impl Strategy<Value = (Range<usize>, Vec<Edit>)> {
    let windows = prop_oneof![Just(0..40), Just(3..11), Just(5..5), Just(20..37)];
    windows.prop_flat_map(|window| {
        let many = prop::collection::vec(any_edit(window.clone()), 0..7);
        (Just(window), many)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_list_does_what_the_rules_say((window, list) in edits()) {
        let original = original();
        let (mut room, mut growing) = (EditRoom::<16, 128>::sized(), GrowRoom::new());
        for store in [Store::from(&mut room), Store::from(&mut growing)] {
            let mut edits = Splices::new(store, window.clone()).unwrap();
            for edit in &list {
                edit.apply(&mut edits).unwrap();
            }
            let expected = by_the_rules(&original, window.clone(), &list);
            match edits.settle() {
                Ok(settled) => {
                    prop_assert_eq!(Some(emitted(settled, &original)), expected.clone());
                }
                Err(error) => {
                    prop_assert_eq!(error.kind, ErrorKind::Overlap);
                    prop_assert_eq!(None, expected.clone());
                }
            }
            // Asked again, it says the same.
            let again = edits.settle().ok().map(|settled| settled.of(&original).unwrap().to_vec());
            prop_assert_eq!(again, expected);
        }
    }

    #[test]
    fn the_order_of_edits_does_not_matter_but_where_said((window, list) in edits()) {
        let original = original();
        let mut seen = Vec::new();
        // One of each range and place.
        let list: Vec<Edit> = list.into_iter().filter(|edit| {
            let place = match edit {
                Edit::Insert(at, _) | Edit::InsertBefore(at, _) => *at..*at,
                Edit::Replace(range, _) | Edit::Lend(range, _) => range.clone(),
            };
            let new = !seen.contains(&place);
            seen.push(place);
            new
        }).collect();
        let result = |list: &[&Edit]| {
            let mut room = EditRoom::new();
            let mut edits = Splices::new(&mut room, window.clone()).unwrap();
            list.iter().for_each(|edit| edit.apply(&mut edits).unwrap());
            edits.settle().map(|settled| settled.of(&original).unwrap().to_vec()).map_err(|error| error.kind)
        };
        let forwards: Vec<&Edit> = list.iter().collect();
        let backwards: Vec<&Edit> = list.iter().rev().collect();
        prop_assert_eq!(result(&forwards), result(&backwards));
    }
}

#[test]
fn edits_outside_the_window_are_refused_and_leave_the_list_as_it_was() {
    let mut room = EditRoom::new();
    let mut edits = Splices::new(&mut room, 3..6).unwrap();
    edits.remove(4..5).unwrap();
    for (range, at) in [(2..4, 2), (5..7, 5), (0..0, 0), (7..7, 7), (9..12, 9)] {
        for result in [edits.remove(range.clone()), edits.replace(range.clone(), &[b"x"])] {
            assert_eq!(result.unwrap_err(), Error { kind: ErrorKind::Range, at });
        }
    }
    #[allow(clippy::reversed_empty_ranges, reason = "that is the point")]
    let backwards = 5..4;
    assert_eq!(edits.replace(backwards, &[b"x"]).unwrap_err().kind, ErrorKind::Range);
    assert_eq!(edits.remove(0..1 << 33).unwrap_err().kind, ErrorKind::Limit(LimitKind::Message));
    assert_eq!(edits.settle().unwrap().of(b"0123456789").unwrap().to_vec(), b"35");
}

#[test]
fn a_full_room_says_which_limit_and_stays_as_it_was() {
    let mut room = EditRoom::<2, 3>::sized();
    let mut edits = Splices::new(&mut room, 0..4).unwrap();
    edits.insert(1, &[b"ab"]).unwrap();
    let error = edits.insert(2, &[b"c", b"d"]).unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::EditText), 2));
    edits.insert(2, &[b"c"]).unwrap();
    let error = edits.remove(3..4).unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::Edits), 3));
    assert_eq!(edits.settle().unwrap().of(b"0123").unwrap().to_vec(), b"0ab1c23");
}

#[test]
fn a_result_over_the_limit_is_refused() {
    let mut room = GrowRoom::new();
    let mut edits = Splices::new(&mut room, 0..4).unwrap().with_limit(6);
    edits.insert(0, &[b"ab"]).unwrap();
    assert_eq!(edits.settle().unwrap().len(), 6);
    edits.insert(0, &[b"c"]).unwrap();
    assert_eq!(edits.settle().unwrap_err(), Error { kind: ErrorKind::Limit(LimitKind::Message), at: 6 });
}

#[test]
fn a_room_is_used_again_without_being_cleared() {
    let mut room = EditRoom::new();
    for text in [&b"first"[..], b"2nd"] {
        let mut edits = Splices::new(&mut room, 0..1).unwrap();
        edits.replace(0..1, &[text]).unwrap();
        assert_eq!(edits.settle().unwrap().of(b"x").unwrap().to_vec(), text);
    }
}

/// Times are too noisy to fail on; that 20,000 edits in the worst order end at all within the test's patience, with
/// the right result, is what a quadratic list would not do.
#[test]
fn very_many_edits_in_any_order() {
    const COUNT: usize = 20_000;
    let original = vec![b'.'; COUNT * 2];
    let mut room = GrowRoom::new();
    let mut edits = Splices::new(&mut room, 0..original.len()).unwrap();
    let mut at = 7;
    for _ in 0..COUNT {
        at = (at + 7_919) % COUNT;
        edits.replace(at * 2..at * 2 + 1, &[b"xy"]).unwrap();
    }
    assert_eq!(edits.settle().unwrap().of(&original).unwrap().to_vec(), b"xy.".repeat(COUNT));
    let mut edits = Splices::new(&mut room, 0..1).unwrap();
    for _ in 0..COUNT {
        edits.insert_before(0, &[b"ab"]).unwrap();
        edits.replace(0..1, &[b"c"]).unwrap();
    }
    assert_eq!(edits.settle().unwrap().len(), COUNT * 2 + 1);
}
