//! Bulletins, and one answer for many: shown and asked first, and never sent twice.

use super::*;

const PREVIEW: &str = "POST /v1/answers/preview";
const ANSWERS: &str = "POST /v1/answers";

fn size() -> Value {
    json!({ "kind": "sms", "n": 16, "most": 90, "unit": "bytes", "n_parts": 1 })
}

fn preview() -> Reply {
    Reply::Json(json!({
        "conversations": [summary(12, "버스요")], "marked": [{ "id": 12, "last_seen": 34 }],
        "left_out": [{ "id": 13, "code": "in_danger" }], "has_more": false, "size": size(),
    }))
}

fn answered(outcome: &str) -> Reply {
    let reply_id = (outcome == "answered").then_some(3);
    let n = i64::from(reply_id.is_some());
    Reply::Json(
        json!({ "results": [{ "id": 12, "outcome": outcome, "reply_id": reply_id }], "n_answered": n }),
    )
}

/// Key and body of what was asked of a route.
fn asked(world: &World, line: &str) -> Vec<(String, Value)> {
    let asked = world.server.asked().into_iter().filter(|a| a.line == line);
    asked.map(|a| (a.header("idempotency-key").unwrap_or_default().to_owned(), a.body)).collect()
}

#[tokio::test]
async fn many_are_answered_only_when_somebody_agrees() {
    let mut world = World::new().await;
    world.server.on(PREVIEW, [preview(), preview(), preview(), preview()]);
    world.server.on(ANSWERS, [answered("answered"), answered("newer_texts")]);
    let run = world.munja(&["answer-all", "모두", "늦습니다."]).await;
    assert_eq!(run.exit, Exit::Refused, "{}", run.err);
    assert!(
        run.err.contains("12") && run.err.contains("버스요") && run.err.contains("빠짐 13번: 긴급"),
        "{}",
        run.err
    );
    assert!(run.err.contains("SMS 16/90바이트") && run.err.contains("│ 모두 늦습니다."), "{}", run.err);
    world.is_terminal = true;
    world.stdin = "n\n".into();
    assert_eq!(world.munja(&["answer-all", "모두 늦습니다."]).await.exit, Exit::Refused);
    assert!(asked(&world, ANSWERS).is_empty());
    world.stdin = "네\n".into();
    let run = world.munja(&["answer-all", "모두 늦습니다.", "--category", "버스", "--close"]).await;
    assert_eq!((run.exit, run.out.trim()), (Exit::Ok, "답하고 종료한 상담: 1건"), "{}", run.err);
    assert_eq!(
        asked(&world, ANSWERS)[0].1,
        json!({ "text": "모두 늦습니다.", "conversations": [{ "id": 12, "last_seen": 34 }], "category": "버스",
                "close": true, "most_texts": 1 })
    );
    let run = world.munja(&["answer-all", "모두 늦습니다.", "--ids", "12-14", "--yes"]).await;
    assert_eq!(run.exit, Exit::LookFirst);
    assert!(run.out.contains("빠짐 12번: 그사이 시민이 새로 씀"), "{}", run.out);
    assert_eq!(asked(&world, PREVIEW)[3].1["ids"], json!([12, 13, 14]));
    let wrong = world.munja(&["answer-all", "답", "--ids", "x"]).await;
    assert_eq!(wrong.exit, Exit::Usage);
}

/// A hint names the command that was given, not the one of another command with the same refusal.
#[tokio::test]
async fn a_close_of_many_without_a_category_says_what_to_add() {
    let world = World::new().await;
    world.server.on(PREVIEW, [preview()]);
    world.server.on(ANSWERS, [problem(422, "category_needed")]);
    let run = world.munja(&["answer-all", "모두 늦습니다.", "--close", "--yes"]).await;
    assert_ne!(run.exit, Exit::Ok);
    assert!(run.err.contains("--category") && !run.err.contains("munja close"), "{}", run.err);
    // Where the list of categories says it, nobody is asked before that.
    let categories = json!({ "version": "1", "categories": ["교통/버스"], "required": true });
    world.server.on("GET /v1/categories", [Reply::Json(categories)]);
    let n_before = asked(&world, PREVIEW).len();
    let run = world.munja(&["answer-all", "모두 늦습니다.", "--close"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("--category") && !run.err.contains("munja close"), "{}", run.err);
    assert_eq!(asked(&world, PREVIEW).len(), n_before);
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text_in(34, "62번")]))]);
    world.server.on("POST /v1/conversations/12/close", [problem(422, "category_needed")]);
    world.munja(&["show", "12"]).await;
    let run = world.munja(&["close", "12"]).await;
    assert!(run.err.contains("munja close 12 --category"), "{}", run.err);
}

#[tokio::test]
async fn who_holds_what_is_left_out_is_named() {
    let world = World::new().await;
    let held = json!({ "id": 13, "code": "claimed_by_other", "held_by": "이지영" });
    let preview = json!({
        "conversations": [summary(12, "버스요")], "marked": [{ "id": 12, "last_seen": 34 }],
        "left_out": [held], "has_more": false, "size": size(),
    });
    world.server.on(PREVIEW, [Reply::Json(preview)]);
    let run = world.munja(&["answer-all", "모두 늦습니다."]).await;
    assert!(run.err.contains("빠짐 13번: 이지영 님이 맡음"), "{}", run.err);
    // Also who took it after it was shown.
    let taken = json!({ "id": 12, "outcome": "claimed_by_other", "held_by": "박하나" });
    let of_older_server = json!({ "id": 14, "outcome": "claimed_by_other" });
    let results = json!({ "results": [taken, of_older_server], "n_answered": 0 });
    world.server.on(ANSWERS, [Reply::Json(results)]);
    let run = world.munja(&["answer-all", "모두 늦습니다.", "--yes"]).await;
    assert!(
        run.out.contains("12번: 박하나 님이 맡음") && run.out.contains("14번: 다른 상담사가 맡음\n"),
        "{}",
        run.out
    );
}

#[tokio::test]
async fn the_same_command_after_a_lost_answer_is_the_same_request() {
    let world = World::new().await;
    world.server.on(PREVIEW, [preview()]);
    world.server.on(
        ANSWERS,
        [Reply::Lost, Reply::Lost, Reply::Lost, Reply::Lost, answered("answered"), answered("answered")],
    );
    let command = ["answer-all", "모두 늦습니다.", "--containing", "버스", "--yes"];
    assert_eq!(world.munja(&command).await.exit, Exit::Unreachable);
    let run = world.munja(&command).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    let all = asked(&world, ANSWERS);
    assert_eq!(all.len(), 5);
    assert!(all.iter().all(|one| *one == all[0]), "one key, one request: {all:?}");
    assert!(asked(&world, PREVIEW).len() == 1, "nobody was looked for again");
    world.server.on(PREVIEW, [preview()]);
    assert_eq!(world.munja(&command).await.exit, Exit::Ok);
    assert_ne!(asked(&world, ANSWERS)[5].0, all[0].0, "a new command, a new key");
}

#[tokio::test]
async fn an_answer_for_many_is_taken_back_and_who_got_it_is_named() {
    const RECALL: &str = "POST /v1/answers/recall";
    let world = World::new().await;
    world.server.on(PREVIEW, [preview()]);
    let mut held = match answered("answered") {
        Reply::Json(held) => held,
        _ => unreachable!("it is JSON"),
    };
    held["answer_id"] = json!("a1b2c3d4e5f6");
    held["recall_until_at"] = json!(NOON + 600_000);
    world.server.on(ANSWERS, [Reply::Json(held)]);
    let run = world.munja(&["answer-all", "모두 늦습니다.", "--yes"]).await;
    assert!(run.out.contains("munja recall --all-of a1b2c3d4e5f6"), "{}", run.out);

    let done = |outcome: &str, n: i64, left: i64| {
        Reply::Json(json!({ "answer_id": "a1b2c3d4e5f6", "n_recalled": n, "n_already_left": left, "results":
            [{ "id": 12, "outcome": "recalled" }, { "id": 14, "outcome": outcome }] }))
    };
    let none = Reply::Problem(404, "not_found", json!({}));
    world.server.on(RECALL, [done("recalled", 2, 0), done("already_left", 1, 1), none]);
    let run = world.munja(&["recall", "--all-of", "a1b2c3d4e5f6"]).await;
    assert_eq!((run.exit, run.out.trim()), (Exit::Ok, "취소한 답변: 2건. 이 시민들은 다시 기다립니다."));
    let run = world.munja(&["recall", "--all-of"]).await;
    assert_eq!(run.exit, Exit::Refused, "{}", run.err);
    assert!(run.out.contains("취소한 답변: 1건") && run.out.contains("상담 14"), "{}", run.out);
    assert_eq!(world.munja(&["recall", "--all-of"]).await.exit, Exit::Nothing);
    let bodies: Vec<Value> = asked(&world, RECALL).into_iter().map(|(_, body)| body).collect();
    assert_eq!(bodies, [json!({ "answer_id": "a1b2c3d4e5f6" }), json!({}), json!({})]);
    assert_eq!(world.munja(&["recall", "3", "--all-of"]).await.exit, Exit::Usage);
}

#[tokio::test]
async fn a_bulletin_is_shown_before_it_begins() {
    let world = World::new().await;
    let receipt = json!({ "language": "ko", "text": "[120] 문자를 받았습니다.\n7월 3일 12:00 알림: 눈", "size": size() });
    let shown = || Reply::Json(json!({ "text": "눈", "receipts": [receipt.clone()], "n_others": 0 }));
    let row = json!({
        "id": 3, "text": "눈", "desk": null, "begun_by": "김민수", "begun_at": NOON, "until_at": NOON + 21_600_000,
        "ended_at": null, "ended_by": null, "is_holding": true,
    });
    let mut begun = row.clone();
    begun["repeated"] = json!(false);
    world.server.on("POST /v1/bulletins/preview", [shown(), shown()]);
    world.server.on("POST /v1/bulletins", [Reply::Json(begun)]);
    let command = ["bulletin", "눈", "--until", "18:00"];
    let run = world.munja(&command).await;
    assert_eq!(run.exit, Exit::Refused);
    assert!(run.err.contains("│ 7월 3일 12:00 알림: 눈"), "{}", run.err);
    let run = world.munja(&["bulletin", "눈", "--until", "18:00", "--yes"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert!(run.out.contains("munja bulletin end 3"), "{}", run.out);
    assert!(
        run.err.contains("18:00까지 받을 접수 문자"),
        "its end is shown without a question, too: {}",
        run.err
    );
    assert_eq!(
        asked(&world, "POST /v1/bulletins")[0].1,
        json!({ "text": "눈", "until_at": NOON + 21_600_000 })
    );
    world.server.on("GET /v1/bulletins", [0, 1].map(|_| Reply::Json(json!({ "bulletins": [row] }))));
    for command in [&["bulletin"][..], &["bulletin", "list"]] {
        let run = world.munja(command).await;
        assert!(run.out.contains("김민수") && run.out.contains("눈"), "{}", run.out);
    }
    for wrong in [&["bulletin", "눈"][..], &["bulletin", "end"], &["bulletin", "--until", "18:00"]] {
        assert_eq!(world.munja(wrong).await.exit, Exit::Usage, "{wrong:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_meant_as_a_bulletin_is_refused_and_a_missing_one_is_named() {
    let world = World::new().await;
    let wrong: [(&[&str], &str); 5] = [
        (&["end", "9", "--until", "2h"], "munja bulletin end N"),
        (&["end 9", "--until", "2h"], "munja bulletin end N"),
        (&["end", "soon"], "munja bulletin list"),
        (&["list", "--until", "2h"], "--until"),
        (&["눈", "--until", "2026-07-01 18:00"], "이미 지난 시각입니다"),
    ];
    for (args, said) in wrong {
        let run = world.munja(&[&["bulletin"][..], args].concat()).await;
        assert!(run.exit == Exit::Usage && run.err.contains(said), "{args:?}: {}", run.err);
    }
    assert!(world.asked().is_empty(), "{:?}", world.asked());
    let run = world.munja(&["bulletin", "end", "99"]).await;
    assert_eq!(run.exit, Exit::Nothing);
    assert!(
        run.err.contains("99번을 찾을 수 없습니다") && run.err.contains("munja bulletin list"),
        "{}",
        run.err
    );
    world
        .server
        .on("POST /v1/answers/recall", [Reply::Problem(400, "bad_request", json!({ "field": "answer_id" }))]);
    let run = world.munja(&["recall", "--all-of", "nosuch"]).await;
    assert!(run.exit == Exit::Nothing && run.err.contains("munja answer-all"), "{}", run.err);
}
