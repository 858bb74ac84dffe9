//! The manual page of a program: what it is, its options, then each command with its arguments and examples.

use std::io::{Result, Write as _};

use clap::{Arg, Command};
use clap_mangen::Man;

use super::plain;
use crate::ops::lang::Lang;

/// The page in troff.
pub(super) fn render(command: Command, section: &str, lang: Lang) -> Result<Vec<u8>> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let source = concat!("Munja ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).section(section).source(source).manual("Munja");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    writeln!(page, ".SH {}", lang.pick("COMMANDS", "명령"))?;
    for sub in command.get_subcommands() {
        one(sub, &mut page, lang)?;
    }
    if let Some(words) = command.get_after_help() {
        examples(&words.to_string(), &mut page, ".SH", lang)?;
    }
    writeln!(page, ".SH {}", lang.pick("SEE ALSO", "함께 보기"))?;
    writeln!(page, "munja(1), gateway.toml(5), munjad(8), /usr/share/doc/munja/")?;
    Ok(match lang {
        Lang::En => page,
        Lang::Ko => korean(&page).into_bytes(),
    })
}

/// A command, and the commands below it.
fn one(command: &Command, page: &mut Vec<u8>, lang: Lang) -> Result<()> {
    if command.is_hide_set() {
        return Ok(());
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.split_once(": ").map_or(usage.as_str(), |(_, usage)| usage);
    if !command.has_subcommands() {
        let usage = usage.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(page, ".SS \"{}\"", plain(&usage).replace('"', ""))?;
    } else {
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        writeln!(page, ".SS \"{}\"", plain(name))?;
    }
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        writeln!(page, "{}", plain(&about.to_string()))?;
    }
    options(command, page)?;
    if let Some(words) = command.get_after_help() {
        examples(&words.to_string(), page, ".PP", lang)?;
    }
    command.get_subcommands().try_for_each(|sub| one(sub, page, lang))
}

/// What only this command takes: the rest stands above, for all of them.
fn options(command: &Command, page: &mut Vec<u8>) -> Result<()> {
    let is_shared = |arg: &Arg| arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str());
    let own = command.clone().mut_args(|arg| {
        let is_hidden = is_shared(&arg) || arg.is_hide_set();
        arg.hide(is_hidden).help_heading(None)
    });
    if own.get_arguments().all(Arg::is_hide_set) {
        return Ok(());
    }
    let mut written = Vec::new();
    Man::new(own).render_options_section(&mut written)?;
    let written = String::from_utf8_lossy(&written);
    let lines = written.lines().filter(|line| !line.starts_with(".SH"));
    lines.for_each(|line| page.extend_from_slice(format!("{line}\n").as_bytes()));
    Ok(())
}

/// Examples and tables as they are, line by line.
fn examples(words: &str, page: &mut Vec<u8>, head: &str, lang: Lang) -> Result<()> {
    if words.trim().is_empty() {
        return Ok(());
    }
    match head {
        ".SH" => writeln!(page, ".SH {}", lang.pick("EXAMPLES", "예"))?,
        head => writeln!(page, "{head}")?,
    }
    writeln!(page, ".nf\n{}\n.fi", plain(words.trim_end()))
}

/// The headings that the library writes, in Korean.
fn korean(page: &[u8]) -> String {
    let words = [
        (".SH NAME", ".SH 이름"),
        (".SH SYNOPSIS", ".SH 사용법"),
        (".SH DESCRIPTION", ".SH 설명"),
        (".SH OPTIONS", ".SH 옵션"),
    ];
    let page = String::from_utf8_lossy(page);
    let line = |line: &str| {
        let found = words.iter().find(|(en, _)| line == *en);
        format!("{}\n", found.map_or(line, |(_, ko)| ko))
    };
    page.lines().map(line).collect()
}
