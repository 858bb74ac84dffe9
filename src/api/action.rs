//! Actions on a conversation other than a reply, and the export of a conversation as evidence.

use axum::extract::State;
use sha2::{Digest, Sha256};

use super::extract::{Id, Json};
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{ActionRequest, ConversationDetail, Evidence, EvidenceRecord, EvidenceRequest};
use super::{ApiContext, ApiSettings, view};
use crate::domain::UnixMs;
use crate::domain::text::normalise;
use crate::store::{Acted, Action};

/// Notes, reasons and reminders are not longer (characters); a draft may be as long as an answer.
const MOST_NOTE_CHARS: usize = 1_000;
const MOST_DRAFT_CHARS: usize = 20_000;
/// Nobody is restricted for longer, and nothing is promised for later (milliseconds).
const MOST_AHEAD_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Perform an action on a conversation; returns the conversation.
#[utoipa::path(post, path = "/v1/conversations/{id}/actions", operation_id = "act", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    request_body = ActionRequest,
    responses((status = 200, description = "Done", body = ConversationDetail)))]
pub(super) async fn act(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<ActionRequest>,
) -> Result<Json<ConversationDetail>, Problem> {
    let (settings, now) = (context.settings(), context.now());
    let desk = context.store.desk_of(id).await?;
    let action = action(request, &settings, &desk, now)?;
    let acted = context.store.act(id, session.counselor.id, action, settings.route.clone(), now).await?;
    done(acted)?;
    Ok(Json(view::detail(context.store.conversation(id).await?, context.meaning)))
}

/// Export a whole conversation with hashes (supervisors). The export and its reason are kept as a note.
#[utoipa::path(post, path = "/v1/conversations/{id}/evidence", operation_id = "evidence", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    request_body = EvidenceRequest,
    responses((status = 200, description = "The evidence", body = Evidence)))]
pub(super) async fn evidence(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<EvidenceRequest>,
) -> Result<Json<Evidence>, Problem> {
    let (settings, now) = (context.settings(), context.now());
    if !context.store.is_supervisor(session.counselor.id).await? {
        return Err(Problem::new(ProblemCode::SupervisorsOnly));
    }
    let reason = words("reason", &request.reason, MOST_NOTE_CHARS)?;
    let note = Action::Note { text: format!("evidence: {reason}") };
    done(context.store.act(id, session.counselor.id, note, settings.route.clone(), now).await?)?;
    let detail = view::detail(context.store.conversation(id).await?, context.meaning);
    let mut records: Vec<EvidenceRecord> = Vec::new();
    let all = std::iter::once(serde_json::to_string(&detail.summary))
        .chain(detail.messages.iter().map(serde_json::to_string))
        .chain(detail.notes.iter().map(serde_json::to_string));
    for json in all {
        let json = json.map_err(|_| Problem::new(ProblemCode::Internal))?;
        let before = records.last().map_or("", |record| record.sha256.as_str());
        let sha256 = chained(before, &json);
        records.push(EvidenceRecord { json, sha256 });
    }
    let sha256 = records.last().map_or_else(String::new, |record| record.sha256.clone());
    let (exported_at, exported_by) = (now, session.counselor.login);
    Ok(Json(Evidence { conversation_id: id, exported_at, exported_by, reason, records, sha256 }))
}

fn chained(before: &str, json: &str) -> String {
    let hash = Sha256::new().chain_update(before).chain_update(json).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn action(
    request: ActionRequest,
    settings: &ApiSettings,
    desk: &str,
    now: UnixMs,
) -> Result<Action, Problem> {
    use ActionRequest as R;
    Ok(match request {
        R::Ack => Action::Ack,
        R::Urgent => Action::Urgent,
        R::FalseAlarm { reason } => {
            words("reason", &reason, MOST_NOTE_CHARS)?;
            // domain::Command::EndAlarm
            return Err(Problem::new(ProblemCode::NoDanger));
        }
        R::Note { text } => Action::Note { text: words("text", &text, MOST_NOTE_CHARS)? },
        R::Draft { text } => Action::Draft { text: perhaps("text", &text, MOST_DRAFT_CHARS)? },
        R::Promise { due_at } => Action::Promise { due_at: ahead("due_at", due_at, now)? },
        R::Remind { due_at, text } => Action::Remind {
            due_at: ahead("due_at", due_at, now)?,
            text: perhaps("text", &text, MOST_NOTE_CHARS)?,
        },
        R::Transfer { desk, person, note } => {
            let note = words("note", &note, MOST_NOTE_CHARS)?;
            match (desk, person) {
                (Some(desk), None) => Action::ToDesk { desk, note },
                (None, Some(login)) => Action::ToPerson { login, note },
                _ => return Err(Problem::bad_request("desk")),
            }
        }
        R::Return { note } => Action::Return { note: words("note", &note, MOST_NOTE_CHARS)? },
        R::Take { note } => Action::Take { note: words("note", &note, MOST_NOTE_CHARS)? },
        R::Warn => Action::Warn,
        R::Restrict { until_at, reason } => Action::Restrict {
            until: ahead("until_at", until_at, now)?,
            reason: words("reason", &reason, MOST_NOTE_CHARS)?,
        },
        R::Unrestrict => Action::Unrestrict,
        R::Prefer { text } => Action::Prefer { text: perhaps("text", &text, MOST_NOTE_CHARS)? },
        R::Category { category } => {
            let found = settings.categories.find(&category, Some(desk));
            Action::Category {
                category: found.map_err(|_| Problem::new(ProblemCode::NoSuchCategory))?,
                version: settings.categories.version.clone(),
            }
        }
    })
}

fn perhaps(field: &'static str, text: &str, most: usize) -> Result<String, Problem> {
    let text = normalise(text.trim());
    if text.chars().count() > most { Err(Problem::bad_request(field)) } else { Ok(text) }
}

fn words(field: &'static str, text: &str, most: usize) -> Result<String, Problem> {
    let text = perhaps(field, text, most)?;
    if text.is_empty() { Err(Problem::bad_request(field)) } else { Ok(text) }
}

pub(super) fn ahead(field: &'static str, at: UnixMs, now: UnixMs) -> Result<UnixMs, Problem> {
    if (now + 1..=now + MOST_AHEAD_MS).contains(&at) { Ok(at) } else { Err(Problem::bad_request(field)) }
}

fn done(acted: Acted) -> Result<(), Problem> {
    let code = match acted {
        Acted::Done => return Ok(()),
        Acted::Guard(claim) => return Problem::from_claim(claim).map_or(Ok(()), Err),
        Acted::SupervisorsOnly => ProblemCode::SupervisorsOnly,
        Acted::NothingToAck => ProblemCode::NothingToAck,
        Acted::NoSuchDesk => ProblemCode::NoSuchDesk,
        Acted::NoSuchPerson => ProblemCode::NoSuchPerson,
        Acted::NotPassedOn => ProblemCode::NotPassedOn,
        Acted::NotWarned => ProblemCode::NotWarned,
    };
    Err(Problem::new(code))
}
