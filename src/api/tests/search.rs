//! Searching: what may be asked, what is masked, and what the access log says.

use super::*;
use crate::domain::actor::DeskScope;

fn search(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/v1/search?{query}")
}

#[tokio::test(start_paused = true)]
async fn what_is_found_is_shown_with_its_marks_and_masked() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.reply(1, &token, "k", json!({"text": "버스는 5분 뒤에 옵니다", "last_seen": 1})).await.expect(201);
    desk.text_in("010-2222-3333", "버스 카드 번호는 900101-1234568").await;
    let found = desk.get(&search(&[("q", "버스")]), &token).await.expect(200);
    let hits = found["hits"].as_array().expect("hits");
    assert_eq!((hits.len(), &found["next"]), (3, &json!(null)));
    let theirs = hits.iter().find(|hit| hit["conversation_id"] == 2).expect("found");
    assert_eq!((&theirs["citizen"], &theirs["kind"]), (&json!("010-****-3333"), &json!("text")));
    assert_eq!(theirs["text"], "버스 카드 번호는 900101-1******");
    assert_eq!(theirs["marks"], json!([{"start": 0, "end": 2}]));
    let masked = desk.get(&search(&[("q", "1234568")]), &token).await.expect(200);
    assert_eq!(masked["hits"], json!([]), "searching must not tell it either");
    let first = desk.get(&search(&[("q", "버스"), ("limit", "2")]), &token).await.expect(200);
    let next = first["next"].as_str().expect("more").to_owned();
    let rest = desk.get(&search(&[("q", "버스"), ("after", &next)]), &token).await.expect(200);
    assert_eq!(rest["hits"].as_array().expect("hits").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_citizen_is_found_by_the_short_name() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.text_in("010-2222-3333", "다른 사람의 버스").await;
    let list = desk.get("/v1/conversations?state=mine", &token).await.expect(200);
    let name = list["conversations"][0]["citizen_name"].as_str().expect("a name").to_owned();
    for parameters in [[("q", name.clone())], [("q", format!("시민 {name}"))], [("citizen", name.clone())]]
    {
        // Digits by themselves are the end of a number or a word.
        if name.bytes().all(|b| b.is_ascii_digit()) && parameters[0].1 == name {
            continue;
        }
        let is_word = !name.bytes().any(|b| b.is_ascii_digit()) && parameters[0] == ("q", name.clone());
        let parameters: Vec<_> = parameters.iter().map(|(of, word)| (*of, word.as_str())).collect();
        let found = desk.get(&search(&parameters), &token).await.expect(200);
        let hits = found["hits"].as_array().expect("hits");
        assert!(is_word || !hits.is_empty(), "{parameters:?}");
        assert!(hits.iter().all(|hit| hit["conversation_id"] == 1 && hit["citizen_name"] == name.as_str()));
    }
    let nobody = desk.get(&search(&[("citizen", "시민 0Z0Z")]), &token).await.expect(200);
    assert_eq!(nobody["hits"], json!([]));
    let words = desk.get(&search(&[("q", "0Z0Z")]), &token).await.expect(200);
    assert_eq!(words["hits"], json!([]), "the name of nobody is a word like any other");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_is_refused_by_its_name() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    for (parameters, field) in [
        (vec![], "q"),
        (vec![("q", " ")], "q"),
        (vec![("desk", "main")], "q"),
        (vec![("q", "버스"), ("kind", "photo")], "kind"),
        (vec![("q", "버스"), ("after", "x")], "after"),
        (vec![("q", "버스"), ("limit", "101")], "limit"),
        (vec![("number", "010-8765-4321")], "reason"),
        (vec![("number", "x"), ("reason", "y")], "number"),
        (vec![("citizen", "민수")], "citizen"),
    ] {
        let refused = desk.get(&search(&parameters), &token).await.refused("bad_request");
        let detail = refused["detail"].as_str().expect("a sentence");
        assert!(detail.contains(field) && !detail.contains("8765-4321"), "{parameters:?}: {detail}");
    }
    let refused = async |name, value| desk.get(&search(&[("q", "버스"), (name, value)]), &token).await;
    refused("counselor", "nobody").await.refused("no_such_person");
    refused("desk", "nowhere").await.refused("no_such_desk");
    refused("category", "없음").await.refused("no_such_category");
    refused("category", "교통").await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn a_search_for_a_number_has_its_reason_in_the_log_and_no_number() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let by_number = [("number", CITIZEN), ("reason", "시민이 물어봄")];
    let found = desk.get(&search(&by_number), &token).await.expect(200);
    assert_eq!(found["hits"][0]["text"], "버스가 안 와요");
    let nobody = [("number", "010-9999-0000"), ("reason", "시민이 물어봄"), ("q", "버스")];
    desk.get(&search(&nobody), &token).await.expect(200);
    let file = rusqlite::Connection::open(desk.path("munja.db")).expect("the file");
    let sql = "SELECT detail || '|' || reason || '|' || length(subjects) FROM access WHERE action = 'search' ORDER BY seq";
    let mut select = file.prepare(sql).expect("a table");
    let rows = select.query_map([], |r| r.get::<_, String>(0)).expect("rows");
    let rows: Vec<String> = rows.map(|row| row.expect("a row")).collect();
    assert_eq!(rows, ["number reason|시민이 물어봄|24", "q number reason|시민이 물어봄|24"]);
}

/// A sender whom the carrier calls otherwise than by a number is found as it calls them, under the rules of every search.
#[tokio::test(start_paused = true)]
async fn an_odd_sender_is_found_as_the_carrier_calls_them() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let elsewhere = desk.hire("elsewhere").await;
    let desks = DeskScope::from_word("other");
    desk.store.set_duties("elsewhere".into(), None, Some(desks)).await.expect("given");
    let elsewhere =
        desk.store.issue_token(elsewhere, desk.now() + 3_600_000, desk.now()).await.expect("a token");
    for sender in ["KakaoBank", "01012345"] {
        let by_number = [("number", sender), ("reason", "시민이 물어봄")];
        let refused = desk.get(&search(&by_number), &token).await.refused("bad_request");
        assert_eq!(refused["field"], json!("number"), "not known yet");
        desk.text_in(sender, "번호 없이 온 글").await;
        desk.get(&search(&by_number[..1]), &token).await.refused("bad_request");
        let found = desk.get(&search(&by_number), &token).await.expect(200);
        assert_eq!(found["hits"].as_array().map(Vec::len), Some(1), "{found}");
        assert_eq!(found["hits"][0]["text"], "번호 없이 온 글");
        let last = desk.rows().await.pop().expect("a row").record;
        assert_eq!(
            (last.detail.as_str(), last.reason.as_str(), last.subjects.len()),
            ("number reason", "시민이 물어봄", 24)
        );
        // Who may see nothing of them hears what they would hear of a sender who never wrote, and has their row all the same.
        for nobody in [sender, "Kakao", "0101234"] {
            let n_rows = desk.rows().await.len();
            let by_number = [("number", nobody), ("reason", "시민이 물어봄")];
            let refused = desk.get(&search(&by_number), &elsewhere).await.refused("bad_request");
            assert_eq!(refused["field"], json!("number"), "{nobody}");
            assert!(!refused.to_string().contains(nobody), "{refused}");
            let rows = desk.rows().await;
            let last = &rows[n_rows..].first().expect("a row").record;
            assert_eq!((rows.len(), last.who.login.as_str()), (n_rows + 1, "elsewhere"));
            assert_eq!((last.reason.as_str(), last.subjects.len()), ("시민이 물어봄", 24), "{nobody}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn similar_questions_are_masked_and_logged() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.reply(1, &token, "k", json!({"text": "카드 4111-1111-1111-1111 확인", "last_seen": 1}))
        .await
        .expect(201);
    desk.leave(Outcome::Accepted { carrier_message_id: Some("1".into()) }).await;
    desk.post("/v1/conversations/1/close", &token, json!({"last_seen": 1, "category": "교통/택시"}))
        .await
        .expect(204);
    desk.text_in("010-2222-3333", "버스가 안 와요 왜요").await;
    let found = desk.get("/v1/conversations/2/similar", &token).await.expect(200);
    let one = &found["similar"][0];
    assert_eq!((&one["conversation_id"], &one["question"]), (&json!(1), &json!("버스가 안 와요")));
    assert!(one["answer"].as_str().is_some_and(|text| text.contains("****") && !text.contains("4111-1111")));
    desk.get("/v1/conversations/2/similar?n=5", &token).await.refused("unknown_field");
    desk.get("/v1/conversations/99/similar", &token).await.refused("not_found");
    let file = rusqlite::Connection::open(desk.path("munja.db")).expect("the file");
    let sql = "SELECT group_concat(detail || '|' || length(subjects)) FROM access WHERE action = 'search'";
    let rows: String = file.query_row(sql, [], |r| r.get(0)).expect("rows");
    assert_eq!(rows, "similar|48,not found|0");
}

#[tokio::test(start_paused = true)]
async fn advice_has_places_in_characters() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let advice =
        desk.post("/v1/advice", &token, json!({"text": "안녕하세요. 금일 옵니다."})).await.expect(200);
    let expected = json!([{"kind": "hard_word", "start": 7, "end": 9, "words": "금일", "instead": "오늘"}]);
    assert_eq!(advice["advice"], expected);
    desk.post("/v1/advice", &token, json!({"text": "가".repeat(20_001)})).await.refused("bad_request");
    desk.post("/v1/advice", &token, json!({})).await.refused("bad_request");
}
