//! The composer and the look before sending: what is written, how long it is for the carrier in use, what it cannot carry, and the
//! answer as it will arrive.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation;

use super::theme::Theme;
use crate::api::wire::MessageView;
use crate::client::Say;
use crate::client::format::fitted;
use crate::client::format::thousands;
use crate::client::message::{Tone, advice_line, author};
use crate::domain::text::{Limits, Piece, Unfit, one_line, plan, unencodable, wrapped};
use crate::tui::app::{App, Mode, Review};
use crate::tui::editor::Editor;
use crate::tui::places::MARGIN;

/// Columns of an earlier answer that the look names.
const ANSWERED_COLUMNS: usize = 30;

pub fn draw(app: &App, theme: Theme, frame: &mut Frame, area: Rect) {
    if area.height == 0 {
        return;
    }
    match &app.mode {
        Mode::Review(review) => draw_review(app, theme, review, frame, area),
        _ => draw_text(app, theme, frame, area),
    }
}

fn draw_text(app: &App, theme: Theme, frame: &mut Frame, area: Rect) {
    let empty = Editor::default();
    let editor = app.n().and_then(|n| app.drafts.get(&n)).unwrap_or(&empty);
    let width = usize::from(area.width);
    let (tone, length) = length(&app.say, editor.text(), &app.limits());
    let title = format!("── {} · {length} ─", app.say.t("composer-title"));
    let mut lines = vec![Line::styled(
        fitted(&title, width),
        match tone {
            Tone::Alert => theme.tone(Tone::Alert),
            _ => theme.strong(),
        },
    )];
    let (rows, (x, y)) = editor.layout(width.saturating_sub(usize::from(MARGIN)));
    let room = usize::from(area.height).saturating_sub(1);
    let first = (y + 1).saturating_sub(room);
    for row in rows.iter().skip(first).take(room) {
        lines.push(marked(app, theme, &editor.text()[row.clone()]));
    }
    frame.render_widget(Paragraph::new(lines), area);
    if matches!(app.mode, Mode::Write) && room > 0 {
        // The terminal's own cursor: an input method composes where it stands.
        let column = area.x + MARGIN + u16::try_from(x).unwrap_or(u16::MAX);
        let row = area.y + 1 + u16::try_from(y - first).unwrap_or(u16::MAX);
        frame.set_cursor_position((column.min(area.right().saturating_sub(1)), row));
    }
}

/// A row of the composer; what the carrier can't carry is marked.
fn marked(app: &App, theme: Theme, row: &str) -> Line<'static> {
    let charset = app.limits().charset;
    let mut spans = vec![Span::raw("> ")];
    for cluster in row.graphemes(true) {
        if unencodable(cluster, charset).is_empty() {
            spans.push(Span::raw(cluster.to_owned()));
        } else {
            spans.push(Span::styled(cluster.to_owned(), theme.cannot()));
        }
    }
    Line::from(spans)
}

/// `SMS 84/90바이트`, `LMS 3통, 5,200바이트`, or what stands in the way.
pub fn length(say: &Say, text: &str, limits: &Limits) -> (Tone, String) {
    let unit = say.t(if limits.unit() == "segments" { "unit-segments" } else { "unit-bytes" });
    let number = |n: usize| thousands(n).into();
    match plan(text, limits) {
        Err(Unfit::Empty) => (Tone::Faint, say.t("length-empty")),
        Err(Unfit::TooLong { .. }) => (Tone::Alert, say.t("length-too-long")),
        Err(Unfit::Unencodable(characters)) => {
            let names: String = characters.iter().take(8).map(|c| format!("{c} ")).collect();
            (Tone::Alert, say.with("length-cannot", [("characters", names.trim_end().to_owned().into())]))
        }
        Ok(pieces) => {
            let n: usize = pieces.iter().map(|piece| limits.size(piece)).sum();
            let kind = pieces.first().map_or("", |piece| piece.kind.as_str()).to_uppercase();
            let most = pieces.first().map_or(0, |piece| limits.most(piece.kind));
            let values = [
                ("kind", kind.into()),
                ("n", number(n)),
                ("most", number(most)),
                ("unit", unit.into()),
                ("parts", number(pieces.len())),
            ];
            let tone = if pieces.len() == 1 { Tone::Plain } else { Tone::Alert };
            (tone, say.with(if pieces.len() == 1 { "class-one" } else { "length-parts" }, values))
        }
    }
}

/// What is said before the answer itself: the citizen's last words, so that the right one is answered, and that it cannot be taken back.
/// With newer texts, those stand there already.
pub fn review_remarks(app: &App, review: &Review) -> Vec<(Tone, String)> {
    let texts = app.talk.iter().flat_map(|talk| talk.detail.messages.iter().rev());
    let last = texts.filter_map(MessageView::inbound).find(|text| !text.text.trim().is_empty());
    let last = last.filter(|text| review.newer.is_empty() && !text.is_abusive);
    let words = last.map(|text| one_line(&text.text, ABOUT_COLUMNS));
    let about = words.map(|words| (Tone::Plain, app.say.with("review-about", [("text", words.into())])));
    let at_once = app.leaves_at_once().then(|| (Tone::Alert, app.say.t("review-at-once")));
    about.into_iter().chain(at_once).collect()
}

/// Columns of the citizen's words above an answer that is looked at.
const ABOUT_COLUMNS: usize = 60;

/// Rows that the look before sending takes to be seen in full.
pub fn review_rows(app: &App, review: &Review, width: usize) -> usize {
    review_lines(app, Theme::Plain, review, width).len() + advice_lines(app).len()
}

/// The answer as it will arrive, and what came meanwhile beside it.
fn draw_review(app: &App, theme: Theme, review: &Review, frame: &mut Frame, area: Rect) {
    let lines = review_lines(app, theme, review, usize::from(area.width));
    // Advice keeps its place below, and at most half of it.
    let advice = advice_lines(app);
    let n_advice = advice.len().min(usize::from(area.height) / 2);
    let advice = advice.into_iter().rev().take(n_advice).rev();
    let advice = advice.map(|line| Line::styled(fitted(&line, usize::from(area.width)), theme.strong()));
    let room = usize::from(area.height) - n_advice;
    // What came meanwhile and the beginning are always seen; a long answer says how much is left.
    let n_hidden = lines.len().saturating_sub(room);
    let mut shown: Vec<Line> = lines.into_iter().take(room).collect();
    if n_hidden > 0 {
        shown.pop();
        let n = i64::try_from(n_hidden + 1).unwrap_or(i64::MAX);
        shown.push(Line::styled(app.say.with("review-more", [("n", n.into())]), theme.faint()));
    }
    shown.extend(advice);
    frame.render_widget(Paragraph::new(shown), area);
}

fn review_lines(app: &App, theme: Theme, review: &Review, width: usize) -> Vec<Line<'static>> {
    let say = &app.say;
    let (_, length) = length(say, app.draft(), &app.limits());
    let title = say.with("review-title", [("to", app.addressee().into()), ("length", length.into())]);
    let mut lines = vec![Line::styled(fitted(&format!("══ {title} ═"), width), theme.title())];
    let quoted = |text: &str, bar: &'static str| -> Vec<Line<'static>> {
        let rows = wrapped(text, width.saturating_sub(4));
        rows.into_iter().map(|row| Line::from(vec![Span::raw(bar), Span::raw(row)])).collect()
    };
    lines.extend(answered_line(app).map(|words| Line::styled(fitted(&words, width), theme.danger())));
    for (tone, words) in review_remarks(app, review) {
        let style = if tone == Tone::Alert { theme.danger() } else { theme.tone(tone) };
        lines.push(Line::styled(fitted(&words, width), style));
    }
    if !review.newer.is_empty() {
        let n = i64::try_from(review.newer.len()).unwrap_or(i64::MAX);
        lines.push(Line::styled(say.with("review-newer", [("n", n.into())]), theme.danger()));
        lines.extend(review.newer.iter().flat_map(|text| quoted(text.text(), "│ ")));
    }
    let Review { pieces, .. } = review;
    if pieces.len() > 1 {
        let n = i64::try_from(pieces.len()).unwrap_or(i64::MAX);
        lines.push(Line::styled(say.with("review-parts", [("n", n.into())]), theme.danger()));
    }
    lines.extend(pieces.iter().flat_map(|Piece { text, .. }| quoted(text, "┃ ")));
    lines
}

/// That the citizen has an answer already, which may be from another program of the same person or from a colleague.
pub fn answered_line(app: &App) -> Option<String> {
    let before = app.talk.as_ref()?.answered()?;
    let values = [
        ("at", app.times().clock(before.at).into()),
        ("who", author(&app.say, before).into()),
        ("text", one_line(&before.text, ANSWERED_COLUMNS).into()),
    ];
    Some(app.say.with("review-answered", values))
}

/// A line for each piece of advice about the answer that is looked at.
pub fn advice_lines(app: &App) -> Vec<String> {
    let advice = app.advice_now();
    let has_easier = advice.iter().any(|one| one.instead.is_some());
    let mut lines: Vec<String> = Vec::new();
    for one in advice {
        let line = format!("· {}", advice_line(&app.say, one));
        // The same words twice in an answer are one piece of advice.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.extend(has_easier.then(|| app.say.t("review-easier")));
    lines
}
