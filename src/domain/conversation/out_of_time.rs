//! Times that a wrong clock wrote into a conversation. By the rule of `domain::clock`: what has been so since a time in the
//! future has been so since now, and what was to come after that comes as much later than now.

use super::aggregate::{Claim, Conversation, Offer, Promise};
use crate::domain::UnixMs;
use crate::domain::clock::{AGREES_MS, since};

impl Conversation {
    /// How far the newest of its times lies in the future, if a clock that was ahead wrote it (milliseconds). Danger has a rule
    /// of its own, which also calls.
    pub fn ahead_ms(&self, now: UnixMs) -> Option<i64> {
        let times = [
            self.claim.as_ref().map(|claim| claim.at),
            self.touched_at,
            self.last_reply_at,
            self.waiting_since,
            self.notices_from,
            self.nudged_at,
            self.promise.and_then(|promise| promise.late_at),
        ];
        let newest = times.into_iter().flatten().max()?;
        Some(newest.saturating_sub(now)).filter(|ahead| *ahead > AGREES_MS)
    }

    /// The same conversation, as if what lies in the future had happened now. Nobody loses their place in line.
    pub fn set_right(&self, now: UnixMs) -> Conversation {
        let Some(ahead) = self.ahead_ms(now) else {
            return self.clone();
        };
        let past = |at: Option<UnixMs>| at.map(|at| since(at, now));
        let later = |at: UnixMs| if at > now + AGREES_MS { (at - ahead).max(now) } else { at };
        let right = Conversation {
            claim: self.claim.clone().map(|claim| Claim { at: since(claim.at, now), ..claim }),
            touched_at: past(self.touched_at),
            last_reply_at: past(self.last_reply_at),
            waiting_since: past(self.waiting_since),
            notices_from: past(self.notices_from),
            nudged_at: past(self.nudged_at),
            offer: self.offer.map(|offer| Offer { until: later(offer.until), ..offer }),
            promise: self
                .promise
                .map(|promise| Promise { due_at: later(promise.due_at), late_at: past(promise.late_at) }),
            ..self.clone()
        };
        let queue_at = right.queue_at.min(right.place(None, now));
        Conversation { queue_at, ..right }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arrival::tests::{NOON, policy};
    use crate::domain::conversation::ConversationState;
    use crate::domain::conversation::time::{Due, due};
    use crate::domain::counselor::Counselor;
    use crate::domain::phone::PhoneNumber;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;

    /// Written by a clock that was ten days ahead: somebody waits, is held and promised an answer in half an hour.
    fn ahead() -> Conversation {
        let [citizen, ours] = ["01012345678", "062120"].map(PhoneNumber::parse);
        let by = Counselor { id: 1, login: "a".into(), name: "a".into(), disabled_at: None };
        let then = NOON + 10 * DAY;
        Conversation {
            state: ConversationState::Active,
            claim: Some(Claim { by, at: then }),
            touched_at: Some(then + MINUTE),
            waiting_since: Some(then),
            notices_from: Some(then),
            promise: Some(Promise { due_at: then + 31 * MINUTE, late_at: None }),
            offer: Some(Offer { to: 1, until: then + 5 * MINUTE }),
            queue_at: then,
            ..Conversation::new(&citizen, &ours, "main", then)
        }
    }

    #[test]
    fn what_a_wrong_clock_wrote_happened_now() {
        let right = ahead().set_right(NOON);
        assert_eq!(right.ahead_ms(NOON), None);
        assert_eq!(right.claim.as_ref().map(|claim| claim.at), Some(NOON));
        assert_eq!((right.touched_at, right.waiting_since, right.queue_at), (Some(NOON), Some(NOON), NOON));
        assert_eq!(right.promise.map(|promise| promise.due_at), Some(NOON + 30 * MINUTE));
        assert_eq!(right.offer.map(|offer| offer.until), Some(NOON + 4 * MINUTE));
        assert_eq!(right.set_right(NOON), right);
    }

    #[test]
    fn it_is_set_right_before_anything_else_is_due() {
        assert_eq!(due(&ahead(), &policy(), NOON), [Due::OutOfTime]);
        let right = ahead().set_right(NOON);
        assert_eq!(due(&right, &policy(), NOON), []);
        assert_eq!(due(&right, &policy(), NOON + 30 * MINUTE), [Due::PromiseLate, Due::FreeClaim]);
    }

    #[test]
    fn a_right_one_stays_as_it_is() {
        let right = ahead();
        assert_eq!(right.set_right(NOON + 10 * DAY), right);
        assert_eq!(right.set_right(NOON + 10 * DAY + 30_000), right, "clocks are set by seconds every day");
    }
}
