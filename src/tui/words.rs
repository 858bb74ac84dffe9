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
