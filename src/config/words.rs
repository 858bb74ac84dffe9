//! Texts kept as data: automatic texts, categories and canned replies. The built-in ones stand beside this file;
//! an operator's own files replace single entries. Unusable entries are refused with file, line and reason.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, ConfigFault, line_of};
use crate::domain::catalogue::{Canned, Categories, Group};
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
    for (n, source) in sources.iter().enumerate() {
        for (language, keys) in by_language(source)? {
            let language = Language::from_word(&language).ok_or_else(|| {
                source.wrong(language.clone(), &(0..0), "is not a supported language: only [ko] and [en]")
            })?;
            for (key, text) in keys {
                let at = text.span();
                if COMMON.contains(&key.as_str()) {
                    if text.get_ref().contains(['{', '}']) {
                        return Err(source.wrong(key, &at, "holds a brace; it is filled in as it stands"));
                    }
                    if shows_nothing(text.get_ref()) || text.get_ref().contains(char::is_control) {
                        return Err(source.wrong(key, &at, "must show something, in one line"));
                    }
                    text::fits(text.get_ref(), limits).map_err(|why| source.wrong(key.clone(), &at, why))?;
                    common.insert((language, key), (text.into_inner(), n, at));
                    continue;
                }
                let notice = Notice::from_word(&key).ok_or_else(|| {
                    source.wrong(key.clone(), &at, "is not an automatic text; `munjad texts` lists all")
                })?;
                words.insert((language, notice), text.into_inner());
                places.insert((language, notice), (n, at));
            }
        }
    }
    for ((language, _), text) in &mut words {
        for ((_, key), (value, ..)) in common.iter().filter(|((of, _), _)| of == language) {
            *text = text.replace(&format!("{{{key}}}"), value);
        }
    }
    let urgent = Notice::UrgentDanger.group();
    for ((language, notice), text) in words.iter().filter(|((_, notice), _)| notice.group() == urgent) {
        if !names_a_help_line(text) {
            let (n, at) = places.get(&(*language, *notice)).cloned().unwrap_or((0, 0..0));
            let key = format!("{}.{}", language.as_str(), notice.as_str());
            return Err(sources[n].wrong(
                key,
                &at,
                "must name 119, 112, 109 or 1388: it is sent to people in danger",
            ));
        }
    }
    Texts::new(&words, *limits).map_err(|(language, notice, why)| {
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
    })
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
    match all.into_iter().find(|(_, value)| !value.get_ref().is_table()) {
        Some((key, value)) => {
            let why = "stands outside of a language: write [ko] or [en] in a line of its own above it";
            Err(source.wrong(key, &value.span(), why))
        }
        None => source.parsed(),
    }
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
    name: String,
    items: Vec<String>,
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
    let mut groups: Vec<Group> = Vec::new();
    for section in file.group {
        let at = section.span();
        let GroupSection { name, items, desks, due } = section.into_inner();
        let is_word = |word: &String| {
            !word.trim().is_empty() && !word.contains('/') && !word.contains(char::is_control)
        };
        if items.is_empty() || !is_word(&name) || !items.iter().all(is_word) {
            let message = "needs a name and items, none empty and none with a slash";
            return Err(source.wrong(format!("group {name}"), &at, message));
        }
        let is_twice = items.iter().enumerate().any(|(n, item)| items[..n].contains(item));
        if is_twice || groups.iter().any(|group| group.name == name) {
            return Err(source.wrong(format!("group {name}"), &at, "is defined twice, or has an item twice"));
        }
        let due_ms = due_times(&source, &name, &items, due)?;
        groups.push(Group { name, items, desks, due_ms });
    }
    if groups.is_empty() {
        return Err(source.wrong("group".to_owned(), &(0..0), "is missing: nothing could be closed"));
    }
    Ok(Categories { version: file.version, groups })
}

/// The due times of a group, in milliseconds.
fn due_times(
    source: &Source,
    group: &str,
    items: &[String],
    due: BTreeMap<String, Spanned<String>>,
) -> Result<BTreeMap<String, i64>, ConfigError> {
    let read = |(item, word): (String, Spanned<String>)| {
        let wrong = |why: &str| Err(source.wrong(format!("group {group}: due: {item}"), &word.span(), why));
        if !items.contains(&item) {
            return wrong("is not one of the items of this group");
        }
        match span_ms(word.get_ref()) {
            Some(ms) => Ok((item, ms)),
            None => wrong("must be a time like 30m, 2h or 1d, at most 30d"),
        }
    };
    due.into_iter().map(read).collect()
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
    reply: Vec<Spanned<ReplySection>>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplySection {
    key: String,
    text: String,
    category: Option<String>,
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
    let mut all: Vec<Canned> = Vec::new();
    for (n, source) in sources.iter().enumerate() {
        let file = source.parsed::<ReplyFile>()?;
        if !file.built_in {
            all.clear();
        }
        let mut keys = BTreeSet::new();
        for section in file.reply {
            let at = section.span();
            let ReplySection { key, text, category } = section.into_inner();
            let wrong = |message: String| source.wrong(format!("reply {key}"), &at, message);
            let category = match category.map(|word| categories.find(&word, None).map_err(|_| word)) {
                None => None,
                Some(Ok(category)) => Some(category),
                Some(Err(_)) if n == 0 => None,
                Some(Err(word)) => return Err(wrong(format!("there is no category {word}"))),
            };
            let canned = Canned { key: key.clone(), text, category }.with_services(interpreter);
            if key.is_empty() || key.contains(|c: char| c.is_whitespace() || c.is_control()) {
                return Err(wrong("needs a key without spaces".to_owned()));
            }
            if !keys.insert(key.clone()) {
                return Err(wrong("is defined twice".to_owned()));
            }
            if let Some(why) = canned.problem().or_else(|| text::fits(&canned.text, limits).err()) {
                return Err(wrong(why));
            }
            all.retain(|known| known.key != key);
            all.push(canned);
        }
    }
    Ok(all)
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
        assert!(refused.contains("line 2: group a/b: needs a name"), "{refused}");
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
        assert!(refused.contains("line 1: reply x: holds"), "{refused}");
        std::fs::write(&path, "built_in = false\n[[reply]]\nkey = \"x\"\ntext = \"네\"").unwrap();
        let keys = |all: Vec<Canned>| all.into_iter().map(|canned| canned.key).collect::<Vec<_>>();
        assert_eq!(keys(replies().unwrap()), ["x"], "without those that are built in");
    }
}
