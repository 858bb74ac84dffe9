//! What stands over the screen for a moment: lists to choose from, questions, help.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Clear, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::sheet;
use super::theme::Theme;
use crate::client::format::{fitted, one_word};
use crate::domain::text::wrapped;
use crate::tui::app::{App, AskFor, Asked, Mode, PickFor, Picker, Sheet};
use crate::tui::keys::{COMMANDS, hangul};

pub fn draw(app: &App, theme: Theme, frame: &mut Frame, area: Rect) {
    match &app.mode {
        Mode::Pick(picker) => draw_picker(app, theme, picker, frame, area),
        Mode::Ask(asked) => draw_asked(app, theme, asked, frame, area),
        Mode::Confirm(confirm) => {
            let mut lines = body(&confirm.question, area);
            lines.push(Line::styled(app.say.t("yes-or-no"), theme.strong()));
            window(frame, area, &app.say.t("confirm-title"), lines);
        }
        Mode::Sheet(sheet) => draw_sheet(app, sheet, frame, area),
        Mode::Help => {
            window(frame, area, &app.say.t("help-title"), help(app, area));
        }
        _ => {}
    }
}

/// The inside of a window in the middle, as high as its lines.
fn window(frame: &mut Frame, area: Rect, title: &str, lines: Vec<Line>) -> Rect {
    let width = area.width.saturating_sub(4).min(100);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height.saturating_sub(1));
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height.saturating_sub(height)) / 2;
    let place = Rect { x, y, width, height };
    let block = Block::new().borders(Borders::ALL).title(format!(" {title} "));
    let inside = block.inner(place);
    clear_cut(frame.buffer_mut(), place);
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(block), place);
    inside
}

/// A wide letter that begins left of the window covers its border on a terminal: what is left of such a letter goes.
fn clear_cut(buffer: &mut Buffer, place: Rect) {
    let Some(left) = place.x.checked_sub(1) else { return };
    for y in place.top()..place.bottom() {
        if let Some(cell) = buffer.cell_mut((left, y)).filter(|cell| cell.symbol().width() > 1) {
            cell.set_symbol(" ");
        }
    }
}

/// What is read out, from the row it was scrolled to.
fn draw_sheet(app: &App, sheet: &Sheet, frame: &mut Frame, area: Rect) {
    let room = usize::from(area.height.saturating_sub(4)).max(1);
    let all: Vec<Line> = sheet::lines(app, sheet).iter().flat_map(|line| body(line, area)).collect();
    let first = sheet.scroll.min(all.len().saturating_sub(room));
    let shown = all.into_iter().skip(first).take(room).collect();
    window(frame, area, &sheet::title(app, sheet), shown);
}

fn width_of(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(6).min(98))
}

fn body(text: &str, area: Rect) -> Vec<Line<'static>> {
    wrapped(text, width_of(area)).into_iter().map(Line::from).collect()
}

/// The words over a list. What is passed on is named.
pub fn picker_title(app: &App, picker: &Picker) -> String {
    let id = match picker.what {
        PickFor::Canned { .. } => "pick-canned",
        PickFor::Category => "pick-category",
        PickFor::Close { send: None } => "pick-close",
        PickFor::Close { send: Some(_) } => "pick-send-close",
        PickFor::Desk => "pick-desk",
        PickFor::Presence => "pick-presence",
        PickFor::Bulletin => "pick-bulletin",
        PickFor::Found => "pick-found",
        PickFor::Service => "pick-service",
        PickFor::Photo => "pick-photo",
        PickFor::Doubt => "pick-doubt",
        PickFor::Decision { .. } => "pick-decision",
    };
    let danger = in_danger(app).map_or_else(String::new, |words| format!(" · {words}"));
    app.say.with(id, [("who", format!("{}{danger}", app.addressee()).into())])
}

/// That nothing in the list is called what was typed.
pub fn nothing_fits(app: &App, picker: &Picker) -> Option<String> {
    let id = match picker.what {
        // Who there is is not known: the server decides.
        PickFor::Desk if app.colleagues.is_empty() => "pick-person",
        PickFor::Desk => "pick-nobody",
        _ => "pick-nothing",
    };
    picker.fitting().is_empty().then(|| app.say.t(id))
}

/// That the open conversation is a danger.
fn in_danger(app: &App) -> Option<String> {
    app.leaves_at_once().then(|| app.say.t("tier-1"))
}

fn draw_picker(app: &App, theme: Theme, picker: &Picker, frame: &mut Frame, area: Rect) {
    let say = &app.say;
    let title = picker_title(app, picker);
    let width = width_of(area);
    let fitting = picker.fitting();
    let at = picker.at.min(fitting.len().saturating_sub(1));
    let detail: Vec<Line> = match picker.chosen() {
        Some(item) if !item.detail.is_empty() => {
            wrapped(&item.detail, width).into_iter().map(Line::from).collect()
        }
        _ => Vec::new(),
    };
    // Half of the window for the list, the rest for the whole text of the chosen one.
    let room = usize::from(area.height.saturating_sub(5));
    let n_list = if detail.is_empty() { room } else { (room / 2).max(3) };
    let first = (at + 1).saturating_sub(n_list);
    let prompt = format!("{} {}", say.t("pick-filter"), picker.filter.text());
    let mut lines = vec![Line::from(fitted(&prompt, width))];
    for (n, item) in fitting.iter().enumerate().skip(first).take(n_list) {
        let key = if item.detail.is_empty() { String::new() } else { format!("[{}] ", item.key) };
        // A lead of spaces would be taken off.
        let words = fitted(&format!("{key}{}", item.label), width.saturating_sub(2));
        let words = format!("{} {words}", if n == at { "▸" } else { " " });
        lines.push(if n == at { Line::styled(words, theme.selected()) } else { Line::from(words) });
    }
    lines.extend(nothing_fits(app, picker).iter().flat_map(|words| body(words, area)));
    if !detail.is_empty() {
        lines.push(Line::styled("─".repeat(width.min(40)), theme.faint()));
        lines.extend(detail.into_iter().take(room.saturating_sub(n_list)));
    }
    let inside = window(frame, area, &title, lines);
    cursor(frame, inside, 0, prompt.width());
}

/// What is asked.
pub fn asked_words(app: &App, asked: &Asked) -> String {
    let (id, to) = match &asked.what {
        AskFor::Note => ("ask-note", String::new()),
        AskFor::Promise => ("ask-promise", String::new()),
        AskFor::Remind => ("ask-remind", String::new()),
        AskFor::RemindText(at) => ("ask-remind-text", app.times().clock(*at)),
        AskFor::TransferNote { desk: Some(desk), .. } => ("to-desk", app.desk_name(desk)),
        AskFor::TransferNote { person, .. } => {
            ("to-person", colleague(app, person.as_deref().unwrap_or_default()))
        }
        AskFor::FalseAlarm => ("ask-false-alarm", String::new()),
        AskFor::Reveal => ("ask-reveal", String::new()),
        AskFor::Unmask => ("ask-unmask", String::new()),
        AskFor::Told(service) => ("ask-told-who", (*service).to_owned()),
        AskFor::Take => ("ask-take", String::new()),
        AskFor::Search => ("ask-search", String::new()),
    };
    let words = app.say.with(id, [("to", to.into())]);
    if !matches!(asked.what, AskFor::TransferNote { .. }) {
        return words;
    }
    let danger = in_danger(app).map_or_else(String::new, |words| format!(" ({words})"));
    let who = format!("{}{danger}", app.addressee());
    app.say.with("ask-transfer-note", [("who", who.into()), ("to", words.into())])
}

/// The name of a colleague; what was typed where it is not known.
fn colleague(app: &App, login: &str) -> String {
    let known = app.colleagues.iter().find(|one| one.login == login);
    one_word(known.map_or(login, |one| &one.name))
}

fn draw_asked(app: &App, theme: Theme, asked: &Asked, frame: &mut Frame, area: Rect) {
    let mut lines = body(&asked_words(app, asked), area);
    let row = lines.len();
    let prompt = format!("> {}", asked.input.text());
    // The end of a long answer is what is being typed.
    let width = width_of(area).saturating_sub(2);
    let mut shown = prompt.as_str();
    while shown.width() > width {
        shown = shown.char_indices().nth(1).map_or("", |(at, _)| &shown[at..]);
    }
    lines.push(Line::from(shown.to_owned()));
    if let Some(error) = &asked.error {
        let style = theme.tone(crate::client::message::Tone::Alert);
        lines.extend(body(error, area).into_iter().map(|line| line.style(style)));
    }
    let n_cut = prompt.width() - shown.width();
    let column = (2 + asked.input.layout(10_000).1.0).saturating_sub(n_cut);
    let inside = window(frame, area, &app.say.t("ask-title"), lines);
    cursor(frame, inside, row, column);
}

fn cursor(frame: &mut Frame, inside: Rect, row: usize, column: usize) {
    let x = inside.x + u16::try_from(column).unwrap_or(u16::MAX).min(inside.width.saturating_sub(1));
    let y = inside.y + u16::try_from(row).unwrap_or(0);
    if inside.height > 0 && y < inside.bottom() {
        frame.set_cursor_position((x, y));
    }
}

/// Every key, with its letter on a Korean keyboard, in as many columns as there is room for.
fn help(app: &App, area: Rect) -> Vec<Line<'static>> {
    let width = width_of(area);
    let entry = |(key, _, id): &(char, crate::tui::keys::Command, &str)| {
        let letter = hangul(*key).map(|letter| format!(" {letter}")).unwrap_or_default();
        format!("{key}{letter}  {}", app.say.t(&format!("key-{id}")))
    };
    let entries: Vec<String> = COMMANDS.iter().map(entry).collect();
    let n_columns = if width >= 60 { 2 } else { 1 };
    let n_rows = entries.len().div_ceil(n_columns);
    let column = width / n_columns;
    let row = |row: usize| {
        let cells = entries.iter().skip(row).step_by(n_rows);
        Line::from(cells.map(|cell| crate::client::format::padded(cell, column)).collect::<String>())
    };
    let mut lines: Vec<Line> = (0..n_rows).map(row).collect();
    lines.extend(body(&app.say.t("help-more"), area));
    lines.extend(body(&app.say.t("help-writing"), area));
    if app.me.role == "supervisor" {
        lines.extend(body(&app.say.t("help-supervisor"), area));
    }
    lines
}
