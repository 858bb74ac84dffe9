//! Triage: finds texts about danger. The word lists are data (`config/words/triage.toml` and the operator's own lists);
//! here they are checked and searched, with one automaton per tier, so that longer lists cost no time.
//!
//! Patterns and texts are compared in the form of [`normal()`]. In a pattern, `_` is the beginning or end of a word,
//! and `a~b` is `a` followed by `b` a few syllables later. An exception cancels only the hits of its own rule that it
//! overlaps; the rest of the text still counts. Source of tiers and traps: service.md, "Urgent texts".

mod normal;
pub mod score;

use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::notice::Language;

pub use normal::{Normal, normal};

/// `a~b`: the most characters between the end of `a` and the beginning of `b`.
const MOST_BETWEEN_CHARS: usize = 10;

/// Urgency of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Danger now.
    Danger = 1,
    /// Somebody should look soon.
    Look = 2,
    /// Worth knowing.
    Info = 3,
}

impl Tier {
    pub const ALL: [Tier; 3] = [Tier::Danger, Tier::Look, Tier::Info];

    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn is_danger(self) -> bool {
        self == Tier::Danger
    }

    pub fn from_number(n: i64) -> Option<Tier> {
        Self::ALL.into_iter().find(|tier| i64::from(tier.number()) == n)
    }
}

/// Subject of a rule: decides which notice answers a danger, and how abuse is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Danger,
    SelfHarm,
    Youth,
    /// Insults and threats against counselors. Only a hint: no text is refused for a word.
    Abuse,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Danger, Kind::SelfHarm, Kind::Youth, Kind::Abuse];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Danger => "danger",
            Kind::SelfHarm => "self_harm",
            Kind::Youth => "youth",
            Kind::Abuse => "abuse",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A rule as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    pub tier: Tier,
    pub kind: Kind,
    pub language: Language,
    pub words: Vec<String>,
    pub exceptions: Vec<String>,
    /// The rule's own tests: texts it must hit, and texts it must not hit.
    pub hits: Vec<String>,
    pub misses: Vec<String>,
}

/// A rule that cannot be used: its index in the list, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRule {
    pub index: usize,
    pub why: String,
}

/// A rule that matches a text.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    pub rule: &'a Rule,
}

/// Result of judging a text.
#[derive(Debug, Clone, Default)]
pub struct Verdict<'a> {
    /// The most urgent first; each rule once.
    pub hits: Vec<Hit<'a>>,
}

impl Verdict<'_> {
    /// The tier of the text; abuse alone gives none.
    pub fn tier(&self) -> Option<Tier> {
        self.hits.iter().filter(|h| h.rule.kind != Kind::Abuse).map(|h| h.rule.tier).min()
    }

    /// The kind of danger, if the tier is [`Tier::Danger`]. Self-harm comes first.
    pub fn danger(&self) -> Option<Kind> {
        let of = |kind| self.hits.iter().any(|h| h.rule.tier == Tier::Danger && h.rule.kind == kind);
        [Kind::SelfHarm, Kind::Youth, Kind::Danger].into_iter().find(|kind| of(*kind))
    }

    pub fn is_abusive(&self) -> bool {
        self.hits.iter().any(|h| h.rule.kind == Kind::Abuse)
    }

    /// The ids of the matching rules, separated by spaces.
    pub fn rules(&self) -> String {
        self.hits.iter().map(|h| h.rule.id.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// All rules, compiled.
#[derive(Clone)]
pub struct Triage {
    rules: Vec<Rule>,
    tiers: Vec<Searcher>,
}

impl fmt::Debug for Triage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Triage").field("n_rules", &self.rules.len()).finish()
    }
}

impl Triage {
    /// Refuses a rule whose own tests fail, or whose patterns cannot be searched for.
    pub fn new(rules: Vec<Rule>) -> Result<Triage, BadRule> {
        let mut tiers = Vec::new();
        for tier in Tier::ALL {
            let of_tier = rules.iter().enumerate().filter(|(_, rule)| rule.tier == tier);
            tiers.push(Searcher::new(of_tier)?);
        }
        let triage = Triage { rules, tiers };
        for (index, rule) in triage.rules.iter().enumerate() {
            triage.check(rule).map_err(|why| BadRule { index, why })?;
        }
        Ok(triage)
    }

    fn check(&self, rule: &Rule) -> Result<(), String> {
        if rule.words.is_empty() {
            return Err("has no words".to_owned());
        }
        let matches = |text: &String| self.judge(text).hits.iter().any(|h| h.rule.id == rule.id);
        if let Some(text) = rule.hits.iter().find(|text| !matches(text)) {
            return Err(format!("its own test fails: nothing is found in \"{text}\""));
        }
        match rule.misses.iter().find(|text| matches(text)) {
            Some(text) => Err(format!("its own test fails: \"{text}\" is hit")),
            None => Ok(()),
        }
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Judges a text, also read as Hangul typed on a Latin keyboard.
    pub fn judge(&self, text: &str) -> Verdict<'_> {
        let normal = normal(text);
        let mut found = self.found(&normal);
        if let Some(typed) = normal::as_hangul_keys(text) {
            found.extend(self.found(&typed));
        }
        found.sort_unstable_by_key(|index| (self.rules[*index].tier, *index));
        found.dedup();
        Verdict { hits: found.into_iter().map(|index| Hit { rule: &self.rules[index] }).collect() }
    }

    fn found(&self, text: &Normal) -> Vec<usize> {
        self.tiers.iter().flat_map(|tier| tier.rules_in(text)).collect()
    }
}

/// Lists of keywords; [`Words::find`] gives the index of the list that matches.
#[derive(Debug, Clone)]
pub struct Words(Searcher);

impl Words {
    /// Compiles the lists, each of patterns as in a rule.
    pub fn new<'a>(lists: impl IntoIterator<Item = &'a [String]>) -> Result<Words, BadRule> {
        let rules: Vec<Rule> = lists
            .into_iter()
            .map(|words| Rule {
                id: String::new(),
                tier: Tier::Info,
                kind: Kind::Danger,
                language: Language::Ko,
                words: words.to_vec(),
                exceptions: Vec::new(),
                hits: Vec::new(),
                misses: Vec::new(),
            })
            .collect();
        Ok(Words(Searcher::new(rules.iter().enumerate())?))
    }

    /// The index of the first list that matches `text`.
    pub fn find(&self, text: &str) -> Option<usize> {
        self.0.rules_in(&normal(text)).into_iter().min()
    }
}

/// One automaton over the patterns of many rules.
#[derive(Debug, Clone)]
struct Searcher {
    automaton: AhoCorasick,
    /// One for each pattern of the automaton.
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    rule: usize,
    role: PartRole,
    begins_word: bool,
    ends_word: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartRole {
    Word,
    Exception,
    /// `a` or `b` of the pair with this index.
    First(usize),
    Second(usize),
}

impl Searcher {
    fn new<'a>(rules: impl Iterator<Item = (usize, &'a Rule)>) -> Result<Searcher, BadRule> {
        let mut builder = Builder::default();
        for (index, rule) in rules {
            let bad = |why: String| BadRule { index, why };
            for word in &rule.words {
                builder.word(index, word).map_err(bad)?;
            }
            for word in &rule.exceptions {
                builder.part(index, PartRole::Exception, word).map_err(bad)?;
            }
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&builder.patterns);
        let automaton = automaton.map_err(|error| BadRule { index: 0, why: error.to_string() })?;
        Ok(Searcher { automaton, parts: builder.parts })
    }

    /// The indices of matching rules, unordered, with repetitions.
    fn rules_in(&self, text: &Normal) -> Vec<usize> {
        let hits = self.parts_in(text);
        let firsts: Vec<(usize, &Range<usize>)> = hits
            .iter()
            .filter_map(|(part, at)| match part.role {
                PartRole::First(pair) => Some((pair, at)),
                _ => None,
            })
            .collect();
        let spans = hits.iter().filter_map(|(part, at)| match part.role {
            PartRole::Word => Some((part.rule, at.clone())),
            PartRole::Second(pair) => {
                let first = firsts.iter().filter(|(p, first)| *p == pair && is_near(text, first, at));
                first.map(|(_, first)| first.start).max().map(|start| (part.rule, start..at.end))
            }
            _ => None,
        });
        let is_excepted = |rule: usize, at: &Range<usize>| {
            hits.iter().any(|(part, over)| {
                part.role == PartRole::Exception
                    && part.rule == rule
                    && over.start < at.end
                    && at.start < over.end
            })
        };
        spans.filter(|(rule, at)| !is_excepted(*rule, at)).map(|(rule, _)| rule).collect()
    }

    fn parts_in(&self, text: &Normal) -> Vec<(Part, Range<usize>)> {
        let found = self.automaton.find_overlapping_iter(&text.text);
        found
            .map(|m| (self.parts[m.pattern().as_usize()], m.range()))
            .filter(|(part, at)| !part.begins_word || text.is_boundary(at.start))
            .filter(|(part, at)| !part.ends_word || text.is_boundary(at.end))
            .collect()
    }
}

fn is_near(text: &Normal, first: &Range<usize>, second: &Range<usize>) -> bool {
    first.end <= second.start && text.text[first.end..second.start].chars().count() <= MOST_BETWEEN_CHARS
}

#[derive(Default)]
struct Builder {
    patterns: Vec<String>,
    parts: Vec<Part>,
    n_pairs: usize,
}

impl Builder {
    fn word(&mut self, rule: usize, word: &str) -> Result<(), String> {
        let Some((first, second)) = word.split_once('~') else {
            return self.part(rule, PartRole::Word, word);
        };
        let pair = self.n_pairs;
        self.n_pairs += 1;
        self.part(rule, PartRole::First(pair), first)?;
        self.part(rule, PartRole::Second(pair), second)
    }

    fn part(&mut self, rule: usize, role: PartRole, word: &str) -> Result<(), String> {
        let (begins_word, ends_word) = (word.starts_with('_'), word.ends_with('_'));
        let bare = word.trim_matches('_');
        let pattern = normal(bare).text;
        let n_chars = pattern.chars().count();
        if n_chars == 0 || bare.contains(['_', '~']) {
            return Err(format!("\"{word}\" can't be searched for: words, `_` at an end, one `~` between"));
        }
        if n_chars < 2 && role == PartRole::Word {
            return Err(format!("\"{word}\" is a single letter: it would be found everywhere"));
        }
        self.patterns.push(pattern);
        self.parts.push(Part { rule, role, begins_word, ends_word });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(id: &str, tier: Tier, kind: Kind, words: &[&str], exceptions: &[&str]) -> Rule {
        let owned = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        Rule {
            id: id.to_owned(),
            tier,
            kind,
            language: Language::Ko,
            words: owned(words),
            exceptions: owned(exceptions),
            hits: Vec::new(),
            misses: Vec::new(),
        }
    }

    fn triage() -> Triage {
        Triage::new(vec![
            rule("fire", Tier::Danger, Kind::Danger, &["불이~났", "불났"], &["불이 익"]),
            rule("fall", Tier::Danger, Kind::Danger, &["쓰러졌"], &["안쓰러"]),
            rule("die", Tier::Danger, Kind::SelfHarm, &["죽고 싶", "죽겠"], &["배고파 죽겠"]),
            rule("kill", Tier::Danger, Kind::Danger, &["_kill me_"], &[]),
            rule("blaze", Tier::Look, Kind::Danger, &["화재"], &["문화재", "화재 대피 훈련"]),
            rule("insult", Tier::Info, Kind::Abuse, &["바보"], &[]),
        ])
        .unwrap()
    }

    #[test]
    fn what_is_found() {
        let cases = [
            ("우리 집에 불이 크게 났어요", "fire", Some(Tier::Danger)),
            ("불 났 다", "fire", Some(Tier::Danger)),
            ("불이 꺼진 뒤 한참 지나 회의가 다시 열렸는데 큰일이 났", "", None),
            ("문화재 관람료", "", None),
            ("문화재에 화재", "blaze", Some(Tier::Look)),
            ("화재 대피 훈련 언제예요", "", None),
            ("배고파 죽겠다", "", None),
            ("배고파 죽겠다 아니 정말 죽겠어요", "die", Some(Tier::Danger)),
            ("they kill me", "kill", Some(Tier::Danger)),
            ("this skill measure", "", None),
            ("바보야", "insult", None),
            ("바보야 죽고싶어 불났어", "fire die insult", Some(Tier::Danger)),
            ("qnfskTek", "fire", Some(Tier::Danger)),
            ("", "", None),
        ];
        let triage = triage();
        for (text, rules, tier) in cases {
            let verdict = triage.judge(text);
            assert_eq!((verdict.rules().as_str(), verdict.tier()), (rules, tier), "{text}");
        }
        assert_eq!(triage.judge("죽고 싶어 불났어").danger(), Some(Kind::SelfHarm));
        assert!(triage.judge("바보").is_abusive());
    }

    #[test]
    fn a_rule_that_cannot_be_used_is_refused() {
        let cases = [
            (rule("a", Tier::Look, Kind::Danger, &[], &[]), "has no words"),
            (rule("a", Tier::Look, Kind::Danger, &["!!"], &[]), "can't be searched for"),
            (rule("a", Tier::Look, Kind::Danger, &["가"], &[]), "single letter"),
            (
                Rule { hits: vec!["나무".into()], ..rule("a", Tier::Look, Kind::Danger, &["가나"], &[]) },
                "nothing is found",
            ),
            (
                Rule {
                    misses: vec!["가나다".into()], ..rule("a", Tier::Look, Kind::Danger, &["가나"], &[])
                },
                "is hit",
            ),
        ];
        for (bad, expected) in cases {
            let refused = Triage::new(vec![bad]).unwrap_err();
            assert!(refused.why.contains(expected), "{refused:?}");
        }
    }

    #[test]
    fn words_lead_to_their_list() {
        let lists = [vec!["동구청".to_owned()], vec!["여권".to_owned(), "비자".to_owned()]];
        let words = Words::new(lists.iter().map(Vec::as_slice)).unwrap();
        assert_eq!(words.find("여 권 만들려면"), Some(1));
        assert_eq!(words.find("동구청에서 여권"), Some(0));
        assert_eq!(words.find("버스"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            triage().judge(&text);
        }

        #[test]
        fn danger_is_found_wherever_it_stands(before in "[가-나 a-z.]{0,30}", after in "[다-라 a-z.!]{0,30}") {
            let text = format!("{before} 쓰러졌 {after}");
            prop_assert_eq!(triage().judge(&text).tier(), Some(Tier::Danger));
        }
    }
}
