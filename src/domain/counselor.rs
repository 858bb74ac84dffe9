//! Counselors, and the rules of logins.

use super::UnixMs;

/// Wrong passwords in a row before the account is locked for a while.
pub const MAX_FAILED_LOGINS: u32 = 5;
/// How long an account stays locked (milliseconds).
pub const LOCK_OUT_MS: i64 = 15 * 60 * 1000;
/// Passwords shorter than this (in characters) are refused.
pub const MIN_PASSWORD_CHARS: usize = 8;

/// A person who answers citizens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counselor {
    pub id: i64,
    /// Login name.
    pub login: String,
    /// Name shown to colleagues.
    pub name: String,
    pub disabled_at: Option<UnixMs>,
}

/// The new count of failures after a wrong password, and the end of the lock if the account is locked now.
pub fn after_failed_login(failed_before: u32, now: UnixMs) -> (u32, Option<UnixMs>) {
    let failed = failed_before.saturating_add(1);
    if failed >= MAX_FAILED_LOGINS { (0, Some(now + LOCK_OUT_MS)) } else { (failed, None) }
}

/// A log-in name: 1–32 lower-case letters, digits, `.`, `_` or `-`; no spaces, so that commands stay unambiguous.
pub fn is_valid_login(login: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    !login.is_empty() && login.len() <= 32 && login.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_password_locks() {
        let mut failed = 0;
        for _ in 0..4 {
            let (n, lock) = after_failed_login(failed, 1_000);
            assert_eq!(lock, None);
            failed = n;
        }
        assert_eq!(after_failed_login(failed, 1_000), (0, Some(1_000 + LOCK_OUT_MS)));
    }

    #[test]
    fn logins() {
        for good in ["minsu", "kim.ms", "a-1_b"] {
            assert!(is_valid_login(good), "{good}");
        }
        for bad in ["", "Min Su", "민수", "a\u{1b}[31m", &"x".repeat(33)] {
            assert!(!is_valid_login(bad), "{bad:?}");
        }
    }
}
