//! Digest authentication of SIP (RFC 7616, RFC 8760, RFC 3261 §22; RFC 2617 where a peer knows no more).
//!
//! | who | does | with |
//! |---|---|---|
//! | client | reads challenges, chooses one | [`challenges`], [`choose`] |
//! | client | answers it | [`Challenge::answer`] |
//! | server | challenges | [`Server::write_challenge`] |
//! | server | reads credentials, looks up the user, judges | [`credentials`], [`Server::judge`] |
//! | both | compute and compare alone | [`Ha1`], [`Credentials::verify`] |
//!
//! MD5, SHA-256 and SHA-512-256, each also as `-sess`, with `auth`, `auth-int` or, from old clients, no `qop`; user
//! names hashed or in the notation of RFC 5987; AKAv1-MD5 (RFC 3310), given the response of the card. Parameters are
//! read where they stand, values written into the caller's buffer: nothing is allocated. Responses are compared in
//! constant time.
//!
//! ```
//! use simdsip::{Index, Parser};
//! use simdsip_auth::{Answer, Preference, Qop, Request, Secret, challenges, choose};
//!
//! let unauthorized = b"SIP/2.0 401 Unauthorized\r\n\
//!     WWW-Authenticate: Digest realm=\"atlanta.example\", qop=\"auth\", algorithm=SHA-256, nonce=\"84f1c1ae\"\r\n\
//!     WWW-Authenticate: Digest realm=\"atlanta.example\", qop=\"auth\", algorithm=MD5, nonce=\"84f1c1af\"\r\n\
//!     Content-Length: 0\r\n\r\n";
//! let mut index = Index::new();
//! let response = Parser::default().parse(unauthorized, &mut index).unwrap();
//!
//! let challenge = choose(challenges(&response).flatten(), Preference::Order).unwrap();
//! let request = Request { method: b"REGISTER", uri: b"sip:atlanta.example", body: b"" };
//! let answer = Answer {
//!     username: b"alice",
//!     secret: Secret::Password(b"secret"),
//!     request,
//!     cnonce: b"0a4f113b", // unpredictable: 16 random bytes in hexadecimal, say
//!     nonce_count: 1,      // counts the requests with this nonce
//!     prefer: Qop::Auth,
//!     auts: None,
//! };
//! let mut value = [0; 512];
//! let value = challenge.answer(&answer, &mut value).unwrap();
//! assert!(value.starts_with(b"Digest username=\"alice\", realm=\"atlanta.example\""));
//! assert_eq!(challenge.asker().credentials_header().as_str(), "Authorization");
//! ```
//!
//! # What it refuses to do
//! Basic (RFC 8760 §2.6). It keeps no users, reads no clock and makes no random bytes: `now`, keys and nonces of the
//! client are handed in. It runs no MILENAGE; AKAv2 (RFC 4169) is not there.

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

#[cfg(test)]
extern crate std;

pub mod aka;
mod algorithm;
mod answer;
mod challenge;
mod compute;
mod credentials;
mod error;
mod hash;
mod nonce;
mod param;
mod replay;
mod server;
mod write;

pub use algorithm::{Algorithm, Qop, Qops};
pub use answer::{Answer, Secret};
pub use challenge::{Asker, Challenge, Preference, challenges, choose};
pub use compute::{Ha1, Key, Request, SessionKey};
pub use credentials::{Credentials, User, credentials};
pub use error::{Error, ErrorKind};
pub use hash::{Hash, Hex};
pub use nonce::{NONCE_LEN, NonceKey};
pub use param::Param;
pub use replay::{Replays, Slot};
pub use server::{Age, Legacy, Names, Server};
