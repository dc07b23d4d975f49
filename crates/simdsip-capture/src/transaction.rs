//! Transactions: a request, its retransmissions and its responses.
//!
//! Known by branch, sent-by and method, the ACK of a failed INVITE included (RFC 3261 §17.1.3, §17.2.3), and by
//! Call-ID and CSeq, so that the branches of old peers collide with nobody's. An ACK of a 2xx is no transaction, and a
//! response to a request that was not seen makes none.

use crate::call::{Evictions, LINGER};
use crate::live::Live;
use crate::packet::Endpoint;
use crate::table::{FrameRef, Row};
use simdsip::{HeaderName, Kind, Method};
use std::sync::Arc;

const MAX_TRANSACTIONS: usize = 65_536;
const MAX_FRAMES: usize = 1024;
/// An INVITE that only has provisional responses: Timer C (RFC 3261 §16.6).
const MAX_SETUP: i64 = 240_000_000_000;

/// One transaction.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// Branch, sent-by and method, with a space between.
    pub(crate) key: Vec<u8>,
    pub(crate) method: Vec<u8>,
    pub(crate) status: Option<u16>,
    pub(crate) ts_start: i64,
    pub(crate) ts_provisional: Option<i64>,
    pub(crate) ts_final: Option<i64>,
    pub(crate) retransmissions: i32,
    pub(crate) src: Endpoint,
    pub(crate) dst: Endpoint,
    pub(crate) call_id: Vec<u8>,
    pub(crate) frames: Vec<FrameRef>,
    pub(crate) names: Arc<[String]>,
    cseq: u32,
    touched: i64,
}

/// Makes transactions of messages.
#[derive(Debug)]
pub struct Transactions {
    live: Live<Transaction>,
    names: Arc<[String]>,
    evictions: Evictions,
    now: i64,
}

impl Default for Transactions {
    fn default() -> Self {
        Self {
            live: Live::new(MAX_TRANSACTIONS),
            names: Arc::default(),
            evictions: Evictions::default(),
            now: i64::MIN,
        }
    }
}

impl Transactions {
    /// Takes the next message and gives the transactions that are over.
    pub fn row(&mut self, row: &Row<'_>, names: &Arc<[String]>, give: &mut impl FnMut(Transaction)) {
        if self.names.len() != names.len() {
            self.names = Arc::clone(names);
        }
        if let Some(now) = row.clock()
            && now != self.now
        {
            self.now = now;
            while let Some(over) = self.live.expired(self.now, Transaction::due) {
                give(over);
            }
        }
        let Ok(message) = row.message() else { return };
        let (Some(via), Some(cseq)) = (row.via(), message.cseq().ok().flatten()) else { return };
        let Some(call_id) = message.field(HeaderName::CallId).map(|field| field.value()) else { return };
        let is_ack = message.method() == Some(Method::Ack);
        let method = if is_ack { Method::Invite } else { cseq.method() };
        let branch = via.branch().unwrap_or_default();
        let host = via.host_span().bytes();
        let port = via.port().ok().flatten().map(|port| format!(":{port}")).unwrap_or_default();
        let key = [branch, b" ", host, port.as_bytes(), b" ", method.as_bytes()].concat();
        let number = cseq.number();
        let hash = self.live.hash(&[&key, call_id, &number.to_be_bytes()]);
        let same = |one: &Transaction| one.key == key && one.call_id == call_id && one.cseq == number;
        let now = row.time().unwrap_or(self.now);
        let found = self.live.find(hash, same).is_some();
        if !found {
            if message.kind() == Kind::Response || is_ack {
                return;
            }
            let new = Transaction {
                key: key.clone(),
                method: method.as_bytes().to_vec(),
                status: None,
                ts_start: now,
                ts_provisional: None,
                ts_final: None,
                retransmissions: 0,
                src: row.source(),
                dst: row.dest(),
                call_id: call_id.to_vec(),
                frames: Vec::new(),
                names: Arc::clone(&self.names),
                cseq: number,
                touched: row.stamp().unwrap_or(now),
            };
            if let Some(oldest) = self.live.insert(hash, new, now.saturating_add(LINGER)) {
                self.evictions.crowded += 1;
                give(oldest);
            }
        }
        if let Some(one) = self.live.find(hash, same) {
            let status = match message.kind() {
                Kind::Request => None,
                Kind::Response => message.status().ok().flatten(),
            };
            one.take(row, status, now);
        }
    }

    /// The captures end: gives what is left.
    pub fn finish(&mut self, give: &mut impl FnMut(Transaction)) {
        while let Some(one) = self.live.pop() {
            give(one);
        }
    }

    /// What was given up so far.
    #[must_use]
    pub fn evictions(&self) -> Evictions {
        self.evictions
    }
}

impl Transaction {
    fn due(&self) -> i64 {
        let rings = self.ts_provisional.is_some() && self.ts_final.is_none();
        self.touched.saturating_add(if rings { MAX_SETUP } else { LINGER })
    }

    fn take(&mut self, row: &Row<'_>, status: Option<u16>, now: i64) {
        if self.frames.len() < MAX_FRAMES {
            self.frames.push(FrameRef { file: row.file_number(), frame: row.frame() });
        }
        if row.is_duplicate() {
            return;
        }
        self.touched = row.stamp().unwrap_or(now);
        if row.is_retransmission() {
            self.retransmissions = self.retransmissions.saturating_add(1);
        }
        match status {
            None => {}
            Some(..=199) => {
                self.ts_provisional.get_or_insert(now);
                if self.ts_final.is_none() {
                    self.status = status;
                }
            }
            Some(_) if self.ts_final.is_none() => (self.status, self.ts_final) = (status, Some(now)),
            Some(_) => {}
        }
    }
}
