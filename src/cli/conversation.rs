//! Conversations and their texts: what `show`, `next` and `claim` print. Lists are in `rows.rs`.
//!
//! Texts are printed behind a bar, so that no line of a text can be taken for one of ours.

use super::context::CliContext;
use super::failure::Failure;
use super::message;
use crate::api::wire::{ConversationDetail, ConversationSummary, MessageView, NoteView};
use crate::client::ClientError;
use crate::client::citizen::named;
use crate::client::format::one_word;
use crate::client::message::{danger_over, unknown_words, why_urgent};
use crate::client::note_seen;
use crate::domain::text::{folded, one_line, safe_for_terminal};
use crate::domain::triage::as_typed;

/// Stands before each line of a text.
const BAR: &str = "  │ ";

/// Prints a conversation and notes for the send guard what was shown.
pub fn show(context: &mut CliContext, detail: &ConversationDetail) -> Result<(), Failure> {
    if context.json {
        context.print_json(detail)?;
    } else {
        let text = describe(context, detail);
        context.print(&text)?;
    }
    Ok(note_seen(&context.profile, detail.summary.id, detail.last_inbound_id)?)
}

/// Prints the newer texts of a refusal.
pub fn show_newer(context: &mut CliContext, error: &ClientError) {
    if let ClientError::Problem(problem) = error {
        for text in &problem.newer {
            let shown = text_block(context, text);
            context.remark(&shown);
        }
    }
}

/// A text with its time and writer, its body behind a bar.
pub fn text_block(context: &CliContext, text: &MessageView) -> String {
    let times = context.times();
    let head = match text {
        MessageView::In(text) => {
            let purpose =
                text.purpose.as_deref().and_then(|word| context.say.find(&format!("purpose-{word}")));
            let purpose = purpose.map_or_else(String::new, |words| format!(" · {words}"));
            let late = text.late_sent_at.map(|at| late(context, at));
            let late = late.map_or_else(String::new, |words| format!(" · {words}"));
            let why = why_urgent(&context.say, text, text.is_abusive && !context.unfold);
            let why = why.map_or_else(String::new, |words| format!(" · {words}"));
            let citizen = context.paint.strong(&context.say.t("citizen"));
            format!("{} {citizen}{purpose}{late}{why}", times.clock(text.at))
        }
        MessageView::Out(text) => {
            let author = message::author(context, text);
            format!("{} {author} · {}", times.clock(text.at), message::delivery(context, text))
        }
    };
    // Insults are shown only on demand.
    let is_folded = text.inbound().is_some_and(|text| text.is_abusive) && !context.unfold;
    let folded = || vec![format!("  ▸ {}", context.say.t("folded"))];
    let words = unknown_words(&context.say, text);
    // A photo without words has no bar.
    let is_bare = text.text().is_empty() && !text.photos().is_empty();
    let open = || {
        if is_bare { Vec::new() } else { vec![self::body(context, words.as_deref().unwrap_or(text.text()))] }
    };
    let mut body: Vec<String> = if is_folded { folded() } else { open() };
    // Not behind the bar: there is only what the citizen wrote.
    let typed = text.inbound().filter(|_| !is_folded).and_then(|text| as_typed(&text.text));
    body.extend(typed.map(|meant| {
        let words = context.say.with("typed-as", [("text", one_line(&meant, 200).into())]);
        format!("  ⌨ {words}")
    }));
    if text.n_masked() > 0 && !is_folded {
        body.push(format!("  ✱ {}", context.say.with("masked", [("n", text.n_masked().into())])));
    }
    body.extend(text.photos().iter().map(|photo| format!("  ◆ {}", message::photo(context, photo))));
    format!("{head}\n{}", body.join("\n"))
}

/// A text behind a bar, also where a line of it is longer than the terminal's: no line of a text can be taken for one of ours.
pub fn body(context: &CliContext, text: &str) -> String {
    let plain = text.replace("\r\n", "\n").replace(['\r', '\t'], " ");
    let columns = context.table_columns();
    let lines = safe_for_terminal(&plain);
    let quoted: Vec<String> = lines.lines().map(|line| folded(&format!("{BAR}{line}"), columns)).collect();
    if quoted.is_empty() {
        return BAR.trim_end().to_owned();
    }
    quoted.join("\n")
}

/// `늦게 도착함: 어제 14:03 보냄`
fn late(context: &CliContext, sent_at: i64) -> String {
    let sent = context.times().clock(sent_at);
    context.paint.alert(&context.say.with("came-late", [("at", sent.into())]))
}

fn describe(context: &CliContext, detail: &ConversationDetail) -> String {
    let summary = &detail.summary;
    let title = context.say.with("conversation-title", [("n", summary.id.to_string().into())]);
    let mut parts = vec![context.paint.strong(&title), citizen(context, summary), state(context, summary)];
    if let Some(since) = summary.waiting_since_at {
        let span = context.times().since(since);
        let id = if context.times().is_now(since) { "waits-now" } else { "waits" };
        parts.push(context.say.with(id, [("span", span.into())]));
    }
    // Last, where it moves nothing that a script looks for.
    if !summary.citizen_name.is_empty() {
        parts.push(named(&context.say, &summary.citizen, &summary.citizen_name));
    }
    let mut blocks = vec![parts.join(" · ")];
    if let Some(reason) = &detail.close_reason {
        // A reason of the service's own is a word; a counselor's is a sentence.
        let word = reason.replace(' ', "_");
        let find = |kind: &str| context.say.find(&format!("{kind}-{word}"));
        let known = find("close-reason").or_else(|| find("purpose"));
        let reason = known.unwrap_or_else(|| one_line(reason, 200));
        blocks.push(context.say.with("close-reason", [("reason", reason.into())]));
    }
    if let Some(previous) = detail.previous_id {
        blocks.push(context.paint.faint(&context.say.with("previous", [("n", previous.to_string().into())])));
    }
    blocks.extend(remarks(context, detail));
    blocks.extend(by_time(context, detail));
    if let Some(survey) = &detail.survey {
        let score = survey.score.map_or_else(|| "-".to_owned(), |score| score.to_string());
        let comment = survey.comment.as_deref().map(|c| one_line(c, 200)).unwrap_or_default();
        blocks
            .push(context.say.with("survey-answer", [("score", score.into()), ("comment", comment.into())]));
    }
    if !detail.writing.is_empty() {
        let names = detail.writing.iter().map(|one| one_word(&one.name)).collect::<Vec<_>>().join(", ");
        blocks.push(context.paint.alert(&context.say.with("writing", [("names", names.into())])));
    }
    if let Some(draft) = &detail.draft {
        blocks.push(context.say.with("draft-begun", [("text", one_line(draft, 200).into())]));
    }
    blocks.join("\n")
}

/// Texts and the notes beside them, as they came one after the other.
fn by_time(context: &CliContext, detail: &ConversationDetail) -> Vec<String> {
    // The server's order stands: an answer that a recovery found is of before the text above it was fetched again.
    let mut latest = i64::MIN;
    let texts = detail.messages.iter().map(|text| {
        latest = latest.max(text.at());
        (latest, text_block(context, text))
    });
    let notes = detail.notes.iter().map(|note| (note.at, note_line(context, note)));
    let mut all: Vec<(i64, String)> = texts.chain(notes).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, block)| block).collect()
}

/// What a counselor has to know before answering: danger, promises, wishes.
fn remarks(context: &CliContext, detail: &ConversationDetail) -> Vec<String> {
    let (say, summary) = (&context.say, &detail.summary);
    let n = || ("n", summary.id.to_string().into());
    let mut lines = Vec::new();
    if summary.is_ringing {
        let held = summary.claimed_by.as_ref().map(|holder| ("who", one_word(&holder.name).into()));
        let id = if held.is_some() { "ringing-held" } else { "ringing" };
        lines.push(context.paint.alert(&say.with(id, std::iter::once(n()).chain(held))));
    } else if let Some(over) = danger_over(say, detail) {
        lines.push(over);
    } else if let Some(name) = detail.acked_by.as_deref().filter(|_| summary.tier == Some(1)) {
        lines.push(context.paint.alert(&say.with("urgent-acked", [("name", one_word(name).into())])));
    }
    if let Some(at) = summary.promise_due_at {
        lines.push(say.with("promise-due", [("at", context.times().clock(at).into())]));
    }
    // A danger is everybody's.
    let is_reserved = summary.tier != Some(1);
    if let Some((who, until)) = offered(summary).zip(summary.offered_until_at).filter(|_| is_reserved) {
        let at = context.times().clock(until);
        lines.push(say.with("offered", [("who", one_word(who).into()), ("at", at.into())]));
    }
    if let Some(preference) = &detail.preference {
        lines.push(say.with("preference", [("text", one_line(preference, 200).into())]));
    }
    if summary.refuses_texts {
        lines.push(say.with("refuses-texts-close", [("n", summary.id.to_string().into())]));
    } else if detail.opted_out {
        lines.push(say.t("opted-out"));
    }
    if let Some(at) = detail.restricted_until_at.filter(|at| *at > context.io.clock.now_ms()) {
        lines.push(say.with("restricted-until", [("at", context.times().clock(at).into())]));
    }
    if summary.desk.is_empty() {
        // An older server.
        return lines;
    }
    let category = detail.category.as_deref().map(|c| one_line(c, 80)).unwrap_or_else(|| "-".to_owned());
    let desk = detail.desk_name.as_deref().unwrap_or(&summary.desk);
    let place = [("desk", one_word(desk).into()), ("category", category.into())];
    lines.push(context.paint.faint(&say.with("desk-and-category", place)));
    lines
}

/// A note of a counselor.
fn note_line(context: &CliContext, note: &NoteView) -> String {
    let author = note.author.as_deref().map(one_word).unwrap_or_else(|| context.say.t("automatic"));
    let kind = context.say.find(&format!("note-{}", note.kind)).unwrap_or_else(|| one_word(&note.kind));
    let text = one_line(&note.text, 1_000);
    context.paint.faint(&format!("{} ✎ {kind} · {author}: {text}", context.times().clock(note.at)))
}

/// To whom it was passed on, or is offered first.
pub(super) fn offered(summary: &ConversationSummary) -> Option<&str> {
    // An older server tells the log-in only.
    summary.offered_to_name.as_deref().or(summary.offered_to.as_deref())
}

/// The masked number, or that the citizen was erased.
pub(super) fn citizen(context: &CliContext, summary: &ConversationSummary) -> String {
    named(&context.say, &summary.citizen, "")
}

/// `상담 중 (김민수)`, and what is in doubt.
pub(super) fn state(context: &CliContext, summary: &ConversationSummary) -> String {
    let id = format!("state-{}", summary.state);
    let mut text = context.say.find(&id).unwrap_or_else(|| one_word(&summary.state));
    if let Some(tier @ 1..=2) = summary.tier.filter(|_| summary.state != "closed") {
        let urgent = context.say.t(&format!("tier-{tier}"));
        text = format!("{} · {text}", if tier == 1 { context.paint.alert(&urgent) } else { urgent });
    }
    if let Some(holder) = &summary.claimed_by {
        text = format!("{text} ({})", one_word(&holder.name));
    }
    if let Some(who) = offered(summary) {
        let words = context.say.with("offered-short", [("who", one_word(who).into())]);
        text = format!("{text} · {words}");
    }
    if let Some(at) = summary.promise_due_at {
        let promise = context.say.with("promise-short", [("at", context.times().clock(at).into())]);
        text = format!("{text} · {promise}");
    }
    if let Some(referral) = &summary.referral {
        let is_due = referral.due_at <= context.io.clock.now_ms();
        let id = if is_due { "referral-due" } else { "referral-until" };
        let at = context.times().clock(referral.due_at);
        let words =
            context.say.with(id, [("to", one_line(&referral.department, 40).into()), ("at", at.into())]);
        text = format!("{text} · {}", if is_due { context.paint.alert(&words) } else { words });
    }
    if summary.n_in_doubt > 0 {
        let doubt = context.say.with("n-in-doubt", [("n", summary.n_in_doubt.into())]);
        text = format!("{text} · {doubt}");
    }
    text
}
