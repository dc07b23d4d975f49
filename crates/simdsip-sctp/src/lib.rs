//! SCTP over several paths, without I/O: RFC 9260 and what signalling needs of its extensions.
//!
//! [`Endpoint`] is a state machine with five verbs: [`Endpoint::handle_input`] takes packets in,
//! [`Endpoint::poll_transmit`] gives packets out, [`Endpoint::poll_event`] tells what happened,
//! [`Endpoint::poll_timeout`] says when [`Endpoint::handle_timeout`] wants to be called. An association
//! has as many paths as its peer has addresses; when one dies, data moves to another within one
//! retransmission time-out (RFC 7829), and nothing is lost or delivered twice. [`wire`] reads and writes
//! packets and stands alone; [`sim`] joins endpoints by a network that loses, delays and dies on demand.
//!
//! ```
//! use core::time::Duration;
//! use simdsip_sctp::{AssociationConfig, Change, Endpoint, EndpointConfig, Event, SendInfo};
//! use simdsip_sctp::sim::{Link, Network};
//!
//! let mut network = Network::new(7);
//! let client = network.add(Endpoint::new(EndpointConfig::new(5060, ["10.1.0.1", "10.2.0.1"].map(|it| it.parse().unwrap())), [1; 32]));
//! let server = network.add(Endpoint::new(EndpointConfig::new(5060, ["10.1.0.2", "10.2.0.2"].map(|it| it.parse().unwrap())), [2; 32]));
//! network.set_all(Link { delay: Duration::from_millis(10), ..Link::default() });
//!
//! let association = network.endpoint(client).associate(Duration::ZERO, &["10.1.0.2".parse()?], 5060, AssociationConfig::sip())?;
//! network.endpoint(client).send(Duration::ZERO, association, SendInfo::unordered(0), b"OPTIONS".to_vec())?;
//! network.run_for(Duration::from_secs(1));
//!
//! let events = network.events(server);
//! assert!(events.iter().any(|it| matches!(it, Event::AssocChange { change: Change::CommUp { .. }, .. })));
//! assert!(events.iter().any(|it| matches!(it, Event::Message(message) if message.data == b"OPTIONS")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it refuses to do
//! No socket, clock, thread, or randomness of its own: time and a seed are handed in. No partial
//! delivery, no interleaving (RFC 8260), no ECN. A host name in an INIT is answered with ABORT.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::panic, clippy::string_slice))]

mod association;
mod auth;
mod config;
mod cookie;
mod endpoint;
mod event;
mod path;
mod random;
mod serial;
pub mod sim;
pub mod wire;

pub use config::{AssociationConfig, EndpointConfig, FastRetransmit, ImmediateSack, TailLossProbe};
pub use endpoint::{
    AssociateError, Counters, Datagram, Endpoint, SendError, SendErrorKind, Status, Transmit,
    UnknownAssociation,
};
pub use event::{AddressState, AssociationId, Change, Event, Lost, Message, SendInfo, Unsent};
pub use path::{PathState, PathStatus};
