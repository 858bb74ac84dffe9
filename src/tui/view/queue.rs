//! The queue: how pressing, who, how long, which desk, first words.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::theme::Theme;
use crate::api::wire::ConversationSummary;
use crate::client::citizen;
use crate::client::format::{fitted, one_word, padded};
use crate::client::message::holder_of_danger;
use crate::tui::app::App;

/// Columns before the first words: how pressing, number, citizen, waiting time.
const MARK: usize = 10;
const NUMBER: usize = 6;
const CITIZEN: usize = 13;
const WAITS: usize = 10;
const DESK: usize = 8;

pub fn draw(app: &App, theme: Theme, frame: &mut Frame, area: Rect) {
    if area.height == 0 {
        return;
    }
    let width = usize::from(area.width);
    let area = draw_bulletins(app, theme, frame, area);
    if app.queue.rows.is_empty() {
        let id = match app.queue.was_loaded {
            true => "list-empty",
            false if app.queue.is_refused => "list-refused",
            false => "list-loading",
        };
        frame.render_widget(Paragraph::new(fitted(&app.say.t(id), width)), area);
        return;
    }
    let height = usize::from(area.height);
    let at = app.queue.rows.iter().position(|row| Some(row.id) == app.queue.selected).unwrap_or(0);
    // Danger stands first and stays in sight as long as there is room.
    let first = (at + 1).saturating_sub(height);
    let rows = app.queue.rows.iter().skip(first).take(height);
    let lines: Vec<Line> = rows.map(|row| line(app, theme, row, width)).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// What receipts carry now stands above the queue; returns what is left for that.
fn draw_bulletins(app: &App, theme: Theme, frame: &mut Frame, area: Rect) -> Rect {
    let width = usize::from(area.width);
    let room = usize::from(area.height / 4);
    let lines: Vec<Line> = app
        .bulletins_now()
        .take(room)
        .map(|one| Line::styled(fitted(&app.bulletin_words(one), width), theme.strong()))
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(0);
    frame.render_widget(Paragraph::new(lines), Rect { height, ..area });
    Rect { y: area.y + height, height: area.height - height, ..area }
}

fn line(app: &App, theme: Theme, row: &ConversationSummary, width: usize) -> Line<'static> {
    let is_selected = Some(row.id) == app.queue.selected;
    let (mark, mark_style) = mark(app, theme, row);
    let minutes = row.waiting_since_at.map_or(0, |at| (app.now - at) / 60_000);
    let waits = row.waiting_since_at.map_or_else(|| "-".to_owned(), |at| app.times().since(at));
    // Also without colours it is seen who has waited for long.
    let waits = format!(
        "{waits}{}",
        if minutes >= 15 {
            "!!"
        } else if minutes >= 5 {
            "!"
        } else {
            ""
        }
    );
    let lead = if is_selected { "▸" } else { " " };
    let mut spans = vec![
        Span::raw(lead),
        Span::styled(padded(&mark, MARK), mark_style),
        Span::raw(padded(&row.id.to_string(), NUMBER)),
        Span::raw(padded(&name_of(app, row), CITIZEN)),
        Span::styled(padded(&waits, WAITS), theme.waiting(minutes)),
    ];
    if width >= 76 {
        spans.push(Span::styled(padded(&app.desk_name(&row.desk), DESK), theme.faint()));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(Span::raw(padded(&words(app, row), width.saturating_sub(used))));
    let line = Line::from(spans);
    if is_selected { line.style(theme.selected()) } else { line }
}

/// `긴급!`, `긴급`, `확인 필요`, `약속`, or who holds it.
fn mark(app: &App, theme: Theme, row: &ConversationSummary) -> (String, ratatui::style::Style) {
    let say = &app.say;
    match row.tier {
        _ if row.is_ringing => (say.t("mark-ringing"), theme.danger()),
        Some(1) => (say.t("tier-1"), theme.danger()),
        _ if row.promise_due_at.is_some_and(|at| at <= app.now) => {
            (say.t("mark-promise-due"), theme.tone(crate::client::message::Tone::Alert))
        }
        Some(2) => (say.t("tier-2"), theme.waiting(5)),
        _ if row.promise_due_at.is_some() => (say.t("mark-promise"), theme.strong()),
        _ => match &row.claimed_by {
            Some(holder) => (one_word(&holder.name), theme.faint()),
            None => (String::new(), theme.faint()),
        },
    }
}

/// The short name of a citizen, such as `시민 7F2K`.
fn name_of(app: &App, row: &ConversationSummary) -> String {
    citizen::named(&app.say, &row.citizen, &row.citizen_name)
}

/// The short name with the masked number behind it.
pub fn citizen_whole(app: &App, row: &ConversationSummary) -> String {
    citizen::whole(&app.say, &row.citizen, &row.citizen_name)
}

/// A row as a sentence, for who hears it: `긴급! 7번 시민 7F2K 1분 main 할아버지가 쓰러졌어요`.
pub fn in_words(app: &App, row: &ConversationSummary) -> String {
    let waits = row.waiting_since_at.map(|at| app.times().since(at)).unwrap_or_default();
    let (mark, _) = mark(app, Theme::Plain, row);
    let parts = [
        mark,
        row.id.to_string(),
        name_of(app, row),
        waits,
        app.desk_name(&row.desk),
        fitted(&words(app, row), 200),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The beginning of the last text, and what came with it.
fn words(app: &App, row: &ConversationSummary) -> String {
    let say = &app.say;
    let mut words = Vec::new();
    words.extend(holder_of_danger(say, row).map(|who| format!("[{who}]")));
    words.extend(row.late_sent_at.map(|at| say.with("came-late", [("at", app.times().clock(at).into())])));
    words.extend(row.refuses_texts.then(|| format!("[{}]", say.t("refuses-texts"))));
    words.push(if row.is_abusive { say.t("abusive-short") } else { row.preview.clone() });
    words.extend((row.n_photos > 0).then(|| say.with("n-photos", [("n", row.n_photos.into())])));
    words.extend((row.n_in_doubt > 0).then(|| say.with("n-in-doubt", [("n", row.n_in_doubt.into())])));
    words.join(" ")
}
