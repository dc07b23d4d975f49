//! Text that is safe to show: nothing in it commands a terminal or turns the direction of writing.
//!
//! Escapes C0, DEL, C1, line and paragraph separators, bidirectional controls and bytes that are not UTF-8.
//! Reversible only for a reader: a reverse solidus stays as it is.

use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// Appends `bytes` as text for people; gives the columns it takes.
pub(crate) fn escape(bytes: &[u8], out: &mut String) -> usize {
    let mut width = 0;
    for chunk in bytes.utf8_chunks() {
        width += chunk.valid().chars().map(|letter| escape_char(letter, out)).sum::<usize>();
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
            width += 4;
        }
    }
    width
}

/// The same as a string of its own.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let mut out = String::new();
    escape(bytes, &mut out);
    out
}

/// Which end of a long text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Start,
    End,
}

/// `bytes` as text for people in so many columns, with an ellipsis where there is more. Tears no escape.
pub(crate) fn fit(bytes: &[u8], columns: usize, keep: Keep) -> String {
    // A character of four bytes takes a column or more.
    let window = match keep {
        Keep::Start => bytes.get(..4 * columns).unwrap_or(bytes),
        Keep::End => &bytes[bytes.len().saturating_sub(4 * columns)..],
    };
    // Where each character's text begins and how wide it is.
    let (mut text, mut letters) = (String::new(), Vec::new());
    for chunk in window.utf8_chunks() {
        let valid = chunk.valid().split_inclusive(|_: char| true).map(str::as_bytes);
        for letter in valid.chain(chunk.invalid().chunks(1)) {
            letters.push((text.len(), escape(letter, &mut text)));
        }
    }
    let total: usize = letters.iter().map(|(_, wide)| wide).sum();
    if window.len() == bytes.len() && total <= columns {
        return text;
    }
    let mut left = columns.saturating_sub(1);
    let mut fits = |wide: usize| {
        let room = left.checked_sub(wide);
        left = room.unwrap_or(left);
        room.is_some()
    };
    match keep {
        Keep::Start => {
            let end = letters.iter().find(|(_, wide)| !fits(*wide)).map_or(text.len(), |(at, _)| *at);
            format!("{}…", &text[..end])
        }
        Keep::End => {
            let kept = letters.iter().rev().take_while(|(_, wide)| fits(*wide)).last();
            format!("…{}", &text[kept.map_or(text.len(), |(at, _)| *at)..])
        }
    }
}

/// How many columns `text` takes, which holds no controls.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|letter| letter.width().unwrap_or(0)).sum()
}

/// `text`, cut to `columns` with an ellipsis where it is longer.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = columns.saturating_sub(1);
    for letter in text.chars() {
        let wide = letter.width().unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        out.push(letter);
    }
    out.push('…');
    out
}

fn escape_char(letter: char, out: &mut String) -> usize {
    let before = out.len();
    match letter {
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\n' => out.push_str("\\n"),
        '\0' => out.push_str("\\0"),
        '\x01'..='\x1f' | '\x7f' => {
            let _ = write!(out, "\\x{:02x}", u32::from(letter));
        }
        _ if is_control(letter) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(letter));
        }
        _ => {
            out.push(letter);
            return letter.width().unwrap_or(0);
        }
    }
    out.len() - before
}

/// Whether a terminal or a reader may be misled by `letter`, which is beyond ASCII.
pub(crate) fn is_control(letter: char) -> bool {
    matches!(letter,
        // C1, separators, byte-order mark, soft hyphen
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{ad}'
        // UAX #9 controls and marks; zero width
        | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Tags, invisible
        | '\u{e0000}'..='\u{e007f}')
}

/// JSON with the same characters written as JSON escapes: it means the same. JSON has the C0 controls escaped
/// already, and characters beyond ASCII stand in its strings only.
pub(crate) fn escape_json(json: &str, out: &mut String) {
    for letter in json.chars() {
        if is_control(letter) || letter == '\x7f' {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(letter);
        }
    }
}

/// Lines with the controls escaped but for the line ends.
pub(crate) fn escape_lines(text: &str, out: &mut String) {
    for letter in text.chars() {
        if matches!(letter, '\r' | '\n') {
            out.push(letter);
        } else {
            escape_char(letter, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_commands_the_terminal() {
        let hostile = "\x1b[2J\u{9b}31m\u{202e}evil\u{2066}\x07\x7f\t\0\u{200b}é語".as_bytes();
        let mut out = String::new();
        let columns = escape(&[hostile, b"\xff\xc3"].concat(), &mut out);
        assert_eq!(out, "\\x1b[2J\\u{9b}31m\\u{202e}evil\\u{2066}\\x07\\x7f\\t\\0\\u{200b}é語\\xff\\xc3");
        assert_eq!(columns, width(&out));
    }

    #[test]
    fn json_means_the_same() {
        let mut out = String::new();
        escape_json("{\"a\":\"\u{202e}\u{9b}\x7f\u{e0001}é\"}", &mut out);
        assert_eq!(out, "{\"a\":\"\\u202e\\u009b\\u007f\\udb40\\udc01é\"}");
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(value["a"], "\u{202e}\u{9b}\x7f\u{e0001}é");
    }

    #[test]
    fn cuts_count_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("語語語", 4), "語…");
    }
}
