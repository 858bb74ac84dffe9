//! Makes the table of the second opinion from labelled texts. The same texts and lists give the same bytes.

use super::features::{N_WEIGHTS, Once, Piece, slot, visit};
use super::judge::{Reading, Triage};
use super::learn::{Lesson, learn};
use super::opinion::{Table, Thresholds, norm};
use super::sample::{Label, PART_MARK, Sample};

/// False alarms that the thresholds may cost, per 10,000 harmless texts that the table has not seen.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// Tier 1 among ordinary texts, and among look-alikes.
    pub danger_ordinary: f32,
    pub danger_lookalike: f32,
    /// Tier 2 among ordinary texts.
    pub look_ordinary: f32,
}

/// The labelled texts are harder than what a city is asked: written to be mistaken. On real titles these give far fewer.
pub const ALLOWED: Allowed =
    Allowed { danger_ordinary: 105.0, danger_lookalike: 250.0, look_ordinary: 900.0 };

const ROUNDS: usize = 8;
/// What a part of a harmless text counts as a text of its own.
const PART_WEIGHT: f32 = 0.5;

/// How much a mistake about a text costs, by its label.
fn cost(label: Label) -> f32 {
    match label {
        Label::Look => 0.05,
        Label::Danger | Label::Lookalike | Label::Ordinary => 1.0,
    }
}

/// The table, and what it was measured with.
#[derive(Debug, Clone)]
pub struct Trained {
    pub table: Table,
    /// For each hand the table that was trained without its texts, with the thresholds of the whole.
    pub without: Vec<(usize, Table)>,
}

/// Trains on all samples. The thresholds come from what tables say of hands they have not seen.
pub fn train(triage: &Triage, samples: &[Sample]) -> Trained {
    let lessons: Vec<Vec<Lesson>> = samples.iter().map(|sample| lessons(triage, sample)).collect();
    let mut scores = vec![0.0; samples.len()];
    let mut without = Vec::new();
    for hand in hands(samples) {
        let others = samples.iter().zip(&lessons).filter(|(sample, _)| sample.hand != hand);
        let table = fit(&others.flat_map(|(_, lessons)| lessons).collect::<Vec<_>>());
        for (sample, score) in samples.iter().zip(&mut scores).filter(|(sample, _)| sample.hand == hand) {
            *score = score_of(triage, &table, sample);
        }
        without.push((hand, table));
    }
    let thresholds = thresholds(samples, &scores, ALLOWED);
    let table = fit(&lessons.iter().flatten().collect::<Vec<_>>()).with_thresholds(thresholds);
    let without = without.into_iter().map(|(hand, table)| (hand, table.with_thresholds(thresholds)));
    Trained { table, without: without.collect() }
}

fn hands(samples: &[Sample]) -> Vec<usize> {
    let mut hands: Vec<usize> = samples.iter().map(|sample| sample.hand).collect();
    hands.sort_unstable();
    hands.dedup();
    hands
}

fn fit(lessons: &[&Lesson]) -> Table {
    Table::from_weights(&learn(lessons, N_WEIGHTS, ROUNDS))
}

/// The score of a text on its way: of each part, and of the parts joined.
fn score_of(triage: &Triage, table: &Table, sample: &Sample) -> f32 {
    let joined = sample.text.replace(PART_MARK, " ");
    let parts = sample.parts().enumerate().filter(|(n, part)| *n == 0 || Triage::is_worth_alone(part));
    let texts = parts.map(|(_, part)| part).chain([joined.as_str()]);
    texts
        .flat_map(|text| triage.readings(text))
        .map(|reading| table.score(&reading.text, &reading.concepts))
        .fold(f32::MIN, f32::max)
}

/// The lowest scores that cost no more false alarms than allowed.
fn thresholds(samples: &[Sample], scores: &[f32], allowed: Allowed) -> Thresholds {
    let at_most = |label: Label, per_10_000: f32| {
        let of = samples.iter().zip(scores).filter(|(sample, _)| sample.label == label);
        let mut of: Vec<f32> = of.map(|(_, score)| *score).collect();
        of.sort_unstable_by(|a, b| b.total_cmp(a));
        let n = (of.len() as f32 * per_10_000 / 10_000.0) as usize;
        of.get(n).map_or(1.0, |score| score + 1e-4)
    };
    let ordinary = at_most(Label::Ordinary, allowed.danger_ordinary);
    let danger = ordinary.max(at_most(Label::Lookalike, allowed.danger_lookalike));
    Thresholds { danger, look: at_most(Label::Ordinary, allowed.look_ordinary).min(danger) }
}

/// What a sample teaches. The parts of a harmless text are harmless, too.
fn lessons(triage: &Triage, sample: &Sample) -> Vec<Lesson> {
    let meant = |text: &str| triage.readings(text).pop();
    let joined = meant(&sample.text.replace(PART_MARK, " "));
    let mut all: Vec<Lesson> = joined.iter().map(|reading| lesson(reading, sample.label, 1.0)).collect();
    let is_harmless = matches!(sample.label, Label::Lookalike | Label::Ordinary);
    if is_harmless && sample.text.contains(PART_MARK) {
        let parts = sample.parts().filter_map(meant);
        all.extend(parts.map(|reading| lesson(&reading, sample.label, PART_WEIGHT)));
    }
    all
}

fn lesson(reading: &Reading, label: Label, weight: f32) -> Lesson {
    let mut once = Once::default();
    let mut features = Vec::new();
    visit(&Piece::whole(&reading.text, &reading.concepts), &mut |hash, value, _| {
        if once.is_new(slot(hash)) {
            features.push((slot(hash), value));
        }
    });
    let norm = norm(features.iter().map(|(_, value)| value * value).sum());
    features.iter_mut().for_each(|(_, value)| *value /= norm);
    let is_danger = matches!(label, Label::Danger | Label::Look);
    Lesson { features, is_danger, cost: cost(label) * weight }
}
