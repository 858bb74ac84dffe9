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
use crate::tui::app::{App, Link, Mode, PickFor};
use crate::tui::places::{Open, places};
pub use composer::{addressee, advice_lines, length};
pub use panel::{asked_words, picker_title};
pub use queue::{citizen_whole, in_words as queue_words};
pub use sheet::{lines as sheet_lines, title as sheet_title};
pub use talk::remarks;
pub use theme::Theme;

/// Draws everything, and puts the cursor where typing happens.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame) {
    let area = frame.area();
    let open = Open { talk: app.talk.is_some(), composer: has_composer(app) };
    let places = places((area.width, area.height), open);
    frame.render_widget(Paragraph::new(header(app, theme, usize::from(area.width))), places.header);
    queue::draw(app, theme, frame, places.queue);
    talk::draw(app, theme, frame, places.talk);
    composer::draw(app, theme, frame, places.composer);
    if let Some(notice) = &app.notice {
        let words = fitted(&notice.text, usize::from(area.width));
        frame.render_widget(Paragraph::new(Span::styled(words, theme.tone(notice.tone))), places.notice);
    }
    let keys = fitted(&hints(app), usize::from(area.width));
    frame.render_widget(Paragraph::new(Span::styled(keys, theme.faint())), places.keys);
    panel::draw(app, theme, frame, area);
}

fn has_composer(app: &App) -> bool {
    app.talk.is_some()
        && match &app.mode {
            Mode::Write | Mode::Review(_) => true,
            Mode::Pick(picker) => {
                matches!(picker.what, PickFor::Canned { is_writing: true } | PickFor::Close { send: Some(_) })
            }
            _ => false,
        }
}

/// Who I am, who waits, and whether what is shown is the latest.
fn header(app: &App, theme: Theme, width: usize) -> Line<'static> {
    let say = &app.say;
    let list = say.t(match app.queue.listed {
        Listed::Mine => "list-mine",
        Listed::Open => "list-open",
        _ => "list-waiting",
    });
    let mut spans = vec![Span::styled(format!(" {} ", say.t("desk-title")), theme.title())];
    spans.push(Span::raw(format!(" {} · {list} {}", one_word(&app.me.counselor.name), app.queue.n_total)));
    if app.queue.n_ringing > 0 {
        spans.push(Span::raw(" · "));
        let words = say.with("n-danger", [("n", app.queue.n_ringing.into())]);
        spans.push(Span::styled(words, theme.danger()));
    }
    let mine = app.mine.iter().filter(|_| app.queue.listed != Listed::Mine);
    let n_mine = i64::try_from(mine.count()).unwrap_or(i64::MAX);
    if n_mine > 0 {
        spans.push(Span::raw(format!(" · {}", say.with("n-mine", [("n", n_mine.into())]))));
    }
    let unanswered =
        |row: &&ConversationSummary| row.tier == Some(1) && row.waiting_since_at.is_some() && !row.is_ringing;
    let n_unanswered = i64::try_from(app.mine.iter().filter(unanswered).count()).unwrap_or(i64::MAX);
    if n_unanswered > 0 {
        let words = say.with("n-mine-danger", [("n", n_unanswered.into())]);
        spans.extend([Span::raw(" · "), Span::styled(words, theme.danger())]);
    }
    let n_on = app.colleagues.iter().filter(|who| who.presence != PresenceWord::Off).count();
    if n_on > 0 {
        let n = i64::try_from(n_on).unwrap_or(i64::MAX);
        spans.push(Span::raw(format!(" · {}", say.with("n-on", [("n", n.into())]))));
    }
    if app.is_quiet {
        spans.push(Span::raw(format!(" · {}", say.t("quiet"))));
    }
    let (link, style) = match &app.link {
        Link::Up => (say.t("link-up"), theme.faint()),
        // Why stands in no row of 80 columns.
        Link::Down(_) => (say.t("link-down-short"), theme.tone(Tone::Alert)),
        Link::Ended(why) => {
            (say.with("link-ended", [("why", one_word(why).into())]), theme.tone(Tone::Alert))
        }
    };
    spans.push(Span::raw(" · "));
    spans.push(Span::styled(link, style));
    let clock = app.times().clock(app.now);
    let used: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(used + clock.len());
    if room > 0 {
        spans.push(Span::raw(format!("{}{clock}", " ".repeat(room))));
    }
    Line::from(spans)
}

/// The keys that matter now.
fn hints(app: &App) -> String {
    // An open conversation says it itself.
    let taken_back = app.can_take_back().filter(|_| matches!(app.mode, Mode::Desk) && app.talk.is_none());
    if let Some((n, secs)) = taken_back {
        let undo = app.say.with("hints-undo", [("n", n.to_string().into()), ("secs", secs.into())]);
        return format!("{undo}  {}", app.say.t("hints-list"));
    }
    let id = match &app.mode {
        Mode::Desk if app.talk.is_none() => "hints-list",
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
