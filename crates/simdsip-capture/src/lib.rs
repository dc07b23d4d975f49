//! Capture files to packets to SIP messages to tables.
//!
//! [`Messages`] reads pcap and pcapng, compressed or not, from any `Read` and gives a [`Row`] for each SIP message, with bounded
//! memory whatever the file's size. [`table`] says what a row holds and writes it. What was dropped is in
//! [`Stats`], by reason. Reads no clock (packet time only), no environment, and sends nothing.
//!
//! ```no_run
//! use simdsip_capture::{Messages, Options, Progress, table};
//!
//! let mut jsonl = table::Jsonl::new(table::Columns::default());
//! let mut text = Vec::new();
//! let mut messages = Messages::open("call.pcap", &Options::default())?;
//! while messages.step(&mut |row| jsonl.row(row, &mut text))? == Progress::More {}
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod call;
mod engine;
mod extract;
mod filter;
mod group;
mod ladder;
mod live;
mod metric;
#[cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]
mod packet;
mod ports;
#[cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]
mod read;
mod registration;
mod stats;
pub mod table;
mod transaction;

pub use call::{Call, Calls, Evictions, Outcome, Side};
pub use engine::{Chunk, Messages, Options, Progress, Reading, SigcompNote, Trouble, TroubleKind, in_order};
pub use extract::{Chosen, ExtractError, Extraction};
pub use filter::{Filter, FilterError, Net, Statuses, parse_time};
pub use group::{By, ByError, Grouped, Groups};
pub use ladder::{Hide, Ladder};
pub use metric::{Delays, Metrics, Ratio};
pub use packet::Endpoint;
pub use ports::{Ports, PortsError};
pub use read::{OpenError, OpenErrorKind, ReadError, ReadErrorKind, Secrets, Source};
pub use registration::{Registration, RegistrationResult, Registrations};
pub use simdsip::Kind;
pub use stats::Stats;
pub use table::Row;
pub use transaction::{Transaction, Transactions};
