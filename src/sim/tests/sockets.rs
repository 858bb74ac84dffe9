//! Over real sockets: what is cut is really cut, what is reset is really reset.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::*;

struct Served {
    sim: Sim,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    stopped: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn served() -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sim = sim_with(|o| o.clock = Clock::system());
    let (stop, stopping) = oneshot::channel();
    let serving = sim.clone();
    let stopped = tokio::spawn(async move {
        serving
            .serve(listener, async {
                let _ = stopping.await;
            })
            .await
    });
    Served { sim, port, stop: Some(stop), stopped }
}

fn client() -> reqwest::Client {
    // Already chosen by another test: that choice stands.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn sending(client: &reqwest::Client, port: u16, key: &str) -> reqwest::RequestBuilder {
    let url = format!("http://127.0.0.1:{port}/api/comm/v1/send/omni");
    client.post(url).header("authorization", "SIM-KEY").json(&order(CITIZEN, key))
}

/// Everything that arrives, and how it ends.
async fn raw(port: u16) -> (String, std::io::Result<usize>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let ask = "GET /api/comm/v1/report/polling HTTP/1.1\r\nhost: x\r\nauthorization: SIM-KEY\r\n\r\n";
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let end = stream.read_to_end(&mut got).await;
    (String::from_utf8(got).unwrap(), end)
}

#[tokio::test]
async fn a_send_and_its_report() {
    let served = served().await;
    let answer = sending(&client(), served.port, "k1").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers().get_all("date").iter().count(), 1);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["data"]["data"]["destinations"][0]["code"], "A000");
    let ledger = format!("http://127.0.0.1:{}/_sim/ledger", served.port);
    let ledger: Ledger = client().get(ledger).send().await.unwrap().json().await.unwrap();
    assert_eq!(ledger.messages[0].reference, "k1");
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let served = served().await;
    let (sim, port) = (&served.sim, served.port);
    sim.add_fault(FaultRule::at(Endpoint::Send, Fault::ResetAfter).times(1));
    assert!(sending(&client(), port, "k1").send().await.unwrap_err().is_request());
    assert_eq!(sim.ledger().messages.len(), 1, "taken all the same");
    sim.add_fault(FaultRule::at(Endpoint::Report, Fault::ResetBefore).times(1));
    let (got, end) = raw(port).await;
    assert_eq!((got.as_str(), end.unwrap_err().kind()), ("", ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_cut_answer_arrives_cut() {
    let served = served().await;
    let (sim, port) = (&served.sim, served.port);
    sim.add_fault(FaultRule::at(Endpoint::Send, Fault::Truncate { at: 30 }).times(1));
    let answer = sending(&client(), port, "k1").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.content_length().unwrap() > 100);
    assert!(answer.bytes().await.is_err());
    sim.add_fault(FaultRule::at(Endpoint::Report, Fault::Truncate { at: 20 }).times(1));
    let (got, end) = raw(port).await;
    let (head, body) = got.split_once("\r\n\r\n").unwrap();
    assert_eq!((body.len(), end.is_ok()), (20, true), "{got}");
    assert!(head.to_lowercase().contains("content-length: 1"), "{head}");
}

#[tokio::test]
async fn whoever_hangs_up_does_not_stop_the_carrier() {
    let served = served().await;
    for bytes in ["", "GET", "\0\0\0", "POST /api/comm/v1/send/omni HTTP/1.1\r\ncontent-length: 99\r\n\r\n{"]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
    }
    assert!(sending(&client(), served.port, "k1").send().await.unwrap().status().is_success());
}

#[tokio::test]
async fn a_body_without_end_is_refused() {
    let served = served().await;
    let huge = vec![b' '; 9 << 20];
    let url = format!("http://127.0.0.1:{}/api/comm/v1/send/omni", served.port);
    let asked = client().post(url).header("authorization", "SIM-KEY").body(huge).send().await;
    // The answer may be lost if it comes while the body is still being sent.
    assert!(asked.is_err() || asked.unwrap().status() == 413);
    assert!(served.sim.ledger().messages.is_empty());
}

#[tokio::test]
async fn a_carrier_that_stops_hangs_up() {
    let mut served = served().await;
    let client = client();
    assert!(sending(&client, served.port, "k1").send().await.is_ok());
    served.stop.take().unwrap().send(()).unwrap();
    served.stopped.await.unwrap().unwrap();
    assert!(sending(&client, served.port, "k2").send().await.is_err(), "kept-alive connections are gone too");
    assert_eq!(served.sim.ledger().messages.len(), 1);
}

#[tokio::test]
async fn the_router_answers_in_another_server() {
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    let sim = sim_with(|o| o.clock = Clock::system());
    let ask =
        |key: &str| request(Method::POST, "send/omni", &order(CITIZEN, key)).map(axum::body::Body::from);
    let answer = sim.router().oneshot(ask("k1")).await.unwrap();
    assert_eq!(answer.status(), 200);
    sim.add_fault(FaultRule::at(Endpoint::Send, Fault::ResetAfter));
    let broken = sim.router().oneshot(ask("k2")).await.unwrap();
    assert!(broken.into_body().collect().await.is_err());
}

#[tokio::test]
async fn only_this_machine() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = sim().serve(listener, std::future::pending()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
}
