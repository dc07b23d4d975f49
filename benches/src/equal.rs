//! Equal work: what every engine emits, beside the reference, before anything is timed.

use crate::engine::{Class, Engine};
use crate::fields::Fields;
use crate::reference;
use crate::set::Set;
use std::collections::BTreeMap;
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
    /// Headers whose fields differ, with the number of timed messages and the first difference.
    pub headers: Vec<(String, usize, String)>,
    /// Headers that it leaves untyped, with how many elements of the timed messages they hold.
    pub undone: Vec<(String, usize)>,
    /// Elements of the timed messages, by the reference.
    pub elements: usize,
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

/// A message's number, its first difference, and the first difference of each header.
type Difference = (usize, String, Vec<(String, String)>);

/// Asks every engine about every message, and for the fields of `class`.
pub fn check(engines: &mut [&mut Box<dyn Engine>], messages: &[Vec<u8>], class: Class) -> Checked {
    let set = Set::new(messages);
    let references: Vec<Option<Fields>> = messages.iter().map(|m| reference::read(m, class)).collect();
    let mut accepted: Vec<bool> = references.iter().map(Option::is_some).collect();
    let asked = accepted.iter().filter(|&&ok| ok).count();
    let outside = messages.len() - asked;
    let mut verdicts = vec![Verdict::default(); engines.len()];
    let mut differences: Vec<Vec<Difference>> = vec![Vec::new(); engines.len()];
    for (e, engine) in engines.iter_mut().enumerate() {
        if engine.classes().contains(&Class::Ceiling) {
            continue;
        }
        engine.prepare(&set);
        let grouped = engine.grouped();
        let types: Option<Vec<String>> =
            engine.types().map(|list| list.into_iter().map(str::to_owned).collect());
        let types: Option<Vec<&str>> = types.as_ref().map(|t| t.iter().map(String::as_str).collect());
        let mut refused = Vec::new();
        for (i, reference) in references.iter().enumerate() {
            let Some(reference) = reference else { continue };
            let mut fields = Fields::default();
            let taken = quietly(|| engine.emit(&set, i as u32, &mut fields)).unwrap_or(false);
            if !taken {
                refused.push(i);
            } else if let Some(difference) = difference(&fields, reference, grouped, types.as_deref()) {
                let both = fields.emission.as_ref().zip(reference.emission.as_ref());
                let headers = both.map_or(Vec::new(), |(own, right)| own.differing(right, types.as_deref()));
                differences[e].push((i, difference, headers));
            }
        }
        verdicts[e].rejects = refused.len();
        verdicts[e].idle = refused.len() == asked;
        if !verdicts[e].idle {
            refused.iter().for_each(|&i| accepted[i] = false);
        }
    }
    for (verdict, engine) in verdicts.iter_mut().zip(engines.iter()) {
        let timed = references.iter().zip(&accepted).filter(|(_, ok)| **ok).filter_map(|(r, _)| r.as_ref());
        undone(verdict, engine.types().as_deref(), timed);
    }
    for (verdict, differences) in verdicts.iter_mut().zip(&differences) {
        let timed: Vec<_> = differences.iter().filter(|(i, ..)| accepted[*i]).collect();
        verdict.differs = timed.len();
        verdict.first = timed.first().map(|(i, text, _)| format!("message {i}: {text}"));
        let mut headers: BTreeMap<&str, usize> = BTreeMap::new();
        let all = || timed.iter().flat_map(|(.., headers)| headers);
        all().for_each(|(name, _)| *headers.entry(name).or_default() += 1);
        let example = |name: &str| all().find(|(n, _)| n == name).map_or("", |(_, text)| text).to_owned();
        let counted = most_first(headers).into_iter();
        verdict.headers = counted.map(|(name, count)| (name.clone(), count, example(&name))).collect();
    }
    let accepted = messages.iter().zip(&accepted).filter(|(_, ok)| **ok).map(|(m, _)| m.clone()).collect();
    Checked { verdicts, outside, accepted }
}

/// The first difference in what the class asks for and this engine does.
fn difference(own: &Fields, right: &Fields, grouped: bool, types: Option<&[&str]>) -> Option<String> {
    match (&own.emission, &right.emission) {
        (Some(own), Some(right)) => own.difference(right, types),
        (None, Some(_)) => Some("no fields".into()),
        _ => own.difference(right, grouped),
    }
}

/// Counts what an engine that types only some headers is not asked for.
fn undone<'a>(verdict: &mut Verdict, types: Option<&[&str]>, timed: impl Iterator<Item = &'a Fields>) {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for element in timed.filter_map(|f| f.emission.as_ref()).flat_map(|e| e.elements()) {
        verdict.elements += 1;
        let header = element.header.as_str();
        if header != "start" && header != "body" && types.is_some_and(|t| !t.contains(&header)) {
            *left.entry(header).or_default() += 1;
        }
    }
    verdict.undone = most_first(left);
}

fn most_first(counts: BTreeMap<&str, usize>) -> Vec<(String, usize)> {
    let mut list: Vec<_> = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    list.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    list
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
