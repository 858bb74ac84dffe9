//! `--help` of `munjad` in Korean: one table, `locales/help.ko.txt`, with a line for each command and argument. A test finds
//! what has no line.
//!
//! `carrier status` names a command, `carrier status:offline` its argument, `:config` an argument that many commands share.

use clap::{Arg, ArgAction, Command};

use crate::ops::lang::Lang;

const TABLE: &str = include_str!("locales/help.ko.txt");
const EXAMPLES: &str = include_str!("locales/examples.ko.txt");

const TEMPLATE: &str = "{about-with-newline}\n사용법: {usage}\n\n{all-args}{after-help}";

/// The command line with its help in `lang`.
pub(super) fn localised(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Ko => {
            let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
            let command = command.disable_version_flag(true).arg(version);
            translated(command, "").after_help(EXAMPLES.trim_end())
        }
    }
}

fn translated(command: Command, path: &str) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let about = about(path).unwrap_or_default();
    let command = command
        .disable_help_flag(true)
        .arg(help)
        .about(about)
        .long_about(None::<&str>)
        .help_template(TEMPLATE)
        .subcommand_help_heading("명령")
        .subcommand_value_name("명령");
    let command = command.mut_args(|arg| {
        let heading = if arg.is_positional() { "인수" } else { "옵션" };
        let arg = arg.help_heading(heading);
        match argument(path, arg.get_id().as_str()) {
            Some(words) => arg.help(words).long_help(None::<&str>),
            None => arg,
        }
    });
    command.mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name());
        translated(sub, path.trim_start())
    })
}

fn about(path: &str) -> Option<&'static str> {
    find(if path.is_empty() { "munjad" } else { path })
}

fn argument(path: &str, id: &str) -> Option<&'static str> {
    find(&format!("{path}:{id}")).or_else(|| find(&format!(":{id}")))
}

fn find(key: &str) -> Option<&'static str> {
    let lines = TABLE.lines().filter_map(|line| line.split_once('\t'));
    lines.into_iter().find(|(known, _)| *known == key).map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::admin::Munjad;

    fn untranslated(command: &Command, path: &str, missing: &mut Vec<String>) {
        if about(path).is_none() {
            missing.push(path.to_owned());
        }
        let arguments = command.get_arguments().map(|arg| arg.get_id().as_str());
        missing.extend(arguments.filter(|id| argument(path, id).is_none()).map(|id| format!("{path}:{id}")));
        for sub in command.get_subcommands() {
            untranslated(sub, format!("{path} {}", sub.get_name()).trim_start(), missing);
        }
    }

    #[test]
    fn every_command_and_argument_has_korean_words() {
        let mut missing = Vec::new();
        untranslated(&Munjad::command(), "", &mut missing);
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn help_of_a_subcommand_is_korean_throughout() {
        let mut command = localised(Munjad::command(), Lang::Ko);
        command.build();
        let carrier = command.find_subcommand_mut("carrier").unwrap();
        let help = carrier.render_long_help().to_string();
        for word in ["Usage", "Commands", "Options", "Print", "Show", "[default"] {
            assert!(!help.contains(word), "{word}: {help}");
        }
        assert!(help.contains("사용법: munjad carrier") && help.contains("reconcile"), "{help}");
    }
}
