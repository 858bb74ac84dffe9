//! Every command of `munjad` that opens the gateway's database writes its row of the access log, and none shows an identity number
//! that nobody asked for. `admin::logged` names the commands without a row.

use std::path::Path;

use munja::admin::logged::{NOT_LOGGED, NotLogged, commands};
use munja::daemon::DatabaseLock;
use rusqlite::Connection;
use serde_json::json;

use crate::harness::{Carrier, Gateway, config_text};
use crate::privacy::{munjad, said};
use crate::process::{Service, init};

/// Numbers of somebody, in a text and in an item that could not be read.
const WORDS: &str = "여권 M98765432, 900101-1987654 입니다";
const HIDDEN: [&str; 2] = ["98765432", "1987654"];
const DUTY: &str = "[alarm]\nphones = [{ name = \"duty\", number = \"010-9000-0001\", hours = \"24/7\" }]\n";

/// Each command with a row, and what follows it, in an order in which each finds what it needs. `@` is the folder, `BACKUP` the copy.
const TYPED: &[(&str, &str)] = &[
    ("check", ""),
    ("reload", ""),
    ("migrate", ""),
    ("backup", "--to @/copies"),
    ("restore", "@/copies/BACKUP --check"),
    ("recovery status", ""),
    ("recovery confirm", "--reason letter"),
    ("db check", "--full"),
    ("db stats", ""),
    ("db vacuum", ""),
    ("user add", "kim --name Kim --password-stdin"),
    ("user duties", "kim --role counselor"),
    ("user role", "kim supervisor"),
    ("user list", ""),
    ("user passwd", "kim --password-stdin"),
    ("user unlock", "kim"),
    ("user tokens", "kim"),
    ("user history", "kim"),
    ("user totp reset", "kim"),
    ("user revoke", "kim"),
    ("user disable", "kim"),
    ("user enable", "kim"),
    ("token create", "--purpose metrics --name wall"),
    ("token list", ""),
    ("token revoke", "1"),
    ("carrier status", ""),
    ("carrier pause", "bizgo"),
    ("carrier resume", "bizgo"),
    ("carrier test", "bizgo"),
    ("carrier acknowledge", "bizgo"),
    ("carrier refresh", "bizgo"),
    ("carrier reconcile", ""),
    ("alarm test", ""),
    ("policy replay", "--current @/closed.toml --texts --reason letter"),
    ("texts", ""),
    ("quarantine list", ""),
    ("quarantine show", "1 --reason letter"),
    ("quarantine settle", "1"),
    ("quarantine retry", "1"),
    ("audit show", ""),
    ("audit who-saw", "--number 010-7712-3456"),
    ("audit suspicious", ""),
    ("audit export", "--out @/log.jsonl --reason letter"),
    ("audit verify", ""),
    ("citizen show", "010-7712-3456 --reason letter --json"),
    ("citizen why", "010-7712-3456 --reason letter --json"),
    ("citizen export", "010-7712-3456 --to @/theirs.json --reason letter"),
    ("citizen hold", "010-7712-3456 --reason letter"),
    ("citizen release-hold", "010-7712-3456 --reason letter"),
    ("citizen erase", "010-7712-3456 --reason letter"),
    ("privacy show", ""),
    ("privacy purge", ""),
    ("recovery begin", ""),
];

/// `run` has a test of its own below; the others need a key and the package `munja-sqlcipher`.
const ELSEWHERE: [&str; 4] = ["run", "db encrypt", "db rekey", "db decrypt"];

/// What the operator's rows say, without outcomes.
fn rows(folder: &Path) -> Vec<String> {
    let file = Connection::open(folder.join("munja.db")).unwrap();
    let sql = "SELECT detail FROM access WHERE role = 'operator' AND action <> 'outcome' ORDER BY seq";
    let mut select = file.prepare(sql).unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// A database with a citizen's identity numbers, on which no gateway runs.
async fn stopped_gateway() -> (Carrier, tempfile::TempDir) {
    let gateway = Gateway::on(Carrier::start().await, DUTY).await;
    gateway.sim().text("01077123456", WORDS);
    gateway.until(|b| b.n_routed == 1).await;
    gateway.desk.post::<serde_json::Value>("/v1/conversations/next", &json!(null)).await.unwrap();
    let prefers = json!({ "action": "prefer", "text": WORDS });
    gateway.desk.post::<serde_json::Value>("/v1/conversations/1/actions", &prefers).await.unwrap();
    let Gateway { carrier, folder, daemon, store, desk } = gateway;
    drop((store, desk));
    daemon.unwrap().stop().await;
    let closed = config_text(carrier.port, DUTY).replacen("\"24/7\"", "\"Jan 01 09:00-09:01\"", 1);
    std::fs::write(folder.path().join("closed.toml"), closed).unwrap();
    std::fs::create_dir(folder.path().join("copies")).unwrap();
    let file = Connection::open(folder.path().join("munja.db")).unwrap();
    let item = "INSERT INTO quarantine (id, carrier, kind, digest, raw, reason, received_at)
                VALUES (1, 'bizgo', 'inbound', x'00', ?1, 'no number', 1800000000000)";
    file.execute(item, [json!({ "text": WORDS }).to_string()]).unwrap();
    (carrier, folder)
}

#[test]
fn every_command_has_a_row_or_a_reason() {
    let is_named = |name: &String| {
        let reasons = NOT_LOGGED.iter().filter(|NotLogged { command, .. }| command == name).count();
        let rows = TYPED.iter().filter(|(command, _)| command == name).count();
        reasons + rows + ELSEWHERE.iter().filter(|command| *command == name).count() == 1
    };
    let missing: Vec<String> = commands().into_iter().filter(|name| !is_named(name)).collect();
    assert!(missing.is_empty(), "log it and try it here, or say in admin::logged why not: {missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_writes_its_row_and_shows_no_identity_number() {
    let (_carrier, folder) = stopped_gateway().await;
    let (folder, database) = (folder.path(), folder.path().join("munja.db"));
    tokio::task::block_in_place(|| {
        for (command, more) in TYPED {
            let mut copies = folder.join("copies").read_dir().unwrap();
            let copy = copies.next().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let more = more.replace('@', folder.to_str().unwrap());
            let more = more.replace("BACKUP", &copy.unwrap_or_default());
            let args: Vec<&str> = command.split(' ').chain(more.split_whitespace()).collect();
            // It asks whether a gateway runs, and leaves the rest to it.
            let lock =
                (*command == "alarm test").then(|| DatabaseLock::try_take(&database).unwrap().unwrap());
            let before = rows(folder).len();
            let output = munjad(folder, &args, "long-enough\n");
            drop(lock);
            let new = rows(folder).split_off(before);
            assert!(new.iter().any(|row| row.starts_with(command)), "{command}: {new:?} {}", said(&output));
            for number in HIDDEN {
                assert!(!said(&output).contains(number), "{command}: {}", said(&output));
            }
            if ["policy replay", "quarantine show"].contains(command) {
                assert!(said(&output).contains("M********"), "{command}: {}", said(&output));
            }
        }
        let theirs = std::fs::read_to_string(folder.join("theirs.json")).unwrap();
        assert!(theirs.contains("M********") && HIDDEN.iter().all(|number| !theirs.contains(number)));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_masked_is_shown_for_a_reason_and_logged_as_that() {
    let (_carrier, folder) = stopped_gateway().await;
    let folder = folder.path();
    let to = folder.join("theirs.json");
    tokio::task::block_in_place(|| {
        let run = |args: &[&str]| munjad(folder, args, "");
        let current = folder.join("closed.toml");
        let bare = run(&["policy", "replay", "--current", current.to_str().unwrap(), "--texts"]);
        assert!(bare.status.code() == Some(2) && said(&bare).contains("--reason"), "{}", said(&bare));
        let item = run(&["quarantine", "show", "1", "--whole", "--reason", "letter"]);
        assert!(said(&item).contains(HIDDEN[0]), "{}", said(&item));
        let export = ["citizen", "export", "010-7712-3456", "--to", to.to_str().unwrap(), "--whole"];
        let done = run(&[&export[..], &["--reason", "letter"]].concat());
        assert!(done.status.success(), "{}", said(&done));
        assert!(std::fs::read_to_string(&to).unwrap().contains(HIDDEN[0]));
    });
    let file = Connection::open(folder.join("munja.db")).unwrap();
    let sql = "SELECT detail FROM access WHERE action = 'reveal' AND reason = 'letter' ORDER BY seq";
    let mut select = file.prepare(sql).unwrap();
    let told: Vec<String> = select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(told, ["texts: quarantine show 1", "texts: citizen export"]);
}

/// A check is never lost because of the log: it says why there is no row, and leaves a damaged or strange database as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_goes_on_where_the_log_cannot_be_written_to() {
    let (_carrier, folder) = stopped_gateway().await;
    let (folder, database) = (folder.path(), folder.path().join("munja.db"));
    tokio::task::block_in_place(|| {
        let check = || said(&munjad(folder, &["check"], ""));
        let n = rows(folder).len();
        // Written before by a later version of itself, so that this one is an older copy.
        let mark = folder.join("munja.db.reached");
        let text = std::fs::read_to_string(&mark).unwrap();
        let at = text.rfind("event ").unwrap();
        std::fs::write(&mark, format!("{}event 999999 at 1800000000000\n", &text[..at])).unwrap();
        let told = check();
        assert!(told.contains("put back by hand") && rows(folder).len() == n, "{told}");
        let stats = munjad(folder, &["db", "stats"], "");
        assert!(stats.status.success() && said(&stats).contains("could not be logged"), "{}", said(&stats));
        assert_eq!(rows(folder).len(), n);
        std::fs::remove_file(&mark).unwrap();
        assert!(check().contains("bizgo") && rows(folder).len() == n + 1);
        // Without its key: opened for writing, it would get another one.
        let (key, away) = (folder.join("munja.db-pseudonym-key"), folder.join("away"));
        std::fs::rename(&key, &away).unwrap();
        let told = check();
        assert!(told.contains("could not be logged") && !key.exists(), "{told}");
        std::fs::rename(&away, &key).unwrap();
        // An older database: only a start or `munjad migrate` may write to it.
        let file = Connection::open(&database).unwrap();
        file.execute_batch("PRAGMA user_version = 3").unwrap();
        drop(file);
        let told = check();
        assert!(told.contains("bizgo"), "{told}");
        std::fs::remove_file(&database).unwrap();
        let told = check();
        assert!(told.contains("bizgo") && !told.contains("could not be logged"), "{told}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_and_each_reload_are_logged() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), carrier.port);
    tokio::task::spawn_blocking(move || {
        let service = Service::start(folder.path(), &config);
        service.until("READY=1");
        assert_eq!(rows(folder.path()), ["run"]);
        let reloaded = munjad(folder.path(), &["reload"], "");
        assert!(reloaded.status.success(), "{}", said(&reloaded));
        assert_eq!(rows(folder.path()), ["run", "reload"]);
        service.until("RELOADING=1");
        service.until("READY=1");
        // By a signal, too; a row is there before the new configuration is read.
        std::fs::write(&config, "nonsense").unwrap();
        service.signal("-HUP");
        service.until("RELOADING=1");
        assert_eq!(rows(folder.path()), ["run", "reload", "reload"]);
        service.until("RELOAD REFUSED");
        std::fs::write(&config, config_text(carrier.port, "")).unwrap();
        service.signal("-HUP");
        service.until("STATUS=the configuration was read again");
        let file = Connection::open(folder.path().join("munja.db")).unwrap();
        let sql = "SELECT origin || ' ' || detail FROM access WHERE action = 'outcome' ORDER BY seq";
        let mut select = file.prepare(sql).unwrap();
        let told: Vec<String> = select.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(told[..2], ["munjad reload: done", "SIGHUP reload: refused"], "{told:?}");
    })
    .await
    .unwrap();
}
