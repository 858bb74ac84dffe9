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
    id: String,
    tier: Spanned<i64>,
    kind: Spanned<String>,
    lang: Spanned<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    forms: Vec<String>,
    #[serde(default)]
    together: Vec<String>,
    #[serde(default)]
    alone: Vec<String>,
    #[serde(default)]
    signs: Vec<String>,
    #[serde(default)]
    initials: Vec<String>,
    #[serde(default)]
    exceptions: Vec<String>,
    #[serde(default = "yes")]
    guarded: bool,
    #[serde(default)]
    hits: Vec<String>,
    #[serde(default)]
    misses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSection {
    id: String,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    forms: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuardSection {
    id: String,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    together: Vec<String>,
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

/// Where an entry was defined: the source and its place in it.
type Origin = (usize, Range<usize>);

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
            Some(index) if self.origins[index].0 == origin.0 => return Err(origin),
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
            source.wrong(format!("{what} {id}"), &origin.1, "is defined twice")
        };
        for section in file.group {
            let at = (n, section.span());
            let GroupSection { id, words, forms } = section.into_inner();
            let put = self.groups.put(Group { id: id.clone(), words, forms }, at, |group| &group.id);
            put.map_err(|origin| twice("group", &id, origin))?;
        }
        for section in file.rule {
            let at = (n, section.span());
            let rule = rule(source, section.into_inner())?;
            let id = rule.id.clone();
            self.rules.put(rule, at, |rule| &rule.id).map_err(|origin| twice("rule", &id, origin))?;
        }
        for section in file.guard {
            let at = (n, section.span());
            let GuardSection { id, words, together, letters } = section.into_inner();
            let guard = Guard { id: id.clone(), words, together, letters };
            let put = self.guards.put(guard, at, |guard| &guard.id);
            put.map_err(|origin| twice("guard", &id, origin))?;
        }
        match file.second_opinion {
            Some(section) => self.set_opinion(source, &section),
            None => Ok(()),
        }
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
        Triage::new(lists, table).map_err(|bad| {
            let (what, id, origin) = ids(&bad);
            let (n, at) = origin.cloned().unwrap_or((0, 0..0));
            sources[n].wrong(format!("{what} {}", id.unwrap_or_default()), &at, bad.why)
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
    if let Some((what, at)) = others.into_iter().find_map(|(what, at)| Some((what, at?))) {
        return Err(source.wrong(
            what.to_owned(),
            &at,
            "is for the operator's files: only [[rule]] can be added here",
        ));
    }
    let (mut lists, n_base) = (base.lists().clone(), base.rules().len());
    let mut places: Vec<Range<usize>> = Vec::new();
    for section in file.rule {
        let at = section.span();
        let rule = rule(source, section.into_inner())?;
        let wrong = |why: &str| Err(source.wrong(format!("rule {}", rule.id), &at, why));
        if lists.rules[n_base..].iter().any(|known| known.id == rule.id) {
            return wrong("is defined twice");
        }
        if lists.rules.iter().any(|known| known.id == rule.id) {
            return wrong("has the id of another rule, which stays as it is: choose another id");
        }
        if rule.kind == Kind::Abuse {
            return wrong("must be danger, self_harm or youth: only danger can be added here");
        }
        places.push(at);
        lists.rules.push(rule);
    }
    let key = |n: usize| lists.rules.get(n).map_or_else(String::new, |rule| format!("rule {}", rule.id));
    let after = Triage::new(lists.clone(), base.table().cloned()).map_err(|bad| {
        let n = match bad.at {
            ListPlace::Rule(n) => n,
            ListPlace::Group(_) | ListPlace::Guard(_) => 0,
        };
        let at = n.checked_sub(n_base).and_then(|n| places.get(n)).cloned().unwrap_or(0..0);
        source.wrong(key(n), &at, bad.why)
    })?;
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

fn rule(source: &Source, section: RuleSection) -> Result<Rule, ConfigError> {
    let key = |name: &str| format!("rule {}: {name}", section.id);
    let tier = Tier::from_number(*section.tier.get_ref());
    let tier = tier.ok_or_else(|| source.wrong(key("tier"), &section.tier.span(), "must be 1, 2 or 3"))?;
    let kind = Kind::from_word(section.kind.get_ref()).ok_or_else(|| {
        source.wrong(key("kind"), &section.kind.span(), "must be danger, self_harm, youth or abuse")
    })?;
    let language = Language::from_word(section.lang.get_ref());
    let language =
        language.ok_or_else(|| source.wrong(key("lang"), &section.lang.span(), "must be ko or en"))?;
    let RuleSection { id, words, forms, together, alone, signs, .. } = section;
    let RuleSection { initials, exceptions, hits, misses, guarded: is_guarded, .. } = section;
    let bare = Rule::new(&id, tier, kind, language);
    Ok(Rule { words, forms, together, alone, signs, initials, exceptions, is_guarded, hits, misses, ..bare })
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
            (format!("{head}words = [\"가나\"]\nhits = [\"다라\"]"), "line 1: rule a: its own test fails"),
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
