//! Causes of errors in Korean. The rooms that meet an error word its cause in plain English (for the log and the API); a face
//! puts it into its language with [`in_words`]. One table, `locales/causes.ko.txt`: the English sentence, a tab, the Korean
//! one. `{}` stands for what differs from case to case. A test reads the sources and finds sentences that are not in it.

use std::sync::LazyLock;

use super::lang::Lang;

const TABLE: &str = include_str!("locales/causes.ko.txt");

/// A sentence with `{}` in it, and the same in Korean.
struct Cause {
    en: Vec<&'static str>,
    ko: Vec<&'static str>,
}

static CAUSES: LazyLock<Vec<Cause>> = LazyLock::new(|| {
    let cause = |(en, ko): (&'static str, &'static str)| Cause {
        en: en.split("{}").collect(),
        ko: ko.split("{}").collect(),
    };
    entries().map(cause).collect()
});

fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// The cause in `lang`. One that is not in the table stays as it is: what a carrier or the system says itself.
pub fn in_words(said: &str, lang: Lang) -> String {
    match lang {
        Lang::En => said.to_owned(),
        Lang::Ko => korean(said).unwrap_or_else(|| said.to_owned()),
    }
}

/// The error and its causes in `lang`, each once. Some errors name their cause already.
pub fn chain_in_words(error: &anyhow::Error, lang: Lang) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !parts.last().is_some_and(|before| before.ends_with(&cause)) {
            parts.push(cause);
        }
    }
    parts.iter().map(|part| in_words(part, lang)).collect::<Vec<_>>().join(": ")
}

/// The innermost cause, which names the failure (`Connection refused`); the outer ones only say that a request failed, and may
/// quote its address.
pub fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn korean(said: &str) -> Option<String> {
    CAUSES.iter().find_map(|cause| cause.translate(said)).or_else(|| {
        // A carrier's code stands behind the sentence.
        let (sentence, code) = said.strip_suffix(')')?.rsplit_once(" (")?;
        Some(format!("{} ({code})", korean(sentence)?))
    })
}

impl Cause {
    fn translate(&self, said: &str) -> Option<String> {
        let (first, rest) = self.en.split_first()?;
        let mut left = said.strip_prefix(first)?;
        let mut values = Vec::new();
        for (n, literal) in rest.iter().enumerate() {
            let is_last = n + 1 == rest.len();
            let at = if is_last { left.strip_suffix(literal)?.len() } else { left.find(literal)? };
            values.push(&left[..at]);
            left = &left[at + literal.len()..];
        }
        if !left.is_empty() {
            return None;
        }
        let mut values = values.into_iter().map(|value| in_words(value, Lang::Ko));
        let mut written = String::new();
        for (n, literal) in self.ko.iter().enumerate() {
            if n > 0 {
                written += &values.next().unwrap_or_default();
            }
            written += literal;
        }
        Some(written)
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    /// Whose sentences operators and counselors read as causes.
    const SOURCES: [&str; 20] = [
        "admin/backup/archive.rs",
        "carrier",
        "config",
        "daemon/lists.rs",
        "daemon/control.rs",
        "daemon/control/through.rs",
        "daemon/lock.rs",
        // What the configuration and its lists are refused for by the rules of the service.
        "domain/calendar/hours.rs",
        "domain/calendar/mod.rs",
        "domain/catalogue.rs",
        "domain/hearing.rs",
        "domain/notice.rs",
        "domain/phone.rs",
        "domain/text",
        "domain/triage",
        "daemon/readiness.rs",
        "domain/readiness.rs",
        "store/engine",
        "store/mod.rs",
        "api/serve.rs",
    ];

    /// How literals for the database begin.
    const SQL: [&str; 11] = [
        "ALTER ", "ATTACH ", "BEGIN ", "CREATE ", "DELETE ", "DROP ", "INSERT ", "PRAGMA ", "SELECT ",
        "UPDATE ", "VACUUM ",
    ];

    /// Literals that are no sentences for anybody: words of other programs' protocols, and log lines.
    const NO_CAUSES: &str = include_str!("locales/no-causes.txt");

    #[test]
    fn every_sentence_says_the_same_in_korean() {
        let mut seen = std::collections::BTreeSet::new();
        for (en, ko) in entries() {
            assert!(seen.insert(en), "twice: {en}");
            assert_eq!(en.matches("{}").count(), ko.matches("{}").count(), "{en}");
            assert!(ko.chars().any(|c| ('가'..='힣').contains(&c)), "{en}: {ko}");
            // No other entry takes it for its own.
            assert_eq!(in_words(&en.replace("{}", "7"), Lang::Ko), ko.replace("{}", "7"));
        }
    }

    #[test]
    fn codes_stay_and_values_are_put_in() {
        let table = [
            ("no connection", "연결할 수 없습니다"),
            ("the carrier refuses our key (HTTP401)", "통신사가 우리 키를 거절합니다 (HTTP401)"),
            ("must be between 1 and 9 seconds", "1초에서 9초 사이여야 합니다"),
            (
                "unknown field `x`, expected `built_in` or `reply`",
                "`x` 은(는) 모르는 항목입니다. 쓸 수 있는 것: `built_in`, `reply`",
            ),
            ("whatever a carrier says", "whatever a carrier says"),
        ];
        for (en, ko) in table {
            assert_eq!(in_words(en, Lang::Ko), ko);
            assert_eq!(in_words(en, Lang::En), en);
        }
    }

    #[test]
    fn a_cause_is_said_once() {
        let io = || std::io::Error::from_raw_os_error(98);
        let named = anyhow::anyhow!("cannot listen on x: {}", io());
        let doubled = anyhow::Error::new(io()).context(named.to_string());
        assert_eq!(chain_in_words(&doubled, Lang::En), named.to_string());
        let plain = anyhow::Error::new(io()).context("cannot listen on 127.0.0.1:1");
        assert_eq!(chain_in_words(&plain, Lang::En), format!("cannot listen on 127.0.0.1:1: {}", io()));
        let ko = chain_in_words(&plain, Lang::Ko);
        assert!(ko.starts_with("127.0.0.1:1 에서") && ko.contains("이미 쓰고"), "{ko}");
    }

    #[test]
    fn every_cause_in_the_sources_is_in_the_table() {
        let known: Vec<&str> = entries().map(|(en, _)| en).chain(NO_CAUSES.lines()).collect();
        let mut missing = Vec::new();
        for file in SOURCES.iter().flat_map(|name| files(&src().join(name))) {
            let text = std::fs::read_to_string(&file).unwrap();
            for literal in sentences(&text) {
                let is_known = known.contains(&literal.as_str());
                if !is_known && korean(&literal.replace("{}", "7")).is_none() {
                    missing.push(format!("{}: {literal}", file.display()));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }

    fn src() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
    }

    fn files(path: &Path) -> Vec<PathBuf> {
        if path.is_file() {
            return vec![path.to_owned()];
        }
        let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        let mine = |path: &PathBuf| !path.ends_with("tests") && !path.ends_with("tests.rs");
        let all = entries.filter(mine).flat_map(|path| files(&path));
        all.filter(|path| path.extension().is_some_and(|e| e == "rs")).collect()
    }

    /// The string literals of several words, with `{}` for every value; without comments, tests and log lines.
    fn sentences(text: &str) -> Vec<String> {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: String = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|l| format!("{l}\n"))
            .collect();
        let mut found = Vec::new();
        let mut rest = code.as_str();
        while let Some(at) = rest.find(['"', '\'']) {
            let is_char = rest[at..].starts_with('\'');
            rest = &rest[at + 1..];
            if is_char {
                // '"', '\'' or a lifetime.
                let skipped = [("\"'", 2), ("\\''", 3), ("\\\\'", 3)];
                rest = skipped.iter().find(|(c, _)| rest.starts_with(c)).map_or(rest, |(_, n)| &rest[*n..]);
                continue;
            }
            let mut end = 0;
            let bytes = rest.as_bytes();
            while bytes.get(end).is_some_and(|b| *b != b'"') {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            let literal = unbroken(rest.get(..end).unwrap_or_default()).replace("\\\"", "\"");
            rest = rest.get(end + 1..).unwrap_or_default();
            let is_sentence = literal.trim().contains(' ')
                && literal.starts_with(|c: char| c.is_ascii_alphabetic() || c == '{' || c == '"');
            let is_sql = SQL.iter().any(|word| literal.starts_with(word));
            if is_sentence && !is_sql && !literal.contains('\\') {
                found.push(without_names(&literal));
            }
        }
        found
    }

    /// A literal over several lines as it is compiled.
    fn unbroken(literal: &str) -> String {
        literal
            .split("\\\n")
            .enumerate()
            .map(|(n, part)| if n == 0 { part } else { part.trim_start() })
            .collect()
    }

    fn without_names(literal: &str) -> String {
        let mut parts = literal.split('{');
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.split_once('}').map_or(part, |(_, rest)| rest);
            plain += "{}";
            plain += rest;
        }
        plain
    }
}
