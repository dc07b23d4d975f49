//! A ladder as JSON.

use super::Drawing;
use std::fmt::Write;

pub(super) fn draw(drawing: &Drawing) -> String {
    let mut out = format!("{{\"call_id\":{},\"participants\":[", quoted(&drawing.call_id));
    for (at, name) in drawing.names.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        out.push_str(&quoted(name));
    }
    out.push_str("],\"messages\":[");
    for (at, arrow) in drawing.arrows.iter().enumerate() {
        let mut ts = Vec::new();
        crate::table::write_time(arrow.time, &mut ts);
        let _ = write!(
            out,
            "{}{{\"ts\":{},\"seconds\":{},\"frame\":{},\"from\":{},\"to\":{},\"class\":\"{}\",\"label\":{},\"note\":{},\
             \"retransmission\":{}}}",
            if at == 0 { "" } else { "," },
            quoted(&String::from_utf8_lossy(&ts)),
            drawing.clock(arrow),
            arrow.frame,
            arrow.from,
            arrow.to,
            arrow.kind.name(),
            quoted(&arrow.label),
            quoted(&arrow.note),
            arrow.again,
        );
    }
    let _ = writeln!(out, "],\"others\":{},\"more\":{}}}", drawing.others, drawing.more);
    out
}

fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    crate::table::json_text(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
