//! The rules of offer and answer: a number, a word, the section that has it, and what is wrong where it is broken.

use core::fmt;

/// One row a rule.
macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $word:literal, $rfc:literal, $status:literal, $message:literal;)*) => {
        /// A rule of offer and answer, as [`crate::ErrorKind::Rule`] names it. Numbers are append-only and never reused.
        ///
        /// ```
        /// use simdsip::sdp::offer::Rule;
        /// let rule = Rule::AnswerDirection;
        /// assert_eq!((rule.as_str(), rule.rfc(), rule.status()), ("answer-direction", "RFC 3264 §6.1", None));
        /// ```
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])* $variant = $number,)*
        }

        impl Rule {
            /// All, in the order of their numbers.
            pub const ALL: &[Rule] = &[$(Rule::$variant,)*];

            /// The stable kebab-case word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Rule::$variant => $word,)* }
            }

            /// The section that has the rule.
            #[must_use]
            pub const fn rfc(self) -> &'static str {
                match self { $(Rule::$variant => $rfc,)* }
            }

            /// The status that a request with such an offer is owed; `None` where an answer broke the rule, for which
            /// nothing is sent (the offerer ends the session, or lives with it).
            #[must_use]
            pub const fn status(self) -> Option<u16> {
                let status: u16 = match self { $(Rule::$variant => $status,)* };
                if status == 0 { None } else { Some(status) }
            }

            /// One clause that says what is wrong.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Rule::$variant => $message,)* }
            }
        }
    };
}

rules! {
    /// An `m=` line that cannot be answered, since kind, port, protocol or formats are none.
    MediaLine = 1, "media-line", "RFC 3264 §5", 400, "an m= line without a valid kind, port, protocol or format";
    /// `a=mid` is a token that no other media description has.
    Mid = 2, "mid", "RFC 5888 §4", 400, "a mid that is no token, or stands twice";
    /// Nothing that was offered is wanted or known here.
    NothingInCommon = 3, "nothing-in-common", "RFC 3264 §6.1", 488, "no offered stream can be accepted";
    /// Offered media have mandatory preconditions, which the stream does not deal with.
    PreconditionUnmet = 4, "precondition-unmet", "RFC 3312 §8", 580, "mandatory preconditions that are not dealt with";
    /// `o=` of a later description has the same user, session and address.
    OriginChanged = 5, "origin-changed", "RFC 3264 §8", 400, "an o= line that is not the previous one but for its version";
    /// The version in `o=` rises by one with each change, and with changes alone.
    VersionStep = 6, "version-step", "RFC 3264 §8", 400, "a version in o= that does not rise by one with a change";
    /// A later offer has no fewer media descriptions.
    MediaRemoved = 7, "media-removed", "RFC 3264 §8", 400, "fewer media descriptions than before";
    /// A dynamic payload type keeps its codec for the session.
    PayloadTypeReused = 8, "payload-type-reused", "RFC 3264 §8.3.2", 488, "a dynamic payload type that was another codec before";
    /// An answer has as many media descriptions as the offer.
    AnswerMediaCount = 9, "answer-media-count", "RFC 3264 §6", 0, "not as many media descriptions as in the offer";
    /// Media of an answer are of the offered kind.
    AnswerKind = 10, "answer-kind", "RFC 3264 §6.1", 0, "another kind of media than offered";
    /// They go over the offered protocol.
    AnswerProto = 11, "answer-proto", "RFC 3264 §6.1", 0, "another transport protocol than offered";
    /// What was offered with port 0 stays at it.
    AnswerRevived = 12, "answer-revived", "RFC 3264 §8.2", 0, "a port for a stream that was offered with port 0";
    /// Directions fit: sendonly to recvonly or inactive, recvonly to sendonly or inactive, inactive to inactive.
    AnswerDirection = 13, "answer-direction", "RFC 3264 §6.1", 0, "a direction that does not fit the offered one";
    /// An accepted stream has a format of the offer.
    AnswerFormats = 14, "answer-formats", "RFC 3264 §6.1", 0, "no format of the offer";
    /// `t=` is that of the offer.
    AnswerTiming = 15, "answer-timing", "RFC 3264 §6", 0, "other times than the offer has";
    /// An answer repeats the mids.
    AnswerMid = 16, "answer-mid", "RFC 5888 §9.1", 0, "a mid that is missing, or not the offered one";
    /// A `BUNDLE` group holds accepted media of one offered group.
    AnswerBundle = 17, "answer-bundle", "RFC 8843 §7.3", 0, "a BUNDLE group of other media than an offered group has";
    /// Bundle-only media are accepted within their group or not at all.
    AnswerBundleOnly = 18, "answer-bundle-only", "RFC 8843 §7.3.2", 0, "bundle-only media outside of the group";
    /// RTCP shares the port of RTP where both want it.
    AnswerRtcpMux = 19, "answer-rtcp-mux", "RFC 5761 §5.1.1", 0, "rtcp-mux that was not offered";
    /// Bundled RTP has RTCP on the same port.
    BundleWithoutMux = 20, "bundle-without-mux", "RFC 8843 §9.3", 0, "bundled RTP without rtcp-mux";
    /// Roles of setup fit.
    AnswerSetup = 21, "answer-setup", "RFC 4145 §4.1", 0, "a setup role that does not fit the offered one";
    /// DTLS has a fingerprint.
    Fingerprint = 22, "fingerprint", "RFC 8842 §5.3", 0, "DTLS without a fingerprint";
    /// ICE is answered where it was offered, with both ufrag and password.
    AnswerIce = 23, "answer-ice", "RFC 8839 §4.3.2", 0, "ICE that was not offered, or half of its credentials";
    /// Header extensions keep their identifiers.
    AnswerExtmap = 24, "answer-extmap", "RFC 8285 §6", 0, "a header extension or identifier that was not offered";
    /// A crypto attribute is one of the offered ones.
    AnswerCrypto = 25, "answer-crypto", "RFC 4568 §5.1.2", 0, "a crypto attribute that was not offered";
    /// A unicast stream has a unicast address.
    AnswerUnicast = 26, "answer-unicast", "RFC 3264 §6.1", 0, "a multicast address for a unicast stream";
}

impl Rule {
    /// The stable number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message(), self.rfc())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn numbers_follow_each_other_and_words_differ() {
        let words: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
        assert_eq!(words.len(), Rule::ALL.len());
        for (at, rule) in Rule::ALL.iter().enumerate() {
            assert_eq!(usize::from(rule.number()), at + 1);
            assert!(rule.rfc().starts_with("RFC ") && rule.rfc().contains('§'));
        }
    }
}
