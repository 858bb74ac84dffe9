//! `munjad audit` on a real gateway: who saw what, what tampering shows, and the same from a program that is not ours.

use std::path::Path;
use std::process::Command;

use munja::domain::data_key::DataKeys;
use munja::domain::pseudonym::PseudonymKey;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::control::{munjad, said};
use crate::harness::{CITIZEN, Carrier, Gateway};
use crate::other_programs;

async fn gateway(folder_file: &str) -> Gateway {
    Gateway::on(Carrier::start().await, &format!("[audit]\nhead_file = \"{folder_file}\"")).await
}

fn audit(gateway: &Gateway, args: &[&str]) -> (i32, String) {
    let config = gateway.folder.path().join("gateway.toml");
    let args: Vec<&str> = ["audit"].iter().chain(args).copied().collect();
    let output = tokio::task::block_in_place(|| munjad(&args, &config));
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let shown = if shown.is_empty() { said(&output) } else { shown };
    (output.status.code().unwrap_or(-1), shown)
}

fn rows(shown: &str) -> Vec<Value> {
    serde_json::from_str(shown).unwrap_or_else(|error| panic!("{error}: {shown}"))
}

/// Runs `tests/audit-verify.py`; `None` where there is no Python.
fn python(file: &Path) -> Option<(bool, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit-verify.py");
    let output = other_programs::run(Command::new("python3").arg(script).arg(file), b"")?;
    Some((output.status.success(), other_programs::words(&output)))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saw_a_citizen_is_told_and_no_number_stands_anywhere() {
    let gateway = gateway("heads").await;
    let conversation = gateway.claimed("버스가 안 와요").await;
    gateway.desk.get::<Value>("/v1/conversations?state=open").await.unwrap();
    gateway.desk.reply(&conversation, "곧 갑니다", "k").await.unwrap();
    let why = "민원 공일공 1234 5678";
    let (code, shown) =
        audit(&gateway, &["who-saw", "--number", "+82 10-1234-5678", "--reason", why, "--json"]);
    assert_eq!(code, 0, "{shown}");
    let found = rows(&shown);
    let what: Vec<&str> = found.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(what, ["change", "list", "change", "admin"], "the search itself, too: {shown}");
    assert_eq!((&found[0]["login"], &found[0]["role"]), (&json!("minsu"), &json!("counselor")));
    assert_eq!(found[0]["origin"], "127.0.0.1");
    assert!(found[3]["detail"] == "audit who-saw" && found[3]["role"] == "operator", "{shown}");
    assert_eq!(found[3]["reason"], "민원 *** **** ****", "{shown}");
    let (_, nobody) = audit(&gateway, &["who-saw", "--number", "01000000000", "--json"]);
    assert_eq!(rows(&nobody).len(), 1, "only who searched for it: {nobody}");
    let (_, table) = audit(&gateway, &["show", "--lang", "ko"]);
    assert!(table.contains("상담사 minsu") && table.contains("목록"), "{table}");
    let (_, export) = audit(&gateway, &["export", "--out", &path(&gateway, "log.jsonl"), "--reason", "감사"]);
    assert!(export.contains("audit-verify.py"), "{export}");
    let exported = std::fs::read_to_string(path(&gateway, "log.jsonl")).unwrap();
    for text in [&shown, &table, &exported] {
        assert!(
            !text.contains(&CITIZEN[3..]) && !text.contains("버스") && !text.contains("곧 갑니다"),
            "{text}"
        );
    }
    let key = std::fs::read_to_string(path(&gateway, "munja.db-pseudonym-key")).unwrap();
    let key = PseudonymKey::from_hex(&key).unwrap();
    let hex = key.of_citizen(&munja::domain::phone::PhoneNumber::parse(CITIZEN)).to_hex();
    assert!(exported.contains(&hex) && exported.contains("감사"), "{exported}");
    if let Some((is_sound, words)) = python(Path::new(&path(&gateway, "log.jsonl"))) {
        assert!(is_sound && words.contains("rows are sound"), "{words}");
    }
    let (code, again) = audit(&gateway, &["export", "--out", &path(&gateway, "log.jsonl"), "--reason", "x"]);
    assert!(code == 1 && again.contains("log.jsonl"), "{again}");
}

fn path(gateway: &Gateway, name: &str) -> String {
    gateway.folder.path().join(name).display().to_string()
}

/// A torn line and one that is no text: everything else is checked.
fn lines_that_are_no_heads_are_named(gateway: &Gateway) {
    let heads = std::fs::read(path(gateway, "heads")).unwrap();
    let n = heads.iter().filter(|byte| **byte == b'\n').count();
    std::fs::write(path(gateway, "heads"), [&heads[..], b"2026-11-30 1 7\n\xff\xfe\n"].concat()).unwrap();
    let (code, found) = audit(gateway, &["verify"]);
    let lines = format!("line {}, {}.", n + 1, n + 2);
    assert!(code == 3 && found.contains("is sound") && found.contains(&lines), "{found}");
    let (code, json) = audit(gateway, &["verify", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, &json["sound"], &json["unread_head_lines"][1]["line"]),
        (3, &json!(true), &json!(n + 2))
    );
    std::fs::write(path(gateway, "heads"), heads).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_row_and_a_shortened_log_are_found() {
    let mut gateway = gateway("heads").await;
    gateway.claimed("버스가 안 와요").await;
    gateway.desk.get::<Value>("/v1/conversations/1").await.unwrap();
    let (code, sound) = audit(&gateway, &["verify", "--json"]);
    assert_eq!(code, 0, "{sound}");
    let sound: Value = serde_json::from_str(&sound).unwrap();
    assert_eq!(sound["sound"], true);
    gateway.daemon.take().unwrap().stop().await;
    let database = gateway.folder.path().join("munja.db");
    if let Some((is_sound, words)) = python(&database) {
        assert!(is_sound && words.contains("rows are sound"), "{words}");
    }
    let file = Connection::open(&database).unwrap();
    file.execute("UPDATE access SET login = 'jiyeong' WHERE seq = 2", []).unwrap();
    let (code, damaged) = audit(&gateway, &["verify", "--json"]);
    assert_eq!(code, 3, "{damaged}");
    let damaged: Value = serde_json::from_str(&damaged).unwrap();
    assert_eq!((&damaged["damage"], &damaged["row"]), (&json!("changed"), &json!(2)));
    let count = || file.query_row("SELECT count(*) FROM access", [], |r| r.get::<_, i64>(0)).unwrap();
    let n = count();
    assert_eq!((audit(&gateway, &["verify"]).0, count()), (3, n), "a damaged log is kept as it is");
    if let Some((is_sound, words)) = python(&database) {
        assert!(!is_sound && words.contains("row 2 is not as it was written"), "{words}");
    }
    file.execute("UPDATE access SET login = 'minsu' WHERE seq = 2", []).unwrap();
    assert_eq!(audit(&gateway, &["verify"]).0, 0, "as it was");
    // The head of a day elsewhere, and a log that is cut with its traces.
    let line = file.query_row("SELECT seq, hex(hash) FROM access ORDER BY seq DESC LIMIT 1", [], |r| {
        Ok(format!("2026-11-30 1 {} {}\n", r.get::<_, i64>(0)?, r.get::<_, String>(1)?.to_lowercase()))
    });
    let heads = std::fs::read_to_string(path(&gateway, "heads")).unwrap_or_default();
    std::fs::write(path(&gateway, "heads"), heads + &line.unwrap()).unwrap();
    assert_eq!(audit(&gateway, &["verify"]).0, 0);
    lines_that_are_no_heads_are_named(&gateway);
    std::fs::rename(path(&gateway, "heads"), path(&gateway, "away")).unwrap();
    let (code, missing) = audit(&gateway, &["verify"]);
    assert!(code == 3 && missing.contains("is not there"), "{missing}");
    std::fs::rename(path(&gateway, "away"), path(&gateway, "heads")).unwrap();
    file.execute_batch(
        "DELETE FROM access WHERE seq > 2; UPDATE sqlite_sequence SET seq = 2 WHERE name = 'access'",
    )
    .unwrap();
    let (code, cut) = audit(&gateway, &["verify"]);
    assert!(code == 3 && cut.contains("newest rows of the access log were deleted"), "{cut}");
    let (_, korean) = audit(&gateway, &["verify", "--lang", "ko"]);
    assert!(korean.contains("접속기록"), "{korean}");
}

/// The head of the newest row, as the gateway adds it to its file.
fn add_head(gateway: &Gateway, day: &str) {
    let file = Connection::open(path(gateway, "munja.db")).unwrap();
    let now = munja::ops::clock::Clock::system().now_ms();
    let head = "SELECT seq, hex(hash) FROM access ORDER BY seq DESC LIMIT 1";
    let head = file.query_row(head, [], |r| {
        Ok(format!("{day} {now} {} {}\n", r.get::<_, i64>(0)?, r.get::<_, String>(1)?.to_lowercase()))
    });
    let heads = std::fs::read_to_string(path(gateway, "heads")).unwrap_or_default();
    std::fs::write(path(gateway, "heads"), heads + &head.unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_across_a_head_is_named_and_is_no_tampering() {
    let carrier = Carrier::start().await;
    let sections = "[audit]\nhead_file = \"heads\"\n[backup]\nfolder = \"copies\"";
    let mut gateway = Gateway::on(carrier, sections).await;
    gateway.claimed("버스가 안 와요").await;
    gateway.daemon.take().unwrap().stop().await;
    let config = gateway.folder.path().join("gateway.toml");
    add_head(&gateway, "2026-11-28");
    let copy = crate::backup::backup(&config, &[]);
    for _ in 0..3 {
        assert_eq!(audit(&gateway, &["show"]).0, 0);
    }
    add_head(&gateway, "2026-11-29");
    assert_eq!(audit(&gateway, &["verify"]).0, 0);
    let away = gateway.folder.path().join("away");
    std::fs::create_dir(&away).unwrap();
    for name in ["munja.db", "munja.db-wal", "munja.db-shm"] {
        drop(std::fs::rename(path(&gateway, name), away.join(name)));
    }
    let config = config.to_str().unwrap();
    crate::backup::munjad(0, &["restore", copy.to_str().unwrap(), "--config", config]);
    let heads = std::fs::read_to_string(path(&gateway, "heads")).unwrap();
    assert!(heads.lines().last().unwrap().contains(" restored: copy of 2"), "{heads}");
    for _ in 0..8 {
        assert_eq!(audit(&gateway, &["show"]).0, 0);
    }
    add_head(&gateway, "2026-11-30");
    let (code, found) = audit(&gateway, &["verify"]);
    assert!(code == 0 && found.contains("lost with the restore: 1 day, 2026-11-29"), "{found}");
    let (code, json) = audit(&gateway, &["verify", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["sound"], &json["lost_heads"]), (0, &json!(true), &json!(["2026-11-29"])));
    assert_eq!((&json["restores"][0]["in_head_file"], &json["missing_heads"]), (&json!(true), &json!([])));
    let (_, korean) = audit(&gateway, &["verify", "--lang", "ko"]);
    assert!(korean.contains("사본을 되돌렸습니다") && korean.contains("위변조가 아닙니다"), "{korean}");
    if let Some((is_sound, words)) = python(&gateway.folder.path().join("munja.db")) {
        assert!(is_sound, "{words}");
    }
    // The same database, and a file that does not know of a restore.
    let heads = std::fs::read_to_string(path(&gateway, "heads")).unwrap();
    let without: Vec<&str> = heads.lines().filter(|line| !line.contains("restored")).collect();
    std::fs::write(path(&gateway, "heads"), without.join("\n")).unwrap();
    let (code, forged) = audit(&gateway, &["verify"]);
    assert!(
        code == 3 && forged.contains("was written anew") && forged.contains("No file of heads says so"),
        "{forged}"
    );
    std::fs::write(path(&gateway, "heads"), heads).unwrap();
    let file = Connection::open(path(&gateway, "munja.db")).unwrap();
    let cut = "DELETE FROM access WHERE seq > (SELECT seq FROM access WHERE action = 'restore');
               UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM access) WHERE name = 'access'";
    file.execute_batch(cut).unwrap();
    let (code, cut) = audit(&gateway, &["verify"]);
    assert!(code == 3 && cut.contains("newest rows of the access log were deleted"), "{cut}");
}

/// Rows of commands would stand in the place of those that the copy lacks, and look like tampering once the gateway says where the log goes on.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_writes_to_a_copy_that_was_put_there_by_hand_before_the_gateway_has_noticed() {
    let mut gateway = gateway("heads").await;
    let conversation = gateway.claimed("버스가 안 와요").await;
    let copy = gateway.folder.path().join("copy");
    munja::store::copy_database(Path::new(&path(&gateway, "munja.db")), &copy, &DataKeys::none()).unwrap();
    gateway.desk.reply(&conversation, "곧 갑니다", "k").await.unwrap();
    gateway.desk.get::<Value>("/v1/conversations/1").await.unwrap();
    add_head(&gateway, "2026-11-29");
    gateway.daemon.take().unwrap().stop().await;
    let away = gateway.folder.path().join("away");
    std::fs::create_dir(&away).unwrap();
    for name in ["munja.db", "munja.db-wal", "munja.db-shm"] {
        drop(std::fs::rename(path(&gateway, name), away.join(name)));
    }
    std::fs::copy(&copy, path(&gateway, "munja.db")).unwrap();
    let count = || {
        let file = Connection::open(path(&gateway, "munja.db")).unwrap();
        file.query_row("SELECT count(*) FROM access", [], |r| r.get::<_, i64>(0)).unwrap()
    };
    let n = count();
    for (lang, expected) in [("en", "was put there by hand"), ("ko", "손으로 넣은 사본")] {
        for command in [&["show"][..], &["who-saw", "--number", CITIZEN]] {
            let (code, words) = audit(&gateway, &[command, &["--lang", lang]].concat());
            assert!(code == 1 && words.contains(expected), "{words}");
        }
    }
    assert_eq!(audit(&gateway, &["verify"]).0, 3, "no row says yet where the log goes on");
    assert_eq!(count(), n, "as it was put there");
    gateway.restart_from_config().await;
    assert_eq!(audit(&gateway, &["show"]).0, 0);
    let (code, found) = audit(&gateway, &["verify"]);
    assert!(code == 0 && found.contains("lost with the restore: 1 day, 2026-11-29"), "{found}");
    gateway.daemon.take().unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_file_of_heads_is_found() {
    let mut gateway = gateway("heads").await;
    gateway.claimed("버스가 안 와요").await;
    let now = munja::ops::clock::Clock::system().now_ms();
    let head = munja::domain::access::chain::Head::from_line(&format!("2026-11-29 {now} 1 {}", {
        let file = Connection::open(path(&gateway, "munja.db")).unwrap();
        let hash = "SELECT lower(hex(hash)) FROM access WHERE seq = 1";
        file.query_row(hash, [], |r| r.get::<_, String>(0)).unwrap()
    }));
    let head = head.unwrap();
    gateway.store.keep_access_head(head.clone(), true).await.unwrap();
    gateway.daemon.take().unwrap().stop().await;
    let heads = std::fs::read_to_string(path(&gateway, "heads")).unwrap_or_default();
    std::fs::write(path(&gateway, "heads"), format!("{heads}{}\n", head.to_line())).unwrap();
    assert_eq!(audit(&gateway, &["verify"]).0, 0);
    std::fs::write(path(&gateway, "heads"), "").unwrap();
    let (code, found) = audit(&gateway, &["verify"]);
    assert!(code == 3 && found.contains("lacks the heads of") && found.contains("2026-11-29"), "{found}");
    let (code, json) = audit(&gateway, &["verify", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["sound"], &json["missing_heads"][0]), (3, &json!(true), &json!("2026-11-29")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_was_refused_does_not_look_like_one_that_was_done() {
    let gateway = gateway("heads").await;
    gateway.claimed("버스가 안 와요").await;
    let config = gateway.folder.path().join("gateway.toml");
    let command = |args: &[&str]| {
        let output = tokio::task::block_in_place(|| munjad(args, &config));
        (output.status.code(), said(&output))
    };
    assert_eq!(command(&["user", "list"]).0, Some(0));
    let (code, words) = command(&["user", "disable", "nobody"]);
    assert_eq!(code, Some(1), "{words}");
    // The conversation is open.
    let (code, words) = command(&["citizen", "erase", CITIZEN, "--reason", "asked by letter"]);
    assert_eq!(code, Some(1), "{words}");
    let (code, words) = command(&["citizen", "show", CITIZEN, "--reason", "asked by letter"]);
    assert_eq!(code, Some(0), "{words}");
    let (_, shown) = audit(&gateway, &["show", "--json"]);
    let all = rows(&shown);
    let outcomes: Vec<&Value> = all.iter().filter(|row| row["action"] == "outcome").collect();
    let words: Vec<&str> = outcomes.iter().map(|row| row["detail"].as_str().unwrap()).collect();
    let expected =
        ["user list: done", "user disable nobody: refused", "citizen erase: refused", "citizen show: done"];
    assert!(words.ends_with(&expected), "{shown}");
    for outcome in outcomes {
        let of = all.iter().find(|row| row["seq"] == outcome["item_id"]).expect("its command");
        let command = of["detail"].as_str().unwrap();
        assert!(outcome["detail"].as_str().unwrap().starts_with(command), "{outcome}");
        assert_eq!(outcome["citizens"], json!([]), "the command's row names them");
    }
    let (_, table) = audit(&gateway, &["show"]);
    assert!(table.contains("outcome citizen erase: refused (row"), "{table}");
    let erase = all.iter().find(|row| row["detail"] == "citizen erase").expect("its row");
    assert_eq!(erase["action"], "delete", "{shown}");
    assert_eq!(erase["time"].as_str().map(str::len), Some("2026-11-30 09:00:00".len()), "{erase}");
    // Whatever is logged of commands has its outcome, also where a command shows a list at its end.
    assert_eq!(command(&["user", "duties", "minsu", "--role", "counselor"]).0, Some(0));
    assert_eq!(command(&["user", "unlock", "minsu"]).0, Some(0));
    let all = rows(&audit(&gateway, &["show", "--json"]).1);
    let of = |row: &&Value| row["origin"] == "munjad" && row["action"] != "outcome";
    let (newest, earlier) = all.split_last().expect("rows");
    assert_eq!(newest["detail"], "audit show");
    for row in earlier.iter().filter(of) {
        assert!(all.iter().any(|outcome| outcome["item_id"] == row["seq"]), "{row} has no outcome");
    }
    for named in ["user duties minsu", "user unlock minsu"] {
        assert!(all.iter().any(|row| row["detail"] == named), "{named}: {all:?}");
    }
    assert_eq!(audit(&gateway, &["verify"]).0, 0);
    if let Some((is_sound, words)) = python(&gateway.folder.path().join("munja.db")) {
        assert!(is_sound, "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_pseudonym_key_is_bad_at_the_check() {
    let mut gateway = gateway("heads").await;
    gateway.daemon.take().unwrap().stop().await;
    std::fs::remove_file(path(&gateway, "munja.db-pseudonym-key")).unwrap();
    let config = gateway.folder.path().join("gateway.toml");
    let output = munjad(&["check"], &config);
    assert!(said(&output).contains("is not the key this database was begun with"), "{}", said(&output));
    assert_eq!(output.status.code(), Some(3));
    gateway.restart_from_config().await;
    let events = gateway.store.events_after(0, 10_000).await.unwrap();
    let differs = munja::domain::event::EventKind::PseudonymKeyDiffers;
    assert!(events.iter().any(|event| event.kind == differs), "the gateway goes on and says so");
}

impl Gateway {
    /// Starts a daemon where none runs.
    async fn restart_from_config(&mut self) {
        let daemon = crate::harness::start_daemon(&self.folder.path().join("gateway.toml")).await;
        self.store = daemon.store().clone();
        self.daemon = Some(daemon);
    }
}
