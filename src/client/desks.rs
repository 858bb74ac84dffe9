//! What desks are called: by their names, as they are configured. A key stands only where no name is known.

use super::format::one_word;
use super::say::Say;
use crate::api::wire::DeskList;
use crate::domain::actor::DeskScope;

/// The name of a desk; its key where it is not known.
pub fn desk_name(desks: Option<&DeskList>, key: &str) -> String {
    let known = desks.and_then(|list| list.desks.iter().find(|desk| desk.key == key));
    one_word(known.map(|desk| desk.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(key))
}

/// The desk that something is for; all of them where it names none.
pub fn desk_or_all(say: &Say, desks: Option<&DeskList>, key: Option<&str>) -> String {
    key.map_or_else(|| say.t("desks-all"), |key| desk_name(desks, key))
}

/// The desks that somebody serves, by the word of the database: their names, or that they are all.
pub fn desks_served(say: &Say, name: impl Fn(&str) -> String, word: &str) -> String {
    match DeskScope::from_word(word) {
        DeskScope::All => say.t("desks-all"),
        DeskScope::Only(keys) => keys.iter().map(|key| name(key)).collect::<Vec<_>>().join(", "),
    }
}
