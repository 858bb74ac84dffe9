//! Texts kept as data: automatic texts, categories and canned replies. The built-in ones stand beside this file;
//! an operator's own files replace single entries. Unusable entries are refused with file, line and reason.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, ConfigFault, line_of};
use crate::domain::catalogue::{Canned, Categories, Group, NoCategory};
use crate::domain::intent::shows_nothing;
use crate::domain::notice::{Language, Notice, Texts};
use crate::domain::text::{self, Limits};

/// The files of texts that are built in, with their comments.
pub mod built_in {
    pub const TEXTS: &str = include_str!("words/texts.toml");
    pub const TRIAGE: &str = include_str!("words/triage.toml");
    pub const CATEGORIES: &str = include_str!("words/categories.toml");
    pub const REPLIES: &str = include_str!("words/replies.toml");
    pub const REVIEW_SHEET: &str = include_str!("words/review.toml");
    pub const INCENTIVE: &str = include_str!("words/incentive.toml");
}
use built_in::{CATEGORIES, REPLIES, TEXTS};

/// A file of texts: path and content.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn built_in(name: &str, text: &str) -> Source {
        Source { path: PathBuf::from(format!("(built in) {name}")), text: text.to_owned() }
    }

    pub(super) fn read(path: &Path) -> Result<Source, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::named_file(path, &error))?;
        Ok(Source { path: path.to_owned(), text })
    }

    pub(super) fn wrong(&self, key: String, at: &Range<usize>, message: impl Into<String>) -> ConfigError {
        ConfigError {
            fault: ConfigFault::Wrong,
            file: self.path.clone(),
            line: Some(line_of(&self.text, at.start)),
            key: Some(key),
            message: message.into(),
            others: Vec::new(),
        }
    }

    /// Where a section begins; the head of the file if it is not found.
    fn section(&self, name: &str) -> Range<usize> {
        let at = self.text.find(&format!("[{name}]")).unwrap_or(0);
        at..at
    }

    pub(super) fn parsed<T: serde::de::DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|e| ConfigError::shape(&self.path, &self.text, &e))
    }
}

/// The lines that take texts of people in danger in Korea: fire and ambulance, police, suicide, youth.
const HELP_LINES: [&str; 4] = ["119", "112", "109", "1388"];
/// Keys that are filled in wherever their name stands in braces in a text of the same language.
const COMMON: [&str; 3] = ["name", "help", "objection"];

/// The automatic texts: the built-in ones with the changes of the file, each within `limits`.
pub fn texts(own: Option<&Path>, limits: &Limits) -> Result<Texts, ConfigError> {
    texts_of(own.map(Source::read).transpose()?.as_ref(), limits)
}

/// As [`texts`], of a file that was read.
pub(super) fn texts_of(own: Option<&Source>, limits: &Limits) -> Result<Texts, ConfigError> {
    let mut sources = vec![Source::built_in("texts.toml", TEXTS)];
    sources.extend(own.cloned());
    let (mut words, mut places, mut common) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut bad = Vec::new();
    for (n, source) in sources.iter().enumerate() {
        for (language, keys) in by_language(source)? {
            let Some(of) = Language::from_word(&language) else {
                let why = "is not a supported language: only [ko] and [en]";
                bad.push(source.wrong(language.clone(), &source.section(&language), why));
                continue;
            };
            for (key, text) in keys {
                let at = text.span();
                if COMMON.contains(&key.as_str()) {
                    bad.extend(
                        common_fault(text.get_ref(), limits).map(|why| source.wrong(key.clone(), &at, why)),
                    );
                    common.insert((of, key), (text.into_inner(), n, at));
                } else if let Some(notice) = Notice::from_word(&key) {
                    words.insert((of, notice), text.into_inner());
                    places.insert((of, notice), (n, at));
                } else {
                    bad.push(source.wrong(key, &at, "is not an automatic text; `munjad texts` lists all"));
                }
            }
        }
    }
    // What stands in the others may be wrong for these alone.
    ConfigError::unless(bad, ())?;
    for ((language, _), text) in &mut words {
        for ((_, key), (value, ..)) in common.iter().filter(|((of, _), _)| of == language) {
            *text = text.replace(&format!("{{{key}}}"), value);
        }
    }
    let urgent = Notice::UrgentDanger.group();
    let mut bad = Vec::new();
    for ((language, notice), text) in words.iter().filter(|((_, notice), _)| notice.group() == urgent) {
        if !names_a_help_line(text) {
            let (n, at) = places.get(&(*language, *notice)).cloned().unwrap_or((0, 0..0));
            let key = format!("{}.{}", language.as_str(), notice.as_str());
            let why = "must name 119, 112, 109 or 1388: it is sent to people in danger";
            bad.push(sources[n].wrong(key, &at, why));
        }
    }
    let unusable = |(language, notice, why): (Language, Notice, String)| {
        let key = format!("{}.{}", language.as_str(), notice.as_str());
        let (n, at) = places.get(&(language, notice)).cloned().unwrap_or((0, 0..0));
        // A built-in text is sound by itself: the longest of the operator's own keys that are filled in is to blame.
        let filled_in = common.iter().filter(|((of, _), (_, own, _))| *of == language && *own > 0);
        match filled_in.max_by_key(|(_, (value, ..))| value.chars().count()) {
            Some(((_, own), (_, of, at))) if n == 0 => {
                let own = format!("{}.{own}", language.as_str());
                sources[*of].wrong(own, at, format!("makes a text unusable, {key}: {why}"))
            }
            _ => sources[n].wrong(key, &at, why),
        }
    };
    let made = Texts::new(&words, *limits).map_err(|all| {
        for error in all.into_iter().map(unusable) {
            // One that is filled in everywhere is to blame once.
            let is_new = bad.iter().all(|known| (known.line, &known.key) != (error.line, &error.key));
            bad.extend(is_new.then_some(error));
        }
    });
    match (made, ConfigError::joined(bad)) {
        (_, Some(error)) => Err(error),
        (Ok(texts), None) => Ok(texts),
        (Err(()), None) => Err(sources[0].wrong("ko, en".to_owned(), &(0..0), "is missing")),
    }
}

/// Why a key that is filled in elsewhere cannot be used.
fn common_fault(text: &str, limits: &Limits) -> Option<String> {
    if text.contains(['{', '}']) {
        return Some("holds a brace; it is filled in as it stands".to_owned());
    }
    if shows_nothing(text) || text.contains(char::is_control) {
        return Some("must show something, in one line".to_owned());
    }
    text::fits(text, limits).err()
}

/// Whether one of the help lines stands in it as a number of its own: `1190` is none.
fn names_a_help_line(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|number| HELP_LINES.contains(&number))
}

/// The keys of each language.
pub(super) fn by_language(
    source: &Source,
) -> Result<BTreeMap<String, BTreeMap<String, Spanned<String>>>, ConfigError> {
    let all: BTreeMap<String, Spanned<toml::Value>> = source.parsed()?;
    let outside = all.into_iter().filter(|(_, value)| !value.get_ref().is_table());
    let why = "stands outside of a language: write [ko] or [en] in a line of its own above it";
    let bad: Vec<_> = outside.map(|(key, value)| source.wrong(key, &value.span(), why)).collect();
    ConfigError::unless(bad, ())?;
    source.parsed()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryFile {
    version: String,
    group: Vec<Spanned<GroupSection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSection {
    name: Spanned<String>,
    items: Vec<Spanned<String>>,
    #[serde(default)]
    desks: Vec<String>,
    /// By item, within which time an answer is owed.
    #[serde(default)]
    due: BTreeMap<String, Spanned<String>>,
}

/// The categories: the built-in ones, or those of the file.
pub fn categories(own: Option<&Path>) -> Result<Categories, ConfigError> {
    categories_of(own.map(Source::read).transpose()?.as_ref())
}

/// As [`categories`], of a file that was read.
pub(super) fn categories_of(own: Option<&Source>) -> Result<Categories, ConfigError> {
    let source = own.cloned().unwrap_or_else(|| Source::built_in("categories.toml", CATEGORIES));
    let file: CategoryFile = source.parsed()?;
    let (mut groups, mut bad): (Vec<Group>, Vec<ConfigError>) = Default::default();
    for section in file.group {
        bad.extend(group_faults(&source, &section, &groups));
        let GroupSection { name, items, desks, due } = section.into_inner();
        let (name, items) =
            (name.into_inner(), items.into_iter().map(Spanned::into_inner).collect::<Vec<_>>());
        let (due_ms, wrong) = due_times(&source, &name, &items, due);
        bad.extend(wrong);
        groups.push(Group { name, items, desks, due_ms });
    }
    if groups.is_empty() {
        bad.push(source.wrong("group".to_owned(), &(0..0), "is missing: nothing could be closed"));
    }
    ConfigError::unless(bad, Categories { version: file.version, groups })
}

/// What is wrong with the names of a group and its items, beside the groups before it.
fn group_faults(source: &Source, section: &Spanned<GroupSection>, before: &[Group]) -> Vec<ConfigError> {
    let GroupSection { name, items, .. } = section.get_ref();
    let wrong = |at: &Range<usize>, why: &str| source.wrong(format!("group {}", name.get_ref()), at, why);
    let is_word =
        |word: &String| !word.trim().is_empty() && !word.contains('/') && !word.contains(char::is_control);
    let mut bad = Vec::new();
    if items.is_empty() {
        bad.push(wrong(&section.span(), "needs a name and items, none empty and none with a slash"));
    }
    for word in [name].into_iter().chain(items).filter(|word| !is_word(word.get_ref())) {
        bad.push(wrong(&word.span(), "needs a name and items, none empty and none with a slash"));
    }
    let is_twice = |n: usize| items[..n].iter().any(|item| item.get_ref() == items[n].get_ref());
    for item in (0..items.len()).filter(|n| is_twice(*n)).map(|n| &items[n]) {
        bad.push(wrong(&item.span(), "is defined twice, or has an item twice"));
    }
    if before.iter().any(|group| group.name == *name.get_ref()) {
        bad.push(wrong(&name.span(), "is defined twice, or has an item twice"));
    }
    bad
}

/// The due times of a group, in milliseconds, and those that are none.
fn due_times(
    source: &Source,
    group: &str,
    items: &[String],
    due: BTreeMap<String, Spanned<String>>,
) -> (BTreeMap<String, i64>, Vec<ConfigError>) {
    let (mut times, mut bad) = (BTreeMap::new(), Vec::new());
    for (item, word) in due {
        let mut wrong =
            |why: &str| bad.push(source.wrong(format!("group {group}: due: {item}"), &word.span(), why));
        match span_ms(word.get_ref()) {
            _ if !items.contains(&item) => wrong("is not one of the items of this group"),
            None => wrong("must be a time like 30m, 2h or 1d, at most 30d"),
            Some(ms) => {
                times.insert(item, ms);
            }
        }
    }
    (times, bad)
}

/// `30m`, `2h`, `1d`; at most 30 days.
fn span_ms(word: &str) -> Option<i64> {
    let unit_ms = [('m', 60_000), ('h', 3_600_000), ('d', 86_400_000)];
    let (digits, unit_ms) =
        unit_ms.into_iter().find_map(|(unit, ms)| Some((word.strip_suffix(unit)?, ms)))?;
    let ms = digits.parse::<i64>().ok()?.checked_mul(unit_ms)?;
    (1..=30 * 86_400_000).contains(&ms).then_some(ms)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyFile {
    /// `false`: without those that are built in.
    #[serde(default = "yes")]
    built_in: bool,
    #[serde(default)]
    reply: Vec<ReplySection>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplySection {
    key: Spanned<String>,
    text: Spanned<String>,
    category: Option<Spanned<String>>,
}

/// The canned replies: the built-in ones unless the file does without them, then those of the file; one replaces another of the
/// same key. Of a built-in one whose category the list lacks, the category is left out.
pub(super) fn replies_of(
    own: Option<&Source>,
    categories: &Categories,
    interpreter: Option<&str>,
    limits: &Limits,
) -> Result<Vec<Canned>, ConfigError> {
    let mut sources = vec![Source::built_in("replies.toml", REPLIES)];
    sources.extend(own.cloned());
    let (mut all, mut bad): (Vec<Canned>, Vec<ConfigError>) = Default::default();
    for (n, source) in sources.iter().enumerate() {
        let file = source.parsed::<ReplyFile>()?;
        if !file.built_in {
            all.clear();
        }
        let mut keys = BTreeSet::new();
        for ReplySection { key, text, category } in file.reply {
            let (key_at, text_at, key) = (key.span(), text.span(), key.into_inner());
            let mut wrong =
                |at: &Range<usize>, why: String| bad.push(source.wrong(format!("reply {key}"), at, why));
            let found = category.as_ref().map(|word| categories.find(word.get_ref(), None));
            if let (Some(word), Some(Err(why))) = (category.as_ref().filter(|_| n > 0), &found) {
                let why = match why {
                    NoCategory::Unknown => format!("there is no category {}", word.get_ref()),
                    NoCategory::Ambiguous => {
                        format!("several categories fit {}: write GROUP/ITEM in full", word.get_ref())
                    }
                };
                wrong(&word.span(), why);
            }
            if key.is_empty() || key.contains(|c: char| c.is_whitespace() || c.is_control()) {
                wrong(&key_at, "needs a key without spaces".to_owned());
            }
            if !keys.insert(key.clone()) {
                wrong(&key_at, "is defined twice".to_owned());
            }
            let category = found.and_then(Result::ok);
            let canned =
                Canned { key: key.clone(), text: text.into_inner(), category }.with_services(interpreter);
            if let Some(why) = canned.problem().or_else(|| text::fits(&canned.text, limits).err()) {
                wrong(&text_at, why);
            }
            all.retain(|known| known.key != key);
            all.push(canned);
        }
    }
    ConfigError::unless(bad, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_used() {
        let texts = texts(None, &Limits::KOREAN).unwrap();
        for (language, notice) in Language::ALL.into_iter().flat_map(|l| Notice::ALL.map(|n| (l, n))) {
            assert!(texts.longest(language, notice).is_some(), "{language:?} {notice:?}");
        }
        let categories = categories(None).unwrap();
        assert_eq!(categories.due_ms(), BTreeMap::from([("복지/수어통역".to_owned(), 7_200_000)]));
        let named = replies_of(None, &categories, Some("빛고을수어통역센터 062-1"), &Limits::KOREAN).unwrap();
        let text = |key: &str| named.iter().find(|reply| reply.key == key).unwrap().text.clone();
        assert!(
            text("interpreter").contains("빛고을수어통역센터 062-1")
                && text("relay").contains("손말이음센터(107)")
        );
        assert!(
            replies_of(None, &categories, None, &Limits::KOREAN)
                .unwrap()
                .iter()
                .any(|reply| reply.category.is_some())
        );
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("texts.toml");
        std::fs::write(&path, "[ko]\nnudge = \"끝?\"\n").unwrap();
        let texts = texts(Some(&path), &Limits::KOREAN).unwrap();
        assert_eq!(texts.say(Notice::Nudge, Language::Ko, &[]).unwrap().text, "끝?");
        assert!(texts.say(Notice::Nudge, Language::En, &[]).unwrap().text.starts_with("[120]"));
    }

    #[test]
    fn the_name_stands_in_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("texts.toml");
        std::fs::write(&path, "[ko]\nname = \"[광주120]\"\n").unwrap();
        let texts = texts(Some(&path), &Limits::KOREAN).unwrap();
        for notice in Notice::ALL {
            assert!(
                texts.template(Language::Ko, notice).unwrap().to_string().starts_with("[광주120] "),
                "{notice:?}"
            );
            assert!(
                texts.template(Language::En, notice).unwrap().to_string().starts_with("[120] "),
                "{notice:?}"
            );
        }
    }

    /// A receipt, a wait notice or a danger's text that needs an LMS costs three times as much, and some old phones show it late.
    #[test]
    fn what_is_said_most_fits_in_one_sms() {
        let texts = texts(None, &Limits::KOREAN).unwrap();
        let long = [
            Notice::ReceiptClosed,
            Notice::ReceiptHoliday,
            Notice::ReceiptPlanned,
            Notice::ReceiptLookClosed,
            Notice::ReceiptLookSelfHarmClosed,
            Notice::ReceiptLookYouthClosed,
            Notice::UrgentSelfHarm,
            Notice::UrgentYouth,
            Notice::Moved,
            Notice::MovedClosed,
            Notice::Restricted,
        ];
        for notice in Notice::ALL.into_iter().filter(|notice| !long.contains(notice)) {
            let kind = texts.longest(Language::Ko, notice).unwrap().kind;
            assert_eq!(kind, crate::domain::outbound::OutboundKind::Sms, "{notice:?}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let cases = [
            ("\n[ko]\nreceipt = \"{nome}\"", "line 3: ko.receipt: holds {nome}"),
            ("\nname = \"[광주]\"", "own.toml, line 2: name: stands outside of a language: write [ko]"),
            (
                "[ko]\nname = \"[광주😀]\"",
                "own.toml, line 2: name: holds characters that no Korean phone shows: 😀",
            ),
            ("\n[ko]\nname = \"{x}\"", "line 3: name: holds a brace"),
            ("\n[ko]\nhelp = \"\"", "line 3: help: must show something"),
            ("\n[ko]\nurgent_danger = \"힘내세요\"", "line 3: ko.urgent_danger: must name 119"),
            ("[ko]\nreciept = \"x\"", "line 2: reciept: is not an automatic text"),
            ("[fr]\nreceipt = \"x\"", "fr: is not a supported language"),
            ("[ko]\nreceipt = 3", "line 2"),
        ];
        for (text, expected) in cases {
            std::fs::write(&path, text).unwrap();
            let refused = texts(Some(&path), &Limits::KOREAN).unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
        std::fs::write(&path, "version = \"1\"\n[[group]]\nname = \"a/b\"\nitems = [\"c\"]").unwrap();
        let refused = categories(Some(&path)).unwrap_err().to_string();
        assert!(refused.contains("line 3: group a/b: needs a name"), "{refused}");
        let group = "version = \"1\"\n[[group]]\nname = \"복지\"\nitems = [\"통역\"]\n";
        let cases = [
            ("due = { \"노인\" = \"2h\" }", "line 5: group 복지: due: 노인: is not one of the items"),
            ("due = { \"통역\" = \"soon\" }", "line 5: group 복지: due: 통역: must be a time like 30m"),
            ("due = { \"통역\" = \"31d\" }", "at most 30d"),
            ("due = { \"통역\" = \"0h\" }", "must be a time"),
        ];
        for (due, expected) in cases {
            std::fs::write(&path, format!("{group}{due}")).unwrap();
            let refused = categories(Some(&path)).unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
        std::fs::write(&path, format!("{group}due = {{ \"통역\" = \"90m\" }}")).unwrap();
        let due = categories(Some(&path)).unwrap().due_ms();
        assert_eq!(due, BTreeMap::from([("복지/통역".to_owned(), 5_400_000)]));
        std::fs::write(&path, "[[reply]]\nkey = \"x\"\ntext = \"{who}\"").unwrap();
        let replies =
            || replies_of(Some(&Source::read(&path)?), &Categories::default(), None, &Limits::KOREAN);
        let refused = replies().unwrap_err().to_string();
        assert!(refused.contains("line 3: reply x: holds"), "{refused}");
        std::fs::write(&path, "built_in = false\n[[reply]]\nkey = \"x\"\ntext = \"네\"").unwrap();
        let keys = |all: Vec<Canned>| all.into_iter().map(|canned| canned.key).collect::<Vec<_>>();
        assert_eq!(keys(replies().unwrap()), ["x"], "without those that are built in");
    }
    /// Whatever the reader of TOML says: a Korean sentence comes first, and its own words stand behind it.
    #[test]
    fn what_cannot_be_read_is_said_in_korean() {
        let broken = [
            "[[group",
            "version = ",
            "version = \"1",
            "version = 1x",
            "= 3",
            "a = [1 2]",
            "version = \"1\"\nversion = \"2\"",
            "version = \"1\"\ngroup = [{ name = 3, items = [] }]",
            "version = \"1\"\nwurst = 1",
            "a = \"\\q\"",
            "a = 2026-13-01",
            "a = 00",
        ];
        for text in broken {
            let source = Source::built_in("x.toml", text);
            let refused = categories_of(Some(&source)).unwrap_err();
            let said = crate::ops::causes::in_words(&refused.message, crate::ops::lang::Lang::Ko);
            assert!(said.contains(|c: char| ('가'..='힣').contains(&c)), "{text}: {said}");
        }
    }

    #[test]
    fn all_faults_are_told_each_with_its_line() {
        let lines =
            |refused: ConfigError| refused.all().into_iter().filter_map(|e| e.line).collect::<Vec<_>>();
        let syntax = Source::built_in("x.toml", "version = \"1\"\na = 00\nc = 1\nb = 01\n");
        assert_eq!(lines(categories_of(Some(&syntax)).unwrap_err()), [2, 4]);
        let groups = "version = \"1\"\n[[group]]\nname = \"가\"\nitems = [\n  \"나/다\",\n  \"라\",\n  \"라\",\n]\n\
                      [[group]]\nname = \"가\"\nitems = [\"마\"]\ndue = { \"바\" = \"1h\" }\n";
        let groups = Source::built_in("x.toml", groups);
        assert_eq!(lines(categories_of(Some(&groups)).unwrap_err()), [5, 7, 10, 12]);
        let replies = "[[reply]]\nkey = \"a\"\ntext = \"{who}\"\ncategory = \"없음\"\n[[reply]]\nkey = \"a\"\ntext = \"\"\n";
        let replies = Source::built_in("x.toml", replies);
        let refused = replies_of(Some(&replies), &Categories::default(), None, &Limits::KOREAN).unwrap_err();
        assert_eq!(lines(refused), [4, 3, 6, 7]);
        let texts = "[ko]\nname = \"{x}\"\nreciept = \"x\"\n[fr]\nnudge = \"x\"\n";
        let texts = Source::built_in("x.toml", texts);
        let mut found = lines(texts_of(Some(&texts), &Limits::KOREAN).unwrap_err());
        found.sort_unstable();
        assert_eq!(found, [2, 3, 4]);
    }
}
