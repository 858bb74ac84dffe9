//! What the second opinion looks at: groups of words and pairs of them, short runs of syllables and letters, words by their
//! beginning, pairs of words near each other, how sentences end, and signs. Each is a number (a hash) that picks a weight.
//! Trainer and gateway share this code.

use std::ops::Range;

use super::hangul::{is_syllable, parts_of, syllable_of};
use super::normal::{Normal, Place, Word};

/// How many weights there are: 2^18, without the first ones, in whose place the table keeps its head.
const BITS: u32 = 18;
pub const N_WEIGHTS: usize = 1 << BITS;
pub const N_HEAD: u32 = 16;

/// Lengths of runs of syllables and of letters.
const SYLLABLES: Range<usize> = 1..4;
const LETTERS: Range<usize> = 4..6;
/// Words of a pair: so many further on at most.
const PAIR_REACH: usize = 3;
/// Groups of a pair: so many words further on, and so many mentions, at most.
const CONCEPT_REACH: u32 = 4;
const MOST_NEAR: usize = 6;
/// How many syllables of the end of a sentence are looked at.
const MOST_ENDING: usize = 4;
/// Texts of more words than this count as equally long.
const LONG_TEXT_WORDS: usize = 12;

/// What a feature counts, where it is not 1. Tried out on texts of hands that the table had not seen.
const HEAD_VALUE: f32 = 2.0;
const SIGN_VALUE: f32 = 3.0;
const LENGTH_VALUE: f32 = 3.0;
const ALWAYS_VALUE: f32 = 4.0;

/// Kinds of features: what a hash starts with.
#[derive(Clone, Copy)]
enum Seed {
    Syllables = 1,
    Letters,
    Word,
    Head,
    HeadPair,
    Stray,
    Latin,
    Korean,
    Concept,
    ConceptPair,
    GroupName,
    Sign,
    Ending,
    Length,
    Always,
    Slot,
}

/// What a feature stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gram {
    /// Characters of the text.
    Run(Range<usize>),
    /// Two places in the text.
    Pair(Range<usize>, Range<usize>),
    /// Nothing that can be shown.
    Hidden,
}

/// A group of words that the text mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concept {
    pub place: Place,
    /// The group, as a hash of its name.
    pub group: u64,
    /// The characters of the mention.
    pub from: u32,
    pub to: u32,
}

fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn start(seed: Seed) -> u64 {
    mix(0, seed as u64)
}

fn add(hash: u64, chars: &[char]) -> u64 {
    chars.iter().fold(hash, |hash, c| mix(hash, u64::from(*c as u32)))
}

/// The weight a hash picks.
pub fn slot(hash: u64) -> u32 {
    let slot = (mix(hash, Seed::Slot as u64) >> (64 - BITS)) as u32;
    if slot < N_HEAD { slot + N_HEAD } else { slot }
}

/// The hash of a group's name.
pub fn group_hash(id: &str) -> u64 {
    id.bytes().fold(start(Seed::GroupName), |hash, b| mix(hash, u64::from(b)))
}

/// Slots that were taken already: a feature counts once in a text.
#[derive(Debug, Clone)]
pub struct Once(Vec<u64>);

impl Default for Once {
    fn default() -> Once {
        Once(vec![0; N_WEIGHTS / 64])
    }
}

impl Once {
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Whether this is the first time.
    pub fn is_new(&mut self, slot: u32) -> bool {
        let (word, bit) = (&mut self.0[(slot / 64) as usize], 1_u64 << (slot % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// A text, or some of its words, with the groups mentioned in it. Places are those of the text.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    text: &'a Normal,
    words: &'a [Word],
    /// Sorted by place.
    mentioned: &'a [Concept],
    /// Strays and signs belong to no piece of a text.
    is_whole: bool,
}

impl<'a> Piece<'a> {
    pub fn whole(text: &'a Normal, mentioned: &'a [Concept]) -> Piece<'a> {
        Piece { text, words: &text.words, mentioned, is_whole: true }
    }

    /// Some of the words by themselves.
    pub fn part(text: &'a Normal, mentioned: &'a [Concept], words: &'a [Word]) -> Piece<'a> {
        let piece = Piece { text, words, mentioned: &[], is_whole: false };
        let chars = piece.chars();
        let first = mentioned.partition_point(|concept| (concept.from as usize) < chars.start);
        let n = mentioned[first..].partition_point(|concept| (concept.from as usize) < chars.end);
        Piece { mentioned: &mentioned[first..first + n], ..piece }
    }

    fn chars(&self) -> Range<usize> {
        match (self.is_whole, self.words) {
            (true, _) => 0..self.text.chars.len(),
            (false, [first, .., last]) => first.from as usize..last.to as usize,
            (false, [word]) => range(word),
            (false, []) => 0..0,
        }
    }

    /// Mentions that lie wholly inside.
    fn mentions(&self, end: usize) -> impl Iterator<Item = &'a Concept> + Clone {
        self.mentioned.iter().filter(move |concept| concept.to as usize <= end)
    }
}

/// Calls `take` with each feature of a piece: its hash, what it counts, and what it stands for.
pub fn visit(piece: &Piece, take: &mut impl FnMut(u64, f32, Gram)) {
    let (text, at) = (piece.text, piece.chars());
    concepts(piece.mentions(at.end), take);
    let run = |run: Range<usize>| Gram::Run(at.start + run.start..at.start + run.end);
    runs(&text.chars[at.clone()], SYLLABLES, Seed::Syllables, &mut |hash, at| take(hash, 1.0, run(at)));
    let letters = &text.letters[text.letters_of(&at)];
    runs(letters, LETTERS, Seed::Letters, &mut |hash, _| take(hash, 1.0, Gram::Hidden));
    words(piece, take);
    endings(piece, take);
    whole(piece, take);
}

/// Groups, and pairs of groups near each other. `mentioned` is sorted by place.
fn concepts<'a>(mentioned: impl Iterator<Item = &'a Concept> + Clone, take: &mut impl FnMut(u64, f32, Gram)) {
    let range = |c: &Concept| c.from as usize..c.to as usize;
    let mut rest = mentioned;
    while let Some(one) = rest.next() {
        take(mix(start(Seed::Concept), one.group), 1.0, Gram::Run(range(one)));
        let near = rest.clone().take(MOST_NEAR).take_while(|other| {
            let is_near = other.place.number <= one.place.number + CONCEPT_REACH;
            other.place.sentence == one.place.sentence && is_near
        });
        for other in near.filter(|other| other.group != one.group) {
            let (a, b) = (one.group.min(other.group), one.group.max(other.group));
            let hash = mix(mix(start(Seed::ConceptPair), a), b);
            take(hash, 1.0, Gram::Pair(range(one), range(other)));
        }
    }
}

fn runs<U: Copy + Into<u64>>(
    units: &[U],
    lengths: Range<usize>,
    seed: Seed,
    take: &mut impl FnMut(u64, Range<usize>),
) {
    for from in 0..units.len() {
        let mut hash = start(seed);
        for (unit, n) in units[from..].iter().zip(1..lengths.end) {
            hash = mix(hash, (*unit).into());
            if n >= lengths.start {
                take(hash, from..from + n);
            }
        }
    }
}

fn range(word: &Word) -> Range<usize> {
    word.from as usize..word.to as usize
}

fn words(piece: &Piece, take: &mut impl FnMut(u64, f32, Gram)) {
    let (text, words) = (piece.text, piece.words);
    let heads: Vec<u64> = words.iter().map(|word| head(&text.chars[range(word)])).collect();
    for (n, word) in words.iter().enumerate() {
        take(add(start(Seed::Word), &text.chars[range(word)]), 1.0, Gram::Run(range(word)));
        take(mix(start(Seed::Head), heads[n]), HEAD_VALUE, Gram::Run(range(word)));
        for (other, next) in words.iter().enumerate().skip(n + 1).take(PAIR_REACH) {
            let (a, b) = (heads[n].min(heads[other]), heads[n].max(heads[other]));
            take(mix(mix(start(Seed::HeadPair), a), b), 1.0, Gram::Pair(range(word), range(next)));
        }
    }
}

/// A word without its ending: its first two syllables, the second without final; other scripts whole.
fn head(word: &[char]) -> u64 {
    if !word.first().is_some_and(|c| is_syllable(*c)) {
        return add(start(Seed::Latin), word);
    }
    let second = word.get(1).filter(|c| is_syllable(**c)).map(|c| {
        let (initial, vowel, _) = parts_of(*c);
        syllable_of(initial, vowel, 0)
    });
    let hash = add(start(Seed::Korean), &word[..1]);
    second.map_or(hash, |second| add(hash, &[second]))
}

/// The last syllables of each sentence, from the end: questions end otherwise than calls for help.
fn endings(piece: &Piece, take: &mut impl FnMut(u64, f32, Gram)) {
    for (n, word) in piece.words.iter().enumerate() {
        let is_last = piece.words.get(n + 1).is_none_or(|next| next.sentence != word.sentence);
        if is_last {
            let mut hash = start(Seed::Ending);
            for c in piece.text.chars[range(word)].iter().rev().take(MOST_ENDING) {
                hash = add(hash, &[*c]);
                take(hash, 1.0, Gram::Hidden);
            }
        }
    }
}

/// Initials, laughing and crying; one other letter is a slip.
fn is_telling(stray: &str) -> bool {
    stray.chars().count() > 1 || stray.starts_with(['ㅋ', 'ㅎ', 'ㅠ', 'ㅜ', 'ㄷ'])
}

/// Single letters (`ㅠ`, `ㅋ`), signs, the length, and one that every text has.
fn whole(piece: &Piece, take: &mut impl FnMut(u64, f32, Gram)) {
    let text = piece.text;
    let (strays, signs): (&[String], &[char]) =
        if piece.is_whole { (&text.strays, &text.signs) } else { (&[], &[]) };
    for stray in strays.iter().filter(|stray| is_telling(stray)) {
        let hash = stray.chars().fold(start(Seed::Stray), |hash, c| mix(hash, u64::from(c as u32)));
        take(hash, 1.0, Gram::Hidden);
    }
    for sign in signs {
        take(add(start(Seed::Sign), &[*sign]), SIGN_VALUE, Gram::Hidden);
    }
    let length = piece.words.len().min(LONG_TEXT_WORDS) / 2;
    take(mix(start(Seed::Length), length as u64), LENGTH_VALUE, Gram::Hidden);
    take(start(Seed::Always), ALWAYS_VALUE, Gram::Hidden);
}
