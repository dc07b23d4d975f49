//! Everything has a limit.

/// The most that a message may hold. What goes over is a `Limit` error that says which.
///
/// ```
/// use simdsip::Limits;
///
/// let mut limits = Limits::new();
/// limits.header_count = 64;
/// assert!(limits.line_len < Limits::capture().line_len);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a message, body included. Default 65,536.
    pub message_len: usize,
    /// Header fields of a message. Default 256. An `Index` may hold fewer.
    pub header_count: usize,
    /// Bytes of a line of the header section, or of a session description, its end excluded. Default 8,192.
    pub line_len: usize,
    /// Bytes of a URI. A longer one is a defect, not an error: a Request-URI can be answered with 414. Default 4,096.
    pub uri_len: usize,
    /// Multipart bodies within multipart bodies. Default 8.
    pub mime_depth: usize,
    /// Parameters of a header value, or of a URI in one. Default 64. One more is a defect, not an error, as with the next two; 65,535 and
    /// more are no limit.
    pub param_count: usize,
    /// Elements of a comma list in one header field. Default 128.
    pub element_count: usize,
    /// Comments within comments. Default 16.
    pub comment_depth: usize,
    /// Lines of a session description. Default 4,096. An [`crate::sdp::SdpIndex`] may hold fewer.
    pub sdp_line_count: usize,
    /// Media descriptions of one. Default 64.
    pub sdp_media_count: usize,
}

impl Limits {
    /// The limits for live traffic: those that each field names as its default.
    ///
    /// ```
    /// assert_eq!(simdsip::Limits::new().message_len, 65_536);
    /// ```
    #[must_use]
    pub const fn new() -> Limits {
        Limits {
            message_len: 65_536,
            header_count: 256,
            line_len: 8_192,
            uri_len: 4_096,
            mime_depth: 8,
            param_count: 64,
            element_count: 128,
            comment_depth: 16,
            sdp_line_count: 4_096,
            sdp_media_count: 64,
        }
    }

    /// The wider ones for captures: what was on the wire shall be shown.
    ///
    /// ```
    /// assert_eq!(simdsip::Limits::capture().message_len, 16 << 20); // 16 MiB
    /// ```
    #[must_use]
    pub const fn capture() -> Limits {
        Limits {
            message_len: 16 << 20,
            header_count: 4_096,
            line_len: 1 << 20,
            uri_len: 65_535,
            mime_depth: 16,
            param_count: 1_024,
            element_count: 4_096,
            comment_depth: 64,
            sdp_line_count: 65_536,
            sdp_media_count: 1_024,
        }
    }

    /// None but those of the address space and the index, and 64 multipart bodies within each other.
    ///
    /// ```
    /// let limits = simdsip::Limits::unlimited();
    /// assert_eq!((limits.message_len, limits.mime_depth), (usize::MAX, 64));
    /// ```
    #[must_use]
    pub const fn unlimited() -> Limits {
        Limits {
            message_len: usize::MAX,
            header_count: usize::MAX,
            line_len: usize::MAX,
            uri_len: usize::MAX,
            mime_depth: 64,
            param_count: usize::MAX,
            element_count: usize::MAX,
            comment_depth: usize::MAX,
            sdp_line_count: usize::MAX,
            sdp_media_count: usize::MAX,
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::new()
    }
}
