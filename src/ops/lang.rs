//! The two languages of the programs' output.

use std::env;

/// Korean or English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    Ko,
    En,
}

impl Lang {
    /// The locale's language: Korean for `ko…`, else English.
    pub fn of_locale() -> Lang {
        Lang::of_variables(|name| env::var(name).ok())
    }

    /// The same for variables that come from elsewhere.
    pub fn of_variables(var: impl Fn(&str) -> Option<String>) -> Lang {
        let set = |name| var(name).filter(|v| !v.is_empty());
        let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
        if locale.starts_with("ko") { Lang::Ko } else { Lang::En }
    }

    /// Picks the value in this language.
    pub fn pick<T>(self, en: T, ko: T) -> T {
        match self {
            Lang::En => en,
            Lang::Ko => ko,
        }
    }
}
