//! The whole gateway under a paused clock: loops, driver, store and simulated carrier in one process without sockets,
//! seeded faults, days of service in a second. In the end the store must say exactly what the carrier's ledger says.
//!
//! `MUNJA_SEEDS=1000` runs more seeds, `MUNJA_SEED=17` one. A failure prints its seed.

use std::sync::Arc;
use std::time::Duration;

use munja::carrier::Carrier;
use munja::carrier::bizgo::{Bizgo, BizgoConfig};
use munja::carrier::http::{Broken, Http};
use munja::domain::actor::Actor;
use munja::domain::conversation::{Closing, Command, Reply};
use munja::domain::counselor::Counselor;
use munja::domain::outbound::OutboundKind;
use munja::domain::polling::Pace;
use munja::ops::clock::Clock;
use munja::sim::{Endpoint, Fault, FaultRule, Sim, SimBreak, SimOptions};
use munja::store::{NewReply, Store, StoreOptions};
use munja::worker::{self, Carriers, Context, HealthRegistry, Role, Settings};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::camera::{self, Camera};
use crate::harness::{person, service_policy};

/// 2026-07-01T09:00:00+09:00
const START: i64 = 1_782_864_000_000;
const N_TEXTS: usize = 40;

fn settings() -> Settings {
    Settings {
        alarm_ways: munja::call::AlarmWays::default(),
        policy: service_policy(),
        inbound_pace: Pace { fast_ms: 280, slow_ms: 2_000, live_for_ms: 300_000 },
        receipt_pace: Pace { fast_ms: 1_500, slow_ms: 10_000, live_for_ms: 60_000 },
        full_walk_ms: 60_000,
        deep_walk_ms: 86_400_000,
        deep_walk_every_ms: 3_600_000,
        first_look_back_ms: 86_400_000,
        deaf_after_ms: 120_000,
        has_webhook: false,
        max_in_flight: 64,
        lease_ms: 50_000,
        receipt_timeout_ms: 259_200_000,
    }
}

/// Weather: any fault at any endpoint, each for a while.
fn faults(rng: &mut StdRng) -> Vec<FaultRule> {
    let endpoints = [
        Endpoint::Mo,
        Endpoint::Send,
        Endpoint::Report,
        Endpoint::ReportAck,
        Endpoint::History,
        Endpoint::Text,
    ];
    let kinds = [
        Fault::Latency { ms: 3_000 },
        Fault::Blackhole { ms: 30_000 },
        Fault::RateLimit { retry_after_secs: Some(3) },
        Fault::ErrorBefore { status: 503 },
        Fault::ErrorAfter { status: 500 },
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Truncate { at: 60 },
        Fault::Malformed,
        Fault::DuplicateMo,
        Fault::ReorderMo,
        Fault::LateMo { ms: 200_000 },
        Fault::BrokenMo,
        Fault::DuplicateReport,
        Fault::ReorderReports,
        Fault::ReportBeforeAnswer,
        Fault::ReportLate { ms: 900_000 },
    ];
    let mut rule = || {
        let (endpoint, kind) = (rng.random_range(0..endpoints.len()), rng.random_range(0..kinds.len()));
        let probability = rng.random_range(0.05..0.6);
        FaultRule::at(endpoints[endpoint], kinds[kind].clone())
            .probability(probability)
            .times(rng.random_range(1..12))
    };
    let mut rules: Vec<FaultRule> = (0..12).map(|_| rule()).collect();
    // Now and then the carrier lists texts hours late: later than any poll reads.
    if rng.random_bool(0.2) {
        let ms = rng.random_range(15 * 60_000..3 * 3_600_000);
        rules.insert(0, FaultRule::at(Endpoint::Text, Fault::LateMo { ms }).probability(0.2).times(4));
    }
    rules
}

fn driver(sim: &Sim, clock: &Clock) -> Arc<dyn Carrier> {
    let sim = sim.clone();
    let carrier = move |request| {
        let sim = sim.clone();
        Box::pin(async move {
            sim.call(request).await.map_err(|broken| match broken {
                SimBreak::Refused => Broken::NotSent,
                SimBreak::Reset => Broken::Reset,
                SimBreak::Truncated(part) => Broken::Truncated(part.into_body()),
            })
        }) as futures_util::future::BoxFuture<'static, _>
    };
    let http =
        Http::in_process("http://127.0.0.1:1".parse().unwrap(), Duration::from_secs(20), Arc::new(carrier));
    let config = BizgoConfig {
        api_key: "SIM-KEY".to_owned().into(),
        webhook_secret: None,
        mo_number: Some("062120".into()),
        page_limit: 7,
        overlap: Duration::from_secs(600),
        sends_per_sec: 200,
        others_per_sec: 5,
        min_poll: Duration::from_millis(280),
    };
    let clock = clock.clone();
    Arc::new(Bizgo::new(config, http, Arc::new(move || clock.now_ms())))
}

/// The same, and citizens send photos too.
fn camera(sim: &Sim, clock: &Clock, rng: &mut StdRng) -> Arc<dyn Carrier> {
    Arc::new(Camera::new(driver(sim, clock), rng.random()))
}

/// One life of the daemon's loops.
struct Life {
    stop: CancellationToken,
    loops: Vec<tokio::task::JoinHandle<()>>,
}

impl Life {
    fn begin(store: &Store, clock: &Clock, carrier: Arc<dyn Carrier>) -> Life {
        let carriers = Arc::new(Carriers::single(carrier, service_policy().senders.clone()));
        let stop = CancellationToken::new();
        let context = Context {
            store: store.clone(),
            clock: clock.clone(),
            carriers: watch::Sender::new(Arc::clone(&carriers)).subscribe(),
            settings: watch::Sender::new(Arc::new(settings())).subscribe(),
            health: Arc::new(HealthRegistry::new(&carriers, clock.now_ms())),
            marks: Arc::default(),
            stop: stop.clone(),
            began: tokio::time::Instant::now(),
        };
        let start = |role| tokio::spawn(worker::run(role, context.clone()));
        Life { stop, loops: Role::all(&carriers).into_iter().map(start).collect() }
    }

    /// Like a power cut for the loops: whatever they were about, they are not any more.
    async fn die(self) {
        self.stop.cancel();
        for task in self.loops {
            task.abort();
            let _ = task.await;
        }
    }
}

/// A counselor who answers whoever waits.
async fn answer_all(store: Store, clock: Clock, counselor: Actor, stop: CancellationToken) {
    let policy = service_policy();
    let mut n = 0;
    while !stop.is_cancelled() {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let Ok(Ok(found)) = store.claim_next(&counselor, &policy, clock.now_ms()).await else {
            continue;
        };
        n += 1;
        let new = NewReply {
            conversation_id: found.summary.id,
            idempotency_key: format!("k{n}"),
            request_digest: vec![n],
            reply: Reply { last_seen: found.summary.last_inbound_seq, force: true, ..Reply::default() },
            pieces: vec![(OutboundKind::Sms, format!("답 {n}"))],
            photos: None,
        };
        store.reply(new, &counselor, &policy, clock.now_ms()).await.unwrap().unwrap();
        let close = Command::Close(Closing::default());
        let closed =
            store.command(found.summary.id, close, &counselor, &policy, clock.now_ms()).await.unwrap();
        if closed.is_err() {
            // Danger came in between: back into the queue, first.
            let release = Command::Release;
            store
                .command(found.summary.id, release, &counselor, &policy, clock.now_ms())
                .await
                .unwrap()
                .unwrap();
        }
    }
}

/// A counselor who takes whoever waits and lets go again without a word.
async fn claim_and_let_go(store: Store, clock: Clock, counselor: Actor, stop: CancellationToken) {
    let policy = service_policy();
    while !stop.is_cancelled() {
        tokio::time::sleep(Duration::from_secs(31)).await;
        let Ok(Ok(found)) = store.claim_next(&counselor, &policy, clock.now_ms()).await else {
            continue;
        };
        tokio::time::sleep(Duration::from_secs(75)).await;
        // Whatever became of it meanwhile.
        let _ = store.command(found.summary.id, Command::Release, &counselor, &policy, clock.now_ms()).await;
    }
}

/// What must hold at any moment, counted from outside.
fn assert_invariants(db: &rusqlite::Connection) {
    for query in include_str!("../invariants.sql").split(";\n").filter(|query| query.contains("SELECT")) {
        let mut select = db.prepare(query).unwrap();
        let broken: Vec<i64> = select.query_map([], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect();
        assert!(broken.is_empty(), "{query}\n{broken:?}");
    }
}

/// The words of a citizen; now and then they are in danger.
fn words(n: usize, rng: &mut StdRng) -> String {
    let more = if rng.random_bool(0.15) { " 살려주세요" } else { "" };
    format!("질문 {n}{more}")
}

async fn one_history(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("a.db"), &StoreOptions::default()).unwrap();
    let db = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
    let [counselor, idler] = [(1, "m"), (2, "i")].map(|(id, login)| {
        // Hashing a password for each seed would take longer than the rest.
        db.execute(
            "INSERT INTO counselor (id, login, name, password_hash, created_at) VALUES (?1, ?2, ?2, 'x', 0)",
            (id, login),
        )
        .unwrap();
        person(Counselor { id, login: login.into(), name: login.into(), disabled_at: None })
    });
    let clock = Clock::following_tokio(START);
    let sim = Sim::new(SimOptions {
        seed,
        clock: clock.clone(),
        report_delay_ms: (100, 4_000),
        ..SimOptions::default()
    });
    faults(&mut rng).into_iter().for_each(|rule| sim.add_fault(rule));
    let stop = CancellationToken::new();
    let desk = tokio::spawn(answer_all(store.clone(), clock.clone(), counselor, stop.clone()));
    let idler = tokio::spawn(claim_and_let_go(store.clone(), clock.clone(), idler, stop.clone()));
    let mut life = Life::begin(&store, &clock, camera(&sim, &clock, &mut rng));
    for n in 0..N_TEXTS {
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..4_000))).await;
        let citizen = format!("0101111{:04}", rng.random_range(0..12));
        sim.text(&citizen, &words(n, &mut rng));
        if rng.random_bool(0.06) {
            life.die().await;
            assert_invariants(&db);
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..20_000))).await;
            store.rescue(true, clock.now_ms()).await.unwrap();
            life = Life::begin(&store, &clock, camera(&sim, &clock, &mut rng));
        }
    }
    settle(&store, &sim, &db).await;
    stop.cancel();
    desk.await.unwrap();
    idler.await.unwrap();
    life.die().await;
    compare(&store, &sim).await;
    camera::compare(&store, &db, N_TEXTS).await;
    assert_invariants(&db);
}

/// Waits, in simulated time, until nothing is open any more: a day at most.
async fn settle(store: &Store, sim: &Sim, db: &rusqlite::Connection) {
    for _ in 0..86_400 / 20 {
        tokio::time::sleep(Duration::from_secs(20)).await;
        // What leaves is counted last: a photo that was given up, and an answer to who waits, leave a text.
        let photos = camera::is_settled(store, db).await;
        let counts = store.counts(0).await.unwrap();
        // Whoever is held may be let go, and waits again; who is to be asked how it was gets a text.
        let asked = "SELECT count(*) FROM conversation WHERE survey_due_at IS NOT NULL";
        let to_ask: i64 = db.query_row(asked, [], |row| row.get(0)).unwrap();
        let waiting = counts.n_waiting + counts.n_active + to_ask;
        let balance = store.balance().await.unwrap();
        let open: i64 =
            ["held", "queued", "sending", "in_doubt", "accepted"].iter().map(|s| balance.n_outbound(s)).sum();
        if photos
            && balance.n_routed == N_TEXTS as i64
            && open == 0
            && waiting == 0
            && sim.n_open_reports() == 0
        {
            return;
        }
    }
}

async fn compare(store: &Store, sim: &Sim) {
    let (balance, ledger) = (store.balance().await.unwrap(), sim.ledger());
    assert_eq!(balance.n_received, N_TEXTS as i64, "every text is stored exactly once: {balance:?}");
    assert_eq!(balance.n_routed, N_TEXTS as i64, "every text is routed: {balance:?}");
    assert!(ledger.taken_twice().is_empty(), "taken twice: {:?}", ledger.taken_twice());
    // A receipt that was still in line when its citizen turned out to be in danger does not leave.
    let n_out: i64 = balance.outbound.iter().filter(|(state, _)| state != "cancelled").map(|(_, n)| n).sum();
    assert_eq!(ledger.messages.len() as i64, n_out, "everything left once: {balance:?}");
    assert_eq!(balance.n_outbound("delivered"), n_out, "and was delivered: {balance:?}");
    assert_eq!(ledger.n_delivered() as i64, n_out);
    assert!(ledger.busiest_others <= 5 && ledger.busiest_sends <= 200);
    assert_eq!(ledger.n_auth_failures, 0);
}

#[test]
fn store_and_ledger_agree_after_any_history() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let seeds = match number("MUNJA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("MUNJA_SEEDS").unwrap_or(200),
    };
    let next = std::sync::atomic::AtomicU64::new(seeds.start);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .start_paused(true)
                        .build()
                        .unwrap();
                    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        runtime.block_on(one_history(seed));
                    }));
                    assert!(ran.is_ok(), "failed with MUNJA_SEED={seed}");
                }
            });
        }
    });
}
