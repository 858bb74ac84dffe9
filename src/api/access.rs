//! Who may ask a route: the column of the route table that [`Session`](super::session::Session) enforces. It names the roles, and
//! the purposes of service tokens. What somebody sees of a desk that they do not serve, rules of the domain decide.

use utoipa::openapi::path::Paths;
use utoipa::openapi::security::SecurityRequirement;

use super::problem::ProblemCode;
use crate::domain::account::Purpose;
use crate::domain::actor::{Actor, Role};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody, without a token.
    Anybody,
    /// Whoever is logged in, also before they have chosen a password and set up their second factor: the routes for that.
    Entry,
    /// Whoever is logged in.
    Person,
    /// Who answers citizens.
    Counselor,
    Supervisor,
    /// Figures about the service without anything of a citizen: everybody, and programs.
    Figures,
    /// Figures for monitoring: programs with a token for that.
    Metrics,
    /// What is recorded about accounts.
    Records,
    /// The accounts themselves.
    Accounts,
    /// The access log: who saw what. Those who manage accounts or answer citizens stand in it, and do not read it.
    Audit,
}

/// Where a request came from: a peer's address, or the Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Peer(pub(super) String);

impl Access {
    /// The roles of people who may ask.
    fn roles(self) -> &'static [Role] {
        match self {
            Access::Anybody | Access::Metrics => &[],
            Access::Entry | Access::Person | Access::Figures => &Role::GIVEN,
            Access::Counselor => &[Role::Counselor, Role::Supervisor, Role::Administrator],
            Access::Supervisor => &[Role::Supervisor],
            Access::Records => &[Role::Administrator, Role::Auditor],
            Access::Accounts => &[Role::Administrator],
            Access::Audit => &[Role::Auditor],
        }
    }

    /// What a service token has to be for.
    pub(super) fn purposes(self) -> &'static [Purpose] {
        match self {
            Access::Figures => &Purpose::ALL,
            Access::Metrics => &[Purpose::Metrics],
            _ => &[],
        }
    }

    /// Whether this person may ask; else why not.
    pub(super) fn admits(self, actor: &Actor) -> Result<(), ProblemCode> {
        let has_duty = self != Access::Counselor || actor.takes_duty();
        match (self.roles().contains(&actor.role), self) {
            (true, _) if has_duty => Ok(()),
            (_, Access::Supervisor) if actor.takes_duty() => Err(ProblemCode::SupervisorsOnly),
            _ => Err(ProblemCode::RoleRefuses),
        }
    }

    /// Says in the document that a token is needed, where one is.
    pub(super) fn describe(self, paths: &mut Paths) {
        if self == Access::Anybody {
            return;
        }
        for item in paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                let no_scopes: [&str; 0] = [];
                operation.security = Some(vec![SecurityRequirement::new("bearer", no_scopes)]);
            }
        }
    }
}
