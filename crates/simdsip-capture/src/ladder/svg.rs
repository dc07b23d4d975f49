//! A ladder as a picture: SVG without scripts, styles or anything from elsewhere.

use super::{Arrow, Drawing, escaped};
use std::fmt::Write;

const ROW: usize = 34;
const TOP: usize = 84;
const CLOCK: usize = 84;

pub(super) fn draw(drawing: &Drawing) -> String {
    let count = drawing.names.len().max(1);
    // Wide lanes for few participants, narrow ones for many.
    let lane = (1100 / count).clamp(150, 260);
    let notes = 250;
    let width = CLOCK + lane * count + notes;
    let height = TOP + ROW * drawing.arrows.len() + 40;
    let centre = |at: usize| CLOCK + lane * at + lane / 2;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"ui-sans-serif, system-ui, sans-serif\" font-size=\"13\">\n\
         <title>{title}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"24\" font-weight=\"600\" fill=\"#1f2328\">{title}</text>\n\
         <text x=\"16\" y=\"42\" font-size=\"11\" fill=\"#59636e\">{began}</text>\n",
        title = escaped(&drawing.call_id),
        began = escaped(&drawing.began()),
    );
    for (at, name) in drawing.names.iter().enumerate() {
        let x = centre(at);
        let _ = write!(
            out,
            "<line x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{}\" stroke=\"#d1d9e0\"/>\n\
             <rect x=\"{}\" y=\"54\" width=\"{}\" height=\"24\" rx=\"4\" fill=\"#f6f8fa\" stroke=\"#d1d9e0\"/>\n\
             <text x=\"{x}\" y=\"70\" text-anchor=\"middle\" font-size=\"{}\" fill=\"#1f2328\">{}</text>\n",
            height - 24,
            x - lane / 2 + 4,
            lane - 8,
            if name.len() * 7 > lane - 12 { 9 } else { 12 },
            escaped(&shorter(name, lane / 6)),
        );
    }
    for (at, arrow) in drawing.arrows.iter().enumerate() {
        row(drawing, arrow, TOP + 24 + ROW * at, lane, &centre, CLOCK + lane * count, &mut out);
    }
    let left_out = drawing.left_out();
    if !left_out.is_empty() {
        let _ = writeln!(
            out,
            "<text x=\"16\" y=\"{}\" fill=\"#59636e\">{}</text>",
            height - 8,
            left_out.join(", ")
        );
    }
    out.push_str("</svg>\n");
    out
}

fn row(
    drawing: &Drawing,
    arrow: &Arrow,
    y: usize,
    lane: usize,
    centre: &impl Fn(usize) -> usize,
    notes: usize,
    out: &mut String,
) {
    let (from, to, colour) = (centre(arrow.from), centre(arrow.to), arrow.kind.colour());
    let dash = if arrow.again { " stroke-dasharray=\"5 4\"" } else { "" };
    let span = from.abs_diff(to).max(lane / 2);
    let label = shorter(&arrow.label, span.saturating_sub(16) / 7);
    let _ = write!(
        out,
        "<g class=\"{}\"><text x=\"{}\" y=\"{}\" text-anchor=\"end\" font-size=\"11\" fill=\"#59636e\">{}</text>",
        arrow.kind.name(),
        CLOCK - 12,
        y + 4,
        drawing.clock(arrow),
    );
    if from == to {
        let _ = write!(
            out,
            "<path d=\"M{from} {0} h28 v10 h-24\" fill=\"none\" stroke=\"{colour}\"{dash}/><text x=\"{1}\" y=\"{2}\" \
             fill=\"{colour}\">{3}</text>",
            y - 5,
            from + 34,
            y + 4,
            escaped(&label),
        );
    } else {
        let tip = if to > from { to - 9 } else { to + 9 };
        let _ = write!(
            out,
            "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"1.5\"{dash}/>\
             <path d=\"M{to} {y} L{tip} {} L{tip} {} Z\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{colour}\">{}</text>",
            y - 5,
            y + 5,
            usize::midpoint(from, to),
            y - 6,
            escaped(&label),
        );
    }
    let again = if arrow.again { ", again" } else { "" };
    let note = shorter(&format!("#{} {}{again}", arrow.frame, arrow.note), 42);
    let _ = writeln!(
        out,
        "<text x=\"{notes}\" y=\"{}\" font-size=\"11\" fill=\"#59636e\">{}</text></g>",
        y + 4,
        escaped(&note),
    );
}

fn shorter(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
