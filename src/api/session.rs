//! Log-in, log-out and who one is. [`Session`] is the proof that a request comes from a counselor; a token is looked up
//! each time, so that it ends the moment it is revoked.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use super::access::{Access, Peer};
use super::crowd::Standing;
use super::extract::Json;
use super::problem::{Problem, ProblemCode};
use super::wire::{CounselorView, LoginRequest, LoginResponse};
use super::{ApiContext, view};
use crate::domain::actor::Actor;
use crate::domain::counselor::Counselor;
use crate::store::LoginCheck;

/// Who asks. As an argument of a route it refuses everybody else.
pub(super) struct Session {
    /// With role and desks; what every store method is given.
    pub(super) actor: Actor,
    /// The same person.
    pub(super) counselor: Counselor,
    pub(super) token: String,
}

impl<S> FromRequestParts<S> for Session
where
    S: Send + Sync,
    ApiContext: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let context = ApiContext::from_ref(state);
        let access = parts.extensions.get::<Access>().copied();
        let from = address(parts);
        let token = bearer(&parts.headers).ok_or_else(|| Problem::new(ProblemCode::Unauthorized))?.to_owned();
        let found = context.store.actor_of_token(&token, from, context.now()).await?;
        let actor = found.ok_or_else(|| Problem::new(ProblemCode::Unauthorized))?;
        let counselor = actor.counselor.clone().ok_or_else(|| Problem::new(ProblemCode::Unauthorized))?;
        if let Some(standing) = parts.extensions.get::<Standing>() {
            standing.proves();
        }
        match access {
            Some(Access::Supervisor) if !actor.supervises() => {
                Err(Problem::new(ProblemCode::SupervisorsOnly))
            }
            Some(Access::Supervisor | Access::Counselor) => Ok(Session { actor, counselor, token }),
            // A route that asks for a session without a line in the table is a mistake of ours.
            Some(Access::Anybody) | None => {
                Err(Problem::because(ProblemCode::Internal, "a route without an access rule"))
            }
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Who logs in: their address, and the token of their last log-in if they still have it.
pub(super) struct LogInFrom {
    address: String,
    token: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for LogInFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(LogInFrom { address: address(parts), token: bearer(&parts.headers).map(str::to_owned) })
    }
}

/// Where a request came from.
fn address(parts: &Parts) -> String {
    parts.extensions.get::<Peer>().map_or_else(|| "unknown".to_owned(), |peer| peer.0.clone())
}

/// Log in. Five wrong passwords in a row lock who sent them out of the login for a quarter of an hour, and nobody else. Who
/// sends the token of their last log-in along, also one that has ended, is known and does not stand behind strangers.
#[utoipa::path(post, path = "/v1/login", operation_id = "log_in", tag = "session", request_body = LoginRequest,
    responses((status = 200, description = "A token", body = LoginResponse)))]
pub(super) async fn login(
    State(context): State<ApiContext>,
    from: LogInFrom,
    Json(request): Json<LoginRequest>,
) -> Result<Json<LoginResponse>, Problem> {
    let LoginRequest { login, password } = request;
    let peer = context.store.login_peer(login.clone(), from.token.as_deref(), from.address).await?;
    let check = context.store.check_login(login, password, peer, context.now()).await?;
    let now = context.now();
    let counselor = match check {
        LoginCheck::Ok(counselor) => counselor,
        LoginCheck::Wrong => return Err(Problem::new(ProblemCode::WrongLogin)),
        LoginCheck::LockedUntil(until) => return Err(Problem::locked_out((until - now).max(0) / 1000 + 1)),
        LoginCheck::Crowded => return Err(Problem::crowded()),
    };
    let expires_at = now + context.settings().token_ttl_ms;
    let token = context.store.issue_token(counselor.id, expires_at, now).await?;
    let time_zone = Some(time_zone_of(&context, &counselor.login).await?);
    Ok(Json(LoginResponse { token, expires_at, counselor: view::counselor(&counselor), time_zone }))
}

/// The time zone of the first desk that the counselor serves; of the first desk of all if they serve none.
async fn time_zone_of(context: &ApiContext, login: &str) -> Result<String, Problem> {
    let duties = context.store.duties().await?;
    let serves = |key: &str| duties.iter().any(|(who, _, desks)| who == login && desks.contains(key));
    let desks = &context.settings().policy.desks;
    let first = desks.all().iter().find(|desk| serves(&desk.key)).unwrap_or(desks.first());
    Ok(first.calendar.rules().time_zone.clone())
}

/// Log out: the token and the event streams opened with it end at once.
#[utoipa::path(post, path = "/v1/logout", operation_id = "log_out", tag = "session", responses((status = 204, description = "The token has ended")))]
pub(super) async fn logout(
    State(context): State<ApiContext>,
    session: Session,
) -> Result<StatusCode, Problem> {
    context.store.revoke_token(&session.token, context.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who the token belongs to.
#[utoipa::path(get, path = "/v1/me", operation_id = "me", tag = "session", responses((status = 200, description = "The counselor", body = CounselorView)))]
pub(super) async fn me(session: Session) -> Json<CounselorView> {
    Json(view::counselor(&session.counselor))
}
