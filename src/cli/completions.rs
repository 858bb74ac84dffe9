//! `munja completions SHELL`: a script that teaches a shell our commands.

use clap_complete::Shell;

use super::context::CliContext;
use super::failure::Failure;
use super::help;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// The script as it is, also with `--json`.
pub fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = help::translated(&context.say, context.io.columns);
    clap_complete::generate(args.shell, &mut command, "munja", &mut script);
    context.print(String::from_utf8_lossy(&script).trim_end())
}
