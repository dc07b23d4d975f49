//! A ladder as a page: the picture and a table of the same messages. No script, nothing from elsewhere, and a policy
//! that forbids both.

use super::{Drawing, escaped, svg};
use std::fmt::Write;

pub(super) fn draw(drawing: &Drawing) -> String {
    let title = escaped(&drawing.call_id);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n\
         body {{ font: 14px/1.4 system-ui, sans-serif; margin: 16px; color: #1f2328; background: #fff; }}\n\
         .picture {{ overflow-x: auto; }}\n table {{ border-collapse: collapse; margin-top: 16px; }}\n\
         th, td {{ text-align: left; padding: 3px 12px 3px 0; border-bottom: 1px solid #d1d9e0; }}\n\
         td {{ overflow-wrap: anywhere; }}\n td.n {{ text-align: right; font-variant-numeric: tabular-nums; }}\n\
         </style>\n</head>\n<body>\n<div class=\"picture\">\n{}</div>\n\
         <table>\n<tr><th>seconds<th>frame<th>from<th>to<th>message<th>\n",
        svg::draw(drawing)
    );
    for arrow in &drawing.arrows {
        let name = |at: usize| escaped(drawing.names.get(at).map_or("", String::as_str));
        let _ = writeln!(
            out,
            "<tr><td class=\"n\">{}<td class=\"n\">{}<td>{}<td>{}<td style=\"color:{}\">{}<td>{}{}",
            drawing.clock(arrow),
            arrow.frame,
            name(arrow.from),
            name(arrow.to),
            arrow.kind.colour(),
            escaped(&arrow.label),
            escaped(&arrow.note),
            if arrow.again { ", again" } else { "" },
        );
    }
    out.push_str("</table>\n");
    for line in drawing.left_out() {
        let _ = writeln!(out, "<p>{line}</p>");
    }
    out.push_str("</body>\n</html>\n");
    out
}
