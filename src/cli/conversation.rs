//! Conversations and their texts in words: what `list`, `show`, `next` and `claim` print.
//!
//! Texts are printed behind a bar, so that no line of a text can pass for one of ours.

use unicode_width::UnicodeWidthStr;

use super::desk::Desk;
use super::failure::Failure;
use super::message;
use super::render::{Times, lines, one_word, table};
use super::seen;
use crate::api::client::ClientError;
use crate::api::wire::{
    ConversationDetail, ConversationList, ConversationSummary, Direction, MessageView, NoteView,
};
use crate::domain::text::{one_line, safe_for_terminal};

/// What a preview may take in a pipe, and what it has to leave to the other columns of a table.
const PREVIEW_COLUMNS: usize = 60;
const OTHER_COLUMNS: usize = 48;

/// Prints a conversation and notes what was shown, for the send guard.
pub fn show(desk: &mut Desk, detail: &ConversationDetail) -> Result<(), Failure> {
    if desk.json {
        desk.print_json(detail)?;
    } else {
        let text = describe(desk, detail);
        desk.print(&text)?;
    }
    Ok(seen::note(&desk.profile, detail.summary.id, detail.last_inbound_id)?)
}

/// Prints a list; `empty` is said if there is none.
pub fn show_list(desk: &mut Desk, list: &ConversationList, empty: &str) -> Result<(), Failure> {
    if desk.json {
        return desk.print_json(list);
    }
    if list.conversations.is_empty() {
        return desk.print(empty);
    }
    let rows: Vec<_> = list.conversations.iter().map(|c| row(desk, c)).collect();
    let text = if desk.io.stdout_is_terminal {
        let heads = ["head-number", "head-citizen", "head-state", "head-waits", "head-last"];
        table(heads.map(|id| desk.say.t(id)).to_vec(), rows, desk.io.columns)
    } else {
        lines(&rows)
    };
    desk.print(&text)?;
    let more = list.n_total - i64::try_from(list.conversations.len()).unwrap_or(i64::MAX);
    if more > 0 {
        let remark = desk.say.with("list-more", [("n", more.into())]);
        desk.remark(&remark);
    }
    Ok(())
}

/// Shows the texts that somebody had not seen who wanted to answer or close.
pub fn show_newer(desk: &mut Desk, error: &ClientError) {
    if let ClientError::Problem(problem) = error {
        for text in &problem.newer {
            let shown = text_of(desk, text);
            desk.remark(&shown);
        }
    }
}

/// A text with its time and writer, its body behind a bar.
pub fn text_of(desk: &Desk, text: &MessageView) -> String {
    let times = desk.times();
    let head = match text.direction {
        Direction::In => {
            let purpose = text.purpose.as_deref().and_then(|word| desk.say.find(&format!("purpose-{word}")));
            let purpose = purpose.map_or_else(String::new, |words| format!(" · {words}"));
            format!("{} {}{purpose}", times.clock(text.at), desk.paint.strong(&desk.say.t("citizen")))
        }
        Direction::Out => {
            let author =
                text.author.as_ref().map(|a| one_word(&a.name)).unwrap_or_else(|| desk.say.t("automatic"));
            format!("{} {author} · {}", times.clock(text.at), message::fate(desk, text))
        }
    };
    // Insults are opened by who means to read them.
    let is_folded = text.is_abusive && !desk.unfold;
    let folded = || vec![format!("  ▸ {}", desk.say.t("folded"))];
    let open = || safe_for_terminal(&text.text).lines().map(|line| format!("  │ {line}")).collect();
    let mut body: Vec<String> = if is_folded { folded() } else { open() };
    // Not behind the bar, where only what they wrote stands.
    body.extend(text.photos.iter().map(|photo| format!("  ◆ {}", message::photo(desk, photo))));
    format!("{head}\n{}", if body.is_empty() { "  │".to_owned() } else { body.join("\n") })
}

fn describe(desk: &Desk, detail: &ConversationDetail) -> String {
    let summary = &detail.summary;
    let title = desk.say.with("conversation-title", [("n", summary.id.to_string().into())]);
    let mut parts = vec![desk.paint.strong(&title), one_word(&summary.citizen), state(desk, summary)];
    if let Some(since) = summary.waiting_since_at {
        parts.push(desk.say.with("waits", [("span", desk.times().since(since).into())]));
    }
    let mut blocks = vec![parts.join(" · ")];
    if let Some(reason) = &detail.close_reason {
        blocks.push(desk.say.with("close-reason", [("reason", one_line(reason, 200).into())]));
    }
    if let Some(previous) = detail.previous_id {
        blocks.push(desk.paint.faint(&desk.say.with("previous", [("n", previous.to_string().into())])));
    }
    blocks.extend(standing(desk, detail));
    blocks.extend(detail.messages.iter().map(|text| text_of(desk, text)));
    blocks.extend(detail.notes.iter().map(|note| note_of(desk, note)));
    if let Some(survey) = &detail.survey {
        let score = survey.score.map_or_else(|| "-".to_owned(), |score| score.to_string());
        let comment = survey.comment.as_deref().map(|c| one_line(c, 200)).unwrap_or_default();
        blocks.push(desk.say.with("survey-answer", [("score", score.into()), ("comment", comment.into())]));
    }
    if let Some(draft) = &detail.draft {
        blocks.push(desk.say.with("draft-begun", [("text", one_line(draft, 200).into())]));
    }
    blocks.join("\n")
}

/// What has to be known before answering: danger, promises, wishes.
fn standing(desk: &Desk, detail: &ConversationDetail) -> Vec<String> {
    let (say, summary) = (&desk.say, &detail.summary);
    let n = || ("n", summary.id.to_string().into());
    let mut lines = Vec::new();
    if summary.is_ringing {
        lines.push(desk.paint.alert(&say.with("ringing", [n()])));
    } else if let Some(name) = detail.acked_by.as_deref().filter(|_| summary.tier == Some(1)) {
        lines.push(desk.paint.alert(&say.with("urgent-acked", [("name", one_word(name).into())])));
    }
    if let Some(at) = summary.promise_due_at {
        lines.push(say.with("promise-due", [("at", desk.times().clock(at).into())]));
    }
    if let Some(login) = &summary.offered_to {
        lines.push(say.with("offered", [("who", one_word(login).into())]));
    }
    if let Some(preference) = &detail.preference {
        lines.push(say.with("preference", [("text", one_line(preference, 200).into())]));
    }
    if detail.opted_out {
        lines.push(say.t("opted-out"));
    }
    if let Some(at) = detail.restricted_until_at.filter(|at| *at > desk.io.clock.now_ms()) {
        lines.push(say.with("restricted-until", [("at", desk.times().clock(at).into())]));
    }
    if summary.desk.is_empty() {
        // An older server.
        return lines;
    }
    let category = detail.category.as_deref().map(|c| one_line(c, 80)).unwrap_or_else(|| "-".to_owned());
    let place = [("desk", one_word(&summary.desk).into()), ("category", category.into())];
    lines.push(desk.paint.faint(&say.with("desk-and-category", place)));
    lines
}

/// A note, which never left the house.
fn note_of(desk: &Desk, note: &NoteView) -> String {
    let author = note.author.as_deref().map(one_word).unwrap_or_else(|| desk.say.t("automatic"));
    let kind = desk.say.find(&format!("note-{}", note.kind)).unwrap_or_else(|| one_word(&note.kind));
    let text = one_line(&note.text, 1_000);
    desk.paint.faint(&format!("{} ✎ {kind} · {author}: {text}", desk.times().clock(note.at)))
}

fn row(desk: &Desk, summary: &ConversationSummary) -> Vec<String> {
    let room = if desk.io.stdout_is_terminal {
        desk.io.columns.saturating_sub(OTHER_COLUMNS).max(20)
    } else {
        PREVIEW_COLUMNS
    };
    let waits = summary.waiting_since_at.map(|at| desk.times().since(at));
    vec![
        summary.id.to_string(),
        one_word(&summary.citizen),
        state(desk, summary),
        waits.unwrap_or_else(|| "-".to_owned()),
        preview(desk, summary, room),
    ]
}

/// The beginning of the last text, and what came with it: `이거예요 [사진 1장]`.
fn preview(desk: &Desk, summary: &ConversationSummary, room: usize) -> String {
    if summary.is_abusive {
        return desk.say.t("folded-short");
    }
    if summary.n_photos == 0 {
        return one_line(&summary.preview, room);
    }
    let photos = desk.say.with("n-photos", [("n", summary.n_photos.into())]);
    let words = one_line(&summary.preview, room.saturating_sub(photos.width() + 1));
    format!("{words} {photos}").trim_start().to_owned()
}

/// `상담 중 (김민수)`, and what is in doubt.
fn state(desk: &Desk, summary: &ConversationSummary) -> String {
    let id = format!("state-{}", summary.state);
    let mut text = desk.say.find(&id).unwrap_or_else(|| one_word(&summary.state));
    if let Some(tier @ 1..=2) = summary.tier.filter(|_| summary.state != "closed") {
        let urgent = desk.say.t(&format!("tier-{tier}"));
        text = format!("{} · {text}", if tier == 1 { desk.paint.alert(&urgent) } else { urgent });
    }
    if let Some(holder) = &summary.claimed_by {
        text = format!("{text} ({})", one_word(&holder.name));
    }
    if let Some(at) = summary.promise_due_at {
        let promise = desk.say.with("promise-short", [("at", desk.times().clock(at).into())]);
        text = format!("{text} · {promise}");
    }
    if summary.n_in_doubt > 0 {
        let doubt = desk.say.with("n-in-doubt", [("n", summary.n_in_doubt.into())]);
        text = format!("{text} · {doubt}");
    }
    text
}

impl Desk {
    /// Times as the person sees them now.
    pub fn times(&self) -> Times<'_> {
        Times { say: &self.say, now: self.io.clock.now_ms(), zone: &self.io.zone }
    }
}
