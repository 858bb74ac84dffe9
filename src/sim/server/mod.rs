//! The outside of the simulated carrier: handling a call, its own routes, sockets, and webhook calls to the gateway.

mod call;
mod own_routes;
mod sockets;
mod webhooks;

pub use call::SimBreak;
pub use webhooks::SimPush;
