//! The manuals beside the programs: each leads to its other language, and what they quote of the log is written so.

use std::path::{Path, PathBuf};

use crate::log_lines::written_at;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages of these folders.
fn pages() -> Vec<PathBuf> {
    let folders = ["", "docs", "systemd"].map(|folder| root().join(folder));
    let all = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    all.map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect()
}

/// Pages in one language: a list of changes and figures for who builds it, and the page that shows the texts of both.
const IN_ENGLISH: [&str; 3] = ["CHANGELOG.md", "measured.md", "words.md"];

#[test]
fn every_manual_leads_to_its_other_language() {
    let pages = pages();
    assert!(pages.len() > 45, "{pages:?}");
    for page in pages {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        if IN_ENGLISH.contains(&name.as_str()) {
            continue;
        }
        let other = match name.strip_suffix(".ko.md") {
            Some(stem) => format!("{stem}.md"),
            None => name.replace(".md", ".ko.md"),
        };
        assert!(page.with_file_name(&other).exists(), "{}: there is no {other}", page.display());
        let text = std::fs::read_to_string(&page).unwrap();
        let head: Vec<&str> = text.lines().take(10).collect();
        assert!(head.concat().contains(&format!("]({other})")), "{}: links to {other}", page.display());
    }
}

/// The package refuses such a link, too, where its file is not in it (`systemd/deb/assemble.py`).
#[test]
fn every_link_of_a_manual_leads_to_a_file() {
    let mut dead = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
        let files = links.filter(|link| !link.is_empty() && !link.contains("://"));
        dead.extend(
            files
                .filter(|link| !page.with_file_name(link).exists())
                .map(|link| format!("{}: {link}", page.display())),
        );
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// What a manual quotes as a line of a level, such as `the list does not end` (error): a part of a line of that level, `...` for what
/// is left out.
#[test]
fn a_line_of_the_log_that_a_manual_quotes_is_written_so() {
    let mut n_quoted = 0;
    for page in pages().into_iter().filter(|path| !path.ends_with("CHANGELOG.md")) {
        let text = std::fs::read_to_string(&page).unwrap();
        for level in ["error", "warn", "info"] {
            for (at, _) in text.match_indices(&format!("` ({level})")) {
                let quoted = text[..at].rsplit('`').next().unwrap_or_default();
                // The pages of all lines are made of the table itself.
                let parts: Vec<&str> = quoted.split("...").map(str::trim).collect();
                let is_written =
                    written_at(level).iter().any(|line| parts.iter().all(|part| line.contains(part)));
                assert!(is_written, "{}: no {level} line says `{quoted}`", page.display());
                n_quoted += 1;
            }
        }
    }
    assert!(n_quoted > 0);
}
