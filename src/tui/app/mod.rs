//! The desk as a state and a function: [`App::update`] takes an event, changes the state and says what is to be done outside. It reads
//! no clock, no terminal and no network, so that a table of keys can test it.
//!
//! | file | what it decides |
//! |---|---|
//! | `state.rs`, `event.rs` | what is remembered; what happens and what is wanted |
//! | `notice.rs` | what is told, and how long it stays |
//! | `update.rs` | which part an event is for; time and the live stream |
//! | `commands.rs` | single keys |
//! | `write.rs` | the composer, the look before sending, sending |
//! | `pick.rs`, `ask.rs` | lists to choose from; questions with one line for an answer, and yes or no |
//! | `aid.rs` | what is done beside answering: 119 and 112, what is masked, photos, answers in doubt |
//! | `bulletin.rs` | the sentences that receipts carry now |
//! | `drafts.rs` | what became of drafts elsewhere, and answers that came back |
//! | `came.rs` | what the server answered |
//!
//! Invariants: a text leaves only by a key in [`Mode::Review`]; what is written is kept until the server has it; the send guard
//! compares with what the person has read, not with what was fetched.

mod aid;
mod ask;
mod bulletin;
mod came;
mod commands;
mod drafts;
mod event;
mod notice;
mod pick;
mod state;
mod update;
mod write;

pub use event::{Book, Came, Deed, Effect, Event, NotSent, Saved, Wanted};
pub use pick::presence_id;
pub use state::{App, AskFor, Asked, Link, Mode, PICKED_AT_ONCE, PickFor, Picker, Review, Sheet, Talk, Then};
