//! How captures are looked at.

use crate::ports::Ports;
use crate::read::Secrets;
use simdsip::Backend;

/// What to look for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Ports that SIP is expected on; elsewhere it is known by its start line.
    pub ports: Ports,
    /// What finds line ends and colons; `None` detects the best once for each capture.
    pub backend: Option<Backend>,
    /// What opens TLS, beside what captures bring along.
    pub secrets: Secrets,
    /// Whether retransmissions and duplicates are looked for, for the columns that tell of them.
    pub repeats: bool,
    /// Whether it is told what became of each SigComp datagram.
    pub sigcomp_notes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ports: Ports::default(),
            backend: None,
            secrets: Secrets::default(),
            repeats: true,
            sigcomp_notes: false,
        }
    }
}

impl Options {
    /// The same, with other ports.
    #[must_use]
    pub fn with_ports(self, ports: Ports) -> Self {
        Self { ports, ..self }
    }

    /// The same, with a backend that the caller chose, in datagrams and in streams.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend: Some(backend), ..self }
    }

    /// The same, with secrets that open TLS.
    #[must_use]
    pub fn with_secrets(self, secrets: Secrets) -> Self {
        Self { secrets, ..self }
    }

    /// The same, without the columns `is_retransmission` and `duplicate_of`, which are then false and null.
    #[must_use]
    pub fn without_repeats(self) -> Self {
        Self { repeats: false, ..self }
    }

    /// The same, with notes on SigComp datagrams ([`Messages::sigcomp_notes`](super::Messages::sigcomp_notes)).
    #[must_use]
    pub fn with_sigcomp_notes(self) -> Self {
        Self { sigcomp_notes: true, ..self }
    }
}
