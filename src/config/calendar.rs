//! `[calendar]` and `[desks.<key>]`: days and hours of each desk, and calendar files.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::checker::{CalendarFile, Checker, unwritten};
use super::error::ConfigError;
use crate::domain::calendar::{Calendar, Exception, InvalidRules, Planned, RulePart, Rules, YEARS, ics};
use crate::domain::desk::{Desk, Desks};
use crate::domain::notice;
use crate::domain::phone::{PhoneKind, PhoneNumber};
use crate::domain::text::{self, Limits};
use crate::domain::triage::Words;

/// The hours of Gwangju's 120.
const HOURS: &str = "Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00";
const TIME_ZONE: &str = "Asia/Seoul";
/// Key and name of the default desk.
const MAIN: (&str, &str) = ("main", "시청");
/// The largest calendar file (bytes); a real one has a few kilobytes.
const LARGEST_ICS: u64 = 1 << 20;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CalendarSection {
    add: Vec<AddedDay>,
    remove: Vec<Spanned<Value>>,
    ics: Vec<Spanned<String>>,
    confirmed_until: Option<Spanned<Value>>,
    exceptions: Vec<Spanned<ExceptionEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddedDay {
    day: Spanned<Value>,
    name: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionEntry {
    days: Spanned<Value>,
    hours: Option<String>,
    text: Option<String>,
    /// The text in English; without it English texts get the usual notice.
    text_en: Option<String>,
    /// `None` for all desks.
    desks: Option<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DeskSection {
    name: Option<Spanned<String>>,
    hours: Option<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
    numbers: Vec<Spanned<String>>,
    words: Spanned<Vec<String>>,
}

impl Default for DeskSection {
    fn default() -> Self {
        DeskSection {
            name: None,
            hours: None,
            time_zone: None,
            numbers: Vec::new(),
            words: unwritten(Vec::new()),
        }
    }
}

/// `[desks.<key>]`, with positions in the file.
pub(super) type DeskSections = BTreeMap<String, Spanned<DeskSection>>;

/// The desks in the order of the file; one default desk if there are none.
pub(super) fn read(
    (checker, limits): (&Checker<'_>, &Limits),
    section: &CalendarSection,
    desks: &DeskSections,
) -> Result<Desks, ConfigError> {
    let days = Days::read(checker, section, desks)?;
    days.texts_fit(checker, limits)?;
    let mut in_order: Vec<_> = desks.iter().collect();
    in_order.sort_by_key(|(_, desk)| desk.span().start);
    let main = (MAIN.0.to_owned(), unwritten(DeskSection::default()));
    if in_order.is_empty() {
        in_order.push((&main.0, &main.1));
    }
    let all = in_order.iter().map(|(key, desk)| days.desk(checker, key, desk));
    let all = all.collect::<Result<Vec<Desk>, ConfigError>>()?;
    numbers_differ(checker, &in_order)?;
    let words = routing_words(checker, &in_order)?;
    let nobody = || checker.wrong("desks", &main.1, "names no desk");
    Desks::new(all, words).ok_or_else(nobody)
}

/// The hours of a duty phone, with the public holidays and the time zone of the first desk; always, if none are written.
pub(super) fn duty_hours(
    checker: &Checker<'_>,
    (section, desks): (&CalendarSection, &DeskSections),
    hours: Option<&Spanned<String>>,
) -> Result<Calendar, ConfigError> {
    let days = Days::read(checker, section, desks)?;
    let first = desks.values().min_by_key(|desk| desk.span().start);
    let zone = first.and_then(|desk| desk.get_ref().time_zone.as_ref());
    let rules = Rules {
        hours: hours.map_or_else(|| "24/7".to_owned(), |word| word.get_ref().clone()),
        time_zone: zone.map_or_else(|| TIME_ZONE.to_owned(), |zone| zone.get_ref().clone()),
        added: days.added,
        removed: days.removed.iter().map(|(date, _)| *date).collect(),
        exceptions: Vec::new(),
        confirmed_until: None,
    };
    let nowhere = Spanned::new(0..0, String::new());
    // What is wrong with the rest of the rules, the desks have told.
    Calendar::new(rules)
        .map_err(|wrong| checker.wrong("alarm.phones.hours", hours.unwrap_or(&nowhere), wrong.why))
}

/// The words that route a text to a desk, if any are configured.
fn routing_words(
    checker: &Checker<'_>,
    desks: &[(&String, &Spanned<DeskSection>)],
) -> Result<Option<Words>, ConfigError> {
    let lists: Vec<_> = desks.iter().map(|(key, desk)| (key, &desk.get_ref().words)).collect();
    words_differ(checker, &lists)?;
    if lists.iter().all(|(_, words)| words.get_ref().is_empty()) {
        return Ok(None);
    }
    let words = Words::new(lists.iter().map(|(_, words)| words.get_ref().as_slice()));
    words.map(Some).map_err(|(index, why)| {
        // Only a configured list can be invalid.
        let (key, words) = lists[index];
        checker.wrong(&format!("desks.{key}.words"), words, why)
    })
}

/// Refuses a number that leads to two desks: the second would never get a text by it.
fn numbers_differ(
    checker: &Checker<'_>,
    desks: &[(&String, &Spanned<DeskSection>)],
) -> Result<(), ConfigError> {
    let mut owners = BTreeMap::new();
    for (key, desk) in desks {
        for word in &desk.get_ref().numbers {
            let number = PhoneNumber::parse(word.get_ref()).reveal().to_owned();
            let first = owners.insert(number, *key).filter(|first| first != key);
            if let Some(first) = first {
                let message =
                    format!("has a number that desks.{first} has, too: it can lead to one desk only");
                return Err(checker.wrong(&format!("desks.{key}.numbers"), word, message));
            }
        }
    }
    Ok(())
}

/// The same for words; spaces and capitals do not tell two words apart.
fn words_differ(
    checker: &Checker<'_>,
    lists: &[(&&String, &Spanned<Vec<String>>)],
) -> Result<(), ConfigError> {
    let mut owners = BTreeMap::new();
    for (key, words) in lists {
        for word in words.get_ref() {
            let plain: String = word.to_lowercase().split_whitespace().collect();
            let first = owners.insert(plain, **key).filter(|first| first != *key);
            if let Some(first) = first {
                let message = format!(
                    "has the word {word}, which desks.{first} has, too: it can lead to one desk only"
                );
                return Err(checker.wrong(&format!("desks.{key}.words"), words, message));
            }
        }
    }
    Ok(())
}

/// Settings for all desks, with their positions in the file.
struct Days<'a> {
    added: Vec<(Date, String)>,
    removed: Vec<(Date, Range<usize>)>,
    confirmed_until: Option<Date>,
    exceptions: Vec<(Exception, &'a Spanned<ExceptionEntry>)>,
}

impl<'a> Days<'a> {
    fn read(
        checker: &Checker<'_>,
        section: &'a CalendarSection,
        desks: &DeskSections,
    ) -> Result<Self, ConfigError> {
        let mut added = Vec::new();
        for one in &section.add {
            let name = one.name.get_ref().trim();
            if name.is_empty() || name.chars().any(char::is_control) {
                return Err(checker.wrong("calendar.add", &one.name, "needs a name for the day"));
            }
            added.push((day(checker, "calendar.add", &one.day)?, name.to_owned()));
        }
        for file in &section.ics {
            added.extend(days_of_file(checker, file)?);
        }
        let removed =
            section.remove.iter().map(|one| Ok((day(checker, "calendar.remove", one)?, one.span())));
        let removed = removed.collect::<Result<_, ConfigError>>()?;
        let confirmed = section.confirmed_until.as_ref().filter(|word| word.get_ref().as_str() != Some(""));
        let confirmed_until =
            confirmed.map(|word| day(checker, "calendar.confirmed_until", word)).transpose()?;
        let exceptions = section.exceptions.iter().map(|one| Ok((exception(checker, one, desks)?, one)));
        let exceptions = exceptions.collect::<Result<_, ConfigError>>()?;
        Ok(Days { added, removed, confirmed_until, exceptions })
    }

    fn texts_fit(&self, checker: &Checker<'_>, limits: &Limits) -> Result<(), ConfigError> {
        for (_, entry) in &self.exceptions {
            let ExceptionEntry { text, text_en, .. } = entry.get_ref();
            let mut texts = [text, text_en].into_iter().flatten();
            if let Some(why) = texts.find_map(|text| text_problem(text, limits)) {
                return Err(checker.wrong("calendar.exceptions", entry, format!("text {why}")));
            }
        }
        Ok(())
    }

    fn desk(
        &self,
        checker: &Checker<'_>,
        key: &str,
        desk: &Spanned<DeskSection>,
    ) -> Result<Desk, ConfigError> {
        let section = desk.get_ref();
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=20).contains(&key.len()) || !key.chars().all(is_key) {
            return Err(checker.wrong(
                &format!("desks.{key}"),
                desk,
                "a desk's key is 1 to 20 of a-z, 0-9 and -",
            ));
        }
        let name = match &section.name {
            Some(name)
                if name.get_ref().trim().is_empty() || name.get_ref().chars().any(char::is_control) =>
            {
                return Err(checker.wrong(&format!("desks.{key}.name"), name, "must say who answers there"));
            }
            Some(name) => name.get_ref().trim(),
            None if key == MAIN.0 => MAIN.1,
            None => key,
        };
        let exceptions: Vec<_> =
            self.exceptions.iter().filter(|(_, entry)| entry.get_ref().is_for(key)).collect();
        let word = |word: &Option<Spanned<String>>, default: &str| {
            word.as_ref().map_or_else(|| default.to_owned(), |word| word.get_ref().clone())
        };
        let rules = Rules {
            hours: word(&section.hours, HOURS),
            time_zone: word(&section.time_zone, TIME_ZONE),
            added: self.added.clone(),
            removed: self.removed.iter().map(|(date, _)| *date).collect(),
            exceptions: exceptions.iter().map(|(exception, _)| exception.clone()).collect(),
            confirmed_until: self.confirmed_until,
        };
        let calendar = Calendar::new(rules).map_err(|InvalidRules { what, why }| {
            let place = |span: Option<Range<usize>>| Spanned::new(span.unwrap_or(desk.span()), ());
            let (key, span) = match what {
                RulePart::Hours => (format!("desks.{key}.hours"), section.hours.as_ref().map(Spanned::span)),
                RulePart::TimeZone => {
                    (format!("desks.{key}.time_zone"), section.time_zone.as_ref().map(Spanned::span))
                }
                RulePart::Removed(n) => {
                    ("calendar.remove".to_owned(), self.removed.get(n).map(|(_, span)| span.clone()))
                }
                RulePart::Exception(n) => {
                    ("calendar.exceptions".to_owned(), exceptions.get(n).map(|(_, entry)| entry.span()))
                }
            };
            checker.wrong(&key, &place(span), why)
        })?;
        let number = |word: &Spanned<String>| {
            let number = PhoneNumber::parse(word.get_ref());
            if matches!(number.kind(), PhoneKind::Opaque) {
                let message = "must be a number that citizens text";
                return Err(checker.wrong(&format!("desks.{key}.numbers"), word, message));
            }
            Ok(number)
        };
        let numbers = section.numbers.iter().map(number).collect::<Result<_, _>>()?;
        Ok(Desk { key: key.to_owned(), name: name.to_owned(), calendar, numbers })
    }
}

impl ExceptionEntry {
    fn is_for(&self, key: &str) -> bool {
        self.desks.as_ref().is_none_or(|desks| desks.iter().any(|desk| desk.get_ref() == key))
    }
}

/// `2026-12-22`, with or without quotes.
fn day(checker: &Checker<'_>, key: &str, at: &Spanned<Value>) -> Result<Date, ConfigError> {
    let word = match at.get_ref() {
        Value::String(word) => word.clone(),
        Value::Datetime(moment) => moment.to_string(),
        _ => String::new(),
    };
    plain_day(&word).ok_or_else(|| checker.wrong(key, at, "must be a day such as 2026-06-03"))
}

/// Why a text cannot be sent to citizens; `None` if it can.
fn text_problem(text: &str, limits: &Limits) -> Option<String> {
    if text.chars().count() > notice::MOST_PLANNED_CHARS {
        return Some(format!("is longer than {} characters", notice::MOST_PLANNED_CHARS));
    }
    text::fits(text, limits).err()
}

fn plain_day(word: &str) -> Option<Date> {
    let date: Date = word.parse().ok().filter(|_| word.len() == 10)?;
    YEARS.contains(&date.year()).then_some(date)
}

fn exception(
    checker: &Checker<'_>,
    entry: &Spanned<ExceptionEntry>,
    desks: &DeskSections,
) -> Result<Exception, ConfigError> {
    const KEY: &str = "calendar.exceptions";
    let ExceptionEntry { days, hours, text, text_en, desks: wanted } = entry.get_ref();
    let (first, last) = match days.get_ref().as_str().and_then(|word| word.split_once('/')) {
        Some((first, last)) => plain_day(first.trim()).zip(plain_day(last.trim())).ok_or_else(|| {
            checker.wrong(KEY, days, "days must be one day, or FIRST/LAST such as 2026-12-22/2026-12-24")
        })?,
        None => {
            let date = day(checker, KEY, days)?;
            (date, date)
        }
    };
    if hours.is_none() && text.is_none() && text_en.is_none() {
        return Err(checker.wrong(KEY, entry, "says neither hours nor text"));
    }
    let is_known = |key: &str| desks.contains_key(key) || (desks.is_empty() && key == MAIN.0);
    let unknown = wanted.iter().flatten().find(|key| !is_known(key.get_ref()));
    if let Some(unknown) = unknown {
        return Err(checker.wrong(KEY, unknown, format!("names a desk that is none: {}", unknown.get_ref())));
    }
    let text =
        (text.is_some() || text_en.is_some()).then(|| Planned { ko: text.clone(), en: text_en.clone() });
    Ok(Exception { first, last, hours: hours.clone(), text })
}

fn days_of_file(checker: &Checker<'_>, at: &Spanned<String>) -> Result<Vec<(Date, String)>, ConfigError> {
    let path = checker.beside(Path::new(at.get_ref()));
    let shown = path.display();
    let wrong = |why: &str| checker.wrong("calendar.ics", at, format!("{shown} {why}"));
    let length = match fs::File::open(&path).and_then(|file| file.metadata()) {
        Ok(metadata) => metadata.len(),
        Err(error) => {
            checker.set_aside(wrong(&format!("cannot be read: {error}")));
            return Ok(Vec::new());
        }
    };
    if length > LARGEST_ICS {
        return Err(wrong("is longer than 1 MiB: no file of holidays"));
    }
    let text = fs::read_to_string(&path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let found = ics::events(&text).map_err(|why| wrong(&why))?;
    let mut files = checker.calendar_files.borrow_mut();
    // The hours of duty phones read it again.
    if !files.iter().any(|known| known.path == path) {
        let (n_days, n_left_out) = (found.days.len(), found.n_left_out);
        files.push(CalendarFile { path, n_days, n_left_out });
    }
    Ok(found.days)
}
