//! What is to come of classes `forward` and `build`: a message made line by line, slowly.

/// The Via that a forwarded request gets: `SIMDSIP_BENCH_VIA` of engine.h.
pub const VIA: &str = "SIP/2.0/UDP proxy.example:5060;branch=z9hG4bKsimdsip0123456789";
/// The tag of a response: `SIMDSIP_BENCH_TAG` of engine.h.
pub const TAG: &str = "simdsip0123";

/// `message` as it is sent on; `None` where it cannot be.
pub fn forward(message: &[u8]) -> Option<Vec<u8>> {
    let found = super::structure(message)?;
    let [one, two, three] = found.start?;
    let response = one.starts_with(b"SIP/");
    let mut out = [&one[..], &two, &three].join(&b' ');
    out.extend_from_slice(b"\r\n");
    if !response {
        line(&mut out, b"Via", VIA.as_bytes());
        if !found.headers.iter().any(|(name, _)| name == b"max-forwards") {
            line(&mut out, b"Max-Forwards", b"70");
        }
    }
    let mut first = true;
    for (name, value) in &found.headers {
        match name.as_slice() {
            b"max-forwards" if !response => {
                let hops: u32 = std::str::from_utf8(value).ok()?.parse().ok()?;
                line(&mut out, name, hops.checked_sub(1)?.to_string().as_bytes());
            }
            b"via" if response && first => {
                first = false;
                // No quotes or comments with commas in these workloads.
                if let Some(comma) = value.iter().position(|&byte| byte == b',') {
                    line(&mut out, name, &value[comma + 1..]);
                }
            }
            _ => line(&mut out, name, value),
        }
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&found.body?);
    Some(out)
}

/// The 200 OK to `message`; `None` where that is no INVITE.
pub fn build(message: &[u8]) -> Option<Vec<u8>> {
    let found = super::structure(message)?;
    found.start.filter(|start| start[0] == b"INVITE")?;
    let mut out = b"SIP/2.0 200 OK\r\n".to_vec();
    for (name, value) in &found.headers {
        let wanted: [&[u8]; 6] = [b"via", b"from", b"to", b"call-id", b"cseq", b"record-route"];
        if !wanted.contains(&name.as_slice()) {
            continue;
        }
        let mut value = value.clone();
        // Behind the brackets, a tag is To's own.
        let behind = value.iter().rposition(|&byte| byte == b'>').unwrap_or(0);
        let tagged = value[behind..].windows(5).any(|text| text.eq_ignore_ascii_case(b";tag="));
        if name == b"to" && !tagged {
            value.extend_from_slice(format!(";tag={TAG}").as_bytes());
        }
        line(&mut out, name, &value);
    }
    line(&mut out, b"Content-Length", b"0");
    out.extend_from_slice(b"\r\n");
    Some(out)
}

fn line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(&[name, b": ", value, b"\r\n"].concat());
}
