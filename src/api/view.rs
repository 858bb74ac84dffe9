//! Domain and store types as wire types. Only here are texts and masked numbers revealed for the wire; identity numbers in texts
//! are masked here, but in [`revealed`].

use std::sync::Arc;

use super::wire::{
    CheckView, ComparedView, ConversationDetail, ConversationSummary, CounselorView, Counts, EventView,
    InboundMessage, MarkView, MessageInConversation, MessageView, NoteView, OfferView, OutboundMessage,
    PhotoView, PossibleLoss, RecoveryView, ReferralView, ReplacedView, RevealedText, SearchHitView,
    SearchResults, SimilarView, SurveyView, WritingView,
};
use super::{ApiSettings, MeaningOf};
use crate::domain::UnixMs;
use crate::domain::counselor::Counselor;
use crate::domain::draft::is_being_written;
use crate::domain::event::NoteKind;
use crate::domain::identity_number::{kinds, masked};
use crate::domain::notice::Notice;
use crate::domain::phone::PhoneNumber;
use crate::domain::pseudonym::PseudonymKey;
use crate::domain::readiness::Check;
use crate::domain::recovery::UNKNOWN_WORDS;
use crate::domain::text::{MessageText, Offer, one_line};
use crate::domain::triage::{Tier, as_typed};
use crate::store;

/// Terminal columns of a preview: what a wide terminal can show of it.
const PREVIEW_COLUMNS: usize = 160;
/// Terminal columns of a question that is like another one.
const SIMILAR_COLUMNS: usize = 300;

pub(super) fn counselor(counselor: &Counselor) -> CounselorView {
    CounselorView { id: counselor.id, login: counselor.login.clone(), name: counselor.name.clone() }
}

pub(super) fn recovery(of: &store::Recovery) -> RecoveryView {
    RecoveryView {
        state: of.state.as_str().to_owned(),
        copy_made_at: of.copy_made_at,
        restored_at: of.restored_at,
    }
}

/// What people call the citizen; nothing for one who was erased.
pub(super) fn short_name(citizen: &PhoneNumber, names: &PseudonymKey) -> String {
    if citizen.is_erased() { String::new() } else { names.of_citizen(citizen).short_name() }
}

pub(super) fn summary(
    row: &store::ConversationSummary,
    names: &PseudonymKey,
    now: UnixMs,
) -> ConversationSummary {
    // An offer that is over keeps nobody from it.
    let is_offered = row.offered_until_at.is_some_and(|until| until > now);
    ConversationSummary {
        id: row.id,
        citizen: row.citizen.to_string(),
        citizen_name: short_name(&row.citizen, names),
        state: row.state.as_str().to_owned(),
        claimed_by: row.holder.as_ref().map(counselor),
        opened_at: row.opened_at,
        waiting_since_at: row.waiting_since_at,
        n_messages: row.n_messages,
        // A list shows no insults; the conversation does.
        preview: if row.is_abusive {
            String::new()
        } else {
            one_line(&masked(row.last_text.reveal()), PREVIEW_COLUMNS)
        },
        late_sent_at: row.last_late_since,
        n_photos: row.n_last_photos,
        n_in_doubt: row.n_in_doubt,
        desk: row.desk.clone(),
        tier: row.tier.map(Tier::number),
        is_ringing: row.is_ringing,
        is_abusive: row.is_abusive,
        promise_due_at: row.promise_due_at,
        offered_to: row.offered_to.clone().filter(|_| is_offered),
        offered_to_name: row.offered_to_name.clone().filter(|_| is_offered),
        offered_until_at: row.offered_until_at.filter(|_| is_offered),
        refuses_texts: row.refuses_texts,
        referral: row.referral.as_ref().map(|referral| ReferralView {
            department: masked(&referral.to).into_owned(),
            since_at: referral.since,
            due_at: referral.due_at,
        }),
    }
}

/// Who looks at a conversation, and when.
pub(super) struct Looker<'a> {
    /// Makes the short names of citizens.
    pub(super) names: &'a PseudonymKey,
    pub(super) meaning: MeaningOf,
    pub(super) me: i64,
    pub(super) now: UnixMs,
    /// The names of desks.
    pub(super) settings: Arc<ApiSettings>,
}

pub(super) fn detail(row: store::ConversationDetail, looker: Looker<'_>) -> ConversationDetail {
    let writes = |w: &&store::Writer| w.counselor.id != looker.me && is_being_written(w.saved_at, looker.now);
    let notice = |notice: Notice| {
        let said = looker.settings.policy.texts.say(notice, row.summary.language, &[]);
        said.map(|said| said.text)
    };
    ConversationDetail {
        summary: summary(&row.summary, looker.names, looker.now),
        asked_where: notice(Notice::Where),
        warning: notice(Notice::Warning),
        desk_name: looker.settings.policy.desks.find(&row.summary.desk).map(|desk| desk.name.clone()),
        last_inbound_id: row.summary.last_inbound_seq,
        closed_at: row.summary.closed_at,
        close_reason: row.summary.close_reason.as_deref().map(|text| masked(text).into_owned()),
        previous_id: row.summary.previous_id,
        category: row.summary.category.clone(),
        acked_by: row.summary.acked_by.clone(),
        danger_end: row.summary.danger_end.map(|end| end.as_str().to_owned()),
        opted_out: row.citizen.opted_out_at.is_some(),
        restricted_until_at: row.citizen.restricted_until_at,
        preference: row.citizen.preference.as_deref().map(|text| masked(text).into_owned()),
        draft: row.notes.iter().rev().find(|note| note.kind == NoteKind::Draft).map(|note| note.text.clone()),
        writing: row.writers.iter().filter(writes).map(writing).collect(),
        notes: row.notes.iter().filter(|note| note.kind != NoteKind::Draft).map(note).collect(),
        survey: row.survey.as_ref().map(survey),
        messages: row.messages.iter().map(|text| message(text, looker.meaning)).collect(),
    }
}

fn writing(writer: &store::Writer) -> WritingView {
    let Counselor { login, name, .. } = &writer.counselor;
    WritingView { login: login.clone(), name: name.clone(), since: writer.begun_at }
}

pub(super) fn search_results(page: &store::SearchPage, names: &PseudonymKey) -> SearchResults {
    let hit = |hit: &store::SearchHit| SearchHitView {
        conversation_id: hit.conversation_id,
        kind: hit.source.as_str().to_owned(),
        id: hit.id,
        at: hit.at,
        citizen: hit.citizen.to_string(),
        citizen_name: short_name(&hit.citizen, names),
        desk: hit.desk.clone(),
        category: hit.category.clone(),
        state: hit.state.as_str().to_owned(),
        author: hit.author.clone(),
        // The store has masked it: what is masked must not be found either.
        text: hit.snippet.text.clone(),
        marks: hit.snippet.marks.iter().map(|(start, end)| MarkView { start: *start, end: *end }).collect(),
        is_abusive: hit.is_abusive,
        is_unsent: hit.is_unsent,
    };
    SearchResults {
        hits: page.hits.iter().map(hit).collect(),
        next: page.next.map(|place| place.to_word()),
        looked_back_to_at: page.looked_back_to_at,
    }
}

pub(super) fn similar(row: &store::SimilarAnswer) -> SimilarView {
    SimilarView {
        conversation_id: row.conversation_id,
        closed_at: row.closed_at,
        category: row.category.clone(),
        question: one_line(&masked(row.question.reveal()), SIMILAR_COLUMNS),
        answer: masked(row.answer.reveal()).into_owned(),
    }
}

pub(super) fn survey(row: &store::Survey) -> SurveyView {
    SurveyView {
        conversation_id: row.conversation_id,
        answered_at: row.answered_at,
        counselor: row.counselor.clone(),
        score: row.score,
        comment: row.comment.as_ref().map(|comment| masked(comment.reveal()).into_owned()),
    }
}

fn note(row: &store::Note) -> NoteView {
    NoteView {
        at: row.at,
        kind: row.kind.as_str().to_owned(),
        author: row.author.clone(),
        text: masked(&row.text).into_owned(),
    }
}

pub(super) fn message(row: &store::Message, meaning: MeaningOf) -> MessageView {
    match row {
        store::Message::In { id, seq, at, late_since, text, purpose, tier, rules, is_abusive, photos } => {
            let shown = masked(text.reveal());
            MessageView::In(InboundMessage {
                id: *id,
                seq: *seq,
                at: *at,
                late_sent_at: *late_since,
                typed_as: as_typed(&shown),
                text: shown.into_owned(),
                n_masked: n_masked(text),
                photos: photos.iter().map(photo).collect(),
                purpose: (purpose != "question").then(|| purpose.clone()),
                tier: tier.map(Tier::number),
                rules: rules.clone(),
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
            leaves_at,
        } => MessageView::Out(OutboundMessage {
            id: *id,
            at: *at,
            text: masked(text.reveal()).into_owned(),
            words_unknown: text.reveal() == UNKNOWN_WORDS,
            n_masked: n_masked(text),
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
            leaves_at: *leaves_at,
        }),
    }
}

fn n_masked(text: &MessageText) -> i64 {
    i64::try_from(kinds(text.reveal()).len()).unwrap_or(i64::MAX)
}

/// A text as it is; `None` if nothing in it is masked.
pub(super) fn revealed(row: &store::Message) -> Option<RevealedText> {
    let (direction, id, at, text) = match row {
        store::Message::In { id, at, text, .. } => ("in", *id, *at, text),
        store::Message::Out { id, at, text, .. } => ("out", *id, *at, text),
    };
    let mut holds: Vec<String> =
        kinds(text.reveal()).into_iter().map(|kind| kind.as_str().to_owned()).collect();
    holds.sort();
    holds.dedup();
    let text = text.reveal().to_owned();
    (!holds.is_empty()).then(|| RevealedText { direction: direction.to_owned(), id, at, text, holds })
}

pub(super) fn photo(row: &store::PhotoInfo) -> PhotoView {
    PhotoView {
        id: row.id,
        what: row.what.as_str().to_owned(),
        state: row.state.as_str().to_owned(),
        content_type: row.kept.map(|kept| kept.is.kind.content_type().to_owned()),
        n_bytes: row.kept.map(|kept| kept.n_bytes),
        width: row.kept.and_then(|kept| Some(kept.is.pixels?.0)),
        height: row.kept.and_then(|kept| Some(kept.is.pixels?.1)),
        why: row.why.map(|why| why.as_str().to_owned()),
    }
}

pub(super) fn in_conversation(
    (conversation_id, citizen, row): &(i64, PhoneNumber, store::Message),
    looker: &Looker<'_>,
) -> MessageInConversation {
    MessageInConversation {
        conversation_id: *conversation_id,
        citizen: citizen.to_string(),
        citizen_name: short_name(citizen, looker.names),
        message: message(row, looker.meaning),
    }
}

pub(super) fn possible_loss(row: &store::PossibleLoss) -> PossibleLoss {
    PossibleLoss { since_at: row.since_at, last_at: row.last_at, n: row.n }
}

pub(super) fn compared(row: &store::Compared) -> ComparedView {
    ComparedView {
        direction: row.direction.as_str().to_owned(),
        at: row.at,
        since_at: row.since_at,
        n_ours: row.n_ours,
        n_theirs: row.n_theirs,
        n_differences: row.n_differences,
    }
}

pub(super) fn check(check: &Check) -> CheckView {
    let detail = check.trouble.clone();
    CheckView { name: check.name.to_owned(), state: state(check.is_ok()).to_owned(), detail }
}

/// The word for one check, and for all of them.
pub(super) fn state(is_ok: bool) -> &'static str {
    if is_ok { "ok" } else { "failing" }
}

pub(super) fn counts(row: &store::Counts) -> Counts {
    Counts {
        n_waiting: row.n_waiting,
        oldest_waiting_since_at: row.oldest_waiting_since_at,
        n_dangers: row.n_dangers,
        n_dangers_ringing: row.n_dangers_ringing,
        n_active: row.n_active,
        n_queued: row.n_queued,
        n_unreceipted: row.n_unreceipted,
        n_in_doubt: row.n_in_doubt,
        n_quarantined: row.n_quarantined,
        n_failed_today: row.n_failed,
    }
}

pub(super) fn event(row: store::Event) -> EventView {
    EventView {
        seq: row.seq,
        at: row.at,
        kind: row.kind.as_str().to_owned(),
        conversation_id: row.conversation_id,
        message_id: row.message_id,
        counselor: row.counselor,
        counselor_name: row.counselor_name,
        detail: row.detail,
        desk: row.desk,
    }
}

pub(super) fn offer(offer: Offer) -> OfferView {
    let replaced = offer.replaced.into_iter();
    OfferView {
        text: offer.text,
        replaced: replaced.map(|(c, word)| ReplacedView { character: c.to_string(), word }).collect(),
    }
}
