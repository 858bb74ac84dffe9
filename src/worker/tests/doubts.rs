//! What follows from a carrier's word about a text in doubt.

use super::*;
use crate::carrier::{Accepted, Caps, CarrierError, ErrorKind, Lookup, Reconciled, ReportClass, Result};
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;
use async_trait::async_trait;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

/// A carrier that says of every send that it had it before, and answers questions as told.
struct Claims {
    answer: Mutex<Vec<Result<Reconciled>>>,
    n_sends: AtomicUsize,
    n_questions: AtomicUsize,
}

impl Claims {
    /// It gives these answers in turn, and the last one for ever.
    fn answering(answers: Vec<Result<Reconciled>>) -> Arc<Claims> {
        let answer = Mutex::new(answers);
        Arc::new(Claims { answer, n_sends: AtomicUsize::new(0), n_questions: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Carrier for Claims {
    fn name(&self) -> &'static str {
        "claims"
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::None,
            idempotent_send: Some(Duration::from_secs(86_400)),
            lookup: Lookup::Exact,
            reports: ReportClass::None,
            min_poll: Duration::ZERO,
            limits: Limits::KOREAN,
            sends_per_sec: 100,
            photos_in: false,
            photos_out: None,
            push: false,
            lists_sent: false,
        }
    }

    async fn send(&self, _text: &OutboundText) -> Result<Accepted> {
        self.n_sends.fetch_add(1, Ordering::SeqCst);
        Ok(Accepted { carrier_message_id: None, repeated: true })
    }

    async fn reconcile(&self, _text: &OutboundText) -> Result<Reconciled> {
        self.n_questions.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answer.lock().unwrap();
        if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() }
    }

    async fn status(&self, _carrier_message_id: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// A world with this carrier and one text that is about to leave for the first time.
async fn with_new_text(carrier: &Arc<Claims>) -> World {
    let mut world = World::new([Fake::named("works"), Fake::named("other")]);
    let all = Carriers::single(Arc::clone(carrier) as Arc<dyn Carrier>, senders());
    world.context.carriers = watch::Sender::new(Arc::new(all)).subscribe();
    let now = world.context.now();
    let item = InboundItem::Text(InboundText {
        key: "one".to_owned(),
        citizen: PhoneNumber::parse("01012345678"),
        to: PhoneNumber::parse("062120"),
        text: MessageText::new("질문"),
        media: Vec::new(),
        sent_at: now,
    });
    let store = &world.context.store;
    store.accept_inbound("claims", Vec::new(), vec![item], None, now).await.unwrap();
    store.route_received(10, now, &world.context.settings().policy).await.unwrap();
    world
}

/// The same, but a crash has left the text in doubt.
async fn in_doubt(carrier: &Arc<Claims>) -> World {
    let mut world = World::new([Fake::named("works"), Fake::named("other")]);
    let all = Carriers::single(Arc::clone(carrier) as Arc<dyn Carrier>, senders());
    world.context.carriers = watch::Sender::new(Arc::new(all)).subscribe();
    world.doubts_at("claims", 1).await;
    world
}

async fn n_accepted(world: &World) -> i64 {
    world.context.store.counts(0).await.unwrap().n_unreceipted
}

fn found() -> Result<Reconciled> {
    Ok(Reconciled::Found { carrier_message_id: "M1".to_owned() })
}

fn limited(secs: u64) -> Result<Reconciled> {
    let busy = CarrierError::new(ErrorKind::RateLimited, "busy");
    Err(busy.with_retry_after(Some(Duration::from_secs(secs))))
}

#[tokio::test(start_paused = true)]
async fn a_busy_carrier_is_asked_again_when_it_says_and_no_wait_grows() {
    let mut answers: Vec<Result<Reconciled>> = (0..12).map(|_| limited(3)).collect();
    answers.push(found());
    let carrier = Claims::answering(answers);
    let mut world = in_doubt(&carrier).await;
    world.begin([Role::Doubts]);
    let took = world.until(async || world.n_in_doubt().await == 0).await;
    assert!((36..=50).contains(&took.as_secs()), "{took:?}");
    assert_eq!(carrier.n_questions.load(Ordering::SeqCst), 13);
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_was_away_for_an_hour_is_asked_soon_after() {
    let away = || Err(CarrierError::new(ErrorKind::NotSent, "no connection"));
    let mut answers: Vec<Result<Reconciled>> = (0..100).map(|_| away()).collect();
    answers.push(found());
    let carrier = Claims::answering(answers);
    let mut world = in_doubt(&carrier).await;
    world.begin([Role::Doubts]);
    let took = world.until(async || world.n_in_doubt().await == 0).await;
    assert!(took <= Duration::from_secs(100 * 32), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_repetition_at_the_first_try_is_looked_up_and_never_simply_believed() {
    for answer in [Reconciled::SafeToRepeat, Reconciled::Absent, Reconciled::CannotTell] {
        let carrier = Claims::answering(vec![Ok(answer.clone())]);
        let mut world = with_new_text(&carrier).await;
        world.begin([Role::Sender, Role::Doubts]);
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert_eq!(
            (world.n_in_doubt().await, n_accepted(&world).await),
            (1, 0),
            "{answer:?}: a person decides"
        );
        let n = (carrier.n_sends.load(Ordering::SeqCst), carrier.n_questions.load(Ordering::SeqCst));
        assert_eq!(n, (1, 1), "{answer:?}: asked once, sent once");
    }
    // A proxy may have sent it twice: the carrier lists it.
    let carrier = Claims::answering(vec![found()]);
    let mut world = with_new_text(&carrier).await;
    world.begin([Role::Sender, Role::Doubts]);
    world.until(async || n_accepted(&world).await == 1).await;
    assert_eq!(carrier.n_sends.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_after_a_doubt_is_an_acceptance() {
    let carrier = Claims::answering(vec![Ok(Reconciled::SafeToRepeat)]);
    let mut world = in_doubt(&carrier).await;
    world.begin([Role::Sender, Role::Doubts]);
    world.until(async || n_accepted(&world).await == 1).await;
    assert_eq!((carrier.n_sends.load(Ordering::SeqCst), world.n_in_doubt().await), (1, 0));
}

/// A carrier whose list can only be read through. It has every text but each fifth.
struct Listing {
    /// What a reading comes to; `None`: it says of each text whether it is listed.
    trouble: Mutex<Option<Result<Reconciled>>>,
    n_readings: AtomicUsize,
    n_questions: AtomicUsize,
}

impl Listing {
    fn with(trouble: Option<Result<Reconciled>>) -> Arc<Listing> {
        let [n_readings, n_questions] = [0, 0].map(AtomicUsize::new);
        Arc::new(Listing { trouble: Mutex::new(trouble), n_readings, n_questions })
    }

    fn says(text: &OutboundText) -> Reconciled {
        match text.id % 5 {
            0 => Reconciled::Absent,
            _ => Reconciled::Found { carrier_message_id: format!("L{}", text.id) },
        }
    }

    /// Readings for all, and questions about one.
    fn n(&self) -> (usize, usize) {
        (self.n_readings.load(Ordering::SeqCst), self.n_questions.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl Carrier for Listing {
    fn name(&self) -> &'static str {
        "listing"
    }

    fn caps(&self) -> Caps {
        Caps { lookup: Lookup::Scan, ..Claims::answering(Vec::new()).caps() }
    }

    async fn send(&self, _text: &OutboundText) -> Result<Accepted> {
        Ok(Accepted { carrier_message_id: None, repeated: false })
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        self.n_questions.fetch_add(1, Ordering::SeqCst);
        Ok(Listing::says(text))
    }

    async fn reconcile_all(&self, texts: &[&OutboundText]) -> Result<Option<Vec<Reconciled>>> {
        self.n_readings.fetch_add(1, Ordering::SeqCst);
        match self.trouble.lock().unwrap().clone() {
            None => Ok(Some(texts.iter().map(|text| Listing::says(text)).collect())),
            Some(Ok(found)) => Ok(Some(texts.iter().map(|_| found.clone()).collect())),
            Some(Err(error)) => Err(error),
        }
    }

    async fn status(&self, _carrier_message_id: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// A crash has left `n` texts in doubt at this carrier.
async fn after_a_crash(carrier: &Arc<Listing>, n: usize) -> World {
    let mut world = World::new([Fake::named("works"), Fake::named("other")]);
    let all = Carriers::single(Arc::clone(carrier) as Arc<dyn Carrier>, senders());
    world.context.carriers = watch::Sender::new(Arc::new(all)).subscribe();
    world.doubts_at("listing", n).await;
    world
}

#[tokio::test(start_paused = true)]
async fn one_reading_of_the_list_settles_all_doubts_however_many() {
    for n in [5, 50, 100] {
        let carrier = Listing::with(None);
        let mut world = after_a_crash(&carrier, n).await;
        world.begin([Role::Doubts]);
        let took = world.until(async || world.n_in_doubt().await == 0).await;
        assert!(took <= Duration::from_secs(35), "{n}: {took:?}");
        // Once, and once more for what was absent: half a minute later it is absent still. A single one is asked about by itself.
        let (n_readings, n_questions) = carrier.n();
        let n_asked = n_readings + n_questions;
        assert!((2..=3).contains(&n_asked) && n_questions <= 1, "{n}: {n_readings} {n_questions}");
        let n_listed = i64::try_from(n - n / 5).unwrap();
        assert_eq!(n_accepted(&world).await, n_listed, "{n}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_reading_for_all_leaves_open_is_asked_about_by_itself() {
    let carrier = Listing::with(Some(Ok(Reconciled::CannotTell)));
    let mut world = after_a_crash(&carrier, 12).await;
    world.begin([Role::Doubts]);
    world.until(async || world.n_in_doubt().await == 0).await;
    assert!(carrier.n().1 >= 12, "{:?}", carrier.n());
    assert_eq!(n_accepted(&world).await, 10, "no person was asked about what the carrier knows");
}

#[tokio::test(start_paused = true)]
async fn a_reading_without_an_answer_is_one_question_about_all() {
    let away = CarrierError::new(ErrorKind::NotSent, "no connection");
    let carrier = Listing::with(Some(Err(away)));
    let mut world = after_a_crash(&carrier, 50).await;
    world.begin([Role::Doubts]);
    tokio::time::sleep(Duration::from_secs(95)).await;
    let (n_readings, n_questions) = carrier.n();
    assert!((2..=5).contains(&n_readings) && n_questions == 0, "{n_readings} {n_questions}");
    assert_eq!(world.n_in_doubt().await, 50, "nothing follows from no answer");
    *carrier.trouble.lock().unwrap() = None;
    let took = world.until(async || world.n_in_doubt().await == 0).await;
    assert!(took <= Duration::from_secs(80), "{took:?}");
}
