//! Edits of the same bytes: which of them count.

use super::Splice;
use super::splice::Kind;
use crate::error::{Error, ErrorKind};

/// Sorts `edits` and brings those that count to the front, apart from each other; how many they are.
pub(super) fn settle(edits: &mut [Splice]) -> Result<usize, Error> {
    edits.sort_unstable_by_key(Splice::key);
    drop_repeated(edits);
    join_removals(edits);
    match drop_covered(edits) {
        None => Ok(compact(edits)),
        Some(at) => Err(Error::new(ErrorKind::Overlap, at as usize)),
    }
}

/// Of edits of the same range, and of texts with the same number, the first is the latest.
fn drop_repeated(edits: &mut [Splice]) {
    let mut last = None;
    for edit in edits.iter_mut() {
        let this = matches!(edit.kind, Kind::Range | Kind::Slot)
            .then_some((edit.kind, edit.start, edit.end, edit.slot));
        if this.is_some() && this == last {
            edit.kind = Kind::Dead;
        } else {
            last = this;
        }
    }
}

/// Removals that overlap become one.
fn join_removals(edits: &mut [Splice]) {
    let mut open: Option<&mut Splice> = None;
    for edit in edits.iter_mut().filter(|edit| edit.is_removal()) {
        match &mut open {
            Some(open) if edit.start < open.end => {
                open.end = open.end.max(edit.end);
                edit.kind = Kind::Dead;
            }
            _ => open = Some(edit),
        }
    }
}

/// What lies within a range that another edit takes counts for nothing. Where two cross, the start of the second.
fn drop_covered(edits: &mut [Splice]) -> Option<u32> {
    let mut crossing = None;
    let mut outer: Option<&mut Splice> = None;
    for edit in edits.iter_mut().filter(|edit| edit.kind != Kind::Dead) {
        match &mut outer {
            // Joined removals may have grown longer than what begins where they do.
            Some(outer) if edit.start == outer.start && edit.end > outer.end => outer.kind = Kind::Dead,
            Some(outer) if edit.start < outer.end => {
                if edit.end > outer.end {
                    crossing = crossing.or(Some(edit.start));
                } else {
                    edit.kind = Kind::Dead;
                }
                continue;
            }
            _ => {}
        }
        if edit.kind == Kind::Range {
            outer = Some(edit);
        }
    }
    crossing
}

fn compact(edits: &mut [Splice]) -> usize {
    let mut kept = 0usize;
    for at in 0..edits.len() {
        if let Some(edit) = edits.get(at).copied()
            && edit.kind != Kind::Dead
            && let Some(slot) = edits.get_mut(kept)
        {
            *slot = edit;
            kept = kept.wrapping_add(1);
        }
    }
    kept
}
