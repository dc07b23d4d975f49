//! The example values of the registry.

/// A row of registry/sip_header_examples.csv.
pub struct Example {
    pub id: u8,
    pub name: String,
    pub good: String,
}

/// Every row.
pub fn examples() -> Vec<Example> {
    let text = include_str!("../../registry/sip_header_examples.csv");
    let rows = text.lines().skip(1).map(cells);
    rows.map(|cells| match &cells[..] {
        [id, name, good, ..] => {
            let id = id.parse().expect("an id");
            Example { id, name: name.clone(), good: good.clone() }
        }
        _ => panic!("{cells:?}"),
    })
    .collect()
}

/// The fields of one line of RFC 4180 text.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut().expect("there is one");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cell.push(c),
        }
    }
    cells
}
