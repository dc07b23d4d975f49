//! A line of the source with carets under some of its bytes.

use crate::escape::{Keep, fit, width};
use crate::style::{Ink, Style};

/// Columns before and behind the carets, and the carets themselves, that are shown of long lines.
const BEFORE: usize = 60;
const MARKED: usize = 60;
const BEHIND: usize = 60;

/// Where in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'b> {
    pub(crate) file: &'b str,
    pub(crate) bytes: &'b [u8],
    pub(crate) at: usize,
    pub(crate) len: usize,
}

/// The line of a place.
struct Line<'b> {
    number: usize,
    /// In bytes, from 1.
    column: usize,
    before: &'b [u8],
    marked: &'b [u8],
    behind: &'b [u8],
    /// Whether the place goes on in the next line.
    goes_on: bool,
}

impl<'b> Place<'b> {
    fn line(&self) -> Line<'b> {
        let at = self.at.min(self.bytes.len());
        let (head, tail) = self.bytes.split_at(at);
        let start = head.iter().rposition(|byte| *byte == b'\n').map_or(0, |lf| lf + 1);
        let number = 1 + head[..start].iter().filter(|byte| **byte == b'\n').count();
        let end = at + tail.iter().position(|byte| *byte == b'\n').map_or(tail.len(), |lf| lf + 1);
        let line = &self.bytes[start..end];
        let marked_end = (at + self.len).min(end);
        // The line end is shown only where it is what is odd.
        let text = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        let text_end = (start + text.len()).max(marked_end);
        Line {
            number,
            column: at - start + 1,
            before: &self.bytes[start..at],
            marked: &self.bytes[at..marked_end],
            behind: &self.bytes[marked_end..text_end],
            goes_on: (at + self.len).min(self.bytes.len()) > end,
        }
    }
}

/// Appends the place, its line and the carets, with a note behind them.
pub(crate) fn write(place: &Place<'_>, ink: Ink, note: &str, style: Style, out: &mut String) {
    let line = place.line();
    let number = line.number.to_string();
    let margin = " ".repeat(number.len());
    let bar = |lead: &str, out: &mut String| style.paint(Ink::Faint, &format!("{lead} |"), out);

    style.paint(Ink::Faint, &format!("{margin}-->"), out);
    out.push_str(&format!(" {}:{}:{}", place.file, line.number, line.column));
    style.paint(Ink::Faint, &format!(" (byte {})", place.at), out);
    out.push('\n');

    let before = fit(line.before, BEFORE, Keep::End);
    let marked = fit(line.marked, MARKED, Keep::Start);
    let behind = fit(line.behind, BEHIND, Keep::Start);

    bar(&margin, out);
    out.push('\n');
    bar(&number, out);
    out.push(' ');
    out.push_str(&before);
    style.paint(ink, &marked, out);
    out.push_str(&behind);
    out.push('\n');
    bar(&margin, out);
    out.push_str(&" ".repeat(1 + width(&before)));
    let mut carets = "^".repeat(width(&marked).max(1));
    if line.goes_on {
        carets.push('…');
    }
    if !note.is_empty() {
        carets.push(' ');
        carets.push_str(note);
    }
    style.paint(ink, &carets, out);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::When;

    fn shown(bytes: &[u8], at: usize, len: usize) -> String {
        let mut out = String::new();
        write(&Place { file: "f", bytes, at, len }, Ink::Odd, "note", Style::of(When::Never), &mut out);
        out
    }

    #[test]
    fn carets_stand_under_the_bytes() {
        assert_eq!(shown(b"ab\r\ncd ef\r\n", 7, 2), " --> f:2:4 (byte 7)\n  |\n2 | cd ef\n  |    ^^ note\n");
        assert_eq!(
            shown("é\x01x".as_bytes(), 2, 1),
            " --> f:1:3 (byte 2)\n  |\n1 | é\\x01x\n  |  ^^^^ note\n"
        );
        assert_eq!(shown(b"ab\ncd", 2, 1), " --> f:1:3 (byte 2)\n  |\n1 | ab\\n\n  |   ^^ note\n");
        assert_eq!(shown(b"ab\ncd\nef", 3, 6), " --> f:2:1 (byte 3)\n  |\n2 | cd\\n\n  | ^^^^… note\n");
        assert_eq!(shown(b"ab\n", 3, 0), " --> f:2:1 (byte 3)\n  |\n2 | \n  | ^ note\n");
        assert_eq!(shown(b"", 0, 0), " --> f:1:1 (byte 0)\n  |\n1 | \n  | ^ note\n");
    }

    #[test]
    fn long_lines_are_windowed() {
        let line = "x".repeat(100_000);
        for (at, len) in [(0, 100_000), (50_000, 1), (99_999, 1), (100_000, 0), (30, 40)] {
            let text = shown(line.as_bytes(), at, len);
            let longest = text.lines().map(width).max().unwrap();
            assert!(longest < 200, "{longest}: {text}");
            let marked = text.lines().nth(3).unwrap().chars().filter(|letter| *letter == '^').count();
            assert_eq!(marked, len.clamp(1, MARKED));
        }
        let odd = [&b"\xff".repeat(300)[..], "\u{202e}é".repeat(100).as_bytes()].concat();
        for at in [1, 150, 299, 305, 700] {
            let text = shown(&odd, at, 100);
            assert!(text.lines().all(|line| width(line) < 200), "{text}");
            // No escape is torn.
            assert!(!text.contains("…x") && !text.contains("…f") && !text.contains("\\…"), "{text}");
        }
    }
}
