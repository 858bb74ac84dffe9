//! Single keys, while nothing is being written.

use super::event::Effect;
use super::state::{App, AskFor, Confirm, Mode, PickFor, Then};
use crate::api::wire::{ActionRequest, MessageView, OutboundMessage, RevealRequest, RevealWhat};
use crate::domain::text::one_line;
use crate::tui::keys::{Command, Key, command, pressed};

/// Rows that Page Up and Page Down scroll.
const PAGE: usize = 10;
/// Columns of an automatic text in a question.
const MOST_SHOWN: usize = 400;

impl App {
    pub(super) fn desk_key(&mut self, key: Key) -> Vec<Effect> {
        let mut effects = Vec::new();
        match key {
            Key::Up => self.select(-1),
            Key::Down => self.select(1),
            Key::Enter => return self.open_selected(),
            Key::Tab => return self.turn_list(),
            Key::PageUp => return self.scroll_up(),
            Key::PageDown => self.scroll_down(),
            Key::Esc => self.leave_talk(),
            Key::Char(c) => {
                // An answer that is begun takes what follows: a syllable of it is no command.
                for c in pressed(c) {
                    // What follows is not meant for a question or the composer that the first letter opened.
                    if !matches!(self.mode, Mode::Desk) {
                        break;
                    }
                    effects.extend(command(Key::Char(c)).map(|c| self.command(c)).unwrap_or_default());
                }
            }
            _ => {}
        }
        effects
    }

    fn command(&mut self, command: Command) -> Vec<Effect> {
        self.go_past_notice();
        match command {
            Command::Next => return self.request(Effect::Next),
            Command::Undo => return self.undo(),
            Command::Take => return self.take(),
            Command::Quiet => {
                self.is_quiet = !self.is_quiet;
                self.tell(if self.is_quiet { "quiet-on" } else { "quiet-off" }, []);
                return Vec::new();
            }
            Command::Presence => return self.picked_from(PickFor::Presence),
            Command::Search => return self.ask(AskFor::Search),
            Command::Bulletins => return self.show_bulletins(),
            Command::Doubts => return self.request(Effect::LoadDoubts),
            Command::Help => {
                self.mode = Mode::Help;
                return Vec::new();
            }
            Command::Quit => return self.quit_or_ask(),
            _ => {}
        }
        let Some(n) = self.n() else {
            self.alert("no-talk", []);
            if command == Command::Answer {
                self.stop();
            }
            return Vec::new();
        };
        self.talk_command(command, n)
    }

    fn talk_command(&mut self, command: Command, n: i64) -> Vec<Effect> {
        match command {
            Command::Answer => self.answer(n),
            Command::Canned => self.picked_from(PickFor::Canned { is_writing: false }),
            Command::Close => self.close(),
            Command::Category => self.picked_from(PickFor::Category),
            Command::Transfer => self.transfer(n),
            Command::Note => self.ask(AskFor::Note),
            Command::Promise => self.ask(AskFor::Promise),
            Command::Remind => self.ask(AskFor::Remind),
            Command::FalseAlarm => self.ask(AskFor::FalseAlarm),
            Command::Reveal => self.reveal(n),
            Command::Handover => self.picked_from(PickFor::Service),
            Command::Unmask => self.unmask(),
            Command::Photos => self.show_photos(),
            Command::Ack if self.looks_after() => {
                self.alert("acked-already", [("n", n.to_string().into())]);
                Vec::new()
            }
            Command::Ack => self.act(n, ActionRequest::Ack {}, "acked"),
            Command::Urgent => self.confirm_act("confirm-urgent", ActionRequest::Urgent {}, "urgent"),
            Command::Warn => self.confirm_act("confirm-warn", ActionRequest::Warn {}, "warned"),
            Command::OptOut => self.confirm_act("confirm-opt-out", ActionRequest::OptOut {}, "opted_out"),
            Command::Where => self.confirm_act("confirm-where", ActionRequest::Where {}, "asked_where"),
            Command::Release => {
                let question = self.say.with("confirm-release", [("n", n.to_string().into())]);
                self.mode = Mode::Confirm(Confirm { question, then: Then::Release(n) });
                Vec::new()
            }
            Command::Unfold => {
                if let Some(talk) = &mut self.talk {
                    talk.is_unfolded = !talk.is_unfolded;
                }
                Vec::new()
            }
            Command::Next
            | Command::Undo
            | Command::Take
            | Command::Quiet
            | Command::Presence
            | Command::Search
            | Command::Bulletins
            | Command::Doubts
            | Command::Help
            | Command::Quit => Vec::new(),
        }
    }

    /// Sends a request of a person, unless one is on its way.
    pub(super) fn request(&mut self, effect: Effect) -> Vec<Effect> {
        if self.is_busy {
            return Vec::new();
        }
        self.is_busy = true;
        vec![effect]
    }

    pub(super) fn act(&mut self, n: i64, action: ActionRequest, done: &'static str) -> Vec<Effect> {
        self.request(Effect::Act(n, action, done))
    }

    fn confirm_act(&mut self, id: &str, action: ActionRequest, done: &'static str) -> Vec<Effect> {
        if let Some(n) = self.n() {
            let detail = self.talk.as_ref().map(|talk| &talk.detail);
            // What leaves is seen first.
            let text = detail.and_then(|detail| match action {
                ActionRequest::Where {} => detail.asked_where.as_deref(),
                ActionRequest::Warn {} => detail.warning.as_deref(),
                _ => None,
            });
            let text = text.map_or_else(String::new, |text| format!("\n┃ {}", one_line(text, MOST_SHOWN)));
            let question = format!("{}{text}", self.say.with(id, [("n", n.to_string().into())]));
            self.mode = Mode::Confirm(Confirm { question, then: Then::Act(n, action, done) });
        }
        Vec::new()
    }

    fn select(&mut self, by: isize) {
        let at = self.queue.rows.iter().position(|row| Some(row.id) == self.queue.selected);
        let last = self.queue.rows.len().saturating_sub(1);
        let to = at.map_or(0, |at| at.saturating_add_signed(by).min(last));
        self.queue.selected = self.queue.rows.get(to).map(|row| row.id);
    }

    fn open_selected(&mut self) -> Vec<Effect> {
        match self.queue.selected {
            Some(n) => self.request(Effect::Open(n)),
            None => Vec::new(),
        }
    }

    /// Takes the open conversation, or the chosen one. A supervisor takes over from a colleague, with a note.
    fn take(&mut self) -> Vec<Effect> {
        let Some(n) = self.n().or(self.queue.selected) else {
            self.alert("no-talk", []);
            return Vec::new();
        };
        let holder = self.talk.as_ref().and_then(|talk| talk.detail.summary.claimed_by.as_ref());
        if holder.is_some() && !self.holds() && self.me.role == "supervisor" {
            return self.ask(AskFor::Take);
        }
        self.request(Effect::Claim(n, false))
    }

    /// Whether I hold a danger that does not ring: who holds it looks after it.
    fn looks_after(&self) -> bool {
        let rings = self.talk.as_ref().is_some_and(|talk| talk.detail.summary.is_ringing);
        self.holds() && self.is_in_danger() && !rings
    }

    /// The number at once in a danger, where seconds count; else for a reason.
    fn reveal(&mut self, n: i64) -> Vec<Effect> {
        let is_danger = self.talk.as_ref().is_some_and(|talk| talk.detail.summary.tier == Some(1));
        if is_danger {
            let reason = self.say.t("reveal-danger");
            return self.request(Effect::Reveal(n, RevealRequest { reason, what: RevealWhat::Number }));
        }
        self.ask(AskFor::Reveal)
    }

    /// Takes the newest of my answers back that are held back, whatever is on the screen; the server knows of those that were sent elsewhere.
    fn undo(&mut self) -> Vec<Effect> {
        let last = self.last_held.as_ref().filter(|held| held.leaves_at > self.now);
        let last = last.map(|held| (held.n, held.m, held.text.clone()));
        let is_mine = |text: &&OutboundMessage| {
            text.author.as_ref().is_some_and(|author| author.login == self.me.counselor.login)
        };
        let open = self.talk.as_ref().and_then(|talk| {
            let held = talk.held().filter(is_mine)?;
            Some((talk.detail.summary.id, held.id, held.text.clone()))
        });
        // Of one answer, what was sent here has its words whole.
        let open = open.filter(|(n, ..)| last.as_ref().is_none_or(|last| last.0 != *n));
        match last.into_iter().chain(open).max_by_key(|(_, m, _)| *m) {
            Some((n, m, text)) => {
                self.recalling = Some((m, text));
                self.request(Effect::Recall(n, m))
            }
            None => self.request(Effect::RecallNewest),
        }
    }

    /// Says why nothing can be taken back.
    pub(super) fn nothing_held(&mut self) -> Vec<Effect> {
        self.is_busy = false;
        let is_sent = |text: &OutboundMessage| text.author.is_some() && text.state != "cancelled";
        let talk = self.talk.iter().flat_map(|talk| &talk.detail.messages);
        let is_at_once = self.leaves_at_once() && talk.filter_map(MessageView::outbound).any(is_sent);
        self.alert(if is_at_once { "nothing-to-undo-danger" } else { "nothing-to-undo" }, []);
        Vec::new()
    }

    fn leave_talk(&mut self) {
        self.go_past_notice();
        self.talk = None;
    }

    /// Scrolls; at the beginning, an earlier consultation is fetched.
    pub(super) fn scroll_up(&mut self) -> Vec<Effect> {
        let Some(talk) = &mut self.talk else { return Vec::new() };
        talk.scroll += PAGE;
        let earliest = talk.earlier.last().map_or(talk.detail.previous_id, |talk| talk.previous_id);
        earliest.filter(|_| !talk.earlier.is_empty()).map(Effect::Earlier).into_iter().collect()
    }

    pub(super) fn scroll_down(&mut self) {
        if let Some(talk) = &mut self.talk {
            talk.scroll = talk.scroll.saturating_sub(PAGE);
            if talk.scroll == 0 && matches!(self.mode, Mode::Desk) {
                talk.read_to = talk.detail.last_inbound_id;
            }
        }
    }
}
