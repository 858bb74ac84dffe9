//! Answers: the send guard, and a key that makes asking twice harmless.

use super::*;

pub(super) fn new_reply(conversation_id: i64, counselor_id: i64, key: &str, words: &[&str]) -> NewReply {
    NewReply {
        conversation_id,
        counselor_id,
        idempotency_key: key.to_owned(),
        request_digest: words.concat().into_bytes(),
        last_seen: i64::MAX,
        force: false,
        pieces: words.iter().map(|w| (OutboundKind::Sms, (*w).to_owned())).collect(),
        photos: None,
    }
}

/// Writes an answer that the guard lets pass.
pub(super) async fn reply(bench: &Bench, conversation: i64, counselor: i64, key: &str, words: &str) {
    let outcome = bench.store.reply(new_reply(conversation, counselor, key, &[words]), send(), T0).await;
    assert!(matches!(outcome.unwrap(), ReplyOutcome::Written { repeated: false, .. }));
}

/// A held conversation with one text: conversation and counselor.
async fn held(bench: &Bench) -> (i64, i64) {
    let counselor = bench.counselor("minsu").await;
    let conversation = bench.text_in(MINSU, T0).await;
    bench.store.claim(conversation, counselor, MANY, T0).await.unwrap();
    (conversation, counselor)
}

#[tokio::test]
async fn the_pieces_of_an_answer_leave_in_order() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let outcome = bench.store.reply(new_reply(conversation, minsu, "k", &["1/3", "2/3", "3/3"]), send(), T0);
    let ReplyOutcome::Written { repeated: false, messages, .. } = outcome.await.unwrap() else { panic!() };
    let words = |m: &Message| match m {
        Message::Out { text, author: Some(author), .. } => (text.reveal().to_owned(), author.login.clone()),
        other => panic!("{other:?}"),
    };
    let words: Vec<_> = messages.iter().map(words).collect();
    let words: Vec<_> = words.iter().map(|(text, author)| (text.as_str(), author.as_str())).collect();
    assert_eq!(words, [("1/3", "minsu"), ("2/3", "minsu"), ("3/3", "minsu")]);
    for expected in ["1/3", "2/3", "3/3"] {
        let text = bench.lease(10, T0).await.remove(0);
        assert_eq!(text.text.reveal(), expected);
        bench.outcome(&text, accepted(expected), T0).await;
    }
    assert_eq!(bench.conversation_state(conversation), "answered");
    assert_eq!(bench.n_events("kind = 'replied'"), 1);
}

#[tokio::test]
async fn each_refusal_of_the_guard_changes_nothing() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let jiyeong = bench.counselor("jiyeong").await;
    let seen = bench.store.conversation(conversation).await.unwrap().summary.last_inbound_id;
    bench.text_in(MINSU, T0 + 1).await;
    let ask = async |new: NewReply| match bench.store.reply(new, send(), T0).await.unwrap() {
        ReplyOutcome::Refused(ReplyRefused::Guard(why)) => why,
        other => panic!("{other:?}"),
    };
    let not_mine = ask(new_reply(conversation, jiyeong, "k", &["답"])).await;
    assert!(matches!(not_mine, Claim::HeldBy(holder) if holder.id == minsu));
    let unseen = NewReply { last_seen: seen, ..new_reply(conversation, minsu, "k", &["답"]) };
    assert_eq!(ask(unseen.clone()).await, Claim::NewerTexts);
    let waiting = bench.text_in(JIYEONG, T0).await;
    assert_eq!(ask(new_reply(waiting, minsu, "k", &["답"])).await, Claim::NotHeld);
    assert_eq!((bench.count("reply"), bench.count("outbox")), (0, 0));
    assert_eq!(bench.conversation_state(conversation), "active");

    let forced = bench.store.reply(NewReply { force: true, ..unseen }, send(), T0).await.unwrap();
    assert!(matches!(forced, ReplyOutcome::Written { .. }));
    bench.store.close(conversation, minsu, Closing::default(), T0).await.unwrap();
    let closed = NewReply { force: true, ..new_reply(conversation, minsu, "k2", &["답"]) };
    assert_eq!(ask(closed).await, Claim::Closed, "force is for newer texts only");
    let nowhere = bench.store.reply(new_reply(99, minsu, "k3", &["답"]), send(), T0).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn an_answer_without_a_text_is_none() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let empty = bench.store.reply(new_reply(conversation, minsu, "k", &[]), send(), T0).await;
    assert!(matches!(empty, Err(StoreError::Conflict(_))), "{empty:?}");
    assert_eq!((bench.conversation_state(conversation), bench.count("reply")), ("active".to_owned(), 0));
}

#[tokio::test]
async fn the_same_key_answers_the_same_and_another_request_is_refused() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let ask = async |words: &[&str]| {
        bench.store.reply(new_reply(conversation, minsu, "k", words), send(), T0).await.unwrap()
    };
    let ReplyOutcome::Written { reply_id, messages, .. } = ask(&["답"]).await else { panic!() };
    let ReplyOutcome::Written { reply_id: again, repeated: true, messages: same } = ask(&["답"]).await
    else {
        panic!()
    };
    assert_eq!((again, same), (reply_id, messages));
    assert_eq!(ask(&["다른 답"]).await, ReplyOutcome::Refused(ReplyRefused::KeyReused));
    // Also when the guard would refuse it by now.
    bench.store.release(conversation, minsu, T0).await.unwrap();
    assert!(matches!(ask(&["답"]).await, ReplyOutcome::Written { repeated: true, .. }));
    assert_eq!((bench.count("reply"), bench.count("outbox")), (1, 1));
    let jiyeong = bench.counselor("jiyeong").await;
    bench.store.claim(conversation, jiyeong, MANY, T0).await.unwrap();
    reply(&bench, conversation, jiyeong, "k", "다른 답").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_times_the_same_request_at_once_is_one_answer() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let store = bench.store.clone();
        let new = new_reply(conversation, minsu, "k", &["1/2", "2/2"]);
        asking.spawn(async move { store.reply(new, send(), T0).await.unwrap() });
    }
    let mut n_first = 0;
    for outcome in asking.join_all().await {
        let ReplyOutcome::Written { reply_id: 1, repeated, messages } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(messages.len(), 2);
        n_first += usize::from(!repeated);
    }
    assert_eq!((n_first, bench.count("reply"), bench.count("outbox")), (1, 1, 2));
}

#[tokio::test]
async fn answers_leave_from_the_registered_sender_of_the_number_texted() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let mut policy = send();
    policy.senders.by_number.insert(OUR_NUMBER.to_owned(), PhoneNumber::parse("15881234"));
    let senders = policy.senders.clone();
    bench.store.reply(new_reply(conversation, minsu, "k", &["답"]), policy, T0).await.unwrap();
    let order = Lease { carrier: CARRIER, senders, only_its_own: false, lease_ms: MINUTE };
    let leased = bench.store.lease_due(Arc::new(order), 1, T0).await.unwrap();
    assert_eq!(leased[0].from, PhoneNumber::parse("15881234"));
}

#[tokio::test]
async fn whoever_got_no_answer_waits_again() {
    for ending in ["recalled", "rejected", "closed"] {
        let bench = Bench::new();
        let (conversation, minsu) = held(&bench).await;
        reply(&bench, conversation, minsu, "k", "답").await;
        assert_eq!(bench.conversation_state(conversation), "answered");
        if ending == "recalled" {
            let id = bench.store.conversation(conversation).await.unwrap();
            let id = id.messages.iter().find_map(|m| match m {
                Message::Out { id, author: Some(_), .. } => Some(*id),
                _ => None,
            });
            bench.store.recall(id.unwrap(), minsu, T0).await.unwrap();
            assert_eq!(bench.conversation_state(conversation), "active");
        } else {
            if ending == "closed" {
                bench.store.close(conversation, minsu, Closing::default(), T0).await.unwrap();
            }
            let text = bench.lease(10, T0).await.into_iter().find(|t| t.text.reveal() == "답").unwrap();
            bench.outcome(&text, Outcome::Rejected { code: None }, T0).await;
            let expected = if ending == "closed" { "waiting" } else { "active" };
            assert_eq!(bench.conversation_state(conversation), expected);
        }
        assert_eq!(bench.n_events("kind = 'answer_lost'"), 1);
    }
}
