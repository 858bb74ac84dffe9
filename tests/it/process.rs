//! The real program as systemd and an operator meet it: notifications, signals, exit codes, what `check` says.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::harness::{BOUND, Carrier, config_text, write_config};

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
struct Service {
    child: Child,
    notices: UnixDatagram,
}

impl Service {
    fn start(folder: &Path, config: &Path) -> Service {
        let socket = folder.join("notify");
        let notices = UnixDatagram::bind(&socket).unwrap();
        notices.set_read_timeout(Some(BOUND)).unwrap();
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
    fn until(&self, word: &str) -> String {
        let mut buffer = [0; 4096];
        loop {
            let n = self.notices.recv(&mut buffer).unwrap_or_else(|e| panic!("no {word}: {e}"));
            let notice = String::from_utf8_lossy(&buffer[..n]).into_owned();
            if notice.contains(word) {
                return notice;
            }
        }
    }

    fn signal(&self, name: &str) {
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

fn init(folder: &Path, carrier_port: u16) -> std::path::PathBuf {
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
        service.until("WATCHDOG=1");
        service.signal("-HUP");
        assert!(service.until("RELOADING=1").contains("MONOTONIC_USEC="));
        service.until("READY=1");
        std::fs::write(&config, "nonsense").unwrap();
        service.signal("-HUP");
        service.until("RELOADING=1");
        service.until("READY=1");
        service.until("WATCHDOG=1");
        service.signal("-TERM");
        service.until("STOPPING=1");
        assert!(service.child.wait().unwrap().success());
    })
    .await
    .unwrap();
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
        (text.replace("munja.db", "absent.db"), "munjad init"),
        (text.replace("fast_secs", "fsat_secs"), "fsat_secs"),
        (text.replace("\"062120\"", "\"02\""), "carrier.bizgo.number"),
        (text.replace(&carrier.port.to_string(), "9"), "no connection"),
    ];
    for (wrong, names) in cases {
        std::fs::write(&config, wrong).unwrap();
        let output = tokio::task::block_in_place(|| check(&config));
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(said(&output).contains(names), "{names}: {}", said(&output));
    }
    std::fs::write(&config, &text).unwrap();
    std::fs::write(folder.path().join("key"), "WRONG\n").unwrap();
    let output = tokio::task::block_in_place(|| check(&config));
    assert!(said(&output).contains("right key") && output.status.code() == Some(3), "{}", said(&output));
    assert!(!folder.path().join("absent.db").exists());
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
    assert!(days.contains("2026-08-17\tMon\t09:00-18:00\tin place of 광복절\n"), "{days}");
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
fn init_touches_nothing_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("gateway.toml");
    assert!(munjad(&["init"], &config).status.success());
    let before = std::fs::read(&config).unwrap();
    let again = munjad(&["init"], &config);
    assert!(!again.status.success() && said(&again).contains("already"), "{}", said(&again));
    assert_eq!(std::fs::read(&config).unwrap(), before);
}

#[test]
fn a_service_makes_its_database_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(9, ""));
    assert!(said(&munjad(&["init", "--database-only"], &config)).contains("Made the database"));
    let again = munjad(&["init", "--database-only"], &config);
    assert!(again.status.success() && said(&again).is_empty(), "{}", said(&again));
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
