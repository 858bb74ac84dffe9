//! Colleagues: who is on.

use super::*;

impl Desk {
    pub(super) async fn put(&self, path: &str, token: &str, body: Value) -> Reply {
        self.send(request("PUT", path, token).body(Body::from(body.to_string())).expect("a request")).await
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_on_is_known_to_colleagues() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let jia = desk.token("jia").await;
    let presence = "/v1/me/presence";
    desk.put(presence, &minsu, json!({"presence": "asleep"})).await.refused("bad_request");
    let said = desk.put(presence, &minsu, json!({"presence": "on"})).await.expect(200);
    assert_eq!((&said["presence"], &said["held"]), (&json!("on"), &json!([1])));
    desk.pass(60_000).await;
    let again = desk.put(presence, &minsu, json!({"presence": "on"})).await.expect(200);
    assert_eq!(again["since_at"], said["since_at"], "saying it again changes nothing");
    let list = desk.get("/v1/colleagues", &jia).await.expect(200);
    let of = |n: usize, field: &str| list["colleagues"][n][field].clone();
    assert_eq!(
        (of(0, "login"), of(0, "presence"), of(0, "is_me")),
        ("jia".into(), "on".into(), true.into()),
        "who works and has said nothing is on"
    );
    assert_eq!(of(0, "since"), Value::Null);
    assert_eq!((of(1, "login"), of(1, "presence"), of(1, "n_held")), ("minsu".into(), "on".into(), 1.into()));
    desk.put(presence, &minsu, json!({"presence": "off"})).await.expect(200);
    let seen = desk.store.events_after(0, 100).await.expect("events");
    let said = seen.iter().filter(|e| e.kind.as_str() == "presence").map(|e| e.detail.clone());
    assert_eq!(said.collect::<Vec<_>>(), [Some("on".to_owned()), Some("off".to_owned())]);
}

/// Who went home without saying so.
#[tokio::test(start_paused = true)]
async fn who_is_logged_in_nowhere_is_off() {
    let desk = Desk::open();
    let (minsu, jia) = (desk.token("minsu").await, desk.token("jia").await);
    desk.put("/v1/me/presence", &minsu, json!({"presence": "on"})).await.expect(200);
    desk.post("/v1/logout", &minsu, json!({})).await.expect(204);
    let list = desk.get("/v1/colleagues", &jia).await.expect(200);
    assert_eq!(list["colleagues"][1]["presence"], "off");
}
