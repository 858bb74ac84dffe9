//! Log-in, log-out and who one is. [`Session`] is the proof that a request comes from a counselor; a token is looked up
//! each time, so that it ends the moment it is revoked.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use tokio::sync::Mutex;

use super::extract::Json;
use super::problem::{Problem, ProblemCode};
use super::wire::{CounselorView, LoginRequest, LoginResponse};
use super::{ApiContext, view};
use crate::domain::counselor::Counselor;
use crate::store::LoginCheck;

/// Who asks. As an argument of a route it refuses everybody else.
pub(super) struct Session {
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
        let token = bearer(&parts.headers).ok_or_else(|| Problem::new(ProblemCode::Unauthorized))?.to_owned();
        let found = context.store.counselor_of_token(&token, context.now()).await?;
        let counselor = found.ok_or_else(|| Problem::new(ProblemCode::Unauthorized))?;
        Ok(Session { counselor, token })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Where log-ins wait for each other: those of one login always in the same line, so that guessing in parallel counts
/// every guess, and at most four at once, because checking a password is made to be costly.
#[derive(Clone, Default)]
pub(super) struct LogInLine(Arc<[Mutex<()>; 4]>);

impl LogInLine {
    fn mutex_for(&self, login: &str) -> &Mutex<()> {
        let mut hasher = DefaultHasher::new();
        login.hash(&mut hasher);
        let [a, b, c, d] = &*self.0;
        match hasher.finish() % 4 {
            0 => a,
            1 => b,
            2 => c,
            _ => d,
        }
    }
}

/// Log in. Five wrong passwords in a row lock the account for a quarter of an hour.
#[utoipa::path(post, path = "/v1/login", operation_id = "log_in", tag = "session", request_body = LoginRequest,
    responses((status = 200, description = "A token", body = LoginResponse)))]
pub(super) async fn login(
    State(context): State<ApiContext>,
    State(line): State<LogInLine>,
    Json(request): Json<LoginRequest>,
) -> Result<Json<LoginResponse>, Problem> {
    let turn = line.mutex_for(&request.login).lock().await;
    let check = context.store.check_login(request.login.clone(), request.password, context.now()).await?;
    drop(turn);
    let now = context.now();
    let counselor = match check {
        LoginCheck::Ok(counselor) => counselor,
        LoginCheck::Wrong => return Err(Problem::new(ProblemCode::WrongLogin)),
        LoginCheck::LockedUntil(until) => return Err(Problem::locked_out((until - now).max(0) / 1000 + 1)),
    };
    let expires_at = now + context.settings().token_ttl_ms;
    let token = context.store.issue_token(counselor.id, expires_at, now).await?;
    Ok(Json(LoginResponse { token, expires_at, counselor: view::counselor(&counselor) }))
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
