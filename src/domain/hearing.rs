//! Whether a carrier's texts reach us. A carrier that is asked for texts and has answered no such question for too long makes
//! the gateway *deaf* on that side: citizens may write, and nobody would know. Times are milliseconds on one clock that is
//! never set, so that nothing falls deaf because somebody moved the hands.

/// How often it is said again that a carrier is deaf (milliseconds).
pub const AGAIN_MS: i64 = 10 * 60 * 1_000;

/// How a carrier's texts come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// We ask for them.
    Asked,
    /// By webhook only. `is_open`: it can call us, because a webhook is set up here.
    Called { is_open: bool },
}

/// What is known about fetching texts from one carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    pub way: Way,
    /// Since when it is asked; a carrier that never answered is silent since then.
    pub asked_since: i64,
    /// When the last question was answered.
    pub last_answer_at: Option<i64>,
    /// Why the last question after that one was not answered, in the carrier's words.
    pub refusal: Option<&'a str>,
}

/// Result of [`judge`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Hearing {
    /// Texts are fetched, or have failed to be for a moment only.
    #[default]
    Hears,
    /// By webhook: silence says nothing.
    Called,
    /// No text can reach us, for so long (milliseconds) and for this reason.
    Deaf { for_ms: i64, why: String },
}

/// Said where nobody can call us and nobody may be asked.
pub const NO_WAY_IN: &str =
    "it only calls us, and no webhook is set up here: see [webhook] in the configuration";
/// Said where no question was ever refused, because none came back.
pub const NO_ANSWER: &str = "it has not answered";

/// Decides whether we hear the carrier at `now`; `deaf_after_ms` is the operator's patience.
pub fn judge(facts: &Facts<'_>, now: i64, deaf_after_ms: i64) -> Hearing {
    match facts.way {
        Way::Called { is_open: true } => Hearing::Called,
        Way::Called { is_open: false } => {
            Hearing::Deaf { for_ms: now.saturating_sub(facts.asked_since), why: NO_WAY_IN.to_owned() }
        }
        Way::Asked => {
            let for_ms = now.saturating_sub(facts.last_answer_at.unwrap_or(facts.asked_since));
            if for_ms < deaf_after_ms {
                return Hearing::Hears;
            }
            Hearing::Deaf { for_ms, why: facts.refusal.unwrap_or(NO_ANSWER).to_owned() }
        }
    }
}

/// What has to be said now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Deaf,
    /// It is still deaf.
    StillDeaf,
    HearsAgain,
}

/// What was said of one carrier so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Said {
    /// When it was last said that it is deaf; `None` while it is not.
    deaf_at: Option<i64>,
}

impl Said {
    /// The journal says that it was deaf when the last run of the daemon ended. That counts as said at `now`.
    pub fn deaf_before(now: i64) -> Said {
        Said { deaf_at: Some(now) }
    }

    /// What has to be said at `now`, which then counts as said.
    pub fn next(&mut self, hearing: &Hearing, now: i64) -> Option<Word> {
        let is_deaf = matches!(hearing, Hearing::Deaf { .. });
        match (is_deaf, self.deaf_at) {
            (false, None) => None,
            (false, Some(_)) => {
                self.deaf_at = None;
                Some(Word::HearsAgain)
            }
            (true, None) => {
                self.deaf_at = Some(now);
                Some(Word::Deaf)
            }
            (true, Some(at)) if now.saturating_sub(at) >= AGAIN_MS => {
                self.deaf_at = Some(now);
                Some(Word::StillDeaf)
            }
            (true, Some(_)) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: i64 = 120_000;

    fn asked(last_answer_at: Option<i64>, refusal: Option<&str>) -> Facts<'_> {
        Facts { way: Way::Asked, asked_since: 1_000, last_answer_at, refusal }
    }

    fn deaf(for_ms: i64, why: &str) -> Hearing {
        Hearing::Deaf { for_ms, why: why.to_owned() }
    }

    #[test]
    fn deaf_is_who_has_answered_nothing_for_too_long() {
        let table = [
            // Never answered: counts from the start.
            (asked(None, None), 120_999, Hearing::Hears),
            (asked(None, None), 121_000, deaf(120_000, NO_ANSWER)),
            (asked(None, Some("no connection")), 121_000, deaf(120_000, "no connection")),
            // Refused since the last answer.
            (asked(Some(500_000), Some("HTTP400")), 619_999, Hearing::Hears),
            (asked(Some(500_000), Some("HTTP400")), 620_000, deaf(120_000, "HTTP400")),
            // A question that neither ends nor fails.
            (asked(Some(500_000), None), 900_000, deaf(400_000, NO_ANSWER)),
            (asked(Some(500_000), None), 500_000, Hearing::Hears),
        ];
        for (facts, now, expected) in table {
            assert_eq!(judge(&facts, now, PATIENCE), expected, "{facts:?} at {now}");
        }
    }

    #[test]
    fn whoever_only_calls_is_not_deaf_for_not_being_asked() {
        let called = |is_open| Facts { way: Way::Called { is_open }, ..asked(None, None) };
        assert_eq!(judge(&called(true), 999_999_999, PATIENCE), Hearing::Called);
        // Nobody can call and nobody is asked: no patience helps.
        assert_eq!(judge(&called(false), 1_000, PATIENCE), deaf(0, NO_WAY_IN));
    }

    #[test]
    fn said_once_then_every_ten_minutes_and_when_it_is_over() {
        let mut said = Said::default();
        let (down, up) = (deaf(120_000, "x"), Hearing::Hears);
        let steps = [
            (&up, 0, None),
            (&down, 1_000, Some(Word::Deaf)),
            (&down, 2_000, None),
            (&down, 1_000 + AGAIN_MS - 1, None),
            (&down, 1_000 + AGAIN_MS, Some(Word::StillDeaf)),
            (&down, 2_000 + AGAIN_MS, None),
            (&up, 3_000 + AGAIN_MS, Some(Word::HearsAgain)),
            (&up, 4_000 + AGAIN_MS, None),
            (&down, 5_000 + AGAIN_MS, Some(Word::Deaf)),
        ];
        for (hearing, now, expected) in steps {
            assert_eq!(said.next(hearing, now), expected, "{hearing:?} at {now}");
        }
    }

    #[test]
    fn what_the_last_run_said_is_taken_back_or_repeated() {
        let mut said = Said::deaf_before(0);
        assert_eq!(said.next(&deaf(120_000, "x"), 120_000), None);
        assert_eq!(said.next(&deaf(720_000, "x"), AGAIN_MS), Some(Word::StillDeaf));
        assert_eq!(Said::deaf_before(0).next(&Hearing::Hears, 1_000), Some(Word::HearsAgain));
    }
}
