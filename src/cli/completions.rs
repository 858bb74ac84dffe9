//! `munja completions SHELL`: prints the completion script of a shell.

use clap_complete::Shell;

use super::context::CliContext;
use super::failure::Failure;
use super::help;

/// Prints the script as it is, also with `--json`.
pub fn run(context: &mut CliContext, shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = help::translated(&context.say);
    clap_complete::generate(shell, &mut command, "munja", &mut script);
    context.print_whole(String::from_utf8_lossy(&script).trim_end())
}
