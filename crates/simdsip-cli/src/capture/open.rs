//! Captures opened as one sequence, and what is wrong with them said on standard error.

use super::args::Captures;
use super::live::{self, Meter, Step};
use crate::output::{Status, complain, reason};
use simdsip::Backend;
use simdsip_capture::{
    Messages, OpenError, OpenErrorKind, Options, Progress, ReadError, ReadErrorKind, Row, Secrets, Source,
    TroubleKind,
};
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A capture file or anything else that can be read, and seen how far it is.
pub(crate) struct Metered {
    reader: Box<dyn Read + Send>,
    meter: Arc<Mutex<Meter>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.reader.read(buffer)?;
        self.meter.lock().unwrap_or_else(PoisonError::into_inner).took(len);
        Ok(len)
    }
}

/// How captures are read; `None` if a key log cannot be, which standard error then says.
pub(crate) fn options(captures: &Captures, cap: Option<Backend>) -> Option<Options> {
    let mut secrets = Secrets::default();
    for path in &captures.keylog {
        match std::fs::read(path) {
            Ok(log) => secrets.read_key_log(&log),
            Err(error) => {
                complain(&path.to_string_lossy(), &reason(&error));
                return None;
            }
        }
    }
    let options = Options::default().with_ports(captures.ports.clone()).with_secrets(secrets);
    Some(match cap {
        Some(cap) => options.with_backend(Backend::detect().cap(cap)),
        None => options,
    })
}

/// Files to be read again, without a meter.
pub(crate) fn sources(paths: &[PathBuf]) -> Vec<Source<File>> {
    let one = |path: &PathBuf| {
        let again = path.clone();
        Source::lazy(path.to_string_lossy(), move || File::open(&again))
    };
    paths.iter().map(one).collect()
}

/// Captures as one sequence. What cannot be opened is said at once.
pub(crate) fn files(paths: &[PathBuf], options: &Options) -> (Messages<Metered>, Status) {
    let regular = |path: &Path| {
        path.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len())
    };
    let lens: Vec<_> = paths.iter().map(|path| regular(path)).collect();
    let total = lens.iter().copied().sum::<Option<u64>>();
    let name = match paths {
        [path] => path.to_string_lossy().into_owned(),
        paths => format!("{} captures", paths.len()),
    };
    let meter = Arc::new(Mutex::new(Meter::new(&name, total)));
    let mut status = Status::Finished;
    let mut sources = Vec::new();
    for (path, len) in paths.iter().zip(lens) {
        let name = path.to_string_lossy().into_owned();
        let meter = Arc::clone(&meter);
        let metered = move |reader: Box<dyn Read + Send>| Metered { reader, meter: Arc::clone(&meter) };
        if path == Path::new("-") {
            sources.push(Source::new(name, metered(Box::new(io::stdin()))));
        } else if len.is_some() {
            let path = path.clone();
            sources.push(Source::lazy(name, move || Ok(metered(Box::new(File::open(&path)?)))));
        } else {
            match File::open(path) {
                Ok(file) => sources.push(Source::new(name, metered(Box::new(file)))),
                Err(error) => {
                    complain(&name, &reason(&error));
                    status = Status::Trouble;
                }
            }
        }
    }
    let mut messages = Messages::sequence(sources, options);
    status = status.max(complain_about(&mut messages));
    (messages, status)
}

/// Says what was wrong with files.
pub(crate) fn complain_about<R: Read>(messages: &mut Messages<R>) -> Status {
    let mut status = Status::Finished;
    for trouble in messages.troubles() {
        status = status.max(match trouble.kind {
            TroubleKind::Open(error) => {
                complain(&trouble.file, &opening(error));
                Status::Trouble
            }
            TroubleKind::Read(error) => reading(&trouble.file, error),
            _ => Status::Trouble,
        });
    }
    status
}

/// Why a capture could not be opened.
pub(super) fn opening(error: OpenError) -> String {
    match error.kind {
        OpenErrorKind::Io(kind) => reason(&kind.into()),
        OpenErrorKind::NotCapture => format!("{error}; simdsip parse reads files that hold one message"),
        _ => error.to_string(),
    }
}

/// A capture that is cut short is a warning, all else trouble.
pub(crate) fn reading(name: &str, error: ReadError) -> Status {
    match error.kind {
        ReadErrorKind::CutShort => {
            complain(name, &cut_short(error.at));
            Status::Finished
        }
        ReadErrorKind::Io(kind) => {
            complain(name, &format!("{} at byte {}", reason(&kind.into()), error.at));
            Status::Trouble
        }
        _ => {
            complain(name, &format!("{error}; all before it was read"));
            Status::Trouble
        }
    }
}

pub(crate) fn cut_short(at: u64) -> String {
    format!("warning: cut short at byte {at}, within a packet; all before it was read")
}

/// Gives `visit` each row in order until it breaks, and calls `after` behind each packet. `before_wait` is called
/// before a read that may wait, and told whether it may.
///
/// # Errors
/// Those of standard output.
pub(crate) fn drive(
    paths: &[PathBuf],
    options: &Options,
    before_wait: live::BeforeWait<'_>,
    visit: &mut impl FnMut(&Row<'_>, &Arc<[String]>) -> ControlFlow<()>,
    after: &mut impl FnMut() -> io::Result<()>,
) -> io::Result<Status> {
    let mut flow = ControlFlow::Continue(());
    if let [path] = paths
        && !path.metadata().is_ok_and(|metadata| metadata.is_file())
    {
        let Some(mut input) = live::open(path, options, before_wait)? else { return Ok(Status::Trouble) };
        let names: Arc<[String]> = Arc::from([path.to_string_lossy().into_owned()]);
        while flow.is_continue() {
            let step = input.step(&mut |row| {
                if flow.is_continue() {
                    flow = visit(row, &names);
                }
            })?;
            match step {
                Step::More => after()?,
                Step::End => break,
                Step::Trouble => return Ok(Status::Trouble),
            }
        }
        return Ok(Status::Finished);
    }
    let (mut messages, mut status) = files(paths, options);
    let names = messages.names();
    while flow.is_continue() {
        let step = messages.step(&mut |row| {
            if flow.is_continue() {
                flow = visit(row, &names);
            }
        });
        match step {
            Ok(Progress::More) => after()?,
            Ok(Progress::End) => break,
            Err(error) => {
                before_wait(true)?;
                status = status.max(reading(names.first().map_or("", String::as_str), error));
                break;
            }
        }
    }
    before_wait(true)?;
    if let (1, Some(at)) = (names.len(), messages.stats().cut_short) {
        complain(&names[0], &cut_short(at));
    }
    Ok(status.max(complain_about(&mut messages)))
}
