//! `munja next`: takes the next conversation.

use super::context::CliContext;
use super::conversation;
use super::failure::Failure;

pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let detail = context.client()?.next().await?;
    context.about = Some(detail.summary.id);
    conversation::show(context, &detail)
}
