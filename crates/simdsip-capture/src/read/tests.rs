use super::*;
use proptest::prelude::*;

/// Gives at most so many bytes a read, as a pipe does.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(into.len()).min(self.0.len());
        into[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

/// A packet as the tests compare it: offset, time, link, bytes, truncated.
type Seen = (u64, Option<i64>, u32, Vec<u8>, bool);

fn read_by(bytes: &[u8], step: usize) -> (Vec<Seen>, Option<ReadError>) {
    let mut reader = Reader::open(Trickle(bytes, step)).unwrap();
    let mut seen = Vec::new();
    while let Some(packet) = reader.next() {
        match packet {
            Ok(packet) => {
                seen.push((packet.at, packet.time, packet.link, packet.data.to_vec(), packet.absent > 0));
            }
            Err(error) => {
                assert!(reader.next().is_none());
                return (seen, Some(error));
            }
        }
    }
    (seen, None)
}

fn read(bytes: &[u8]) -> (Vec<Seen>, Option<ReadError>) {
    let whole = read_by(bytes, usize::MAX);
    assert_eq!(whole, read_by(bytes, 1), "the same, byte by byte");
    whole
}

/// Writes numbers in the byte order under test.
struct Writer {
    endian: Endian,
    out: Vec<u8>,
}

impl Writer {
    fn new(endian: Endian) -> Self {
        Self { endian, out: Vec::new() }
    }

    fn u16(&mut self, number: u16) -> &mut Self {
        match self.endian {
            Endian::Little => self.out.extend(number.to_le_bytes()),
            Endian::Big => self.out.extend(number.to_be_bytes()),
        }
        self
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        match self.endian {
            Endian::Little => self.out.extend(number.to_le_bytes()),
            Endian::Big => self.out.extend(number.to_be_bytes()),
        }
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.extend(bytes);
        self
    }

    fn block(&mut self, kind: u32, body: impl FnOnce(&mut Writer)) -> &mut Self {
        let mut inner = Writer::new(self.endian);
        body(&mut inner);
        while !inner.out.len().is_multiple_of(4) {
            inner.out.push(0);
        }
        let len = u32::try_from(inner.out.len() + 12).unwrap();
        self.u32(kind).u32(len).bytes(&inner.out).u32(len)
    }

    fn section(&mut self) -> &mut Self {
        self.block(0x0a0d_0d0a, |body| {
            body.u32(0x1a2b_3c4d).u16(1).u16(0).u32(u32::MAX).u32(u32::MAX);
        })
    }

    fn interface(&mut self, link: u16, snap_len: u32, options: &[(u16, &[u8])]) -> &mut Self {
        self.block(1, |body| {
            body.u16(link).u16(0).u32(snap_len);
            for (code, value) in options {
                body.u16(*code).u16(u16::try_from(value.len()).unwrap()).bytes(value);
                while !body.out.len().is_multiple_of(4) {
                    body.out.push(0);
                }
            }
        })
    }

    fn enhanced(&mut self, interface: u32, units: u64, data: &[u8], wire_len: u32) -> &mut Self {
        self.block(6, |body| {
            let len = u32::try_from(data.len()).unwrap();
            body.u32(interface)
                .u32((units >> 32) as u32)
                .u32(units as u32)
                .u32(len)
                .u32(wire_len)
                .bytes(data);
        })
    }
}

fn pcap(endian: Endian, magic: u32) -> Vec<u8> {
    let mut file = Writer::new(endian);
    file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65_535).u32(1);
    file.u32(10).u32(20).u32(3).u32(3).bytes(b"abc");
    file.u32(11).u32(999).u32(2).u32(60).bytes(b"de");
    file.out
}

#[test]
fn pcap_of_both_byte_orders_and_resolutions() {
    for endian in [Endian::Little, Endian::Big] {
        for (magic, unit) in [(0xa1b2_c3d4, 1000), (0xa1b2_3c4d, 1)] {
            let (seen, error) = read(&pcap(endian, magic));
            let first = (24, Some(10_000_000_000 + 20 * unit), 1, b"abc".to_vec(), false);
            let second = (43, Some(11_000_000_000 + 999 * unit), 1, b"de".to_vec(), true);
            assert_eq!((seen, error), (vec![first, second], None));
        }
    }
}

fn pcapng(endian: Endian) -> Vec<u8> {
    let mut file = Writer::new(endian);
    let offset = match endian {
        Endian::Little => 100i64.to_le_bytes(),
        Endian::Big => 100i64.to_be_bytes(),
    };
    file.section();
    file.block(0x0bad, |body| {
        body.bytes(b"unknown");
    });
    file.interface(1, 0, &[(2, b"eth0")]).interface(101, 4, &[(9, &[9]), (14, &offset), (0, b"")]);
    file.interface(113, 0, &[(9, &[0x80 | 10])]);
    file.enhanced(0, 1_000_001, b"one", 3).enhanced(1, 7, b"two", 99).enhanced(2, 1025, b"", 0);
    file.block(3, |body| {
        body.u32(5).bytes(b"three");
    });
    file.block(2, |body| {
        body.u16(1).u16(0).u32(0).u32(8).u32(4).u32(4).bytes(b"four");
    });
    file.section().interface(276, 2, &[]).block(3, |body| {
        body.u32(9).bytes(b"cu");
    });
    file.out
}

#[test]
fn pcapng_of_both_byte_orders_with_interfaces_sections_and_every_packet_block() {
    for endian in [Endian::Little, Endian::Big] {
        let (seen, error) = read(&pcapng(endian));
        let seen: Vec<_> =
            seen.into_iter().map(|(_, time, link, data, cut)| (time, link, data, cut)).collect();
        let expected = vec![
            (Some(1_000_001_000), 1, b"one".to_vec(), false),
            (Some(100_000_000_007), 101, b"two".to_vec(), true),
            (Some(1_000_976_562), 113, b"".to_vec(), false),
            (None, 1, b"three".to_vec(), false),
            (Some(100_000_000_008), 101, b"four".to_vec(), false),
            (None, 276, b"cu".to_vec(), true),
        ];
        assert_eq!((seen, error), (expected, None));
    }
}

#[test]
fn sections_may_change_the_byte_order() {
    let file = [pcapng(Endian::Big), pcapng(Endian::Little)].concat();
    assert_eq!(read(&file).0.len(), 12);
}

#[test]
fn packets_with_options_come_whole() {
    let mut file = Writer::new(Endian::Little);
    file.section().interface(1, 0, &[]).block(6, |body| {
        body.u32(0).u32(0).u32(5).u32(3).u32(3).bytes(b"abc\0").u16(1).u16(4).bytes(b"note").u32(0);
    });
    let (seen, error) = read(&file.out);
    assert_eq!((&seen[0].3[..], error), (&b"abc"[..], None));
}

#[test]
fn a_capture_cut_anywhere_gives_its_whole_packets_and_says_where_it_ends() {
    // The file header and two packets; two sections with four interfaces, six packets and an unknown block.
    let files =
        [(pcap(Endian::Little, 0xa1b2_c3d4), 3), (pcapng(Endian::Little), 13), (pcapng(Endian::Big), 13)];
    for (file, boundaries) in files {
        let (whole, _) = read(&file);
        let mut clean = 0;
        for len in 4..file.len() {
            let (seen, error) = read(&file[..len]);
            assert_eq!(seen, whole[..seen.len()]);
            if let Some(error) = error {
                assert_eq!(error, ReadError { kind: ReadErrorKind::CutShort, at: len as u64 });
                assert_eq!(error.to_string(), format!("cut short at byte {len}"));
            }
            // A packet is whole where the next one begins.
            let due = whole.iter().skip(1).filter(|(at, ..)| *at <= len as u64).count();
            assert!(seen.len() >= due, "{len}");
            clean += usize::from(error.is_none());
        }
        // Only between two records does nothing show that there were more.
        assert_eq!(clean, boundaries - 1);
    }
}

fn error_of(file: &[u8]) -> ReadError {
    read(file).1.expect("an error")
}

#[test]
fn lengths_that_lie_are_errors_with_an_offset() {
    let mut file = pcap(Endian::Big, 0xa1b2_c3d4);
    file[51..55].copy_from_slice(&u32::MAX.to_be_bytes());
    let error = ReadError { kind: ReadErrorKind::PacketTooLong { claimed: u32::MAX }, at: 43 };
    assert_eq!(read(&file).0.len(), 1);
    assert_eq!(error_of(&file), error);
    assert_eq!(error.to_string(), "packet record claims 4294967295 bytes at byte 43");

    let block = |kind: u32, len: u32, body: &[u8]| {
        let mut file = Writer::new(Endian::Little);
        file.section().interface(1, 0, &[]);
        let at = file.out.len() as u64;
        file.u32(kind).u32(len).bytes(body);
        (file.out, at)
    };
    for (kind, len) in [(6, 0), (6, 8), (6, 13), (6, 16), (1, 12), (99, 0), (3, 12), (2, 20)] {
        let (file, at) = block(kind, len, &[0; 64]);
        assert_eq!(error_of(&file), ReadError { kind: ReadErrorKind::BlockLength, at }, "{kind} of {len}");
    }
    // Four gigabytes that are not there are not waited for in memory.
    let (file, _) = block(99, 0xffff_fffc, &[0; 64]);
    assert_eq!(error_of(&file).kind, ReadErrorKind::CutShort);
    let mut epb = Writer::new(Endian::Little);
    epb.u32(0).u32(0).u32(0).u32(0xffff_0000).u32(3);
    let (file, at) = block(6, 0xffff_fffc, &epb.out);
    assert_eq!(
        error_of(&file),
        ReadError { kind: ReadErrorKind::PacketTooLong { claimed: 0xffff_0000 }, at }
    );
    // More data than the block has room for, and a length that differs at the block's end.
    epb.out[12..16].copy_from_slice(&64u32.to_le_bytes());
    let (file, at) = block(6, 40, &[&epb.out[..], &[0; 60]].concat());
    assert_eq!(error_of(&file), ReadError { kind: ReadErrorKind::BlockLength, at });
    let (file, at) = block(99, 16, &[0; 8]);
    assert_eq!(error_of(&file), ReadError { kind: ReadErrorKind::BlockLength, at });
}

#[test]
fn interfaces_must_be_described() {
    let mut file = Writer::new(Endian::Little);
    file.section();
    let at = file.out.len() as u64;
    file.enhanced(3, 0, b"", 0);
    assert_eq!(error_of(&file.out), ReadError { kind: ReadErrorKind::Interface { id: 3 }, at });
}

#[test]
fn what_is_no_capture_is_refused_by_content() {
    let kind = |bytes: &[u8]| Reader::open(bytes).map(|_| ()).unwrap_err().kind;
    assert_eq!(kind(b""), OpenErrorKind::Empty);
    assert_eq!(kind(b"\xd4\xc3\xb2"), OpenErrorKind::NotCapture);
    assert_eq!(kind(b"INVITE sip:a@b SIP/2.0\r\n"), OpenErrorKind::NotCapture);
    // Compressed, and nothing or nonsense in there.
    assert_eq!(kind(b"\x1f\x8b\x08\0rest"), OpenErrorKind::Empty);
    assert_eq!(kind(b"\x1f\x8bnonsense"), OpenErrorKind::Io(std::io::ErrorKind::InvalidInput));
}

#[test]
fn packets_larger_than_the_block_come_whole() {
    let mut file = Writer::new(Endian::Little);
    file.u32(0xa1b2_c3d4).u16(2).u16(4).u32(0).u32(0).u32(0).u32(1);
    for len in [1u32 << 20, 1, 300_000, 1 << 20] {
        file.u32(0).u32(0).u32(len).u32(len).bytes(&vec![len as u8; len as usize]);
    }
    let (seen, error) = read_by(&file.out, 70_000);
    assert_eq!(error, None);
    let lens: Vec<_> = seen.iter().map(|(_, _, _, data, _)| data.len()).collect();
    assert_eq!(lens, [1 << 20, 1, 300_000, 1 << 20]);
}

proptest! {
    #[test]
    fn any_change_of_bytes_gives_packets_or_an_error(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), which in 0usize..3,
    ) {
        let mut file = [pcap(Endian::Big, 0xa1b2_c3d4), pcapng(Endian::Little), pcapng(Endian::Big)][which].clone();
        let at = at.index(file.len());
        file[at] = byte;
        if Reader::open(&file[..]).is_ok() {
            let (seen, _) = read(&file);
            prop_assert!(seen.len() <= 12);
        }
    }
}
