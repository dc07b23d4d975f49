//! The messages cut from RFCs, and what their index says of them.
//!
//! Clean: the RFC prints the message whole, without placeholders, omitted lines or a wrong
//! length, so a parser must represent it without complaint. The index is `corpus/rfc/index.jsonl`.

use crate::read::{Error, root};

/// One message of `corpus/rfc/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Path below `corpus/rfc/`.
    pub name: String,
    /// The number of the RFC.
    pub rfc: u32,
    /// The line of the RFC's text where the message starts, from 1.
    pub line: u32,
    /// Its first line.
    pub start_line: String,
    /// Whether the RFC prints it whole and consistent.
    pub clean: bool,
    /// What keeps it from being clean, and neutral marks such as `folded`.
    pub flags: Vec<String>,
    /// For clean ones with a slip of the RFC's own: the defect it must show, and the slip in words
    /// (`corpus/rfc/slips.csv`). All other clean ones show no defect.
    pub slip: Option<(String, String)>,
    /// The message, byte for byte.
    pub bytes: Vec<u8>,
}

/// Every RFC example, in the order of the index.
///
/// # Errors
/// Names the file, or the line of the index, that cannot be read.
pub fn examples() -> Result<Vec<Example>, Error> {
    let folder = root().join("rfc");
    let index = std::fs::read_to_string(folder.join("index.jsonl"))
        .map_err(|error| Error::new(format!("cannot read corpus/rfc/index.jsonl: {error}")))?;
    let slips = std::fs::read_to_string(folder.join("slips.csv"))
        .map_err(|error| Error::new(format!("cannot read corpus/rfc/slips.csv: {error}")))?;
    let slip = |name: &str| {
        let row = slips.lines().find_map(|row| row.strip_prefix(name)?.strip_prefix(','))?;
        let (defect, words) = row.split_once(',')?;
        Some((defect.to_owned(), words.trim_matches('"').to_owned()))
    };
    let lines = index.lines().enumerate();
    lines
        .map(|(at, line)| {
            let missing = |key: &str| Error::new(format!("corpus/rfc/index.jsonl line {}: no {key}", at + 1));
            let number =
                |key: &'static str| field(line, key).and_then(|v| v.parse().ok()).ok_or_else(|| missing(key));
            let name = string(line, "file").ok_or_else(|| missing("file"))?;
            let bytes = std::fs::read(folder.join(&name))
                .map_err(|error| Error::new(format!("cannot read corpus/rfc/{name}: {error}")))?;
            Ok(Example {
                rfc: number("rfc")?,
                line: number("line")?,
                start_line: string(line, "start_line").ok_or_else(|| missing("start_line"))?,
                clean: field(line, "clean").ok_or_else(|| missing("clean"))? == "true",
                flags: list(line, "flags"),
                slip: slip(&name),
                name,
                bytes,
            })
        })
        .collect()
}

/// The text after `"key": `, to the next comma or brace: numbers and words.
#[must_use]
pub fn field<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let rest = after(json, key)?;
    rest.find([',', '}']).and_then(|end| rest.get(..end))
}

/// The string value of `key` in one flat JSON object; escapes resolved, surrogate pairs not joined.
#[must_use]
pub fn string(json: &str, key: &str) -> Option<String> {
    let mut chars = after(json, key)?.strip_prefix('"')?.chars();
    let mut text = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(text),
            '\\' => text.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let digits: String = chars.by_ref().take(4).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
                        .unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                other => other,
            }),
            other => text.push(other),
        }
    }
}

fn list(json: &str, key: &str) -> Vec<String> {
    let inside =
        after(json, key).and_then(|rest| rest.strip_prefix('[')).and_then(|rest| rest.split(']').next());
    let items = inside.unwrap_or("").split(',').map(|item| item.trim().trim_matches('"').to_owned());
    items.filter(|item| !item.is_empty()).collect()
}

fn after<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let quoted = format!("\"{key}\":");
    let at = json.find(&quoted)?;
    json.get(at + quoted.len()..).map(str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::{field, list, string};

    #[test]
    fn flat_objects_give_their_fields() {
        let json =
            r#"{"rfc": 3261, "start_line": "A \"b\" \u00e4", "flags": ["folded", "x"], "clean": true}"#;
        assert_eq!(field(json, "rfc"), Some("3261"));
        assert_eq!(field(json, "clean"), Some("true"));
        assert_eq!(string(json, "start_line").as_deref(), Some("A \"b\" ä"));
        assert_eq!(list(json, "flags"), ["folded", "x"]);
        assert_eq!(string(json, "none"), None);
    }
}
