//! What the program says, in Korean or English. The words stand in `locales/*.ftl`; nothing else here knows any.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid};

use crate::ops::lang::Lang;

fluent_templates::static_loader! {
    static CATALOGUE = {
        locales: "./src/cli/locales",
        fallback_language: "en",
        // Without this, invisible marks stand around every value.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static KOREAN: LanguageIdentifier = langid!("ko");
static ENGLISH: LanguageIdentifier = langid!("en");

/// A value put into a sentence.
pub type Value = FluentValue<'static>;
/// The values of a sentence by name.
pub type Values = Vec<(&'static str, Value)>;

/// Looks sentences up in one language.
#[derive(Debug, Clone, Copy)]
pub struct Say {
    lang: Lang,
}

impl Say {
    pub fn new(lang: Lang) -> Self {
        Say { lang }
    }

    /// The language as in `Accept-Language`.
    pub fn tag(&self) -> &'static str {
        self.lang.pick("en", "ko")
    }

    /// The sentence called `id`; the id itself if there is none, which a test rules out.
    pub fn t(&self, id: &str) -> String {
        self.find(id).unwrap_or_else(|| id.to_owned())
    }

    /// The sentence called `id`, if there is one.
    pub fn find(&self, id: &str) -> Option<String> {
        CATALOGUE.try_lookup(self.language(), id)
    }

    /// A sentence with values in it. They are put in as they are: make safe what somebody else wrote.
    pub fn with(&self, id: &str, values: impl IntoIterator<Item = (&'static str, Value)>) -> String {
        self.find_with(id, values).unwrap_or_else(|| id.to_owned())
    }

    /// As [`Self::with`], if there is such a sentence.
    pub fn find_with(
        &self,
        id: &str,
        values: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Option<String> {
        let values: HashMap<Cow<'static, str>, Value> =
            values.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        CATALOGUE.try_lookup_with_args(self.language(), id, &values)
    }

    fn language(&self) -> &'static LanguageIdentifier {
        self.lang.pick(&ENGLISH, &KOREAN)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const KO: &str = include_str!("locales/ko.ftl");
    const EN: &str = include_str!("locales/en.ftl");

    /// Messages and attributes, as `id` and `id.attribute`.
    fn ids(catalogue: &str) -> BTreeSet<String> {
        let (mut ids, mut current) = (BTreeSet::new(), String::new());
        for line in catalogue.lines() {
            let Some((name, _)) = line.split_once('=') else { continue };
            let name = name.trim_end();
            if let Some(attribute) = name.trim_start().strip_prefix('.') {
                ids.insert(format!("{current}.{attribute}"));
            } else if name.chars().next().is_some_and(|c| c.is_ascii_alphabetic()) {
                current = name.to_owned();
                ids.insert(current.clone());
            }
        }
        ids
    }

    /// The names of the values each sentence takes.
    fn values(catalogue: &str) -> BTreeSet<(String, String)> {
        let (mut found, mut current) = (BTreeSet::new(), String::new());
        for line in catalogue.lines() {
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                current = line.split('=').next().unwrap_or_default().trim().to_owned();
            }
            for rest in line.split('$').skip(1) {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.insert((current.clone(), name));
            }
        }
        found
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(ids(KO), ids(EN));
        assert_eq!(values(KO), values(EN));
    }

    #[test]
    fn every_sentence_can_be_looked_up() {
        for lang in [Lang::Ko, Lang::En] {
            for id in ids(KO) {
                let values = values(KO).into_iter().map(|(_, name)| (&*name.leak(), Value::from(3)));
                assert!(
                    Say::new(lang).find_with(&id, values).is_some_and(|s| !s.is_empty()),
                    "{lang:?} {id}"
                );
            }
        }
    }

    #[test]
    fn every_sentence_named_in_the_source_exists() {
        let known = ids(EN);
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
        for file in std::fs::read_dir(dir).expect("source").flatten().map(|e| e.path()) {
            let Ok(source) = std::fs::read_to_string(&file) else { continue };
            for call in ["say.t(\"", "say.with(\"", "say.find(\"", "Failure::here(Exit::"] {
                for rest in source.split(call).skip(1).filter(|_| !file.ends_with("say.rs")) {
                    let word = if call.starts_with("Failure") {
                        rest.split('"').nth(1)
                    } else {
                        rest.split('"').next()
                    };
                    let id = word.unwrap_or_default();
                    let id = if call.starts_with("Failure") { format!("error-{id}") } else { id.to_owned() };
                    assert!(known.contains(&id), "{}: {id}", file.display());
                }
            }
        }
    }

    #[test]
    fn every_meaning_has_a_sentence() {
        for meaning in crate::domain::fate::Meaning::ALL {
            let id = format!("meaning-{}", meaning.as_str());
            for lang in [Lang::Ko, Lang::En] {
                assert!(Say::new(lang).find(&id).is_some(), "{lang:?} {id}");
            }
        }
        let meanings = ids(EN).into_iter().filter_map(|id| id.strip_prefix("meaning-").map(str::to_owned));
        let unknown: Vec<_> =
            meanings.filter(|word| crate::domain::fate::Meaning::from_word(word).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn values_stand_bare_in_a_sentence() {
        let said = Say::new(Lang::Ko).with("ago-minutes", [("n", 3.into())]);
        assert_eq!(said, "3분 전");
        assert_eq!(Say::new(Lang::En).with("ago-minutes", [("n", 3.into())]), "3 min ago");
    }

    #[test]
    fn the_environment_chooses() {
        let lang = |pairs: &'static [(&str, &str)]| {
            Lang::of_variables(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(lang(&[("LANG", "ko_KR.UTF-8")]), Lang::Ko);
        assert_eq!(lang(&[("LC_ALL", "C"), ("LANG", "ko_KR.UTF-8")]), Lang::En);
        assert_eq!(lang(&[("LC_ALL", ""), ("LANG", "ko")]), Lang::Ko);
        assert_eq!(lang(&[]), Lang::En);
    }
}
