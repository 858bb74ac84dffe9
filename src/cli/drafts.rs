//! `munja drafts`: one's own drafts on the server.

use super::context::CliContext;
use super::failure::Failure;
use super::render::lines;
use crate::api::wire::DraftView;
use crate::domain::text::one_line;

pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.drafts().await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.drafts.is_empty() {
        let none = context.say.t("drafts-empty");
        return context.print(&none);
    }
    let rows: Vec<_> = list.drafts.iter().map(|draft| row(context, draft)).collect();
    context.print(&lines(&rows))
}

/// `12  14:05  네, 62번이  (그 뒤에 시민이 문자를 보냄)`
fn row(context: &CliContext, draft: &DraftView) -> Vec<String> {
    let remark = match draft.origin.as_deref() {
        Some("recalled") => Some("draft-recalled"),
        Some("stopped") => Some("draft-stopped"),
        _ if draft.has_newer => Some("draft-newer"),
        _ => None,
    };
    vec![
        draft.conversation_id.to_string(),
        context.times().clock(draft.saved_at),
        one_line(&draft.text, 50),
        remark.map(|id| format!("({})", context.say.t(id))).unwrap_or_default(),
    ]
}
