//! Which commands of `munjad` write no row of the access log, each with its reason: all others do, before they do anything or
//! before they say what they found. `tests/it/logged.rs` runs every one of them and looks for its row; docs/audit.md has the same
//! list.

use clap::{Command, CommandFactory};

use super::Munjad;

/// A command without a row, and why.
pub struct NotLogged {
    pub command: &'static str,
    pub why: &'static str,
    pub why_ko: &'static str,
}

/// A line of the table.
const fn not(command: &'static str, why: &'static str, why_ko: &'static str) -> NotLogged {
    NotLogged { command, why, why_ko }
}

pub const NOT_LOGGED: &[NotLogged] = &[
    not(
        "init",
        "it makes the database: there is no log before",
        "데이터베이스를 만듭니다. 그 전에는 접속기록이 없습니다",
    ),
    not(
        "backups",
        "it lists the names of files, also where the database is lost",
        "파일 이름만 보여 주며, 데이터베이스를 잃은 서버에서도 써야 합니다",
    ),
    not(
        "db new-key",
        "it makes a file and opens no database",
        "키 파일을 만들 뿐 데이터베이스를 열지 않습니다",
    ),
    not("triage test", "it works on files that it is given", "주어진 파일만 읽습니다"),
    not("triage train", "it works on files that it is given", "주어진 파일만 읽습니다"),
    not("triage rules", "it reads the configuration alone", "설정만 읽습니다"),
    not("calendar", "it reads the configuration alone", "설정만 읽습니다"),
    not("man", "it writes pages about itself", "도움말을 파일로 쓸 뿐입니다"),
    not(
        "sample-year",
        "it makes a database of its own, with nobody in it",
        "실제 시민이 없는 데이터베이스를 따로 만듭니다",
    ),
    #[cfg(feature = "sim")]
    not("sim", "it is a simulated carrier", "모의 통신사입니다"),
    #[cfg(feature = "sim")]
    not(
        "demo",
        "it uses a database of its own, with nobody in it",
        "실제 시민이 없는 데이터베이스를 따로 씁니다",
    ),
];

/// Every command that can be typed, such as `user totp reset`.
pub fn commands() -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![(String::new(), Munjad::command())];
    while let Some((name, command)) = left.pop() {
        let below: Vec<&Command> = command.get_subcommands().collect();
        if below.is_empty() {
            found.push(name.clone());
        }
        left.extend(
            below
                .into_iter()
                .map(|one| (format!("{name} {}", one.get_name()).trim().to_owned(), one.clone())),
        );
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_without_a_row_is_one_and_stands_in_both_manuals_with_its_reason() {
        let all = commands();
        let page = |name: &str| {
            let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
            std::fs::read_to_string(path).expect("a page")
        };
        let pages = [page("audit.md"), page("audit.ko.md")];
        for NotLogged { command, why, why_ko } in NOT_LOGGED {
            assert!(all.iter().any(|known| known == command), "{command} is no command");
            for (page, why) in pages.iter().zip([why, why_ko]) {
                let has_both = |line: &str| line.contains(&format!("`{command}`")) && line.contains(why);
                assert!(page.lines().any(has_both), "{command}: {why}");
            }
        }
    }
}
