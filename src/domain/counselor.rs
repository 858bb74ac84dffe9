//! Counselors, and the rules of logins.

use super::UnixMs;

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

impl Counselor {
    /// Whether this is nobody's account, but stands for what was done by a duty phone ([`phone_login`]).
    pub fn is_a_phone(&self) -> bool {
        self.login.starts_with(OF_A_PHONE)
    }
}

/// No log-in name begins so.
const OF_A_PHONE: &str = "duty:";

/// Under which name it stands what was done by a duty phone whose holder has no account.
pub fn phone_login(phone: &str) -> String {
    format!("{OF_A_PHONE}{phone}")
}

/// A log-in name: 1–32 lower-case letters, digits, `.`, `_` or `-`; no spaces, so that commands stay unambiguous.
pub fn is_valid_login(login: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    !login.is_empty() && login.len() <= 32 && login.chars().all(fits)
}

/// Whether somebody may be given this log-in name: it begins with a letter or digit, so that no command takes it for an option.
/// Who has another from before goes on to log in with it.
pub fn may_be_given(login: &str) -> bool {
    is_valid_login(login) && !login.starts_with(['.', '_', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins() {
        for good in ["minsu", "kim.ms", "a-1_b", "7", "1a"] {
            assert!(is_valid_login(good) && may_be_given(good), "{good}");
        }
        for old in ["-rf", "--help", ".a", "_a"] {
            assert!(is_valid_login(old) && !may_be_given(old), "{old}");
        }
        for bad in ["", "Minsu", "a b", "a/b", "Min Su", "민수", "duty:kim", "a\u{1b}[31m", &"x".repeat(33)]
        {
            assert!(!is_valid_login(bad) && !may_be_given(bad), "{bad:?}");
        }
    }
}
