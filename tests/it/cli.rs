//! The counselor's program as a whole, against a running gateway: what a counselor does on a day.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};

use image::ImageFormat;
use munja::api::wire::ConversationDetail;
use serde_json::Value;

use crate::harness::{CITIZEN, Gateway, assert_balanced, until_async};
use crate::photos::{self, Phone, picture};

/// A counselor's home and the way to the server.
struct Counselor {
    home: tempfile::TempDir,
    server: String,
}

impl Counselor {
    async fn logged_in(gateway: &Gateway) -> Counselor {
        let server = format!("http://127.0.0.1:{}", gateway.desk.port);
        let counselor = Counselor { home: tempfile::tempdir().unwrap(), server };
        let server = counselor.server.clone();
        let args = ["login", "--server", &server, "--user", "minsu", "--password-stdin"];
        let done = counselor.says("long-enough\n", &args).await;
        assert!(done.status.success(), "{}", text(&done.stderr));
        counselor
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("munja"));
        command.env_clear().env("HOME", self.home.path()).env("LANG", "ko_KR.UTF-8").args(args);
        command
    }

    /// Runs the program with this input.
    async fn says(&self, input: &str, args: &[&str]) -> Output {
        let mut command = assert_cmd::Command::from_std(self.command(args));
        command.write_stdin(input.to_owned());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// Runs the program; its output if it ends with this code.
    async fn does(&self, code: i32, args: &[&str]) -> String {
        let done = self.says("", args).await;
        let (out, err) = (text(&done.stdout), text(&done.stderr));
        assert_eq!(done.status.code(), Some(code), "{args:?}\n{out}\n{err}");
        assert!(!err.contains("panicked"), "{err}");
        if code == 0 { out } else { err }
    }

    fn starts(&self, args: &[&str]) -> Child {
        self.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn mode(&self, path: &str) -> u32 {
        self.home.path().join(path).metadata().unwrap().permissions().mode() & 0o777
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counselors_day() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    assert_eq!(minsu.mode(".config/munja/default.json"), 0o600);
    assert_eq!(minsu.mode(".config/munja"), 0o700);
    assert_eq!(minsu.does(0, &["whoami"]).await, "김민수 (minsu) · 상담사\n");
    assert!(minsu.does(5, &["next"]).await.contains("기다리는 시민이 없습니다"));

    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    assert!(minsu.does(0, &["list"]).await.contains("62번 버스 언제 와요?"));
    let next = minsu.does(0, &["next"]).await;
    assert!(next.contains("상담 1번 · 010-****-5678 · 상담 중 (김민수)"), "{next}");

    let sent = minsu.does(0, &["reply", "1", "5분 뒤에 옵니다."]).await;
    assert!(sent.contains("답변을 보냅니다"), "{sent}");
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    assert!(minsu.does(0, &["show", "1"]).await.contains("도착 (문자"));
    assert!(minsu.does(0, &["doubt"]).await.contains("없습니다"));
    assert!(minsu.does(0, &["status"]).await.contains("bizgo"));

    assert!(minsu.does(6, &["false-alarm", "1", "--reason", "긴급 아님"]).await.contains("경보가 없습니다"));
    // On another machine the conversation was never shown.
    let elsewhere = Counselor::logged_in(&gateway).await;
    assert!(elsewhere.does(7, &["close", "1", "--force"]).await.contains("munja show 1"));
    minsu.does(2, &["close", "1", "--reason", "안내함"]).await;
    minsu.does(0, &["close", "1", "--reason", "안내함", "--category", "버스"]).await;
    assert!(minsu.does(6, &["reply", "1", "하나 더"]).await.contains("종료된 상담입니다"));
    assert!(minsu.does(0, &["show", "1"]).await.contains("종료 사유: 안내함"));
    minsu.does(5, &["show", "99"]).await;
    minsu.does(0, &["logout"]).await;
    minsu.does(3, &["list"]).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
}

/// Lines behind an answer that was refused, or that asks first, were meant for another citizen: none of them reaches this one.
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_ends_at_an_answer_that_does_not_leave() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    for refused in ["네 😀\n.\ny\n", ".\ny\n", "네\n.\nyou can come\n.\ny\n"] {
        let lines = format!("1\na\n.0\n{refused}2\na\n다른 시민에게\n.\ny\n");
        let ended = minsu.says(&lines, &["desk", "--plain"]).await;
        assert_eq!(ended.status.code(), Some(6), "{refused:?}: {}", text(&ended.stdout));
        assert!(text(&ended.stderr).contains("나가지 않아"), "{refused:?}: {}", text(&ended.stderr));
    }
    let texts = gateway.sim().ledger().messages;
    assert!(!texts.iter().any(|text| text.text.contains("다른") || text.text.contains('네')), "{texts:?}");
    let sent = minsu.says("1\na\n.0\n곧 옵니다\n.\ny\n", &["desk", "--plain"]).await;
    assert!(sent.status.success(), "{} {}", text(&sent.stdout), text(&sent.stderr));
    // What was sent is no draft when the desk has ended: the server knows it by then.
    assert!(minsu.does(0, &["drafts"]).await.contains("초안이 없습니다"));
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
}

/// Programs of one machine share the key of an answer; those of two machines share nothing but the words.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_answer_from_many_programs_at_once_leaves_once() {
    const WORDS: &str = "5분 뒤에 옵니다.";
    let gateway = Gateway::start().await;
    let (minsu, elsewhere) = (Counselor::logged_in(&gateway).await, Counselor::logged_in(&gateway).await);
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    minsu.does(0, &["next"]).await;
    elsewhere.does(0, &["show", "1"]).await;
    let begun = [&minsu, &elsewhere, &minsu, &elsewhere].map(|at| at.starts(&["reply", "1", WORDS]));
    let ended = tokio::task::spawn_blocking(|| begun.map(|child| child.wait_with_output().unwrap()));
    let ended = ended.await.unwrap();
    let said: Vec<String> = ended.iter().map(|one| text(&one.stdout)).collect();
    assert!(ended.iter().all(|one| one.status.success()), "{ended:?}");
    assert_eq!(said.iter().filter(|out| out.contains("답변을 보냅니다")).count(), 1, "{said:?}");
    // Under the shared key it is the same request, else another one with the same words.
    let not_again = ["지금은 보내지 않았습니다", "다시 보내지 않았습니다"];
    let n_not_again = said.iter().filter(|out| not_again.iter().any(|words| out.contains(words))).count();
    assert_eq!(n_not_again, 3, "{said:?}");

    // Two desks: the second one asks, and its pipe ends there.
    let (lines, desk) = ("1\na\n.0\n정류장은 시청 앞입니다.\n.\ny\n", ["desk", "--plain"]);
    let (one, other) = tokio::join!(minsu.says(lines, &desk), elsewhere.says(lines, &desk));
    let mut codes = [one.status.code(), other.status.code()];
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(6)], "{} {}", text(&one.stdout), text(&other.stdout));

    let left = |words: &str| gateway.sim().ledger().messages.iter().filter(|one| one.text == words).count();
    gateway.until(|b| b.n_outbound("delivered") == 3).await;
    assert_eq!((left(WORDS), left("정류장은 시청 앞입니다.")), (1, 1));
    assert!(elsewhere.does(0, &["reply", "1", WORDS]).await.contains("--again"));
    elsewhere.does(0, &["reply", "1", WORDS, "--again"]).await;
    gateway.until(|b| b.n_outbound("delivered") == 4).await;
    assert_eq!(left(WORDS), 2);
    assert_balanced(&gateway.store, gateway.sim()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_past_a_text_they_have_not_seen() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    gateway.sim().text(CITIZEN, "주차 신고는 어디로 하나요");
    gateway.until(|b| b.n_routed == 1).await;
    minsu.does(0, &["next"]).await;
    gateway.sim().text(CITIZEN, "아니에요 해결됐어요");
    gateway.until(|b| b.n_routed == 2).await;
    for args in [["reply", "1", "120으로 신고하세요"], ["close", "1", "--reason=안내함"]] {
        let refused = minsu.does(7, &args).await;
        assert!(refused.contains("해결됐어요") && refused.contains("--force"), "{refused}");
    }
    assert!(minsu.does(0, &["drafts"]).await.contains("120으로 신고하세요"));
    minsu.does(0, &["show", "1"]).await;
    minsu.does(0, &["reply", "1", "--draft"]).await;
    assert!(!minsu.does(0, &["drafts"]).await.contains("120으로"));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_json_and_exit_codes() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    let refused: Value = serde_json::from_str(&minsu.does(5, &["next", "--json"]).await).unwrap();
    assert_eq!(refused["code"], "nobody_waits");
    gateway.sim().text(CITIZEN, "\u{1b}[2J급해요\u{202e}");
    gateway.until(|b| b.n_routed == 1).await;
    let out = minsu.does(0, &["next", "--json"]).await;
    assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out:?}");
    let detail: ConversationDetail = serde_json::from_str(&out).unwrap();
    assert!(detail.messages[0].text().contains("급해요"));
    let refused: Value = serde_json::from_str(&minsu.does(8, &["reply", "1", "👍", "--json"]).await).unwrap();
    assert_eq!((&refused["code"], &refused["characters"][0]), (&"unencodable".into(), &"👍".into()));
    minsu.does(2, &["reply"]).await;
    minsu.does(4, &["login", "--user", "a", "--password-stdin", "--server", "http://127.0.0.1:9"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    let done = minsu.says("wrong-one\n", &["login", "--user", "minsu", "--password-stdin"]).await;
    assert_eq!(done.status.code(), Some(3));
    assert!(text(&done.stderr).contains("맞지 않습니다"));
    // The log-in before still holds.
    minsu.does(0, &["whoami"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_sees_a_text_come_in() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    let mut watcher = minsu.starts(&["watch", "--json", "--after", "0"]);
    gateway.sim().text(CITIZEN, "안녕하세요");
    let out = watcher.stdout.take().unwrap();
    let seen = tokio::task::spawn_blocking(move || {
        let lines = BufReader::new(out).lines().map(|l| serde_json::from_str::<Value>(&l.unwrap()).unwrap());
        let kinds = lines.map(|event| event["kind"].as_str().unwrap().to_owned());
        kinds.take_while(|kind| kind != "text_in").collect::<Vec<_>>()
    });
    let seen = tokio::time::timeout(crate::harness::BOUND, seen).await.unwrap().unwrap();
    assert!(seen.iter().any(|kind| kind == "logged_in"), "{seen:?}");
    watcher.kill().unwrap();
    watcher.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_is_no_accident() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    for args in [vec!["status"], vec!["--help"], vec!["completions", "bash"], vec!["list", "--json"]] {
        let mut child = minsu.starts(&args);
        drop(child.stdout.take());
        let done = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        assert_eq!((done.status.code(), text(&done.stderr)), (Some(0), String::new()), "{args:?}");
    }
}

/// Both ways in one talk: a photo that a citizen's phone sent is saved byte by byte, another goes back.
#[tokio::test(flavor = "multi_thread")]
async fn photos_come_and_go() {
    let phone = Phone::start().await;
    let png = picture(ImageFormat::Png, 60, 50);
    phone.sends(&[&png]);
    let gateway = photos::gateway(&phone).await;
    let minsu = Counselor::logged_in(&gateway).await;
    let anybody = munja::domain::actor::Actor::operator("test");
    let is_here = || async {
        gateway.store.photo(1, &anybody).await.is_ok_and(|found| found.is_ok_and(|(_, b)| b.is_some()))
    };
    until_async(&gateway.store, is_here).await;
    assert!(minsu.does(0, &["list"]).await.contains("[첨부 1개]"));
    let shown = minsu.does(0, &["next"]).await;
    assert!(shown.contains("◆ 사진 1 · PNG ") && shown.contains("munja photo 1"), "{shown}");
    let folder = minsu.home.path().display().to_string();
    assert!(minsu.does(0, &["photo", "1", "--save", &folder]).await.contains("photo-1.png"));
    assert_eq!(std::fs::read(minsu.home.path().join("photo-1.png")).unwrap(), png);
    assert_eq!(minsu.mode("photo-1.png"), 0o600);
    assert!(minsu.does(5, &["photo", "9"]).await.contains("찾을 수 없습니다"));

    let file = minsu.home.path().join("photo-1.png").display().to_string();
    let sent = minsu.does(0, &["reply", "1", "--photo", &file, "이 정류장입니다."]).await;
    assert!(sent.contains("답변을 보냅니다"), "{sent}");
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    assert!(minsu.does(0, &["show", "1"]).await.contains("JPEG"));
    let ledger = gateway.sim().ledger();
    assert_eq!(ledger.messages.iter().filter(|text| text.photos.len() == 1).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_is_found_by_the_name_that_lists_show() {
    let gateway = Gateway::start().await;
    let minsu = Counselor::logged_in(&gateway).await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    let listed = minsu.does(0, &["list"]).await;
    let name = listed.lines().next().and_then(|line| line.rsplit("  ").next()).unwrap().to_owned();
    assert_eq!(name.len(), 4, "{listed}");
    for words in [
        vec!["search".to_owned(), format!("시민 {name}")],
        vec!["search".to_owned(), format!("--citizen=시민 {name}")],
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found = minsu.does(0, &words).await;
        assert!(
            found.contains(&format!("시민 {name} (010-****-5678)")) && found.contains("62번 버스"),
            "{found}"
        );
    }
    assert!(minsu.does(2, &["search", ""]).await.contains("munja search 막차"));
    // A draft is one for every face: what a command keeps, the list and the next reply have.
    minsu.does(0, &["next"]).await;
    minsu.does(0, &["draft", "1", "62번은 5분 뒤에 옵니다."]).await;
    let drafts = minsu.does(0, &["drafts"]).await;
    assert!(drafts.contains("62번은 5분 뒤에") && drafts.contains(&name), "{drafts}");
    minsu.does(0, &["reply", "1", "--draft"]).await;
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
}
