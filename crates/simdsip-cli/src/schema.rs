//! `schema`: the columns of a table.

use crate::args::Schema;
use crate::output::{Form, Output, Status};
use simdsip_capture::table::Column;
use std::io::{self, Write};

pub(crate) fn run(args: &Schema) -> io::Result<Status> {
    let mut output = Output::new(Form::Lines);
    if args.json {
        args.table.table().schema_json(output.buffer());
    } else if args.markdown {
        writeln!(output, "| column | type | null | meaning |\n|---|---|---|---|")?;
        for column in args.table.table().columns() {
            let null = if column.nullable { "yes" } else { "" };
            let meaning = meaning(column).replace('|', "\\|");
            writeln!(output, "| `{}` | {} | {null} | {meaning} |", column.name, column.ty.as_str())?;
        }
    } else {
        let longest =
            |text: fn(&Column) -> usize| args.table.table().columns().iter().map(text).max().unwrap_or(0);
        let (name, ty) = (longest(|column| column.name.len()), longest(|column| short(column).len()));
        for column in args.table.table().columns() {
            writeln!(output, "{:name$}  {:ty$}  {}", column.name, short(column), meaning(column))?;
        }
    }
    output.flush()?;
    Ok(Status::Finished)
}

/// The type, with a question mark where it may be null.
fn short(column: &Column) -> String {
    format!("{}{}", column.ty.as_str(), if column.nullable { "?" } else { "" })
}

fn meaning(column: &Column) -> String {
    let on_request = if column.on_request { " (only if named in --columns)" } else { "" };
    format!("{}{on_request}", column.doc)
}
