//! The built-in word lists against texts of which somebody has said what they are (`tests/triage/labelled.csv`): they must not
//! find less danger or give more false alarms than `tests/triage/report.txt` says. `MUNJA_WRITE_REPORT=1` writes it anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use munja::config;
use munja::domain::triage::score::{Label, Tally, score};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/triage").join(name)
}

fn labelled() -> Vec<(Label, String)> {
    let mut reader = csv::Reader::from_path(file("labelled.csv")).unwrap();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        (Label::from_word(&row[0]).unwrap_or_else(|| panic!("{row:?}")), row[2].to_owned())
    });
    rows.collect()
}

fn report(tallies: &[Tally; 4], n: usize) -> String {
    let [danger, look, lookalike, ordinary] = tallies;
    let n_alarms = (lookalike.n - lookalike.n_right) + (ordinary.n - ordinary.n_right);
    let n_harmless = lookalike.n + ordinary.n;
    let mut text = format!("texts: {n}\n");
    for (label, tally) in Label::ALL.iter().zip(tallies) {
        writeln!(text, "{}: {} of {} right", label.as_str(), tally.n_right, tally.n).unwrap();
    }
    writeln!(text, "recall of danger: {:.1} %", danger.percent()).unwrap();
    writeln!(text, "recall of what to look at: {:.1} %", look.percent()).unwrap();
    let rate = 100.0 * n_alarms as f64 / n_harmless as f64;
    writeln!(text, "false alarms (tier 1) among what is harmless: {n_alarms} of {n_harmless}, {rate:.1} %")
        .unwrap();
    text
}

fn recorded(report: &str, label: Label) -> usize {
    let line = report.lines().find(|line| line.starts_with(&format!("{}: ", label.as_str()))).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn the_lists_are_as_good_as_they_were() {
    let texts = labelled();
    assert!(texts.len() >= 300);
    let tallies =
        score(&config::triage(&[]).unwrap(), texts.iter().map(|(label, text)| (*label, text.as_str())));
    let now = report(&tallies, texts.len());
    if std::env::var_os("MUNJA_WRITE_REPORT").is_some() {
        std::fs::write(file("report.txt"), &now).unwrap();
    }
    let before = std::fs::read_to_string(file("report.txt")).unwrap();
    for (label, tally) in Label::ALL.into_iter().zip(&tallies) {
        let was = recorded(&before, label);
        assert!(tally.n_right >= was, "{}: {was} were right, now {}\n{now}", label.as_str(), tally.n_right);
    }
    assert_eq!(now, before, "better than recorded: MUNJA_WRITE_REPORT=1 cargo test triage");
}
