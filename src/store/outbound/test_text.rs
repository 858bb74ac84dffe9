//! Texts that an operator sends to try a carrier. They stand in no conversation and no queue; what is kept of them is only
//! that they are ours.

use rusqlite::named_params;

use crate::domain::UnixMs;
use crate::domain::list_comparison::TestText;
use crate::domain::outbound::ClientKey;
use crate::store::{Result, Store};

impl Store {
    /// Records a text before its first byte leaves.
    pub async fn begin_test_text(&self, carrier: &'static str, key: ClientKey, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            conn.prepare_cached(
                "INSERT INTO test_text (client_key, carrier, at) VALUES (:key, :carrier, :at)",
            )?
            .execute(named_params! { ":key": key.as_str(), ":carrier": carrier, ":at": now })?;
            Ok(())
        })
        .await
    }

    /// Records the carrier's id of a text it has taken.
    pub async fn test_text_taken(&self, key: ClientKey, carrier_message_id: String) -> Result<()> {
        self.write(move |conn| {
            conn.prepare_cached("UPDATE test_text SET carrier_message_id = :id WHERE client_key = :key")?
                .execute(named_params! { ":id": carrier_message_id, ":key": key.as_str() })?;
            Ok(())
        })
        .await
    }

    /// The texts sent to try this carrier between the two times.
    pub async fn test_texts(&self, carrier: String, since: UnixMs, until: UnixMs) -> Result<Vec<TestText>> {
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT client_key, carrier_message_id FROM test_text
                 WHERE carrier = :carrier AND at BETWEEN :since AND :until",
            )?;
            let rows = select.query_map(
                named_params! { ":carrier": carrier, ":since": since, ":until": until },
                |r| {
                    Ok(TestText {
                        key: r.get("client_key")?,
                        carrier_message_id: r.get("carrier_message_id")?,
                    })
                },
            )?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}
