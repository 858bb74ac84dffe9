//! The rules of the house, held by reading the sources: who may know whom, budgets, and the example configuration.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The code of a file without comments and without its tests, which stand last.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_test_file(path: &Path) -> bool {
    path.components().any(|c| c.as_os_str() == "tests") || path.ends_with("tests.rs")
}

#[test]
fn rooms_know_only_whom_they_may() {
    let forbidden: &[(&str, &[&str])] = &[
        (
            "domain",
            &[
                "crate::store",
                "crate::carrier",
                "crate::worker",
                "crate::api",
                "crate::ops",
                "crate::config",
                "crate::cli",
                "crate::sim",
                "tokio",
                "rusqlite",
                "reqwest",
                "serde",
                "SystemTime",
                "Instant::now",
            ],
        ),
        (
            "store",
            &[
                "crate::carrier",
                "crate::worker",
                "crate::api",
                "crate::config",
                "crate::cli",
                "reqwest",
                "serde",
            ],
        ),
        (
            "carrier",
            &[
                "crate::store",
                "crate::worker",
                "crate::api",
                "crate::config",
                "crate::cli",
                "rusqlite",
                "crate::sim",
            ],
        ),
        (
            "worker",
            &["crate::api", "crate::config", "crate::cli", "crate::sim", "rusqlite", "reqwest", "serde"],
        ),
        (
            "api",
            &[
                "crate::carrier",
                "crate::worker",
                "crate::config",
                "crate::client",
                "crate::cli",
                "crate::sim",
                "rusqlite",
            ],
        ),
        (
            "client",
            &[
                "crate::store",
                "crate::carrier",
                "crate::worker",
                "crate::config",
                "crate::daemon",
                "crate::admin",
                "crate::sim",
                "crate::cli",
                "rusqlite",
                "clap",
            ],
        ),
        (
            "cli",
            &[
                "crate::store",
                "crate::carrier",
                "crate::worker",
                "crate::config",
                "crate::daemon",
                "rusqlite",
            ],
        ),
        (
            "sim",
            &["crate::store", "crate::carrier", "crate::worker", "crate::api", "crate::config", "crate::cli"],
        ),
        (
            "ops",
            &["crate::store", "crate::carrier", "crate::worker", "crate::api", "crate::config", "crate::cli"],
        ),
    ];
    let mut broken = Vec::new();
    for (room, words) in forbidden {
        for (path, text) in sources(&src().join(room)) {
            if is_test_file(&path) {
                continue;
            }
            let code = code(&text);
            broken.extend(
                words.iter().filter(|w| code.contains(**w)).map(|w| format!("{}: {w}", path.display())),
            );
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn sql_stands_in_the_store_only() {
    let verbs = ["\"SELECT ", "\"INSERT INTO", "\"UPDATE ", "\"DELETE FROM", "PRAGMA "];
    let mut broken = Vec::new();
    for (path, text) in sources(&src()) {
        if path.starts_with(src().join("store")) || is_test_file(&path) {
            continue;
        }
        let code = code(&text);
        broken
            .extend(verbs.iter().filter(|v| code.contains(**v)).map(|v| format!("{}: {v}", path.display())));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn files_and_functions_keep_their_budgets() {
    let mut broken = Vec::new();
    for (path, text) in sources(&src()) {
        let name = path.strip_prefix(src()).unwrap().display().to_string();
        if !text.starts_with("//!") {
            broken.push(format!("{name}: does not open with what it is (//!)"));
        }
        if text.lines().count() > 600 {
            broken.push(format!("{name}: {} lines", text.lines().count()));
        }
        if path
            .file_name()
            .is_some_and(|n| ["utils.rs", "common.rs", "helpers.rs", "manager.rs"].iter().any(|b| n == *b))
        {
            broken.push(format!("{name}: a name that says nothing"));
        }
        broken.extend(long_functions(&text).into_iter().map(|f| format!("{name}: {f}")));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Functions of more than 80 lines, found by their indentation (the formatter sees to that).
fn long_functions(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let is_fn =
            ["fn ", "pub fn ", "async fn ", "pub async fn ", "pub(super) fn ", "pub(super) async fn "]
                .iter()
                .any(|head| trimmed.starts_with(head));
        if !is_fn || trimmed.ends_with(';') {
            continue;
        }
        let indent = &line[..line.len() - trimmed.len()];
        let close = format!("{indent}}}");
        let length = lines[start..].iter().position(|l| *l == close).unwrap_or(0) + 1;
        if length > 80 {
            found.push(format!("{} is {length} lines long", trimmed.trim_end_matches(" {")));
        }
    }
    found
}

#[test]
fn nothing_panics_on_purpose_outside_tests() {
    let mut broken = Vec::new();
    for (path, text) in sources(&src()) {
        if is_test_file(&path) {
            continue;
        }
        for (n, line) in code(&text).lines().enumerate() {
            if ["todo!(", "unimplemented!(", ".unwrap()", "dbg!("].iter().any(|w| line.contains(w)) {
                broken.push(format!("{} ({n}): {}", path.display(), line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn migrations_and_schema_use_words_that_the_states_have() {
    let schema = fs::read_to_string(src().join("../schema.sql")).unwrap();
    let plain: String = schema.split_whitespace().collect::<Vec<_>>().join(" ");
    for state in munja::domain::outbound::OutboundState::ALL {
        assert!(plain.contains(&format!("'{}'", state.as_str())), "schema.sql lacks {state:?}");
    }
}
