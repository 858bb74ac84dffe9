//! The sentences of the desk, in Korean and English: `locales/*.ftl`. Sentences that all faces share are in the client.

use crate::client::Say;
use crate::ops::lang::Lang;

fluent_templates::static_loader! {
    static WORDS = {
        locales: "./src/tui/locales",
        fallback_language: "en",
        // Without this, invisible marks stand around every value.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The shared sentences and ours.
pub fn say(lang: Lang) -> Say {
    Say::new(lang).with_own(&WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Value;
    use crate::client::catalogue::{ids, values};
    use crate::tui::keys::COMMANDS;

    const KO: &str = include_str!("locales/ko.ftl");
    const EN: &str = include_str!("locales/en.ftl");
    const SHARED: &str = include_str!("../client/locales/en.ftl");

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
                assert!(say(lang).find_with(&id, values).is_some_and(|s| !s.is_empty()), "{lang:?} {id}");
            }
            for (_, _, id) in COMMANDS {
                assert!(say(lang).find(&format!("key-{id}")).is_some(), "{lang:?} {id}");
            }
        }
    }

    #[test]
    fn every_sentence_named_in_the_source_exists() {
        let known: Vec<String> = ids(EN).into_iter().chain(ids(SHARED)).collect();
        let tui = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
        let mut folders = vec![tui];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).expect("source").flatten().map(|e| e.path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let Ok(source) = std::fs::read_to_string(&path) else { continue };
                for call in ["say.t(\"", "say.with(\"", "say.find(\"", "self.tell(\"", "self.alert(\""] {
                    for rest in source.split(call).skip(1).filter(|_| !path.ends_with("words.rs")) {
                        let id = rest.split('"').next().unwrap_or_default();
                        assert!(known.iter().any(|k| k == id), "{}: {id}", path.display());
                    }
                }
            }
        }
    }
}
