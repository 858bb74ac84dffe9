//! Sentences about a text: what became of it, how long it is, its photos, and what could be sent instead. A face decides
//! how a [`Tone`] looks.

use super::format::{one_word, thousands, visible_character};
use super::say::Say;
use super::times::Times;
use crate::api::wire::{
    AdviceView, ConversationDetail, ConversationSummary, InboundMessage, MessageView, OfferView,
    OutboundMessage, PhotoView, ReplacedView, ReplyResponse, ReplySize,
};
use crate::domain::UnixMs;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::outbound::OutboundState;
use crate::domain::photo::{FileKind, PhotoKind, PhotoState};
use crate::domain::text::{one_line, safe_for_terminal};

/// Columns of the words that advice is about.
const ADVICE_COLUMNS: usize = 50;

/// A piece of advice about a text that is not sent yet.
pub fn advice_line(say: &Say, one: &AdviceView) -> String {
    let words = one_line(&one.words, ADVICE_COLUMNS);
    let instead = one.instead.as_deref().map(|easy| one_line(easy, ADVICE_COLUMNS)).unwrap_or_default();
    let n = i64::try_from(one.words.chars().count()).unwrap_or(i64::MAX);
    let values = [("words", words.clone().into()), ("instead", instead.into()), ("n", n.into())];
    say.find_with(&format!("advice-{}", one.kind), values).unwrap_or(words)
}

/// What is said before the same words leave once more: when they were written, and whether they wait, are in doubt or have left.
pub fn earlier_answer(times: &Times, answer: &ReplyResponse) -> Option<String> {
    let first = answer.messages.iter().find_map(MessageView::outbound).filter(|_| answer.same_words)?;
    let values = || vec![("at", times.clock(first.at).into())];
    // An older server does not say where it stands.
    let known = answer.earlier.as_deref().map(|word| format!("same-words-{}", one_word(word)));
    let sentence = known.and_then(|id| times.say.find_with(&id, values()));
    sentence.or_else(|| times.say.find_with("same-words-left", values()))
}

/// How a sentence should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    /// Something to look at.
    Alert,
    /// Less important than the rest.
    Faint,
}

/// Who holds a danger, or that nobody holds one that rings; `None` for any other conversation.
pub fn holder_of_danger(say: &Say, row: &ConversationSummary) -> Option<String> {
    match &row.claimed_by {
        Some(who) if row.is_ringing || row.tier == Some(1) => {
            Some(say.with("danger-held-short", [("who", one_word(&who.name).into())]))
        }
        None if row.is_ringing => Some(say.t("danger-free-short")),
        _ => None,
    }
}

/// What became of a danger whose alarm is over, and who holds the conversation now; `None` while the alarm is not over, and for any other
/// conversation.
pub fn danger_over(say: &Say, detail: &ConversationDetail) -> Option<String> {
    let end = detail.danger_end.as_deref().filter(|_| detail.summary.tier == Some(1))?;
    // The note of a hand-over begins with who was told.
    let told = detail.notes.iter().rfind(|note| note.kind == "handover");
    let service = told.and_then(|note| note.text.split_once(':')).map(|(service, _)| one_word(service));
    let service = service.unwrap_or_else(|| "119·112".to_owned());
    let over = say.find_with(&format!("danger-over-{end}"), [("service", service.into())])?;
    Some(match &detail.summary.claimed_by {
        Some(who) => {
            let held = say.with("danger-held-short", [("who", one_word(&who.name).into())]);
            format!("{over} · {held}")
        }
        None => over,
    })
}

/// Whether the alarm of a danger is not over: nobody has answered the citizen, and nobody has ended it.
pub fn is_in_danger(detail: &ConversationDetail) -> bool {
    detail.summary.tier == Some(1) && detail.danger_end.is_none()
}

/// Whether it is an answer that a recovery found in the carrier's list: nobody knows who wrote it.
fn is_found(text: &OutboundMessage) -> bool {
    text.author.is_none() && text.notice.is_none()
}

/// What stands for the words of a text that a recovery found and whose carrier does not tell them; `None` for all others.
pub fn unknown_words(say: &Say, text: &MessageView) -> Option<String> {
    text.outbound().is_some_and(|text| text.words_unknown).then(|| say.t("words-unknown"))
}

/// Who wrote a text to the citizen; else that it left by itself, or that a recovery found it.
pub fn author(say: &Say, text: &OutboundMessage) -> String {
    match &text.author {
        Some(author) => one_word(&author.name),
        None if is_found(text) => say.t("found-at-recovery"),
        None => say.t("automatic"),
    }
}

/// What became of a text that was sent: `14:05 도착`, `통신사가 받음`, `발송 불확실: 다시 보내지 마세요`.
pub fn delivery(times: &Times, text: &OutboundMessage) -> (Tone, String) {
    match OutboundState::from_word(&text.state) {
        Some(state) => {
            let fate = Fate {
                state: &text.state,
                at: text.final_at.unwrap_or(text.at),
                code: text.code.as_deref(),
                meaning: text.meaning.as_deref().and_then(DeliveryReason::from_word),
            };
            let sentence = fate_sentence(times, &fate);
            match is_found(text) && text.final_at.is_some() {
                // The receipt was asked for at the recovery, and came long after the phone had the text.
                true => (tone(state), format!("{sentence} · {}", times.say.t("learned-at-recovery"))),
                false => (tone(state), sentence),
            }
        }
        // A state of a newer server.
        None => (Tone::Plain, one_word(&text.state)),
    }
}

fn tone(state: OutboundState) -> Tone {
    use OutboundState::*;
    match state {
        Delivered => Tone::Good,
        InDoubt | Undelivered | Failed | Expired => Tone::Alert,
        Held | Queued | Sending | Accepted | Cancelled | Unconfirmed => Tone::Faint,
    }
}

/// What is known of a text to a citizen.
pub struct Fate<'a> {
    /// The word of its state.
    pub state: &'a str,
    /// Since when, or when it was written.
    pub at: UnixMs,
    /// The carrier's code, and what it means.
    pub code: Option<&'a str>,
    pub meaning: Option<DeliveryReason>,
}

/// What became of it, and why.
pub fn fate_sentence(times: &Times, text: &Fate<'_>) -> String {
    let say = times.say;
    let at = times.clock(text.at);
    let sentence = say.with(&format!("fate-{}", text.state), [("at", at.into())]);
    let Some(code) = text.code.filter(|code| !code.is_empty()) else {
        return sentence;
    };
    // What the service took back by itself says why.
    let why = format!("cancelled-{}", one_word(code));
    if let Some(why) = Some(why).filter(|_| text.state == "cancelled").and_then(|id| say.find(&id)) {
        return why;
    }
    let meaning = text.meaning.filter(|m| *m != DeliveryReason::Delivered);
    match meaning.and_then(|meaning| say.find(&format!("meaning-{}", meaning.as_str()))) {
        Some(reason) => format!("{sentence} · {reason} [{}]", one_word(code)),
        None if ["undelivered", "failed", "unconfirmed"].contains(&text.state) => {
            format!("{sentence} [{}]", one_word(code))
        }
        None => sentence,
    }
}

/// How a reply is sold and how much of it is used, as the server says: `SMS 84/90바이트`, `LMS 312/2,000바이트`.
pub fn length_class(say: &Say, size: &ReplySize) -> String {
    let number = |n: i64| thousands(usize::try_from(n).unwrap_or(0));
    let unit = say.find(&format!("unit-{}", one_word(&size.unit)));
    let values = [
        ("kind", one_word(&size.kind).to_uppercase().into()),
        ("n", number(size.n).into()),
        ("most", number(size.most).into()),
        ("unit", unit.unwrap_or_else(|| one_word(&size.unit)).into()),
        ("parts", number(size.n_parts).into()),
    ];
    say.with(if size.n_parts == 1 { "class-one" } else { "class-parts" }, values)
}

/// A photo, film, voice message or other file of a text: `사진 7 · JPEG 121 KB`, `영상 8 · MP4 2.1 MB`.
pub fn photo(say: &Say, photo: &PhotoView) -> (Tone, String) {
    let what = one_word(&photo.what);
    let what = say.find(&format!("what-{what}")).unwrap_or(what);
    let mut values = vec![("what", what.into()), ("id", photo.id.to_string().into())];
    match (PhotoState::from_word(&photo.state), photo.n_bytes) {
        (Some(PhotoState::Kept), Some(n_bytes)) => {
            values.push(("type", format_name(photo.content_type.as_deref().unwrap_or_default()).into()));
            values.push(("size", file_size(usize::try_from(n_bytes).unwrap_or(0)).into()));
            (Tone::Plain, say.with("photo-kept", values))
        }
        (Some(PhotoState::Wanted), _) => (Tone::Faint, say.with("photo-wanted", values)),
        (Some(PhotoState::Lost), _) => {
            let why = one_word(photo.why.as_deref().unwrap_or_default());
            values.push(("why", say.find(&format!("loss-{why}")).unwrap_or(why).into()));
            (Tone::Alert, say.with("photo-lost", values))
        }
        // A state of a newer server.
        _ => (Tone::Plain, format!("{} ({})", say.with("photo-wanted", values), one_word(&photo.state))),
    }
}

/// The format as people know it: the ending of its file, or the end of a type of a newer server.
fn format_name(content_type: &str) -> String {
    let known = FileKind::ALL.into_iter().find(|kind| kind.content_type() == content_type);
    match known {
        Some(FileKind::Photo(PhotoKind::Jpeg)) => "JPEG".to_owned(),
        Some(kind) => kind.as_str().to_uppercase(),
        None => one_word(content_type.rsplit('/').next().unwrap_or_default()).to_uppercase(),
    }
}

/// `121 KB`, `2.1 MB`
fn file_size(n_bytes: usize) -> String {
    let kilobytes = n_bytes.div_ceil(1_000);
    match kilobytes {
        0..1_000 => format!("{kilobytes} KB"),
        _ => {
            let tenths = kilobytes.div_ceil(100);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// `긴급: 살려 달라는 말`: what was found in a text that tells of danger; where the text is folded, without its words.
pub fn why_urgent(say: &Say, text: &InboundMessage, is_folded: bool) -> Option<String> {
    match (&text.rules, text.tier) {
        (Some(rules), Some(tier @ 1..=2)) => {
            let values = [
                ("tier", say.t(&format!("tier-{tier}")).into()),
                ("rules", one_line(&rules_in_words(say, rules, is_folded), 120).into()),
            ];
            Some(say.with("why-urgent", values))
        }
        _ => None,
    }
}

/// Rules that find calls for help: they say least of what it is.
const CALLS: [&str; 6] = ["help", "help-en", "danger-en", "bare-call", "call-for", "signs"];

/// Where the words of a rule stand: what the danger is, then that somebody calls for help, then what only has to be looked at.
fn place(rule: &str) -> usize {
    let is_look = rule.contains("look") || ["health-info", "abuse", "abuse-en"].contains(&rule);
    if is_look { 2 } else { usize::from(CALLS.contains(&rule)) }
}

/// The rules that matched, in words, what tells most first, and the words that decided the second opinion. A rule of the operator's own is named as
/// in their file.
fn rules_in_words(say: &Say, rules: &str, is_folded: bool) -> String {
    let (ids, grams) = rules.split_at(rules.find('(').unwrap_or(rules.len()));
    let said = |id: &str| say.find(&format!("rule-{id}")).unwrap_or_else(|| id.to_owned());
    let mut ids: Vec<&str> = ids.split_whitespace().collect();
    ids.sort_by_key(|id| place(id));
    let mut words: Vec<String> = Vec::new();
    for word in ids.into_iter().map(said) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.extend(Some(grams.to_owned()).filter(|grams| !grams.is_empty() && !is_folded));
    words.join(", ")
}

/// What would stand for what, and the text as it would arrive.
pub fn offer(say: &Say, offer: &OfferView) -> String {
    let pair = |r: &ReplacedView| match r.word.as_str() {
        "" => format!("{} → {}", visible_character(&r.character), say.t("offer-dropped")),
        // Nobody reads a space.
        word if word.trim().is_empty() => {
            format!("{} → {}", visible_character(&r.character), say.t("offer-space"))
        }
        word => format!("{} → {}", visible_character(&r.character), one_word(word)),
    };
    let pairs = offer.replaced.iter().map(pair).collect::<Vec<_>>().join(", ");
    let values = [("pairs", pairs.into()), ("text", safe_for_terminal(&offer.text).into())];
    say.with("offer", values)
}
