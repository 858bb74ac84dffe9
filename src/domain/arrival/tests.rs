//! What becomes of texts, as tables; and the policy that tests of other rooms use.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::config;
use crate::domain::alarm::AlarmPolicy;
use crate::domain::calendar::{Calendar, Rules};
use crate::domain::conversation::ConversationState;
use crate::domain::desk::Desks;
use crate::domain::phone::Senders;
use crate::domain::text::Limits;
use crate::domain::triage::Words;

/// 2026-07-01T10:00:00+09:00, a Wednesday.
pub(crate) const NOON: UnixMs = 1_782_867_600_000;
const HOUR: i64 = 60 * 60 * 1_000;
const MINUTE: i64 = 60 * 1_000;

pub(crate) fn desk(key: &str, hours: &str) -> Desk {
    let rules = Rules {
        hours: hours.to_owned(),
        time_zone: "Asia/Seoul".to_owned(),
        added: Vec::new(),
        removed: Vec::new(),
        exceptions: Vec::new(),
        confirmed_until: None,
    };
    let calendar = Calendar::new(rules).unwrap();
    Desk { key: key.to_owned(), name: format!("{key} 창구"), calendar, numbers: Vec::new() }
}

/// The built-in words and texts; one desk that is always open.
pub(crate) fn policy() -> ServicePolicy {
    with_desks(vec![desk("main", "24/7")], None)
}

pub(crate) fn with_desks(desks: Vec<Desk>, words: Option<Words>) -> ServicePolicy {
    ServicePolicy {
        desks: Desks::new(desks, words).unwrap(),
        triage: Arc::new(config::triage(&[]).unwrap()),
        texts: config::texts(None, &Limits::KOREAN).unwrap(),
        receipt_texts: true,
        flood: 20,
        senders: Senders::single(PhoneNumber::parse("0212345678")),
        carrier_words: BTreeMap::new(),
        time_to_live_ms: 24 * HOUR,
        recall_ms: 0,
        max_held: 1_000,
        max_dangers: 1_000,
        sticky_ms: 0,
        category_required: false,
        category_due_ms: BTreeMap::new(),
        survey_after_ms: None,
        wait_notices_ms: vec![5 * MINUTE, 15 * MINUTE],
        escalations_ms: vec![MINUTE, 3 * MINUTE],
        alarm: AlarmPolicy::default(),
        claim_idle_ms: 30 * MINUTE,
        nudge_after_ms: 2 * HOUR,
        close_after_ms: 24 * HOUR,
    }
}

fn citizen() -> PhoneNumber {
    PhoneNumber::parse("01012345678")
}

fn decided(policy: &ServicePolicy, text: &str, known: &SenderFacts, at: UnixMs) -> (Purpose, Option<Notice>) {
    let arrival = late(policy, text, known, (at, None));
    (arrival.purpose, arrival.notice)
}

/// The decision about a text that comes at that time, so long after it was written.
fn late<'p>(
    policy: &'p ServicePolicy,
    text: &str,
    known: &SenderFacts,
    (at, late_ms): (UnixMs, Option<i64>),
) -> Arrival<'p> {
    let (citizen, our_number) = (citizen(), PhoneNumber::parse("062120"));
    let arrived = Arrived {
        carrier: "bizgo",
        citizen: &citizen,
        our_number: &our_number,
        text,
        has_photos: false,
        at,
        late_ms,
    };
    decide(policy, &arrived, known)
}

fn closed(at: UnixMs) -> SenderFacts {
    let latest = Latest { id: 7, state: ConversationState::Closed, held: false, closed_at: Some(at) };
    SenderFacts { latest: Some(latest), desk: Some("main".into()), ..new() }
}

/// A person who never wrote before.
fn new() -> SenderFacts {
    known(Recipient::default())
}

fn known(recipient: Recipient) -> SenderFacts {
    SenderFacts { recipient: Recipient { is_person: true, ..recipient }, ..SenderFacts::default() }
}

/// The same, of whom more is known.
fn with(recipient: Recipient, of: SenderFacts) -> SenderFacts {
    SenderFacts { recipient: Recipient { is_person: true, ..recipient }, ..of }
}

fn opted_out() -> Recipient {
    Recipient { is_opted_out: true, ..Recipient::default() }
}

fn told(group: &str, at: UnixMs) -> Recipient {
    Recipient { last_told: said(group, at), ..Recipient::default() }
}

fn talking() -> SenderFacts {
    let latest = Latest { id: 7, state: ConversationState::Answered, held: true, closed_at: None };
    SenderFacts { latest: Some(latest), desk: Some("main".into()), ..new() }
}

fn said(group: &str, at: UnixMs) -> BTreeMap<String, UnixMs> {
    BTreeMap::from([(group.to_owned(), at)])
}

/// What stops the carrier's own deliveries stops ours, and only where that carrier brought it. Nothing is said to it: the
/// carrier would not take it.
#[test]
fn words_that_stop_a_carrier_are_an_opt_out_there() {
    let words = crate::carrier::opt_out_words("twilio").unwrap();
    let policy = ServicePolicy { carrier_words: [("twilio", words)].into(), ..policy() };
    let (citizen, our_number) = (citizen(), PhoneNumber::parse("062120"));
    let arrived = |carrier, text, known: &SenderFacts| {
        let arrived = Arrived {
            carrier,
            citizen: &citizen,
            our_number: &our_number,
            text,
            has_photos: false,
            at: NOON,
            late_ms: None,
        };
        let arrival = decide(&policy, &arrived, known);
        (arrival.purpose, arrival.notice)
    };
    let person = Recipient { is_person: true, ..Recipient::default() };
    let known = SenderFacts { recipient: person.clone(), ..SenderFacts::default() };
    for text in ["STOP", "cancel", "End", "QUIT", "revoke", "optout", "StopAll", "unsubscribe"] {
        assert_eq!(arrived("twilio", text, &known), (Purpose::Wish(Wish::OptOut), None), "{text}");
    }
    assert_eq!(arrived("bizgo", "end", &known).0, Purpose::Question);
    assert_eq!(arrived("bizgo", "stop", &known), (Purpose::Wish(Wish::OptOut), Some(Notice::OptedOut)));
    assert_eq!(arrived("twilio", "yes", &known).0, Purpose::Question, "an answer");
    let stopped =
        SenderFacts { recipient: Recipient { is_opted_out: true, ..person }, ..SenderFacts::default() };
    assert_eq!(arrived("twilio", "yes", &stopped), (Purpose::Wish(Wish::OptIn), Some(Notice::OptedIn)));
    assert_eq!(arrived("twilio", "START", &stopped).0, Purpose::Wish(Wish::OptIn));
}

#[test]
fn what_is_said_at_once() {
    let cases = [
        ("막차 몇 시예요?", new(), Some(Notice::Receipt)),
        ("막차 몇 시예요?", with(told("receipt", NOON - 29 * MINUTE), closed(NOON)), Some(Notice::Receipt)),
        ("막차 몇 시예요?", with(told("receipt", NOON - 29 * MINUTE), closed(NOON - 30 * MINUTE)), None),
        ("화재가 났던 곳이 무서워요", new(), Some(Notice::ReceiptLook)),
        ("번개탄 파는 곳 알려 주세요", new(), Some(Notice::ReceiptLookSelfHarm)),
        ("\u{fffc}\u{3164}", new(), Some(Notice::Unreadable)),
        ("수신거부라니까", new(), None),
        ("막차요?", with(told("receipt", NOON - 30 * MINUTE), closed(NOON)), Some(Notice::Receipt)),
        ("막차 몇 시예요?", talking(), None),
        ("살려주세요", talking(), Some(Notice::UrgentDanger)),
        ("죽고 싶어요", new(), Some(Notice::UrgentSelfHarm)),
        ("아빠가 때려요", new(), Some(Notice::UrgentYouth)),
        ("살려주세요", with(told("urgent", NOON - 9 * MINUTE), talking()), None),
        ("살려주세요", with(opted_out(), new()), Some(Notice::UrgentDanger)),
        ("살려주세요", SenderFacts { n_recent: 99, ..talking() }, Some(Notice::UrgentDanger)),
        ("막차 몇 시예요?", with(opted_out(), new()), None),
        ("막차 몇 시예요?", SenderFacts { n_recent: 20, ..closed(NOON) }, None),
        ("", new(), Some(Notice::Unreadable)),
        (" \n", talking(), Some(Notice::Unreadable)),
        ("수신거부", talking(), Some(Notice::OptedOut)),
        ("수신동의", with(opted_out(), talking()), Some(Notice::OptedIn)),
    ];
    let policy = policy();
    for (text, known, expected) in cases {
        assert_eq!(decided(&policy, text, &known, NOON).1, expected, "{text} {known:?}");
    }
}

#[test]
fn what_a_text_is_for() {
    let asked = || SenderFacts { survey_asked_at: Some(NOON - HOUR), ..closed(NOON - HOUR) };
    let until = |at| Recipient { restricted_until: Some(at), ..Recipient::default() };
    let restricted = || with(until(NOON + 1), talking());
    let cases = [
        ("5", asked(), "survey"),
        ("5 친절해요", asked(), "survey"),
        ("5번 버스 언제 와요?", asked(), "question"),
        ("불이 났어요", asked(), "question"),
        ("5", closed(NOON - HOUR), "question"),
        ("5", SenderFacts { survey_asked_at: Some(NOON - SURVEY_OPEN_MS - 1), ..asked() }, "question"),
        ("STOP", new(), "opt_out"),
        ("버스가 안 서요 stop", SenderFacts::default(), "question"),
        ("막차요?", restricted(), "restricted"),
        ("살려주세요", restricted(), "question"),
        ("막차요?", with(until(NOON), talking()), "question"),
    ];
    let policy = policy();
    for (text, known, expected) in cases {
        assert_eq!(decided(&policy, text, &known, NOON).0.as_str(), expected, "{text} {known:?}");
    }
}

#[test]
fn a_late_text_waits_for_a_person_and_is_not_texted_back_by_itself() {
    let asked = || SenderFacts { survey_asked_at: Some(NOON - HOUR), ..closed(NOON - HOUR) };
    let (hour, day) = (HOUR, 24 * HOUR);
    let urgent = Some(Notice::UrgentDanger);
    let cases = [
        ("막차 몇 시예요?", new(), hour, "question", None),
        ("막차 몇 시예요?", closed(NOON - HOUR), day, "question", None),
        ("막차 몇 시예요?", talking(), day, "question", None),
        ("", new(), hour, "question", None),
        ("5", asked(), hour, "question", None),
        ("고맙습니다", closed(NOON - HOUR), day, "question", None),
        // A wish not to be texted is followed; one to be texted again may be older than the opposite.
        ("수신거부", talking(), day, "opt_out", None),
        ("수신동의", with(opted_out(), talking()), day, "question", None),
        ("살려주세요", new(), hour, "question", urgent),
        ("살려주세요", talking(), crate::domain::lateness::HELP_MS, "question", urgent),
        ("살려주세요", new(), crate::domain::lateness::HELP_MS + 1, "question", None),
        ("살려주세요", closed(NOON - HOUR), day, "question", None),
    ];
    let policy = policy();
    for (text, known, age, purpose, notice) in cases {
        let arrival = late(&policy, text, &known, (NOON, Some(age)));
        let found = (arrival.purpose.as_str(), arrival.notice);
        assert_eq!(found, (purpose, notice), "{text} {age}");
        assert!(matches!(arrival.destination, Destination::Route(_)), "{text}: nobody would read it");
        assert_eq!(arrival.tier == Some(Tier::Danger), text == "살려주세요", "{text}");
    }
}

#[test]
fn who_restricted_somebody_meant_their_late_texts_too() {
    let until = Recipient { restricted_until: Some(NOON + HOUR), ..Recipient::default() };
    let restricted = with(until, talking());
    let arrival = late(&policy(), "막차요?", &restricted, (NOON, Some(HOUR))).purpose;
    assert_eq!(arrival, Purpose::Restricted);
    let danger = late(&policy(), "살려주세요", &restricted, (NOON, Some(HOUR))).purpose;
    assert_eq!(danger, Purpose::Question);
}

#[test]
fn who_writes_again_after_a_late_text_hears_that_it_came() {
    let latest = Latest { id: 7, state: ConversationState::Waiting, held: false, closed_at: None };
    let waiting =
        |is_untold| SenderFacts { latest: Some(latest), desk: Some("main".into()), is_untold, ..new() };
    let policy = policy();
    let said = |known: &SenderFacts| decided(&policy, "아직인가요?", known, NOON).1;
    assert_eq!(said(&waiting(true)), Some(Notice::Receipt));
    assert_eq!(said(&waiting(false)), None);
    assert_eq!(said(&SenderFacts { is_in_danger: true, ..waiting(true) }), None);
}

#[test]
fn the_desk_was_open_when_it_was_written() {
    let policy = with_desks(vec![desk("main", "Mo-Fr 08:00-22:00")], None);
    let night = NOON + 13 * HOUR;
    let open = |late_ms| {
        let arrival = late(&policy, "막차?", &new(), (night, late_ms));
        matches!(arrival.open_state, OpenState::Open { .. })
    };
    assert_eq!((open(None), open(Some(6 * HOUR))), (false, true));
}

#[test]
fn danger_in_pieces_is_danger() {
    let policy = policy();
    let known = SenderFacts { recent: "불이".to_owned(), ..talking() };
    assert_eq!(decided(&policy, "났어요", &known, NOON).1, Some(Notice::UrgentDanger));
    // The danger of a text before is that text's: thanks are thanks.
    let known = SenderFacts { recent: "불이 났어요".to_owned(), ..talking() };
    assert_eq!(decided(&policy, "고맙습니다", &known, NOON).1, None);
}

#[test]
fn stop_in_a_sentence_is_answered() {
    let policy = policy();
    let told = |text| decided(&policy, text, &new(), NOON).1;
    for text in ["수신거부 해주세요 그리고 버스 몇시", "수신거부 관련해서 여권은 어디서 만들어요"]
    {
        assert_eq!(told(text), Some(Notice::Receipt), "{text}");
    }
    assert!(told("STOP hitting me").is_some_and(Notice::is_urgent));
    assert_eq!(told("수신거부라니까"), None);
}

#[test]
fn korean_on_the_wrong_keyboard_is_answered_in_korean() {
    let language = |own: &str, before| super::language(own, before);
    for text in ["dkQkrk Eofudy", "qjtm djswp dhkdy", "dkssudgktpdy"] {
        assert_eq!(language(text, None), Language::Ko, "{text}");
    }
    assert_eq!(language("my father hits me", None), Language::En);
    assert_eq!(language("my father hits me", Some(Language::Ko)), Language::En);
    assert_eq!(language("5", Some(Language::En)), Language::En);
}

#[test]
fn machines_are_never_answered() {
    let policy = policy();
    for number in ["1588-1234", "114", "KB-Bank"] {
        let (machine, our_number) = (PhoneNumber::parse(number), PhoneNumber::parse("062120"));
        for text in ["광고", "살려주세요", ""] {
            let arrived = Arrived {
                carrier: "bizgo",
                citizen: &machine,
                our_number: &our_number,
                text,
                has_photos: false,
                at: NOON,
                late_ms: None,
            };
            assert_eq!(decide(&policy, &arrived, &SenderFacts::default()).notice, None, "{number} {text}");
        }
    }
}

#[test]
fn when_we_are_closed_it_says_so() {
    let policy = with_desks(vec![desk("main", "Mo-Fr 08:00-22:00")], None);
    let night = NOON + 13 * HOUR;
    assert_eq!(decided(&policy, "막차?", &new(), NOON).1, Some(Notice::Receipt));
    assert_eq!(decided(&policy, "막차?", &new(), night).1, Some(Notice::ReceiptClosed));
    assert_eq!(decided(&policy, "살려주세요", &new(), night).1, Some(Notice::UrgentDanger));
    // 17 July 2026, a public holiday.
    let policy = with_desks(vec![desk("main", "Mo-Fr 08:00-22:00; PH off")], None);
    assert_eq!(decided(&policy, "막차?", &new(), NOON + 16 * 24 * HOUR).1, Some(Notice::ReceiptHoliday));
}

#[test]
fn the_first_desk_by_number_then_words_then_the_first() {
    let mut north = desk("north", "24/7");
    north.numbers.push(PhoneNumber::parse("062121"));
    let desks = vec![desk("main", "24/7"), north, desk("south", "24/7")];
    let words = Words::new([&[][..], &[], &["남구".to_owned()]]).unwrap();
    let policy = with_desks(desks, Some(words));
    let citizen = citizen();
    let key = |number: &str, text: &str, known: &SenderFacts| {
        let our_number = PhoneNumber::parse(number);
        let arrived = Arrived {
            carrier: "bizgo",
            citizen: &citizen,
            our_number: &our_number,
            text,
            has_photos: false,
            at: NOON,
            late_ms: None,
        };
        decide(&policy, &arrived, known).desk.key.clone()
    };
    assert_eq!(key("062120", "버스", &SenderFacts::default()), "main");
    assert_eq!(key("062121", "남구 보건소", &SenderFacts::default()), "north");
    assert_eq!(key("062120", "남 구 보건소", &SenderFacts::default()), "south");
    let stays = SenderFacts { desk: Some("north".into()), ..talking() };
    assert_eq!(key("062120", "남구 보건소", &stays), "north");
    let gone = SenderFacts { desk: Some("west".into()), ..talking() };
    assert_eq!(key("062120", "버스", &gone), "main");
}

proptest! {
    /// Whatever is known of whoever writes: danger is a question, and is answered if nothing was said just before.
    #[test]
    fn danger_always_passes(
        opted_out in any::<bool>(), restricted in any::<bool>(), asked in any::<bool>(), n in 0..100_u32,
        talks in any::<bool>(), words in "[가-힣 ]{0,10}",
    ) {
        let base = if talks { talking() } else { closed(NOON - HOUR) };
        let recipient = Recipient {
            is_person: true,
            is_opted_out: opted_out,
            restricted_until: restricted.then_some(NOON + HOUR),
            ..Recipient::default()
        };
        let known = SenderFacts {
            recipient,
            survey_asked_at: asked.then_some(NOON - HOUR),
            n_recent: n,
            ..base
        };
        let (policy, text) = (policy(), format!("{words} 살려주세요"));
        // One of the random words may be a guard (`맵다`): then a person looks, and it is not this that is tried.
        prop_assume!(policy.triage.judge(&text).tier() == Some(Tier::Danger));
        let (purpose, notice) = decided(&policy, &text, &known, NOON);
        prop_assert_eq!(purpose, Purpose::Question);
        prop_assert!(notice.is_some_and(|notice| notice.group() == "urgent"));
    }

    /// Nobody who wants no automatic texts gets any, but the answer to that wish and where help is.
    #[test]
    fn opted_out_is_left_alone(text in "[가-힣 ?0-9]{0,20}", talks in any::<bool>()) {
        let base = if talks { talking() } else { new() };
        let (_, notice) = decided(&policy(), &text, &with(opted_out(), base), NOON);
        prop_assert!(notice.is_none_or(Notice::passes_opt_out));
    }
}
