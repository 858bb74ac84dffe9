//! Lists to choose from: canned answers, categories, desks and colleagues. Typing narrows them.

use super::event::Effect;
use super::state::{App, AskFor, Confirm, Item, Mode, PICKED_AT_ONCE, PickFor, Picker, Then};
use crate::api::wire::{ActionRequest, CloseRequest, ColleagueView, PresenceWord, SearchHitView};
use crate::client::citizen::named;
use crate::client::format::one_word;
use crate::domain::text::one_line;
use crate::tui::editor::Editor;
use crate::tui::keys::Key;

const PRESENCES: [PresenceWord; 4] =
    [PresenceWord::On, PresenceWord::Phone, PresenceWord::Break, PresenceWord::Off];

/// The id of its words in the catalogues.
pub fn presence_id(word: PresenceWord) -> &'static str {
    match word {
        PresenceWord::On => "presence-on",
        PresenceWord::Phone => "presence-phone",
        PresenceWord::Break => "presence-break",
        PresenceWord::Off => "presence-off",
    }
}

/// Columns of an answer that was begun, in a question about it.
const BEGUN_COLUMNS: usize = 40;
/// Categories remembered by their last use.
const MOST_RECENT: usize = 8;

impl App {
    pub(super) fn picked_from(&mut self, what: PickFor) -> Vec<Effect> {
        self.pick(what);
        Vec::new()
    }

    pub(super) fn pick(&mut self, what: PickFor) {
        let items = self.items(&what);
        self.mode = Mode::Pick(Picker { what, filter: Editor::default(), items, at: 0 });
    }

    /// What can be chosen has come, or has changed: a list that is open has it, and the same item is chosen.
    pub(super) fn pick_anew(&mut self) {
        use PickFor::{Canned, Category, Close, Desk};
        let Mode::Pick(picker) = &self.mode else { return };
        if !matches!(picker.what, Canned { .. } | Category | Close { .. } | Desk) {
            return;
        }
        let (items, chosen) = (self.items(&picker.what), picker.chosen().map(|item| item.key.clone()));
        let Mode::Pick(picker) = &mut self.mode else { return };
        picker.items = items;
        let at = picker.fitting().iter().position(|item| Some(&item.key) == chosen.as_ref());
        picker.at = at.unwrap_or(0);
    }

    fn items(&self, what: &PickFor) -> Vec<Item> {
        match what {
            PickFor::Canned { .. } => self.canned(),
            PickFor::Category | PickFor::Close { .. } => self.categories(what),
            PickFor::Desk => self.receivers(),
            PickFor::Presence => self.presences(),
            PickFor::Bulletin => self.bulletin_items(),
            PickFor::Found => self.hits(),
            PickFor::Service => self.services(),
            PickFor::Photo => self.photos(),
            PickFor::Doubt => self.doubtful(),
            PickFor::Decision { .. } => self.decisions(),
        }
    }

    fn canned(&self) -> Vec<Item> {
        let item = |reply: &crate::api::wire::CannedView| Item {
            key: reply.key.clone(),
            label: reply.text.lines().next().unwrap_or_default().to_owned(),
            detail: reply.text.clone(),
        };
        self.book.canned.iter().map(item).collect()
    }

    /// The category that stands first, then those used last, then the others.
    fn categories(&self, what: &PickFor) -> Vec<Item> {
        let list = self.book.categories.as_ref();
        let all = list.map_or(&[][..], |list| &list.categories[..]);
        let set = self.talk.as_ref().and_then(|talk| talk.detail.category.as_ref());
        let mut names: Vec<&String> =
            set.into_iter().chain(&self.recent).filter(|name| all.contains(name)).collect();
        names.extend(all);
        let mut items: Vec<Item> = Vec::new();
        for name in names {
            if items.iter().all(|item| item.key != *name) {
                items.push(Item { key: name.clone(), label: one_word(name), detail: String::new() });
            }
        }
        let may_lack = list.is_none_or(|list| !list.required) && matches!(what, PickFor::Close { .. });
        items.extend(may_lack.then(|| Item {
            key: String::new(),
            label: self.say.t("no-category"),
            detail: String::new(),
        }));
        items
    }

    fn receivers(&self) -> Vec<Item> {
        let desks = self.book.desks.as_ref().map_or(&[][..], |list| &list.desks[..]);
        let item = |desk: &crate::api::wire::DeskView| {
            let at = desk.until_at.map(|at| self.times().clock(at)).unwrap_or_default();
            let id = match (desk.is_open, desk.until_at) {
                (true, Some(_)) => "desk-open",
                (true, None) => "desk-always",
                (false, Some(_)) => "desk-closed",
                (false, None) => "desk-closed-for-now",
            };
            let state = self.say.with(id, [("at", at.into())]);
            Item {
                key: format!("desk:{}", desk.key),
                label: format!("{} · {state}", one_word(&desk.name)),
                detail: String::new(),
            }
        };
        let colleague = |who: &ColleagueView| Item {
            key: format!("person:{}", who.login),
            label: format!(
                "{} ({}) · {}",
                one_word(&who.name),
                one_word(&who.login),
                self.say.t(presence_id(who.presence))
            ),
            detail: String::new(),
        };
        let others = self.colleagues.iter().filter(|who| !who.is_me);
        desks.iter().map(item).chain(others.map(colleague)).collect()
    }

    fn hits(&self) -> Vec<Item> {
        let item = |(n, hit): (usize, &SearchHitView)| {
            let kind = if hit.is_unsent { "unsent" } else { &hit.kind };
            let id = format!("found-{kind}");
            let kind = self.say.find(&id).unwrap_or_else(|| one_word(&hit.kind));
            let citizen = named(&self.say, &hit.citizen, &hit.citizen_name);
            let who = match hit.author.as_deref() {
                Some(who) => format!("{} → {citizen}", one_word(who)),
                None => citizen,
            };
            let at = self.times().clock(hit.at);
            let text = if hit.is_abusive { self.say.t("abusive-short") } else { hit.text.clone() };
            let label = format!("{} · {at} · {kind} · {who} · {text}", hit.conversation_id);
            Item { key: format!("{n}:{}", hit.conversation_id), label, detail: String::new() }
        };
        self.found.iter().enumerate().map(item).collect()
    }

    fn presences(&self) -> Vec<Item> {
        let item = |word: &PresenceWord| {
            let id = presence_id(*word);
            Item { key: id.to_owned(), label: self.say.t(id), detail: String::new() }
        };
        PRESENCES.iter().map(item).collect()
    }

    pub(super) fn pick_key(&mut self, key: Key) -> Vec<Effect> {
        let Mode::Pick(picker) = &mut self.mode else { return Vec::new() };
        let n_fitting = picker.fitting().len();
        match key {
            Key::Esc => {
                let is_writing = picker.what == PickFor::Canned { is_writing: true };
                let is_looking = matches!(picker.what, PickFor::Close { send: Some(_) });
                self.mode = if is_writing || is_looking { Mode::Write } else { Mode::Desk };
                if is_looking {
                    return self.review();
                }
            }
            Key::Up => picker.at = picker.at.min(n_fitting.saturating_sub(1)).saturating_sub(1),
            Key::Down => picker.at = (picker.at + 1).min(n_fitting.saturating_sub(1)),
            // The last items stay where they are.
            Key::PageDown => picker.at = (picker.at + PICKED_AT_ONCE).min(n_fitting.saturating_sub(1)),
            Key::PageUp => picker.at = picker.at.saturating_sub(PICKED_AT_ONCE),
            Key::Enter => {
                let chosen = picker.chosen().map(|item| item.key.clone());
                let (what, typed) = (picker.what.clone(), picker.filter.text().trim().to_owned());
                return self.picked(what, chosen, typed);
            }
            Key::Char(c) => {
                picker.filter.insert(c.encode_utf8(&mut [0; 4]));
                picker.at = 0;
            }
            Key::Backspace => picker.filter.backspace(),
            _ => {}
        }
        Vec::new()
    }

    fn picked(&mut self, what: PickFor, chosen: Option<String>, typed: String) -> Vec<Effect> {
        if let (PickFor::Presence, Some(id)) = (&what, &chosen) {
            self.mode = Mode::Desk;
            let word = PRESENCES.into_iter().find(|word| presence_id(*word) == *id);
            return word.map(|word| self.request(Effect::SetPresence(word))).unwrap_or_default();
        }
        if what == PickFor::Found {
            self.mode = Mode::Desk;
            let n = chosen.and_then(|key| key.split_once(':').and_then(|(_, n)| n.parse().ok()));
            return n.map(|n| self.request(Effect::Open(n))).unwrap_or_default();
        }
        if let (PickFor::Bulletin, Some(id)) = (&what, &chosen) {
            return self.picked_bulletin(id);
        }
        if let (PickFor::Doubt | PickFor::Decision { .. }, Some(key)) = (&what, &chosen) {
            return self.picked_doubt(&what, key);
        }
        let Some(n) = self.n() else { return Vec::new() };
        match (what, chosen) {
            (PickFor::Presence | PickFor::Found | PickFor::Bulletin, _) => Vec::new(),
            (PickFor::Doubt | PickFor::Decision { .. }, _) => Vec::new(),
            (PickFor::Service, Some(service)) => self.hand_over(n, &service),
            (PickFor::Photo, Some(id)) => {
                self.mode = Mode::Desk;
                id.parse().map(|id| self.request(Effect::ShowPhoto(id))).unwrap_or_default()
            }
            (PickFor::Desk, None) if !typed.is_empty() => self.pass_to_typed(typed),
            (_, None) => Vec::new(),
            (PickFor::Canned { is_writing }, Some(key)) => self.put_in(n, &key, is_writing),
            (PickFor::Category, Some(category)) => {
                self.used(&category);
                self.mode = Mode::Desk;
                self.act(n, ActionRequest::Category { category }, "categorised")
            }
            (PickFor::Close { send }, Some(category)) => {
                let category = Some(category).filter(|category| !category.is_empty());
                if let Some(category) = &category {
                    self.used(category);
                }
                match send {
                    Some(last_seen) => self.send(last_seen, category, true),
                    None => self.close_with(n, category),
                }
            }
            (PickFor::Desk, Some(key)) => match key.split_once(':') {
                Some(("desk", key)) => self.pass_to_desk(key.to_owned()),
                Some((_, login)) => self.pass_on(login.to_owned()),
                None => Vec::new(),
            },
        }
    }

    /// Asks for the note to a desk; first whether, where somebody is in danger.
    fn pass_to_desk(&mut self, key: String) -> Vec<Effect> {
        if self.is_in_danger() {
            let to = self.say.with("to-desk", [("to", self.desk_name(&key).into())]);
            return self.ask_in_danger(to, Then::PassOn { desk: Some(key), person: None });
        }
        self.ask(AskFor::TransferNote { desk: Some(key), person: None })
    }

    /// A danger that is passed on rings again, for everybody.
    fn ask_in_danger(&mut self, to: String, then: Then) -> Vec<Effect> {
        let values = [("who", self.addressee().into()), ("to", to.into())];
        let question = self.say.with("confirm-pass-on-danger", values);
        self.mode = Mode::Confirm(Confirm { question, then });
        Vec::new()
    }

    /// Asks for the note to a colleague; first whether, where somebody is in danger or it has to wait because they are off.
    fn pass_on(&mut self, login: String) -> Vec<Effect> {
        if login == self.me.counselor.login {
            self.mode = Mode::Desk;
            self.alert("error-passed_to_yourself", []);
            return Vec::new();
        }
        let known = self.colleagues.iter().find(|one| one.login == login);
        let (name, is_off) =
            known.map_or((one_word(&login), false), |who| (one_word(&who.name), who.is_off()));
        let then = Then::PassOn { desk: None, person: Some(login.clone()) };
        if self.is_in_danger() {
            let to = self.say.with("to-person", [("to", name.into())]);
            return self.ask_in_danger(to, then);
        }
        if !is_off {
            return self.ask(AskFor::TransferNote { desk: None, person: Some(login) });
        }
        let values = [("n", self.n().unwrap_or_default().to_string().into()), ("who", name.into())];
        let question = self.say.with("confirm-pass-on-off", values);
        self.mode = Mode::Confirm(Confirm { question, then });
        Vec::new()
    }

    /// Nobody in the list is called so. Where it is not known who there is, the server decides.
    fn pass_to_typed(&mut self, typed: String) -> Vec<Effect> {
        if typed == self.me.counselor.login || self.colleagues.is_empty() {
            return self.pass_on(typed);
        }
        self.alert("nobody-called", [("words", one_word(&typed).into())]);
        Vec::new()
    }

    /// A text in doubt was chosen, or what to do about one.
    fn picked_doubt(&mut self, what: &PickFor, key: &str) -> Vec<Effect> {
        if let PickFor::Decision { m, n } = what {
            return self.decide((*m, *n), key);
        }
        let both = key.split_once(':').and_then(|(m, n)| Some((m.parse().ok()?, n.parse().ok()?)));
        if let Some((m, n)) = both {
            self.pick(PickFor::Decision { m, n });
        }
        Vec::new()
    }

    fn used(&mut self, category: &str) {
        self.recent.retain(|known| known != category);
        self.recent.insert(0, category.to_owned());
        self.recent.truncate(MOST_RECENT);
    }

    /// Puts a canned answer into the composer, which is opened first where somebody only looked through them.
    fn put_in(&mut self, n: i64, key: &str, is_writing: bool) -> Vec<Effect> {
        let reply = self.book.canned.iter().find(|reply| reply.key == key).cloned();
        self.mode = if is_writing { Mode::Write } else { Mode::Desk };
        let Some(reply) = reply else { return Vec::new() };
        let mut effects = if is_writing { Vec::new() } else { self.answer(n) };
        if matches!(self.mode, Mode::Write) {
            reply.category.iter().for_each(|category| self.used(category));
            effects.extend(self.insert_apart(&reply.text));
            self.canned.extend(reply.category.map(|category| (n, category)));
        }
        effects
    }

    /// Closes the open conversation by its category. Whether one without an answer may be closed the server says;
    /// where a danger rings, it is refused before anything is asked.
    pub(super) fn close(&mut self) -> Vec<Effect> {
        let Some(talk) = &self.talk else { return Vec::new() };
        let n = talk.detail.summary.id;
        if talk.detail.summary.state == "closed" {
            self.alert("talk-closed", []);
            self.stop();
            return Vec::new();
        }
        if talk.detail.summary.is_ringing {
            let next = self.say.t("next-danger_unanswered");
            self.warn(format!("{} {next}", self.say.t("error-danger_unanswered")));
            // The category that is typed behind it is no command.
            self.stop();
            return Vec::new();
        }
        if let Some(question) = self.begun("confirm-close-begun", n) {
            self.mode = Mode::Confirm(Confirm { question, then: Then::CloseBegun });
            return Vec::new();
        }
        self.picked_from(PickFor::Close { send: None })
    }

    fn close_with(&mut self, n: i64, category: Option<String>) -> Vec<Effect> {
        let last_seen = self.talk.as_ref().map_or(0, |talk| talk.read_to);
        self.mode = Mode::Desk;
        let request = CloseRequest {
            reason: None,
            last_seen,
            force: false,
            category,
            unanswered: false,
            drop_promise: false,
        };
        // What was agreed to before the category was chosen; another answer may have come since.
        let agreed = self.dropping.take().is_some_and(|agreed| agreed == (n, self.draft_of(n)));
        match self.begun("confirm-close-begun", n) {
            Some(question) if !agreed => {
                self.mode = Mode::Confirm(Confirm { question, then: Then::Close(n, request) });
                Vec::new()
            }
            _ => self.close_by(n, request),
        }
    }

    /// What is asked before something is done by which an answer that was begun does not leave.
    pub(super) fn begun(&self, id: &str, n: i64) -> Option<String> {
        let text = self.draft_of(n);
        let values = [("n", n.to_string().into()), ("text", one_line(&text, BEGUN_COLUMNS).into())];
        (!text.trim().is_empty()).then(|| self.say.with(id, values))
    }

    /// Chooses who gets the conversation; an answer that was begun does not go with it.
    pub(super) fn transfer(&mut self, n: i64) -> Vec<Effect> {
        let Some(question) = self.begun("confirm-transfer-begun", n) else {
            return self.picked_from(PickFor::Desk);
        };
        self.mode = Mode::Confirm(Confirm { question, then: Then::Transfer });
        Vec::new()
    }

    /// Asks for a close, and keeps what was asked for: the server may have a question about it.
    pub(super) fn close_by(&mut self, n: i64, request: CloseRequest) -> Vec<Effect> {
        self.closing = Some((n, request.clone()));
        self.request(Effect::Close(n, request))
    }
}
