//! Refusals and calls, in Kannel's words (Debian's 1.4.5-12).

use bytes::Bytes;
use http::{Request, Response};
use url::Url;

use crate::ops::clock::Clock;
use crate::sim::{DialectKind, Sim, SimOptions};

const LOGIN: &str = "username=SIM-KEY&password=SIM-SECRET";
const FINE: &str = "to=01012345678&from=062120&charset=UTF-8&coding=2&text=%EB%84%A4&dlr-mask=31";

fn carrier() -> Sim {
    Sim::new(SimOptions {
        dialect: DialectKind::named("kannel").unwrap(),
        clock: Clock::following_tokio(1_782_864_000_000),
        report_delay_ms: (100, 100),
        ..SimOptions::default()
    })
}

async fn said(sim: &Sim, query: &str) -> (u16, String) {
    let request = Request::get(format!("/cgi-bin/sendsms?{query}")).body(Bytes::new()).unwrap();
    let answer = sim.call(request).await.unwrap();
    (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_smsbox_refuses() {
    let sim = carrier();
    assert_eq!(said(&sim, &format!("{LOGIN}&{FINE}")).await, (202, "0: Accepted for delivery".to_owned()));
    let cases = [
        (FINE.to_owned(), 403, "Authorization failed for sendsms"),
        (format!("username=SIM-KEY&password=x&{FINE}"), 403, "Authorization failed for sendsms"),
        (LOGIN.to_owned(), 400, "Missing receiver number, rejected"),
        (format!("{LOGIN}&to=&from=062120"), 400, "Empty receiver number not allowed, rejected"),
        (
            format!("{LOGIN}&{}", FINE.replace("01012345678", "KT")),
            400,
            "Number(s) has/have been denied by white- and/or black-lists.",
        ),
        (
            format!("{LOGIN}&{}", FINE.replace("from=062120", "")),
            400,
            "Sender missing and no global set, rejected",
        ),
        (format!("{LOGIN}&{FINE}&dlr-url=munja"), 400, "DLR-URL field misformed, rejected"),
        (format!("{LOGIN}&{}", FINE.replace("=31", "=67")), 400, "DLR-Mask field misformed, rejected"),
    ];
    for (query, status, words) in cases {
        assert_eq!(said(&sim, &query).await, (status, words.to_owned()), "{query}");
    }
    assert_eq!(sim.ledger().messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_report_goes_where_its_text_said() {
    let sim = carrier();
    sim.call_at(Url::parse("http://127.0.0.1:6121/push/kannel").unwrap());
    let there = "dlr-url=http%3A%2F%2F127.0.0.1%3A6121%2Fpush%2Fkannel%3Ftoken%3DT%26key%3DK%26dlr%3D%25d";
    for query in [there.to_owned(), there.replace("6121", "6122"), String::new()] {
        said(&sim, &format!("{LOGIN}&{FINE}&{query}")).await;
    }
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let push = sim.next_push().unwrap();
    assert_eq!(push.request.uri(), "http://127.0.0.1:6121/push/kannel?token=T&key=K&dlr=1");
    // 204 is success everywhere else.
    assert!(!sim.pushed(push, Some(&Response::builder().status(204).body(Bytes::new()).unwrap())));
    assert!(sim.next_push().is_none(), "the others ask for no report, or for one elsewhere");
    assert_eq!(sim.n_open_pushes(), 1, "it is tried again");
}
