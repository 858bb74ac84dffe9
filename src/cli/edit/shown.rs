//! What `munja edit` prints: which versions are in force, what would change, what is wrong, and the history.

use super::super::context::CliContext;
use super::super::failure::Failure;
use crate::api::wire::{
    EditedListView, ListChangeView, ListFaultView, ListHistory, ListResponse, ListStateView, ListStates,
    ListVersionView, ProblemDetails,
};
use crate::client::format::one_word;
use crate::client::message::length_class;
use crate::client::table::{lines, table};
use crate::domain::text::{one_line, safe_for_terminal};

/// Columns of an entry's text.
const TEXT_COLUMNS: usize = 200;
/// Of many changes, the first ones are shown.
const MOST_CHANGES: usize = 200;

pub fn states(context: &mut CliContext, states: &ListStates) -> Result<(), Failure> {
    if context.json {
        return context.print_json(states);
    }
    let all: Vec<String> = states.lists.iter().map(|of| state_line(context, of)).collect();
    context.print(&all.join("\n"))
}

/// `replies  관리자 3판 · 김민수 · 어제 14:05`
pub fn state_line(context: &CliContext, of: &ListStateView) -> String {
    let list = one_word(&of.list);
    let source = context.say.find(&format!("edit-source-{}", one_word(&of.source)));
    let mut words = vec![source.unwrap_or_else(|| one_word(&of.source))];
    if of.version > 0 {
        words.push(context.say.with("edit-version", [("n", of.version.to_string().into())]));
        words.extend(of.by.as_deref().map(one_word));
        words.extend(of.at.map(|at| context.times().clock(at)));
    }
    let line = format!("{list}  {}", words.join(" · "));
    match &of.refused {
        None => line,
        Some(fault) => {
            let why = context.say.with("edit-refused", [("why", fault_line(context, fault).into())]);
            format!("{line}\n  {}", context.paint.alert(&why))
        }
    }
}

/// `3번째 줄: reply x: 두 번 적혀 있습니다`
fn fault_line(context: &CliContext, of: &ListFaultView) -> String {
    let line = of.line.map(|n| context.say.with("edit-line", [("n", n.to_string().into())]));
    let key = of.key.as_deref().map(|key| one_line(key, TEXT_COLUMNS));
    let message = one_line(&context.say.cause(&of.message), TEXT_COLUMNS);
    line.into_iter().chain(key).chain([message]).collect::<Vec<_>>().join(": ")
}

/// Shows where a list cannot be used. A fault in another list than the one that is edited names that one.
pub fn faults(context: &mut CliContext, edited: &str, problem: &ProblemDetails) {
    for fault in &problem.faults {
        let other = fault.list.as_deref().filter(|list| *list != edited).map(one_word);
        let line = other.into_iter().chain([fault_line(context, fault)]).collect::<Vec<_>>().join(", ");
        let line = context.paint.alert(&line);
        context.remark(&line);
    }
    if let Some(newest) = &problem.list_version {
        let values = [
            ("n", newest.version.to_string().into()),
            ("who", one_word(&newest.by).into()),
            ("at", context.times().clock(newest.at).into()),
        ];
        let line = context.say.with("edit-newer", values);
        context.remark(&line);
    }
}

/// What would change, in people's words.
pub fn changes(context: &CliContext, of: &ListResponse) -> String {
    if of.changes.is_empty() {
        return context.say.t("edit-no-change");
    }
    let shown = of.changes.iter().take(MOST_CHANGES).map(|change| change_line(context, change, of.n_texts));
    let mut all: Vec<String> = shown.collect();
    let n_more = of.changes.len().saturating_sub(MOST_CHANGES);
    if n_more > 0 {
        let n = i64::try_from(n_more).unwrap_or(i64::MAX);
        all.push(context.say.with("edit-more", [("n", n.into())]));
    }
    all.extend(hint(of).map(|id| context.say.t(id)));
    all.join("\n")
}

/// What somebody should know who changes this list.
fn hint(of: &ListResponse) -> Option<&'static str> {
    let is_new = |change: &ListChangeView| change.after.is_some();
    match of.state.list.as_str() {
        "categories" if of.changes.iter().all(|change| change.key != "version") => Some("edit-version-kept"),
        "words" if of.changes.iter().any(is_new) => Some("edit-words-from-now"),
        _ => None,
    }
}

fn change_line(context: &CliContext, of: &ListChangeView, n_texts: Option<i64>) -> String {
    let key = one_line(&of.key, TEXT_COLUMNS);
    let text = |text: &str| match text {
        "" => key.clone(),
        text => format!("{key}: {}", one_line(text, TEXT_COLUMNS)),
    };
    let mut line = match (&of.before, &of.after) {
        (Some(before), Some(after)) => {
            let (before, after) = (one_line(before, TEXT_COLUMNS), one_line(after, TEXT_COLUMNS));
            let values = [("key", key.clone().into()), ("before", before.into()), ("after", after.into())];
            context.say.with("edit-changed", values)
        }
        (None, after) => {
            let after = text(after.as_deref().unwrap_or_default());
            context.paint.good(&context.say.with("edit-added", [("entry", after.into())]))
        }
        (Some(before), None) => {
            context.paint.alert(&context.say.with("edit-removed", [("entry", text(before).into())]))
        }
    };
    if let Some(size) = &of.size {
        line += &format!("\n  {}", context.paint.faint(&length_class(&context.say, size)));
    }
    if let (Some(n), Some(open)) = (of.n_all.filter(|n| *n > 0), of.n_open) {
        let values = [("n", n.to_string().into()), ("open", open.to_string().into())];
        line += &format!("\n  {}", context.paint.alert(&context.say.with("edit-uses", values)));
    }
    if let (Some(n), Some(texts)) = (of.n_found, n_texts) {
        let values = [("n", n.to_string().into()), ("texts", texts.to_string().into())];
        let found = context.say.with("edit-found", values);
        line += &format!("\n  {}", if n > 0 { context.paint.alert(&found) } else { found });
    }
    line
}

pub fn stored(context: &mut CliContext, of: &ListResponse) -> Result<(), Failure> {
    if context.json {
        return context.print_json(of);
    }
    let id = match (of.is_same, of.state.source.as_str()) {
        (true, _) => "edit-same",
        (false, "supervisor") => "edit-stored",
        (false, _) => "edit-stored-file",
    };
    let values = [("list", one_word(&of.state.list).into()), ("n", of.state.version.to_string().into())];
    let sentence = context.say.with(id, values);
    context.print(&sentence)
}

pub fn history(context: &mut CliContext, of: &ListHistory) -> Result<(), Failure> {
    if context.json {
        return context.print_json(of);
    }
    if of.versions.is_empty() {
        let none = context.say.t("edit-no-history");
        return context.print(&none);
    }
    let row = |one: &ListVersionView| {
        vec![
            one.version.to_string(),
            context.times().clock(one.at),
            one_word(&one.by),
            if one.is_file { context.say.t("edit-source-file") } else { String::new() },
            one_line(&one.reason, TEXT_COLUMNS),
        ]
    };
    let rows: Vec<_> = of.versions.iter().map(row).collect();
    let text = if context.io.stdout_is_terminal {
        let heads = ["head-number", "head-time", "head-by", "head-kind", "head-reason"];
        table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns)
    } else {
        lines(&rows)
    };
    context.print(&text)
}

pub fn version(context: &mut CliContext, of: &ListVersionView) -> Result<(), Failure> {
    if context.json {
        return context.print_json(of);
    }
    match &of.content {
        Some(content) => whole(context, content),
        None => {
            let file = context.say.t("edit-source-file");
            context.print_whole(&file)
        }
    }
}

pub fn content(context: &mut CliContext, of: &EditedListView) -> Result<(), Failure> {
    if context.json {
        return context.print_json(of);
    }
    whole(context, &super::with_version(of.state.version, &of.content))
}

/// A list as it is, for a file; on a terminal nothing in it steers that.
fn whole(context: &mut CliContext, content: &str) -> Result<(), Failure> {
    let is_seen = context.io.stdout_is_terminal;
    let text = if is_seen { safe_for_terminal(content) } else { content.to_owned() };
    context.print_whole(text.trim_end())
}
