//! Questions with one line for an answer, and those with yes or no.

use super::event::Effect;
use super::state::{App, AskFor, Asked, Mode, PickFor, Then};
use super::write::edit;
use crate::api::wire::{ActionRequest, RevealRequest, RevealWhat};
use crate::client::{NotDue, due_at};
use crate::tui::editor::Editor;
use crate::tui::keys::{Key, is_yes, latin};

/// One line is never broken.
const ONE_LINE: usize = 10_000;

impl App {
    pub(super) fn ask(&mut self, what: AskFor) -> Vec<Effect> {
        self.mode = Mode::Ask(Asked { what, input: Editor::default(), error: None });
        Vec::new()
    }

    pub(super) fn ask_key(&mut self, key: Key) -> Vec<Effect> {
        let Mode::Ask(asked) = &mut self.mode else { return Vec::new() };
        match key {
            Key::Esc => self.mode = Mode::Desk,
            Key::Enter => {
                let (what, words) = (asked.what.clone(), asked.input.text().trim().to_owned());
                return self.answered(what, words);
            }
            Key::Char(c) => {
                asked.input.insert(c.encode_utf8(&mut [0; 4]));
            }
            key => {
                edit(&mut asked.input, key, ONE_LINE);
            }
        }
        Vec::new()
    }

    fn answered(&mut self, what: AskFor, words: String) -> Vec<Effect> {
        if what == AskFor::Search && !words.is_empty() {
            self.mode = Mode::Desk;
            return self.request(Effect::Search(words));
        }
        let Some((n, last_seen)) = self.talk.as_ref().map(|talk| (talk.detail.summary.id, talk.read_to))
        else {
            return if words.is_empty() { self.complain("ask-empty") } else { Vec::new() };
        };
        let may_be_empty = matches!(what, AskFor::RemindText(_));
        if words.is_empty() && !may_be_empty {
            return self.complain("ask-empty");
        }
        let (action, done) = match what.clone() {
            AskFor::Promise => match self.due(&words) {
                Ok(due_at) => (ActionRequest::Promise { due_at }, "promised"),
                Err(id) => return self.complain(id),
            },
            AskFor::Remind => match self.due(&words) {
                Ok(due_at) => return self.ask(AskFor::RemindText(due_at)),
                Err(id) => return self.complain(id),
            },
            AskFor::RemindText(due_at) => (ActionRequest::Remind { due_at, text: words }, "reminding"),
            AskFor::Note => (ActionRequest::Note { text: words }, "noted"),
            AskFor::Take => (ActionRequest::Take { note: words }, "taken"),
            AskFor::TransferNote { desk, person } => {
                (ActionRequest::Transfer { desk, person, note: words }, "transferred")
            }
            AskFor::FalseAlarm => (ActionRequest::FalseAlarm { reason: words, last_seen }, "false_alarm"),
            AskFor::Search => return self.complain("ask-empty"),
            AskFor::Told(service) => {
                let service = service.to_owned();
                (ActionRequest::Handover { service, told: words, last_seen }, "handed_over")
            }
            AskFor::Reveal | AskFor::Unmask => {
                self.mode = Mode::Desk;
                let is_number = what == AskFor::Reveal;
                let what = if is_number { RevealWhat::Number } else { RevealWhat::Texts };
                return self.request(Effect::Reveal(n, RevealRequest { reason: words, what }));
            }
        };
        self.mode = Mode::Desk;
        self.act(n, action, done)
    }

    fn due(&self, words: &str) -> Result<i64, &'static str> {
        due_at(words, self.now, &self.zone).map_err(|why| match why {
            NotDue::Unclear => "due-unclear",
            NotDue::Past => "due-past",
            NotDue::TooFar => "due-too-far",
        })
    }

    fn complain(&mut self, id: &str) -> Vec<Effect> {
        let words = self.say.t(id);
        if let Mode::Ask(asked) = &mut self.mode {
            asked.error = Some(words);
        }
        Vec::new()
    }

    pub(super) fn confirm_key(&mut self, key: Key) -> Vec<Effect> {
        let Mode::Confirm(confirm) = &self.mode else { return Vec::new() };
        let then = confirm.then.clone();
        // Back to where the question came from.
        self.mode = if matches!(then, Then::Replace(_)) { Mode::Write } else { Mode::Desk };
        if !is_yes(key) {
            self.alert("not-done", []);
            // What is typed behind `e` or `x` is a category or a name, and no command.
            let is_name = matches!(key, Key::Char(c) if latin(c) != 'n');
            if is_name && matches!(then, Then::CloseBegun | Then::Transfer) && !self.is_plain {
                self.stop();
            }
            return Vec::new();
        }
        match then {
            Then::Close(n, request) => self.close_by(n, request),
            Then::Act(n, action, done) => self.act(n, action, done),
            Then::Release(n) => self.request(Effect::Release(n)),
            Then::Decide(m, decision) => self.request(Effect::Decide(m, decision)),
            Then::Leave => self.leave(),
            Then::SendAgain(sending) => self.send_again(sending),
            Then::EndBulletin(id) => self.request(Effect::EndBulletin(id)),
            Then::CloseBegun => {
                self.dropping = self.n().map(|n| (n, self.draft_of(n)));
                self.picked_from(PickFor::Close { send: None })
            }
            Then::Transfer => self.picked_from(PickFor::Desk),
            Then::PassOn { desk, person } => self.ask(AskFor::TransferNote { desk, person }),
            Then::Replace(text) => {
                if let Some(n) = self.n() {
                    self.drafts.insert(n, Editor::with(&text));
                    self.stale.draft = Some(n);
                }
                // As the question says, it is seen again before it leaves.
                self.review()
            }
        }
    }
}
