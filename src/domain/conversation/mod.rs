//! Conversations (상담): one consultation, from a citizen's first text to the close.
//!
//! [`Conversation::handle`] decides about every command and changes nothing itself: it returns how the conversation
//! stands afterwards and what follows, or why not. `store::conversation` loads the facts and saves the decision; nothing
//! else moves a conversation.
//!
//! * [`state`] the four states · [`danger`] the alarm beside them · [`aggregate`] the row
//! * [`command`] commands, facts, effects · [`handle`] the one door
//! * `arriving`, `holding`, `answering`, `alarm`, `passing`, `protecting`, `following_up`, `recovered`, `change`, `out_of_time`, [`time`]: the rules, by subject

pub mod aggregate;
mod alarm;
mod answering;
mod arriving;
mod at_once;
mod change;
pub mod command;
pub mod danger;
mod following_up;
pub mod handle;
mod holding;
mod out_of_time;
mod passing;
mod protecting;
mod recovered;
pub mod state;
pub mod time;

pub use aggregate::{Category, Claim, Closed, Conversation, LastInbound, Offer, Promise, Referral};
pub use at_once::AT_ONCE;
pub use change::BeforeAnswer;
pub use command::{
    CitizenChange, Closing, Command, Decision, Effect, Facts, FoundSent, Happening, MOST_DAYS_AHEAD, Reply,
    TextIn,
};
pub use danger::{Ack, Danger, DangerEnd, DangerState};
pub use state::{
    ConversationEvent, ConversationState, LIVE_MS, Latest, REOPEN_MS, Refused, Route, next, route,
};
