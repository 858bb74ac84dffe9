//! `munja logout`: revokes the token and forgets it.

use super::desk::Desk;
use super::failure::Failure;

/// Forgets the token here also if the server can't be told; then says so by failing.
pub async fn run(desk: &mut Desk) -> Result<(), Failure> {
    let told = desk.client()?.logout().await;
    desk.profile.forget()?;
    match told {
        // A token the server no longer knows is as good as revoked.
        Err(error) if error.code() == Some("unauthorized") => {}
        Err(error) => {
            let remark = desk.say.t("logged-out-here-only");
            desk.remark(&remark);
            return Err(error.into());
        }
        Ok(()) => {}
    }
    let sentence = desk.say.t("logged-out");
    desk.print_done("logged_out", &sentence)
}
