//! What figures are counted from: conversations as they happened (`histories`), what citizens wrote about the service
//! (`quotes`), and months that are closed (`closed`), and
//! single facts and deeds (`deeds`). `sample` writes an invented year.

mod answers;
pub(in crate::store) mod closed;
mod deeds;
pub(in crate::store) mod histories;
pub(in crate::store) mod quotes;
pub(in crate::store) mod sample;
