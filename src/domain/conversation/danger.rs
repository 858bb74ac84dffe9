//! Danger in a conversation: it rings until a person answers the citizen or ends the alarm by name.
//!
//! | state          | entered by                                    | left by                                     |
//! |----------------|-----------------------------------------------|---------------------------------------------|
//! | `ringing`      | a text of danger, a counselor's "urgent", release, transfer or loss of the holder, an answer that is lost or does not leave | ack, claim, answer, end of alarm |
//! | `looked_after` | ack or claim, by name                         | answer, end of alarm; back to `ringing`     |
//! | `answered`     | a person's answer to the citizen              | `ringing`                                   |
//! | `ended`        | a person says that there is no danger, and why, or hands over to 119 or 112 | `ringing`     |
//!
//! While it is *open* (`ringing` or `looked_after`) supervisors are called at each step, and the last step repeats.
//! Somebody who only says that they look after it stops the bell, not the steps. Somebody who says so from a duty phone stops
//! both for a while; then it rings again.

use crate::domain::UnixMs;

/// Where the danger stands; the module's table says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DangerState {
    Ringing,
    LookedAfter,
    Answered,
    Ended,
}

/// How a danger ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DangerEnd {
    /// A person wrote to the citizen.
    Answered,
    /// 119 or 112 was told.
    Told,
    /// A person said that there is no danger.
    False,
}

impl DangerEnd {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Told => "told",
            Self::False => "false_alarm",
        }
    }
}

impl DangerState {
    pub const ALL: [DangerState; 4] = [Self::Ringing, Self::LookedAfter, Self::Answered, Self::Ended];

    /// How it ended; `None` for a danger that is open. `is_acked`: somebody is named who looked after it.
    pub fn ended_how(self, is_acked: bool) -> Option<DangerEnd> {
        match self {
            Self::Ringing | Self::LookedAfter => None,
            Self::Answered => Some(DangerEnd::Answered),
            Self::Ended if is_acked => Some(DangerEnd::Told),
            Self::Ended => Some(DangerEnd::False),
        }
    }

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::LookedAfter => "looked_after",
            Self::Answered => "answered",
            Self::Ended => "ended",
        }
    }

    /// Reads the word back; `None` for a word of no state.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Nobody has answered the citizen yet, or said that there is no danger.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Ringing | Self::LookedAfter)
    }
}

/// Who said that they look after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    pub by: i64,
    pub at: UnixMs,
}

/// Danger, from the first sign to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Danger {
    pub state: DangerState,
    /// When it last began to ring.
    pub rang_at: UnixMs,
    /// From when the steps count.
    pub alarm_from: UnixMs,
    /// Steps taken since then.
    pub n_escalations: u32,
    pub ack: Option<Ack>,
    /// Looked after by a duty phone: no calls until then, and then it rings again.
    pub quiet_until: Option<UnixMs>,
}

impl Danger {
    /// A new sign of danger, or nobody who looks after it any more. The steps go on where an open alarm stands: neither who
    /// writes again and again nor who claims and lets go may put them off.
    pub fn ring(before: Option<Danger>, now: UnixMs) -> Danger {
        match before.filter(|danger| danger.state.is_open()) {
            Some(open) => {
                Danger { state: DangerState::Ringing, rang_at: now, ack: None, quiet_until: None, ..open }
            }
            None => Danger {
                state: DangerState::Ringing,
                rang_at: now,
                alarm_from: now,
                n_escalations: 0,
                ack: None,
                quiet_until: None,
            },
        }
    }

    /// Somebody answers from a duty phone: they look after it, and nobody is called for a while. Changes nothing where
    /// another phone has done so, or where nothing is open.
    pub fn taken_by_phone(self, by: i64, now: UnixMs, quiet_ms: i64) -> Danger {
        if !self.state.is_open() || self.quiet_until.is_some() {
            return self;
        }
        let ack = Some(Ack { by, at: now });
        Danger { state: DangerState::LookedAfter, ack, quiet_until: Some(now + quiet_ms), ..self }
    }

    /// The time that an answer by phone gives is over. One that lies further ahead than it ever can is of a clock that was
    /// wrong.
    pub fn is_quiet_over(&self, quiet_ms: i64, now: UnixMs) -> bool {
        self.quiet_until.is_some_and(|until| until <= now || until - now > quiet_ms)
    }

    /// Somebody looks after it. Changes nothing but a danger that rings.
    pub fn acked(self, by: i64, at: UnixMs) -> Danger {
        match self.state {
            DangerState::Ringing => {
                Danger { state: DangerState::LookedAfter, ack: Some(Ack { by, at }), ..self }
            }
            _ => self,
        }
    }

    /// Somebody takes the conversation: from now on it is they who look after an open danger.
    pub fn taken(self, by: i64, at: UnixMs) -> Danger {
        if self.state.is_open() {
            let ack = Some(Ack { by, at });
            Danger { state: DangerState::LookedAfter, ack, quiet_until: None, ..self }
        } else {
            self
        }
    }

    /// A person wrote to the citizen.
    pub fn answered(self) -> Danger {
        self.closed_as(DangerState::Answered)
    }

    /// A person says that there is no danger: nobody looks after it any more.
    pub fn taken_back(self) -> Danger {
        if self.state.is_open() { Danger { ack: None, ..self.closed_as(DangerState::Ended) } } else { self }
    }

    /// 119 or 112 was told, by this person where nobody looked after it.
    pub fn handed_over(self, by: Option<i64>, at: UnixMs) -> Danger {
        if !self.state.is_open() {
            return self;
        }
        let ack = self.ack.or(by.map(|by| Ack { by, at }));
        Danger { ack, ..self.closed_as(DangerState::Ended) }
    }

    /// 119 or 112 was told.
    pub fn is_handed_over(&self) -> bool {
        self.state.ended_how(self.ack.is_some()) == Some(DangerEnd::Told)
    }

    /// It was no danger.
    pub fn is_false_alarm(&self) -> bool {
        self.state.ended_how(self.ack.is_some()) == Some(DangerEnd::False)
    }

    fn closed_as(self, state: DangerState) -> Danger {
        if self.state.is_open() { Danger { state, quiet_until: None, ..self } } else { self }
    }

    /// The clock went back: the alarm began in the future, or more steps were taken than are over.
    pub fn is_out_of_time(&self, steps_ms: &[i64], now: UnixMs) -> bool {
        self.alarm_from > now || self.n_steps_over(steps_ms, now) < self.n_escalations
    }

    /// How many steps are over at `now`: 60 s, 180 s, and then each 180 s, for steps of `[60, 180]`.
    pub fn n_steps_over(&self, steps_ms: &[i64], now: UnixMs) -> u32 {
        let elapsed = now - self.alarm_from;
        let Some(last) = steps_ms.last().copied().filter(|last| *last > 0) else {
            return 0;
        };
        let listed = steps_ms.iter().filter(|step| **step <= elapsed).count();
        let repeated = (elapsed / last - 1).max(0);
        u32::try_from(listed).unwrap_or(u32::MAX).saturating_add(u32::try_from(repeated).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000;

    #[test]
    fn the_last_step_repeats() {
        let danger = Danger::ring(None, 0);
        let steps = [60 * SECOND, 180 * SECOND];
        let cases =
            [(59, 0), (60, 1), (179, 1), (180, 2), (359, 2), (360, 3), (540, 4), (36_000, 201), (-5, 0)];
        for (seconds, expected) in cases {
            assert_eq!(danger.n_steps_over(&steps, seconds * SECOND), expected, "{seconds}");
        }
        assert_eq!(danger.n_steps_over(&[], 99 * SECOND), 0);
        assert_eq!(danger.n_steps_over(&[60 * SECOND], 180 * SECOND), 3);
    }

    #[test]
    fn every_state() {
        let ringing = Danger { n_escalations: 2, ..Danger::ring(None, 5) };
        let looked_after = ringing.acked(7, 10);
        assert_eq!(looked_after.state, DangerState::LookedAfter);
        assert_eq!(
            looked_after.acked(8, 11).ack,
            Some(Ack { by: 7, at: 10 }),
            "the first one looks after it"
        );
        assert_eq!(looked_after.taken(8, 11).ack, Some(Ack { by: 8, at: 11 }), "but who takes it does");
        assert_eq!(looked_after.answered().taken(8, 11), looked_after.answered());
        assert_eq!(ringing.answered().state, DangerState::Answered);
        assert_eq!(looked_after.answered().state, DangerState::Answered);
        let again = Danger::ring(Some(looked_after), 20);
        assert_eq!(
            (again.state, again.alarm_from, again.n_escalations, again.ack),
            (DangerState::Ringing, 5, 2, None)
        );
        let new = Danger::ring(Some(looked_after.answered()), 30);
        assert_eq!((new.alarm_from, new.n_escalations), (30, 0));
        for (danger, is_false) in [
            (ringing, false),
            (looked_after.answered(), false),
            (ringing.taken_back(), true),
            (looked_after.taken_back(), true),
            (looked_after.answered().taken_back(), false),
            (looked_after.handed_over(Some(8), 40), false),
            (ringing.handed_over(Some(8), 40), false),
        ] {
            assert_eq!(danger.is_false_alarm(), is_false, "{danger:?}");
        }
        for state in DangerState::ALL {
            assert_eq!(DangerState::from_word(state.as_str()), Some(state));
        }
    }
}
