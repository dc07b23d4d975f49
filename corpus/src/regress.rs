//! Cases that brought other parsers down, with what a parser owes to each.
//!
//! Reads `corpus/regress/INDEX.csv`; the expectations are for the policy Interop.

use crate::read::{Error, root};

/// One case of `corpus/regress/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// File name in `corpus/regress/`.
    pub file: String,
    /// The advisory, issue or commit it comes from.
    pub id: String,
    /// What it checks, one line.
    pub checks: String,
    /// As one datagram: `message` or `error`.
    pub datagram: String,
    /// Defects that the message must show, in any order; it may show no others.
    pub defects: Vec<String>,
    /// Length of the body in bytes, for a datagram that is a message.
    pub body_len: Option<usize>,
    /// As a stream, from a new framer of a server: `need`, `message`, `refused`, `ping` or `fatal`, what each
    /// call gives until the bytes are used up. Empty: not stated.
    pub stream: Vec<String>,
    /// Where the body is multipart and a count is owed: the parts of its first level, or why none.
    pub parts: Option<Parts>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a multipart body owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// So many parts.
    Count(usize),
    /// No usable boundary: an error.
    Error,
}

/// Every case, in the order of the index.
///
/// # Errors
/// Names the row or file that cannot be read.
pub fn cases() -> Result<Vec<Case>, Error> {
    let folder = root().join("regress");
    let index = std::fs::read_to_string(folder.join("INDEX.csv"))
        .map_err(|error| Error::new(format!("cannot read corpus/regress/INDEX.csv: {error}")))?;
    let rows = index.lines().enumerate().skip(1);
    rows.map(|(at, row)| {
        let fields = split(row);
        let [file, id, checks, datagram, defects, body_len, stream, parts] = fields.as_slice() else {
            return Err(Error::new(format!("corpus/regress/INDEX.csv line {}: expected 8 fields", at + 1)));
        };
        let bytes = std::fs::read(folder.join(file))
            .map_err(|error| Error::new(format!("cannot read corpus/regress/{file}: {error}")))?;
        Ok(Case {
            file: file.clone(),
            id: id.clone(),
            checks: checks.clone(),
            datagram: datagram.clone(),
            defects: defects.split_whitespace().map(str::to_owned).collect(),
            body_len: body_len.parse().ok(),
            stream: stream.split_whitespace().map(str::to_owned).collect(),
            parts: match parts.as_str() {
                "error" => Some(Parts::Error),
                count => count.parse().ok().map(Parts::Count),
            },
            bytes,
        })
    })
    .collect()
}

/// The fields of a CSV row (RFC 4180 §2, without line breaks inside quotes).
fn split(row: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = row.chars().peekable();
    while let Some(c) = chars.next() {
        let field = fields.last_mut().expect("starts with one field");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => field.push(c),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    #[test]
    fn rfc4180_2_quotes_protect_commas_and_double() {
        assert_eq!(super::split("a,\"b, \"\"c\"\"\",,d"), ["a", "b, \"c\"", "", "d"]);
    }
}
