//! One answer for many who wait. Each conversation is answered by itself: under a key of its own, made of the request's, with its
//! own send guard, journal entry and row in the access log. What is refused for one changes nothing for the others.

use std::collections::BTreeSet;

use axum::extract::State;
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};

use super::action::find_category;
use super::audit::Seen;
use super::extract::Json;
use super::needs::Needs;
use super::problem::{Problem, ProblemCode};
use super::reply::{IdempotencyKey, measured, planned};
use super::session::Session;
use super::wire::{
    AnswerAllPreview, AnswerAllRequest, AnswerAllResponse, Answered, LeftOut, MarkRequest, Marked,
    RecallAllRequest, RecallAllResponse, RecalledReply,
};
use super::{ApiContext, ApiSettings, view};
use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::conversation::{Category, Closing, Reply};
use crate::domain::identity_number;
use crate::domain::mass_answer::{MassAnswerId, Recall};
use crate::domain::outbound::OutboundKind;
use crate::domain::refusal::Refusal;
use crate::domain::text::{Piece, normalise};
use crate::store::{Mark, Message, NewAccess, NewReply, StoreError, WrittenReply};

/// At most so many in one request.
const MOST: usize = 500;
/// So many are written at a time; they share commits.
const AT_A_TIME: usize = 16;
const MOST_WORD_CHARS: usize = 100;

/// The waiting conversations that one answer could go to, and those that are left out: danger and what may be one, what a colleague
/// holds, what was promised an answer of its own.
#[utoipa::path(post, path = "/v1/answers/preview", operation_id = "preview_answers", tag = "conversation",
    request_body = MarkRequest,
    responses((status = 200, description = "Whom it would go to", body = AnswerAllPreview)))]
pub(super) async fn preview(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<MarkRequest>,
) -> Result<Seen<Json<AnswerAllPreview>>, Problem> {
    let settings = context.settings();
    let pieces = for_many(&request.text, None, &settings)?;
    let size = measured(&pieces, false, &settings.limits);
    let size = size.ok_or_else(|| Problem::new(ProblemCode::EmptyText))?;
    let word = request.containing.as_deref().map(str::trim);
    if word.is_some_and(|word| word.is_empty() || word.chars().count() > MOST_WORD_CHARS) {
        return Err(Problem::bad_request("containing").characters(1, MOST_WORD_CHARS));
    }
    if request.desk.as_ref().is_some_and(|key| settings.policy.desks.find(key).is_none()) {
        return Err(Problem::new(ProblemCode::NoSuchDesk));
    }
    let ids: BTreeSet<i64> = request.ids.iter().copied().collect();
    if ids.len() > MOST {
        return Err(Problem::bad_request("ids").needs(Needs::Ids));
    }
    let mark =
        Mark { desk: request.desk, containing: word.map(str::to_owned), ids: ids.into_iter().collect() };
    let marked = context.store.marked(mark, MOST, &session.actor).await?;
    let shown = marked.found.iter().map(|row| (row.id, Some(row.citizen.clone()))).collect();
    let access = NewAccess::by(&session.actor, Action::List).detail("conversations to be answered at once");
    let names = context.store.pseudonyms();
    let preview = AnswerAllPreview {
        marked: marked.found.iter().map(|c| Marked { id: c.id, last_seen: c.last_inbound_seq }).collect(),
        conversations: marked.found.iter().map(|row| view::summary(row, names, context.now())).collect(),
        left_out: marked.left_out.into_iter().map(|one| left_out(one.id, one.why)).collect(),
        has_more: marked.has_more,
        size,
    };
    Ok(Seen(Json(preview), NewAccess { shown, ..access }))
}

/// Answer many with one text. Whoever has written since `last_seen`, is in danger, is held by a colleague or was answered meanwhile
/// gets no answer and is named in the result.
///
/// The same key again answers nobody twice: whom the first request reached counts as `repeated`.
#[utoipa::path(post, path = "/v1/answers", operation_id = "answer_all", tag = "conversation",
    params(("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for each answer")),
    request_body = AnswerAllRequest,
    responses((status = 200, description = "What became of each", body = AnswerAllResponse)))]
pub(super) async fn answer(
    State(context): State<ApiContext>,
    session: Session,
    IdempotencyKey(key): IdempotencyKey,
    Json(request): Json<AnswerAllRequest>,
) -> Result<Json<AnswerAllResponse>, Problem> {
    let settings = context.settings();
    let batch = Batch::read(&context, &settings, (key, &request)).await?;
    let one = |marked: &Marked| answer_one(&context, &session, &batch, marked.clone());
    let answers: Vec<_> = request.conversations.iter().map(one).collect();
    let done: Vec<_> = stream::iter(answers)
        .buffered(AT_A_TIME)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<_, _>>()?;
    let leaves: Vec<_> = done.iter().filter(|(one, _)| one.reply_id.is_some()).map(|(_, at)| *at).collect();
    Ok(Json(AnswerAllResponse {
        n_answered: number(leaves.len()),
        answer_id: batch.id.as_str().to_owned(),
        // One that has no time to leave at has begun to.
        recall_until_at: leaves.into_iter().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min()),
        results: done.into_iter().map(|(one, _)| one).collect(),
    }))
}

/// The text as it leaves, if it may go to many.
fn for_many(text: &str, most: Option<i64>, settings: &ApiSettings) -> Result<Vec<Piece>, Problem> {
    if !identity_number::may_go_to_many(text) {
        return Err(Problem::new(ProblemCode::IdentityNumberToMany));
    }
    planned(text, most, settings)
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Take back what has not left of one's own answer for many. Each reply stays here as a whole or is left alone; the citizens of
/// those that stay wait again. The same request again takes back what it did not reach before.
#[utoipa::path(post, path = "/v1/answers/recall", operation_id = "recall_answers", tag = "conversation",
    request_body = RecallAllRequest,
    responses((status = 200, description = "What became of each", body = RecallAllResponse)))]
pub(super) async fn recall(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<RecallAllRequest>,
) -> Result<Json<RecallAllResponse>, Problem> {
    let wanted = match &request.answer_id {
        Some(word) => Some(
            MassAnswerId::parse(word)
                .ok_or_else(|| Problem::bad_request("answer_id").needs(Needs::MassAnswer))?,
        ),
        None => None,
    };
    let done = context.store.recall_all(wanted, &session.actor, context.now()).await?;
    let n = |wanted: Recall| number(done.replies.iter().filter(|(_, became)| *became == wanted).count());
    let result =
        |(id, became): &(i64, Recall)| RecalledReply { id: *id, outcome: became.as_str().to_owned() };
    Ok(Json(RecallAllResponse {
        answer_id: done.id.as_str().to_owned(),
        n_recalled: n(Recall::Recalled),
        n_already_left: n(Recall::AlreadyLeft),
        results: done.replies.iter().map(result).collect(),
    }))
}

/// What all of them get.
struct Batch<'a> {
    id: MassAnswerId,
    key: String,
    request: &'a AnswerAllRequest,
    settings: &'a ApiSettings,
    pieces: Vec<(OutboundKind, String)>,
    category: Option<Category>,
}

impl<'a> Batch<'a> {
    async fn read(
        context: &ApiContext,
        settings: &'a ApiSettings,
        (key, request): (String, &'a AnswerAllRequest),
    ) -> Result<Self, Problem> {
        let marked = &request.conversations;
        let is_each_once = marked.iter().map(|one| one.id).collect::<BTreeSet<_>>().len() == marked.len();
        let Some(first) = marked.first().filter(|_| is_each_once && marked.len() <= MOST) else {
            return Err(Problem::bad_request("conversations").needs(Needs::Conversations));
        };
        let pieces = for_many(&request.text, request.most_texts, settings)?;
        let category = match &request.category {
            Some(word) => {
                let desk = context.store.desk_of(first.id).await?;
                Some(find_category(settings, word, &desk)?)
            }
            None if request.close && settings.policy.category_required => {
                return Err(Problem::new(ProblemCode::CategoryNeeded));
            }
            None => None,
        };
        let pieces = pieces.into_iter().map(|Piece { kind, text, .. }| (kind, text)).collect();
        let id = MassAnswerId::of_digest(&digest(&[b"answer-all", key.as_bytes()]));
        Ok(Batch { id, key, request, settings, pieces, category })
    }

    /// The reply to one of them. What was seen is no part of the digest: an answer that was written stands, whatever came since.
    fn reply(&self, to: &Marked) -> NewReply {
        let id = to.id.to_be_bytes();
        let key: String = digest(&[b"answer-all", self.key.as_bytes(), &id])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let category = self.category.as_ref().map(|one| one.key.as_str()).unwrap_or_default();
        let text = normalise(&self.request.text);
        let close = [u8::from(self.request.close)];
        NewReply {
            conversation_id: to.id,
            idempotency_key: self.id.reply_key(&key),
            request_digest: digest(&[text.as_bytes(), category.as_bytes(), &close, &id]),
            // Whoever was answered does not wait any more: another key reaches nobody twice.
            again: true,
            reply: Reply {
                last_seen: to.last_seen,
                category: self.category.clone(),
                keeps_draft: true,
                ..Reply::default()
            },
            pieces: self.pieces.clone(),
            photos: None,
        }
    }

    fn closing(&self, to: &Marked) -> Option<Closing> {
        let closing =
            Closing { last_seen: Some(to.last_seen), category: self.category.clone(), ..Closing::default() };
        self.request.close.then_some(closing)
    }
}

/// SHA-256 over the parts, each with its end.
fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0xff]);
    }
    hash.finalize().to_vec()
}

/// What became of one, and when the first of its texts leaves, while that is to come.
async fn answer_one(
    context: &ApiContext,
    session: &Session,
    batch: &Batch<'_>,
    to: Marked,
) -> Result<(Answered, Option<UnixMs>), Problem> {
    let (new, closing) = (batch.reply(&to), batch.closing(&to));
    let policy = &batch.settings.policy;
    let written = context.store.answer_waiting(new, closing, &session.actor, policy, context.now()).await;
    let missed = |why| {
        let LeftOut { id, code, held_by } = left_out(to.id, why);
        (Answered { id, outcome: code, reply_id: None, held_by }, None)
    };
    Ok(match written {
        Ok(Ok(WrittenReply { reply_id, repeated, messages, .. })) => {
            let outcome = if repeated { "repeated" } else { "answered" };
            let answered =
                Answered { id: to.id, outcome: outcome.to_owned(), reply_id: Some(reply_id), held_by: None };
            (answered, first_leaves_at(&messages))
        }
        Ok(Err(why)) => missed(Some(why)),
        Err(StoreError::NotFound) => missed(None),
        // The others may have been answered: the same key tells.
        Err(error) => return Err(error.into()),
    })
}

/// `None` once one of them has begun to leave.
fn first_leaves_at(texts: &[Message]) -> Option<UnixMs> {
    let leaves_at = |text: &Message| match text {
        Message::Out { leaves_at, .. } => *leaves_at,
        Message::In { .. } => None,
    };
    texts.iter().map(leaves_at).collect::<Option<Vec<_>>>()?.into_iter().min()
}

fn left_out(id: i64, why: Option<Refusal>) -> LeftOut {
    let held_by = match &why {
        Some(Refusal::HeldBy(holder)) => Some(holder.name.clone()),
        _ => None,
    };
    let code = why.map_or(ProblemCode::NotFound, |why| Problem::from(why).code());
    LeftOut { id, code: code.as_str().to_owned(), held_by }
}
