//! `munja watch`: prints what happens, one line an event, until interrupted.

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::json::terminal_safe_json;
use crate::api::wire::EventView;
use crate::client::format::one_word;
use crate::client::named::{Named, candidates};
use crate::client::{Client, Feed, Values, event_words};
use crate::domain::event::EventKind;
use crate::domain::text::one_line;

/// The most that is shown of a notice (columns).
const MOST_ANNOUNCED: usize = 600;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
    #[arg(long, value_name = "DESK")]
    pub(super) desk: Option<String>,
    #[arg(long, value_name = "KIND,...", value_delimiter = ',')]
    kind: Vec<String>,
    #[arg(long)]
    danger: bool,
}

/// What is told of a danger, from its alarm to its end.
const OF_DANGER: [&str; 9] = [
    "urgent",
    "acked",
    "escalated",
    "alarm_ended",
    "handed_over",
    "revealed",
    "asked_where",
    "duty_called",
    "answer_lost",
];

impl Args {
    /// Whether an event is asked for. What is told to everybody always is.
    fn wants(&self, event: &EventView) -> bool {
        let kind = event.kind.as_str();
        let is_of_desk = self.desk.is_none() || event.desk.is_none() || event.desk == self.desk;
        let is_of_kind = self.kind.is_empty() || self.kind.iter().any(|wanted| wanted == kind);
        kind == "announced" || (is_of_desk && is_of_kind && (!self.danger || OF_DANGER.contains(&kind)))
    }
}

/// A kind that is none would be waited for in vain.
fn known_kind(word: &str) -> Result<(), Failure> {
    if EventKind::from_word(word).is_some() {
        return Ok(());
    }
    let known = EventKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    let values = [("what", one_word(word).into()), ("known", known.into())];
    Err(Failure::here(Exit::Usage, "unknown_kind", values))
}

/// So would a desk that is none.
async fn known_desk(context: &CliContext, key: &str) -> Result<(), Failure> {
    let client = context.client()?;
    if client.desks().await?.desks.iter().any(|desk| desk.key == key) {
        return Ok(());
    }
    let known = one_line(&candidates(&client, Named::Desk, key).await.join(", "), 400);
    let values = [("desk", one_word(key).into()), ("known", known.into())];
    Err(Failure::here(Exit::Usage, "unknown_desk", values))
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    args.kind.iter().try_for_each(|kind| known_kind(kind))?;
    if let Some(desk) = &args.desk {
        known_desk(context, desk).await?;
    }
    let names = if context.json { Names::default() } else { Names::of(&context.client()?).await };
    let mut events = context.client()?.events(args.after);
    let begin = context.say.t("watch-begin");
    context.remark(&begin);
    loop {
        match events.next().await? {
            Feed::Event(event) if !args.wants(&event) => {}
            Feed::Event(event) if context.json => {
                context.print_whole(&terminal_safe_json(&serde_json::json!(event), false))?
            }
            Feed::Event(event) => {
                // Danger rings the bell of the terminal.
                let bell =
                    matches!(event.kind.as_str(), "urgent" | "escalated") && context.io.stdout_is_terminal;
                let line = format!("{}{}", if bell { "\u{7}" } else { "" }, line(context, &names, &event));
                context.print(&line)?;
            }
            Feed::Lost { why } => {
                let remark =
                    context.say.with("watch-lost", [("why", one_word(&context.say.cause(&why)).into())]);
                context.remark(&remark);
            }
            Feed::Back => {
                let remark = context.say.t("watch-back");
                context.remark(&remark);
            }
        }
    }
}

/// `14:05 상담 12번: 새 문자가 왔습니다`
fn line(context: &CliContext, names: &Names, event: &EventView) -> String {
    let mut words = vec![context.paint.faint(&context.times().clock(event.at))];
    if let Some(n) = event.conversation_id {
        words.push(
            context.paint.strong(&context.say.with("event-conversation", [("n", n.to_string().into())])),
        );
    }
    words.push(event_sentence(context, names, event));
    words.join(" ")
}

/// `bizgo: no connection` in the person's language; any other detail as it is.
fn cause(context: &CliContext, detail: &str) -> String {
    match detail.split_once(": ") {
        Some((carrier, why)) => format!("{carrier}: {}", context.say.cause(why)),
        None => detail.to_owned(),
    }
}

/// What desks and counselors are called: events have their keys and log-ins.
#[derive(Default)]
struct Names(Vec<(String, String)>);

impl Names {
    /// As the server has them now; a key that is not known stays as it is.
    async fn of(client: &Client) -> Names {
        let desks = client.desks().await.map(|list| list.desks).unwrap_or_default();
        let people = client.colleagues().await.map(|list| list.colleagues).unwrap_or_default();
        let desks = desks.into_iter().map(|desk| (desk.key, desk.name));
        Names(desks.chain(people.into_iter().map(|one| (one.login, one.name))).collect())
    }

    fn name(&self, key: &str) -> String {
        let known = self.0.iter().find(|(known, name)| known == key && !name.is_empty());
        one_word(known.map_or(key, |(_, name)| name))
    }
}

/// The detail of an event as a person reads it, in whatever place: no key, and no word of the database.
fn detail_in_words(context: &CliContext, names: &Names, (kind, whole): (&str, &str)) -> String {
    let say = &context.say;
    match kind {
        "announced" => one_line(whole, MOST_ANNOUNCED),
        "transferred" | "adopted" => names.name(whole),
        "list_edited" => {
            let (list, version) = whole.split_once(' ').unwrap_or((whole, ""));
            let list = say.find(&format!("edited-{list}")).unwrap_or_else(|| one_word(list));
            say.with("edited-version", [("list", list.into()), ("n", one_word(version).into())])
        }
        "operator_called" => {
            let (trouble, how) = whole.split_once(' ').unwrap_or((whole, ""));
            let (kind, carrier) = trouble.split_once(':').unwrap_or((trouble, ""));
            let what = say.find_with(&format!("called-{kind}"), [("carrier", one_word(carrier).into())]);
            let what = what.unwrap_or_else(|| one_word(trouble));
            if how == "over" { say.with("called-over", [("what", what.into())]) } else { what }
        }
        _ => one_word(&cause(context, whole)),
    }
}

/// `3 * 1783080000000`: number, desk (`*`: all) and end of a sentence in receipts; the number only where it was taken back.
fn of_bulletin(context: &CliContext, names: &Names, detail: &str) -> Values {
    let mut parts = detail.split(' ');
    let n = parts.next().unwrap_or_default();
    let desk = match parts.next() {
        None | Some("*") => context.say.t("desks-all"),
        Some(key) => names.name(key),
    };
    let at = parts.next().and_then(|at| at.parse().ok()).map(|at| context.times().clock(at));
    vec![("n", one_word(n).into()), ("desk", desk.into()), ("at", at.unwrap_or_default().into())]
}

fn event_sentence(context: &CliContext, names: &Names, event: &EventView) -> String {
    let whole = event.detail.as_deref().unwrap_or_default();
    let detail = detail_in_words(context, names, (&event.kind, whole));
    // An older server tells the log-in only.
    let who = event.counselor_name.as_deref().or(event.counselor.as_deref());
    let who = who.map(one_word).unwrap_or_default();
    let m = event.message_id.map(|m| m.to_string()).unwrap_or_default();
    let mut more = of_bulletin(context, names, whole);
    // The number in a sentence is that of its conversation, where it is about one.
    if let Some(n) = event.conversation_id {
        more.retain(|(name, _)| *name != "n");
        more.push(("n", n.to_string().into()));
    }
    let sentence = event_words(&context.say, (&one_word(&event.kind), &detail), (&who, &m), more);
    let urgent = matches!(
        event.kind.as_str(),
        "urgent"
            | "announced"
            | "escalated"
            | "promise_late"
            | "reminder"
            | "opened"
            | "reopened"
            | "answer_lost"
            | "needs_decision"
            | "photo_lost"
            | "quarantined"
            | "texts_may_be_lost"
    );
    if urgent { context.paint.alert(&sentence) } else { sentence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outbound::OutboundState;
    use crate::ops::lang::Lang;

    /// Whatever happens, with or without somebody who did it.
    #[test]
    fn every_event_has_a_sentence_and_none_an_empty_name() {
        for lang in [Lang::Ko, Lang::En] {
            let say = crate::cli::words::say(lang);
            for kind in EventKind::ALL {
                let details = match kind {
                    EventKind::Message => OutboundState::ALL.iter().map(|of| of.as_str()).collect(),
                    EventKind::Presence => vec!["on", "phone", "break", "off"],
                    EventKind::Claimed => vec!["", "takeover", "answer_all"],
                    EventKind::Acked => vec!["", "phone"],
                    EventKind::AlarmEnded => vec!["", "handed_over"],
                    EventKind::Closed => vec!["", "answered", "no reply"],
                    EventKind::Released => vec!["", "idle"],
                    EventKind::Decided => vec!["give_up", "send_again"],
                    EventKind::Revealed => vec!["", "texts"],
                    _ => vec!["bizgo"],
                };
                for (detail, who) in details.iter().flat_map(|detail| [(*detail, ""), (*detail, "김민수")])
                {
                    let more = ["n", "desk", "at"].map(|name| (name, "x".into())).to_vec();
                    let said = event_words(&say, (kind.as_str(), detail), (who, "56"), more);
                    let raw = [kind.as_str(), detail, who].join(" ");
                    assert_ne!(said, raw.trim_end(), "{lang:?} has no words for it");
                    let is_nameless =
                        said.starts_with([' ', '님', ':']) || said.contains("  ") || said.contains(" 님");
                    assert!(!who.is_empty() || !is_nameless, "{lang:?} {kind:?} {detail}: {said}");
                }
            }
            let closed = event_words(&say, ("closed", "restricted"), ("", ""), Vec::new());
            assert_eq!(closed, lang.pick("it was closed by itself", "자동으로 종료되었습니다"));
        }
    }

    #[test]
    fn a_filter_shows_what_it_names_and_what_is_told_to_everybody() {
        let event = |kind: &str, desk: Option<&str>| EventView {
            seq: 1,
            at: 0,
            kind: kind.into(),
            conversation_id: desk.map(|_| 1),
            message_id: None,
            counselor: None,
            counselor_name: None,
            detail: None,
            desk: desk.map(str::to_owned),
        };
        let args = |desk: Option<&str>, kind: &[&str], danger| Args {
            after: None,
            desk: desk.map(str::to_owned),
            kind: kind.iter().map(|k| (*k).to_owned()).collect(),
            danger,
        };
        let all = args(None, &[], false);
        assert!(all.wants(&event("message", Some("main"))) && all.wants(&event("presence", None)));
        let buk = args(Some("buk"), &[], false);
        assert!(buk.wants(&event("text_in", Some("buk"))) && !buk.wants(&event("text_in", Some("main"))));
        assert!(buk.wants(&event("carrier_deaf", None)), "what is of no desk concerns all");
        let kinds = args(None, &["opened", "closed"], false);
        assert!(kinds.wants(&event("closed", Some("main"))) && !kinds.wants(&event("message", Some("main"))));
        let danger = args(Some("buk"), &[], true);
        assert!(danger.wants(&event("urgent", Some("buk"))) && !danger.wants(&event("text_in", Some("buk"))));
        assert!(!danger.wants(&event("urgent", Some("main"))) && danger.wants(&event("announced", None)));
    }

    #[test]
    fn a_kind_that_is_none_is_refused_with_those_there_are() {
        assert!(known_kind("urgent").is_ok());
        let Err(Failure::Here { values, .. }) = known_kind("danger") else { panic!("it is none") };
        let said = values.iter().any(|(_, value)| format!("{value:?}").contains("text_in, opened"));
        assert!(said, "{values:?}");
    }
}
