//! The sentences that receipts carry now: everybody at a desk sees them, and a supervisor takes one back.

use super::event::Effect;
use super::state::{App, Confirm, Item, Mode, PickFor, Then};
use crate::api::wire::BulletinView;
use crate::client::{ClientError, bulletin_line};
use crate::domain::text::one_line;

impl App {
    pub(super) fn show_bulletins(&mut self) -> Vec<Effect> {
        if self.bulletins_now().next().is_none() {
            self.tell("no-bulletins", []);
            return Vec::new();
        }
        self.picked_from(PickFor::Bulletin)
    }

    /// A sentence in receipts on a line.
    pub fn bulletin_words(&self, of: &BulletinView) -> String {
        bulletin_line(&self.times(), self.book.desks.as_ref(), of)
    }

    pub(super) fn bulletin_items(&self) -> Vec<Item> {
        let item = |one: &BulletinView| Item {
            key: one.id.to_string(),
            label: self.bulletin_words(one),
            detail: String::new(),
        };
        self.bulletins_now().map(item).collect()
    }

    /// Taking one back is asked for; a counselor is told who can.
    pub(super) fn picked_bulletin(&mut self, id: &str) -> Vec<Effect> {
        self.mode = Mode::Desk;
        let Some(one) = self.bulletins.iter().find(|one| one.id.to_string() == id) else { return Vec::new() };
        if self.me.role != "supervisor" {
            self.alert("bulletin-of-supervisors", []);
            return Vec::new();
        }
        let question = self.say.with("confirm-end-bulletin", [("text", one_line(&one.text, 200).into())]);
        self.mode = Mode::Confirm(Confirm { question, then: Then::EndBulletin(one.id) });
        Vec::new()
    }

    pub(super) fn bulletin_ended(&mut self, result: Result<BulletinView, ClientError>) -> Vec<Effect> {
        self.is_busy = false;
        match result {
            Ok(_) => self.tell("did-end-bulletin", []),
            Err(error) => self.refused(0, &error),
        }
        vec![Effect::LoadBulletins]
    }
}
