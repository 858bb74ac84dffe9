//! The machine the daemon runs on: clock, language and causes of errors, logging, systemd, certificates.

pub mod causes;
pub mod clock;
pub mod disk;
pub mod lang;
pub mod logging;
pub mod systemd;
pub mod tls;
