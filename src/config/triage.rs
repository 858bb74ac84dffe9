//! The lists of triage and the table of its second opinion: the built-in ones, changed by the operator's own files.

use std::ops::Range;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::words::{Source, built_in};
use crate::domain::edited_list::made_quieter;
use crate::domain::notice::Language;
use crate::domain::text::one_line;
use crate::domain::triage::{
    BadRule, Group, Guard, Kind, ListPlace, Lists, Rule, Table, Thresholds, Tier, Triage,
};

const CONCEPTS: &str = include_str!("words/concepts.toml");
/// Made by `munjad triage train` from the labelled texts in `tests/triage/texts`.
const TABLE: &[u8] = include_bytes!("words/triage.table");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriageFile {
    #[serde(default)]
    rule: Vec<Spanned<RuleSection>>,
    #[serde(default)]
    group: Vec<Spanned<GroupSection>>,
    #[serde(default)]
    guard: Vec<Spanned<GuardSection>>,
    second_opinion: Option<Spanned<OpinionSection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSection {
    id: Spanned<String>,
    tier: Spanned<i64>,
    kind: Spanned<String>,
    lang: Spanned<String>,
    #[serde(default)]
    words: Vec<Spanned<String>>,
    #[serde(default)]
    forms: Vec<Spanned<String>>,
    #[serde(default)]
    together: Vec<Spanned<String>>,
    #[serde(default)]
    alone: Vec<Spanned<String>>,
    #[serde(default)]
    signs: Vec<Spanned<String>>,
    #[serde(default)]
    initials: Vec<Spanned<String>>,
    #[serde(default)]
    exceptions: Vec<Spanned<String>>,
    #[serde(default = "yes")]
    guarded: bool,
    #[serde(default)]
    hits: Vec<Spanned<String>>,
    #[serde(default)]
    misses: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSection {
    id: String,
    #[serde(default)]
    words: Vec<Spanned<String>>,
    #[serde(default)]
    forms: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuardSection {
    id: String,
    #[serde(default)]
    words: Vec<Spanned<String>>,
    #[serde(default)]
    together: Vec<Spanned<String>>,
    #[serde(default)]
    letters: Vec<char>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpinionSection {
    /// `false`: no second opinion at all.
    #[serde(default = "yes")]
    enabled: bool,
    /// A table of `munjad triage train`, beside this file.
    table: Option<PathBuf>,
    /// Added to the thresholds of the table.
    #[serde(default)]
    danger_shift: f32,
    #[serde(default)]
    look_shift: f32,
}

fn yes() -> bool {
    true
}

/// Where an entry was defined: the source, its place in it, and those of its words.
#[derive(Debug, Clone, Default)]
struct Origin {
    source: usize,
    at: Range<usize>,
    words: Vec<(String, Range<usize>)>,
}

impl Origin {
    fn of<T>(source: usize, section: &Spanned<T>, words: Vec<(String, Range<usize>)>) -> Origin {
        Origin { source, at: section.span(), words }
    }

    /// The place of what is to blame: the word, else the head of the entry.
    fn place(&self, bad: &BadRule) -> &Range<usize> {
        let is_bad = |word: &&(String, Range<usize>)| bad.word.as_ref() == Some(&word.0);
        self.words.iter().find(is_bad).map_or(&self.at, |(_, at)| at)
    }
}

/// Words with their places, of several lists.
fn placed<'a>(lists: impl IntoIterator<Item = &'a Vec<Spanned<String>>>) -> Vec<(String, Range<usize>)> {
    let words = lists.into_iter().flatten();
    words.map(|word| (word.get_ref().clone(), word.span())).collect()
}

fn plain(words: Vec<Spanned<String>>) -> Vec<String> {
    words.into_iter().map(Spanned::into_inner).collect()
}

/// Entries of one sort in the order of their first definition; a later file replaces one of the same id.
struct Entries<T> {
    all: Vec<T>,
    origins: Vec<Origin>,
}

impl<T> Entries<T> {
    fn new() -> Entries<T> {
        Entries { all: Vec::new(), origins: Vec::new() }
    }

    /// Refuses an entry that its own file has already.
    fn put(&mut self, entry: T, origin: Origin, id_of: impl Fn(&T) -> &str) -> Result<(), Origin> {
        match self.all.iter().position(|known| id_of(known) == id_of(&entry)) {
            Some(index) if self.origins[index].source == origin.source => return Err(origin),
            Some(index) => (self.all[index], self.origins[index]) = (entry, origin),
            None => {
                self.all.push(entry);
                self.origins.push(origin);
            }
        }
        Ok(())
    }
}

/// What the files say together.
struct Collected {
    rules: Entries<Rule>,
    groups: Entries<Group>,
    guards: Entries<Guard>,
    table: Option<Table>,
}

/// Triage as built in, then the entries of the files in their order; an entry replaces one of the same id.
pub fn triage(own: &[PathBuf]) -> Result<Triage, ConfigError> {
    let mut sources =
        vec![Source::built_in("concepts.toml", CONCEPTS), Source::built_in("triage.toml", built_in::TRIAGE)];
    for path in own {
        sources.push(Source::read(path)?);
    }
    let table = Table::from_bytes(TABLE).map_err(|why| sources[1].wrong("table".to_owned(), &(0..0), why))?;
    let mut collected = Collected {
        rules: Entries::new(),
        groups: Entries::new(),
        guards: Entries::new(),
        table: Some(table),
    };
    for (n, source) in sources.iter().enumerate() {
        collected.add(n, source)?;
    }
    collected.compile(&sources)
}

impl Collected {
    fn add(&mut self, n: usize, source: &Source) -> Result<(), ConfigError> {
        let file = source.parsed::<TriageFile>()?;
        let twice = |what: &str, id: &str, origin: Origin| {
            source.wrong(format!("{what} {id}"), &origin.at, "is defined twice")
        };
        let mut bad = Vec::new();
        for section in file.group {
            let origin =
                Origin::of(n, &section, placed([&section.get_ref().words, &section.get_ref().forms]));
            let GroupSection { id, words, forms } = section.into_inner();
            let group = Group { id: id.clone(), words: plain(words), forms: plain(forms) };
            let put = self.groups.put(group, origin, |group| &group.id);
            bad.extend(put.err().map(|origin| twice("group", &id, origin)));
        }
        for section in file.rule {
            let origin = Origin::of(n, &section, section.get_ref().placed());
            let rule = match rule(source, section.into_inner()) {
                Ok(rule) => rule,
                Err(error) => {
                    bad.push(error);
                    continue;
                }
            };
            let id = rule.id.clone();
            let put = self.rules.put(rule, origin, |rule| &rule.id);
            bad.extend(put.err().map(|origin| twice("rule", &id, origin)));
        }
        for section in file.guard {
            let origin =
                Origin::of(n, &section, placed([&section.get_ref().words, &section.get_ref().together]));
            let GuardSection { id, words, together, letters } = section.into_inner();
            let guard = Guard { id: id.clone(), words: plain(words), together: plain(together), letters };
            let put = self.guards.put(guard, origin, |guard| &guard.id);
            bad.extend(put.err().map(|origin| twice("guard", &id, origin)));
        }
        if let Some(section) = file.second_opinion {
            bad.extend(self.set_opinion(source, &section).err());
        }
        ConfigError::unless(bad, ())
    }

    fn set_opinion(&mut self, source: &Source, section: &Spanned<OpinionSection>) -> Result<(), ConfigError> {
        let (at, own) = (section.span(), section.get_ref());
        let key = |name: &str| format!("second_opinion: {name}");
        if !own.danger_shift.is_finite() || !own.look_shift.is_finite() {
            return Err(source.wrong(key("danger_shift, look_shift"), &at, "must be numbers"));
        }
        if let Some(path) = &own.table {
            let beside = source.path.parent().map_or_else(|| path.clone(), |folder| folder.join(path));
            let bytes = std::fs::read(&beside).map_err(|error| ConfigError::unreadable(&beside, &error))?;
            let table = Table::from_bytes(&bytes);
            self.table = Some(table.map_err(|why| source.wrong(key("table"), &at, why))?);
        }
        self.table = self.table.take().filter(|_| own.enabled).map(|table| {
            let Thresholds { danger, look } = table.thresholds;
            let danger = danger + own.danger_shift;
            table.with_thresholds(Thresholds { danger, look: (look + own.look_shift).min(danger) })
        });
        Ok(())
    }

    fn compile(self, sources: &[Source]) -> Result<Triage, ConfigError> {
        let Collected { rules, groups, guards, table } = self;
        let ids = |bad: &BadRule| match bad.at {
            ListPlace::Rule(n) => ("rule", rules.all.get(n).map(|r| r.id.clone()), rules.origins.get(n)),
            ListPlace::Group(n) => ("group", groups.all.get(n).map(|g| g.id.clone()), groups.origins.get(n)),
            ListPlace::Guard(n) => ("guard", guards.all.get(n).map(|g| g.id.clone()), guards.origins.get(n)),
        };
        let lists =
            Lists { groups: groups.all.clone(), rules: rules.all.clone(), guards: guards.all.clone() };
        let wrong = |bad: BadRule| {
            let (what, id, origin) = ids(&bad);
            let origin = origin.cloned().unwrap_or_default();
            let key = format!("{what} {}", id.unwrap_or_default());
            sources[origin.source].wrong(key, origin.place(&bad), bad.why)
        };
        Triage::new(lists, table).map_err(|all| {
            let nowhere = || sources[0].wrong("rule".to_owned(), &(0..0), "has no words");
            ConfigError::joined(all.into_iter().map(wrong).collect()).unwrap_or_else(nowhere)
        })
    }
}

/// `base` with the rules of `source` added. It may add rules that look for danger and nothing else: what `base` sees stays.
pub(super) fn added(base: &Triage, source: &Source) -> Result<Triage, ConfigError> {
    let file = source.parsed::<TriageFile>()?;
    let others = [
        ("group", file.group.first().map(Spanned::span)),
        ("guard", file.guard.first().map(Spanned::span)),
        ("second_opinion", file.second_opinion.as_ref().map(Spanned::span)),
    ];
    let only_rules = "is for the operator's files: only [[rule]] can be added here";
    let others = others.into_iter().filter_map(|(what, at)| Some((what, at?)));
    let mut bad: Vec<ConfigError> =
        others.map(|(what, at)| source.wrong(what.to_owned(), &at, only_rules)).collect();
    let (mut lists, n_base) = (base.lists().clone(), base.rules().len());
    let mut origins: Vec<Origin> = Vec::new();
    for section in file.rule {
        let origin = Origin::of(0, &section, section.get_ref().placed());
        let (id_at, kind_at) = (section.get_ref().id.span(), section.get_ref().kind.span());
        let rule = match rule(source, section.into_inner()) {
            Ok(rule) => rule,
            Err(error) => {
                bad.push(error);
                continue;
            }
        };
        let mut wrong =
            |at: &Range<usize>, why: &str| bad.push(source.wrong(format!("rule {}", rule.id), at, why));
        if rule.kind == Kind::Abuse {
            wrong(&kind_at, "must be danger, self_harm or youth: only danger can be added here");
        }
        if lists.rules[n_base..].iter().any(|known| known.id == rule.id) {
            wrong(&id_at, "is defined twice");
        } else if lists.rules.iter().any(|known| known.id == rule.id) {
            wrong(&id_at, "has the id of another rule, which stays as it is: choose another id");
        }
        origins.push(origin);
        lists.rules.push(rule);
    }
    let ids: Vec<String> = lists.rules.iter().map(|rule| rule.id.clone()).collect();
    let blamed = |bad: BadRule| {
        let n = match bad.at {
            ListPlace::Rule(n) => n,
            ListPlace::Group(_) | ListPlace::Guard(_) => 0,
        };
        let origin = n.checked_sub(n_base).and_then(|n| origins.get(n)).cloned().unwrap_or_default();
        let key = ids.get(n).map_or_else(String::new, |id| format!("rule {id}"));
        source.wrong(key, origin.place(&bad), bad.why)
    };
    let after = match Triage::new(lists, base.table().cloned()) {
        Ok(after) => after,
        Err(all) => {
            bad.extend(all.into_iter().map(blamed));
            return ConfigError::unless(bad, base.clone());
        }
    };
    ConfigError::unless(bad, ())?;
    match made_quieter(base, &after) {
        None => Ok(after),
        Some(text) => {
            let why = format!(
                "would make danger quieter: \"{}\" is taken less seriously than before",
                one_line(text, 40)
            );
            Err(source.wrong("rule".to_owned(), &(0..0), why))
        }
    }
}

impl RuleSection {
    /// Its words with their places.
    fn placed(&self) -> Vec<(String, Range<usize>)> {
        let RuleSection { words, forms, together, signs, exceptions, hits, misses, .. } = self;
        placed([words, forms, together, signs, exceptions, hits, misses])
    }
}

fn rule(source: &Source, section: RuleSection) -> Result<Rule, ConfigError> {
    let wrong = |name: &str, at: Range<usize>, why: &str| {
        source.wrong(format!("rule {}: {name}", section.id.get_ref()), &at, why)
    };
    let tier = Tier::from_number(*section.tier.get_ref());
    let tier = tier.ok_or_else(|| wrong("tier", section.tier.span(), "must be 1, 2 or 3"));
    let kind = Kind::from_word(section.kind.get_ref());
    let kind =
        kind.ok_or_else(|| wrong("kind", section.kind.span(), "must be danger, self_harm, youth or abuse"));
    let language = Language::from_word(section.lang.get_ref());
    let language = language.ok_or_else(|| wrong("lang", section.lang.span(), "must be ko or en"));
    let bad = [tier.as_ref().err(), kind.as_ref().err(), language.as_ref().err()];
    ConfigError::unless(bad.into_iter().flatten().cloned().collect(), ())?;
    let bare = Rule::new(section.id.get_ref(), tier?, kind?, language?);
    Ok(Rule {
        words: plain(section.words),
        forms: plain(section.forms),
        together: plain(section.together),
        alone: plain(section.alone),
        signs: plain(section.signs),
        initials: plain(section.initials),
        exceptions: plain(section.exceptions),
        is_guarded: section.guarded,
        hits: plain(section.hits),
        misses: plain(section.misses),
        ..bare
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_used() {
        let triage = triage(&[]).unwrap();
        assert!(triage.rules().len() > 10 && triage.lists().groups.len() > 50 && triage.table().is_some());
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let head = "[[rule]]\nid = \"a\"\ntier = 1\nkind = \"danger\"\nlang = \"ko\"\n";
        let cases = [
            (format!("\n\n{head}words = []"), "line 3: rule a: has no words"),
            (format!("{head}words = [\"가나\"]\nhits = [\"다라\"]"), "line 7: rule a: its own test fails"),
            (head.replace("= 1", "= 4") + "words = [\"가나\"]", "line 3: rule a: tier: must be"),
            (format!("{head}words = [\"가나\"]\nwurds = []"), "unknown field"),
            (format!("{head}words = [\"가나\"]\n{head}words = [\"가나\"]"), "twice"),
        ];
        for (text, expected) in cases {
            std::fs::write(&path, text).unwrap();
            let refused = triage(std::slice::from_ref(&path)).unwrap_err().to_string();
            assert!(refused.contains(expected) && refused.contains("own.toml"), "{refused}");
        }
    }

    #[test]
    fn own_words_and_thresholds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let judged = |toml: &str, text: &str| {
            std::fs::write(&path, toml).unwrap();
            triage(std::slice::from_ref(&path)).unwrap().judge(text).tier()
        };
        let rule = "[[rule]]\nid = \"own\"\ntier = 1\nkind = \"danger\"\nlang = \"ko\"\n";
        let own = format!("{rule}together = [\"@family 보일러|난로 터지다\"]");
        assert_eq!(judged(&own, "보일러 터지다 할머니 옆 있다"), Some(Tier::Danger));
        let text = "버스 시간 알려 주세요";
        assert_eq!(judged("", text), None);
        assert_eq!(judged("[second_opinion]\ndanger_shift = -9.0", text), Some(Tier::Danger));
        assert_eq!(judged("[second_opinion]\ndanger_shift = -9.0\nenabled = false", text), None);
    }
}
