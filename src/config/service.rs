//! `[service]`: automatic actions of the gateway and their timing.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::edited::ListFiles;
use super::error::ConfigError;
use super::words::Source;
use super::{quality, words};
use crate::domain::catalogue::{Canned, Categories};
use crate::domain::incentive::Rules;
use crate::domain::notice::Texts;
use crate::domain::review::Sheet;
use crate::domain::text::{self, Limits};

/// `[service]`, checked.
#[derive(Debug, Clone)]
pub struct Service {
    /// Whether citizens get an automatic receipt for their text.
    pub receipt_texts: bool,
    /// All automatic texts.
    pub texts: Texts,
    /// Categories of consultations; whether one is required to close.
    pub categories: Categories,
    pub category_required: bool,
    pub replies: Vec<Canned>,
    /// What the lists are made from, for supervisors' versions.
    pub(super) files: ListFiles,
    /// By which consultations are reviewed, and for what counselors get points.
    pub review_sheet: Sheet,
    pub incentive: Rules,
    /// Whether the city's sign-language interpreter centre is named.
    pub has_interpreter: bool,
    /// Waiting times (during open hours) after which a citizen gets a notice; at most two.
    pub wait_notices: Vec<Duration>,
    /// How long danger may stand unanswered until supervisors are called, and called again; the last step repeats.
    pub escalations: Vec<Duration>,
    /// An idle claim goes back to the queue after this; an urgent one never does.
    pub claim_idle: Duration,
    /// The most conversations waiting for us that a counselor may hold.
    pub max_held: u32,
    /// At most so many unanswered dangers a counselor.
    pub max_dangers: u32,
    /// Who comes back is offered to the last counselor for this long.
    pub sticky: Duration,
    /// After this long without a reply the citizen is asked whether they still need us.
    pub nudge_after: Duration,
    /// After this long without a reply the conversation is closed.
    pub close_after: Duration,
    /// Whether citizens get a survey, and how long after the close.
    pub survey: bool,
    pub survey_after: Duration,
    /// More texts than this within ten minutes are a flood: they are kept and shown, but no more automatic texts go out.
    pub flood: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServiceSection {
    receipt_texts: bool,
    texts: Option<PathBuf>,
    interpreter: Option<Spanned<String>>,
    categories: Option<PathBuf>,
    category_required: bool,
    replies: Option<PathBuf>,
    review_sheet: Option<PathBuf>,
    incentive: Option<PathBuf>,
    wait_notice_secs: Spanned<Vec<f64>>,
    escalation_secs: Spanned<Vec<f64>>,
    claim_idle_secs: Spanned<f64>,
    max_held: Spanned<u32>,
    max_dangers: Spanned<u32>,
    sticky_secs: Spanned<f64>,
    nudge_after_secs: Spanned<f64>,
    close_after_secs: Spanned<f64>,
    survey: bool,
    survey_after_secs: Spanned<f64>,
    flood: Spanned<u32>,
}

impl Default for ServiceSection {
    fn default() -> Self {
        ServiceSection {
            receipt_texts: true,
            texts: None,
            interpreter: None,
            categories: None,
            category_required: true,
            replies: None,
            review_sheet: None,
            incentive: None,
            wait_notice_secs: unwritten(vec![300.0, 900.0]),
            escalation_secs: unwritten(vec![60.0, 180.0]),
            claim_idle_secs: unwritten(1_800.0),
            max_held: unwritten(3),
            max_dangers: unwritten(2),
            sticky_secs: unwritten(120.0),
            nudge_after_secs: unwritten(7_200.0),
            close_after_secs: unwritten(86_400.0),
            survey: true,
            survey_after_secs: unwritten(300.0),
            flood: unwritten(20),
        }
    }
}

const DAY_SECS: f64 = 86_400.0;
/// Maximum length of the interpreter centre's name (characters).
const MOST_INTERPRETER_CHARS: usize = 100;

/// Texts are measured by `limits`, those of the carrier they leave by.
pub(super) fn read(
    checker: &Checker<'_>,
    section: &ServiceSection,
    limits: &Limits,
) -> Result<Service, ConfigError> {
    let beside = |path: &Option<PathBuf>| path.as_ref().and_then(|path| checker.readable(path));
    let source = |path: &Option<PathBuf>| beside(path).map(|path| Source::read(&path)).transpose();
    let interpreter = interpreter(checker, section.interpreter.as_ref(), limits)?;
    let files = ListFiles {
        categories: source(&section.categories)?,
        replies: source(&section.replies)?,
        texts: source(&section.texts)?,
        interpreter: interpreter.map(str::to_owned),
        limits: *limits,
    };
    let categories = words::categories_of(files.categories.as_ref())?;
    let service = Service {
        receipt_texts: section.receipt_texts,
        texts: words::texts_of(files.texts.as_ref(), limits)?,
        replies: words::replies_of(files.replies.as_ref(), &categories, interpreter, limits)?,
        files,
        review_sheet: quality::sheet(beside(&section.review_sheet).as_deref())?,
        incentive: quality::incentive(beside(&section.incentive).as_deref())?,
        categories,
        has_interpreter: interpreter.is_some(),
        category_required: section.category_required,
        wait_notices: steps(checker, "service.wait_notice_secs", &section.wait_notice_secs)?,
        escalations: alarm_steps(checker, "service.escalation_secs", &section.escalation_secs)?,
        claim_idle: checker.secs("service.claim_idle_secs", &section.claim_idle_secs, 1.0, DAY_SECS)?,
        max_held: checker.count("service.max_held", &section.max_held, 1, 1_000)?,
        max_dangers: checker.count("service.max_dangers", &section.max_dangers, 1, 100)?,
        sticky: checker.secs("service.sticky_secs", &section.sticky_secs, 0.0, DAY_SECS)?,
        nudge_after: checker.secs(
            "service.nudge_after_secs",
            &section.nudge_after_secs,
            1.0,
            30.0 * DAY_SECS,
        )?,
        close_after: checker.secs(
            "service.close_after_secs",
            &section.close_after_secs,
            1.0,
            90.0 * DAY_SECS,
        )?,
        survey: section.survey,
        survey_after: checker.secs(
            "service.survey_after_secs",
            &section.survey_after_secs,
            0.0,
            7.0 * DAY_SECS,
        )?,
        flood: checker.count("service.flood", &section.flood, 2, 150)?,
    };
    if service.nudge_after >= service.close_after {
        let message = "must be shorter than close_after_secs: first the question, then the close";
        return Err(checker.wrong("service.nudge_after_secs", &section.nudge_after_secs, message));
    }
    Ok(service)
}

/// The city's sign-language interpreter centre, as it stands in canned replies: a name, with a number or an address.
fn interpreter<'a>(
    checker: &Checker<'_>,
    value: Option<&'a Spanned<String>>,
    limits: &Limits,
) -> Result<Option<&'a str>, ConfigError> {
    let Some(value) = value else {
        return Ok(None);
    };
    let words = value.get_ref().trim();
    let wrong = |why: &str| checker.wrong("service.interpreter", value, why);
    if words.chars().count() > MOST_INTERPRETER_CHARS || words.contains(['{', '}', '\n', '\r']) {
        let why = format!("must be one line of at most {MOST_INTERPRETER_CHARS} characters, without braces");
        return Err(wrong(&why));
    }
    text::fits(words, limits).map_err(|why| wrong(&why))?;
    Ok(Some(words))
}

/// One to six times, each later than the one before; the last one repeats.
fn alarm_steps(
    checker: &Checker<'_>,
    key: &str,
    value: &Spanned<Vec<f64>>,
) -> Result<Vec<Duration>, ConfigError> {
    let secs = value.get_ref();
    let is_fine = (1..=6).contains(&secs.len())
        && secs.iter().all(|s| (1.0..=DAY_SECS).contains(s))
        && secs.windows(2).all(|pair| pair[0] < pair[1]);
    if !is_fine {
        return Err(checker.wrong(
            key,
            value,
            "must be one to six times in seconds, each later than the one before",
        ));
    }
    Ok(secs.iter().map(|s| Duration::from_secs_f64(*s)).collect())
}

/// At most two times, the second later than the first.
fn steps(checker: &Checker<'_>, key: &str, value: &Spanned<Vec<f64>>) -> Result<Vec<Duration>, ConfigError> {
    let secs = value.get_ref();
    let is_fine = secs.len() <= 2
        && secs.iter().all(|s| (1.0..=DAY_SECS).contains(s))
        && secs.windows(2).all(|pair| pair[0] < pair[1]);
    if !is_fine {
        return Err(checker.wrong(key, value, "must be at most two times in seconds, the second later"));
    }
    Ok(secs.iter().map(|s| Duration::from_secs_f64(*s)).collect())
}
