//! A whole folder that somebody puts back together with its mark: the gateway notices, and no citizen hears anything twice. What an
//! operator does every day is no such thing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use munja::api::wire::ConversationDetail;
use munja::domain::access::chain::{Head, HeadLine};
use munja::domain::recovery::RecoveryState;
use munja::ops::clock::Clock;
use munja::sim::Sim;
use munja::store::Store;
use munja::worker::add_head_line;
use serde_json::Value;

use crate::control::{munjad, said};
use crate::harness::{BOUND, Carrier, Gateway, config_text, start_daemon, until, until_async, write_config};
use crate::process::Service;

const ANSWER: &str = "막차는 23시 40분입니다.";
const CITIZENS: [&str; 3] = ["01012345678", "01087654321", "01011112222"];

/// Waits until this holds.
async fn wait(what: impl Fn() -> bool) {
    let waited = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BOUND, waited).await.expect("never came");
}

/// The files of the database in this folder once it is closed, as somebody keeps them while the gateway stands still.
async fn kept(folder: &Path) -> Vec<(String, Vec<u8>)> {
    wait(|| !folder.join("munja.db-wal").exists()).await;
    let is_ours = |name: &str| name.starts_with("munja.db");
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = all.filter(|entry| entry.path().is_file());
    let named = files.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    named.filter(|(name, _)| is_ours(name)).map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

async fn put_back(folder: &Path, files: &[(String, Vec<u8>)], how: How) {
    for (name, _) in kept(folder).await.iter().filter(|_| how != How::Over) {
        fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// How many texts went to each number.
fn heard(sim: &Sim) -> BTreeMap<String, usize> {
    let mut heard = BTreeMap::new();
    for message in sim.ledger().messages {
        *heard.entry(message.to).or_default() += 1;
    }
    heard
}

async fn is_waiting(store: &Store) -> bool {
    store.recovery().await.unwrap().expect("a recovery is on").state == RecoveryState::Waiting
}

/// How an older state comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// As new files.
    New,
    /// Over the files that are there, as `cp -a` does.
    Over,
    /// With all that is known of the files, as an image of the machine: nothing here can tell, and a person says so.
    Image,
}

/// A gateway whose folder is put back, with its mark, from before an answer and a receipt.
async fn an_older_state_says_nothing_twice(how: How) {
    let Gateway { carrier, folder, daemon, store, mut desk } = Gateway::start().await;
    let (sim, config) = (carrier.sim.clone(), folder.path().join("gateway.toml"));
    sim.text(CITIZENS[0], "막차가 언제예요?");
    until(&store, |b| b.n_outbound("delivered") == 1).await;
    drop(store);
    daemon.unwrap().stop().await;
    let files = kept(folder.path()).await;

    let daemon = start_daemon(&config).await;
    desk.port = daemon.listen().unwrap().port();
    let found: ConversationDetail = desk.post("/v1/conversations/next", &Value::Null).await.unwrap();
    desk.reply(&found, ANSWER, "k1").await.unwrap();
    sim.text(CITIZENS[1], "여권은 어디서 만들어요?");
    until(daemon.store(), |b| b.n_outbound("delivered") == 3).await;
    daemon.stop().await;
    let before = heard(&sim);

    put_back(folder.path(), &files, how).await;
    let expects = |args: &[&str], words: &str| {
        let shown = tokio::task::block_in_place(|| munjad(args, &config));
        assert!(said(&shown).contains(words), "{}", said(&shown));
    };
    if how == How::Image {
        fs::remove_file(folder.path().join("munja.db.reached")).unwrap();
        expects(&["recovery", "begin", "--lang", "en"], "has begun");
    } else {
        expects(&["check", "--lang", "en"], "was copied here");
    }
    let daemon = start_daemon(&config).await;
    let store = daemon.store().clone();
    until_async(&store, || is_waiting(&store)).await;
    until(&store, |b| b.n_received == 2 && b.n_routed == 2 && b.n_outbound("in_doubt") == 0).await;
    store.end_recovery("looked at".into(), false, Clock::system().now_ms()).await.unwrap();
    sim.text(CITIZENS[2], "쓰레기는 언제 내놓나요?");
    wait(|| heard(&sim).contains_key(CITIZENS[2])).await;
    let mut after = heard(&sim);
    after.remove(CITIZENS[2]);
    assert_eq!(after, before, "{how:?}");
    assert_eq!(sim.ledger().messages.iter().filter(|sent| sent.text == ANSWER).count(), 1);
    drop(store);
    daemon.stop().await;
    // It is noticed once.
    let daemon = start_daemon(&config).await;
    assert_eq!(daemon.store().recovery().await.unwrap(), None);
    daemon.stop().await;
}

/// Whether files here have a birth, which the mark goes by.
fn keeps_births() -> bool {
    let keeps = tempfile::NamedTempFile::new().unwrap().as_file().metadata().unwrap().created().is_ok();
    if !keeps {
        println!("not run: this file system keeps no birth of files");
    }
    keeps
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_put_back_with_its_mark_says_nothing_twice() {
    if keeps_births() {
        an_older_state_says_nothing_twice(How::New).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_one_that_is_copied_over_the_files_that_are_there() {
    if keeps_births() {
        an_older_state_says_nothing_twice(How::Over).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_says_nothing_twice_where_a_person_begins_the_recovery() {
    an_older_state_says_nothing_twice(How::Image).await;
}

/// Writes the head of the access log as it is now, as the gateway does once a day.
fn write_head(database: &Path, heads: &Path) {
    let file = rusqlite::Connection::open(database).unwrap();
    let sql = "SELECT seq, hash FROM access ORDER BY seq DESC LIMIT 1";
    let (seq, hash) = file.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    let head = HeadLine::Head(Head::of_row(seq, hash, Clock::system().now_ms()));
    add_head_line(heads, &head).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_noticed_where_a_later_head_lies_elsewhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    let heads = elsewhere.path().join("heads");
    let more = format!("[audit]\nhead_file = \"{}\"", heads.display());
    let Gateway { carrier, folder, daemon, store, mut desk } =
        Gateway::on(Carrier::start().await, &more).await;
    carrier.sim.text(CITIZENS[0], "막차가 언제예요?");
    until(&store, |b| b.n_outbound("delivered") == 1).await;
    let (config, database) = (folder.path().join("gateway.toml"), folder.path().join("munja.db"));
    desk.get::<Value>("/v1/conversations?state=open").await.unwrap();
    write_head(&database, &heads);
    drop(store);
    daemon.unwrap().stop().await;
    let image = kept(folder.path()).await;

    let daemon = start_daemon(&config).await;
    desk.port = daemon.listen().unwrap().port();
    desk.get::<Value>("/v1/conversations?state=open").await.unwrap();
    assert_eq!(daemon.store().recovery().await.unwrap(), None);
    write_head(&database, &heads);
    daemon.stop().await;

    put_back(folder.path(), &image, How::Image).await;
    fs::remove_file(folder.path().join("munja.db.reached")).unwrap();
    let check = tokio::task::block_in_place(|| munjad(&["check", "--lang", "en"], &config));
    assert!(said(&check).contains("is an older copy that was put back by hand"), "{}", said(&check));
    let daemon = start_daemon(&config).await;
    let begun = daemon.store().recovery().await.unwrap().expect("a recovery is on");
    daemon.stop().await;
    assert!(fs::read_to_string(&heads).unwrap().contains("restored: "));
    // The next start finds nothing more.
    let daemon = start_daemon(&config).await;
    assert_eq!(daemon.store().recovery().await.unwrap().expect("the same one").id, begun.id);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_begun_by_hand_only_while_no_gateway_runs() {
    let gateway = Gateway::start().await;
    let config = gateway.folder.path().join("gateway.toml");
    let begin = |more: &[&str]| {
        let args = [&["recovery", "begin", "--lang", "en"], more].concat();
        let shown = tokio::task::block_in_place(|| munjad(&args, &config));
        (shown.status.code(), said(&shown))
    };
    let (code, words) = begin(&[]);
    assert!(code == Some(1) && words.contains("stop it first"), "{words}");
    let Gateway { daemon, store, .. } = gateway;
    assert_eq!(store.recovery().await.unwrap(), None);
    daemon.unwrap().stop().await;
    assert_eq!(begin(&["--since", "soon"]).0, Some(1));
    let (code, words) = begin(&["--since", "3h"]);
    assert_eq!(code, Some(0), "{words}");
    let of = store.recovery().await.unwrap().expect("a recovery is on");
    assert_eq!(of.restored_at - of.copy_made_at, 3 * 3_600_000);
}

/// Killed, started again, rewritten, upgraded, checked; the folder renamed, and moved without its mark.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_does_every_day_begins_no_recovery() {
    let (carrier, above) = (Carrier::start().await, tempfile::tempdir().unwrap());
    let [folder, renamed, moved] = ["here", "renamed", "moved"].map(|name| above.path().join(name));
    fs::create_dir(&folder).unwrap();
    let config = write_config(&folder, &config_text(carrier.port, ""));
    start_daemon(&config).await.stop().await;
    let does = |args: &[&str], config: &Path| {
        let done = tokio::task::block_in_place(|| munjad(args, config));
        assert_eq!(done.status.code(), Some(0), "{args:?}: {}", said(&done));
    };
    // Ends with 3 while a recovery is on.
    let state = ["recovery", "status"];
    for citizen in CITIZENS {
        let life = Service::start(&folder, &config);
        tokio::task::block_in_place(|| life.until("READY=1"));
        carrier.sim.text(citizen, "막차가 언제예요?");
        wait(|| heard(&carrier.sim).contains_key(citizen)).await;
        // Killed.
        drop(life);
        fs::remove_file(folder.join("notify")).unwrap();
        does(&state, &config);
    }
    for args in [&["db", "vacuum"][..], &["db", "check"], &["migrate"]] {
        does(args, &config);
        start_daemon(&config).await.stop().await;
        does(&state, &config);
    }
    fs::rename(&folder, &renamed).unwrap();
    let config = renamed.join("gateway.toml");
    start_daemon(&config).await.stop().await;
    does(&state, &config);
    fs::create_dir(&moved).unwrap();
    wait(|| !renamed.join("munja.db-wal").exists()).await;
    for entry in fs::read_dir(&renamed).unwrap().map(|entry| entry.unwrap()) {
        if entry.path().is_file() && entry.file_name() != "munja.db.reached" {
            fs::copy(entry.path(), moved.join(entry.file_name())).unwrap();
        }
    }
    let config = moved.join("gateway.toml");
    start_daemon(&config).await.stop().await;
    does(&state, &config);
}
