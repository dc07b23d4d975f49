//! Fragments into messages, messages into order (RFC 9260 §6.6, §6.9).

use std::collections::{BTreeMap, VecDeque};

use crate::serial::before16;
use crate::wire::Data;

/// Fragments that one message may have.
const FRAGMENTS_MAX: u64 = 1024;
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

/// Neighbours that belong to one message: no one but the first begins it, none but the last ends it.
#[derive(Clone, Copy, Debug)]
struct Run {
    last: u64,
    bytes: usize,
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
    /// By the TSN of their first fragment; each fragment is in one, so that no arrival walks over others.
    runs: BTreeMap<u64, Run>,
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
            runs: BTreeMap::new(),
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
        let (first, run) = self.link(tsn, data);
        if run.bytes > max_len {
            return Err("message longer than this end takes");
        }
        if run.last - first >= FRAGMENTS_MAX {
            return Err("message of too many fragments");
        }
        if self.has_flag(first, Data::BEGIN) && self.has_flag(run.last, Data::END) {
            return self.join(first, run);
        }
        Ok(())
    }

    /// Puts a fragment into a run with its neighbours. Where the sender gave up the rest of a message another
    /// begins at once (RFC 3758 §3.5): they are two runs.
    fn link(&mut self, tsn: u64, data: &Data<'_>) -> (u64, Run) {
        let (mut first, mut run) = (tsn, Run { last: tsn, bytes: data.payload.len() });
        if !data.is_end()
            && !self.has_flag(tsn + 1, Data::BEGIN)
            && let Some(behind) = self.runs.remove(&(tsn + 1))
        {
            run = Run { last: behind.last, bytes: run.bytes + behind.bytes };
        }
        if !data.is_begin()
            && let Some((&at, &before)) = self.runs.range(..tsn).next_back()
            && before.last + 1 == tsn
            && !self.has_flag(before.last, Data::END)
        {
            first = at;
            run.bytes += before.bytes;
        }
        self.runs.insert(first, run);
        (first, run)
    }

    fn has_flag(&self, tsn: u64, flag: u8) -> bool {
        self.fragments.get(&tsn).is_some_and(|fragment| fragment.flags & flag != 0)
    }

    fn join(&mut self, first: u64, Run { last, bytes }: Run) -> Result<(), &'static str> {
        self.runs.remove(&first);
        let mut parts = (first..=last).filter_map(|tsn| self.fragments.remove(&tsn));
        let Some(begin) = parts.next() else { return Ok(()) };
        let unordered = begin.flags & Data::UNORDERED != 0;
        let mut data = begin.data;
        data.reserve_exact(bytes - data.len());
        let mut fits = true;
        for part in parts {
            fits &= part.stream == begin.stream
                && part.flags & Data::UNORDERED == begin.flags & Data::UNORDERED
                && (unordered || part.ssn == begin.ssn);
            data.extend_from_slice(&part.data);
        }
        self.held -= bytes + OVERHEAD * (last - first + 1) as usize;
        if !fits {
            return Err("fragments of different messages in one");
        }
        self.arrange(
            first,
            Ready { stream: begin.stream, ssn: begin.ssn, unordered, ppid: begin.ppid, data },
        );
        Ok(())
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
        let kept = self.runs.split_off(&(cum + 1));
        let cut = core::mem::replace(&mut self.runs, kept).pop_last();
        if let Some((_, Run { last, .. })) = cut.filter(|(_, run)| run.last > cum) {
            let bytes = self.fragments.range(..=last).map(|(_, fragment)| fragment.data.len()).sum();
            self.runs.insert(cum + 1, Run { last, bytes });
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

    /// A plain reader: all fragments at hand at each arrival, walked from each that begins a message.
    fn slow(arrived: &BTreeMap<u64, (u8, u8)>, done: &mut Vec<u64>) -> Option<Vec<u8>> {
        for (&first, &(flags, _)) in arrived {
            if flags & Data::BEGIN == 0 || done.contains(&first) {
                continue;
            }
            let mut message = Vec::new();
            for (at, (&tsn, &(flags, byte))) in arrived.range(first..).enumerate() {
                if tsn != first + at as u64 || (at > 0 && flags & Data::BEGIN != 0) {
                    break;
                }
                message.push(byte);
                if flags & Data::END != 0 {
                    done.push(first);
                    return Some(message);
                }
            }
        }
        None
    }

    #[test]
    fn messages_of_any_cut_in_any_order_are_as_a_slow_reader_joins_them() {
        let mut random = 1u64;
        let mut below = |most: usize| {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (random >> 33) as usize % most
        };
        for _ in 0..2_000 {
            let count = 2 + below(24);
            // Any flags: given up messages, ends without beginnings, whole ones.
            let mut rest: Vec<(u64, u8, u8)> =
                (0..count).map(|at| (at as u64, below(4) as u8, at as u8)).collect();
            let (mut reassembly, mut arrived, mut done) = (Reassembly::new(1), BTreeMap::new(), Vec::new());
            while !rest.is_empty() {
                let (tsn, flags, byte) = rest.swap_remove(below(rest.len()));
                arrived.insert(tsn, (flags, byte));
                reassembly.take(tsn, &data(flags | Data::UNORDERED, 0, 0, &[byte]), 100).unwrap();
                let expected: Vec<Vec<u8>> = slow(&arrived, &mut done).into_iter().collect();
                assert_eq!(taken(&mut reassembly), expected, "{arrived:?}");
            }
            let cum = below(count) as u64;
            reassembly.forget(cum);
            let of_runs = |run: (&u64, &Run)| (*run.0, run.1.last, run.1.bytes);
            let bytes: usize = reassembly.runs.iter().map(|run| of_runs(run).2).sum();
            assert_eq!((bytes, reassembly.held), (reassembly.fragments.len(), bytes * (1 + OVERHEAD)));
            for (first, last, bytes) in reassembly.runs.iter().map(of_runs) {
                assert!(cum < first && reassembly.fragments.range(first..=last).count() == bytes);
            }
        }
    }

    #[test]
    fn fragments_in_falling_order_are_one_run_and_of_limited_count() {
        let mut reassembly = Reassembly::new(1);
        for tsn in (1..=FRAGMENTS_MAX).rev() {
            reassembly.take(tsn, &data(0, 0, 0, b"x"), 10_000).unwrap();
            assert_eq!(reassembly.runs.len(), 1);
        }
        assert_eq!(
            reassembly.take(0, &data(Data::BEGIN, 0, 0, b"x"), 10_000),
            Err("message of too many fragments")
        );
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
