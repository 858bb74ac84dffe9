//! What the server answered.

use super::event::{Came, Deed, Effect, NotSent, Wanted};
use super::pick::presence_id;
use super::state::{App, Confirm, LastHeld, Mode, PickFor, Sending, Talk, Then};
use crate::api::wire::{
    CloseRequest, ConversationDetail, ConversationList, MessageView, PresenceResponse, PresenceWord,
    ProblemCode,
};
use crate::client::format::one_word;
use crate::client::message::{delivery, earlier_answer, length_class};
use crate::client::reply::Sent;
use crate::client::{ClientError, Listed, refusal};
use crate::tui::keys::{Command, command};

/// That an answer is being sent is said until it has left, and so much longer.
const SAID_FOR_MS: i64 = 5_000;

impl App {
    pub(super) fn came(&mut self, came: Came) -> Vec<Effect> {
        match came {
            Came::List(listed, result) => self.listed(listed, result),
            Came::Talk(wanted, result) => self.talk_came(wanted, result),
            Came::Earlier(n, result) => self.earlier_came(n, result),
            Came::Sent(n, result) => match result {
                Ok(sent) => self.sent(n, &sent),
                Err(why) => self.not_sent(n, why),
            },
            Came::Done(n, deed, result) => self.done(n, deed, result),
            Came::Revealed(n, what, result) => {
                self.revealed(n, what, result);
                Vec::new()
            }
            Came::Doubts(result) => {
                self.doubts_came(result);
                Vec::new()
            }
            Came::Decided(m, decision, result) => {
                self.decided(m, decision, result);
                Vec::new()
            }
            Came::Photo(id, result) => {
                self.photo_came(id, result);
                Vec::new()
            }
            Came::Book(book) => {
                self.is_loading_book = false;
                self.book = book.map_or_else(|| self.book.clone(), |book| *book);
                self.pick_anew();
                Vec::new()
            }
            Came::Colleagues(colleagues) => {
                self.colleagues = colleagues;
                self.pick_anew();
                Vec::new()
            }
            Came::Bulletins(bulletins) => {
                self.bulletins = bulletins;
                Vec::new()
            }
            Came::BulletinEnded(result) => self.bulletin_ended(result),
            Came::Found(result) => {
                self.is_busy = false;
                match result {
                    Ok(results) if results.hits.is_empty() => self.alert("found-nothing", []),
                    Ok(results) => {
                        self.found = results.hits;
                        self.pick(PickFor::Found);
                    }
                    Err(error) => self.refused(0, &error),
                }
                Vec::new()
            }
            Came::Advice(text, advice) => {
                self.advice = Some((text, advice));
                Vec::new()
            }
            Came::Present(result) => self.present(result),
            Came::Draft { n, text, origin } => self.draft_came(n, text.as_deref(), origin.as_deref()),
            Came::DraftMoved(n, moved) => self.draft_moved(n, &moved),
            Came::Recalled(n, m, result) => self.recalled(n, m, result),
            Came::NothingHeld => self.nothing_held(),
        }
    }

    /// Who goes off is told what they still hold.
    fn present(&mut self, result: Result<PresenceResponse, ClientError>) -> Vec<Effect> {
        self.is_busy = false;
        match result {
            Ok(now) if now.presence == PresenceWord::Off && !now.held.is_empty() => {
                let n = i64::try_from(now.held.len()).unwrap_or(i64::MAX);
                self.alert("off-but-holding", [("n", n.into())]);
            }
            Ok(now) => {
                let word = self.say.t(presence_id(now.presence));
                self.tell("did-presence", [("presence", word.into())]);
            }
            Err(error) => self.refused(0, &error),
        }
        vec![Effect::LoadColleagues]
    }

    pub(super) fn refused(&mut self, n: i64, error: &ClientError) {
        // Keys pressed ahead were meant for what did not come, and so are the words of an answer that are still being typed.
        let was_writing = self.ahead.iter().any(|key| command(*key) == Some(Command::Answer));
        self.ahead.clear();
        let words = refusal::sentence(&self.say, error, n);
        let next = self.say.find(&format!("next-{}", refusal::code(error)));
        self.warn(next.map_or(words.clone(), |next| format!("{words} {next}")));
        if was_writing && matches!(self.mode, Mode::Desk) {
            self.stop();
        }
    }

    fn listed(&mut self, listed: Listed, result: Result<ConversationList, ClientError>) -> Vec<Effect> {
        if let (Listed::Mine, Ok(list)) = (listed, &result) {
            self.mine = list.conversations.clone();
        }
        if let (Listed::Waiting, Ok(list)) = (listed, &result) {
            (self.waiting, self.n_waiting) = (list.conversations.clone(), list.n_total);
        }
        if matches!(listed, Listed::Mine | Listed::Waiting) && self.queue.listed != listed {
            return Vec::new();
        }
        self.stale.is_listing = false;
        if listed != self.queue.listed {
            self.stale.list = true;
            return Vec::new();
        }
        self.queue.is_refused = result.is_err();
        match result {
            Ok(list) => {
                self.queue.was_loaded = true;
                (self.queue.rows, self.queue.n_total) = (list.conversations, list.n_total);
                // An older server does not count them.
                let n_here = self.queue.rows.iter().filter(|row| row.is_ringing).count();
                self.queue.n_ringing = list.n_ringing.max(i64::try_from(n_here).unwrap_or(i64::MAX));
                let is_calm = self.queue.n_ringing == 0;
                self.notice.take_if(|notice| is_calm && notice.danger.is_some());
                let is_there = self.queue.rows.iter().any(|row| Some(row.id) == self.queue.selected);
                if !is_there {
                    self.queue.selected = self.queue.rows.first().map(|row| row.id);
                }
            }
            // An answer goes on leaving although the list did not come; the first row tells that the connection is gone.
            Err(error) if error.may_pass() && (self.sending.is_some() || self.queue.was_loaded) => {}
            Err(error) => self.refused(0, &error),
        }
        Vec::new()
    }

    fn talk_came(
        &mut self,
        wanted: Wanted,
        result: Result<Box<ConversationDetail>, ClientError>,
    ) -> Vec<Effect> {
        let is_refresh = matches!(wanted, Wanted::Refresh(_));
        if is_refresh {
            self.stale.is_refreshing = false;
        } else {
            self.is_busy = false;
        }
        let looks_again = self.looks_again.take_if(|n| wanted == Wanted::Refresh(*n)).is_some();
        self.is_busy &= !looks_again;
        let detail = match result {
            Ok(detail) => *detail,
            Err(error) if looks_again => {
                let n = self.n().unwrap_or_default();
                self.refused(n, &error);
                self.stop();
                return Vec::new();
            }
            Err(error) => return self.talk_refused(&wanted, &error),
        };
        let n = detail.summary.id;
        self.forget_unless_held(&detail);
        match wanted {
            // Something else was opened meanwhile.
            Wanted::Refresh(_) | Wanted::Act(..) if self.n() != Some(n) => Vec::new(),
            Wanted::Refresh(_) if looks_again => {
                if let Some(talk) = &mut self.talk {
                    talk.detail = detail;
                }
                self.look_again()
            }
            Wanted::Refresh(_) => {
                let was_mine = self.holds();
                let mut effects = self.refreshed(detail);
                effects.extend(self.told_taken(was_mine));
                effects
            }
            Wanted::Act(_, done) => {
                self.stale.list = true;
                let category = detail.category.clone().unwrap_or_default();
                let at = detail.summary.promise_due_at.map(|at| self.times().clock(at)).unwrap_or_default();
                let values = [("n", n.to_string().into()), ("category", category.into()), ("at", at.into())];
                self.tell(&format!("did-{done}"), values);
                self.refreshed(detail)
            }
            Wanted::Claim(_, _) if self.n() == Some(n) => {
                self.stale.list = true;
                self.refreshed(detail)
            }
            Wanted::Next | Wanted::Claim(..) | Wanted::Open(_) => {
                let marked =
                    self.queue.selected.filter(|marked| ![Some(n), self.n()].contains(&Some(*marked)));
                let effects = self.opened(detail);
                // Somebody who looked at another row is told that the order of the queue counts.
                if wanted == Wanted::Next && marked.is_some() {
                    self.tell("took-next", [("n", n.to_string().into())]);
                }
                if let Some(recalled) = self.recalled.take().filter(|one| one.n == n) {
                    self.taken_back(&recalled);
                }
                effects
            }
        }
    }

    /// What a conversation says about the answer that was sent last: one that is held no more cannot be taken back.
    fn forget_unless_held(&mut self, detail: &ConversationDetail) {
        let mut texts = detail.messages.iter().filter_map(MessageView::outbound);
        self.last_held.take_if(|held| texts.any(|text| text.id == held.m && text.state != "held"));
    }

    /// Who has taken over what I held, also in the middle of an answer.
    fn told_taken(&mut self, was_mine: bool) -> Option<Effect> {
        let talk = self.talk.as_ref().filter(|_| was_mine && !self.holds())?;
        let who = one_word(&talk.detail.summary.claimed_by.as_ref()?.name);
        let values = [("n", talk.detail.summary.id.to_string().into()), ("who", who.into())];
        let body = self.say.with("taken-from-you", values);
        self.warn(body.clone());
        let bell = !self.is_quiet;
        bell.then(|| Effect::Call { bell, title: self.say.t("call-title"), body })
    }

    fn talk_refused(&mut self, wanted: &Wanted, error: &ClientError) -> Vec<Effect> {
        let n = match wanted {
            Wanted::Next => 0,
            Wanted::Claim(n, _) | Wanted::Open(n) | Wanted::Refresh(n) | Wanted::Act(n, _) => *n,
        };
        // The stream tells that the connection is gone; a look now and then needs no words.
        if !(matches!(wanted, Wanted::Refresh(_)) && error.may_pass()) {
            self.refused(n, error);
        }
        // What was open before is not what the next key is meant for.
        if matches!(wanted, Wanted::Open(_)) {
            self.talk = None;
        }
        if error.code() == Some(ProblemCode::NewerTexts) {
            self.stale.talk = true;
            if matches!(wanted, Wanted::Act(_, "handed_over")) {
                self.alert("not-handed-over", []);
            }
        }
        Vec::new()
    }

    fn opened(&mut self, detail: ConversationDetail) -> Vec<Effect> {
        let (n, previous) = (detail.summary.id, detail.previous_id);
        let (seen, desk) = (detail.last_inbound_id, detail.summary.desk.clone());
        self.queue.selected = Some(n);
        self.talk = Some(Talk::new(detail));
        (self.mode, self.notice, self.stale.list) = (Mode::Desk, None, true);
        self.is_loading_book = true;
        let mut effects = vec![Effect::NoteSeen(n, seen), Effect::LoadBook(Some(desk))];
        effects.extend(previous.map(Effect::Earlier));
        self.is_loading_draft = !self.drafts.contains_key(&n);
        effects.extend(self.is_loading_draft.then_some(Effect::LoadDraft(n)));
        effects
    }

    /// Newer facts of the open conversation. Its newer texts count as read only where the person can have read them.
    fn refreshed(&mut self, detail: ConversationDetail) -> Vec<Effect> {
        let is_reading = matches!(self.mode, Mode::Desk) && self.sending.is_none();
        self.told_gone_by(&detail);
        let Some(talk) = &mut self.talk else { return Vec::new() };
        talk.detail = detail;
        if is_reading && talk.scroll == 0 {
            return talk.read_all().into_iter().collect();
        }
        let is_unseen = match &self.mode {
            Mode::Write => talk.newer().next().is_some(),
            Mode::Review(review) => talk.detail.last_inbound_id > review.last_seen,
            _ => false,
        };
        if is_unseen {
            self.alert("newer-while-writing", []);
        }
        Vec::new()
    }

    /// Why the answer does not leave, as its conversation says it.
    fn told_gone_by(&mut self, detail: &ConversationDetail) {
        let Some(gone) = self.gone.filter(|gone| gone.n == detail.summary.id) else { return };
        let mut texts = detail.messages.iter().filter_map(MessageView::outbound);
        if let Some(text) = texts.find(|text| text.id == gone.m && text.state == "cancelled") {
            let why = delivery(&self.times(), text).1;
            self.told_gone(Some(why));
        }
    }

    fn earlier_came(&mut self, n: i64, result: Result<Box<ConversationDetail>, ClientError>) -> Vec<Effect> {
        // One of another desk may be refused: it is simply not shown.
        if let (Ok(detail), Some(talk)) = (result, &mut self.talk) {
            let earliest = talk.earlier.last().map_or(talk.detail.previous_id, |talk| talk.previous_id);
            if earliest == Some(n) {
                talk.earlier.push(*detail);
            }
        }
        Vec::new()
    }

    fn sent(&mut self, n: i64, sent: &Sent) -> Vec<Effect> {
        let Some(sending) = self.sending.take() else { return Vec::new() };
        self.drafts.remove(&n);
        self.canned.remove(&n);
        self.stale.draft = self.stale.draft.filter(|changed| *changed != n);
        (self.stale.list, self.stale.talk) = (true, true);
        if let Some(talk) = self.talk.as_mut().filter(|talk| talk.detail.summary.id == n) {
            talk.read_to = talk.read_to.max(sending.last_seen);
        }
        if let Some(earlier) = earlier_answer(&self.times(), &sent.response) {
            return self.written_before(sending, earlier);
        }
        let texts = sent.response.messages.iter().filter_map(MessageView::outbound);
        let held =
            texts.filter(|text| text.state == "held").find_map(|text| Some((text.id, text.leaves_at?)));
        let text = sending.text.clone();
        let leaves_at = held.map_or(self.now, |(_, leaves_at)| leaves_at);
        self.last_held = held.map(|(m, leaves_at)| LastHeld { n, m, text, leaves_at });
        let size = sent.response.size.as_ref().map(|size| length_class(&self.say, size)).unwrap_or_default();
        let id = if sent.response.repeated { "sent-before" } else { "sent" };
        self.tell(id, [("n", n.to_string().into()), ("size", size.into())]);
        self.told_until(leaves_at + SAID_FOR_MS);
        for word in &sent.not_applied {
            let words =
                self.say.t(if *word == "promise" { "not-applied-promise" } else { "not-applied-category" });
            self.warn(words);
        }
        let mut effects = vec![Effect::KeepDraft(n, String::new(), sending.last_seen)];
        if sending.then_close {
            let last_seen = sending.last_seen;
            let request = CloseRequest {
                reason: None,
                last_seen,
                force: false,
                category: sending.category,
                unanswered: false,
                drop_promise: false,
            };
            effects.extend(self.close_by(n, request));
        }
        effects
    }

    /// The same words were written before, by another program of the same person or deliberately: nothing was sent, and they are asked.
    fn written_before(&mut self, sending: Sending, earlier: String) -> Vec<Effect> {
        self.ahead.clear();
        let question = self.say.with("confirm-same-words", [("earlier", earlier.into())]);
        let kept = Effect::KeepDraft(sending.n, String::new(), sending.last_seen);
        self.mode = Mode::Confirm(Confirm { question, then: Then::SendAgain(sending) });
        vec![kept]
    }

    fn not_sent(&mut self, n: i64, why: NotSent) -> Vec<Effect> {
        self.sending = None;
        self.ahead.clear();
        let is_outrun =
            matches!(&why, NotSent::Server(error) if error.code() == Some(ProblemCode::NewerTexts));
        if is_outrun && self.n() == Some(n) {
            // Until the newer text is here, keys wait, and none of them decides then.
            (self.looks_again, self.is_busy) = (Some(n), true);
            (self.stale.draft, self.stale.talk, self.stale.is_refreshing) = (Some(n), false, true);
            return self.keep_draft().into_iter().chain([Effect::Refresh(n)]).collect();
        }
        if self.n() == Some(n) {
            self.mode = Mode::Write;
        }
        self.stale.draft = Some(n);
        self.stale.talk = true;
        match why {
            NotSent::Here(why) => self.alert("not-sent-here", [("why", why.into())]),
            NotSent::Server(ClientError::Unreachable { .. }) => self.alert("not-sent-away", []),
            NotSent::Server(error) if error.leaves_doubt() => {
                let why = refusal::sentence(&self.say, &error, n);
                self.alert("sent-in-doubt", [("why", why.into())]);
            }
            NotSent::Server(error) => self.refused(n, &error),
        }
        self.keep_draft().into_iter().collect()
    }

    fn done(&mut self, n: i64, deed: Deed, result: Result<(), ClientError>) -> Vec<Effect> {
        self.is_busy = false;
        (self.stale.list, self.stale.talk) = (true, true);
        if let Err(error) = result {
            return self.not_done(n, deed, &error);
        }
        let taken_back = self.can_take_back().filter(|(of, _)| *of == n && deed == Deed::Closed);
        match taken_back {
            // Line by line, it was said when the answer was sent.
            Some((_, secs)) if !self.is_plain => {
                self.tell("did-closed-held", [("n", n.to_string().into())]);
                self.told_until(self.now + 1_000 * secs);
            }
            _ => {
                let id = if deed == Deed::Closed { "did-closed" } else { "did-released" };
                self.tell(id, [("n", n.to_string().into())]);
            }
        }
        self.mine.retain(|row| row.id != n);
        if self.n() == Some(n) {
            self.talk = None;
        }
        if deed != Deed::Closed {
            return Vec::new();
        }
        // What was begun goes with the close, as was asked.
        self.drafts.remove(&n);
        self.canned.remove(&n);
        self.stale.draft = self.stale.draft.filter(|changed| *changed != n);
        vec![Effect::KeepDraft(n, String::new(), 0)]
    }

    fn not_done(&mut self, n: i64, deed: Deed, error: &ClientError) -> Vec<Effect> {
        let closing = self.closing.take().filter(|(of, _)| deed == Deed::Closed && *of == n);
        let asked = closing.and_then(|(n, request)| match error.code()? {
            ProblemCode::PromiseOpen => {
                Some(("confirm-drop-promise", n, CloseRequest { drop_promise: true, ..request }))
            }
            ProblemCode::Unanswered => {
                Some(("ask-unanswered", n, CloseRequest { unanswered: true, ..request }))
            }
            _ => None,
        });
        match asked {
            Some((id, n, request)) => {
                let question = self.say.t(id);
                self.mode = Mode::Confirm(Confirm { question, then: Then::Close(n, request) });
            }
            None => self.refused(n, error),
        }
        Vec::new()
    }
}
