//! Log-in, log-out and who one is. [`Session`] is the proof that a request comes from a counselor; a token is looked up
//! each time, so that it ends the moment it is revoked.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use super::access::{Access, Peer};
use super::audit::Asker;
use super::crowd::Standing;
use super::extract::Json;
use super::limits::TokenOf;
use super::problem::{Problem, ProblemCode};
use super::wire::{LoginRequest, LoginResponse, MeView};
use super::{ApiContext, view};
use crate::domain::UnixMs;
use crate::domain::account::FirstStep;
use crate::domain::actor::Actor;
use crate::domain::counselor::Counselor;
use crate::store::{Bearer, LogIn, LoginCheck};

/// Who asks. As an argument of a route it refuses everybody else.
pub(super) struct Session {
    /// With role and desks; what every store method is given.
    pub(super) actor: Actor,
    /// The same person.
    pub(super) counselor: Counselor,
    pub(super) token: String,
    /// The number of the session.
    pub(super) id: i64,
    /// What they have to do before anything else.
    pub(super) first_step: Option<FirstStep>,
}

/// Whoever the column of the route table admits: a person, or another program by its token.
pub(super) struct Caller {
    token: String,
}

impl Caller {
    /// Whether the token is good yet. A log-out, the end of an account and its time end it.
    pub(super) async fn is_still_good(&self, context: &ApiContext) -> bool {
        let now = context.now();
        if let Ok(Some(_)) = context.store.service_of_token(&self.token, now).await {
            return true;
        }
        matches!(context.store.actor_of_token(&self.token, "events".to_owned(), now).await, Ok(Some(_)))
    }
}

impl<S> FromRequestParts<S> for Session
where
    S: Send + Sync,
    ApiContext: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let context = ApiContext::from_ref(state);
        match admit(parts, &context).await? {
            Some(session) => Ok(session),
            None => Err(Problem::new(ProblemCode::RoleRefuses)),
        }
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    ApiContext: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        admit(parts, &ApiContext::from_ref(state)).await?;
        Ok(Caller { token: bearer(&parts.headers).unwrap_or_default().to_owned() })
    }
}

/// The session of a person whom the route admits; `None`: the token is another program's, and the route is open to it.
async fn admit(parts: &Parts, context: &ApiContext) -> Result<Option<Session>, Problem> {
    let unauthorized = || Problem::new(ProblemCode::Unauthorized);
    let access = match parts.extensions.get::<Access>() {
        // A route that asks for a session without a line in the table is a mistake of ours.
        None | Some(Access::Anybody) => {
            return Err(Problem::because(ProblemCode::Internal, "a route without an access rule"));
        }
        Some(access) => *access,
    };
    let token = bearer(&parts.headers).ok_or_else(unauthorized)?.to_owned();
    if let Some(service) = context.store.service_of_token(&token, context.now()).await? {
        proved(parts);
        context.limits.take_token(context, TokenOf::Program(service.id), &parts.extensions)?;
        let opens = access.purposes().contains(&service.purpose);
        return if opens { Ok(None) } else { Err(Problem::new(ProblemCode::RoleRefuses)) };
    }
    let found = context.store.bearer_of_token(&token, address(parts), context.now()).await?;
    let Bearer { actor, session_id: id, first_step } = found.ok_or_else(unauthorized)?;
    let counselor = actor.counselor.clone().ok_or_else(unauthorized)?;
    proved(parts);
    context.limits.take_token(context, TokenOf::Person(id), &parts.extensions)?;
    match first_step.filter(|_| access != Access::Entry) {
        Some(FirstStep::Password) => return Err(Problem::new(ProblemCode::MustChangePassword)),
        Some(FirstStep::SecondFactor) => return Err(Problem::new(ProblemCode::MustSetUpTotp)),
        None => {
            let admitted = access.admits(&actor);
            if let Some(asker) = parts.extensions.get::<Asker>() {
                asker.is(&actor, admitted.is_ok());
            }
            admitted.map_err(Problem::new)?;
        }
    }
    Ok(Some(Session { actor, counselor, token, id, first_step }))
}

/// The connection has brought a valid token.
fn proved(parts: &Parts) {
    if let Some(standing) = parts.extensions.get::<Standing>() {
        standing.proves();
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
/// sends the token of their last log-in along, also one that has ended, is known and does not stand behind strangers. An account
/// with a second factor needs its `code`. With `first_step`, the token opens only the routes for that until it is done.
#[utoipa::path(post, path = "/v1/login", operation_id = "log_in", tag = "session", request_body = LoginRequest,
    responses((status = 200, description = "A token", body = LoginResponse)))]
pub(super) async fn login(
    State(context): State<ApiContext>,
    from: LogInFrom,
    Json(request): Json<LoginRequest>,
) -> Result<Json<LoginResponse>, Problem> {
    let LoginRequest { login, password, code } = request;
    let LogInFrom { address, token } = from;
    let peer = context.store.login_peer(login.clone(), token.as_deref(), address.clone()).await?;
    let mark = context.store.password_mark(login.clone()).await?;
    let given = LogIn { login: login.clone(), password, code, address: address.clone() };
    let check = context.store.check_login(given, peer, context.now()).await?;
    let counselor = right(check, ProblemCode::WrongLogin, context.now())?;
    let now = context.now();
    let expires_at = now + context.settings().token_ttl_ms;
    let begun = context.store.begin_session((login, mark), address.clone(), expires_at, now).await?;
    let token = begun.ok_or_else(|| Problem::new(ProblemCode::WrongLogin))?;
    let first_step = context.store.bearer_of_token(&token, address, now).await?.and_then(|b| b.first_step);
    let time_zone = Some(time_zone_of(&context, &counselor.login).await?);
    let first_step = first_step.map(|step| step.as_str().to_owned());
    Ok(Json(LoginResponse {
        token,
        expires_at,
        counselor: view::counselor(&counselor),
        time_zone,
        first_step,
    }))
}

/// The counselor whose password was right; `wrong` is what a wrong password means on this route.
pub(super) fn right(check: LoginCheck, wrong: ProblemCode, now: UnixMs) -> Result<Counselor, Problem> {
    match check {
        LoginCheck::Ok(counselor) => Ok(counselor),
        LoginCheck::Wrong => Err(Problem::new(wrong)),
        LoginCheck::CodeNeeded => Err(Problem::new(ProblemCode::CodeNeeded)),
        LoginCheck::WrongCode => Err(Problem::new(ProblemCode::WrongCode)),
        LoginCheck::LockedUntil(until) => Err(Problem::locked_out((until - now).max(0) / 1000 + 1)),
        LoginCheck::Crowded => Err(Problem::crowded()),
    }
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
    context.store.revoke_token(&session.token, session.actor.from.clone(), context.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who the token belongs to, and what they may do.
#[utoipa::path(get, path = "/v1/me", operation_id = "me", tag = "session", responses((status = 200, description = "The counselor", body = MeView)))]
pub(super) async fn me(session: Session) -> Json<MeView> {
    Json(MeView {
        counselor: view::counselor(&session.counselor),
        role: session.actor.role.as_str().to_owned(),
        desks: session.actor.desks.to_word(),
        first_step: session.first_step.map(|step| step.as_str().to_owned()),
    })
}
