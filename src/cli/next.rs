//! `munja next`: takes the conversation that waits longest.

use super::conversation;
use super::desk::Desk;
use super::failure::Failure;

pub async fn run(desk: &mut Desk) -> Result<(), Failure> {
    let detail = desk.client()?.next().await?;
    desk.about = Some(detail.summary.id);
    conversation::show(desk, &detail)
}
