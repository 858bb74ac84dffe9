//! The rules of the house, held by reading the sources: who may know whom, no circles, budgets.

mod functions;
mod imports;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use functions::{Function, functions};
use imports::Imports;

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
pub fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_test_file(path: &Path) -> bool {
    path.components().any(|c| c.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// The sources that are compiled into the programs.
pub fn product() -> Vec<(PathBuf, String)> {
    sources(&src()).into_iter().filter(|(path, _)| !is_test_file(path)).collect()
}

/// Who may import from whom. A room that is not named here may import from none, so that a new one has to be entered.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ops", &[]),
    ("store", &["domain"]),
    ("carrier", &["domain"]),
    ("call", &["domain", "ops"]),
    ("sim", &["domain", "ops"]),
    ("worker", &["call", "carrier", "domain", "ops", "store"]),
    ("api", &["domain", "ops", "store", "web"]),
    ("client", &["api", "domain", "ops"]),
    // `munja desk` opens the other face.
    ("cli", &["api", "client", "domain", "ops", "tui"]),
    ("tui", &["api", "client", "domain", "ops"]),
    ("web", &["api"]),
    ("config", &["carrier", "domain"]),
    ("daemon", &["api", "call", "carrier", "config", "domain", "ops", "store", "web", "worker"]),
    // A private gateway in the process of a counselor who learns; `cli` is handed it and does not know it.
    (
        "practice",
        &["api", "carrier", "cli", "client", "config", "daemon", "domain", "ops", "store", "worker"],
    ),
    ("check", &["carrier", "config", "daemon", "domain", "ops", "store"]),
    (
        "admin",
        &[
            "api", "carrier", "check", "cli", "client", "config", "daemon", "domain", "ops", "sim", "store",
            "worker",
        ],
    ),
];

/// Crates and calls that a room keeps out, whoever offers them.
const KEPT_OUT: &[(&str, &[&str])] = &[
    ("domain", &["tokio", "rusqlite", "reqwest", "serde", "SystemTime", "Instant::now"]),
    ("store", &["reqwest", "serde"]),
    ("carrier", &["rusqlite"]),
    ("call", &["rusqlite"]),
    ("worker", &["rusqlite", "reqwest", "serde"]),
    ("api", &["rusqlite"]),
    ("client", &["rusqlite"]),
    ("cli", &["rusqlite"]),
    ("tui", &["rusqlite"]),
    ("web", &["rusqlite"]),
    ("config", &["rusqlite", "reqwest", "tokio"]),
    ("daemon", &["rusqlite", "reqwest"]),
    ("check", &["rusqlite", "reqwest"]),
    ("admin", &["rusqlite", "reqwest"]),
    ("ops", &["rusqlite", "reqwest"]),
    ("sim", &["rusqlite"]),
    ("practice", &["rusqlite", "reqwest"]),
];

/// The room of a file below `src/`: its first folder, or the file itself.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

#[test]
fn rooms_know_only_whom_they_may() {
    let imports = Imports::read(&src(), &product());
    let may = |from: &str, to: &str| {
        from == to || MAY_IMPORT.iter().any(|(room, known)| *room == from && known.contains(&to))
    };
    let broken: Vec<String> = imports
        .0
        .iter()
        .filter(|((from, to), _)| !may(room(from), room(to)))
        .map(|((from, to), name)| format!("{from} takes {name} from {to}"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// What a program of counselors knows of the API is what crosses the wire.
#[test]
fn faces_never_name_the_store() {
    let imports = Imports::read(&src(), &product());
    let faces = ["client", "cli", "tui", "web"];
    let broken: Vec<&(String, String)> =
        imports.0.keys().filter(|(from, to)| faces.contains(&room(from)) && room(to) == "store").collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn rooms_keep_out_what_is_not_theirs() {
    let mut broken = Vec::new();
    for (path, text) in product() {
        let file = path.strip_prefix(src()).unwrap().display().to_string();
        let words = KEPT_OUT.iter().filter(|(of, _)| *of == room(&file)).flat_map(|(_, words)| *words);
        let code = code(&text);
        broken.extend(words.filter(|w| code.contains(**w)).map(|w| format!("{file}: {w}")));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_file_imports_in_a_circle() {
    let circles = Imports::read(&src(), &product()).circles();
    assert!(circles.is_empty(), "{circles:#?}");
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

/// One owner for what a conversation is: nothing else may write its row.
#[test]
fn one_file_writes_conversations() {
    let squeezed = |text: &str| code(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let writers: Vec<String> = product()
        .into_iter()
        .filter(|(_, text)| {
            let text = squeezed(text);
            text.contains("UPDATE conversation") || text.contains("INTO conversation")
        })
        .map(|(path, _)| path.strip_prefix(src()).unwrap().display().to_string())
        .collect();
    assert_eq!(writers, ["store/conversation/row.rs"]);
}

/// One door for automatic texts: nothing else may write one.
#[test]
fn one_file_writes_notices() {
    let writers: Vec<String> = product()
        .into_iter()
        .filter(|(path, text)| path.starts_with(src().join("store")) && code(text).contains("notice: Some("))
        .map(|(path, _)| path.strip_prefix(src()).unwrap().display().to_string())
        .collect();
    assert_eq!(writers, ["store/outbound/notice.rs"]);
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
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The longest function, in lines, and the longest that is usual.
const MOST_LINES: usize = 80;
const MEDIAN_LINES: usize = 12;
/// Parameters without `self`.
const MOST_PARAMETERS: usize = 6;

#[test]
fn functions_keep_their_budgets() {
    let (mut broken, mut lengths) = (Vec::new(), Vec::new());
    for (path, text) in product() {
        let file = path.strip_prefix(src()).unwrap().display().to_string();
        let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for Function { name, lines, parameters } in functions(body) {
            let place = format!("{file} {name}");
            if lines > MOST_LINES {
                broken.push(format!("{place}: {lines} lines"));
            }
            if parameters > MOST_PARAMETERS {
                broken.push(format!("{place}: {parameters} parameters"));
            }
            lengths.push(lines);
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    if median > MEDIAN_LINES {
        broken.push(format!("the median function is {median} lines long"));
    }
    assert!(broken.is_empty(), "{broken:#?}");
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

/// `{error:#}` prints an error and its sources: one that prints its source itself would say it twice.
#[test]
fn no_error_prints_its_source_twice() {
    let mut broken = Vec::new();
    for (path, text) in product() {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (n, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("#[error(\"")) {
            let variant =
                lines[n + 1..].iter().find(|next| !next.starts_with("#[error") && !next.starts_with("//"));
            let has_source = variant.is_some_and(|v| v.contains("#[from]") || v.contains("#[source]"));
            // The source is the last field of a variant here.
            let fields = variant.map_or(0, |variant| variant.matches(',').count()).saturating_sub(1);
            if has_source && line.contains(&format!("{{{fields}}}")) {
                broken.push(format!("{}: {line}", path.display()));
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
