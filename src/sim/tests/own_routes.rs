//! The carrier's own routes, `/_sim/`.

use super::*;

async fn own(sim: &Sim, method: Method, path: &str, body: &str) -> (u16, Value) {
    let request = Request::builder().method(method).uri(format!("/_sim/{path}"));
    let said = Said::of(sim.call(request.body(body.to_owned().into()).unwrap()).await.unwrap());
    (said.status, said.body)
}

#[tokio::test(start_paused = true)]
async fn citizens_text_by_hand() {
    let sim = sim();
    let text = r#"{"from":"01012345678","text":"안녕하세요"}"#;
    assert_eq!(own(&sim, Method::POST, "text", text).await, (200, json!({ "msgKey": "MO000000000001" })));
    let (status, said) = own(&sim, Method::POST, "texts", &format!("[{text},{text}]")).await;
    assert_eq!((status, said["msgKeys"].as_array().unwrap().len()), (200, 2));
    assert_eq!(listed(&sim).await.messages().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_ledger_reads_back() {
    let sim = sim();
    sim.text(CITIZEN, "안녕하세요");
    send(&sim, &order(CITIZEN, "k1")).await;
    let (_, said) = own(&sim, Method::GET, "ledger", "").await;
    let ledger: Ledger = serde_json::from_value(said).unwrap();
    assert_eq!((ledger.texts.len(), ledger.messages.len(), ledger.requests["send"]), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn faults_come_and_go() {
    let sim = sim();
    let rule = r#"{"fault":{"kind":"error_before","status":503},"endpoint":"report","times":1}"#;
    let (status, said) = own(&sim, Method::POST, "faults", rule).await;
    assert_eq!((status, &said[0]["fault"]["kind"]), (200, &json!("error_before")));
    assert_eq!(poll(&sim).await.codes(), (503, "A503", ""));
    assert_eq!(poll(&sim).await.status, 200);
    assert_eq!(own(&sim, Method::GET, "faults", "").await.1[0]["times"], 0);
    assert_eq!(own(&sim, Method::DELETE, "faults", "").await, (200, json!([])));
    assert!(sim.faults().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_it_does_not_take_it_explains() {
    let sim = sim();
    let cases = [
        (Method::POST, "faults", r#"{"fault":{"kind":"rain"}}"#, 400, "rain"),
        (
            Method::POST,
            "faults",
            r#"{"fault":{"kind":"report_never"},"endpoint":"mo"}"#,
            400,
            "cannot happen",
        ),
        (Method::POST, "text", "{}", 400, "from"),
        (Method::GET, "text", "", 405, "GET"),
        (Method::GET, "nothing", "", 404, "ledger"),
    ];
    for (method, path, body, status, word) in cases {
        let (said_status, said) = own(&sim, method, path, body).await;
        assert_eq!(said_status, status, "{path}");
        assert!(said["error"].as_str().unwrap().contains(word), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_by_hand() {
    let sim = sim();
    let text = r#"{"from":"01012345678","photo":"/9j/2Q=="}"#;
    assert_eq!(own(&sim, Method::POST, "text", text).await.0, 200);
    assert_eq!(
        (sim.ledger().texts[0].photos.as_slice(), sim.ledger().texts[0].text.as_str()),
        (&[4][..], "")
    );
    let text = r#"{"from":"01012345678","photo":"%"}"#;
    assert_eq!(own(&sim, Method::POST, "text", text).await.0, 400);
}
