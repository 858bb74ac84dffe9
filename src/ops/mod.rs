//! The machine the daemon runs on: clock, language, logging, systemd.

pub mod clock;
pub mod disk;
pub mod lang;
pub mod logging;
pub mod systemd;
