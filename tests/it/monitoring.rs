//! What monitoring sees: the figures, the probes, and that rules and dashboard ask for figures that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use munja::api::wire::StatusResponse;
use munja::domain::account::Purpose;
use munja::ops::backups::OLD_MS;
use munja::ops::clock::Clock;
use reqwest::header::ACCEPT;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Carrier, Gateway, until_async};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";

const LISTENS: &str = "[metrics]\nlisten = \"127.0.0.1:0\"\n";

/// A gateway with one backup, whose monitoring listens on a port of its own.
async fn watched() -> Gateway {
    let more = format!("{LISTENS}[backup]\nfolder = \".\"");
    let backup = ("munja-backup-20261130T072100Z.tar", "");
    Gateway::with_files(Carrier::start().await, &more, ("", ""), &[backup]).await
}

async fn ask(gateway: &Gateway, path: &str, accept: &str) -> (u16, String) {
    let addr = gateway.daemon.as_ref().unwrap().monitoring().unwrap();
    let asked = gateway.desk.http.get(format!("http://{addr}{path}")).header(ACCEPT, accept).send();
    let answer = asked.await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn scrape(gateway: &Gateway) -> String {
    let (status, figures) = ask(gateway, "/metrics", OPEN_METRICS).await;
    assert_eq!(status, 200, "{figures}");
    assert!(figures.ends_with("# EOF\n"), "{figures}");
    figures
}

/// The value of one figure; `None` if it is not there.
fn value(figures: &str, name: &str) -> Option<f64> {
    figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// Waits until a figure has the value; scrapes of the same second are one.
async fn until_is(gateway: &Gateway, name: &str, expected: f64) {
    until_async(&gateway.store, || async { value(&scrape(gateway).await, name) == Some(expected) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_say_who_waits_and_how_the_carrier_answers() {
    let gateway = watched().await;
    gateway.sim().text("01012345678", "살려주세요");
    gateway.sim().text("01087654321", "버스 막차가 몇 시인가요?");
    // Two receipts, or the answer to danger and a receipt.
    gateway.until(|b| b.n_routed == 2 && b.n_outbound("delivered") == 2).await;
    until_is(&gateway, r#"munja_conversations_waiting{desk="main",tier="1"}"#, 1.0).await;
    let figures = scrape(&gateway).await;
    let of = |name: &str| value(&figures, name).unwrap_or_else(|| panic!("{name} is not in {figures}"));
    assert_eq!(of(r#"munja_conversations_waiting{desk="main",tier="none"}"#), 1.0);
    assert!(of(r#"munja_conversations_oldest_wait_seconds{desk="main",tier="1"}"#) >= 0.0);
    assert_eq!(of(r#"munja_dangers{state="ringing"}"#), 1.0);
    let counts = gateway.desk.get::<StatusResponse>("/v1/status").await.unwrap().counts;
    assert_eq!((counts.n_waiting, counts.n_dangers, counts.n_dangers_ringing), (2, 1, 1));
    assert_eq!(of(r#"munja_texts_received_total{carrier="bizgo"}"#), 2.0);
    assert_eq!(of(r#"munja_carrier_deaf{carrier="bizgo"}"#), 0.0);
    assert!(of(r#"munja_carrier_call_duration_seconds_count{carrier="bizgo",call="send"}"#) >= 2.0);
    assert!(of(r#"munja_receipts_total{carrier="bizgo",result="applied"}"#) >= 2.0);
    assert!(of("munja_commit_duration_seconds_count") > 0.0);
    assert!(of("munja_database_size_bytes") > 0.0 && of("munja_disk_free_bytes") > 0.0);
    assert!(of("process_start_time_seconds") > 1.7e9);
    assert_eq!(of(r#"munja_ready{check="carriers"}"#), 1.0);
    assert!(figures.contains(&format!("munja_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))));
    // No number, no word of a text, nobody's name.
    for personal in ["01012345678", "010-", "버스", "살려", "minsu", "민수"] {
        assert!(!figures.contains(personal), "{personal} in {figures}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_say_how_new_the_newest_backup_is_or_that_there_is_none() {
    const NEWEST: &str = "munja_backup_newest_timestamp_seconds";
    until_is(&watched().await, NEWEST, 1_796_023_260.0).await;
    for (more, is_configured) in [("[backup]\nfolder = \"not-mounted\"", 1.0), ("", 0.0)] {
        let gateway = Gateway::on(Carrier::start().await, &format!("{LISTENS}{more}")).await;
        until_is(&gateway, "munja_backup_configured", is_configured).await;
        assert_eq!(value(&scrape(&gateway).await, NEWEST), None, "{more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_gives_figures_to_a_token_for_metrics_alone() {
    let gateway = watched().await;
    let (now, store) = (Clock::system().now_ms(), &gateway.store);
    let mut answers = Vec::new();
    for purpose in [Purpose::Metrics, Purpose::Board] {
        let (_, token) = store.add_service_token(purpose, "x".into(), now + 3_600_000, now).await.unwrap();
        answers.push(token);
    }
    answers.push(gateway.desk.token.to_string());
    let mut statuses = Vec::new();
    for token in answers {
        let url = format!("http://127.0.0.1:{}/metrics", gateway.desk.port);
        statuses.push(gateway.desk.http.get(url).bearer_auth(token).send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [200, 403, 403]);
}

#[tokio::test(flavor = "multi_thread")]
async fn monitoring_may_ask_at_a_socket() {
    let gateway = Gateway::on(Carrier::start().await, "[metrics]\nsocket = \"metrics.sock\"").await;
    let mut socket =
        tokio::net::UnixStream::connect(gateway.folder.path().join("metrics.sock")).await.unwrap();
    socket.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok loops\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_can_store_nothing_is_not_ready_and_says_why() {
    let gateway = watched().await;
    until_async(&gateway.store, || async { ask(&gateway, "/readyz", "*/*").await.0 == 200 }).await;
    let lines = ask(&gateway, "/readyz", "*/*").await.1;
    let names: Vec<&str> = lines.lines().collect();
    assert_eq!(
        names,
        ["ok started", "ok loops", "ok database", "ok disk", "ok clock", "ok carriers"],
        "monitoring relies on these words"
    );
    // Another program holds the lock of the database: nothing can be stored.
    let other = rusqlite::Connection::open(gateway.store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let status = async || gateway.desk.get::<StatusResponse>("/v1/status").await.unwrap();
    let polled_at = async || status().await.carriers[0].last_poll_ok_at.unwrap();
    gateway.sim().text("01012345678", "버스 막차가 몇 시인가요?");
    until_async(&gateway.store, || async { ask(&gateway, "/readyz", "*/*").await.0 == 503 }).await;
    let (_, json) = ask(&gateway, "/readyz", "application/json").await;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["state"], "failing");
    let of = |name: &str| {
        let checks = json["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap().clone()
    };
    assert_eq!(of("database")["state"], "failing");
    assert!(of("database")["detail"].as_str().unwrap().contains("locked by another process"), "{json}");
    assert_eq!(of("carriers")["state"], "ok");
    // The carrier still answers, but what it answers is not stored: that is no poll that went well.
    let before = polled_at().await;
    let n_asked = async || {
        let name = r#"munja_carrier_call_duration_seconds_count{carrier="bizgo",call="texts"}"#;
        value(&scrape(&gateway).await, name).unwrap()
    };
    let n_before = n_asked().await;
    until_async(&gateway.store, || async { n_asked().await > n_before }).await;
    let stuck = status().await;
    assert_eq!(stuck.carriers[0].last_poll_ok_at, Some(before));
    assert_eq!(stuck.carriers[0].hearing.as_deref(), Some("hears"));
    let failing: Vec<_> = stuck.checks.iter().filter(|check| check.state == "failing").collect();
    let [database] = failing[..] else { panic!("{failing:?}") };
    assert!(
        database.name == "database" && database.detail.as_deref().unwrap().contains("locked"),
        "{database:?}"
    );
    assert_eq!(
        ask(&gateway, "/livez", "*/*").await,
        (200, "ok loops\n".to_owned()),
        "a new start would not help"
    );
    other.execute_batch("ROLLBACK").unwrap();
    until_async(&gateway.store, || async { ask(&gateway, "/readyz", "*/*").await.0 == 200 }).await;
    assert_eq!(ask(&gateway, "/healthz", "*/*").await, (200, "ok".to_owned()));
    until_async(&gateway.store, || async { polled_at().await > before }).await;
    assert!(status().await.checks.iter().all(|check| check.state == "ok"));
}

fn monitoring() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/monitoring")
}

/// Every name that a scrape may have: those of the samples that a described figure can bring.
fn described(figures: &str) -> BTreeSet<String> {
    let types = figures.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    types
        .flat_map(|(name, kind)| {
            let endings: &[&str] = match kind {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                "info" => &["_info"],
                _ => &[""],
            };
            endings.iter().map(|ending| format!("{name}{ending}")).collect::<Vec<_>>()
        })
        .collect()
}

/// The figures that an expression asks for.
fn asked_for(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let is_figure = |word: &&str| word.starts_with("munja_") || word.starts_with("process_");
    words.filter(is_figure).map(str::to_owned).collect()
}

/// The expressions of the rules and of the dashboard.
fn expressions() -> Vec<String> {
    let rules = std::fs::read_to_string(monitoring().join("munja.rules.yml")).unwrap();
    let of_rules = rules.lines().filter_map(|line| Some(line.trim().strip_prefix("expr: ")?.to_owned()));
    let dashboard = std::fs::read_to_string(monitoring().join("grafana-munja.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    of_rules.chain(targets.map(|target| target["expr"].as_str().unwrap().to_owned())).collect()
}

/// As `tests/alerts.yml` says, where Prometheus' own tool is installed.
#[test]
fn the_alerts_come_when_their_tests_say() {
    let tests = monitoring().join("../../tests/alerts.yml");
    match std::process::Command::new("promtool").args(["test", "rules"]).arg(tests).output() {
        Ok(tested) => {
            let said = String::from_utf8_lossy(&tested.stdout) + String::from_utf8_lossy(&tested.stderr);
            assert!(tested.status.success(), "{said}");
        }
        Err(error) => println!("not run: there is no promtool ({error})"),
    }
    // The alert and `munjad check` call the same backup old.
    let old = format!("time() - munja_backup_newest_timestamp_seconds > {}", OLD_MS / 1_000);
    assert!(expressions().contains(&old), "{old}");
}

/// Also writes a scrape for `promtool check metrics`, where the gate asks for one (`MUNJA_SCRAPE` names the file).
#[tokio::test(flavor = "multi_thread")]
async fn rules_and_dashboard_ask_for_figures_that_exist() {
    let gateway = watched().await;
    gateway.sim().text("01012345678", "버스 막차가 몇 시인가요?");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    until_async(&gateway.store, || async {
        let figures = scrape(&gateway).await;
        ["munja_disk_free_bytes ", "munja_backup_newest_timestamp_seconds "]
            .iter()
            .all(|of| figures.contains(of))
    })
    .await;
    let known = described(&scrape(&gateway).await);
    let expressions = expressions();
    assert!(expressions.len() > 30, "{}", expressions.len());
    let asked: BTreeSet<String> = expressions.iter().flat_map(|text| asked_for(text)).collect();
    let missing: Vec<&String> = asked.difference(&known).collect();
    assert!(missing.is_empty(), "{missing:?} are asked for and not among {known:?}");
    // And every figure is explained.
    for page in ["../monitoring.md", "../monitoring.ko.md"] {
        let page = std::fs::read_to_string(monitoring().join(page)).unwrap();
        let base =
            |name: &&String| !["_bucket", "_sum", "_count"].iter().any(|ending| name.ends_with(ending));
        let left_out: Vec<&String> = known.iter().filter(base).filter(|name| !page.contains(*name)).collect();
        assert!(left_out.is_empty(), "{left_out:?} are not explained");
    }
    if let Some(file) = std::env::var_os("MUNJA_SCRAPE") {
        std::fs::write(file, ask(&gateway, "/metrics", "*/*").await.1).unwrap();
    }
}
