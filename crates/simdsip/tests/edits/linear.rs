//! Time grows with the number of changes, and with the header fields of the message, and no faster.

use std::time::{Duration, Instant};

use simdsip::edit::GrowRoom;
use simdsip::{GrowIndex, Limits, Parser, Patch, Policy};

/// Every change that can be made many times, `count` times, of a message with as many fields.
fn time(count: usize, line: &str) -> Duration {
    let bytes = format!("BYE sip:b SIP/2.0\r\n{}\r\n", line.repeat(count));
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let (mut index, mut room) = (GrowIndex::new(), GrowRoom::new());
    let message = parser.parse_growing(bytes.as_bytes(), &mut index).unwrap();
    let begin = Instant::now();
    let mut patch = Patch::new(&message, &mut room).unwrap().with_limits(&Limits::unlimited());
    for field in message.headers().rev() {
        patch.set_field(&field, &[b"x"]).unwrap();
    }
    for _ in 0..count {
        patch.push_via(&[b"SIP/2.0/UDP h"]).unwrap();
        patch.push_route(&[b"<sip:p;lr>"]).unwrap();
        patch.pop_via().unwrap();
        patch.pop_route().unwrap();
        patch.set_max_forwards(7).unwrap();
        patch.set_source(([192, 0, 2, 1], 5060).into()).unwrap();
    }
    patch.retain(b"Route", |_| false).unwrap();
    assert!(patch.finish().unwrap().len() > count * 30);
    begin.elapsed()
}

/// Eight times as many take eight times the time, and some more on a busy machine; squared it were sixty-four. One try
/// of many is enough: no machine is so idle as to square less.
#[test]
fn ten_thousand_patches_are_linear() {
    let list = format!("Route: {}\r\n", ["<sip:q;lr>"; 5].join(","));
    for line in
        ["X-a: 1\r\n", "a:\r\n", "Via: SIP/2.0/UDP h\r\n", "v: SIP/2.0/UDP h, SIP/2.0/UDP i\r\n", &list]
    {
        let mut last = Default::default();
        let linear = (0..20).any(|_| {
            let (once, eight) = (time(1_250, line), time(10_000, line));
            last = (once, eight);
            eight < once * 20 + Duration::from_micros(500)
        });
        assert!(linear, "{line:?}: 1,250 {:?}, 10,000 {:?}", last.0, last.1);
    }
}
