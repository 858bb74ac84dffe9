//! A list of conversations, one line a conversation whatever the width of the terminal. In a pipe each is its fields with two spaces
//! between: number, masked citizen, state, waiting time, first words, short name of the citizen.

use super::context::CliContext;
use super::conversation::{citizen, offered, state};
use super::failure::Failure;
use crate::api::wire::{ConversationList, ConversationSummary};
use crate::client::citizen::column;
use crate::client::desks::desk_name;
use crate::client::format::{fitted, one_word, padded};
use crate::client::message::holder_of_danger;
use crate::client::table::lines;
use crate::domain::text::{columns_of, one_line};

/// Width of the first words in a pipe.
const PIPE_COLUMNS: usize = 60;
/// The widest that a desk and a waiting time may be.
const MOST_DESK: usize = 20;
const MOST_WAITS: usize = 9;

/// Prints a list, or the sentence `empty` if it has no entry.
pub async fn print(context: &mut CliContext, list: &ConversationList, empty: &str) -> Result<(), Failure> {
    if list.conversations.is_empty() {
        return context.print(empty);
    }
    if context.io.stdout_is_terminal && list.n_ringing > 0 {
        let ringing = context.say.with("status-short-danger", [("n", list.n_ringing.to_string().into())]);
        let ringing = context.paint.alert(&ringing);
        context.print(&ringing)?;
    }
    let text = if context.io.stdout_is_terminal {
        // An older server gives no desks.
        let has_desks = list.conversations.iter().any(|row| !row.desk.is_empty());
        let desks = if has_desks { context.desks().await } else { None };
        let desk = |row: &ConversationSummary| desk_name(desks.as_ref(), &row.desk);
        Columns::of(context, &list.conversations, &desk).drawn(context, &list.conversations)
    } else {
        let rows: Vec<_> = list.conversations.iter().map(|row| fields(context, row)).collect();
        lines(&rows)
    };
    context.print(&text)
}

/// The widths of the columns before the first words.
struct Columns<'a> {
    number: usize,
    desk: usize,
    waits: usize,
    name: usize,
    /// Whether the rows have different states.
    has_states: bool,
    /// The name of a row's desk.
    desk_of: &'a dyn Fn(&ConversationSummary) -> String,
}

impl<'a> Columns<'a> {
    fn of(
        context: &CliContext,
        rows: &[ConversationSummary],
        desk_of: &'a dyn Fn(&ConversationSummary) -> String,
    ) -> Columns<'a> {
        let widest = |head: &str, most: usize, cell: &dyn Fn(&ConversationSummary) -> String| {
            let cells = rows.iter().map(|row| columns_of(&cell(row)).min(most));
            cells.chain([columns_of(&context.say.t(head))]).max().unwrap_or_default()
        };
        Columns {
            number: widest("head-number", 12, &|row| row.id.to_string()),
            desk: widest("head-desk", MOST_DESK.min(context.io.columns / 4), desk_of),
            waits: widest("head-waits-short", MOST_WAITS, &|row| waits(context, row)),
            name: widest("head-citizen", 4, &|_| String::new()),
            has_states: rows.windows(2).any(|two| two[0].state != two[1].state),
            desk_of,
        }
    }

    fn drawn(&self, context: &CliContext, rows: &[ConversationSummary]) -> String {
        let head = |id: &str| context.say.t(id);
        let [number, desk, waits, name] =
            ["head-number", "head-desk", "head-waits-short", "head-citizen"].map(head);
        let head = self.line(context, ("", &number, &desk, &waits, &name), &head("head-last"));
        let head = context.paint.faint(&head);
        std::iter::once(head)
            .chain(rows.iter().map(|row| self.row(context, row)))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn row(&self, context: &CliContext, row: &ConversationSummary) -> String {
        let mark = match row.tier.filter(|_| row.state != "closed") {
            _ if row.is_ringing => "!!",
            Some(1) => "!",
            Some(2) => "·",
            _ => "",
        };
        let name = if row.citizen == "erased" { column("") } else { one_word(&row.citizen_name) };
        let waits = waits(context, row);
        let words = words(context, row, (self.room(context), self.has_states));
        self.line(context, (mark, &row.id.to_string(), &(self.desk_of)(row), &waits, &name), &words)
    }

    fn line(
        &self,
        context: &CliContext,
        (mark, number, desk, waits, name): (&str, &str, &str, &str, &str),
        words: &str,
    ) -> String {
        let mark =
            if mark.starts_with('!') { context.paint.alert(&padded(mark, 2)) } else { padded(mark, 2) };
        let [number, waits] = [(number, self.number), (waits, self.waits)].map(|(cell, width)| {
            let cell = fitted(cell, width);
            format!("{}{cell}", " ".repeat(width.saturating_sub(columns_of(&cell))))
        });
        let (desk, name) = (padded(desk, self.desk), padded(name, self.name));
        format!("{mark}{number} {desk} {waits} {name} {words}").trim_end().to_owned()
    }

    /// What is left of the line for words.
    fn room(&self, context: &CliContext) -> usize {
        let used = 2 + self.number + self.desk + self.waits + self.name + 4;
        context.io.columns.saturating_sub(used)
    }
}

/// `3분`, or `-` for one that waits for the citizen.
fn waits(context: &CliContext, row: &ConversationSummary) -> String {
    row.waiting_since_at.map_or_else(|| "-".to_owned(), |at| context.times().since(at))
}

/// What has to be known of it, then the beginning of the last text, together in so many columns: remarks take at most half of them.
fn words(context: &CliContext, row: &ConversationSummary, (room, has_states): (usize, bool)) -> String {
    let remarks = remarks(context, row, has_states);
    let remarks = if remarks.is_empty() {
        remarks
    } else {
        format!("[{}]", fitted(&remarks, (room / 2).saturating_sub(2)))
    };
    let used = if remarks.is_empty() { 0 } else { columns_of(&remarks) + 1 };
    let words = fitted(&beginning(context, row, room.saturating_sub(used)), room.saturating_sub(used));
    let parts = [context.paint.faint(&remarks), words];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `상담 중 · 김민수 · 약속 14:30`
fn remarks(context: &CliContext, row: &ConversationSummary, has_states: bool) -> String {
    let (say, times) = (&context.say, context.times());
    let at = |at: i64| [("at", times.clock(at).into())];
    let mut parts = Vec::new();
    if has_states {
        let known = say.find(&format!("state-{}", row.state));
        parts.push(known.unwrap_or_else(|| one_word(&row.state)));
    }
    let holder = || row.claimed_by.as_ref().map(|holder| one_word(&holder.name));
    parts.extend(holder_of_danger(say, row).or_else(holder));
    parts.extend(offered(row).map(|who| say.with("offered-short", [("who", one_word(who).into())])));
    parts.extend(row.promise_due_at.map(|due_at| say.with("promise-short", at(due_at))));
    parts.extend(row.referral.as_ref().map(|referral| {
        let is_due = referral.due_at <= context.io.clock.now_ms();
        let id = if is_due { "referral-due" } else { "referral-until" };
        let at = times.clock(referral.due_at);
        say.with(id, [("to", one_line(&referral.department, 16).into()), ("at", at.into())])
    }));
    parts.extend(row.refuses_texts.then(|| say.t("refuses-texts")));
    parts.extend((row.n_in_doubt > 0).then(|| say.with("n-in-doubt", [("n", row.n_in_doubt.into())])));
    parts.extend(row.late_sent_at.map(|sent_at| say.with("late-brief", at(sent_at))));
    parts.join(" · ")
}

/// The fields of a row in a pipe.
fn fields(context: &CliContext, row: &ConversationSummary) -> Vec<String> {
    let late = row.late_sent_at.map(|at| {
        let sent = context.times().clock(at);
        context.paint.alert(&context.say.with("late-short", [("at", sent.into())]))
    });
    let refused =
        row.refuses_texts.then(|| context.paint.alert(&format!("[{}]", context.say.t("refuses-texts"))));
    let remarks: Vec<String> = late.into_iter().chain(refused).collect();
    let used: usize = remarks.iter().map(|remark| columns_of(remark) + 1).sum();
    let words = beginning(context, row, PIPE_COLUMNS.saturating_sub(used));
    let words: Vec<String> = remarks.into_iter().chain([words]).filter(|part| !part.is_empty()).collect();
    // An older server gives no names.
    let name = one_word(&row.citizen_name);
    let waits = waits(context, row);
    vec![row.id.to_string(), citizen(context, row), state(context, row), waits, words.join(" "), name]
}

/// The beginning of the last text in so many columns, and how much came with it: `이거예요 [첨부 1개]`.
fn beginning(context: &CliContext, row: &ConversationSummary, room: usize) -> String {
    if row.is_abusive {
        return context.say.t("folded-short");
    }
    let photos = (row.n_photos > 0).then(|| context.say.with("n-photos", [("n", row.n_photos.into())]));
    let around = photos.as_ref().map_or(0, |words| columns_of(words) + 1);
    let words = one_line(&row.preview, room.saturating_sub(around));
    [Some(words).filter(|words| !words.is_empty()), photos]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}
