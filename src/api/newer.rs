//! The refusal that shows what the citizen has written since.

use super::ApiContext;
use super::problem::Problem;
use super::session::Session;
use crate::domain::access::Action;
use crate::store::NewAccess;

/// The refusal that shows what came in after `last_seen`.
pub(super) async fn newer_texts(
    context: &ApiContext,
    session: &Session,
    id: i64,
    last_seen: i64,
) -> Result<Problem, Problem> {
    let texts = context.store.texts_after(id, last_seen, &session.actor).await??;
    let access = NewAccess::by(&session.actor, Action::View).about(id, None).detail("newer texts");
    context.log(access).await?;
    Ok(Problem::newer_texts(&texts))
}
