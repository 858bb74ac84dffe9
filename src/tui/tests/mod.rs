//! The desk by tables of keys, against a town that answers every effect at once.

mod aid;
mod back;
mod drawn;
mod keys;
mod picture;
mod plain;
mod safety;
mod sight;
mod told;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::app::{App, Came, Deed, Effect, Event, NotSent, Saved, Wanted};
use super::keys::Key;
use super::words;
use crate::api::wire::MessageView;
use crate::api::wire::{
    CannedList, CannedView, CategoryList, CloseRequest, ConversationDetail, ConversationList, DeskList,
    PresenceResponse, ProblemDetails, ReplyRequest, ReplyResponse, RevealRequest, RevealWhat, Revealed,
    RevealedText,
};
use crate::client::reply::Sent;
use crate::client::{ClientError, Listed, Moved};
use crate::domain::draft::joined;
use crate::ops::lang::Lang;

/// 2026-07-03 12:00 in Seoul.
const NOON: i64 = 1_783_047_600_000;
const MINUTE: i64 = 60_000;

/// A desk, and what is around it.
struct Town {
    app: App,
    talks: BTreeMap<i64, ConversationDetail>,
    left: Vec<(i64, ReplyRequest)>,
    closed: Vec<(i64, CloseRequest)>,
    acts: Vec<Value>,
    n_claims: usize,
    calls: Vec<String>,
    /// What the server keeps as drafts, and what of it stands on the screen.
    kept: BTreeMap<i64, String>,
    seen: BTreeMap<i64, String>,
    n_keys: usize,
    has_quit: bool,
    /// The server's next words about an answer, in place of taking it.
    refuses: Option<ClientError>,
    /// A text that another program of the same person has sent already.
    left_elsewhere: Option<String>,
    /// Where that answer stands.
    earlier: &'static str,
    /// Sentences in receipts.
    bulletins: Vec<crate::api::wire::BulletinView>,
}

fn detail(id: i64, text: &str, minutes: i64) -> ConversationDetail {
    let at = NOON - minutes * MINUTE;
    let value = json!({
        "id": id, "citizen": format!("010-****-{:04}", 1000 + id), "citizen_name": format!("7F{id:02}"), "state": "waiting", "claimed_by": null, "opened_at": at,
        "waiting_since_at": at, "n_messages": 1, "preview": text, "n_in_doubt": 0, "desk": "main", "tier": null,
        "is_ringing": false, "last_inbound_id": id * 10, "closed_at": null, "close_reason": null, "previous_id": null,
        "messages": [{ "direction": "in", "id": id * 10, "seq": id * 10, "at": at, "text": text }],
    });
    serde_json::from_value(value).expect("a conversation")
}

fn me() -> crate::api::wire::MeView {
    serde_json::from_value(
        json!({ "id": 1, "login": "minsu", "name": "김민수", "role": "counselor", "desks": "*" }),
    )
    .expect("somebody")
}

fn problem(code: &str, status: u16) -> ClientError {
    let detail = "as the server says".to_owned();
    ClientError::Problem(Box::new(ProblemDetails {
        code: code.to_owned(),
        status,
        detail,
        ..ProblemDetails::default()
    }))
}

/// Keys as `<Enter>`, `<C-s>` or the character itself.
fn keys(words: &str) -> Vec<Key> {
    let (mut found, mut rest) = (Vec::new(), words);
    while let Some(c) = rest.chars().next() {
        let (key, n) = match rest.strip_prefix('<').and_then(|named| named.split_once('>')) {
            Some((name, _)) => (named(name), name.len() + 2),
            None => (Key::Char(c), c.len_utf8()),
        };
        found.push(key);
        rest = &rest[n..];
    }
    found
}

fn named(name: &str) -> Key {
    match name {
        "Enter" => Key::Enter,
        "Esc" => Key::Esc,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "PageUp" => Key::PageUp,
        "Tab" => Key::Tab,
        "BS" => Key::Backspace,
        "A-Enter" => Key::AltEnter,
        ctrl => Key::Ctrl(ctrl.chars().last().expect("a key")),
    }
}

impl Town {
    fn new(lang: Lang, talks: impl IntoIterator<Item = ConversationDetail>) -> Town {
        let zone = TimeZone::get("Asia/Seoul").expect("known");
        let app = App::new(words::say(lang), zone, me(), NOON);
        let mut town = Town {
            app,
            talks: talks.into_iter().map(|talk| (talk.summary.id, talk)).collect(),
            left: Vec::new(),
            closed: Vec::new(),
            acts: Vec::new(),
            n_claims: 0,
            calls: Vec::new(),
            kept: BTreeMap::new(),
            seen: BTreeMap::new(),
            n_keys: 0,
            has_quit: false,
            refuses: None,
            left_elsewhere: None,
            earlier: "left",
            bulletins: Vec::new(),
        };
        let effects = town.app.begin();
        town.follow(effects);
        town
    }

    fn press(&mut self, words: &str) {
        for key in keys(words) {
            self.n_keys += 1;
            self.feed(Event::Key(key));
        }
    }

    /// Types an answer, which is not counted.
    fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.feed(Event::Key(if c == '\n' { Key::Enter } else { Key::Char(c) }));
        }
    }

    fn feed(&mut self, event: Event) {
        let effects = self.app.update(event);
        self.follow(effects);
    }

    /// Time passes: what is stale is fetched.
    fn waits(&mut self, ms: i64) {
        let now = self.app.now + ms;
        self.feed(Event::Tick(now));
    }

    fn writes(&mut self, id: i64, seq: i64, text: &str) {
        let more = json!({ "direction": "in", "id": seq, "seq": seq, "at": self.app.now, "text": text });
        let talk = self.talks.get_mut(&id).expect("there");
        talk.messages.push(serde_json::from_value(more).expect("a text"));
        talk.last_inbound_id = seq;
        talk.summary.waiting_since_at = Some(self.app.now);
        self.happens(json!({ "kind": "text_in", "conversation_id": id }));
    }

    fn happens(&mut self, event: Value) {
        let mut whole =
            json!({ "seq": 1, "at": self.app.now, "message_id": null, "counselor": null, "detail": null });
        whole.as_object_mut().expect("object").extend(event.as_object().expect("object").clone());
        let event = serde_json::from_value(whole).expect("an event");
        self.feed(Event::Live(crate::client::Feed::Event(event)));
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Some(came) = self.answer(effect) {
                self.feed(Event::Came(came));
            }
        }
    }

    fn list(&self, listed: Listed) -> ConversationList {
        let is_listed = |talk: &&ConversationDetail| match listed {
            Listed::Waiting => talk.summary.state == "waiting",
            Listed::Mine => talk.summary.claimed_by.is_some() && talk.summary.state != "closed",
            _ => talk.summary.state != "closed",
        };
        let mut rows: Vec<_> =
            self.talks.values().filter(is_listed).map(|talk| talk.summary.clone()).collect();
        rows.sort_by_key(|row| (row.tier.unwrap_or(9), row.waiting_since_at));
        let n_total = i64::try_from(rows.len()).expect("few");
        let n_ringing = self.talks.values().filter(|talk| talk.summary.is_ringing).count();
        let n_ringing = i64::try_from(n_ringing).expect("few");
        ConversationList { conversations: rows, n_total, n_ringing, ..ConversationList::default() }
    }

    fn claim(&mut self, n: i64) -> Result<Box<ConversationDetail>, ClientError> {
        let talk = self.talks.get_mut(&n).ok_or_else(|| problem("not_found", 404))?;
        talk.summary.state = "active".to_owned();
        self.n_claims += 1;
        talk.summary.claimed_by = Some(me().counselor);
        Ok(Box::new(talk.clone()))
    }

    fn show(&self, n: i64) -> Result<Box<ConversationDetail>, ClientError> {
        self.talks.get(&n).cloned().map(Box::new).ok_or_else(|| problem("not_found", 404))
    }

    fn take(&mut self, n: i64, request: ReplyRequest) -> Result<Box<Sent>, NotSent> {
        if let Some(error) = self.refuses.take() {
            return Err(NotSent::Server(error));
        }
        let same_words = self.left_elsewhere.as_ref() == Some(&request.text) && !request.again;
        let talk = self.talks.get_mut(&n).expect("there");
        if request.last_seen < talk.last_inbound_id {
            return Err(NotSent::Server(problem("newer_texts", 409)));
        }
        (talk.summary.state, talk.summary.waiting_since_at) = ("answered".to_owned(), None);
        let held: crate::api::wire::MessageView =
            serde_json::from_value(json!({
                "direction": "out", "id": 900 + n, "at": NOON, "text": request.text, "author": me().counselor,
                "state": "held", "kind": "sms", "code": null, "final_at": null, "leaves_at": self.app.now + 10_000,
            }))
            .expect("a text");
        if !same_words {
            talk.messages.push(held.clone());
            if self.kept.get(&n).is_some_and(|kept| kept.trim() == request.text.trim()) {
                self.kept.remove(&n);
                self.seen.remove(&n);
            }
            self.left.push((n, request));
        }
        let response = ReplyResponse {
            reply_id: 1,
            n_bytes: 20,
            size: None,
            messages: vec![held],
            repeated: same_words,
            same_words,
            earlier: same_words.then(|| self.earlier.to_owned()),
        };
        Ok(Box::new(Sent { response, not_applied: Vec::new() }))
    }

    /// The answer is a draft again, before what was begun meanwhile.
    fn take_back(&mut self, n: i64) -> Moved {
        let talk = self.talks.get_mut(&n).expect("there");
        let text =
            talk.messages.iter().filter_map(MessageView::outbound).map(|text| text.text.clone()).next_back();
        talk.messages.retain(|text| text.outbound().is_none());
        if talk.summary.state == "closed" {
            (talk.summary.state, talk.summary.claimed_by) = ("waiting".to_owned(), None);
        }
        let there = joined(&text.expect("an answer"), self.kept.get(&n).map(String::as_str));
        self.kept.insert(n, there.clone());
        let before = self.seen.get(&n).cloned().unwrap_or_default();
        Moved { before, there: Some(there), origin: Some("recalled".to_owned()) }
    }

    /// The citizen writes while the answer is held: it is a draft again.
    fn stops(&mut self, n: i64, seq: i64, text: &str) {
        self.take_back(n);
        self.writes(n, seq, text);
        let event = json!({ "kind": "answer_stopped", "conversation_id": n, "message_id": 900 + n, "counselor": "minsu" });
        self.happens(event);
    }

    /// What differs from what stands on the screen.
    fn moved(&self, n: i64, origin: Option<&str>) -> Option<Moved> {
        let (there, before) = (self.kept.get(&n).cloned(), self.seen.get(&n).cloned().unwrap_or_default());
        let is_other = there.as_deref().unwrap_or_default().trim() != before.trim();
        is_other.then(|| Moved { before, there, origin: origin.map(str::to_owned) })
    }

    fn keep(&mut self, n: i64, text: String) -> Option<Came> {
        let is_there = self.kept.get(&n).is_some_and(|kept| kept.trim() == text.trim());
        if let Some(moved) =
            self.moved(n, None).filter(|moved| !is_there && moved.there.is_some() | !text.is_empty())
        {
            return Some(Came::DraftMoved(n, moved));
        }
        self.seen.insert(n, text.clone());
        if text.is_empty() {
            self.kept.remove(&n)
        } else {
            self.kept.insert(n, text)
        };
        None
    }

    fn answer(&mut self, effect: Effect) -> Option<Came> {
        Some(match effect {
            Effect::List(listed) => Came::List(listed, Ok(self.list(listed))),
            Effect::Next => {
                let next = self.list(Listed::Waiting).conversations.first().map(|row| row.id);
                Came::Talk(
                    Wanted::Next,
                    match next {
                        Some(n) => self.claim(n),
                        None => Err(problem("nobody_waits", 404)),
                    },
                )
            }
            Effect::Claim(n, write) => Came::Talk(Wanted::Claim(n, write), self.claim(n)),
            Effect::Open(n) => Came::Talk(Wanted::Open(n), self.show(n)),
            Effect::Refresh(n) => Came::Talk(Wanted::Refresh(n), self.show(n)),
            Effect::Earlier(n) => Came::Earlier(n, self.show(n)),
            Effect::Act(n, action, done) => {
                self.acts.push(json!(action));
                Came::Talk(Wanted::Act(n, done), self.show(n))
            }
            Effect::Advise(text) => Came::Advice(text.clone(), advice(&text)),
            Effect::Send(n, request) => Came::Sent(n, self.take(n, request)),
            Effect::Close(n, request) => {
                let talk = self.talks.get_mut(&n).expect("there");
                // In the order of the server.
                let refused = if talk.summary.is_ringing {
                    Some("danger_unanswered")
                } else if talk.summary.waiting_since_at.is_some() && !request.unanswered {
                    Some("unanswered")
                } else if talk.summary.promise_due_at.is_some() && !request.drop_promise {
                    Some("promise_open")
                } else {
                    None
                };
                if refused.is_none() {
                    talk.summary.state = "closed".to_owned();
                    self.kept.remove(&n);
                    self.seen.remove(&n);
                    self.closed.push((n, request));
                }
                Came::Done(n, Deed::Closed, refused.map_or(Ok(()), |code| Err(problem(code, 409))))
            }
            Effect::Release(n) => Came::Done(n, Deed::Released, Ok(())),
            Effect::Recall(n, m) => {
                let refused = self.refuses.take();
                let moved = if refused.is_none() { Some(self.take_back(n)) } else { None };
                Came::Recalled(n, m, refused.map_or(Ok(moved), Err))
            }
            Effect::RecallNewest => {
                let is_held =
                    |text: &MessageView| text.outbound().is_some_and(|text| text.state != "delivered");
                let held = self.talks.iter().find(|(_, talk)| talk.messages.iter().any(is_held));
                match held.map(|(n, _)| *n) {
                    Some(n) => Came::Recalled(n, 900 + n, Ok(Some(self.take_back(n)))),
                    None => Came::NothingHeld,
                }
            }
            Effect::Reveal(n, RevealRequest { reason, what }) => {
                let texts = match what {
                    RevealWhat::Number => Vec::new(),
                    RevealWhat::Texts => vec![RevealedText {
                        direction: "in".to_owned(),
                        id: n * 10,
                        at: NOON,
                        text: WHOLE.to_owned(),
                        holds: vec!["resident".to_owned()],
                    }],
                };
                let act = if what == RevealWhat::Number { "reveal" } else { "unmask" };
                self.acts.push(json!({ act: reason }));
                Came::Revealed(
                    n,
                    what,
                    Ok(Revealed { conversation_id: n, number: "010-1234-5678".to_owned(), texts }),
                )
            }
            Effect::LoadDoubts => Came::Doubts(Ok(doubts())),
            Effect::Decide(m, decision) => {
                self.acts.push(json!({ "decide": m, "decision": decision }));
                Came::Decided(m, decision, Ok(()))
            }
            Effect::ShowPhoto(id) => {
                self.acts.push(json!({ "photo": id }));
                Came::Photo(id, Ok(Saved { place: Ok(format!("/run/photo-{id}.jpg")), is_open: true }))
            }
            Effect::LoadBook(_) => Came::Book(Some(Box::new(book()))),
            Effect::LoadDraft(n) => {
                let text = self.kept.get(&n).cloned();
                self.seen.insert(n, text.clone().unwrap_or_default());
                Came::Draft { n, text, origin: None }
            }
            Effect::SetPresence(presence) => {
                Came::Present(Ok(PresenceResponse { presence, since_at: NOON, held: vec![1] }))
            }
            Effect::Search(words) => {
                let hit = |talk: &ConversationDetail| {
                    json!({ "conversation_id": talk.summary.id, "kind": "text", "id": 1, "at": NOON, "citizen": talk.summary.citizen, "citizen_name": talk.summary.citizen_name,
                        "desk": "main", "category": null, "state": "waiting", "author": null, "text": talk.summary.preview, "marks": [], "is_abusive": false })
                };
                let hits: Vec<_> = self
                    .talks
                    .values()
                    .filter(|talk| talk.summary.preview.contains(&words))
                    .map(hit)
                    .collect();
                Came::Found(Ok(serde_json::from_value(
                    json!({ "hits": hits, "next": null, "looked_back_to_at": null }),
                )
                .expect("hits")))
            }
            Effect::LoadColleagues => Came::Colleagues(colleagues()),
            Effect::LoadBulletins => Came::Bulletins(self.bulletins.clone()),
            Effect::EndBulletin(id) => {
                self.acts.push(json!({ "end_bulletin": id }));
                let at = self.bulletins.iter().position(|one| one.id == id).expect("there");
                Came::BulletinEnded(Ok(self.bulletins.remove(at)))
            }
            Effect::KeepDraft(n, text, _) => return self.keep(n, text),
            Effect::LookAtDraft(n) => {
                return self.moved(n, Some("stopped")).map(|moved| Came::DraftMoved(n, moved));
            }
            Effect::TookDraft(n, text) => {
                self.seen.insert(n, text);
                return None;
            }
            Effect::NoteSeen(..) => return None,
            Effect::Call { body, .. } => {
                self.calls.push(body);
                return None;
            }
            Effect::Quit => {
                self.has_quit = true;
                return None;
            }
        })
    }

    fn notice(&self) -> &str {
        self.app.notice.as_ref().map_or("", |notice| &notice.text)
    }
}

/// A text with a number that is masked elsewhere.
const WHOLE: &str = "주민번호는 900101-1234567 입니다";

/// Holds for half an hour.
fn bulletin(id: i64, text: &str) -> crate::api::wire::BulletinView {
    let view = json!({
        "id": id, "text": text, "desk": null, "begun_by": "박관리", "begun_at": NOON, "until_at": NOON + 30 * MINUTE,
        "ended_at": null, "ended_by": null, "is_holding": true,
    });
    serde_json::from_value(view).expect("a bulletin")
}

/// Two kinds of it, for words that the text has.
fn advice(text: &str) -> Vec<crate::api::wire::AdviceView> {
    let hard = json!({ "kind": "hard_word", "start": 0, "end": 2, "words": "금일", "instead": "오늘" });
    let phone = json!({ "kind": "phone", "start": 0, "end": 5, "words": "전화 주세요", "instead": null });
    let all: Vec<crate::api::wire::AdviceView> =
        serde_json::from_value(json!([hard, phone])).expect("advice");
    all.into_iter().filter(|one| text.contains(&one.words)).collect()
}

fn doubts() -> crate::api::wire::MessageList {
    let text = json!({
        "direction": "out", "id": 56, "at": NOON - 5 * MINUTE, "text": "5분 뒤에 옵니다.", "author": me().counselor,
        "state": "in_doubt", "kind": "sms", "final_at": null, "code": null, "needs_decision": true,
        "conversation_id": 1, "citizen": "010-****-1001", "citizen_name": "7F01",
    });
    serde_json::from_value(json!({ "messages": [text] })).expect("a list")
}

fn book() -> super::app::Book {
    let reply = |key: &str, text: &str| CannedView {
        key: key.into(),
        text: text.into(),
        category: Some("교통/버스".into()),
    };
    let list: CannedList = CannedList {
        replies: vec![
            reply("bus", "안녕하세요. 버스 도착 시각은 정류장 안내기에서 볼 수 있습니다."),
            reply("taxi", "교통약자 택시는 하루 전에 예약하십시오.\n예약: 문자 1668-0000"),
        ],
    };
    let categories: CategoryList = serde_json::from_value(json!({
        "version": "1", "categories": ["교통/버스", "교통/택시", "안전/재난", "복지/수어통역"], "required": true,
    }))
    .expect("a list");
    let desks: DeskList = serde_json::from_value(json!({
        "desks": [{ "key": "main", "name": "120", "is_open": true, "until_at": NOON + 600 * MINUTE },
            { "key": "bukgu", "name": "북구", "is_open": false, "until_at": NOON + 1_260 * MINUTE }],
        "limits": { "unit": "bytes", "sms": 90, "lms": 2000 },
    }))
    .expect("desks");
    super::app::Book { canned: list.replies, categories: Some(categories), desks: Some(desks) }
}

fn colleagues() -> Vec<crate::api::wire::ColleagueView> {
    let one = |login: &str, name: &str, presence: &str, is_me: bool| json!({ "login": login, "name": name, "role": "counselor", "desks": "*", "presence": presence, "since": null, "n_held": 0, "is_me": is_me });
    let all = json!([
        one("minsu", "김민수", "on", true),
        one("jiyeong", "이지영", "phone", false),
        one("hana", "박하나", "off", false)
    ]);
    serde_json::from_value(all).expect("colleagues")
}

fn bus() -> ConversationDetail {
    detail(1, "62번 버스 언제 와요?", 3)
}
