//! What became of drafts elsewhere: answers that came back, and what other programs of the same person have written. Nothing that was
//! typed here is thrown away, and what is told of it is what was done.

use super::event::Effect;
use super::state::{App, Mode, Recalled};
use crate::api::wire::EventView;
use crate::client::format::one_word;
use crate::client::{ClientError, Moved, Value, both_edits};
use crate::domain::text::one_line;
use crate::tui::editor::Editor;

/// Columns of a text that a notice names.
const NAMED_COLUMNS: usize = 30;

/// A conversation and the beginning of an answer, for a sentence about it.
fn named(n: i64, text: &str) -> [(&'static str, Value); 2] {
    [("n", n.to_string().into()), ("text", one_line(text, NAMED_COLUMNS).into())]
}

impl App {
    /// What was kept of a conversation that was opened.
    pub(super) fn draft_came(&mut self, n: i64, text: Option<&str>, origin: Option<&str>) -> Vec<Effect> {
        self.is_loading_draft = false;
        let editor = self.drafts.entry(n).or_default();
        let is_on_its_way = self.sending.as_ref().is_some_and(|sending| sending.n == n);
        let Some(text) = text.filter(|_| !is_on_its_way) else { return Vec::new() };
        if !editor.is_blank() {
            let (before, there) = (String::new(), Some(text.to_owned()));
            return self.draft_moved(n, &Moved { before, there, origin: origin.map(str::to_owned) });
        }
        *editor = Editor::with(text);
        match origin {
            Some("stopped") => self.told_draft("draft-stopped", n, text),
            _ => self.tell("draft-found", []),
        }
        Vec::new()
    }

    /// The draft on the server is another one than stood here. An answer that is on its way has its own words.
    pub(super) fn draft_moved(&mut self, n: i64, moved: &Moved) -> Vec<Effect> {
        if self.sending.as_ref().is_some_and(|sending| sending.n == n) {
            return Vec::new();
        }
        let mine = self.drafts.entry(n).or_default().text().to_owned();
        let is_as_before = mine.trim() == moved.before.trim();
        let there = moved.there.as_deref().unwrap_or_default();
        if moved.there.is_none() && !is_as_before {
            self.stale.draft = Some(n);
            self.alert("draft-gone-mine-stays", [("n", n.to_string().into())]);
            return vec![Effect::TookDraft(n, String::new())];
        }
        let both = both_edits(&moved.before, &mine, there);
        let is_joined = both.trim() != there.trim();
        if is_joined {
            self.stale.draft = Some(n);
        } else {
            self.stale.draft = self.stale.draft.filter(|changed| *changed != n);
        }
        if both.trim() != mine.trim() {
            let id = match (moved.origin.as_deref(), is_joined) {
                _ if moved.there.is_none() => "draft-gone",
                (Some("stopped"), false) => "draft-stopped",
                (Some("stopped"), true) => "draft-stopped-beside",
                (Some("recalled"), _) => "draft-recalled-elsewhere",
                (_, false) => "draft-elsewhere-taken",
                (_, true) => "draft-elsewhere",
            };
            self.drafts.insert(n, Editor::with(&both));
            if id == "draft-stopped" {
                self.tell_end(n, id, named(n, there));
            } else {
                self.told_draft(id, n, there);
            }
            // Other words stand in the composer than those that were looked at: nothing leaves before they are looked at.
            if self.n() == Some(n) && !matches!(self.mode, Mode::Desk) {
                self.stop();
            }
        }
        vec![Effect::TookDraft(n, there.to_owned())]
    }

    fn told_draft(&mut self, id: &str, n: i64, text: &str) {
        self.alert(id, named(n, text));
    }

    /// Something happened by which the server itself writes or removes a draft of mine.
    pub(super) fn draft_may_move(&self, event: &EventView, n: i64) -> Option<Effect> {
        let is_mine = event.counselor.as_ref() == Some(&self.me.counselor.login);
        let is_here = self.drafts.contains_key(&n) || self.n() == Some(n);
        let is_sending = self.sending.as_ref().is_some_and(|sending| sending.n == n);
        if !is_here || is_sending {
            return None;
        }
        match event.kind.as_str() {
            // What is written here stays, and begins anew on the server.
            "closed" => Some(Effect::TookDraft(n, String::new())),
            "answer_stopped" | "replied" if is_mine => Some(Effect::LookAtDraft(n)),
            "answer_lost" if event.detail.as_deref() == Some("taken_back") => Some(Effect::LookAtDraft(n)),
            _ => None,
        }
    }

    /// An answer was taken back, or not. Its conversation is opened.
    pub(super) fn recalled(
        &mut self,
        n: i64,
        m: i64,
        result: Result<Option<Moved>, ClientError>,
    ) -> Vec<Effect> {
        self.is_busy = false;
        (self.stale.list, self.stale.talk) = (true, true);
        self.last_held.take_if(|held| held.m == m || held.n == n);
        self.gone.take_if(|gone| gone.n == n);
        let text = self.recalling.take().filter(|(of, _)| *of == m).map(|(_, text)| text);
        let moved = match result {
            Ok(moved) => moved,
            Err(error) => {
                self.refused(m, &error);
                return Vec::new();
            }
        };
        let mut effects = Vec::new();
        let mine = self.draft_of(n);
        let there = moved.as_ref().and_then(|moved| moved.there.clone());
        let text = text.or(there.clone()).unwrap_or_default();
        let mut is_beside = !mine.trim().is_empty() && mine.trim() != text.trim();
        if let (Some(moved), Some(there)) = (moved, there) {
            let both = both_edits(&moved.before, &mine, &there);
            is_beside &= both.trim() != mine.trim();
            self.stale.draft = if both.trim() == there.trim() {
                self.stale.draft.filter(|changed| *changed != n)
            } else {
                Some(n)
            };
            self.drafts.insert(n, Editor::with(&both));
            effects.push(Effect::TookDraft(n, there));
        } else if mine.trim().is_empty() {
            self.drafts.insert(n, Editor::with(&text));
        }
        self.tell("did-recalled", []);
        self.recalled = Some(Recalled { n, text, is_beside });
        effects.extend(self.request(Effect::Open(n)));
        effects
    }

    /// What is written for a conversation.
    pub(super) fn draft_of(&self, n: i64) -> String {
        self.drafts.get(&n).map_or("", Editor::text).to_owned()
    }

    /// An answer was taken back and its conversation is open: says which one, and who holds the conversation. Where that is me, its
    /// text is being written again.
    pub(super) fn taken_back(&mut self, recalled: &Recalled) {
        let Recalled { n, text, is_beside } = recalled;
        let summary = self.talk.as_ref().map(|talk| &talk.detail.summary);
        let who = summary.and_then(|one| one.claimed_by.as_ref()).map(|who| one_word(&who.name));
        let is_closed = summary.is_some_and(|one| one.state == "closed");
        let id = match &who {
            _ if is_closed => "did-recalled-closed",
            _ if *is_beside => "did-recalled-beside",
            _ if self.holds() => "did-recalled-mine",
            Some(_) => "did-recalled-held",
            None => "did-recalled-waits",
        };
        if self.holds() && !is_closed {
            self.begin_writing();
        }
        let values = [
            ("n", n.to_string().into()),
            ("who", who.unwrap_or_default().into()),
            ("text", one_line(text, NAMED_COLUMNS).into()),
        ];
        self.tell(id, values);
    }
}
