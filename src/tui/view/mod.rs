//! The screen, drawn from the state alone. What a citizen or a colleague wrote passes through `domain::text` on its way into a cell, so
//! that it takes the cells it is given and no others.

mod composer;
mod panel;
mod queue;
mod sheet;
mod talk;
mod theme;

use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::api::wire::{ConversationSummary, PresenceWord};
use crate::client::Listed;
use crate::client::format::{fitted, one_word};
use crate::client::message::Tone;
use crate::domain::text::wrapped;
use crate::tui::app::{App, Link, Mode, PickFor, presence_id};
use crate::tui::places::{MOST_NOTICE, Open, places};
pub use composer::{advice_lines, answered_line, length, review_remarks};
pub use panel::{asked_words, nothing_fits, picker_title};
pub use queue::{citizen_whole, in_words as queue_words};
pub use sheet::{lines as sheet_lines, title as sheet_title};
pub use talk::remarks;
pub use theme::Theme;

/// Draws everything, and puts the cursor where typing happens.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame) {
    let area = frame.area();
    let width = usize::from(area.width);
    let told = app.notice.as_ref().map_or_else(Vec::new, |notice| notice_lines(&notice.text, width));
    let open = Open { talk: app.talk.is_some(), composer: composer_rows(app, width), notice: told.len() };
    let places = places((area.width, area.height), open);
    frame.render_widget(Paragraph::new(header(app, theme, usize::from(area.width))), places.header);
    queue::draw(app, theme, frame, places.queue);
    talk::draw(app, theme, frame, places.talk);
    composer::draw(app, theme, frame, places.composer);
    if let Some(notice) = &app.notice {
        let lines = told.into_iter().map(|line| Line::styled(line, theme.tone(notice.tone)));
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), places.notice);
    }
    let keys = fitted(&hints(app), width);
    frame.render_widget(Paragraph::new(Span::styled(keys, theme.faint())), places.keys);
    panel::draw(app, theme, frame, area);
}

/// What is told, in as many rows as it has; the last of them says if that is not all.
fn notice_lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = wrapped(text, width);
    if lines.len() > usize::from(MOST_NOTICE) {
        let rest = lines.split_off(usize::from(MOST_NOTICE) - 1);
        lines.push(fitted(&rest.join(" "), width));
    }
    lines
}

/// Rows that the composer, or the look before sending, has to have; 0: neither is open.
fn composer_rows(app: &App, width: usize) -> usize {
    let is_open = |what: &PickFor| {
        matches!(what, PickFor::Canned { is_writing: true } | PickFor::Close { send: Some(_) })
    };
    match &app.mode {
        _ if app.talk.is_none() => 0,
        Mode::Write => 1,
        Mode::Review(review) => composer::review_rows(app, review, width),
        Mode::Pick(picker) if is_open(&picker.what) => 1,
        _ => 0,
    }
}

/// Who I am, who waits, and whether what is shown is the latest. Where not all of it has room, what matters least goes.
fn header(app: &App, theme: Theme, width: usize) -> Line<'static> {
    let say = &app.say;
    let clock = app.times().clock(app.now);
    let title = Span::styled(format!(" {} ", say.t("desk-title")), theme.title());
    let mut parts = standing(app, theme);
    let used = |parts: &[(u8, Span)]| {
        title.width() + parts.iter().map(|(_, part)| part.width() + BETWEEN_COLUMNS).sum::<usize>()
    };
    while used(&parts) + clock.len() > width {
        let least = parts.iter().map(|(rank, _)| *rank).max().filter(|rank| *rank > 0);
        let Some(at) = least.and_then(|least| parts.iter().position(|(rank, _)| *rank == least)) else {
            break;
        };
        parts.remove(at);
    }
    let room = width.saturating_sub(used(&parts) + clock.len());
    let mut spans = vec![title];
    for (n, (_, part)) in parts.into_iter().enumerate() {
        spans.extend([Span::raw(if n == 0 { " " } else { BETWEEN }), part]);
    }
    // The first part has a space before it and not what stands between two.
    let room = room + BETWEEN_COLUMNS - 1;
    spans.push(Span::raw(format!("{}{clock}", " ".repeat(room))));
    Line::from(spans)
}

/// What stands between two parts of the first row, and its columns.
const BETWEEN: &str = " · ";
const BETWEEN_COLUMNS: usize = 3;

/// The parts of the first row, and how soon each may go: 0 stays.
fn standing(app: &App, theme: Theme) -> Vec<(u8, Span<'static>)> {
    let say = &app.say;
    let list = say.t(match app.queue.listed {
        Listed::Mine => "list-mine",
        Listed::Open => "list-open",
        _ => "list-waiting",
    });
    let mut parts = vec![(1, Span::raw(one_word(&app.me.counselor.name)))];
    // Who works is on: only anything else has to be seen wherever there is little room.
    parts.extend(app.my_presence().map(|word| {
        let rank = if word == PresenceWord::On { 5 } else { 0 };
        (rank, Span::raw(say.t(presence_id(word))))
    }));
    parts.push((0, Span::raw(format!("{list} {}", app.queue.n_total))));
    if app.queue.listed != Listed::Waiting {
        parts.push((0, Span::raw(format!("{} {}", say.t("list-waiting"), app.n_waiting))));
    }
    if app.queue.n_ringing > 0 {
        let words = say.with("n-danger", [("n", app.queue.n_ringing.into())]);
        parts.push((0, Span::styled(words, theme.danger())));
    }
    let mine = app.mine.iter().filter(|_| app.queue.listed != Listed::Mine);
    let n_mine = i64::try_from(mine.count()).unwrap_or(i64::MAX);
    if n_mine > 0 {
        parts.push((2, Span::raw(say.with("n-mine", [("n", n_mine.into())]))));
    }
    let unanswered =
        |row: &&ConversationSummary| row.tier == Some(1) && row.waiting_since_at.is_some() && !row.is_ringing;
    let n_unanswered = i64::try_from(app.mine.iter().filter(unanswered).count()).unwrap_or(i64::MAX);
    if n_unanswered > 0 {
        let words = say.with("n-mine-danger", [("n", n_unanswered.into())]);
        parts.push((0, Span::styled(words, theme.danger())));
    }
    let n_on = app.colleagues.iter().filter(|who| who.presence != PresenceWord::Off).count();
    if n_on > 0 {
        let n = i64::try_from(n_on).unwrap_or(i64::MAX);
        parts.push((4, Span::raw(say.with("n-on", [("n", n.into())]))));
    }
    if app.is_quiet {
        parts.push((3, Span::raw(say.t("quiet"))));
    }
    let (link, style) = match &app.link {
        Link::Up if app.is_slow() => (say.t("link-slow"), theme.tone(Tone::Alert)),
        Link::Up => (say.t("link-up"), theme.faint()),
        // Why stands in no row of 80 columns.
        Link::Down(_) => (say.t("link-down-short"), theme.tone(Tone::Alert)),
        Link::Ended(why) => {
            (say.with("link-ended", [("why", one_word(why).into())]), theme.tone(Tone::Alert))
        }
    };
    parts.push((0, Span::styled(link, style)));
    parts
}

/// The keys that matter now.
fn hints(app: &App) -> String {
    // An open conversation says it itself.
    let taken_back =
        app.can_take_back().filter(|(n, _)| matches!(app.mode, Mode::Desk) && app.n() != Some(*n));
    if let Some((n, secs)) = taken_back {
        let undo = app.say.with("hints-undo", [("n", n.to_string().into()), ("secs", secs.into())]);
        let rest = if app.talk.is_none() { "hints-list-short" } else { "hints-talk" };
        return format!("{undo}  {}", app.say.t(rest));
    }
    let id = match &app.mode {
        Mode::Desk if app.talk.is_none() => "hints-list",
        Mode::Desk if app.is_in_danger() => "hints-talk-danger",
        Mode::Desk => "hints-talk",
        Mode::Write => "hints-write",
        Mode::Review(review) if review.needs_yes => "hints-review-yes",
        Mode::Review(_) => "hints-review",
        Mode::Pick(_) => "hints-pick",
        Mode::Ask(_) => "hints-ask",
        Mode::Confirm(_) => "hints-confirm",
        Mode::Sheet(_) => "hints-sheet",
        Mode::Help => "hints-help",
        Mode::Stopped => "hints-stopped",
    };
    app.say.t(id)
}
