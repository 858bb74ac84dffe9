//! The open conversation: what has to be known before answering, every text behind a bar, notes, and earlier consultations.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::queue::citizen_whole;
use super::theme::Theme;
use crate::api::wire::{ConversationDetail, MessageView, NoteView};
use crate::client::format::{fitted, one_word};
use crate::client::message::{Tone, author, danger_over, delivery, photo, unknown_words, why_urgent};
use crate::domain::text::{columns_of, one_line, runs_leftwards, wrapped};
use crate::domain::triage::as_typed;
use crate::tui::app::{App, Mode, Talk};
use crate::tui::places::MARGIN;

pub fn draw(app: &App, theme: Theme, frame: &mut Frame, area: Rect) {
    let Some(talk) = &app.talk else {
        if area.height > 0 {
            frame.render_widget(
                Paragraph::new(fitted(&app.say.t("talk-none"), usize::from(area.width))),
                area,
            );
        }
        return;
    };
    let width = usize::from(area.width);
    let head = head(app, theme, talk, width);
    let n_head = head.len().min(usize::from(area.height));
    let room = usize::from(area.height) - n_head;
    let all = lines(app, theme, talk, width);
    let scroll = talk.scroll.min(all.len().saturating_sub(room));
    let end = all.len() - scroll;
    let shown = all.into_iter().take(end).skip(end.saturating_sub(room));
    let lines: Vec<Line> = head.into_iter().take(n_head).chain(shown).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// One block of a text or a note: its head, and the lines below it.
struct Block<'a> {
    lines: &'a mut Vec<Line<'static>>,
    width: usize,
}

impl Block<'_> {
    fn line(&mut self, text: &str, style: Style) {
        self.lines.push(Line::styled(fitted(text, self.width), style));
    }

    /// Our own words, which are not cut.
    fn whole(&mut self, text: &str, style: Style) {
        self.lines.extend(wrapped(text, self.width).into_iter().map(|line| Line::styled(line, style)));
    }

    /// Foreign words: none of their lines can be taken for one of ours, because each stands behind the bar.
    fn quoted(&mut self, text: &str, style: Style) {
        for line in wrapped(text, self.width.saturating_sub(usize::from(MARGIN) + 4)) {
            let line = if runs_leftwards(&line) { format!("RTL {line}") } else { line };
            self.lines.push(Line::from(vec![Span::raw("│ "), Span::styled(line, style)]));
        }
    }

    fn wrapped(&mut self, text: &str, style: Style) {
        for line in wrapped(text, self.width.saturating_sub(4)) {
            self.lines.push(Line::styled(line, style));
        }
    }
}

/// The title and what has to be known; it stays in place while the texts scroll.
fn head(app: &App, theme: Theme, talk: &Talk, width: usize) -> Vec<Line<'static>> {
    let (say, summary) = (&app.say, &talk.detail.summary);
    let state = say.find(&format!("state-{}", summary.state)).unwrap_or_else(|| one_word(&summary.state));
    let holder =
        summary.claimed_by.as_ref().map(|who| format!(" ({})", one_word(&who.name))).unwrap_or_default();
    let title = say.with(
        "talk-title",
        [
            ("n", summary.id.to_string().into()),
            ("citizen", citizen_whole(app, summary).into()),
            ("state", format!("{state}{holder}").into()),
            ("desk", app.desk_name(&summary.desk).into()),
            ("category", talk.detail.category.as_deref().map_or_else(|| "-".to_owned(), one_word).into()),
        ],
    );
    let mut lines = Vec::new();
    let mut block = Block { lines: &mut lines, width };
    // The rule behind it needs no row of its own.
    let end = if columns_of(&title) + 5 > width { "" } else { " ─" };
    block.whole(&format!("── {title}{end}"), theme.strong());
    for (tone, words) in remarks(app, talk) {
        let style = if tone == Tone::Alert { theme.danger() } else { theme.tone(tone) };
        block.whole(&words, style);
    }
    lines
}

/// What has to be known before answering, each with its tone.
pub fn remarks(app: &App, talk: &Talk) -> Vec<(Tone, String)> {
    let (say, detail) = (&app.say, &talk.detail);
    let summary = &detail.summary;
    let clock = |at: i64| app.times().clock(at);
    let mut found = Vec::new();
    if summary.is_ringing {
        let words = match &summary.claimed_by {
            None => say.t("talk-ringing"),
            Some(_) if app.holds() => say.t("talk-ringing-mine"),
            Some(who) => say.with("talk-ringing-held", [("who", one_word(&who.name).into())]),
        };
        found.push((Tone::Alert, words));
    } else if let Some(over) = danger_over(say, detail) {
        found.push((Tone::Good, over));
    } else if let Some(name) = detail.acked_by.as_deref().filter(|_| summary.tier == Some(1)) {
        found.push((Tone::Alert, say.with("talk-acked", [("who", one_word(name).into())])));
    }
    if let Some(shown) = &talk.revealed {
        found.push((Tone::Plain, say.with("talk-number", [("number", one_word(&shown.number).into())])));
    }
    if let Some(at) = summary.promise_due_at {
        let id = if at <= app.now { "talk-promise-late" } else { "talk-promise" };
        let span = app.times().since(2 * app.now - at);
        found.push((Tone::Good, say.with(id, [("at", clock(at).into()), ("span", span.into())])));
    }
    // An older server tells the log-in only.
    let who = summary.offered_to_name.as_deref().or(summary.offered_to.as_deref());
    let offered = who.map(|who| say.with("talk-offered", [("who", one_word(who).into())]));
    let wish =
        detail.preference.as_deref().map(|wish| say.with("talk-wish", [("text", one_word(wish).into())]));
    let opted_out = if summary.refuses_texts { "talk-refuses-texts" } else { "talk-opted-out" };
    let opted_out = (summary.refuses_texts || detail.opted_out).then(|| say.t(opted_out));
    let until = detail.restricted_until_at.filter(|at| *at > app.now);
    let restricted = until.map(|at| say.with("talk-restricted", [("at", clock(at).into())]));
    found.extend(
        [offered, wish, opted_out, restricted].into_iter().flatten().map(|words| (Tone::Plain, words)),
    );
    for who in &detail.writing {
        found.push((Tone::Alert, say.with("talk-writing", [("who", one_word(&who.name).into())])));
    }
    let held = talk.held();
    let leaves = held.and_then(|text| text.leaves_at).filter(|at| *at > app.now);
    let author = held.and_then(|text| text.author.as_ref());
    let is_own = author.is_some_and(|author| author.login == app.me.counselor.login);
    if let Some(at) = leaves {
        let secs = (at - app.now + 999) / 1_000;
        // Of two answers, z takes the newer one back.
        let is_newest = app.can_take_back().is_none_or(|(n, _)| n == summary.id);
        let id = if is_newest && is_own { "talk-held" } else { "talk-held-only" };
        found.push((Tone::Good, say.with(id, [("secs", secs.into())])));
    }
    let is_written = matches!(app.mode, Mode::Write | Mode::Review(_));
    if !is_written && !app.draft().trim().is_empty() {
        found.push((Tone::Good, say.with("talk-draft", [("text", one_line(app.draft(), 80).into())])));
    }
    if talk.scroll > 0 {
        found.push((Tone::Faint, say.t("talk-scrolled")));
    }
    found
}

fn lines(app: &App, theme: Theme, talk: &Talk, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for earlier in talk.earlier.iter().rev() {
        let mut block = Block { lines: &mut lines, width };
        let n = earlier.summary.id.to_string();
        let at = app.times().clock(earlier.summary.opened_at);
        block.line(&app.say.with("talk-earlier", [("n", n.into()), ("at", at.into())]), theme.faint());
        texts(app, theme, earlier, &mut Block { lines: &mut lines, width });
    }
    let mut block = Block { lines: &mut lines, width };
    if !talk.earlier.is_empty() {
        block.line(&app.say.t("talk-now"), theme.strong());
    }
    texts(app, theme, &talk.detail, &mut block);
    lines
}

/// Texts and notes by time.
fn texts(app: &App, theme: Theme, detail: &ConversationDetail, block: &mut Block) {
    let mut notes = detail.notes.iter().peekable();
    for text in &detail.messages {
        let at = match text {
            MessageView::In(text) => text.at,
            MessageView::Out(text) => text.at,
        };
        while let Some(earlier) = notes.next_if(|note| note.at <= at) {
            note(app, theme, earlier, block);
        }
        message(app, theme, text, block);
    }
    notes.for_each(|last| note(app, theme, last, block));
    if let Some(survey) = &detail.survey {
        let score = survey.score.map_or_else(|| "-".to_owned(), |score| score.to_string());
        block.line(&app.say.with("talk-survey", [("score", score.into())]), theme.faint());
        if let Some(comment) = survey.comment.as_deref().filter(|comment| !comment.trim().is_empty()) {
            block.quoted(comment, Style::new());
        }
    }
}

fn note(app: &App, theme: Theme, note: &NoteView, block: &mut Block) {
    let author = note.author.as_deref().map_or_else(|| app.say.t("automatic"), one_word);
    let kind = app.say.find(&format!("note-{}", note.kind)).unwrap_or_else(|| one_word(&note.kind));
    let words =
        format!("{} ✎ {kind} · {author}: {}", app.times().clock(note.at), note.text.replace('\n', " "));
    block.wrapped(&words, theme.faint());
}

fn message(app: &App, theme: Theme, text: &MessageView, block: &mut Block) {
    let is_folded = text.inbound().is_some_and(|text| text.is_abusive)
        && !app.talk.as_ref().is_some_and(|talk| talk.is_unfolded);
    match text {
        MessageView::In(text) => {
            let purpose = text.purpose.as_deref().and_then(|word| app.say.find(&format!("purpose-{word}")));
            let late =
                text.late_sent_at.map(|at| app.say.with("came-late", [("at", app.times().clock(at).into())]));
            let why = why_urgent(&app.say, text, is_folded);
            let style = if text.tier == Some(1) { theme.danger() } else { theme.citizen() };
            let more = [purpose, late, why]
                .into_iter()
                .flatten()
                .map(|words| format!(" · {words}"))
                .collect::<String>();
            block.line(&format!("{} {}{more}", app.times().clock(text.at), app.say.t("citizen")), style);
        }
        MessageView::Out(text) => {
            let author = author(&app.say, text);
            let (tone, words) = delivery(&app.times(), text);
            let head = format!("{} {author} · {words}", app.times().clock(text.at));
            block.line(&head, if tone == Tone::Good { theme.strong() } else { theme.tone(tone) });
            if text.needs_decision {
                block.line(&format!("→ {}", app.say.t("needs-decision-here")), theme.danger());
            }
        }
    }
    if is_folded {
        block.line(&format!("▸ {}", app.say.t("abusive")), theme.faint());
        return;
    }
    let whole = app.talk.as_ref().map_or_else(|| text.text(), |talk| talk.words(text));
    let unknown = unknown_words(&app.say, text);
    block.quoted(unknown.as_deref().unwrap_or(whole), Style::new());
    if let Some(meant) = text.inbound().and_then(|text| as_typed(&text.text)) {
        block.wrapped(&format!("⌨ {}", app.say.with("typed-as", [("text", meant.into())])), theme.faint());
    }
    if text.n_masked() > 0 && whole == text.text() {
        block.line(
            &format!("✱ {}", app.say.with("talk-masked", [("n", text.n_masked().into())])),
            theme.faint(),
        );
    }
    for one in text.photos() {
        let (tone, words) = photo(&app.say, one);
        block.line(&format!("◆ {words} · {}", app.say.t("photo-key")), theme.tone(tone));
    }
}
