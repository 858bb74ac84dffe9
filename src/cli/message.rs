//! What became of a text we sent, as a sentence: `14:05 도착`, `통신사가 받음`, `전송 불확실: 다시 보내지 마세요`.

use super::desk::Desk;
use super::render::one_word;
use crate::api::wire::{MessageView, OfferView, PhotoView, ReplacedView};
use crate::domain::fate::Meaning;
use crate::domain::outbound::{OutboundKind, OutboundState};
use crate::domain::photo::PhotoState;
use crate::domain::text::{Limits, plan, safe_for_terminal};

/// What became of the text, its number, and what is left to do about it.
pub fn fate(desk: &Desk, text: &MessageView) -> String {
    let word = text.state.as_deref().unwrap_or_default();
    let said = match OutboundState::from_word(word) {
        Some(state) => painted(desk, state, &sentence(desk, text)),
        None => one_word(word),
    };
    let number = desk.say.with("text-number", [("m", text.id.to_string().into())]);
    let mut fate = format!("{said} ({number})");
    if text.needs_decision {
        let todo = desk.say.with("needs-decision", [("m", text.id.to_string().into())]);
        fate = format!("{fate}\n  → {}", desk.paint.alert(&todo));
    }
    fate
}

/// How the text is sold and how much of it is used: `SMS 84/90바이트`, `LMS 312/2,000바이트`; nothing if it can't be
/// sent, which the server says better.
pub fn class(desk: &Desk, text: &str, n_photos: usize) -> Option<String> {
    let pieces = plan(text, &Limits::KOREAN).ok()?;
    let n_bytes: usize = pieces.iter().map(|p| p.n_units).sum();
    let kind = if n_photos > 0 { OutboundKind::Mms } else { pieces.first()?.kind };
    let most = if kind == OutboundKind::Sms { Limits::KOREAN.sms } else { Limits::KOREAN.lms };
    let kind = kind.as_str().to_uppercase();
    let values = [
        ("kind", kind.into()),
        ("bytes", super::render::thousands(n_bytes).into()),
        ("most", super::render::thousands(most).into()),
        ("parts", pieces.len().to_string().into()),
    ];
    Some(desk.say.with(if pieces.len() == 1 { "class-one" } else { "class-parts" }, values))
}

/// A photo of a text, and how to look at it: `사진 7 · JPEG 120 KB · munja photo 7`.
pub fn photo(desk: &Desk, photo: &PhotoView) -> String {
    let mut values = vec![("id", photo.id.to_string().into())];
    match (PhotoState::from_word(&photo.state), photo.n_bytes) {
        (Some(PhotoState::Kept), Some(n_bytes)) => {
            let kind = photo.content_type.as_deref().and_then(|t| t.strip_prefix("image/"));
            let kilobytes = usize::try_from(n_bytes).unwrap_or(0).div_ceil(1_000);
            values.push(("type", one_word(kind.unwrap_or("?")).to_uppercase().into()));
            values.push(("kilobytes", super::render::thousands(kilobytes).into()));
            desk.say.with("photo-kept", values)
        }
        (Some(PhotoState::Wanted), _) => desk.paint.faint(&desk.say.with("photo-wanted", values)),
        (Some(PhotoState::Lost), _) => {
            let why = one_word(photo.why.as_deref().unwrap_or_default());
            values.push(("why", desk.say.find(&format!("loss-{why}")).unwrap_or(why).into()));
            desk.paint.alert(&desk.say.with("photo-lost", values))
        }
        // A state of a newer server.
        _ => format!("{} ({})", desk.say.with("photo-wanted", values), one_word(&photo.state)),
    }
}

/// What would stand for what, and the text as it would arrive.
pub fn offer(desk: &Desk, offer: &OfferView) -> String {
    let pair = |r: &ReplacedView| match r.word.as_str() {
        "" => one_word(&r.character),
        word => format!("{} → {}", one_word(&r.character), one_word(word)),
    };
    let pairs = offer.replaced.iter().map(pair).collect::<Vec<_>>().join(", ");
    let values = [("pairs", pairs.into()), ("text", safe_for_terminal(&offer.text).into())];
    desk.say.with("offer", values)
}

fn sentence(desk: &Desk, text: &MessageView) -> String {
    let word = text.state.as_deref().unwrap_or_default();
    let at = desk.times().clock(text.final_at.unwrap_or(text.at));
    let mut sentence = desk.say.with(&format!("fate-{word}"), [("at", at.into())]);
    let told = ["undelivered", "failed", "unconfirmed"].contains(&word);
    let Some(code) = text.code.as_deref().filter(|code| !code.is_empty()) else {
        return sentence;
    };
    let meaning = text.meaning.as_deref().and_then(Meaning::from_word).filter(|m| *m != Meaning::Delivered);
    match meaning.and_then(|meaning| desk.say.find(&format!("meaning-{}", meaning.as_str()))) {
        Some(why) => sentence = format!("{sentence} · {why} [{}]", one_word(code)),
        None if told => sentence = format!("{sentence} [{}]", one_word(code)),
        None => {}
    }
    sentence
}

fn painted(desk: &Desk, state: OutboundState, sentence: &str) -> String {
    use OutboundState::*;
    match state {
        Delivered => desk.paint.good(sentence),
        InDoubt | Undelivered | Failed | Expired => desk.paint.alert(sentence),
        _ => desk.paint.faint(sentence),
    }
}
