//! What the live board counts: what is open by desk, dangers, what is held, and a day found by its range of ids.

use super::service::DAY;
use super::*;
use crate::store::BoardQueue;

#[tokio::test]
async fn the_board_counts_what_is_open() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    assert_eq!(bench.store.board_now().await.unwrap().waiting.len(), 0);
    let first = bench.writes("010-1111-0001", "버스 시간", DAY).await;
    bench.writes("010-1111-0002", "지하철 시간", DAY + MINUTE).await;
    let danger = bench.writes("010-1111-0003", "살려주세요", DAY + 2 * MINUTE).await;
    let now = bench.store.board_now().await.unwrap();
    assert_eq!(now.waiting["main"], BoardQueue { n: 3, oldest_since: Some(DAY) });
    let found: Vec<_> =
        now.dangers.iter().map(|d| (d.conversation_id, d.since, d.is_ringing, d.acked_by.clone())).collect();
    assert_eq!(found, [(danger, DAY + 2 * MINUTE, true, None)]);
    assert_eq!(now.dangers[0].held_by, None);
    assert!(now.held.is_empty());
    assert_eq!(now.seq, bench.store.last_event_seq().await.unwrap());

    for id in [danger, first] {
        bench.store.claim(id, minsu, MANY, DAY + 3 * MINUTE).await.unwrap().unwrap();
    }
    let now = bench.store.board_now().await.unwrap();
    assert_eq!(now.waiting["main"], BoardQueue { n: 1, oldest_since: Some(DAY + MINUTE) });
    assert!(!now.dangers[0].is_ringing && now.dangers[0].acked_by.is_some(), "{:?}", now.dangers);
    let name = now.held[0].name.clone();
    // Danger in a conversation that somebody holds rings, and says who holds it.
    bench.writes("010-1111-0003", "제발 살려주세요", DAY + 3 * MINUTE).await;
    let again = bench.store.board_now().await.unwrap();
    assert_eq!((again.dangers[0].is_ringing, &again.dangers[0].held_by), (true, &Some(name)));
    let held: Vec<_> = now.held.iter().map(|h| (h.counselor_id, h.n_active, h.n_answered)).collect();
    assert_eq!(held, [(minsu, 2, 0)]);
    bench.answer_at(danger, minsu, "119를 불렀습니다", DAY + 4 * MINUTE).await;
    let now = bench.store.board_now().await.unwrap();
    assert!(now.dangers.is_empty());
    assert_eq!((now.held[0].n_active, now.held[0].n_answered), (1, 1));
}

#[tokio::test]
async fn a_day_has_what_came_and_left_in_it() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    for (n, at) in [DAY - HOUR, DAY, DAY + HOUR, DAY + 24 * HOUR].into_iter().enumerate() {
        bench.writes(&format!("010-2222-000{n}"), "버스 시간", at).await;
    }
    bench.store.claim(2, minsu, MANY, DAY + MINUTE).await.unwrap().unwrap();
    bench.answer_at(2, minsu, "열 시입니다", DAY + 2 * MINUTE).await;
    bench.answer_at(2, minsu, "매일 그렇습니다", DAY + 5 * MINUTE).await;
    let day = bench.store.board_day(DAY, DAY + 24 * HOUR).await.unwrap();
    let times: Vec<i64> = day.texts.iter().map(|(_, at)| *at).collect();
    assert_eq!(times, [DAY, DAY + HOUR]);
    let opened: Vec<_> = day.opened.iter().map(|o| (o.at, o.replied_at, o.is_over)).collect();
    assert_eq!(opened, [(DAY, Some(DAY + 2 * MINUTE), true), (DAY + HOUR, None, false)]);
    let nothing = bench.store.board_day(DAY + 48 * HOUR, DAY + 72 * HOUR).await.unwrap();
    assert_eq!(nothing, crate::store::BoardDay::default());
}

/// The dangers of a day with their steps, by which the board says how fast they were taken and answered.
#[tokio::test]
async fn a_day_has_the_steps_of_its_dangers() {
    use crate::domain::board::DangerStep as S;
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.writes("010-3333-0001", "버스 시간", DAY).await;
    let danger = bench.writes("010-3333-0002", "살려주세요", DAY + MINUTE).await;
    for id in [1, danger] {
        bench.store.claim(id, minsu, MANY, DAY + 2 * MINUTE).await.unwrap().unwrap();
        bench.answer_at(id, minsu, "보았습니다", DAY + 3 * MINUTE).await;
    }
    let day = bench.store.board_day(DAY, DAY + 24 * HOUR).await.unwrap();
    let [(desk, steps)] = &day.dangers[..] else { panic!("{:?}", day.dangers) };
    assert_eq!(desk, "main");
    let mut kinds: Vec<(i64, S)> = steps.clone();
    kinds.dedup();
    assert_eq!((kinds[0], kinds.last()), ((DAY + MINUTE, S::Rings), Some(&(DAY + 3 * MINUTE, S::Answered))));
    assert!(kinds.contains(&(DAY + 2 * MINUTE, S::Acked)));
}

/// Whatever gaps there are between ids, the range is found.
#[tokio::test]
async fn a_range_is_found_among_gaps() {
    let bench = Bench::new();
    for n in 0..40 {
        bench.writes(&format!("010-3333-00{n:02}"), "버스 시간", DAY + n * MINUTE).await;
    }
    bench.outside("PRAGMA foreign_keys = OFF; DELETE FROM inbox WHERE id % 3 = 0 OR id BETWEEN 10 AND 20");
    for (from, to) in [(0, 40), (5, 6), (8, 25), (19, 22), (38, 60), (-5, 1), (50, 60)] {
        let day = bench.store.board_day(DAY + from * MINUTE, DAY + to * MINUTE).await.unwrap();
        let expected: i64 = bench.value(&format!(
            "SELECT count(*) FROM inbox WHERE received_at >= {} AND received_at < {}",
            DAY + from * MINUTE,
            DAY + to * MINUTE
        ));
        assert_eq!(day.texts.len() as i64, expected, "{from} to {to}");
    }
}
