//! What is known of a person beyond their texts, as far as it matters for what is sent to them. No trait of theirs.

use super::UnixMs;

/// What a citizen asked for, and what was decided about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citizen {
    /// Since when they want no automatic texts.
    pub opted_out_at: Option<UnixMs>,
    /// Not answered until then, unless in danger.
    pub restricted_until_at: Option<UnixMs>,
    pub restriction_reason: Option<String>,
    /// When they were last asked how it was.
    pub surveyed_at: Option<UnixMs>,
    /// What they asked for, such as easy words.
    pub preference: Option<String>,
}

impl Citizen {
    /// Not answered now.
    pub fn is_restricted(&self, now: UnixMs) -> bool {
        self.restricted_until_at.is_some_and(|until| until > now)
    }
}
