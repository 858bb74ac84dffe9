//! The simulated carrier as others reach it: one call from first to last, its own routes, sockets, and its calls to the
//! gateway.

mod call;
mod own_routes;
mod sockets;
mod webhooks;

pub use call::SimBreak;
pub use webhooks::SimPush;
