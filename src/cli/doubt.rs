//! `munja doubt`: answers that may have arrived, or not, and that the carrier can't tell about.

use super::conversation;
use super::desk::Desk;
use super::failure::Failure;
use super::render::one_word;

pub async fn run(desk: &mut Desk) -> Result<(), Failure> {
    let list = desk.client()?.in_doubt().await?;
    if desk.json {
        return desk.print_json(&list);
    }
    if list.messages.is_empty() {
        let sentence = desk.say.t("doubt-empty");
        return desk.print(&sentence);
    }
    for item in &list.messages {
        let n = item.conversation_id.to_string();
        let title = desk.say.with("conversation-title", [("n", n.into())]);
        let text = conversation::text_of(desk, &item.message);
        desk.print(&format!("{} · {}\n{text}", desk.paint.strong(&title), one_word(&item.citizen)))?;
    }
    Ok(())
}
