//! Somebody is erased, an older copy is put back, and the carrier still lists all texts of both sides: the person does not come back.

use std::fs;
use std::path::Path;

use munja::api::wire::ConversationDetail;
use munja::config::Config;
use munja::daemon::{Daemon, Options};
use munja::domain::recovery::RecoveryState;
use munja::ops::clock::Clock;
use munja::store::{Direction, Store};
use serde_json::{Value, json};

use crate::backup::{backup, munjad};
use crate::harness::{Carrier, Gateway, start_daemon, until_async};

const NUMBER: &str = "01077123456";
const OTHER: &str = "01088123456";
const ANSWER: &str = "막차는 23시 40분입니다.";

fn now() -> i64 {
    Clock::system().now_ms()
}

/// Moves the database away, and leaves what an operator leaves: the key, and the list of who was erased.
fn lose(folder: &Path) {
    fs::create_dir_all(folder.join("away")).unwrap();
    for name in ["munja.db", "munja.db-wal", "munja.db-shm", "munja.db.made", "munja.db.reached"] {
        drop(fs::rename(folder.join(name), folder.join("away").join(name)));
    }
}

/// The files of the database in which a number stands.
fn files_with(folder: &Path, number: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_of_database = name.starts_with("munja.db") && path.is_file();
        if is_of_database && fs::read(&path).unwrap().windows(number.len()).any(|p| p == number.as_bytes()) {
            found.push(name);
        }
    }
    found
}

async fn answered(gateway: &Gateway) {
    let found: ConversationDetail = gateway.desk.post("/v1/conversations/next", &Value::Null).await.unwrap();
    gateway.desk.reply(&found, ANSWER, "k1").await.unwrap();
    gateway.until(|b| b.n_outbound("delivered") == 3).await;
    let close = json!({ "last_seen": found.last_inbound_id, "reason": "done" });
    let path = format!("/v1/conversations/{}/close", found.summary.id);
    let _: Value = gateway.desk.post(&path, &close).await.unwrap();
    let under_way = ["held", "queued", "sending", "in_doubt"];
    gateway.until(|b| under_way.iter().all(|state| b.n_outbound(state) == 0)).await;
}

async fn until_read(store: &Store) {
    let is_read = || async {
        store.recovery().await.unwrap().expect("a recovery is on").state == RecoveryState::Waiting
    };
    until_async(store, is_read).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_is_not_brought_back_by_a_copy_and_the_carriers_lists() {
    let more = "[service]\ncategory_required = false\n[backup]\nfolder = \"copies\"\n";
    let gateway = Gateway::on(Carrier::start().await, more).await;
    let config = gateway.folder.path().join("gateway.toml");
    let at = config.to_str().unwrap().to_owned();
    gateway.sim().text(NUMBER, "막차가 언제예요?");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    gateway.sim().text(OTHER, "여권은 어디서 만들어요?");
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    let copy = backup(&config, &[]);
    answered(&gateway).await;
    let why = ["--reason", "asked by letter", "--config", &at];
    let erase = [&["citizen", "erase", NUMBER, "--even-open"], &why[..]].concat();
    let said = munjad(3, &erase);
    let name = copy.file_name().unwrap().to_str().unwrap();
    assert!(said.contains("1 backup in") && said.contains(name), "a backup may hold them: {said}");
    // Again, as scripts may: until nothing that is known holds them.
    assert!(munjad(3, &[&erase[..], &["--json"]].concat()).contains(name));
    let elsewhere = tempfile::tempdir().unwrap();
    let away = elsewhere.path().join("away");
    fs::rename(&copy, &away).unwrap();
    let said = munjad(0, &erase);
    assert!(said.contains("carried elsewhere") && !said.contains(name), "{said}");
    fs::rename(&away, &copy).unwrap();
    let later = backup(&config, &[]);

    let Gateway { carrier, folder, daemon, store, desk: _ } = gateway;
    drop(store);
    daemon.unwrap().stop().await;
    lose(folder.path());
    // Without the list beside it, a later backup has one that is newer.
    let list = folder.path().join("munja.db-erased");
    fs::rename(&list, &away).unwrap();
    let restore = ["restore", copy.to_str().unwrap(), "--config", &at];
    let told: Value =
        serde_json::from_str(&munjad(0, &[&restore[..], &["--check", "--json"]].concat())).unwrap();
    assert_eq!(told["newer_erased_list_in"], later.to_str().unwrap(), "{told}");
    assert!(told["erasures_known_until"] == told["made_at"] && told["without_erased_list"] == true, "{told}");
    fs::rename(&away, &list).unwrap();
    let said = munjad(0, &restore);
    for word in
        ["WHOEVER WAS ERASED AFTER THAT COMES BACK", "put the newest munja.db-erased beside the database"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("This later backup"), "the list that lies there knows as much: {said}");
    let daemon = start_daemon(&config).await;
    let store = daemon.store().clone();
    until_read(&store).await;
    let lists = store.recovery().await.unwrap().unwrap().lists;
    let sent = lists.iter().find(|list| list.direction == Direction::Out).unwrap();
    assert!(sent.n_erased >= 1 && sent.trouble.is_none(), "{sent:?}");
    let said = munjad(3, &["recovery", "status", "--config", &at, "--lang", "en"]);
    assert!(said.contains("to people who were erased since, left out") && !said.contains(NUMBER), "{said}");
    let listed = carrier.sim.ledger().messages.iter().filter(|message| message.to == NUMBER).count();
    assert!(listed >= 2, "the carrier knows them as before");
    store.end_recovery("looked at".into(), false, now()).await.unwrap();
    drop(store);
    daemon.stop().await;
    assert_eq!(files_with(folder.path(), NUMBER), [""; 0]);
    assert!(files_with(folder.path(), OTHER).contains(&"munja.db".to_owned()), "others are there");
}

/// Without the key nobody would be recognised: neither a start nor a new database goes on as if nothing had happened.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_that_recognises_who_was_erased_nothing_starts() {
    let gateway = Gateway::on(Carrier::start().await, "").await;
    let config = gateway.folder.path().join("gateway.toml");
    let at = config.to_str().unwrap().to_owned();
    gateway.sim().text(NUMBER, "막차가 언제예요?");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    munjad(0, &["citizen", "erase", NUMBER, "--even-open", "--reason", "asked", "--config", &at]);
    let Gateway { carrier: _carrier, folder, daemon, store, desk: _ } = gateway;
    drop(store);
    daemon.unwrap().stop().await;
    let [key, kept] = ["munja.db-pseudonym-key", "kept"].map(|name| folder.path().join(name));
    fs::rename(&key, &kept).unwrap();
    let start = |without_pseudonym_key| {
        let options = Options { without_pseudonym_key, ..Options::default() };
        Daemon::start(Config::load(&config).unwrap(), options)
    };
    let refused = start(false).await.err().expect("refused").to_string();
    assert!(
        refused.contains("munja.db-pseudonym-key") && refused.contains("--without-pseudonym-key"),
        "{refused}"
    );
    let said = munjad(3, &["check", "--config", &at, "--lang", "en"]);
    assert!(said.contains("the gateway does not start"), "{said}");
    start(true).await.unwrap().stop().await;
    lose(folder.path());
    let said = munjad(1, &["init", "--database-only", "--config", &at, "--lang", "en"]);
    assert!(said.contains("names people who were erased"), "{said}");
    for name in ["munja.db", "munja.db.made", "munja.db-pseudonym-key"] {
        assert!(!folder.path().join(name).exists(), "{name}");
    }
    fs::rename(&kept, &key).unwrap();
    munjad(0, &["init", "--database-only", "--config", &at]);
    // A line that was cut off is named.
    fs::write(folder.path().join("munja.db-erased"), "citizen abcd").unwrap();
    let said = munjad(3, &["check", "--config", &at, "--lang", "en"]);
    assert!(said.contains("munja.db-erased: line 1 cannot be read"), "{said}");
}
