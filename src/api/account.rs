//! One's own account: password, second factor, sessions.

use axum::extract::State;
use axum::http::StatusCode;

use super::ApiContext;
use super::extract::{Id, Json};
use super::problem::{Problem, ProblemCode};
use super::session::{Session, right};
use super::wire::{
    CodeRequest, PasswordRequest, ProofRequest, RecoveryCodes, SessionList, SessionView, SessionsEnded,
    TotpSetup,
};
use crate::domain::account::AccountChange;
use crate::domain::password::{self, WeakPassword};
use crate::store::{Ending, SessionInfo};

/// Change one's own password. All other sessions end.
#[utoipa::path(post, path = "/v1/password", operation_id = "change_password", tag = "account", request_body = PasswordRequest,
    responses((status = 204, description = "The new password counts")))]
pub(super) async fn change_password(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<PasswordRequest>,
) -> Result<StatusCode, Problem> {
    let PasswordRequest { old, new } = request;
    let is_same = password::normalised(&old) == password::normalised(&new);
    prove(&context, &session, old).await?;
    strong(&new, (&session.counselor.login, &session.counselor.name))?;
    if is_same {
        return Err(Problem::new(ProblemCode::PasswordUnchanged));
    }
    match context.store.change_password(&session.actor, session.id, new, context.now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::new(ProblemCode::Unauthorized)),
    }
}

/// Refuses a password that somebody could guess.
pub(super) fn strong(new: &str, (login, name): (&str, &str)) -> Result<(), Problem> {
    password::check(new, login, name).map_err(|weak| {
        Problem::new(match weak {
            WeakPassword::Short | WeakPassword::Long => ProblemCode::PasswordLength,
            WeakPassword::Common => ProblemCode::PasswordCommon,
            WeakPassword::Personal => ProblemCode::PasswordPersonal,
        })
    })
}

/// Refuses unless it is the caller's password.
async fn prove(context: &ApiContext, session: &Session, password: String) -> Result<(), Problem> {
    let login = session.counselor.login.clone();
    let peer =
        context.store.login_peer(login.clone(), Some(&session.token), session.actor.from.clone()).await?;
    let check = context.store.check_own_password(login, password, peer, context.now()).await?;
    right(check, ProblemCode::WrongPassword, context.now()).map(drop)
}

/// Begin to set up a second factor: a secret for the phone. It counts once a code of it is confirmed.
#[utoipa::path(post, path = "/v1/totp", operation_id = "begin_totp", tag = "account", request_body = ProofRequest,
    responses((status = 200, description = "What the phone is given", body = TotpSetup)))]
pub(super) async fn begin_totp(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<ProofRequest>,
) -> Result<Json<TotpSetup>, Problem> {
    prove(&context, &session, request.password).await?;
    let begun = context.store.begin_totp(session.counselor.id).await;
    let secret = begun.map_err(Problem::on_conflict(ProblemCode::TotpInUse))?;
    let (uri, secret) = (secret.uri(&session.counselor.login), secret.to_base32());
    Ok(Json(TotpSetup { secret, uri }))
}

/// Put the second factor to use, by a code that the phone shows.
#[utoipa::path(post, path = "/v1/totp/confirm", operation_id = "confirm_totp", tag = "account", request_body = CodeRequest,
    responses((status = 200, description = "It is asked for from now on", body = RecoveryCodes)))]
pub(super) async fn confirm_totp(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<CodeRequest>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let codes = context.store.confirm_totp(&session.actor, request.code, context.now()).await?;
    codes.map(|codes| Json(RecoveryCodes { codes })).ok_or_else(|| Problem::new(ProblemCode::WrongCode))
}

/// Take one's second factor away. Roles that need one have to set another one up before anything else.
#[utoipa::path(post, path = "/v1/totp/disable", operation_id = "disable_totp", tag = "account", request_body = ProofRequest,
    responses((status = 204, description = "No code is asked for any more")))]
pub(super) async fn disable_totp(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<ProofRequest>,
) -> Result<StatusCode, Problem> {
    prove(&context, &session, request.password).await?;
    let login = session.counselor.login.clone();
    context.store.drop_totp(login, AccountChange::TotpDisabled, &session.actor, context.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own sessions that are good now, the latest first.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "list_sessions", tag = "account",
    responses((status = 200, description = "The sessions", body = SessionList)))]
pub(super) async fn sessions(
    State(context): State<ApiContext>,
    session: Session,
) -> Result<Json<SessionList>, Problem> {
    let all = context.store.sessions(session.counselor.login.clone(), context.now()).await?;
    let view = |info: SessionInfo| SessionView {
        id: info.id,
        created_at: info.created_at,
        expires_at: info.expires_at,
        used_at: info.used_at,
        from: info.peer,
        is_this: info.id == session.id,
    };
    Ok(Json(SessionList { sessions: all.into_iter().map(view).collect() }))
}

/// End one of one's own sessions.
#[utoipa::path(delete, path = "/v1/sessions/{id}", operation_id = "end_session", tag = "account",
    params(("id" = i64, Path, description = "Number of the session")),
    responses((status = 204, description = "It has ended")))]
pub(super) async fn end_session(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let login = session.counselor.login.clone();
    context.store.end_sessions(login, Ending::One(id), &session.actor, context.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all of one's own sessions but this one.
#[utoipa::path(post, path = "/v1/sessions/end_others", operation_id = "end_other_sessions", tag = "account",
    responses((status = 200, description = "How many have ended", body = SessionsEnded)))]
pub(super) async fn end_other_sessions(
    State(context): State<ApiContext>,
    session: Session,
) -> Result<Json<SessionsEnded>, Problem> {
    let (login, but) = (session.counselor.login.clone(), Ending::AllBut(session.id));
    let n = context.store.end_sessions(login, but, &session.actor, context.now()).await?;
    Ok(Json(SessionsEnded { n }))
}
