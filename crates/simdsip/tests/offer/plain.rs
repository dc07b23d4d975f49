//! A plain reader of session descriptions, after RFC 8866 §5: lines, sections, words. Shares nothing with the crate.

/// A description, line by line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plain {
    pub(crate) origin: Vec<String>,
    pub(crate) connection: Option<String>,
    pub(crate) times: Times,
    pub(crate) attributes: Vec<(String, Option<String>)>,
    pub(crate) media: Vec<PlainMedia>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct PlainMedia {
    pub(crate) kind: String,
    pub(crate) port: u32,
    pub(crate) proto: String,
    pub(crate) formats: Vec<String>,
    pub(crate) connection: Option<String>,
    pub(crate) attributes: Vec<(String, Option<String>)>,
}

/// `t=` lines: beginning and end, where they are numbers.
pub(crate) type Times = Vec<(Option<u64>, Option<u64>)>;

/// A codec: name in lower case, clock rate, channels.
pub(crate) type Codec = (String, u32, u32);

impl Plain {
    pub(crate) fn of(bytes: &[u8]) -> Plain {
        let text = String::from_utf8_lossy(bytes);
        let mut plain = Plain::default();
        for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
            let Some((letter, value)) = line.split_once('=') else { continue };
            let words = || value.split([' ', '\t']).filter(|word| !word.is_empty()).map(str::to_owned);
            match (letter, plain.media.last_mut()) {
                ("o", None) if plain.origin.is_empty() => plain.origin = words().collect(),
                ("t", None) => {
                    let mut numbers = words().map(|word| word.parse().ok());
                    plain.times.push((numbers.next().flatten(), numbers.next().flatten()));
                }
                ("c", None) => plain.connection = plain.connection.take().or(Some(value.trim().to_owned())),
                ("c", Some(media)) => {
                    media.connection = media.connection.take().or(Some(value.trim().to_owned()))
                }
                ("a", None) => plain.attributes.push(attribute(value)),
                ("a", Some(media)) => media.attributes.push(attribute(value)),
                ("m", _) => {
                    let mut words = words();
                    let mut next = || words.next().unwrap_or_default();
                    let (kind, port, proto) = (next(), next(), next());
                    plain.media.push(PlainMedia {
                        kind: kind.to_lowercase(),
                        port: port.split('/').next().and_then(|port| port.parse().ok()).unwrap_or(0),
                        proto: proto.to_uppercase(),
                        formats: words.collect(),
                        ..PlainMedia::default()
                    });
                }
                _ => {}
            }
        }
        plain
    }

    /// The session's attribute of that name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    /// Which way a medium flows, its own word before the session's.
    pub(crate) fn direction(&self, at: usize) -> &'static str {
        let ways = ["sendrecv", "sendonly", "recvonly", "inactive"];
        let said = |attributes: &[(String, Option<String>)]| {
            attributes
                .iter()
                .rev()
                .find_map(|(name, _)| ways.into_iter().find(|way| name.eq_ignore_ascii_case(way)))
        };
        said(&self.media[at].attributes).or_else(|| said(&self.attributes)).unwrap_or("sendrecv")
    }

    pub(crate) fn connection(&self, at: usize) -> Option<&str> {
        self.media[at].connection.as_deref().or(self.connection.as_deref())
    }

    /// The `BUNDLE` groups: lists of mids.
    pub(crate) fn bundles(&self) -> Vec<Vec<&str>> {
        let groups = self.attributes.iter().filter(|(name, _)| name.eq_ignore_ascii_case("group"));
        let words = groups.map(|(_, value)| {
            value.as_deref().unwrap_or("").split([' ', '\t']).filter(|word| !word.is_empty())
        });
        let mut lists = Vec::new();
        for mut words in words {
            if words.next().is_some_and(|kind| kind.eq_ignore_ascii_case("BUNDLE")) {
                lists.push(words.collect());
            }
        }
        lists
    }

    /// The number of the medium with that mid.
    pub(crate) fn with_mid(&self, mid: &str) -> Option<usize> {
        self.media.iter().position(|media| media.mid() == Some(mid))
    }

    /// What it says, spelt one way: `o=`, times, and of each medium kind, port, protocol, address, codecs and direction; of a
    /// refused one kind and protocol.
    pub(crate) fn meaning(&self) -> (Vec<String>, Times, Vec<String>) {
        let media = (0..self.media.len()).map(|at| {
            let media = &self.media[at];
            if media.port == 0 {
                return format!("{} 0 {}", media.kind, media.proto);
            }
            let codecs: Vec<String> =
                media.formats.iter().map(|format| format!("{format}: {:?}", media.codec(format))).collect();
            let place = self.connection(at).unwrap_or("nowhere");
            format!("{} {} {} {place} {} {codecs:?}", media.kind, media.port, media.proto, self.direction(at))
        });
        (self.origin.clone(), self.times.clone(), media.collect())
    }
}

impl PlainMedia {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.attributes.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_deref().unwrap_or("").trim())
    }

    pub(crate) fn mid(&self) -> Option<&str> {
        self.attribute("mid").filter(|mid| !mid.is_empty())
    }

    pub(crate) fn is_rtp(&self) -> bool {
        self.proto.split('/').any(|part| part == "RTP")
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.proto.split('/').any(|part| part == "TLS" || part == "DTLS")
    }

    /// What a payload type is: by its first rtpmap, else by RFC 3551 table 4 and 5.
    pub(crate) fn codec(&self, format: &str) -> Option<Codec> {
        let number: u8 = format.parse().ok().filter(|number| *number < 128)?;
        for map in self.all("rtpmap") {
            let mut words = map.split([' ', '\t']).filter(|word| !word.is_empty());
            if words.next().and_then(|word| word.parse::<u8>().ok()) == Some(number) {
                let mut parts = words.next()?.split('/');
                let name = parts.next()?.to_lowercase();
                // None, or an empty one: as if it were the usual one.
                let clock = parts.next().filter(|clock| !clock.is_empty());
                let clock = clock.map_or(Some(8000), |clock| clock.parse().ok())?;
                return Some((name, clock, parts.next().and_then(|text| text.parse().ok()).unwrap_or(1)));
            }
        }
        let (name, clock, channels) = match number {
            0 => ("pcmu", 8000, 1),
            3 => ("gsm", 8000, 1),
            4 => ("g723", 8000, 1),
            5 => ("dvi4", 8000, 1),
            6 => ("dvi4", 16000, 1),
            7 => ("lpc", 8000, 1),
            8 => ("pcma", 8000, 1),
            9 => ("g722", 8000, 1),
            10 => ("l16", 44100, 2),
            11 => ("l16", 44100, 1),
            12 => ("qcelp", 8000, 1),
            13 => ("cn", 8000, 1),
            14 => ("mpa", 90000, 1),
            15 => ("g728", 8000, 1),
            16 => ("dvi4", 11025, 1),
            17 => ("dvi4", 22050, 1),
            18 => ("g729", 8000, 1),
            25 => ("celb", 90000, 1),
            26 => ("jpeg", 90000, 1),
            28 => ("nv", 90000, 1),
            31 => ("h261", 90000, 1),
            32 => ("mpv", 90000, 1),
            33 => ("mp2t", 90000, 1),
            34 => ("h263", 90000, 1),
            _ => return None,
        };
        Some((name.to_owned(), clock, channels))
    }
}

fn attribute(value: &str) -> (String, Option<String>) {
    match value.split_once(':') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (value.to_owned(), None),
    }
}

fn find<'a>(attributes: &'a [(String, Option<String>)], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_deref().unwrap_or("").trim())
}
