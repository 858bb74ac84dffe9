//! Notices to everybody, restricted citizens, and what a colleague holds.

use super::*;
use crate::domain::actor::Role;

#[tokio::test(start_paused = true)]
async fn a_notice_is_told_to_everybody_and_found_for_a_day() {
    let desk = Desk::open();
    let (boss, minsu) = (desk.token("boss").await, desk.token("minsu").await);
    let notice = json!({"text": "눈:  12번 버스가\n돌아갑니다 900101-1234567"});
    desk.post("/v1/announcements", &minsu, notice.clone()).await.refused("supervisors_only");
    desk.store.set_duties("boss".into(), Some(Role::Supervisor), None).await.expect("promoted");
    desk.post("/v1/announcements", &boss, notice).await.expect(204);
    desk.post("/v1/announcements", &boss, json!({"text": " \n "})).await.refused("bad_request");
    desk.post("/v1/announcements", &boss, json!({"text": "가".repeat(301)})).await.refused("bad_request");
    let list = desk.get("/v1/announcements", &minsu).await.expect(200);
    let one = &list["announcements"][0];
    assert_eq!(one["by"], json!("상담사 boss"));
    let text = one["text"].as_str().expect("words");
    assert!(text.starts_with("눈: 12번 버스가 돌아갑니다") && !text.contains("1234567"), "{text}");
    let events = desk.store.events_after(0, 100).await.expect("events");
    let event = events.iter().find(|event| event.kind.as_str() == "announced").expect("an event");
    assert_eq!((event.detail.as_deref(), event.counselor.as_deref()), (Some(text), Some("boss")));
    desk.pass(25 * 3_600_000).await;
    let later = desk.token("later").await;
    assert_eq!(desk.get("/v1/announcements", &later).await.expect(200)["announcements"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_sees_who_is_restricted_and_what_a_colleague_holds() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let boss = desk.token("boss").await;
    let held = "/v1/conversations?state=held&counselor=minsu";
    desk.get(held, &boss).await.refused("supervisors_only");
    desk.store.set_duties("boss".into(), Some(Role::Supervisor), None).await.expect("promoted");
    assert_eq!(desk.get(held, &boss).await.expect(200)["n_total"], json!(1));
    desk.get("/v1/conversations?state=held", &boss).await.refused("bad_request");
    desk.get("/v1/conversations?state=held&counselor=nobody", &boss).await.refused("no_such_person");
    assert_eq!(desk.get("/v1/citizens", &boss).await.expect(200), json!({"citizens": [], "n_total": 0}));
    desk.post("/v1/conversations/1/actions", &minsu, json!({"action": "opt_out"})).await.expect(200);
    let until = desk.now() + 86_400_000;
    let file = rusqlite::Connection::open(desk.path("munja.db")).expect("the file");
    file.execute(
        "INSERT INTO citizen (number, restricted_until_at, restricted_by, restriction_reason)
         VALUES ('01055556666', ?1, (SELECT id FROM counselor WHERE login = 'boss'), '욕설'), ('01055557777', 5, 1, '지난 일')",
        [until],
    )
    .expect("restricted");
    let list = desk.get("/v1/citizens", &boss).await.expect(200);
    let all = list["citizens"].as_array().expect("a list");
    assert_eq!((all.len(), &list["n_total"]), (2, &json!(2)), "what is over is not listed");
    assert_eq!(
        (&all[0]["restricted_until_at"], &all[0]["restricted_by"]),
        (&json!(until), &json!("상담사 boss"))
    );
    assert_eq!((&all[1]["conversation_id"], &all[1]["restricted_until_at"]), (&json!(1), &Value::Null));
    for whole in ["01055556666", "01012345678"] {
        assert!(!list.to_string().contains(whole), "{whole}");
    }
    desk.get("/v1/citizens", &minsu).await.refused("supervisors_only");
}
