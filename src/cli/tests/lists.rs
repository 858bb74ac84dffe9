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
