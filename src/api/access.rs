//! Who may ask a route: the column of the route table that [`Session`](super::session::Session) enforces.

use utoipa::openapi::path::Paths;
use utoipa::openapi::security::SecurityRequirement;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody, without a token.
    Anybody,
    /// Whoever is logged in. What they see of a desk they do not serve, rules of the domain decide.
    Counselor,
    Supervisor,
}

/// Where a request came from: a peer's address, or the Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Peer(pub(super) String);

impl Access {
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
