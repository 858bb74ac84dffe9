//! Lists of the service that supervisors edit themselves: categories, canned replies, automatic texts and words of danger. A
//! supervisor's version stands in the place of the operator's file; words of danger are only ever added to what there is.

use std::collections::BTreeMap;

use super::UnixMs;
use super::catalogue::{Canned, Categories};
use super::event::words;
use super::notice::{Language, Notice, Texts};
use super::triage::{Rule, Tier, Triage};

words! {
    /// A list that supervisors edit. In this order a stored one is given up where several do not fit together.
    List {
        Categories => "categories",
        Replies => "replies",
        /// What the gateway says by itself.
        Texts => "texts",
        /// Further rules of triage.
        Words => "words",
    }
}

words! {
    /// Where what is in force comes from.
    ListSource {
        BuiltIn => "built_in",
        /// The operator's file.
        File => "file",
        Supervisor => "supervisor",
    }
}

/// One entry of a list, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub text: String,
    /// What leaves as a text, at its longest, where the entry is one.
    pub sent: Option<String>,
}

/// An entry that differs: without `before` it is new, without `after` it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// [`Entry::sent`] as it would be.
    pub sent: Option<String>,
}

/// Why a list cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFault {
    /// The list it stands in; another one than was edited, where the two do not fit together.
    pub list: Option<List>,
    /// Counted from 1.
    pub line: Option<usize>,
    pub key: Option<String>,
    pub message: String,
}

/// Which version of a list is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListState {
    pub list: List,
    pub source: ListSource,
    /// The newest version that supervisors stored; 0: none. Going back to the operator's file is a version, too.
    pub version: i64,
    /// The name of who stored it, and when.
    pub by: Option<(String, UnixMs)>,
    /// Why it is not in force although it should be.
    pub refused: Option<ListFault>,
}

/// What differs: new and changed entries in their new order, then those that are gone.
pub fn changes(before: &[Entry], after: &[Entry]) -> Vec<EntryChange> {
    let text_of = |entries: &[Entry]| -> BTreeMap<String, String> {
        entries.iter().map(|entry| (entry.key.clone(), entry.text.clone())).collect()
    };
    let (old, new) = (text_of(before), text_of(after));
    let differs = |entry: &&Entry| old.get(&entry.key) != Some(&entry.text);
    let now = after.iter().filter(differs).map(|entry| EntryChange {
        key: entry.key.clone(),
        before: old.get(&entry.key).cloned(),
        after: Some(entry.text.clone()),
        sent: entry.sent.clone(),
    });
    let gone = before.iter().filter(|entry| !new.contains_key(&entry.key)).map(|entry| EntryChange {
        key: entry.key.clone(),
        before: Some(entry.text.clone()),
        after: None,
        sent: None,
    });
    now.chain(gone).collect()
}

/// The version of the list, and its categories; the name of a category holds a slash.
pub fn of_categories(categories: &Categories) -> Vec<Entry> {
    let due = categories.due_ms();
    let mut entries = vec![Entry { key: "version".to_owned(), text: categories.version.clone(), sent: None }];
    for group in &categories.groups {
        for item in &group.items {
            let key = format!("{}/{item}", group.name);
            let due = due.get(&key).map(|ms| format!("due {}", span(*ms)));
            let desks = (!group.desks.is_empty()).then(|| format!("desks {}", group.desks.join(", ")));
            let text = due.into_iter().chain(desks).collect::<Vec<_>>().join("; ");
            entries.push(Entry { key, text, sent: None });
        }
    }
    entries
}

/// `2h`, as in the file.
fn span(ms: i64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)];
    let (unit, of) = units.into_iter().find(|(_, of)| ms % of == 0).unwrap_or(("ms", 1));
    format!("{}{unit}", ms / of)
}

pub fn of_replies(replies: &[Canned]) -> Vec<Entry> {
    let category = |canned: &Canned| canned.category.as_ref().map(|category| format!(" [{category}]"));
    let entry = |canned: &Canned| Entry {
        key: canned.key.clone(),
        text: format!("{}{}", canned.text, category(canned).unwrap_or_default()),
        sent: Some(canned.text.clone()),
    };
    replies.iter().map(entry).collect()
}

pub fn of_texts(texts: &Texts) -> Vec<Entry> {
    let all = Language::ALL.into_iter().flat_map(|language| Notice::ALL.map(|notice| (language, notice)));
    all.filter_map(|(language, notice)| {
        let template = texts.template(language, notice)?;
        let (text, sent) = (template.to_string(), Some(template.longest()));
        Some(Entry { key: format!("{}.{}", language.as_str(), notice.as_str()), text, sent })
    })
    .collect()
}

/// Rules with the names of the file's keys.
pub fn of_words(rules: &[Rule]) -> Vec<Entry> {
    rules.iter().map(|rule| Entry { key: rule.id.clone(), text: described(rule), sent: None }).collect()
}

fn described(rule: &Rule) -> String {
    let lists = [
        ("words", &rule.words),
        ("forms", &rule.forms),
        ("together", &rule.together),
        ("alone", &rule.alone),
        ("signs", &rule.signs),
        ("initials", &rule.initials),
        ("exceptions", &rule.exceptions),
        ("hits", &rule.hits),
        ("misses", &rule.misses),
    ];
    let mut parts =
        vec![format!("tier {}, {}, {}", rule.tier.number(), rule.kind.as_str(), rule.language.as_str())];
    let filled = lists.into_iter().filter(|(_, words)| !words.is_empty());
    parts.extend(filled.map(|(name, words)| format!("{name}: {}", words.join(", "))));
    if !rule.is_guarded {
        parts.push("guarded: false".to_owned());
    }
    parts.join("; ")
}

/// A text that the lists before take more seriously than those after, among the texts that their own rules name. Words that
/// are added must leave none.
pub fn made_quieter<'t>(before: &'t Triage, after: &Triage) -> Option<&'t str> {
    let rank = |triage: &Triage, text: &str| triage.judge(text).tier().map_or(u8::MAX, Tier::number);
    let texts = before.rules().iter().flat_map(|rule| rule.hits.iter().chain(&rule.alone));
    texts.map(String::as_str).find(|text| rank(after, text) > rank(before, text))
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::Group;
    use super::super::triage::{Kind, Lists};
    use super::*;

    fn entries(all: &[(&str, &str)]) -> Vec<Entry> {
        all.iter().map(|(key, text)| Entry { key: (*key).into(), text: (*text).into(), sent: None }).collect()
    }

    #[test]
    fn what_differs_is_new_changed_or_gone() {
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)], &'a [&'a str]);
        let cases: [Case<'_>; 5] = [
            (&[("a", "1")], &[("a", "1")], &[]),
            (&[], &[("a", "1")], &["a - 1"]),
            (&[("a", "1")], &[], &["a 1 -"]),
            (&[("a", "1"), ("b", "2")], &[("b", "3"), ("c", "4")], &["b 2 3", "c - 4", "a 1 -"]),
            (&[("a", "1"), ("b", "2")], &[("b", "2"), ("a", "1")], &[]),
        ];
        for (before, after, expected) in cases {
            let found = changes(&entries(before), &entries(after)).into_iter().map(|change| {
                let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
                format!("{} {} {}", change.key, or_none(change.before), or_none(change.after))
            });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_category_says_its_time_and_its_desks() {
        let group = Group {
            name: "복지".into(),
            items: vec!["통역".into(), "기타".into()],
            desks: vec!["buk".into()],
            due_ms: BTreeMap::from([("통역".to_owned(), 5_400_000)]),
        };
        let categories = Categories { version: "1".into(), groups: vec![group] };
        assert_eq!(
            of_categories(&categories),
            entries(&[("version", "1"), ("복지/통역", "due 90m; desks buk"), ("복지/기타", "desks buk")])
        );
        assert_eq!((span(86_400_000), span(7_200_000), span(1)), ("1d".into(), "2h".into(), "1ms".into()));
    }

    #[test]
    fn words_that_are_added_may_not_make_danger_quieter() {
        let rule = |id: &str, tier: Tier, alone: &[&str]| {
            let alone = alone.iter().map(|text| (*text).to_owned()).collect();
            Rule { alone, ..Rule::new(id, tier, Kind::Danger, Language::Ko) }
        };
        let triage = |rules: Vec<Rule>| {
            let lists = Lists { groups: Vec::new(), rules, guards: Vec::new() };
            Triage::new(lists, None).expect("rules that can be used")
        };
        let ours = rule("ours", Tier::Danger, &["도와줘요"]);
        let before = triage(vec![ours.clone()]);
        let more = triage(vec![ours.clone(), rule("more", Tier::Look, &["보일러 터짐"])]);
        assert_eq!(made_quieter(&before, &more), None);
        // The same whole text as ours, and less serious.
        let same = triage(vec![ours, rule("same", Tier::Info, &["도와줘요"])]);
        assert_eq!(made_quieter(&before, &same), Some("도와줘요"));
    }

    #[test]
    fn a_rule_is_described_by_the_keys_of_its_file() {
        let rule = Rule {
            words: vec!["가스".into(), "펑".into()],
            exceptions: vec!["가스비".into()],
            is_guarded: false,
            ..Rule::new("gas", Tier::Danger, Kind::Danger, Language::Ko)
        };
        let expected = "tier 1, danger, ko; words: 가스, 펑; exceptions: 가스비; guarded: false";
        assert_eq!(of_words(&[rule]), entries(&[("gas", expected)]));
    }
}
