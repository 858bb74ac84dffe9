//! What the chain finds, by tables; every kind of damage to every row.

use super::super::{Subject, Who};
use super::*;
use crate::domain::pseudonym::Pseudonym;

const YEAR_MS: i64 = 365 * DAY_MS;
const T0: i64 = 1_700_000_000_000;

fn record(n: i64) -> Record {
    let subjects = [Subject { citizen: Pseudonym([7; 16]), conversation_id: n }];
    Record {
        at: T0 + n,
        who: Who { role: "counselor".into(), login: "minsu".into(), origin: "127.0.0.1".into() },
        action: "view".into(),
        conversation_id: (n % 2 == 0).then_some(n),
        item_id: None,
        reason: String::new(),
        detail: format!("row {n}"),
        subjects: Subject::pack(&subjects),
    }
}

/// A sound log.
fn rows(n: i64) -> Vec<Row> {
    let (mut all, mut previous) = (Vec::new(), BEGINNING.to_vec());
    for seq in 1..=n {
        let record = record(seq);
        let hash = hash_of(seq, &previous, &record).to_vec();
        all.push(Row { seq, record, previous, hash: hash.clone() });
        previous = hash;
    }
    all
}

fn verify(anchor: Option<Anchor>, heads: Vec<Head>, rows: &[Row], last: i64) -> Result<Verified, Damage> {
    let mut verifier = Verifier::new(anchor, heads, T0 + 3 * YEAR_MS)?;
    for row in rows {
        verifier.row(row)?;
    }
    verifier.end(last)
}

fn head(row: &Row, at: i64) -> Head {
    Head { day: "2026-11-30".into(), at, seq: row.seq, hash: row.hash.clone().try_into().unwrap() }
}

/// Computed with Python: `tests/audit-verify.py` reads the same bytes.
#[test]
fn the_bytes_are_as_documented() {
    let plain = |words: &[&[u8]]| {
        let mut all = Vec::new();
        for word in words {
            all.extend_from_slice(&(word.len() as u32).to_be_bytes());
            all.extend_from_slice(word);
        }
        <[u8; 32]>::from(Sha256::digest(all))
    };
    let record = record(2);
    let expected = plain(&[
        &BEGINNING,
        b"2",
        b"1700000000002",
        b"counselor",
        b"minsu",
        b"127.0.0.1",
        b"view",
        b"2",
        b"",
        b"",
        b"row 2",
        &record.subjects,
    ]);
    assert_eq!(hash_of(2, &BEGINNING, &record), expected);
}

#[test]
fn a_sound_log_is_sound() {
    let all = rows(5);
    let heads = vec![head(&all[1], T0), head(&all[1], T0 + DAY_MS), head(&all[4], T0)];
    let sound = verify(None, heads, &all, 5).unwrap();
    assert_eq!((sound.n_rows, sound.last, sound.n_heads), (5, 5, 3));
    assert_eq!(sound.hash.to_vec(), all[4].hash);
    assert_eq!(verify(None, Vec::new(), &[], 0).unwrap().hash, BEGINNING);
}

#[test]
fn every_field_of_every_row_is_covered() {
    let changes: [fn(&mut Row); 11] = [
        |row| row.record.at += 1,
        |row| row.record.who.role = "supervisor".into(),
        |row| row.record.who.login = "other".into(),
        |row| row.record.who.origin = "10.0.0.1".into(),
        |row| row.record.action = "list".into(),
        |row| row.record.conversation_id = Some(99),
        |row| row.record.item_id = Some(1),
        |row| row.record.reason = "reason".into(),
        |row| row.record.detail.push('x'),
        |row| row.record.subjects[0] ^= 1,
        |row| row.hash[31] ^= 1,
    ];
    for (n, change) in changes.into_iter().enumerate() {
        for at in 0..4 {
            let mut all = rows(4);
            change(&mut all[at]);
            let damage = verify(None, Vec::new(), &all, 4).unwrap_err();
            assert_eq!(damage, Damage::Changed { seq: at as i64 + 1 }, "change {n}");
        }
    }
}

/// A word cannot move from one field to the next unseen.
#[test]
fn fields_are_kept_apart() {
    let (mut a, mut b) = (record(1), record(1));
    (a.reason, a.detail) = ("ab".into(), "c".into());
    (b.reason, b.detail) = ("a".into(), "bc".into());
    assert_ne!(hash_of(1, &BEGINNING, &a), hash_of(1, &BEGINNING, &b));
}

#[test]
fn what_is_gone_is_named() {
    for gone in 1..=3 {
        let mut all = rows(5);
        all.remove(gone);
        let seq = gone as i64 + 1;
        assert_eq!(verify(None, Vec::new(), &all, 5), Err(Damage::Missing { from: seq, to: seq }));
    }
    let mut all = rows(5);
    all.drain(1..3);
    assert_eq!(verify(None, Vec::new(), &all, 5), Err(Damage::Missing { from: 2, to: 3 }));
    let all = rows(5);
    assert_eq!(verify(None, Vec::new(), &all[2..], 5), Err(Damage::NoBeginning { first: 3 }));
}

#[test]
fn a_shortened_log_is_found_by_what_was_written_down() {
    let all = rows(5);
    let truncated = Err(Damage::Truncated { last: 3, expected: 5 });
    assert_eq!(verify(None, Vec::new(), &all[..3], 5), truncated, "by the numbers that were given");
    assert_eq!(verify(None, vec![head(&all[4], T0)], &all[..3], 3), truncated, "by a head");
    assert!(verify(None, Vec::new(), &all[..3], 3).is_ok(), "nothing else could tell");
}

#[test]
fn rows_that_change_places_are_found() {
    let mut all = rows(5);
    all.swap(1, 2);
    (all[1].seq, all[2].seq) = (2, 3);
    assert_eq!(verify(None, Vec::new(), &all, 5), Err(Damage::Moved { seq: 2, was: 3 }));
}

#[test]
fn a_row_that_is_put_in_is_found() {
    // With a sound hash, and all that come after it one place later.
    let mut all = rows(4);
    for row in &mut all[2..] {
        row.seq += 1;
    }
    let (record, previous) = (record(77), all[1].hash.clone());
    let hash = hash_of(3, &previous, &record).to_vec();
    all.insert(2, Row { seq: 3, record, previous, hash });
    assert_eq!(verify(None, Vec::new(), &all, 5), Err(Damage::Between { seq: 3 }));
    // With a hash that somebody made up.
    all[2].hash[0] ^= 1;
    assert_eq!(verify(None, Vec::new(), &all, 5), Err(Damage::Between { seq: 3 }));
    // At the end, under a number of its own: with a sound hash, and without one.
    let mut all = rows(3);
    let (record, previous) = (self::record(77), all[2].hash.clone());
    let hash = hash_of(99_999, &previous, &record).to_vec();
    all.push(Row { seq: 99_999, record, previous, hash });
    let gap = Err(Damage::Gap { from: 4, to: 99_998 });
    assert_eq!(verify(None, Vec::new(), &all, 99_999), gap);
    (all[3].previous, all[3].hash) = (vec![7; 32], vec![8; 32]);
    assert_eq!(verify(None, Vec::new(), &all, 99_999), gap);
    // Before the beginning.
    let mut all = rows(2);
    let first = Row { seq: 0, ..all[0].clone() };
    all.insert(0, first);
    assert_eq!(verify(None, Vec::new(), &all, 2), Err(Damage::Inserted { seq: 0 }));
}

#[test]
fn a_row_with_a_new_hash_does_not_fit_the_next() {
    let mut all = rows(4);
    all[1].record.detail = "other".into();
    all[1].hash = hash_of(2, &all[1].previous, &all[1].record).to_vec();
    assert_eq!(verify(None, Vec::new(), &all, 4), Err(Damage::Unlinked { seq: 3 }));
}

#[test]
fn a_chain_that_was_computed_anew_is_found_by_a_head() {
    let sound = rows(4);
    let heads = vec![head(&sound[2], T0)];
    let (mut all, mut previous) = (sound, BEGINNING.to_vec());
    all[1].record.who.login = "other".into();
    for row in &mut all {
        row.previous = previous;
        row.hash = hash_of(row.seq, &row.previous, &row.record).to_vec();
        previous = row.hash.clone();
    }
    assert!(verify(None, Vec::new(), &all, 4).is_ok());
    let rewritten = Damage::Rewritten { seq: 3, day: "2026-11-30".into() };
    assert_eq!(verify(None, heads.clone(), &all, 4), Err(rewritten.clone()));
    let two = vec![heads[0].clone(), head(&all[2], T0)];
    assert_eq!(verify(None, two, &all, 4), Err(rewritten), "two heads of one row that differ");
}

/// A log whose first two rows expired.
fn expired() -> (Anchor, Vec<Row>) {
    let mut all = rows(3);
    let anchor = Anchor {
        seq: 2,
        hash: all[1].hash.clone().try_into().unwrap(),
        last_at: all[1].record.at,
        expired_at: T0 + 2 * YEAR_MS,
    };
    let mut record = record(4);
    (record.action, record.detail) = ("expire".into(), anchor.to_detail());
    let previous = all[2].hash.clone();
    let hash = hash_of(4, &previous, &record).to_vec();
    all.push(Row { seq: 4, record, previous, hash });
    (anchor, all.split_off(2))
}

#[test]
fn an_expired_beginning_is_accepted_with_its_anchor_only() {
    let (anchor, rest) = expired();
    let sound = verify(Some(anchor.clone()), Vec::new(), &rest, 4).unwrap();
    assert_eq!((sound.n_rows, sound.last), (2, 4));
    assert_eq!(verify(None, Vec::new(), &rest, 4), Err(Damage::NoBeginning { first: 3 }));
    assert_eq!(
        verify(Some(anchor.clone()), Vec::new(), &rest[1..], 4),
        Err(Damage::Missing { from: 3, to: 3 })
    );
    // An anchor that somebody set where they cut.
    let cut = Anchor { seq: 3, hash: rest[0].hash.clone().try_into().unwrap(), ..anchor.clone() };
    assert_eq!(verify(Some(cut), Vec::new(), &rest[1..], 4), Err(Damage::Unconfirmed { seq: 3 }));
    let wrong = Anchor { hash: [9; 32], ..anchor.clone() };
    assert_eq!(verify(Some(wrong), Vec::new(), &rest, 4), Err(Damage::Unlinked { seq: 3 }));
    let early = Anchor { expired_at: T0 + YEAR_MS - DAY_MS, ..anchor.clone() };
    assert_eq!(verify(Some(early), Vec::new(), &rest, 4), Err(Damage::TooEarly { seq: 2 }));
    // It lies about the time of what it removed, and a head knows.
    let young =
        Head { day: "2025-10-01".into(), at: T0 + 2 * YEAR_MS - 30 * DAY_MS, seq: 2, hash: anchor.hash };
    assert_eq!(verify(Some(anchor.clone()), vec![young.clone()], &rest, 4), Err(Damage::TooEarly { seq: 2 }));
    // Nor does a removal that is said to happen years from now make those rows old enough.
    let to_come = Anchor { expired_at: T0 + 9 * YEAR_MS, ..anchor };
    assert_eq!(verify(Some(to_come), vec![young], &rest, 4), Err(Damage::TooEarly { seq: 2 }));
}

/// A log whose third row says that a copy was put back.
fn with_break(detail: &str) -> Vec<Row> {
    let mut all = rows(2);
    let (mut record, previous) = (record(3), all[1].hash.clone());
    (record.action, record.detail) = ("restore".into(), detail.into());
    let hash = hash_of(3, &previous, &record).to_vec();
    all.push(Row { seq: 3, record, previous, hash });
    all
}

#[test]
fn a_break_names_the_row_that_it_follows() {
    let last: Hash = rows(2)[1].hash.clone().try_into().unwrap();
    let all = with_break(&ChainBreak::detail_of(T0, 2, &last));
    let of = break_of(&all[2]).expect("a break");
    assert_eq!((of.row.seq, of.copy_at, of.last, of.last_hash), (3, T0, 2, last));
    assert_eq!(break_of(&all[1]), None);
    assert!(verify(None, Vec::new(), &all, 3).is_ok());
    let false_break = Err(Damage::FalseBreak { seq: 3 });
    for detail in [ChainBreak::detail_of(T0, 1, &last), ChainBreak::detail_of(T0, 2, &BEGINNING), "x".into()]
    {
        assert_eq!(verify(None, Vec::new(), &with_break(&detail), 3), false_break, "{detail}");
    }
    // The same row, told with another copy.
    let told = |copy_at| {
        let verifier = Verifier::new(None, Vec::new(), T0).unwrap();
        let mut verifier = verifier.expecting(vec![ChainBreak { copy_at, ..of.clone() }]);
        all.iter().try_for_each(|row| verifier.row(row)).and_then(|()| verifier.end(3)).map(|_| ())
    };
    assert_eq!((told(T0), told(T0 + 1)), (Ok(()), Err(Damage::FalseBreak { seq: 3 })));
}

#[test]
fn heads_are_read_back() {
    let head = head(&rows(1)[0], T0);
    assert_eq!(Head::from_line(&head.to_line()), Some(head.clone()));
    assert_eq!(Head::from_line(&format!("{}\n", head.to_line())), Some(head.clone()));
    for wrong in ["", "2026-11-30 1 2", "a b c d", &format!("{} x", head.to_line())] {
        assert_eq!(Head::from_line(wrong), None, "{wrong}");
    }
    assert_eq!(from_hex(&"g".repeat(64)), None);
}
