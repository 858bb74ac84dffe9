//! The real program as systemd and an operator meet it: notifications, signals, exit codes, what `check` says.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use async_trait::async_trait;
use munja::carrier::{
    Accepted, Caps, Carrier as Driver, InboundClass, PushCall, PushRefused, Pushed, Reconciled, Result,
};
use munja::config::Config;
use munja::daemon::{self, Daemon, Options};
use munja::domain::outbound::OutboundText;
use munja::domain::phone::{PhoneNumber, Senders};
use munja::domain::receipt::Receipt;
use munja::ops::clock::Clock;
use munja::store::{SCHEMA_VERSION, StoreOptions};
use munja::worker::Carriers;

use crate::harness::{BOUND, Carrier, add_minsu, config_text, until, write_config};

fn munjad(args: &[&str], config: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(args)
        .arg("--config")
        .arg(config)
        .env("LC_ALL", "C")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A daemon that reports to a socket of ours, as it would to systemd.
pub struct Service {
    child: Child,
    notices: Receiver<String>,
}

impl Service {
    pub fn start(folder: &Path, config: &Path) -> Service {
        let socket = folder.join("notify");
        let ours = UnixDatagram::bind(&socket).unwrap();
        // Read all the time, as systemd does: few fit into the socket, and then the daemon waits.
        let (told, notices) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n) = ours.recv(&mut buffer) {
                if told.send(String::from_utf8_lossy(&buffer[..n]).into_owned()).is_err() {
                    break;
                }
            }
        });
        let child = Command::new(env!("CARGO_BIN_EXE_munjad"))
            .args(["run", "--config"])
            .arg(config)
            .env("NOTIFY_SOCKET", &socket)
            .env("WATCHDOG_USEC", "600000")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Service { child, notices }
    }

    /// Reads notices until one holds `word`; returns that one.
    pub fn until(&self, word: &str) -> String {
        self.until_it(word, |notice| notice.contains(word))
    }

    /// The same with another condition, which `what` names.
    pub fn until_it(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        loop {
            let notice = self.notices.recv_timeout(BOUND).unwrap_or_else(|e| panic!("no {what}: {e}"));
            if is_it(&notice) {
                return notice;
            }
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn init(folder: &Path, carrier_port: u16) -> std::path::PathBuf {
    let config = folder.join("gateway.toml");
    let done = munjad(&["init"], &config);
    assert!(done.status.success(), "{}", said(&done));
    write_config(folder, &config_text(carrier_port, ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_hears_ready_status_watchdog_reload_and_stop() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), carrier.port);
    tokio::task::spawn_blocking(move || {
        let mut service = Service::start(folder.path(), &config);
        service.until("READY=1");
        assert!(service.until("STATUS=").contains("0 waiting"));
        // Signals that mean nothing here are not its end.
        service.signal("-USR1");
        service.signal("-USR2");
        service.until("WATCHDOG=1");
        service.signal("-HUP");
        assert!(service.until("RELOADING=1").contains("MONOTONIC_USEC="));
        service.until("READY=1");
        let written = std::fs::read_to_string(&config).unwrap();
        std::fs::write(&config, "nonsense").unwrap();
        service.signal("-HUP");
        service.until("RELOADING=1");
        assert!(service.until("READY=1").contains("STATUS=RELOAD REFUSED, the old configuration stays"));
        // It stays in the line that the watchdog's feeder writes, until a reload is not refused.
        assert!(service.until("0 waiting").contains("RELOAD REFUSED"));
        reload_by_command(&service, &config, &written);
        service.signal("-TERM");
        service.until("STOPPING=1");
        assert!(service.child.wait().unwrap().success());
        let db = rusqlite::Connection::open(folder.path().join("munja.db")).unwrap();
        let n: i64 = db.query_row("SELECT count(*) FROM daemon_start", [], |row| row.get(0)).unwrap();
        assert_eq!(n, 0, "a stop that was asked for does not count as a crash");
    })
    .await
    .unwrap();
}

/// `munjad reload`, as `systemctl reload` calls it: its exit code says whether the configuration is in force.
fn reload_by_command(service: &Service, config: &Path, written: &str) {
    let reload = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
        command.args(["reload", "--config"]).arg(config).env("LC_ALL", "C");
        let output = command.env("MAINPID", service.child.id().to_string()).output().unwrap();
        (output.status.code(), said(&output))
    };
    // Where the gateway is cannot be read in it: its process hears of it by the signal.
    let (code, shown) = reload();
    assert!(code == Some(1) && shown.contains("the old configuration stays"), "{shown}");
    assert!(service.until("READY=1").contains("RELOAD REFUSED"));
    // The key is missing: only the gateway finds that out.
    std::fs::write(config, written.replace("\"key\"", "\"absent\"")).unwrap();
    let (code, shown) = reload();
    assert!(code == Some(1) && shown.contains("absent"), "{shown}");
    assert!(service.until("READY=1").contains("RELOAD REFUSED"));
    std::fs::write(config, written).unwrap();
    let (code, shown) = reload();
    assert!(code == Some(0) && !shown.contains("new start"), "{shown}");
    assert!(service.until("READY=1").contains("STATUS=the configuration was read again"));
    let other = written.replace("listen = \"127.0.0.1:0\"", "listen = \"127.0.0.1:1\"");
    assert_ne!(other, written);
    for _ in 0..2 {
        std::fs::write(config, &other).unwrap();
        let (code, shown) = reload();
        assert!(code == Some(0) && shown.contains("Only a new start changes api.listen:"), "{shown}");
        assert!(service.until("READY=1").contains("only a new start changes api.listen"));
    }
}

#[test]
fn a_reload_without_a_gateway_says_that_none_runs() {
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), 9);
    let refused = munjad(&["reload"], &config);
    assert!(
        refused.status.code() == Some(1) && said(&refused).contains("no gateway answers"),
        "{}",
        said(&refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_what_is_wrong_and_starts_nothing() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), carrier.port);
    let check = |config: &Path| munjad(&["check"], config);
    let (sound, shown) = tokio::task::block_in_place(|| {
        let output = check(&config);
        (output.status.code(), said(&output))
    });
    assert_eq!(sound, Some(0), "{shown}");
    assert!(shown.contains("nobody can log in yet") && shown.contains("munjad user add"), "{shown}");
    assert!(shown.contains("calendar.confirmed_until"), "{shown}");
    let text = std::fs::read_to_string(&config).unwrap();
    let cases = [
        // The first start makes it: that is no error.
        (text.replace("munja.db", "absent.db"), 0, "munjad init"),
        (text.replace("fast_secs", "fsat_secs"), 3, "fsat_secs"),
        (text.replace("\"062120\"", "\"02\""), 3, "carrier.bizgo.number"),
        (text.replace(&carrier.port.to_string(), "9"), 3, "no connection"),
    ];
    for (wrong, code, names) in cases {
        std::fs::write(&config, wrong).unwrap();
        let output = tokio::task::block_in_place(|| check(&config));
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert!(said(&output).contains(names), "{names}: {}", said(&output));
    }
    std::fs::write(&config, &text).unwrap();
    std::fs::write(folder.path().join("key"), "WRONG\n").unwrap();
    let output = tokio::task::block_in_place(|| check(&config));
    assert!(said(&output).contains("right key") && output.status.code() == Some(3), "{}", said(&output));
    assert!(!folder.path().join("absent.db").exists());
}

/// A machine without certificate authorities: a carrier behind TLS is refused with the package that brings them, one on this
/// machine is not.
#[tokio::test(flavor = "multi_thread")]
async fn missing_certificate_authorities_are_named_with_their_package() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), carrier.port);
    let run = |command: &str| {
        let mut munjad = Command::new(env!("CARGO_BIN_EXE_munjad"));
        munjad.args([command, "--config"]).arg(&config).env("LC_ALL", "C");
        munjad.env("SSL_CERT_FILE", "/nowhere").env("SSL_CERT_DIR", "/nowhere");
        let output = tokio::task::block_in_place(|| munjad.output().unwrap());
        (output.status.code(), said(&output))
    };
    let (code, shown) = run("check");
    assert!(code == Some(0) && shown.contains("knows our key"), "{shown}");
    let text = std::fs::read_to_string(&config).unwrap();
    let local = format!("http://127.0.0.1:{}", carrier.port);
    std::fs::write(&config, text.replace(&local, "https://carrier.invalid")).unwrap();
    for (command, expected) in [("check", 3), ("run", 1)] {
        let (code, shown) = run(command);
        assert!(
            code == Some(expected) && shown.contains("apt install ca-certificates"),
            "{command}: {shown}"
        );
        assert!(!shown.contains("builder error"), "{shown}");
    }
}

#[test]
fn a_database_that_is_open_to_all_or_locked_by_another_program_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), 9);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let database = folder.path().join("munja.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(folder.path().join("key"), std::fs::Permissions::from_mode(0o604)).unwrap();
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let shown = said(&munjad(&["check"], &config));
    assert!(shown.contains("another program holds") && shown.contains("fuser -v"), "{shown}");
    assert!(shown.contains(&format!("chmod o= '{}'", database.display())), "{shown}");
    assert!(shown.contains(&format!("chmod 600 '{}'", folder.path().join("key").display())), "{shown}");
    other.execute_batch("COMMIT").unwrap();
    assert!(!said(&munjad(&["check"], &config)).contains("another program holds"));
}

/// What it would take somebody a while to see: hours that a later rule cuts, and events that are no holidays.
#[test]
fn hours_that_are_cut_and_events_that_are_left_out_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), 9);
    let event = "BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART:20261102T090000\nDTEND:20261102T100000\nSUMMARY:x\nEND:VEVENT";
    std::fs::write(folder.path().join("days.ics"), format!("BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n"))
        .unwrap();
    let text = std::fs::read_to_string(&config).unwrap();
    let text = text.replace("hours = \"24/7\"", "hours = \"Mo-Fr 18:00-02:00; Sa 09:00-18:00\"");
    std::fs::write(&config, text + "[calendar]\nics = [\"days.ics\"]\n").unwrap();
    let shown = said(&munjad(&["check"], &config));
    assert!(
        shown.contains("after midnight until 02:00") && shown.contains("the desk closes at 24:00"),
        "{shown}"
    );
    assert!(shown.contains("days.ics has 0 holidays; 1 events with a time of day were left out"), "{shown}");
}

#[test]
fn the_manual_is_written_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut munjad = Command::new(env!("CARGO_BIN_EXE_munjad"));
    let output = munjad.args(["man", "--to"]).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    for file in [
        "man/man1/munja.1",
        "man/man5/gateway.toml.5",
        "man/man8/munjad.8",
        "man/ko/man8/munjad.8",
        "completions/bash/munjad",
    ] {
        assert!(folder.path().join(file).metadata().unwrap().len() > 1_000, "{file}");
    }
}

/// In a pipe one line a day, its fields with tabs between.
#[test]
fn the_calendar_of_a_year_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), 9);
    // The hours that stand in no file.
    let text = std::fs::read_to_string(&config).unwrap().replace("hours = \"24/7\"\n", "");
    std::fs::write(&config, text).unwrap();
    let shown = |args: &[&str]| {
        let output = munjad(args, &config);
        (output.status.code(), said(&output))
    };
    let (code, days) = shown(&["calendar", "2026"]);
    assert_eq!((code, days.lines().count()), (Some(0), 21), "{days}");
    assert!(days.contains("2026-08-17\tMon\t09:00-18:00\tin place of Liberation Day (광복절)\n"), "{days}");
    assert!(
        shown(&["calendar", "2026", "--lang", "ko"]).1.contains("\t월\t09:00-18:00\t대체공휴일 (광복절)\n")
    );
    assert_eq!(shown(&["calendar", "2028", "--all"]).1.lines().count(), 366);
    let (code, json) = shown(&["calendar", "2026", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, json["desk"].as_str(), json["days"].as_array().unwrap().len()),
        (Some(0), Some("main"), 21)
    );
    let (code, refused) = shown(&["calendar", "--desk", "bukgu"]);
    assert!(code == Some(1) && refused.contains("there are: main"), "{refused}");
}

#[test]
fn users_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), 9);
    let add = |login: &str, password: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_munjad"))
            .args(["user", "add", login, "--name", "김민수", "--password-stdin", "--config"])
            .arg(&config)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    assert!(add("minsu", "long-enough\n").status.success());
    for (login, password, why) in [
        ("minsu", "long-enough\n", "taken"),
        ("jiu", "short\n", "8"),
        ("지우", "long-enough\n", "lower-case"),
    ] {
        let refused = add(login, password);
        assert!(!refused.status.success() && said(&refused).contains(why), "{}", said(&refused));
    }
    let list = munjad(&["user", "list", "--json"], &config);
    let people: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(people[0]["login"], "minsu");
    assert!(munjad(&["user", "disable", "minsu"], &config).status.success());
    assert!(said(&munjad(&["user", "list"], &config)).contains("disabled"));
    assert!(!munjad(&["user", "disable", "nobody"], &config).status.success());
}

#[test]
fn a_daemon_that_cannot_start_says_why_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(9, ""));
    let no_database = munjad(&["run"], &config);
    assert!(
        !no_database.status.success() && said(&no_database).contains("munjad init"),
        "{}",
        said(&no_database)
    );
    std::fs::write(folder.path().join("munja.db"), "this is not a database, it only looks like a file")
        .unwrap();
    let garbage = munjad(&["run"], &config);
    assert!(!garbage.status.success() && said(&garbage).contains("munja.db"), "{}", said(&garbage));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_balances() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["demo", "--auto", "--for", "2s", "--per-minute", "600", "--faults", "--json"])
        .env("XDG_CONFIG_HOME", folder.path())
        .output();
    let output = tokio::task::block_in_place(|| demo.unwrap());
    assert!(output.status.success(), "{}", said(&output));
    let sheet: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sheet["balances"], true);
    assert!(sheet["texts_in"].as_i64().unwrap() > 10, "{sheet}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_has_ended_leaves_no_log_in_behind() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["demo", "--for", "1s", "--per-minute", "60", "--json"])
        .env("XDG_CONFIG_HOME", folder.path())
        .env("XDG_STATE_HOME", folder.path())
        .output();
    let output = tokio::task::block_in_place(|| demo.unwrap());
    assert!(folder.path().join("munja").exists(), "there was one: {}", said(&output));
    let left: Vec<PathBuf> = files_below(folder.path());
    assert!(left.is_empty(), "{left:?}");
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

/// Everything in a folder, as it is on the disk.
fn files(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name(), std::fs::read(entry.path()).unwrap())
    };
    std::fs::read_dir(folder).unwrap().map(file).collect()
}

/// A configuration beside a database of the given version: 1 as it was shipped.
fn with_database(folder: &Path, version: i32, carrier_port: u16) -> PathBuf {
    crate::harness::private_files();
    let connection = rusqlite::Connection::open(folder.join("munja.db")).unwrap();
    connection.execute_batch(include_str!("../../src/store/engine/migrations/0001.sql")).unwrap();
    let marks = format!(
        "PRAGMA application_id = 0x4d756e6a; PRAGMA user_version = {version}; PRAGMA journal_mode = WAL;"
    );
    connection.execute_batch(&marks).unwrap();
    drop(connection);
    write_config(folder, &config_text(carrier_port, ""))
}

fn version(folder: &Path) -> i32 {
    let connection = rusqlite::Connection::open(folder.join("munja.db")).unwrap();
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Every command of `munjad` that opens the database of a running installation.
fn admin_commands(config: &Path) -> Vec<Vec<&str>> {
    let config = config.to_str().unwrap();
    vec![
        vec!["user", "add", "minsu", "--password-stdin"],
        vec!["user", "list"],
        vec!["user", "duties", "minsu", "--role", "supervisor"],
        vec!["user", "disable", "minsu"],
        vec!["quarantine", "list"],
        vec!["quarantine", "show", "1", "--reason", "unreadable"],
        vec!["quarantine", "settle", "1"],
        vec!["quarantine", "retry", "1"],
        vec!["carrier", "status", "--offline"],
        vec!["carrier", "pause", "bizgo"],
        vec!["carrier", "resume", "bizgo"],
        vec!["carrier", "reconcile"],
        vec!["carrier", "test", "bizgo", "--to", "01012345678"],
        vec!["policy", "replay", "--current", config],
    ]
}

fn with_password(args: &[&str], config: &Path) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(args)
        .arg("--config")
        .arg(config)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Most commands read none.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"long-enough\n");
    child.wait_with_output().unwrap()
}

#[test]
fn only_run_and_migrate_upgrade_a_database() {
    for (found, command) in [(1, "munjad migrate"), (99, "newer Munja")] {
        let folder = tempfile::tempdir().unwrap();
        let config = with_database(folder.path(), found, 9);
        let before = files(folder.path());
        let words = ["munja.db", &format!("version {found}"), &SCHEMA_VERSION.to_string(), command];
        for args in admin_commands(&config).into_iter().chain([vec!["check"]]) {
            let output = with_password(&args, &config);
            let expected = if args == ["check"] { 3 } else { 1 };
            assert_eq!(output.status.code(), Some(expected), "{args:?}: {}", said(&output));
            for word in words {
                assert!(said(&output).contains(word), "{args:?} does not say {word}: {}", said(&output));
            }
            assert_eq!(files(folder.path()), before, "{args:?} changed something");
        }
        // What a service manager calls before each start.
        let init = munjad(&["init", "--database-only"], &config);
        assert!(init.status.success(), "{}", said(&init));
        assert_eq!(files(folder.path()), before, "init changed something");
    }
}

#[test]
fn migrate_upgrades_and_says_where_the_copies_are() {
    let folder = tempfile::tempdir().unwrap();
    let config = with_database(folder.path(), 1, 9);
    let before = files(folder.path());
    let done = munjad(&["migrate"], &config);
    let copy = folder.path().join("munja.db.v1-backup");
    assert!(done.status.success(), "{}", said(&done));
    for word in ["from version 1", &format!("to version {SCHEMA_VERSION}"), copy.to_str().unwrap()] {
        assert!(said(&done).contains(word), "{}", said(&done));
    }
    assert_eq!(version(folder.path()), SCHEMA_VERSION);
    let old = rusqlite::Connection::open(copy).unwrap();
    assert_eq!(old.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0)).unwrap(), 1);
    let again = munjad(&["migrate", "--json"], &config);
    let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        (again["from"].as_i64(), again["to"].as_i64()),
        (again["to"].as_i64(), Some(SCHEMA_VERSION.into()))
    );
    assert_eq!(again["copies"], serde_json::json!([]));
    assert!(munjad(&["user", "list"], &config).status.success());
    assert!(before.len() < files(folder.path()).len());
    // One that is not there is not made.
    std::fs::remove_file(folder.path().join("munja.db")).unwrap();
    let missing = munjad(&["migrate"], &config);
    assert!(missing.status.code() == Some(1) && said(&missing).contains("munjad init"), "{}", said(&missing));
    assert!(!folder.path().join("munja.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_upgrades_and_nothing_else_may_while_it_runs() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = with_database(folder.path(), 1, carrier.port);
    let daemon = Daemon::start(Config::load(&config).unwrap(), Options::default()).await.unwrap();
    assert_eq!(version(folder.path()), SCHEMA_VERSION);
    assert!(folder.path().join("munja.db.v1-backup").exists());
    // By another name, too.
    std::os::unix::fs::symlink(folder.path().join("munja.db"), folder.path().join("link.db")).unwrap();
    let text = std::fs::read_to_string(&config).unwrap().replace("munja.db", "link.db");
    let linked = folder.path().join("linked.toml");
    std::fs::write(&linked, text).unwrap();
    let refused = tokio::task::block_in_place(|| munjad(&["migrate"], &linked));
    assert!(
        refused.status.code() == Some(1) && said(&refused).contains("stop it first"),
        "{}",
        said(&refused)
    );
    let (migrate, check) =
        tokio::task::block_in_place(|| (munjad(&["migrate"], &config), munjad(&["check"], &config)));
    assert!(
        migrate.status.code() == Some(1) && said(&migrate).contains("stop it first"),
        "{}",
        said(&migrate)
    );
    assert_eq!(check.status.code(), Some(0), "{}", said(&check));
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn check_changes_nothing_but_its_row_and_goes_on_where_nothing_may_be_changed() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = init(folder.path(), carrier.port);
    let beside = || {
        let all = files(folder.path()).into_iter();
        all.filter(|(name, _)| !name.to_str().unwrap().starts_with("munja.db")).collect::<Vec<_>>()
    };
    let before = beside();
    let check = || tokio::task::block_in_place(|| munjad(&["check"], &config));
    for mode in [0o700, 0o500] {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        let output = check();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(beside(), before);
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
}

/// A carrier that calls us and is never asked.
struct PushOnly(Arc<dyn Driver>);

#[async_trait]
impl Driver for PushOnly {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn caps(&self) -> Caps {
        Caps { inbound: InboundClass::PushOnly, ..self.0.caps() }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        self.0.send(text).await
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        self.0.reconcile(text).await
    }

    async fn poll_reports(&self) -> Result<munja::carrier::ReportPage> {
        self.0.poll_reports().await
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        self.0.ack_reports(token).await
    }

    async fn status(&self, id: &str) -> Result<Option<Receipt>> {
        self.0.status(id).await
    }

    async fn check(&self) -> Result<Option<i64>> {
        self.0.check().await
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        self.0.push(call)
    }
}

const DOOR: &str = "[webhook]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://munja.example.kr\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_only_calls_is_ready_when_its_door_listens() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("webhook"), "SIM-WEBHOOK-SECRET\n").unwrap();
    let text =
        config_text(carrier.port, DOOR).replace("[polling]", "webhook_secret_file = \"webhook\"\n[polling]");
    let config = Config::load(&write_config(folder.path(), &text)).unwrap();
    let driver = daemon::make_carrier(&config.carriers.setups[0], &Clock::system()).unwrap();
    let carriers =
        Carriers::single(Arc::new(PushOnly(driver)), Senders::single(PhoneNumber::parse("062120")));
    let store = StoreOptions { create: true, ..StoreOptions::default() };
    let options = Options { store, carriers: Some(carriers), ..Options::default() };
    let daemon = Daemon::start(config, options).await.unwrap();
    tokio::time::timeout(BOUND, daemon.ready()).await.expect("ready without a poll");
    carrier.sim.call_at(format!("http://{}/push/bizgo", daemon.webhook().unwrap()).parse().unwrap());
    carrier.sim.text("01012345678", "전화로만 옵니다");
    until(daemon.store(), |b| b.n_routed == 1).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_is_away_does_not_keep_the_gateway_from_being_ready() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody listens there.
    let config = write_config(folder.path(), &config_text(9, ""));
    let store = StoreOptions { create: true, ..StoreOptions::default() };
    let options = Options { store, ..Options::default() };
    let daemon = Daemon::start(Config::load(&config).unwrap(), options).await.unwrap();
    tokio::time::timeout(BOUND, daemon.ready()).await.expect("ready although the carrier is away");
    assert!(daemon.health().carrier("bizgo").last_error.is_some());
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_fails_leaves_nothing_running() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let api = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap()
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let door = DOOR.replace("127.0.0.1:0", &taken.local_addr().unwrap().to_string());
    let text =
        config_text(carrier.port, &door).replace("listen = \"127.0.0.1:0\"", &format!("listen = \"{api}\""));
    let path = write_config(folder.path(), &text);
    let start = async || {
        let store = StoreOptions { create: true, ..StoreOptions::default() };
        let options = Options { store, ..Options::default() };
        tokio::time::timeout(BOUND, Daemon::start(Config::load(&path).unwrap(), options)).await.unwrap()
    };
    // The API listens by then; the door cannot.
    let failed = start().await.err().expect("it started");
    assert!(format!("{failed:#}").contains("webhook.listen"), "{failed:#}");
    assert!(std::net::TcpStream::connect(api).is_err(), "the API of the failed start still listens");
    drop(taken);
    let daemon = start().await.unwrap();
    assert_eq!(daemon.listen(), Some(api));
    add_minsu(daemon.store()).await;
    daemon.stop().await;
}
