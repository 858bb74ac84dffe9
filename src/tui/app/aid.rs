//! What is done beside answering: telling 119 or 112, seeing what is masked, looking at photos, deciding about answers in doubt.

use super::event::{Effect, Saved};
use super::state::{App, AskFor, Confirm, Item, Mode, PickFor, Sheet, Then};
use crate::api::wire::{Decision, MessageList, RevealRequest, RevealWhat, Revealed};
use crate::client::ClientError;
use crate::client::citizen::named;
use crate::client::format::one_word;
use crate::client::message::photo;
use crate::domain::text::one_line;
use crate::tui::keys::Key;

const SERVICES: [&str; 2] = ["119", "112"];
/// Rows that Page Up and Page Down scroll.
const PAGE: usize = 10;

impl App {
    /// The two services, and for what each is.
    pub(super) fn services(&self) -> Vec<Item> {
        let item = |service: &&str| Item {
            key: (*service).to_owned(),
            label: self.say.t(if *service == "119" { "service-119" } else { "service-112" }),
            detail: String::new(),
        };
        SERVICES.iter().map(item).collect()
    }

    /// Photos and other files of the open conversation, the latest first.
    pub(super) fn photos(&self) -> Vec<Item> {
        let texts = self.talk.iter().flat_map(|talk| talk.detail.messages.iter().rev());
        let item = |one: &crate::api::wire::PhotoView| Item {
            key: one.id.to_string(),
            label: photo(&self.say, one).1,
            detail: String::new(),
        };
        texts.flat_map(|text| text.photos()).map(item).collect()
    }

    /// Asks for the only photo there is, or which one.
    pub(super) fn show_photos(&mut self) -> Vec<Effect> {
        let photos = self.photos();
        match &photos[..] {
            [] => self.alert("no-photos", []),
            [one] => {
                return one.key.parse().map(|id| self.request(Effect::ShowPhoto(id))).unwrap_or_default();
            }
            _ => self.pick(PickFor::Photo),
        }
        Vec::new()
    }

    pub(super) fn photo_came(&mut self, id: i64, result: Result<Saved, ClientError>) {
        self.is_busy = false;
        match result {
            Ok(Saved { place: Ok(path), is_open }) => {
                let words = if is_open { "photo-open" } else { "photo-kept-at" };
                self.tell(words, [("path", one_line(&path, 400).into())]);
            }
            Ok(Saved { place: Err(why), .. }) => {
                self.alert("photo-not-kept", [("why", one_word(&why).into())])
            }
            Err(error) => self.refused(id, &error),
        }
    }

    /// The number is shown first, and that it was is recorded; then what to read out.
    pub(super) fn hand_over(&mut self, n: i64, service: &str) -> Vec<Effect> {
        let Some(service) = SERVICES.into_iter().find(|known| *known == service) else { return Vec::new() };
        self.mode = Mode::Desk;
        self.handing = Some((n, service));
        let reason = self.say.with("handover-reason", [("service", service.into())]);
        self.request(Effect::Reveal(n, RevealRequest { reason, what: RevealWhat::Number }))
    }

    pub(super) fn unmask(&mut self) -> Vec<Effect> {
        let is_masked =
            |talk: &super::state::Talk| talk.detail.messages.iter().any(|text| text.n_masked() > 0);
        if self.talk.as_ref().is_some_and(is_masked) {
            return self.ask(AskFor::Unmask);
        }
        self.alert("nothing-masked-here", []);
        Vec::new()
    }

    pub(super) fn revealed(&mut self, n: i64, what: RevealWhat, result: Result<Revealed, ClientError>) {
        self.is_busy = false;
        let handing = self.handing.take().filter(|(of, _)| *of == n);
        let shown = match result {
            Ok(shown) => shown,
            Err(error) => return self.refused(n, &error),
        };
        let Some(talk) = self.talk.as_mut().filter(|talk| talk.detail.summary.id == n) else { return };
        match what {
            RevealWhat::Texts if shown.texts.is_empty() => self.alert("nothing-masked-here", []),
            RevealWhat::Texts => {
                talk.unmasked = shown.texts;
                self.tell("unmasked", []);
            }
            RevealWhat::Number => {
                talk.revealed = Some(shown);
                if let Some((_, service)) = handing {
                    self.mode = Mode::Sheet(Sheet { service, scroll: 0 });
                }
            }
        }
    }

    pub(super) fn sheet_key(&mut self, key: Key) -> Vec<Effect> {
        let Mode::Sheet(sheet) = &mut self.mode else { return Vec::new() };
        match key {
            Key::Down => sheet.scroll += 1,
            Key::Up => sheet.scroll = sheet.scroll.saturating_sub(1),
            Key::PageDown => sheet.scroll += PAGE,
            Key::PageUp => sheet.scroll = sheet.scroll.saturating_sub(PAGE),
            Key::Enter => {
                let service = sheet.service;
                // The sheet has all their texts.
                let seen = self.talk.as_mut().and_then(super::state::Talk::read_all);
                let mut effects: Vec<Effect> = seen.into_iter().collect();
                effects.extend(self.ask(AskFor::Told(service)));
                return effects;
            }
            Key::Esc => {
                let service = sheet.service;
                self.mode = Mode::Desk;
                self.alert("handover-open-here", [("service", service.into())]);
            }
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn doubts_came(&mut self, result: Result<MessageList, ClientError>) {
        self.is_busy = false;
        match result {
            Ok(list) if list.messages.is_empty() => self.tell("no-doubts", []),
            Ok(list) => {
                self.doubts = list.messages;
                self.pick(PickFor::Doubt);
            }
            Err(error) => self.refused(0, &error),
        }
    }

    /// Answers in doubt with their conversations.
    pub(super) fn doubtful(&self) -> Vec<Item> {
        let item = |one: &crate::api::wire::MessageInConversation| {
            let at = self.times().clock(one.message.at());
            let n = one.conversation_id;
            let citizen = named(&self.say, &one.citizen, &one.citizen_name);
            let label = format!("{n} · {at} · {citizen} · {}", one_line(one.message.text(), 80));
            Item { key: format!("{}:{n}", one.message.id()), label, detail: one.message.text().to_owned() }
        };
        self.doubts.iter().map(item).collect()
    }

    pub(super) fn decisions(&self) -> Vec<Item> {
        let item = |(key, id): (&str, &str)| Item {
            key: key.to_owned(),
            label: self.say.t(id),
            detail: String::new(),
        };
        [("open", "decide-open"), ("give-up", "decide-give-up"), ("again", "decide-again")].map(item).into()
    }

    /// What the person wants to do about a text in doubt. Sending it again is asked for: the citizen may get it twice.
    pub(super) fn decide(&mut self, (m, n): (i64, i64), choice: &str) -> Vec<Effect> {
        self.mode = Mode::Desk;
        match choice {
            "open" => self.request(Effect::Open(n)),
            "give-up" => self.request(Effect::Decide(m, Decision::GiveUp)),
            _ => {
                let question = self.say.t("confirm-again");
                let then = Then::Decide(m, Decision::SendAgain);
                self.mode = Mode::Confirm(Confirm { question, then });
                Vec::new()
            }
        }
    }

    pub(super) fn decided(&mut self, m: i64, decision: Decision, result: Result<(), ClientError>) {
        self.is_busy = false;
        (self.stale.list, self.stale.talk) = (true, true);
        match (result, decision) {
            (Ok(()), Decision::GiveUp) => self.tell("did-give-up", [("m", m.to_string().into())]),
            (Ok(()), Decision::SendAgain) => self.tell("did-again", [("m", m.to_string().into())]),
            (Err(error), _) => self.refused(m, &error),
        }
    }
}
