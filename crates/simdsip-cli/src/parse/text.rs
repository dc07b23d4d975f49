//! A message as text for people: its parts, then what is odd about it with carets.

use super::Subject;
use super::excerpt::{self, Place};
use super::read::{Rejection, View};
use crate::args::{Mode, Parse};
use crate::escape::{self, Keep, escaped, fit};
use crate::mask::Shown;
use crate::style::{Ink, Style, count, counted};
use simdsip::sdp::LineKind;
use simdsip::{
    Action, DefectClass, DefectCode, HeaderField, HeaderName, Kind, Multipart, StartLine, Verdict,
};
use std::collections::BTreeMap;

/// Longer names do not widen their column.
const NAME_COLUMNS: usize = 24;
/// Longer values are cut.
const VALUE_COLUMNS: usize = 600;
/// And what is short in any sane message.
const SHORT_COLUMNS: usize = 100;
/// More defects of one code are only counted.
const SHOWN_OF_A_CODE: usize = 5;
/// More parts of a body are only counted.
const SHOWN_PARTS: usize = 100;
/// More lines of a session description are only counted.
const SHOWN_LINES: usize = 400;

/// Appends the page of one file.
pub(crate) fn write(subject: &Subject<'_>, args: &Parse, style: Style, out: &mut String) {
    let file = escaped(subject.file.as_encoded_bytes());
    let shown = subject.shown;
    match &subject.view {
        Ok(view) => {
            let mut page = Page { style, shown, out };
            page.message(&file, view);
            if shown.differs() {
                page.paint(Ink::Faint, "  secrets are hidden by asterisks: see --show-secrets\n");
            }
            page.defects(&file, view);
            if let Some(verdict) = &subject.verdict {
                page.verdict(&file, view, verdict, args);
            }
        }
        Err(rejection) => Page { style, shown, out }.rejection(&file, rejection, args),
    }
}

struct Page<'o> {
    style: Style,
    shown: &'o Shown<'o>,
    out: &'o mut String,
}

impl Page<'_> {
    fn paint(&mut self, ink: Ink, text: &str) {
        self.style.paint(ink, text, self.out);
    }

    fn message(&mut self, file: &str, view: &View<'_>) {
        let message = &view.message;
        let kind = if message.kind() == Kind::Request { "request" } else { "response" };
        self.paint(Ink::Strong, file);
        let size = counted(message.as_bytes().len(), "byte");
        self.out.push_str(&format!(": {kind}, {size}\n\n  "));
        match message.start_line() {
            StartLine::Request(line) => {
                self.paint(Ink::Strong, &value(line.method.as_bytes(), SHORT_COLUMNS));
                let uri = value(&self.shown.of(line.uri), VALUE_COLUMNS);
                self.out.push_str(&format!(" {uri} {}\n\n", value(line.version, SHORT_COLUMNS)));
            }
            StartLine::Status(line) => {
                self.out.push_str(&format!("{} ", value(line.version, SHORT_COLUMNS)));
                self.paint(Ink::Strong, &value(line.code, SHORT_COLUMNS));
                self.out.push_str(&format!(" {}\n\n", value(&self.shown.of(line.reason), VALUE_COLUMNS)));
            }
        }
        let names: Vec<_> = message.headers().map(|field| name(&field, self.shown)).collect();
        let widest = |(wire, registry): &(String, String)| escape::width(wire) + escape::width(registry);
        let columns = names.iter().map(widest).max().unwrap_or(0).min(NAME_COLUMNS);
        for (field, name) in message.headers().zip(&names) {
            self.header(&field, name, columns);
        }
        self.body(view);
    }

    fn header(&mut self, field: &HeaderField<'_>, (wire, registry): &(String, String), columns: usize) {
        let value = value(&self.shown.unfolded(field.unfolded()), VALUE_COLUMNS);
        self.out.push_str("  ");
        self.paint(Ink::Name, wire);
        self.paint(Ink::Faint, registry);
        if !value.is_empty() {
            let pad = columns.saturating_sub(escape::width(wire) + escape::width(registry));
            self.out.push_str(&" ".repeat(pad + 2));
            self.out.push_str(&value);
        }
        self.out.push('\n');
    }

    fn body(&mut self, view: &View<'_>) {
        let message = &view.message;
        self.out.push_str("\n  ");
        if message.body().is_empty() {
            self.paint(Ink::Faint, "no body");
        } else {
            let at = count((view.base + message.body_range().start) as u64);
            self.paint(Ink::Strong, "body");
            self.out.push_str(&format!(" {} at byte {at}", counted(message.body().len(), "byte")));
            match message.field(HeaderName::ContentType) {
                Some(field) => {
                    let kind = self.shown.unfolded(field.unfolded());
                    self.out.push_str(&format!(", {}", value(&kind, SHORT_COLUMNS)));
                }
                None => self.out.push_str(", without Content-Type"),
            }
        }
        self.out.push('\n');
        if let Some(parts) = message.multipart() {
            let mut left = SHOWN_PARTS;
            self.parts(parts, "", view.base, &mut left);
        }
        self.sdp(view);
        if view.rest > 0 {
            let behind = format!("  {} behind the message\n", counted(view.rest, "byte"));
            self.paint(Ink::Faint, &behind);
        }
    }

    /// The lines of the session description; those of a media description stand further in than its first.
    fn sdp(&mut self, view: &View<'_>) {
        let sdp = match &view.sdp {
            None => return,
            Some(Ok(sdp)) => sdp,
            Some(Err(error)) => {
                let note = format!("    session description not read: {error}\n");
                return self.paint(Ink::Odd, &note);
            }
        };
        let (lines, mut in_media) = (sdp.lines(), false);
        let more = lines.len().saturating_sub(SHOWN_LINES);
        for line in lines.take(SHOWN_LINES) {
            let text = value(&self.shown.of(line.text().bytes()), VALUE_COLUMNS);
            let begins = line.kind() == LineKind::Media;
            self.out.push_str(if in_media && !begins { "      " } else { "    " });
            match begins {
                true => self.paint(Ink::Name, &text),
                false => self.out.push_str(&text),
            }
            self.out.push('\n');
            in_media |= begins;
        }
        if more > 0 {
            self.paint(Ink::Faint, &format!("    and {} more\n", counted(more, "line")));
        }
    }

    /// The parts of a multipart body, and those in them: depth is limited by the core.
    fn parts(
        &mut self,
        parts: Result<Multipart<'_>, simdsip::Error>,
        path: &str,
        base: usize,
        left: &mut usize,
    ) {
        let mut parts = match parts {
            Ok(parts) => parts,
            Err(error) => {
                let note = format!("    {path} parts cannot be told apart: {}\n", error.kind);
                return self.paint(Ink::Odd, &note);
            }
        };
        let mut number = 0;
        for part in parts.by_ref() {
            number += 1;
            if *left == 0 {
                continue;
            }
            *left -= 1;
            let path = if path.is_empty() { number.to_string() } else { format!("{path}.{number}") };
            let kind = part.header_unfolded(b"Content-Type").or_else(|| part.header_unfolded(b"c"));
            let kind =
                kind.map_or("text/plain".to_owned(), |kind| value(&self.shown.unfolded(kind), SHORT_COLUMNS));
            let at = count((base + part.body_range().start) as u64);
            let size = counted(part.body().len(), "byte");
            self.out.push_str(&format!("    {path:<5} {size} at byte {at}, {kind}\n"));
            if let Some(parts) = part.multipart() {
                self.parts(parts, &path, base, left);
            }
        }
        let note = match (number, parts.is_closed()) {
            (0, _) => "no part begins with the boundary",
            (_, false) => "the closing delimiter is missing",
            _ if *left == 0 && path.is_empty() => "further parts are not listed",
            _ => return,
        };
        self.paint(Ink::Odd, &format!("    {note}\n"));
    }

    fn defects(&mut self, file: &str, view: &View<'_>) {
        let bytes = self.shown.bytes();
        if !view.has_defects() {
            self.out.push_str("\n  ");
            self.paint(Ink::Fine, "no defects");
            return self.out.push('\n');
        }
        let mut of_code = BTreeMap::new();
        let mut classes = [0usize; 3];
        for defect in view.defects() {
            classes[class_rank(defect.code)] += 1;
            let number = of_code.entry(defect.code).or_insert(0usize);
            *number += 1;
            if *number <= SHOWN_OF_A_CODE {
                let place = Place { file, bytes, at: defect.at, len: defect.len };
                self.defect(defect.code, &place);
            }
        }
        for (code, number) in of_code {
            if let Some(more) = number.checked_sub(SHOWN_OF_A_CODE).filter(|more| *more > 0) {
                let note = format!("  and {} more {}\n", count(more as u64), code.as_str());
                self.paint(Ink::Faint, &note);
            }
        }
        let total = counted(classes.iter().sum(), "defect");
        let names = ["ambiguous", "lossy", "cosmetic"];
        let parts = classes.iter().zip(names).filter(|(number, _)| **number > 0);
        let parts: Vec<_> = parts.map(|(number, name)| format!("{} {name}", count(*number as u64))).collect();
        self.out.push_str(&format!("\n  {total}: {}\n", parts.join(", ")));
    }

    fn defect(&mut self, code: DefectCode, place: &Place<'_>) {
        let ink = match code.class() {
            DefectClass::Ambiguous => Ink::Bad,
            DefectClass::Lossy => Ink::Odd,
            DefectClass::Cosmetic => Ink::Name,
        };
        self.out.push('\n');
        self.paint(ink, &format!("{}[{}]", code.class().as_str(), code.as_str()));
        self.paint(Ink::Strong, &format!(": {}", code.message()));
        self.out.push('\n');
        excerpt::write(place, ink, code.rfc(), self.style, self.out);
    }

    fn verdict(&mut self, file: &str, view: &View<'_>, verdict: &Verdict, args: &Parse) {
        let (ink, word) = match verdict.action {
            Action::Accept => (Ink::Fine, "accept".to_owned()),
            Action::Answer(status) => (Ink::Bad, format!("answer {status}")),
            Action::Drop => (Ink::Bad, "drop".to_owned()),
        };
        self.out.push_str("  verdict: ");
        self.paint(ink, &word);
        self.paint(Ink::Faint, &format!(" ({}, {})", args.role.as_str(), args.mode.as_str()));
        if verdict.accepts() {
            return self.out.push('\n');
        }
        self.out.push_str(&format!(": {}", verdict.reason));
        self.paint(Ink::Faint, &format!(", {}", verdict.rfc));
        self.out.push('\n');
        if let (Some(at), None) = (verdict.at, verdict.defect) {
            let bytes = self.shown.bytes();
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;>".contains(byte);
            let len = bytes.iter().skip(at).position(ends).unwrap_or(1).max(1);
            excerpt::write(&Place { file, bytes, at, len }, ink, "", self.style, self.out);
        }
        let mut others = [Mode::Interop, Mode::Capture].into_iter().filter(|mode| *mode != args.mode);
        if let Some(mode) = others.find(|mode| view.verdict(args, *mode).accepts()) {
            self.help(&format!("--mode {} accepts it", mode.as_str()));
        }
    }

    fn help(&mut self, help: &str) {
        self.paint(Ink::Faint, "  = ");
        self.out.push_str(&format!("help: {help}\n"));
    }

    fn rejection(&mut self, file: &str, rejection: &Rejection, args: &Parse) {
        let bytes = self.shown.bytes();
        self.paint(Ink::Bad, &format!("error[{}]", rejection.kind));
        self.paint(Ink::Strong, &format!(": {}", rejection.message));
        self.out.push('\n');
        let place = Place { file, bytes, at: rejection.at, len: 0 };
        excerpt::write(&place, Ink::Bad, "", self.style, self.out);
        if let Some(help) = help(rejection, bytes, args) {
            self.help(help);
        }
    }
}

/// What to do about a rejection.
fn help(rejection: &Rejection, bytes: &[u8], args: &Parse) -> Option<&'static str> {
    let capture = matches!(
        bytes,
        [0x0a, 0x0d, 0x0d, 0x0a, ..]
            | [0xd4 | 0x4d, 0xc3 | 0x3c, 0xb2, 0xa1, ..]
            | [0xa1, 0xb2, 0xc3 | 0x3c, 0xd4 | 0x4d, ..]
    );
    if capture {
        return Some("this is a capture: simdsip messages lists the messages in it");
    }
    (rejection.limit && args.mode != Mode::Capture).then_some("--mode capture has wider limits")
}

fn class_rank(code: DefectCode) -> usize {
    match code.class() {
        DefectClass::Ambiguous => 0,
        DefectClass::Lossy => 1,
        DefectClass::Cosmetic => 2,
    }
}

/// The name as on the wire, and the registry's beside it if the wire has the compact form.
fn name(field: &HeaderField<'_>, shown: &Shown<'_>) -> (String, String) {
    let wire = value(&shown.of(field.name()), SHORT_COLUMNS);
    let compact = field.name().len() == 1 && field.id() != HeaderName::Unknown;
    (wire, if compact { format!(" ({})", field.id().as_str()) } else { String::new() })
}

/// Bytes as text, cut where they are long.
fn value(bytes: &[u8], columns: usize) -> String {
    let text = fit(bytes, columns, Keep::Start);
    let whole = bytes.len() <= 4 * columns && escape::width(&escaped(bytes)) <= columns;
    if whole { text } else { format!("{text} ({})", counted(bytes.len(), "byte")) }
}
