//! Whatever may be a question reaches a person: real titles and office answers of a city (`MUNJA_TRIAL_DATA`, never in the
//! repository), and the labelled texts of the repository.

use std::path::{Path, PathBuf};

use munja::domain::intent::{Asked, Intent, read, read_courtesy, shows_nothing};

/// What may stand before a question and must not swallow it.
const BEFORE: [&str; 10] =
    ["", "2 ", "5 ", "1점 ", "감사합니다 ", "감사합니다. ", "수신거부 ", "STOP ", "안녕하세요 ", "네 "];

/// A survey was just sent, and the consultation has just ended: the moment at which most is taken for something else.
fn asked() -> Asked<'static> {
    Asked { is_surveyed: true, has_just_closed: true, ..Asked::default() }
}

fn reaches_a_person(text: &str) -> bool {
    read(text, asked()).intent == Intent::Question
}

#[test]
fn real_titles_and_answers_reach_a_person_behind_anything() {
    let Some(folder) = std::env::var_os("MUNJA_TRIAL_DATA").map(PathBuf::from) else {
        println!("MUNJA_TRIAL_DATA is not set: not run");
        return;
    };
    let file = if folder.is_dir() { folder.join("seoul-120-text.csv") } else { folder };
    let mut reader = csv::Reader::from_path(file).unwrap();
    let mut n = 0;
    for row in reader.records() {
        let row = row.unwrap();
        for text in [&row[2], &row[3]].into_iter().filter(|text| !shows_nothing(text)) {
            // An answer of one word (`입니다`) is not a question behind anything.
            let is_question = text.chars().filter(|c| c.is_alphanumeric()).count() > 3;
            for before in BEFORE.into_iter().filter(|before| is_question || before.is_empty()) {
                let is_read = reaches_a_person(&format!("{before}{text}"));
                assert!(is_read, "row {} behind {before:?}", &row[0]);
                n += 1;
            }
        }
    }
    assert!(n > 40_000, "{n} texts");
}

#[test]
fn labelled_texts_reach_a_person_behind_anything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/triage/texts");
    let (mut n, mut n_courtesies) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let rows = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect::<Vec<_>>());
        for row in rows.filter(|row| row.len() == 4) {
            let text = row[3].replace(" || ", " ");
            n += 1;
            if read_courtesy(&text).is_some() || !reaches_a_person(&text) {
                // Thanks, greetings and scores are among the texts.
                assert!(["ordinary", "lookalike"].contains(&row[0]), "{text}");
                n_courtesies += 1;
                continue;
            }
            for before in BEFORE {
                assert!(reaches_a_person(&format!("{before}{text}")), "{before}{text}");
            }
        }
    }
    assert!(n > 5_000 && n_courtesies * 50 < n, "{n_courtesies} of {n}");
}
