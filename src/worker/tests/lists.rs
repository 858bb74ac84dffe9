//! How lists of texts are read: what is listed late, what waits for its ack, what is gone with an answer.

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;

use super::*;
use crate::carrier::{
    Accepted, Caps, CarrierError, ErrorKind, InboundPage, Lookup, Reconciled, ReportClass, ReportPage, Result,
};
use crate::domain::UnixMs;
use crate::domain::inbound::Cursor;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};
use crate::domain::text::Limits;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const OVERLAP_MS: i64 = 10 * MINUTE;

#[derive(Clone)]
struct Listed {
    key: String,
    sent_at: UnixMs,
    listed_at: UnixMs,
    is_acked: bool,
}

/// A carrier with a list of texts, of which it answers one question at a time, each for so long.
struct List {
    class: InboundClass,
    clock: Clock,
    answer_ms: u64,
    page: usize,
    texts: Mutex<Vec<Listed>>,
    /// What the next polls get instead.
    faults: Mutex<Vec<Result<InboundPage>>>,
    /// Receipts that are handed over once.
    receipts: Mutex<Vec<ReceiptItem>>,
    line: tokio::sync::Mutex<()>,
}

impl List {
    fn new(class: InboundClass) -> List {
        List {
            class,
            clock: Clock::following_tokio(START),
            answer_ms: 0,
            page: 10,
            texts: Mutex::default(),
            faults: Mutex::default(),
            receipts: Mutex::default(),
            line: tokio::sync::Mutex::new(()),
        }
    }

    fn window() -> List {
        List::new(InboundClass::Window { overlap: Duration::from_millis(OVERLAP_MS.unsigned_abs()) })
    }

    fn now(&self) -> UnixMs {
        self.clock.now_ms()
    }

    /// A text that was sent so long ago and is listed from now on.
    fn text(&self, key: &str, ago_ms: i64) {
        let now = self.now();
        let text = Listed { key: key.to_owned(), sent_at: now - ago_ms, listed_at: now, is_acked: false };
        self.texts.lock().unwrap().push(text);
    }

    async fn answer(&self) {
        let _turn = self.line.lock().await;
        tokio::time::sleep(Duration::from_millis(self.answer_ms)).await;
    }

    /// What is listed, newest first; a queue lists the oldest first.
    fn listed(&self, since: UnixMs) -> Vec<Listed> {
        let (now, is_window) = (self.now(), matches!(self.class, InboundClass::Window { .. }));
        let is_listed = |t: &&Listed| t.listed_at <= now && !t.is_acked && (!is_window || t.sent_at >= since);
        let mut listed: Vec<Listed> = self.texts.lock().unwrap().iter().filter(is_listed).cloned().collect();
        listed.sort_by_key(|t| if is_window { -t.sent_at } else { t.sent_at });
        listed
    }
}

#[async_trait]
impl Carrier for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: self.class,
            idempotent_send: None,
            lookup: Lookup::Exact,
            reports: if self.class == InboundClass::ReadOnce {
                ReportClass::ReadOnce
            } else {
                ReportClass::None
            },
            min_poll: Duration::ZERO,
            limits: Limits::KOREAN,
            sends_per_sec: 100,
            photos_in: false,
            photos_out: None,
            push: false,
            lists_sent: false,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        self.answer().await;
        let fault = self.faults.lock().unwrap().pop();
        if let Some(fault) = fault {
            return fault;
        }
        let from: usize = cursor.page.as_deref().map_or(0, |page| page.parse().unwrap());
        let all = self.listed(cursor.since - OVERLAP_MS);
        let page: Vec<Listed> = all.iter().skip(from).take(self.page).cloned().collect();
        let next = (from + page.len() < all.len()).then(|| (from + page.len()).to_string());
        if self.class == InboundClass::ReadOnce {
            let mut texts = self.texts.lock().unwrap();
            texts.iter_mut().filter(|t| page.iter().any(|p| p.key == t.key)).for_each(|t| t.is_acked = true);
        }
        let item = |t: &Listed| {
            InboundItem::Text(InboundText {
                key: t.key.clone(),
                citizen: PhoneNumber::parse("01012345678"),
                to: PhoneNumber::parse("062120"),
                text: MessageText::new("질문"),
                media: Vec::new(),
                sent_at: t.sent_at,
            })
        };
        let ack = match self.class {
            InboundClass::AckQueue => page.iter().map(|t| t.key.clone()).collect(),
            _ => Vec::new(),
        };
        Ok(InboundPage {
            next: cursor.after_page(page.iter().map(|t| t.sent_at).max(), next),
            items: page.iter().map(item).collect(),
            raw: Bytes::from_static(b"{}"),
            ack,
            clock_ahead_ms: None,
        })
    }

    async fn ack_inbound(&self, token: &str) -> Result<()> {
        self.answer().await;
        let mut texts = self.texts.lock().unwrap();
        texts.iter_mut().filter(|t| t.key == token).for_each(|t| t.is_acked = true);
        Ok(())
    }

    async fn poll_reports(&self) -> Result<ReportPage> {
        let items = std::mem::take(&mut *self.receipts.lock().unwrap());
        Ok(ReportPage { raw: Bytes::from_static(b"{}"), items, ack: None })
    }

    async fn send(&self, _text: &OutboundText) -> Result<Accepted> {
        Ok(Accepted { carrier_message_id: None, repeated: false })
    }

    async fn reconcile(&self, _text: &OutboundText) -> Result<Reconciled> {
        Ok(Reconciled::CannotTell)
    }

    async fn status(&self, _carrier_message_id: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// A world with this list as its only carrier, and full walks as often as by default.
fn world(list: List) -> (World, Arc<List>) {
    let mut world = World::new([Fake::named("one"), Fake::named("two")]);
    let list = Arc::new(list);
    let carriers = Arc::new(Carriers::single(Arc::clone(&list) as Arc<dyn Carrier>, senders()));
    world.context.health = Arc::new(HealthRegistry::new(&carriers, world.context.now()));
    world.context.carriers = watch::Sender::new(carriers).subscribe();
    let settings = Settings { full_walk_ms: 10_000, ..settings() };
    world.context.settings = watch::Sender::new(Arc::new(settings)).subscribe();
    (world, list)
}

impl World {
    async fn n_texts(&self) -> i64 {
        self.context.store.balance().await.unwrap().n_received
    }

    /// How long it takes until there are so many texts.
    async fn until_texts(&self, n: i64) -> Duration {
        self.until(async || self.n_texts().await == n).await
    }
}

const POLLER: Role = Role::Poller("list");
const DEEP_WALK: Role = Role::DeepWalk("list");

#[tokio::test(start_paused = true)]
async fn a_text_listed_later_than_the_overlap_is_found_by_the_next_deep_walk() {
    let (mut world, list) = world(List::window());
    list.text("in time", 0);
    world.begin([POLLER, DEEP_WALK]);
    world.until_texts(1).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    list.text("three hours late", 3 * HOUR);
    let took = world.until_texts(2).await;
    assert!(took > Duration::from_secs(3_000), "no poll lists it: {took:?}");
    assert!(took <= Duration::from_secs(3_600), "{took:?}");
    let compared = || async { world.context.store.comparisons().await.unwrap() };
    world.until(async || compared().await.iter().any(|found| found.n_ours == 2)).await;
    let found = compared().await;
    assert_eq!((found[0].n_theirs, found[0].n_ours, found[0].n_differences), (2, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_text_listed_late_while_we_were_away_is_found_at_the_start() {
    let (mut world, list) = world(List::window());
    // The last run had polled up to this moment.
    let cursor = Cursor::starting_at(world.context.now());
    world.context.store.accept_inbound("list", vec![], vec![], cursor, world.context.now()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2 * 86_400)).await;
    // Dated before the last run ended, by more than the overlap, and two days ago.
    list.text("late", 53 * HOUR);
    world.begin([POLLER, DEEP_WALK]);
    let took = world.until_texts(1).await;
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_new_text_never_waits_for_a_deep_walk() {
    // One question at a time: the walk of 2,000 pages and the polls share it.
    let (mut world, list) = world(List { answer_ms: 200, ..List::window() });
    for n in 0..20_000 {
        list.text(&format!("old {n}"), 2 * HOUR + n);
    }
    let all = Cursor::starting_at(world.context.now());
    world.context.store.accept_inbound("list", vec![], vec![], all, world.context.now()).await.unwrap();
    world.begin([POLLER, DEEP_WALK]);
    world.until(async || world.n_texts().await >= 100).await;
    let mut longest = Duration::ZERO;
    for n in 0..20 {
        tokio::time::sleep(Duration::from_millis(1_700 + 37 * n)).await;
        let key = format!("new {n}");
        list.text(&key, 0);
        let is_here = async || {
            let since = world.context.now() - HOUR;
            let found = world.context.store.received_between("list", since, world.context.now()).await;
            found.unwrap().iter().any(|text| text.key == key)
        };
        longest = longest.max(world.until(is_here).await);
    }
    assert!(world.n_texts().await < 20_000, "the walk is still under way");
    assert!(longest < Duration::from_millis(1_500), "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_text_listed_below_known_ones_is_found_within_seconds() {
    let (mut world, list) = world(List::window());
    world.begin([POLLER]);
    for n in 0..30 {
        list.text(&format!("known {n}"), n);
    }
    world.until_texts(30).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    list.text("oddly sorted", 5 * MINUTE);
    let took = world.until_texts(31).await;
    assert!(took <= Duration::from_secs(12), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn marking_read_delays_no_text() {
    let (mut world, list) = world(List { answer_ms: 1_001, page: 100, ..List::new(InboundClass::AckQueue) });
    for n in 0..100 {
        list.text(&format!("unread {n}"), 0);
    }
    world.begin([POLLER]);
    world.until_texts(100).await;
    list.text("help", 0);
    let took = world.until_texts(101).await;
    assert!(took < Duration::from_secs(6), "{took:?}");
    let all_acked = async || list.listed(0).is_empty();
    let took = world.until(all_acked).await;
    assert!(took < Duration::from_secs(400), "and all are marked read: {took:?}");
    assert_eq!(world.n_texts().await, 101, "read again, stored once");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_gone_is_told_until_somebody_has_looked() {
    let (mut world, list) = world(List::new(InboundClass::ReadOnce));
    let error = |kind| Err(CarrierError::new(kind, "no answer"));
    list.faults.lock().unwrap().extend([error(ErrorKind::Transient), error(ErrorKind::NotSent)]);
    world.begin([POLLER]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let losses = async || world.context.store.possible_losses(world.context.now()).await.unwrap();
    assert!(losses().await.is_empty(), "nothing was handed over");
    list.faults.lock().unwrap().push(error(ErrorKind::Ambiguous));
    world.until(async || losses().await.iter().any(|loss| loss.n == 1)).await;
    let raw = Bytes::from_static(b"{\"results\":[{\"from\":\"0101");
    let rest = InboundItem::Unreadable { raw: String::from_utf8_lossy(&raw).into(), reason: "cut".into() };
    let cursor = Cursor::starting_at(world.context.now());
    let cut = InboundPage { raw, items: vec![rest], next: cursor, ack: Vec::new(), clock_ahead_ms: None };
    list.faults.lock().unwrap().push(Ok(cut));
    world.until(async || losses().await.iter().any(|loss| loss.n == 2)).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_a_panic_lost_is_told_once() {
    let (mut world, list) = world(List { answer_ms: 5_000, ..List::new(InboundClass::ReadOnce) });
    list.text("lost", 0);
    world.begin([POLLER]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    // As a panic: the loop is gone while the carrier answers, and is started again.
    world.loops.shutdown().await;
    world.begin([POLLER]);
    let losses = async || world.context.store.possible_losses(world.context.now()).await.unwrap();
    world.until(async || losses().await.iter().any(|loss| loss.reason.contains("or its loop did"))).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(losses().await[0].n, 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_carrier_has_forgotten_is_kept_until_it_is_on_disk() {
    let (mut world, list) = world(List::new(InboundClass::ReadOnce));
    let other = rusqlite::Connection::open(world.context.store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    list.text("once", 0);
    world.begin([POLLER]);
    world.until(async || list.listed(0).is_empty()).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(world.n_texts().await, 0);
    other.execute_batch("COMMIT").unwrap();
    world.until_texts(1).await;
}

#[tokio::test(start_paused = true)]
async fn receipts_that_a_carrier_has_forgotten_are_kept_until_they_are_on_disk() {
    let (mut world, list) = world(List::new(InboundClass::ReadOnce));
    let other = rusqlite::Connection::open(world.context.store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let receipt = Receipt {
        carrier_message_id: "c".to_owned(),
        client_key: None,
        status: ReceiptStatus::Delivered,
        code: "1000".to_owned(),
        reported_at: None,
    };
    list.receipts.lock().unwrap().push(ReceiptItem::Receipt(receipt));
    world.begin([Role::Receipts("list")]);
    world.until(async || list.receipts.lock().unwrap().is_empty()).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let n_kept = || other.query_row("SELECT count(*) FROM receipt", [], |r| r.get::<_, i64>(0)).unwrap();
    assert_eq!(n_kept(), 0);
    other.execute_batch("COMMIT").unwrap();
    world.until(async || n_kept() == 1).await;
}

#[tokio::test(start_paused = true)]
async fn where_a_list_can_be_read_again_a_lost_answer_is_no_loss() {
    let (mut world, list) = world(List::window());
    list.faults.lock().unwrap().push(Err(CarrierError::new(ErrorKind::Ambiguous, "no answer")));
    world.begin([POLLER]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(list.faults.lock().unwrap().is_empty());
    assert!(world.context.store.possible_losses(world.context.now()).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_dates_everything_hours_ago_makes_not_all_texts_late() {
    let zone = 9 * HOUR;
    let (mut world, list) = world(List { page: 50, ..List::new(InboundClass::AckQueue) });
    world.begin([POLLER]);
    tokio::time::sleep(Duration::from_secs(5)).await;
    for n in 0..7 {
        list.text(&format!("{n}"), zone);
        world.until_texts(n + 1).await;
        tokio::time::sleep(Duration::from_secs(180)).await;
    }
    let behind = world.context.health.carrier("list").dates_behind_ms;
    assert!((zone..zone + MINUTE).contains(&behind), "{behind}");
    let now = world.context.now();
    let late = world.context.health.seen("list", now).late_ms(now - zone);
    assert_eq!(late, None, "the next one is in time");
}
