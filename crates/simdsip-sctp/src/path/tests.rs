//! A path alone, in jumped time.

use super::*;
use crate::event::AddressState;
use crate::random::Random;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn path(config: &AssociationConfig) -> Path {
    Path::new([10, 0, 0, 1].into(), None, Some(9899), config, Duration::ZERO)
}

#[test]
fn rfc9260_6_3_1_the_first_measurement_sets_and_later_ones_smooth() {
    let config = AssociationConfig::lan();
    let mut path = path(&config);
    assert_eq!(path.rto(), ms(200));
    path.rtt.measure(ms(100), &config);
    assert_eq!((path.rtt.srtt, path.rto()), (Some(ms(100)), ms(300)));
    path.rtt.measure(ms(180), &config);
    // RTTVAR = 3/4 50 + 1/4 80 = 57.5; SRTT = 7/8 100 + 1/8 180 = 110.
    assert_eq!((path.rtt.srtt, path.rto()), (Some(ms(110)), ms(340)));
}

#[test]
fn rfc9260_6_3_1_the_rto_stays_between_its_bounds() {
    let config = AssociationConfig::lan();
    let mut path = path(&config);
    path.rtt.measure(ms(1), &config);
    assert_eq!(path.rto(), config.rto_min);
    path.rtt.measure(ms(5_000), &config);
    assert_eq!(path.rto(), config.rto_max);
    path.rtt.measure(ms(1), &config);
    path.rtt.double(&config);
    assert_eq!(path.rto(), config.rto_max);
}

#[test]
fn rfc9260_7_2_1_the_first_window() {
    let config = AssociationConfig::sip();
    let path = path(&config);
    // 1280 - 28 = 1252; - 12 = 1240: min(4960, max(2480, 4404)).
    assert_eq!(path.cwnd, 4404);
}

#[test]
fn rfc9260_7_2_1_slow_start_grows_only_when_the_window_was_used() {
    let config = AssociationConfig::sip();
    let mut path = path(&config);
    let before = path.cwnd;
    path.news = News { acked: 2000, flight_before: before - 1, certain: true };
    path.grow_window(true);
    assert_eq!(path.cwnd, before);
    path.news.flight_before = before;
    path.grow_window(false);
    assert_eq!(path.cwnd, before);
    path.grow_window(true);
    assert_eq!(path.cwnd, before + 1240);
}

#[test]
fn rfc9260_7_2_2_congestion_avoidance_grows_one_packet_a_window() {
    let config = AssociationConfig::sip();
    let mut path = path(&config);
    (path.cwnd, path.ssthresh, path.flight) = (10_000, 5_000, 1);
    path.news = News { acked: 2_500, flight_before: 10_000, certain: true };
    for _ in 0..3 {
        path.grow_window(true);
    }
    assert_eq!(path.cwnd, 10_000);
    path.grow_window(true);
    assert_eq!(path.cwnd, 11_240);
}

#[test]
fn rfc9260_7_2_3_losses_shrink_the_window() {
    let config = AssociationConfig::sip();
    let mut path = path(&config);
    path.cwnd = 20_000;
    path.shrink_for_loss(9);
    assert_eq!((path.cwnd, path.ssthresh), (10_000, 10_000));
    path.shrink_for_loss(9);
    assert_eq!(path.cwnd, 10_000);
    path.shrink_for_timeout();
    assert_eq!((path.cwnd, path.ssthresh), (1240, 5_000));
}

#[test]
fn rfc9260_8_2_more_errors_than_path_max_retrans_are_inactive() {
    let config = AssociationConfig { pf_max_retrans: None, ..AssociationConfig::sip() };
    let mut path = path(&config);
    assert_eq!(path.succeed(), Some(AddressState::Confirmed));
    for _ in 0..config.path_max_retrans {
        assert_eq!(path.fail(&config), None);
    }
    assert_eq!(path.fail(&config), Some(AddressState::Unreachable));
    assert_eq!(path.state, PathState::Inactive);
    assert_eq!(path.fail(&config), None);
    assert_eq!(path.succeed(), Some(AddressState::Available));
}

#[test]
fn rfc7829_3_2_one_error_is_potentially_failed() {
    let config = AssociationConfig::sip();
    let mut path = path(&config);
    path.succeed();
    assert_eq!(path.fail(&config), Some(AddressState::PotentiallyFailed));
    assert_eq!((path.state, path.errors), (PathState::PotentiallyFailed, 1));
    assert_eq!(path.succeed(), Some(AddressState::Available));
    assert_eq!((path.state, path.errors), (PathState::Active, 0));
}

#[test]
fn rfc9260_8_3_the_interval_has_jitter_of_half_an_rto() {
    let config = AssociationConfig::sip();
    let mut path = path(&config);
    let mut random = Random::new([3; 32]);
    path.succeed();
    let mut seen = Vec::new();
    for _ in 0..200 {
        path.schedule_heartbeat(Duration::ZERO, &config, &mut random);
        let next = path.heartbeat.deadline().unwrap();
        assert!((ms(5_250)..=ms(5_750)).contains(&next), "{next:?}");
        seen.push(next);
    }
    seen.dedup();
    assert!(seen.len() > 100);
}

#[test]
fn rfc7829_3_2_a_potentially_failed_path_is_asked_once_an_rto() {
    let config = AssociationConfig::sip();
    let mut path = path(&config);
    path.succeed();
    path.fail(&config);
    path.schedule_heartbeat(ms(7), &config, &mut Random::new([3; 32]));
    assert_eq!(path.heartbeat.deadline(), Some(ms(7)));
    path.begin_heartbeat(ms(7), 1);
    assert_eq!(path.heartbeat.deadline(), Some(ms(507)));
}

#[test]
fn rfc9260_5_4_a_heartbeat_is_answered_by_its_nonce_alone() {
    let mut path = path(&AssociationConfig::sip());
    path.begin_heartbeat(ms(10), 77);
    assert_eq!(path.answer_heartbeat(ms(30), 78), None);
    assert_eq!(path.answer_heartbeat(ms(30), 77), Some(ms(20)));
}

#[test]
fn rfc8899_5_3_sizes_are_probed_from_the_largest_and_given_up_after_three() {
    let config = AssociationConfig::sip();
    let mut mtu = Mtu::new([10, 0, 0, 1].into(), true, &config);
    assert_eq!((mtu.packet_len(), mtu.ip_len()), (1252, 1280));
    mtu.begin(ms(0));
    let mut now = ms(0);
    for nonce in 0..3 {
        assert_eq!(mtu.tick(now, ms(100), nonce), Some(1472));
        assert_eq!(mtu.tick(now, ms(100), nonce), None);
        now += ms(100);
    }
    assert_eq!(mtu.tick(now, ms(100), 9), Some(1464));
    assert!(!mtu.answer(now, 8));
    assert!(mtu.answer(now, 9));
    assert_eq!(mtu.ip_len(), 1492);
    assert_eq!(mtu.tick(now, ms(100), 9), None);
    assert!(!mtu.suspect());
    mtu.trust();
    assert!(!mtu.suspect() && mtu.suspect());
    assert_eq!(mtu.ip_len(), 1280);
}
