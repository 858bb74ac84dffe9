//! Reports: what is refused, what is counted, and months that are closed.

use super::*;
use crate::domain::actor::Role;

/// The clock of [`Desk::open`] stands at 2027-01-15 17:00 in Seoul.
const TODAY: &str = "from=2027-01-15&to=2027-01-15";
const MONTH: &str = "from=2027-01-01&to=2027-01-31";

/// The value of a figure.
fn figure(report: &Value, id: &str) -> Value {
    let all = report["figures"].as_array().expect("figures");
    all.iter().find(|figure| figure["id"] == id).unwrap_or_else(|| panic!("no {id}"))["value"].clone()
}

fn rows(report: &Value, id: &str) -> Vec<Value> {
    let all = report["tables"].as_array().expect("tables");
    all.iter().find(|table| table["id"] == id).expect("the table")["rows"].as_array().expect("rows").clone()
}

impl Desk {
    /// Somebody texts, minsu answers two minutes later and closes.
    async fn served(&self, token: &str) {
        let last = self.text_in(CITIZEN, "버스가 안 와요").await;
        let next = self.post("/v1/conversations/next", token, json!({})).await.expect(200);
        let id = next["id"].as_i64().expect("an id");
        self.pass(120_000).await;
        self.reply(id, token, &format!("k{last}"), json!({"text": "곧 옵니다", "last_seen": last}))
            .await
            .expect(201);
        let close = json!({"last_seen": last, "category": "버스"});
        self.post(&format!("/v1/conversations/{id}/close"), token, close).await.expect(204);
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_is_counted_with_definitions_in_the_readers_language() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    desk.served(&token).await;
    let report = desk.get(&format!("/v1/reports?{TODAY}"), &token).await.expect(200);
    for (id, expected) in [
        ("texts", json!(1)),
        ("consultations", json!(1)),
        ("new_citizens", json!(1)),
        ("replies", json!(1)),
        ("first_response_median", json!(120_000)),
        ("first_response_within_5_min", json!(1_000)),
        ("next_response_median", Value::Null),
        ("finished", json!(1)),
    ] {
        assert_eq!(figure(&report, id), expected, "{id}");
    }
    assert_eq!(report["is_final"], json!(false), "the seven days are not over");
    assert_eq!(rows(&report, "day").len(), 1);
    assert_eq!(rows(&report, "hour")[17]["cells"][0], json!(1));
    assert_eq!(rows(&report, "category_groups")[0]["key"], json!("교통"));
    assert!(
        report["figures"][0]["definition"].as_str().expect("a sentence").starts_with("Texts of citizens")
    );
    let asked = request("GET", &format!("/v1/reports?{TODAY}"), &token).header("accept-language", "ko");
    let korean = desk.send(asked.body(Body::empty()).expect("a request")).await.expect(200);
    assert_eq!(korean["figures"][0]["title"], json!("받은 문자"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reported_is_refused_by_name() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    for query in [
        "",
        "?from=2027-01-15",
        "?from=2027-02-30&to=2027-03-01",
        "?from=2027-01-01&to=2027-01-02&by=moon",
        "?from=2027-01-01&to=2027-01-02&by=counselor",
    ] {
        desk.get(&format!("/v1/reports{query}"), &token).await.refused("bad_request");
    }
    for (query, code) in [
        ("from=2027-01-15&to=2027-01-01", "dates_reversed"),
        ("from=2027-01-16&to=2027-01-17", "dates_in_future"),
        ("from=2007-01-16&to=2027-01-17", "too_many_days"),
    ] {
        desk.get(&format!("/v1/reports?{query}"), &token).await.refused(code);
    }
    desk.get(&format!("/v1/reports?{TODAY}&desk=moon"), &token).await.refused("no_such_desk");
    desk.get(&format!("/v1/reports/words?{TODAY}"), &token).await.refused("supervisors_only");
}

#[tokio::test(start_paused = true)]
async fn a_counselor_sees_their_own_row_and_a_supervisor_all() {
    let desk = Desk::open();
    let (minsu, jiyeong) = (desk.token("minsu").await, desk.token("jiyeong").await);
    desk.served(&minsu).await;
    let path = format!("/v1/reports/counselors?{TODAY}");
    let own = desk.get(&path, &minsu).await.expect(200);
    assert_eq!(rows(&own, "counselor")[0]["label"], json!("상담사 minsu"));
    assert!(rows(&desk.get(&path, &jiyeong).await.expect(200), "counselor").is_empty());
    desk.store.set_duties("jiyeong".into(), Some(Role::Supervisor), None).await.expect("promoted");
    assert_eq!(rows(&desk.get(&path, &jiyeong).await.expect(200), "counselor").len(), 1);
}

/// Erasing a citizen changes no figure; a change of the rows behind a closed month is shown as a correction.
#[tokio::test(start_paused = true)]
async fn a_closed_month_stays_as_it_was_published() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    desk.served(&token).await;
    let open = desk.get(&format!("/v1/reports?{MONTH}"), &token).await.expect(200);
    assert_eq!(open["published_at"], Value::Null, "the month is not over");
    desk.pass(30 * 86_400_000).await;
    let token = desk.token("later").await;
    let closed = desk.get(&format!("/v1/reports?{MONTH}"), &token).await.expect(200);
    assert_eq!(closed["published_at"], json!(desk.now()));
    assert_eq!((&closed["is_final"], &closed["corrections"]), (&json!(true), &json!([])));
    let file = rusqlite::Connection::open(desk.path("munja.db")).expect("the file");
    file.execute_batch(
        "UPDATE conversation SET citizen = 'erased:' || citizen; UPDATE inbox SET text = ''; UPDATE outbox SET text = ''",
    )
    .expect("emptied");
    let again = desk.get(&format!("/v1/reports?{MONTH}"), &token).await.expect(200);
    assert_eq!(again["corrections"], json!([]));
    file.execute_batch("DELETE FROM event WHERE kind = 'replied'").expect("gone");
    let other = desk.get(&format!("/v1/reports?{MONTH}"), &token).await.expect(200);
    let corrections = other["corrections"].as_array().expect("corrections");
    let of = corrections.iter().find(|one| one["name"] == "replies").expect("named");
    assert_eq!((&of["published"], &of["now"]), (&json!(1), &json!(0)));
    let words = ["title", "unit", "month", "published_at"].map(|key| of[key].clone());
    assert_eq!(words, [json!("Replies"), json!("count"), json!("2027-01"), closed["published_at"].clone()]);
    // Every longer period with the month in it names the correction as well, and closes nothing.
    for days in ["from=2027-01-01&to=2027-12-31", "from=2026-12-31&to=2027-02-13"] {
        let longer = desk.get(&format!("/v1/reports?{days}"), &token).await.expect(200);
        let corrections = longer["corrections"].as_array().expect("corrections");
        assert!(corrections.iter().any(|one| one["name"] == "replies"), "{days}");
        assert_eq!(longer["published_at"], Value::Null, "{days}");
    }
    let part = desk.get("/v1/reports?from=2027-01-02&to=2027-01-31", &token).await.expect(200);
    assert_eq!(part["corrections"], json!([]), "of no whole month");
}

#[tokio::test(start_paused = true)]
async fn a_month_before_anything_was_recorded_is_not_closed() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    desk.served(&token).await;
    let before = desk.get("/v1/reports?from=1999-05-01&to=1999-05-31", &token).await.expect(200);
    assert_eq!((&before["is_before_records"], &before["published_at"]), (&json!(true), &Value::Null));
    let today = desk.get(&format!("/v1/reports?{TODAY}"), &token).await.expect(200);
    assert_eq!(today["is_before_records"], json!(false));
}
