//! Figures of conversations that really went through the store: desks of the moment, erased citizens, our own staff.

use super::service::DAY;
use super::*;
use crate::domain::figures::{By, FigureId, Period, Report, Tally};

impl Bench {
    async fn count_figures(&self, period: &str) -> (Tally, Report) {
        let today = jiff::civil::Date::constant(2027, 1, 1);
        let of = FiguresOf {
            period: Period::parse(period, today).unwrap(),
            desk: None,
            by: vec![By::Desk, By::Counselor],
            counselor: None,
            desks: talkative().desks.clone(),
            meaning: |_, _| None,
        };
        let (tally, names) = self.store.figures(of).await.unwrap();
        let report = Report::of(&tally, &names);
        (tally, report)
    }
}

impl Bench {
    async fn erased(&self, citizen: &str, now: i64) {
        let number = PhoneNumber::parse(citizen);
        let erasure = Erasure { number, even_open: false };
        let erased = self.store.erase_citizen(erasure, &everybody(), &quiet(), now).await.unwrap();
        assert!(erased.is_ok(), "{erased:?}");
    }
}

/// A year in which one citizen comes twice, one is passed on, and one is never answered.
async fn a_year(bench: &Bench) {
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let first = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    bench.served(first, minsu, DAY + 4 * MINUTE).await;
    let later = DAY + 10 * 24 * HOUR;
    let second = bench.writes(MINSU, "여권은 어디서 만드나요?", later).await;
    bench.store.claim(second, minsu, MANY, later + MINUTE).await.unwrap().unwrap();
    let pass = Command::ToPerson { login: "jiyeong".into(), note: "여권".into() };
    bench.act(second, minsu, pass, later + 10 * MINUTE).await.unwrap();
    bench.store.claim(second, jiyeong, MANY, later + 11 * MINUTE).await.unwrap().unwrap();
    bench.answer_at(second, jiyeong, "시청 1층입니다", later + 12 * MINUTE).await;
    bench.closes(second, jiyeong, later + 13 * MINUTE).await.unwrap();
    let third = bench.writes(JIYEONG, "불법 주차 신고는요?", later).await;
    bench.store.claim(third, minsu, MANY, later + HOUR).await.unwrap().unwrap();
    bench.closes(third, minsu, later + 2 * HOUR).await.unwrap();
}

#[tokio::test]
async fn what_the_store_did_is_counted_and_stays_when_a_citizen_is_erased() {
    let bench = Bench::new();
    a_year(&bench).await;
    let (tally, report) = bench.count_figures("2026-07").await;
    for (figure, expected) in [
        (FigureId::Texts, 3),
        (FigureId::Consultations, 3),
        (FigureId::Citizens, 2),
        (FigureId::NewCitizens, 2),
        (FigureId::Replies, 2),
        (FigureId::Finished, 3),
        (FigureId::Unanswered, 1),
        (FigureId::Transfers, 1),
        (FigureId::FirstMedian, 4 * MINUTE),
        (FigureId::FirstP95, 12 * MINUTE),
        (FigureId::OwnP90, 4 * MINUTE),
        (FigureId::ResolvedFirst, 1_000),
    ] {
        assert_eq!(tally.whole.value(figure), Some(expected), "{figure:?}");
    }
    let (second, _) = bench.count_figures("2026-07-11").await;
    assert_eq!(second.whole.value(FigureId::NewCitizens), Some(1), "one of the two came before");
    bench.outside("UPDATE outbox SET state = 'cancelled', final_at = 1 WHERE state = 'queued'");
    let (_, before) = bench.count_figures("2026-07").await;
    bench.erased(MINSU, DAY + 20 * 24 * HOUR).await;
    let (tally, after) = bench.count_figures("2026-07").await;
    assert_eq!(after, before, "no figure changes");
    assert_eq!(tally.whole.value(FigureId::Citizens), Some(2), "still one person");
    assert_eq!(report.tables[0].rows.len(), 1);
    // Who was erased and texts again is nobody new.
    bench.writes(MINSU, "또 왔어요", DAY + 25 * 24 * HOUR).await;
    let (again, _) = bench.count_figures("2026-07-26").await;
    assert_eq!(
        (again.whole.value(FigureId::Citizens), again.whole.value(FigureId::NewCitizens)),
        (Some(1), Some(0))
    );
}

/// Minsu answers the passport question after 1 minute and takes it back; answers after 3 (the one that stands) and after 4, of which
/// only the second is taken back. The parking question gets an answer that is refused by the carrier. Two questions, one reply; the
/// board and the points count the same.
#[tokio::test]
async fn an_answer_that_never_left_is_counted_nowhere() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let newest = || bench.value("SELECT max(id) FROM outbox WHERE reply_id IS NOT NULL");
    let first = bench.writes(MINSU, "여권은 어디서 만드나요?", DAY).await;
    bench.store.claim(first, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(first, minsu, "시청 2층입니다", DAY + MINUTE).await;
    bench.store.recall_by(newest(), minsu, DAY + MINUTE + 5_000).await.unwrap();
    bench.answer_at(first, minsu, "시청 1층입니다", DAY + 3 * MINUTE).await;
    bench.answer_at(first, minsu, "점심시간에도 엽니다", DAY + 4 * MINUTE).await;
    bench.store.recall_by(newest(), minsu, DAY + 4 * MINUTE + 5_000).await.unwrap();
    let second = bench.writes(JIYEONG, "불법 주차 신고는요?", DAY).await;
    bench.store.claim(second, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(second, minsu, "앱으로 신고하십시오", DAY + 2 * MINUTE).await;
    bench.outside("UPDATE outbox SET state = 'failed', final_at = 1 WHERE text = '앱으로 신고하십시오'");

    let (tally, _) = bench.count_figures("2026-07").await;
    for (figure, expected) in [
        (FigureId::Replies, Some(1)),
        (FigureId::FirstMedian, Some(3 * MINUTE)),
        (FigureId::FirstP95, Some(3 * MINUTE)),
        (FigureId::OwnMedian, Some(3 * MINUTE)),
        (FigureId::NextMedian, None),
    ] {
        assert_eq!(tally.whole.value(figure), expected, "{figure:?}");
    }
    let day = bench.store.board_day(DAY, DAY + HOUR).await.unwrap();
    let replied: Vec<_> = day.opened.iter().map(|opened| opened.replied_at).collect();
    assert_eq!(replied, [Some(DAY + 3 * MINUTE), None]);
    let deeds = bench.store.deeds((DAY, DAY + HOUR), None).await.unwrap();
    let replies = deeds.iter().flat_map(|(_, all)| all).filter(|deed| deed.kind == EventKind::Replied);
    let left: Vec<bool> = replies.map(|deed| deed.has_left).collect();
    assert_eq!(left, [false, true, false, false]);
}

#[tokio::test]
async fn a_month_is_closed_once() {
    let bench = Bench::new();
    let values = |n| std::collections::BTreeMap::from([("//texts".to_owned(), n)]);
    let close = async |n, now| bench.store.close_month("2026-07".into(), String::new(), values(n), now).await;
    assert_eq!(bench.store.closed_month("2026-07".into(), String::new()).await.unwrap(), None);
    close(3, T0).await.unwrap();
    close(4, T0 + 1).await.unwrap();
    let closed = bench.store.closed_month("2026-07".into(), String::new()).await.unwrap().unwrap();
    assert_eq!((closed.frozen_at, closed.values), (T0, values(3)));
}

#[tokio::test]
async fn words_vanish_with_their_citizen_and_are_counted() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    bench.served(id, minsu, DAY + MINUTE).await;
    let insert = |words: &str, at: i64| {
        bench.outside(&format!(
            "INSERT INTO survey (conversation_id, counselor_id, asked_at, answered_at, score, comment)
             VALUES ({id}, {minsu}, {at}, {at}, 5, '{words}')"
        ));
    };
    insert("친절해요", DAY);
    insert("", DAY + 1);
    insert("빨라요", DAY + 2);
    let all = bench.store.quotes((DAY, DAY + 3), None, None, 1).await.unwrap();
    assert_eq!((all.quotes.len(), all.n_more, all.n_erased), (1, 1, 1));
    assert_eq!(all.quotes[0].comment.as_ref().unwrap().reveal(), "빨라요");
    let none = bench.store.quotes((DAY, DAY + 3), Some("north".into()), None, 9).await.unwrap();
    assert_eq!((none.quotes.len(), none.n_erased), (0, 0));
}

/// A sample year can be tried: its counselors' work can be reviewed, and survey answers bring points.
#[tokio::test]
async fn an_invented_year_can_be_reviewed_and_brings_points() {
    let bench = Bench::new();
    let calendar = talkative().desks.first().calendar.clone();
    let group = crate::domain::catalogue::Group {
        name: "교통".into(),
        items: vec!["버스".into()],
        desks: Vec::new(),
        due_ms: Default::default(),
    };
    let categories = crate::domain::catalogue::Categories { version: "1".into(), groups: vec![group] };
    let year = crate::domain::sample_year::SampleYear {
        year: 2026,
        n_texts: 200,
        until: i64::MAX,
        calendar,
        categories,
    };
    bench.store.write_sample(year.conversations(), "1".into()).await.unwrap();
    let search = ReviewSearch { since: 0, desk: None, counselor_id: None };
    let found = bench.store.reviewable(search, &everybody()).await.unwrap();
    assert!(found.len() > 50, "{}", found.len());
    let deeds = bench.store.deeds((0, i64::MAX), None).await.unwrap();
    let scores = deeds.iter().flat_map(|(_, deeds)| deeds).filter(|deed| deed.score.is_some());
    assert!(scores.clone().count() > 5);
    assert!(scores.clone().all(|deed| deed.by.is_some()), "each is some counselor's");
}
