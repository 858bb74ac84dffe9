//! Reading columns into domain types. A word that this version does not know is an error: the file is damaged or
//! foreign, and nothing is guessed.

use rusqlite::types::Type;
use rusqlite::{Error, Row};

use crate::domain::conversation::ConversationState;
use crate::domain::counselor::Counselor;
use crate::domain::outbound::{ClientKey, OutboundKind, OutboundState};
use crate::domain::phone::PhoneNumber;
use crate::domain::text::MessageText;
use crate::domain::triage::Tier;

/// Reads column `name` as a word that `parse` knows.
pub(in crate::store) fn word<T>(
    row: &Row<'_>,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let index = row.as_ref().column_index(name)?;
    let found: String = row.get(index)?;
    parse(&found).ok_or_else(|| {
        let cause = format!("column {name} holds a word this version does not know");
        Error::FromSqlConversionFailure(index, Type::Text, cause.into())
    })
}

pub(in crate::store) fn conversation_state(row: &Row<'_>) -> rusqlite::Result<ConversationState> {
    word(row, "state", ConversationState::from_word)
}

/// Reads column `tier`.
pub(in crate::store) fn tier(row: &Row<'_>) -> rusqlite::Result<Option<Tier>> {
    Ok(row.get::<_, Option<i64>>("tier")?.and_then(Tier::from_number))
}

pub(in crate::store) fn outbound_state(row: &Row<'_>) -> rusqlite::Result<OutboundState> {
    word(row, "state", OutboundState::from_word)
}

pub(in crate::store) fn outbound_kind(row: &Row<'_>) -> rusqlite::Result<OutboundKind> {
    word(row, "kind", OutboundKind::from_word)
}

pub(in crate::store) fn client_key(row: &Row<'_>) -> rusqlite::Result<ClientKey> {
    word(row, "client_key", ClientKey::parse)
}

pub(in crate::store) fn phone(row: &Row<'_>, name: &str) -> rusqlite::Result<PhoneNumber> {
    word(row, name, |found| Some(PhoneNumber::parse(found)))
}

pub(in crate::store) fn text(row: &Row<'_>) -> rusqlite::Result<MessageText> {
    Ok(MessageText::new(row.get::<_, String>("text")?))
}

/// Reads a counselor from `counselor_id`, `counselor_login`, `counselor_name` and `counselor_disabled_at`; `None` if the
/// join found nobody.
pub(in crate::store) fn counselor(row: &Row<'_>) -> rusqlite::Result<Option<Counselor>> {
    let Some(id) = row.get("counselor_id")? else {
        return Ok(None);
    };
    Ok(Some(Counselor {
        id,
        login: row.get("counselor_login")?,
        name: row.get("counselor_name")?,
        disabled_at: row.get("counselor_disabled_at")?,
    }))
}
