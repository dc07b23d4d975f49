//! Parameters of SIP and SIPS URIs that have a meaning.
//!
//! Each is the first of its name. Defaults are not filled in: they depend on where the URI stands (RFC 3261 §19.1.1,
//! table 1).

use super::{Escaped, Host, Uri};
use crate::error::{Error, ErrorKind};
use crate::header::Method;

impl<'b> Uri<'b> {
    /// `transport`: how to send, `udp`, `tcp` and so on in any case (RFC 3261 §19.1.1).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a;transport=TCP")?.transport().unwrap().is_ignore_case(b"tcp"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn transport(&self) -> Option<Escaped<'b>> {
        self.params().value(b"transport")
    }

    /// `maddr`: the address to send to in place of the host (RFC 3261 §19.1.1).
    ///
    /// # Errors
    /// `Host` where its value is none.
    ///
    /// ```
    /// use simdsip::Uri;
    /// let uri = Uri::parse(b"sip:alice@atlanta.example;maddr=239.255.255.1;ttl=15")?;
    /// assert_eq!(uri.maddr()?.unwrap().raw(), b"239.255.255.1");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn maddr(&self) -> Result<Option<Host<'b>>, Error> {
        self.params().get(b"maddr").map(|maddr| Host::read(maddr.value_or_end())).transpose()
    }

    /// `ttl`: how many hops a multicast packet may make (RFC 3261 §19.1.1).
    ///
    /// # Errors
    /// `Number` where it is no decimal number, `NumberRange` above 255.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Uri};
    /// assert_eq!(Uri::parse(b"sip:a;ttl=15")?.ttl()?, Some(15));
    /// assert_eq!(Uri::parse(b"sip:a;ttl=256")?.ttl().unwrap_err().kind, ErrorKind::NumberRange);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn ttl(&self) -> Result<Option<u8>, Error> {
        let Some(ttl) = self.params().get(b"ttl") else { return Ok(None) };
        let ttl = ttl.value_or_end();
        u8::try_from(ttl.number()?).map(Some).map_err(|_| ttl.error(ErrorKind::NumberRange))
    }

    /// `method`: of the request that is formed from the URI, case-sensitive (RFC 3261 §19.1.1, §7.1).
    ///
    /// ```
    /// use simdsip::{Method, Uri};
    /// assert_eq!(Uri::parse(b"sip:a;method=REGISTER")?.method(), Some(Method::Register));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn method(&self) -> Option<Method<'b>> {
        Some(Method::from_bytes(self.params().value(b"method")?.raw()))
    }

    /// `user`: `phone` where the user is a telephone number, `ip`, or `dialstring` (RFC 3261 §19.1.1, RFC 4967).
    ///
    /// ```
    /// use simdsip::Uri;
    /// let uri = Uri::parse(b"sip:+1-212-555-1212:1234@gateway.example;user=phone")?;
    /// assert!(uri.user_param().unwrap().is_ignore_case(b"phone"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn user_param(&self) -> Option<Escaped<'b>> {
        self.params().value(b"user")
    }

    /// `lr`: whether it is there, with or without a value (RFC 3261 §16.4, §19.1.1).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:p1.example.com;lr")?.is_loose_router());
    /// assert!(Uri::parse(b"sip:p1.example.com;lr=on")?.is_loose_router());
    /// assert!(!Uri::parse(b"sip:p1.example.com;lrx")?.is_loose_router());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_loose_router(&self) -> bool {
        self.params().get(b"lr").is_some()
    }

    /// `gr`: `Some(None)` in a temporary GRUU, the instance in a public one (RFC 5627 §3).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a@b;gr=kjh29x97us97d")?.gr().flatten().is_some());
    /// assert!(matches!(Uri::parse(b"sip:tgruu.7hs@b;gr")?.gr(), Some(None)));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn gr(&self) -> Option<Option<Escaped<'b>>> {
        self.params().get(b"gr").map(|gr| gr.value())
    }

    /// `ob`: whether requests to it go over the flow that it came by (RFC 5626 §5.3).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:line1@192.0.2.2;ob")?.has_ob());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn has_ob(&self) -> bool {
        self.params().get(b"ob").is_some()
    }

    /// `comp`: the compression to use, `sigcomp` (RFC 3486 §4).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a@b;comp=sigcomp")?.comp().unwrap().is_ignore_case(b"sigcomp"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn comp(&self) -> Option<Escaped<'b>> {
        self.params().value(b"comp")
    }

    /// `sigcomp-id`: the URN of the compartment (RFC 5049 §9.1).
    ///
    /// ```
    /// use simdsip::Uri;
    /// let uri = Uri::parse(b"sip:a@b;comp=sigcomp;sigcomp-id=urn:uuid:0C67446E")?;
    /// assert_eq!(uri.sigcomp_id().unwrap().raw(), b"urn:uuid:0C67446E");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn sigcomp_id(&self) -> Option<Escaped<'b>> {
        self.params().value(b"sigcomp-id")
    }
}
