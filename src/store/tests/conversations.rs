//! Conversations: one holder at a time, a place in the queue that is kept, and nothing closed over an unread text.

use std::collections::BTreeSet;

use super::*;
use crate::domain::conversation::ConversationState;

fn citizen(n: usize) -> String {
    format!("0105555{n:04}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_claimers_of_ten_conversations() {
    let bench = Bench::new();
    for n in 0..10 {
        bench.text_in(&citizen(n), T0 + n as i64).await;
    }
    let mut claimers = tokio::task::JoinSet::new();
    for n in 0..64_i64 {
        let store = bench.store.clone();
        let login: &'static str = Box::leak(format!("c{n}").into_boxed_str());
        let id = bench.counselor(login).await;
        claimers.spawn(async move {
            let claimed = store.next_for(id, MANY, T0 + HOUR).await.unwrap();
            let Ok(detail) = claimed else { return None };
            assert_eq!(detail.summary.holder.unwrap().id, id);
            Some((detail.summary.id, id))
        });
    }
    let claimed: Vec<_> = claimers.join_all().await.into_iter().flatten().collect();
    let conversations: BTreeSet<i64> = claimed.iter().map(|c| c.0).collect();
    assert_eq!((claimed.len(), conversations.len()), (10, 10), "each is claimed once");
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM conversation WHERE state = 'active'"), 10);
    assert_eq!(bench.n_events("kind = 'claimed'"), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_claim_one_and_the_others_learn_who_has_it() {
    let bench = Bench::new();
    let conversation = bench.text_in(MINSU, T0).await;
    let mut claimers = tokio::task::JoinSet::new();
    for n in 0..16_i64 {
        let store = bench.store.clone();
        let id = bench.counselor(Box::leak(format!("c{n}").into_boxed_str())).await;
        claimers.spawn(async move { (id, store.claim(conversation, id, MANY, T0).await.unwrap()) });
    }
    let answers = claimers.join_all().await;
    let winner: i64 = bench.value("SELECT claimed_by FROM conversation");
    for (id, answer) in answers {
        match answer {
            Ok(()) => assert_eq!(id, winner),
            Err(Refusal::HeldBy(holder)) => assert_eq!(holder.id, winner),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bench.store.claim(conversation, winner, MANY, T0).await.unwrap(), Ok(()), "again is fine");
    assert_eq!(bench.n_events("kind = 'claimed'"), 1);
}

#[tokio::test]
async fn the_longest_waiting_is_claimed_first_and_release_keeps_its_place() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let [first, second] = [bench.text_in(MINSU, T0).await, bench.text_in(JIYEONG, T0 + 1).await];
    let claimed = claimed(bench.store.next_for(minsu, MANY, T0 + 2).await.unwrap());
    assert_eq!(claimed.summary.id, first);
    assert_eq!(claimed.messages.len(), 1);
    bench.text_in(MINSU, T0 + 3).await;
    assert_eq!(bench.store.release(first, minsu, T0 + 4).await.unwrap(), Ok(()));
    let (waiting, n) = bench
        .store
        .conversations(ConversationFilter::State(ConversationState::Waiting), 10, &everybody())
        .await
        .unwrap();
    assert_eq!((waiting.iter().map(|c| c.id).collect::<Vec<_>>(), n), (vec![first, second], 2));
    assert_eq!(waiting[0].waiting_since_at, Some(T0));
    let again = super::claimed(bench.store.next_for(minsu, MANY, T0 + 5).await.unwrap());
    assert_eq!(again.summary.id, first);
}

#[tokio::test]
async fn who_does_not_hold_it_changes_nothing() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let id = bench.text_in(MINSU, T0).await;
    assert_eq!(bench.store.release(id, minsu, T0).await.unwrap(), Err(Refusal::NotHeld));
    assert_eq!(bench.store.close(id, minsu, Closing::default(), T0).await.unwrap(), Err(Refusal::NotHeld));
    bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
    for refused in [
        bench.store.release(id, jiyeong, T0).await.unwrap(),
        bench.store.close(id, jiyeong, Closing::default(), T0).await.unwrap(),
        bench.store.claim(id, jiyeong, MANY, T0).await.unwrap(),
    ] {
        assert!(
            matches!(refused, Err(Refusal::HeldBy(ref holder)) if holder.login == "minsu"),
            "{refused:?}"
        );
    }
    bench
        .store
        .close(id, minsu, Closing { reason: Some("끝".into()), ..Closing::default() }, T0)
        .await
        .unwrap()
        .unwrap();
    for refused in [
        bench.store.release(id, minsu, T0).await.unwrap(),
        bench.store.close(id, minsu, Closing::default(), T0).await.unwrap(),
        bench.store.claim(id, minsu, MANY, T0).await.unwrap(),
    ] {
        assert_eq!(refused, Err(Refusal::Closed));
    }
    assert!(matches!(bench.store.claim(99, minsu, MANY, T0).await, Err(StoreError::NotFound)));
    assert_eq!(bench.store.next_for(minsu, MANY, T0).await.unwrap(), Err(Refusal::NobodyWaits));
}

#[tokio::test]
async fn nothing_is_closed_over_a_text_its_holder_has_not_seen() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.text_in(MINSU, T0).await;
    bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
    let seen = bench.store.shown(id).await.summary.last_inbound_seq;
    bench.text_in(MINSU, T0 + 1).await;
    let refused = bench.store.close(id, minsu, seen_up_to(seen), T0 + 2).await.unwrap();
    assert_eq!(refused, Err(Refusal::NewerTexts));
    let news = bench.store.texts_after(id, seen, &everybody()).await.unwrap().unwrap();
    assert_eq!(news.len(), 1);
    let done = bench
        .store
        .close(id, minsu, Closing { reason: Some("끝".into()), ..seen_up_to(seen + 1) }, T0 + 2)
        .await
        .unwrap();
    assert_eq!(done, Ok(()));
    assert_eq!(bench.n_events("kind = 'closed' AND detail = 'unanswered'"), 1);
    let summary = bench.store.shown(id).await.summary;
    assert_eq!((summary.closed_at, summary.close_reason.as_deref()), (Some(T0 + 2), Some("끝")));
}

#[tokio::test]
async fn an_answered_conversation_let_go_waits_again_when_the_citizen_writes() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.text_in(MINSU, T0).await;
    bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
    super::replies::reply(&bench, id, minsu, "key", "답").await;
    assert_eq!(bench.conversation_state(id), "answered");
    bench.text_in(MINSU, T0 + 1).await;
    assert_eq!(bench.conversation_state(id), "active", "who holds it has it at once");
    super::replies::reply(&bench, id, minsu, "key2", "답").await;
    bench.store.release(id, minsu, T0 + 2).await.unwrap().unwrap();
    assert_eq!(bench.conversation_state(id), "answered");
    bench.text_in(MINSU, T0 + 3).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    let since: i64 = bench.value("SELECT waiting_since_at FROM conversation");
    assert_eq!(since, T0 + 3, "what was answered does not count");
}

#[tokio::test]
async fn pages_follow_each_other_in_every_list() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    for n in 0..7 {
        // Two came in the same moment.
        let id = bench.text_in(&citizen(n), T0 + (n / 2) as i64).await;
        if n % 3 == 1 {
            bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
        }
        if n == 4 {
            bench.store.close(id, minsu, Closing::default(), T0).await.unwrap().unwrap();
        }
    }
    use ConversationFilter::{HeldBy, Open, Referred, State};
    let mut lists: Vec<ConversationFilter> = ConversationState::ALL.into_iter().map(State).collect();
    lists.extend([Open, HeldBy(minsu), Referred]);
    for filter in lists {
        let whole = bench.store.conversations_after(filter, (100, None), &everybody()).await.unwrap();
        assert_eq!(whole.next, None);
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = bench.store.conversations_after(filter, (2, after), &everybody()).await.unwrap();
            assert!(page.found.len() <= 2 && page.n_total == whole.n_total);
            paged.extend(page.found);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole.found, "{filter:?}");
    }
}

#[tokio::test]
async fn the_newest_closed_stands_first_and_a_close_meanwhile_moves_no_page() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let mut all = Vec::new();
    for n in 0..5 {
        let id = bench.text_in(&citizen(n), T0 + n as i64).await;
        bench.store.claim(id, minsu, MANY, T0 + 10).await.unwrap().unwrap();
        all.push(id);
    }
    let close = async |id, at| bench.store.close(id, minsu, Closing::default(), at).await.unwrap().unwrap();
    // Not in the order of their numbers; two in the same moment.
    for (n, at) in [(3, 20), (0, 30), (2, 40), (1, 40)] {
        close(all[n], T0 + at).await;
    }
    let closed = ConversationFilter::State(ConversationState::Closed);
    let page = async |after| {
        let page = bench.store.conversations_after(closed, (2, after), &everybody()).await.unwrap();
        (page.found.iter().map(|c| c.id).collect::<Vec<_>>(), page.next)
    };
    let (first, next) = page(None).await;
    assert_eq!(first, [all[2], all[1]]);
    close(all[4], T0 + 50).await;
    assert_eq!(page(next).await, (vec![all[0], all[3]], None));
    assert_eq!(page(None).await.0, [all[4], all[2]]);
}

#[tokio::test]
async fn lists_by_state_and_holder() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let mut open = Vec::new();
    for n in 0..5 {
        open.push(bench.text_in(&citizen(n), T0 + n as i64).await);
    }
    bench.store.claim(open[1], minsu, MANY, T0).await.unwrap().unwrap();
    bench.store.claim(open[3], minsu, MANY, T0).await.unwrap().unwrap();
    bench.store.close(open[3], minsu, Closing::default(), T0).await.unwrap().unwrap();
    let list = async |filter, limit| {
        let (found, n) = bench.store.conversations(filter, limit, &everybody()).await.unwrap();
        (found.into_iter().map(|c| c.id).collect::<Vec<_>>(), n)
    };
    use ConversationFilter::{HeldBy, Open, State};
    assert_eq!(list(State(ConversationState::Waiting), 2).await, (vec![open[0], open[2]], 3));
    assert_eq!(list(State(ConversationState::Active), 10).await, (vec![open[1]], 1));
    assert_eq!(list(State(ConversationState::Answered), 10).await, (vec![], 0));
    assert_eq!(list(State(ConversationState::Closed), 10).await, (vec![open[3]], 1));
    assert_eq!(list(Open, 10).await, (vec![open[0], open[1], open[2], open[4]], 4));
    assert_eq!(list(HeldBy(minsu), 10).await, (vec![open[1]], 1));
    assert_eq!(list(HeldBy(99), 10).await, (vec![], 0));
}

/// In every list of what is open, also across pages: the one that nobody has answered, then who waits, then those who wait for nothing,
/// danger that was answered before others.
#[tokio::test]
async fn danger_is_first_in_every_list() {
    use ConversationFilter::{HeldBy, Open, State};
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let mut held = Vec::new();
    for n in 0..4 {
        held.push(bench.text_in(&citizen(n), T0 + n as i64).await);
    }
    for id in &held {
        bench.store.claim(*id, minsu, MANY, T0 + 10).await.unwrap().unwrap();
    }
    let urgent = || crate::domain::conversation::Command::Urgent;
    bench.act(held[2], minsu, urgent(), T0 + 20).await.unwrap();
    bench.act(held[3], minsu, urgent(), T0 + 21).await.unwrap();
    super::replies::reply(&bench, held[3], minsu, "key", "답").await;
    for filter in [HeldBy(minsu), Open] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = bench.store.conversations_after(filter, (1, after), &everybody()).await.unwrap();
            seen.extend(page.found.iter().map(|row| row.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [held[2], held[0], held[1], held[3]], "{filter:?}");
    }
    let first = async |state| {
        let (found, _) = bench.store.conversations(State(state), 10, &everybody()).await.unwrap();
        found.first().map(|row| row.id)
    };
    assert_eq!(first(ConversationState::Active).await, Some(held[2]));
    assert_eq!(first(ConversationState::Answered).await, Some(held[3]));
}

#[tokio::test]
async fn counts_and_balance_agree_with_the_rows() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.text_in(MINSU, T0).await;
    let id = bench.text_in(JIYEONG, T0 + 1).await;
    bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
    super::replies::reply(&bench, id, minsu, "key", "답").await;
    bench.in_doubt(&citizen(1), T0).await;
    let failed = bench.sending(&citizen(2), T0).await;
    bench.outcome(&failed, Outcome::Rejected { code: None }, T0 + 5).await;
    bench.accept(vec![unreadable("x")], T0).await.unwrap();
    let counts = bench.store.counts(T0 + 5).await.unwrap();
    let expected = Counts {
        n_waiting: 3,
        oldest_waiting_since_at: Some(0),
        n_dangers: 0,
        n_dangers_ringing: 0,
        n_active: 0,
        n_queued: 1,
        n_unreceipted: 0,
        n_in_doubt: 1,
        n_quarantined: 1,
        n_failed: 1,
    };
    assert_eq!(counts, expected);
    assert_eq!(bench.store.counts(T0 + 6).await.unwrap().n_failed, 0);
    let balance = bench.store.balance().await.unwrap();
    assert_eq!((balance.n_received, balance.n_routed, balance.n_replies), (2, 2, 1));
    assert_eq!((balance.n_outbound("in_doubt"), balance.n_outbound("failed")), (1, 1));
}

/// An automatic text that somebody had sent stands under their name; the others under nobody's.
#[tokio::test]
async fn who_asked_where_the_citizen_is_is_named() {
    use super::service::DAY;
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.act(id, minsu, Command::AskWhere, DAY + MINUTE).await.unwrap();
    let shown = bench.store.shown(id).await;
    let said: Vec<_> = shown
        .messages
        .iter()
        .filter_map(|text| match text {
            Message::Out { notice, author, .. } => {
                Some((notice.as_deref()?, author.as_ref().map(|by| by.id)))
            }
            Message::In { .. } => None,
        })
        .collect();
    assert_eq!(said, [("receipt", None), ("where", Some(minsu))]);
}
