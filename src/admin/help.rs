//! `--help` and wrong usage of `munjad` in Korean: one table, `locales/help.ko.txt`, with a line for each command and argument. A test finds
//! what has no line.
//!
//! `carrier status` names a command, `carrier status:offline` its argument, `:config` an argument that many commands share, `~...` words
//! that stand beside the examples.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

use crate::domain::text::{folded, one_line};
use crate::ops::causes::in_words;
use crate::ops::lang::Lang;

/// Of what somebody typed at most so much is repeated (characters).
const MOST_SHOWN: usize = 60;

/// Wider help is harder to read.
const MOST_COLUMNS: usize = 100;

const TABLE: &str = include_str!("locales/help.ko.txt");
const EXAMPLES: &str = include_str!("locales/examples.ko.txt");

const TEMPLATE: &str = "{about-with-newline}\n사용법: {usage}\n\n{all-args}{after-help}";

/// The command line with its help in `lang`.
pub(super) fn localised(command: Command, lang: Lang) -> Command {
    let command = match lang {
        Lang::En => command,
        Lang::Ko => {
            let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
            let command = command.disable_version_flag(true).arg(version);
            translated(command, "").after_help(EXAMPLES.trim_end())
        }
    };
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    // Not broken into lines yet: clap takes a Korean letter for one column.
    command.after_help(built_in(&examples, cfg!(feature = "sim"))).term_width(0)
}

/// Examples without what this program was built without: the demo and its exit code.
fn built_in(examples: &str, has_sim: bool) -> String {
    let lines = examples.lines().filter(|line| has_sim || !line.trim_start().starts_with("munjad demo"));
    let text = lines.collect::<Vec<_>>().join("\n");
    match text.rfind(", 4 ") {
        Some(at) if !has_sim => text[..at].to_owned(),
        _ => text,
    }
}

fn translated(command: Command, path: &str) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let about = about(path).unwrap_or_default();
    let examples = command.get_after_help().map(|help| examples_in_korean(&help.to_string()));
    let command = command
        .after_help(examples.unwrap_or_default())
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
            Some(words) => {
                let words = format!("{words}{}", values(&arg));
                let takes_value = arg.get_action().takes_values();
                let arg = arg.help(words).long_help(None::<&str>);
                // clap refuses to hide what is not there.
                if takes_value {
                    arg.hide_possible_values(true).hide_default_value(true).hide_env(true)
                } else {
                    arg
                }
            }
            None => arg,
        }
    });
    command.mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name());
        translated(sub, path.trim_start())
    })
}

/// What clap says behind an argument's help in English only: its values, its default, its environment variable.
fn values(arg: &Arg) -> String {
    if !arg.get_action().takes_values() {
        return String::new();
    }
    let possible: Vec<_> =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let variable = arg.get_env().map(|name| name.to_string_lossy());
    let all = [
        ("값", possible.join(", ")),
        ("기본", default.join(" ")),
        ("환경 변수", variable.unwrap_or_default().into()),
    ];
    let hint = |(name, value): (&str, String)| (!value.is_empty()).then(|| format!(" [{name}: {value}]"));
    all.into_iter().filter_map(hint).collect()
}

/// Examples are commands, the same in every language; what is said beside them is not.
fn examples_in_korean(help: &str) -> String {
    let known = TABLE.lines().filter_map(|line| line.strip_prefix('~')?.split_once('\t'));
    known.fold(help.to_owned(), |text, (en, ko)| text.replace(en, ko))
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

/// Help and the version as clap says them, in lines of at most so many columns and never wider than 100; `None` for a wrong command line.
pub(super) fn asked_for(error: &Error, columns: Option<usize>) -> Option<String> {
    let is_asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let columns = columns.unwrap_or(MOST_COLUMNS).min(MOST_COLUMNS);
    is_asked.then(|| folded(error.render().ansi().to_string().trim_end(), columns))
}

/// What is wrong on the command line, in Korean; `None` for what clap says itself: help and version.
pub(super) fn wrong_usage(error: &Error) -> Option<String> {
    let context = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => one_line(text, MOST_SHOWN),
        Some(ContextValue::Strings(texts)) => one_line(&texts.join(", "), MOST_SHOWN),
        _ => String::new(),
    };
    let what = context(ContextKind::InvalidArg);
    let sentence = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidSubcommand => {
            let near = context(ContextKind::SuggestedSubcommand);
            let near = if near.is_empty() {
                near
            } else {
                format!(" 혹시 “{near}” 명령을 찾으십니까?")
            };
            format!("“{}” 명령은 없습니다.{near}", context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "명령을 적어 주십시오.".to_owned(),
        ErrorKind::UnknownArgument => format!("여기에서는 쓸 수 없습니다: “{what}”"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
            if context(ContextKind::InvalidValue).is_empty() =>
        {
            format!("값이 빠졌습니다: {what}")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let valid = context(ContextKind::ValidValue);
            let valid = if valid.is_empty() { valid } else { format!(" 쓸 수 있는 값: {valid}") };
            let why = error.source().and_then(|why| in_korean(&why.to_string()));
            let why = why.map(|why| format!(" {why}")).unwrap_or_default();
            format!("{what} 에 쓸 수 없는 값입니다: “{}”.{valid}{why}", context(ContextKind::InvalidValue))
        }
        ErrorKind::MissingRequiredArgument => format!("빠진 것이 있습니다: {what}"),
        ErrorKind::ArgumentConflict => {
            format!("{what} 와(과) {} 는 함께 쓸 수 없습니다.", context(ContextKind::PriorArg))
        }
        _ => format!("명령을 이해하지 못했습니다: {what}"),
    };
    Some(format!("munjad 오류: {sentence}\n→ munjad --help"))
}

/// Why a value cannot be used; `None` for what has no Korean words.
fn in_korean(why: &str) -> Option<String> {
    let said = in_words(why, Lang::Ko);
    (said != why).then(|| one_line(&said, MOST_SHOWN))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::admin::Munjad;
    use crate::domain::text::columns_of;

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

    fn english_in(command: &mut Command, found: &mut Vec<String>) {
        let help = command.render_long_help().to_string();
        let english = ["Usage", "[default", "[possible", "[env", "Possible values", "[aliases"];
        found.extend(
            english.iter().filter(|word| help.contains(**word)).map(|word| format!("{word}: {help}")),
        );
        command.get_subcommands_mut().for_each(|sub| english_in(sub, found));
    }

    #[test]
    fn help_of_a_subcommand_is_korean_throughout() {
        let mut command = localised(Munjad::command(), Lang::Ko);
        command.build();
        let mut found = Vec::new();
        english_in(&mut command, &mut found);
        assert!(found.is_empty(), "{}", found.join("\n"));
        let carrier = command.find_subcommand_mut("carrier").unwrap();
        let help = carrier.render_long_help().to_string();
        for word in ["Usage", "Commands", "Options", "Print", "Show", "[default"] {
            assert!(!help.contains(word), "{word}: {help}");
        }
        assert!(help.contains("사용법: munjad carrier") && help.contains("reconcile"), "{help}");
        let check = command.find_subcommand_mut("check").unwrap().render_long_help().to_string();
        assert!(check.contains("[값: ko, en] ") || check.contains("[값: ko, en]\n"), "{check}");
        assert!(check.contains("[기본: gateway.toml] [환경 변수: MUNJAD_CONFIG]"), "{check}");
    }

    /// The lines of the examples of a command and of those below it that are no commands, and the words that stand behind one.
    fn said_beside_examples(command: &Command, found: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix("  ") {
                None => found.push(line.to_owned()),
                Some(example) => found.extend(example.split_once("  ").map(|(_, words)| words.to_owned())),
            }
        }
        command.get_subcommands().for_each(|sub| said_beside_examples(sub, found));
    }

    #[test]
    fn what_stands_beside_examples_is_korean() {
        let command = localised(Munjad::command(), Lang::Ko);
        let mut found = Vec::new();
        said_beside_examples(&command, &mut found);
        assert!(found.len() > 30, "{found:#?}");
        let is_korean = |words: &String| words.chars().any(|c| ('가'..='힣').contains(&c));
        found.retain(|words| !is_korean(words));
        assert!(found.is_empty(), "{found:#?}");
    }

    #[test]
    fn examples_name_the_demo_only_where_it_is() {
        for lang in [Lang::En, Lang::Ko] {
            let command = localised(Munjad::command(), lang);
            let examples = command.get_after_help().unwrap().to_string();
            assert_eq!(examples.contains("munjad demo"), cfg!(feature = "sim"));
            let without = built_in(&examples, false);
            assert!(!without.contains("demo ") && !without.contains(", 4 "), "{without}");
            assert!(without.ends_with("citizen erase)"), "{without}");
        }
    }

    fn wide_lines(command: &mut Command, found: &mut Vec<String>) {
        let help = folded(&command.render_long_help().to_string(), 80);
        found.extend(help.lines().filter(|line| columns_of(line) > 80).map(str::to_owned));
        command.get_subcommands_mut().for_each(|sub| wide_lines(sub, found));
    }

    #[test]
    fn help_has_no_line_wider_than_the_terminal() {
        for lang in [Lang::En, Lang::Ko] {
            let mut command = localised(Munjad::command(), lang);
            command.build();
            let mut found = Vec::new();
            wide_lines(&mut command, &mut found);
            assert!(found.is_empty(), "{found:#?}");
        }
        let asked = localised(Munjad::command(), Lang::Ko).try_get_matches_from(["munjad", "--help"]);
        let help = asked_for(&asked.unwrap_err(), Some(60)).expect("asked for");
        assert!(help.contains("사용법") && help.lines().count() > 60, "{help}");
        let wrong = localised(Munjad::command(), Lang::Ko).try_get_matches_from(["munjad", "chek"]);
        assert_eq!(asked_for(&wrong.unwrap_err(), None), None);
    }

    #[test]
    fn wrong_usage_is_korean_throughout() {
        let cases: [(&[&str], &str); 12] = [
            (&["chek"], "“chek” 명령은 없습니다. 혹시 “check”"),
            (&["x\u{1b}[31my"], "명령은 없습니다"),
            (&["check", "--nothing"], "여기에서는 쓸 수 없습니다: “--nothing”"),
            (&["--lang", "de", "check"], "쓸 수 없는 값입니다: “de”. 쓸 수 있는 값: ko, en"),
            (
                &["token", "create", "--purpose", "metrics", "--expires", "1m"],
                "쓸 수 없는 값입니다: “1m”. 1d 에서 730d 까지 일 단위로 적으십시오",
            ),
            (
                &["audit", "who-saw", "--number", "-", "--since", "9y"],
                "쓸 수 없는 값입니다: “9y”. 예: 24h, 30d",
            ),
            (&["backup", "--keep", "0"], "“0”. 0 은(는) 범위 1.."),
            (&["user", "add"], "빠진 것이 있습니다: <LOGIN>"),
            (&["policy", "replay", "--config", "x", "--since", "yesterday"], "--since"),
            (&["texts", "--page", "--example"], "함께 쓸 수 없습니다"),
            (&["check", "--config"], "값이 빠졌습니다"),
            (&["carrier", "test", "bizgo", "--text", "x"], "빠진 것이 있습니다"),
        ];
        for (args, expected) in cases {
            let command = localised(Munjad::command(), Lang::Ko);
            let args = std::iter::once("munjad").chain(args.iter().copied());
            let said = wrong_usage(&command.try_get_matches_from(args).unwrap_err()).unwrap();
            assert!(said.contains(expected) && !said.contains('\u{1b}'), "{expected}: {said}");
            for word in ["error", "Usage", "For more", "invalid", "tip"] {
                assert!(!said.contains(word), "{word}: {said}");
            }
        }
        let help = localised(Munjad::command(), Lang::Ko).try_get_matches_from(["munjad", "--help"]);
        assert_eq!(wrong_usage(&help.unwrap_err()), None);
    }
}
