//! `munja whoami`: who is logged in, as the server sees it.

use super::desk::Desk;
use super::failure::Failure;
use super::render::one_word;

pub async fn run(desk: &mut Desk) -> Result<(), Failure> {
    let me = desk.client()?.me().await?;
    if desk.json {
        return desk.print_json(&me);
    }
    desk.print(&format!("{} ({})", one_word(&me.name), one_word(&me.login)))
}
