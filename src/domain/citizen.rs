//! Facts about a citizen that decide what is sent to them: wishes and restrictions, no personal traits.

use super::UnixMs;
use super::triage::Tier;

/// A citizen's wishes, and restrictions on them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citizen {
    /// When they opted out of automatic texts.
    pub opted_out_at: Option<UnixMs>,
    /// They get no answers until then, unless in danger.
    pub restricted_until_at: Option<UnixMs>,
    pub restriction_reason: Option<String>,
    /// When the survey was last sent to them.
    pub surveyed_at: Option<UnixMs>,
    /// Their preference, such as easy words.
    pub preference: Option<String>,
}

impl Citizen {
    /// Whether no answer may be sent: they opted out and have not written since. A danger is answered all the same.
    pub fn refuses_texts(&self, last_inbound_at: UnixMs, tier: Option<Tier>) -> bool {
        tier != Some(Tier::Danger) && self.opted_out_at.is_some_and(|at| at >= last_inbound_at)
    }

    /// Whether the restriction holds at `now`.
    pub fn is_restricted(&self, now: UnixMs) -> bool {
        self.restricted_until_at.is_some_and(|until| until > now)
    }
}
