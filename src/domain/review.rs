//! Quality reviews: which consultations a supervisor looks at, and the sheet by which they are scored. The sheet is data; marks
//! are kept with the best mark of their time, so that a sheet may change and old reviews still count.

use std::collections::BTreeMap;

use super::notice::Language;

/// One question of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Never changes: marks are kept under it.
    pub key: String,
    pub ko: Words,
    pub en: Words,
    /// Marks go from 0 to this.
    pub best: i64,
}

/// A point in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub name: String,
    pub question: String,
}

impl Point {
    pub fn words(&self, language: Language) -> &Words {
        if language == Language::Ko { &self.ko } else { &self.en }
    }

    /// Whether somebody means it who writes `word`: its key, or its name in either language.
    pub fn is_called(&self, word: &str) -> bool {
        [&self.key, &self.ko.name, &self.en.name].into_iter().any(|name| name == word)
    }
}

/// The sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    pub version: String,
    pub points: Vec<Point>,
}

/// The mark for one point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub point: String,
    pub mark: i64,
    /// The best mark on the sheet.
    pub of: i64,
}

/// Why marks are no review. Each names the point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadMarks {
    Unknown(String),
    Twice(String),
    Missing(String),
    OutOfRange(String),
}

impl BadMarks {
    /// The point that is wrong.
    pub fn point(&self) -> &str {
        let (BadMarks::Unknown(point)
        | BadMarks::Twice(point)
        | BadMarks::Missing(point)
        | BadMarks::OutOfRange(point)) = self;
        point
    }
}

impl Sheet {
    /// The marks of a review, in the order of the sheet: one for each point, and none beside them.
    pub fn read(&self, given: &[(String, i64)]) -> Result<Vec<Mark>, BadMarks> {
        if let Some((word, _)) = given.iter().find(|(word, _)| !self.points.iter().any(|p| p.is_called(word)))
        {
            return Err(BadMarks::Unknown(word.clone()));
        }
        self.points.iter().map(|point| mark(point, given)).collect()
    }
}

fn mark(point: &Point, given: &[(String, i64)]) -> Result<Mark, BadMarks> {
    let mut found = given.iter().filter(|(word, _)| point.is_called(word)).map(|(_, mark)| *mark);
    let name = || point.key.clone();
    match (found.next(), found.next()) {
        (None, _) => Err(BadMarks::Missing(name())),
        (_, Some(_)) => Err(BadMarks::Twice(name())),
        (Some(mark), None) if !(0..=point.best).contains(&mark) => Err(BadMarks::OutOfRange(name())),
        (Some(mark), None) => Ok(Mark { point: name(), mark, of: point.best }),
    }
}

/// What may be reviewed: a closed consultation, and a counselor who answered in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    pub counselor_id: i64,
    pub conversation_id: i64,
}

/// Chooses `n` of them: each counselor's turn comes as often as another's while they have any left, and every consultation of
/// a counselor is as likely as another. The same seed chooses the same; what is reviewed meanwhile makes room for the next one
/// and changes nothing else.
pub fn sample(candidates: &[Candidate], seed: u64, n: usize) -> Vec<Candidate> {
    let mut of: BTreeMap<i64, Vec<Candidate>> = BTreeMap::new();
    candidates.iter().for_each(|one| of.entry(one.counselor_id).or_default().push(*one));
    let mut turns: Vec<Vec<Candidate>> = of.into_values().collect();
    for all in &mut turns {
        all.sort_by_key(|one| std::cmp::Reverse((drawn(seed, one.conversation_id), one.conversation_id)));
        all.dedup();
    }
    turns.sort_by_key(|all| all.first().map(|one| (drawn(!seed, one.counselor_id), one.counselor_id)));
    let mut chosen = Vec::new();
    while chosen.len() < n && turns.iter().any(|all| !all.is_empty()) {
        chosen.extend(turns.iter_mut().filter_map(Vec::pop));
    }
    chosen.truncate(n);
    chosen
}

/// A number that the seed draws for an id: evenly spread, and of no other id (SplitMix64).
fn drawn(seed: u64, id: i64) -> u64 {
    let mut z = seed ^ id.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let point = |key: &str, ko: &str, best| Point {
            key: key.into(),
            ko: Words { name: ko.into(), question: "?".into() },
            en: Words { name: key.into(), question: "?".into() },
            best,
        };
        Sheet {
            version: "1".into(), points: vec![point("courtesy", "친절", 5), point("speed", "속도", 3)]
        }
    }

    fn given(all: &[(&str, i64)]) -> Vec<(String, i64)> {
        all.iter().map(|(word, mark)| ((*word).to_owned(), *mark)).collect()
    }

    #[test]
    fn every_point_is_marked_once_by_its_key_or_name() {
        let marks = sheet().read(&given(&[("speed", 0), ("친절", 5)])).expect("a review");
        let kept: Vec<_> = marks.iter().map(|m| (m.point.as_str(), m.mark, m.of)).collect();
        assert_eq!(kept, [("courtesy", 5, 5), ("speed", 0, 3)]);
        let bad = |all: &[(&str, i64)]| sheet().read(&given(all)).expect_err("refused");
        assert_eq!(bad(&[("친절", 5)]), BadMarks::Missing("speed".into()));
        assert_eq!(bad(&[("친절", 5), ("speed", 4)]), BadMarks::OutOfRange("speed".into()));
        assert_eq!(bad(&[("친절", -1), ("speed", 1)]), BadMarks::OutOfRange("courtesy".into()));
        assert_eq!(bad(&[("친절", 5), ("courtesy", 5), ("speed", 1)]), BadMarks::Twice("courtesy".into()));
        assert_eq!(
            bad(&[("friendly", 5), ("courtesy", 5), ("speed", 1)]),
            BadMarks::Unknown("friendly".into())
        );
    }

    fn candidates(of: &[(i64, std::ops::Range<i64>)]) -> Vec<Candidate> {
        let all = of.iter().flat_map(|(counselor_id, ids)| {
            ids.clone().map(move |conversation_id| Candidate { counselor_id: *counselor_id, conversation_id })
        });
        all.collect()
    }

    #[test]
    fn a_sample_is_the_same_for_the_same_seed_and_even_among_counselors() {
        let all = candidates(&[(1, 0..200), (2, 200..210), (3, 210..211)]);
        let first = sample(&all, 7, 9);
        let mut turned = all.clone();
        turned.reverse();
        assert_eq!(sample(&turned, 7, 9), first, "the order of the rows does not matter");
        assert_ne!(sample(&all, 8, 9), first);
        let n = |id| first.iter().filter(|one| one.counselor_id == id).count();
        assert_eq!([n(1), n(2), n(3)], [4, 4, 1], "who has one is asked for one");
        let rest: Vec<Candidate> = all.iter().copied().filter(|one| *one != first[0]).collect();
        let later = sample(&rest, 7, 9);
        assert_eq!(first[1..].iter().filter(|one| later.contains(one)).count(), 8, "the others stay");
        assert_eq!(sample(&all, 7, 1_000).len(), all.len());
        assert!(sample(&[], 7, 5).is_empty());
    }

    /// Of a thousand seeds, each of ten consultations comes about a hundred times.
    #[test]
    fn every_consultation_is_as_likely_as_another() {
        let all = candidates(&[(1, 500..510)]);
        let mut drawn = BTreeMap::new();
        for seed in 0..1_000 {
            *drawn.entry(sample(&all, seed, 1)[0].conversation_id).or_insert(0) += 1;
        }
        assert!(drawn.len() == 10 && drawn.values().all(|n| (60..=140).contains(n)), "{drawn:?}");
    }
}
