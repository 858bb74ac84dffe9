//! Search: what is found with and without the index, by whom, in which order; and that the index keeps nothing of what was erased.

use super::*;
use crate::domain::search::{Place, Source, Words};

impl Bench {
    /// Citizens write these; each has a conversation of their own.
    async fn write_all(&self, texts: &[&str]) {
        for (n, words) in texts.iter().enumerate() {
            let at = T0 + n as i64 * MINUTE;
            let key = format!("k{}", self.count("inbox"));
            let citizen = format!("0103333{:04}", self.count("inbox"));
            self.accept(vec![text(&key, &citizen, words)], at).await.unwrap();
            self.route(at).await;
        }
    }

    async fn index_all(&self) {
        while self.store.index_lag().await.unwrap() > 0 {
            self.store.index_some().await.unwrap();
        }
    }

    async fn find_as(&self, actor: &Actor, filter: SearchFilter, limit: usize) -> Vec<SearchHit> {
        let (mut place, mut all) = (Place::START, Vec::new());
        loop {
            let page = self.store.search(filter.clone(), place, limit, actor).await.unwrap();
            assert!(page.hits.len() <= limit);
            all.extend(page.hits);
            match page.next {
                Some(next) => place = next,
                None => return all,
            }
        }
    }

    async fn find(&self, filter: SearchFilter) -> Vec<String> {
        let hits = self.find_as(&everybody(), filter, 50).await;
        hits.into_iter().map(|hit| hit.snippet.text).collect()
    }

    /// Bytes that the index holds beside its own two records.
    fn indexed_bytes(&self) -> i64 {
        ["text", "answer", "note"]
            .iter()
            .map(|of| {
                let sql =
                    format!("SELECT coalesce(sum(length(block)), 0) FROM search_{of}_data WHERE id > 10");
                self.value::<i64>(&sql)
            })
            .sum()
    }
}

fn by_words(words: &str) -> SearchFilter {
    SearchFilter { words: Some(Words::parse(words).unwrap()), ..SearchFilter::default() }
}

const TEXTS: [&str; 8] = [
    "62번 버스 언제 와요",
    "버스정류장이 어디예요",
    "서버 스펙 알려주세요",
    "여권 사진 규격",
    "WiFi 되는 곳",
    "첨단09번 막차 시간",
    "ㅋㅋㅋ 감사",
    "주민번호는 900101-1234568 이에요",
];

#[tokio::test]
async fn the_index_finds_what_reading_finds() {
    let bench = Bench::new();
    bench.write_all(&TEXTS).await;
    let expected: [(&str, &[usize]); 11] = [
        ("버스", &[1, 0]),
        ("버", &[2, 1, 0]),
        ("ㅂㅅ", &[1, 0]),
        ("버스 정류장", &[1]),
        ("\"버스 정류장\"", &[1]),
        ("ㅁㅊ", &[5]),
        ("막차", &[5]),
        ("wifi", &[4]),
        ("ㅋㅋㅋ", &[6]),
        ("없는말", &[]),
        ("1234568", &[]),
    ];
    let check = async |when: &str| {
        for (words, found) in &expected {
            let texts: Vec<&str> = found.iter().map(|n| TEXTS[*n]).collect();
            assert_eq!(bench.find(by_words(words)).await, texts, "{words} {when}");
        }
    };
    check("without an index").await;
    bench.index_all().await;
    check("with the index").await;
    // A part is not in it: later texts are read.
    bench.outside(
        "UPDATE search_progress SET done_id = 3; INSERT INTO search_text (search_text) VALUES ('delete-all')",
    );
    bench
        .store
        .write(|conn| {
            for (id, words) in (1..).zip(&TEXTS[..3]) {
                let keys = crate::domain::search::index_form(words);
                conn.execute(
                    "INSERT INTO search_text (rowid, keys) VALUES (?1, ?2)",
                    rusqlite::params![id, keys],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    check("with a part of the index").await;
}

#[tokio::test]
async fn answers_and_notes_are_found_and_drafts_and_notices_are_not() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.write_all(&["막차 언제예요"]).await;
    bench.store.claim(1, minsu, MANY, T0).await.unwrap().unwrap();
    bench
        .store
        .answer_as(minsu, super::replies::new_reply(1, "a", &["막차는 22:40입니다"]), T0 + MINUTE)
        .await
        .unwrap()
        .unwrap();
    for (command, at) in [
        (Command::Note { text: "막차를 물어봄".into() }, 2),
        (Command::Draft { text: "막차 초안".into() }, 3),
        (Command::Draft { text: String::new() }, 4),
        // Its number was the draft's.
        (Command::Note { text: "막차 두 번째".into() }, 5),
    ] {
        bench.store.by(1, minsu, command, &quiet(), T0 + at * MINUTE).await.unwrap().unwrap();
        bench.index_all().await;
    }
    let hits = bench.find_as(&everybody(), by_words("막차"), 50).await;
    let found: Vec<_> = hits.iter().map(|hit| (hit.source, hit.author.as_deref())).collect();
    let me = Some("minsu");
    assert_eq!(found, [(Source::Note, me), (Source::Note, me), (Source::Answer, me), (Source::Text, None)]);
    assert_eq!(hits[2].snippet.marks, [(0, 2)]);
    let only = |source| SearchFilter { source: Some(source), ..by_words("막차") };
    assert_eq!(bench.find(only(Source::Answer)).await, ["막차는 22:40입니다"]);
    let of = |login: &str| SearchFilter { counselor: Some(login.into()), ..by_words("막차") };
    assert_eq!((bench.find(of("minsu")).await.len(), bench.find(of("jiyeong")).await.len()), (4, 0));
    assert!(!hits[2].is_unsent);
    bench.store.recall_by(hits[2].id, minsu, T0 + 6 * MINUTE).await.unwrap();
    let hits = bench.find_as(&everybody(), only(Source::Answer), 50).await;
    assert!(hits[0].is_unsent, "it was taken back");
}

#[tokio::test]
async fn pages_follow_each_other_whatever_comes_in() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.write_all(&["버스 1", "버스 2", "버스 3", "버스 4", "버스 5"]).await;
    for id in 1..=5 {
        bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
        let note = Command::Note { text: format!("버스 메모 {id}") };
        bench.store.by(id, minsu, note, &quiet(), T0 + id * MINUTE - 1).await.unwrap().unwrap();
    }
    let whole = bench.find(by_words("버스")).await;
    assert_eq!(whole.len(), 10);
    for limit in [1, 3, 9] {
        let hits = bench.find_as(&everybody(), by_words("버스"), limit).await;
        assert_eq!(hits.iter().map(|hit| hit.snippet.text.clone()).collect::<Vec<_>>(), whole, "{limit}");
        assert!(hits.is_sorted_by(|a, b| a.at >= b.at));
    }
    let first = bench.store.search(by_words("버스"), Place::START, 4, &everybody()).await.unwrap();
    bench.write_all(&["버스 6"]).await;
    bench.index_all().await;
    let rest = bench.store.search(by_words("버스"), first.next.unwrap(), 50, &everybody()).await.unwrap();
    let seen: Vec<_> = first.hits.into_iter().chain(rest.hits).map(|hit| hit.snippet.text).collect();
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn filters_narrow_the_search() {
    let bench = Bench::new();
    bench.write_all(&["버스 하나", "버스 둘", "버스 셋"]).await;
    bench.outside("UPDATE conversation SET category = '교통/버스' WHERE id = 1; UPDATE conversation SET category = '교통안전/기타', desk = 'north' WHERE id = 2");
    let with = |change: fn(&mut SearchFilter)| {
        let mut filter = by_words("버스");
        change(&mut filter);
        filter
    };
    let number = |number: &str| Some(SoughtCitizen::Number(PhoneNumber::parse(number)));
    for (filter, expected) in [
        (with(|f| f.category = Some("교통".into())), vec!["버스 하나"]),
        (with(|f| f.category = Some("교통/버스".into())), vec!["버스 하나"]),
        (with(|f| f.desk = Some("north".into())), vec!["버스 둘"]),
        (with(|f| f.since_at = Some(T0 + MINUTE)), vec!["버스 셋", "버스 둘"]),
        (with(|f| f.until_at = Some(T0 + MINUTE)), vec!["버스 하나"]),
        (SearchFilter { citizen: number("+82 10-3333-0001"), ..SearchFilter::default() }, vec!["버스 둘"]),
        (SearchFilter { citizen: number("01099990000"), ..by_words("버스") }, vec![]),
        (with(|f| f.citizen = Some(SoughtCitizen::Shown("0002".into()))), vec!["버스 셋"]),
        (with(|f| f.citizen = Some(SoughtCitizen::Shown("010-****-0002".into()))), vec!["버스 셋"]),
    ] {
        assert_eq!(bench.find(filter.clone()).await, expected, "{filter:?}");
        bench.index_all().await;
        assert_eq!(bench.find(filter.clone()).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_citizen_is_found_by_the_name_that_lists_show() {
    let bench = Bench::new();
    bench.write_all(&["버스 하나", "버스 둘"]).await;
    let number = PhoneNumber::parse("01033330001");
    let name = bench.store.pseudonyms().of_citizen(&number).short_name();
    let named = bench.store.citizens_named(name, &everybody()).await.unwrap();
    assert_eq!(named, [number]);
    let of = |numbers| SearchFilter { citizen: Some(SoughtCitizen::Any(numbers)), ..SearchFilter::default() };
    assert_eq!(bench.find(of(named)).await, ["버스 둘"]);
    assert_eq!(bench.find(of(Vec::new())).await, [""; 0]);
    assert!(bench.store.citizens_named("IIII".into(), &everybody()).await.unwrap().is_empty());
}

/// The same rule as for lists.
#[tokio::test]
async fn nobody_finds_what_they_may_not_see() {
    let bench = Bench::new();
    let north = bench.counselor("buk").await;
    bench.store.set_duties("buk".into(), None, Some(DeskScope::Only(vec!["north".into()]))).await.unwrap();
    bench.write_all(&["버스 하나", "버스 둘", "버스 셋", "버스 넷"]).await;
    bench.outside(
        "UPDATE conversation SET desk = 'north' WHERE id = 2; UPDATE conversation SET tier = 1 WHERE id = 3",
    );
    bench.index_all().await;
    let actor = bench.store.person(north).await;
    let found = bench.find_as(&actor, by_words("버스"), 50).await;
    assert_eq!(found.iter().map(|hit| hit.conversation_id).collect::<Vec<_>>(), [3, 2]);
    for (id, is_found) in [(1, false), (2, true), (3, true), (4, false)] {
        assert_eq!(bench.store.conversation(id, &actor).await.unwrap().is_ok(), is_found, "{id}");
    }
}

#[tokio::test]
async fn insults_are_found_and_not_shown() {
    let bench = Bench::new();
    bench.write_all(&["버스 욕설"]).await;
    bench.outside("UPDATE inbox SET is_abusive = 1");
    let hits = bench.find_as(&everybody(), by_words("욕설"), 50).await;
    assert!(hits[0].is_abusive && hits[0].snippet.text.is_empty());
}

#[tokio::test]
async fn the_index_keeps_nothing_of_what_is_erased() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.write_all(&["꿿뛟 쀏됋 은밀한 하소연"]).await;
    bench.store.claim(1, minsu, MANY, T0).await.unwrap().unwrap();
    bench
        .store
        .answer_as(minsu, super::replies::new_reply(1, "a", &["꿿뛟 답장"]), T0)
        .await
        .unwrap()
        .unwrap();
    bench
        .store
        .by(1, minsu, Command::Note { text: "꿿뛟 메모".into() }, &quiet(), T0)
        .await
        .unwrap()
        .unwrap();
    bench.all_leave(T0).await;
    bench.index_all().await;
    let erasure = Erasure { number: PhoneNumber::parse("01033330000"), even_open: true };
    let before = bench.indexed_bytes();
    bench.store.erase_citizen(erasure, &everybody(), &quiet(), T0).await.unwrap().unwrap();
    // An empty page has a header of four bytes.
    assert!(before > 100 && bench.indexed_bytes() <= 3 * 4, "{before} {}", bench.indexed_bytes());
    assert!(bench.find(by_words("꿿뛟")).await.is_empty());
    bench.outside("PRAGMA integrity_check");
    bench.write_all(&["꿿뛟 또"]).await;
    bench.index_all().await;
    assert_eq!(bench.find(by_words("꿿뛟")).await, ["꿿뛟 또"]);
}

/// Somebody has changed the file, or another version filled the index: it is built anew, and nothing is lost.
#[tokio::test]
async fn an_index_that_does_not_fit_is_built_anew() {
    for harm in ["UPDATE inbox SET text = '딴소리 버스' WHERE id = 1", "UPDATE search_progress SET form = 0"]
    {
        let bench = Bench::new();
        bench.write_all(&["버스 하나", "버스 둘"]).await;
        bench.index_all().await;
        bench.outside(harm);
        let erasure = Erasure { number: PhoneNumber::parse("01033330000"), even_open: true };
        bench.store.erase_citizen(erasure, &everybody(), &quiet(), T0).await.unwrap().unwrap();
        assert_eq!(
            bench.value::<i64>("SELECT count(*) FROM search_progress WHERE source = 'text'"),
            0,
            "{harm}"
        );
        assert_eq!(bench.find(by_words("버스")).await, ["버스 둘"]);
        bench.index_all().await;
        assert_eq!(bench.find(by_words("버스")).await, ["버스 둘"]);
    }
}

/// A copy holds the index, and is proved with it.
#[tokio::test]
async fn a_copy_is_sound_with_its_index() {
    let bench = Bench::new();
    bench.write_all(&TEXTS).await;
    bench.index_all().await;
    let examined = bench.store.examine_all(true, false).await.unwrap();
    assert_eq!(examined.troubles, []);
    assert!(bench.store.table_sizes().await.unwrap().iter().any(|table| table.name == "search_text_data"));
    assert!(bench.indexed_bytes() > 0);
}

/// Nobody waits for a search that finds little: it stops and says how far it looked.
#[tokio::test]
async fn a_search_that_finds_little_stops_and_goes_on() {
    let bench = Bench::new();
    bench.write_all(&["ㅎ 처음"]).await;
    bench.outside(&format!(
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 130000)
         INSERT INTO note (conversation_id, kind, text, created_at) SELECT 1, 'note', '메모', {T0} + n FROM i"
    ));
    let page = bench.store.search(by_words("ㅊㅇ"), Place::START, 5, &everybody()).await.unwrap();
    assert!(page.looked_back_to_at.is_some_and(|at| at > T0) && page.next.is_some());
    let rest = bench.store.search(by_words("ㅊㅇ"), page.next.unwrap(), 5, &everybody()).await.unwrap();
    let found = page.hits.len() + rest.hits.len();
    assert_eq!((found, rest.looked_back_to_at), (1, None));
}

/// Closed conversations with an answer, of desks that one may see.
#[tokio::test]
async fn similar_questions_come_with_their_answers() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let asked = [
        "첨단09번 막차 몇 시예요",
        "여권 사진 규격",
        "첨단09 버스 막차시간 알려주세요",
        "첨단09 막차 시간",
        "막차",
    ];
    bench.write_all(&asked).await;
    for id in [1, 2, 3] {
        bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
        let key = format!("a{id}");
        let words = [format!("(1/2) 답 {id}"), "(2/2) 끝".to_owned()];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        bench.store.answer_as(minsu, super::replies::new_reply(id, &key, &words), T0).await.unwrap().unwrap();
    }
    bench.all_leave(T0).await;
    for id in [1, 2] {
        bench.store.close(id, minsu, Closing::default(), T0).await.unwrap().unwrap();
    }
    let similar = async |actor: &Actor| bench.store.similar(4, 3, actor).await.unwrap();
    let (citizen, found) = similar(&everybody()).await.unwrap();
    assert_eq!(citizen, PhoneNumber::parse("01033330003"));
    let ids: Vec<i64> = found.iter().map(|one| one.conversation_id).collect();
    assert_eq!(ids, [1], "the third is not closed, the second shares nothing");
    assert_eq!((found[0].question.reveal(), found[0].answer.reveal()), (asked[0], "답 1끝"));
    let north = bench.counselor("buk").await;
    bench.store.set_duties("buk".into(), None, Some(DeskScope::Only(vec!["north".into()]))).await.unwrap();
    let north = bench.store.person(north).await;
    assert_eq!(similar(&north).await.unwrap_err(), Refusal::NotYourDesk);
    bench.outside("UPDATE conversation SET desk = 'north' WHERE id = 4");
    assert!(similar(&north).await.unwrap().1.is_empty());
}
