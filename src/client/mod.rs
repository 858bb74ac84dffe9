//! What every face of the product for counselors shares; `cli` and `tui` are two of them. It talks to the daemon through the API alone.
//!
//! | file | what it is |
//! |---|---|
//! | `api.rs`, `accounts.rs`, `address.rs`, `link.rs`, `events.rs` | the typed HTTP client, the addresses it accepts, why a connection is not secure, the live stream |
//! | `profile.rs`, `files.rs` | the log-in of a profile, and files that only their owner can read |
//! | `seen.rs`, `drafts.rs`, `kept.rs`, `sending.rs` | what was shown, what was written, which of it the server has, which reply is on its way |
//! | `photos.rs` | photos, films and voice messages: saved, and shown by a viewer |
//! | `people.rs`, `follow.rs`, `quality.rs`, `lists.rs` | colleagues: who is on; texts with which we begin; supervisors' work, and the lists that they edit |
//! | `tidy.rs` | how long drafts and saved photos stay on this machine |
//! | `named.rs`, `desks.rs` | names that people type, and which ones they may have meant; what desks are called |
//! | `audit.rs`, `deeds.rs` | the access log for auditors, the table that shows it, and the words of what was done |
//! | `search.rs` | searching, and advice before a text is sent |
//! | `reply.rs` | one reply as one request under one key, also after an answer was lost |
//! | `refusal.rs`, `when.rs` | why the server refused; moments as people write them |
//! | `say.rs`, `locales/` | sentences in Korean and English |
//! | `times.rs`, `format.rs`, `message.rs`, `happened.rs`, `citizen.rs` | times, short words, what became of a text, how long a text is, what happened, what a citizen is called |
//!
//! Invariants: a token goes only to the server that issued it; a reply that may have arrived is only ever repeated under
//! its old key; what a citizen wrote is stored nowhere on this machine, except in a counselor's own draft.
//!
//! Uses `api::wire`, `domain` and the language of `ops`; never the store, a carrier, a worker, the config or the daemon.

mod accounts;
mod address;
pub mod answer_all;
mod api;
pub mod audit;
mod bulletins;
pub mod citizen;
mod deeds;
pub mod desks;
mod drafts;
mod events;
mod files;
mod follow;
pub mod format;
mod happened;
mod kept;
mod link;
mod lists;
pub mod message;
pub mod named;
mod people;
mod photos;
mod profile;
mod quality;
pub mod refusal;
pub mod reply;
mod say;
mod search;
mod seen;
mod sending;
pub mod table;
mod tidy;
mod times;
mod when;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;

pub use accounts::changed_value;
pub use address::{Address, BadAddress};
pub use api::{Client, ClientError, IDEMPOTENCY_KEY, Listed, ReportQuery};
pub use bulletins::bulletin_line;
pub use drafts::{
    DraftPlace, SCISSORS, above_line, both_drafts, bring_drafts, desk_draft, draft_to_edit, drafts_here,
    forget_draft, keep_desk_draft, keep_draft, put_draft,
};
pub use events::{Events, Feed};
pub use files::{create_private, write_private};
pub use happened::event_words;
pub use kept::{KeptDrafts, Moved, both_edits};
pub use link::LinkFault;
pub use photos::{keep_photo, view_file};
pub use profile::{
    BadProfile, DEFAULT_SERVER, NoSession, Profile, Session, drop_session, keep_session, session_for,
};
pub use quality::{Coaching, Sampled};
#[cfg(test)]
pub(crate) use say::catalogue;
pub use say::{Say, Value, Values};
pub use search::Sought;
pub use seen::{last_seen, note_seen};
pub use tidy::{Tidied, photo_folder, tidy};
pub use times::{Times, within};
pub use when::{MOST_DAYS, NotDue, When, due_at, span_ms};
