//! What has to hold before a call rings: curr, des, conf.

use crate::error::{Error, ErrorKind};
use crate::sdp::words::{Fields, Place};
use crate::text::Span;

/// `a=curr` and `a=conf`: a precondition as it is, or as one wants to be told of (RFC 3312 §4).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Current;
/// let now = Current::parse(Span::new(b"qos e2e none")?)?;
/// assert_eq!((now.kind(), now.status(), now.direction()), (&b"qos"[..], &b"e2e"[..], &b"none"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Current<'b> {
    value: Span<'b>,
    kind: Place,
    status: Place,
    direction: Place,
}

impl<'b> Current<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Precondition` where it is not three words.
    pub fn parse(value: Span<'b>) -> Result<Current<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let Some(direction) = fields.get(2) else { return Err(value.error(ErrorKind::Precondition)) };
        Ok(Current { value, kind: fields.or_end(0), status: fields.or_end(1), direction })
    }

    /// What it is about, such as `qos`.
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes(self.value)
    }

    /// Of which stretch: `e2e`, `local` or `remote`.
    #[must_use]
    pub fn status(&self) -> &'b [u8] {
        self.status.bytes(self.value)
    }

    /// Which way: `none`, `send`, `recv` or `sendrecv`.
    #[must_use]
    pub fn direction(&self) -> &'b [u8] {
        self.direction.bytes(self.value)
    }
}

/// `a=des`: a precondition as it shall be (RFC 3312 §4).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Desired;
/// let goal = Desired::parse(Span::new(b"qos mandatory e2e sendrecv")?)?;
/// assert_eq!((goal.strength(), goal.direction()), (&b"mandatory"[..], &b"sendrecv"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Desired<'b> {
    value: Span<'b>,
    kind: Place,
    strength: Place,
    status: Place,
    direction: Place,
}

impl<'b> Desired<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Precondition` where it is not four words.
    pub fn parse(value: Span<'b>) -> Result<Desired<'b>, Error> {
        let fields = Fields::<4>::of(value);
        let Some(direction) = fields.get(3) else { return Err(value.error(ErrorKind::Precondition)) };
        Ok(Desired {
            value,
            kind: fields.or_end(0),
            strength: fields.or_end(1),
            status: fields.or_end(2),
            direction,
        })
    }

    /// What it is about, such as `qos`.
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes(self.value)
    }

    /// `mandatory`, `optional`, `none`, `failure` or `unknown`.
    #[must_use]
    pub fn strength(&self) -> &'b [u8] {
        self.strength.bytes(self.value)
    }

    /// Of which stretch: `e2e`, `local` or `remote`.
    #[must_use]
    pub fn status(&self) -> &'b [u8] {
        self.status.bytes(self.value)
    }

    /// Which way: `none`, `send`, `recv` or `sendrecv`.
    #[must_use]
    pub fn direction(&self) -> &'b [u8] {
        self.direction.bytes(self.value)
    }
}
