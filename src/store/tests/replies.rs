//! Answers: the send guard, and a key that makes asking twice harmless.

use super::*;

pub(super) fn new_reply(conversation_id: i64, key: &str, words: &[&str]) -> NewReply {
    NewReply {
        conversation_id,
        idempotency_key: key.to_owned(),
        request_digest: words.concat().into_bytes(),
        again: false,
        reply: Reply { force: true, ..Reply::default() },
        pieces: words.iter().map(|w| (OutboundKind::Sms, (*w).to_owned())).collect(),
        photos: None,
    }
}

fn seen_only(last_seen: i64, new: NewReply) -> NewReply {
    NewReply { reply: Reply { last_seen, force: false, ..new.reply.clone() }, ..new }
}

fn forced(new: NewReply) -> NewReply {
    NewReply { reply: Reply { force: true, ..new.reply.clone() }, ..new }
}

/// Writes an answer that the guard lets pass.
pub(super) async fn reply(bench: &Bench, conversation: i64, counselor: i64, key: &str, words: &str) {
    let outcome = bench.store.answer_as(counselor, new_reply(conversation, key, &[words]), T0).await;
    assert!(matches!(outcome.unwrap(), Ok(WrittenReply { repeated: false, .. })));
}

/// A held conversation with one text: conversation and counselor.
async fn held(bench: &Bench) -> (i64, i64) {
    let counselor = bench.counselor("minsu").await;
    let conversation = bench.text_in(MINSU, T0).await;
    bench.store.claim(conversation, counselor, MANY, T0).await.unwrap().unwrap();
    (conversation, counselor)
}

#[tokio::test]
async fn the_pieces_of_an_answer_leave_in_order() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let outcome = bench.store.answer_as(minsu, new_reply(conversation, "k", &["1/3", "2/3", "3/3"]), T0);
    let Ok(WrittenReply { repeated: false, messages, .. }) = outcome.await.unwrap() else { panic!() };
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
    let seen = bench.store.shown(conversation).await.summary.last_inbound_seq;
    bench.text_in(MINSU, T0 + 1).await;
    let ask = async |by: i64, new: NewReply| bench.store.answer_as(by, new, T0).await.unwrap().map(drop);
    let not_mine = ask(jiyeong, new_reply(conversation, "k", &["답"])).await;
    assert!(matches!(not_mine, Err(Refusal::HeldBy(holder)) if holder.id == minsu));
    let unseen = seen_only(seen, new_reply(conversation, "k", &["답"]));
    assert_eq!(ask(minsu, unseen.clone()).await, Err(Refusal::NewerTexts));
    let waiting = bench.text_in(JIYEONG, T0).await;
    assert_eq!(ask(minsu, new_reply(waiting, "k", &["답"])).await, Err(Refusal::NotHeld));
    assert_eq!((bench.count("reply"), bench.count("outbox")), (0, 0));
    assert_eq!(bench.conversation_state(conversation), "active");

    let written = bench.store.answer_as(minsu, forced(unseen), T0).await.unwrap();
    assert!(matches!(written, Ok(WrittenReply { .. })));
    bench.store.close(conversation, minsu, Closing::default(), T0).await.unwrap().unwrap();
    let closed = forced(new_reply(conversation, "k2", &["답"]));
    assert_eq!(ask(minsu, closed).await, Err(Refusal::Closed), "force is for newer texts only");
    let nowhere = bench.store.answer_as(minsu, new_reply(99, "k3", &["답"]), T0).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn an_answer_without_a_text_is_none() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let empty = bench.store.answer_as(minsu, new_reply(conversation, "k", &[]), T0).await;
    assert_eq!(empty.unwrap(), Err(Refusal::NothingToSend));
    assert_eq!((bench.conversation_state(conversation), bench.count("reply")), ("active".to_owned(), 0));
}

#[tokio::test]
async fn the_same_key_answers_the_same_and_another_request_is_refused() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let ask = async |words: &[&str]| {
        bench.store.answer_as(minsu, new_reply(conversation, "k", words), T0).await.unwrap()
    };
    let Ok(WrittenReply { reply_id, messages, .. }) = ask(&["답"]).await else { panic!() };
    let Ok(WrittenReply { reply_id: again, repeated: true, messages: same, .. }) = ask(&["답"]).await else {
        panic!()
    };
    assert_eq!((again, same), (reply_id, messages));
    assert_eq!(ask(&["다른 답"]).await, Err(Refusal::KeyReused));
    // Also when the guard would refuse it by now.
    bench.store.release(conversation, minsu, T0).await.unwrap().unwrap();
    assert!(matches!(ask(&["답"]).await, Ok(WrittenReply { repeated: true, .. })));
    assert_eq!((bench.count("reply"), bench.count("outbox")), (1, 1));
    let jiyeong = bench.counselor("jiyeong").await;
    bench.store.claim(conversation, jiyeong, MANY, T0).await.unwrap().unwrap();
    reply(&bench, conversation, jiyeong, "k", "다른 답").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_times_the_same_request_at_once_is_one_answer() {
    let bench = Bench::new();
    let (conversation, minsu) = held(&bench).await;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let store = bench.store.clone();
        let new = new_reply(conversation, "k", &["1/2", "2/2"]);
        asking.spawn(async move { store.answer_as(minsu, new, T0).await.unwrap() });
    }
    let mut n_first = 0;
    for outcome in asking.join_all().await {
        let Ok(WrittenReply { reply_id: 1, repeated, messages, .. }) = outcome else { panic!("{outcome:?}") };
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
    bench
        .store
        .answer_under(minsu, new_reply(conversation, "k", &["답"]), &Arc::new(policy), T0)
        .await
        .unwrap()
        .unwrap();
    let order = Lease { carrier: CARRIER, senders, only_its_own: false, lease_ms: MINUTE, ahead_ms: Some(0) };
    let leased = bench.store.lease_due(Arc::new(order), 1, T0).await.unwrap().texts;
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
            let id = bench.store.shown(conversation).await;
            let id = id.messages.iter().find_map(|m| match m {
                Message::Out { id, author: Some(_), .. } => Some(*id),
                _ => None,
            });
            bench.store.recall_by(id.unwrap(), minsu, T0).await.unwrap();
            assert_eq!(bench.conversation_state(conversation), "active");
        } else {
            if ending == "closed" {
                bench.store.close(conversation, minsu, Closing::default(), T0).await.unwrap().unwrap();
            }
            let text = bench.lease(10, T0).await.into_iter().find(|t| t.text.reveal() == "답").unwrap();
            bench.outcome(&text, Outcome::Rejected { code: None }, T0).await;
            let expected = if ending == "closed" { "waiting" } else { "active" };
            assert_eq!(bench.conversation_state(conversation), expected);
        }
        assert_eq!(bench.n_events("kind = 'answer_lost'"), 1);
    }
}

/// The answer before it arrived: they are in a talk, and wait from what they wrote after it.
#[tokio::test]
async fn an_answer_that_is_taken_back_leaves_the_place_before_it() {
    use super::service::DAY;
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "23:10입니다", DAY + MINUTE).await;
    bench.all_leave(DAY + MINUTE).await;
    bench.writes(MINSU, "첫차는요?", DAY + 5 * MINUTE).await;
    bench.writes(MINSU, "여보세요?", DAY + 8 * MINUTE).await;
    let sql = format!(
        "SELECT waiting_since_at || ' ' || queue_at || ' ' || last_reply_at FROM conversation WHERE id = {id}"
    );
    let before: String = bench.value(&sql);
    bench.answer_at(id, minsu, "5:30입니다", DAY + 9 * MINUTE).await;
    let text = bench.value("SELECT max(id) FROM outbox");
    bench.store.recall_by(text, minsu, DAY + 9 * MINUTE + 1).await.unwrap();
    assert_eq!(bench.conversation_state(id), "active");
    assert_eq!(bench.value::<String>(&sql), before);
}

/// Writes the answer `words` under `key` a moment after the citizen's text: its id, and whether it stood before in these words.
async fn says(bench: &Bench, id: i64, by: i64, (key, words): (&str, &[&str]), now: i64) -> (i64, bool) {
    let written = bench.store.answer_as(by, new_reply(id, key, words), now).await.unwrap().unwrap();
    assert_eq!(written.repeated, written.same_words, "no key is used twice here");
    (written.reply_id, written.same_words)
}

#[tokio::test]
async fn the_same_words_leave_once_until_the_citizen_writes_again() {
    let bench = Bench::new();
    let (id, minsu) = held(&bench).await;
    assert_eq!(says(&bench, id, minsu, ("a", &["네"]), T0 + 1).await, (1, false));
    assert_eq!(says(&bench, id, minsu, ("b", &["네"]), T0 + 2).await, (1, true));
    assert_eq!(says(&bench, id, minsu, ("c", &["네", "그럼요"]), T0 + 3).await, (2, false));
    // In doubt, accepted or delivered: it reached them, or still may.
    bench.all_leave(T0 + 4).await;
    assert_eq!(says(&bench, id, minsu, ("d", &["네"]), T0 + 5).await, (1, true));
    let meant = NewReply { again: true, ..new_reply(id, "e", &["네"]) };
    let written = bench.store.answer_as(minsu, meant.clone(), T0 + 6).await.unwrap().unwrap();
    assert_eq!((written.reply_id, written.repeated), (3, false), "deliberately");
    let repeated = bench.store.answer_as(minsu, meant, T0 + 6).await.unwrap().unwrap();
    assert_eq!((repeated.reply_id, repeated.repeated, repeated.same_words), (3, true, false), "its own key");
    // The newest is named, and also where it could not be written today.
    bench.store.release(id, minsu, T0 + 7).await.unwrap().unwrap();
    assert_eq!(says(&bench, id, minsu, ("f", &["네"]), T0 + 7).await, (3, true));
    bench.store.claim(id, minsu, MANY, T0 + 7).await.unwrap().unwrap();
    bench.text_in(MINSU, T0 + 8).await;
    assert_eq!(says(&bench, id, minsu, ("g", &["네"]), T0 + 9).await, (4, false));
    // A colleague's words are their own.
    let jiyeong = bench.counselor("jiyeong").await;
    bench.store.release(id, minsu, T0 + 10).await.unwrap().unwrap();
    bench.store.claim(id, jiyeong, MANY, T0 + 10).await.unwrap().unwrap();
    assert_eq!(says(&bench, id, jiyeong, ("h", &["네"]), T0 + 11).await, (5, false));
}

#[tokio::test]
async fn words_that_did_not_reach_the_citizen_may_be_sent_again() {
    for ending in ["recalled", "failed", "undelivered"] {
        let bench = Bench::new();
        let (id, minsu) = held(&bench).await;
        says(&bench, id, minsu, ("a", &["답"]), T0 + 1).await;
        let text: i64 = bench.value("SELECT max(id) FROM outbox");
        match ending {
            "recalled" => bench.store.recall_by(text, minsu, T0 + 2).await.unwrap(),
            _ => {
                let leased = bench.lease(10, T0 + 2).await;
                let leased = leased.iter().find(|one| one.id == text).unwrap();
                let refused = Outcome::Rejected { code: None };
                let is_failed = ending == "failed";
                bench.outcome(leased, if is_failed { refused } else { accepted("c") }, T0 + 2).await;
                if !is_failed {
                    bench.receipts(vec![receipt("c", None, ReceiptStatus::Undelivered, "9")], T0 + 3).await;
                }
            }
        }
        assert_eq!(says(&bench, id, minsu, ("b", &["답"]), T0 + 4).await, (2, false), "{ending}");
    }
}

/// What another program of the same person kept as its draft has left, too.
#[tokio::test]
async fn the_draft_of_words_that_left_goes_and_other_words_stay() {
    let bench = Bench::new();
    let (id, minsu) = held(&bench).await;
    let actor = bench.store.person(minsu).await;
    says(&bench, id, minsu, ("a", &["답"]), T0 + 1).await;
    for (draft, n_left) in [("답", 0), ("더 쓸 말", 1)] {
        let written = WrittenDraft { text: draft.to_owned(), based_on: 1, replaces: None };
        bench.store.save_draft(id, written, &actor, T0 + 2).await.unwrap().unwrap();
        assert_eq!(says(&bench, id, minsu, (draft, &["답"]), T0 + 3).await, (1, true));
        assert_eq!(bench.count("draft"), n_left, "{draft}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_words_from_many_programs_at_once_are_one_answer() {
    let bench = Bench::new();
    let (id, minsu) = held(&bench).await;
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..16 {
        let store = bench.store.clone();
        let new = new_reply(id, &format!("k{n}"), &["1/2", "2/2"]);
        asking.spawn(async move { store.answer_as(minsu, new, T0 + 1).await.unwrap().unwrap() });
    }
    let written = asking.join_all().await;
    assert!(written.iter().all(|one| one.reply_id == 1 && one.repeated == one.same_words));
    assert_eq!(written.iter().filter(|one| !one.repeated).count(), 1);
    assert_eq!((bench.count("reply"), bench.count("outbox")), (1, 2));
}
