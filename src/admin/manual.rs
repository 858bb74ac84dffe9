//! `munjad man`: writes the manual pages of both programs, from the commands themselves and in both languages, the page of the
//! configuration, from its example, and the completions of the usual shells. A package carries them.

mod configuration;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use serde_json::json;

use super::{Munjad, Say, help, line};
use crate::cli;
use crate::ops::lang::Lang;

#[derive(Args)]
#[command(after_help = "\
Examples:
  munjad man --to /tmp/munja          write man/ and completions/ there
  man /tmp/munja/man/man8/munjad.8    read a page")]
pub(super) struct Manual {
    /// The folder they are written to
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// A program with the section of its page.
const PROGRAMS: [(&str, &str); 2] = [("munja", "1"), ("munjad", "8")];

/// The commands of a program, with its help in `lang`.
fn command(program: &str, lang: Lang) -> Command {
    match program {
        "munja" => cli::command(lang),
        _ => help::localised(Munjad::command(), lang),
    }
}

pub(super) fn run(args: &Manual, say: Say) -> anyhow::Result<()> {
    let mut written = Vec::new();
    let mut write = |path: String, content: Vec<u8>| {
        write_file(&args.to.join(&path), &content)?;
        written.push(path);
        anyhow::Ok(())
    };
    for (program, section) in PROGRAMS {
        for (lang, folder) in [(Lang::En, "man"), (Lang::Ko, "man/ko")] {
            let content = page::render(command(program, lang), section, lang)?;
            write(format!("{folder}/man{section}/{program}.{section}"), content)?;
        }
        let shells = [(Shell::Bash, "bash", ""), (Shell::Zsh, "zsh", "_"), (Shell::Fish, "fish", "")];
        for (shell, name, before) in shells {
            let end = if shell == Shell::Fish { ".fish" } else { "" };
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command(program, Lang::En), program, &mut script);
            write(format!("completions/{name}/{before}{program}{end}"), script)?;
        }
    }
    write("man/man5/gateway.toml.5".to_owned(), configuration::page().into_bytes())?;
    if say.json {
        line(&json!({ "folder": args.to.display().to_string(), "files": written }).to_string());
    } else {
        written.iter().for_each(|path| line(&args.to.join(path).display().to_string()));
    }
    Ok(())
}

fn write_file(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let shown = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(shown)?;
    }
    fs::write(path, content).with_context(shown)
}

/// Words as they stand in a page: nothing in them is taken for a request of the formatter.
fn plain(words: &str) -> String {
    let escaped = words.replace('\\', "\\e").replace('-', "\\-");
    let guarded = escaped.lines().map(|line| match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line.to_owned(),
    });
    guarded.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_on_the_page_of_its_program_in_both_languages() {
        for (program, section) in PROGRAMS {
            for lang in [Lang::En, Lang::Ko] {
                let text =
                    String::from_utf8(page::render(command(program, lang), section, lang).unwrap()).unwrap();
                assert!(text.contains(&format!(".TH {program} {section}")), "{text}");
                let mut root = command(program, lang);
                root.build();
                for sub in root.get_subcommands().filter(|sub| !sub.is_hide_set()) {
                    let head = format!("{program} {}", sub.get_name());
                    assert!(text.contains(&format!(".SS \"{}", plain(&head))), "{lang:?} {head}");
                }
                let heads: Vec<&str> = text.lines().filter(|line| line.starts_with(".SH")).collect();
                let is_korean = heads.iter().any(|head| head.contains("이름"));
                assert_eq!(is_korean, lang == Lang::Ko, "{heads:?}");
            }
        }
    }

    /// The code in a page: what stands between backquotes, and indented lines.
    fn code(page: &str) -> Vec<String> {
        let indented = page.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned);
        let quoted = page
            .lines()
            .filter(|line| !line.starts_with("    "))
            .flat_map(|line| line.split('`').skip(1).step_by(2));
        indented.chain(quoted.map(str::to_owned)).collect()
    }

    /// What is wrong with a command as a page names it; `None` if the program knows it.
    fn unknown(program: &str, words: &str) -> Option<String> {
        let mut root = command(program, Lang::En);
        root.build();
        let mut found = &root;
        let words = words.split(" # ").next().unwrap_or_default();
        for word in words.split([' ', ',', ';', '|', ')']).map(|word| word.trim_end_matches(['.', ':', '\\']))
        {
            let flag = word.split(['=', '`']).next().unwrap_or_default();
            let is_named = |arg: &clap::Arg| arg.get_long().is_some_and(|long| flag == format!("--{long}"));
            if let Some(sub) = found.get_subcommands().find(|sub| sub.get_name() == word) {
                found = sub;
            } else if flag.len() > 2 && flag.starts_with("--") && !found.get_arguments().any(is_named) {
                return Some(format!("{program} {words}: {flag}"));
            } else if found.get_name() == program && word.starts_with(|c: char| c.is_ascii_lowercase()) {
                return Some(format!("{program} {words}: {word}"));
            }
        }
        None
    }

    #[test]
    #[cfg(feature = "sim")]
    fn every_command_that_a_page_names_is_one() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
        let all = docs.chain(
            ["README.md", "README.ko.md", "systemd/README.md", "systemd/README.ko.md"]
                .map(|page| root.join(page)),
        );
        let mut wrong = Vec::new();
        for page in all.filter(|path| path.extension().is_some_and(|end| end == "md")) {
            let text = fs::read_to_string(&page).unwrap();
            for line in code(&text) {
                for (program, _) in PROGRAMS {
                    let call = format!("{program} ");
                    let named = line.match_indices(&call).filter(|(at, _)| {
                        // A command begins a line or stands behind another one, such as sudo; `install munjad munja /usr/bin` is none.
                        *at == 0 || line[..*at].ends_with("sudo -u munja ") || line[..*at].ends_with("&& ")
                    });
                    let commands = named.map(|(at, name)| line[at + name.len()..].to_owned());
                    wrong.extend(
                        commands.filter_map(|words| unknown(program, &words)).map(|why| (page.clone(), why)),
                    );
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(unknown("munjad", "chek").is_some() && unknown("munjad", "check --jason").is_some());
    }

    #[test]
    fn nothing_is_taken_for_a_request() {
        assert_eq!(plain(".x\n'y\na-b\\n"), "\\&.x\n\\&'y\na\\-b\\en");
    }
}
