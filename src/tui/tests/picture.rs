//! The pictures of the README, from the screen itself. `MUNJA_PICTURES=1 cargo test pictures` writes them anew.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::drawn::{busy, drawn};
use super::*;
use crate::tui::view::Theme;

const COLUMN: f32 = 8.4;
const ROW: u16 = 20;

fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Red | Color::LightRed => "#ff6b6b",
        Color::Green | Color::LightGreen => "#a3d977",
        Color::Yellow | Color::LightYellow => "#f0c674",
        Color::Cyan | Color::LightCyan => "#7fd1e0",
        Color::DarkGray => "#8b93a3",
        _ => "#d8dee9",
    }
}

fn svg(buffer: &Buffer, title: &str, description: &str) -> String {
    let (width, height) = (f32::from(buffer.area.width) * COLUMN + 32.0, buffer.area.height * ROW + 44);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height}\" viewBox=\"0 0 {width:.0} {height}\" \
         role=\"img\" aria-labelledby=\"t d\">\n<title id=\"t\">{title}</title><desc id=\"d\">{description}</desc>\n\
         <rect width=\"{width:.0}\" height=\"{height}\" rx=\"10\" fill=\"#1b1f27\"/>\n\
         <g font-family=\"ui-monospace,'SF Mono',Menlo,Consolas,'D2Coding','Nanum Gothic Coding','Noto Sans Mono CJK KR',monospace\" \
         font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let (begin, mut words) = (x, String::new());
            let style = |at: u16| (buffer[(at, y)].fg, buffer[(at, y)].modifier);
            while x < buffer.area.width && style(x) == style(begin) {
                let symbol = buffer[(x, y)].symbol();
                words.push_str(symbol);
                x += u16::try_from(symbol.width().max(1)).expect("narrow");
            }
            run(&mut svg, (begin, x, y), cell, &words);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// A run of cells of one look.
fn run(svg: &mut String, (begin, end, y): (u16, u16, u16), cell: &ratatui::buffer::Cell, words: &str) {
    let is_reversed = cell.modifier.contains(Modifier::REVERSED);
    if words.trim().is_empty() && !is_reversed {
        return;
    }
    let (left, base) = (16.0 + f32::from(begin) * COLUMN, 36 + y * ROW);
    let mut ink = colour(cell.fg);
    if is_reversed {
        let width = f32::from(end - begin) * COLUMN;
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"{ROW}\" fill=\"{ink}\"/>",
            base - 15
        );
        ink = "#1b1f27";
    }
    let weight = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"700\"" } else { "" };
    // Words apart, so that a font of other widths moves nothing.
    let mut column = begin;
    for word in words.split_inclusive(' ') {
        let shown = word.trim_end().replace('&', "&amp;").replace('<', "&lt;");
        if !shown.is_empty() {
            let left = 16.0 + f32::from(column) * COLUMN;
            let _ = writeln!(svg, "<text x=\"{left:.1}\" y=\"{base}\" fill=\"{ink}\"{weight}>{shown}</text>");
        }
        column += u16::try_from(word.width()).expect("narrow");
    }
}

#[test]
fn the_pictures_show_the_screen_as_it_is() {
    let table = [
        (
            Lang::Ko,
            "desk.ko.svg",
            "munja desk: 문자 상담 화면",
            "왼쪽에 기다리는 시민들, 오른쪽에 상담 내용과 쓰고 있는 답변, 아래에 길이와 키가 있습니다.",
        ),
        (
            Lang::En,
            "desk.svg",
            "munja desk: the terminal desk",
            "The citizens who wait on the left, the one in danger first; the conversation, the answer that is being written and its length on the right; the keys below.",
        ),
    ];
    for (lang, file, title, description) in table {
        let mut town = busy(lang);
        town.press("<Down><Down><Enter>a");
        town.types(if lang == Lang::Ko {
            "네. 바로 신고해 드리겠습니다. 주소를 알려 주세요."
        } else {
            "Yes. Please tell us the address."
        });
        let made = svg(drawn(&town.app, Theme::Colour, (150, 22)).backend().buffer(), title, description);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(file);
        if std::env::var_os("MUNJA_PICTURES").is_some() {
            std::fs::write(&path, &made).expect("written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == made,
            "{file} shows another screen: MUNJA_PICTURES=1 cargo test --lib -- the_pictures"
        );
    }
}
