//! The sentences of the command line, in Korean and English: `locales/*.ftl`. Sentences that all faces share are in the
//! client.

use crate::client::Say;
use crate::ops::lang::Lang;

fluent_templates::static_loader! {
    static WORDS = {
        locales: "./src/cli/locales",
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
        }
    }

    #[test]
    fn every_sentence_named_in_the_source_exists() {
        let known: Vec<String> = ids(EN).into_iter().chain(ids(SHARED)).collect();
        let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let files = ["cli", "client"].map(|room| std::fs::read_dir(src.join(room)).expect("source"));
        for file in files.into_iter().flatten().flatten().map(|e| e.path()) {
            let Ok(source) = std::fs::read_to_string(&file) else { continue };
            for call in ["say.t(\"", "say.with(\"", "say.find(\"", "Failure::here(Exit::"] {
                for rest in source.split(call).skip(1).filter(|_| !file.ends_with("words.rs")) {
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
    fn our_sentences_go_before_the_shared_ones() {
        let of =
            [("what", "photo".into()), ("id", 7.into()), ("type", "JPEG".into()), ("size", "9 KB".into())];
        assert!(say(Lang::En).with("photo-kept", of.clone()).ends_with("munja photo 7"));
        assert!(!Say::new(Lang::En).with("photo-kept", of).contains("munja"));
    }
}
