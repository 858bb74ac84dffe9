//! What is read out to 119 or 112: the number, what the citizen asked us to heed, and everything that they wrote, with times.

use crate::client::format::one_word;
use crate::domain::text::{one_line, runs_leftwards, wrapped};
use crate::tui::app::{App, Sheet};

/// Columns of a line before a window breaks it.
const COLUMNS: usize = 2_000;

pub fn title(app: &App, sheet: &Sheet) -> String {
    let n = app.n().unwrap_or_default().to_string();
    app.say.with("handover-title", [("service", sheet.service.into()), ("n", n.into())])
}

/// The lines below the title. Foreign words stand behind a bar.
pub fn lines(app: &App, sheet: &Sheet) -> Vec<String> {
    let Some(talk) = &app.talk else { return Vec::new() };
    let say = &app.say;
    let number = talk.revealed.as_ref().map(|shown| one_word(&shown.number)).unwrap_or_default();
    let mut lines = vec![say.with("handover-number", [("number", number.into())])];
    let wish = talk.detail.preference.as_deref();
    lines.extend(wish.map(|wish| say.with("talk-wish", [("text", one_line(wish, 200).into())])));
    lines.push(say.t("handover-texts"));
    for text in talk.detail.messages.iter().filter(|text| text.inbound().is_some()) {
        lines.push(app.times().clock(text.at()));
        for line in wrapped(talk.words(text), COLUMNS) {
            lines.push(format!("│ {}{line}", if runs_leftwards(&line) { "RTL " } else { "" }));
        }
    }
    lines.push(say.t("handover-place"));
    lines.push(say.t("handover-by-text"));
    lines.push(say.with("sheet-keys", [("service", sheet.service.into())]));
    lines
}
