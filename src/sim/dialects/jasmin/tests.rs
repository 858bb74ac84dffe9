//! What Jasmin refuses, in its words (seen on the wire of 0.11.1), and the calls it makes.

use url::Url;

use super::*;
use crate::ops::clock::Clock;
use crate::sim::{Sim, SimOptions};

const FINE: &str = "username=SIM-KEY&password=SIM-SECRET&to=821012345678&from=062120&coding=8&hex-content=b124&dlr=yes&\
                    dlr-level=3&dlr-method=POST&dlr-url=http%3A%2F%2F127.0.0.1%3A6121%2Fpush%2Fjasmin%3Ftoken%3Dt%26key%3Dk1";

fn carrier() -> Sim {
    let dialect = crate::sim::DialectKind::named("jasmin").unwrap();
    let clock = Clock::following_tokio(1_782_864_000_000);
    Sim::new(SimOptions {
        dialect,
        clock,
        others_per_sec: 1_000,
        report_delay_ms: (1, 1),
        ..SimOptions::default()
    })
}

async fn call(sim: &Sim, line: &str, form: &str) -> (u16, String) {
    let (method, path) = line.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = sim.call(request.body(Bytes::copy_from_slice(form.as_bytes())).unwrap()).await.unwrap();
    (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn sends() {
    let sim = carrier();
    let (status, said) = call(&sim, "POST /send", FINE).await;
    assert_eq!((status, said.as_str()), (200, "Success \"00000000-0000-4000-8000-000000000000\""));
    for (old, new, status, words) in [
        ("SIM-SECRET", "wrong", 403, "Authentication failure for username:SIM-KEY"),
        (
            "SIM-SECRET",
            "12345678901234567",
            400,
            "Argument [password] has an invalid value: [12345678901234567].",
        ),
        ("to=821012345678", "to=abc", 400, "Argument [to] has an invalid value: [abc]."),
        ("to=821012345678&", "", 400, "Mandatory argument [to] is not found."),
        ("coding=8", "coding=11", 400, "Argument [coding] has an invalid value: [11]."),
        ("hex-content=b124", "hex-content=XYZ", 400, "Invalid hex-content data: 'b'XYZ''"),
        ("&hex-content=b124", "", 400, "content or hex-content not present."),
        ("dlr=yes", "dlr=yes&key=1", 400, "Argument [key] is unknown."),
        ("dlr-level=3", "dlr-level=4", 400, "Argument [dlr-level] has an invalid value: [4]."),
        (
            "from=062120",
            "from=0212345678",
            400,
            "Value filter failed for user [SIM-KEY] (source_address filter mismatch).",
        ),
    ] {
        let said = call(&sim, "POST /send", &FINE.replace(old, new)).await;
        assert_eq!(said, (status, format!("Error \"{words}\"")), "{new}");
    }
    assert_eq!(call(&sim, "POST /send", "").await.0, 400);
    assert_eq!((call(&sim, "POST /rate", FINE).await.0, call(&sim, "GET /nothing", "").await.0), (405, 404));
    let rate = "GET /rate?username=SIM-KEY&password=SIM-SECRET&to=821000000000";
    assert_eq!(call(&sim, rate, "").await, (200, "{\"submit_sm_count\":1,\"unit_rate\":0.0}".to_owned()));
    let wrong = call(&sim, &rate.replace("SIM-SECRET", "x"), "").await;
    assert_eq!(wrong, (403, "\"Authentication failure for username:SIM-KEY\"".to_owned()));
    assert_eq!(call(&sim, &format!("{rate}&dlr=yes"), "").await.0, 400);
    assert_eq!(sim.ledger().messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn texts_arrive_as_the_phone_reads_them() {
    let sim = carrier();
    let five = "b124".repeat(5 * 67);
    for (coding, hex, words) in [
        ("8", "d83dde00".to_owned(), "😀".to_owned()),
        ("8", five.clone() + "b124", "네".repeat(335)),
        ("0", "611b6500".to_owned(), "a€@".to_owned()),
        ("0", "61".repeat(152) + "1b65" + &"61".repeat(9), "a".repeat(152) + "?e" + &"a".repeat(9)),
    ] {
        let form = FINE.replace("coding=8", &format!("coding={coding}")).replace("=b124", &format!("={hex}"));
        assert_eq!(call(&sim, "POST /send", &form).await.0, 200);
        assert_eq!(sim.ledger().messages.last().unwrap().text, words);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_repeated_until_they_are_acked() {
    let sim = carrier();
    sim.call_at(Url::parse("http://127.0.0.1:6121/push/jasmin").unwrap());
    sim.text("01012345678", "네");
    let said = |status: u16, body: &'static str| {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    };
    for answer in [said(200, ""), said(200, "OK"), said(500, "ACK/Jasmin"), said(200, " ACK/Jasmin\n")] {
        let push = sim.next_push().expect("it calls");
        assert_eq!(push.request.uri().query(), Some("token=SIM-WEBHOOK-SECRET"));
        let body = String::from_utf8(push.request.body().to_vec()).unwrap();
        assert!(body.contains("from=821012345678") && body.contains("binary=b124&"), "{body}");
        assert!(body.ends_with("content=%B1%24&coding=%08"), "{body}");
        sim.pushed(push, Some(&answer));
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    }
    assert_eq!(sim.n_open_pushes(), 0);
    // To the address that came with the text.
    call(&sim, "POST /send", FINE).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let push = sim.next_push().expect("it reports");
    assert_eq!(push.request.uri().query(), Some("token=t&key=k1"));
    let body = String::from_utf8(push.request.body().to_vec()).unwrap();
    assert!(
        body.starts_with("id=00000000-0000-4000-8000-000000000000&level=2&message_status=DELIVRD"),
        "{body}"
    );
    call(&sim, "POST /send", FINE.split("&dlr=").next().unwrap()).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(sim.next_push().is_none(), "nobody asked");
}
