//! Questions that are alike: BM25 over pairs of syllables and runs of four keys, so that endings, spaces and slips of the keyboard
//! weigh little. Questions are added one by one, and only what they share with the one that is asked about is kept of them. The
//! [`FINALISTS`] are then ranked once more by their answers, which say in the office's words what citizens say in theirs.
//!
//! The figures are those of `tests/it/similar.rs`, which measures with questions of a city that were reworded by hand.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::triage::to_keys;

/// How many of the most similar questions are ranked by their answers as well.
pub const FINALISTS: usize = 50;
/// So much of a question or an answer is looked at (characters).
pub const QUESTION_CHARS: usize = 500;
const ANSWER_CHARS: usize = 300;
/// The usual constants of BM25: how soon more of the same stops counting, and how much a long question is held back.
const SATURATION: f64 = 1.2;
const LENGTH_WEIGHT: f64 = 0.5;
/// What an answer that shares a feature counts beside a question that does.
const ANSWER_WEIGHT: f64 = 0.15;
/// Keys in a run.
const RUN: usize = 4;

/// What is compared: a hash of a pair of syllables or a run of keys.
type Feature = u64;

/// A question that shares something with the one that is asked about.
#[derive(Debug)]
struct Shared {
    id: i64,
    n_features: usize,
    /// Positions among the features asked for, each with how often it is there.
    hits: Vec<(usize, usize)>,
}

/// Questions being compared with one.
#[derive(Debug)]
pub struct Comparison {
    /// Positions of the features asked for.
    asked: BTreeMap<Feature, usize>,
    n_with: Vec<usize>,
    n_questions: usize,
    n_features: usize,
    shared: Vec<Shared>,
}

impl Comparison {
    pub fn with(question: &str) -> Comparison {
        let features: BTreeSet<Feature> = features(question, QUESTION_CHARS).into_iter().collect();
        let asked: BTreeMap<_, _> = features.into_iter().zip(0..).collect();
        let n_with = vec![0; asked.len()];
        Comparison { asked, n_with, n_questions: 0, n_features: 0, shared: Vec::new() }
    }

    /// Adds a question that was answered.
    pub fn add(&mut self, id: i64, question: &str) {
        let features = features(question, QUESTION_CHARS);
        self.n_questions += 1;
        self.n_features += features.len();
        let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
        for at in features.iter().filter_map(|feature| self.asked.get(feature)) {
            *hits.entry(*at).or_default() += 1;
        }
        if hits.is_empty() {
            return;
        }
        hits.keys().for_each(|at| self.n_with[*at] += 1);
        self.shared.push(Shared { id, n_features: features.len(), hits: hits.into_iter().collect() });
    }

    /// The most similar questions, best first, with how similar they are.
    pub fn finalists(&self) -> Vec<(i64, f64)> {
        let mut all: Vec<_> = self.shared.iter().map(|one| (one.id, self.score(one))).collect();
        // Of two that are equal, the newer one.
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
        all.truncate(FINALISTS);
        all
    }

    /// What an answer adds to how similar its question is.
    pub fn of_answer(&self, answer: &str) -> f64 {
        let features: BTreeSet<Feature> = features(answer, ANSWER_CHARS).into_iter().collect();
        let shared = features.iter().filter_map(|feature| self.asked.get(feature));
        ANSWER_WEIGHT * shared.map(|at| self.rarity(*at)).sum::<f64>()
    }

    fn score(&self, one: &Shared) -> f64 {
        let mean = self.n_features as f64 / self.n_questions.max(1) as f64;
        let length = 1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * one.n_features as f64 / mean.max(1.0);
        let of = |(at, n): &(usize, usize)| {
            let n = *n as f64;
            self.rarity(*at) * n * (SATURATION + 1.0) / (n + SATURATION * length)
        };
        one.hits.iter().map(of).sum()
    }

    fn rarity(&self, at: usize) -> f64 {
        let n = self.n_with[at] as f64;
        (1.0 + (self.n_questions as f64 - n + 0.5) / (n + 0.5)).ln()
    }
}

/// Pairs of syllables and runs of keys, of letters and digits alone.
fn features(text: &str, most: usize) -> Vec<Feature> {
    let plain: Vec<char> =
        text.nfc().take(most).flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    let keys: Vec<char> = to_keys(&plain.iter().collect::<String>()).chars().collect();
    let pairs = plain.windows(2).map(|pair| hash(1, pair));
    pairs.chain(keys.windows(RUN).map(|run| hash(2, run))).collect()
}

/// FNV-1a over code points; `kind` keeps pairs and runs apart.
fn hash(kind: u64, chars: &[char]) -> Feature {
    let start = 0xcbf2_9ce4_8422_2325 ^ kind;
    chars.iter().fold(start, |hash, c| (hash ^ u64::from(u32::from(*c))).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_in_other_words_comes_first() {
        let questions = [
            "여권 사진 규격이 어떻게 되나요",
            "첨단09번 버스 막차 시간 알려주세요",
            "버스에 지갑을 두고 내렸어요",
            "쓰레기 배출 요일이 언제인가요",
        ];
        for (asked, expected) in [
            ("첨단09 막차 몇시예요", 2),
            ("여권사진규격좀", 1),
            ("버스에 가방 놓고 내렸는데", 3),
            ("쓰래기 배출 언제", 4),
        ] {
            let mut comparison = Comparison::with(asked);
            (1..).zip(questions).for_each(|(id, question)| comparison.add(id, question));
            assert_eq!(comparison.finalists().first().map(|(id, _)| *id), Some(expected), "{asked}");
        }
    }

    #[test]
    fn an_answer_in_the_words_of_the_question_counts() {
        let mut comparison = Comparison::with("개 오줌 신고");
        comparison.add(1, "여권 사진");
        assert!(
            comparison.of_answer("개 오줌은 120으로 신고하세요") > comparison.of_answer("여권과에 오세요")
        );
        assert!(comparison.finalists().is_empty());
    }

    #[test]
    fn nothing_is_like_nothing() {
        let mut comparison = Comparison::with("");
        comparison.add(1, "");
        comparison.add(2, "버스");
        assert!(comparison.finalists().is_empty());
    }
}
