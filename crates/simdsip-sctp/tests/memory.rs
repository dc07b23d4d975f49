//! What strangers and idle associations cost in memory, counted by the allocator.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};

use common::peer::*;
use common::*;
use simdsip_sctp::wire::chunk::kind;

static LIVE: AtomicIsize = AtomicIsize::new(0);

struct Counting;

// SAFETY: every call goes to the system's allocator as it came; the counter is no part of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn flood(count: u32) -> isize {
    let mut server = server();
    let before = LIVE.load(Ordering::Relaxed);
    for number in 0..count {
        let source = IpAddr::V4(core::net::Ipv4Addr::from_bits(0x0b00_0000 + number));
        let port = (number % 60_000 + 1) as u16;
        let bytes = packet_from(port, 0, |w| init(number + 1, &[]).emit(w, kind::INIT).unwrap());
        // Slow enough that each is answered.
        assert_eq!(ask(&mut server, Duration::from_micros(u64::from(number) * 60), source, &bytes).len(), 1);
    }
    assert_eq!(server.associations().count(), 0);
    LIVE.load(Ordering::Relaxed) - before
}

// One test, so that nothing else allocates meanwhile.
#[test]
fn strangers_cost_nothing_and_idle_associations_little() {
    let count = if std::env::var_os("SCTP_FLOOD").is_some() { 1_000_000 } else { 50_000 };
    let grown = flood(count);
    println!("{count} INITs of strangers: {grown} bytes");
    assert!(grown < 16 * 1024, "{grown}");
    let config = EndpointConfig { blind_replies: 1_000_000, ..EndpointConfig::new(5060, [B1, B2]) };
    let mut server = Endpoint::new(config, [2; 32]);
    let before = LIVE.load(Ordering::Relaxed);
    for number in 0..1_000u32 {
        let source = IpAddr::V4(core::net::Ipv4Addr::from_bits(0x0b00_0000 + number));
        associate(&mut server, ms(u64::from(number)), source, &[simdsip_sctp::wire::Param::Address(A2)]);
        while server.poll_event().is_some() {}
    }
    let each = (LIVE.load(Ordering::Relaxed) - before) / 1_000;
    println!("an idle association with two paths: {each} bytes");
    assert_eq!(server.associations().count(), 1_000);
    assert!(each <= 4096, "{each}");
}
