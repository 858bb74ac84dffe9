//! `munja audit`: the access log for auditors.

use super::*;

fn row(seq: i64, action: &str, citizens: &[i64]) -> Value {
    let citizens: Vec<Value> =
        citizens.iter().map(|id| json!({ "citizen": "ab".repeat(16), "conversation": id })).collect();
    json!({
        "seq": seq, "at": NOON - 60_000, "role": "supervisor", "login": "minsu", "origin": "127.0.0.1",
        "action": action, "conversation_id": null, "item_id": null, "reason": "119\u{1b}[2J", "detail": "",
        "citizens": citizens, "hash": "00",
    })
}

#[tokio::test]
async fn rows_are_a_table_with_the_newest_last() {
    let world = World::new().await;
    let first = json!({ "rows": [row(9, "reveal", &[12]), row(8, "list", &[1, 2, 3])], "next": 8 });
    let second = json!({ "rows": [row(7, "dance", &[])] });
    world.server.on("GET /v1/audit", [Reply::Json(first), Reply::Json(second)]);
    let run = world.munja(&["audit", "show", "--since", "7d", "--login", "minsu"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    let lines: Vec<&str> = run.out.lines().collect();
    assert!(lines[0].starts_with("7  2026-07-03 11:59") && lines[0].contains("dance"), "{}", run.out);
    assert!(lines[1].contains("목록") && lines[1].contains("상담 3건"), "{}", run.out);
    assert!(lines[2].contains("가린 정보 확인") && lines[2].contains("12") && !run.out.contains('\u{1b}'));
    let asked = world.asked();
    assert!(asked[0].starts_with("GET /v1/audit?login=minsu&since_at=") && asked[0].ends_with("&limit=200"));
    assert!(asked[1].ends_with("&limit=198&after=8"), "{asked:?}");
}

#[tokio::test]
async fn who_saw_needs_a_number_and_a_reason_and_sends_them_in_the_body() {
    let mut world = World::new().await;
    world.server.on(
        "POST /v1/audit/who_saw",
        [Reply::Json(json!({ "rows": [row(9, "view", &[12])] })), Reply::Json(json!({ "rows": [] }))],
    );
    let whole = ["audit", "who-saw", "--number", "01012345678", "--reason", "민원"];
    assert_eq!(world.munja(&whole[..4]).await.exit, Exit::Usage);
    assert_eq!(world.munja(&["audit", "who-saw", "--reason", "민원"]).await.exit, Exit::Usage);
    let run = world.munja(&[&whole[..], &["--json"]].concat()).await;
    let rows: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((run.exit, &rows[0]["action"]), (Exit::Ok, &json!("view")), "{}", run.err);
    assert_eq!(world.server.asked()[0].body, json!({ "number": "01012345678", "reason": "민원" }));
    world.stdin = "010-1234-5678\n".to_owned();
    let dash = ["audit", "who-saw", "--number", "-", "--reason", "민원"];
    assert_eq!(world.munja(&dash).await.exit, Exit::Ok);
    assert_eq!(world.server.asked()[1].body["number"], "010-1234-5678", "out of standard input");
    world.server.on("GET /v1/audit", [Reply::Json(json!({ "rows": [] }))]);
    assert_eq!(world.munja(&["audit", "show"]).await.out, "기록이 없습니다.\n");
}
