//! The access log after a copy was put back, and what files of heads have to say of it.

use super::*;
use crate::domain::access::chain::{ChainBreak, Damage, Head, HeadLine};

const DAY: i64 = 24 * HOUR;

fn own(lines: &[HeadLine]) -> HeadFiles {
    HeadFiles { own: Some(lines.to_vec()), ..HeadFiles::default() }
}

fn head(head: &Head) -> HeadLine {
    HeadLine::Head(head.clone())
}

/// A gateway whose copy was put back across a head.
struct PutBack {
    bench: Bench,
    before: Head,
    lost: Head,
    chain_break: ChainBreak,
    after: Head,
}

impl PutBack {
    async fn new() -> PutBack {
        let first = Bench::new();
        first.log(3, T0).await;
        let before = first.end_day(T0 + HOUR).await;
        let bench = first.put_back(T0 + 2 * HOUR, T0 + 50 * HOUR);
        first.log(2, T0 + 3 * HOUR).await;
        let lost = first.end_day(T0 + DAY).await;
        bench.log(3, T0 + 51 * HOUR).await;
        let after = bench.end_day(T0 + 3 * DAY).await;
        let chain_break = bench.check(HeadFiles::default()).await.breaks.remove(0).of;
        PutBack { bench, before, lost, chain_break, after }
    }

    fn lines(&self) -> Vec<HeadLine> {
        let of = HeadLine::Break(self.chain_break.clone());
        vec![head(&self.before), head(&self.lost), of, head(&self.after)]
    }
}

#[tokio::test]
async fn heads_of_rows_that_are_lost_with_a_restore_are_no_tampering() {
    let put_back = PutBack::new().await;
    let found = put_back.bench.check(own(&put_back.lines())).await;
    assert!(found.is_sound(), "{found:?}");
    assert_eq!((found.lost, found.missing), (vec![put_back.lost.clone()], Vec::new()));
    let of = &found.breaks[0];
    assert_eq!((of.who.login.as_str(), of.is_recorded), ("root", true));
    assert_eq!((of.of.copy_at, of.of.last, of.of.row.seq), (T0 + 2 * HOUR, 3, 4));
    // Lines of another machine that knows nothing of the restore are read by their times.
    let others = vec![vec![head(&put_back.before), head(&put_back.lost), head(&put_back.after)]];
    let found = put_back.bench.check(HeadFiles { others, ..own(&put_back.lines()) }).await;
    assert!(found.is_sound(), "{found:?}");
}

#[tokio::test]
async fn a_restore_that_only_the_database_tells_of_excuses_nothing() {
    let put_back = PutBack::new().await;
    let mut lines = put_back.lines();
    lines.remove(2);
    let found = put_back.bench.check(own(&lines)).await;
    let rewritten = Damage::Rewritten { seq: put_back.lost.seq, day: put_back.lost.day.clone() };
    assert_eq!(found.chain, Err(rewritten));
    assert!(found.breaks[0].is_due && !found.breaks[0].is_recorded, "{found:?}");
    // No head was written between copy and restore: nothing contradicts, and the file still has to say so.
    lines.remove(1);
    let found = put_back.bench.check(own(&lines)).await;
    assert!(found.chain.is_ok() && !found.is_sound(), "{found:?}");
    // A file that was begun later cannot know.
    let others = vec![vec![head(&put_back.after)]];
    assert!(put_back.bench.check(HeadFiles { others, ..HeadFiles::default() }).await.is_sound());
    assert!(put_back.bench.check(HeadFiles::default()).await.is_sound());
}

#[tokio::test]
async fn rows_that_are_deleted_after_a_restore_or_without_one_are_found() {
    let put_back = PutBack::new().await;
    let cut = |seq: i64| {
        format!(
            "DELETE FROM access WHERE seq > {seq}; UPDATE sqlite_sequence SET seq = {seq} WHERE name = 'access';
             DELETE FROM access_head WHERE seq > {seq}; DELETE FROM event WHERE kind = 'access_head'"
        )
    };
    put_back.bench.outside(&cut(5));
    let found = put_back.bench.check(own(&put_back.lines())).await;
    assert_eq!(found.chain, Err(Damage::Truncated { last: 5, expected: put_back.after.seq }));
    put_back.bench.outside(&cut(3));
    let found = put_back.bench.check(own(&put_back.lines()[..3])).await;
    assert_eq!(found.chain, Err(Damage::Truncated { last: 3, expected: 4 }), "the row of the restore itself");
    // Without a restore.
    let bench = Bench::new();
    bench.log(6, T0).await;
    let last = bench.end_day(T0 + HOUR).await;
    bench.outside(&cut(4));
    let found = bench.check(own(&[head(&last)])).await;
    assert_eq!(found.chain, Err(Damage::Truncated { last: 4, expected: 6 }));
    // And with a line that calls an ordinary row a restore.
    bench.log(1, T0 + 2 * HOUR).await;
    let row = bench.end_day(T0 + DAY).await;
    let forged = ChainBreak { row, copy_at: T0, last: 4, last_hash: [0; 32] };
    let found = bench.check(own(&[head(&last), HeadLine::Break(forged)])).await;
    assert_eq!(found.chain, Err(Damage::FalseBreak { seq: 5 }));
}

#[tokio::test]
async fn heads_that_were_written_to_the_file_and_are_gone_from_it_are_named() {
    let bench = Bench::new();
    bench.log(3, T0).await;
    let first = bench.store.next_access_head(day(T0), T0).await.unwrap().unwrap();
    bench.store.keep_access_head(first.clone(), false).await.unwrap();
    bench.log(1, T0 + HOUR).await;
    let second = bench.end_day(T0 + DAY).await;
    let third = bench.end_day(T0 + 2 * DAY).await;
    let missing = async |files| {
        let found = bench.check(files).await;
        assert!(found.chain.is_ok() && found.is_sound() == found.missing.is_empty(), "{found:?}");
        found.missing
    };
    let all = [head(&first), head(&second), head(&third)];
    assert_eq!(missing(own(&all)).await, []);
    assert_eq!(missing(own(&all[1..])).await, [], "the file was named after the first one");
    assert_eq!(missing(own(&all[2..])).await, std::slice::from_ref(&second));
    assert_eq!(missing(own(&all[..1])).await, [second.clone(), third.clone()]);
    assert_eq!(missing(own(&[])).await, [first, second, third], "an empty file");
    assert_eq!(missing(HeadFiles::default()).await, [], "there is no file");
}

fn day(at: i64) -> crate::domain::access::day::Day {
    crate::domain::access::day::Day::of(at)
}
