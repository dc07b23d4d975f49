//! What a row's session description says: where media go, in which codecs, and whether keys or fingerprints are there.
//!
//! Of several media the first one's address and port, and the codecs of all, each once. Static payload types without
//! `rtpmap` have the names of RFC 3551 §6.

use simdsip::sdp::{AttributeName, SdpIndex};
use simdsip::{Backend, Message};

/// Codecs that are told of one description.
const MAX_CODECS: usize = 64;

/// Payload types of RFC 3551 §6, table 4 and 5.
const STATIC: [(u16, &str); 22] = [
    (0, "PCMU"),
    (3, "GSM"),
    (4, "G723"),
    (5, "DVI4"),
    (6, "DVI4"),
    (7, "LPC"),
    (8, "PCMA"),
    (9, "G722"),
    (10, "L16"),
    (11, "L16"),
    (12, "QCELP"),
    (13, "CN"),
    (14, "MPA"),
    (15, "G728"),
    (16, "DVI4"),
    (17, "DVI4"),
    (18, "G729"),
    (26, "JPEG"),
    (31, "H261"),
    (32, "MPV"),
    (33, "MP2T"),
    (34, "H263"),
];

/// The parts of a session description that tables show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Media {
    pub(crate) addr: Option<Vec<u8>>,
    pub(crate) port: Option<u16>,
    pub(crate) codecs: Vec<Vec<u8>>,
    pub(crate) crypto: bool,
}

impl Media {
    /// `None` where there is no description, or none that can be read.
    pub(super) fn of(message: Message<'_>, backend: Backend) -> Option<Self> {
        if message.body().is_empty() {
            return None;
        }
        let mut index = SdpIndex::new().with_backend(backend);
        let sdp = message.sdp(&mut index)?.ok()?;
        let mut media = Self::default();
        let session = sdp.session();
        media.addr = session.connection().ok().flatten().map(|line| line.address().to_vec());
        media.crypto = session.has(AttributeName::Fingerprint);
        for (at, section) in sdp.media().enumerate() {
            let line = section.media().ok();
            if at == 0 {
                media.port = line.as_ref().and_then(|line| line.port().ok());
                if let Ok(Some(own)) = section.connection() {
                    media.addr = Some(own.address().to_vec());
                }
            }
            media.crypto |= section.has(AttributeName::Crypto) || section.has(AttributeName::Fingerprint);
            let Some(line) = line.filter(|line| line.is_rtp()) else { continue };
            let maps: Vec<_> = section.typed_list::<simdsip::sdp::typed::Rtpmap<'_>>().flatten().collect();
            for format in line.formats() {
                let number = format.number().ok().and_then(|number| u16::try_from(number).ok());
                let mapped =
                    maps.iter().find(|map| Some(map.payload_type()) == number).map(|map| map.encoding());
                let fixed = || {
                    STATIC.iter().find(|(known, _)| Some(*known) == number).map(|(_, name)| name.as_bytes())
                };
                let name = mapped.or_else(fixed).unwrap_or(format.bytes());
                if media.codecs.len() < MAX_CODECS && !media.codecs.iter().any(|known| known == name) {
                    media.codecs.push(name.to_vec());
                }
            }
        }
        Some(media)
    }
}
