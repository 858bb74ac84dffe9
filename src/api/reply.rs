//! Replies to citizens. The text is measured here, the send guard is in the store; the `Idempotency-Key` makes a request
//! that is sent twice harmless. A reply, its promise and its category are one request.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use super::action::{ahead, find_category};
use super::extract::{Id, Json};
use super::needs::Needs;
use super::newer::newer_texts;
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{MessageView, ReplyRequest, ReplyResponse, ReplySize};
use super::{ApiContext, ApiSettings, MeaningOf, view};
use crate::domain::UnixMs;
use crate::domain::conversation::{Category, Reply};
use crate::domain::outbound::{Departure, OutboundKind};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Charset, Limits, Piece, Unfit, normalise, offer, plan};
use crate::store::{Message, NewReply, ReplyPhotos, WrittenReply};

const KEY_HEADER: &str = "Idempotency-Key";
const MAX_KEY_CHARS: usize = 128;

/// The header every reply must carry: 1 to 128 visible ASCII characters.
pub(super) struct IdempotencyKey(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts.headers.get(KEY_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_valid = (1..=MAX_KEY_CHARS).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        is_valid
            .then(|| IdempotencyKey(key.to_owned()))
            .ok_or_else(|| Problem::bad_request(KEY_HEADER).needs(Needs::Key))
    }
}

/// Send a reply, with its promise and category. Refused with `newer_texts` if the citizen has written after `last_seen`,
/// unless forced.
///
/// The same key with the same request returns the reply written before, with status 200; nothing is sent again. So does another key with
/// the same text and photos of the same author, if the citizen has not written since and the reply reached them or still may, unless
/// the request says `again`.
#[utoipa::path(post, path = "/v1/conversations/{id}/replies", operation_id = "reply", tag = "conversation",
    params(
        ("id" = i64, Path, description = "Id of the conversation"),
        ("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for each reply"),
    ),
    request_body = ReplyRequest,
    responses(
        (status = 201, description = "Written; its texts are queued", body = ReplyResponse),
        (status = 200, description = "Written before, under this key or in the same words", body = ReplyResponse),
    ))]
pub(super) async fn reply(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(request): Json<ReplyRequest>,
) -> Result<(StatusCode, Json<ReplyResponse>), Problem> {
    let settings = context.settings();
    // A request that was answered before is answered again, also if today's limits would refuse it. The store looks the
    // key up first, and writes nothing without pieces.
    let (contents, refused) = match contents(&context, &settings, id, &request).await {
        Ok(contents) => (contents, None),
        Err(problem) => (Contents::default(), Some(problem)),
    };
    let n_bytes = count(contents.pieces.iter().map(|piece| piece.n_units));
    let size = measured(&contents.pieces, !request.photos.is_empty(), &settings.limits);
    let new = NewReply {
        conversation_id: id,
        idempotency_key: key,
        request_digest: digest(id, &request),
        again: request.again,
        reply: Reply {
            last_seen: request.last_seen,
            force: request.force,
            promise_due_at: contents.promise_due_at,
            category: contents.category,
            keeps_draft: request.keep_draft,
        },
        pieces: contents.pieces.into_iter().map(|Piece { kind, text, .. }| (kind, text)).collect(),
        photos: photos(&request, &settings),
    };
    match context.store.reply(new, &session.actor, &settings.policy, context.now()).await? {
        Ok(written) => {
            let WrittenReply { reply_id, repeated, same_words, .. } = written;
            let n_bytes = if repeated { written_bytes(&written.messages, &settings.limits) } else { n_bytes };
            let (status, messages) = answer(&written, context.meaning);
            let size = size.filter(|_| !repeated);
            let earlier = same_words.then(|| departure(&written.messages).as_str().to_owned());
            let response = ReplyResponse { reply_id, n_bytes, size, messages, repeated, same_words, earlier };
            Ok((status, Json(response)))
        }
        Err(Refusal::NothingToSend) => Err(nothing_to_send(refused)),
        Err(Refusal::NoSuchPhoto) => Err(unfit_photos(&request, &settings)),
        Err(Refusal::NewerTexts) => Err(newer_texts(&context, &session, id, request.last_seen).await?),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The status and the texts of what was written, now or before.
pub(super) fn answer(written: &WrittenReply, meaning: MeaningOf) -> (StatusCode, Vec<MessageView>) {
    let status = if written.repeated { StatusCode::OK } else { StatusCode::CREATED };
    (status, written.messages.iter().map(|text| view::message(text, meaning)).collect())
}

/// Why there was nothing to write: what today's limits said of the text.
pub(super) fn nothing_to_send(refused: Option<Problem>) -> Problem {
    refused.unwrap_or_else(|| Problem::new(ProblemCode::EmptyText))
}

/// What a request would write, by today's limits and categories.
#[derive(Default)]
struct Contents {
    pieces: Vec<Piece>,
    promise_due_at: Option<UnixMs>,
    category: Option<Category>,
}

async fn contents(
    context: &ApiContext,
    settings: &ApiSettings,
    id: i64,
    request: &ReplyRequest,
) -> Result<Contents, Problem> {
    let pieces = planned(&request.text, request.most_texts, settings)?;
    let due_at = request.promise_due_at;
    let promise_due_at = due_at.map(|at| ahead("promise_due_at", at, context.now())).transpose()?;
    let category = match &request.category {
        None => None,
        Some(word) => {
            let desk = context.store.desk_of(id).await?;
            Some(find_category(settings, word, &desk)?)
        }
    };
    Ok(Contents { pieces, promise_due_at, category })
}

/// The texts as which it leaves; refused if they are more than `most`.
pub(super) fn planned(text: &str, most: Option<i64>, settings: &ApiSettings) -> Result<Vec<Piece>, Problem> {
    let pieces = plan(text, &settings.limits);
    let pieces = pieces.map_err(|why| unfit(why, text, settings.limits.charset))?;
    match measured(&pieces, false, &settings.limits) {
        Some(size) if most.is_some_and(|most| size.n_parts > most) => Err(Problem::several_texts(size)),
        _ => Ok(pieces),
    }
}

/// The length by the carrier's limits; `None` without pieces.
pub(super) fn measured(pieces: &[Piece], has_photos: bool, limits: &Limits) -> Option<ReplySize> {
    let kind = if has_photos { OutboundKind::Mms } else { pieces.first()?.kind };
    Some(ReplySize {
        kind: kind.as_str().to_owned(),
        n: count(pieces.iter().map(|piece| limits.size(piece))),
        most: count([limits.most(kind)].into_iter()),
        unit: limits.unit().to_owned(),
        n_parts: count([pieces.len()].into_iter()),
    })
}

/// The length of texts that were written before, whatever a text may be long today.
fn written_bytes(messages: &[Message], limits: &Limits) -> i64 {
    let no_limits = Limits { sms: usize::MAX, lms: usize::MAX, ..*limits };
    let pieces = messages.iter().filter_map(|message| match message {
        Message::Out { text, .. } => plan(text.reveal(), &no_limits).ok(),
        Message::In { .. } => None,
    });
    count(pieces.flatten().map(|piece| piece.n_units))
}

fn departure(messages: &[Message]) -> Departure {
    Departure::of(messages.iter().filter_map(|message| match message {
        Message::Out { state, .. } => Some(*state),
        Message::In { .. } => None,
    }))
}

fn count(units: impl Iterator<Item = usize>) -> i64 {
    i64::try_from(units.sum::<usize>()).unwrap_or(i64::MAX)
}

/// The photos of an answer, if it has any. The store judges them, for an answer written before is given whatever has
/// changed since.
fn photos(request: &ReplyRequest, settings: &ApiSettings) -> Option<ReplyPhotos> {
    let ids = request.photos.clone();
    (!ids.is_empty()).then_some(ReplyPhotos { ids, limits: settings.photos })
}

fn unfit_photos(request: &ReplyRequest, settings: &ApiSettings) -> Problem {
    Problem::new(match settings.photos {
        None => ProblemCode::PhotosNotTaken,
        Some(limits) if request.photos.len() > limits.n => ProblemCode::TooManyPhotos,
        Some(_) => ProblemCode::NoSuchPhoto,
    })
}

fn unfit(why: Unfit, text: &str, charset: Charset) -> Problem {
    match why {
        Unfit::Empty => Problem::new(ProblemCode::EmptyText),
        Unfit::Unencodable(characters) => Problem::unencodable(&characters, offer(text, charset)),
        Unfit::TooLong { .. } => Problem::new(ProblemCode::TooLong),
    }
}

/// What the key stands for: everything that the request asks for.
fn digest(conversation_id: i64, request: &ReplyRequest) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(conversation_id.to_be_bytes());
    hash.update(request.last_seen.to_be_bytes());
    hash.update([u8::from(request.force)]);
    hash.update(normalise(&request.text).as_bytes());
    for id in &request.photos {
        // No byte of a text in UTF-8: a text can't be taken for photos.
        hash.update([0xff]);
        hash.update(id.to_be_bytes());
    }
    // Only if present: digests of requests without them are as before.
    if let Some(due_at) = request.promise_due_at {
        hash.update([0xfe]);
        hash.update(due_at.to_be_bytes());
    }
    if let Some(category) = &request.category {
        hash.update([0xfd]);
        hash.update(normalise(category).as_bytes());
    }
    if request.again {
        hash.update([0xfc]);
    }
    hash.finalize().to_vec()
}
