//! How often the answered question that is meant is among the three that are offered: questions of a city (`MUNJA_TRIAL_DATA`, never in
//! the repository), reworded by hand as people text them (`tests/similar/reworded.tsv`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use munja::domain::similar::Comparison;
use sha2::{Digest, Sha256};

const REWORDED: &str = include_str!("../similar/reworded.tsv");
/// What has to be reached; the figure is in docs/search.md.
const GOAL_PERCENT: usize = 80;

fn reference(title: &str) -> String {
    let hash = Sha256::digest(title.trim().as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn reworded() -> Vec<(&'static str, &'static str)> {
    REWORDED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect()
}

/// Titles and answers.
fn trial_data(named: &Path) -> Vec<(String, String)> {
    let file = if named.is_dir() { named.join("seoul-120-text.csv") } else { named.to_owned() };
    let mut rows = csv::Reader::from_path(file).unwrap();
    rows.records().map(|row| row.unwrap()).map(|row| (row[2].to_owned(), row[3].to_owned())).collect()
}

#[test]
fn there_are_enough_reworded_questions() {
    let all = reworded();
    assert!(all.len() >= 150);
    assert!(all.iter().all(|(hash, words)| hash.len() == 16 && !words.is_empty()));
}

#[test]
fn the_answer_that_is_meant_is_among_the_first_three() {
    let Some(named) = std::env::var_os("MUNJA_TRIAL_DATA").map(PathBuf::from) else {
        println!("MUNJA_TRIAL_DATA is not set: not run");
        return;
    };
    let rows = trial_data(&named);
    let by_reference: HashMap<String, i64> =
        (0..).zip(&rows).map(|(id, (title, _))| (reference(title), id)).collect();
    let (mut first, mut in_three) = (0, 0);
    let all = reworded();
    for (hash, words) in &all {
        assert!(by_reference.contains_key(*hash), "no row has the reference {hash}");
        let mut comparison = Comparison::with(words);
        (0..).zip(&rows).for_each(|(id, (title, _))| comparison.add(id, title));
        let answer = |id: i64| rows[usize::try_from(id).unwrap()].1.as_str();
        let mut ranked: Vec<(f64, i64)> = comparison
            .finalists()
            .into_iter()
            .map(|(id, score)| (score + comparison.of_answer(answer(id)), id))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let titles: Vec<String> =
            ranked.iter().take(3).map(|(_, id)| reference(&rows[usize::try_from(*id).unwrap()].0)).collect();
        first += usize::from(titles.first().is_some_and(|title| title == hash));
        in_three += usize::from(titles.iter().any(|title| title == hash));
    }
    let n = all.len();
    println!("of {n} reworded questions: first {first}, among the first three {in_three}");
    assert!(in_three * 100 >= n * GOAL_PERCENT, "{in_three} of {n}");
}
