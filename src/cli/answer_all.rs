//! `munja answer-all TEXT`: a supervisor answers many who wait with one text. Whom it would go to is shown first, and asked.

use super::compose::words;
use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::{
    AnswerAllPreview, AnswerAllRequest, AnswerAllResponse, Answered, LeftOut, MarkRequest,
};
use crate::client::Client;
use crate::client::answer_all::AnsweringAll;
use crate::client::format::one_word;
use crate::client::message::length_class;
use crate::client::table::{lines, table};
use crate::domain::text::one_line;

/// So many conversations are listed on a terminal; a pipe gets all.
const MOST_LISTED: usize = 30;
const PREVIEW_COLUMNS: usize = 40;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    #[arg(long, value_name = "DESK")]
    pub desk: Option<String>,
    #[arg(long, value_name = "WORD", conflicts_with = "ids")]
    containing: Option<String>,
    #[arg(long, value_name = "12,13,20-25")]
    ids: Option<String>,
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    #[arg(long)]
    close: bool,
    #[arg(long)]
    parts: bool,
    #[arg(long)]
    yes: bool,
}

/// Most conversations that can be named.
const MOST_IDS: usize = 500;

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let client = context.client()?;
    let ids = match &args.ids {
        None => Vec::new(),
        Some(word) => ids(word).ok_or_else(|| Failure::here(Exit::Usage, "bad_ids", []))?,
    };
    let text = words(&args.text);
    let mark =
        MarkRequest { desk: args.desk.clone(), containing: args.containing.clone(), ids, text: text.clone() };
    let request = AnswerAllRequest {
        text,
        conversations: Vec::new(),
        category: args.category.clone(),
        close: args.close,
        most_texts: (!args.parts).then_some(1),
    };
    if let Some(earlier) = AnsweringAll::earlier(&context.profile, &mark, &request) {
        let remark = context.say.t("answer-all-earlier");
        context.remark(&remark);
        let response = earlier.send(&client).await?;
        return report(context, &response, args.close);
    }
    if args.close && args.category.is_none() && needs_category(&client, args).await {
        return Err(Failure::here(Exit::Usage, "category_needed", []));
    }
    let preview = client.preview_answers(&mark).await?;
    if context.json && !args.yes {
        context.print_json(&preview)?;
    }
    show(context, &preview, &mark.text);
    if preview.marked.is_empty() {
        return Err(Failure::here(Exit::Nothing, "answer_all_nobody", []));
    }
    if !args.yes {
        let n = preview.marked.len().to_string();
        let id = if args.close { "ask-answer-all-close" } else { "ask-answer-all" };
        let question = context.say.with(id, [("n", n.into())]);
        context.agree(&question)?;
    }
    let request = AnswerAllRequest { conversations: preview.marked, ..request };
    let response = AnsweringAll::begin(&context.profile, &mark, request)?.send(&client).await?;
    report(context, &response, args.close)
}

/// Whether nothing is closed without a category: the server would refuse after everything was shown and agreed to.
async fn needs_category(client: &Client, args: &Args) -> bool {
    client.categories(args.desk.as_deref()).await.is_ok_and(|list| list.required)
}

/// `12,13,20-25`, each once; `None` for anything else.
fn ids(word: &str) -> Option<Vec<i64>> {
    let mut all = std::collections::BTreeSet::new();
    for part in word.split([',', ' ']).filter(|part| !part.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (i64, i64) = (from.parse().ok()?, to.parse().ok()?);
        if from < 1 || to < from || to - from >= MOST_IDS as i64 {
            return None;
        }
        all.extend(from..=to);
    }
    (1..=MOST_IDS).contains(&all.len()).then(|| all.into_iter().collect())
}

/// Whom it would go to, who is left out, and the answer as it will arrive.
fn show(context: &mut CliContext, preview: &AnswerAllPreview, text: &str) {
    let is_terminal = context.io.stdout_is_terminal;
    let most = if is_terminal { MOST_LISTED } else { usize::MAX };
    let rows: Vec<_> = preview
        .conversations
        .iter()
        .take(most)
        .map(|of| {
            let waits = of.waiting_since_at.map(|at| context.times().since(at)).unwrap_or_default();
            let (citizen, said) = (one_word(&of.citizen), one_line(&of.preview, PREVIEW_COLUMNS));
            vec![of.id.to_string(), citizen, waits, said]
        })
        .collect();
    let mut shown = Vec::new();
    if is_terminal && !rows.is_empty() {
        let heads = ["head-number", "head-citizen", "head-waits", "head-last"];
        shown.push(table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns));
    } else if !rows.is_empty() {
        shown.push(lines(&rows));
    }
    if preview.conversations.len() > most {
        let n = (preview.conversations.len() - most).to_string();
        shown.push(context.say.with("answer-all-more", [("n", n.into())]));
    }
    shown.extend(preview.left_out.iter().map(|one| left_out(context, one)));
    if preview.has_more {
        shown.push(context.paint.alert(&context.say.t("answer-all-beyond")));
    }
    shown.push(length_class(&context.say, &preview.size));
    shown.push(conversation::body(context, text));
    context.remark(&shown.join("\n"));
}

/// `빠짐 14: 긴급 상담입니다.`
fn left_out(context: &CliContext, of: &LeftOut) -> String {
    why_not(context, (of.id, &of.code), of.held_by.as_deref())
}

/// Why a conversation gets no answer; an older server does not say who holds it.
fn why_not(context: &CliContext, (id, code): (i64, &str), holder: Option<&str>) -> String {
    let suffix = if holder.is_some() { "-named" } else { "" };
    let name = holder.map(one_word).unwrap_or_default();
    let find = |suffix| {
        context.say.find_with(&format!("left-out-{code}{suffix}"), vec![("name", name.clone().into())])
    };
    let why = find(suffix).or_else(|| find(""));
    let why = why.unwrap_or_else(|| one_word(code));
    context.say.with("answer-all-left-out", [("n", id.to_string().into()), ("why", why.into())])
}

fn report(context: &mut CliContext, response: &AnswerAllResponse, closes: bool) -> Result<(), Failure> {
    let missed: Vec<_> = response.results.iter().filter(|one| one.reply_id.is_none()).collect();
    let n_repeated = response.results.iter().filter(|one| one.outcome == "repeated").count();
    if context.json {
        context.print_json(response)?;
    } else {
        let id = if closes { "answered-all-close" } else { "answered-all" };
        let mut all = vec![context.say.with(id, [("n", response.n_answered.into())])];
        if n_repeated > 0 {
            all.push(context.say.with("answered-all-before", [("n", n_repeated.to_string().into())]));
        }
        let why = |one: &&Answered| why_not(context, (one.id, &one.outcome), one.held_by.as_deref());
        all.extend(missed.iter().map(why));
        // Only what has not begun to leave can be taken back altogether.
        if let Some(at) = response.recall_until_at {
            let secs = (at - context.io.clock.now_ms()).max(0) / 1_000 + 1;
            let values = [("secs", secs.into()), ("id", one_word(&response.answer_id).into())];
            all.push(context.say.with("answered-all-held", values));
        }
        context.print(&all.join("\n"))?;
    }
    match missed.len() {
        0 => Ok(()),
        n => Err(Failure::here(Exit::LookFirst, "answer_all_missed", [("count", n.to_string().into())])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_and_spans() {
        let cases = [
            ("12", Some(vec![12])),
            ("12,13,20-22", Some(vec![12, 13, 20, 21, 22])),
            ("3 1,1", Some(vec![1, 3])),
            ("", None),
            ("0", None),
            ("-5", None),
            ("5-3", None),
            ("1-", None),
            ("1-501", None),
            ("1-500", Some((1..=500).collect())),
            ("1-500,600", None),
            ("9223372036854775807-1", None),
            ("all", None),
        ];
        for (word, expected) in cases {
            assert_eq!(ids(word), expected, "{word}");
        }
    }
}
