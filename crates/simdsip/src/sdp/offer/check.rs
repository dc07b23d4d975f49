//! Whether an answer keeps the rules, and whether a later offer does.
//!
//! Tells each broken rule with its place to whoever asks, who may tolerate it. Uses nothing of what makes answers but the
//! reading of media descriptions. RFC 3264 §6, §8, and those of each rule.

use crate::error::{Error, ErrorKind};
use crate::text::Span;

use super::super::line::{MediaLine, Timing};
use super::super::name::AttributeName;
use super::super::section::{Direction, Media};
use super::super::shape::{Crypto, Extmap, Setup};
use super::super::view::{LineKind, Sdp};
use super::format::FormatTable;
use super::peer::{Credentials, MEDIA_LIMIT, Peer, is_secure, is_tcp, is_tls, port};
use super::rule::Rule;
use super::write::{broken, sound_line};

/// Says of a broken rule whether it is tolerated.
pub(super) type Tolerate<'t> = &'t mut dyn FnMut(Error) -> bool;

/// Header extensions of a description that are compared.
const EXTENSION_LIMIT: usize = 255;

/// Tells a broken rule, and fails unless it is tolerated.
fn tell(rule: Rule, place: Span<'_>, tolerate: Tolerate<'_>) -> Result<(), Error> {
    let error = broken(rule, place);
    if tolerate(error) { Ok(()) } else { Err(error) }
}

/// Holds an answer against its offer.
#[inline(never)]
pub(super) fn answer(offer: &Peer<'_>, answer: &Peer<'_>, tolerate: Tolerate<'_>) -> Result<(), Error> {
    for (at, offered) in offer.sdp.media().enumerate() {
        let Some(answered) = answer.sdp.media().nth(at) else { break };
        let lines = (sound_line(&offered)?, sound_line(&answered)?);
        let pair = Pair { offer, answer, at, offered, answered, lines };
        pair.check(tolerate)?;
    }
    if offer.count != answer.count {
        // Nothing can be tolerated that leaves open what answers what.
        let text = answer.sdp.span();
        let surplus = answer.sdp.media().nth(offer.count).and_then(|media| media.lines().next());
        let place = surplus.map_or(text.from(text.end()), |line| line.text());
        return Err(broken(Rule::AnswerMediaCount, place));
    }
    timing(&offer.sdp, &answer.sdp, tolerate)?;
    groups(offer, answer, tolerate)
}

/// `t=` line by line, by the numbers. What is no number in an offer cannot be repeated.
#[inline(never)]
fn timing(offer: &Sdp<'_>, answer: &Sdp<'_>, tolerate: Tolerate<'_>) -> Result<(), Error> {
    let numbers = |time: Result<Timing<'_>, Error>| {
        let time = time.ok()?;
        Some((time.start().ok()?, time.stop().ok()?))
    };
    let ours = offer.session().timings().filter_map(numbers);
    let theirs = answer.session().timings().filter_map(numbers);
    if ours.clone().next().is_none() || ours.eq(theirs) {
        return Ok(());
    }
    let line = answer.session().line(LineKind::Timing).map_or(answer.span().slice(0..0), |line| line.text());
    tell(Rule::AnswerTiming, line, tolerate)
}

/// Groups of an answer hold what one offered group holds, and nothing that was refused.
#[inline(never)]
fn groups(offer: &Peer<'_>, answer: &Peer<'_>, tolerate: Tolerate<'_>) -> Result<(), Error> {
    for group in 0..answer.group_count() {
        let mut offered = None;
        for mid in answer.group_words(group) {
            let at = answer.find(mid);
            let own = at.and_then(|at| offer.group(at));
            let alive = at.and_then(|at| answer.sdp.media().nth(at)).is_some_and(|media| port(&media) != 0);
            if !alive || own.is_none() || *offered.get_or_insert(own) != own {
                tell(Rule::AnswerBundle, mid, tolerate)?;
                break;
            }
        }
    }
    Ok(())
}

/// A media description of the offer and the one that answers it.
struct Pair<'x, 'b> {
    offer: &'x Peer<'b>,
    answer: &'x Peer<'b>,
    at: usize,
    offered: Media<'b>,
    answered: Media<'b>,
    lines: (MediaLine<'b>, MediaLine<'b>),
}

impl<'b> Pair<'_, 'b> {
    fn check(&self, tolerate: Tolerate<'_>) -> Result<(), Error> {
        let (offered, answered) = &self.lines;
        let line = self.answered.lines().next().map_or(Span::NOTHING, |line| line.text());
        if !offered.kind().eq_ignore_ascii_case(answered.kind()) {
            tell(Rule::AnswerKind, line, tolerate)?;
        }
        if !offered.proto().eq_ignore_ascii_case(answered.proto()) {
            tell(Rule::AnswerProto, answered.proto_span(), tolerate)?;
        }
        let mid = self.answer.mid(self.at);
        let other = mid.zip(self.offer.mid(self.at)).filter(|(ours, theirs)| ours.bytes() != theirs.bytes());
        if let Some((mid, _)) = other {
            tell(Rule::AnswerMid, mid, tolerate)?;
        }
        if port(&self.answered) == 0 {
            return Ok(());
        }
        let bundle_only = self.offered.has(AttributeName::BundleOnly) && self.offer.group(self.at).is_some();
        if port(&self.offered) == 0 && !bundle_only {
            return tell(Rule::AnswerRevived, answered.port_span(), tolerate);
        }
        if bundle_only && port(&self.offered) == 0 && self.answer.group(self.at).is_none() {
            tell(Rule::AnswerBundleOnly, answered.port_span(), tolerate)?;
        }
        if mid.is_none() && self.offer.mid(self.at).is_some() {
            tell(Rule::AnswerMid, line, tolerate)?;
        }
        self.media(line, tolerate)?;
        self.transport(line, tolerate)
    }

    /// Direction and formats.
    #[inline(never)]
    fn media(&self, line: Span<'b>, tolerate: Tolerate<'_>) -> Result<(), Error> {
        let (offered, answered) = (self.offered.effective_direction(), self.answered.effective_direction());
        if answered.and(offered.reversed()) != answered {
            let said = self.answered.attributes().filter(|found| Direction::of(found.id()).is_some()).last();
            tell(Rule::AnswerDirection, said.map_or(line, |said| said.span()), tolerate)?;
        }
        if !self.has_common() {
            tell(Rule::AnswerFormats, self.lines.1.formats_span(), tolerate)?;
        }
        if is_multicast(&self.answered) && !is_multicast(&self.offered) {
            let place = self.answered.effective_connection()?.map_or(line, |to| to.address_span());
            tell(Rule::AnswerUnicast, place, tolerate)?;
        }
        for answered in self.answered.typed_list::<Extmap<'_>>().take(EXTENSION_LIMIT).filter_map(Result::ok)
        {
            // Numbers from 4096 on ask the answer to choose one (RFC 8285 §6).
            let mut offered =
                self.offered.typed_list::<Extmap<'_>>().take(EXTENSION_LIMIT).filter_map(Result::ok);
            let same = |offered: Extmap<'_>| {
                offered.uri() == answered.uri() && (offered.id() == answered.id() || offered.id() >= 4_096)
            };
            if !offered.any(same) && !self.session_has(&answered) {
                let place = self.answered.attribute(AttributeName::Extmap).map_or(line, |found| found.span());
                return tell(Rule::AnswerExtmap, place, tolerate);
            }
        }
        Ok(())
    }

    /// Whether the session of the offer has that header extension.
    fn session_has(&self, answered: &Extmap<'_>) -> bool {
        let mut offered =
            self.offer.sdp.session().typed_list::<Extmap<'_>>().take(EXTENSION_LIMIT).filter_map(Result::ok);
        offered.any(|offered| offered.uri() == answered.uri())
    }

    #[inline(never)]
    fn has_common(&self) -> bool {
        let (offered, answered) = &self.lines;
        if !offered.is_rtp() {
            let mut words = answered.formats().take(EXTENSION_LIMIT);
            return words.any(|word| {
                offered
                    .formats()
                    .take(EXTENSION_LIMIT)
                    .any(|other| other.bytes().eq_ignore_ascii_case(word.bytes()))
            });
        }
        let (ours, theirs) = (FormatTable::of(&self.offered), FormatTable::of(&self.answered));
        theirs.of_line(answered).any(|format| ours.of_line(offered).any(|other| format.same(&other)))
    }

    /// Ports, keys, ICE.
    #[inline(never)]
    fn transport(&self, line: Span<'b>, tolerate: Tolerate<'_>) -> Result<(), Error> {
        let (offer, answer, at) = (self.offer, self.answer, self.at);
        let (offered, answered) = (&self.offered, &self.answered);
        let place = |name| answer.transport(at, answered, name).map_or(line, |found| found.span());
        let (group, muxed) = (answer.group(at), answer.has_mux(at, answered));
        if self.lines.1.is_rtp() && group.is_some() && !muxed {
            tell(Rule::BundleWithoutMux, line, tolerate)?;
        }
        // The transport of bundled media is that of their first, which answers its own offer (RFC 8843 §7.1.3).
        if group.and_then(|group| answer.tag(group)).is_some_and(|tag| tag != at) {
            return Ok(());
        }
        if muxed && !offer.has_mux(at, offered) {
            tell(Rule::AnswerRtcpMux, place(AttributeName::RtcpMux), tolerate)?;
        }
        match (offer.ice(at, offered), answer.ice(at, answered)) {
            (_, Credentials::None) | (Credentials::Both | Credentials::Half, Credentials::Both) => {}
            (_, Credentials::Half) | (Credentials::None, Credentials::Both) => {
                tell(Rule::AnswerIce, place(AttributeName::IceUfrag), tolerate)?;
            }
        }
        let proto = self.lines.0.proto();
        let fingerprint =
            |peer: &Peer<'b>, media| peer.transport(at, media, AttributeName::Fingerprint).is_some();
        let dtls = fingerprint(answer, answered);
        if is_tls(proto) && !dtls {
            tell(Rule::Fingerprint, line, tolerate)?;
        }
        let keyed_here = is_secure(proto) && !is_tls(proto) && !(dtls && fingerprint(offer, offered));
        if keyed_here && !self.has_offered_crypto() {
            tell(Rule::AnswerCrypto, place(AttributeName::Crypto), tolerate)?;
        }
        if (is_tls(proto) || is_tcp(proto)) && !self.roles_fit() {
            tell(Rule::AnswerSetup, place(AttributeName::Setup), tolerate)?;
        }
        Ok(())
    }

    fn has_offered_crypto(&self) -> bool {
        let Ok(Some(answered)) = self.answered.typed::<Crypto<'_>>() else { return false };
        let mut offered = self.offered.typed_list::<Crypto<'_>>().filter_map(Result::ok);
        offered.any(|offered| offered.tag() == answered.tag() && offered.suite() == answered.suite())
    }

    /// The table of RFC 4145 §4.1; what is missing is active in an offer, passive in an answer (§4), and of DTLS open.
    fn roles_fit(&self) -> bool {
        let offered = self.offer.setup(self.at, &self.offered);
        let answered = self.answer.setup(self.at, &self.answered).unwrap_or(Setup::Passive);
        match offered.unwrap_or(if is_tls(self.lines.0.proto()) { Setup::Actpass } else { Setup::Active }) {
            Setup::Active => matches!(answered, Setup::Passive | Setup::Holdconn),
            Setup::Passive => matches!(answered, Setup::Active | Setup::Holdconn),
            Setup::Actpass => matches!(answered, Setup::Active | Setup::Passive | Setup::Holdconn),
            Setup::Holdconn => matches!(answered, Setup::Holdconn),
            Setup::Other(_) => matches!(answered, Setup::Passive | Setup::Holdconn),
        }
    }
}

/// Whether media go to a multicast group, in the view of both ends.
pub(super) fn is_multicast(media: &Media<'_>) -> bool {
    let Ok(Some(connection)) = media.effective_connection() else { return false };
    let text = core::str::from_utf8(connection.address()).unwrap_or("");
    text.parse::<core::net::IpAddr>().is_ok_and(|address| address.is_multicast())
}

/// Holds a later offer against the previous description of the same end (RFC 3264 §8): `o=`, the places of media, and what
/// dynamic payload types mean. `tolerate` is told each rule that is broken and says whether that is tolerated.
///
/// # Errors
/// `Rule`, with the place in `offer`, unless tolerated; `Origin` where an `o=` is malformed; `Limit` for more than 64 media
/// descriptions.
///
/// ```
/// use simdsip::sdp::offer::{Rule, check_offer};
/// use simdsip::sdp::{Sdp, SdpIndex};
/// use simdsip::ErrorKind;
/// let (mut first, mut second) = (SdpIndex::new(), SdpIndex::new());
/// let before = Sdp::parse(b"v=0\r\no=- 1 7 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", &mut first)?;
/// let offer = Sdp::parse(b"v=0\r\no=- 1 7 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n", &mut second)?;
/// let error = check_offer(&before, &offer, &mut |_| false).unwrap_err();
/// assert_eq!((error.kind, error.at), (ErrorKind::Rule(Rule::VersionStep), 11));
/// # Ok::<(), simdsip::Error>(())
/// ```
pub fn check_offer(
    previous: &Sdp<'_>,
    offer: &Sdp<'_>,
    tolerate: &mut dyn FnMut(Error) -> bool,
) -> Result<(), Error> {
    origin(previous, offer, tolerate)?;
    let (before, now) = (previous.media().count(), offer.media().count());
    if now > MEDIA_LIMIT {
        return Err(offer.span().error(ErrorKind::Limit(crate::LimitKind::SdpMedia)));
    }
    if now < before {
        let text = offer.span();
        tell(Rule::MediaRemoved, text.from(text.end()), tolerate)?;
    }
    for (before, now) in previous.media().zip(offer.media()) {
        payload_types(&before, &now, tolerate)?;
    }
    Ok(())
}

fn origin(previous: &Sdp<'_>, offer: &Sdp<'_>, tolerate: Tolerate<'_>) -> Result<(), Error> {
    let missing = |sdp: &Sdp<'_>| sdp.span().error(ErrorKind::Origin);
    let before = previous.session().origin()?.ok_or(missing(previous))?;
    let now = offer.session().origin()?.ok_or(missing(offer))?;
    let same = before.username() == now.username()
        && before.session_id_span().bytes() == now.session_id_span().bytes()
        && before.net_type() == now.net_type()
        && before.addr_type() == now.addr_type()
        && before.address() == now.address();
    let place = now.session_version_span();
    if !same {
        let line = offer.session().line(LineKind::Origin).map_or(place, |line| line.text());
        tell(Rule::OriginChanged, line, tolerate)?;
    }
    let stepped = before.session_version()?.checked_add(1) == Some(now.session_version()?);
    let unchanged = previous.span().bytes() == offer.span().bytes();
    if stepped || unchanged { Ok(()) } else { tell(Rule::VersionStep, place, tolerate) }
}

#[inline(never)]
fn payload_types(before: &Media<'_>, now: &Media<'_>, tolerate: Tolerate<'_>) -> Result<(), Error> {
    let (Ok(old_line), Ok(line)) = (before.media(), now.media()) else { return Ok(()) };
    if port(before) == 0 || !old_line.is_rtp() || !line.is_rtp() || old_line.kind() != line.kind() {
        return Ok(());
    }
    let (old, new) = (FormatTable::of(before), FormatTable::of(now));
    for format in new.of_line(&line).filter(|format| format.payload_type() >= 96) {
        let Some(earlier) = old.get(format.payload_type()) else { continue };
        let same = format.is(earlier.encoding())
            && format.clock_rate() == earlier.clock_rate()
            && format.channels() == earlier.channels();
        if !same {
            tell(Rule::PayloadTypeReused, line.formats_span(), tolerate)?;
        }
    }
    Ok(())
}
