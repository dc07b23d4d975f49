//! The responses of the mixes.

use super::draft::Draft;
use super::request::{allow, supported};
use super::{name, session};
use crate::rng::Rng;

/// A response with what it copies of its request (RFC 3261 §8.2.6.2).
fn base(rng: &mut Rng, status: &str, method: &str, to_tag: bool) -> Draft {
    let mut draft = Draft::new(format!("SIP/2.0 {status}"));
    for _ in 0..rng.between(1, 4) {
        let via = name::via(rng);
        draft.row("Via", via);
    }
    let from = format!("{};tag={}", name::name_addr(rng), name::tag(rng));
    let mut to = name::name_addr(rng);
    if to_tag {
        to.push_str(&format!(";tag={}", name::tag(rng)));
    }
    draft.row("From", from).row("To", to).row("Call-ID", name::call_id(rng));
    draft.row("CSeq", format!("{} {method}", rng.between(1, 99_999)));
    draft
}

fn record_routes(rng: &mut Rng, draft: &mut Draft, most: usize) {
    for _ in 0..rng.between(0, most) {
        let route = name::route(rng);
        draft.row("Record-Route", route);
    }
}

fn extras(rng: &mut Rng, draft: &mut Draft) {
    draft
        .maybe(rng, 75, "Server", name::product)
        .maybe(rng, 40, "Allow", allow)
        .maybe(rng, 40, "Supported", supported)
        .maybe(rng, 30, "X-Correlation-Id", |rng| rng.hex(32))
        .maybe(rng, 30, "P-Asserted-Identity", name::name_addr)
        .maybe(rng, 20, "P-Charging-Vector", |rng| {
            format!("icid-value={};term-ioi={}", rng.hex(24), name::domain(rng))
        })
        .maybe(rng, 20, "Date", name::date)
        .maybe(rng, 15, "Allow-Events", |_| "presence, dialog, message-summary, refer".to_owned());
}

fn contact(rng: &mut Rng) -> String {
    format!("<{}>", name::contact_uri(rng))
}

pub(super) fn trying(rng: &mut Rng) -> Draft {
    let status = rng.pick(&["100 Trying", "100 Giving a try", "100 Attempting to reach the callee"]);
    let mut draft = base(rng, status, "INVITE", false);
    extras(rng, &mut draft);
    draft
}

pub(super) fn ringing(rng: &mut Rng) -> Draft {
    let mut draft = base(rng, "180 Ringing", "INVITE", true);
    record_routes(rng, &mut draft, 3);
    draft.row("Contact", contact(rng));
    if rng.chance(40) {
        draft.row("Require", "100rel").row("RSeq", rng.between(1, 900_000).to_string());
    }
    extras(rng, &mut draft);
    draft
}

pub(super) fn progress(rng: &mut Rng) -> Draft {
    let mut draft = base(rng, "183 Session Progress", "INVITE", true);
    record_routes(rng, &mut draft, 3);
    draft
        .row("Contact", contact(rng))
        .row("Require", "100rel")
        .row("RSeq", rng.between(1, 900_000).to_string());
    draft.maybe(rng, 50, "P-Early-Media", |_| "sendrecv".to_owned()).maybe(rng, 60, "Server", name::product);
    draft.body("application/sdp", session::audio(rng, 4));
    draft
}

pub(super) fn ok_invite(rng: &mut Rng) -> Draft {
    let mut draft = base(rng, "200 OK", "INVITE", true);
    record_routes(rng, &mut draft, 3);
    draft.row("Contact", contact(rng)).row("Allow", allow(rng)).row("Supported", supported(rng));
    draft.maybe(rng, 50, "Session-Expires", |rng| format!("{};refresher=uas", rng.between(90, 3600)));
    draft.maybe(rng, 70, "Server", name::product);
    let codec_count = rng.between(2, 4);
    draft.body("application/sdp", session::audio(rng, codec_count));
    draft
}

pub(super) fn ok_register(rng: &mut Rng) -> Draft {
    let mut draft = base(rng, "200 OK", "REGISTER", true);
    for _ in 0..rng.between(1, 3) {
        let binding = format!("{};expires={};q=0.{}", contact(rng), rng.between(1, 3600), rng.between(1, 9));
        draft.row("Contact", binding);
    }
    draft.maybe(rng, 40, "Service-Route", name::route).maybe(rng, 40, "Path", name::route).maybe(
        rng,
        50,
        "P-Associated-URI",
        |rng| format!("<{}>, <{}>", name::uri(rng), name::uri(rng)),
    );
    extras(rng, &mut draft);
    draft
}

pub(super) fn ok_other(rng: &mut Rng) -> Draft {
    let method =
        rng.pick(&["OPTIONS", "OPTIONS", "BYE", "CANCEL", "PRACK", "MESSAGE", "SUBSCRIBE", "NOTIFY"]);
    let mut draft = base(rng, "200 OK", method, true);
    match method {
        "OPTIONS" => {
            draft.row("Accept", "application/sdp").row("Accept-Encoding", "").row("Contact", contact(rng));
            draft.row("Allow", allow(rng)).row("Supported", supported(rng)).row("Accept-Language", "en");
        }
        "SUBSCRIBE" => {
            draft.row("Expires", rng.between(60, 3600).to_string()).row("Contact", contact(rng));
        }
        _ => {}
    }
    draft.maybe(rng, 70, "Server", name::product).maybe(rng, 40, "X-Correlation-Id", |rng| rng.hex(32));
    draft.maybe(rng, 30, "P-Charging-Vector", |rng| format!("icid-value={}", rng.hex(24)));
    draft
}

pub(super) fn challenge(rng: &mut Rng) -> Draft {
    let (method, proxy) = (rng.pick(&["REGISTER", "REGISTER", "INVITE", "SUBSCRIBE"]), rng.chance(40));
    let (status, name) = if proxy {
        ("407 Proxy Authentication Required", "Proxy-Authenticate")
    } else {
        ("401 Unauthorized", "WWW-Authenticate")
    };
    let mut draft = base(rng, status, method, true);
    let realm = name::domain(rng);
    for algorithm in ["SHA-256", "MD5"] {
        if algorithm == "SHA-256" && rng.chance(50) {
            continue;
        }
        let mut value = format!("Digest realm=\"{realm}\",nonce=\"{}\",algorithm={algorithm}", rng.hex(40));
        if rng.chance(75) {
            value.push_str(",qop=\"auth,auth-int\"");
        }
        if rng.chance(30) {
            value.push_str(&format!(",opaque=\"{}\",stale=false", rng.hex(24)));
        }
        draft.row(name, value);
    }
    extras(rng, &mut draft);
    draft
}

pub(super) fn failure(rng: &mut Rng) -> Draft {
    let status = rng.pick(&[
        "404 Not Found",
        "480 Temporarily Unavailable",
        "486 Busy Here",
        "487 Request Terminated",
        "488 Not Acceptable Here",
        "503 Service Unavailable",
        "603 Decline",
        "408 Request Timeout",
    ]);
    let mut draft = base(rng, status, "INVITE", true);
    draft
        .maybe(rng, 50, "Reason", |rng| format!("Q.850;cause={};text=\"cleared\"", rng.between(16, 127)))
        .maybe(rng, 30, "Retry-After", |rng| rng.between(1, 600).to_string())
        .maybe(rng, 40, "Warning", |rng| format!("399 {} \"see log {}\"", name::domain(rng), rng.digits(6)));
    extras(rng, &mut draft);
    draft
}
