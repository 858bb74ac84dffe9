//! Commands of `munjad` beside a running gateway: they ask the carrier through it and not against it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use munja::sim::SimOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::{
    CITIZEN, Carrier, Gateway, add_minsu, config_text, start_daemon, until_async, write_config,
};

pub fn munjad(args: &[&str], config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
    command.args(args).arg("--config").arg(config).env("LC_ALL", "C").output().unwrap()
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs it and expects this exit code; returns what it said.
#[track_caller]
fn expect(code: i32, args: &[&str], config: &Path) -> String {
    let output = tokio::task::block_in_place(|| munjad(args, config));
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
    said(&output)
}

fn n_mo(gateway: &Gateway) -> u64 {
    gateway.sim().ledger().requests.get("mo").copied().unwrap_or(0)
}

/// Five requests a second, as the carrier allows and the gateway is told.
async fn limited() -> Gateway {
    let options = SimOptions { others_per_sec: 5, report_delay_ms: (0, 5), ..SimOptions::default() };
    let limit = ("other_requests_per_sec = 100000", "other_requests_per_sec = 5");
    Gateway::with_files(Carrier::with(options).await, "", limit, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_gateway_share_one_limit() {
    let gateway = limited().await;
    let config = gateway.folder.path().join("gateway.toml");
    let before = n_mo(&gateway);
    for _ in 0..2 {
        assert!(expect(0, &["check"], &config).contains("asks the carriers for us"));
        expect(0, &["carrier", "status"], &config);
        expect(0, &["carrier", "test", "bizgo"], &config);
    }
    // The gateway went on polling, and neither of the two was ever refused.
    until_async(&gateway.store, || async { n_mo(&gateway) > before + 3 }).await;
    let ledger = gateway.sim().ledger();
    assert_eq!((ledger.n_rate_limited, ledger.busiest_others <= 5), (0, true));
    assert_eq!(gateway.daemon.as_ref().unwrap().health().carrier("bizgo").last_error, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_text_is_ours_in_the_comparison() {
    let gateway = Gateway::start().await;
    let config = gateway.folder.path().join("gateway.toml");
    let test = ["carrier", "test", "bizgo", "--to", "01099998888"];
    assert!(expect(0, &test, &config).contains("the phone has it"));
    gateway.sim().text(CITIZEN, "질문");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    let shown = expect(0, &["carrier", "reconcile"], &config);
    assert!(shown.contains("bizgo, sent: carrier 1, we 1") && shown.contains("no difference"), "{shown}");
    // The same without a gateway.
    let folder = gateway.folder;
    gateway.daemon.unwrap().stop().await;
    expect(0, &test, &folder.path().join("gateway.toml"));
    assert!(expect(0, &["carrier", "reconcile"], &config).contains("no difference"));
    assert_eq!(gateway.carrier.sim.ledger().messages.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_ours_that_the_carrier_lacks_is_listed_however_young() {
    let gateway = Gateway::start().await;
    gateway.sim().text(CITIZEN, "질문");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    gateway.daemon.unwrap().stop().await;
    // Another carrier, which has never seen it.
    let other = Carrier::start().await;
    let config = write_config(gateway.folder.path(), &config_text(other.port, ""));
    let shown = expect(3, &["carrier", "reconcile"], &config);
    assert!(shown.contains("bizgo, sent: carrier 0, we 1"), "{shown}");
    assert!(shown.contains("text 1:") && shown.contains("does not list it yet"), "{shown}");
    let json = expect(3, &["carrier", "reconcile", "--json"], &config);
    assert!(json.contains("\"not_listed_yet\""), "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_is_for_its_owner_alone_and_goes_with_the_gateway() {
    let gateway = Gateway::start().await;
    let socket = gateway.folder.path().join("munja.db.control");
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Whatever is said to it, it answers in its own form and stays.
    for line in ["nonsense\n", "{}\n", &format!("{}\n", "x".repeat(100_000))] {
        let mut stream = tokio::net::UnixStream::connect(&socket).await.unwrap();
        stream.write_all(line.as_bytes()).await.unwrap();
        let mut answer = [0; 4096];
        let n = stream.read(&mut answer).await.unwrap();
        assert!(String::from_utf8_lossy(&answer[..n]).contains("another version"));
    }
    gateway.daemon.unwrap().stop().await;
    assert!(!socket.exists());
}

/// More callers than are answered at once, none of whom asks anything: they are sent away, and our own program gets its turn.
#[tokio::test(flavor = "multi_thread")]
async fn callers_who_ask_nothing_keep_nobody_out() {
    let gateway = Gateway::start().await;
    let (socket, config) =
        (gateway.folder.path().join("munja.db.control"), gateway.folder.path().join("gateway.toml"));
    let mut idle = Vec::new();
    for n in 0..40 {
        let mut stream = tokio::net::UnixStream::connect(&socket).await.unwrap();
        // Half of them begin a question.
        if n % 2 == 0 {
            stream.write_all(b"{\"carrier\":").await.unwrap();
        }
        idle.push(stream);
    }
    // Those that were let in hear that they have to go; none of them is answered before that.
    assert_eq!(idle[0].read(&mut [0; 64]).await.unwrap(), 0);
    drop(idle.split_off(1));
    assert!(expect(0, &["check"], &config).contains("asks the carriers for us"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_cannot_be_reached_is_named_and_the_carrier_asked_beside_it() {
    let gateway = Gateway::start().await;
    let config = gateway.folder.path().join("gateway.toml");
    std::fs::remove_file(gateway.folder.path().join("munja.db.control")).unwrap();
    let shown = expect(0, &["check"], &config);
    assert!(shown.contains("does not answer this program") && shown.contains("may be in the way"), "{shown}");
    assert!(shown.contains("bizgo answers and knows our key"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_that_the_gateway_has_not_read_yet_is_found_out() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(carrier.port, ""));
    std::fs::write(folder.path().join("key"), "OLD\n").unwrap();
    let daemon = start_daemon(&config).await;
    add_minsu(daemon.store()).await;
    assert!(expect(3, &["check"], &config).contains("put the right key"));
    std::fs::write(folder.path().join("key"), "SIM-KEY\n").unwrap();
    assert!(expect(3, &["check"], &config).contains("what the file says now works"));
    daemon.stop().await;
    expect(0, &["check"], &config);
}

/// A proxy that answers like this.
async fn proxy(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer).await;
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_whether_the_proxy_failed_or_the_carrier_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let table: [(&'static [u8], &str, &str); 2] = [
        (b"HTTP/1.1 407 Login\r\n\r\n", "the proxy refuses our login", "carrier.bizgo.proxy"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "no connection to the carrier behind it", "carrier.bizgo.base_url"),
    ];
    for (answer, what, remedy) in table {
        let port = proxy(answer).await;
        let text = config_text(9, "").replace(
            "base_url = \"http://127.0.0.1:9\"",
            &format!("base_url = \"https://carrier.invalid\"\nproxy = \"http://127.0.0.1:{port}\""),
        );
        let config = write_config(folder.path(), &text);
        let shown = expect(3, &["check"], &config);
        assert!(shown.contains(what) && shown.contains(remedy), "{shown}");
    }
}
