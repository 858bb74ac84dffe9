//! `--help` and wrong usage in the person's language: clap knows the shape of the commands, the catalogue their words.
//!
//! `cmd-<name>` describes a command, its attribute `.examples` stands below; `arg-<command>-<argument>`, or `arg-<argument>`
//! for one that many share, describes an argument.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, ValueEnum};

use super::args::{Cli, Colour};
use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::io::Io;
use crate::client::Say;
use crate::client::format::one_word;
use crate::domain::text::one_line;
use crate::ops::lang::Lang;

/// `munja help [COMMAND]`: prints the help of the program or of one command.
pub fn run(context: &mut CliContext, command: Option<&str>) -> Result<(), Failure> {
    let mut root = translated(&context.say, context.io.columns);
    root.build();
    let found = match command {
        None => Some(&mut root),
        Some(name) => root.find_subcommand_mut(name),
    };
    let Some(command) = found else {
        let what = one_word(command.unwrap_or_default());
        return Err(Failure::here(
            Exit::Usage,
            "usage_command",
            [("what", what.into()), ("command", "".into())],
        ));
    };
    let help = styled(&command.render_long_help(), context.paint.on);
    context.print(help.trim_end())
}

/// What is needed before the arguments are parsed.
pub struct Early {
    pub lang: Lang,
    pub json: bool,
    pub colour: bool,
    /// The command, as far as it can be recognised.
    command: String,
}

impl Early {
    pub fn read(args: &[OsString], io: &Io) -> Self {
        let words: Vec<&str> =
            args.iter().skip(1).filter_map(|arg| arg.to_str()).take_while(|w| *w != "--").collect();
        let value = |name: &str| {
            let at = words.iter().position(|word| word.split('=').next() == Some(name))?;
            words[at].split_once('=').map(|(_, value)| value).or_else(|| words.get(at + 1).copied())
        };
        let lang = value("--lang").and_then(|word| Lang::from_str(word, true).ok());
        let colour = value("--color").and_then(|word| Colour::from_str(word, true).ok());
        let root = Cli::command();
        Early {
            lang: lang.unwrap_or_else(|| Lang::of_variables(|name| io.var(name))),
            json: words.contains(&"--json"),
            colour: match colour.unwrap_or(Colour::Auto) {
                Colour::Auto => io.likes_colour && io.stdout_is_terminal,
                Colour::Always => true,
                Colour::Never => false,
            },
            command: words
                .iter()
                .find(|w| root.find_subcommand(w).is_some())
                .copied()
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// The commands in the person's language.
pub fn translated(say: &Say, columns: usize) -> Command {
    let root = described(Cli::command(), say).term_width(columns.min(100));
    root.mut_subcommands(|command| described(command, say))
}

fn described(command: Command, say: &Say) -> Command {
    let name = command.get_name().to_owned();
    let usage = format!("{{about}}\n\n{} {{usage}}\n\n{{all-args}}{{after-help}}", say.t("heading-usage"));
    let examples = say.find(&format!("cmd-{name}.examples")).unwrap_or_default();
    // Shared options come after those of the command.
    let mut n_shared = 0;
    command
        .about(say.t(&format!("cmd-{name}")))
        .after_help(examples)
        .help_template(usage)
        .subcommand_help_heading(heading(say, "heading-commands"))
        .subcommand_value_name(heading(say, "value-command"))
        .mut_args(|mut arg| {
            let own = say.find(&format!("arg-{name}-{}", arg.get_id()));
            let help = own.unwrap_or_else(|| say.t(&format!("arg-{}", arg.get_id())));
            let id = if arg.is_positional() { "heading-arguments" } else { "heading-options" };
            // clap's own "[possible values: ...]" and "[default: ...]" know English only; ours say it.
            if arg.is_global_set() {
                n_shared += 1;
                arg = arg.display_order(100 + n_shared);
            }
            let takes_value = arg.get_action().takes_values();
            let arg = arg.help(help).help_heading(heading(say, id));
            if takes_value { arg.hide_possible_values(true).hide_default_value(true) } else { arg }
        })
}

/// clap needs headings that live as long as the program; they are few, and this runs once or twice.
fn heading(say: &Say, id: &str) -> &'static str {
    Box::leak(say.t(id).into_boxed_str())
}

/// Prints what clap ends with: help, the version, or wrong usage.
pub fn end(error: &clap::Error, say: &Say, early: &Early, io: &mut Io) -> Exit {
    let text = styled(&error.render(), early.colour);
    // If the reader has gone, nothing is left to do.
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = writeln!(io.stdout, "{}", text.trim_end());
            Exit::Ok
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = writeln!(io.stderr, "{}", text.trim_end());
            Exit::Usage
        }
        _ => complain(&wrong_usage(error, early), say, early, io),
    }
}

/// Nothing was asked for where no desk can be opened: prints the help.
pub fn no_command(say: &Say, early: &Early, io: &mut Io) -> Exit {
    if early.json {
        return complain(&Failure::here(Exit::Usage, "usage_no_command", []), say, early, io);
    }
    let help = translated(say, io.columns).render_long_help();
    // If the reader has gone, nothing is left to do.
    let _ = writeln!(io.stderr, "{}", styled(&help, early.colour).trim_end());
    Exit::Usage
}

/// Prints a failure that came before there was a context.
pub fn complain(failure: &Failure, say: &Say, early: &Early, io: &mut Io) -> Exit {
    failure.print(say, None, early.json, &mut io.stderr);
    failure.exit()
}

/// So much is shown of the values that an option takes (columns).
const MOST_ALLOWED: usize = 300;

fn wrong_usage(error: &clap::Error, early: &Early) -> Failure {
    let context = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => one_word(text),
        Some(ContextValue::Strings(texts)) => one_word(&texts.join(", ")),
        _ => String::new(),
    };
    let allowed = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(texts)) => one_line(&texts.join(", "), MOST_ALLOWED),
        _ => String::new(),
    };
    let suggested = context(ContextKind::SuggestedSubcommand);
    let (code, what) = match error.kind() {
        ErrorKind::InvalidSubcommand if !suggested.is_empty() => {
            ("usage_command_like", context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidSubcommand => ("usage_command", context(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => ("usage_no_command", String::new()),
        ErrorKind::UnknownArgument => ("usage_option", context(ContextKind::InvalidArg)),
        ErrorKind::InvalidValue if !allowed.is_empty() => {
            ("usage_value_of", context(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            ("usage_value", context(ContextKind::InvalidArg))
        }
        ErrorKind::MissingRequiredArgument => ("usage_missing", context(ContextKind::InvalidArg)),
        ErrorKind::ArgumentConflict => ("usage_conflict", context(ContextKind::InvalidArg)),
        _ => ("usage_other", context(ContextKind::InvalidArg)),
    };
    let command = if early.command.is_empty() { String::new() } else { format!("{} ", early.command) };
    let values = [
        ("what", what.into()),
        ("value", context(ContextKind::InvalidValue).into()),
        ("other", context(ContextKind::PriorArg).into()),
        ("suggested", suggested.into()),
        ("allowed", allowed.into()),
        ("command", command.into()),
    ];
    Failure::Here { exit: Exit::Usage, code, values: values.into() }
}

fn styled(text: &StyledStr, colour: bool) -> String {
    if colour { text.ansi().to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::words;

    #[test]
    fn every_command_and_argument_is_described_in_both_languages() {
        for lang in [Lang::Ko, Lang::En] {
            let say = words::say(lang);
            let root = translated(&say, 100);
            for command in std::iter::once(&root).chain(root.get_subcommands()) {
                let name = command.get_name();
                let described = |id: &str| say.find(id).is_some_and(|words| words.trim().len() > 2);
                assert!(described(&format!("cmd-{name}")), "{lang:?} {name}");
                assert!(described(&format!("cmd-{name}.examples")), "{lang:?} {name}: examples");
                for arg in command.get_arguments() {
                    let id = arg.get_id();
                    let known = described(&format!("arg-{name}-{id}")) || described(&format!("arg-{id}"));
                    assert!(known, "{lang:?} {name} {id}");
                }
            }
        }
    }

    #[test]
    fn korean_help_is_korean_throughout() {
        let mut root = translated(&words::say(Lang::Ko), 100);
        root.build();
        for name in root.get_subcommands().map(|c| c.get_name().to_owned()).collect::<Vec<_>>() {
            let help = root.find_subcommand_mut(&name).expect("there").render_long_help().to_string();
            for english in ["Usage", "Options", "Arguments", "Commands", "possible", "default:", "Print"] {
                assert!(!help.contains(english), "{name}: {english}\n{help}");
            }
        }
    }

    #[test]
    fn the_shape_of_the_commands_is_sound() {
        translated(&words::say(Lang::En), 80).debug_assert();
    }
}
