//! Judges texts by the compiled lists and the second opinion.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use super::features::{self, Concept};
use super::normal::{self, Normal, normal};
use super::opinion::{Opinion, Table};
use super::rule::{BadRule, Combination, Compiler, ListPlace, Lists, Rule};
use super::search::{Found, Mentions, Owner, Searcher, combined, with_owner};
use super::tier::{Kind, Tier};
use crate::domain::text::followed_by;

/// Characters judged on each side of the joint of two texts; no pattern is longer.
const SEAM_CHARS: usize = 80;
/// No carrier delivers a text longer than this (bytes); chunks of a huge one overlap by so many.
const CHUNK_BYTES: usize = 8_000;
const CHUNK_OVERLAP_BYTES: usize = 400;
/// A shorter part of a text (letters) has no second opinion of its own.
const FEWEST_PART_CHARS: usize = 10;

/// A rule that matches a text.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    pub rule: &'a Rule,
    /// The tier of the rule, or one lower if a guard stands beside the hit.
    pub tier: Tier,
}

/// Result of judging a text.
#[derive(Debug, Clone, Default)]
pub struct Verdict<'a> {
    /// The most urgent first; each rule once.
    pub hits: Vec<Hit<'a>>,
    /// What the second opinion says, if that is more urgent than the hits.
    pub opinion: Option<Opinion>,
}

impl Verdict<'_> {
    /// The tier of the text; abuse alone gives none.
    pub fn tier(&self) -> Option<Tier> {
        let of_hits = self.hits.iter().filter(|h| h.rule.kind != Kind::Abuse).map(|h| h.tier);
        of_hits.chain(self.opinion.iter().map(|opinion| opinion.tier)).min()
    }

    /// The kind of danger, if the tier is [`Tier::Danger`]. Self-harm comes first. Where only the second opinion sees
    /// danger, lower hits tell the kind.
    pub fn danger(&self) -> Option<Kind> {
        self.tier().filter(|tier| tier.is_danger())?;
        let is_opinion = self.opinion.as_ref().is_some_and(|opinion| opinion.tier.is_danger());
        let of = |kind| self.hits.iter().any(|h| h.rule.kind == kind && (h.tier.is_danger() || is_opinion));
        [Kind::SelfHarm, Kind::Youth].into_iter().find(|kind| of(*kind)).or(Some(Kind::Danger))
    }

    /// What somebody should look at soon is about, where the hits agree on it: else help for every danger is named.
    pub fn worry(&self) -> Option<Kind> {
        let mut kinds = self.hits.iter().map(|h| h.rule.kind).filter(|kind| *kind != Kind::Abuse);
        let first = kinds.next()?;
        kinds.all(|kind| kind == first).then_some(first)
    }

    /// Whether a rule sees danger that does not see it in the other text: another danger, not the same one again.
    fn has_danger_beyond(&self, other: &Verdict<'_>) -> bool {
        let is_danger = |hit: &&Hit<'_>| hit.tier.is_danger() && hit.rule.kind != Kind::Abuse;
        let is_in_other = |id: &str| other.hits.iter().filter(is_danger).any(|hit| hit.rule.id == id);
        self.hits.iter().filter(is_danger).any(|hit| !is_in_other(&hit.rule.id))
    }

    /// Whether danger is seen, and nothing tells of what kind.
    pub fn is_of_unknown_kind(&self) -> bool {
        self.opinion.as_ref().is_some_and(|opinion| opinion.tier.is_danger())
            && !self.hits.iter().any(|h| h.rule.kind != Kind::Abuse)
    }

    pub fn is_abusive(&self) -> bool {
        self.hits.iter().any(|h| h.rule.kind == Kind::Abuse)
    }

    /// The ids of the matching rules, separated by spaces, then the words that decided the second opinion.
    pub fn rules(&self) -> String {
        let ids = self.hits.iter().map(|h| h.rule.id.clone());
        ids.chain(self.opinion.iter().map(|opinion| format!("({})", opinion.grams.join(" · "))))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// All lists, compiled, and the second opinion.
#[derive(Clone)]
pub struct Triage {
    lists: Lists,
    searcher: Searcher,
    combinations: Vec<Combination>,
    /// A number for each group, by its name.
    group_hashes: Vec<u64>,
    /// Groups, those of combinations without a name included.
    n_groups: usize,
    /// Whole texts in normal form, with the pictures that must stand beside them, and their rules.
    alone: HashMap<Vec<char>, Vec<(Vec<char>, usize)>>,
    /// The longest of them (characters).
    longest_alone: usize,
    /// Pictures and their rules.
    signs: Vec<(char, usize)>,
    /// Initials and their rules.
    initials: Vec<(String, usize)>,
    table: Option<Table>,
}

impl fmt::Debug for Triage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Triage").field("n_rules", &self.lists.rules.len()).finish()
    }
}

/// A text as it can be read, and what was found in it.
pub struct Reading {
    pub(super) text: Normal,
    found: Vec<Found>,
    mentions: Mentions,
    pub(super) concepts: Vec<Concept>,
}

impl Triage {
    /// Refuses patterns that cannot be searched for, and without such ones rules whose own tests fail; all of them. Without a table
    /// there is no second opinion.
    pub fn new(lists: Lists, table: Option<Table>) -> Result<Triage, Vec<BadRule>> {
        let compiler = Compiler::new(&lists)?;
        let (combinations, n_groups) = (compiler.combinations, compiler.n_groups);
        let built = compiler.builder.build();
        let searcher = built.map_err(|why| vec![BadRule { at: ListPlace::Rule(0), word: None, why }])?;
        let group_hashes = lists.groups.iter().map(|group| features::group_hash(&group.id)).collect();
        let (mut alone, mut signs, mut initials) = (HashMap::new(), Vec::new(), Vec::new());
        for (index, rule) in lists.rules.iter().enumerate() {
            for Normal { chars, pictures, .. } in rule.alone.iter().map(|text| normal(text)) {
                let same: &mut Vec<(Vec<char>, usize)> = alone.entry(chars).or_default();
                same.retain(|(known, _)| *known != pictures);
                same.push((pictures, index));
            }
            signs.extend(rule.signs.iter().flat_map(|sign| normal(sign).pictures).map(|sign| (sign, index)));
            initials.extend(rule.initials.iter().map(|initials| (initials.clone(), index)));
        }
        let longest_alone = alone.keys().map(Vec::len).max().unwrap_or(0);
        let triage = Triage {
            lists,
            searcher,
            combinations,
            group_hashes,
            n_groups,
            alone,
            longest_alone,
            signs,
            initials,
            table,
        };
        let failed: Vec<BadRule> = triage
            .lists
            .rules
            .iter()
            .enumerate()
            .flat_map(|(index, rule)| triage.failed_tests(ListPlace::Rule(index), rule))
            .collect();
        if failed.is_empty() { Ok(triage) } else { Err(failed) }
    }

    /// The rule's own tests that fail.
    fn failed_tests(&self, at: ListPlace, rule: &Rule) -> Vec<BadRule> {
        let matches = |text: &String| self.judge(text).hits.iter().any(|h| h.rule.id == rule.id);
        let bad = |text: &String, why: String| BadRule { at, word: Some(text.clone()), why };
        let unfound = rule.hits.iter().filter(|text| !matches(text));
        let hit = rule.misses.iter().filter(|text| matches(text));
        unfound
            .map(|text| bad(text, format!("its own test fails: nothing is found in \"{text}\"")))
            .chain(hit.map(|text| bad(text, format!("its own test fails: \"{text}\" is hit"))))
            .collect()
    }

    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    pub fn rules(&self) -> &[Rule] {
        &self.lists.rules
    }

    /// The table of the second opinion.
    pub fn table(&self) -> Option<&Table> {
        self.table.as_ref()
    }

    /// The same lists with another second opinion.
    pub fn with_table(self, table: Option<Table>) -> Triage {
        Triage { table, ..self }
    }

    /// Judges a text, also read as Hangul typed on a Latin keyboard. A huge one is judged chunk by chunk.
    pub fn judge(&self, text: &str) -> Verdict<'_> {
        let (mut hits, mut opinion) = (Vec::new(), None);
        for chunk in chunks(text) {
            let readings = self.readings(chunk);
            hits.extend(readings.iter().flat_map(|reading| self.hits(reading)));
            hits.sort_unstable_by_key(|(tier, index): &(Tier, usize)| (*index, *tier));
            hits.dedup_by_key(|(_, index)| *index);
            let next = self.opinion(&readings);
            opinion = [opinion, next].into_iter().flatten().min_by_key(|opinion: &Opinion| opinion.tier);
        }
        hits.sort_unstable();
        let hit = |(tier, index): (Tier, usize)| Hit { rule: &self.lists.rules[index], tier };
        let mut verdict = Verdict { hits: hits.into_iter().map(hit).collect(), opinion: None };
        let so_far = verdict.tier();
        verdict.opinion = opinion.filter(|o| so_far.is_none_or(|tier| o.tier < tier));
        verdict
    }

    /// The more urgent verdict of the text alone and of the text behind the previous ones of the same sender.
    pub fn judge_behind(&self, text: &str, recent: &str) -> Verdict<'_> {
        if recent.is_empty() {
            return self.judge(text);
        }
        let mut alone = self.judge(text);
        if !Triage::is_worth_alone(text) {
            alone.opinion = None;
        }
        if alone.tier() == Some(Tier::Danger) {
            return alone;
        }
        // A pattern across both texts lies where they meet.
        let before = recent.char_indices().rev().nth(SEAM_CHARS).map_or(0, |(at, _)| at);
        let after = text.char_indices().nth(SEAM_CHARS).map_or(text.len(), |(at, _)| at);
        let (recent, text) = (&recent[before..], &text[..after]);
        let together = self.judge(&followed_by(recent, text));
        let rank = |verdict: &Verdict<'_>| verdict.tier().map_or(u8::MAX, Tier::number);
        // A danger in the previous texts alone was judged with them: only what lies across the seam adds anything.
        let before = self.judge(recent);
        let is_new = rank(&together) < rank(&before) || together.has_danger_beyond(&before);
        let adds = rank(&together) < rank(&alone) && is_new;
        if adds { together } else { alone }
    }

    /// Whether the second opinion can say something of a part of a text by itself, torn from what was before it.
    pub(super) fn is_worth_alone(part: &str) -> bool {
        part.chars().filter(|c| c.is_alphanumeric()).nth(FEWEST_PART_CHARS - 1).is_some()
    }

    /// The ways to read a text.
    pub fn readings(&self, text: &str) -> Vec<Reading> {
        let typed = normal::as_hangul_keys(text);
        std::iter::once(normal(text)).chain(typed).map(|text| self.read(text)).collect()
    }

    fn read(&self, text: Normal) -> Reading {
        let found = self.searcher.find(&text);
        let concepts = self.concepts(&text, &found);
        let mentions = Mentions::of(&found, self.n_groups);
        Reading { text, found, mentions, concepts }
    }

    /// The named groups mentioned, in the order of the text.
    fn concepts(&self, text: &Normal, found: &[Found]) -> Vec<Concept> {
        let mut concepts: Vec<Concept> = found
            .iter()
            .filter_map(|found| {
                let Owner::Group(group) = found.owner else { return None };
                let group = *self.group_hashes.get(group)?;
                let chars = text.chars_of(&found.at);
                let (from, to) = (chars.start as u32, chars.end as u32);
                Some(Concept { place: found.place, group, from, to })
            })
            .collect();
        concepts.sort_unstable();
        concepts.dedup_by_key(|concept| (concept.place, concept.group));
        concepts
    }

    /// The rules that match, each with its tier, with repetitions.
    fn hits(&self, reading: &Reading) -> Vec<(Tier, usize)> {
        let Reading { text, found, .. } = reading;
        let n_rules = self.lists.rules.len();
        let (guarded, is_laughed) = (self.guarded_sentences(reading), self.is_laughed(text));
        let n_listed = found.partition_point(|f| f.owner < Owner::List(n_rules));
        let listed = found[..n_listed].iter().filter_map(|f| match f.owner {
            Owner::List(index) => Some((index, f.at.clone())),
            _ => None,
        });
        let combined = self.combinations.iter().filter(|all| all.list < n_rules);
        let combined = combined.filter_map(|all| Some((all.list, self.combined(reading, all)?)));
        let is_short = text.chars.len() <= self.longest_alone;
        let alone = is_short.then(|| self.alone.get(&text.chars)).flatten().into_iter().flatten();
        let stands = |pictures: &[char]| pictures.iter().all(|picture| text.pictures.contains(picture));
        let alone = alone.filter(|(pictures, _)| stands(pictures));
        let alone = alone.map(|(_, index)| (*index, 0..text.letters.len()));
        let signs = self.signs.iter().filter(|(sign, _)| text.pictures.contains(sign));
        let signs = signs.map(|(_, index)| (*index, 0..0));
        let initials = self.initials(text).map(|index| (index, 0..0));
        listed
            .chain(combined)
            .chain(alone)
            .chain(signs)
            .chain(initials)
            .filter(|(index, at)| {
                let exceptions = with_owner(found, Owner::Exception(*index));
                !exceptions.iter().any(|over| over.at.start < at.end && at.start < over.at.end)
            })
            .map(|(index, at)| {
                let rule = &self.lists.rules[index];
                let is_guarded =
                    rule.is_guarded && (is_laughed || is_near(&guarded, text.place(at.start).sentence));
                (if is_guarded { lower(rule.tier) } else { rule.tier }, index)
            })
            .collect()
    }

    fn combined(&self, reading: &Reading, all: &Combination) -> Option<Range<usize>> {
        let (found, mentions) = (&reading.found, &reading.mentions);
        let at = combined(found, mentions, &all.parts)?;
        let sentence = reading.text.place(at.start).sentence;
        let stands =
            |group: &usize| mentions.of_group(found, *group).iter().any(|f| f.place.sentence == sentence);
        (!all.without.iter().any(stands)).then_some(at)
    }

    /// The rules whose initials stand in the text.
    fn initials(&self, text: &Normal) -> impl Iterator<Item = usize> {
        self.initials.iter().filter(|(initials, _)| text.strays.contains(initials)).map(|(_, index)| *index)
    }

    /// Whether a guard's single letters stand in the text.
    fn is_laughed(&self, text: &Normal) -> bool {
        let mut letters = self.lists.guards.iter().flat_map(|guard| &guard.letters);
        letters.any(|letter| text.strays.iter().any(|stray| stray.contains(*letter)))
    }

    /// The sentences with a guard, in order.
    fn guarded_sentences(&self, reading: &Reading) -> Vec<u32> {
        let n_rules = self.lists.rules.len();
        let from = reading.found.partition_point(|f| f.owner < Owner::List(n_rules));
        let to = reading.found.partition_point(|f| f.owner < Owner::Exception(0));
        let words = reading.found[from..to].iter().map(|f| f.at.start);
        let combined = self.combinations.iter().filter(|all| all.list >= n_rules);
        let combined = combined.filter_map(|all| Some(self.combined(reading, all)?.start));
        let mut sentences: Vec<u32> =
            words.chain(combined).map(|at| reading.text.place(at).sentence).collect();
        sentences.sort_unstable();
        sentences.dedup();
        sentences
    }

    fn opinion(&self, readings: &[Reading]) -> Option<Opinion> {
        let table = self.table.as_ref()?;
        readings
            .iter()
            .filter_map(|reading| table.opinion(&reading.text, &reading.concepts))
            .min_by_key(|o| o.tier)
    }
}

/// The first boundary between characters at or behind `at`.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// A text of usual length whole; a huge one in chunks that overlap.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        let end = boundary(text, start + CHUNK_BYTES);
        from = (end < text.len()).then(|| boundary(text, end - CHUNK_OVERLAP_BYTES));
        Some(&text[start..end])
    })
}

/// Whether a guard stands in the sentence or in one beside it.
fn is_near(guarded: &[u32], sentence: u32) -> bool {
    let from = guarded.partition_point(|guard| guard + 1 < sentence);
    guarded.get(from).is_some_and(|guard| *guard <= sentence + 1)
}

/// The next tier below; the lowest stays.
fn lower(tier: Tier) -> Tier {
    match tier {
        Tier::Danger => Tier::Look,
        Tier::Look | Tier::Info => Tier::Info,
    }
}
