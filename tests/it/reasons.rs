//! Reasons of `munjad`'s commands hold no number of a person, and what older versions kept of one is found by an erasure.

use std::path::Path;

use munja::store::{Store, StoreOptions};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{config_text, write_config};
use crate::privacy::{munjad, said};

const NUMBER: &str = "010-7712-3456";
/// Somebody else's.
const REASON: &str = "010-8812-9999, 900101-1234567 letter";
const KEPT: &str = "***-****-****, ******-******* letter";

/// A database that no gateway has open.
async fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_config(folder.path(), &config_text(1, ""));
    drop(Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap());
    folder
}

fn file(folder: &Path) -> Connection {
    Connection::open(folder.join("munja.db")).unwrap()
}

/// Every command of `munjad` with `--reason`: the test in `src/admin/mod.rs` says where one is missing here.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_keeps_a_number_in_its_reason() {
    let folder = folder().await;
    let to = folder.path().join("theirs.json");
    let out = folder.path().join("log.jsonl");
    let (to, out) = (to.to_str().unwrap(), out.to_str().unwrap());
    let commands: [&[&str]; 9] = [
        &["citizen", "show", NUMBER],
        &["citizen", "why", NUMBER],
        &["citizen", "export", NUMBER, "--to", to],
        &["citizen", "hold", NUMBER],
        &["citizen", "release-hold", NUMBER],
        &["citizen", "erase", NUMBER],
        &["quarantine", "show", "1"],
        &["audit", "export", "--out", out],
        &["recovery", "confirm"],
    ];
    for command in commands {
        let output = munjad(folder.path(), &[command, &["--reason", REASON]].concat(), "");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("kept without the numbers"), "{command:?}: {}", said(&output));
    }
    let of = |sql: &str| -> Vec<String> {
        let file = file(folder.path());
        let mut select = file.prepare(sql).unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let logged = of("SELECT reason FROM access WHERE reason <> ''");
    assert!(logged.len() >= 8 && logged.iter().all(|reason| reason == KEPT), "{logged:?}");
    let acts = of("SELECT reason FROM privacy_act");
    assert!(acts.len() >= 4 && acts.iter().all(|reason| reason == KEPT), "{acts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_finds_the_number_in_reasons_of_older_versions() {
    let folder = folder().await;
    for n in 0..3 {
        let shown =
            munjad(folder.path(), &["citizen", "show", "010-5555-6666", "--reason", &format!("r{n}")], "");
        assert!(shown.status.success(), "{}", said(&shown));
    }
    // As versions wrote them that did not mask.
    let old = [("r0", "01077123456 님 요청"), ("r1", "+82 10 ７７１２ 3456"), ("r2", "010-5555-0000 님")];
    for (row, typed) in old {
        let file = file(folder.path());
        for table in ["access", "privacy_act"] {
            let sql = format!("UPDATE {table} SET reason = ?1 WHERE reason = ?2");
            assert_eq!(file.execute(&sql, [typed, row]).unwrap(), 1, "{table} {row}");
        }
    }
    let erase = ["citizen", "erase", NUMBER, "--reason", "asked by letter"];
    let erased = munjad(folder.path(), &[&erase[..], &["--json"]].concat(), "");
    let report: Value =
        serde_json::from_slice(&erased.stdout).unwrap_or_else(|_| panic!("{}", said(&erased)));
    assert_eq!(erased.status.code(), Some(3), "{report}");
    assert_eq!((&report["reasons_masked"], &report["access_rows_left"]), (&json!(2), &json!(2)), "{report}");
    assert!(report["access_rows_until_at"].as_i64().is_some_and(|at| at > 1_700_000_000_000), "{report}");
    let again = munjad(folder.path(), &erase, "");
    assert_eq!(again.status.code(), Some(3));
    assert!(said(&again).contains("2 rows of the access log hold the number"), "{}", said(&again));
    let file = file(folder.path());
    let acts = "SELECT count(*) FROM privacy_act WHERE reason LIKE '%7712%' OR reason LIKE '%７７１２%'";
    assert_eq!(file.query_row(acts, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    let others = "SELECT count(*) FROM privacy_act WHERE reason LIKE '%5555-0000%'";
    assert_eq!(file.query_row(others, [], |row| row.get::<_, i64>(0)).unwrap(), 1, "of somebody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_number_or_no_login_is_refused() {
    let folder = folder().await;
    let run = |args: &[&str], input: &str| {
        let output = munjad(folder.path(), args, input);
        (output.status.success(), said(&output))
    };
    let why = ["--reason", "letter"];
    for part in ["123", "5678", "010-1234-567"] {
        for command in ["show", "why", "hold"] {
            let (is_done, told) = run(&["citizen", command, part, why[0], why[1]], "");
            assert!(!is_done && told.contains("no whole phone number"), "{command} {part}: {told}");
        }
        let (is_done, told) = run(&["audit", "who-saw", "--number", part], "");
        assert!(!is_done && told.contains("no whole phone number"), "{part}: {told}");
    }
    let (is_done, told) = run(&["citizen", "show", "-", why[0], why[1]], "010-1234-5678\n010-1234-9999\n");
    assert!(!is_done && told.contains("several lines") && !told.contains("1234"), "{told}");
    let (is_done, told) = run(&["citizen", "show", "-", why[0], why[1]], "010-1234-5678\n");
    assert!(is_done, "{told}");
    for login in [".rf", "_a", "Kim", "a b", "민수"] {
        let (is_done, told) = run(&["user", "add", login, "--password-stdin"], "");
        assert!(!is_done && told.contains("begins with a letter or a digit"), "{login}: {told}");
    }
}
