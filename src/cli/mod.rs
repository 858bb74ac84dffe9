//! `munja`, the counselor's program: a thin face over [`client`](crate::client). One file a command; each has its arguments
//! and `run`.
//!
//! - `args.rs`, `exit.rs`: the commands, the exit codes · `words.rs`, `locales/`: the sentences of this face
//! - `help.rs`: `--help` and wrong usage · `io.rs`, `context.rs`: the world around a command, what every command works with
//! - `action.rs`, `catalogue.rs`: many small commands of one kind
//! - `edit/`: lists that supervisors edit
//! - `report/`: figures as tables, a page, a workbook and CSV
//! - `input.rs`, `look.rs`: files that a command reads; the commands that show what somebody has to look up
//! - `render.rs`, `json.rs`, `conversation.rs`, `message.rs`, `draw.rs`: what is printed · `failure.rs`: why a command
//!   failed, and what to do next
//!
//! Nothing here knows the store, a carrier or the daemon's configuration. What a citizen wrote is made safe before it is
//! printed.

mod account;
mod action;
mod advice;
mod answer_all;
mod args;
mod audit;
mod bulletin;
mod candidates;
mod catalogue;
mod claim;
mod close;
mod completions;
mod compose;
mod context;
mod conversation;
mod danger;
mod decide;
mod desk;
mod doubt;
mod drafts;
mod draw;
mod duty;
mod edit;
mod exit;
mod failure;
mod follow;
mod help;
mod input;
mod io;
mod json;
mod list;
mod login;
mod logout;
mod look;
mod message;
mod next;
mod passwd;
mod photo;
mod practice;
mod presence;
mod recall;
mod release;
mod render;
mod reply;
mod report;
mod review;
mod rows;
mod search;
mod secret;
mod sessions;
mod show;
mod similar;
mod status;
mod supervise;
mod totp;
mod watch;
mod whoami;
mod words;

use std::ffi::OsString;
use std::time::{Duration, UNIX_EPOCH};

use clap::{ArgMatches, FromArgMatches};
use jiff::tz::TimeZone;

use crate::api::wire::PresenceWord;
use crate::client::{Profile, Tidied, tidy};
use crate::domain::reason::Reason;
use crate::ops::lang::Lang;
use args::{Cli, Command};
use context::CliContext;
pub use exit::Exit;
use failure::Failure;
pub use io::Io;
pub use practice::{LessonFact, PracticeFacts, PracticeRun, PracticeWishes, StartPractice};
use render::Paint;

/// The commands with their help in `lang`, for manual pages and completions.
pub fn command(lang: Lang) -> clap::Command {
    help::translated(&words::say(lang))
}

/// Runs the program with these arguments, the first of which is its name. `practice` starts what `munja practice` opens a desk at.
pub async fn run(args: Vec<OsString>, mut io: Io, practice: StartPractice) -> Exit {
    let early = help::Early::read(&args, &io);
    let say = words::say(early.lang);
    let parsed = help::translated(&say).try_get_matches_from(compose::shielded(args));
    let reason = parsed.as_ref().ok().and_then(typed_reason);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return help::end(&error, &say, &early, &mut io),
    };
    let Some(command) =
        cli.command.or_else(|| io.is_terminal().then(|| Command::Desk(desk::Args::default())))
    else {
        return help::no_command(&say, &early, &mut io);
    };
    let profile = match Profile::choose(cli.profile.as_deref(), |name| io.var(name)) {
        Ok(profile) => profile,
        Err(bad) => return help::complain(&bad.into(), &say, &early, &mut io),
    };
    let server = cli.server.clone().or_else(|| io.var("MUNJA_SERVER"));
    let paint = Paint { on: early.colour };
    if let Some(zone) = zone_of(&profile) {
        io.zone = zone;
    }
    let ways = look::ways(&command);
    let mut context = CliContext {
        io,
        say,
        json: cli.json,
        paint,
        profile,
        server,
        command: early.command,
        about: None,
        ways,
        unfold: false,
    };
    tidy_up(&mut context);
    if reason.is_some_and(|reason| Reason::hides(&reason)) {
        let remark = context.say.t("reason-masked");
        context.remark(&remark);
    }
    let typed = candidates::typed(&command);
    let command = candidates::with_desk_key(&context, command).await;
    match dispatch(&mut context, command, practice).await {
        Ok(()) => Exit::Ok,
        Err(failure) => {
            let failure = candidates::named(&context, failure, &typed).await;
            context.complain(&failure);
            failure.exit()
        }
    }
}

/// What was typed after `--reason`, whatever the command.
fn typed_reason(matches: &ArgMatches) -> Option<String> {
    let typed = matches.try_get_one::<String>("reason").ok().flatten();
    typed.cloned().or_else(|| typed_reason(matches.subcommand()?.1))
}

/// Removes drafts and saved photos that are too old, and says so: what a person has not sent is theirs.
fn tidy_up(context: &mut CliContext) {
    let (runtime, now) = (context.io.var("XDG_RUNTIME_DIR"), context.io.clock.now_ms());
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
    let done = tidy(&context.profile, runtime.as_deref(), now);
    if done != Tidied::default() {
        let values = [("drafts", done.n_drafts.into()), ("photos", done.n_photos.into())];
        let remark = context.say.with("tidied", values);
        context.remark(&remark);
    }
}

/// The desk's time zone, which the server named at the log-in: a terminal elsewhere shows the centre's times. `None` without a
/// log-in: then times are the terminal's.
fn zone_of(profile: &Profile) -> Option<TimeZone> {
    TimeZone::get(&profile.session().ok()??.time_zone?).ok()
}

async fn dispatch(
    context: &mut CliContext,
    command: Command,
    practice: StartPractice,
) -> Result<(), Failure> {
    match command {
        Command::Practice(args) => practice::run(context, &args, practice).await,
        Command::Desk(args) => desk::run(context, &args).await,
        Command::Login(args) => login::run(context, args).await,
        Command::Logout => logout::run(context).await,
        Command::Whoami => whoami::run(context).await,
        Command::Passwd(args) => passwd::run(context, args).await,
        Command::Totp(args) => totp::run(context, args).await,
        Command::Sessions(args) => sessions::run(context, args).await,
        Command::Accounts => account::list(context).await,
        Command::Account(args) => account::run(context, args).await,
        Command::Audit(args) => audit::run(context, args).await,
        Command::List(args) => list::run(context, &args).await,
        Command::Next => next::run(context).await,
        Command::Show(args) => show::run(context, &args).await,
        Command::Search(args) => search::run(context, &args).await,
        Command::Similar(args) => similar::run(context, &args).await,
        Command::Claim(args) => claim::run(context, &args).await,
        Command::Reply(args) => reply::run(context, &args).await,
        Command::AnswerAll(args) => answer_all::run(context, &args).await,
        Command::Bulletin(args) => bulletin::run(context, &args).await,
        Command::Advice(args) => advice::run(context, &args).await,
        Command::Photo(args) => photo::run(context, &args).await,
        Command::Release(args) => release::run(context, &args).await,
        Command::Close(args) => close::run(context, args).await,
        Command::Write(args) => follow::write(context, &args).await,
        Command::Refer(args) => follow::refer(context, &args).await,
        Command::Recall(args) => recall::run(context, &args).await,
        Command::Urgent(args) => action::urgent(context, &args).await,
        Command::Ack(args) => action::ack(context, &args).await,
        Command::FalseAlarm(args) => action::false_alarm(context, &args).await,
        Command::Reveal(args) => danger::reveal(context, &args).await,
        Command::Where(args) => action::ask_where(context, &args).await,
        Command::Handover(args) => danger::handover(context, &args).await,
        Command::Duty => duty::run(context).await,
        Command::On => presence::set(context, PresenceWord::On).await,
        Command::Phone => presence::set(context, PresenceWord::Phone).await,
        Command::Break => presence::set(context, PresenceWord::Break).await,
        Command::Off(args) => presence::off(context, &args).await,
        Command::Colleagues => presence::colleagues(context).await,
        Command::Note(args) => action::note(context, &args).await,
        Command::Draft(args) => drafts::one(context, &args).await,
        Command::Drafts => drafts::run(context).await,
        Command::Promise(args) => action::promise(context, &args).await,
        Command::Remind(args) => action::remind(context, &args).await,
        Command::Transfer(args) => action::transfer(context, &args).await,
        Command::Return(args) => action::give_back(context, &args).await,
        Command::Category(args) => action::category(context, &args).await,
        Command::Prefer(args) => action::prefer(context, &args).await,
        Command::Warn(args) => action::warn(context, &args).await,
        Command::Take(args) => action::take(context, &args).await,
        Command::Restrict(args) => action::restrict(context, &args).await,
        Command::Unrestrict(args) => action::unrestrict(context, &args).await,
        Command::OptOut(args) => action::opt_out(context, &args).await,
        Command::OptIn(args) => action::opt_in(context, &args).await,
        Command::Announce(args) => supervise::announce(context, &args).await,
        Command::Restricted => supervise::restricted(context).await,
        Command::Edit(args) => edit::run(context, &args).await,
        Command::Evidence(args) => catalogue::evidence(context, &args).await,
        Command::Desks => catalogue::desks(context).await,
        Command::Categories(args) => catalogue::categories(context, &args).await,
        Command::Replies(args) => catalogue::replies(context, &args).await,
        Command::Surveys(args) => catalogue::surveys(context, &args).await,
        Command::Report(args) => report::run(context, &args).await,
        Command::Review(args) => review::run(context, &args).await,
        Command::Reviews(args) => review::list(context, &args).await,
        Command::Doubt(args) => doubt::run(context, &args).await,
        Command::Decide(args) => decide::run(context, &args).await,
        Command::Watch(args) => watch::run(context, &args).await,
        Command::Status(args) => status::run(context, &args).await,
        Command::Completions { shell } => completions::run(context, shell),
        Command::Help { command } => help::run(context, command.as_deref()),
    }
}

#[cfg(test)]
mod tests;
