//! Which part an event is for; time, and the live stream.

use super::event::{Effect, Event};
use super::state::{App, Confirm, Gone, LastHeld, Link, Mode, PickFor, Then};
use crate::api::wire::EventView;
use crate::client::format::one_word;
use crate::client::message::Tone;
use crate::client::{Feed, Listed, refusal};
use crate::domain::text::one_line;
use crate::tui::keys::{Command, Key, command, pressed};

/// Keys that are remembered while a request is on its way.
const MOST_AHEAD: usize = 200;
/// The list is asked for this often although no event has come: the first one may have come before the stream was open.
const LIST_EVERY_MS: i64 = 20_000;
/// Colleagues are asked for this often: who logs in, or does nothing for a while, counts otherwise from then on.
const COLLEAGUES_EVERY_MS: i64 = 60_000;
/// Why an answer does not leave comes within this time of knowing that it does not.
const REASON_WITHIN_MS: i64 = 1_500;
/// A changed draft is kept this often.
const KEEP_EVERY_MS: i64 = 2_000;

impl App {
    /// What has to be fetched at the start.
    pub fn begin(&mut self) -> Vec<Effect> {
        (self.stale.is_listing, self.stale.listed_at, self.stale.colleagues_at) = (true, self.now, self.now);
        self.is_loading_book = true;
        vec![
            Effect::List(self.queue.listed),
            Effect::List(Listed::Mine),
            Effect::LoadBook(None),
            Effect::LoadColleagues,
            Effect::LoadBulletins,
        ]
    }

    /// Takes an event and returns what is to be done outside, in this order.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) => self.key(key),
            Event::Rushed(key) => self.rushed(key),
            Event::Committed(syllable) => self.committed(syllable),
            Event::Paste(text) => self.paste(&text),
            Event::Open(n) => self.request(Effect::Open(n)),
            Event::Unknown(line) => {
                // No conversation has this number: the one before is not meant.
                if line.chars().all(|c| c.is_ascii_digit() || c == '-') {
                    self.talk = None;
                }
                self.alert("line-unknown", [("line", one_word(&line).into())]);
                Vec::new()
            }
            Event::NoMore => {
                self.tell("plain-no-more", []);
                Vec::new()
            }
            Event::NotTaken(line) => {
                self.alert("line-not-taken", [("line", one_word(&line).into())]);
                Vec::new()
            }
            Event::Lines(n) => {
                self.alert("lines-at-once", [("n", i64::try_from(n).unwrap_or(i64::MAX).into())]);
                Vec::new()
            }
            Event::Resize(columns, rows) => {
                self.size = (columns, rows);
                Vec::new()
            }
            Event::Leave => self.leave(),
            Event::Tick(now) => self.tick(now),
            Event::Live(Feed::Event(event)) => self.live(&event),
            Event::Live(Feed::Lost { why }) => {
                self.link = Link::Down(self.say.cause(&why));
                Vec::new()
            }
            Event::Live(Feed::Back) => {
                self.link = Link::Up;
                (self.stale.list, self.stale.talk) = (true, true);
                vec![Effect::LoadBulletins]
            }
            Event::LiveEnded(error) => {
                self.link = Link::Ended(refusal::sentence(&self.say, &error, 0));
                Vec::new()
            }
            Event::Came(came) => {
                let effects = self.came(came);
                self.go_on(effects)
            }
        }
    }

    /// Takes the keys that were pressed ahead, now that what they were meant for is here. No such key answers a question.
    fn go_on(&mut self, mut effects: Vec<Effect>) -> Vec<Effect> {
        if !matches!(self.mode, Mode::Desk | Mode::Write) {
            self.ahead.clear();
        }
        while !self.is_waiting() {
            let Some(key) = self.ahead.pop_front() else { break };
            effects.extend(self.key(key));
            // What was opened by that key has not been seen: none that was pressed ahead sends or says yes.
            if !matches!(self.mode, Mode::Desk | Mode::Write) {
                self.ahead.clear();
            }
        }
        effects
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        if key == Key::Ctrl('c') {
            return self.quit();
        }
        if self.is_waiting() && matches!(self.mode, Mode::Desk) && !matches!(key, Key::PageUp | Key::PageDown)
        {
            self.press_ahead(key);
            return Vec::new();
        }
        let mut effects: Vec<Effect> = self.read_on_screen().into_iter().collect();
        effects.extend(self.key_here(key));
        effects
    }

    /// Lines that were typed behind a step that was refused are thrown away.
    pub(in crate::tui) fn behind_a_refusal(&mut self) {
        self.alert("lines-behind-refusal", []);
    }

    /// Whether what is pressed now are words of an answer that was begun while a request was on its way.
    fn writes_ahead(&self) -> bool {
        let is_turn = |key: &&Key| **key == Key::Esc || command(**key) == Some(Command::Answer);
        self.is_waiting() && self.ahead.iter().rfind(is_turn).is_some_and(|key| *key != Key::Esc)
    }

    /// Where a key sends, closes, records something or says yes, one that came at once with others, or sooner behind
    /// another one than a hand presses it, does nothing.
    fn rushed(&mut self, key: Key) -> Vec<Effect> {
        let is_decision = match &self.mode {
            Mode::Review(_) | Mode::Confirm(_) => true,
            // The end of what is asked for; the words of it may be pasted, or typed fast.
            Mode::Pick(picker) => matches!(picker.what, PickFor::Close { .. }) && key == Key::Enter,
            Mode::Ask(_) => key == Key::Enter,
            Mode::Desk => records(key) && !self.writes_ahead(),
            _ => false,
        };
        if !is_decision || matches!(key, Key::Esc | Key::Ctrl('c')) {
            return self.key(key);
        }
        self.alert("keys-at-once", []);
        Vec::new()
    }

    /// The last syllable of a word whose beginning was typed, and Enter: both count. Where nothing was typed before, a paste of one
    /// syllable would look the same: it is typed, and Enter has to be pressed.
    fn committed(&mut self, syllable: char) -> Vec<Effect> {
        let is_word = match &self.mode {
            Mode::Pick(picker) => !picker.filter.is_blank(),
            Mode::Ask(asked) => !asked.input.is_blank(),
            _ => {
                return [Key::Char(syllable), Key::Enter]
                    .into_iter()
                    .flat_map(|key| self.rushed(key))
                    .collect();
            }
        };
        let mut effects = self.key(Key::Char(syllable));
        effects.extend(if is_word { self.key(Key::Enter) } else { self.rushed(Key::Enter) });
        effects
    }

    /// Remembers a key until what was asked for is here. While an answer is on its way, letters may be more words of it: only the next
    /// conversation can be asked for.
    fn press_ahead(&mut self, key: Key) {
        let is_letter = matches!(key, Key::Char(_)) && self.ahead.is_empty();
        if self.sending.is_some() && is_letter && command(key) != Some(Command::Next) {
            self.tell("sending-no-keys", []);
            return;
        }
        if self.ahead.len() < MOST_AHEAD {
            self.ahead.push_back(key);
        }
    }

    /// A key was refused behind which words are typed: until Esc they are no commands.
    pub(super) fn stop(&mut self) {
        self.ahead.clear();
        self.mode = Mode::Stopped;
        // Line by line, what goes on is said with what is asked for.
        if self.is_plain {
            return;
        }
        let go_on = self.say.t("stopped");
        if let Some(notice) = &mut self.notice {
            notice.text = format!("{} {go_on}", notice.text);
        }
    }

    fn stopped_key(&mut self, key: Key) -> Vec<Effect> {
        match key {
            Key::Esc => self.go_on_from_stop(),
            Key::PageUp => return self.scroll_up(),
            Key::PageDown => self.scroll_down(),
            // Why it was refused stays on the screen, with how to go on.
            _ if self.notice.as_ref().is_some_and(|notice| notice.text.ends_with(&self.say.t("stopped"))) => {
            }
            _ => self.alert("stopped", []),
        }
        Vec::new()
    }

    /// Keys are commands again; why the one before was refused stays until it could be read.
    fn go_on_from_stop(&mut self) {
        self.mode = Mode::Desk;
        let go_on = self.say.t("stopped");
        if let Some(notice) = &mut self.notice {
            notice.text = notice.text.trim_end_matches(&go_on).trim_end().to_owned();
        }
        self.notice.take_if(|notice| notice.text.is_empty());
        self.go_past_notice();
    }

    /// What stands on the screen when a key is pressed has been read, also where it came under a window that is closed now.
    fn read_on_screen(&mut self) -> Option<Effect> {
        let is_reading = matches!(self.mode, Mode::Desk) && self.sending.is_none();
        let talk = self.talk.as_mut().filter(|talk| is_reading && talk.scroll == 0)?;
        talk.read_all()
    }

    fn key_here(&mut self, key: Key) -> Vec<Effect> {
        match &self.mode {
            Mode::Desk => self.desk_key(key),
            Mode::Write => self.write_key(key),
            Mode::Review(_) => self.review_key(key),
            Mode::Pick(_) => self.pick_key(key),
            Mode::Ask(_) => self.ask_key(key),
            Mode::Confirm(_) => self.confirm_key(key),
            Mode::Sheet(_) => self.sheet_key(key),
            Mode::Stopped => self.stopped_key(key),
            Mode::Help => {
                self.mode = Mode::Desk;
                Vec::new()
            }
        }
    }

    fn paste(&mut self, text: &str) -> Vec<Effect> {
        let n_hidden = match &mut self.mode {
            Mode::Write => return self.insert(text),
            Mode::Pick(picker) => picker.filter.insert(&text.replace('\n', " ")),
            Mode::Ask(asked) => asked.input.insert(&text.replace('\n', " ")),
            // A paste is no command.
            _ => {
                self.alert("paste-where", []);
                return Vec::new();
            }
        };
        self.told_hidden(n_hidden);
        Vec::new()
    }

    pub(super) fn told_hidden(&mut self, n: usize) {
        if n > 0 {
            self.alert("hidden-left-out", [("n", i64::try_from(n).unwrap_or(i64::MAX).into())]);
        }
    }

    fn tick(&mut self, now: i64) -> Vec<Effect> {
        self.now = now;
        let is_asked = self.is_waiting() || self.stale.is_listing || self.stale.is_refreshing;
        self.waits_since = if is_asked { self.waits_since.or(Some(now)) } else { None };
        let mut effects = Vec::new();
        let is_due = self.stale.list || now - self.stale.listed_at >= LIST_EVERY_MS;
        if is_due && !self.stale.is_listing {
            (self.stale.list, self.stale.is_listing) = (false, true);
            self.stale.listed_at = now;
            effects.push(Effect::List(self.queue.listed));
            let beside = [Listed::Mine, Listed::Waiting].into_iter().filter(|one| *one != self.queue.listed);
            effects.extend(beside.map(Effect::List));
        }
        if now - self.stale.colleagues_at >= COLLEAGUES_EVERY_MS {
            self.stale.colleagues_at = now;
            effects.push(Effect::LoadColleagues);
        }
        if self.gone.is_some_and(|gone| now - gone.at >= REASON_WITHIN_MS) {
            self.told_gone(None);
        }
        // What was said of an answer that could be taken back is over.
        self.notice.take_if(|notice| notice.until_at.is_some_and(|until| until <= now));
        if let Some(n) = self.n().filter(|_| self.stale.talk && !self.stale.is_refreshing) {
            (self.stale.talk, self.stale.is_refreshing) = (false, true);
            effects.push(Effect::Refresh(n));
        }
        if now - self.stale.draft_kept_at >= KEEP_EVERY_MS {
            effects.extend(self.keep_draft());
        }
        effects
    }

    /// Keeps what was changed in the composer.
    pub(super) fn keep_draft(&mut self) -> Option<Effect> {
        self.stale.draft_kept_at = self.now;
        let n = self.stale.draft.take()?;
        let text = self.drafts.get(&n).map_or("", |editor| editor.text()).to_owned();
        let read_to =
            self.talk.as_ref().filter(|talk| talk.detail.summary.id == n).map_or(0, |talk| talk.read_to);
        Some(Effect::KeepDraft(n, text, read_to))
    }

    fn live(&mut self, event: &EventView) -> Vec<Effect> {
        self.link = Link::Up;
        if event.kind == "announced" {
            let who = one_word(event.counselor_name.as_deref().unwrap_or_default());
            let text = one_line(event.detail.as_deref().unwrap_or_default(), 600);
            self.alert("announced", [("who", who.into()), ("text", text.into())]);
        }
        let Some(n) = event.conversation_id else {
            return match event.kind.as_str() {
                // Somebody came, went, or picked up the phone.
                "presence" | "logged_in" => vec![Effect::LoadColleagues],
                "bulletin_begun" | "bulletin_ended" => vec![Effect::LoadBulletins],
                // Canned replies or categories are others now.
                "list_edited" => {
                    let desk = self.talk.as_ref().map(|talk| talk.detail.summary.desk.clone());
                    vec![Effect::LoadBook(desk)]
                }
                _ => Vec::new(),
            };
        };
        // A danger that somebody has answered, looks after or ended calls no more.
        let is_over =
            ["acked", "alarm_ended", "handed_over", "replied", "closed"].contains(&event.kind.as_str());
        self.notice.take_if(|notice| is_over && notice.danger == Some(n));
        self.held_moves_on(event);
        // Each step of a text changes no list.
        self.stale.list |= !["message", "writing"].contains(&event.kind.as_str());
        self.stale.talk |= self.n() == Some(n);
        let draft = self.draft_may_move(event, n);
        self.call(event, n).into_iter().chain(draft).collect()
    }

    /// The answer that was sent last has left, or another window, a newer text or danger has kept it here.
    fn held_moves_on(&mut self, event: &EventView) {
        let state = event.detail.as_deref().unwrap_or_default();
        let is_of = |held: &mut LastHeld| event.kind == "message" && event.message_id == Some(held.m);
        let Some(gone) = self.last_held.take_if(|held| is_of(held) && state != "held") else { return };
        if state == "cancelled" {
            // That it was sent, or can be taken back, is not true any more.
            self.notice.take_if(|notice| notice.tone == Tone::Good && notice.until_at.is_some());
            self.gone = Some(Gone { n: gone.n, m: gone.m, at: self.now });
        }
    }

    /// Tells that an answer which was held does not leave, with the reason where it is known. A call for danger goes before it.
    pub(super) fn told_gone(&mut self, why: Option<String>) {
        let Some(Gone { n, .. }) = self.gone.take() else { return };
        if self.notice.as_ref().is_some_and(|notice| notice.danger.is_some()) {
            return;
        }
        let n_said = ("n", n.to_string().into());
        match why {
            Some(why) => self.tell_end(n, "held-did-not-leave-why", [n_said, ("why", why.into())]),
            // Its conversation may still say why.
            None => self.alert("held-did-not-leave", [n_said]),
        }
    }

    /// Whether the person is called: danger at any time, what is theirs unless it is quiet.
    fn call(&mut self, event: &EventView, n: i64) -> Option<Effect> {
        let me = &self.me.counselor.login;
        let is_of_others = event.counselor.as_ref() != Some(me);
        if !is_of_others && !["reminder", "answer_stopped"].contains(&event.kind.as_str()) {
            return None;
        }
        let is_mine =
            (self.n() == Some(n) && self.holds())
                || self.mine.iter().any(|row| row.id == n)
                || self.queue.rows.iter().any(|row| {
                    row.id == n && row.claimed_by.as_ref().is_some_and(|holder| holder.login == *me)
                });
        let is_free = self.queue.rows.iter().any(|row| row.id == n && row.claimed_by.is_none());
        let is_danger = matches!(event.kind.as_str(), "urgent" | "escalated");
        let id = match event.kind.as_str() {
            _ if is_danger => "call-danger",
            "text_in" | "reopened" if is_mine => "call-answered",
            "transferred" if event.detail.as_ref() == Some(me) => "call-assigned",
            "reminder" if event.counselor.as_ref() == Some(me) => "call-reminder",
            "answer_stopped" if !is_of_others => "call-stopped",
            "promise_late" if is_mine || is_free => "call-promise",
            "answer_lost" if is_mine => match event.detail.as_deref() {
                // Whoever took it back knows.
                Some("taken_back") => return None,
                Some("not_sent") => "call-late",
                _ => "call-lost",
            },
            _ => return None,
        };
        let body = self.say.with(id, [("n", n.to_string().into())]);
        if is_danger {
            self.warn(body.clone());
            self.notice.iter_mut().for_each(|notice| notice.danger = Some(n));
        } else if id == "call-stopped" {
            self.tell_end(n, id, [("n", n.to_string().into())]);
        } else {
            self.tell(id, [("n", n.to_string().into())]);
        }
        let bell = is_danger || !self.is_quiet;
        bell.then(|| Effect::Call { bell, title: self.say.t("call-title"), body })
    }

    /// Goes to the next kind of list.
    pub(super) fn turn_list(&mut self) -> Vec<Effect> {
        self.queue.listed = match self.queue.listed {
            Listed::Waiting => Listed::Mine,
            Listed::Mine => Listed::Open,
            _ => Listed::Waiting,
        };
        self.queue.was_loaded = false;
        self.stale.is_listing = true;
        vec![Effect::List(self.queue.listed)]
    }

    /// Leaves. A practice asks once: leaving ends it.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        let was_asked = matches!(&self.mode, Mode::Confirm(Confirm { then: Then::Leave, .. }));
        if !self.is_practice || was_asked {
            return self.leave();
        }
        let question = self.say.t("confirm-end-practice");
        self.mode = Mode::Confirm(Confirm { question, then: Then::Leave });
        self.keep_draft().into_iter().collect()
    }

    /// The key that leaves: what is still held is named, and asked about once.
    pub(super) fn quit_or_ask(&mut self) -> Vec<Effect> {
        let held = self.held_numbers();
        if self.is_practice || held.is_empty() {
            return self.quit();
        }
        let named = held.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let question = self.say.with("confirm-leave-holding", [("numbers", named.into())]);
        self.mode = Mode::Confirm(Confirm { question, then: Then::Leave });
        self.keep_draft().into_iter().collect()
    }

    /// What is written is kept.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        self.stale.draft = self.stale.draft.or(self.n().filter(|n| self.drafts.contains_key(n)));
        let kept = self.keep_draft();
        kept.into_iter().chain([Effect::Quit]).collect()
    }
}

/// Whether a key of the list records, passes on or ends something: those that only look around or begin an answer do not. A syllable is
/// the keys that it was typed with.
fn records(key: Key) -> bool {
    use Command::{Answer, Bulletins, Canned, Doubts, Help, Next, Photos, Search};
    let looks_around = |command: Command| {
        matches!(command, Next | Answer | Canned | Photos | Doubts | Bulletins | Search | Help)
    };
    let Key::Char(c) = key else { return false };
    pressed(c).into_iter().filter_map(|c| command(Key::Char(c))).any(|command| !looks_around(command))
}
