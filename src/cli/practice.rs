//! `munja practice`: the real program against invented citizens. The private gateway is started by another room, which is handed
//! to [`run`](super::run): nothing here knows the daemon.

use std::path::Path;

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::client::Profile;
use crate::ops::lang::Lang;
use crate::ops::process::ClosedFromOutside;
use crate::tui::{Desk, DeskError, looks};

#[derive(clap::Args)]
pub struct Args {
    /// Also without a terminal.
    #[arg(long, conflicts_with = "no_desk")]
    plain: bool,
    #[arg(long)]
    no_desk: bool,
    #[arg(long)]
    at_once: bool,
}

/// What is asked of a practice run.
#[derive(Debug, Clone, Copy)]
pub struct PracticeWishes {
    pub lang: Lang,
    /// All citizens write at once.
    pub at_once: bool,
}

/// A practice run: a private gateway with invented citizens.
pub trait PracticeRun: Send {
    /// Its address.
    fn server(&self) -> &str;
    /// The token of who practises.
    fn token(&self) -> &str;
    /// The time zone of its desks.
    fn time_zone(&self) -> Option<&str>;
    /// A profile of its own, with the log-in.
    fn profile(&self) -> &Profile;
    /// Everything of it lies there, and goes with it.
    fn folder(&self) -> &Path;
    /// Ends it and says what was done.
    fn finish(self: Box<Self>) -> BoxFuture<'static, anyhow::Result<PracticeFacts>>;
}

/// Starts a practice run.
pub type StartPractice = fn(PracticeWishes) -> BoxFuture<'static, anyhow::Result<Box<dyn PracticeRun>>>;

/// What was done in a practice run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PracticeFacts {
    /// Of the citizens who wrote, in the order of the script.
    pub lessons: Vec<LessonFact>,
    /// Citizens who had not written yet.
    pub n_to_come: usize,
    /// Nobody else was answered while somebody was in danger; `None` if nobody was yet.
    pub is_danger_first: Option<bool>,
    pub has_passed_on: bool,
    /// By its reason, or by a hand-over to 119 or 112.
    pub has_ended_alarm: bool,
    pub has_warned: bool,
    pub n_closed: usize,
    /// Citizens who rated the answer.
    pub n_ratings: usize,
}

/// What became of one citizen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LessonFact {
    pub lesson: String,
    /// From their first text to a person's first answer (milliseconds); `None` if they got none.
    pub answer_ms: Option<i64>,
    /// Their conversation was passed on.
    pub was_passed_on: bool,
}

pub(super) async fn run(context: &mut CliContext, args: &Args, start: StartPractice) -> Result<(), Failure> {
    if !args.plain && !args.no_desk && !context.io.is_terminal() {
        return Err(Failure::here(Exit::Usage, "no_terminal", []));
    }
    let lang = context.say.lang();
    let practice = start(PracticeWishes { lang, at_once: args.at_once }).await?;
    let done = if args.no_desk {
        wait(context, practice.as_ref()).await
    } else {
        open_desk(context, practice.as_ref(), args.plain).await
    };
    // Also after a desk that failed: the folder goes.
    let facts = practice.finish().await?;
    done?;
    if context.json {
        return context.print_json(&facts);
    }
    let text = describe(context, &facts, !args.no_desk);
    context.print(&text)
}

async fn open_desk(context: &CliContext, practice: &dyn PracticeRun, plain: bool) -> Result<(), Failure> {
    let (theme, notifier) = looks(|name| context.io.var(name), context.paint.on, false);
    let client = context.client_to(practice.server(), None)?.with_token(practice.token().to_owned().into());
    let zone = practice.time_zone().and_then(|name| TimeZone::get(name).ok());
    let desk = Desk {
        client,
        profile: practice.profile().clone(),
        lang: context.say.lang(),
        zone: zone.unwrap_or_else(|| context.io.zone.clone()),
        clock: context.io.clock.clone(),
        runtime: context.io.var("XDG_RUNTIME_DIR"),
        theme,
        notifier,
        is_plain: plain,
        is_practice: true,
    };
    let mut closed = ClosedFromOutside::listen().map_err(anyhow::Error::from)?;
    let left = tokio::select! {
        left = crate::tui::run(desk) => left.map(drop),
        // A closed window: the folder goes all the same. Ctrl+C is a key of the desk.
        () = closed.recv() => Ok(()),
    };
    left.map_err(|error| match error {
        DeskError::Server(error) => error.into(),
        DeskError::Here(error) => error.into(),
    })
}

/// Resolves once it is closed from outside, or once Ctrl-C was pressed; at a terminal twice, because it ends everything.
async fn ended_from_outside(context: &mut CliContext) -> anyhow::Result<()> {
    let mut closed = ClosedFromOutside::listen()?;
    tokio::select! {
        () = closed.recv() => return Ok(()),
        pressed = tokio::signal::ctrl_c() => pressed?,
    }
    if !context.io.stdin_is_terminal {
        return Ok(());
    }
    let again = context.say.t("practice-again");
    context.remark(&again);
    tokio::select! {
        () = closed.recv() => Ok(()),
        pressed = tokio::signal::ctrl_c() => Ok(pressed?),
    }
}

/// Says how to use it from another window, and waits for Ctrl-C.
async fn wait(context: &mut CliContext, practice: &dyn PracticeRun) -> Result<(), Failure> {
    let folder = practice.folder().display().to_string();
    let values = [("server", practice.server().to_owned().into()), ("folder", folder.into())];
    let how = context.say.with("practice-how", values);
    context.remark(&how);
    if context.json {
        context.print_json(&serde_json::json!({
            "server": practice.server(), "token": practice.token(), "folder": practice.folder(),
        }))?;
    }
    Ok(ended_from_outside(context).await?)
}

/// What was done; how a step is done is said by the keys of the desk, or by commands.
fn describe(context: &CliContext, facts: &PracticeFacts, at_desk: bool) -> String {
    let n_answered = facts.lessons.iter().filter(|one| one.answer_ms.is_some()).count();
    // Of all in the script: who had not written yet when it was left was not answered either.
    let n_all = facts.lessons.len() + facts.n_to_come;
    let values = [("answered", n_answered.to_string().into()), ("all", n_all.to_string().into())];
    let mut lines = vec![context.paint.strong(&context.say.with("practice-answered", values))];
    if facts.n_to_come > 0 {
        lines.push(context.say.with("practice-to-come", [("n", facts.n_to_come.to_string().into())]));
    }
    lines.extend(facts.lessons.iter().map(|one| lesson(context, one)));
    let step = |is_done: bool, id: &str, (keys, commands): (&str, &str)| {
        let how = if at_desk { keys } else { commands };
        let words = context.say.with(id, [("how", how.to_owned().into())]);
        if is_done {
            format!("✓ {words}")
        } else {
            context.say.with("practice-not-yet", [("step", words.into())])
        }
    };
    lines.extend(facts.is_danger_first.map(|first| step(first, "practice-danger-first", ("", ""))));
    let alarm = ("f, j", "munja false-alarm, munja handover");
    lines.push(step(facts.has_passed_on, "practice-passed-on", ("x", "munja transfer")));
    lines.push(step(facts.has_ended_alarm, "practice-ended-alarm", alarm));
    lines.push(step(facts.has_warned, "practice-warned", ("w", "munja warn")));
    lines.push(step(facts.n_closed > 0, "practice-closed", ("e", "munja close")));
    lines.push(context.say.t("practice-gone"));
    lines.join("\n")
}

/// `✓ 긴급: 40초 만에 첫 답`
fn lesson(context: &CliContext, of: &LessonFact) -> String {
    let name = context.say.t(&format!("practice-lesson-{}", of.lesson));
    let Some(ms) = of.answer_ms else {
        if of.was_passed_on {
            return format!("✓ {}", context.say.with("practice-lesson-passed", [("lesson", name.into())]));
        }
        return format!("· {}", context.say.with("practice-unanswered", [("lesson", name.into())]));
    };
    let secs = ms / 1_000;
    let span =
        context.say.with("practice-span", [("minutes", (secs / 60).into()), ("secs", (secs % 60).into())]);
    format!("✓ {}", context.say.with("practice-time", [("lesson", name.into()), ("span", span.into())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(n_to_come: usize) -> PracticeFacts {
        PracticeFacts {
            lessons: vec![LessonFact {
                lesson: "question".into(),
                answer_ms: Some(30_000),
                was_passed_on: false,
            }],
            n_to_come,
            is_danger_first: None,
            has_passed_on: false,
            has_ended_alarm: false,
            has_warned: false,
            n_closed: 1,
            n_ratings: 0,
        }
    }

    /// Who leaves after the first citizen has not answered everybody.
    #[test]
    fn a_practice_that_was_left_early_says_so_first() {
        for (lang, whole, early) in [
            (
                Lang::En,
                "Answered 1 of 1 citizen.",
                ["Answered 1 of all 6 citizens.", "left early: 5 of them"],
            ),
            (
                Lang::Ko,
                "시민 모두 1명 가운데 1명에게 답했습니다.",
                ["시민 모두 6명 가운데 1명에게", "5명은 아직"],
            ),
        ] {
            let io = crate::cli::Io::system();
            let profile = Profile::choose(None, |name| (name == "HOME").then(|| "/nonexistent".to_owned()))
                .expect("a profile");
            let context = CliContext {
                io,
                say: crate::cli::words::say(lang),
                json: false,
                paint: crate::cli::render::Paint { on: false },
                profile,
                server: None,
                command: "practice".to_owned(),
                about: None,
                ways: crate::cli::failure::Ways::default(),
                unfold: false,
            };
            let said = describe(&context, &facts(0), true);
            assert_eq!(said.lines().next(), Some(whole));
            let said = describe(&context, &facts(5), true);
            let head = said.lines().take(2).collect::<Vec<_>>().join("\n");
            assert!(early.iter().all(|words| head.contains(words)), "{said}");
        }
    }
}
