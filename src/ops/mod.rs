//! What keeps the daemon in touch with the machine it runs on: the clock, logging, systemd.

pub mod clock;
pub mod lang;
pub mod logging;
pub mod systemd;
