//! Supervisors edit the service's lists: in force at once for everybody, kept over a restart, put back from the history, and the
//! operator's file again after that.

use std::process::{Command, Output};

use munja::api::wire::{CannedList, CategoryList, EditedListView, ListHistory, ListResponse, ProblemDetails};
use munja::config::Config;
use munja::domain::actor::Role;
use munja::domain::event::EventKind;
use munja::store::NewCounselor;
use serde_json::{Value, json};

use crate::control::{munjad, said};
use crate::harness::{CITIZEN, Carrier, Desk, Gateway, until_async};

const OWN: &str = "[[reply]]\nkey = \"own\"\ntext = \"운영자가 적은 말입니다.\"\n";
const DRONE: &str =
    "[[reply]]\nkey = \"drone\"\ntext = \"드론 축제는 10월에 합니다.\"\ncategory = \"문화·관광·체육/드론\"\n";

async fn gateway() -> Gateway {
    let more = "[service]\nreplies = \"replies.toml\"";
    Gateway::with_files(Carrier::start().await, more, ("", ""), &[("replies.toml", OWN)]).await
}

/// A supervisor beside the counselor of the gateway.
async fn supervisor(gateway: &Gateway, login: &str) -> Desk {
    let (login, password) = (login.to_owned(), "long-enough".to_owned());
    let new = NewCounselor { login: login.clone(), name: format!("관리자 {login}"), password };
    gateway.store.add_counselor(new, 0).await.unwrap();
    gateway.store.set_duties(login.clone(), Some(Role::Supervisor), None).await.unwrap();
    let body = json!({ "login": login, "password": "long-enough" });
    let answer: Value = gateway.desk.post("/v1/login", &body).await.unwrap();
    Desk { token: answer["token"].as_str().unwrap().into(), ..gateway.desk.clone() }
}

async fn put(desk: &Desk, list: &str, body: Value) -> Result<ListResponse, ProblemDetails> {
    let url = format!("http://127.0.0.1:{}/v1/lists/{list}", desk.port);
    let response = desk.ask(desk.http.put(url).json(&body)).await;
    let is_ok = response.status().is_success();
    let body = response.bytes().await.unwrap();
    if is_ok {
        Ok(serde_json::from_slice(&body).unwrap())
    } else {
        Err(serde_json::from_slice(&body).expect("a problem"))
    }
}

fn stored(content: Option<&str>, based_on: i64) -> Value {
    json!({ "content": content, "based_on": based_on, "reason": "새 안내" })
}

async fn canned(desk: &Desk) -> Vec<String> {
    let list: CannedList = desk.get("/v1/canned").await.unwrap();
    list.replies.into_iter().map(|reply| reply.key).collect()
}

fn has(keys: &[String], key: &str) -> bool {
    keys.iter().any(|known| known == key)
}

/// The categories in force, with one more.
async fn with_drones(boss: &Desk) -> String {
    let now: EditedListView = boss.get("/v1/lists/categories").await.unwrap();
    assert_eq!((now.state.source.as_str(), now.state.version), ("built_in", 0));
    let more = now.content.replace("\"공연·전시\", ", "\"공연·전시\", \"드론\", ");
    assert_ne!(more, now.content);
    more
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisors_list_is_in_force_at_once_and_after_a_restart() {
    let mut gateway = gateway().await;
    let boss = supervisor(&gateway, "boss").await;
    let refused = put(&gateway.desk, "replies", stored(Some(DRONE), 0)).await.unwrap_err();
    assert_eq!(refused.code, "supervisors_only");
    let content: EditedListView = boss.get("/v1/lists/replies").await.unwrap();
    assert_eq!((content.state.source.as_str(), content.content.as_str()), ("file", OWN));

    // It names a category that is not there yet.
    let refused = put(&boss, "replies", stored(Some(DRONE), 0)).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.faults[0].line), ("list_refused", Some(4)));
    assert!(refused.faults[0].message.contains("드론"), "{:?}", refused.faults);
    let categories = with_drones(&boss).await;
    let done = put(&boss, "categories", stored(Some(&categories), 0)).await.unwrap();
    assert!(done.is_stored && done.state.version == 1 && done.state.source == "supervisor", "{done:?}");
    assert_eq!(
        done.changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(),
        ["문화·관광·체육/드론"]
    );
    let done = put(&boss, "replies", stored(Some(DRONE), 0)).await.unwrap();
    let changed: Vec<_> =
        done.changes.iter().map(|change| (change.key.as_str(), change.after.is_some())).collect();
    assert_eq!(changed, [("drone", true), ("own", false)]);

    // A counselor uses both at once.
    let keys = canned(&gateway.desk).await;
    assert!(has(&keys, "drone") && has(&keys, "hello") && !has(&keys, "own"), "{keys:?}");
    let talk = gateway.claimed("드론 축제 언제예요?").await;
    let action = json!({ "action": "category", "category": "드론" });
    let actions = format!("/v1/conversations/{}/actions", talk.summary.id);
    let _: Value = gateway.desk.post(&actions, &action).await.unwrap();

    // Taking it away again says who has it.
    let mut dry = stored(None, 1);
    dry["dry_run"] = json!(true);
    let refused = put(&boss, "categories", dry.clone()).await.unwrap_err();
    assert_eq!(refused.faults[0].list.as_deref(), Some("replies"), "the reply needs the category");
    gateway.restart().await;
    let boss = Desk { port: gateway.desk.port, ..boss };
    assert!(has(&canned(&gateway.desk).await, "drone"));
    let list: CategoryList = gateway.desk.get("/v1/categories").await.unwrap();
    assert!(has(&list.categories, "문화·관광·체육/드론"));
    let status: Value = gateway.desk.get("/v1/status").await.unwrap();
    assert_eq!(status["lists"].as_array().unwrap().len(), 2, "{}", status["lists"]);
    let config = gateway.folder.path().join("gateway.toml");
    let checked = tokio::task::block_in_place(|| munjad(&["check"], &config));
    assert!(said(&checked).contains("replies: version 1 of 관리자 boss"), "{}", said(&checked));

    // Back to the operator's file, then the first version again.
    let done = put(&boss, "replies", stored(None, 1)).await.unwrap();
    assert_eq!((done.state.source.as_str(), done.state.version), ("file", 2));
    let keys = canned(&gateway.desk).await;
    assert!(has(&keys, "own") && !has(&keys, "drone"), "{keys:?}");
    let mut dry = stored(None, 1);
    dry["dry_run"] = json!(true);
    let preview = put(&boss, "categories", dry).await.unwrap();
    let gone = &preview.changes[0];
    assert_eq!((gone.key.as_str(), gone.n_open, gone.n_all), ("문화·관광·체육/드론", Some(1), Some(1)));
    let one: Value = boss.get("/v1/lists/replies/history/1").await.unwrap();
    put(&boss, "replies", stored(one["content"].as_str(), 2)).await.unwrap();
    assert!(has(&canned(&gateway.desk).await, "drone"));
    let history: ListHistory = boss.get("/v1/lists/replies/history").await.unwrap();
    let all: Vec<_> =
        history.versions.iter().map(|of| (of.version, of.is_file, of.reason.as_str())).collect();
    assert_eq!(all, [(3, false, "새 안내"), (2, true, "새 안내"), (1, false, "새 안내")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_supervisors_do_not_overwrite_each_other() {
    let gateway = gateway().await;
    let (one, two) = (supervisor(&gateway, "one").await, supervisor(&gateway, "two").await);
    let reply = |text: &str| format!("[[reply]]\nkey = \"x\"\ntext = \"{text}\"\n");
    put(&one, "replies", stored(Some(&reply("하나")), 0)).await.unwrap();
    let refused = put(&two, "replies", stored(Some(&reply("둘")), 0)).await.unwrap_err();
    let newest = refused.list_version.expect("who was faster");
    assert_eq!(
        (refused.code.as_str(), newest.by.as_str(), newest.version),
        ("list_changed", "관리자 one", 1)
    );
    // The same again after a lost answer is no conflict.
    let again = put(&one, "replies", stored(Some(&reply("하나")), 0)).await.unwrap();
    assert!(again.is_same && !again.is_stored && again.state.version == 1);
    put(&two, "replies", stored(Some(&reply("둘")), 1)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_a_supervisor_adds_rings() {
    let gateway = gateway().await;
    let boss = supervisor(&gateway, "boss").await;
    let text = "무지개열차가 서 있어요";
    gateway.sim().text(CITIZEN, text);
    gateway.until(|b| b.n_routed == 1).await;
    let urgent = || async {
        let events = gateway.store.events_after(0, 1_000).await.unwrap();
        events.iter().filter(|event| event.kind == EventKind::Urgent).count()
    };
    assert_eq!(urgent().await, 0);
    let rule =
        "[[rule]]\nid = \"train\"\ntier = 1\nkind = \"danger\"\nlang = \"ko\"\nwords = [\"무지개열차\"]\n";
    let mut dry = stored(Some(rule), 0);
    dry["dry_run"] = json!(true);
    let preview = put(&boss, "words", dry).await.unwrap();
    assert_eq!((preview.n_texts, preview.changes[0].n_found, preview.is_stored), (Some(1), Some(1), false));
    assert_eq!(urgent().await, 0, "a preview changes nothing");
    put(&boss, "words", stored(Some(rule), 0)).await.unwrap();
    gateway.sim().text("01022223333", text);
    until_async(&gateway.store, || async { urgent().await == 1 }).await;
    // What the built-in lists see cannot be taken away.
    for (content, why) in [
        ("[[guard]]\nid = \"g\"\nwords = [\"살려\"]", "guard"),
        ("[second_opinion]\nenabled = false", "second_opinion"),
        (rule.replace("train", "help").as_str(), "rule help"),
    ] {
        let refused = put(&boss, "words", stored(Some(content), 1)).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.faults[0].key.as_deref()), ("list_refused", Some(why)));
    }
}

/// The operator's configuration is read again, with a file that the supervisors' version does not fit to any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_refused_leaves_the_file_in_force_and_is_told() {
    let mut gateway = gateway().await;
    let boss = supervisor(&gateway, "boss").await;
    let categories = with_drones(&boss).await;
    put(&boss, "categories", stored(Some(&categories), 0)).await.unwrap();
    let path = gateway.folder.path().join("gateway.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        gateway.folder.path().join("own.toml"),
        "version = \"x\"\n[[group]]\nname = \"가\"\nitems = [\"나\"]\n",
    )
    .unwrap();
    let more = "[privacy]\nkeep_category_days = { \"가/나\" = 365 }\n";
    let with = config.replace("[service]", "[service]\ncategories = \"own.toml\"") + more;
    std::fs::write(&path, with).unwrap();
    gateway.daemon.as_mut().unwrap().reload(Config::load(&path).unwrap()).unwrap();
    let list: CategoryList = gateway.desk.get("/v1/categories").await.unwrap();
    assert_eq!(list.categories, ["가/나"]);
    let status: Value = gateway.desk.get("/v1/status").await.unwrap();
    let told = &status["lists"][0];
    assert_eq!((&told["source"], &told["version"]), (&json!("file"), &json!(1)));
    assert!(told["refused"]["message"].as_str().unwrap().contains("가/나"), "{told}");
    gateway.restart().await;
    let list: CategoryList = gateway.desk.get("/v1/categories").await.unwrap();
    assert_eq!(list.categories, ["가/나"], "a start is not stopped by it");
    // The operator takes it back: the version holds again.
    std::fs::write(&path, config).unwrap();
    gateway.daemon.as_mut().unwrap().reload(Config::load(&path).unwrap()).unwrap();
    let list: CategoryList = gateway.desk.get("/v1/categories").await.unwrap();
    assert!(has(&list.categories, "문화·관광·체육/드론"));
}

/// Runs `munja` as whoever has this token; what it said, if it ends with this code.
async fn munja(desk: &Desk, home: &std::path::Path, code: i32, args: &[&str]) -> String {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("munja"));
    command.env_clear().env("HOME", home).env("LANG", "ko_KR.UTF-8").args(args);
    command.env("MUNJA_SERVER", format!("http://127.0.0.1:{}", desk.port));
    command.env("MUNJA_TOKEN", &*desk.token).stdin(std::process::Stdio::null());
    let run = move || -> Output { command.output().unwrap() };
    let done = tokio::task::spawn_blocking(run).await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(code), "{args:?}\n{out}\n{err}");
    format!("{out}{err}")
}

#[tokio::test(flavor = "multi_thread")]
async fn munja_edit_from_files() {
    let gateway = gateway().await;
    let boss = supervisor(&gateway, "boss").await;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("replies.toml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "[[reply]]\nkey = \"night\"\ntext = \"밤에는 {who}\"\n").unwrap();
    let from = ["edit", "replies", "--from", path, "--reason", "밤 안내", "--yes"];
    let told = munja(&boss, home.path(), 2, &from).await;
    assert!(told.contains("3번째 줄: reply night") && told.contains("저장하지 않았습니다"), "{told}");
    std::fs::write(&file, "[[reply]]\nkey = \"night\"\ntext = \"밤에는 119에 문자하세요.\"\n").unwrap();
    let told = munja(&boss, home.path(), 0, &["edit", "replies", "--from", path, "--check"]).await;
    assert!(told.contains("새로: night: 밤에는") && told.contains("없어짐: own"), "{told}");
    assert!(!has(&canned(&gateway.desk).await, "night"), "only checked");
    let told = munja(&boss, home.path(), 6, &["edit", "replies", "--from", path, "--reason", "밤"]).await;
    assert!(told.contains("새로: night"), "{told}");
    let told = munja(&boss, home.path(), 0, &from).await;
    assert!(told.contains("replies: 1판을 씁니다."), "{told}");
    assert!(has(&canned(&gateway.desk).await, "night"));
    let told = munja(&boss, home.path(), 0, &["edit"]).await;
    assert!(told.contains("replies  관리자가 고친 목록 · 1판 · 관리자 boss"), "{told}");
    assert!(munja(&boss, home.path(), 0, &["status"]).await.contains("replies  관리자가 고친 목록"));
    let back = ["edit", "replies", "--operator-file", "--reason", "되돌림", "--yes"];
    assert!(munja(&boss, home.path(), 0, &back).await.contains("다시 운영자 파일을 씁니다"));
    let restore = ["edit", "replies", "--restore", "1", "--reason", "다시", "--yes", "--json"];
    assert!(munja(&boss, home.path(), 0, &restore).await.contains("\"version\":3"));
    assert!(
        munja(&boss, home.path(), 0, &["edit", "replies", "--show", "1"]).await.contains("key = \"night\"")
    );
    let history = munja(&boss, home.path(), 0, &["edit", "replies", "--history"]).await;
    assert_eq!(history.lines().count(), 3, "{history}");
    assert!(munja(&boss, home.path(), 0, &["edit", "replies", "--print"]).await.contains("밤에는 119"));
    munja(&boss, home.path(), 2, &["edit", "replies", "--from", path]).await;
    munja(&gateway.desk, home.path(), 6, &["edit"]).await;
}
