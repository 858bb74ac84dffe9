//! Texts in doubt: what the carrier says of them, what a person decides, and what may be taken back.

use super::*;
use crate::domain::outbound::ClientKey;

#[tokio::test]
async fn found_is_accepted() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.receipts(vec![receipt("c", None, ReceiptStatus::Delivered, "1000")], T0).await;
    bench.answer(&text, LookupResult::Found { carrier_message_id: "c".to_owned() }, T0 + 1).await;
    assert_eq!(bench.state(text.id), "delivered", "its receipt was there before");
}

#[tokio::test]
async fn absent_counts_twice_half_a_minute_apart() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Absent, T0).await;
    assert!(bench.store.in_doubt_due(10, T0 + 29_999).await.unwrap().is_empty());
    bench.answer(&text, LookupResult::Absent, T0 + 29_999).await;
    assert_eq!(bench.state(text.id), "in_doubt", "two answers at once are one");
    assert_eq!(bench.store.in_doubt_due(10, T0 + 30_000).await.unwrap()[0].n_questions, 2);
    bench.answer(&text, LookupResult::Absent, T0 + 30_000).await;
    assert_eq!(bench.state(text.id), "queued");
    let again = bench.lease(10, T0 + 30_000).await;
    assert_eq!((&again[0].key, again[0].attempt), (&text.key, 2));
}

#[tokio::test]
async fn of_several_that_look_alike_the_one_that_is_nobody_elses_is_found() {
    let bench = Bench::new();
    let (first, second) = (bench.in_doubt(MINSU, T0).await, bench.in_doubt(JIYEONG, T0).await);
    let any = || LookupResult::OneOf { carrier_message_ids: vec!["a".to_owned(), "b".to_owned()] };
    bench.answer(&first, any(), T0).await;
    bench.answer(&second, any(), T0).await;
    let named = bench.value::<String>("SELECT group_concat(carrier_message_id) FROM outbox ORDER BY id");
    assert_eq!(named, "a,b");
    let third = bench.in_doubt(MINSU, T0).await;
    bench.answer(&third, any(), T0).await;
    assert_eq!(bench.state(third.id), "in_doubt", "both belong to others: it is not there");
    assert_eq!(bench.value::<i64>("SELECT max(n_absent) FROM outbox"), 1);
}

#[tokio::test]
async fn an_absence_counts_for_one_try_only() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Absent, T0).await;
    bench.answer(&text, LookupResult::Repeatable { before: T0 + HOUR }, T0 + MINUTE).await;
    let again = bench.lease(1, T0 + MINUTE).await.remove(0);
    bench.outcome(&again, Outcome::NoAnswer { ask_at: T0 + MINUTE, code: None }, T0 + MINUTE).await;
    bench.answer(&again, LookupResult::Absent, T0 + 2 * MINUTE).await;
    assert_eq!(bench.state(text.id), "in_doubt");
}

#[tokio::test]
async fn a_repeatable_text_leaves_again_while_the_carrier_knows_its_key() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Repeatable { before: T0 + HOUR }, T0).await;
    let again = bench.lease(10, T0 + HOUR - 1).await;
    assert_eq!((&again[0].key, again[0].attempt), (&text.key, 2));
}

#[tokio::test]
async fn a_key_that_may_be_forgotten_brings_the_doubt_back() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Repeatable { before: T0 + HOUR }, T0).await;
    assert!(bench.lease(10, T0 + HOUR).await.is_empty());
    assert_eq!(bench.state(text.id), "in_doubt");
    assert_eq!(bench.store.in_doubt_due(10, T0 + HOUR).await.unwrap().len(), 1, "the carrier is asked again");
    bench.answer(&text, LookupResult::Repeatable { before: T0 + HOUR }, T0 + HOUR).await;
    assert_eq!(bench.value::<i64>("SELECT needs_person FROM outbox"), 1);
    assert_eq!(bench.n_events("kind = 'needs_decision'"), 1);
}

#[tokio::test]
async fn one_that_may_have_left_and_is_too_old_is_a_persons_to_decide() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Repeatable { before: T0 + 100 * HOUR }, T0).await;
    assert!(bench.lease(10, T0 + 24 * HOUR).await.is_empty());
    assert_eq!(
        (bench.state(text.id), bench.value::<i64>("SELECT needs_person FROM outbox")),
        ("in_doubt".into(), 1)
    );
    assert_eq!(bench.n_events("kind = 'needs_decision'"), 1, "whoever decides is told");
    assert!(bench.store.in_doubt_due(10, T0 + 25 * HOUR).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_that_surely_never_left_and_is_too_old_expires() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Absent, T0).await;
    bench.answer(&text, LookupResult::Absent, T0 + 24 * HOUR).await;
    assert!(bench.lease(10, T0 + 24 * HOUR).await.is_empty());
    assert_eq!(bench.state(text.id), "expired");
}

#[tokio::test]
async fn not_reached_is_asked_again_later() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::NotReached { ask_at: T0 + HOUR }, T0).await;
    assert!(bench.store.in_doubt_due(10, T0 + HOUR - 1).await.unwrap().is_empty());
    assert_eq!(bench.store.in_doubt_due(10, T0 + HOUR).await.unwrap()[0].n_questions, 1);
}

/// However many texts are in doubt after a crash, somebody in danger does not wait behind them.
#[tokio::test]
async fn the_doubt_of_somebody_in_danger_is_looked_up_first() {
    let bench = Bench::new();
    let calm = bench.in_doubt(MINSU, T0).await;
    let danger = bench.in_doubt("01011112222", T0 + 1).await;
    bench.writes("01011112222", "살려주세요", T0 + 2).await;
    let due = bench.store.in_doubt_due(10, T0 + HOUR).await.unwrap();
    assert_eq!(due.iter().map(|doubt| doubt.text.id).collect::<Vec<_>>(), [danger.id, calm.id]);
}

#[tokio::test]
async fn an_answer_about_a_text_that_has_moved_on() {
    let answers = [
        LookupResult::Absent,
        LookupResult::CannotTell,
        LookupResult::Repeatable { before: T0 + HOUR },
        LookupResult::NotReached { ask_at: T0 },
    ];
    for answer in answers {
        let bench = Bench::new();
        let text = bench.in_doubt(MINSU, T0).await;
        bench.outcome(&text, accepted("c"), T0).await;
        bench.answer(&text, answer.clone(), T0 + 1).await;
        assert_eq!(bench.state(text.id), "accepted", "{answer:?}");
    }
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Repeatable { before: T0 + HOUR }, T0).await;
    bench.answer(&text, LookupResult::Found { carrier_message_id: "c".to_owned() }, T0).await;
    assert_eq!(bench.state(text.id), "accepted", "it must not leave again");
}

#[tokio::test]
async fn a_person_gives_up_or_sends_again_as_a_new_text() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let text = bench.in_doubt(MINSU, T0).await;
    let too_early = bench.store.settle_by(text.id, minsu, true, T0).await;
    assert_eq!(too_early.unwrap(), Err(Refusal::NotInDoubt), "the carrier is still being asked");
    bench.answer(&text, LookupResult::CannotTell, T0).await;
    assert_eq!(bench.store.in_doubt((10, 0), &everybody()).await.unwrap().0.len(), 1);
    let new = bench.store.settle_by(text.id, minsu, true, T0 + HOUR).await.unwrap().unwrap().unwrap();
    assert_eq!((bench.state(text.id), bench.state(new)), ("failed".to_owned(), "queued".to_owned()));
    let leased = bench.lease(10, T0 + HOUR).await;
    assert_eq!((leased[0].id, leased[0].attempt, leased[0].expires_at), (new, 1, T0 + 25 * HOUR));
    assert_ne!(leased[0].key, text.key, "another text for the carrier");
    assert_eq!(leased[0].text, text.text);
    assert!(bench.store.settle_by(text.id, minsu, true, T0 + HOUR).await.unwrap().is_err(), "once");
    assert_eq!(bench.n_events("kind = 'decided' AND detail = 'send_again'"), 1);

    let other = bench.in_doubt(JIYEONG, T0).await;
    bench.answer(&other, LookupResult::CannotTell, T0).await;
    assert_eq!(bench.store.settle_by(other.id, minsu, false, T0).await.unwrap(), Ok(None));
    assert_eq!(bench.state(other.id), "failed");
    // The receipt shows that it had arrived after all: kept, and the decision stands.
    let item = receipt("x", Some(other.key.as_str()), ReceiptStatus::Delivered, "1000");
    assert_eq!(bench.receipts(vec![item], T0).await, Applied { n_ignored: 1, ..Applied::default() });
}

async fn mine(bench: &Bench, counselor: i64, id: i64) {
    bench.outside(&format!("UPDATE outbox SET author_id = {counselor} WHERE id = {id}"));
}

#[tokio::test]
async fn what_has_not_left_can_be_taken_back_by_its_writer() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let window = ServicePolicy { recall_ms: 10_000, ..send() };
    let held = bench.queue_with(MINSU, Lane::Reply, T0, &window).await;
    let queued = bench.queue(JIYEONG, Lane::Reply, T0).await;
    mine(&bench, minsu, held).await;
    mine(&bench, minsu, queued).await;
    assert!(matches!(bench.store.recall_by(held, jiyeong, T0).await, Err(StoreError::NotFound)));
    assert!(matches!(bench.store.recall_by(99, minsu, T0).await, Err(StoreError::NotFound)));
    bench.store.recall_by(held, minsu, T0).await.unwrap();
    bench.store.recall_by(queued, minsu, T0).await.unwrap();
    assert_eq!((bench.state(held), bench.state(queued)), ("cancelled".to_owned(), "cancelled".to_owned()));
    assert!(bench.lease(10, T0 + HOUR).await.is_empty());
    assert!(matches!(bench.store.recall_by(held, minsu, T0).await, Err(StoreError::Conflict(_))), "once");
}

#[tokio::test]
async fn what_may_have_left_cannot_be_taken_back() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let text = bench.sending(MINSU, T0).await;
    mine(&bench, minsu, text.id).await;
    assert!(
        matches!(bench.store.recall_by(text.id, minsu, T0).await, Err(StoreError::Conflict(_))),
        "sending"
    );
    bench.outcome(&text, Outcome::NoAnswer { ask_at: T0, code: None }, T0).await;
    assert!(
        matches!(bench.store.recall_by(text.id, minsu, T0).await, Err(StoreError::Conflict(_))),
        "in doubt"
    );
    bench.answer(&text, LookupResult::Repeatable { before: T0 + HOUR }, T0).await;
    assert!(
        matches!(bench.store.recall_by(text.id, minsu, T0).await, Err(StoreError::Conflict(_))),
        "queued again"
    );
    let again = bench.lease(1, T0).await.remove(0);
    bench.outcome(&again, not_taken(T0 + 5), T0).await;
    assert!(
        matches!(bench.store.recall_by(text.id, minsu, T0).await, Err(StoreError::Conflict(_))),
        "the first may have"
    );
    assert_eq!(bench.state(text.id), "queued");
}

#[tokio::test]
async fn an_absence_that_proves_nothing_is_for_a_person() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::AbsentUnproved, T0).await;
    assert_eq!(bench.store.in_doubt_due(10, T0 + 30_000).await.unwrap().len(), 1, "it is asked once more");
    bench.answer(&text, LookupResult::AbsentUnproved, T0 + 30_000).await;
    assert!(bench.lease(10, T0 + HOUR).await.is_empty(), "it never leaves by itself");
    assert_eq!(bench.value::<i64>("SELECT needs_person FROM outbox"), 1);
}

/// The carrier says that it has a text: a doubt is over, and whatever comes of its answer later changes nothing.
#[tokio::test]
async fn a_carriers_word_that_it_has_a_text_settles_the_doubt() {
    let bench = Bench::new();
    let (text, other) = (bench.in_doubt(MINSU, T0).await, bench.in_doubt(JIYEONG, T0).await);
    bench.answer(&text, LookupResult::CannotTell, T0).await;
    let taken = |carrier, key: &ClientKey| bench.store.record_taken(carrier, vec![key.clone()], T0 + 1);
    assert_eq!(taken("elsewhere", &text.key).await.unwrap(), 0, "another carrier's word");
    let nobodys = ClientKey::from_random([7; ClientKey::LEN]);
    assert_eq!(taken(CARRIER, &nobodys).await.unwrap(), 0);
    assert_eq!(bench.state(text.id), "in_doubt");
    assert_eq!(taken(CARRIER, &text.key).await.unwrap(), 1);
    assert_eq!((bench.state(text.id).as_str(), bench.state(other.id).as_str()), ("accepted", "in_doubt"));
    assert_eq!(taken(CARRIER, &text.key).await.unwrap(), 0, "again");
    bench.receipts(vec![receipt("k", Some(text.key.as_str()), ReceiptStatus::Delivered, "1")], T0 + 2).await;
    assert_eq!(taken(CARRIER, &text.key).await.unwrap(), 0, "late");
    assert_eq!(bench.state(text.id), "delivered");
}

/// Before the answer to the send: the answer that is lost then makes no doubt.
#[tokio::test]
async fn a_carriers_word_may_come_before_its_answer() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    assert_eq!(bench.store.record_taken(CARRIER, vec![text.key.clone()], T0).await.unwrap(), 1);
    bench.outcome(&text, Outcome::NoAnswer { ask_at: T0, code: None }, T0).await;
    assert_eq!(bench.state(text.id), "accepted");
}

/// A page after the other, and nothing twice.
#[tokio::test]
async fn doubts_are_listed_in_pages() {
    let bench = Bench::new();
    for citizen in [MINSU, JIYEONG, "01011112222"] {
        bench.in_doubt(citizen, T0).await;
    }
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let (page, next) = bench.store.in_doubt((2, after), &everybody()).await.unwrap();
        assert!(page.len() <= 2);
        found.extend(page.into_iter().map(|(_, citizen, _)| citizen));
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    let expected = [MINSU, JIYEONG, "01011112222"].map(PhoneNumber::parse);
    assert_eq!(found, expected);
}
