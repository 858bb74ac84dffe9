//! Bulletins in receipts, and one answer for many who wait.

use super::service::DAY;
use super::*;
use crate::domain::bulletin::Bulletin;

const SNOW: &str = "눈 때문에 버스가 늦습니다.";

impl Bench {
    async fn snow(&self, by: i64, desk: Option<&str>, (now, until_at): (i64, i64)) -> i64 {
        let new = Bulletin { text: SNOW.into(), desk: desk.map(str::to_owned), begun_at: now, until_at };
        let begun = self.store.begin_bulletin(new, &self.store.person(by).await).await.unwrap();
        begun.row.id
    }

    /// The last automatic text of a conversation.
    fn last_said(&self, id: i64) -> String {
        let sql = "SELECT text FROM outbox WHERE conversation_id = ?1 AND notice IS NOT NULL ORDER BY id DESC LIMIT 1";
        self.other().query_row(sql, [id], |r| r.get(0)).unwrap()
    }

    async fn to_waiting(&self, id: i64, by: i64, key: &str, seen: i64) -> Decided<WrittenReply> {
        let mut new = super::replies::new_reply(id, key, &["지금은 모두 늦습니다."]);
        (new.reply.last_seen, new.reply.force) = (seen, false);
        let actor = self.store.person(by).await;
        self.store.answer_waiting(new, None, &actor, &quiet(), DAY + 10).await.unwrap()
    }
}

#[tokio::test]
async fn receipts_carry_a_bulletin_while_it_holds() {
    let bench = Bench::new();
    let boss = bench.supervisor("boss").await;
    let first = bench.writes(MINSU, "버스 언제 와요?", DAY).await;
    assert!(!bench.last_said(first).contains("알림"));
    let id = bench.snow(boss, None, (DAY + MINUTE, DAY + HOUR)).await;
    let second = bench.writes("01000000002", "버스 언제 와요?", DAY + 2 * MINUTE).await;
    let said = bench.last_said(second);
    assert!(said.starts_with("[120]") && said.ends_with(&format!("7월 1일 10:01 알림: {SNOW}")), "{said}");
    // One that points to help carries none: danger, and what may be one.
    for (n, words) in ["살려주세요", "너무 힘들어요"].iter().enumerate() {
        let id = bench.writes(&format!("0100000001{n}"), words, DAY + 3 * MINUTE).await;
        assert!(!bench.last_said(id).contains("알림"), "{words}");
    }
    // At night, too; and no more once it is over.
    let late = bench.writes("01000000003", "버스 언제 와요?", DAY + HOUR).await;
    assert!(!bench.last_said(late).contains("알림"));
    let night = DAY + 14 * HOUR;
    bench.snow(boss, None, (night, night + HOUR)).await;
    let closed = bench.writes("01000000004", "버스 언제 와요?", night + 1).await;
    assert!(bench.last_said(closed).contains(SNOW), "{}", bench.last_said(closed));
    assert_eq!(bench.value::<i64>("SELECT min(id) FROM bulletin"), id);
}

#[tokio::test]
async fn a_bulletin_ends_by_hand_is_not_begun_twice_and_stays_at_its_desk() {
    let bench = Bench::new();
    let boss = bench.supervisor("boss").await;
    let actor = bench.store.person(boss).await;
    let id = bench.snow(boss, Some("elsewhere"), (DAY, DAY + HOUR)).await;
    let other = bench.writes(MINSU, "버스 언제 와요?", DAY + 1).await;
    assert!(!bench.last_said(other).contains("알림"), "of another desk");
    let all = bench.snow(boss, None, (DAY, DAY + HOUR)).await;
    assert_ne!(all, id);
    assert_eq!(bench.snow(boss, None, (DAY + 1, DAY + 2 * HOUR)).await, all, "the same sentence again");
    let ended = bench.store.end_bulletin(all, &actor, DAY + MINUTE).await.unwrap();
    assert_eq!(ended.ended, Some((DAY + MINUTE, "boss".to_owned())));
    bench.store.end_bulletin(all, &actor, DAY + 2 * MINUTE).await.unwrap();
    let after = bench.writes("01000000002", "버스 언제 와요?", DAY + 2 * MINUTE).await;
    assert!(!bench.last_said(after).contains("알림"));
    assert_eq!(bench.n_events("kind = 'bulletin_begun'"), 3, "with the new end");
    assert_eq!(bench.n_events("kind = 'bulletin_ended'"), 1);
    assert!(matches!(bench.store.end_bulletin(99, &actor, DAY).await, Err(StoreError::NotFound)));
    let holding = bench.store.holding_bulletins(DAY + 2 * MINUTE).await.unwrap();
    assert_eq!(holding.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    assert_eq!(bench.store.bulletins(9).await.unwrap().len(), 2);
}

/// Two supervisors press at once: each citizen gets one answer.
#[tokio::test]
async fn two_supervisors_answer_nobody_twice() {
    let bench = Bench::new();
    let (boss, chief) = (bench.supervisor("boss").await, bench.supervisor("chief").await);
    let mut all = Vec::new();
    for n in 0..8 {
        all.push(bench.writes(&format!("0101000000{n}"), "버스 언제 와요?", DAY).await);
    }
    // The first text has the number 1, and so on.
    let tries = (1..).zip(&all).flat_map(|(seq, id)| [(*id, boss, seq), (*id, chief, seq)]);
    let bench = &bench;
    let tries =
        tries.map(|(id, by, seq)| async move { bench.to_waiting(id, by, &format!("{by}-{id}"), seq).await });
    let outcomes = futures_util::future::join_all(tries).await;
    let n_written = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(n_written, all.len());
    assert!(outcomes.iter().flatten().all(|written| !written.repeated));
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Refusal::NotWaiting))),
        "{outcomes:?}"
    );
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM outbox WHERE author_id IS NOT NULL"), 8);
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM conversation WHERE claimed_by IS NOT NULL"), 0);
    assert_eq!(bench.n_events("kind = 'replied'"), 8);
}

/// What happened between the preview and the sending.
#[tokio::test]
async fn danger_a_claim_and_a_newer_text_leave_a_conversation_out() {
    let bench = Bench::new();
    let (boss, minsu) = (bench.supervisor("boss").await, bench.counselor("minsu").await);
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(bench.writes(&format!("0101000000{n}"), "버스 언제 와요?", DAY).await);
    }
    let actor = bench.store.person(boss).await;
    let marked = bench.store.marked(Mark::default(), 9, &actor).await.unwrap();
    assert_eq!(marked.found.iter().map(|c| c.id).collect::<Vec<_>>(), ids);
    bench.writes("01010000000", "살려주세요", DAY + 1).await;
    bench.store.claim(ids[1], minsu, MANY, DAY + 1).await.unwrap().unwrap();
    bench.writes("01010000002", "62번이요", DAY + 1).await;
    assert_eq!(bench.to_waiting(ids[0], boss, "a", 1).await.unwrap_err(), Refusal::InDanger);
    assert_eq!(bench.to_waiting(ids[0], boss, "a", 5).await.unwrap_err(), Refusal::InDanger);
    assert!(
        matches!(bench.to_waiting(ids[1], boss, "b", 2).await, Err(Refusal::HeldBy(by)) if by.id == minsu)
    );
    assert_eq!(bench.to_waiting(ids[2], boss, "c", 3).await.unwrap_err(), Refusal::NewerTexts);
    assert!(bench.to_waiting(ids[3], boss, "d", 4).await.is_ok());
    // Repeated after a lost connection; also when they have written again since.
    assert!(bench.to_waiting(ids[3], boss, "d", 4).await.unwrap().repeated);
    bench.writes("01010000003", "고맙습니다. 그런데 언제까지요?", DAY + 2).await;
    assert!(bench.to_waiting(ids[3], boss, "d", 4).await.unwrap().repeated);
    assert!(bench.to_waiting(ids[3], boss, "d", 7).await.unwrap().repeated);
    assert_eq!(bench.to_waiting(ids[3], minsu, "e", 7).await.unwrap_err(), Refusal::SupervisorsOnly);
    let marked = bench.store.marked(Mark::default(), 9, &actor).await.unwrap();
    let found: std::collections::BTreeSet<i64> = marked.found.iter().map(|c| c.id).collect();
    assert_eq!(found, [ids[2], ids[3]].into());
    assert_eq!(marked.left_out[0], LeftOut { id: ids[0], why: Some(Refusal::InDanger) });
    let held = &marked.left_out[1..];
    assert!(
        matches!(held, [LeftOut { id, why: Some(Refusal::HeldBy(by)) }] if *id == ids[1] && by.id == minsu),
        "{held:?}"
    );
    let word = Mark { containing: Some("62번".into()), ..Mark::default() };
    let found = bench.store.marked(word, 9, &actor).await.unwrap();
    assert_eq!(found.found.iter().map(|c| c.id).collect::<Vec<_>>(), [ids[2]]);
    let named = Mark { ids: vec![ids[1], ids[2], 99], ..Mark::default() };
    let found = bench.store.marked(named, 9, &actor).await.unwrap();
    assert_eq!((found.found.len(), found.left_out.len()), (1, 2));
    assert!(bench.store.marked(Mark::default(), 1, &actor).await.unwrap().has_more);
}

/// The journal tells an answer to many from one of a counselor's own: the first is nobody's points and nobody's figures.
#[tokio::test]
async fn an_answer_to_many_is_nobodys_points_and_nobodys_figures() {
    use crate::domain::figures::{By, FigureId, Period, tally::Key};
    let bench = Bench::new();
    let (boss, minsu) = (bench.supervisor("boss").await, bench.counselor("minsu").await);
    let first = bench.writes("01010000001", "버스 언제 와요?", DAY).await;
    let second = bench.writes("01010000002", "버스 언제 와요?", DAY).await;
    bench.to_waiting(first, boss, "a", 1).await.unwrap();
    bench.to_waiting(second, boss, "b", 2).await.unwrap();
    bench.writes("01010000001", "몇 번이요?", DAY + MINUTE).await;
    bench.store.claim(first, minsu, MANY, DAY + 2 * MINUTE).await.unwrap().unwrap();
    bench.answer_at(first, minsu, "62번입니다", DAY + 3 * MINUTE).await;
    bench.writes("01010000002", "62번은요?", DAY + 4 * MINUTE).await;
    bench.store.claim(second, boss, MANY, DAY + 5 * MINUTE).await.unwrap().unwrap();
    bench.answer_at(second, boss, "곧 옵니다", DAY + 6 * MINUTE).await;

    let deeds = bench.store.deeds((DAY, DAY + HOUR), None).await.unwrap();
    let replies = deeds.iter().flat_map(|(_, all)| all).filter(|deed| deed.kind == EventKind::Replied);
    let replies: Vec<_> = replies.map(|deed| (deed.by, deed.is_to_many)).collect();
    let expected = [(Some(boss), true), (Some(minsu), false), (Some(boss), true), (Some(boss), false)];
    assert_eq!(replies, expected);

    let of = FiguresOf {
        period: Period::parse("2026-07-01", jiff::civil::Date::constant(2027, 1, 1)).unwrap(),
        desk: None,
        by: vec![By::Counselor],
        counselor: None,
        desks: talkative().desks.clone(),
        meaning: |_, _| None,
    };
    let (tally, _) = bench.store.figures(of).await.unwrap();
    assert_eq!(tally.whole.value(FigureId::Replies), Some(4));
    assert_eq!(tally.whole.value(FigureId::FirstMedian), Some(10));
    let of = |who: i64| tally.rows[&Key::Counselor(who)].value(FigureId::Replies);
    assert_eq!((of(boss), of(minsu)), (Some(1), Some(1)));
}

/// Who got nothing goes before nobody who waited longer, and the close that was taken back leaves no category.
#[tokio::test]
async fn an_answer_to_many_that_is_taken_back_leaves_the_line_as_it_was() {
    let bench = Bench::new();
    let boss = bench.supervisor("boss").await;
    let policy = Arc::new(ServicePolicy { recall_ms: 10_000, ..(*quiet()).clone() });
    let first = bench.writes("01010000001", "버스 언제 와요?", DAY).await;
    let second = bench.writes("01010000002", "버스 언제 와요?", DAY + MINUTE).await;
    let sql = format!(
        "SELECT waiting_since_at || ' ' || queue_at || ' ' || coalesce(last_reply_at, '-') || ' ' || coalesce(category, '-')
         FROM conversation WHERE id = {second}"
    );
    let before: String = bench.value(&sql);
    let actor = bench.store.person(boss).await;
    let category = Some(Category { key: "교통/버스".into(), version: "1".into() });
    let close = Closing { last_seen: Some(2), category, ..Closing::default() };
    let id = crate::domain::mass_answer::MassAnswerId::of_digest(b"munja1");
    let mut new = super::replies::new_reply(second, &id.reply_key("2"), &["지금은", "모두 늦습니다."]);
    new.reply.last_seen = 2;
    let written = bench.store.answer_waiting(new, Some(close), &actor, &policy, DAY + 2 * MINUTE).await;
    written.unwrap().unwrap();
    assert_eq!(bench.conversation_state(second), "closed");
    let recalled = bench.store.recall_all(None, &actor, DAY + 2 * MINUTE + 1).await.unwrap();
    assert_eq!(recalled.replies.len(), 1);
    assert_eq!(bench.conversation_state(second), "waiting");
    assert_eq!(bench.value::<String>(&sql), before);
    let next = bench.store.next_for(boss, MANY, DAY + 3 * MINUTE).await.unwrap();
    assert_eq!(next.unwrap().summary.id, first, "they waited longer");
}
