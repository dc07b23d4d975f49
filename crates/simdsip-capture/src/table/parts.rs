//! What several columns of a row need: taken apart once, when the first of them asks.

use super::media::Media;
use super::row::Row;
use simdsip::typed::{Authorization, From, ProxyAuthenticate, ProxyAuthorization, To, Via, WwwAuthenticate};
use simdsip::{Kind, Params, Uri};
use std::cell::OnceCell;

/// The parts of a row's message.
#[derive(Debug, Default)]
pub(crate) struct Parts<'r> {
    from: OnceCell<Option<From<'r>>>,
    to: OnceCell<Option<To<'r>>>,
    via: OnceCell<Option<Via<'r>>>,
    uri: OnceCell<Option<Uri<'r>>>,
    auth: OnceCell<Option<Auth<'r>>>,
    media: OnceCell<Option<Media>>,
}

/// Credentials of a request, or the challenge of a response.
#[derive(Clone, Debug)]
pub(super) struct Auth<'r> {
    pub(super) scheme: &'r [u8],
    pub(super) params: Params<'r>,
}

impl<'r> Row<'r> {
    pub(crate) fn from(&self) -> Option<&From<'r>> {
        self.parts.from.get_or_init(|| self.content.ok()?.from().ok()?).as_ref()
    }

    pub(crate) fn to(&self) -> Option<&To<'r>> {
        self.parts.to.get_or_init(|| self.content.ok()?.to().ok()?).as_ref()
    }

    pub(crate) fn via(&self) -> Option<&Via<'r>> {
        self.parts.via.get_or_init(|| self.content.ok()?.via().ok()?).as_ref()
    }

    pub(crate) fn request_uri(&self) -> Option<&Uri<'r>> {
        self.parts.uri.get_or_init(|| self.content.ok()?.request_uri().ok()?).as_ref()
    }

    pub(crate) fn media(&self) -> Option<&Media> {
        self.parts.media.get_or_init(|| Media::of(self.content.ok()?, self.backend)).as_ref()
    }

    pub(super) fn auth(&self) -> Option<&Auth<'r>> {
        self.parts.auth.get_or_init(|| self.read_auth()).as_ref()
    }

    /// Whether a user is the one of Request-URI, From, To or credentials.
    pub(crate) fn has_user(&self, wanted: &[u8]) -> bool {
        self.request_uri().and_then(super::messages::user) == Some(wanted)
            || self.from().and_then(|from| super::addr_user(from)) == Some(wanted)
            || self.to().and_then(|to| super::addr_user(to)) == Some(wanted)
            || self.credentials_user().as_deref() == Some(wanted)
    }

    /// Username of a request's credentials.
    pub(crate) fn credentials_user(&self) -> Option<Vec<u8>> {
        let word = self.auth()?.params.value(b"username")?;
        let mut user = Vec::new();
        word.unescaped().for_each(|piece| user.extend_from_slice(piece));
        Some(user)
    }

    /// The first that can be read; the user agent's before the proxy's.
    fn read_auth(&self) -> Option<Auth<'r>> {
        let message = self.content.ok()?;
        macro_rules! first {
            ($header:ident) => {
                message
                    .header::<$header>()
                    .ok()
                    .flatten()
                    .map(|auth| Auth { scheme: auth.scheme(), params: auth.params() })
            };
        }
        match message.kind() {
            Kind::Request => first!(Authorization).or_else(|| first!(ProxyAuthorization)),
            Kind::Response => first!(WwwAuthenticate).or_else(|| first!(ProxyAuthenticate)),
        }
    }
}
