//! The access log on a real file: what is logged, what tampering with the file shows, how it expires.

use super::*;
use crate::domain::access::chain::{Damage, Head, HeadLine, Row, Verified};
use crate::domain::access::day::Day;
use crate::domain::access::suspicion::{Rule, Suspect};
use crate::domain::access::{Subject, Who};

const DAY: i64 = 24 * HOUR;

impl Bench {
    /// `n` rows, each about a conversation of its own that somebody viewed.
    pub(super) async fn log(&self, n: i64, now: i64) {
        for id in 1..=n {
            let who = Who { role: "counselor".into(), login: "minsu".into(), origin: "127.0.0.1".into() };
            let seen = NewAccess::of(who, Action::View).about(id, Some(&PhoneNumber::parse(MINSU)));
            self.store.record_access(seen, now + id).await.unwrap();
        }
    }

    pub(super) async fn check(&self, files: HeadFiles) -> AccessCheck {
        self.store.verify_access(files, |_| {}).await.unwrap()
    }

    async fn verify(&self, heads: Vec<Head>) -> std::result::Result<Verified, Damage> {
        let others = vec![heads.into_iter().map(HeadLine::Head).collect()];
        self.check(HeadFiles { others, ..HeadFiles::default() }).await.chain
    }

    async fn rows(&self, filter: AccessFilter) -> Vec<Row> {
        let found = Arc::new(std::sync::Mutex::new(Vec::new()));
        let into = Arc::clone(&found);
        let take = move |row| {
            into.lock().unwrap().push(row);
            true
        };
        self.store.walk_access(filter, take).await.unwrap();
        std::mem::take(&mut *found.lock().unwrap())
    }

    /// Action and detail of every row.
    async fn logged(&self) -> Vec<String> {
        let words = |row: Row| format!("{} {}", row.record.action, row.record.detail).trim_end().to_owned();
        self.rows(AccessFilter::default()).await.into_iter().map(words).collect()
    }

    pub(super) async fn end_day(&self, now: i64) -> Head {
        let head = self.store.next_access_head(Day::of(now), now).await.unwrap().unwrap();
        self.store.keep_access_head(head.clone(), true).await.unwrap();
        head
    }
}

#[tokio::test]
async fn each_change_is_logged_with_it_and_a_refused_one_is_not() {
    let bench = Bench::new();
    let (minsu, other) = (bench.counselor("minsu").await, bench.counselor("other").await);
    let id = bench.text_in(MINSU, T0).await;
    assert!(bench.logged().await.is_empty(), "what the service does by itself is in the journal");
    claimed(bench.store.next_for(minsu, MANY, T0).await.unwrap());
    super::replies::reply(&bench, id, minsu, "k", "답").await;
    bench.store.by(id, minsu, Command::Note { text: "메모".into() }, &quiet(), T0).await.unwrap().unwrap();
    bench.store.by(id, other, Command::Release, &quiet(), T0).await.unwrap().unwrap_err();
    bench.store.close(id, minsu, Closing::default(), T0).await.unwrap().unwrap();
    assert_eq!(bench.logged().await, ["change claim", "change reply", "change note", "change close"]);
    let rows = bench.rows(AccessFilter::default()).await;
    let citizen = bench.store.pseudonyms().of_citizen(&PhoneNumber::parse(MINSU));
    for row in &rows {
        assert_eq!((row.record.who.login.as_str(), row.record.who.role.as_str()), ("minsu", "counselor"));
        assert_eq!(Subject::unpack(&row.record.subjects), [Subject { citizen, conversation_id: id }]);
    }
    assert!(bench.verify(Vec::new()).await.is_ok());
    // Neither number nor words.
    let columns: String = bench.value(
        "SELECT group_concat(role || login || origin || action || reason || detail || hex(subjects)) FROM access",
    );
    assert!(
        !columns.contains(&MINSU[3..]) && !columns.contains("메모") && !columns.contains('답'),
        "{columns}"
    );
}

#[tokio::test]
async fn a_revealed_number_is_logged_with_its_reason() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.text_in(MINSU, T0).await;
    bench.store.set_duties("minsu".into(), Some(Role::Supervisor), None).await.unwrap();
    let actor = bench.store.person(minsu).await;
    let shown = bench.store.reveal(id, "119".into(), &actor, &quiet(), T0).await.unwrap();
    assert_eq!(shown.unwrap().reveal(), MINSU);
    let rows = bench.rows(AccessFilter::default()).await;
    assert_eq!((rows[0].record.action.as_str(), rows[0].record.reason.as_str()), ("reveal", "119"));
    assert_eq!(rows[0].record.detail, "number");
    let of = |conversation_id| AccessFilter { conversation_id, ..AccessFilter::default() };
    assert_eq!((bench.rows(of(Some(id))).await.len(), bench.rows(of(Some(id + 1))).await.len()), (1, 0));
    assert_eq!(rows[0].record.who.role, "supervisor");
}

#[tokio::test]
async fn whoever_saw_a_citizen_in_a_list_is_found() {
    let bench = Bench::new();
    let (one, two) = (bench.text_in(MINSU, T0).await, bench.text_in(JIYEONG, T0).await);
    let who = Who { role: "counselor".into(), login: "minsu".into(), origin: "unix".into() };
    // The first is known to the caller, the second is looked up.
    let shown = vec![(one, Some(PhoneNumber::parse(MINSU))), (two, None)];
    let list = NewAccess { shown, ..NewAccess::of(who.clone(), Action::List) };
    bench.store.record_access(list, T0).await.unwrap();
    bench.store.record_access(NewAccess::of(who, Action::View).about(one, None), T0 + 1).await.unwrap();
    let seen = async |number: &str, since| {
        let citizen = Some(PhoneNumber::parse(number));
        let rows = bench.rows(AccessFilter { citizen, since, ..AccessFilter::default() }).await;
        rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    assert_eq!(seen("+82 10-1111-0000", None).await, [1, 2]);
    assert_eq!(seen(JIYEONG, None).await, [1]);
    assert_eq!(seen(JIYEONG, Some(T0 + 1)).await, Vec::<i64>::new());
    assert_eq!(seen("01099999999", None).await, Vec::<i64>::new());
    let of = AccessFilter { conversation_id: Some(two), ..AccessFilter::default() };
    assert_eq!(bench.rows(of).await.len(), 1);
}

#[tokio::test]
async fn rows_come_in_pages_the_newest_first_and_name_nobody_but_who_is_asked_for() {
    let bench = Bench::new();
    let (one, two) = (bench.text_in(MINSU, T0).await, bench.text_in(JIYEONG, T0).await);
    bench.log(5, T0).await;
    let who = Who { role: "counselor".into(), login: "minsu".into(), origin: "unix".into() };
    let list = NewAccess { shown: vec![(one, None), (two, None)], ..NewAccess::of(who, Action::List) };
    bench.store.record_access(list, T0).await.unwrap();
    let page =
        async |filter: AccessFilter, before| bench.store.newest_access(filter, before, 3).await.unwrap();
    let seqs = |rows: &[Row]| rows.iter().map(|row| row.seq).collect::<Vec<_>>();
    let all = AccessFilter::default();
    assert_eq!(seqs(&page(all.clone(), None).await), [6, 5, 4]);
    assert_eq!(seqs(&page(all.clone(), Some(4)).await), [3, 2, 1]);
    assert!(page(all, Some(1)).await.is_empty());
    let citizen = Some(PhoneNumber::parse(JIYEONG));
    let theirs = page(AccessFilter { citizen, ..AccessFilter::default() }, None).await;
    let subjects = Subject::unpack(&theirs[0].record.subjects);
    assert_eq!((seqs(&theirs), subjects.len(), subjects[0].conversation_id), (vec![6], 1, two));
}

#[tokio::test]
async fn rows_of_many_at_once_are_one_chain() {
    let bench = Bench::new();
    let all = (0..200).map(|id| {
        let store = bench.store.clone();
        let seen = NewAccess::by(&everybody(), Action::View).about(id, Some(&PhoneNumber::parse(MINSU)));
        tokio::spawn(async move { store.record_access(seen, T0).await.unwrap() })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    // A second program on the same file goes on where this one is.
    let other =
        Store::open(&bench.path(), &StoreOptions { create: false, ..StoreOptions::default() }).unwrap();
    let seen = NewAccess::by(&everybody(), Action::Admin);
    other.record_access(seen, T0).await.unwrap();
    bench.log(1, T0).await;
    let sound = bench.verify(Vec::new()).await.unwrap();
    assert_eq!((sound.n_rows, sound.last), (202, 202));
}

/// What somebody does to the file, and what is found.
#[tokio::test]
async fn tampering_with_the_file_is_found_and_named() {
    let swap = "UPDATE access SET seq = -1 WHERE seq = 3; UPDATE access SET seq = 3 WHERE seq = 4;
                UPDATE access SET seq = 4 WHERE seq = -1";
    let insert = "INSERT INTO access SELECT 0, at, role, login, origin, action, conversation_id, item_id, reason, detail,
                                            subjects, previous, hash FROM access WHERE seq = 1";
    let cases: [(&str, Damage); 9] = [
        ("UPDATE access SET login = 'other' WHERE seq = 3", Damage::Changed { seq: 3 }),
        ("UPDATE access SET subjects = x'' WHERE seq = 1", Damage::Changed { seq: 1 }),
        ("UPDATE access SET at = at + 1 WHERE seq = 6", Damage::Changed { seq: 6 }),
        ("DELETE FROM access WHERE seq = 4", Damage::Missing { from: 4, to: 4 }),
        ("DELETE FROM access WHERE seq BETWEEN 2 AND 4", Damage::Missing { from: 2, to: 4 }),
        (swap, Damage::Moved { seq: 3, was: 4 }),
        (insert, Damage::Inserted { seq: 0 }),
        ("DELETE FROM access WHERE seq <= 2", Damage::NoBeginning { first: 3 }),
        ("DELETE FROM access WHERE seq >= 5", Damage::Truncated { last: 4, expected: 6 }),
    ];
    for (sql, damage) in cases {
        let bench = Bench::new();
        bench.log(6, T0).await;
        bench.outside(sql);
        assert_eq!(bench.verify(Vec::new()).await, Err(damage.clone()), "{sql}");
        // What is logged afterwards hides nothing.
        bench.log(2, T0 + HOUR).await;
        let later = bench.verify(Vec::new()).await.unwrap_err();
        match damage {
            Damage::Truncated { .. } => assert_eq!(later, Damage::Gap { from: 5, to: 6 }),
            other => assert_eq!(later, other, "{sql}"),
        }
    }
}

#[tokio::test]
async fn a_tail_that_is_cut_with_all_traces_in_the_table_is_found_by_the_heads() {
    let bench = Bench::new();
    bench.log(6, T0).await;
    let head = bench.end_day(T0 + HOUR).await;
    assert_eq!(head.seq, 6);
    assert_eq!(
        bench.store.next_access_head(Day::of(T0 + HOUR), T0 + HOUR).await.unwrap(),
        None,
        "once a day"
    );
    assert_eq!(bench.n_events("kind = 'access_head'"), 1);
    let sequence = "UPDATE sqlite_sequence SET seq = 4 WHERE name = 'access'";
    bench.outside(&format!("DELETE FROM access WHERE seq >= 5; {sequence}"));
    let truncated = Err(Damage::Truncated { last: 4, expected: 6 });
    assert_eq!(bench.verify(Vec::new()).await, truncated, "by the head in the database");
    bench.outside("DELETE FROM access_head");
    let gone = Err(Damage::HeadGone { seq: 6, day: head.day.clone() });
    assert_eq!(bench.verify(Vec::new()).await, gone, "by the head in the journal");
    bench.outside("DELETE FROM event WHERE kind = 'access_head'");
    assert!(bench.verify(Vec::new()).await.is_ok(), "nothing in the file tells");
    assert_eq!(bench.verify(vec![head.clone()]).await, truncated, "by the head that was kept elsewhere");
    bench.log(4, T0 + DAY).await;
    let rewritten = Damage::Rewritten { seq: 6, day: head.day.clone() };
    assert_eq!(bench.verify(vec![head]).await, Err(rewritten), "other rows in the place of those");
}

#[tokio::test]
async fn the_oldest_rows_expire_and_leave_an_anchor() {
    let bench = Bench::new();
    let later = T0 + 800 * DAY;
    bench.log(5, T0).await;
    bench.log(3, later).await;
    let expire = async |limit| bench.store.expire_access(later - 730 * DAY, limit, later).await.unwrap();
    assert_eq!(expire(2).await, 2);
    assert!(bench.verify(Vec::new()).await.is_ok(), "between two batches, too");
    assert_eq!((expire(100).await, expire(100).await), (3, 0));
    let sound = bench.verify(Vec::new()).await.unwrap();
    // Three rows that are left, and one for each removal.
    assert_eq!((sound.n_rows, sound.last), (5, 10));
    assert_eq!(bench.count("access_anchor"), 1);
    bench.log(1, later + DAY).await;
    assert!(bench.verify(Vec::new()).await.is_ok());
    bench.outside("DELETE FROM access_anchor");
    assert_eq!(bench.verify(Vec::new()).await, Err(Damage::NoBeginning { first: 6 }));
}

#[tokio::test]
async fn an_anchor_that_somebody_made_is_not_accepted() {
    let bench = Bench::new();
    bench.log(5, T0).await;
    bench.outside(
        "INSERT INTO access_anchor SELECT 1, seq, hash, at, at + 400 * 86400000 FROM access WHERE seq = 3;
         DELETE FROM access WHERE seq <= 3",
    );
    assert_eq!(bench.verify(Vec::new()).await, Err(Damage::Unconfirmed { seq: 3 }));
    bench.outside("UPDATE access_anchor SET expired_at = last_at + 86400000");
    assert_eq!(bench.verify(Vec::new()).await, Err(Damage::TooEarly { seq: 3 }));
}

#[tokio::test]
async fn a_log_that_expired_altogether_goes_on() {
    let bench = Bench::new();
    bench.log(3, T0).await;
    let later = T0 + 800 * DAY;
    assert_eq!(bench.store.expire_access(later - 730 * DAY, 100, later).await.unwrap(), 3);
    bench.log(1, later + 1).await;
    assert_eq!(bench.verify(Vec::new()).await.unwrap().last, 5);
}

#[tokio::test]
async fn reading_without_answering_is_counted_for_people_only() {
    let bench = Bench::new();
    let view = |role: &str, login: &str| {
        let who = Who { role: role.into(), login: login.into(), origin: String::new() };
        NewAccess::of(who, Action::View)
    };
    for (n, number) in [MINSU, JIYEONG].into_iter().enumerate() {
        let at = T0 + n as i64;
        for access in [view("counselor", "minsu"), view("operator", "root")] {
            bench.store.record_access(access.about(1, Some(&PhoneNumber::parse(number))), at).await.unwrap();
        }
    }
    let rule = Rule { unanswered: 2, searched: 0, outside_hours: 1 };
    let found = async |to| bench.store.suspicious_reading((T0, to), rule, |at| at > T0).await.unwrap();
    assert_eq!(found(T0 + 1).await, []);
    let suspect = Suspect { login: "minsu".into(), n_unanswered: 2, n_searched: 0, n_outside: 1 };
    assert_eq!(found(T0 + 2).await, [suspect]);
}

/// One row of a search names everybody whom it showed; similar questions, which the service chooses, count for nothing.
#[tokio::test]
async fn what_searches_show_is_counted_by_citizens() {
    let bench = Bench::new();
    let rows = [("q", 3), ("number reason", 1), ("similar", 9), ("q after", 4)];
    for (at, (detail, n)) in (T0..).zip(rows) {
        let who = Who { role: "counselor".into(), login: "minsu".into(), origin: String::new() };
        let citizen = |n: i64| PhoneNumber::parse(&format!("0101111000{n}"));
        let shown = (0..n).map(|n| (n + 1, Some(citizen(n)))).collect();
        let access = NewAccess { shown, ..NewAccess::of(who, Action::Search).detail(detail) };
        bench.store.record_access(access, at).await.unwrap();
    }
    let found = async |searched| {
        let rule = Rule { unanswered: 1, searched, outside_hours: 0 };
        bench.store.suspicious_reading((T0, T0 + 10), rule, |_| false).await.unwrap()
    };
    assert_eq!(found(5).await, []);
    let suspect = Suspect { login: "minsu".into(), n_unanswered: 0, n_searched: 4, n_outside: 0 };
    assert_eq!(found(4).await, [suspect]);
}

#[tokio::test]
async fn another_key_for_pseudonyms_is_noticed() {
    let bench = Bench::new();
    assert!(bench.store.has_its_pseudonym_key());
    let open = |read_only| {
        let options = StoreOptions { create: false, read_only, ..StoreOptions::default() };
        Store::open(&bench.path(), &options).unwrap()
    };
    assert!(open(false).has_its_pseudonym_key() && open(true).has_its_pseudonym_key());
    std::fs::remove_file(key_file(&bench.path())).unwrap();
    assert!(!open(true).has_its_pseudonym_key(), "who only reads sees that it is missing");
    assert!(!open(false).has_its_pseudonym_key(), "a new one was made");
    assert!(!open(false).has_its_pseudonym_key(), "and is told of ever after");
}
