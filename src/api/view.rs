//! Domain and store types as they cross the wire. The one place where texts and masked numbers are taken out for it.

use super::MeaningOf;
use super::wire::{
    ConversationDetail, ConversationSummary, CounselorView, Counts, EventView, InboundMessage,
    MessageInConversation, MessageView, NoteView, OfferView, OutboundMessage, PhotoView, ReplacedView,
    SurveyView,
};
use crate::domain::counselor::Counselor;
use crate::domain::phone::PhoneNumber;
use crate::domain::text::{Offer, one_line};
use crate::store;

/// Terminal columns of a preview.
const PREVIEW_COLUMNS: usize = 60;

pub(super) fn counselor(counselor: &Counselor) -> CounselorView {
    CounselorView { id: counselor.id, login: counselor.login.clone(), name: counselor.name.clone() }
}

pub(super) fn summary(of: &store::ConversationSummary) -> ConversationSummary {
    ConversationSummary {
        id: of.id,
        citizen: of.citizen.to_string(),
        state: of.state.as_str().to_owned(),
        claimed_by: of.holder.as_ref().map(counselor),
        opened_at: of.opened_at,
        waiting_since_at: of.waiting_since_at,
        n_messages: of.n_messages,
        // What insults is read by who means to, not by who glances at a list.
        preview: if of.is_abusive { String::new() } else { one_line(of.last_text.reveal(), PREVIEW_COLUMNS) },
        n_photos: of.n_last_photos,
        n_in_doubt: of.n_in_doubt,
        desk: of.desk.clone(),
        tier: of.tier,
        is_ringing: of.is_ringing,
        is_abusive: of.is_abusive,
        promise_due_at: of.promise_due_at,
        offered_to: of.offered_to.clone(),
    }
}

pub(super) fn detail(of: store::ConversationDetail, meaning: MeaningOf) -> ConversationDetail {
    ConversationDetail {
        summary: summary(&of.summary),
        last_inbound_id: of.summary.last_inbound_id,
        closed_at: of.summary.closed_at,
        close_reason: of.summary.close_reason,
        previous_id: of.summary.previous_id,
        category: of.summary.category.clone(),
        acked_by: of.summary.acked_by.clone(),
        opted_out: of.citizen.opted_out_at.is_some(),
        restricted_until_at: of.citizen.restricted_until_at,
        preference: of.citizen.preference.clone(),
        draft: of.notes.iter().rev().find(|note| note.kind == "draft").map(|note| note.text.clone()),
        notes: of.notes.iter().filter(|note| note.kind != "draft").map(note).collect(),
        survey: of.survey.as_ref().map(survey),
        messages: of.messages.iter().map(|text| message(text, meaning)).collect(),
    }
}

pub(super) fn survey(of: &store::Survey) -> SurveyView {
    SurveyView {
        conversation_id: of.conversation_id,
        answered_at: of.answered_at,
        counselor: of.counselor.clone(),
        score: of.score,
        comment: of.comment.as_ref().map(|comment| comment.reveal().to_owned()),
    }
}

fn note(of: &store::Note) -> NoteView {
    NoteView { at: of.at, kind: of.kind.clone(), author: of.author.clone(), text: of.text.clone() }
}

pub(super) fn message(of: &store::Message, meaning: MeaningOf) -> MessageView {
    match of {
        store::Message::In { id, at, text, purpose, tier, is_abusive, photos } => {
            MessageView::In(InboundMessage {
                id: *id,
                at: *at,
                text: text.reveal().to_owned(),
                photos: photos.iter().map(photo).collect(),
                purpose: (purpose != "question").then(|| purpose.clone()),
                tier: *tier,
                is_abusive: *is_abusive,
            })
        }
        store::Message::Out {
            id,
            at,
            text,
            author,
            state,
            kind,
            carrier,
            code,
            final_at,
            needs_person,
            notice,
            photos,
        } => MessageView::Out(OutboundMessage {
            id: *id,
            at: *at,
            text: text.reveal().to_owned(),
            photos: photos.iter().map(photo).collect(),
            author: author.as_ref().map(counselor),
            state: state.as_str().to_owned(),
            kind: kind.as_str().to_owned(),
            code: code.clone(),
            meaning: carrier
                .as_deref()
                .zip(code.as_deref())
                .and_then(|(carrier, code)| meaning(carrier, code))
                .map(|meaning| meaning.as_str().to_owned()),
            final_at: *final_at,
            needs_decision: *needs_person,
            notice: notice.clone(),
        }),
    }
}

pub(super) fn photo(of: &store::PhotoInfo) -> PhotoView {
    PhotoView {
        id: of.id,
        state: of.state.as_str().to_owned(),
        content_type: of.kept.map(|kept| kept.measured.kind.content_type().to_owned()),
        n_bytes: of.kept.map(|kept| kept.n_bytes),
        width: of.kept.map(|kept| kept.measured.width),
        height: of.kept.map(|kept| kept.measured.height),
        why: of.why.map(|why| why.as_str().to_owned()),
    }
}

pub(super) fn in_conversation(
    (conversation_id, citizen, of): &(i64, PhoneNumber, store::Message),
    meaning: MeaningOf,
) -> MessageInConversation {
    MessageInConversation {
        conversation_id: *conversation_id,
        citizen: citizen.to_string(),
        message: message(of, meaning),
    }
}

pub(super) fn counts(of: &store::Counts) -> Counts {
    Counts {
        n_waiting: of.n_waiting,
        oldest_waiting_since_at: of.oldest_waiting_since_at,
        n_active: of.n_active,
        n_queued: of.n_queued,
        n_unreceipted: of.n_unreceipted,
        n_in_doubt: of.n_in_doubt,
        n_quarantined: of.n_quarantined,
        n_failed_today: of.n_failed,
    }
}

pub(super) fn event(of: store::Event) -> EventView {
    EventView {
        seq: of.seq,
        at: of.at,
        kind: of.kind,
        conversation_id: of.conversation_id,
        message_id: of.message_id,
        counselor: of.counselor,
        detail: of.detail,
    }
}

pub(super) fn offer(offer: Offer) -> OfferView {
    let replaced = offer.replaced.into_iter();
    OfferView {
        text: offer.text,
        replaced: replaced.map(|(c, word)| ReplacedView { character: c.to_string(), word }).collect(),
    }
}
