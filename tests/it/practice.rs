//! A whole practice run over its own API, and what it leaves: nothing.

use munja::api::wire::ConversationDetail;
use munja::cli::LessonFact;
use munja::ops::lang::Lang;
use munja::practice::{Pace, Practice};
use serde_json::json;

use super::harness::{Desk, Gateway, until_async};

impl Desk {
    /// The desk of who practises.
    fn of(practice: &Practice) -> Desk {
        let port = practice.server().rsplit(':').next().unwrap().parse().unwrap();
        Desk { port, token: practice.token().into(), http: reqwest::Client::new() }
    }

    async fn show(&self, id: i64) -> ConversationDetail {
        self.get(&format!("/v1/conversations/{id}")).await.unwrap()
    }

    /// The conversation in which the citizen wrote these words.
    async fn with_words(&self, practice: &Practice, words: &str) -> ConversationDetail {
        for id in 1..=6 {
            // What was passed on is not theirs any more.
            let Ok(found) = self.get::<ConversationDetail>(&format!("/v1/conversations/{id}")).await else {
                continue;
            };
            if found.messages.iter().any(|text| text.inbound().is_some() && text.text().contains(words)) {
                return found;
            }
        }
        panic!("nobody wrote {words} in {}", practice.folder().display())
    }

    async fn take(&self, id: i64) -> ConversationDetail {
        self.post(&format!("/v1/conversations/{id}/claim"), &json!({})).await.unwrap()
    }

    /// Answers, and closes or leaves it.
    async fn answers(&self, id: i64, text: &str) {
        let shown = self.show(id).await;
        self.reply(&shown, text, &format!("{:x}", rand::random::<u64>())).await.unwrap();
    }

    async fn closes(&self, id: i64) {
        let last_seen = self.show(id).await.last_inbound_id;
        let close = json!({ "last_seen": last_seen, "category": "생활정보/기타", "unanswered": true });
        self.post::<serde_json::Value>(&format!("/v1/conversations/{id}/close"), &close).await.unwrap();
    }

    async fn acts(&self, id: i64, action: serde_json::Value) {
        let path = format!("/v1/conversations/{id}/actions");
        self.post::<ConversationDetail>(&path, &action).await.unwrap();
    }

    /// Waits until the citizen has written so many texts in it.
    async fn heard(&self, practice: &Practice, id: i64, n: usize) {
        let has = || async {
            let shown = self.show(id).await;
            shown.messages.iter().filter(|text| text.inbound().is_some()).count() >= n
        };
        until_async(practice.store(), has).await;
    }
}

/// Waits until all six citizens have written.
async fn all_wrote(practice: &Practice) {
    let all = || async {
        let balance = practice.store().balance().await.unwrap();
        // The one of the false alarm writes twice.
        balance.n_routed >= 7
    };
    until_async(practice.store(), all).await;
}

#[tokio::test]
async fn a_new_counselor_meets_everything_and_nothing_is_left() {
    let gateway = Gateway::start().await;
    let before = gateway.store.balance().await.unwrap();
    let seq = gateway.store.last_event_seq().await.unwrap();
    let real = row_counts(gateway.store.path());

    let practice = Practice::start(Lang::Ko, Pace::AtOnce).await.unwrap();
    let folder = practice.folder().to_owned();
    let desk = Desk::of(&practice);
    all_wrote(&practice).await;

    // Danger first: it rings, is answered, and tells where.
    let danger = desk.with_words(&practice, "쓰러졌어요").await;
    let id = danger.summary.id;
    assert_eq!((danger.summary.tier, danger.summary.is_ringing), (Some(1), true));
    desk.take(id).await;
    desk.answers(id, "119에 알리고 있습니다. 지금 어디입니까?").await;
    desk.heard(&practice, id, 2).await;
    let shown = desk.show(id).await;
    assert!(shown.messages.iter().any(|text| text.text().contains("가짜동")), "they say where they are");
    desk.answers(id, "구급차가 가고 있습니다.").await;
    desk.heard(&practice, id, 3).await;
    desk.closes(id).await;

    // A false alarm.
    let id = desk.with_words(&practice, "게임 이야기").await.summary.id;
    let last_seen = desk.take(id).await.last_inbound_id;
    desk.acts(id, json!({ "action": "false_alarm", "reason": "잘못 보냄", "last_seen": last_seen })).await;
    desk.answers(id, "괜찮으시다니 다행입니다.").await;
    desk.heard(&practice, id, 3).await;
    desk.closes(id).await;

    // Abuse is folded, and calms down after a warning.
    let abuse = desk.with_words(&practice, "왜 답이 없어").await;
    assert!(abuse.summary.is_abusive);
    let id = abuse.summary.id;
    desk.take(id).await;
    desk.acts(id, json!({ "action": "warn" })).await;
    desk.heard(&practice, id, 2).await;
    desk.answers(id, "오늘 안에 가져갑니다.").await;
    desk.heard(&practice, id, 3).await;
    desk.closes(id).await;

    // Another department's question is passed on.
    let id = desk.with_words(&practice, "보건소").await.summary.id;
    desk.take(id).await;
    desk.acts(id, json!({ "action": "transfer", "desk": "bukgu", "note": "예방접종" })).await;
    assert_eq!(practice.store().desk_of(id).await.unwrap(), "bukgu");

    // A question, another one after the answer, thanks, and a rating.
    let id = desk.with_words(&practice, "62번").await.summary.id;
    desk.take(id).await;
    desk.answers(id, "네, 23:10에 있습니다.").await;
    desk.heard(&practice, id, 2).await;
    desk.answers(id, "시청 앞입니다.").await;
    desk.heard(&practice, id, 3).await;
    desk.closes(id).await;

    let facts = practice.finish().await.unwrap();
    assert!(!folder.exists(), "the folder goes with the run");
    let answered = |lesson: &str| {
        let of = |one: &&LessonFact| one.lesson == lesson;
        facts.lessons.iter().find(of).unwrap().answer_ms.is_some()
    };
    for (lesson, is) in [
        ("question", true),
        ("transfer", false),
        ("abuse", true),
        ("danger", true),
        ("false_alarm", true),
        ("thanks", false),
    ] {
        assert_eq!(answered(lesson), is, "{lesson}: {facts:?}");
    }
    assert_eq!((facts.n_to_come, facts.is_danger_first), (0, Some(true)), "{facts:?}");
    assert!(
        facts.has_passed_on && facts.has_ended_alarm && facts.has_warned && facts.n_closed == 4,
        "{facts:?}"
    );

    // The real gateway knows nothing of it.
    assert_eq!(gateway.store.balance().await.unwrap(), before);
    assert_eq!(gateway.store.last_event_seq().await.unwrap(), seq);
    assert_eq!(row_counts(gateway.store.path()), real);
    assert!(gateway.sim().ledger().texts.is_empty());
}

/// The rows of every table but those that the loops of a gateway write by themselves.
fn row_counts(path: &std::path::Path) -> Vec<(String, i64)> {
    let own =
        ["inbound_cursor", "raw_page", "carrier_comparison", "access_head", "daemon_start", "purge_run"];
    let file = rusqlite::Connection::open(path).unwrap();
    let sql =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' ORDER BY name";
    let mut select = file.prepare(sql).unwrap();
    let names = select.query_map([], |r| r.get::<_, String>(0)).unwrap().map(Result::unwrap);
    let is_counted = |name: &String| !own.contains(&name.as_str()) && !name.starts_with("sqlite_");
    let count = |name: String| {
        let n = file.query_row(&format!("SELECT count(*) FROM {name}"), [], |r| r.get(0)).unwrap();
        (name, n)
    };
    names.filter(is_counted).map(count).collect()
}

#[tokio::test]
async fn the_english_citizens_ring_and_insult_as_well() {
    let practice = Practice::start(Lang::En, Pace::AtOnce).await.unwrap();
    let desk = Desk::of(&practice);
    all_wrote(&practice).await;
    assert!(desk.with_words(&practice, "collapsed").await.summary.is_ringing);
    assert!(desk.with_words(&practice, "no answer").await.summary.is_abusive);
    assert_eq!(practice.finish().await.unwrap().is_danger_first, Some(false));
}

/// The program itself, line by line: it opens the desk, is left, and says what was done.
#[tokio::test]
async fn the_program_opens_a_desk_and_leaves_nothing() {
    let (home, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut program = std::process::Command::new(assert_cmd::cargo::cargo_bin!("munja"));
    program.env_clear().env("HOME", home.path()).env("TMPDIR", temporary.path()).env("LANG", "ko_KR.UTF-8");
    program.args(["practice", "--plain"]);
    let mut program = assert_cmd::Command::from_std(program);
    let done =
        tokio::task::spawn_blocking(move || program.write_stdin("q\n").output().unwrap()).await.unwrap();
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert_eq!(done.status.code(), Some(0), "{out}\n{err}");
    assert!(out.contains("이 연습의 자료는 모두 지웠습니다."), "{out}\n{err}");
    let left: Vec<_> =
        std::fs::read_dir(temporary.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!home.path().join(".config/munja/default.json").exists());
}
