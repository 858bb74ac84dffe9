//! Actions on a conversation other than a reply, and the export of a conversation as evidence.

use axum::extract::State;
use sha2::{Digest, Sha256};

use super::audit::{Seen, about};
use super::extract::{Id, Json};
use super::needs::Needs;
use super::newer::newer_texts;
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{
    ActionRequest, ConversationDetail, Evidence, EvidenceRecord, EvidenceRequest, RevealRequest, RevealWhat,
    Revealed,
};
use super::{ApiContext, ApiSettings, view};
use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::catalogue::NoCategory;
use crate::domain::conversation::{Category, Command, MOST_DAYS_AHEAD};
use crate::domain::opt_out::Wish;
use crate::domain::phone::PhoneNumber;
use crate::domain::reason::Reason;
use crate::domain::refusal::Refusal;
use crate::domain::text::normalise;
use crate::store::NewAccess;

/// Notes, reasons and reminders are not longer (characters); a draft may be as long as an answer.
pub(super) const MOST_NOTE_CHARS: usize = 1_000;
pub(super) const MOST_DRAFT_CHARS: usize = 20_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A department is waited for no longer (milliseconds), and its name is not longer (characters).
const MOST_REFERRAL_MS: i64 = 366 * DAY_MS;
const MOST_DEPARTMENT_CHARS: usize = 100;
/// A number with its spaces and hyphens, or what a carrier called a sender, is not longer (characters).
const MOST_NUMBER_CHARS: usize = 100;

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
    let last_seen = match &request {
        ActionRequest::FalseAlarm { last_seen, .. } | ActionRequest::Handover { last_seen, .. } => *last_seen,
        _ => 0,
    };
    let command = command(request, &settings, &desk, now)?;
    match context.store.command(id, command, &session.actor, &settings.policy, now).await? {
        Err(Refusal::NewerTexts) => return Err(newer_texts(&context, &session, id, last_seen).await?),
        done => done?,
    };
    // Whoever passed it on or ended its alarm may not see it any more; what they did is done all the same.
    let after = context.store.conversation(id, &Actor::system("api")).await??;
    Ok(Json(view::detail(after, context.looker(&session))))
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
) -> Result<Seen<Json<Evidence>>, Problem> {
    let (settings, now) = (context.settings(), context.now());
    let reason = reason(&request.reason)?;
    let note = Command::Note { text: format!("evidence: {reason}") };
    context.store.command(id, note, &session.actor, &settings.policy, now).await??;
    let detail = context.store.conversation(id, &session.actor).await??;
    let access = about(NewAccess::by(&session.actor, Action::Export), &detail).detail("evidence");
    let access = NewAccess { reason: reason.clone(), ..access };
    let detail = view::detail(detail, context.looker(&session));
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
    let evidence =
        Evidence { conversation_id: id, exported_at, exported_by, reason: reason.into(), records, sha256 };
    Ok(Seen(Json(evidence), access))
}

/// Show the citizen's number to who holds their danger, or to a supervisor; or the texts in which identity numbers are masked, to
/// who holds the conversation, or to a supervisor. Who, when and why are recorded.
#[utoipa::path(post, path = "/v1/conversations/{id}/reveal", operation_id = "reveal", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    request_body = RevealRequest,
    responses((status = 200, description = "What was asked for", body = Revealed)))]
pub(super) async fn reveal(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<RevealRequest>,
) -> Result<Json<Revealed>, Problem> {
    let (settings, now) = (context.settings(), context.now());
    let reason = reason(&request.reason)?;
    if request.what == RevealWhat::Texts {
        // Recorded before anything leaves.
        let is_shown =
            context.store.reveal_texts(id, reason, &session.actor, &settings.policy, now).await??;
        let detail = context.store.conversation(id, &session.actor).await??;
        let texts = detail.messages.iter().filter(|_| is_shown).filter_map(view::revealed).collect();
        return Ok(Json(Revealed { conversation_id: id, number: detail.summary.citizen.to_string(), texts }));
    }
    let number = context.store.reveal(id, reason, &session.actor, &settings.policy, now).await??;
    Ok(Json(Revealed { conversation_id: id, number: number.reveal().to_owned(), texts: Vec::new() }))
}

fn chained(before: &str, json: &str) -> String {
    let hash = Sha256::new().chain_update(before).chain_update(json).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn command(
    request: ActionRequest,
    settings: &ApiSettings,
    desk: &str,
    now: UnixMs,
) -> Result<Command, Problem> {
    use ActionRequest as R;
    Ok(match request {
        R::Ack {} => Command::Ack,
        R::Urgent {} => Command::Urgent,
        R::FalseAlarm { reason, last_seen } => {
            Command::EndAlarm { reason: self::reason(&reason)?, last_seen: Some(last_seen) }
        }
        R::Handover { service, told, last_seen } => {
            let service = match service.as_str() {
                "119" | "112" => service,
                _ => return Err(Problem::bad_request("service").one_of(["119", "112"])),
            };
            let told = words("told", &told, MOST_NOTE_CHARS)?;
            Command::HandOver { service, told, last_seen: Some(last_seen) }
        }
        R::Where {} => Command::AskWhere,
        R::Note { text } => Command::Note { text: words("text", &text, MOST_NOTE_CHARS)? },
        R::Draft { text } => Command::Draft { text: perhaps("text", &text, MOST_DRAFT_CHARS)? },
        R::Promise { due_at } => Command::Promise { due_at: ahead("due_at", due_at, now)? },
        R::Remind { due_at, text } => Command::Remind {
            due_at: ahead("due_at", due_at, now)?,
            text: perhaps("text", &text, MOST_NOTE_CHARS)?,
        },
        R::Transfer { desk, person, note } => {
            let note = words("note", &note, MOST_NOTE_CHARS)?;
            match (desk, person) {
                (Some(desk), None) => Command::ToDesk { desk, note },
                (None, Some(login)) => Command::ToPerson { login, note },
                _ => return Err(Problem::bad_request("desk").needs(Needs::DeskOrPerson)),
            }
        }
        R::Return { note } => Command::Return { note: words("note", &note, MOST_NOTE_CHARS)? },
        R::Take { note } => Command::TakeOver { note: words("note", &note, MOST_NOTE_CHARS)? },
        R::Warn {} => Command::Warn,
        R::Restrict { until_at, reason } => {
            Command::Restrict { until: ahead("until_at", until_at, now)?, reason: self::reason(&reason)? }
        }
        R::Unrestrict {} => Command::Unrestrict,
        R::OptOut {} => Command::Wish(Wish::OptOut),
        R::OptIn {} => Command::Wish(Wish::OptIn),
        R::Prefer { text } => Command::Prefer { text: perhaps("text", &text, MOST_NOTE_CHARS)? },
        R::Refer { department, due_at } => Command::Refer {
            department: words("department", &department, MOST_DEPARTMENT_CHARS)?,
            due_at: within("due_at", due_at, (now, MOST_REFERRAL_MS))?,
        },
        R::EndReferral { note } => Command::EndReferral { note: perhaps("note", &note, MOST_NOTE_CHARS)? },
        R::Category { category } => Command::Categorise(find_category(settings, &category, desk)?),
    })
}

/// Why a word names no category.
pub(super) fn no_category(why: NoCategory) -> Problem {
    Problem::new(match why {
        NoCategory::Unknown => ProblemCode::NoSuchCategory,
        NoCategory::Ambiguous => ProblemCode::SeveralCategories,
    })
}

/// A category of the list that this desk uses.
pub(super) fn find_category(settings: &ApiSettings, word: &str, desk: &str) -> Result<Category, Problem> {
    let found = settings.categories.find(word, Some(desk));
    let key = found.map_err(no_category)?;
    Ok(Category { key, version: settings.categories.version.clone() })
}

pub(super) fn perhaps(field: &'static str, text: &str, most: usize) -> Result<String, Problem> {
    let text = normalise(text.trim());
    let is_short = text.chars().count() <= most;
    is_short.then_some(text).ok_or_else(|| Problem::bad_request(field).characters(0, most))
}

pub(super) fn words(field: &'static str, text: &str, most: usize) -> Result<String, Problem> {
    let text = perhaps(field, text, most)?;
    if text.is_empty() { Err(Problem::bad_request(field).characters(1, most)) } else { Ok(text) }
}

/// The citizen whose number somebody typed who may know of all: a whole one, or what a carrier called a sender who is known here.
pub(super) async fn citizen(context: &ApiContext, typed: &str) -> Result<PhoneNumber, Problem> {
    let number = number(typed)?;
    match context.store.means_somebody(&number).await? {
        true => Ok(number),
        false => Err(no_number()),
    }
}

pub(super) fn no_number() -> Problem {
    Problem::bad_request("number").needs(Needs::WholeNumber)
}

/// The number that somebody typed, or what a carrier called a sender.
pub(super) fn number(typed: &str) -> Result<PhoneNumber, Problem> {
    words("number", typed, MOST_NUMBER_CHARS).map(|typed| PhoneNumber::parse(&typed))
}

/// Why something is done: a word at least.
pub(super) fn reason(typed: &str) -> Result<Reason, Problem> {
    words("reason", typed, MOST_NOTE_CHARS).map(Reason::from)
}

pub(super) fn ahead(field: &'static str, at: UnixMs, now: UnixMs) -> Result<UnixMs, Problem> {
    within(field, at, (now, MOST_DAYS_AHEAD * DAY_MS))
}

fn within(field: &'static str, at: UnixMs, (now, most_ms): (UnixMs, i64)) -> Result<UnixMs, Problem> {
    let is_within = (now + 1..=now + most_ms).contains(&at);
    is_within.then_some(at).ok_or_else(|| Problem::bad_request(field).ahead(now, most_ms))
}
