//! Dry run: what a policy would have decided about past texts. Nothing is sent. What depended on people (who closed
//! what, and when) is taken as it was.

use std::collections::HashMap;

use super::{Arrived, FLOOD_MS, JOIN_MS, Purpose, SenderFacts, decide};
use crate::domain::UnixMs;
use crate::domain::calendar::OpenState;
use crate::domain::conversation::{ConversationState, Latest};
use crate::domain::notice::{Language, Notice};
use crate::domain::opt_out::Wish;
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::recipient::{Recipient, is_person};
use crate::domain::text::{MessageText, followed_by};
use crate::domain::triage::Tier;

/// A past text with its circumstances.
#[derive(Debug, Clone)]
pub struct PastText {
    pub id: i64,
    pub conversation_id: i64,
    pub carrier: String,
    pub citizen: PhoneNumber,
    pub our_number: PhoneNumber,
    pub text: MessageText,
    pub has_photos: bool,
    pub at: UnixMs,
    /// How long after it was written it came, if it was late.
    pub late_ms: Option<i64>,
    /// Set if it opened or reopened a conversation.
    pub begins: Option<WaitStart>,
    /// The word of its purpose at that time ([`Purpose::as_str`]).
    pub purpose: String,
}

/// How a text began to wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitStart {
    Opened,
    Reopened,
}

/// The decision the policy would have made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub tier: Option<Tier>,
    pub rules: String,
    pub purpose: &'static str,
    pub desk: String,
    pub is_open: bool,
    pub notice: Option<Notice>,
}

/// State of one sender at one of our numbers during the run.
#[derive(Default)]
struct Sender {
    known: SenderFacts,
    texts: Vec<(UnixMs, String)>,
}

/// Decides about all texts, in order.
pub fn replay(policy: &ServicePolicy, texts: &[PastText]) -> Vec<Decided> {
    let mut senders: HashMap<(String, String), Sender> = HashMap::new();
    texts.iter().map(|past| replay_one(policy, past, &mut senders)).collect()
}

fn replay_one(
    policy: &ServicePolicy,
    past: &PastText,
    senders: &mut HashMap<(String, String), Sender>,
) -> Decided {
    let who = (past.citizen.reveal().to_owned(), past.our_number.reveal().to_owned());
    let sender = senders.entry(who).or_default();
    sender.texts.retain(|(at, _)| past.at - at <= FLOOD_MS);
    let joined = sender.texts.iter().filter(|(at, _)| past.at - at <= JOIN_MS);
    let known = SenderFacts {
        latest: latest(past),
        recent: joined.fold(String::new(), |before, (_, text)| followed_by(&before, text)),
        n_recent: u32::try_from(sender.texts.len()).unwrap_or(u32::MAX),
        recipient: Recipient {
            is_person: is_person(&past.citizen),
            // A person imposed the restriction, whatever the policy.
            restricted_until: (past.purpose == Purpose::Restricted.as_str()).then_some(past.at + 1),
            ..sender.known.recipient.clone()
        },
        survey_asked_at: (past.purpose == "survey").then_some(past.at),
        ..sender.known.clone()
    };
    let arrived = Arrived {
        carrier: &past.carrier,
        citizen: &past.citizen,
        our_number: &past.our_number,
        text: past.text.reveal(),
        has_photos: past.has_photos,
        at: past.at,
        late_ms: past.late_ms,
    };
    let arrival = decide(policy, &arrived, &known);
    let mut arrival = arrival;
    if past.purpose == Purpose::Staff.as_str() {
        arrival.be_from_staff(known.latest, past.at);
    }
    let decided = Decided {
        tier: arrival.tier,
        rules: arrival.rules.clone(),
        purpose: arrival.purpose.as_str(),
        desk: arrival.desk.key.clone(),
        is_open: matches!(arrival.open_state, OpenState::Open { .. }),
        notice: arrival.notice,
    };
    match arrival.purpose {
        Purpose::Wish(wish) => sender.known.recipient.is_opted_out = wish == Wish::OptOut,
        _ => sender.texts.push((past.at, past.text.reveal().to_owned())),
    }
    sender.known.is_untold = past.late_ms.is_some();
    if let Some(notice) = arrival.notice {
        sender.known.recipient.last_told.insert(notice.group().to_owned(), past.at);
    }
    sender.known.desk = Some(decided.desk.clone());
    sender.known.language =
        if past.begins.is_some() { Language::detect(past.text.reveal()) } else { arrival.language };
    decided
}

fn latest(past: &PastText) -> Option<Latest> {
    let at = |state, closed_at| Some(Latest { id: past.conversation_id, state, held: false, closed_at });
    match past.begins {
        Some(WaitStart::Opened) => None,
        Some(WaitStart::Reopened) => at(ConversationState::Closed, Some(past.at)),
        None if past.purpose == Purpose::Question.as_str() => at(ConversationState::Waiting, None),
        None => at(ConversationState::Closed, Some(past.at)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOON, desk, policy, with_desks};
    use super::*;

    fn past(id: i64, text: &str, at: UnixMs, begins: Option<WaitStart>) -> PastText {
        PastText {
            id,
            conversation_id: 1,
            carrier: "bizgo".to_owned(),
            citizen: PhoneNumber::parse("01012345678"),
            our_number: PhoneNumber::parse("062120"),
            text: MessageText::new(text),
            has_photos: false,
            at,
            late_ms: None,
            begins,
            purpose: "question".to_owned(),
        }
    }

    #[test]
    fn what_a_duty_phone_wrote_stays_that() {
        let staff = PastText { purpose: "staff".into(), ..past(1, "37 확인", NOON, None) };
        let decided = &replay(&policy(), &[staff])[0];
        assert_eq!((decided.purpose, decided.notice), ("staff", None));
    }

    #[test]
    fn other_hours_say_other_things() {
        let texts = [past(1, "막차?", NOON, Some(WaitStart::Opened)), past(2, "첫차는?", NOON + 1, None)];
        let open = replay(&policy(), &texts);
        assert_eq!((open[0].notice, open[1].notice), (Some(Notice::Receipt), None));
        let shut = replay(&with_desks(vec![desk("main", "Sa 09:00-10:00")], None), &texts);
        assert_eq!((shut[0].notice, shut[0].is_open), (Some(Notice::ReceiptClosed), false));
    }

    #[test]
    fn what_was_said_before_counts() {
        let minutes = 60_000;
        let texts = [
            past(1, "막차?", NOON, Some(WaitStart::Opened)),
            past(2, "첫차는?", NOON + 10 * minutes, Some(WaitStart::Reopened)),
            past(3, "STOP", NOON + 11 * minutes, Some(WaitStart::Reopened)),
            past(4, "여권?", NOON + 50 * minutes, Some(WaitStart::Reopened)),
            past(5, "불이", NOON + 51 * minutes, None),
            past(6, "났어요", NOON + 51 * minutes + 1, None),
        ];
        let said: Vec<_> = replay(&policy(), &texts).into_iter().map(|d| d.notice).collect();
        // A consultation that begins after another gets a receipt of its own.
        let receipt = Some(Notice::Receipt);
        let expected = [receipt, receipt, Some(Notice::OptedOut), None, None, Some(Notice::UrgentDanger)];
        assert_eq!(said, expected);
    }
}
