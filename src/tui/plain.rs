//! The desk line by line, for screen readers and poor links: the same state and the same keys, each followed by Enter; what changes is
//! said in sentences, and nothing moves on the screen.

use super::app::{App, Event, Link, Mode, PICKED_AT_ONCE, PickFor, Picker, Then};
use super::keys::{COMMANDS, Key, command, hangul, pressed};
use super::lines::Typed;
use crate::api::wire::{ConversationDetail, ConversationSummary, MessageView};
use crate::client::Listed;
use crate::client::format::one_word;
use crate::client::message::{author, delivery, photo, unknown_words, why_urgent};
use crate::domain::text::{one_line, wrapped};
use crate::tui::view::{
    advice_lines, answered_line, asked_words, citizen_whole, length, nothing_fits, picker_title, queue_words,
    remarks, review_remarks, sheet_lines, sheet_title,
};

/// Columns of a line: a terminal may break it where it likes.
const COLUMNS: usize = 2_000;
/// That an answer does not leave is not said again within this time.
const SAID_FOR_MS: i64 = 10_000;
/// Lines that say the next items of a list.
const MORE: [&str; 3] = ["+", "more", "더"];

/// What was typed means now, as the keys it stands for. Lines of a paste go into the answer that is being written, whatever stands in
/// them; anywhere else they are no commands.
pub fn typed(app: &App, typed: &Typed) -> Vec<Event> {
    match typed {
        Typed::Line(line) => events(app, line),
        Typed::Several(lines) if matches!(app.mode, Mode::Write) => {
            vec![Event::Paste(format!("{}{}", gap(app), lines.join("\n")))]
        }
        Typed::Several(lines) => match (&app.mode, &lines[..]) {
            // Words to find, or the line that was asked for.
            (Mode::Pick(_) | Mode::Ask(_), [line]) => events(app, line),
            // It only opens.
            (Mode::Desk, [line]) if number(line.trim()).is_some() => events(app, line),
            (_, [line]) => vec![Event::Paste(line.clone())],
            (_, lines) => vec![Event::Lines(lines.len())],
        },
    }
}

/// The number of a conversation.
fn number(words: &str) -> Option<i64> {
    words.parse().ok().filter(|n| *n > 0)
}

/// What a line means now, as the keys it stands for.
pub fn events(app: &App, line: &str) -> Vec<Event> {
    let words = line.trim();
    let key = |key| vec![Event::Key(key)];
    match &app.mode {
        Mode::Desk => desk_line(words),
        Mode::Help => key(Key::Esc),
        Mode::Stopped => match words {
            "." | "./" | "<" => key(Key::Esc),
            _ => vec![Event::NotTaken(words.to_owned())],
        },
        Mode::Sheet(_) => key(if words == "." { Key::Esc } else { Key::Enter }),
        Mode::Write => write_line(app, line),
        Mode::Review(_) => match whole_key(words) {
            Some(c) if ['y', 'e', 'r'].contains(&super::keys::latin(c)) => key(Key::Char(c)),
            _ => key(Key::Esc),
        },
        Mode::Pick(picker) => match words.parse::<usize>() {
            _ if words == "." => key(Key::Esc),
            Ok(n) if (1..=picker.fitting().len()).contains(&n) => {
                let downs = std::iter::repeat_n(Key::Down, n - 1);
                let up = std::iter::repeat_n(Key::Up, picker.at);
                up.chain(downs).chain([Key::Enter]).map(Event::Key).collect()
            }
            _ if MORE.contains(&words) => more(picker),
            // Something was looked for: what is first is meant. An empty line alone chooses nothing.
            _ if words.is_empty() && picker.filter.text().is_empty() => Vec::new(),
            _ if words.is_empty() => key(Key::Enter),
            _ => {
                // Another search in place of the one before.
                let n_typed = picker.filter.text().chars().count();
                backspaces(n_typed).chain([Event::Paste(words.to_owned())]).collect()
            }
        },
        Mode::Ask(asked) => {
            if words == "." {
                return key(Key::Esc);
            }
            // After a complaint, the whole answer is typed anew.
            let n_typed = asked.input.text().chars().count();
            backspaces(n_typed).chain([Event::Paste(words.to_owned()), Event::Key(Key::Enter)]).collect()
        }
        Mode::Confirm(_) => key(whole_key(words).map_or(Key::Esc, Key::Char)),
    }
}

/// The key that a whole line stands for where it decides something: a line of several letters is a sentence that somebody went on writing,
/// and no key, but for the word yes.
fn whole_key(words: &str) -> Option<char> {
    const YES: [&str; 4] = ["y", "yes", "네", "예"];
    if YES.contains(&words.to_lowercase().as_str()) {
        return Some('y');
    }
    let mut letters = words.chars();
    match (letters.next(), letters.next()) {
        (Some(only), None) => pressed(only).first().copied(),
        _ => None,
    }
}

/// Whether a line is a step towards sending: the end of the answer, or a decision about it.
pub fn is_step(app: &App, typed: &Typed) -> bool {
    match (&app.mode, typed) {
        (Mode::Write, Typed::Line(line)) => line.trim() == ".",
        (Mode::Review(_), _) => true,
        _ => false,
    }
}

/// What a step towards sending has come to. `None`: it is on its way.
pub fn came_through(app: &App) -> Option<bool> {
    match &app.mode {
        _ if app.is_waiting() => None,
        // Whoever is asked something, or stands in the answer again, was refused.
        Mode::Write | Mode::Confirm(_) | Mode::Stopped => Some(false),
        Mode::Review(review) if review.is_again => Some(false),
        Mode::Pick(_) | Mode::Ask(_) => None,
        _ => Some(true),
    }
}

/// Keys of the desk that are no letters, as a line says them, and the ids of their words: the other list, the earlier consultations, back
/// to the list.
pub const LINES: [(&str, &[Key], &str); 3] = [
    ("=", &[Key::Tab], "plain-key-list"),
    // What is above has been said, and is not scrolled away.
    ("h", &[Key::PageUp, Key::PageDown], "plain-key-earlier"),
    ("<", &[Key::Esc], "plain-key-back"),
];

/// A number opens that conversation, listed or not; a letter is its key. Anything else is said to be neither.
fn desk_line(words: &str) -> Vec<Event> {
    if let Some(n) = number(words) {
        return vec![Event::Open(n)];
    }
    let keys: Vec<char> = words.chars().next().map(pressed).unwrap_or_default();
    let letter = keys.first().map(|c| super::keys::latin(*c));
    let line = LINES.iter().find(|(line, ..)| letter.is_some_and(|c| line.starts_with(c)));
    if let Some((_, keys, _)) = line.filter(|_| words.chars().count() == 1) {
        return keys.iter().map(|key| Event::Key(*key)).collect();
    }
    match letter {
        Some(c) if words.chars().count() == 1 && command(Key::Char(c)).is_some() => {
            vec![Event::Key(Key::Char(c))]
        }
        _ if words.is_empty() => Vec::new(),
        _ => vec![Event::Unknown(words.to_owned())],
    }
}

/// The next items of a list; behind the last ones it is said that there are no more, and the first come again.
fn more(picker: &Picker) -> Vec<Event> {
    let next = first_said(picker) + PICKED_AT_ONCE;
    let has_more = next < picker.fitting().len();
    let up = std::iter::repeat_n(Key::Up, picker.at);
    let down = std::iter::repeat_n(Key::Down, if has_more { next } else { 0 });
    up.chain(down).map(Event::Key).chain((!has_more).then_some(Event::NoMore)).collect()
}

/// The first of the items that are said: those around the chosen one.
fn first_said(picker: &Picker) -> usize {
    let last = picker.fitting().len().saturating_sub(1);
    picker.at.min(last) / PICKED_AT_ONCE * PICKED_AT_ONCE
}

fn backspaces(n: usize) -> impl Iterator<Item = Event> {
    (0..n).map(|_| Event::Key(Key::Backspace))
}

/// Lines of the answer, until one with a dot.
fn write_line(app: &App, line: &str) -> Vec<Event> {
    match line.trim() {
        "." => vec![Event::Key(Key::Ctrl('s'))],
        "./" => vec![Event::Key(Key::Esc)],
        ".c" | ".ㅊ" => vec![Event::Key(Key::Ctrl('t'))],
        ".0" => backspaces(app.draft().chars().count()).collect(),
        _ => {
            vec![Event::Paste(format!("{}{line}", gap(app)))]
        }
    }
}

/// What stands between the answer so far and a line more.
fn gap(app: &App) -> &'static str {
    if app.draft().is_empty() || app.draft().ends_with('\n') { "" } else { "\n" }
}

/// What was said already, so that only what is new is said.
#[derive(Default)]
pub struct Told {
    notice: Option<(u64, String)>,
    /// Somebody has typed a line that was not answered yet: what it brings is said also where it was said before.
    is_asked: bool,
    mode: String,
    link: String,
    /// The open conversation, and how each of its texts was said.
    talk: Option<i64>,
    texts: Vec<(bool, i64, String)>,
    queue: Option<String>,
    /// Who waited.
    waiting: Option<Vec<i64>>,
    /// The sentences that receipts carried.
    bulletins: Vec<String>,
    /// The conversation of which it was said last that an answer does not leave, and when.
    ended: Option<(i64, i64)>,
    /// The answer of which it was said until when it can be taken back.
    held: Option<i64>,
    /// The answer is open, and what of it was said as a whole.
    is_writing: bool,
    answer: Option<(Option<i64>, String)>,
}

impl Told {
    /// A line was typed, which an answer is expected to.
    pub fn heard(&mut self, typed: &Typed) {
        self.is_asked |= !matches!(typed, Typed::Line(line) if line.trim().is_empty());
    }

    /// The lines to say now.
    pub fn lines(&mut self, app: &App) -> Vec<String> {
        let mut lines = Vec::new();
        let link = link(app);
        if self.link != link {
            lines.push(link.clone());
            self.link = link;
        }
        self.bulletins(app, &mut lines);
        let notice = self.notice(app);
        self.talk(app, &mut lines);
        lines.extend(notice);
        lines.extend(self.held(app));
        let is_idle = matches!(app.mode, Mode::Desk) && app.talk.is_none() && app.queue.was_loaded;
        // Waiting times go on; only who is there counts as news.
        let who: String = app.queue.rows.iter().map(|row| format!("{} {:?};", row.id, row.tier)).collect();
        let who = Some(format!("{:?} {who}", app.queue.listed));
        let is_silent = self.is_asked && lines.is_empty() && !app.is_waiting();
        let is_listed = is_idle && (who != self.queue || is_silent);
        if is_listed {
            lines.extend(queue(app));
            self.queue = who;
        }
        self.waiting(app, is_listed && app.queue.listed == Listed::Waiting, &mut lines);
        lines.extend(self.begun(app));
        let mode = mode(app);
        let said = mode.join("\n");
        let is_silent = self.is_asked && lines.is_empty() && !app.is_waiting();
        if said != self.mode || is_silent {
            lines.extend(mode);
            self.mode = said;
        }
        self.is_asked &= lines.is_empty();
        lines
    }

    /// What is told, unless it was said. That an answer does not leave is said once, whatever tells it again.
    fn notice(&mut self, app: &App) -> Option<String> {
        let now = app.notice.as_ref();
        let before = std::mem::replace(&mut self.notice, now.map(|notice| (notice.n, notice.text.clone())));
        let notice = now?;
        let is_new =
            before.as_ref().is_none_or(|(n, words)| *words != notice.text || self.is_asked && *n != notice.n);
        if !is_new {
            return None;
        }
        if let Some(n) = notice.end_of {
            if self.has_ended(app, n) {
                return None;
            }
            self.ended = Some((n, app.now));
        }
        Some(one_line(&notice.text, COLUMNS))
    }

    /// Whether it was just said that an answer of this conversation does not leave.
    fn has_ended(&self, app: &App, n: i64) -> bool {
        self.ended.is_some_and(|(of, at)| of == n && app.now - at < SAID_FOR_MS)
    }

    /// Until when an answer that was sent can be taken back, and how.
    fn held(&mut self, app: &App) -> Option<String> {
        let held = app.last_held.as_ref().filter(|held| self.held != Some(held.m))?;
        self.held = Some(held.m);
        let (n, secs) = app.can_take_back()?;
        let id = if app.n() == Some(n) { "talk-held" } else { "hints-undo" };
        Some(app.say.with(id, [("n", n.to_string().into()), ("secs", secs.into())]))
    }

    /// What stands in an answer that is opened.
    fn begun(&mut self, app: &App) -> Vec<String> {
        let was_writing = std::mem::replace(&mut self.is_writing, is_writing(&app.mode));
        if !self.is_writing {
            // One that is on its way may come back.
            self.answer.take_if(|_| !app.is_waiting());
            return Vec::new();
        }
        let answer = Some((app.n(), app.draft().to_owned()));
        let is_said = was_writing || self.answer == answer || app.draft().trim().is_empty();
        self.answer = answer;
        if is_said {
            return Vec::new();
        }
        let words = wrapped(app.draft(), COLUMNS).into_iter().map(|line| format!("> {line}"));
        std::iter::once(app.say.t("plain-begun")).chain(words).collect()
    }

    /// Who waits since the last look, unless the list has just said it.
    fn waiting(&mut self, app: &App, is_listed: bool, lines: &mut Vec<String>) {
        if !app.queue.was_loaded {
            return;
        }
        let known = self.waiting.replace(app.waiting.iter().map(|row| row.id).collect());
        let is_new =
            |row: &&ConversationSummary| known.as_ref().is_some_and(|known| !known.contains(&row.id));
        let new = app.waiting.iter().filter(|_| !is_listed).filter(is_new);
        lines.extend(new.map(|row| app.say.with("plain-new", [("who", queue_words(app, row).into())])));
    }

    /// What receipts carry, whenever that changes.
    fn bulletins(&mut self, app: &App, lines: &mut Vec<String>) {
        let now: Vec<String> = app.bulletins_now().map(|one| app.bulletin_words(one)).collect();
        if now == self.bulletins {
            return;
        }
        lines.extend(now.iter().cloned());
        lines.extend(now.is_empty().then(|| app.say.t("no-bulletins")));
        self.bulletins = now;
    }

    fn talk(&mut self, app: &App, lines: &mut Vec<String>) {
        let Some(talk) = &app.talk else {
            self.talk = None;
            return;
        };
        let summary = &talk.detail.summary;
        if self.talk != Some(summary.id) {
            (self.talk, self.texts) = (Some(summary.id), Vec::new());
            self.queue = None;
            let state =
                app.say.find(&format!("state-{}", summary.state)).unwrap_or_else(|| one_word(&summary.state));
            let values = [
                ("n", summary.id.to_string().into()),
                ("citizen", citizen_whole(app, summary).into()),
                ("state", state.into()),
                ("desk", app.desk_name(&summary.desk).into()),
                ("category", talk.detail.category.as_deref().map_or_else(|| "-".to_owned(), one_word).into()),
            ];
            lines.push(app.say.with("talk-title", values));
            lines.extend(remarks(app, talk).into_iter().map(|(_, words)| words));
        }
        for earlier in talk.earlier.iter().rev() {
            self.texts(app, earlier, lines);
        }
        self.texts(app, &talk.detail, lines);
    }

    /// Each text once, and again when what became of it changes.
    fn texts(&mut self, app: &App, detail: &ConversationDetail, lines: &mut Vec<String>) {
        let is_told = self.has_ended(app, detail.summary.id);
        for text in &detail.messages {
            let is_whole = app.talk.as_ref().is_some_and(|talk| talk.words(text) != text.text());
            let (is_in, id, head) = (text.inbound().is_some(), text.id(), head(app, text));
            let head = if is_whole { format!("{head} · {}", app.say.t("whole")) } else { head };
            match self.texts.iter_mut().find(|(direction, known, _)| (*direction, *known) == (is_in, id)) {
                Some((.., said)) if *said == head => {}
                // That it does not leave was told, with the reason.
                Some((.., said))
                    if is_told && text.outbound().is_some_and(|text| text.state == "cancelled") =>
                {
                    *said = head;
                }
                Some((.., said)) => {
                    lines.push(head.clone());
                    if is_whole {
                        lines.extend(body(app, text));
                    }
                    *said = head;
                }
                None => {
                    lines.push(head.clone());
                    lines.extend(body(app, text));
                    self.texts.push((is_in, id, head));
                }
            }
        }
        for note in detail.notes.iter().filter(|note| !self.texts.iter().any(|(.., said)| *said == note.text))
        {
            let author = note.author.as_deref().map_or_else(|| app.say.t("automatic"), one_word);
            lines.push(format!("{} {author}: {}", app.say.t("note-note"), one_line(&note.text, COLUMNS)));
        }
        let new: Vec<_> = detail.notes.iter().map(|note| (false, 0, note.text.clone())).collect();
        self.texts.retain(|(_, id, _)| *id != 0);
        self.texts.extend(new);
    }
}

/// Whether the answer is open, with what is asked on the way to sending it.
fn is_writing(mode: &Mode) -> bool {
    match mode {
        Mode::Write | Mode::Review(_) => true,
        Mode::Pick(picker) => {
            matches!(picker.what, PickFor::Canned { is_writing: true } | PickFor::Close { send: Some(_) })
        }
        Mode::Confirm(confirm) => matches!(confirm.then, Then::Replace(_)),
        _ => false,
    }
}

fn head(app: &App, text: &MessageView) -> String {
    match text {
        MessageView::In(text) => {
            let is_folded = text.is_abusive && !is_unfolded(app);
            let why = why_urgent(&app.say, text, is_folded);
            let why = why.map_or_else(String::new, |words| format!(" · {words}"));
            format!("{} {}{why}", app.times().clock(text.at), app.say.t("citizen"))
        }
        MessageView::Out(text) => {
            let author = author(&app.say, text);
            format!("{} {author} · {}", app.times().clock(text.at), delivery(&app.times(), text).1)
        }
    }
}

fn is_unfolded(app: &App) -> bool {
    app.talk.as_ref().is_some_and(|talk| talk.is_unfolded)
}

/// Behind a sign, so that no line of a text can be taken for one of ours.
fn body(app: &App, text: &MessageView) -> Vec<String> {
    if text.inbound().is_some_and(|text| text.is_abusive) && !is_unfolded(app) {
        return vec![app.say.t("abusive")];
    }
    let whole = app.talk.as_ref().map_or_else(|| text.text(), |talk| talk.words(text));
    let unknown = unknown_words(&app.say, text);
    let words =
        wrapped(unknown.as_deref().unwrap_or(whole), COLUMNS).into_iter().map(|line| format!("> {line}"));
    words.chain(text.photos().iter().map(|one| photo(&app.say, one).1)).collect()
}

fn link(app: &App) -> String {
    match &app.link {
        Link::Up if app.is_slow() => app.say.t("link-slow"),
        Link::Up => app.say.t("link-up"),
        Link::Down(why) => app.say.with("link-down", [("why", one_word(why).into())]),
        Link::Ended(why) => app.say.with("link-ended", [("why", one_word(why).into())]),
    }
}

fn queue(app: &App) -> Vec<String> {
    let id = match app.queue.listed {
        Listed::Mine => "list-mine",
        Listed::Open => "list-open",
        _ => "list-waiting",
    };
    let mut title = format!("{} {}", app.say.t(id), app.queue.n_total);
    if app.queue.n_ringing > 0 {
        title = format!("{title} · {}", app.say.with("n-danger", [("n", app.queue.n_ringing.into())]));
    }
    let mut lines = vec![title];
    lines.extend(app.queue.rows.iter().map(|row| queue_words(app, row)));
    lines.extend(app.queue.rows.is_empty().then(|| app.say.t("list-empty")));
    lines
}

/// What is asked for now.
fn mode(app: &App) -> Vec<String> {
    let say = &app.say;
    match &app.mode {
        Mode::Stopped => vec![say.t("plain-stopped")],
        Mode::Desk if app.talk.is_none() => vec![say.t("plain-list")],
        Mode::Desk => vec![say.t("plain-talk")],
        Mode::Write => {
            let (_, length) = length(say, app.draft(), &app.limits());
            vec![say.with("plain-write", [("to", app.addressee().into()), ("length", length.into())])]
        }
        Mode::Review(review) => {
            let (_, length) = length(say, app.draft(), &app.limits());
            let mut lines: Vec<String> = answered_line(app).into_iter().collect();
            if !review.newer.is_empty() {
                let n = i64::try_from(review.newer.len()).unwrap_or(i64::MAX);
                lines.push(say.with("review-newer", [("n", n.into())]));
                lines.extend(review.newer.iter().flat_map(|text| body(app, text)));
            }
            lines.push(say.with("review-title", [("to", app.addressee().into()), ("length", length.into())]));
            lines.extend(review_remarks(app, review).into_iter().map(|(_, words)| words));
            for piece in &review.pieces {
                lines.extend(wrapped(&piece.text, COLUMNS).into_iter().map(|line| format!("> {line}")));
            }
            lines.extend(advice_lines(app));
            lines.push(say.t(if review.needs_yes { "plain-review-yes" } else { "plain-review" }));
            lines
        }
        Mode::Pick(picker) => {
            let mut lines = vec![picker_title(app, picker)];
            let first = first_said(picker);
            for (n, item) in picker.fitting().iter().enumerate().skip(first).take(PICKED_AT_ONCE) {
                let is_whole = matches!(picker.what, PickFor::Canned { .. } | PickFor::Doubt);
                let words = if is_whole && !item.detail.is_empty() { &item.detail } else { &item.label };
                let words = &if picker.what == PickFor::Doubt {
                    format!("{} > {words}", item.label)
                } else {
                    words.clone()
                };
                lines.push(format!("{}. {}", n + 1, one_line(words, COLUMNS)));
            }
            let n_more = picker.fitting().len().saturating_sub(first + PICKED_AT_ONCE);
            let n = i64::try_from(n_more).unwrap_or(i64::MAX);
            lines.extend((n_more > 0).then(|| say.with("plain-pick-more", [("n", n.into())])));
            lines.extend(nothing_fits(app, picker));
            lines.push(say.t("plain-pick"));
            lines
        }
        Mode::Ask(asked) => {
            asked.error.iter().cloned().chain([asked_words(app, asked), say.t("plain-ask")]).collect()
        }
        Mode::Sheet(sheet) => {
            std::iter::once(sheet_title(app, sheet)).chain(sheet_lines(app, sheet)).collect()
        }
        Mode::Confirm(confirm) => {
            let question = confirm.question.lines().map(|line| one_line(line, COLUMNS));
            question.chain([say.t("yes-or-no")]).collect()
        }
        Mode::Help => {
            let key = |(key, _, id): &(char, super::keys::Command, &str)| {
                let letter = hangul(*key).map(|letter| format!(" {letter}")).unwrap_or_default();
                format!("{key}{letter}: {}", say.t(&format!("key-{id}")))
            };
            let line = |(line, _, id): &(&str, &[Key], &str)| format!("{line}: {}", say.t(id));
            let all = COMMANDS.iter().map(key).chain(LINES.iter().map(line));
            let supervisors = (app.me.role == "supervisor").then(|| say.t("help-supervisor"));
            all.chain([say.t("help-waits")]).chain(supervisors).chain([say.t("plain-help")]).collect()
        }
    }
}
