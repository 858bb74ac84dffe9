//! Bad weather with each carrier: all loops, the carrier's own driver, a real store and the simulated carrier under a
//! paused clock, with seeded faults. In the end the store must say what the carrier's ledger says.
//!
//! `MUNJA_WEATHER=20` runs more seeds for each carrier, `MUNJA_WEATHER_OF=twilio:7` one of them.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::Connection;
use url::Url;

use super::*;
use crate::carrier::PushCall;
use crate::carrier::conformance::{ROWS, Row, driver_of};
use crate::domain::actor::{Actor, DeskScope};
use crate::domain::conversation::{Command, Reply};
use crate::domain::counselor::Counselor;
use crate::domain::outbound::{OutboundKind, OutboundState};
use crate::sim::{Endpoint, Fault, FaultRule, Sim, SimOptions};
use crate::store::NewReply;

const HOUR: u64 = 3_600;
const N_TEXTS: usize = 24;
/// After the weather everything is settled within these many times five minutes.
const MOST_ROUNDS: usize = 100;
const HOOK: &str = "https://munja.example/v1/push/x";

/// A carrier, the gateway that uses it, and what the citizens have written.
struct Spell {
    world: World,
    carrier: Arc<dyn Carrier>,
    sim: Sim,
    db: Connection,
}

impl Spell {
    fn begin(row: Row, seed: u64) -> Spell {
        let (dialect, make) = row();
        let clock = Clock::following_tokio(START);
        let sim = Sim::new(SimOptions {
            dialect,
            seed,
            clock: clock.clone(),
            sends_per_sec: 1_000,
            others_per_sec: 1_000,
            report_delay_ms: (100, 4_000),
            ..SimOptions::default()
        });
        let carrier = driver_of(&sim, sim.options(), &clock, make);
        if carrier.caps().push {
            sim.call_at(Url::parse(HOOK).unwrap());
        }
        let mut world = World::of(Carriers::single(Arc::clone(&carrier), senders()), unhurried(), clock);
        let db = Connection::open(world._folder.path().join("munja.db")).unwrap();
        world.begin_all();
        Spell { world, carrier, sim, db }
    }

    fn inbound(&self) -> InboundClass {
        self.carrier.caps().inbound
    }

    /// Whether a broken answer to a question for texts loses them: then this carrier's faults are not that.
    fn forgets_texts(&self) -> bool {
        self.inbound() == InboundClass::ReadOnce
    }

    /// A citizen writes; where the carrier only sends, the text comes another way.
    async fn text(&self, n: usize, rng: &mut StdRng) {
        let citizen = format!("0101111{:04}", rng.random_range(0..12));
        let words = format!("질문 {n}{}", if rng.random_bool(0.1) { " 살려주세요" } else { "" });
        if self.inbound() != InboundClass::None {
            self.sim.text(&citizen, &words);
            return;
        }
        let now = self.world.context.now();
        let text = InboundText {
            key: format!("other-{n}"),
            citizen: PhoneNumber::parse(&citizen),
            to: PhoneNumber::parse("062120"),
            text: MessageText::new(&words),
            media: Vec::new(),
            sent_at: now,
        };
        let store = &self.world.context.store;
        store.accept_inbound("other", Vec::new(), vec![InboundItem::Text(text)], None, now).await.unwrap();
    }

    /// The carrier's calls reach us as they come; what it is not content with it repeats.
    async fn take_calls(&self) {
        while let Some(push) = self.sim.next_push() {
            let (request, url) = (&push.request, Url::parse(&push.request.uri().to_string()).unwrap());
            let call = PushCall {
                method: request.method(),
                url: &url,
                headers: request.headers(),
                body: request.body(),
                signed: None,
                now: self.world.context.now(),
            };
            let answer = push::take_push(&self.world.context, self.carrier.name(), &call).await.ok();
            let answer = answer.map(|answer| {
                Response::builder().status(answer.status).body(Bytes::from(answer.body)).unwrap()
            });
            self.sim.pushed(push, answer.as_ref());
        }
    }

    /// Time passes, and the carrier calls.
    async fn pass(&self, secs: u64) {
        for _ in 0..secs.div_ceil(5) {
            tokio::time::sleep(Duration::from_secs(5)).await;
            self.take_calls().await;
        }
    }

    /// Everybody who waits is answered, each with words of their own.
    async fn answer_all(&self, by: &Actor, n_answers: &mut usize) {
        let (store, policy) = (&self.world.context.store, service(&self.world));
        let now = self.world.context.now();
        while let Ok(found) = store.claim_next(by, &policy, now).await.unwrap() {
            *n_answers += 1;
            let new = NewReply {
                conversation_id: found.summary.id,
                idempotency_key: format!("k{n_answers}"),
                request_digest: n_answers.to_be_bytes().to_vec(),
                again: false,
                reply: Reply { last_seen: found.summary.last_inbound_seq, ..Reply::default() },
                pieces: vec![(OutboundKind::Sms, format!("답 {n_answers}"))],
                photos: None,
            };
            // Refused where something newer has come: they wait on.
            let _answered = store.reply(new, by, &policy, now).await.unwrap();
            store.command(found.summary.id, Command::Release, by, &policy, now).await.unwrap().unwrap();
        }
    }

    /// All texts are routed and answered, and of each answer it is known what became of it, or that a person has to say.
    fn is_settled(&self) -> bool {
        let sql = format!(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'routed') = {N_TEXTS}
                AND NOT EXISTS (SELECT 1 FROM conversation WHERE state IN ('waiting', 'active'))
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE state IN ('held', 'queued', 'sending', 'accepted')
                                   OR (state = 'in_doubt' AND needs_person = 0))"
        );
        self.db.query_row(&sql, [], |r| r.get(0)).unwrap()
    }

    fn column(&self, sql: &str) -> Vec<(String, String)> {
        let mut select = self.db.prepare(sql).unwrap();
        let rows = select.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.map(|row| row.unwrap()).collect()
    }

    /// Every text of a citizen is stored once and routed.
    fn compare_texts(&self) {
        let count = |pairs: Vec<(String, String)>| {
            pairs.into_iter().fold(BTreeMap::new(), |mut all, pair| {
                *all.entry(pair).or_insert(0) += 1;
                all
            })
        };
        let stored = count(self.column("SELECT citizen, text FROM inbox WHERE state = 'routed'"));
        assert_eq!(stored.values().sum::<i32>(), i32::try_from(N_TEXTS).unwrap());
        if self.inbound() == InboundClass::None {
            return;
        }
        let sent = self.sim.ledger().texts.into_iter().map(|text| (text.from, text.text)).collect();
        assert_eq!(stored, count(sent));
    }

    /// No citizen got words twice, and the store says of each text what the ledger says.
    fn compare_answers(&self) {
        let ledger = self.sim.ledger();
        assert!(ledger.taken_twice().is_empty(), "taken twice: {:?}", ledger.taken_twice());
        assert_eq!((ledger.n_keys_reused, ledger.n_auth_failures), (0, 0));
        let answers = "SELECT text, state FROM outbox WHERE reply_id IS NOT NULL";
        for (words, state) in self.column(answers) {
            let taken: Vec<_> = ledger.messages.iter().filter(|m| m.text == words).collect();
            assert!(taken.len() <= 1, "{words} was taken {} times", taken.len());
            let is_taken = taken.len() == 1;
            match OutboundState::from_word(&state).unwrap() {
                OutboundState::Delivered => assert!(taken[0].is_reported_delivered, "{words}"),
                OutboundState::Accepted | OutboundState::Unconfirmed => assert!(is_taken, "{words} {state}"),
                // A person has to decide: the carrier cannot tell.
                OutboundState::InDoubt => {}
                OutboundState::Queued => assert!(!is_taken, "{words} {state}"),
                other => panic!("{words} ended as {other:?}"),
            }
        }
        for taken in &ledger.messages {
            let known = "SELECT count(*) FROM outbox WHERE text = ?1";
            let n: i64 = self.db.query_row(known, [&taken.text], |r| r.get(0)).unwrap();
            assert!(n > 0, "the carrier took a text that nobody wrote");
        }
    }
}

/// Carriers are asked less often than in service, to keep the test short.
fn unhurried() -> Settings {
    let pace = Pace { fast_ms: 2_000, slow_ms: 60_000, live_for_ms: 60_000 };
    Settings { inbound_pace: pace, receipt_pace: pace, full_walk_ms: 600_000, ..settings() }
}

fn service(world: &World) -> Arc<ServicePolicy> {
    Arc::clone(&world.context.settings().policy)
}

/// Twelve faults somewhere in the spell, each a few times.
fn weather(spell: &Spell, rng: &mut StdRng) -> Vec<FaultRule> {
    let lossless = [
        Fault::Latency { ms: 3_000 },
        Fault::RateLimit { retry_after_secs: Some(3) },
        Fault::ErrorBefore { status: 503 },
        Fault::ResetBefore,
    ];
    let after = [
        Fault::ErrorAfter { status: 500 },
        Fault::ResetAfter,
        Fault::Blackhole { ms: 30_000 },
        Fault::Truncate { at: 40 },
        Fault::Malformed,
    ];
    let places = [Endpoint::Mo, Endpoint::Send, Endpoint::Report, Endpoint::History, Endpoint::Inquiry];
    let mut rule = || {
        let place = places[rng.random_range(0..places.len())];
        let may_lose = matches!(place, Endpoint::Mo) && spell.forgets_texts();
        let n = if may_lose { lossless.len() } else { lossless.len() + after.len() };
        let fault = lossless.iter().chain(&after).nth(rng.random_range(0..n)).unwrap().clone();
        FaultRule::at(place, fault).probability(rng.random_range(0.05..0.6)).times(rng.random_range(1..12))
    };
    (0..12).map(|_| rule()).collect()
}

async fn one_spell(row: Row, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let spell = Spell::begin(row, seed);
    weather(&spell, &mut rng).into_iter().for_each(|rule| spell.sim.add_fault(rule));
    let by = spell.counselor();
    let mut n_answers = 0;
    for n in 0..N_TEXTS {
        spell.text(n, &mut rng).await;
        // Mostly in bursts, and then nothing for an hour.
        let pause =
            if rng.random_bool(0.7) { rng.random_range(0..20) } else { rng.random_range(0..2 * HOUR) };
        spell.pass(pause).await;
        spell.answer_all(&by, &mut n_answers).await;
    }
    spell.sim.clear_faults();
    for _ in 0..MOST_ROUNDS {
        spell.pass(HOUR / 12).await;
        spell.answer_all(&by, &mut n_answers).await;
        if spell.is_settled() {
            break;
        }
    }
    spell.compare_texts();
    spell.compare_answers();
    assert!(spell.sim.ledger().n_faults_struck > 0, "a spell without weather proves nothing");
}

impl Spell {
    fn counselor(&self) -> Actor {
        let insert =
            "INSERT INTO counselor (id, login, name, password_hash, created_at) VALUES (1, 'm', 'm', 'x', 0)";
        self.db.execute(insert, []).unwrap();
        let counselor = Counselor { id: 1, login: "m".into(), name: "m".into(), disabled_at: None };
        Actor::person(counselor, crate::domain::actor::Role::Counselor, DeskScope::All, "test".into())
    }
}

#[test]
fn store_and_ledger_agree_after_bad_weather_with_each_carrier() {
    let n_seeds = std::env::var("MUNJA_WEATHER").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let only = std::env::var("MUNJA_WEATHER_OF").ok();
    for (name, row) in ROWS {
        for seed in 0..n_seeds {
            let what = format!("{name}:{seed}");
            if only.as_ref().is_some_and(|only| *only != what) {
                continue;
            }
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().start_paused(true).build().unwrap();
            let ran = std::panic::catch_unwind(|| runtime.block_on(one_spell(*row, seed)));
            assert!(ran.is_ok(), "failed with MUNJA_WEATHER_OF={what}");
        }
    }
}
