//! `munja search WORDS`: finds citizens' texts, answers and notes.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::compose::written;
use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::input;
use crate::api::wire::{SearchHitView, SearchResults};
use crate::client::Sought;
use crate::client::citizen::{named, whole};
use crate::client::format::one_word;
use crate::domain::pseudonym::name_perhaps;
use crate::domain::text::{one_line, safe_for_terminal};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    #[arg(long, value_name = "NUMBER", requires = "reason", conflicts_with = "citizen")]
    number: Option<String>,
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[arg(long, value_name = "SHORT")]
    citizen: Option<String>,
    #[arg(long, value_name = "CATEGORY")]
    pub(super) category: Option<String>,
    #[arg(long, value_name = "LOGIN")]
    pub(super) counselor: Option<String>,
    #[arg(long, value_name = "DESK")]
    pub(super) desk: Option<String>,
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    #[arg(long, value_name = "KIND", value_parser = ["text", "answer", "note"])]
    kind: Option<String>,
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: Option<u32>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let (now, zone) = (context.io.clock.now_ms(), context.io.zone.clone());
    let at = |word: &Option<String>, is_end| match word {
        None => Ok(None),
        Some(word) => moment(word, (now, &zone), is_end).map(Some).ok_or_else(|| bad_date(word)),
    };
    let sought = Sought {
        words: words(&args.words),
        number: input::number(context, args.number.as_deref())?,
        reason: args.reason.clone(),
        citizen: args.citizen.clone(),
        category: args.category.clone(),
        counselor: args.counselor.clone(),
        desk: args.desk.clone(),
        since_at: at(&args.since, false)?,
        until_at: at(&args.until, true)?,
        kind: args.kind.clone(),
        after: args.after.clone(),
        limit: args.limit,
    };
    if sought.says_nothing() {
        return Err(Failure::here(Exit::Usage, "nothing_sought", []));
    }
    let found = context.client()?.search(&sought).await?;
    if context.json {
        return context.print_json(&found);
    }
    if !found.hits.is_empty() {
        let all = found.hits.iter().map(|hit| block(context, hit)).collect::<Vec<_>>().join("\n");
        context.print(&all)?;
    }
    remark(context, &found);
    let name = sought.words.as_deref().and_then(name_perhaps).filter(|_| found.hits.is_empty());
    if let Some(name) = name {
        let remark = context.say.with("search-name", [("name", name.into())]);
        context.remark(&remark);
    }
    let is_over = found.hits.is_empty() && found.next.is_none();
    if is_over { Err(Failure::here(Exit::Nothing, "nothing_found", [])) } else { Ok(()) }
}

/// The words as one; what the shell has kept together stays together.
fn words(args: &[String]) -> Option<String> {
    let quoted = |word: &String| {
        let word = written(word);
        let is_several = word.contains(char::is_whitespace) && !word.contains('"');
        if is_several { format!("\"{word}\"") } else { word.to_owned() }
    };
    let is_said = args.iter().any(|word| word.chars().any(|c| !c.is_whitespace() && c != '"'));
    is_said.then(|| args.iter().map(quoted).collect::<Vec<_>>().join(" "))
}

/// `2026-03-01`, or a span before now: `30d`. The end of a day is meant where a search ends.
fn moment(word: &str, (now, zone): (i64, &TimeZone), is_end: bool) -> Option<i64> {
    if let Ok(span) = crate::client::span_ms(word) {
        return Some(now - span);
    }
    let day: Date = word.parse().ok()?;
    let day = if is_end { day.tomorrow().ok()? } else { day };
    Some(day.to_zoned_datetime(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// When it begins that a person typed as a date or a span before now.
pub(super) fn since(context: &CliContext, word: &str) -> Result<i64, Failure> {
    moment(word, (context.io.clock.now_ms(), &context.io.zone), false).ok_or_else(|| bad_date(word))
}

fn bad_date(word: &str) -> Failure {
    Failure::here(Exit::Usage, "bad_date", [("what", one_word(word).into())])
}

/// A head line, and the part of the text with what was found.
fn block(context: &CliContext, hit: &SearchHitView) -> String {
    let who = match &hit.author {
        // An older server.
        Some(author) if hit.citizen_name.is_empty() => one_word(author),
        Some(author) => {
            format!("{} → {}", one_word(author), named(&context.say, &hit.citizen, &hit.citizen_name))
        }
        None => whole(&context.say, &hit.citizen, &hit.citizen_name),
    };
    let kind = if hit.is_unsent { "unsent" } else { &hit.kind };
    let kind = context.say.find(&format!("found-{kind}")).unwrap_or_else(|| one_word(&hit.kind));
    let n = context.paint.strong(&hit.conversation_id.to_string());
    let mut head = vec![format!("{n}  {}", context.times().clock(hit.at)), kind, who];
    head.extend(hit.category.as_deref().map(|name| one_line(name, 40)));
    let text = if hit.is_abusive { context.say.t("folded") } else { marked(context, hit) };
    format!("{}\n  │ {text}", head.join(" · "))
}

/// The text with what was found between brackets, in colour where there are colours.
fn marked(context: &CliContext, hit: &SearchHitView) -> String {
    let chars: Vec<char> = hit.text.chars().collect();
    let (mut shown, mut from) = (String::new(), 0);
    let part = |from: usize, to: usize| safe_for_terminal(&chars[from..to].iter().collect::<String>());
    for mark in &hit.marks {
        let (start, end) = (mark.start.clamp(from, chars.len()), mark.end.clamp(from, chars.len()));
        shown.push_str(&part(from, start));
        let found = part(start, end.max(start));
        shown.push_str(&if context.paint.on { context.paint.alert(&found) } else { format!("[{found}]") });
        from = end.max(start);
    }
    shown.push_str(&part(from, chars.len()));
    shown
}

/// How to go on.
fn remark(context: &mut CliContext, found: &SearchResults) {
    let Some(next) = &found.next else {
        return;
    };
    if let Some(at) = found.looked_back_to_at {
        let at = context.times().clock(at);
        let remark = context.say.with("search-looked-back", [("at", at.into())]);
        context.remark(&remark);
    }
    let remark = context.say.with("search-more", [("next", one_word(next).into())]);
    context.remark(&remark);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_of_the_desk_and_spans_count_from_now() {
        const DAY: i64 = 86_400_000;
        let seoul = TimeZone::get("Asia/Seoul").expect("a zone");
        let read = |word: &str, is_end| moment(word, (100 * DAY, &seoul), is_end);
        assert_eq!(read("30d", false), Some(70 * DAY));
        assert_eq!(read("1970-01-02", false), Some(DAY - 9 * 3_600_000));
        assert_eq!(read("1970-01-02", true), Some(2 * DAY - 9 * 3_600_000));
        assert_eq!(read("어제", false), None);
    }

    #[test]
    fn what_the_shell_keeps_together_is_one_word() {
        let join = |args: &[&str]| words(&args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>());
        assert_eq!((join(&[]), join(&[""]), join(&[" ", "\"\""])), (None, None, None));
        assert_eq!(join(&["버스", "막차"]).as_deref(), Some("버스 막차"));
        assert_eq!(join(&["버스 막차"]).as_deref(), Some("\"버스 막차\""));
        assert_eq!(join(&["버스 막차", "62"]).as_deref(), Some("\"버스 막차\" 62"));
    }
}
