//! What becomes of a text that arrives: where it goes, how pressing it is, and what is said to its sender at once. One pure
//! decision, used by the router and by a dry run over past texts alike. Source of the rules: service.md, "For the citizen"
//! and "Urgent texts".

pub mod replay;

use super::UnixMs;
use super::calendar::Standing;
use super::conversation::{Latest, REOPEN_MS, Route, route};
use super::desk::Desk;
use super::notice::{Language, Notice};
use super::opt_out::{Wish, wish};
use super::phone::PhoneNumber;
use super::policy::ServicePolicy;
use super::recipient::Recipient;
use super::survey::{self, Answer};
use super::triage::{Kind, Tier, Triage, Verdict};

/// Texts of one sender within this time are judged together too: parts of a sentence come one by one (milliseconds).
pub const JOIN_MS: i64 = 2 * 60 * 1_000;
/// So much of either side of a joint is looked at: no pattern is longer.
const SEAM_CHARS: usize = 80;
/// Texts of one sender are counted over this time (milliseconds).
pub const FLOOD_MS: i64 = 10 * 60 * 1_000;
/// An answer to the survey is taken as one for so long (milliseconds).
pub const SURVEY_OPEN_MS: i64 = REOPEN_MS;

/// A text, as it arrives.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    pub citizen: &'a PhoneNumber,
    pub our_number: &'a PhoneNumber,
    pub text: &'a str,
    pub has_photos: bool,
    pub at: UnixMs,
}

/// What is known of its sender.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub latest: Option<Latest>,
    /// Danger was seen in it, and it is not closed.
    pub is_in_danger: bool,
    /// The desk and language of the latest conversation.
    pub desk: Option<String>,
    pub language: Language,
    /// Their texts of the last [`JOIN_MS`], oldest first, in one.
    pub recent: String,
    /// How many they sent within [`FLOOD_MS`].
    pub n_recent: u32,
    /// What may be said to them.
    pub recipient: Recipient,
    /// We asked how it was, and they have not answered yet.
    pub survey_asked_at: Option<UnixMs>,
}

/// What a text is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A person has to answer it.
    Question,
    Survey(Answer),
    Wish(Wish),
    /// Its sender is not answered for a while.
    Restricted,
}

impl Purpose {
    /// The word in the database.
    pub fn as_str(&self) -> &'static str {
        match self {
            Purpose::Question => "question",
            Purpose::Survey(_) => "survey",
            Purpose::Wish(Wish::OptOut) => "opt_out",
            Purpose::Wish(Wish::OptIn) => "opt_in",
            Purpose::Restricted => "restricted",
        }
    }
}

/// Where a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Into the queue or to who holds its conversation.
    Route(Route),
    /// Beside the latest conversation, which stays as it is; none: a conversation of its own that is closed at once.
    Aside(Option<i64>),
}

/// What becomes of a text.
#[derive(Debug, Clone)]
pub struct Arrival<'p> {
    pub place: Place,
    pub purpose: Purpose,
    pub desk: &'p Desk,
    pub language: Language,
    pub tier: Option<Tier>,
    /// The rules that spoke.
    pub rules: String,
    pub is_abusive: bool,
    /// More texts than a person writes.
    pub is_flood: bool,
    /// What is said at once, if anything.
    pub notice: Option<Notice>,
    /// How the desk stands at that moment.
    pub standing: Standing,
}

/// Decides about one text.
pub fn decide<'p>(policy: &'p ServicePolicy, arrived: &Arrived<'_>, known: &Known) -> Arrival<'p> {
    let verdict = judge(&policy.triage, arrived.text, &known.recent);
    let tier = verdict.tier();
    let purpose = purpose(arrived, known, tier);
    let place = match purpose {
        Purpose::Question => Place::Route(route(known.latest, arrived.at)),
        _ => Place::Aside(known.latest.map(|latest| latest.id)),
    };
    let goes_on =
        matches!(place, Place::Route(Route::Join { .. } | Route::Reopen { .. }) | Place::Aside(Some(_)));
    let desk = match known.desk.as_deref().filter(|_| goes_on) {
        Some(key) => policy.desks.of(key),
        None => policy.desks.route(arrived.our_number, arrived.text),
    };
    let standing = desk.calendar.at(arrived.at);
    let mut arrival = Arrival {
        place,
        purpose,
        desk,
        // Who began in one word or in Korean and goes on in English reads English.
        language: match Language::of(arrived.text) {
            Language::Ko if goes_on => known.language,
            language => language,
        },
        tier,
        rules: verdict.rules(),
        is_abusive: verdict.is_abusive(),
        is_flood: known.n_recent >= policy.flood,
        notice: None,
        standing,
    };
    let recipient = Recipient { is_flooding: arrival.is_flood, ..known.recipient.clone() };
    arrival.notice = wanted(policy, arrived, &arrival, verdict.danger())
        .filter(|notice| recipient.may_be_told(*notice, arrived.at));
    arrival
}

/// The worse of the text alone and of what the last texts say together.
fn judge<'t>(triage: &'t Triage, text: &str, recent: &str) -> Verdict<'t> {
    let alone = triage.judge(text);
    if recent.is_empty() || alone.tier() == Some(Tier::Danger) {
        return alone;
    }
    // What comes of both stands where they meet.
    let before = recent.char_indices().rev().nth(SEAM_CHARS).map_or(0, |(at, _)| at);
    let after = text.char_indices().nth(SEAM_CHARS).map_or(text.len(), |(at, _)| at);
    let (recent, text) = (&recent[before..], &text[..after]);
    let together = triage.judge(&format!("{recent} {text}"));
    let rank = |verdict: &Verdict<'_>| verdict.tier().map_or(u8::MAX, Tier::number);
    // What only the texts before said is theirs already.
    let adds = rank(&together) < rank(&alone) && rank(&together) < rank(&triage.judge(recent));
    if adds { together } else { alone }
}

fn purpose(arrived: &Arrived<'_>, known: &Known, tier: Option<Tier>) -> Purpose {
    if tier == Some(Tier::Danger) {
        return Purpose::Question;
    }
    if let Some(wish) = wish(arrived.text) {
        return Purpose::Wish(wish);
    }
    // Whoever is in danger is heard to the end: the next text may say where they are.
    if known.is_in_danger {
        return Purpose::Question;
    }
    if known.recipient.is_restricted(arrived.at) {
        return Purpose::Restricted;
    }
    let is_asked = known.survey_asked_at.is_some_and(|at| arrived.at - at <= SURVEY_OPEN_MS);
    if is_asked && tier.is_none() && !arrived.has_photos {
        match survey::read(arrived.text) {
            Answer::Other => {}
            answer => return Purpose::Survey(answer),
        }
    }
    Purpose::Question
}

/// What is to be said at once, whether or not it may be.
fn wanted(
    policy: &ServicePolicy,
    arrived: &Arrived<'_>,
    arrival: &Arrival<'_>,
    danger: Option<Kind>,
) -> Option<Notice> {
    let notice = match (&arrival.purpose, danger) {
        (_, Some(Kind::SelfHarm)) => Notice::UrgentSelfHarm,
        (_, Some(Kind::Youth)) => Notice::UrgentYouth,
        (_, Some(_)) => Notice::UrgentDanger,
        (Purpose::Wish(Wish::OptOut), _) => Notice::OptedOut,
        (Purpose::Wish(Wish::OptIn), _) => Notice::OptedIn,
        (Purpose::Restricted, _) => Notice::Restricted,
        (Purpose::Survey(_), _) => Notice::SurveyThanks,
        (Purpose::Question, _) if arrived.text.trim().is_empty() && !arrived.has_photos => Notice::Unreadable,
        (Purpose::Question, _) => {
            let begins = matches!(arrival.place, Place::Route(Route::Open { .. } | Route::Reopen { .. }));
            if !policy.receipt_texts || !begins {
                return None;
            }
            receipt(&arrival.standing, arrival.language)
        }
    };
    Some(notice)
}

/// The receipt for how the desk stands. The operator's own words about today are said in the languages they were written
/// in.
fn receipt(standing: &Standing, language: Language) -> Notice {
    match standing {
        Standing::Open { .. } | Standing::Closed { opens_at: None, .. } => Notice::Receipt,
        Standing::Closed { planned: Some(planned), .. } if planned.words(language).is_some() => {
            Notice::ReceiptPlanned
        }
        Standing::Closed { is_holiday: true, .. } => Notice::ReceiptHoliday,
        Standing::Closed { .. } => Notice::ReceiptClosed,
    }
}

#[cfg(test)]
pub(crate) mod tests;
