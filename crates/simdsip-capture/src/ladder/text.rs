//! A ladder as text.

use super::Drawing;

/// Columns of a lane where there is room.
const LANE: usize = 30;
const NARROWEST: usize = 12;

pub(super) fn draw(drawing: &Drawing, columns: Option<usize>) -> String {
    let names = &drawing.names;
    let clock = drawing.arrows.iter().map(|arrow| drawing.clock(arrow).len()).max().unwrap_or(0);
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0) + 2;
    let labels = drawing.arrows.iter().map(|arrow| arrow.label.chars().count()).max().unwrap_or(0) + 6;
    // Many participants, or a narrow terminal, make the lanes narrow.
    let room = columns.unwrap_or(if names.len() > 4 { 170 } else { 150 }).saturating_sub(clock + 24);
    let widest = room / names.len().max(1);
    let lane = longest.max(labels.min(LANE)).min(widest.max(NARROWEST)).max(NARROWEST);
    let mut out = format!("{}  {}\n\n", drawing.call_id, drawing.began());
    // Where many names stand close, they take turns on several lines.
    let rows = longest.div_ceil(lane).max(1);
    for row in 0..rows {
        let mut line = vec![' '; clock + 2 + lane * names.len() + longest];
        for (at, name) in names.iter().enumerate().filter(|(at, _)| at % rows == row) {
            put(&mut line, (clock + 2 + lane * at + lane / 2).saturating_sub(name.chars().count() / 2), name);
        }
        push(&mut out, &line);
    }
    for arrow in &drawing.arrows {
        let mut line = vec![' '; clock + 2 + lane * names.len()];
        let centre = |at: usize| clock + 2 + lane * at + lane / 2;
        put(&mut line, clock - drawing.clock(arrow).len(), &drawing.clock(arrow));
        for at in 0..names.len() {
            line[centre(at)] = '│';
        }
        let (from, to) = (centre(arrow.from), centre(arrow.to));
        let text = &arrow.label;
        if from == to {
            put(&mut line, from + 2, text);
        } else {
            let (left, right) = (from.min(to), from.max(to));
            line[left + 1..right].fill('─');
            for at in 0..names.len() {
                if (left + 1..right).contains(&centre(at)) {
                    line[centre(at)] = '┼';
                }
            }
            if to > from {
                line[right - 1] = '▶'
            } else {
                line[left + 1] = '◀'
            }
            let space = right - left - 5;
            let shown = cut(text, space);
            put(&mut line, left + 3, &format!("{shown} "));
        }
        let mut text: String = line.into_iter().collect();
        text = text.trim_end().to_owned();
        let gap = (clock + 2 + lane * names.len()).saturating_sub(text.chars().count());
        text.push_str(&" ".repeat(gap));
        text.push_str(&format!(
            "  #{} {}{}",
            arrow.frame,
            arrow.note,
            if arrow.again { ", again" } else { "" }
        ));
        let text = columns.map_or(text.clone(), |columns| cut(&text, columns));
        out.push_str(text.trim_end());
        out.push('\n');
    }
    for line in drawing.left_out() {
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn put(line: &mut Vec<char>, at: usize, text: &str) {
    for (at, letter) in (at..).zip(text.chars()) {
        if at >= line.len() {
            line.resize(at + 1, ' ');
        }
        line[at] = letter;
    }
}

fn push(out: &mut String, line: &[char]) {
    let text: String = line.iter().collect();
    out.push_str(text.trim_end());
    out.push('\n');
}

fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    text.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
}
