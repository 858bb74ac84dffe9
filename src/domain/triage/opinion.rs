//! The second opinion: a table of weights for the features of a text. Its score is a sum, so what decided it can be named.

use std::ops::Range;

use super::features::{Concept, Gram, N_HEAD, N_WEIGHTS, Once, Piece, slot, visit};
use super::normal::Normal;
use super::tier::Tier;

/// What the table says of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    pub tier: Tier,
    /// The words that weighed most, as written.
    pub grams: Vec<String>,
}

/// Scores from which a text is of tier 1 and of tier 2.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Thresholds {
    pub danger: f32,
    pub look: f32,
}

/// The trained table: a head (mark, scale, thresholds) and one byte for each weight.
#[derive(Clone, PartialEq)]
pub struct Table {
    bytes: Vec<u8>,
    scale: f32,
    pub thresholds: Thresholds,
}

const MARK: &[u8; 4] = b"MNJ1";
/// A longer text (characters) is judged piece by piece, so that much else can't outweigh one sentence.
const PIECE_CHARS: u32 = 120;
/// Added to the sum of squares: a text with few features says little.
const LITTLE: f32 = 20.0;
/// Taken from the score of a long text: many pieces are as many chances to be mistaken.
const LONG_MARGIN: f32 = 0.25;
/// How many grams are named.
const N_NAMED: usize = 3;

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("thresholds", &self.thresholds).finish()
    }
}

impl Table {
    /// Reads a table. Refuses what is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Table, String> {
        if bytes.len() != N_WEIGHTS || !bytes.starts_with(MARK) {
            return Err("is not a table of `munjad triage train`".to_owned());
        }
        let number = |at: usize| f32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let thresholds = Thresholds { danger: number(8), look: number(12) };
        Ok(Table { bytes: bytes.to_vec(), scale: number(4), thresholds })
    }

    /// Rounds weights to bytes. The few largest are cut off, so that the many others keep their differences.
    pub fn from_weights(weights: &[f32]) -> Table {
        let mut sizes: Vec<f32> = weights.iter().map(|w| w.abs()).filter(|w| *w > 0.0).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let largest = sizes.get(sizes.len().saturating_sub(1 + sizes.len() / 2_000)).copied().unwrap_or(1.0);
        let scale = largest / 127.0;
        let mut bytes: Vec<u8> =
            weights.iter().map(|w| (w / scale).round().clamp(-127.0, 127.0) as i8 as u8).collect();
        bytes[..N_HEAD as usize].fill(0);
        bytes[..4].copy_from_slice(MARK);
        bytes[4..8].copy_from_slice(&scale.to_le_bytes());
        Table { bytes, scale, thresholds: Thresholds::default() }
    }

    /// The same weights with other thresholds.
    pub fn with_thresholds(self, thresholds: Thresholds) -> Table {
        let mut bytes = self.bytes;
        for (at, number) in [(8, thresholds.danger), (12, thresholds.look)] {
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        Table { bytes, scale: self.scale, thresholds }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn weight(&self, slot: u32) -> f32 {
        f32::from(self.bytes[slot as usize] as i8)
    }

    /// The score of a text: of its most dangerous piece, if it is long.
    pub fn score(&self, text: &Normal, concepts: &[Concept]) -> f32 {
        let mut once = Once::default();
        let pieces = pieces(text, concepts);
        let margin = if pieces.len() > 1 { LONG_MARGIN } else { 0.0 };
        let scores = pieces.into_iter().map(|piece| {
            once.clear();
            self.score_of(&piece, &mut once)
        });
        scores.fold(f32::MIN, f32::max) - margin
    }

    fn score_of(&self, piece: &Piece, once: &mut Once) -> f32 {
        let (mut sum, mut squares) = (0.0, 0.0);
        visit(piece, &mut |hash, value, _| {
            let slot = slot(hash);
            if once.is_new(slot) {
                sum += self.weight(slot) * value;
                squares += value * value;
            }
        });
        sum * self.scale / norm(squares)
    }

    /// The tier, if the score reaches a threshold.
    pub fn opinion(&self, text: &Normal, concepts: &[Concept]) -> Option<Opinion> {
        let score = self.score(text, concepts);
        let tier = match score {
            _ if score >= self.thresholds.danger => Tier::Danger,
            _ if score >= self.thresholds.look => Tier::Look,
            _ => return None,
        };
        Some(Opinion { tier, grams: self.grams(text, concepts) })
    }

    /// The grams that weighed most, none inside another.
    fn grams(&self, text: &Normal, concepts: &[Concept]) -> Vec<String> {
        let mut once = Once::default();
        let mut all: Vec<(f32, Gram)> = Vec::new();
        visit(&Piece::whole(text, concepts), &mut |hash, value, gram| {
            let slot = slot(hash);
            if gram != Gram::Hidden && once.is_new(slot) && self.weight(slot) > 0.0 {
                all.push((self.weight(slot) * value, gram));
            }
        });
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut named: Vec<Vec<Range<usize>>> = Vec::new();
        for (_, gram) in all {
            let ranges: Vec<Range<usize>> = ranges(gram).into_iter().map(|at| text.whole_words(at)).collect();
            let is_known = |range: &Range<usize>| {
                named.iter().flatten().any(|known| known.start < range.end && range.start < known.end)
            };
            let is_short = ranges.iter().any(|range| range.len() < 2) && ranges.len() == 1;
            if !is_short && !ranges.iter().any(is_known) {
                named.push(ranges);
            }
            if named.len() == N_NAMED {
                break;
            }
        }
        named.into_iter().map(|ranges| shown(text, &ranges)).collect()
    }
}

/// What a score is divided by: long texts say no more than short ones, and very short ones say little.
pub fn norm(squares: f32) -> f32 {
    f32::sqrt(squares + LITTLE)
}

fn ranges(gram: Gram) -> Vec<Range<usize>> {
    match gram {
        Gram::Run(at) => vec![at],
        Gram::Pair(a, b) => vec![a, b],
        Gram::Hidden => Vec::new(),
    }
}

fn shown(text: &Normal, ranges: &[Range<usize>]) -> String {
    ranges.iter().map(|range| text.as_written(range.clone())).collect::<Vec<_>>().join(" ")
}

/// The whole of a short text; pieces of a long one, cut between words.
fn pieces<'a>(text: &'a Normal, concepts: &'a [Concept]) -> Vec<Piece<'a>> {
    if text.chars.len() as u32 <= PIECE_CHARS {
        return vec![Piece::whole(text, concepts)];
    }
    let mut pieces = Vec::new();
    let mut from = 0;
    for (n, word) in text.words.iter().enumerate() {
        let is_last = n + 1 == text.words.len();
        if is_last || word.to - text.words[from].from >= PIECE_CHARS {
            pieces.push(Piece::part(text, concepts, &text.words[from..=n]));
            from = n + 1;
        }
    }
    pieces
}
