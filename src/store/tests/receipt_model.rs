//! Random lives of a text, told by senders, carriers and persons in any order. Whatever happens: what is final stays, a
//! receipt never moves a text back, what the carrier is known to have never leaves again, and no step breaks a CHECK.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::*;
use crate::domain::outbound::OutboundState;

/// One thing that happens. `of` picks one of the tries made so far, perhaps an old one.
#[derive(Debug, Clone)]
enum Step {
    Lease,
    Outcome { of: usize, outcome: Outcome },
    Rescue,
    Answer(LookupResult),
    Receipt { by_key: bool, status: ReceiptStatus },
    NoReceipt { give_up: bool },
    Decide,
    Recall,
    Wait(i64),
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        2 => Just(accepted("c")),
        1 => Just(Outcome::Accepted { carrier_message_id: None }),
        2 => Just(not_taken(0)),
        1 => Just(Outcome::Rejected { code: None }),
        5 => Just(Outcome::NoAnswer { ask_at: 0, code: None }),
    ]
}

fn answers() -> impl Strategy<Value = LookupResult> {
    prop_oneof![
        1 => Just(LookupResult::Found { carrier_message_id: "c".to_owned() }),
        3 => Just(LookupResult::Absent),
        3 => (0..3_i64).prop_map(|n| LookupResult::Repeatable { before: T0 + n * HOUR }),
        1 => Just(LookupResult::CannotTell),
        1 => Just(LookupResult::NotReached { ask_at: 0 }),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let status = prop_oneof![
        Just(ReceiptStatus::Delivered),
        Just(ReceiptStatus::Undelivered),
        Just(ReceiptStatus::Unknown),
    ];
    prop_oneof![
        8 => Just(Step::Lease),
        8 => (0..4_usize, outcomes()).prop_map(|(of, outcome)| Step::Outcome { of, outcome }),
        2 => Just(Step::Rescue),
        5 => answers().prop_map(Step::Answer),
        1 => (any::<bool>(), status).prop_map(|(by_key, status)| Step::Receipt { by_key, status }),
        1 => any::<bool>().prop_map(|give_up| Step::NoReceipt { give_up }),
        1 => Just(Step::Decide),
        1 => Just(Step::Recall),
        3 => prop_oneof![Just(1_000_i64), Just(MINUTE), Just(HOUR), Just(25 * HOUR)].prop_map(Step::Wait),
    ]
}

/// What is known of the text besides its row.
struct Life {
    bench: Bench,
    id: i64,
    person: i64,
    now: i64,
    tries: Vec<OutboundText>,
    /// The carrier has said that it has it.
    is_known_to_have_left: bool,
}

impl Life {
    async fn begin() -> Self {
        let bench =
            Bench::with(&StoreOptions { synchronous: Synchronous::Normal, ..StoreOptions::default() });
        let person = bench.counselor("minsu").await;
        let id = bench.queue(MINSU, Lane::Reply, T0).await;
        bench.outside(&format!("UPDATE outbox SET author_id = {person}"));
        Life { bench, id, person, now: T0, tries: Vec::new(), is_known_to_have_left: false }
    }

    fn state(&self) -> OutboundState {
        OutboundState::from_word(&self.bench.state(self.id)).unwrap()
    }

    async fn take(&mut self, step: &Step) -> Result<()> {
        let store = self.bench.store.clone();
        match step {
            Step::Lease => {
                let leased = store.lease_due(order(CARRIER, false), 10, self.now).await?.texts;
                self.tries.extend(leased.into_iter().filter(|text| text.id == self.id));
                Ok(())
            }
            Step::Outcome { of, outcome } => {
                let Some(text) = self.tries.iter().rev().nth(*of) else { return Ok(()) };
                self.is_known_to_have_left |= matches!(outcome, Outcome::Accepted { .. });
                store.record_outcome(text, outcome.clone(), self.now).await
            }
            Step::Rescue => store.rescue(false, self.now).await.map(drop),
            Step::Answer(_) if self.tries.is_empty() => Ok(()),
            Step::Answer(answer) => {
                self.is_known_to_have_left |= matches!(answer, LookupResult::Found { .. });
                store.record_lookup(self.id, answer.clone(), self.now).await
            }
            Step::Receipt { by_key, status } => {
                let key = self.tries.first().filter(|_| *by_key).map(|text| text.key.as_str());
                self.is_known_to_have_left |= key.is_some() && *status != ReceiptStatus::Unknown;
                let items = vec![receipt("c", key, *status, "1000")];
                store.apply_receipts(CARRIER, Vec::new(), items, self.now).await.map(drop)
            }
            Step::NoReceipt { give_up } => {
                store.no_receipt_yet(self.id, (!give_up).then_some(self.now), self.now).await
            }
            Step::Decide => store.settle_by(self.id, self.person, false, self.now).await.map(drop),
            Step::Recall => store.recall_by(self.id, self.person, self.now).await,
            Step::Wait(ms) => {
                self.now += ms;
                Ok(())
            }
        }
    }

    async fn check(&mut self, step: &Step) -> std::result::Result<(), TestCaseError> {
        let (before, n_tries, had_left) = (self.state(), self.tries.len(), self.is_known_to_have_left);
        let went = self.take(step).await;
        let after = self.state();
        prop_assert!(matches!(went, Ok(()) | Err(StoreError::Conflict(_))), "{:?}", went);
        prop_assert!(went.is_ok() || before == after, "a refusal changes nothing");
        prop_assert!(!before.is_final() || before == after, "{:?} became {:?}", before, after);
        if matches!(step, Step::Receipt { .. }) && before != after {
            prop_assert!(matches!(after, OutboundState::Delivered | OutboundState::Undelivered));
        }
        prop_assert!(!had_left || self.tries.len() == n_tries, "it left again although the carrier had it");
        let leaves = matches!(after, OutboundState::Queued | OutboundState::Sending | OutboundState::InDoubt);
        prop_assert!(!(self.is_known_to_have_left && leaves), "the carrier has it, and it is {:?}", after);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_loses_or_doubles_a_text(steps in prop::collection::vec(steps(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut life = Life::begin().await;
            for step in &steps {
                life.check(step).await?;
            }
            let broken: Vec<String> = life.bench.store.quick_check().await.unwrap();
            prop_assert!(broken.is_empty(), "{:?}", broken);
            Ok(())
        })?;
    }
}
