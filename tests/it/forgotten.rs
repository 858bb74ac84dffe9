//! A carrier that forgets a text when it hands it over, and a gateway that is killed before the answer is stored: nobody can read
//! the text again, so the next start has to say it, and only then.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use munja::ops::clock::Clock;
use munja::sim::{DialectKind, Endpoint, SimOptions};
use munja::store::{PossibleLoss, Store, StoreOptions};
use rusqlite::Connection;

use crate::crash::spawn;
use crate::harness::{CITIZEN, Carrier, config_text, start_daemon, until_async, write_config};

async fn infobip() -> Carrier {
    let dialect = DialectKind::named("infobip").unwrap();
    let account = dialect.usual_account().to_owned();
    Carrier::with(SimOptions { dialect, account, others_per_sec: 100_000, ..SimOptions::default() }).await
}

fn configured(folder: &Path, port: u16) -> PathBuf {
    let text = config_text(port, "").replace("\"bizgo\"", "\"infobip\"");
    // Its settings allow no more.
    let text = text.replace("100000", "10000");
    write_config(folder, &text.replace("[carrier.bizgo]", "[carrier.infobip]"))
}

fn opened(folder: &Path) -> Store {
    Store::open(&folder.join("munja.db"), &StoreOptions::default()).unwrap()
}

async fn losses(store: &Store) -> Vec<PossibleLoss> {
    store.possible_losses(Clock::system().now_ms()).await.unwrap()
}

fn marks(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("munja.db.asking")).unwrap_or_default()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Stops it in good order.
fn stop(mut child: Child) {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
}

fn n_polls(carrier: &Carrier) -> u64 {
    carrier.sim.ledger().requests.get("mo").copied().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_by_a_kill_is_told_before_the_next_question() {
    let (carrier, folder) = (infobip().await, tempfile::tempdir().unwrap());
    let (config, store) = (configured(folder.path(), carrier.port), opened(folder.path()));
    carrier.sim.text(CITIZEN, "살려주세요");
    let child = Arc::new(Mutex::new(None));
    let victim = Arc::clone(&child);
    // The carrier has handed the text over and holds its answer.
    carrier.sim.watch(Some(Arc::new(move |at, is_done| {
        if (at, is_done) == (Endpoint::Mo, true)
            && let Some(child) = victim.lock().unwrap().take()
        {
            kill(child);
        }
    })));
    {
        let mut child = child.lock().unwrap();
        *child = Some(spawn(&config));
    }
    until_async(&store, || async { child.lock().unwrap().is_none() }).await;
    assert!(losses(&store).await.is_empty(), "nobody was there to tell it");
    let file = folder.path().join("munja.db.asking");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(marks(folder.path()).contains("infobip texts asking"), "{}", marks(folder.path()));
    let (is_early, database) = (Arc::new(AtomicBool::new(false)), folder.path().join("munja.db"));
    let seen = Arc::clone(&is_early);
    carrier.sim.watch(Some(Arc::new(move |at, is_done| {
        if (at, is_done) == (Endpoint::Mo, false) {
            let n: i64 = Connection::open(&database)
                .unwrap()
                .query_row("SELECT count(*) FROM possible_loss", [], |r| r.get(0))
                .unwrap();
            seen.fetch_or(n == 0, Ordering::SeqCst);
        }
    })));
    let before = n_polls(&carrier);
    let second = spawn(&config);
    until_async(&store, || async { n_polls(&carrier) > before + 3 }).await;
    let told = losses(&store).await;
    assert_eq!((told.len(), told[0].carrier.as_str(), told[0].n), (1, "infobip", 1));
    assert!(told[0].reason.contains("before the answer to its last question was stored"), "{told:?}");
    assert!(!is_early.load(Ordering::SeqCst), "asked before it was told");
    assert_eq!(store.balance().await.unwrap().n_received, 0, "the text is gone");
    stop(second);
    assert_eq!(losses(&store).await[0].n, 1, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_good_order_leaves_nothing_to_tell() {
    let (carrier, folder) = (infobip().await, tempfile::tempdir().unwrap());
    let (config, store) = (configured(folder.path(), carrier.port), opened(folder.path()));
    for _ in 0..2 {
        let before = n_polls(&carrier);
        let child = spawn(&config);
        until_async(&store, || async { n_polls(&carrier) > before + 3 }).await;
        assert!(marks(folder.path()).starts_with("munja asking 1\nboot "));
        stop(child);
        assert!(!folder.path().join("munja.db.asking").exists());
    }
    assert!(losses(&store).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_two_questions_is_no_loss() {
    let (carrier, folder) = (infobip().await, tempfile::tempdir().unwrap());
    let (config, store) = (configured(folder.path(), carrier.port), opened(folder.path()));
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(
        &config,
        text.replace("fast_secs = 0.01", "fast_secs = 30").replace("slow_secs = 0.02", "slow_secs = 30"),
    )
    .unwrap();
    carrier.sim.text(CITIZEN, "질문");
    let child = spawn(&config);
    until_async(&store, || async {
        let is_stored = store.balance().await.unwrap().n_received == 1;
        is_stored && !marks(folder.path()).contains(" asking\n")
    })
    .await;
    kill(child);
    assert!(marks(folder.path()).contains("infobip texts idle"));
    let before = n_polls(&carrier);
    let second = spawn(&config);
    until_async(&store, || async { n_polls(&carrier) > before }).await;
    stop(second);
    assert!(losses(&store).await.is_empty());
}

/// What is left of the marks, and what the next start says of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_is_told_and_a_damaged_file_stops_nothing() {
    let carrier = infobip().await;
    let idle = "munja asking 1\nboot another\ninfobip texts idle--\ninfobip receipts idle--\nend\n";
    for (left, told) in
        [(idle, "the machine stopped"), ("\0\0\0", "could not be read"), ("", "could not be read")]
    {
        let folder = tempfile::tempdir().unwrap();
        let config = configured(folder.path(), carrier.port);
        std::fs::write(folder.path().join("munja.db.asking"), left).unwrap();
        let daemon = start_daemon(&config).await;
        let losses = losses(daemon.store()).await;
        assert!(losses.len() == 1 && losses[0].reason.contains(told), "{left}: {losses:?}");
        daemon.stop().await;
        assert!(!folder.path().join("munja.db.asking").exists());
    }
    // It can be neither read nor written.
    let folder = tempfile::tempdir().unwrap();
    let config = configured(folder.path(), carrier.port);
    std::fs::create_dir(folder.path().join("munja.db.asking")).unwrap();
    let daemon = start_daemon(&config).await;
    let before = n_polls(&carrier);
    until_async(daemon.store(), || async { n_polls(&carrier) > before + 3 }).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_can_be_read_again_needs_no_marks() {
    let (carrier, folder) = (Carrier::start().await, tempfile::tempdir().unwrap());
    let config = write_config(folder.path(), &config_text(carrier.port, ""));
    let daemon = start_daemon(&config).await;
    daemon.ready().await;
    assert!(!folder.path().join("munja.db.asking").exists());
    daemon.stop().await;
}
