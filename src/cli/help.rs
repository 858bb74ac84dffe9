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
use super::failure::{About, Failure};
use super::io::Io;
use crate::client::Say;
use crate::client::format::one_word;
use crate::domain::pseudonym::typed_name;
use crate::domain::text::{folded, one_line};
use crate::ops::lang::Lang;

/// Wider help is harder to read.
const MOST_COLUMNS: usize = 100;

/// `munja help [COMMAND]`: prints the help of the program or of one command.
pub fn run(context: &mut CliContext, command: Option<&str>) -> Result<(), Failure> {
    let mut root = translated(&context.say);
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
    let help = styled(&command.render_long_help(), context.paint.on, context.io.columns);
    context.print_whole(help.trim_end())
}

/// What is needed before the arguments are parsed.
pub struct Early {
    pub lang: Lang,
    pub json: bool,
    pub colour: bool,
    /// The command, as far as it can be recognised.
    pub command: String,
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

/// The commands in the person's language. Their help is not broken into lines yet: clap takes a Korean letter for one column.
pub fn translated(say: &Say) -> Command {
    let root = described(Cli::command(), say).term_width(0);
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
    let text = styled(&error.render(), early.colour, io.columns);
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
    let help = translated(say).render_long_help();
    // If the reader has gone, nothing is left to do.
    let _ = writeln!(io.stderr, "{}", styled(&help, early.colour, io.columns).trim_end());
    Exit::Usage
}

/// Prints a failure that came before there was a context.
pub fn complain(failure: &Failure, say: &Say, early: &Early, io: &mut Io) -> Exit {
    let about = About { command: &early.command, ..About::default() };
    failure.print(say, &about, early.json, &mut io.stderr);
    failure.exit()
}

fn wrong_usage(error: &clap::Error, early: &Early) -> Failure {
    let context = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => one_word(text),
        Some(ContextValue::Strings(texts)) => one_line(&texts.join(", "), 400),
        _ => String::new(),
    };
    let suggested = context(ContextKind::SuggestedSubcommand);
    // `munja` alone opens the desk.
    let owner = if early.command.is_empty() { "desk" } else { &early.command };
    let (code, what) = match error.kind() {
        ErrorKind::InvalidSubcommand if !suggested.is_empty() => {
            ("usage_command_like", context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidSubcommand => ("usage_command", context(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => ("usage_no_command", String::new()),
        ErrorKind::UnknownArgument => {
            let what = context(ContextKind::InvalidArg);
            (if is_option_of(owner, &what) { "usage_option_first" } else { "usage_option" }, what)
        }
        // The name of a citizen in the place of a conversation's number.
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
            if context(ContextKind::InvalidArg) == "<N>"
                && typed_name(&context(ContextKind::InvalidValue)).is_some() =>
        {
            ("usage_citizen", context(ContextKind::InvalidArg))
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
        ("known", known(error, context(ContextKind::ValidValue)).into()),
        ("other", context(ContextKind::PriorArg).into()),
        ("suggested", suggested.into()),
        ("owner", owner.to_owned().into()),
        ("command", command.into()),
    ];
    Failure::Here { exit: Exit::Usage, code, values: values.into() }
}

/// Whether a command has this option, which stood before it.
fn is_option_of(command: &str, option: &str) -> bool {
    let long = option.strip_prefix("--");
    let root = Cli::command();
    let found = root.find_subcommand(command);
    long.is_some() && found.is_some_and(|found| found.get_arguments().any(|arg| arg.get_long() == long))
}

/// What may stand there, with a dot behind it: the words of a choice, else the example or the range (`1..=200`, `1m - 30d`) that the
/// parser of the value names. Its prose, which is English, has no digit before the range.
fn known(error: &clap::Error, choice: String) -> String {
    let named = || {
        let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let range = said.rsplit_once(" is not in ").map_or(said.as_str(), |(_, range)| range);
        if range.contains(|c: char| c.is_ascii_digit()) { one_line(range, 100) } else { String::new() }
    };
    match if choice.is_empty() { named() } else { choice } {
        known if known.is_empty() => known,
        known => format!("{known} · "),
    }
}

/// What clap says, in lines of at most the terminal's width, and never wider than 100 columns.
fn styled(text: &StyledStr, colour: bool, columns: usize) -> String {
    let text = if colour { text.ansi().to_string() } else { text.to_string() };
    folded(&text, columns.min(MOST_COLUMNS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::words;
    use crate::domain::text::columns_of;

    #[test]
    fn every_command_and_argument_is_described_in_both_languages() {
        for lang in [Lang::Ko, Lang::En] {
            let say = words::say(lang);
            let root = translated(&say);
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
        let mut root = translated(&words::say(Lang::Ko));
        root.build();
        for name in root.get_subcommands().map(|c| c.get_name().to_owned()).collect::<Vec<_>>() {
            let help = root.find_subcommand_mut(&name).expect("there").render_long_help().to_string();
            for english in ["Usage", "Options", "Arguments", "Commands", "possible", "default:", "Print"] {
                assert!(!help.contains(english), "{name}: {english}\n{help}");
            }
        }
    }

    #[test]
    fn help_has_no_line_wider_than_the_terminal() {
        for lang in [Lang::Ko, Lang::En] {
            let mut root = translated(&words::say(lang));
            root.build();
            for name in root.get_subcommands().map(|c| c.get_name().to_owned()).collect::<Vec<_>>() {
                let help = root.find_subcommand_mut(&name).expect("there").render_long_help();
                for line in styled(&help, false, 80).lines() {
                    assert!(columns_of(line) <= 80, "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn the_shape_of_the_commands_is_sound() {
        translated(&words::say(Lang::En)).debug_assert();
    }
}
