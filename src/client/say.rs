//! Sentences in Korean and English, from `locales/*.ftl`: those that every face needs. A face adds its own with
//! [`Say::with_own`].

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, StaticLoader, langid};

use crate::ops::causes::in_words;
use crate::ops::lang::Lang;

fluent_templates::static_loader! {
    static SHARED = {
        locales: "./src/client/locales",
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
#[derive(Clone, Copy)]
pub struct Say {
    lang: Lang,
    own: Option<&'static StaticLoader>,
}

impl Say {
    /// The shared sentences.
    pub fn new(lang: Lang) -> Self {
        Say { lang, own: None }
    }

    /// The sentences of one face, which go before the shared ones.
    pub fn with_own(self, own: &'static StaticLoader) -> Self {
        Say { own: Some(own), ..self }
    }

    /// The cause of an error, as the server or the system words it, in this language.
    pub fn cause(&self, said: &str) -> String {
        in_words(said, self.lang)
    }

    pub fn lang(&self) -> Lang {
        self.lang
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
        let own = self.own.and_then(|own| own.try_lookup(self.language(), id));
        own.or_else(|| SHARED.try_lookup(self.language(), id))
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
            values.into_iter().map(|(name, value)| (Cow::Borrowed(name), counted(value))).collect();
        let own = self.own.and_then(|own| own.try_lookup_with_args(self.language(), id, &values));
        own.or_else(|| SHARED.try_lookup_with_args(self.language(), id, &values))
    }

    fn language(&self) -> &'static LanguageIdentifier {
        self.lang.pick(&ENGLISH, &KOREAN)
    }
}

/// A number that came as text is one: English has two forms, by it.
fn counted(value: Value) -> Value {
    let number = match &value {
        Value::String(text) => text.parse::<i32>().ok().filter(|n| n.to_string() == **text),
        _ => None,
    };
    number.map_or(value, Value::from)
}

/// What tests of catalogues read out of an `.ftl` file.
#[cfg(test)]
pub(crate) mod catalogue {
    use std::collections::BTreeSet;

    /// Messages and attributes, as `id` and `id.attribute`.
    pub(crate) fn ids(catalogue: &str) -> BTreeSet<String> {
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
    pub(crate) fn values(catalogue: &str) -> BTreeSet<(String, String)> {
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
}

#[cfg(test)]
mod tests {
    use super::catalogue::ids;
    use super::*;

    const EN: &str = include_str!("locales/en.ftl");

    #[test]
    fn every_meaning_has_a_sentence() {
        for meaning in crate::domain::delivery_reason::DeliveryReason::ALL {
            let id = format!("meaning-{}", meaning.as_str());
            for lang in [Lang::Ko, Lang::En] {
                assert!(Say::new(lang).find(&id).is_some(), "{lang:?} {id}");
            }
        }
        let meanings = ids(EN).into_iter().filter_map(|id| id.strip_prefix("meaning-").map(str::to_owned));
        let unknown: Vec<_> = meanings
            .filter(|word| crate::domain::delivery_reason::DeliveryReason::from_word(word).is_none())
            .collect();
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
