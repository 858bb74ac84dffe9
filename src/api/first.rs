//! Texts with which we begin: to the citizen of a conversation that has ended, or to a number.

use axum::extract::State;
use axum::http::StatusCode;
use sha2::{Digest, Sha256};

use super::ApiContext;
use super::action::reason;
use super::extract::{Id, Json};
use super::problem::Problem;
use super::reply::{IdempotencyKey, answer, nothing_to_send, planned};
use super::session::Session;
use super::wire::{WriteFirstRequest, WriteFirstResponse, WriteToNumberRequest};
use crate::domain::phone::PhoneNumber;
use crate::domain::refusal::Refusal;
use crate::domain::text::normalise;
use crate::store::{FirstTo, NewFirst, WrittenReply};

/// Write to the citizen of a conversation that has ended, with a reason. It begins a new conversation, which the caller holds. Refused
/// with `still_open` while one is open with them, and if they have opted out or are restricted.
#[utoipa::path(post, path = "/v1/conversations/{id}/write", operation_id = "write_first", tag = "conversation",
    params(
        ("id" = i64, Path, description = "Id of the conversation"),
        ("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for each text"),
    ),
    request_body = WriteFirstRequest,
    responses(
        (status = 201, description = "Written; its texts are queued", body = WriteFirstResponse),
        (status = 200, description = "Written before under this key", body = WriteFirstResponse),
    ))]
pub(super) async fn write(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    key: IdempotencyKey,
    Json(request): Json<WriteFirstRequest>,
) -> Result<(StatusCode, Json<WriteFirstResponse>), Problem> {
    first(&context, &session, key, (FirstTo::Conversation(id), &id.to_string(), request)).await
}

/// Write to a number, with a reason, which the access log keeps.
#[utoipa::path(post, path = "/v1/conversations", operation_id = "write_to_number", tag = "conversation",
    params(("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for each text")),
    request_body = WriteToNumberRequest,
    responses(
        (status = 201, description = "Written; its texts are queued", body = WriteFirstResponse),
        (status = 200, description = "Written before under this key", body = WriteFirstResponse),
    ))]
pub(super) async fn write_to_number(
    State(context): State<ApiContext>,
    session: Session,
    key: IdempotencyKey,
    Json(request): Json<WriteToNumberRequest>,
) -> Result<(StatusCode, Json<WriteFirstResponse>), Problem> {
    let policy = &context.settings().policy;
    let serves = |key: &str| session.actor.serves(key);
    let desk = match &request.desk {
        Some(key) => policy.desks.find(key).ok_or_else(|| Problem::new(super::ProblemCode::NoSuchDesk))?,
        None => policy.desks.all().iter().find(|desk| serves(&desk.key)).unwrap_or(policy.desks.first()),
    };
    let our_number = desk.numbers.first().unwrap_or(&policy.senders.otherwise).clone();
    let citizen = PhoneNumber::parse(&request.number);
    let to = FirstTo::Number { citizen, our_number, desk: desk.key.clone() };
    let WriteToNumberRequest { number, text, reason, most_texts, .. } = request;
    first(&context, &session, key, (to, &number, WriteFirstRequest { text, reason, most_texts })).await
}

async fn first(
    context: &ApiContext,
    session: &Session,
    IdempotencyKey(key): IdempotencyKey,
    (to, whom, request): (FirstTo, &str, WriteFirstRequest),
) -> Result<(StatusCode, Json<WriteFirstResponse>), Problem> {
    let settings = context.settings();
    let reason = reason(&request.reason)?;
    let (pieces, refused) = match planned(&request.text, request.most_texts, &settings) {
        Ok(pieces) => (pieces, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let request_digest = Sha256::new()
        .chain_update(whom)
        .chain_update([0xff])
        .chain_update(normalise(&request.text))
        .chain_update([0xff])
        .chain_update(reason.as_str())
        .finalize()
        .to_vec();
    let pieces = pieces.into_iter().map(|piece| (piece.kind, piece.text)).collect();
    let new = NewFirst { to, reason, idempotency_key: key, request_digest, pieces };
    match context.store.write_first(new, &session.actor, &settings.policy, context.now()).await? {
        Ok((conversation_id, written)) => {
            let (status, messages) = answer(&written, context.meaning);
            let WrittenReply { reply_id, repeated, .. } = written;
            Ok((status, Json(WriteFirstResponse { conversation_id, reply_id, messages, repeated })))
        }
        Err(Refusal::NothingToSend) => Err(nothing_to_send(refused)),
        Err(refusal) => Err(refusal.into()),
    }
}
