//! What the access log says of each request: the column of the route table, and the one place where an answer waits until its
//! row is on disk.
//!
//! A route that shows citizens' data returns [`Seen`], which says whose. An answer of such a route that does not say so never
//! leaves: it would be missing in the log. Who is refused what they asked to read has a row, too, which names what that was.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::ApiContext;
use super::problem::{Problem, ProblemCode};
use crate::domain::access::{Action, Who};
use crate::domain::actor::Actor;
use crate::store::{ConversationDetail, NewAccess, StoreError};

/// What is logged of a route: a column of the route table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logged {
    /// Nothing: it neither shows nor changes a citizen's data.
    Nothing,
    /// The store writes the row together with the change. It speaks of the conversation that the answer shows, too.
    WithChange,
    /// As [`Logged::WithChange`]; the store also logs what it refuses, with the reason that was given.
    WithAttempt(Action),
    /// The row is written before the answer leaves.
    BeforeAnswer(Action),
}

/// Who asks, once a request has shown it: put into each request, so that a refusal is logged, too.
#[derive(Clone, Default)]
pub(super) struct Asker(Arc<OnceLock<Asked>>);

struct Asked {
    who: Who,
    /// The column of roles lets them ask.
    is_admitted: bool,
}

impl Asker {
    /// To be told of each person who has a session and nothing left to do first.
    pub(super) fn is(&self, actor: &Actor, is_admitted: bool) {
        // A request has one session.
        drop(self.0.set(Asked { who: Who::of(actor), is_admitted }));
    }

    /// The row of somebody who asked to read what they may not, or what is not there; `None` where nothing of that happened.
    fn refused(&self, logged: Logged, status: StatusCode, path: &str) -> Option<NewAccess> {
        let asked = self.0.get()?;
        let action = match logged {
            Logged::BeforeAnswer(action) => action,
            Logged::WithAttempt(action) if !asked.is_admitted => action,
            _ => return None,
        };
        let detail = match status {
            StatusCode::FORBIDDEN => "refused",
            StatusCode::NOT_FOUND => "not found",
            _ => return None,
        };
        let row = NewAccess::of(asked.who.clone(), action).detail(detail);
        Some(match named(path) {
            Some(("conversations", id)) => NewAccess { conversation_id: Some(id), ..row },
            Some((_, id)) => NewAccess { item_id: Some(id), ..row },
            None => row,
        })
    }
}

/// What a path asks for: the word before its first number, and the number.
fn named(path: &str) -> Option<(&str, i64)> {
    let words = || path.split('/');
    words().zip(words().skip(1)).find_map(|(of, id)| Some((of, id.parse().ok()?)))
}

/// An answer, and what the log says of it.
pub(super) struct Seen<T>(pub(super) T, pub(super) NewAccess);

impl<T: IntoResponse> IntoResponse for Seen<T> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.extensions_mut().insert(self.1);
        response
    }
}

/// Marks an answer with its route's column.
pub(super) fn mark(logged: Logged, mut response: Response) -> Response {
    response.extensions_mut().insert(logged);
    response
}

/// Writes the row of each answer that shows citizens' data; the answer leaves when the row is on disk, and not otherwise.
pub(super) async fn record(State(context): State<ApiContext>, mut request: Request, next: Next) -> Response {
    let (asker, path) = (Asker::default(), request.uri().path().to_owned());
    request.extensions_mut().insert(asker.clone());
    let mut response = next.run(request).await;
    let logged = response.extensions_mut().remove::<Logged>().unwrap_or(Logged::Nothing);
    let seen = response.extensions_mut().remove::<NewAccess>();
    let is_as_told = match (&seen, logged) {
        (Some(seen), Logged::BeforeAnswer(action)) => seen.action == action,
        (Some(_), _) => false,
        // A refusal shows nothing of a citizen; one that does is logged where it is made.
        (None, Logged::BeforeAnswer(_)) => !response.status().is_success(),
        (None, _) => true,
    };
    if !is_as_told {
        return Problem::because(ProblemCode::Internal, "the access log does not know this answer")
            .into_response();
    }
    match seen.or_else(|| asker.refused(logged, response.status(), &path)) {
        None => response,
        Some(seen) => match context.log(seen).await {
            Ok(()) => response,
            Err(error) => Problem::from(error).into_response(),
        },
    }
}

impl ApiContext {
    /// Writes a row of the access log; it is on disk when this returns.
    pub(super) async fn log(&self, access: NewAccess) -> Result<(), StoreError> {
        self.store.record_access(access, self.now()).await.map(|_| ())
    }
}

/// That a conversation was shown to somebody.
pub(super) fn about(access: NewAccess, shown: &ConversationDetail) -> NewAccess {
    access.about(shown.summary.id, Some(&shown.summary.citizen))
}
