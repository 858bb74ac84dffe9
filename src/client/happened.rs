//! What happened, in words: the sentences of the journal's events.

use super::say::{Say, Values};

/// What happened, by the kind of event and its detail, else by the kind alone. What no person did is said without a name.
pub fn event_words(say: &Say, (kind, detail): (&str, &str), (who, m): (&str, &str), more: Values) -> String {
    let id = if kind == "message" { format!("event-message-{detail}") } else { format!("event-{kind}") };
    let found = |id: &str, who: &str| {
        let known = [("who", who.to_owned()), ("m", m.to_owned()), ("detail", detail.to_owned())];
        let values = known.map(|(name, word)| (name, word.into())).into_iter().chain(more.clone());
        say.find_with(id, values)
    };
    let fits = |id: &String| !who.is_empty() || found(id, "") == found(id, "?");
    let ids = [format!("{id}-{detail}"), id.clone(), format!("{id}-nobody")];
    let known = ids.iter().filter(|id| fits(id)).find_map(|id| found(id, who));
    // An event of a newer server is printed as it is.
    known.unwrap_or_else(|| [kind, detail, who].join(" ").trim_end().to_owned())
}
