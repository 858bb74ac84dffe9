//! The machine the daemon runs on: clock, disks, backups on them, core dumps, language and causes of errors, logging, systemd,
//! certificates.

pub mod backups;
pub mod causes;
pub mod clock;
pub mod disk;
pub mod dump;
pub mod lang;
pub mod logging;
pub mod process;
pub mod systemd;
pub mod terminal;
pub mod text_file;
pub mod tls;
