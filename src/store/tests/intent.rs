//! What a text is for (`domain::intent`), on a real file: who waits, who is told what, and what is kept.

use super::service::DAY;
use super::*;
use crate::domain::opt_out::Wish;

const LONG: &str = "막차는 22시 40분에 금남로4가에서 떠납니다. 그 뒤에는 심야버스가 있습니다.";

impl Bench {
    fn last_purpose(&self) -> String {
        self.value("SELECT purpose FROM inbox ORDER BY id DESC LIMIT 1")
    }

    fn n_receipts(&self) -> i64 {
        self.value("SELECT count(*) FROM outbox WHERE notice = 'receipt' AND state <> 'cancelled'")
    }

    /// Answers where receipts are sent: those that have not left are taken back.
    async fn tells(&self, id: i64, by: i64, words: &str, now: i64) {
        let new = super::replies::new_reply(id, &format!("{id}-{now}"), &[words]);
        self.store.answer_under(by, new, &talkative(), now).await.unwrap().unwrap();
    }

    /// What is queued reaches the carrier.
    async fn everything_leaves(&self, now: i64) {
        for text in self.lease(10, now).await {
            self.outcome(&text, accepted(&text.id.to_string()), now).await;
        }
    }

    /// A question that was answered with [`LONG`] and closed at [`DAY`].
    async fn consulted(&self) -> (i64, i64) {
        let minsu = self.counselor("minsu").await;
        let id = self.writes(MINSU, "막차 몇 시예요?", DAY).await;
        self.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
        self.tells(id, minsu, LONG, DAY).await;
        assert_eq!(self.closes(id, minsu, DAY).await, Ok(()));
        (id, minsu)
    }
}

#[tokio::test]
async fn reactions_and_thanks_stay_in_the_closed_talk() {
    let bench = Bench::new();
    let (id, _) = bench.consulted().await;
    let cut: String = LONG.chars().take(20).collect();
    for (n, (words, purpose)) in [
        (format!("Liked “{LONG}”"), "reaction"),
        (format!("\u{200b}👍\u{200b} to “{cut}…”"), "reaction"),
        (format!("“{LONG}”에 좋아요를 표시함"), "reaction"),
        ("네 감사합니다^^".to_owned(), "thanks"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(bench.writes(MINSU, &words, DAY + 1 + n as i64).await, id, "{words}");
        assert_eq!(
            (bench.last_purpose().as_str(), bench.conversation_state(id).as_str()),
            (purpose, "closed"),
            "{words}"
        );
    }
    assert_eq!(bench.n_receipts(), 0, "the answer was first");
    // Danger beside a quotation is danger; thanks an hour later may be meant otherwise.
    bench.writes(MINSU, &format!("“{LONG}” 살려주세요"), DAY + 20).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    assert_eq!(bench.value::<i64>("SELECT tier FROM conversation"), 1);
}

#[tokio::test]
async fn thanks_that_come_later_are_read_by_a_person() {
    let bench = Bench::new();
    let (id, _) = bench.consulted().await;
    bench.writes(MINSU, "감사합니다", DAY + 16 * MINUTE).await;
    assert_eq!(
        (bench.last_purpose().as_str(), bench.conversation_state(id).as_str()),
        ("question", "waiting")
    );
}

/// Our own words about danger are no danger of theirs.
#[tokio::test]
async fn what_is_quoted_of_ours_is_not_judged() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "살려주세요", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.tells(id, minsu, "지금 어디에 있습니까?", DAY).await;
    let ours: String = bench.value("SELECT text FROM outbox WHERE notice = 'urgent'");
    let n = bench.n_events("kind = 'urgent'");
    bench.writes(MINSU, &format!("“{ours}” 무슨 뜻이에요"), DAY + 1).await;
    assert_eq!(bench.value::<Option<i64>>("SELECT tier FROM inbox ORDER BY id DESC LIMIT 1"), None);
    assert_eq!(bench.n_events("kind = 'urgent'"), n);
}

#[tokio::test]
async fn a_new_question_soon_after_a_close_gets_its_receipt() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    assert_eq!(bench.n_receipts(), 1);
    bench.everything_leaves(DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.tells(id, minsu, LONG, DAY + 1).await;
    assert_eq!(bench.closes(id, minsu, DAY + 1).await, Ok(()));
    bench.writes(MINSU, "첫차는 몇 시예요?", DAY + MINUTE).await;
    assert_eq!(bench.n_receipts(), 2);
}

#[tokio::test]
async fn where_the_answer_is_first_no_receipt_follows() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.tells(id, minsu, LONG, DAY + 1).await;
    assert_eq!(bench.n_receipts(), 0);
}

#[tokio::test]
async fn a_score_beside_a_question_is_kept_and_a_person_reads_it() {
    let bench = Bench::new();
    let (id, _) = bench.consulted().await;
    bench.pass(DAY + 1).await;
    bench.writes(MINSU, "1 아직도 물이 새요", DAY + MINUTE).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    assert_eq!(bench.value::<i64>("SELECT score FROM survey"), 1);
    bench.writes(JIYEONG, "2 호선 막차 시간", DAY + MINUTE).await;
    assert_eq!(bench.last_purpose(), "question");
}

#[tokio::test]
async fn who_may_have_refused_texts_gets_none_and_is_read() {
    let bench = Bench::new();
    let id = bench.writes(MINSU, "수신거부라니까", DAY).await;
    assert_eq!((bench.conversation_state(id).as_str(), bench.count("outbox")), ("waiting", 0));
    let id = bench.writes(JIYEONG, "[Web발신]\n(광고) 봄 세일 무료수신거부 080-123-4567", DAY).await;
    assert_eq!(
        (bench.conversation_state(id).as_str(), bench.last_purpose().as_str()),
        ("closed", "advertising")
    );
    assert_eq!(bench.count("outbox"), 0);
}

#[tokio::test]
async fn a_counselor_records_what_the_citizen_wants() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "이런 문자는 이제 됐고 여권은요", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    assert_eq!(bench.act(id, minsu, Command::Wish(Wish::OptOut), DAY + 1).await, Ok(()));
    assert_eq!(bench.n_receipts(), 0, "what has not left is taken back");
    assert_eq!(bench.n_events("kind = 'opted_out' AND counselor_id IS NOT NULL"), 1);
    // What they asked in the same text is answered.
    bench.tells(id, minsu, "시청 1층입니다", DAY + 2).await;
    assert_eq!(bench.act(id, minsu, Command::Wish(Wish::OptIn), DAY + 3).await, Ok(()));
    assert_eq!(bench.value::<Option<i64>>("SELECT opted_out_at FROM citizen"), None);
}

#[tokio::test]
async fn nobody_is_restricted_without_a_warning() {
    let bench = Bench::new();
    let boss = bench.supervisor("boss").await;
    let id = bench.writes(MINSU, "이 개새끼야", DAY).await;
    bench.store.claim(id, boss, MANY, DAY).await.unwrap().unwrap();
    let restrict = || Command::Restrict { until: DAY + 24 * HOUR, reason: "협박".into() };
    assert_eq!(bench.act(id, boss, restrict(), DAY).await, Err(Refusal::WarnFirst));
    assert_eq!(bench.act(id, boss, Command::Warn, DAY).await, Ok(()));
    assert_eq!(bench.act(id, boss, restrict(), DAY).await, Err(Refusal::WarnFirst), "they have not gone on");
    bench.writes(MINSU, "뭐 어쩌라고", DAY + 1).await;
    assert_eq!(bench.act(id, boss, restrict(), DAY + 2).await, Ok(()));
    let told: String = bench.value("SELECT text FROM outbox WHERE notice = 'restricted'");
    assert!(told.contains("때문에") && told.contains("epeople.go.kr"), "{told}");
}

/// "Don't send them" is about the police, and a person reads it.
#[tokio::test]
async fn in_a_danger_only_the_keyword_is_an_opt_out() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "살려주세요 남편이 때려요", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.tells(id, minsu, "지금 경찰을 보낼까요?", DAY + 1).await;
    for (n, words) in ["보내지 마세요", "문자 보내지 마세요"].into_iter().enumerate() {
        bench.writes(MINSU, words, DAY + 2 + n as i64).await;
        assert_eq!(bench.last_purpose(), "question", "{words}");
    }
    assert_eq!(bench.conversation_state(id), "active");
    bench.writes(MINSU, "수신거부", DAY + 9).await;
    assert_eq!(bench.last_purpose(), "opt_out");
}

/// Whoever was in danger is told no place in line, also after a duty phone or a handover has ended the alarm.
#[tokio::test]
async fn who_was_in_danger_gets_no_wait_text() {
    let bench = Bench::new();
    let boss = bench.supervisor("boss").await;
    let id = bench.writes(MINSU, "살려주세요 칼 들고 있어요", DAY).await;
    let ended = Command::EndAlarm { reason: "112".into(), last_seen: None };
    assert_eq!(bench.act(id, boss, ended, DAY + 1).await, Ok(()));
    bench.pass(DAY + 6 * MINUTE).await;
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM outbox WHERE notice = 'wait'"), 0);
}

#[tokio::test]
async fn danger_is_answered_in_the_language_of_its_own_text() {
    let bench = Bench::new();
    bench.writes(MINSU, "STOP", DAY).await;
    bench.writes(MINSU, "불났어요 4층이에요", DAY + MINUTE).await;
    let told: String = bench.value("SELECT text FROM outbox WHERE notice = 'urgent'");
    assert!(told.contains("위험하면"), "{told}");
}

/// A carrier may list STOP and START in any order: what the citizen wrote last counts, and a person reads the other.
#[tokio::test]
async fn the_last_wish_by_the_carriers_time_counts() {
    for (first, second, is_opted_out) in [("수신거부", "수신동의", true), ("수신동의", "수신거부", false)]
    {
        let bench = Bench::new();
        bench.writes(MINSU, "안녕하세요 여권 질문이요", DAY - HOUR).await;
        if !is_opted_out {
            bench.writes(MINSU, "수신거부", DAY - MINUTE).await;
        }
        // `first` was written a minute after `second`, and comes before it.
        bench.writes(MINSU, first, DAY).await;
        bench.accept_late(text("overtaken", MINSU, second), MINUTE / 2, DAY + 1).await;
        bench.store.route_received(10, DAY + 1, &talkative()).await.unwrap();
        assert_eq!(bench.last_purpose(), "question", "{second}");
        let opted_out_at: Option<i64> = bench.value("SELECT opted_out_at FROM citizen");
        assert_eq!(opted_out_at.is_some(), is_opted_out, "{first}");
    }
}
