//! What holds of every answer, whatever was offered: the tests' and the fuzz target's own.

use std::collections::BTreeMap;

use simdsip::sdp::offer::apply_answer;
use simdsip::sdp::{GrowSdpIndex, Sdp};
use simdsip::{Error, ErrorKind};

use super::checker::broken;
use super::profiles;

/// That `bytes` read well, without a defect.
pub(crate) fn assert_clean(bytes: &[u8]) {
    let mut index = GrowSdpIndex::new();
    let sdp = Sdp::parse(bytes, &mut index).expect("within the limits");
    let found: Vec<_> = sdp.defects().map(|defect| (defect.code.as_str(), defect.at)).collect();
    assert!(found.is_empty(), "{found:?} in\n{}", String::from_utf8_lossy(bytes));
}

/// What became of offers.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) answered: usize,
    pub(crate) accepted: usize,
    pub(crate) refused: BTreeMap<&'static str, usize>,
}

/// Answers an offer as each of our ends: the answer reads strictly, keeps the rules as the plain checker has them and as
/// `apply_answer` has them, and answered again is the same.
pub(crate) fn answer_all(name: &str, offer: &[u8], tally: &mut Tally) {
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let Ok(sdp) = Sdp::parse(offer, &mut a) else { return };
    profiles::all(&mut |profile, local| {
        let mut room = Vec::new();
        let answer = match local.answer(&sdp, &mut room) {
            Ok(answer) => answer,
            Err(Error { kind: ErrorKind::Rule(rule), at }) => {
                assert!(at <= offer.len() && rule.status().is_some(), "{name} {profile}: {rule} at {at}");
                *tally.refused.entry(rule.as_str()).or_default() += 1;
                return;
            }
            Err(Error { kind: ErrorKind::Limit(_), .. }) => {
                *tally.refused.entry("limit").or_default() += 1;
                return;
            }
            Err(error) => panic!("{name} {profile}: {error}\n{}", String::from_utf8_lossy(offer)),
        };
        let text = || {
            format!(
                "{name} {profile}:\n{}\n{}",
                String::from_utf8_lossy(offer),
                String::from_utf8_lossy(answer)
            )
        };
        assert_clean(answer);
        let found = broken(offer, answer);
        assert!(found.is_empty(), "{found:?}\n{}", text());
        let answer_sdp = Sdp::parse(answer, &mut b).unwrap();
        let agreement = apply_answer(&sdp, &answer_sdp).unwrap_or_else(|error| panic!("{error}\n{}", text()));
        for stream in agreement.streams().filter(|stream| stream.is_accepted()) {
            tally.accepted += 1;
            let rtp = stream.local().media().unwrap().is_rtp();
            assert!(!rtp || stream.formats().next().is_some(), "{}", text());
            assert!(stream.remote_port() != 0, "{}", text());
        }
        tally.answered += 1;
        let mut again = *local;
        again.previous = Some(answer_sdp);
        let mut room = Vec::new();
        assert_eq!(again.answer(&sdp, &mut room), Ok(answer), "{}", text());
    });
}
