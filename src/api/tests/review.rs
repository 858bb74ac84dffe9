//! Quality reviews: who may draw, write, read and answer; the coaching list; points.

use super::*;
use crate::domain::actor::Role;

const TODAY: &str = "from=2027-01-15&to=2027-01-15";

impl Desk {
    /// Somebody texts, the holder of the token answers after so long, and closes; returns the conversation.
    async fn answered(&self, token: &str, citizen: &str, after_ms: u64) -> i64 {
        let last = self.text_in(citizen, "버스가 안 와요").await;
        let id = self.post("/v1/conversations/next", token, json!({})).await.expect(200)["id"]
            .as_i64()
            .expect("an id");
        self.pass(after_ms).await;
        let answer = json!({"text": "곧 옵니다", "last_seen": last});
        self.reply(id, token, &format!("k{last}"), answer).await.expect(201);
        let close = json!({"last_seen": last, "category": "버스"});
        self.post(&format!("/v1/conversations/{id}/close"), token, close).await.expect(204);
        id
    }

    async fn promote(&self, login: &str) {
        self.store.set_duties(login.into(), Some(Role::Supervisor), None).await.expect("promoted");
    }
}

fn marks(all: [i64; 4]) -> Value {
    let keys = ["courtesy", "정확", "easy_words", "speed"];
    let one = |(key, mark): (&str, i64)| json!({"point": key, "mark": mark});
    Value::Array(keys.into_iter().zip(all).map(one).collect())
}

#[tokio::test(start_paused = true)]
async fn a_consultation_is_drawn_scored_read_and_answered() {
    let desk = Desk::open();
    let (boss, minsu, jiyeong) =
        (desk.token("boss").await, desk.token("minsu").await, desk.token("jiyeong").await);
    desk.promote("boss").await;
    let id = desk.answered(&minsu, CITIZEN, 60_000).await;
    let own = desk.answered(&boss, "01099998888", 60_000).await;
    let sample = desk.get("/v1/reviews/sample?seed=7", &boss).await.expect(200);
    let drawn = sample["consultations"].as_array().expect("a list");
    assert_eq!(
        (drawn.len(), &drawn[0]["conversation_id"], &drawn[0]["counselor"]),
        (1, &json!(id), &json!("minsu"))
    );
    assert_eq!(desk.get("/v1/reviews/sample?seed=7", &boss).await.expect(200), sample, "the same again");
    assert!(!sample.to_string().contains("버스가"), "no words");
    desk.get("/v1/reviews/sample?counselor=nobody", &boss).await.refused("no_such_person");
    desk.get("/v1/reviews/sample?n=51", &boss).await.refused("bad_request");

    let write = format!("/v1/conversations/{id}/reviews");
    let good = json!({"marks": marks([5, 4, 5, 2]), "comment": "900101-1234567 을 그대로 적지 마십시오."});
    desk.post(&write, &minsu, good.clone()).await.refused("supervisors_only");
    desk.post(&write, &boss, json!({"marks": marks([5, 4, 5, 6])})).await.refused("bad_request");
    desk.post(&write, &boss, json!({"marks": []})).await.refused("bad_request");
    let of_own = json!({"marks": marks([5, 5, 5, 5])});
    desk.post(&format!("/v1/conversations/{own}/reviews"), &boss, of_own).await.refused("own_work");
    let not_there = json!({"marks": marks([5, 4, 5, 2]), "counselor": "jiyeong"});
    desk.post(&write, &boss, not_there).await.refused("not_reviewable");
    let review = desk.post(&write, &boss, good.clone()).await.expect(201)["id"].as_i64().expect("an id");
    desk.post(&write, &boss, good).await.refused("already_reviewed");
    assert_eq!(desk.get("/v1/reviews/sample", &boss).await.expect(200)["n_candidates"], json!(0));

    let all = desk.get("/v1/reviews?of=all&counselor=minsu", &boss).await.expect(200);
    assert_eq!(all["reviews"][0]["read_at"], Value::Null, "not read by who it is about");
    assert!(
        desk.get("/v1/reviews", &jiyeong).await.expect(200)["reviews"].as_array().expect("none").is_empty()
    );
    desk.get("/v1/reviews?of=all", &jiyeong).await.refused("supervisors_only");
    let mine = desk.get("/v1/reviews", &minsu).await.expect(200)["reviews"][0].clone();
    assert_eq!(
        (&mine["reviewer"], &mine["marks"][3]["mark"], &mine["marks"][3]["of"]),
        (&json!("상담사 boss"), &json!(2), &json!(5))
    );
    assert!(!mine["comment"].as_str().expect("words").contains("1234567"), "masked");
    let again = desk.get("/v1/reviews", &minsu).await.expect(200);
    assert_eq!(again["reviews"][0]["read_at"], json!(desk.now()));

    let answer = format!("/v1/reviews/{review}/answer");
    desk.post(&answer, &jiyeong, json!({"text": "제 것이 아닙니다"})).await.refused("not_found");
    desk.post(&answer, &boss, json!({"text": "제 것이 아닙니다"})).await.refused("not_found");
    desk.post(&answer, &minsu, json!({"text": " "})).await.refused("bad_request");
    desk.post(&answer, &minsu, json!({"text": "고맙습니다"})).await.expect(204);
    desk.post(&answer, &minsu, json!({"text": "한 번 더"})).await.refused("already_answered");
    let all = desk.get("/v1/reviews?of=all", &boss).await.expect(200);
    assert_eq!(all["reviews"][0]["answer"], json!("고맙습니다"));

    let report = desk.get(&format!("/v1/reports/counselors?{TODAY}"), &boss).await.expect(200);
    let tables = report["tables"].as_array().expect("tables");
    let table = tables.iter().find(|table| table["id"] == "reviews").expect("means");
    // 16 of 20 points.
    assert_eq!(table["rows"][0]["cells"], json!([1, 800, 1_000, 800, 1_000, 400]));
    let own = desk.get(&format!("/v1/reports/counselors?{TODAY}"), &jiyeong).await.expect(200);
    assert!(!own.to_string().contains("reviews"), "another's are not shown");
}

/// Minsu answers late and is scored low, the citizen comes back; Jiyeong answers a danger and is scored high.
#[tokio::test(start_paused = true)]
async fn coaching_and_points_name_what_they_come_from() {
    let desk = Desk::open();
    let (boss, minsu, jiyeong) =
        (desk.token("boss").await, desk.token("minsu").await, desk.token("jiyeong").await);
    desk.promote("boss").await;
    let late = desk.answered(&minsu, CITIZEN, 16 * 60_000).await;
    desk.text_in("01099998888", "살려주세요").await;
    let danger = desk.post("/v1/conversations/next", &jiyeong, json!({})).await.expect(200);
    let (danger, last) = (danger["id"].as_i64().expect("an id"), danger["last_inbound_id"].clone());
    let answer = json!({"text": "119를 불렀습니다", "last_seen": last});
    desk.reply(danger, &jiyeong, "d1", answer.clone()).await.expect(201);
    desk.reply(danger, &jiyeong, "d2", answer).await.expect(201);
    let file = rusqlite::Connection::open(desk.path("munja.db")).expect("the file");
    let survey = |conversation: i64, counselor: &str, score: i64, words: &str| {
        let now = desk.now();
        file.execute(
            "INSERT INTO survey (conversation_id, counselor_id, asked_at, answered_at, score, comment)
             VALUES (?1, (SELECT id FROM counselor WHERE login = ?2), ?3, ?3, ?4, ?5)",
            rusqlite::params![conversation, counselor, now, score, words],
        )
        .expect("a survey");
        file.execute(
            "INSERT INTO event (at, kind, conversation_id) VALUES (?1, 'survey_answered', ?2)",
            [now, conversation],
        )
        .expect("its event");
    };
    survey(late, "minsu", 2, "너무 늦었어요 900101-1234567");
    survey(danger, "jiyeong", 5, "고마워요");

    let path = format!("/v1/reports/coaching?{TODAY}");
    desk.get(&path, &minsu).await.refused("supervisors_only");
    let list = desk.get(&path, &boss).await.expect(200);
    let found: Vec<(String, String, i64)> = list["consultations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            let word = |name: &str| one[name].as_str().expect("a word").to_owned();
            (word("counselor"), word("reason"), one["conversation_id"].as_i64().expect("a number"))
        })
        .collect();
    let expected = [("minsu", "slow_answer"), ("minsu", "low_score")];
    assert_eq!(found, expected.map(|(who, why)| (who.to_owned(), why.to_owned(), late)));
    assert!(!list.to_string().contains("늦었어요"), "words only where they are asked for");
    let words = desk.get(&format!("{path}&words=true&slow_ms=960000"), &boss).await.expect(200);
    assert_eq!(words["consultations"].as_array().expect("a list").len(), 1);
    let said = words["consultations"][0]["words"].as_str().expect("words");
    assert!(said.starts_with("너무 늦었어요") && !said.contains("1234567"), "{said}");
    let load = &list["loads"][0];
    assert_eq!(
        (&load["counselor"], &load["n_dangers_7_days"], &load["n_dangers_30_days"]),
        (&json!("jiyeong"), &json!(1), &json!(1))
    );

    let points = desk.get(&format!("/v1/reports/incentive?{TODAY}"), &boss).await.expect(200);
    let sums: Vec<(Value, Value)> = points["counselors"]
        .as_array()
        .expect("sums")
        .iter()
        .map(|sum| (sum["counselor"].clone(), sum["points"].clone()))
        .collect();
    // Jiyeong: one consultation, one danger, five points of a survey; Minsu: one consultation.
    assert_eq!(sums, [(json!("jiyeong"), json!(1 + 5 + 3)), (json!("minsu"), json!(1))]);
    for point in points["points"].as_array().expect("points") {
        let (seq, kind) =
            (point["event_seq"].as_i64().expect("a number"), point["kind"].as_str().expect("a word"));
        let of = "SELECT conversation_id FROM event WHERE seq = ?1 AND kind = ?2";
        let id: i64 =
            file.query_row(of, rusqlite::params![seq, kind], |r| r.get(0)).expect("the event is there");
        assert_eq!(point["conversation_id"], json!(id));
    }
    assert!(!points.to_string().contains("고마워요"));
    desk.get(&format!("/v1/reports/incentive?{TODAY}"), &minsu).await.refused("supervisors_only");

    let staffing = desk.get(&format!("/v1/reports/staffing?{TODAY}"), &minsu).await.expect(200);
    let table = staffing["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .find(|table| table["id"] == "staffing_working_days");
    let row = &table.expect("a Friday")["rows"][0];
    assert_eq!(
        (&row["label"], &row["cells"][0], &row["cells"][1]),
        (&json!("17:00"), &json!(200), &json!(200))
    );
}
