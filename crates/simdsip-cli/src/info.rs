//! `info`: what captures hold and what became of each packet.

use crate::args::{Info, When};
use crate::capture::{Step, open};
use crate::escape::{escaped, width};
use crate::output::{Form, Output, Status};
use crate::style::{Ink, Style, count, counted};
use serde::ser::{Serialize, SerializeMap, Serializer};
use simdsip::Backend;
use simdsip_capture::{Calls, Options, Registrations, Stats, Transactions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// The groups of [`Stats::entries`], and what they are called here.
const GROUPS: [(&str, &str); 6] = [
    ("total", "total"),
    ("link", "packets by link type"),
    ("encapsulation", "packets by encapsulation"),
    ("transport", "SIP messages by transport"),
    ("packet", "what became of each packet"),
    ("event", "losses and evictions"),
];

pub(crate) fn run(args: &Info, color: When, cap: Option<Backend>) -> io::Result<Status> {
    let style = Style::of(color);
    let mut output = Output::new(if args.json { Form::Json } else { Form::Text });
    let Some(options) = crate::capture::options(&args.captures, cap) else { return Ok(Status::Trouble) };
    let (mut all, mut files) = (Stats::default(), 0);
    let mut status = Status::Finished;
    for path in &args.captures.files {
        let Some((stats, whole)) = read(path, &options)? else {
            status = Status::Trouble;
            continue;
        };
        if !whole {
            status = Status::Trouble;
        }
        files += 1;
        all.add(&stats);
        let name = path.to_string_lossy();
        if args.json {
            serde_json::to_writer(&mut output, &Document { file: &name, stats: &stats })?;
            output.write_all(b"\n")?;
        } else {
            let mut page = String::from(if files > 1 { "\n" } else { "" });
            text(&escaped(name.as_bytes()), &stats, style, &mut page);
            output.write_all(page.as_bytes())?;
        }
    }
    if files > 1 && !args.json {
        let mut page = String::from("\n");
        text(&format!("all {files} captures"), &all, style, &mut page);
        output.write_all(page.as_bytes())?;
    }
    output.flush()?;
    Ok(status)
}

/// The counts of one capture, and whether it could be read to its end; `None` if it is no capture.
fn read(path: &Path, options: &Options) -> io::Result<Option<(Stats, bool)>> {
    let Some(mut input) = open(path, options, &|_| Ok(()))? else { return Ok(None) };
    let names: Arc<[String]> = Arc::from([path.to_string_lossy().into_owned()]);
    let (mut calls, mut registrations, mut transactions) =
        (Calls::default(), Registrations::default(), Transactions::default());
    let whole = loop {
        let step = input.step(&mut |row| {
            calls.row(row, &names, &mut |_| ());
            registrations.row(row, &names, &mut |_| ());
            transactions.row(row, &names, &mut |_| ());
        })?;
        match step {
            Step::More => {}
            Step::End => break true,
            Step::Trouble => break false,
        }
    };
    let mut stats = input.stats().clone();
    for (idle, crowded, evictions) in [
        ("call-idle", "call-evicted", calls.evictions()),
        ("registration-idle", "registration-evicted", registrations.evictions()),
        ("transaction-idle", "transaction-evicted", transactions.evictions()),
    ] {
        stats.note(idle, evictions.idle);
        stats.note(crowded, evictions.crowded);
    }
    Ok(Some((stats, whole)))
}

fn text(name: &str, stats: &Stats, style: Style, out: &mut String) {
    style.paint(Ink::Strong, name, out);
    let (bytes, packets) = (counted(size(stats.bytes), "byte"), counted(size(stats.packets), "packet"));
    out.push_str(&format!(": {bytes}, {packets}\n"));
    if let Some(at) = stats.cut_short {
        style.paint(Ink::Odd, &format!("  cut short at byte {at}\n"), out);
    }
    let messages = counted(size(stats.messages), "SIP message");
    let kinds = [(stats.requests, "request"), (stats.responses, "response")];
    let mut kinds: Vec<_> = kinds.map(|(number, one)| counted(size(number), one)).into();
    if stats.unparsed > 0 {
        kinds.push(format!("{} that cannot be parsed", count(stats.unparsed)));
    }
    out.push_str("  ");
    style.paint(Ink::Strong, &messages, out);
    out.push_str(&format!(": {}\n", kinds.join(", ")));

    let rows: Vec<_> = stats.entries().filter(|(group, ..)| *group != "total").collect();
    let name_columns = rows.iter().map(|(_, name, _)| width(name)).max().unwrap_or(0);
    let number_columns = rows.iter().map(|(.., number)| count(*number).len()).max().unwrap_or(0);
    for (group, title) in GROUPS {
        let mut rows = rows.iter().filter(|(of, ..)| *of == group).peekable();
        if rows.peek().is_none() {
            continue;
        }
        out.push_str("\n  ");
        style.paint(Ink::Strong, title, out);
        out.push('\n');
        for (_, name, number) in rows {
            let pad = " ".repeat(name_columns - width(name));
            out.push_str("    ");
            let ink = if group == "event" { Ink::Odd } else { Ink::Name };
            style.paint(ink, name, out);
            out.push_str(&format!("{pad}  {:>number_columns$}\n", count(*number)));
        }
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

struct Document<'s> {
    file: &'s str,
    stats: &'s Stats,
}

/// The counts of one group, without those that are zero.
struct Group<'s>(&'s Stats, &'static str);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", self.file)?;
        map.serialize_entry("cut_short", &self.stats.cut_short)?;
        for (group, _) in GROUPS {
            map.serialize_entry(group, &Group(self.stats, group))?;
        }
        map.end()
    }
}

impl Serialize for Group<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Group(stats, group) = self;
        let counts = stats.entries().filter(|(of, ..)| of == group);
        serializer.collect_map(counts.map(|(_, name, number)| (name, number)))
    }
}
