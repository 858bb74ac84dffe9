//! The citizens of a practice run, as a carrier inside the process. It stands in no table of drivers, so no configuration can
//! name it, and it opens no connection: what is sent here reaches the script and nothing else.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::Instant;

use super::script::{Pace, Part};
use crate::carrier::{
    Accepted, Caps, Carrier, InboundClass, InboundPage, Lookup, Reconciled, ReportClass, ReportPage, Result,
};
use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem, InboundText};
use crate::domain::key_mark::{KeyMark, mark_of};
use crate::domain::outbound::OutboundText;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};
use crate::domain::text::{Limits, MessageText};
use crate::ops::clock::Clock;

/// The carrier's name in the private database.
pub(super) const NAME: &str = "practice";
/// The number that citizens text.
pub(super) const OUR_NUMBER: &str = "062120";

/// How long somebody takes to write back, and between two texts of their own (seconds).
const WRITES_SECS: u64 = 12;
/// One who is asked where they are writes sooner.
const HURRIES_SECS: u64 = 4;

/// What became of one citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub lesson: String,
    /// Their number, as the script has it.
    pub number: String,
    /// When their first text was handed over; `None` if they have not written yet.
    pub wrote_at: Option<UnixMs>,
    /// When a person's first answer reached them.
    pub answered_at: Option<UnixMs>,
    pub has_rated: bool,
}

/// One citizen of the script, as they stand.
struct Citizen {
    part: Part,
    outcome: Outcome,
    /// Since when they wait for an answer.
    waits_since: Option<Instant>,
    n_answers: usize,
    has_asked_again: bool,
    is_located: bool,
}

/// A text that will be, or was, handed over.
struct Text {
    key: String,
    citizen: usize,
    due: Instant,
    words: String,
}

struct Inside {
    citizens: Vec<Citizen>,
    /// Not acked yet, in the order of their time.
    texts: VecDeque<Text>,
    n_texts: usize,
    /// By our key, the number under which a text was taken.
    taken: BTreeMap<String, String>,
    /// Not acked yet.
    receipts: Vec<Receipt>,
}

/// All citizens. Cheap to clone.
#[derive(Clone)]
pub(super) struct Citizens {
    inside: Arc<Mutex<Inside>>,
    pace: Pace,
    clock: Clock,
}

impl Citizens {
    pub(super) fn of(parts: Vec<Part>, pace: Pace, clock: Clock) -> Citizens {
        let begin = Instant::now();
        let mut inside = Inside {
            citizens: Vec::new(),
            texts: VecDeque::new(),
            n_texts: 0,
            taken: BTreeMap::new(),
            receipts: Vec::new(),
        };
        for (n, part) in parts.into_iter().enumerate() {
            for (at, words) in part.says.iter().enumerate() {
                let wait = pace.wait(part.after_secs + WRITES_SECS * u64::try_from(at).unwrap_or(0));
                inside.writes(n, words.clone(), begin + wait);
            }
            inside.citizens.push(Citizen::new(part));
        }
        Citizens { inside: Arc::new(Mutex::new(inside)), pace, clock }
    }

    /// What became of each, in the order of the script.
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        self.lock().citizens.iter().map(|citizen| citizen.outcome.clone()).collect()
    }

    /// Ignores poison: a citizen is whole at any time.
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn after(&self, secs: u64) -> Instant {
        Instant::now() + self.pace.wait(secs)
    }
}

impl Citizen {
    fn new(part: Part) -> Citizen {
        let outcome = Outcome {
            lesson: part.lesson.clone(),
            number: part.number.clone(),
            wrote_at: None,
            answered_at: None,
            has_rated: false,
        };
        let (waits_since, n_answers) = (None, 0);
        Citizen { part, outcome, waits_since, n_answers, has_asked_again: false, is_located: false }
    }

    /// Whether they ask again now.
    fn is_impatient(&self, now: Instant, pace: Pace) -> bool {
        let patience = Duration::from_secs(self.part.patience_secs);
        pace == Pace::Usual
            && !self.has_asked_again
            && self.waits_since.is_some_and(|since| now.duration_since(since) >= patience)
    }

    /// What they write to a text of ours, and how soon (seconds).
    fn reacts_to(&mut self, mark: Option<KeyMark>, now: UnixMs) -> Option<(String, u64)> {
        match mark {
            Some(KeyMark::Answer) => {
                self.outcome.answered_at.get_or_insert(now);
                self.waits_since = None;
                self.n_answers += 1;
                self.part.reactions.get(self.n_answers - 1).cloned().map(|words| (words, WRITES_SECS))
            }
            Some(KeyMark::Notice("where")) if !self.is_located => {
                self.is_located = true;
                self.part.located.clone().map(|words| (words, HURRIES_SECS))
            }
            Some(KeyMark::Notice("warning")) => self.part.warned.clone().map(|words| (words, WRITES_SECS)),
            Some(KeyMark::Notice("survey")) => {
                self.outcome.has_rated = self.part.survey.is_some();
                self.part.survey.clone().map(|words| (words, WRITES_SECS))
            }
            _ => None,
        }
    }
}

impl Inside {
    fn writes(&mut self, citizen: usize, words: String, due: Instant) {
        self.n_texts += 1;
        self.texts.push_back(Text { key: format!("practice-{}", self.n_texts), citizen, due, words });
    }

    /// Whoever waited too long asks again.
    fn lose_patience(&mut self, now: Instant, pace: Pace) {
        for n in 0..self.citizens.len() {
            if self.citizens[n].is_impatient(now, pace) {
                self.citizens[n].has_asked_again = true;
                let words = self.citizens[n].part.asks_again.clone();
                self.writes(n, words, now);
            }
        }
    }

    /// The texts whose time has come, oldest first.
    fn due(&mut self, now: Instant, at: UnixMs) -> Vec<InboundText> {
        let Inside { citizens, texts, .. } = self;
        let mut due: Vec<&Text> = texts.iter().filter(|text| text.due <= now).collect();
        due.sort_by_key(|text| text.due);
        let item = |text: &Text| {
            let citizen = &mut citizens[text.citizen];
            citizen.outcome.wrote_at.get_or_insert(at);
            citizen.waits_since.get_or_insert(now);
            InboundText {
                key: text.key.clone(),
                citizen: PhoneNumber::parse(&citizen.part.number),
                to: PhoneNumber::parse(OUR_NUMBER),
                text: MessageText::new(text.words.clone()),
                media: Vec::new(),
                sent_at: at,
            }
        };
        due.into_iter().map(item).collect()
    }
}

#[async_trait]
impl Carrier for Citizens {
    fn name(&self) -> &'static str {
        NAME
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::AckQueue,
            idempotent_send: Some(Duration::from_secs(86_400)),
            lookup: Lookup::Exact,
            reports: ReportClass::AckQueue,
            min_poll: Duration::from_millis(200),
            limits: Limits::KOREAN,
            sends_per_sec: 100,
            photos_in: false,
            photos_out: None,
            push: false,
            lists_sent: false,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let mut inside = self.lock();
        let now = Instant::now();
        inside.lose_patience(now, self.pace);
        let texts = inside.due(now, self.clock.now_ms());
        let ack = texts.iter().map(|text| text.key.clone()).collect();
        let items = texts.into_iter().map(InboundItem::Text).collect();
        let next = Cursor { page: None, ..cursor.clone() };
        Ok(InboundPage { raw: Bytes::new(), items, next, ack, clock_ahead_ms: None })
    }

    async fn ack_inbound(&self, token: &str) -> Result<()> {
        self.lock().texts.retain(|text| text.key != token);
        Ok(())
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        let mut inside = self.lock();
        let key = text.key.as_str();
        if let Some(id) = inside.taken.get(key) {
            return Ok(Accepted { carrier_message_id: Some(id.clone()), repeated: true });
        }
        let id = format!("practice-{}", inside.taken.len() + 1);
        inside.taken.insert(key.to_owned(), id.clone());
        inside.receipts.push(Receipt {
            carrier_message_id: id.clone(),
            client_key: Some(key.to_owned()),
            status: ReceiptStatus::Delivered,
            code: "delivered".to_owned(),
            reported_at: Some(self.clock.now_ms()),
        });
        let number = text.citizen.reveal();
        let found =
            inside.citizens.iter().position(|c| PhoneNumber::parse(&c.part.number).reveal() == number);
        let now = self.clock.now_ms();
        let reaction = found.and_then(|n| Some((n, inside.citizens[n].reacts_to(mark_of(&text.key), now)?)));
        if let Some((n, (words, secs))) = reaction {
            inside.writes(n, words, self.after(secs));
        }
        Ok(Accepted { carrier_message_id: Some(id), repeated: false })
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        let found = self.lock().taken.get(text.key.as_str()).cloned();
        Ok(found.map_or(Reconciled::Absent, |carrier_message_id| Reconciled::Found { carrier_message_id }))
    }

    async fn poll_reports(&self) -> Result<ReportPage> {
        let receipts = self.lock().receipts.clone();
        let ack = receipts.last().map(|last| last.carrier_message_id.clone());
        let items = receipts.into_iter().map(ReceiptItem::Receipt).collect();
        Ok(ReportPage { raw: Bytes::new(), items, ack })
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        let mut inside = self.lock();
        if let Some(at) = inside.receipts.iter().position(|one| one.carrier_message_id == token) {
            inside.receipts.drain(..=at);
        }
        Ok(())
    }

    async fn status(&self, _: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        Ok(None)
    }
}
