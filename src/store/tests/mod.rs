//! The store on real SQLite files. Every test has its own folder; what a second program would see is read through a
//! connection of its own.

mod access;
mod accounts;
mod alarm;
mod at_rest;
mod board;
mod breaks;
mod bulletin;
mod clock;
mod commits;
mod conversations;
mod counselors;
mod danger;
mod desks;
mod doubt;
mod edited_list;
mod erased;
mod faults;
mod figures;
mod inbound;
mod intent;
mod late;
mod leasing;
mod model;
mod opening;
mod outcomes;
mod photos;
mod plans;
mod privacy;
mod put_back;
mod reasons;
mod receipt_model;
mod receipts;
mod recovery;
mod replies;
mod routing;
mod search;
mod service;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rusqlite::types::FromSql;
use rusqlite::{Connection, named_params};
use tempfile::TempDir;

use super::outbound::outbox::{self, NewOutbound};
use super::*;
use crate::domain::access::Action;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::arrival::tests::policy;
use crate::domain::conversation::{Category, Closing, Command, Reply};
use crate::domain::counselor::Counselor;
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::inbound::{Cursor, InboundItem, InboundText};
use crate::domain::mass_answer::Recall;
use crate::domain::outbound::{Lane, OutboundKind, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::photo::Measured;
use crate::domain::policy::ServicePolicy;
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};
use crate::domain::refusal::Refusal;
use crate::domain::text::MessageText;

/// When the tests begin.
const T0: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const CARRIER: &str = "bizgo";
const OUR_NUMBER: &str = "0212345678";
const MINSU: &str = "01011110000";
/// More conversations than any test holds.
const MANY: u32 = 1_000;
const JIYEONG: &str = "01022220000";

/// A database in a folder of its own.
struct Bench {
    store: Store,
    /// Looks at the file from outside.
    eye: Connection,
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self::with(&StoreOptions { busy_timeout: Duration::from_millis(50), ..StoreOptions::default() })
    }

    fn with(options: &StoreOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("munja.db"), options).unwrap();
        let eye = Connection::open(folder.path().join("munja.db")).unwrap();
        Bench { store, eye, folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("munja.db")
    }

    /// A connection as another program would have it.
    fn other(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    /// One value, read from outside.
    fn value<T: FromSql>(&self, sql: &str) -> T {
        self.eye.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Changes the file from outside.
    fn outside(&self, sql: &str) {
        self.eye.execute_batch(sql).unwrap();
    }

    fn count(&self, table: &str) -> i64 {
        self.value(&format!("SELECT count(*) FROM {table}"))
    }

    async fn accept(&self, items: Vec<InboundItem>, now: i64) -> Result<AcceptedPage> {
        let items = items.into_iter().map(|item| dated(item, now)).collect();
        self.store.accept_inbound(CARRIER, b"{}".to_vec(), items, Cursor::starting_at(now), now).await
    }

    /// The same, of a text that was sent so long ago.
    async fn accept_late(&self, item: InboundItem, late_ms: i64, now: i64) -> AcceptedPage {
        let items = vec![dated(item, now - late_ms)];
        self.store.accept_inbound(CARRIER, b"{}".to_vec(), items, None, now).await.unwrap()
    }

    /// A text comes in and is routed; returns its conversation.
    async fn text_in(&self, citizen: &str, now: i64) -> i64 {
        let key = format!("key-{}", self.count("inbox"));
        assert_eq!(self.accept(vec![text(&key, citizen, "네")], now).await.unwrap().n_new, 1);
        assert_eq!(self.route(now).await.n_routed, 1);
        self.value("SELECT conversation_id FROM event WHERE kind = 'text_in' ORDER BY seq DESC LIMIT 1")
    }

    async fn route(&self, now: i64) -> Routed {
        self.store.route_received(100, now, &quiet()).await.unwrap()
    }

    /// A counselor without a usable password: hashing one takes its time.
    async fn counselor(&self, login: &'static str) -> i64 {
        let added = self.store.write(move |conn| {
            conn.execute(
                "INSERT INTO counselor (login, name, password_hash, created_at) VALUES (:login, :login, '-', 0)",
                named_params! { ":login": login },
            )?;
            Ok(conn.last_insert_rowid())
        });
        added.await.unwrap()
    }

    /// A text to a citizen, in line at once.
    async fn queue(&self, citizen: &str, lane: Lane, now: i64) -> i64 {
        self.queue_with(citizen, lane, now, &send()).await
    }

    async fn queue_with(&self, citizen: &str, lane: Lane, now: i64, policy: &ServicePolicy) -> i64 {
        let (phone, policy) = (PhoneNumber::parse(citizen), policy.clone());
        let queued = self.store.write(move |conn| {
            conn.execute(
                "INSERT INTO conversation (citizen, our_number, state, opened_at, waiting_since_at, last_inbound_at)
                 VALUES (:citizen, '0212345678', 'waiting', 0, 0, 0) ON CONFLICT DO NOTHING",
                named_params! { ":citizen": phone.reveal() },
            )?;
            let conversation_id = conn.query_row(
                "SELECT id FROM conversation WHERE citizen = :citizen",
                named_params! { ":citizen": phone.reveal() },
                |row| row.get(0),
            )?;
            let new = NewOutbound {
                conversation_id,
                reply_id: None,
                author_id: None,
                citizen: &phone,
                from: &policy.senders.otherwise,
                kind: OutboundKind::Sms,
                text: "안녕하세요",
                lane,
                hold_ms: if lane == Lane::Reply { policy.recall_ms } else { 0 },
                notice: None,
            };
            outbox::insert(conn, &new, now, &policy)
        });
        queued.await.unwrap()
    }

    async fn lease(&self, limit: u32, now: i64) -> Vec<OutboundText> {
        self.store.lease_due(order(CARRIER, false), limit, now).await.unwrap().texts
    }

    /// A text to a citizen that is being sent.
    async fn sending(&self, citizen: &str, now: i64) -> OutboundText {
        let id = self.queue(citizen, Lane::Reply, now).await;
        let leased = self.lease(100, now).await;
        leased.into_iter().find(|text| text.id == id).unwrap()
    }

    /// The carrier takes everything that is in line.
    async fn all_leave(&self, now: i64) {
        loop {
            let leased = self.lease(100, now).await;
            if leased.is_empty() {
                return;
            }
            for text in &leased {
                self.outcome(text, accepted(text.key.as_str()), now).await;
            }
        }
    }

    async fn outcome(&self, text: &OutboundText, outcome: Outcome, now: i64) {
        self.store.record_outcome(text, outcome, now).await.unwrap();
    }

    /// A text of whose sending nobody knows how it ended.
    async fn in_doubt(&self, citizen: &str, now: i64) -> OutboundText {
        let text = self.sending(citizen, now).await;
        self.outcome(&text, Outcome::NoAnswer { ask_at: now, code: None }, now).await;
        text
    }

    async fn answer(&self, text: &OutboundText, answer: LookupResult, now: i64) {
        self.store.record_lookup(text.id, answer, now).await.unwrap();
    }

    async fn receipts(&self, items: Vec<ReceiptItem>, now: i64) -> Applied {
        self.store.apply_receipts(CARRIER, b"[]".to_vec(), items, now).await.unwrap()
    }

    fn state(&self, id: i64) -> String {
        self.value(&format!("SELECT state FROM outbox WHERE id = {id}"))
    }

    fn conversation_state(&self, id: i64) -> String {
        self.value(&format!("SELECT state FROM conversation WHERE id = {id}"))
    }

    /// Events of a kind about a text or a conversation.
    fn n_events(&self, condition: &str) -> i64 {
        self.value(&format!("SELECT count(*) FROM event WHERE {condition}"))
    }
}

fn text(key: &str, citizen: &str, words: &str) -> InboundItem {
    InboundItem::Text(InboundText {
        key: key.to_owned(),
        citizen: PhoneNumber::parse(citizen),
        to: PhoneNumber::parse(OUR_NUMBER),
        text: MessageText::new(words),
        media: Vec::new(),
        sent_at: T0,
    })
}

/// The same item, sent at that time.
fn dated(item: InboundItem, sent_at: i64) -> InboundItem {
    match item {
        InboundItem::Text(text) => InboundItem::Text(InboundText { sent_at, ..text }),
        other => other,
    }
}

fn unreadable(raw: &str) -> InboundItem {
    InboundItem::Unreadable { raw: raw.to_owned(), reason: "no number".to_owned() }
}

/// No recall window, a day to live.
/// What `carrier` may have; with `only_its_own`, what no other could repeat.
fn order(carrier: &'static str, only_its_own: bool) -> Arc<Lease> {
    Arc::new(Lease { carrier, senders: send().senders, only_its_own, lease_ms: MINUTE, ahead_ms: Some(0) })
}

fn send() -> ServicePolicy {
    (*quiet()).clone()
}

/// With receipt texts.
fn talkative() -> Arc<ServicePolicy> {
    static POLICY: OnceLock<Arc<ServicePolicy>> = OnceLock::new();
    Arc::clone(POLICY.get_or_init(|| Arc::new(policy())))
}

/// No receipt texts.
fn quiet() -> Arc<ServicePolicy> {
    Arc::new(ServicePolicy { receipt_texts: false, ..(*talkative()).clone() })
}

/// Somebody who sees everything and holds nothing.
fn everybody() -> Actor {
    Actor::operator("test")
}

impl Store {
    /// The person with this number, as the database knows them.
    async fn person(&self, id: i64) -> Actor {
        let found = self.look_up(move |conn| {
            let sql = "SELECT login, name, role, desks, disabled_at FROM counselor WHERE id = ?1";
            Ok(conn.query_row(sql, [id], |r| {
                let counselor = Counselor { id, login: r.get(0)?, name: r.get(1)?, disabled_at: r.get(4)? };
                let (role, desks): (String, String) = (r.get(2)?, r.get(3)?);
                let role = Role::from_word(&role).unwrap();
                Ok(Actor::person(counselor, role, DeskScope::from_word(&desks), "test".into()))
            })?)
        });
        found.await.unwrap_or_else(|_| {
            let nobody = Counselor { id, login: "-".into(), name: "-".into(), disabled_at: None };
            Actor::person(nobody, Role::Counselor, DeskScope::All, "test".into())
        })
    }

    async fn by(
        &self,
        id: i64,
        by: i64,
        command: Command,
        policy: &Arc<ServicePolicy>,
        now: i64,
    ) -> Result<Decided<()>> {
        self.command(id, command, &self.person(by).await, policy, now).await
    }

    async fn claim(&self, id: i64, by: i64, max_held: u32, now: i64) -> Result<Decided<()>> {
        self.by(id, by, Command::Claim, &holding(max_held), now).await
    }

    async fn release(&self, id: i64, by: i64, now: i64) -> Result<Decided<()>> {
        self.by(id, by, Command::Release, &quiet(), now).await
    }

    async fn close(&self, id: i64, by: i64, closing: Closing, now: i64) -> Result<Decided<()>> {
        // Whether a last text may stay unanswered has tests of its own.
        let closing = Closing { unanswered: true, ..closing };
        self.by(id, by, Command::Close(closing), &quiet(), now).await
    }

    async fn next_for(&self, by: i64, max_held: u32, now: i64) -> Result<Decided<ConversationDetail>> {
        self.claim_next(&self.person(by).await, &holding(max_held), now).await
    }

    async fn answer_as(&self, by: i64, new: NewReply, now: i64) -> Result<Decided<WrittenReply>> {
        self.answer_under(by, new, &quiet(), now).await
    }

    async fn answer_under(
        &self,
        by: i64,
        new: NewReply,
        policy: &Arc<ServicePolicy>,
        now: i64,
    ) -> Result<Decided<WrittenReply>> {
        self.reply(new, &self.person(by).await, policy, now).await
    }

    async fn settle_by(&self, id: i64, by: i64, again: bool, now: i64) -> Result<Decided<Option<i64>>> {
        self.settle_doubt(id, again, &self.person(by).await, &quiet(), now).await
    }

    async fn recall_by(&self, id: i64, by: i64, now: i64) -> Result<()> {
        match self.recall(id, &self.person(by).await, now).await? {
            Recall::Recalled => Ok(()),
            left_alone => Err(StoreError::Conflict(left_alone.as_str().into())),
        }
    }

    async fn hand_in(&self, by: i64, jpeg: Arc<[u8]>, is: Measured, now: i64) -> Result<PhotoInfo> {
        self.hand_in_photo(&self.person(by).await, jpeg, is, now).await
    }

    async fn holder_of_token(&self, token: &str, now: i64) -> Result<Option<Counselor>> {
        let found = self.actor_of_token(token, "test".into(), now).await?;
        Ok(found.and_then(|actor| actor.counselor))
    }

    async fn shown(&self, id: i64) -> ConversationDetail {
        self.conversation(id, &everybody()).await.unwrap().unwrap()
    }
}

/// A counselor may hold so many.
fn holding(max_held: u32) -> Arc<ServicePolicy> {
    Arc::new(ServicePolicy { max_held, ..(*quiet()).clone() })
}

fn seen_up_to(seen: i64) -> Closing {
    Closing { last_seen: Some(seen), ..Closing::default() }
}

fn claimed(next: Decided<ConversationDetail>) -> ConversationDetail {
    next.unwrap()
}

fn receipt(id: &str, key: Option<&str>, status: ReceiptStatus, code: &str) -> ReceiptItem {
    ReceiptItem::Receipt(Receipt {
        carrier_message_id: id.to_owned(),
        client_key: key.map(str::to_owned),
        status,
        code: code.to_owned(),
        reported_at: None,
    })
}

fn accepted(id: &str) -> Outcome {
    Outcome::Accepted { carrier_message_id: Some(id.to_owned()) }
}

fn not_taken(retry_at: i64) -> Outcome {
    Outcome::NotTaken { retry_at, code: Some("busy".to_owned()) }
}

fn ids(texts: &[OutboundText]) -> Vec<i64> {
    texts.iter().map(|text| text.id).collect()
}
