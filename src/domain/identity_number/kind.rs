//! Which numbers are hidden.

/// Kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityNumber {
    Resident,
    Alien,
    Passport,
    Licence,
    Card,
    Account,
}

impl IdentityNumber {
    pub const ALL: [IdentityNumber; 6] =
        [Self::Resident, Self::Alien, Self::Passport, Self::Licence, Self::Card, Self::Account];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Alien => "alien",
            Self::Passport => "passport",
            Self::Licence => "licence",
            Self::Card => "card",
            Self::Account => "account",
        }
    }
}
