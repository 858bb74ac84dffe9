//! Searches a text for all patterns of all rules at once: one automaton, so that longer lists cost no time.
//!
//! In a pattern, `_` is the beginning or end of a word, `*` at its beginning lets it begin inside a word, and `a~b` is `a`
//! followed by `b` a few syllables later. Korean patterns of rules begin where a word begins. No pattern is found across the
//! end of a sentence.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::hangul::is_syllable;
use super::normal::{Normal, Place, normal};
use super::stems::stems;

/// `a~b`: the most characters between the end of `a` and the beginning of `b`.
const MOST_BETWEEN_CHARS: usize = 10;
/// Words of a combination: the most words from its first one to any other.
const MOST_APART: u32 = 3;

/// What a pattern belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A word of the list with this index.
    List(usize),
    /// An exception of that list.
    Exception(usize),
    /// A member of the group with this index.
    Group(usize),
    /// `a` or `b` of the pair with this index.
    First(usize),
    Second(usize),
}

/// Where a pattern may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    Anywhere,
    /// At the beginning of a word; inside too where spaces were left out.
    Word,
    /// At the beginning of a word, as written.
    Boundary,
}

/// Where a pattern may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Inside a syllable: an ending grows out of a stem.
    Stem,
    Syllable,
    Boundary,
    /// The end of a word, or a particle.
    Particle,
}

/// First syllables of what follows a noun of one syllable.
const PARTICLES: &str = "이가을를은는도에로만의랑와과까하한나낫났들께으라야요입인부이엿같처";

#[derive(Debug, Clone, Copy)]
struct Part {
    owner: Owner,
    begin: Begin,
    end: End,
    /// Spaces of the text may stand inside.
    may_be_spaced: bool,
}

/// A found pattern: its owner and its bytes in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub owner: Owner,
    pub at: Range<usize>,
    /// Where it begins.
    pub place: Place,
}

/// Patterns while they are collected.
#[derive(Debug, Default)]
pub struct Builder {
    patterns: Vec<Vec<u8>>,
    parts: Vec<Part>,
    /// The list of each pair.
    pairs: Vec<usize>,
}

impl Builder {
    /// A word of a list: a pattern, or a pair `a~b`. `begin` holds unless the pattern says otherwise.
    pub fn word(&mut self, list: usize, word: &str, begin: Begin) -> Result<(), String> {
        let Some((first, second)) = word.split_once('~') else {
            return self.pattern(Owner::List(list), word, begin);
        };
        let pair = self.pairs.len();
        self.pairs.push(list);
        self.pattern(Owner::First(pair), first, begin)?;
        self.pattern(Owner::Second(pair), second, Begin::Anywhere)
    }

    pub fn pattern(&mut self, owner: Owner, word: &str, begin: Begin) -> Result<(), String> {
        let inside = word.starts_with('*');
        let (is_begun, is_ended) = (word.starts_with('_'), word.ends_with('_'));
        let bare = word.trim_start_matches('*').trim_matches('_');
        let form = normal(bare);
        let is_bad = form.chars.is_empty() || bare.contains(['_', '~', '*']);
        if is_bad {
            return Err(format!(
                "\"{word}\" can't be searched for: words, `_` at an end, `*` at the beginning, one `~` between"
            ));
        }
        if form.chars.len() < 2 && matches!(owner, Owner::List(_)) {
            return Err(format!("\"{word}\" is a single letter: it would be found everywhere"));
        }
        let begin = match (inside, is_begun) {
            (true, _) => Begin::Anywhere,
            (_, true) => Begin::Boundary,
            _ if form.chars.first().is_some_and(|c| is_syllable(*c)) => begin,
            _ => Begin::Anywhere,
        };
        let end = if is_ended { End::Boundary } else { End::Syllable };
        let may_be_spaced = !matches!(owner, Owner::Group(_)) || form.words.len() > 1;
        self.push(form.letters, Part { owner, begin, end, may_be_spaced });
        Ok(())
    }

    /// A member of a group.
    pub fn member(&mut self, group: usize, word: &str) -> Result<(), String> {
        let owner = Owner::Group(group);
        if word.is_ascii() {
            let form = normal(word.trim_end_matches('*'));
            if form.letters.is_empty() {
                return Err(format!("\"{word}\" can't be searched for"));
            }
            let end = if word.ends_with('*') { End::Syllable } else { End::Boundary };
            let may_be_spaced = form.words.len() > 1;
            self.push(form.letters, Part { owner, begin: Begin::Boundary, end, may_be_spaced });
            return Ok(());
        }
        let form = normal(word.trim_end_matches('_'));
        match form.chars.len() {
            1 if form.chars.iter().all(|c| is_syllable(*c)) => {
                let part = Part { owner, begin: Begin::Word, end: End::Particle, may_be_spaced: false };
                self.push(form.letters, part);
                Ok(())
            }
            _ => self.pattern(owner, word, Begin::Word),
        }
    }

    /// A dictionary form, found by its stems.
    pub fn form(&mut self, owner: Owner, word: &str) -> Result<(), String> {
        let (begin, bare) = match word.strip_prefix('*') {
            Some(bare) => (Begin::Anywhere, bare),
            None => (Begin::Word, word),
        };
        let stems =
            stems(bare).ok_or_else(|| format!("\"{word}\" is no dictionary form: it must end in 다"))?;
        let may_be_spaced = bare.contains(' ');
        for stem in stems {
            self.push(stem, Part { owner, begin, end: End::Stem, may_be_spaced });
        }
        Ok(())
    }

    fn push(&mut self, pattern: Vec<u8>, part: Part) {
        self.patterns.push(pattern);
        self.parts.push(part);
    }

    pub fn build(self) -> Result<Searcher, String> {
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&self.patterns);
        let automaton = automaton.map_err(|error| error.to_string())?;
        Ok(Searcher { automaton, parts: self.parts, pairs: self.pairs })
    }
}

/// The automaton.
#[derive(Debug, Clone)]
pub struct Searcher {
    automaton: AhoCorasick,
    /// One for each pattern of the automaton.
    parts: Vec<Part>,
    pairs: Vec<usize>,
}

impl Searcher {
    /// Everything found, pairs joined into words of their list, in the order of the owners and of the text.
    pub fn find(&self, text: &Normal) -> Vec<Found> {
        let mut found: Vec<Found> = self
            .automaton
            .find_overlapping_iter(&text.letters)
            .map(|m| (self.parts[m.pattern().as_usize()], m.range()))
            .filter(|(part, at)| is_in_place(text, *part, at))
            .map(|(part, at)| Found { owner: part.owner, place: text.place(at.start), at })
            .collect();
        found.sort_unstable_by_key(|f| (f.owner, f.at.start, f.at.end));
        self.join_pairs(text, &mut found);
        found
    }

    fn join_pairs(&self, text: &Normal, found: &mut Vec<Found>) {
        let from = found.partition_point(|f| f.owner < Owner::First(0));
        let halves = found.split_off(from);
        for half in &halves {
            let Owner::Second(pair) = half.owner else { continue };
            let firsts = with_owner(&halves, Owner::First(pair));
            let before = firsts.partition_point(|first| first.at.end <= half.at.start);
            let Some(first) = before.checked_sub(1).map(|index| &firsts[index]) else { continue };
            let at = first.at.start..half.at.end;
            let between = text.chars_between(first.at.end, half.at.start);
            if between <= MOST_BETWEEN_CHARS && text.is_one_sentence(at.start, at.end) {
                found.push(Found { owner: Owner::List(self.pairs[pair]), place: first.place, at });
            }
        }
        if found.len() > from {
            found.sort_unstable_by_key(|f| (f.owner, f.at.start, f.at.end));
        }
    }
}

/// The part of `found` (sorted) that belongs to `owner`.
pub fn with_owner(found: &[Found], owner: Owner) -> &[Found] {
    let from = found.partition_point(|f| f.owner < owner);
    let n = found[from..].partition_point(|f| f.owner == owner);
    &found[from..from + n]
}

fn is_in_place(text: &Normal, part: Part, at: &Range<usize>) -> bool {
    let begins = match part.begin {
        Begin::Anywhere => true,
        Begin::Word => text.may_begin(at.start),
        Begin::Boundary => text.is_boundary(at.start),
    };
    begins
        && match part.end {
            End::Stem => true,
            End::Syllable => text.is_edge(at.end),
            End::Boundary => text.is_boundary(at.end),
            End::Particle => {
                text.is_boundary(at.end) || text.char_at(at.end).is_some_and(|c| PARTICLES.contains(c))
            }
        }
        && (part.may_be_spaced || text.is_unbroken(at))
        && text.is_one_sentence(at.start, at.end)
}

/// Where the mentions of each group lie in what was found.
#[derive(Debug, Clone)]
pub struct Mentions(Vec<(u32, u32)>);

impl Mentions {
    /// `found` is sorted by owner.
    pub fn of(found: &[Found], n_groups: usize) -> Mentions {
        let mut ranges = vec![(0, 0); n_groups];
        for (n, one) in (0_u32..).zip(found) {
            let Owner::Group(group) = one.owner else { continue };
            match &mut ranges[group] {
                empty @ (0, 0) => *empty = (n, n + 1),
                (_, end) => *end = n + 1,
            }
        }
        Mentions(ranges)
    }

    fn has(&self, group: usize) -> bool {
        self.0[group] != (0, 0)
    }

    pub fn of_group<'a>(&self, found: &'a [Found], group: usize) -> &'a [Found] {
        let (from, to) = self.0[group];
        &found[from as usize..to as usize]
    }
}

/// Where all parts of a combination stand near each other, in any order, in one sentence: from the first to the last byte of
/// it. Each part is a list of groups to choose from.
pub fn combined(found: &[Found], mentions: &Mentions, parts: &[Vec<usize>]) -> Option<Range<usize>> {
    let (first, others) = parts.split_first()?;
    if !parts.iter().all(|part| part.iter().any(|group| mentions.has(*group))) {
        return None;
    }
    let anchors = first.iter().flat_map(|group| mentions.of_group(found, *group));
    anchors.into_iter().find_map(|anchor| {
        let (here, mut taken) = (anchor.place, vec![anchor.at.clone()]);
        for part in others {
            let all = part.iter().map(|group| mentions.of_group(found, *group));
            taken.push(all.into_iter().find_map(|all| nearest(all, here, &taken))?);
        }
        let start = taken.iter().map(|at| at.start).min()?;
        Some(start..taken.iter().map(|at| at.end).max()?)
    })
}

/// The first of `all` near enough to `here`, and apart from what is taken.
fn nearest(all: &[Found], here: Place, taken: &[Range<usize>]) -> Option<Range<usize>> {
    let from = all.partition_point(|f| f.place.number + MOST_APART < here.number);
    let mut near = all[from..].iter().take_while(|f| f.place.number <= here.number + MOST_APART);
    let is_apart =
        |at: &Range<usize>| taken.iter().all(|other| at.end <= other.start || other.end <= at.start);
    near.find(|f| f.place.sentence == here.sentence && is_apart(&f.at)).map(|f| f.at.clone())
}
