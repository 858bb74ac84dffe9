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

    #[test]
    fn our_sentences_go_before_the_shared_ones() {
        let of =
            [("what", "photo".into()), ("id", 7.into()), ("type", "JPEG".into()), ("size", "9 KB".into())];
        assert!(say(Lang::En).with("photo-kept", of.clone()).ends_with("munja photo 7"));
        assert!(!Say::new(Lang::En).with("photo-kept", of).contains("munja"));
    }
}
