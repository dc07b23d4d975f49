//! The rules of an answer, written plainly from the RFCs, to hold the crate's answers against.

use super::plain::{Plain, PlainMedia};

/// The rules that an answer breaks.
pub(crate) fn broken(offer: &[u8], answer: &[u8]) -> Vec<String> {
    let (offer, answer) = (Plain::of(offer), Plain::of(answer));
    let mut broken = Vec::new();
    // RFC 3264 §6: as many m= lines, and the t= line of the offer.
    if offer.media.len() != answer.media.len() {
        broken.push(format!("{} media for {}", answer.media.len(), offer.media.len()));
        return broken;
    }
    let readable = offer.times.iter().all(|(start, stop)| start.is_some() && stop.is_some());
    if readable && !offer.times.is_empty() && offer.times != answer.times {
        broken.push("other times".to_owned());
    }
    let offered_bundles = offer.bundles();
    let answered_bundles = answer.bundles();
    let group_of = |bundles: &[Vec<&str>], mid: Option<&str>| {
        mid.and_then(|mid| bundles.iter().position(|group| group.contains(&mid)))
    };
    // RFC 8843 §7.3: a subset of one offered group, all accepted, none twice.
    let mut seen = Vec::new();
    for group in &answered_bundles {
        let homes: Vec<_> = group.iter().map(|mid| group_of(&offered_bundles, Some(mid))).collect();
        if homes.iter().any(|home| home.is_none() || *home != homes[0]) {
            broken.push(format!("group {group:?} is of no offered group"));
        }
        for mid in group {
            let Some(at) = answer.with_mid(mid) else {
                broken.push(format!("group of the unknown {mid}"));
                continue;
            };
            if seen.contains(mid) {
                broken.push(format!("{mid} grouped twice"));
            }
            seen.push(mid);
            if answer.media[at].port == 0 {
                broken.push(format!("refused {mid} is bundled"));
            }
            // One port for all (RFC 8843 §7.3).
            let first = answer.with_mid(group[0]).map(|at| (answer.media[at].port, answer.connection(at)));
            if first != Some((answer.media[at].port, answer.connection(at))) {
                broken.push(format!("{mid} is bundled and has another address"));
            }
            // Attributes of the transport stand in the first alone (RFC 8843 §7.1.3).
            let own = ["ice-ufrag", "ice-pwd", "fingerprint", "setup", "rtcp-mux", "candidate", "rtcp"];
            if *mid != group[0] && own.iter().any(|name| answer.media[at].attribute(name).is_some()) {
                broken.push(format!("{mid} is bundled and has a transport of its own"));
            }
            let mux = answer.with_mid(group[0]).and_then(|at| answer.media[at].attribute("rtcp-mux"));
            if answer.media[at].is_rtp() && mux.is_none() {
                broken.push(format!("{mid} is bundled without rtcp-mux"));
            }
        }
    }
    for (at, (offered, answered)) in offer.media.iter().zip(&answer.media).enumerate() {
        let mut tell = |what: &str| broken.push(format!("m={at}: {what}"));
        // RFC 3264 §6.1: kind and transport are those of the offer; §6: at least one format.
        if offered.kind != answered.kind || offered.proto != answered.proto {
            tell("another kind or protocol");
        }
        if answered.formats.is_empty() {
            tell("no format");
        }
        if offered.mid().is_some() && offered.mid() != answered.mid() {
            tell("another mid");
        }
        if answered.attribute("bundle-only").is_some() {
            tell("bundle-only in an answer");
        }
        if answered.port == 0 {
            continue;
        }
        let bundle_only =
            offered.attribute("bundle-only").is_some() && group_of(&offered_bundles, offered.mid()).is_some();
        if offered.port == 0 && !bundle_only {
            tell("accepted though it was offered with port 0");
        }
        let grouped = group_of(&answered_bundles, answered.mid());
        if offered.attribute("bundle-only").is_some() && grouped.is_none() {
            tell("bundle-only, but outside of a group");
        }
        let allowed: &[&str] = match offer.direction(at) {
            "sendonly" => &["recvonly", "inactive"],
            "recvonly" => &["sendonly", "inactive"],
            "inactive" => &["inactive"],
            _ => &["sendrecv", "sendonly", "recvonly", "inactive"],
        };
        if !allowed.contains(&answer.direction(at)) {
            tell("a direction that does not fit");
        }
        formats(offered, answered, &mut tell);
        extensions(offered, answered, &mut tell);
        // The transport of bundled media is that of their first (RFC 8843 §7.1.3).
        if grouped.is_some_and(|group| answered.mid() != Some(answered_bundles[group][0])) {
            continue;
        }
        // What speaks for the transport of bundled media.
        let carrier = |plain: &Plain, groups: &[Vec<&str>], media: &PlainMedia| {
            let group = group_of(groups, media.mid())?;
            let live = |mid: &&&str| plain.with_mid(mid).is_some_and(|at| plain.media[at].port != 0);
            plain.with_mid(groups[group].iter().find(live)?)
        };
        let said = |plain: &Plain, groups: &[Vec<&str>], media: &PlainMedia, name: &str| {
            let own = media.attribute(name).map(str::to_owned);
            let shared = || Some(plain.media[carrier(plain, groups, media)?].attribute(name)?.to_owned());
            own.or_else(shared).or_else(|| plain.attribute(name).map(str::to_owned))
        };
        let theirs = |name: &str| said(&offer, &offered_bundles, offered, name);
        let ours = |name: &str| said(&answer, &answered_bundles, answered, name);
        if ours("rtcp-mux").is_some() && theirs("rtcp-mux").is_none() {
            tell("rtcp-mux that was not offered");
        }
        let ice = |said: &dyn Fn(&str) -> Option<String>| {
            [said("ice-ufrag"), said("ice-pwd")].map(|value| value.is_some_and(|value| !value.is_empty()))
        };
        if ice(&ours) == [true, true] && ice(&theirs) != [true, true] || ice(&ours)[0] != ice(&ours)[1] {
            tell("ICE that was not offered, or half of it");
        }
        if answered.is_tls() || answered.proto.starts_with("TCP") {
            // RFC 4145 §4.1.
            let pair = (theirs("setup"), ours("setup"));
            let fits = match (pair.0.as_deref(), pair.1.as_deref()) {
                (Some("active"), Some(role)) => ["passive", "holdconn"].contains(&role),
                (Some("passive"), Some(role)) => ["active", "holdconn"].contains(&role),
                (Some("holdconn"), Some(role)) => role == "holdconn",
                (Some("actpass"), Some(role)) => ["active", "passive", "holdconn"].contains(&role),
                (_, Some(role)) => ["active", "passive", "holdconn"].contains(&role),
                (_, None) => false,
            };
            if !fits {
                tell(&format!("setup {pair:?}"));
            }
        }
        if answered.is_tls() && ours("fingerprint").is_none() {
            tell("DTLS without a fingerprint");
        }
        for crypto in answered.all("crypto") {
            let first = |text: &str| text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
            if !offered.all("crypto").any(|offered| first(offered) == first(crypto)) {
                tell("a key that was not offered");
            }
        }
    }
    broken
}

/// RFC 3264 §6.1: the same numbers for the same codecs, a codec and not its company alone.
fn formats(offered: &PlainMedia, answered: &PlainMedia, tell: &mut dyn FnMut(&str)) {
    if !offered.is_rtp() {
        if !answered
            .formats
            .iter()
            .all(|word| offered.formats.iter().any(|other| other.eq_ignore_ascii_case(word)))
        {
            tell("a format that was not offered");
        }
        return;
    }
    let mut last = None;
    for format in &answered.formats {
        let number = |format: &str| format.parse::<u64>().ok();
        let place = offered.formats.iter().position(|other| number(other) == number(format));
        if place.is_none() || place <= last {
            tell("a payload type that was not offered, or in another order");
        }
        last = place;
        if answered.codec(format).is_none() || answered.codec(format) != offered.codec(format) {
            tell(&format!("payload type {format} is another codec"));
        }
        if !answered.all("rtpmap").any(|map| map.split(' ').next() == Some(format)) {
            tell("a payload type without rtpmap");
        }
        let (number, muxed) = (format.parse::<u8>().unwrap_or(255), answered.attribute("rtcp-mux").is_some());
        if muxed && (64..96).contains(&number) {
            tell("a payload type that RTCP would be taken for");
        }
        for fmtp in answered.all("fmtp").filter(|fmtp| fmtp.split(' ').next() == Some(format)) {
            let served = fmtp.split_once("apt=").map(|(_, number)| number);
            if answered.codec(format).is_some_and(|(name, ..)| name == "rtx")
                && !served.is_some_and(|served| answered.formats.iter().any(|format| format == served))
            {
                tell("rtx of a payload type that is not there");
            }
        }
    }
    let beside =
        ["telephone-event", "tone", "cn", "red", "rtx", "ulpfec", "parityfec", "flexfec", "flexfec-03"];
    let main = |media: &PlainMedia| {
        media
            .formats
            .iter()
            .filter_map(|format| media.codec(format))
            .any(|(name, ..)| !beside.contains(&name.as_str()))
    };
    if main(offered) && !main(answered) {
        tell("nothing but the company of a codec");
    }
}

/// RFC 8285 §6: the same identifiers for the same extensions.
fn extensions(offered: &PlainMedia, answered: &PlainMedia, tell: &mut dyn FnMut(&str)) {
    for map in answered.all("extmap") {
        let (id, uri) = map.split_once(' ').unwrap_or_default();
        let id = id.split('/').next().unwrap_or_default();
        let offered = offered.all("extmap").any(|map| {
            let mut words = map.split_whitespace();
            words.next().and_then(|word| word.split('/').next()) == Some(id) && words.next() == Some(uri)
        });
        if !offered {
            tell("a header extension that was not offered");
        }
    }
}
