//! Where to look: which command shows whether a change was made that the server did not confirm, and which one shows the numbers that a
//! command takes.

use super::args::Command;
use super::failure::Ways;

/// The commands to look with after this one.
pub fn ways(command: &Command) -> Ways {
    Ways { look: after(command), numbers: numbers(command) }
}

fn numbers(command: &Command) -> &'static str {
    match command {
        Command::Bulletin(_) => "munja bulletin list",
        Command::Sessions(_) => "munja sessions",
        Command::Decide(_) => "munja doubt",
        Command::Reviews(_) => "munja reviews",
        Command::Photo(_) | Command::Recall(_) => "munja show N",
        _ => Ways::default().numbers,
    }
}

/// The command to look with; `None`: the conversation that the command was about, or the list of all.
fn after(command: &Command) -> Option<&'static str> {
    match command {
        Command::Edit(args) => Some(args.history()),
        Command::Bulletin(_) => Some("munja bulletin list"),
        Command::Login(_) | Command::Logout | Command::Passwd(_) | Command::Totp(_) => Some("munja whoami"),
        Command::Sessions(_) => Some("munja sessions"),
        Command::Account(_) => Some("munja accounts"),
        Command::Next => Some("munja list --mine"),
        Command::On | Command::Phone | Command::Break | Command::Off(_) => Some("munja colleagues"),
        Command::Draft(_) => Some("munja drafts"),
        Command::Review(_) | Command::Reviews(_) => Some("munja reviews"),
        Command::Decide(_) => Some("munja doubt"),
        Command::Announce(_) => Some("munja status"),
        _ => None,
    }
}
