//! People are called: texts to duty phones, their answers, alarms to the operator, and what leaves by command and webhook.
//! Everything is written in the transaction of what it follows from: a crash loses no call and doubles none.

pub(super) mod answer;
mod burst;
pub(super) mod call;
mod line;
mod operator;
mod push;
mod view;

pub use push::AlarmPush;
pub(super) use push::LONGEST_WAIT_MS as LONGEST_PUSH_WAIT_MS;
pub use view::{CalledAlarm, OpenTrouble};
