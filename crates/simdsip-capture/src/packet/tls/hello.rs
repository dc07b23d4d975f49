//! ClientHello and ServerHello: randoms, suite, version. RFC 5246 §7.4.1, RFC 8446 §4.1.

/// What the two hellos say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hello {
    Client { random: [u8; 32] },
    Server { random: [u8; 32], suite: u16, is_13: bool },
}

impl Hello {
    pub(super) fn parse(kind: u8, body: &[u8]) -> Option<Self> {
        let random = *body.get(2..)?.first_chunk()?;
        match kind {
            1 => Some(Self::Client { random }),
            2 => {
                let session_len = usize::from(*body.get(34)?);
                let rest = body.get(session_len.saturating_add(35)..)?;
                let suite = u16::from_be_bytes(*rest.first_chunk()?);
                let is_13 = extensions(rest.get(5..).unwrap_or_default());
                Some(Self::Server { random, suite, is_13 })
            }
            _ => None,
        }
    }
}

/// Whether `supported_versions` says 1.3.
fn extensions(mut rest: &[u8]) -> bool {
    while let Some([kind_high, kind_low, high, low]) = rest.first_chunk() {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(value) = rest.get(4..len.saturating_add(4)) else { return false };
        if (*kind_high, *kind_low) == (0, 43) {
            return value == [3, 4];
        }
        rest = rest.get(len.saturating_add(4)..).unwrap_or_default();
    }
    false
}

/// Takes the next whole handshake message: its type and body. One that is too long ends all.
pub(super) fn next(buffer: &mut Vec<u8>, max: usize) -> Option<(u8, Vec<u8>)> {
    let [kind, a, b, c] = *buffer.first_chunk()?;
    let end = (u32::from_be_bytes([0, a, b, c]) as usize).saturating_add(4);
    if end > max {
        buffer.clear();
        return None;
    }
    let body = buffer.get(4..end)?.to_vec();
    buffer.drain(..end);
    Some((kind, body))
}
