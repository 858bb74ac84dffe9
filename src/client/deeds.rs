//! What a row of the access log says beside its action, in words. The words of its rows are those of programs; people read these.

use super::format::one_word;
use super::say::Say;
use crate::api::wire::AccessRowView;
use crate::domain::text::one_line;

/// The widest that a detail gets.
const MOST_CHARS: usize = 300;

/// The detail of a row in words. A command of the operator is named as it was typed; a word of a newer gateway stays as it is.
pub fn deed(say: &Say, row: &AccessRowView) -> String {
    let detail = row.detail.as_str();
    let known = match row.action.as_str() {
        "outcome" => with_end(say, detail, |command| Some(one_line(command, MOST_CHARS))),
        "reveal" => with_end(say, detail, |what| known(say, "detail", what)),
        "expire" => cut(detail, "through ").map(|(seq, hash)| {
            say.with("audit-expired", [("seq", seq.to_owned().into()), ("hash", one_word(hash).into())])
        }),
        "restore" => restored(say, detail),
        _ if row.role == "operator" => None,
        "change" => of_list(say, detail).or_else(|| known(say, "change", detail)),
        "search" => searched(say, detail).or_else(|| known(say, "detail", detail)),
        _ => listed(say, detail).or_else(|| known(say, "detail", detail)),
    };
    known.unwrap_or_else(|| one_line(detail, MOST_CHARS))
}

/// The sentence of some words: `texts in doubt` is `audit-detail-texts-in-doubt`.
fn known(say: &Say, of: &str, words: &str) -> Option<String> {
    say.find(&format!("audit-{of}-{}", words.replace(' ', "-")))
}

/// The two words behind `before`.
fn cut<'a>(detail: &'a str, before: &str) -> Option<(&'a str, &'a str)> {
    detail.strip_prefix(before)?.split_once(' ')
}

/// `texts: nothing masked`, `user list: done`: what it was, and how it ended.
fn with_end(say: &Say, detail: &str, what: impl Fn(&str) -> Option<String>) -> Option<String> {
    let Some((head, end)) = detail.rsplit_once(": ") else { return what(detail) };
    match known(say, "end", end) {
        Some(end) => Some(format!("{}: {end}", what(head)?)),
        // Whose texts a command showed in full.
        None => detail
            .split_once(": ")
            .and_then(|(head, command)| Some(format!("{}: {}", what(head)?, one_line(command, MOST_CHARS)))),
    }
}

/// `list replies 4`
fn of_list(say: &Say, detail: &str) -> Option<String> {
    let (list, version) = cut(detail, "list ")?;
    let list = say.find(&format!("edited-{list}"))?;
    Some(say.with("edited-version", [("list", list.into()), ("n", one_word(version).into())]))
}

/// `conversations waiting`
fn listed(say: &Say, detail: &str) -> Option<String> {
    say.find(&format!("audit-list-{}", detail.strip_prefix("conversations ")?))
}

/// `q desk`: by what was searched. `words of danger counted in 500 texts`.
fn searched(say: &Say, detail: &str) -> Option<String> {
    if let Some(n) = detail.strip_prefix("words of danger counted in ") {
        let n = n.strip_suffix(" texts")?.to_owned();
        return Some(say.with("audit-words-counted", [("n", n.into())]));
    }
    let by: Option<Vec<String>> = detail.split(' ').map(|word| known(say, "search", word)).collect();
    by.map(|by| by.join(", "))
}

/// `copy of 2026-12-01T00:00:00Z after row 7 0a1b`
fn restored(say: &Say, detail: &str) -> Option<String> {
    let (at, rest) = detail.strip_prefix("copy of ")?.split_once(" after row ")?;
    let (seq, hash) = rest.split_once(' ')?;
    let values =
        [("at", one_word(at).into()), ("seq", seq.to_owned().into()), ("hash", one_word(hash).into())];
    Some(say.with("audit-restored", values))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::access::Outcome;
    use crate::ops::lang::Lang;

    fn said(lang: Lang, (role, action, detail): (&str, &str, &str)) -> String {
        let row = json!({
            "seq": 1, "at": 0, "role": role, "login": "minsu", "origin": "127.0.0.1", "action": action,
            "conversation_id": null, "item_id": null, "reason": "", "detail": detail, "citizens": [], "hash": "",
        });
        deed(&Say::new(lang), &serde_json::from_value(row).expect("a row"))
    }

    /// The words in quotation marks that stand behind `before` in a source.
    fn words_behind<'a>(source: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
        source.split(before).skip(1).filter_map(|rest| rest.split('"').next())
    }

    /// Whatever programs write into rows of people has Korean words, with no English one in them.
    #[test]
    fn no_word_of_a_program_stands_in_a_korean_row() {
        let commands = include_str!("../domain/conversation/command.rs");
        let commands: Vec<&str> = commands
            .lines()
            .filter(|line| line.contains("Command::"))
            .flat_map(|line| words_behind(line, "=> \""))
            .collect();
        assert!(commands.len() > 30, "{commands:?}");
        let changes =
            ["write_first", "recall_all", "recall", "send_again", "give_up", "review", "review answer"];
        let lists = ["list replies 4", "list categories 4", "list texts 4", "list words 4"];
        let of_conversations =
            ["waiting", "active", "answered", "closed", "open", "mine", "held", "referred"]
                .map(|l| format!("conversations {l}"));
        let others = [
            "restricted and opted-out citizens",
            "conversations to be answered at once",
            "texts in doubt",
            "held answers",
            "survey answers",
            "survey words",
            "review sample",
            "reviews",
            "coaching list",
            "coaching list with words",
        ];
        let reveals = ["number", "texts", "texts: not found", "number: refused", "texts: nothing masked"];
        let searches = [
            "q",
            "q number reason citizen category counselor desk since_at until_at kind after limit",
            "similar",
            "words of danger counted in 500 texts",
        ];
        let rows = commands.into_iter().chain(changes).chain(lists).map(|detail| ("change", detail));
        let rows = rows.chain(of_conversations.iter().map(|detail| ("list", detail.as_str())));
        let rows = rows.chain(others.map(|detail| ("list", detail)));
        let rows = rows.chain(reveals.map(|detail| ("reveal", detail)));
        let rows = rows.chain(searches.map(|detail| ("search", detail)));
        let rows =
            rows.chain(["review", "newer texts", "refused", "not found"].map(|detail| ("view", detail)));
        let rows = rows.chain([("export", "evidence"), ("audit", "show"), ("audit", "who-saw")]);
        for (action, detail) in rows {
            let korean = said(Lang::Ko, ("counselor", action, detail));
            assert!(
                !korean.is_empty() && !korean.contains(|c: char| c.is_ascii_alphabetic()),
                "{action} {detail}: {korean}"
            );
            let english = said(Lang::En, ("counselor", action, detail));
            assert!(!english.contains('_') && english.is_ascii(), "{action} {detail}: {english}");
        }
    }

    /// The sources of rows that name their details themselves: a new detail needs its words.
    #[test]
    fn every_detail_of_the_api_has_words() {
        let sources = [
            include_str!("../api/supervise.rs"),
            include_str!("../api/conversation.rs"),
            include_str!("../api/action.rs"),
            include_str!("../api/answer_all.rs"),
            include_str!("../api/message.rs"),
            include_str!("../api/newer.rs"),
            include_str!("../api/report/people.rs"),
            include_str!("../api/catalogue.rs"),
            include_str!("../api/similar.rs"),
            include_str!("../api/report.rs"),
            include_str!("../api/review.rs"),
            include_str!("../api/access_log.rs"),
        ];
        let details: Vec<&str> =
            sources.into_iter().flat_map(|source| words_behind(source, ".detail(\"")).collect();
        assert!(details.len() > 8, "{details:?}");
        for detail in details {
            let korean = said(Lang::Ko, ("counselor", "list", detail));
            assert!(!korean.contains(|c: char| c.is_ascii_alphabetic()), "{detail}: {korean}");
        }
    }

    #[test]
    fn a_command_keeps_its_name_and_says_how_it_ended() {
        for outcome in Outcome::ALL {
            let detail = format!("user list: {}", outcome.as_str());
            let korean = said(Lang::Ko, ("operator", "outcome", &detail));
            assert!(korean.starts_with("user list: ") && !korean.contains(outcome.as_str()), "{korean}");
            assert_eq!(said(Lang::En, ("operator", "outcome", &detail)), detail);
        }
        assert_eq!(said(Lang::Ko, ("operator", "admin", "audit show")), "audit show");
        assert_eq!(
            said(Lang::Ko, ("operator", "reveal", "texts: citizen export")),
            "가린 글: citizen export"
        );
        assert_eq!(said(Lang::Ko, ("system", "expire", "through 7 0a1b")), "7번까지 (해시 0a1b)");
        let copy = "copy of 2026-12-01T00:00:00Z after row 7 0a1b";
        assert!(said(Lang::Ko, ("system", "restore", copy)).starts_with("2026-12-01T00:00:00Z"));
        // What a newer gateway writes.
        assert_eq!(said(Lang::Ko, ("counselor", "view", "from the moon\u{1b}[2J")), "from the moon [2J");
    }
}
