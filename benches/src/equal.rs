//! Equal work: what every engine emits, beside the reference, before anything is timed.

use crate::engine::{Class, Engine};
use crate::fields::Fields;
use crate::reference;
use crate::set::Set;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What one engine did with the messages of a workload.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Messages that it rejects (or dies of).
    pub rejects: usize,
    /// Whether it rejects every one, so that there is nothing to time.
    pub idle: bool,
    /// Messages that all accept where its fields differ from the reference.
    pub differs: usize,
    /// The first difference, with the message's number.
    pub first: Option<String>,
}

/// The verdicts, in the order of the engines, and the messages that all of them accept.
pub struct Checked {
    /// One for each engine. Who rejects every message has no say in what is timed.
    pub verdicts: Vec<Verdict>,
    /// Messages that the reference cannot represent; nobody is asked about them.
    pub outside: usize,
    /// What is timed.
    pub accepted: Vec<Vec<u8>>,
}

/// Asks every engine about every message.
pub fn check(engines: &mut [&mut Box<dyn Engine>], messages: &[Vec<u8>]) -> Checked {
    let set = Set::new(messages);
    let references: Vec<Option<Fields>> = messages.iter().map(|m| reference::structure(m)).collect();
    let mut accepted: Vec<bool> = references.iter().map(Option::is_some).collect();
    let asked = accepted.iter().filter(|&&ok| ok).count();
    let outside = messages.len() - asked;
    let mut verdicts = vec![Verdict::default(); engines.len()];
    let mut differences: Vec<Vec<(usize, String)>> = vec![Vec::new(); engines.len()];
    for (e, engine) in engines.iter_mut().enumerate() {
        if engine.classes().contains(&Class::Ceiling) {
            continue;
        }
        engine.prepare(&set);
        let grouped = engine.grouped();
        let mut refused = Vec::new();
        for (i, reference) in references.iter().enumerate() {
            let Some(reference) = reference else { continue };
            let mut fields = Fields::default();
            let taken = quietly(|| engine.emit(&set, i as u32, &mut fields)).unwrap_or(false);
            if !taken {
                refused.push(i);
            } else if let Some(difference) = fields.difference(reference, grouped) {
                differences[e].push((i, difference));
            }
        }
        verdicts[e].rejects = refused.len();
        verdicts[e].idle = refused.len() == asked;
        if !verdicts[e].idle {
            refused.iter().for_each(|&i| accepted[i] = false);
        }
    }
    for (verdict, differences) in verdicts.iter_mut().zip(&differences) {
        let timed: Vec<_> = differences.iter().filter(|(i, _)| accepted[*i]).collect();
        verdict.differs = timed.len();
        verdict.first = timed.first().map(|(i, text)| format!("message {i}: {text}"));
    }
    let accepted = messages.iter().zip(&accepted).filter(|(_, ok)| **ok).map(|(m, _)| m.clone()).collect();
    Checked { verdicts, outside, accepted }
}

/// A rival's panic is its rejection, not the run's end.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    std::panic::set_hook(hook);
    result
}

/// Class `frame`: the fields of the messages that came out of the stream, beside the reference.
pub fn check_frames(found: &[Fields], messages: &[Vec<u8>], grouped: bool) -> Verdict {
    let mut verdict = Verdict { rejects: messages.len().saturating_sub(found.len()), ..Verdict::default() };
    for (i, message) in messages.iter().enumerate() {
        let difference = match (found.get(i), reference::structure(message)) {
            (Some(found), Some(reference)) => found.difference(&reference, grouped),
            (None, _) => Some("not framed".into()),
            (Some(_), None) => None,
        };
        if let Some(difference) = difference {
            verdict.differs += 1;
            verdict.first.get_or_insert_with(|| format!("message {i}: {difference}"));
        }
    }
    verdict
}
