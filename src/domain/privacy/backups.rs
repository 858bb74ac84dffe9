//! When a backup ends: the one owner of the rule. `munjad backup` follows it; `munjad check`, `munjad privacy show` and an erasure tell it.

use crate::domain::UnixMs;

/// When the backups in a folder end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupsEnd {
    /// So many are kept, the newest among them.
    pub keep: usize,
    /// None stays that is older (milliseconds), but the newest sound one.
    pub kept_ms: i64,
}

impl BackupsEnd {
    /// From when on the next backup removes one that was made then, at the latest.
    pub fn latest(&self, made_at: UnixMs) -> UnixMs {
        made_at.saturating_add(self.kept_ms)
    }

    /// Whether one of that age has to go.
    pub fn is_too_old(&self, made_at: UnixMs, now: UnixMs) -> bool {
        now > self.latest(made_at)
    }

    /// Whether a backup that has just been proved removes an older one, which `n_newer` are newer than.
    pub fn is_over(&self, n_newer: usize, made_at: UnixMs, now: UnixMs) -> bool {
        n_newer >= self.keep || self.is_too_old(made_at, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::privacy::DAY_MS;

    #[test]
    fn a_backup_ends_by_number_and_by_age() {
        let end = BackupsEnd { keep: 14, kept_ms: 35 * DAY_MS };
        let now = 1_000 * DAY_MS;
        for (n_newer, days, expected) in
            [(1, 0, false), (13, 34, false), (14, 1, true), (1, 35, false), (1, 36, true), (1, -5, false)]
        {
            assert_eq!(end.is_over(n_newer, now - days * DAY_MS, now), expected, "{n_newer} {days}");
        }
        assert_eq!(end.latest(now), now + 35 * DAY_MS);
    }
}
