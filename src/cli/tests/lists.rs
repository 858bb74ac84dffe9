//! `munja edit` in an editor: nothing is lost, nothing is stored that nobody looked at.

use super::*;

const GET: &str = "GET /v1/lists/replies";
const PUT: &str = "PUT /v1/lists/replies";

fn list(version: i64) -> Reply {
    Reply::Json(json!({ "list": "replies", "source": "file", "version": version, "content": "one = 1\n" }))
}

fn response(is_stored: bool) -> Reply {
    let changes = json!([
        { "key": "night", "before": null, "after": "밤에는 119" }, { "key": "bye", "before": "잘 가요", "after": null },
        { "key": "교통/택시", "before": "", "after": null, "n_open": 2, "n_all": 40 },
    ]);
    Reply::Json(json!({
        "list": "replies", "source": "supervisor", "version": 4, "is_stored": is_stored, "changes": changes,
    }))
}

fn refused() -> Reply {
    let fault =
        json!({ "list": "replies", "line": 3, "key": "reply x", "message": "is defined twice\u{1b}[2J" });
    Reply::Problem(422, "list_refused", json!({ "faults": [fault] }))
}

async fn world(editor: &str) -> World {
    let mut world = World::new().await;
    world.is_terminal = true;
    world.set("EDITOR", editor);
    world.server.on(GET, [list(3)]);
    world
}

const APPENDS: &str = "sh -c 'printf \"two = 2\\n\" >> \"$1\"' x";

fn bodies(world: &World) -> Vec<Value> {
    world.server.asked().into_iter().filter(|asked| asked.line == PUT).map(|asked| asked.body).collect()
}

#[tokio::test]
async fn a_list_is_mended_in_the_editor_looked_at_and_stored() {
    let mut world = world(APPENDS).await;
    world.stdin = "네\n네\n밤 안내\n".into();
    world.server.on(PUT, [refused(), response(false), response(true)]);
    let run = world.munja(&["edit", "replies"]).await;
    assert_eq!((run.exit, run.out.trim()), (Exit::Ok, "replies: 4판을 씁니다."), "{}", run.err);
    for words in
        ["3번째 줄: reply x: ", "새로: night: 밤에는 119", "없어짐: bye: 잘 가요", "40건", "진행 중 2건"]
    {
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
    assert!(!run.err.contains('\u{1b}'), "{}", run.err);
    let asked = bodies(&world);
    let twice = "one = 1\ntwo = 2\ntwo = 2\n";
    assert_eq!(asked[0]["content"], json!("one = 1\ntwo = 2\n"));
    assert_eq!((&asked[1]["content"], &asked[1]["dry_run"]), (&json!(twice), &json!(true)));
    assert_eq!(asked[2], json!({ "content": twice, "based_on": 3, "reason": "밤 안내", "dry_run": false }));
    assert!(!world.state("draft-list-replies.toml").exists());
}

#[tokio::test]
async fn what_is_not_stored_is_kept_and_an_unchanged_list_changes_nothing() {
    let mut world = world("true").await;
    let run = world.munja(&["edit", "replies"]).await;
    assert_eq!((run.exit, run.out.trim()), (Exit::Ok, "바뀐 것이 없습니다."), "{}", run.err);
    assert!(bodies(&world).is_empty() && !world.state("draft-list-replies.toml").exists());

    world.set("VISUAL", APPENDS);
    world.server.on(PUT, [response(false)]);
    world.stdin = "아니요\n".into();
    let run = world.munja(&["edit", "replies"]).await;
    assert_eq!(run.exit, Exit::Refused);
    assert!(run.err.contains("draft-list-replies.toml"), "{}", run.err);
    assert_eq!(bodies(&world).len(), 1, "only examined");
    let kept = std::fs::read_to_string(world.state("draft-list-replies.toml")).expect("kept");
    assert_eq!(
        (kept.as_str(), mode(&world.state("draft-list-replies.toml"))),
        ("one = 1\n# munja: begun with version 3\ntwo = 2\n", 0o600)
    );

    // Somebody else was faster; what was kept before stays where it is.
    let newest = json!({ "list": "replies", "version": 4, "by": "이관리", "at": NOON, "reason": "r", "is_file": false });
    let changed = Reply::Problem(409, "list_changed", json!({ "list_version": newest }));
    world.server.on(PUT, [response(false), changed]);
    world.stdin = "네\n사유\n".into();
    let run = world.munja(&["edit", "replies"]).await;
    assert_eq!(run.exit, Exit::LookFirst);
    assert!(run.err.contains("이관리 님") && run.err.contains("draft-list-replies-2.toml"), "{}", run.err);
    let first = world.state("draft-list-replies.toml").display().to_string();
    assert!(run.err.contains(&format!("--from {first}")), "what was left before is named: {}", run.err);

    // An editor that cannot be run has written nothing: there is nothing to be kept, and the command that was given is named.
    world.set("VISUAL", "false");
    let run = world.munja(&["edit", "replies"]).await;
    assert!(run.err.contains("munja edit replies\n") && !run.err.contains("munja reply"), "{}", run.err);
    assert!(!world.state("draft-list-replies-3.toml").exists(), "{}", run.err);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_with_what_to_do() {
    let world = World::new().await;
    world.server.on(GET, [list(3)]);
    let (folder, binary, large) =
        (world.home.path().join("folder"), world.home.path().join("binary"), world.home.path().join("large"));
    std::fs::create_dir(&folder).expect("made");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).expect("written");
    std::fs::write(&large, "#".repeat(300 * 1024)).expect("written");
    let missing = world.home.path().join("missing");
    let cases = [
        (&missing, Exit::Usage, "파일이 없습니다"),
        (&folder, Exit::Usage, "폴더입니다"),
        (&binary, Exit::Usage, "UTF-8 텍스트 파일이 아닙니다"),
        (&large, Exit::Unsendable, "256 KiB"),
    ];
    for (path, exit, said) in cases {
        let path = path.display().to_string();
        let run = world.munja(&["edit", "replies", "--from", &path, "--check"]).await;
        assert_eq!(run.exit, exit, "{}", run.err);
        assert!(run.err.contains(&path) && run.err.contains(said), "{}", run.err);
    }
    let unsaid = world.munja(&["login", "--user", "minsu", "--ca", &missing.display().to_string()]).await;
    assert!(unsaid.exit == Exit::Usage && unsaid.err.contains("파일이 없습니다"), "{}", unsaid.err);
    world.server.on(PUT, [Reply::Problem(413, "body_too_large", json!({}))]);
    let small = world.home.path().join("small");
    std::fs::write(&small, "x = 1").expect("written");
    let small = small.display().to_string();
    let run = world.munja(&["edit", "replies", "--from", &small, "--check"]).await;
    assert!(run.exit == Exit::Unsendable && run.err.contains("목록이 너무 큽니다"), "{}", run.err);
}

#[tokio::test]
async fn without_an_answer_it_is_said_how_to_look_whether_it_was_stored() {
    let world = World::new().await;
    world.server.on(GET, [list(3)]);
    world.server.on(PUT, [response(false), Reply::Lost]);
    let file = world.home.path().join("list");
    std::fs::write(&file, "x = 1").expect("written");
    let args = ["edit", "replies", "--from", &file.display().to_string(), "--reason", "밤", "--yes"];
    let run = world.munja(&args).await;
    assert_eq!(run.exit, Exit::Unreachable);
    for said in ["되었는지 알 수 없습니다", "munja edit replies --history"] {
        assert!(run.err.contains(said), "{}", run.err);
    }
    world.server.on("POST /v1/conversations/12/actions", [Reply::Lost]);
    let run = world.munja(&["note", "12", "메모"]).await;
    assert!(run.err.contains("munja show 12"), "{}", run.err);
}

#[tokio::test]
async fn a_fault_of_another_list_names_it_and_the_preview_says_what_should_be_known() {
    let world = World::new().await;
    let file = world.home.path().join("list");
    std::fs::write(&file, "x = 1").expect("written");
    let file = file.display().to_string();
    let fault = json!({ "list": "replies", "line": 3, "key": "reply x", "message": "is defined twice" });
    let state = |list: &str| json!({ "list": list, "source": "file", "version": 0, "content": "" });
    let preview = |list: &str, key: &str| {
        let changes = json!([{ "key": key, "before": null, "after": "x" }]);
        let mut preview = state(list);
        preview["is_stored"] = json!(false);
        preview["changes"] = changes;
        Reply::Json(preview)
    };
    for (list, key, hint) in [("categories", "가/나", "version"), ("words", "gas", "다시 판단하지 않으니")]
    {
        world.server.on(&format!("GET /v1/lists/{list}"), [Reply::Json(state(list))]);
        let put = format!("PUT /v1/lists/{list}");
        world.server.on(&put, [preview(list, key)]);
        let run = world.munja(&["edit", list, "--from", &file, "--check"]).await;
        assert!(run.exit == Exit::Ok && run.out.contains(hint), "{} {}", run.out, run.err);
        world.server.on(&put, [Reply::Problem(422, "list_refused", json!({ "faults": [fault] }))]);
        let run = world.munja(&["edit", list, "--from", &file, "--check"]).await;
        assert!(run.err.contains("replies, 3번째 줄: reply x"), "{}", run.err);
    }
    world.server.on("PUT /v1/lists/categories", [preview("categories", "version")]);
    let run = world.munja(&["edit", "categories", "--from", &file, "--check"]).await;
    assert!(!run.out.contains("그대로입니다"), "{}", run.out);
}

#[tokio::test]
async fn where_nothing_changes_nobody_is_asked_whether_it_is_right_for_everybody() {
    let mut world = world(APPENDS).await;
    let same =
        json!({ "list": "replies", "source": "supervisor", "version": 3, "is_stored": false, "changes": [] });
    world.server.on(PUT, [Reply::Json(same)]);
    world.stdin = "아니요\n".into();
    let run = world.munja(&["edit", "replies"]).await;
    assert_eq!(run.exit, Exit::Refused);
    assert!(run.err.contains("바뀌는 것이 없습니다.") && run.err.contains("그래도 새 판으로"), "{}", run.err);
    assert!(!run.err.contains("모두에게"), "{}", run.err);
}

/// A value of the sentence is not taken for the number that the command was about.
#[tokio::test]
async fn a_version_that_is_none_is_named() {
    let world = World::new().await;
    world.server.on("GET /v1/lists/replies/history/3", [Reply::Problem(404, "not_found", json!({}))]);
    let run = world.munja(&["edit", "replies", "--show", "3"]).await;
    assert_eq!(run.exit, Exit::Nothing);
    assert!(run.err.contains("replies 목록에 3판이 없습니다."), "{}", run.err);
}
