//! Fragments into messages, messages into order (RFC 9260 §6.6, §6.9).

use std::collections::{BTreeMap, VecDeque};

use crate::serial::before16;
use crate::wire::Data;

/// Fragments that one message may have.
const FRAGMENTS_MAX: usize = 1024;
/// What a fragment or a waiting message costs besides its bytes.
const OVERHEAD: usize = 64;

#[derive(Debug)]
struct Fragment {
    flags: u8,
    stream: u16,
    ssn: u16,
    ppid: u32,
    data: Vec<u8>,
}

/// A message that is whole.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) stream: u16,
    pub(super) ssn: u16,
    pub(super) unordered: bool,
    pub(super) ppid: u32,
    pub(super) data: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Reassembly {
    fragments: BTreeMap<u64, Fragment>,
    /// Whole messages that are not in their turn, by stream and TSN.
    waiting: BTreeMap<(u16, u64), Ready>,
    /// Next Stream Sequence Number, of as many streams as were used.
    next_ssn: Vec<u16>,
    streams: u16,
    /// Whole and in their turn.
    pub(super) ready: VecDeque<Ready>,
    /// Bytes that wait for others.
    pub(super) held: usize,
}

impl Reassembly {
    pub(super) fn new(streams: u16) -> Reassembly {
        Reassembly {
            fragments: BTreeMap::new(),
            waiting: BTreeMap::new(),
            next_ssn: Vec::new(),
            streams,
            ready: VecDeque::new(),
            held: 0,
        }
    }

    pub(super) fn has_stream(&self, stream: u16) -> bool {
        stream < self.streams
    }

    pub(super) fn streams(&self) -> u16 {
        self.streams
    }

    pub(super) fn add_streams(&mut self, count: u16) {
        self.streams = self.streams.saturating_add(count);
    }

    /// Takes a chunk whose TSN is new.
    pub(super) fn take(&mut self, tsn: u64, data: &Data<'_>, max_len: usize) -> Result<(), &'static str> {
        let whole = data.is_begin() && data.is_end();
        if data.payload.len() > max_len {
            return Err("message longer than this end takes");
        }
        if whole {
            self.arrange(
                tsn,
                Ready {
                    stream: data.stream,
                    ssn: data.ssn,
                    unordered: data.is_unordered(),
                    ppid: data.ppid,
                    data: data.payload.to_vec(),
                },
            );
            return Ok(());
        }
        self.held += data.payload.len() + OVERHEAD;
        let fragment = Fragment {
            flags: data.flags,
            stream: data.stream,
            ssn: data.ssn,
            ppid: data.ppid,
            data: data.payload.to_vec(),
        };
        self.fragments.insert(tsn, fragment);
        // Only what ends a run can make it whole: the last one, or one before others.
        if !data.is_end() && !self.fragments.contains_key(&(tsn + 1)) {
            return self.check_len(tsn, max_len);
        }
        self.join(tsn, max_len)
    }

    /// A message that grows beyond what is taken need not be waited for.
    fn check_len(&self, tsn: u64, max_len: usize) -> Result<(), &'static str> {
        if self.held <= max_len {
            return Ok(());
        }
        let mut len = 0;
        let mut expected = tsn;
        for (walked, (at, fragment)) in self.fragments.range(..=tsn).rev().enumerate() {
            if walked >= FRAGMENTS_MAX {
                return Err("message of too many fragments");
            }
            if *at != expected || (*at != tsn && fragment.flags & Data::END != 0) {
                break;
            }
            len += fragment.data.len();
            if len > max_len {
                return Err("message longer than this end takes");
            }
            if fragment.flags & Data::BEGIN != 0 {
                break;
            }
            expected -= 1;
        }
        Ok(())
    }

    fn join(&mut self, tsn: u64, max_len: usize) -> Result<(), &'static str> {
        let Some(last) = self.find(tsn, Data::END, 1)? else { return Ok(()) };
        let Some(first) = self.find(tsn, Data::BEGIN, -1)? else { return Ok(()) };
        let len: usize = self.fragments.range(first..=last).map(|(_, it)| it.data.len()).sum();
        if len > max_len {
            return Err("message longer than this end takes");
        }
        let mut parts = (first..=last).filter_map(|tsn| self.fragments.remove(&tsn));
        let Some(begin) = parts.next() else { return Ok(()) };
        let unordered = begin.flags & Data::UNORDERED != 0;
        let mut data = begin.data;
        data.reserve_exact(len - data.len());
        let mut fits = true;
        for part in parts {
            fits &= part.stream == begin.stream
                && part.flags & Data::UNORDERED == begin.flags & Data::UNORDERED
                && (unordered || part.ssn == begin.ssn);
            data.extend_from_slice(&part.data);
        }
        self.held -= len + OVERHEAD * (last - first + 1) as usize;
        if !fits {
            return Err("fragments of different messages in one");
        }
        self.arrange(
            first,
            Ready { stream: begin.stream, ssn: begin.ssn, unordered, ppid: begin.ppid, data },
        );
        Ok(())
    }

    /// Walks from a fragment over its neighbours to the one with this flag.
    fn find(&self, tsn: u64, flag: u8, step: i64) -> Result<Option<u64>, &'static str> {
        let opposite = if flag == Data::END { Data::BEGIN } else { Data::END };
        let mut at = tsn;
        for walked in 0..FRAGMENTS_MAX {
            let Some(fragment) = self.fragments.get(&at) else { return Ok(None) };
            // The sender gave up the rest of a message, and another begins here (RFC 3758 §3.5).
            if walked > 0 && fragment.flags & opposite != 0 {
                return Ok(None);
            }
            if fragment.flags & flag != 0 {
                return Ok(Some(at));
            }
            at = at.wrapping_add_signed(step);
        }
        Err("message of too many fragments")
    }

    /// Puts a whole message where it belongs.
    fn arrange(&mut self, tsn: u64, ready: Ready) {
        if ready.unordered {
            return self.ready.push_back(ready);
        }
        let stream = ready.stream;
        if ready.ssn != self.next(stream) {
            self.held += ready.data.len() + OVERHEAD;
            self.waiting.insert((stream, tsn), ready);
            return;
        }
        self.advance(stream, ready.ssn.wrapping_add(1));
        self.ready.push_back(ready);
        self.drain(stream);
    }

    fn next(&self, stream: u16) -> u16 {
        self.next_ssn.get(usize::from(stream)).copied().unwrap_or(0)
    }

    fn advance(&mut self, stream: u16, ssn: u16) {
        let at = usize::from(stream);
        if self.next_ssn.len() <= at {
            self.next_ssn.resize(at + 1, 0);
        }
        self.next_ssn[at] = ssn;
    }

    /// What waited and is in its turn now. Within a stream TSNs and sequence numbers have one order.
    fn drain(&mut self, stream: u16) {
        while let Some(entry) = self.waiting.range((stream, 0)..=(stream, u64::MAX)).next()
            && entry.1.ssn == self.next(stream)
        {
            let key = *entry.0;
            let Some(ready) = self.waiting.remove(&key) else { return };
            self.held -= ready.data.len() + OVERHEAD;
            self.advance(stream, ready.ssn.wrapping_add(1));
            self.ready.push_back(ready);
        }
    }

    /// What lies at or below a TSN and is not whole will never be (RFC 3758 §3.6).
    pub(super) fn forget(&mut self, cum: u64) {
        let kept = self.fragments.split_off(&(cum + 1));
        for (_, fragment) in core::mem::replace(&mut self.fragments, kept) {
            self.held -= fragment.data.len() + OVERHEAD;
        }
    }

    /// Messages of a stream up to this number will not come (RFC 3758 §3.6).
    pub(super) fn skip(&mut self, stream: u16, last: u16) {
        if !self.has_stream(stream) {
            return;
        }
        // What came of them is delivered, in order.
        while let Some(entry) = self.waiting.range((stream, 0)..=(stream, u64::MAX)).next()
            && (entry.1.ssn == last || before16(entry.1.ssn, last))
        {
            let key = *entry.0;
            let Some(ready) = self.waiting.remove(&key) else { return };
            self.held -= ready.data.len() + OVERHEAD;
            self.ready.push_back(ready);
        }
        let next = last.wrapping_add(1);
        if before16(self.next(stream), next) {
            self.advance(stream, next);
        }
        self.drain(stream);
    }

    /// Streams begin at 0 again; none named means all (RFC 6525 §5.2.2).
    pub(super) fn reset(&mut self, streams: &[u16]) {
        if streams.is_empty() {
            self.next_ssn.clear();
        }
        for stream in streams {
            if let Some(ssn) = self.next_ssn.get_mut(usize::from(*stream)) {
                *ssn = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(flags: u8, stream: u16, ssn: u16, payload: &[u8]) -> Data<'_> {
        Data { flags, tsn: 0, stream, ssn, ppid: 7, payload }
    }

    fn taken(reassembly: &mut Reassembly) -> Vec<Vec<u8>> {
        reassembly.ready.drain(..).map(|it| it.data).collect()
    }

    #[test]
    fn rfc9260_6_9_fragments_in_any_order_make_the_message() {
        // Every order of four fragments.
        for order in 0..24 {
            let mut rest = vec![0, 1, 2, 3];
            let mut reassembly = Reassembly::new(1);
            let mut code = order;
            for left in (1..=4).rev() {
                let at = rest.remove(code % left);
                code /= left;
                let flags = match at {
                    0 => Data::BEGIN,
                    3 => Data::END,
                    _ => 0,
                };
                assert!(taken(&mut reassembly).is_empty());
                reassembly.take(100 + at as u64, &data(flags, 0, 0, &[at]), 100).unwrap();
            }
            assert_eq!(taken(&mut reassembly), [[0, 1, 2, 3]]);
            assert_eq!(reassembly.held, 0);
        }
    }

    #[test]
    fn rfc9260_6_6_ordered_messages_wait_and_unordered_do_not() {
        let mut reassembly = Reassembly::new(2);
        reassembly.take(2, &data(Data::WHOLE, 0, 1, b"b"), 100).unwrap();
        reassembly.take(3, &data(Data::WHOLE | Data::UNORDERED, 0, 0, b"u"), 100).unwrap();
        reassembly.take(4, &data(Data::WHOLE, 1, 0, b"other"), 100).unwrap();
        assert_eq!(taken(&mut reassembly), [&b"u"[..], b"other"]);
        reassembly.take(1, &data(Data::WHOLE, 0, 0, b"a"), 100).unwrap();
        assert_eq!(taken(&mut reassembly), [b"a", b"b"]);
        assert_eq!(reassembly.held, 0);
    }

    #[test]
    fn what_is_too_long_or_mixed_up_is_refused() {
        let mut reassembly = Reassembly::new(1);
        reassembly.take(1, &data(Data::BEGIN, 0, 0, &[0; 60]), 100).unwrap();
        assert!(reassembly.take(2, &data(0, 0, 0, &[0; 60]), 100).is_err());
        let mut reassembly = Reassembly::new(1);
        reassembly.take(1, &data(Data::BEGIN, 0, 0, b"a"), 100).unwrap();
        assert!(reassembly.take(2, &data(Data::END, 0, 1, b"b"), 100).is_err());
    }

    #[test]
    fn rfc3758_3_5_a_message_may_begin_where_another_was_given_up() {
        let mut reassembly = Reassembly::new(1);
        reassembly.take(1, &data(Data::BEGIN, 0, 0, b"a"), 100).unwrap();
        reassembly.take(3, &data(Data::END, 0, 1, b"b"), 100).unwrap();
        reassembly.take(2, &data(Data::BEGIN, 0, 1, b"a"), 100).unwrap();
        assert!(taken(&mut reassembly).is_empty());
        reassembly.forget(1);
        reassembly.skip(0, 0);
        assert_eq!((taken(&mut reassembly), reassembly.held), (vec![b"ab".to_vec()], 0));
    }

    #[test]
    fn rfc3758_3_6_skipped_messages_let_those_behind_through() {
        let mut reassembly = Reassembly::new(1);
        reassembly.take(3, &data(Data::WHOLE, 0, 2, b"c"), 100).unwrap();
        reassembly.take(1, &data(Data::BEGIN, 0, 0, b"half"), 100).unwrap();
        reassembly.forget(2);
        reassembly.skip(0, 1);
        assert_eq!(taken(&mut reassembly), [b"c"]);
        assert_eq!(reassembly.held, 0);
    }
}
