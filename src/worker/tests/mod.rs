//! The loops under a paused clock, on a real store, with carriers that do what a test tells them to.

mod access_log;
mod backups;
mod clock;
mod doubts;
mod endless;
pub mod fake;
mod films;
mod hearing;
mod lists;
mod pace;
#[cfg(feature = "sim")]
mod weather;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::fake::{Fake, carriers};
use super::*;
use crate::domain::access::suspicion::Rule;
use crate::domain::arrival::tests::policy;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::phone::{PhoneNumber, Senders};
use crate::domain::text::MessageText;
use crate::store::{Lease, StoreOptions, Synchronous};

/// 2026-07-01T03:29:50+09:00, shortly before the lists are compared.
const START: i64 = 1_782_844_190_000;
const TIME_OUT: Duration = Duration::from_secs(20);

fn senders() -> Senders {
    Senders::single(PhoneNumber::parse("062120"))
}

fn settings() -> Settings {
    let day = 86_400_000;
    let policy = Arc::new(ServicePolicy {
        receipt_texts: true,
        senders: senders(),
        wait_notices_ms: vec![day],
        escalations_ms: vec![day],
        claim_idle_ms: day,
        nudge_after_ms: day,
        close_after_ms: day,
        ..policy()
    });
    let pace = Pace { fast_ms: 280, slow_ms: 2_000, live_for_ms: 60_000 };
    Settings {
        policy,
        alarm_ways: crate::call::AlarmWays::default(),
        inbound_pace: pace,
        receipt_pace: pace,
        full_walk_ms: 60_000,
        deep_walk_ms: 86_400_000,
        deep_walk_every_ms: 3_600_000,
        first_look_back_ms: 86_400_000,
        deaf_after_ms: 120_000,
        has_webhook: false,
        max_in_flight: 64,
        lease_ms: 50_000,
        receipt_timeout_ms: 86_400_000,
        audit: AuditSettings {
            keep_ms: 730 * day,
            head_file: None,
            suspicion: Rule { unanswered: 0, searched: 0, outside_hours: 0 },
        },
        retention: Arc::default(),
        backup_folder: None,
    }
}

/// Loops at work.
struct World {
    context: Context,
    loops: JoinSet<()>,
    _folder: TempDir,
}

impl World {
    fn new(fakes: [Fake; 2]) -> World {
        World::of(carriers(fakes), settings(), Clock::following_tokio(START))
    }

    fn of(carriers: Carriers, settings: Settings, clock: Clock) -> World {
        let folder = tempfile::tempdir().unwrap();
        // Nobody cuts the power here.
        let (synchronous, busy_timeout) = (Synchronous::Normal, Duration::from_millis(50));
        let options = StoreOptions { synchronous, busy_timeout, ..StoreOptions::default() };
        let store = Store::open(&folder.path().join("munja.db"), &options).unwrap();
        let carriers = Arc::new(carriers);
        let context = Context {
            store,
            carriers: watch::Sender::new(Arc::clone(&carriers)).subscribe(),
            settings: watch::Sender::new(Arc::new(settings)).subscribe(),
            health: Arc::new(HealthRegistry::new(&carriers, clock.now_ms())),
            clock,
            marks: Arc::default(),
            stop: CancellationToken::new(),
            began: tokio::time::Instant::now(),
        };
        World { context, loops: JoinSet::new(), _folder: folder }
    }

    fn begin(&mut self, roles: impl IntoIterator<Item = Role>) {
        for role in roles {
            self.loops.spawn(run(role, self.context.clone()));
        }
    }

    fn begin_all(&mut self) {
        self.begin(Role::all(&self.context.carriers()));
    }

    /// `n` texts that `carrier` may have taken.
    async fn doubts_at(&self, carrier: &'static str, n: usize) {
        let (store, now) = (&self.context.store, self.context.now());
        let citizen = |i| PhoneNumber::parse(&format!("010{:04}{i:04}", carrier.len()));
        let item = |i| {
            InboundItem::Text(InboundText {
                key: format!("{carrier}-{i}"),
                citizen: citizen(i),
                to: PhoneNumber::parse("062120"),
                text: MessageText::new("질문"),
                media: Vec::new(),
                sent_at: now,
            })
        };
        store.accept_inbound(carrier, Vec::new(), (0..n).map(item).collect(), None, now).await.unwrap();
        let routed = store.route_received(1_000, now, &self.context.settings().policy).await.unwrap();
        assert_eq!(routed.n_routed, n);
        let order =
            Lease { carrier, senders: senders(), only_its_own: false, lease_ms: 1, ahead_ms: Some(0) };
        let leased = store.lease_due(Arc::new(order), 1_000, now).await.unwrap().texts;
        assert_eq!(leased.len(), n);
        assert_eq!(store.rescue(true, now).await.unwrap(), n);
    }

    /// Waits, in simulated time, and returns how much of it passed.
    async fn until(&self, what: impl AsyncFn() -> bool) -> Duration {
        let began = Instant::now();
        while !what().await {
            assert!(began.elapsed() < Duration::from_secs(3_600), "never came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        began.elapsed()
    }

    async fn n_in_doubt(&self) -> i64 {
        self.context.store.counts(0).await.unwrap().n_in_doubt
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_followed_at_once_while_a_carrier_answers_no_question() {
    let mute = Fake { silence: Some(TIME_OUT), ..Fake::named("mute") };
    let mut world = World::new([mute, Fake::named("standin")]);
    world.doubts_at("mute", 30).await;
    world.begin_all();
    // The first question is under way.
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.context.store.hold("mute".to_owned(), true, world.context.now()).await.unwrap();
    let took = world.until(async || world.context.health.carrier("mute").is_paused).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    world.context.store.hold("mute".to_owned(), false, world.context.now()).await.unwrap();
    let took = world.until(async || !world.context.health.carrier("mute").is_paused).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_answers_no_question_delays_no_other() {
    let mute = Fake { silence: Some(TIME_OUT), ..Fake::named("mute") };
    let mut world = World::new([Fake::named("works"), mute]);
    world.doubts_at("mute", 60).await;
    world.begin([Role::Doubts]);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.n_in_doubt().await, 60);
    world.doubts_at("works", 5).await;
    let took = world.until(async || world.n_in_doubt().await == 60).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(world.context.health.workers().iter().all(|w| w.role != Role::Doubts || !w.is_late));
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_answers_no_question_is_asked_one_after_the_other() {
    let asked = Arc::new(Fake { silence: Some(TIME_OUT), ..Fake::named("mute") });
    let mut world = World::new([Fake::named("works"), Fake::named("other")]);
    let all = Carriers::single(Arc::clone(&asked) as Arc<dyn Carrier>, senders());
    world.context.carriers = watch::Sender::new(Arc::new(all)).subscribe();
    world.doubts_at("mute", 10).await;
    world.begin([Role::Doubts]);
    tokio::time::sleep(TIME_OUT * 4).await;
    let n = asked.n_questions.load(Ordering::SeqCst);
    assert!((3..=5).contains(&n), "{n} questions in four time-outs");
}

#[tokio::test(start_paused = true)]
async fn a_long_list_of_a_carriers_does_not_look_like_a_loop_that_hangs() {
    // 400 seconds, of which each page takes 40.
    let long = Fake { n_pages: 10, ..Fake::named("long") };
    let mut world = World::new([long, Fake::named("standin")]);
    world.begin([Role::Auditor]);
    let is_late = || world.context.health.workers().iter().any(|w| w.role == Role::Auditor && w.is_late);
    let compared = async || {
        assert!(!is_late(), "the watchdog would have stopped the daemon");
        !world.context.store.comparisons().await.unwrap().is_empty()
    };
    let took = world.until(compared).await;
    assert!(took > LATE_AFTER, "{took:?}");
}
