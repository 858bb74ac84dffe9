//! Every WARN and ERROR line that the programs can write is explained in docs/log-lines.md, in both languages, and the page explains
//! no other. The table is docs/log-lines.toml; after a change `MUNJA_WRITE_DOCS=1 cargo test --test it log_lines` writes the pages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::house::{code, product};

#[derive(Deserialize)]
struct Table {
    line: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    level: String,
    line: String,
    en: String,
    ko: String,
}

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn table() -> Vec<Line> {
    let text = std::fs::read_to_string(docs("log-lines.toml")).unwrap();
    toml::from_str::<Table>(&text).unwrap().line
}

/// The end of a string literal that begins at `at`.
fn string_end(text: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while text[end] != b'"' {
        end += if text[end] == b'\\' { 2 } else { 1 };
    }
    end
}

/// The message of a macro whose arguments begin at `from`: its first argument that is a literal by itself.
fn message(text: &str, from: usize) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut is_argument_new) = (from, 1, true);
    while depth > 0 {
        match bytes[at] {
            b'"' => {
                let end = string_end(bytes, at);
                if depth == 1 && is_argument_new {
                    return Some(joined(&text[at + 1..end]));
                }
                at = end;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        is_argument_new =
            bytes[at] == b',' && depth == 1 || is_argument_new && bytes[at].is_ascii_whitespace();
        at += 1;
    }
    None
}

/// A literal that goes on in the next line, as one line.
fn joined(literal: &str) -> String {
    let mut lines = literal.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |whole, line| whole + line.trim_start())
}

/// The messages of a level in the sources.
pub fn written_at(level: &str) -> Vec<String> {
    in_the_sources(&[level]).into_iter().map(|(_, line)| line).collect()
}

/// The level and the message of each line of these levels in the sources.
fn in_the_sources(levels: &[&str]) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, text) in product() {
        let text = code(&text);
        for level in levels {
            for (at, call) in text.match_indices(&format!("{level}!(")) {
                // `compile_error!` and the like write no line.
                if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let line = message(&text, at + call.len());
                let line =
                    line.unwrap_or_else(|| panic!("{}: a {level} line without a message", path.display()));
                found.insert(((*level).to_owned(), line));
            }
        }
    }
    found
}

#[test]
fn every_warning_and_error_is_explained_and_no_other() {
    let explained: BTreeSet<(String, String)> = table().into_iter().map(|l| (l.level, l.line)).collect();
    let written = in_the_sources(&["warn", "error"]);
    assert!(written.len() > 60, "only {} lines were found", written.len());
    let missing: String = written
        .difference(&explained)
        .map(|(level, line)| {
            format!("\n[[line]]\nlevel = \"{level}\"\nline = '''{line}'''\nen = ''''''\nko = ''''''\n")
        })
        .collect();
    assert!(missing.is_empty(), "add to docs/log-lines.toml, with what it means and what to do:\n{missing}");
    let stale: Vec<_> = explained.difference(&written).collect();
    assert!(stale.is_empty(), "no line says this any more: take it out of docs/log-lines.toml: {stale:#?}");
}

fn page(head: &str, columns: &str, pick: fn(&Line) -> &str) -> String {
    let mut page = head.to_owned();
    for (level, title) in [("error", "## ERROR"), ("warn", "## WARN")] {
        page += &format!("\n{title}\n\n{columns}\n|---|---|\n");
        for line in table().iter().filter(|line| line.level == level) {
            assert!(!pick(line).trim().is_empty(), "{} is not explained in both languages", line.line);
            let shown = line.line.replace("\\\"", "\"").replace('|', "\\|");
            page += &format!("| `{shown}` | {} |\n", pick(line).replace('|', "\\|"));
        }
    }
    page
}

#[test]
fn the_pages_are_what_the_table_says() {
    let english = page(
        "# Lines of the log\n\nEvery WARN and ERROR line that the programs can write, what it means, and what to do. Words in braces are filled in. \
         한국어: [log-lines.ko.md](log-lines.ko.md).\n\nUnder systemd: `journalctl -u munjad -p warning`. No text of a citizen and no \
         number stands in a log line. Carrier, kind and reason stand in the message, and the fields `F_CARRIER`, `F_KIND` and others can be searched \
         (`journalctl -u munjad F_CARRIER=bizgo`). `request refused` (info) is a counselor who was told no, with a stable `code`; it is no fault.\n",
        "| line | what it means, what to do |",
        |line| &line.en,
    );
    let korean = page(
        "# 로그 설명\n\n프로그램이 남길 수 있는 WARN·ERROR 로그 전부와 그 뜻, 할 일입니다. 중괄호 안의 말은 실제 값으로 바뀝니다. \
         English: [log-lines.md](log-lines.md).\n\nsystemd 에서는 `journalctl -u munjad -p warning` 으로 봅니다. 시민의 글과 번호는 로그에 남지 않습니다. \
         통신사, 종류, 원인은 메시지에 나오고, `F_CARRIER`·`F_KIND` 같은 항목으로 찾을 수 있습니다(`journalctl -u munjad F_CARRIER=bizgo`). \
         `request refused` (info) 는 상담사에게 안 된다고 답한 것이며 고장이 아닙니다.\n",
        "| 로그 | 뜻과 할 일 |",
        |line| &line.ko,
    );
    for (name, page) in [("log-lines.md", english), ("log-lines.ko.md", korean)] {
        let path = docs(name);
        if std::env::var_os("MUNJA_WRITE_DOCS").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == page, "docs/{name}: MUNJA_WRITE_DOCS=1 writes it");
    }
}

#[test]
fn a_message_is_found_among_fields() {
    let text = r#"(carrier = "x", kind = ?f("y"), n, "it {failed}: \"so\" \
                   again", extra)"#;
    assert_eq!(message(text, 1).as_deref(), Some("it {failed}: \\\"so\\\" again"));
    assert_eq!(message("(a = 1, b)", 1), None);
}
