//! The requests of the mixes.

use super::draft::Draft;
use super::{name, session};
use crate::rng::Rng;

const ALLOW: [&str; 4] = [
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REFER, SUBSCRIBE, NOTIFY, MESSAGE, PRACK, UPDATE",
    "INVITE,ACK,BYE,CANCEL,OPTIONS,REFER,NOTIFY",
    "PRACK, INVITE, ACK, BYE, CANCEL, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER, MESSAGE, OPTIONS",
    "INVITE, ACK, OPTIONS, CANCEL, BYE, UPDATE, PUBLISH",
];

pub(super) fn allow(rng: &mut Rng) -> String {
    rng.pick(&ALLOW).to_owned()
}

pub(super) fn supported(rng: &mut Rng) -> String {
    rng.pick(&[
        "replaces, timer",
        "100rel, replaces, timer, norefersub",
        "path, gruu, outbound",
        "timer",
        "replaces,from-change",
    ])
    .to_owned()
}

/// Vias of a request that has passed `0..=3` proxies.
fn vias(rng: &mut Rng, draft: &mut Draft, most: usize) {
    for _ in 0..rng.between(1, most) {
        let via = name::via(rng);
        draft.row("Via", via);
    }
}

/// From, To, Call-ID, CSeq, Max-Forwards: what every request carries (RFC 3261 §8.1.1).
fn base(rng: &mut Rng, method: &str, target: &str, hops: usize, in_dialog: bool) -> Draft {
    let mut draft = Draft::new(format!("{method} {target} SIP/2.0"));
    vias(rng, &mut draft, hops);
    let from = format!("{};tag={}", name::name_addr(rng), name::tag(rng));
    let mut to = name::name_addr(rng);
    if in_dialog {
        to.push_str(&format!(";tag={}", name::tag(rng)));
    }
    draft.row("Max-Forwards", rng.between(60, 70).to_string());
    draft.row("From", from).row("To", to).row("Call-ID", name::call_id(rng));
    draft.row("CSeq", format!("{} {method}", rng.between(1, 99_999)));
    draft
}

fn contact(rng: &mut Rng) -> String {
    let mut contact = format!("<{}>", name::contact_uri(rng));
    if rng.chance(30) {
        contact.push_str(&format!(";+sip.instance=\"<urn:uuid:{}>\"", name::uuid(rng)));
    }
    if rng.chance(15) {
        contact.push_str(";reg-id=1");
    }
    contact
}

fn routes(rng: &mut Rng, draft: &mut Draft, most: usize) {
    for _ in 0..rng.between(0, most) {
        let route = name::route(rng);
        draft.row("Route", route);
    }
}

/// Rows that boxes on the way like to add; they bring real traffic to its usual length.
fn extras(rng: &mut Rng, draft: &mut Draft) {
    draft
        .maybe(rng, 70, "User-Agent", name::product)
        .maybe(rng, 45, "P-Asserted-Identity", name::name_addr)
        .maybe(rng, 30, "P-Charging-Vector", charging)
        .maybe(rng, 25, "P-Access-Network-Info", access_network)
        .maybe(rng, 25, "Allow", allow)
        .maybe(rng, 30, "Supported", supported)
        .maybe(rng, 15, "X-Account", |rng| rng.digits(8))
        .maybe(rng, 25, "X-Correlation-Id", |rng| rng.hex(32))
        .maybe(rng, 15, "Date", name::date)
        .maybe(rng, 10, "Privacy", |rng| rng.pick(&["id", "none", "header;id"]).to_owned())
        .maybe(rng, 10, "History-Info", |rng| format!("<{}>;index=1", name::uri(rng)))
        .maybe(rng, 8, "Organization", |_| String::new())
        .maybe(rng, 12, "Accept-Language", |_| "en, de;q=0.8, cs;q=0.5".to_owned());
}

fn charging(rng: &mut Rng) -> String {
    format!("icid-value={};icid-generated-at={};orig-ioi={}", rng.hex(24), name::ipv4(rng), name::domain(rng))
}

fn access_network(rng: &mut Rng) -> String {
    format!("3GPP-E-UTRAN-FDD;utran-cell-id-3gpp={}", rng.hex(16))
}

fn authorization(rng: &mut Rng, uri: &str) -> String {
    let (user, realm) = (name::user(rng), name::domain(rng));
    let mut text = format!(
        "Digest username=\"{user}\",realm=\"{realm}\",nonce=\"{}\",uri=\"{uri}\",response=\"{}\"",
        rng.hex(32),
        rng.hex(32)
    );
    text.push_str(",algorithm=MD5");
    if rng.chance(70) {
        text.push_str(&format!(",cnonce=\"{}\",qop=auth,nc={:08x}", rng.hex(16), rng.between(1, 200)));
    }
    if rng.chance(40) {
        text.push_str(&format!(",opaque=\"{}\"", rng.hex(16)));
    }
    text
}

pub(super) fn options(rng: &mut Rng) -> Draft {
    let target = format!("sip:{}", name::host_port(rng));
    let mut draft = base(rng, "OPTIONS", &target, 3, false);
    draft.row("Contact", contact(rng)).row("Accept", "application/sdp, application/dtmf-relay, text/plain");
    extras(rng, &mut draft);
    draft
}

pub(super) fn register(rng: &mut Rng) -> Draft {
    let target = format!("sip:{}", name::domain(rng));
    let mut draft = base(rng, "REGISTER", &target, 3, false);
    draft.row("Contact", format!("{};expires={}", contact(rng), rng.between(60, 7200)));
    draft.row("Expires", rng.between(60, 7200).to_string());
    draft
        .maybe(rng, 60, "Path", name::route)
        .maybe(rng, 50, "Allow-Events", |_| "presence, message-summary, dialog".to_owned());
    extras(rng, &mut draft);
    draft
}

pub(super) fn register_auth(rng: &mut Rng) -> Draft {
    let target = format!("sip:{}", name::domain(rng));
    let mut draft = base(rng, "REGISTER", &target, 2, false);
    draft.row("Contact", contact(rng)).row("Expires", rng.between(60, 7200).to_string());
    draft.row("Authorization", authorization(rng, &target));
    draft
        .row("Allow", allow(rng))
        .row("Supported", "path, gruu, outbound")
        .row("User-Agent", name::product(rng));
    draft.maybe(rng, 40, "Path", name::route).maybe(rng, 30, "P-Access-Network-Info", access_network);
    draft
}

pub(super) fn invite(rng: &mut Rng) -> Draft {
    let target = name::uri(rng);
    let mut draft = base(rng, "INVITE", &target, 3, false);
    draft.row("Contact", contact(rng)).row("Allow", allow(rng)).row("Supported", supported(rng));
    routes(rng, &mut draft, 1);
    draft
        .maybe(rng, 40, "Session-Expires", |rng| format!("{};refresher=uac", rng.between(90, 3600)))
        .maybe(rng, 30, "Min-SE", |_| "90".to_owned())
        .maybe(rng, 25, "Subject", |rng| format!("call {}", rng.alnum(12)))
        .maybe(rng, 35, "Proxy-Authorization", |rng| authorization(rng, &target))
        .maybe(rng, 60, "User-Agent", name::product);
    draft.maybe(rng, 30, "P-Asserted-Identity", name::name_addr);
    let codec_count = rng.between(2, 6);
    draft.body("application/sdp", session::audio(rng, codec_count));
    draft
}

pub(super) fn invite_ims(rng: &mut Rng) -> Draft {
    let target = format!("tel:+{}{}", rng.between(1, 98), rng.digits(10));
    let mut draft = base(rng, "INVITE", &target, 3, false);
    for _ in 0..2 {
        let route = name::route(rng);
        draft.row("Route", route);
        let route = name::route(rng);
        draft.row("Record-Route", route);
    }
    draft
        .row("Contact", format!("{};+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\";audio;video", contact(rng)))
        .row("P-Preferred-Identity", name::name_addr(rng))
        .row("P-Asserted-Identity", name::name_addr(rng))
        .row("P-Access-Network-Info", access_network(rng))
        .row("P-Charging-Vector", charging(rng))
        .row("P-Charging-Function-Addresses", format!("ccf={};ecf={}", name::domain(rng), name::domain(rng)))
        .row("P-Preferred-Service", "urn:urn-7:3gpp-service.ims.icsi.mmtel")
        .row("P-Early-Media", "supported")
        .row("Accept-Contact", "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"")
        .row("Security-Verify", format!("ipsec-3gpp;q=0.1;prot=esp;mod=trans;spi-c={};spi-s={};port-c=5100;port-s=5101;alg=hmac-sha-1-96;ealg=aes-cbc", rng.digits(8), rng.digits(8)))
        .row("Proxy-Require", "sec-agree")
        .row("Require", "sec-agree")
        .row("Supported", "100rel, timer, precondition, gruu, 199")
        .row("Allow", ALLOW[0])
        .row("Accept", "application/sdp, application/3gpp-ims+xml")
        .row("Feature-Caps", "*;+g.3gpp.srvcc;+g.3gpp.mid-call;+g.3gpp.atcf-mgmt-uri=\"<sip:atcf.example.net>\"")
        .row("Session-Expires", "1800;refresher=uac")
        .row("Min-SE", "90")
        .row("Privacy", "none")
        .row("P-Visited-Network-ID", "\"Visited network number 1\"")
        .row("Session-ID", format!("{};remote=00000000000000000000000000000000", rng.hex(32)))
        .row("User-Agent", name::product(rng));
    draft.body("application/sdp", session::ims(rng));
    draft
}

pub(super) fn ack(rng: &mut Rng) -> Draft {
    let target = name::contact_uri(rng);
    let mut draft = base(rng, "ACK", &target, 3, true);
    routes(rng, &mut draft, 2);
    draft
        .maybe(rng, 50, "Contact", contact)
        .maybe(rng, 30, "Proxy-Authorization", |rng| authorization(rng, &target));
    extras(rng, &mut draft);
    draft
}

pub(super) fn bye(rng: &mut Rng) -> Draft {
    let target = name::contact_uri(rng);
    let mut draft = base(rng, "BYE", &target, 3, true);
    routes(rng, &mut draft, 2);
    draft.maybe(rng, 70, "Reason", |rng| {
        format!("Q.850;cause={};text=\"Normal call clearing\"", rng.between(16, 31))
    });
    draft.maybe(rng, 30, "P-Charging-Vector", charging).maybe(rng, 50, "User-Agent", name::product);
    draft
}

pub(super) fn cancel(rng: &mut Rng) -> Draft {
    let target = name::uri(rng);
    let mut draft = base(rng, "CANCEL", &target, 1, false);
    routes(rng, &mut draft, 2);
    draft.maybe(rng, 60, "Reason", |_| "SIP;cause=200;text=\"Call completed elsewhere\"".to_owned());
    extras(rng, &mut draft);
    draft
}

pub(super) fn prack(rng: &mut Rng) -> Draft {
    let target = name::contact_uri(rng);
    let mut draft = base(rng, "PRACK", &target, 3, true);
    draft.row("RAck", format!("{} {} INVITE", rng.between(1, 900_000), rng.between(1, 9999)));
    routes(rng, &mut draft, 2);
    extras(rng, &mut draft);
    draft
}

pub(super) fn update(rng: &mut Rng) -> Draft {
    let target = name::contact_uri(rng);
    let mut draft = base(rng, "UPDATE", &target, 2, true);
    draft
        .row("Contact", contact(rng))
        .row("Session-Expires", format!("{};refresher=uas", rng.between(90, 1800)));
    routes(rng, &mut draft, 2);
    extras(rng, &mut draft);
    if rng.chance(50) {
        draft.body("application/sdp", session::audio(rng, 2));
    }
    draft
}

pub(super) fn info(rng: &mut Rng) -> Draft {
    let target = name::contact_uri(rng);
    let mut draft = base(rng, "INFO", &target, 3, true);
    routes(rng, &mut draft, 2);
    extras(rng, &mut draft);
    let signal = rng.text("0123456789*#ABCD", 1);
    draft.body("application/dtmf-relay", format!("Signal={signal}\r\nDuration={}\r\n", rng.between(80, 400)));
    draft
}

pub(super) fn refer(rng: &mut Rng) -> Draft {
    let target = name::contact_uri(rng);
    let mut draft = base(rng, "REFER", &target, 3, true);
    let replaces = format!("{}%3Bto-tag%3D{}%3Bfrom-tag%3D{}", rng.alnum(20), rng.hex(8), rng.hex(8));
    draft.row("Refer-To", format!("<sip:{}@{}?Replaces={replaces}>", name::user(rng), name::domain(rng)));
    draft.row("Referred-By", name::name_addr(rng)).row("Contact", contact(rng));
    extras(rng, &mut draft);
    draft
}

pub(super) fn subscribe(rng: &mut Rng) -> Draft {
    let target = format!("sip:{}@{}", name::user(rng), name::domain(rng));
    let mut draft = base(rng, "SUBSCRIBE", &target, 3, false);
    draft
        .row("Contact", contact(rng))
        .row("Event", rng.pick(&["presence", "dialog", "message-summary", "reg"]));
    draft.row(
        "Accept",
        "application/pidf+xml, application/dialog-info+xml,\r\n application/simple-message-summary",
    );
    draft.row("Expires", rng.between(0, 7200).to_string());
    draft.maybe(rng, 40, "Authorization", |rng| authorization(rng, &target));
    extras(rng, &mut draft);
    draft
}

pub(super) fn notify(rng: &mut Rng) -> Draft {
    let target = name::contact_uri(rng);
    let mut draft = base(rng, "NOTIFY", &target, 2, true);
    draft.row("Contact", contact(rng)).row("Event", "dialog;id=7");
    draft.row("Subscription-State", format!("active;\r\n expires={}", rng.between(1, 3600)));
    draft.row("Subject", format!("state of\r\n  {}\r\n\tas seen by {}", name::user(rng), name::user(rng)));
    draft
        .row("Allow-Events", "presence,\r\n dialog,\r\n\tmessage-summary")
        .row("User-Agent", name::product(rng));
    let (media_type, body) = session::xml(rng);
    draft.body(media_type, body);
    draft
}

pub(super) fn publish(rng: &mut Rng) -> Draft {
    let target = format!("sip:{}@{}", name::user(rng), name::domain(rng));
    let mut draft = base(rng, "PUBLISH", &target, 2, false);
    draft.row("Event", "presence").row("Expires", "3600");
    draft.maybe(rng, 50, "SIP-If-Match", |rng| rng.hex(12)).maybe(rng, 60, "User-Agent", name::product);
    let (media_type, body) = session::xml(rng);
    draft.body(media_type, body);
    draft
}

pub(super) fn message(rng: &mut Rng) -> Draft {
    let target = format!("sip:{}@{}", name::user(rng), name::domain(rng));
    let mut draft = base(rng, "MESSAGE", &target, 3, false);
    draft.row("Subject", format!("{}\r\n {}", rng.alnum(20), rng.alnum(6))).row("Date", name::date(rng));
    draft.maybe(rng, 40, "In-Reply-To", |rng| format!("{},\r\n {}", rng.alnum(16), rng.alnum(16)));
    draft.maybe(rng, 40, "P-Asserted-Identity", name::name_addr).maybe(rng, 60, "User-Agent", name::product);
    draft.body("text/plain;charset=utf-8", session::text(rng));
    draft
}
