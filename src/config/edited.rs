//! Supervisors' versions of lists, in the place of the operator's files. They are read by the same rules, and refused with the
//! same errors; a few rules more hold for them alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::error::ConfigError;
use super::words::{Source, built_in, by_language, categories_of, replies_of, texts_of};
use super::{Config, privacy, triage};
use crate::domain::catalogue::Categories;
use crate::domain::edited_list::{self, Entry, List, ListSource};
use crate::domain::text::Limits;

/// What the lists of a configuration are made from.
#[derive(Debug, Clone)]
pub(super) struct ListFiles {
    pub categories: Option<Source>,
    pub replies: Option<Source>,
    pub texts: Option<Source>,
    pub interpreter: Option<String>,
    /// By which texts are measured.
    pub limits: Limits,
}

/// What a supervisor begins with who adds words of danger.
const WORDS: &str = "\
# 위험을 알리는 말을 더합니다. 있는 말은 그대로 있고, 더하기만 합니다. (Words of danger, added to those that are there.)
#
# [[rule]]
# id = \"our-gas\"             # 겹치지 않는 이름 (a name of its own)
# tier = 1                    # 1 지금 위험(경보), 2 곧 살펴볼 것, 3 알아 둘 것
# kind = \"danger\"             # danger, self_harm, youth
# lang = \"ko\"
# words = [\"가스통이 샌\"]
# hits = [\"옆집 가스통이 샌대요\"]          # 이 글은 찾아야 합니다 (texts it must find)
# misses = [\"가스통 교체 신청\"]           # 이 글은 찾으면 안 됩니다 (texts it must not find)
";

/// Where a supervisor's version stands in errors.
fn path(list: List) -> PathBuf {
    PathBuf::from(format!("(supervisors) {}.toml", list.as_str()))
}

/// The list in whose version the error stands; `None` for one of the operator's files.
pub fn list_of(error: &ConfigError) -> Option<List> {
    List::ALL.iter().copied().find(|list| error.file == path(*list))
}

impl Config {
    /// The same configuration with supervisors' versions, by list. An error may stand in another list than was edited: a canned
    /// reply names a category that is gone.
    pub fn with_lists(&self, edited: &BTreeMap<List, String>) -> Result<Config, ConfigError> {
        let source =
            |list: List| edited.get(&list).map(|text| Source { path: path(list), text: text.clone() });
        let (files, mut config) = (&self.service.files, self.clone());
        let (categories, replies) = (source(List::Categories), source(List::Replies));
        if let Some(own) = &categories {
            config.service.categories = categories_of(Some(own))?;
            ConfigError::unless(self.lost_terms(own, &config.service.categories), ())?;
        }
        if categories.is_some() || replies.is_some() {
            let own = replies.as_ref().or(files.replies.as_ref());
            let interpreter = files.interpreter.as_deref();
            config.service.replies = replies_of(own, &config.service.categories, interpreter, &files.limits)?;
        }
        if let Some(own) = source(List::Texts) {
            let (texts, places) =
                (texts_of(Some(&own), &files.limits), keeps_places(&own, files.texts.as_ref()));
            let bad = [texts.as_ref().err().cloned(), places.err()].into_iter().flatten().collect();
            ConfigError::unless(bad, ())?;
            config.service.texts = texts?;
        }
        if let Some(own) = source(List::Words) {
            config.triage = Arc::new(triage::added(&self.triage, &own)?);
        }
        Ok(config)
    }

    /// The categories that are gone and for which `[privacy]` has a time of its own: their texts would be kept for another.
    fn lost_terms(&self, own: &Source, categories: &Categories) -> Vec<ConfigError> {
        let named = self.privacy.retention.by_category.iter().map(|(name, _)| name);
        let lost = named.filter(|name| !privacy::is_named(categories, name));
        let wrong = |name: &String| {
            let why = format!("must stay: privacy.keep_category_days names {name}");
            // It stands in no line.
            ConfigError { line: None, ..own.wrong(name.clone(), &(0..0), why) }
        };
        lost.map(wrong).collect()
    }

    /// Where a list comes from without supervisors.
    pub fn list_source(&self, list: List) -> ListSource {
        let files = &self.service.files;
        let has_file = match list {
            List::Categories => files.categories.is_some(),
            List::Replies => files.replies.is_some(),
            List::Texts => files.texts.is_some(),
            List::Words => self.has_triage_files,
        };
        if has_file { ListSource::File } else { ListSource::BuiltIn }
    }

    /// What a supervisor begins with: the operator's file, else what is built in.
    pub fn list_content(&self, list: List) -> String {
        let files = &self.service.files;
        let own = |source: &Option<Source>| source.as_ref().map(|source| source.text.clone());
        match list {
            List::Categories => own(&files.categories).unwrap_or_else(|| built_in::CATEGORIES.to_owned()),
            // All of them stand in it, so that one can be taken out, too.
            List::Replies => {
                own(&files.replies).unwrap_or_else(|| format!("built_in = false\n{}", built_in::REPLIES))
            }
            List::Texts => own(&files.texts).unwrap_or_else(|| built_in::TEXTS.to_owned()),
            List::Words => WORDS.to_owned(),
        }
    }

    /// What is in force, entry by entry.
    pub fn list_entries(&self, list: List) -> Vec<Entry> {
        match list {
            List::Categories => edited_list::of_categories(&self.service.categories),
            List::Replies => edited_list::of_replies(&self.service.replies),
            List::Texts => edited_list::of_texts(&self.service.texts),
            List::Words => edited_list::of_words(self.triage.rules()),
        }
    }
}

/// The names in braces that a template holds, each once.
fn places(template: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Refuses an automatic text that leaves out what the built-in one fills in, such as until when somebody is restricted. What the
/// operator's file says without it may be said on.
fn keeps_places(own: &Source, operators: Option<&Source>) -> Result<(), ConfigError> {
    let built_in = by_language(&Source::built_in("texts.toml", built_in::TEXTS))?;
    let operators = operators.map(by_language).transpose()?.unwrap_or_default();
    let mut bad = Vec::new();
    for (language, keys) in by_language(own)? {
        for (key, text) in keys {
            let known = |of: &BTreeMap<String, BTreeMap<String, toml::Spanned<String>>>| {
                of.get(&language).and_then(|keys| keys.get(&key)).map(|text| text.get_ref().clone())
            };
            if known(&operators).as_ref() == Some(text.get_ref()) {
                continue;
            }
            let (wanted, found) = (known(&built_in).unwrap_or_default(), places(text.get_ref()));
            for place in places(&wanted).into_iter().filter(|place| !found.contains(place)) {
                let why = format!("must hold {{{place}}}, as the built-in text does");
                bad.push(own.wrong(format!("{language}.{key}"), &text.span(), why));
            }
        }
    }
    ConfigError::unless(bad, ())
}

#[cfg(test)]
mod tests {
    use super::super::EXAMPLE;
    use super::*;

    /// The example with canned replies of the operator's, and a time of its own for one group of categories.
    fn config() -> Config {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("replies.toml", "[[reply]]\nkey = \"own\"\ntext = \"네\"\ncategory = \"복지/노인\"\n");
        write("bizgo_api_key", "secret");
        let text = EXAMPLE
            .replace("#- replies = ", "replies = ")
            .replace("# keep_category_days = {}", "keep_category_days = { \"복지\" = 365 }");
        let path = folder.path().join("gateway.toml");
        Config::parse(&text, &path).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn places_are_named_once() {
        assert_eq!(places("{name} 앞에 {ahead}명, {ahead}"), ["ahead", "name"]);
        assert_eq!(places("아무것도"), Vec::<&str>::new());
    }

    #[test]
    fn a_version_stands_in_the_place_of_the_file_and_is_refused_by_the_same_rules() {
        let config = config();
        let with = |list: List, text: &str| config.with_lists(&BTreeMap::from([(list, text.to_owned())]));
        assert_eq!(config.list_source(List::Replies), ListSource::File);
        assert_eq!(config.list_source(List::Words), ListSource::BuiltIn);
        let replies =
            with(List::Replies, "[[reply]]\nkey = \"new\"\ntext = \"안녕\"\n").unwrap().service.replies;
        let has = |key: &str| replies.iter().any(|reply| reply.key == key);
        assert!(has("new") && has("hello") && !has("own"), "in the place of the file, over what is built in");

        let two = "version = \"2\"\n[[group]]\nname = \"복지\"\nitems = [\"노인\", \"드론\"]\n";
        assert!(with(List::Categories, two).unwrap().service.categories.find("드론", None).is_ok());
        let told = "[ko]\nnudge = \"{name} 더 있나요?\"\n";
        assert!(with(List::Texts, told).is_ok());
        // What a supervisor begins with can be stored as it is.
        for list in List::ALL {
            assert!(with(*list, &config.list_content(*list)).is_ok(), "{list:?}");
        }
        let rule =
            "[[rule]]\nid = \"x\"\ntier = 1\nkind = \"danger\"\nlang = \"ko\"\nwords = [\"드론이 떨어\"]\n";
        assert!(with(List::Words, rule).unwrap().triage.judge("드론이 떨어졌어요").danger().is_some());
        let one = "[[reply]]\nkey = \"x\"\ntext = \"a\"\n";
        let cases: [(List, &str, &str); 17] = [
            (List::Replies, "[[reply]]\nkey = \"x\"\ntext = \"{who}\"", "line 3: reply x: holds"),
            (
                List::Replies,
                &one.replace("\"a\"", "\"a\\u001b[2J\""),
                "reply x: holds a character that cannot be seen: U+001B",
            ),
            (List::Replies, &one.replace("\"a\"", "\"a\\u202e\""), "cannot be seen: U+202E"),
            (List::Replies, &format!("{one}{one}"), "line 5: reply x: is defined twice"),
            (
                List::Texts,
                "[ko]\nurgent_self_harm = \"{name} 2119년 1190\"",
                "must name 119, 112, 109 or 1388",
            ),
            (List::Replies, "[[reply]]\nkey = 3", "(supervisors) replies.toml, line "),
            (
                List::Categories,
                "version = ",
                "(supervisors) categories.toml, line 1: this line cannot be read",
            ),
            (List::Categories, &two.replace("복지", "교통"), "복지: must stay: privacy.keep_category_days"),
            (List::Categories, &two.replace("\"노인\", ", ""), "reply own: there is no category 복지/노인"),
            (List::Texts, "[ko]\nrestricted = \"답하지 않습니다\"", "line 2: ko.restricted: must hold {"),
            (List::Texts, "[ko]\nreciept = \"x\"", "line 2: reciept: is not an automatic text"),
            (List::Words, "\n[second_opinion]\nenabled = false", "second_opinion: is for the operator"),
            (List::Words, "[[guard]]\nid = \"g\"\nwords = [\"가\"]", "guard: is for the operator"),
            (
                List::Words,
                &rule.replace("\"x\"", "\"help\""),
                "line 2: rule help: has the id of another rule",
            ),
            (
                List::Words,
                &rule.replace("\"danger\"", "\"abuse\""),
                "rule x: must be danger, self_harm or youth",
            ),
            (List::Words, &format!("{rule}{rule}"), "line 8: rule x: is defined twice"),
            (
                List::Words,
                &format!("{rule}misses = [\"드론이 떨어져\"]"),
                "line 7: rule x: its own test fails",
            ),
        ];
        for (list, text, expected) in cases {
            let refused = with(list, text).map(drop).unwrap_err();
            assert!(refused.to_string().contains(expected), "{refused}");
            let is_of_file = expected.starts_with("reply own");
            assert_eq!(list_of(&refused), (!is_of_file).then_some(list), "{refused}");
        }
    }
}
