//! What is odd about a session description: line by line, then what a section lacks.
//!
//! Looks at line ends and bytes; [`super::judge`] remembers what a section has shown. Says where and how a description departs
//! from RFC 8866, never what it means; takes time linear in the bytes.

use core::iter::FusedIterator;

use super::judge::Judge;
use super::name::AttributeName;
use super::view::{Line, Sdp};
use crate::defect::{Defect, DefectCode};

impl<'b> Sdp<'b> {
    /// What is odd about it, line by line (RFC 8866). Looks at each byte again, and allocates nothing.
    ///
    /// ```
    /// use simdsip::sdp::{Sdp, SdpIndex};
    /// let mut index = SdpIndex::new();
    /// let sdp = Sdp::parse(b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 3\r\na=rtpmap: 3 GSM\r\n", &mut index)?;
    /// let found: Vec<_> = sdp.defects().map(|defect| (defect.code.as_str(), defect.at)).collect();
    /// assert_eq!(found, [
    ///     ("sdp-name-missing", 38), ("sdp-space-after-colon", 68), ("sdp-clock-missing", 69), ("sdp-connection-missing", 38),
    /// ]);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn defects(&self) -> SdpDefects<'b> {
        SdpDefects::new(*self)
    }

    /// Whether anything is odd about it: looks until the first defect is found.
    #[must_use]
    pub fn has_defects(&self) -> bool {
        self.defects().next().is_some()
    }
}

/// The defects of a description, line by line; what a section lacks follows its last line. Made by [`Sdp::defects`]. A line
/// shows each code at most once.
#[derive(Clone, Debug)]
pub struct SdpDefects<'b> {
    sdp: Sdp<'b>,
    lines: super::view::Lines<'b>,
    judge: Judge,
    /// Where the last line begins that holds anything.
    last: usize,
    /// Whether some other character set was named.
    charset: bool,
    done: bool,
}

impl<'b> SdpDefects<'b> {
    fn new(sdp: Sdp<'b>) -> SdpDefects<'b> {
        let full = sdp.lines().filter(|line| !line.text().is_empty());
        let last = full.last().map_or(0, |line| line.text().at());
        let charset = sdp.session().has(AttributeName::Charset);
        SdpDefects { sdp, lines: sdp.lines(), judge: Judge::new(), last, charset, done: false }
    }

    fn line(&mut self, line: &Line<'b>) {
        let text = line.text();
        self.bytes(line);
        if text.is_empty() {
            let code =
                if text.at() > self.last { DefectCode::SdpTrailingBlank } else { DefectCode::SdpBlankLine };
            return self.judge.add(code, line.end());
        }
        self.judge.line(line.kind(), text, line.value());
    }

    /// Line ends, and bytes that no line has.
    fn bytes(&mut self, line: &Line<'b>) {
        let (text, end) = (line.text(), line.end());
        match end.bytes() {
            b"\n" => self.judge.add(DefectCode::SdpLf, end),
            b"" => self.judge.add(DefectCode::SdpNoLineEnd, end),
            _ => {}
        }
        let bytes = text.bytes();
        if let Some(at) = memchr::memchr2(b'\r', 0, bytes) {
            let code = if bytes.get(at) == Some(&0) { DefectCode::SdpNul } else { DefectCode::SdpBareCr };
            self.judge.add(code, text.slice(at..at.saturating_add(1)));
        }
        if !self.charset
            && let Err(error) = core::str::from_utf8(bytes)
        {
            let at = error.valid_up_to();
            let len = error.error_len().unwrap_or(bytes.len().saturating_sub(at));
            self.judge.add(DefectCode::SdpNotUtf8, text.slice(at..at.saturating_add(len)));
        }
    }
}

impl Iterator for SdpDefects<'_> {
    type Item = Defect;

    fn next(&mut self) -> Option<Defect> {
        loop {
            if let Some(defect) = self.judge.take_first() {
                return Some(defect);
            }
            if self.done {
                return None;
            }
            self.judge.clear();
            match self.lines.next() {
                Some(line) => self.line(&line),
                None => {
                    self.done = true;
                    let text = self.sdp.span();
                    self.judge.end_section(text.slice(text.len()..text.len()));
                }
            }
        }
    }
}

impl FusedIterator for SdpDefects<'_> {}
