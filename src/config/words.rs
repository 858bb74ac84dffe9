//! Texts kept as data: automatic texts, categories and canned replies. The built-in ones stand beside this file;
//! an operator's own files replace single entries. Unusable entries are refused with file, line and reason.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::error::line_of;
use crate::domain::catalogue::{Canned, Categories, Group};
use crate::domain::notice::{self, Language, Notice, Texts};
use crate::domain::text::Limits;

const TEXTS: &str = include_str!("words/texts.toml");
const CATEGORIES: &str = include_str!("words/categories.toml");
const REPLIES: &str = include_str!("words/replies.toml");

/// A file of texts: path and content.
pub(super) struct Source {
    pub(super) path: PathBuf,
    text: String,
}

impl Source {
    pub(super) fn built_in(name: &str, text: &str) -> Source {
        Source { path: PathBuf::from(format!("(built in) {name}")), text: text.to_owned() }
    }

    pub(super) fn read(path: &Path) -> Result<Source, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ConfigError {
                file: path.to_owned(),
                line: None,
                key: None,
                message: "there is no such file, although the configuration names it".to_owned(),
            },
            _ => ConfigError::unreadable(path, &error),
        })?;
        Ok(Source { path: path.to_owned(), text })
    }

    pub(super) fn wrong(&self, key: String, at: &Range<usize>, message: impl Into<String>) -> ConfigError {
        ConfigError {
            file: self.path.clone(),
            line: Some(line_of(&self.text, at.start)),
            key: Some(key),
            message: message.into(),
        }
    }

    pub(super) fn parsed<T: serde::de::DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|e| ConfigError::shape(&self.path, &self.text, &e))
    }
}

/// The automatic texts: the built-in ones with the changes of the file, each within `limits`.
pub fn texts(own: Option<&Path>, limits: &Limits) -> Result<Texts, ConfigError> {
    let mut sources = vec![Source::built_in("texts.toml", TEXTS)];
    if let Some(path) = own {
        sources.push(Source::read(path)?);
    }
    let (mut words, mut places) = (BTreeMap::new(), BTreeMap::new());
    for (n, source) in sources.iter().enumerate() {
        let file: BTreeMap<String, BTreeMap<String, Spanned<String>>> = source.parsed()?;
        for (language, keys) in file {
            let language = Language::from_word(&language).ok_or_else(|| {
                source.wrong(language.clone(), &(0..0), "is not a supported language: only [ko] and [en]")
            })?;
            for (key, text) in keys {
                let at = text.span();
                let notice = Notice::from_word(&key).ok_or_else(|| {
                    source.wrong(key.clone(), &at, "is not an automatic text; `munjad texts` lists all")
                })?;
                words.insert((language, notice), text.into_inner());
                places.insert((language, notice), (n, at));
            }
        }
    }
    Texts::new(&words, *limits).map_err(|(language, notice, why)| {
        let key = format!("{}.{}", language.as_str(), notice.as_str());
        let (n, at) = places.get(&(language, notice)).cloned().unwrap_or((0, 0..0));
        sources[n].wrong(key, &at, why)
    })
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
}

/// The categories: the built-in ones, or those of the file.
pub fn categories(own: Option<&Path>) -> Result<Categories, ConfigError> {
    let source = match own {
        Some(path) => Source::read(path)?,
        None => Source::built_in("categories.toml", CATEGORIES),
    };
    let file: CategoryFile = source.parsed()?;
    let mut groups: Vec<Group> = Vec::new();
    for section in file.group {
        let at = section.span();
        let GroupSection { name, items, desks } = section.into_inner();
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
        groups.push(Group { name, items, desks });
    }
    if groups.is_empty() {
        return Err(source.wrong("group".to_owned(), &(0..0), "is missing: nothing could be closed"));
    }
    Ok(Categories { version: file.version, groups })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyFile {
    reply: Vec<Spanned<ReplySection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplySection {
    key: String,
    text: String,
    category: Option<String>,
}

/// The canned replies: the built-in ones, then those of the file; one replaces another of the same key. Of a built-in one
/// whose category the operator's list lacks, the category is left out.
pub(super) fn replies(
    own: Option<&Path>,
    categories: &Categories,
    limits: &Limits,
) -> Result<Vec<Canned>, ConfigError> {
    let mut sources = vec![Source::built_in("replies.toml", REPLIES)];
    if let Some(path) = own {
        sources.push(Source::read(path)?);
    }
    let mut all: Vec<Canned> = Vec::new();
    for (n, source) in sources.iter().enumerate() {
        for section in source.parsed::<ReplyFile>()?.reply {
            let at = section.span();
            let ReplySection { key, text, category } = section.into_inner();
            let wrong = |message: String| source.wrong(format!("reply {key}"), &at, message);
            let category = match category.map(|word| categories.find(&word, None).map_err(|_| word)) {
                None => None,
                Some(Ok(category)) => Some(category),
                Some(Err(_)) if n == 0 => None,
                Some(Err(word)) => return Err(wrong(format!("there is no category {word}"))),
            };
            let canned = Canned { key: key.clone(), text, category };
            if key.is_empty() || key.contains(char::is_whitespace) {
                return Err(wrong("needs a key without spaces".to_owned()));
            }
            if let Some(why) = canned.problem().or_else(|| notice::fits(&canned.text, limits).err()) {
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
        assert!(
            replies(None, &categories, &Limits::KOREAN).unwrap().iter().any(|reply| reply.category.is_some())
        );
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("texts.toml");
        std::fs::write(&path, "[ko]\nclosing = \"끝.\"\n").unwrap();
        let texts = texts(Some(&path), &Limits::KOREAN).unwrap();
        assert_eq!(texts.say(Notice::Closing, Language::Ko, &[]).unwrap().text, "끝.");
        assert!(texts.say(Notice::Closing, Language::En, &[]).unwrap().text.starts_with("[120]"));
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let cases = [
            ("\n[ko]\nreceipt = \"{name}\"", "line 3: ko.receipt: holds {name}"),
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
        std::fs::write(&path, "[[reply]]\nkey = \"x\"\ntext = \"{who}\"").unwrap();
        let refused = replies(Some(&path), &Categories::default(), &Limits::KOREAN).unwrap_err().to_string();
        assert!(refused.contains("line 1: reply x: holds"), "{refused}");
    }
}
