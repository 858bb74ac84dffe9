//! Who reads or changes something: a person with a role and desks, the service itself, or the operator at the machine.
//! Every store method that a person can reach takes an [`Actor`]; what they may see and do is decided here.

use super::counselor::Counselor;

/// What a person may do. Roles are no ladder: each has its own duties, and none includes another but supervisor counselor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Counselor,
    /// Also takes over, restricts, and sees every desk.
    Supervisor,
    /// Manages accounts. Answers citizens, and sees their texts, only at desks that were given expressly.
    Administrator,
    /// Reads who did what, and no citizen's text.
    Auditor,
    /// Reads figures, and no citizen's text.
    Board,
    /// Whoever runs `munjad` on the machine itself.
    Operator,
    /// The daemon: timers, routing, delivery.
    System,
}

impl Role {
    /// The roles a person can be given.
    pub const GIVEN: [Role; 5] =
        [Role::Counselor, Role::Supervisor, Role::Administrator, Role::Auditor, Role::Board];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Counselor => "counselor",
            Role::Supervisor => "supervisor",
            Role::Administrator => "administrator",
            Role::Auditor => "auditor",
            Role::Board => "board",
            Role::Operator => "operator",
            Role::System => "system",
        }
    }

    /// Reads the word of a role that a person can be given; `None` for any other.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::GIVEN.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether who has this role and these desks answers citizens, and may see their texts.
    pub fn takes_duty(self, desks: &DeskScope) -> bool {
        match self {
            Role::Counselor | Role::Supervisor | Role::Operator | Role::System => true,
            Role::Administrator => !desks.is_empty(),
            Role::Auditor | Role::Board => false,
        }
    }

    /// The desks of somebody who is given this role and no desks expressly: all where the role is made for it, else none.
    pub fn usual_desks(self) -> DeskScope {
        match self {
            Role::Administrator | Role::Auditor | Role::Board => DeskScope::Only(Vec::new()),
            _ => DeskScope::All,
        }
    }

    /// Whether a log-in needs a second factor: of who manages accounts and who reads the records about everybody.
    pub fn needs_second_factor(self) -> bool {
        matches!(self, Role::Administrator | Role::Auditor)
    }
}

/// The desks a person serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskScope {
    All,
    /// Keys of desks.
    Only(Vec<String>),
}

impl DeskScope {
    /// Reads the database's word: keys with spaces between; `*` is all.
    pub fn from_word(word: &str) -> DeskScope {
        if word.trim() == "*" {
            return DeskScope::All;
        }
        DeskScope::Only(word.split_whitespace().map(str::to_owned).collect())
    }

    /// The word in the database.
    pub fn to_word(&self) -> String {
        match self {
            DeskScope::All => "*".to_owned(),
            DeskScope::Only(keys) => keys.join(" "),
        }
    }

    pub fn contains(&self, desk: &str) -> bool {
        match self {
            DeskScope::All => true,
            DeskScope::Only(keys) => keys.iter().any(|key| key == desk),
        }
    }

    /// No desk at all.
    pub fn is_empty(&self) -> bool {
        *self == DeskScope::Only(Vec::new())
    }
}

/// Who does or reads something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `None` for the service itself and for the operator.
    pub counselor: Option<Counselor>,
    pub role: Role,
    pub desks: DeskScope,
    /// Where the request came from, such as a peer's address; the name of a loop or a command for who is no person.
    pub from: String,
}

impl Actor {
    /// A person who is logged in.
    pub fn person(counselor: Counselor, role: Role, desks: DeskScope, from: String) -> Actor {
        Actor { counselor: Some(counselor), role, desks, from }
    }

    /// The service itself; `from` names its loop.
    pub fn system(from: &str) -> Actor {
        Actor { counselor: None, role: Role::System, desks: DeskScope::All, from: from.to_owned() }
    }

    /// The operator at the machine; `from` names the command.
    pub fn operator(from: &str) -> Actor {
        Actor { role: Role::Operator, ..Actor::system(from) }
    }

    /// The counselor's number, if it is a person.
    pub fn id(&self) -> Option<i64> {
        self.counselor.as_ref().map(|counselor| counselor.id)
    }

    /// Whether it is this counselor.
    pub fn is(&self, counselor_id: i64) -> bool {
        self.id() == Some(counselor_id)
    }

    /// May do what only supervisors do.
    pub fn supervises(&self) -> bool {
        matches!(self.role, Role::Supervisor | Role::Operator | Role::System)
    }

    /// Answers citizens, and may see texts of theirs.
    pub fn takes_duty(&self) -> bool {
        self.role.takes_duty(&self.desks)
    }

    /// Sees and serves this desk.
    pub fn serves(&self, desk: &str) -> bool {
        self.takes_duty() && (self.supervises() || self.desks.contains(desk))
    }

    /// A person who is no member of this desk. What they see or do there in spite of it is recorded.
    pub fn is_foreign_to(&self, desk: &str) -> bool {
        self.counselor.is_some() && !self.desks.contains(desk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role, desks: &str) -> Actor {
        let counselor = Counselor { id: 1, login: "a".into(), name: "a".into(), disabled_at: None };
        Actor::person(counselor, role, DeskScope::from_word(desks), "test".into())
    }

    #[test]
    fn who_serves_which_desk() {
        let cases = [
            (person(Role::Counselor, "main"), "main", true),
            (person(Role::Counselor, "main"), "north", false),
            (person(Role::Counselor, "main north"), "north", true),
            (person(Role::Counselor, "*"), "north", true),
            (person(Role::Counselor, ""), "main", false),
            (person(Role::Counselor, "mainly"), "main", false),
            (person(Role::Supervisor, "main"), "north", true),
            (person(Role::Administrator, ""), "main", false),
            (person(Role::Administrator, "main"), "main", true),
            (person(Role::Administrator, "main"), "north", false),
            (person(Role::Auditor, "*"), "main", false),
            (person(Role::Board, "*"), "main", false),
            (Actor::system("timers"), "north", true),
            (Actor::operator("check"), "north", true),
        ];
        for (actor, desk, expected) in cases {
            assert_eq!(actor.serves(desk), expected, "{actor:?} {desk}");
        }
    }

    #[test]
    fn only_supervisors_supervise() {
        let supervising = Role::GIVEN.into_iter().filter(|role| person(*role, "*").supervises());
        assert_eq!(supervising.collect::<Vec<_>>(), [Role::Supervisor]);
        assert!(Actor::system("timers").supervises() && Actor::operator("check").supervises());
    }

    #[test]
    fn a_member_of_another_desk_is_foreign_and_the_service_is_not() {
        assert!(person(Role::Supervisor, "main").is_foreign_to("north"));
        assert!(!person(Role::Supervisor, "*").is_foreign_to("north"));
        assert!(!Actor::system("timers").is_foreign_to("north"));
    }

    #[test]
    fn words_are_read_back() {
        for role in Role::GIVEN {
            assert_eq!(Role::from_word(role.as_str()), Some(role));
        }
        assert_eq!(Role::from_word("system"), None, "nobody is given that");
        for word in ["*", "main north", ""] {
            assert_eq!(DeskScope::from_word(word).to_word(), word);
        }
    }
}
