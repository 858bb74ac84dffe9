//! Sending beside a carrier that answers each try as a test wants: when the next one leaves, and that none leaves after the
//! carrier may have forgotten our key.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use munja::carrier::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, Lookup, Reconciled, ReportClass, Result,
};
use munja::domain::inbound::{InboundItem, InboundText};
use munja::domain::outbound::OutboundText;
use munja::domain::phone::PhoneNumber;
use munja::domain::policy::ServicePolicy;
use munja::domain::receipt::Receipt;
use munja::domain::text::{Limits, MessageText};
use tokio::time::Instant;

use super::*;
use crate::agreement::{open, rows};

const HOUR: Duration = Duration::from_secs(3_600);

/// Answers every try the same way, and remembers keys for an hour.
struct Scripted {
    answer: CarrierError,
    /// How long an answer takes.
    takes: Duration,
    sent_at: Arc<Mutex<Vec<Instant>>>,
}

#[async_trait]
impl Carrier for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::None,
            idempotent_send: Some(HOUR),
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

    async fn send(&self, _: &OutboundText) -> Result<Accepted> {
        self.sent_at.lock().unwrap().push(Instant::now());
        tokio::time::sleep(self.takes).await;
        Err(self.answer.clone())
    }

    async fn reconcile(&self, _: &OutboundText) -> Result<Reconciled> {
        Ok(Reconciled::SafeToRepeat)
    }

    async fn status(&self, _: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// The tries of one text within `time`, and what became of it.
async fn tries(answer: CarrierError, takes: Duration, time: Duration) -> (Vec<Instant>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("a.db"), &StoreOptions::default()).unwrap();
    let clock = Clock::following_tokio(START);
    let sent_at = Arc::new(Mutex::new(Vec::new()));
    let carrier = Scripted { answer, takes, sent_at: Arc::clone(&sent_at) };
    let policy = ServicePolicy { time_to_live_ms: 86_400_000, ..(*service_policy()).clone() };
    let policy = Arc::new(policy);
    let text = InboundText {
        key: "1".into(),
        citizen: PhoneNumber::parse("01012345678"),
        to: PhoneNumber::parse("062120"),
        text: MessageText::new("막차가 언제예요?"),
        media: Vec::new(),
        sent_at: START,
    };
    // It brings a receipt, which is to leave.
    store.accept_inbound("scripted", Vec::new(), vec![InboundItem::Text(text)], None, START).await.unwrap();
    store.route_received(10, START, &policy).await.unwrap();
    let carriers = Arc::new(Carriers::single(Arc::new(carrier), policy.senders.clone()));
    let settings = Settings { lease_ms: 600_000, policy, ..settings(Class::Window) };
    let context = Context {
        store,
        clock: clock.clone(),
        carriers: watch::Sender::new(Arc::clone(&carriers)).subscribe(),
        settings: watch::Sender::new(Arc::new(settings)).subscribe(),
        health: Arc::new(HealthRegistry::new(&carriers, clock.now_ms())),
        marks: Arc::default(),
        stop: CancellationToken::new(),
        began: Instant::now(),
    };
    let mut loops = tokio::task::JoinSet::new();
    for role in [Role::Sender, Role::Doubts, Role::Rescuer] {
        loops.spawn(worker::run(role, context.clone()));
    }
    tokio::time::sleep(time).await;
    loops.shutdown().await;
    let db = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
    assert_eq!(rows(&db, "true").len(), 1);
    let sent_at = sent_at.lock().unwrap().clone();
    (sent_at, open(&db))
}

fn gaps(sent_at: &[Instant]) -> Vec<Duration> {
    sent_at.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Without a pause, a carrier that cannot be reached would be asked as fast as the machine can.
#[tokio::test(start_paused = true)]
async fn a_text_that_was_not_sent_is_tried_again_after_a_pause() {
    let not_sent = CarrierError::new(ErrorKind::NotSent, "no connection");
    let (sent_at, _) = tries(not_sent, Duration::ZERO, Duration::from_secs(600)).await;
    assert!(sent_at.len() > 5, "{}", sent_at.len());
    let shortest = gaps(&sent_at).into_iter().min().unwrap();
    assert!(shortest >= Duration::from_millis(100), "{shortest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_send_waits_as_long_as_the_carrier_asks() {
    let wait = Duration::from_secs(90);
    let busy = CarrierError::new(ErrorKind::RateLimited, "busy").with_retry_after(Some(wait));
    let (sent_at, _) = tries(busy, Duration::ZERO, Duration::from_secs(600)).await;
    assert!(sent_at.len() > 3, "{}", sent_at.len());
    let shortest = gaps(&sent_at).into_iter().min().unwrap();
    assert!(shortest >= wait, "{shortest:?}");
}

/// No try is answered, and the carrier takes no key twice, as long as it remembers it. That counts from the first try: neither
/// the time of the last one nor the time of asking makes it longer.
#[tokio::test(start_paused = true)]
async fn nothing_is_repeated_when_the_carrier_may_have_forgotten_the_key() {
    let silence = CarrierError::new(ErrorKind::Ambiguous, "no answer");
    let (sent_at, left) = tries(silence, Duration::from_secs(60), 4 * HOUR).await;
    assert!(sent_at.len() > 10, "{}", sent_at.len());
    let last = *sent_at.last().unwrap() - sent_at[0];
    // The last call itself takes a minute.
    assert!(last < HOUR - Duration::from_secs(60), "repeated {last:?} after the first try: {left:?}");
    assert!(left[0].contains("in_doubt") && left[0].contains("person 1"), "{left:?}");
}
