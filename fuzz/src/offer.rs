//! What must hold of offers and answers: the tests' own property, and two halves of the input as an offer and its answer.

#[path = "../../crates/simdsip/tests/offer/checker.rs"]
mod checker;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../crates/simdsip/tests/offer/plain.rs"]
mod plain;
#[path = "../../crates/simdsip/tests/offer/profiles.rs"]
mod profiles;
#[allow(dead_code, reason = "the tests count")]
#[path = "../../crates/simdsip/tests/offer/property.rs"]
mod property;

use simdsip::sdp::GrowSdpIndex;
use simdsip::sdp::offer::{Agreement, Party, check_offer};
use simdsip::{ErrorKind, Sdp};

/// Whatever is answered is answered by the rules.
pub fn assert_answered(offer: &[u8]) {
    property::answer_all("fuzz", offer, &mut property::Tally::default());
}

/// Whatever stands in two descriptions, as an offer and its answer both ends see the same.
pub fn assert_agreed(offer: &[u8], answer: &[u8]) {
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let (Ok(offer), Ok(answer)) = (Sdp::parse(offer, &mut a), Sdp::parse(answer, &mut b)) else { return };
    let _ = check_offer(&offer, &answer, &mut |_| true);
    let ours = Agreement::new(&offer, &answer, Party::Offerer, &mut |_| true);
    let theirs = Agreement::new(&offer, &answer, Party::Answerer, &mut |_| true);
    let (ours, theirs) = match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(one), Err(other)) => {
            assert!(
                one == other
                    && matches!(one.kind, ErrorKind::Rule(_) | ErrorKind::Limit(_) | ErrorKind::Connection)
            );
            return;
        }
        _ => panic!("one end alone agrees"),
    };
    for (ours, theirs) in ours.streams().zip(theirs.streams()) {
        assert_eq!(ours.direction(), theirs.direction().reversed());
        assert_eq!((ours.rtcp_mux(), ours.ice()), (theirs.rtcp_mux(), theirs.ice()));
        assert_eq!(ours.role().map(|role| role.other()), theirs.role());
        assert_eq!(ours.formats().next().is_some(), theirs.formats().next().is_some());
        let _ = (
            ours.remote_connection(),
            ours.remote_rtcp_port(),
            theirs.remote_rtcp_port(),
            ours.telephone_event(),
        );
    }
}
