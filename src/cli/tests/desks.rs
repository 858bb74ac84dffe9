//! Desks are called by their names, as they are configured, wherever a person reads.

use super::*;

async fn world() -> World {
    let mut world = World::new().await;
    world.is_terminal = true;
    let desk = |key: &str, name: &str| json!({ "key": key, "name": name, "is_open": true, "until_at": null });
    let desks = [desk("main", "시청"), desk("buk", "북구 보건소")];
    world.server.on("GET /v1/desks", [Reply::Json(json!({ "desks": desks }))]);
    let row = |id: i64, desk: &str| {
        let mut row = summary(id, "62번 버스");
        row["desk"] = json!(desk);
        row
    };
    let list = json!({ "conversations": [row(12, "main"), row(7, "gone")], "n_total": 2 });
    world.server.on("GET /v1/conversations", [Reply::Json(list)]);
    let account = |login: &str, desks: &str| json!({ "id": 1, "login": login, "name": login, "role": "counselor", "desks": desks, "has_totp": false, "must_change_password": false });
    let accounts = [account("minsu", "*"), account("hana", "main buk"), account("boss", "")];
    world.server.on("GET /v1/accounts", [Reply::Json(json!({ "accounts": accounts }))]);
    let colleague = |login: &str, desks: &str| json!({ "login": login, "name": login, "role": "counselor", "desks": desks, "presence": "on", "since": null, "n_held": 0, "is_me": false });
    let colleagues = [colleague("minsu", "*"), colleague("hana", "buk")];
    world.server.on("GET /v1/colleagues", [Reply::Json(json!({ "colleagues": colleagues }))]);
    let bulletin = |id: i64, desk: Value| {
        json!({
            "id": id, "text": "눈", "desk": desk, "begun_by": "박관리", "begun_at": NOON, "until_at": NOON + 60_000,
            "ended_at": null, "ended_by": null, "is_holding": true,
        })
    };
    let bulletins = [bulletin(3, json!("buk")), bulletin(2, Value::Null)];
    world.server.on("GET /v1/bulletins", [Reply::Json(json!({ "bulletins": bulletins }))]);
    let change = |what: &str, old: Value, new: Value| json!({ "at": NOON, "what": what, "by": null, "from": "munjad", "old": old, "new": new });
    let changes = [
        change("added", Value::Null, json!("counselor *")),
        change("desks", json!("*"), json!("main buk")),
        change("desks", json!("buk"), json!("")),
        change("role", json!("counselor"), json!("supervisor")),
    ];
    let exception = json!({ "conversation_id": 12, "desk": "buk", "first_at": NOON, "last_at": NOON, "n_seen": 1, "n_done": 0 });
    let history = json!({ "changes": changes, "desk_exceptions": [exception] });
    world.server.on("GET /v1/accounts/minsu/history", [Reply::Json(history)]);
    world
}

/// No key where there is a name, and no sign for all desks.
#[tokio::test]
async fn a_desk_has_its_name_in_every_table() {
    let mut world = world().await;
    for (args, lang, named) in [
        (&["list"][..], "ko", &["시청", "gone"][..]),
        (&["accounts"], "ko", &["모든 부서", "시청, 북구 보건소"]),
        (&["accounts"], "en", &["all desks", "시청, 북구 보건소"]),
        (&["colleagues"], "ko", &["모든 부서", "북구 보건소"]),
        (&["bulletin", "list"], "ko", &["모든 부서", "북구 보건소"]),
        (
            &["account", "minsu", "history"],
            "ko",
            &[
                "추가 상담사, 모든 부서",
                "모든 부서 → 시청, 북구 보건소",
                "북구 보건소 → -",
                "상담사 → 관리자",
                "다른 부서(북구 보건소)",
            ],
        ),
    ] {
        for is_terminal in [true, false] {
            world.is_terminal = is_terminal;
            let run = world.munja(&[args, &["--lang", lang]].concat()).await;
            assert_eq!(run.exit, Exit::Ok, "{args:?} {}", run.err);
            // A pipe has no desks in the list of conversations.
            if is_terminal || args != ["list"] {
                for name in named {
                    assert!(run.out.contains(name), "{args:?} {name}\n{}", run.out);
                }
            }
            for key in ["main", "buk", "*"] {
                let is_key = run.out.split([' ', ',', '(', ')', '\n']).any(|word| word == key);
                assert!(!is_key, "{args:?} {key}\n{}", run.out);
            }
        }
    }
}

/// Where the server does not say what desks are called, their keys are better than nothing; a program always gets the keys.
#[tokio::test]
async fn a_desk_without_a_known_name_has_its_key() {
    let world = world().await;
    let run = world.munja(&["accounts", "--json"]).await;
    let said: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(said["accounts"][1]["desks"], json!("main buk"));
    world.server.on("GET /v1/desks", [problem(403, "role_refuses")]);
    let run = world.munja(&["accounts"]).await;
    assert!(run.exit == Exit::Ok && run.out.contains("main, buk"), "{} {}", run.out, run.err);
}
