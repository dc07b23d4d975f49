//! Where a TLS stream goes on behind a gap: candidates for records, each tried once.
//!
//! A candidate has the header of a record, and what follows it, as far as it came, is such a header again. Whether it is
//! one only its key can tell, with each sequence number that the gap may have left; so the work is paid for by the bytes
//! that come. What cannot be paid for is passed over. RFC 8446 §5.1, RFC 5246 §6.2.1.

use super::{APPLICATION_DATA, HEADER, MAX_LOST, MAX_RECORD};

/// Bytes that may be tried for each byte that came: a record of any length with all numbers, four times over.
const CREDIT: usize = 256;
const MAX_CREDIT: usize = 4 * MAX_LOST as usize * (MAX_RECORD + OPENING);
/// What an opening costs beside the bytes.
const OPENING: usize = 64;
/// The shortest record: a byte of content type and a tag of 16 (RFC 8446 §5.2).
const MIN_RECORD: usize = 17;
/// Candidates that wait for their end.
const MAX_WAITING: usize = 1024;

/// What is known of the bytes since the gap.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// All that begins before is refuted, or waits.
    tried: usize,
    /// Candidates that have not come whole: where they begin and end.
    waits: Vec<(usize, usize)>,
    credit: usize,
}

impl Search {
    pub(super) fn footprint(&self) -> usize {
        self.waits.capacity().saturating_mul(size_of::<(usize, usize)>())
    }

    /// So many bytes came.
    pub(super) fn grant(&mut self, len: usize) {
        self.credit = self.credit.saturating_add(len.saturating_mul(CREDIT)).min(MAX_CREDIT);
    }

    /// Where in `bytes`, which are all since the gap that are not [`done`](Self::done) with, a record ends that opens.
    pub(super) fn find(
        &mut self,
        bytes: &[u8],
        mut opens: impl FnMut([u8; HEADER], &[u8]) -> bool,
    ) -> Option<usize> {
        let Self { tried, waits, credit } = self;
        let mut found = None;
        waits.retain(|(at, end)| {
            if found.is_none() && *end <= bytes.len() && is_it(bytes, *at, *end, credit, &mut opens) {
                found = Some(*end);
            }
            *end > bytes.len()
        });
        if found.is_some() {
            return found;
        }
        let from = *tried;
        for at in memchr::memchr_iter(APPLICATION_DATA, bytes.get(from..).unwrap_or_default()) {
            let at = from.saturating_add(at);
            let Some([_, 3, 1..=3, high, low]) = bytes.get(at..).and_then(<[u8]>::first_chunk) else {
                if bytes.len().saturating_sub(at) < HEADER {
                    // It may become a header.
                    *tried = at;
                    return None;
                }
                continue;
            };
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            let end = at.saturating_add(HEADER).saturating_add(len);
            if !(MIN_RECORD..=MAX_RECORD).contains(&len) {
                continue;
            }
            if end > bytes.len() {
                if waits.len() < MAX_WAITING {
                    waits.push((at, end));
                }
            } else if is_it(bytes, at, end, credit, &mut opens) {
                return Some(end);
            }
        }
        *tried = bytes.len();
        None
    }

    /// How many bytes nothing waits for any more: to be taken off.
    pub(super) fn done(&mut self) -> usize {
        let done = self.waits.iter().map(|(at, _)| *at).min().unwrap_or(self.tried).min(self.tried);
        self.tried = self.tried.saturating_sub(done);
        for (at, end) in &mut self.waits {
            (*at, *end) = (at.saturating_sub(done), end.saturating_sub(done));
        }
        done
    }
}

fn is_it(
    bytes: &[u8],
    at: usize,
    end: usize,
    credit: &mut usize,
    opens: &mut impl FnMut([u8; HEADER], &[u8]) -> bool,
) -> bool {
    let next = bytes.get(end..).unwrap_or_default();
    let Some((header, record)) = bytes.get(at..end).and_then(<[u8]>::split_first_chunk) else { return false };
    let cost = record.len().saturating_add(OPENING).saturating_mul(usize::try_from(MAX_LOST).unwrap_or(0));
    let Some(left) = credit.checked_sub(cost).filter(|_| may_be_header(next)) else { return false };
    *credit = left;
    opens(*header, record)
}

/// Whether bytes are, or may become, what a record begins with.
fn may_be_header(bytes: &[u8]) -> bool {
    match bytes {
        [kind, ..] if !(20..=24).contains(kind) => false,
        [_, major, ..] if *major != 3 => false,
        [_, _, minor, ..] if *minor > 4 => false,
        [_, _, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])) <= MAX_RECORD,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a stream in pieces as the reader does. Says where in it the true record ends, if that was found, and how
    /// many bytes were tried.
    fn give(stream: &[u8], piece: usize, is: impl Fn(&[u8]) -> bool) -> (Option<usize>, usize) {
        let (mut search, mut buffer, mut gone, mut work) = (Search::default(), Vec::new(), 0, 0);
        for bytes in stream.chunks(piece) {
            search.grant(bytes.len());
            buffer.extend_from_slice(bytes);
            let found = search.find(&buffer, |_, record| {
                work += MAX_LOST as usize * record.len();
                is(record)
            });
            if let Some(end) = found {
                return (Some(gone + end), work);
            }
            let done = search.done();
            buffer.drain(..done);
            gone += done;
            assert!(buffer.len() <= HEADER + MAX_RECORD + piece, "{}", buffer.len());
        }
        (None, work)
    }

    #[test]
    fn junk_that_is_all_headers_costs_what_its_bytes_pay_for() {
        for len in [0x2000u16, 200, 16, 17, 0x4800] {
            let [high, low] = len.to_be_bytes();
            // Of such a period that the next header lines up, and of one that it does not.
            for fill in 0..usize::from(len % 5) + 5 {
                let unit = [&[23, 3, 3, high, low][..], &vec![0; fill]].concat();
                let junk: Vec<u8> = unit.iter().copied().cycle().take(40_000).collect();
                for piece in [1_400, 7] {
                    let (found, work) = give(&junk, piece, |_| false);
                    assert!(found.is_none() && work <= CREDIT * junk.len(), "{len} {fill}: {work}");
                }
            }
        }
    }

    #[test]
    fn a_record_is_found_behind_anything_and_in_any_cut() {
        let record = [7u8; 90];
        let header = [23, 3, 3, 0, 90];
        let next = [23, 3, 3, 0, 40, 1, 2];
        let junks: [&[u8]; 5] = [
            b"",
            b"\x17",
            b"half a record \x17\x03",
            &[23, 3, 3, 0x40, 0].repeat(60),
            &[[23, 3, 3, 0, 17].to_vec(), vec![5; 30]].concat(),
        ];
        for junk in junks {
            for behind in 0..next.len() {
                let stream = [junk, &header, &record, &next[..behind]].concat();
                for piece in [1, 2, 13, 1_400] {
                    let (found, _) = give(&stream, piece, |bytes| bytes == record);
                    assert_eq!(found, Some(junk.len() + 95), "{} {behind} {piece}", junk.len());
                }
            }
        }
    }
}
