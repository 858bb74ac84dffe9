//! Charts as SVG inside the page: dark bars on white with their values, so that they can be read in black and white.

use std::fmt::Write;

use super::values::{escaped, first, is_in_time, largest, shown};
use crate::api::wire::TableView;
use crate::client::Say;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 200;
/// Room for labels below upright bars, and beside lying ones.
const BELOW: i64 = 30;
const BESIDE: i64 = 230;
const LINE: i64 = 18;
/// As wide as a label or a value is; where bars are narrower, only some have them.
const MOST_WIDTH: i64 = 32;
/// The most lying bars.
const MOST_LINES: usize = 30;

/// The chart of a table's first column; nothing for a table without rows.
pub fn chart(say: Say, table: &TableView) -> String {
    match (table.rows.is_empty(), is_in_time(table)) {
        (true, _) => String::new(),
        (false, true) => upright(table),
        (false, false) => lying(say, table),
    }
}

fn begin(table: &TableView, height: i64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(&table.title)
    )
}

fn upright(table: &TableView) -> String {
    let (most, n) = (largest(table), i64::try_from(table.rows.len()).unwrap_or(1).max(1));
    // Labels and values do not overlap.
    let each = usize::try_from((MOST_WIDTH * n).div_euclid(WIDTH) + 1).unwrap_or(1);
    let step = WIDTH as f64 / n as f64;
    let mut svg = begin(table, HEIGHT + BELOW);
    for (place, row) in table.rows.iter().enumerate() {
        let value = first(row).unwrap_or(0);
        let tall = value * (HEIGHT - 20) / most;
        let (x, y) = (place as f64 * step, HEIGHT - tall);
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"{tall}\" fill=\"#333\"/>",
            x + step * 0.1,
            step * 0.8
        );
        if place % each == 0 {
            let (middle, label) = (x + step / 2.0, short(&row.label));
            let _ = write!(
                svg,
                "<text x=\"{middle:.1}\" y=\"{}\" class=\"v\">{value}</text>\
                 <text x=\"{middle:.1}\" y=\"{}\" class=\"l\">{}</text>",
                y - 3,
                HEIGHT + 14,
                escaped(label)
            );
        }
    }
    let _ =
        write!(svg, "<line x1=\"0\" y1=\"{HEIGHT}\" x2=\"{WIDTH}\" y2=\"{HEIGHT}\" stroke=\"#000\"/></svg>");
    svg
}

/// Of a date only month and day, of an hour only the number: bars are narrow.
fn short(label: &str) -> &str {
    let is_date = label.len() == 10 && label.as_bytes().get(4) == Some(&b'-');
    match label.strip_suffix(":00") {
        Some(hour) => hour,
        None if is_date => label.get(5..).unwrap_or(label),
        None => label,
    }
}

fn lying(say: Say, table: &TableView) -> String {
    let most = largest(table);
    let rows = &table.rows[..table.rows.len().min(MOST_LINES)];
    let height = i64::try_from(rows.len()).unwrap_or(0) * LINE + 4;
    let mut svg = begin(table, height);
    for (place, row) in (0_i64..).zip(rows) {
        let (y, value) = (place * LINE, first(row).unwrap_or(0));
        let long = value * (WIDTH - BESIDE - 120) / most;
        let cells = table.columns.iter().zip(&row.cells).take(2);
        let shown: Vec<String> = cells.map(|(column, cell)| shown(say, &column.unit, *cell)).collect();
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" class=\"r\">{}</text>\
             <rect x=\"{BESIDE}\" y=\"{}\" width=\"{long}\" height=\"12\" fill=\"#333\"/>\
             <text x=\"{}\" y=\"{}\" class=\"s\">{}</text>",
            BESIDE - 6,
            y + 13,
            escaped(&row.label),
            y + 3,
            BESIDE + long + 6,
            y + 13,
            escaped(&shown.join(" · "))
        );
    }
    svg.push_str("</svg>");
    svg
}
