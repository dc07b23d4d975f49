//! What sdp-transform, the parser of most JavaScript programs, finds in the descriptions of other projects, beside ours.
//!
//! It matches each line against patterns and leaves out what does not fit; where we differ, [`REASONS`] says why.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use simdsip::Span;
use simdsip::sdp::{AttributeName, AttributeValue, Direction, GrowSdpIndex, Sdp, Section, shape};

/// Where fields differ: what begins the file's name, what begins the field's path, and why. Empty: any.
const REASONS: &[(&str, &str, &str)] = &[
    ("", "/iceOptions", "it keeps the first option alone"),
    ("", "/subtype", "it keeps the first word of what a feedback is about"),
    ("", "/groups/", "its pattern wants members, and no hyphen in the semantics"),
    ("rfc", "/fingerprint/", "the page breaks the line behind the hash function, where a backslash stands"),
    ("spd_session_ex_origin", "/origin/", "of two o= lines it keeps the last, we the first; a defect tells"),
    ("sdp_session_ex_err", "", "made to fail: it leaves out lines with NaN for a number, we the number"),
    ("test_data_sdp", "", "templates, whose {{ fields }} hold spaces"),
    (
        "rfc3204",
        "/origin/",
        "one field too many, which it takes for no o= line, and we for a name with a space",
    ),
    ("rfc3204", "/timing/", "two spaces between the times"),
    ("rfc5359", "/timing/", "a space before the times"),
    ("rfc5245", "/media/0/", "a word stands for the port"),
    ("rfc8839", "/media/0/", "a word stands for the port"),
    ("rfc6050", "/limit", "it reads 25.4 as 25, we as no number"),
    ("rfc6544", "/raddr", "the page breaks the line before rport, which its pattern wants"),
    ("rfc6787", "/media/", "two spaces before the protocol"),
    ("message-", "/media/1/", "its pattern has no number of ports"),
    ("08.sdp", "/ssrcs/", "a source of which nothing is said, which its pattern does not have"),
    ("31.sdp", "/ssrcs/", "a source of which nothing is said, which its pattern does not have"),
];

/// Path and text of every field that both have a notion of.
type Fields = BTreeMap<String, String>;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn put(fields: &mut Fields, path: String, value: Option<Span<'_>>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        fields.insert(path, text(value.bytes()));
    }
}

fn ours(sdp: &Sdp<'_>) -> Fields {
    let mut fields = Fields::new();
    let session = sdp.session();
    if let Ok(Some(origin)) = session.origin() {
        let parts: [(&str, &[u8]); 4] = [
            ("username", origin.username()),
            ("sessionId", origin.session_id_span().bytes()),
            ("sessionVersion", origin.session_version_span().bytes()),
            ("address", origin.address()),
        ];
        parts.iter().for_each(|(name, value)| drop(fields.insert(format!("/origin/{name}"), text(value))));
    }
    put(&mut fields, "/name".into(), session.name().map(Span::trim));
    if let Some(Ok(timing)) = session.timings().last() {
        for (name, time) in [("start", timing.start()), ("stop", timing.stop())] {
            fields.insert(format!("/timing/{name}"), time.map_or("?".into(), |time| time.to_string()));
        }
    }
    section(&mut fields, "", session);
    for (at, media) in sdp.media().enumerate() {
        let path = format!("/media/{at}");
        if let Ok(line) = media.media() {
            fields.insert(format!("{path}/type"), text(line.kind()));
            fields.insert(format!("{path}/port"), text(line.port_span().bytes()));
            fields.insert(format!("{path}/protocol"), text(line.proto()));
            put(&mut fields, format!("{path}/payloads"), Some(line.formats_span()));
        }
        section(&mut fields, &path, *media);
    }
    fields
}

fn section(fields: &mut Fields, path: &str, section: Section<'_>) {
    if let Some(Ok(connection)) = section.connections().last() {
        fields.insert(format!("{path}/connection/ip"), text(connection.address()));
    }
    for (at, bandwidth) in section.bandwidths().filter_map(Result::ok).enumerate() {
        fields.insert(format!("{path}/bandwidth/{at}/type"), text(bandwidth.kind()));
        if let Ok(limit) = bandwidth.value() {
            fields.insert(format!("{path}/bandwidth/{at}/limit"), limit.to_string());
        }
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for attribute in section.attributes() {
        let id = attribute.id();
        if Direction::of(id).is_some() {
            fields.insert(format!("{path}/direction"), text(attribute.name()));
        }
        let simple = match id {
            AttributeName::Mid => "mid",
            AttributeName::Setup => "setup",
            AttributeName::IceUfrag => "iceUfrag",
            AttributeName::IcePwd => "icePwd",
            AttributeName::IceOptions => "iceOptions",
            AttributeName::Ptime => "ptime",
            AttributeName::Maxptime => "maxptime",
            AttributeName::RtcpMux => "rtcpMux",
            AttributeName::RtcpRsize => "rtcpRsize",
            AttributeName::EndOfCandidates => "endOfCandidates",
            AttributeName::BundleOnly => "bundleOnly",
            AttributeName::Label => "label",
            AttributeName::Content => "content",
            AttributeName::Framerate => "framerate",
            AttributeName::SctpPort => "sctpPort",
            AttributeName::MaxMessageSize => "maxMessageSize",
            AttributeName::Connection => "connectionType",
            _ => "",
        };
        if !simple.is_empty() {
            let value = attribute.value().map_or(attribute.name(), <[u8]>::trim_ascii);
            fields.insert(format!("{path}/{simple}"), text(value));
        }
        let Ok(value) = attribute.typed() else { continue };
        let mut list = |name: &'static str| {
            let count = counts.entry(name).or_default();
            *count += 1;
            format!("{path}/{name}/{}", *count - 1)
        };
        match value {
            AttributeValue::Rtpmap(map) => {
                let path = list("rtp");
                put(fields, format!("{path}/payload"), Some(map.format_span()));
                fields.insert(format!("{path}/codec"), text(map.encoding()));
                put(fields, format!("{path}/rate"), Some(map.clock_rate_span()));
                put(fields, format!("{path}/encoding"), Some(map.parameters()));
            }
            AttributeValue::FormatText(fmtp) if id == AttributeName::Fmtp => {
                let path = list("fmtp");
                put(fields, format!("{path}/payload"), Some(fmtp.format_span()));
                put(fields, format!("{path}/config"), Some(fmtp.text()));
            }
            AttributeValue::RtcpFb(feedback) if feedback.kind() != b"trr-int" => {
                let path = list("rtcpFb");
                put(fields, format!("{path}/payload"), Some(feedback.format_span()));
                fields.insert(format!("{path}/type"), text(feedback.kind()));
                put(fields, format!("{path}/subtype"), Some(feedback.parameter()));
            }
            AttributeValue::Extmap(map) => {
                let path = list("ext");
                fields.insert(format!("{path}/value"), map.id().to_string());
                put(fields, format!("{path}/direction"), map.direction());
                fields.insert(format!("{path}/uri"), text(map.uri()));
                put(fields, format!("{path}/config"), map.attributes());
            }
            AttributeValue::Candidate(candidate) => one_candidate(fields, &list("candidates"), &candidate),
            AttributeValue::Fingerprint(print) if id == AttributeName::Fingerprint => {
                fields.insert(format!("{path}/fingerprint/type"), text(print.hash()));
                put(fields, format!("{path}/fingerprint/hash"), Some(print.value()));
            }
            AttributeValue::Ssrc(ssrc) => {
                let path = list("ssrcs");
                fields.insert(format!("{path}/id"), ssrc.id().to_string());
                if let Some(inner) = ssrc.attribute() {
                    fields.insert(format!("{path}/attribute"), text(inner.name()));
                    put(fields, format!("{path}/value"), Some(inner.value_span()));
                }
            }
            AttributeValue::Group(group) => {
                let (name, kind, members) = match id {
                    AttributeName::Group => ("groups", "type", "mids"),
                    AttributeName::SsrcGroup => ("ssrcGroups", "semantics", "ssrcs"),
                    _ => continue,
                };
                let path = list(name);
                fields.insert(format!("{path}/{kind}"), text(group.semantics()));
                let all: Vec<_> = group.members().map(|member| text(member.bytes())).collect();
                if !all.is_empty() {
                    fields.insert(format!("{path}/{members}"), all.join(" "));
                }
            }
            AttributeValue::Rtcp(rtcp) => {
                fields.insert(
                    format!("{path}/rtcp/port"),
                    rtcp.port().map_or("?".into(), |port| port.to_string()),
                );
                put(fields, format!("{path}/rtcp/address"), rtcp.address());
            }
            AttributeValue::Crypto(crypto) => {
                let path = list("crypto");
                fields.insert(format!("{path}/id"), crypto.tag().to_string());
                fields.insert(format!("{path}/suite"), text(crypto.suite()));
            }
            AttributeValue::Rid(rid) => {
                let path = list("rids");
                fields.insert(format!("{path}/id"), text(rid.id()));
                let way = rid.way().map_or("?".into(), |way| format!("{way:?}").to_lowercase());
                fields.insert(format!("{path}/direction"), way);
            }
            AttributeValue::Msid(msid) => {
                let path = list("msid");
                fields.insert(format!("{path}/id"), text(msid.id()));
                put(fields, format!("{path}/appdata"), msid.appdata());
            }
            AttributeValue::Sctpmap(map) => {
                fields.insert(format!("{path}/sctpmap/sctpmapNumber"), map.port().to_string());
                fields.insert(format!("{path}/sctpmap/app"), text(map.application()));
            }
            _ => {}
        }
    }
}

fn one_candidate(fields: &mut Fields, path: &str, candidate: &shape::Candidate<'_>) {
    let parts = [
        ("foundation", text(candidate.foundation())),
        ("component", candidate.component().to_string()),
        ("transport", text(candidate.transport())),
        ("priority", candidate.priority().to_string()),
        ("ip", text(candidate.address())),
        ("port", candidate.port().to_string()),
        ("type", text(candidate.kind())),
    ];
    parts.into_iter().for_each(|(name, value)| drop(fields.insert(format!("{path}/{name}"), value)));
    for name in ["raddr", "rport", "tcptype", "generation", "network-id", "network-cost"] {
        put(fields, format!("{path}/{name}"), candidate.extension(name.as_bytes()));
    }
}

/// The same of theirs. Paths that we do not fill are left out.
fn theirs(value: &Value, path: &str, fields: &mut Fields) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| theirs(value, &format!("{path}/{name}"), fields))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| theirs(value, &format!("{path}/{at}"), fields));
        }
        Value::String(text) if text.trim().is_empty() => {}
        // It leaves TTL and number of addresses where they stand if they are at the session's level.
        Value::String(text) if path.ends_with("/connection/ip") => {
            fields.insert(path.to_owned(), text.split('/').next().unwrap_or_default().to_owned());
        }
        Value::String(text) => drop(fields.insert(path.to_owned(), text.trim().to_owned())),
        Value::Null => {}
        other => drop(fields.insert(path.to_owned(), other.to_string())),
    }
}

/// What theirs has that ours has no notion of.
fn is_foreign(path: &str) -> bool {
    let names: Vec<&str> = path.split('/').filter(|part| part.parse::<usize>().is_err()).collect();
    let name = names.iter().skip(1).find(|name| **name != "media").copied().unwrap_or("");
    let last = names.last().copied().unwrap_or("");
    let known = [
        "origin",
        "name",
        "timing",
        "connection",
        "bandwidth",
        "type",
        "port",
        "protocol",
        "payloads",
        "direction",
        "rtp",
        "fmtp",
        "rtcpFb",
        "ext",
        "candidates",
        "fingerprint",
        "ssrcs",
        "groups",
        "ssrcGroups",
        "rtcp",
        "crypto",
        "rids",
        "msid",
        "sctpmap",
        "mid",
        "setup",
        "iceUfrag",
        "icePwd",
        "iceOptions",
        "ptime",
        "maxptime",
        "rtcpMux",
        "rtcpRsize",
        "endOfCandidates",
        "bundleOnly",
        "label",
        "content",
        "framerate",
        "sctpPort",
        "maxMessageSize",
        "connectionType",
    ];
    !known.contains(&name)
        || ["netType", "ipVer", "version", "ttl", "numAddresses"].contains(&last)
            && ["origin", "connection", "rtcp"].contains(&name)
        || (name == "crypto" && ["config", "sessionConfig"].contains(&last))
        || (name == "rids" && last == "params")
        || (name == "sctpmap" && last == "maxMessageSize")
}

#[test]
fn fields_are_those_of_sdp_transform() {
    let Some(shared) = simdsip_corpus::shared_or_skip("descriptions with the fields of sdp-transform") else {
        return;
    };
    let (mut index, mut files, mut equal, mut used) = (GrowSdpIndex::new(), 0, 0, vec![0; REASONS.len()]);
    let mut differing = Vec::new();
    for path in simdsip_corpus::files(&shared.join("corpora/sdp")) {
        let name = path.to_string_lossy().into_owned();
        let Some(source) = name.strip_suffix(".sdp-transform.json") else { continue };
        let json: Value = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
        let bytes = std::fs::read(source).expect("the description lies beside it");
        let sdp = Sdp::parse(&bytes, &mut index).expect("within the limits");
        let mut owed = Fields::new();
        theirs(&json["result"], "", &mut owed);
        owed.retain(|path, _| !is_foreign(path));
        let found = ours(&sdp);
        let file = Path::new(source).file_name().unwrap_or_default().to_string_lossy().into_owned();
        files += 1;
        for path in owed.keys().chain(found.keys().filter(|path| !owed.contains_key(*path))) {
            let (owed, found) = (owed.get(path), found.get(path));
            if owed == found {
                equal += 1;
                continue;
            }
            let reason =
                REASONS.iter().position(|(of, begins, _)| file.starts_with(of) && path.contains(begins));
            match reason {
                Some(reason) => used[reason] += 1,
                None => differing.push(format!("{file} {path}: theirs {owed:?}, ours {found:?}")),
            }
        }
    }
    println!("{files} files, {equal} fields equal, {} differ for a reason", used.iter().sum::<usize>());
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(files > 500 && equal > 5_000);
    for (row, count) in REASONS.iter().zip(used) {
        assert!(count > 0, "{row:?} explains nothing");
    }
}
