//! The sheet for quality reviews and the rules for points, each kept as data: built in, or a file of the operator's. Unusable entries are
//! refused with file, line and reason.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::words::Source;
use super::words::built_in::{INCENTIVE, REVIEW_SHEET};
use crate::domain::incentive::{For, Rule, Rules};
use crate::domain::review::{Point, Sheet, Words};

/// A sheet has no more points, and a point no higher mark.
const MOST_POINTS: usize = 20;
const BEST_MARK: i64 = 100;
/// A rule gives, or takes, no more points.
const MOST_GIVEN: i64 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SheetFile {
    version: String,
    point: Vec<Spanned<PointSection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PointSection {
    key: String,
    best: i64,
    ko: WordsSection,
    en: WordsSection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsSection {
    name: String,
    question: String,
}

/// The sheet for reviews: the built-in one, or that of the file.
pub fn sheet(own: Option<&Path>) -> Result<Sheet, ConfigError> {
    let source = source(own, "review.toml", REVIEW_SHEET)?;
    let file: SheetFile = source.parsed()?;
    let mut sheet = Sheet { version: file.version, points: Vec::new() };
    for section in file.point {
        let at = section.span();
        let PointSection { key, best, ko, en } = section.into_inner();
        let wrong = |why: String| Err(source.wrong(format!("point {key}"), &at, why));
        if !is_key(&key) {
            return wrong("needs a key of small letters, digits and _".to_owned());
        }
        if !(1..=BEST_MARK).contains(&best) {
            return wrong(format!("best must be 1 to {BEST_MARK}"));
        }
        let is_name = |name: &str| {
            !name.is_empty()
                && !name.contains(|c: char| c.is_whitespace() || c.is_control() || "=,".contains(c))
        };
        let words = [&ko, &en];
        if words.iter().any(|words| !is_name(&words.name) || !is_line(&words.question)) {
            return wrong(
                "needs a name without spaces, = and commas, and a question, in both languages".to_owned(),
            );
        }
        if [&key, &ko.name, &en.name]
            .iter()
            .any(|name| sheet.points.iter().any(|p: &Point| p.is_called(name)))
        {
            return wrong("has the key or name of another point".to_owned());
        }
        let words = |of: WordsSection| Words { name: of.name, question: of.question };
        sheet.points.push(Point { key, ko: words(ko), en: words(en), best });
    }
    if sheet.points.is_empty() || sheet.points.len() > MOST_POINTS {
        let why = format!("a sheet has one to {MOST_POINTS} points");
        return Err(source.wrong("point".to_owned(), &(0..0), why));
    }
    Ok(sheet)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IncentiveFile {
    version: String,
    #[serde(default)]
    rule: Vec<Spanned<RuleSection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSection {
    key: String,
    r#for: String,
    #[serde(default)]
    scores: Option<(u8, u8)>,
    #[serde(default)]
    once: bool,
    points: i64,
    ko: String,
    en: String,
}

/// The rules for points: the built-in ones, or those of the file.
pub fn incentive(own: Option<&Path>) -> Result<Rules, ConfigError> {
    let source = source(own, "incentive.toml", INCENTIVE)?;
    let file: IncentiveFile = source.parsed()?;
    let mut rules = Rules { version: file.version, rules: Vec::new() };
    for section in file.rule {
        let at = section.span();
        let RuleSection { key, r#for, scores, once, points, ko, en } = section.into_inner();
        let wrong = |why: &str| Err(source.wrong(format!("rule {key}"), &at, why));
        let given_for = match (r#for.as_str(), scores) {
            ("answer", None) => For::Answer,
            ("danger_answer", None) => For::DangerAnswer,
            ("survey", Some((least, most))) if (1..=most).contains(&least) && most <= 5 => {
                For::Survey { least, most }
            }
            ("survey", _) => return wrong("needs scores = [least, most], from 1 to 5"),
            ("answer" | "danger_answer", Some(_)) => return wrong("has scores, which only survey has"),
            _ => return wrong("for must be \"answer\", \"danger_answer\" or \"survey\""),
        };
        if !is_key(&key) || rules.rules.iter().any(|rule: &Rule| rule.key == key) {
            return wrong("needs a key of its own, of small letters, digits and _");
        }
        if points == 0 || points.abs() > MOST_GIVEN {
            return wrong("points must be -1000 to 1000, and not 0");
        }
        if !is_line(&ko) || !is_line(&en) {
            return wrong("needs ko and en, what it is called, each in one line");
        }
        rules.rules.push(Rule { key, ko, en, given_for, points, once });
    }
    Ok(rules)
}

fn source(own: Option<&Path>, name: &str, built_in: &str) -> Result<Source, ConfigError> {
    own.map_or_else(|| Ok(Source::built_in(name, built_in)), Source::read)
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_line(words: &str) -> bool {
    !words.trim().is_empty() && !words.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_is_sound() {
        let sheet = sheet(None).unwrap();
        let keys: Vec<&str> = sheet.points.iter().map(|point| point.key.as_str()).collect();
        assert_eq!(keys, ["courtesy", "accuracy", "easy_words", "speed"]);
        assert!(sheet.points[0].is_called("친절"));
        assert_eq!(incentive(None).unwrap().rules.len(), 4);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let refused = |text: &str, of: fn(&Path) -> Option<ConfigError>| {
            std::fs::write(&path, text).unwrap();
            of(&path).expect(text).to_string()
        };
        let words =
            "ko = { name = \"친절\", question = \"?\" }\nen = { name = \"kind\", question = \"?\" }\n";
        let point = |head: &str| format!("version = \"1\"\n[[point]]\n{head}\n{words}");
        for (text, expected) in [
            (point("key = \"a\"\nbest = 0"), "line 2: point a: best must be 1 to 100"),
            (point("key = \"A\"\nbest = 5"), "needs a key of small letters"),
            (
                format!("{}{}", point("key = \"a\"\nbest = 5"), &point("key = \"b\"\nbest = 5")[14..]),
                "another point",
            ),
            (point("key = \"a\"\nbest = 5").replace("친절", "친절, 정확"), "without spaces"),
            ("version = \"1\"\npoint = []".to_owned(), "one to 20 points"),
        ] {
            let said = refused(&text, |path| sheet(Some(path)).err());
            assert!(said.contains(expected), "{said}");
        }
        let rule =
            |head: &str| format!("version = \"1\"\n[[rule]]\nkey = \"a\"\nko = \"가\"\nen = \"a\"\n{head}");
        for (head, expected) in [
            ("for = \"answer\"\npoints = 0", "line 2: rule a: points must be"),
            ("for = \"survey\"\npoints = 1", "needs scores"),
            ("for = \"survey\"\nscores = [4, 3]\npoints = 1", "needs scores"),
            ("for = \"answer\"\nscores = [1, 2]\npoints = 1", "only survey has"),
            ("for = \"smile\"\npoints = 1", "for must be"),
        ] {
            let said = refused(&rule(head), |path| incentive(Some(path)).err());
            assert!(said.contains(expected), "{said}");
        }
    }
}
