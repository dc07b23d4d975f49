//! Rust source as words: enough of a lexer to tell code from comments and literals.
//!
//! Does not parse: it blanks comments, strings and characters, and looks for words in the rest.

/// The text with comments and literals blanked; lines keep their places.
pub(crate) fn code_only(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(bytes, at);
        if end > at {
            out.extend(text[at..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            // Words are taken whole so that the r of `for"` opens no raw string.
            let word = bytes[at..].iter().take_while(|byte| is_word(**byte)).count().max(1);
            out.push_str(&String::from_utf8_lossy(&bytes[at..at + word]));
            at += word;
        }
    }
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where the comment or literal that begins here ends; `at` itself if none does.
fn literal_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let find = |from: usize, what: &[u8]| {
        let found = rest[from.min(rest.len())..].windows(what.len()).position(|window| window == what);
        found.map_or(bytes.len(), |found| at + from + found + what.len())
    };
    if rest.starts_with(b"//") {
        return find(2, b"\n").saturating_sub(1).max(at + 2);
    }
    if rest.starts_with(b"/*") {
        let (mut depth, mut here) = (0, 0);
        while here < rest.len() {
            match &rest[here..] {
                [b'/', b'*', ..] => (depth, here) = (depth + 1, here + 2),
                [b'*', b'/', ..] => (depth, here) = (depth - 1, here + 2),
                _ => here += 1,
            }
            if depth == 0 {
                break;
            }
        }
        return at + here;
    }
    let prefix = [&b"br"[..], b"cr", b"r", b"b", b"c", b""];
    for prefix in prefix.into_iter().filter(|prefix| rest.starts_with(prefix)) {
        let after = &rest[prefix.len()..];
        let hashes = after.iter().take_while(|byte| **byte == b'#').count();
        if prefix.ends_with(b"r") && after.get(hashes) == Some(&b'"') {
            let close = [&b"\""[..], &b"#".repeat(hashes)].concat();
            return find(prefix.len() + hashes + 1, &close);
        }
        if !prefix.ends_with(b"r") && after.first() == Some(&b'"') {
            return at + prefix.len() + quoted(after, b'"');
        }
        if matches!(prefix, b"" | b"b") && after.first() == Some(&b'\'') {
            // A lifetime has no closing quote behind its first character.
            let character = std::str::from_utf8(&after[1..after.len().min(5)]);
            let first = character.unwrap_or("x").chars().next().map_or(1, char::len_utf8);
            if after.get(1) == Some(&b'\\') || after.get(1 + first) == Some(&b'\'') {
                return at + prefix.len() + quoted(after, b'\'');
            }
        }
    }
    at
}

/// The length of a quoted literal, quotes included.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// The part of a file that ships: what stands before a `#[cfg(test)]` module written out.
pub(crate) fn shipped(code: &str) -> &str {
    let module = code.match_indices("#[cfg(test)]").find(|(at, mark)| {
        let rest = code[at + mark.len()..].trim_start();
        rest.starts_with("mod ") && rest.find('{') < rest.find(';').or(Some(usize::MAX)) && rest.contains('{')
    });
    module.map_or(code, |(at, _)| &code[..at])
}

/// How often a word stands in code.
pub(crate) fn words(code: &str, word: &str) -> usize {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|found| *found == word).count()
}

/// How many unsafe blocks code has; unsafe functions, impls and attributes are not counted.
pub(crate) fn unsafe_blocks(code: &str) -> usize {
    let places = code.match_indices("unsafe");
    places
        .filter(|(at, word)| {
            let whole = !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            whole && code[at + word.len()..].trim_start().starts_with('{')
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        let text = r##"
// unsafe { }
/* unsafe { /* nested */ unsafe { } */
let a = "unsafe { \" }"; let b = r#"unsafe { " "#; let c = b"unsafe {"; let d = '"'; let e = b'\'';
fn f<'a>(x: &'a u8) { unsafe { g(x) } }
#[cfg(test)]
mod tests { fn g() { unsafe { h() } } }
"##;
        let code = code_only(text);
        assert_eq!(code.lines().count(), text.lines().count());
        assert_eq!(unsafe_blocks(&code), 2, "{code}");
        assert_eq!(unsafe_blocks(shipped(&code)), 1);
        assert_eq!(words("forbid(unsafe_code) unsafe fn", "unsafe"), 1);
    }

    #[test]
    fn a_test_module_in_its_own_file_hides_nothing() {
        let code = "#[cfg(test)]\nmod tests;\nfn f() { unsafe { g() } }";
        assert_eq!(unsafe_blocks(shipped(code)), 1);
    }

    #[test]
    fn unterminated_text_ends_with_the_file() {
        for text in ["\"abc", "/* a", "r#\"a", "'", "'\\", "// a", "b'", "é'é'"] {
            assert!(code_only(text).len() <= text.len(), "{text}");
        }
    }
}
