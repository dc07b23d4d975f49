//! Captures as the subcommands share them: how they are opened, filtered, masked and written.

pub(crate) mod args;
pub(crate) mod format;
pub(crate) mod grid;
mod live;
pub(crate) mod masked;
mod open;

pub(crate) use live::{Step, open};
pub(crate) use open::{complain_about, cut_short, drive, files, options, reading, sources};
