//! That all memory of all flows is counted, and what goes first.

use super::*;
use crate::table::FrameRef;
use simdsip::Policy;

fn give(all: &mut Tcp, flow: u32, at: u32, payload: &[u8], stats: &mut Stats) {
    let [a, b, c, d] = flow.to_be_bytes();
    let source = Endpoint { addr: [10, b, c, d].into(), port: 40_000 + u16::from(a) };
    let key = Key { source, dest: Endpoint { addr: [10, 255, 0, 1].into(), port: 5060 } };
    let segment = Segment {
        source: key.source.port,
        dest: 5060,
        at,
        acknowledges: Some(1),
        syn: false,
        ends: false,
        fin: false,
        payload,
        lost: 0,
    };
    let frame = u64::from(at);
    let mut origin = Origin {
        file: 0,
        frame,
        came: FrameRef { file: 0, frame },
        at: None,
        time: None,
        now: 0,
        wraps: Default::default(),
        ip_id: None,
        absent: 0,
        truncated: false,
        rows: 0,
    };
    all.segment(key, &segment, Port::Sip, &mut origin, stats, &mut |_, _, _, _| {});
}

fn held(all: &Tcp) -> usize {
    all.flows.values().map(|flow| flow.order.footprint() + flow.stream.footprint()).sum()
}

#[test]
fn bytes_kept_for_comparing_are_within_the_budget_and_go_before_flows_do() {
    let (mut all, mut stats) = (Tcp::new(Parser::new(Policy::CAPTURE), Secrets::default()), Stats::default());
    let count = 4_500;
    for flow in 0..count {
        give(&mut all, flow, 1000, &[0; 16 * 1024], &mut stats);
        assert!(all.memory.total <= MAX_BYTES);
    }
    assert!(all.memory.total > MAX_BYTES / 2, "{}", all.memory.total);
    assert_eq!(all.memory.total, held(&all));
    assert_eq!((all.flows.len(), stats.count(Event::TcpFlowEvicted)), (count as usize, 0));
}

#[test]
fn the_packets_of_a_message_are_within_the_budget() {
    let (mut all, mut stats) = (Tcp::new(Parser::new(Policy::CAPTURE), Secrets::default()), Stats::default());
    let begun = b"INVITE sip:a@b SIP/2.0\r\nl: 9999\r\n\r\n";
    give(&mut all, 1, 0, begun, &mut stats);
    for at in 0..3_000 {
        give(&mut all, 1, at + u32::try_from(begun.len()).unwrap(), b"x", &mut stats);
    }
    assert!(all.memory.total >= 3_000 * size_of::<FrameRef>(), "{}", all.memory.total);
    assert_eq!(all.memory.total, held(&all));
    all.finish(&mut stats, &mut |_, _, _, _| {});
    assert_eq!(all.memory, Memory::default());
}
