//! Accounts: what a log-in may still lack, what is recorded of changes, and the purposes of tokens for other programs.

/// What somebody has to do before anything else, once they are logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStep {
    /// Somebody else chose the password: choose one of their own.
    Password,
    /// Their role needs a second factor: set it up.
    SecondFactor,
}

impl FirstStep {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            FirstStep::Password => "password",
            FirstStep::SecondFactor => "totp",
        }
    }
}

/// What was changed about an account, or done with it. Words never change: auditors' programs know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountChange {
    Added,
    Disabled,
    Enabled,
    Role,
    Desks,
    /// Somebody else set it.
    PasswordReset,
    /// They changed it themselves.
    PasswordChanged,
    TotpEnabled,
    TotpDisabled,
    /// Somebody else took it away: the phone was lost.
    TotpReset,
    SessionsEnded,
    /// A lock-out after wrong passwords was lifted.
    Unlocked,
    LoggedIn,
    /// Instead of a code of the second factor.
    RecoveryCode,
    LoggedOut,
}

impl AccountChange {
    pub const ALL: [AccountChange; 15] = [
        AccountChange::Added,
        AccountChange::Disabled,
        AccountChange::Enabled,
        AccountChange::Role,
        AccountChange::Desks,
        AccountChange::PasswordReset,
        AccountChange::PasswordChanged,
        AccountChange::TotpEnabled,
        AccountChange::TotpDisabled,
        AccountChange::TotpReset,
        AccountChange::SessionsEnded,
        AccountChange::Unlocked,
        AccountChange::LoggedIn,
        AccountChange::RecoveryCode,
        AccountChange::LoggedOut,
    ];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            AccountChange::Added => "added",
            AccountChange::Disabled => "disabled",
            AccountChange::Enabled => "enabled",
            AccountChange::Role => "role",
            AccountChange::Desks => "desks",
            AccountChange::PasswordReset => "password_reset",
            AccountChange::PasswordChanged => "password_changed",
            AccountChange::TotpEnabled => "totp_enabled",
            AccountChange::TotpDisabled => "totp_disabled",
            AccountChange::TotpReset => "totp_reset",
            AccountChange::SessionsEnded => "sessions_ended",
            AccountChange::Unlocked => "unlocked",
            AccountChange::LoggedIn => "logged_in",
            AccountChange::RecoveryCode => "recovery_code",
            AccountChange::LoggedOut => "logged_out",
        }
    }

    pub fn from_word(word: &str) -> Option<AccountChange> {
        AccountChange::ALL.into_iter().find(|change| change.as_str() == word)
    }
}

/// What a token for another program is for. It opens the routes that name this purpose and nothing else; none shows a
/// citizen's text or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Monitoring: the state of the service.
    Metrics,
    /// A screen on a wall.
    Board,
    /// Programs that count.
    Figures,
}

impl Purpose {
    pub const ALL: [Purpose; 3] = [Purpose::Metrics, Purpose::Board, Purpose::Figures];

    /// The word on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Metrics => "metrics",
            Purpose::Board => "board",
            Purpose::Figures => "figures",
        }
    }

    pub fn from_word(word: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for change in AccountChange::ALL {
            assert_eq!(AccountChange::from_word(change.as_str()), Some(change));
        }
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_word(purpose.as_str()), Some(purpose));
        }
        assert_eq!(Purpose::from_word("everything"), None);
    }
}
