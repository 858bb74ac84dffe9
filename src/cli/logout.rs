//! `munja logout`: revokes the token and forgets it.

use super::context::CliContext;
use super::failure::Failure;
use crate::api::wire::ProblemCode;

/// Forgets the token here even if the server can't be reached; the command fails then.
pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let revoked = context.client()?.logout().await;
    context.profile.forget()?;
    match revoked {
        // A token the server no longer knows is as good as revoked.
        Err(error) if error.code() == Some(ProblemCode::Unauthorized) => {}
        Err(error) => {
            let remark = context.say.t("logged-out-here-only");
            context.remark(&remark);
            return Err(error.into());
        }
        Ok(()) => {}
    }
    let sentence = context.say.t("logged-out");
    context.print_done("logged_out", &sentence)
}
