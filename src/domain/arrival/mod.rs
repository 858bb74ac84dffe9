//! Decides about an arriving text: its purpose, conversation, urgency and immediate notice. One pure function, used by
//! the router and by dry runs over past texts. Source of the rules: service.md, "For the citizen" and "Urgent texts".

pub mod replay;

use super::UnixMs;
use super::calendar::OpenState;
use super::conversation::{ConversationState, Latest, REOPEN_MS, Route, route};
use super::desk::Desk;
use super::intent::{self, Asked, Intent, Reading};
use super::lateness::HELP_MS;
use super::notice::{Language, Notice};
use super::opt_out::{self, CarrierWords, Wish};
use super::phone::PhoneNumber;
use super::policy::ServicePolicy;
use super::recipient::Recipient;
use super::survey::SurveyAnswer;
use super::triage::{Kind, Tier, Verdict, is_hangul_keys};

/// Texts of one sender within this time (milliseconds) are also judged together: a sentence may come in parts.
pub const JOIN_MS: i64 = 2 * 60 * 1_000;
/// The time over which texts of one sender are counted (milliseconds).
pub const FLOOD_MS: i64 = 10 * 60 * 1_000;
/// How long after the survey a text can be an answer to it (milliseconds).
pub const SURVEY_OPEN_MS: i64 = REOPEN_MS;
/// Thanks within this time after the end of a consultation do not open it again (milliseconds).
pub const THANKS_MS: i64 = 15 * 60 * 1_000;

/// Texts of somebody who was in danger reach a person for this long, also while they are restricted (milliseconds).
pub const HEARD_AFTER_DANGER_MS: i64 = 24 * 60 * 60 * 1_000;

/// An arriving text.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    /// The carrier that brought it.
    pub carrier: &'a str,
    pub citizen: &'a PhoneNumber,
    pub our_number: &'a PhoneNumber,
    pub text: &'a str,
    pub has_photos: bool,
    /// When it came.
    pub at: UnixMs,
    /// How long after it was written it came, if it is late (milliseconds; [`super::lateness`]).
    pub late_ms: Option<i64>,
}

impl Arrived<'_> {
    /// When it was written, by our clock.
    pub fn written_at(&self) -> UnixMs {
        self.at.saturating_sub(self.late_ms.unwrap_or(0))
    }
}

/// Facts about the sender of a text.
#[derive(Debug, Clone, Default)]
pub struct SenderFacts {
    pub latest: Option<Latest>,
    /// Danger was seen in it, and it is not closed.
    pub is_in_danger: bool,
    /// When danger was last seen in the latest conversation, also a closed one; not if it was a false alarm.
    pub last_in_danger_at: Option<UnixMs>,
    /// The desk and language of the latest conversation.
    pub desk: Option<String>,
    pub language: Language,
    /// Their texts of the last [`JOIN_MS`], oldest first, joined.
    pub recent: String,
    /// How many they sent within [`FLOOD_MS`].
    pub n_recent: u32,
    /// Decides which notices they may get.
    pub recipient: Recipient,
    /// When the survey was sent that they have not answered yet.
    pub survey_asked_at: Option<UnixMs>,
    /// Their last text was late: nobody has told them yet that it came.
    pub is_untold: bool,
    /// They have said another wish since this text was written, by the carrier's clock ([`may_be_wish`]).
    pub has_wished_since: bool,
    /// Our latest texts to them, if their text may quote one ([`intent::may_quote`]).
    pub ours: Vec<String>,
}

/// Purpose of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A person has to answer it.
    Question,
    Survey(SurveyAnswer),
    Wish(Wish),
    /// Thanks after the end of a consultation.
    Thanks,
    /// A reaction to a text of ours.
    Reaction,
    Advertising,
    /// From a duty phone of our own, and no answer to an alarm: a person reads it.
    Staff,
    /// From a restricted sender: it is not answered.
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
            Purpose::Thanks => "thanks",
            Purpose::Reaction => "reaction",
            Purpose::Advertising => "advertising",
            Purpose::Staff => "staff",
            Purpose::Restricted => "restricted",
        }
    }
}

/// The conversation a text goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// Into a conversation that a person answers.
    Route(Route),
    /// Attached to the latest conversation without changing it; `None`: a new conversation that is closed at once.
    Aside(Option<i64>),
}

/// The decision about a text.
#[derive(Debug, Clone)]
pub struct Arrival<'p> {
    pub destination: Destination,
    pub purpose: Purpose,
    /// A survey score that stands beside a question.
    pub score: Option<SurveyAnswer>,
    pub desk: &'p Desk,
    pub language: Language,
    pub tier: Option<Tier>,
    /// Ids of the triage rules that matched, and the words that decided the second opinion.
    pub rules: String,
    pub is_abusive: bool,
    /// Only the second opinion sees danger, and it does not say of what kind.
    pub is_of_unknown_kind: bool,
    /// More texts than a person would write.
    pub is_flood: bool,
    /// The immediate notice, if one is sent.
    pub notice: Option<Notice>,
    /// Whether the desk was open when the text was written.
    pub open_state: OpenState,
    /// What decided about the notice.
    pub recipient: Recipient,
}

impl Arrival<'_> {
    /// The answer to the survey that the text holds, as a whole or beside a question.
    pub fn survey_answer(&self) -> Option<&SurveyAnswer> {
        match &self.purpose {
            Purpose::Survey(answer) => Some(answer),
            _ => self.score.as_ref(),
        }
    }

    /// The text is from a duty phone of our own: a person reads it whatever it says, and nothing is said by itself.
    pub fn be_from_staff(&mut self, latest: Option<Latest>, at: UnixMs) {
        self.purpose = Purpose::Staff;
        self.score = None;
        self.destination = Destination::Route(route(latest, at));
        self.notice = None;
    }
}

/// Whether a text may be a wish: then it matters what they wished since it was written.
pub fn may_be_wish(policy: &ServicePolicy, arrived: &Arrived<'_>) -> bool {
    let carrier_words = policy.carrier_words.get(arrived.carrier);
    matches!(opt_out::read(arrived.text), opt_out::Said::Wish(_))
        || carrier_words.is_some_and(|words| words.wish(arrived.text, true).is_some())
}

/// Decides about one text.
pub fn decide<'p>(policy: &'p ServicePolicy, arrived: &Arrived<'_>, known: &SenderFacts) -> Arrival<'p> {
    let reading = intent::read(arrived.text, asked(arrived, known));
    let verdict = policy.triage.judge_behind(&reading.own, &known.recent);
    let tier = verdict.tier();
    let purpose = purpose(policy, (arrived, known), &reading, tier);
    let destination = match purpose {
        Purpose::Question => Destination::Route(route(known.latest, arrived.at)),
        // A late wish is followed; whether it is still meant, a person sees.
        Purpose::Wish(_) if arrived.late_ms.is_some() => Destination::Route(route(known.latest, arrived.at)),
        _ => Destination::Aside(known.latest.map(|latest| latest.id)),
    };
    let goes_on = matches!(
        destination,
        Destination::Route(Route::Join { .. } | Route::Reopen { .. }) | Destination::Aside(Some(_))
    );
    let desk = match known.desk.as_deref().filter(|_| goes_on) {
        Some(key) => policy.desks.get_or_first(key),
        None => policy.desks.route(arrived.our_number, &reading.own),
    };
    let is_flood = known.n_recent >= policy.flood;
    let mut arrival = Arrival {
        destination,
        score: reading.score.clone().filter(|_| purpose == Purpose::Question),
        purpose,
        desk,
        language: language(&reading.own, goes_on.then_some(known.language)),
        tier,
        rules: verdict.rules(),
        is_abusive: verdict.is_abusive(),
        is_of_unknown_kind: verdict.is_of_unknown_kind(),
        is_flood,
        notice: None,
        open_state: desk.calendar.at(arrived.written_at()),
        recipient: recipient(known, destination, is_flood),
    };
    arrival.notice = wanted(policy, (arrived, known), &reading, (&arrival, &verdict))
        .filter(|notice| is_in_time(*notice, arrived.late_ms))
        .filter(|notice| arrival.recipient.may_be_told(*notice, arrived.at));
    arrival
}

/// The language that a text is answered in. Hangul typed on a keyboard that was not switched is Korean; a text that says
/// nothing of its language goes on in that of the ones `before`.
fn language(own: &str, before: Option<Language>) -> Language {
    match Language::evident(own) {
        Some(Language::En) if is_hangul_keys(own) => Language::Ko,
        Some(evident) => evident,
        None => before.unwrap_or_default(),
    }
}

/// What the reader of a text has to know. A late text is no answer to what was asked since, and no thanks for it.
fn asked<'a>(arrived: &Arrived<'_>, known: &'a SenderFacts) -> Asked<'a> {
    let within = |since: Option<UnixMs>, most: i64| {
        arrived.late_ms.is_none() && since.is_some_and(|at| arrived.at - at <= most)
    };
    Asked {
        ours: &known.ours,
        is_surveyed: within(known.survey_asked_at, SURVEY_OPEN_MS),
        has_just_closed: within(known.latest.and_then(|latest| latest.closed_at), THANKS_MS),
        has_media: arrived.has_photos,
    }
}

/// Who may be told what. A consultation that begins after the end of another gets a receipt of its own, however lately the
/// other one got one.
fn recipient(known: &SenderFacts, destination: Destination, is_flooding: bool) -> Recipient {
    let mut recipient = Recipient { is_flooding, ..known.recipient.clone() };
    let begins = matches!(destination, Destination::Route(Route::Open { .. } | Route::Reopen { .. }));
    if let Some(closed_at) = known.latest.and_then(|latest| latest.closed_at).filter(|_| begins) {
        recipient.last_told.retain(|group, at| group != Notice::Receipt.group() || *at > closed_at);
    }
    recipient
}

/// A late text brings no automatic text but where help is, and that not after [`HELP_MS`].
fn is_in_time(notice: Notice, late_ms: Option<i64>) -> bool {
    late_ms.is_none_or(|age| notice.is_urgent() && age <= HELP_MS)
}

fn purpose(
    policy: &ServicePolicy,
    (arrived, known): (&Arrived<'_>, &SenderFacts),
    reading: &Reading,
    tier: Option<Tier>,
) -> Purpose {
    if tier == Some(Tier::Danger) {
        return Purpose::Question;
    }
    let carrier_words = policy.carrier_words.get(arrived.carrier);
    let at_carrier = carrier_words.and_then(|words| words.wish(arrived.text, known.recipient.is_opted_out));
    let wish = match reading.intent {
        Intent::Wish(wish) => Some(wish),
        _ => at_carrier,
    };
    match wish {
        // They may have said the opposite since.
        Some(Wish::OptIn) if arrived.late_ms.is_some() => {}
        // The last word counts, in the order in which they wrote; a person reads the others.
        Some(_) if known.has_wished_since => {}
        // "Don't send them" may be about the police: in a danger only the keyword alone is a wish.
        Some(_) if known.is_in_danger && !opt_out::is_keyword(arrived.text) => {}
        Some(wish) => return Purpose::Wish(wish),
        None => {}
    }
    // Whoever is in danger is heard to the end: the next text may say where they are.
    if known.is_in_danger {
        return Purpose::Question;
    }
    if known.recipient.is_restricted(arrived.at) && tier != Some(Tier::Look) {
        // What may be danger is read by a person, and the address that somebody in danger sends, whatever was decided about them since.
        let was_in_danger =
            known.last_in_danger_at.is_some_and(|at| arrived.at - at <= HEARD_AFTER_DANGER_MS);
        return if was_in_danger { Purpose::Question } else { Purpose::Restricted };
    }
    match &reading.intent {
        Intent::Reaction => Purpose::Reaction,
        _ if tier.is_some() => Purpose::Question,
        Intent::Survey(answer) => Purpose::Survey(answer.clone()),
        Intent::Thanks => Purpose::Thanks,
        Intent::Advertising => Purpose::Advertising,
        Intent::Question | Intent::Blank | Intent::Wish(_) => Purpose::Question,
    }
}

/// The notice for this text, before asking whether it may be sent.
fn wanted(
    policy: &ServicePolicy,
    (arrived, known): (&Arrived<'_>, &SenderFacts),
    reading: &Reading,
    (arrival, verdict): (&Arrival<'_>, &Verdict<'_>),
) -> Option<Notice> {
    // A carrier that stops its deliveries confirms it itself, and takes nothing more from us.
    let stops = |words: &CarrierWords| words.wish(arrived.text, false) == Some(Wish::OptOut);
    if policy.carrier_words.get(arrived.carrier).is_some_and(stops) {
        return None;
    }
    match (&arrival.purpose, verdict.danger()) {
        (_, Some(Kind::SelfHarm)) => Some(Notice::UrgentSelfHarm),
        (_, Some(Kind::Youth)) => Some(Notice::UrgentYouth),
        (_, Some(_)) if arrival.is_of_unknown_kind => Some(Notice::UrgentUnknown),
        (_, Some(_)) => Some(Notice::UrgentDanger),
        (Purpose::Wish(Wish::OptOut), _) => Some(Notice::OptedOut),
        (Purpose::Wish(Wish::OptIn), _) => Some(Notice::OptedIn),
        (Purpose::Restricted, _) => Some(Notice::Restricted),
        (Purpose::Survey(_), _) => Some(Notice::SurveyThanks),
        (Purpose::Thanks | Purpose::Reaction | Purpose::Advertising | Purpose::Staff, _) => None,
        (Purpose::Question, _) if reading.intent == Intent::Blank => Some(Notice::Unreadable),
        (Purpose::Question, _)
            if (reading.is_unreceipted && arrival.tier.is_none())
                || !policy.receipt_texts
                || !begins(known, arrival) =>
        {
            None
        }
        (Purpose::Question, _) if arrival.tier == Some(Tier::Look) => {
            Some(receipt_of_worry(&arrival.open_state, verdict.worry()))
        }
        (Purpose::Question, _) => Some(receipt(&arrival.open_state, arrival.language)),
    }
}

/// Whether a wait begins of which the citizen has not heard.
fn begins(known: &SenderFacts, arrival: &Arrival<'_>) -> bool {
    match arrival.destination {
        Destination::Route(Route::Open { .. } | Route::Reopen { .. }) => true,
        // What came before was late, and nobody has told them that it came.
        Destination::Route(Route::Join { state: ConversationState::Waiting, .. }) => {
            known.is_untold && !known.is_in_danger
        }
        _ => false,
    }
}

/// The receipt for a text that somebody should look at soon: it begins with where help of that kind is.
fn receipt_of_worry(open_state: &OpenState, kind: Option<Kind>) -> Notice {
    let is_closed = matches!(open_state, OpenState::Closed { opens_at: Some(_), .. });
    match (kind, is_closed) {
        (Some(Kind::SelfHarm), false) => Notice::ReceiptLookSelfHarm,
        (Some(Kind::SelfHarm), true) => Notice::ReceiptLookSelfHarmClosed,
        (Some(Kind::Youth), false) => Notice::ReceiptLookYouth,
        (Some(Kind::Youth), true) => Notice::ReceiptLookYouthClosed,
        (_, false) => Notice::ReceiptLook,
        (_, true) => Notice::ReceiptLookClosed,
    }
}

/// The receipt for an open or closed desk. The operator's own words about today are used only in the languages they were
/// written in.
fn receipt(open_state: &OpenState, language: Language) -> Notice {
    match open_state {
        OpenState::Open { .. } | OpenState::Closed { opens_at: None, .. } => Notice::Receipt,
        OpenState::Closed { planned: Some(planned), .. } if planned.words(language).is_some() => {
            Notice::ReceiptPlanned
        }
        OpenState::Closed { is_holiday: true, .. } => Notice::ReceiptHoliday,
        OpenState::Closed { .. } => Notice::ReceiptClosed,
    }
}

#[cfg(test)]
pub(crate) mod tests;
