//! What only one header means: the parameters that its RFC gives a name.

use super::{
    CallInfo, ContentDisposition, Diversion, Event, HistoryInfo, Identity, PAccessNetworkInfo,
    PChargingVector, Reason, ReferredBy, Replaces, RetryAfter, SessionExpires, SessionId, SubscriptionState,
    TargetDialog,
};
use crate::error::Error;
use crate::text::{Span, Word};

/// Who refreshes the session (RFC 4028 §4).
///
/// ```
/// use simdsip::Span;
/// use simdsip::typed::{Header, Refresher, SessionExpires};
/// let timer = SessionExpires::parse(Span::new(b"1800;refresher=UAS")?)?;
/// assert_eq!(timer.refresher(), Some(Refresher::Uas));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refresher<'b> {
    /// The user agent client.
    Uac,
    /// The user agent server.
    Uas,
    /// Something else, as it stands.
    Other(&'b [u8]),
}

impl<'b> SessionExpires<'b> {
    /// The `refresher` parameter.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, SessionExpires};
    /// assert_eq!(SessionExpires::parse(Span::new(b"1800")?)?.refresher(), None);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn refresher(&self) -> Option<Refresher<'b>> {
        let value = self.params().value(b"refresher")?;
        Some(if value.is_ignore_case(b"uac") {
            Refresher::Uac
        } else if value.is_ignore_case(b"uas") {
            Refresher::Uas
        } else {
            Refresher::Other(value.raw())
        })
    }
}

impl<'b> Event<'b> {
    /// The event package, without its templates (RFC 6665 §8.4).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Event, Header};
    /// let event = Event::parse(Span::new(b"presence.winfo;id=7")?)?;
    /// assert_eq!((event.package(), event.id()), (&b"presence"[..], Some(&b"7"[..])));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn package(&self) -> &'b [u8] {
        self.token().split(|&byte| byte == b'.').next().unwrap_or_default()
    }

    /// The `id` parameter, which is part of what makes subscriptions the same (RFC 6665 §8.2.1).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Event, Header};
    /// assert_eq!(Event::parse(Span::new(b"dialog")?)?.id(), None);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"id")?.raw())
    }
}

impl<'b> Identity<'b> {
    /// Where the certificate is: the URI within the angle brackets of `info` (RFC 8224 §4).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, Identity};
    /// let identity = Identity::parse(Span::new(b"eyJ.eyJ.sig;info=<https://cert.example/a;b>;alg=ES256;ppt=shaken")?)?;
    /// assert_eq!(identity.info().unwrap().bytes(), b"https://cert.example/a;b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn info(&self) -> Option<Span<'b>> {
        let value = self.params().value(b"info")?.span();
        let inner = value.strip(b'<').unwrap_or(value);
        Some(inner.to(inner.find([b'>'])))
    }
}

impl<'b> Replaces<'b> {
    /// Whether only an early dialog may be replaced (RFC 3891 §6.1).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, Replaces};
    /// assert!(Replaces::parse(Span::new(b"7@a;to-tag=1;from-tag=2;early-only")?)?.is_early_only());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_early_only(&self) -> bool {
        self.param(b"early-only").is_some()
    }
}

impl<'b> SubscriptionState<'b> {
    /// How long the subscription lasts yet, in seconds (RFC 6665 §4.1.3).
    ///
    /// # Errors
    /// `Number` or `NumberRange` where it is no number that fits.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, SubscriptionState};
    /// let value = SubscriptionState::parse(Span::new(b"active;expires=60")?)?;
    /// assert_eq!(value.expires()?, Some(60));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn expires(&self) -> Result<Option<u32>, Error> {
        self.params().value(b"expires").map(|value| value.span().number()).transpose()
    }

    /// Why it ended, or is pending (RFC 6665 §4.1.3).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, SubscriptionState};
    /// let value = SubscriptionState::parse(Span::new(b"terminated;reason=noresource")?)?;
    /// assert_eq!(value.reason(), Some(&b"noresource"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn reason(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"reason")?.inner())
    }

    /// When to try again, in seconds (RFC 6665 §4.1.3).
    ///
    /// # Errors
    /// `Number` or `NumberRange` where it is no number that fits.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, SubscriptionState};
    /// let value = SubscriptionState::parse(Span::new(b"terminated;retry-after=5")?)?;
    /// assert_eq!(value.retry_after()?, Some(5));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn retry_after(&self) -> Result<Option<u32>, Error> {
        self.params().value(b"retry-after").map(|value| value.span().number()).transpose()
    }
}

impl<'b> Reason<'b> {
    /// The code, of the protocol that [`token`](crate::shape::TokenParams::token) names: a SIP status, a Q.850 cause
    /// (RFC 3326 §2).
    ///
    /// # Errors
    /// `Number` or `NumberRange` where it is no number that fits.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, Reason};
    /// let value = Reason::parse(Span::new(b"Q.850;cause=16")?)?;
    /// assert_eq!(value.cause()?, Some(16));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn cause(&self) -> Result<Option<u32>, Error> {
        self.params().value(b"cause").map(|value| value.span().number()).transpose()
    }

    /// The text for people (RFC 3326 §2).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, Reason};
    /// let value = Reason::parse(Span::new(br#"SIP;text="Call completed elsewhere""#)?)?;
    /// assert_eq!(value.text().map(|text| text.to_string()), Some("Call completed elsewhere".to_owned()));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<Word<'b>> {
        self.params().value(b"text")
    }
}

impl<'b> HistoryInfo<'b> {
    /// Where the entry stands in the tree of retargets (RFC 7044 §5.1).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, HistoryInfo};
    /// let value = HistoryInfo::parse(Span::new(b"<sip:b@b.example>;index=1.1")?)?;
    /// assert_eq!(value.index(), Some(&b"1.1"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn index(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"index")?.inner())
    }
}

impl<'b> Diversion<'b> {
    /// Why the call was diverted (RFC 5806 §5).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Diversion, Header};
    /// let value = Diversion::parse(Span::new(b"<sip:b@b.example>;reason=user-busy")?)?;
    /// assert_eq!(value.reason(), Some(&b"user-busy"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn reason(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"reason")?.inner())
    }

    /// How many diversions the entry stands for (RFC 5806 §5).
    ///
    /// # Errors
    /// `Number` or `NumberRange` where it is no number that fits.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Diversion, Header};
    /// let value = Diversion::parse(Span::new(b"<sip:b@b.example>;counter=2")?)?;
    /// assert_eq!(value.counter()?, Some(2));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn counter(&self) -> Result<Option<u32>, Error> {
        self.params().value(b"counter").map(|value| value.span().number()).transpose()
    }
}

impl<'b> TargetDialog<'b> {
    /// The tag of who sends the request that is authorised (RFC 4538 §4).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, TargetDialog};
    /// let value = TargetDialog::parse(Span::new(b"7@a;local-tag=1;remote-tag=2")?)?;
    /// assert_eq!(value.local_tag(), Some(&b"1"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn local_tag(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"local-tag")?.inner())
    }

    /// The tag of who receives it (RFC 4538 §4).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, TargetDialog};
    /// let value = TargetDialog::parse(Span::new(b"7@a;local-tag=1;remote-tag=2")?)?;
    /// assert_eq!(value.remote_tag(), Some(&b"2"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn remote_tag(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"remote-tag")?.inner())
    }
}

impl<'b> RetryAfter<'b> {
    /// How long the callee will then be there, in seconds (RFC 3261 §20.33).
    ///
    /// # Errors
    /// `Number` or `NumberRange` where it is no number that fits.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, RetryAfter};
    /// let value = RetryAfter::parse(Span::new(b"18000;duration=3600")?)?;
    /// assert_eq!(value.duration()?, Some(3600));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn duration(&self) -> Result<Option<u32>, Error> {
        self.params().value(b"duration").map(|value| value.span().number()).transpose()
    }
}

impl<'b> CallInfo<'b> {
    /// What the URI is for: `icon`, `info`, `card` (RFC 3261 §20.9).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{CallInfo, Header};
    /// let value = CallInfo::parse(Span::new(b"<http://a.example/a.png>;purpose=icon")?)?;
    /// assert_eq!(value.purpose(), Some(&b"icon"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn purpose(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"purpose")?.inner())
    }
}

impl<'b> ContentDisposition<'b> {
    /// Whether a body that is not understood matters: `optional`, `required` (RFC 3261 §20.11).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{ContentDisposition, Header};
    /// let value = ContentDisposition::parse(Span::new(b"session;handling=optional")?)?;
    /// assert_eq!(value.handling(), Some(&b"optional"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn handling(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"handling")?.inner())
    }
}

impl<'b> ReferredBy<'b> {
    /// The Content-ID of the token that proves it, without quotes (RFC 3892 §3).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, ReferredBy};
    /// let value = ReferredBy::parse(Span::new(br#"<sip:b@b.example>;cid="2@b.example""#)?)?;
    /// assert_eq!(value.cid(), Some(&b"2@b.example"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn cid(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"cid")?.inner())
    }
}

impl<'b> SessionId<'b> {
    /// The other end's identifier (RFC 7989 §5).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, SessionId};
    /// let value = SessionId::parse(Span::new(b"ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2")?)?;
    /// assert_eq!(value.remote(), Some(&b"47755a9de7794ba387653f2099600ef2"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn remote(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"remote")?.inner())
    }
}

impl<'b> Identity<'b> {
    /// The signature's algorithm; ES256 where none is named (RFC 8224 §4).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, Identity};
    /// let value = Identity::parse(Span::new(b"a.b.c;info=<https://a.example/>;alg=ES256")?)?;
    /// assert_eq!(value.algorithm(), Some(&b"ES256"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn algorithm(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"alg")?.inner())
    }

    /// The PASSporT extension, such as `shaken` (RFC 8225 §8.1, RFC 8588).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, Identity};
    /// let value = Identity::parse(Span::new(br#"a.b.c;info=<https://a.example/>;ppt="shaken""#)?)?;
    /// assert_eq!(value.passport_type(), Some(&b"shaken"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn passport_type(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"ppt")?.inner())
    }
}

impl<'b> PChargingVector<'b> {
    /// The IMS Charging Identity, without quotes (RFC 7315 §4.6).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, PChargingVector};
    /// let value = PChargingVector::parse(Span::new(br#"icid-value="1234bc9876e""#)?)?;
    /// assert_eq!(value.icid_value(), Some(&b"1234bc9876e"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn icid_value(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"icid-value")?.inner())
    }

    /// The originating network, without quotes (RFC 7315 §4.6).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, PChargingVector};
    /// let value = PChargingVector::parse(Span::new(b"icid-value=1;orig-ioi=home1.net")?)?;
    /// assert_eq!(value.orig_ioi(), Some(&b"home1.net"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn orig_ioi(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"orig-ioi")?.inner())
    }

    /// The terminating network, without quotes (RFC 7315 §4.6).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, PChargingVector};
    /// let value = PChargingVector::parse(Span::new(b"icid-value=1;term-ioi=home2.net")?)?;
    /// assert_eq!(value.term_ioi(), Some(&b"home2.net"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn term_ioi(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"term-ioi")?.inner())
    }
}

impl<'b> PAccessNetworkInfo<'b> {
    /// The cell of UTRAN and E-UTRAN access, without quotes (RFC 7315 §4.4).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::typed::{Header, PAccessNetworkInfo};
    /// let value = PAccessNetworkInfo::parse(Span::new(br#"3GPP-UTRAN-TDD;utran-cell-id-3gpp="23415D0FCE11""#)?)?;
    /// assert_eq!(value.cell_id(), Some(&b"23415D0FCE11"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn cell_id(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"utran-cell-id-3gpp")?.inner())
    }
}
