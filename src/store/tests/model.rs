//! Random histories of several counselors, citizens, timers and crashes. After each step the invariants of
//! `tests/invariants.sql` are counted from outside, and those that compare two moments are checked here.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rusqlite::types::Value;

use super::service::DAY;
use super::*;
use crate::domain::arrival::tests::{desk, with_desks};

const INVARIANTS: &str = include_str!("../../../tests/invariants.sql");
const CITIZENS: [&str; 3] = [MINSU, JIYEONG, "01033330000"];
const LOGINS: [&str; 3] = ["minsu", "jiyeong", "boss"];
/// Questions, dangers, insults, wishes, answers to surveys, nothing at all, English.
const WORDS: [&str; 10] = [
    "막차 몇 시예요?",
    "살려주세요",
    "불이",
    "났어요",
    "이 개새끼야",
    "수신거부",
    "수신동의",
    "5",
    "",
    "When is the last bus?",
];
/// Longer than this no unanswered danger is quiet: the last step of the alarm.
const LAST_STEP: i64 = 3 * MINUTE;

/// One thing that happens. Numbers pick a citizen, a counselor, a conversation.
#[derive(Debug, Clone)]
enum Step {
    Text {
        citizen: usize,
        words: usize,
    },
    Next {
        by: usize,
    },
    Command {
        by: usize,
        on: usize,
        command: Command,
    },
    Answer {
        by: usize,
        on: usize,
        promise: bool,
    },
    /// What is in line leaves; `fails` picks those that do not arrive.
    Leave {
        fails: bool,
    },
    Wait(i64),
    Disable {
        by: usize,
    },
    /// The process dies and starts again.
    Crash,
}

fn commands() -> impl Strategy<Value = Command> {
    let note = || "메모".to_owned();
    prop_oneof![
        4 => Just(Command::Claim),
        2 => Just(Command::Release),
        4 => Just(Command::Close(Closing { unanswered: true, ..Closing::default() })),
        2 => Just(Command::Ack),
        1 => Just(Command::Urgent),
        2 => Just(Command::AckByPhone),
        1 => Just(Command::HandOver { service: "119".into(), told: note(), last_seen: None }),
        1 => Just(Command::EndAlarm { reason: note().into(), last_seen: None }),
        1 => Just(Command::ToDesk { desk: "north".into(), note: note() }),
        1 => Just(Command::ToPerson { login: "jiyeong".into(), note: note() }),
        1 => Just(Command::Return { note: note() }),
        1 => Just(Command::TakeOver { note: note() }),
        1 => Just(Command::Warn),
        1 => Just(Command::Restrict { until: DAY + 12 * HOUR, reason: note().into() }),
        1 => Just(Command::Unrestrict),
        1 => Just(Command::Draft { text: note() }),
        1 => Just(Command::Promise { due_at: DAY + HOUR }),
        1 => Just(Command::Remind { due_at: DAY + HOUR, text: note() }),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let waits = [1_000, 30_000, MINUTE, 3 * MINUTE, 10 * MINUTE, HOUR, 9 * HOUR, 30 * HOUR];
    prop_oneof![
        9 => (0..3_usize, 0..WORDS.len()).prop_map(|(citizen, words)| Step::Text { citizen, words }),
        4 => (0..3_usize).prop_map(|by| Step::Next { by }),
        9 => (0..3_usize, 0..3_usize, commands()).prop_map(|(by, on, command)| Step::Command { by, on, command }),
        6 => (0..3_usize, 0..3_usize, any::<bool>()).prop_map(|(by, on, promise)| Step::Answer { by, on, promise }),
        3 => any::<bool>().prop_map(|fails| Step::Leave { fails }),
        8 => prop::sample::select(waits.to_vec()).prop_map(Step::Wait),
        1 => (0..2_usize).prop_map(|by| Step::Disable { by }),
        1 => Just(Step::Crash),
    ]
}

/// What one moment must not take back at the next.
#[derive(Debug, Default, Clone)]
struct Told {
    waiting_since: Option<i64>,
    ahead: Option<i64>,
    danger: String,
    n_answers: i64,
}

struct World {
    bench: Bench,
    people: Vec<Actor>,
    policy: Arc<ServicePolicy>,
    now: i64,
    n: i64,
    told: BTreeMap<i64, Told>,
    last_notice: i64,
}

impl World {
    async fn begin() -> World {
        let bench = Bench::new();
        for login in LOGINS {
            bench.counselor(login).await;
        }
        bench.outside("UPDATE counselor SET role = 'supervisor' WHERE login = 'boss'");
        let mut people = Vec::new();
        for id in 1..=3 {
            people.push(bench.store.person(id).await);
        }
        let policy = ServicePolicy {
            max_held: 3,
            max_dangers: 2,
            sticky_ms: 2 * MINUTE,
            survey_after_ms: Some(MINUTE),
            ..with_desks(vec![desk("main", "Mo-Su 09:00-18:00"), desk("north", "24/7")], None)
        };
        let policy = Arc::new(policy);
        World { bench, people, policy, now: DAY, n: 0, told: BTreeMap::new(), last_notice: 0 }
    }

    /// The conversation that a number picks among the latest, if there is any.
    fn picked(&self, on: usize) -> Option<i64> {
        let n = self.bench.count("conversation");
        (n > 0).then(|| n - (on as i64 % n.min(3)))
    }

    async fn take(&mut self, step: &Step) {
        self.n += 1;
        match step {
            Step::Text { citizen, words } => {
                let text = text(&format!("k{}", self.n), CITIZENS[*citizen], WORDS[*words]);
                self.bench.accept(vec![text], self.now).await.unwrap();
                let routed = self.bench.store.route_received(9, self.now, &self.policy).await.unwrap();
                assert_eq!((routed.n_routed, routed.n_failed), (1, 0));
            }
            Step::Next { by } => {
                let next = self.bench.store.claim_next(&self.people[*by], &self.policy, self.now).await;
                assert!(matches!(next, Ok(_) | Err(StoreError::Conflict(_))), "{next:?}");
            }
            Step::Command { by, on, command } => {
                let Some(id) = self.picked(*on) else { return };
                let person = &self.people[*by];
                let done =
                    self.bench.store.command(id, command.clone(), person, &self.policy, self.now).await;
                assert!(matches!(done, Ok(_) | Err(StoreError::Conflict(_))), "{done:?}");
            }
            Step::Answer { by, on, promise } => {
                let Some(id) = self.picked(*on) else { return };
                let mut new = super::replies::new_reply(id, &format!("r{}", self.n), &["답"]);
                new.reply.promise_due_at = promise.then_some(self.now + 20 * MINUTE);
                let person = &self.people[*by];
                // A supervisor answers who waits as one of many.
                if person.supervises() && !promise {
                    let store = &self.bench.store;
                    store.answer_waiting(new, None, person, &self.policy, self.now).await.unwrap().ok();
                } else {
                    self.bench.store.reply(new, person, &self.policy, self.now).await.unwrap().ok();
                }
            }
            Step::Leave { fails } => {
                for text in self.bench.lease(9, self.now).await {
                    let outcome = match fails {
                        true => Outcome::Rejected { code: None },
                        false => accepted(&format!("c{}", text.id)),
                    };
                    self.bench.outcome(&text, outcome, self.now).await;
                }
            }
            Step::Wait(ms) => {
                self.now += ms;
                self.bench.store.run_timers(&self.policy, Round::All, self.now).await.unwrap();
            }
            Step::Disable { by } => {
                let login = LOGINS[*by].to_owned();
                self.bench.store.disable_counselor(login, self.now).await.unwrap();
            }
            Step::Crash => {
                self.bench.store = Store::open(&self.bench.path(), &StoreOptions::default()).unwrap();
                self.bench.store.rescue(true, self.now).await.unwrap();
            }
        }
    }

    fn check(&mut self, step: &Step) -> std::result::Result<(), TestCaseError> {
        // Comments name what each query is about, and may hold a semicolon.
        for query in INVARIANTS.split(";\n").filter(|query| query.contains("SELECT")) {
            let mut select = self.bench.eye.prepare(query).unwrap();
            let broken: Vec<Value> =
                select.query_map([], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect();
            prop_assert!(broken.is_empty(), "{query}\n{broken:?}");
        }
        self.check_alarms(step)?;
        self.check_notices()?;
        self.check_moments(step)
    }

    /// After the timers have run no unanswered danger has been quiet for as long as the last step of the alarm; the time that an
    /// answer from a duty phone gives counts from that answer.
    fn check_alarms(&self, step: &Step) -> std::result::Result<(), TestCaseError> {
        if !matches!(step, Step::Wait(_)) {
            return Ok(());
        }
        let sql = "SELECT c.id, (SELECT max(e.at) FROM event e
                                 WHERE e.conversation_id = c.id
                                   AND (e.kind IN ('urgent', 'escalated')
                                        OR (e.kind = 'acked' AND c.alarm_quiet_until_at IS NOT NULL)))
                   FROM conversation c WHERE c.danger IN ('ringing', 'looked_after')";
        let mut select = self.bench.eye.prepare(sql).unwrap();
        let quiet = select.query_map([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?))).unwrap();
        for row in quiet {
            let (id, last) = row.unwrap();
            prop_assert!(self.now - last < LAST_STEP, "danger in {id} is quiet for {} ms", self.now - last);
        }
        Ok(())
    }

    /// No automatic text goes to who may not get it.
    fn check_notices(&mut self) -> std::result::Result<(), TestCaseError> {
        let sql = "SELECT o.id, o.notice, z.opted_out_at IS NOT NULL, coalesce(z.restricted_until_at, 0) > ?2
                   FROM outbox o LEFT JOIN citizen z ON z.number = o.citizen
                   WHERE o.id > ?1 AND o.notice IS NOT NULL ORDER BY o.id";
        let mut select = self.bench.eye.prepare(sql).unwrap();
        let new = select
            .query_map((self.last_notice, self.now), |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?, r.get::<_, bool>(2)?, r.get::<_, bool>(3)?))
            })
            .unwrap();
        for row in new {
            let (id, notice, is_opted_out, is_restricted) = row.unwrap();
            self.last_notice = id;
            let notice = notice.as_str();
            prop_assert!(
                !is_opted_out || ["urgent", "opted_out"].contains(&notice),
                "{notice} to who opted out"
            );
            prop_assert!(
                !is_restricted || ["urgent", "restricted"].contains(&notice),
                "{notice} while restricted"
            );
        }
        Ok(())
    }

    /// A place that was told never grows within one wait, and only an answer or a name ends a danger.
    fn check_moments(&mut self, step: &Step) -> std::result::Result<(), TestCaseError> {
        let sql = "SELECT c.id, c.waiting_since_at, c.told_ahead, coalesce(c.danger, ''),
                          (SELECT count(*) FROM event e WHERE e.conversation_id = c.id
                             AND e.kind IN ('replied', 'alarm_ended'))
                   FROM conversation c";
        let mut select = self.bench.eye.prepare(sql).unwrap();
        let rows = select
            .query_map([], |r| {
                let told = Told {
                    waiting_since: r.get(1)?,
                    ahead: r.get(2)?,
                    danger: r.get(3)?,
                    n_answers: r.get(4)?,
                };
                Ok((r.get::<_, i64>(0)?, told))
            })
            .unwrap();
        for row in rows {
            let (id, after) = row.unwrap();
            let before = self.told.insert(id, after.clone()).unwrap_or_default();
            if let (Some(was), Some(is)) = (before.ahead, after.ahead)
                && before.waiting_since == after.waiting_since
            {
                prop_assert!(is <= was, "told {was} before them and then {is}");
            }
            let was_open = ["ringing", "looked_after"].contains(&before.danger.as_str());
            let is_open = ["ringing", "looked_after"].contains(&after.danger.as_str());
            let by_a_person = after.n_answers > before.n_answers;
            prop_assert!(!was_open || is_open || by_a_person, "danger in {id} ended by {step:?}");
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_breaks_an_invariant(steps in prop::collection::vec(steps(), 1..70)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::begin().await;
            for step in &steps {
                world.take(step).await;
                world.check(step)?;
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}
