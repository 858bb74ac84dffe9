//! `munja`, the counselor's program: a thin client of the API. One file a command; each has its arguments and `run`.
//!
//! - `say.rs`, `locales/`: every word in Korean and English · `help.rs`: the same for `--help` and wrong usage
//! - `io.rs`, `desk.rs`: the world around a command, and what every command works with
//! - `session.rs`, `seen.rs`, `sending.rs`, `draft.rs`: the log-in; what was shown, is on its way, was not sent
//! - `action.rs`, `catalogue.rs`: many small commands of one kind
//! - `render.rs`, `conversation.rs`, `message.rs`, `draw.rs`: how things look · `failure.rs`: what went wrong, and what to do next
//!
//! Nothing here knows the store, a carrier or the daemon's configuration. What a citizen wrote is made safe before it is
//! printed.

mod action;
mod catalogue;
mod claim;
mod close;
mod completions;
mod conversation;
mod decide;
mod desk;
mod doubt;
mod draft;
mod draw;
mod failure;
mod help;
mod io;
mod list;
mod login;
mod logout;
mod message;
mod next;
mod photo;
mod recall;
mod release;
mod render;
mod reply;
mod say;
mod seen;
mod sending;
mod session;
mod show;
mod status;
mod watch;
mod whoami;

use std::ffi::OsString;

use clap::{ArgAction, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::api::client::ClientError;
use crate::api::wire::LoginResponse;
use crate::ops::lang::Lang;
use desk::Desk;
use failure::Failure;
pub use io::Io;
use render::Paint;
use say::Say;
use session::Profile;

/// How the program ends. `--help` tells the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    Unexpected = 1,
    Usage = 2,
    /// Or the log-in has expired.
    NotLoggedIn = 3,
    Unreachable = 4,
    /// Nobody waits, or there is no such thing.
    Nothing = 5,
    /// Somebody else holds it, it is closed or not claimed, or it is too late.
    Refused = 6,
    /// Newer texts came in: look first.
    LookFirst = 7,
    /// The text is empty or too long, or the carrier can't carry it.
    Unsendable = 8,
    /// The server is in trouble.
    ServerTrouble = 9,
}

/// What each refusal of the server means for the exit code.
const EXITS: &[(&str, Exit)] = &[
    ("bad_request", Exit::Usage),
    ("method_not_allowed", Exit::Unexpected),
    ("too_slow", Exit::Unreachable),
    ("unauthorized", Exit::NotLoggedIn),
    ("wrong_login", Exit::NotLoggedIn),
    ("locked_out", Exit::NotLoggedIn),
    ("not_found", Exit::Nothing),
    ("nobody_waits", Exit::Nothing),
    ("claimed_by_other", Exit::Refused),
    ("not_claimed", Exit::Refused),
    ("closed", Exit::Refused),
    ("opted_out", Exit::Refused),
    ("too_many_held", Exit::Refused),
    ("supervisors_only", Exit::Refused),
    ("nothing_to_ack", Exit::Refused),
    ("not_passed_on", Exit::Refused),
    ("not_warned", Exit::Refused),
    ("no_such_desk", Exit::Usage),
    ("no_such_person", Exit::Usage),
    ("no_such_category", Exit::Usage),
    ("category_needed", Exit::Usage),
    ("already_left", Exit::Refused),
    ("not_in_doubt", Exit::Refused),
    ("key_reused", Exit::LookFirst),
    ("newer_texts", Exit::LookFirst),
    ("empty_text", Exit::Unsendable),
    ("unencodable", Exit::Unsendable),
    ("too_long", Exit::Unsendable),
    ("body_too_large", Exit::Unsendable),
    ("photo_not_here_yet", Exit::Refused),
    ("photo_lost", Exit::Nothing),
    ("photo_too_large", Exit::Unsendable),
    ("not_a_photo", Exit::Unsendable),
    ("photos_not_taken", Exit::Unsendable),
    ("too_many_photos", Exit::Unsendable),
    ("no_such_photo", Exit::Unsendable),
    ("database_busy", Exit::ServerTrouble),
    ("database_full", Exit::ServerTrouble),
    ("database_broken", Exit::ServerTrouble),
    ("internal", Exit::ServerTrouble),
];

impl Exit {
    fn of(error: &ClientError) -> Self {
        match error {
            ClientError::Unreachable { .. } => Exit::Unreachable,
            ClientError::BadAnswer { .. } => Exit::Unexpected,
            ClientError::Problem(problem) => match EXITS.iter().find(|(code, _)| *code == problem.code) {
                Some((_, exit)) => *exit,
                None => Exit::of_status(problem.status),
            },
        }
    }

    /// For a code of a newer server.
    fn of_status(status: u16) -> Self {
        match status {
            400 => Exit::Usage,
            401 | 403 => Exit::NotLoggedIn,
            404 => Exit::Nothing,
            409 => Exit::Refused,
            413 | 422 => Exit::Unsendable,
            500.. => Exit::ServerTrouble,
            _ => Exit::Unexpected,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Parser)]
#[command(name = "munja", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
struct Cli {
    #[arg(long, global = true)]
    json: bool,
    #[arg(long, global = true, value_name = "ko|en")]
    lang: Option<Lang>,
    #[arg(long, global = true, value_name = "auto|always|never", default_value = "auto")]
    color: Colour,
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Login(login::Args),
    Logout,
    Whoami,
    List(list::Args),
    Next,
    Show(show::Args),
    Claim(claim::Args),
    Reply(reply::Args),
    Photo(photo::Args),
    Release(release::Args),
    Close(close::Args),
    Recall(recall::Args),
    Urgent(action::Bare),
    Ack(action::Bare),
    Note(action::Worded),
    Draft(action::PerhapsWorded),
    Promise(action::Timed),
    Remind(action::Timed),
    Transfer(action::Transfer),
    Return(action::Worded),
    Category(action::Worded),
    Prefer(action::PerhapsWorded),
    Warn(action::Bare),
    Take(action::Worded),
    Restrict(action::Restrict),
    Unrestrict(action::Bare),
    Evidence(catalogue::EvidenceArgs),
    Desks,
    Categories(catalogue::OfDesk),
    Replies(catalogue::OfDesk),
    Surveys(catalogue::SurveysArgs),
    Doubt,
    Decide(decide::Args),
    Watch(watch::Args),
    Status,
    Completions(completions::Args),
    Help(help::Args),
}

/// Runs the program with these arguments, the first of which is its name.
pub async fn run(args: Vec<OsString>, mut io: Io) -> Exit {
    let early = help::Early::of(&args, &io);
    let say = Say::new(early.lang);
    let parsed = help::translated(&say, io.columns).try_get_matches_from(args);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return help::end(&error, &say, &early, &mut io),
    };
    let profile = match Profile::choose(cli.profile.as_deref(), &io) {
        Ok(profile) => profile,
        Err(failure) => return help::complain(&failure, &say, &early, &mut io),
    };
    let server = cli.server.clone().or_else(|| io.var("MUNJA_SERVER"));
    let paint = Paint { on: early.colour };
    let mut desk = Desk { io, say, json: cli.json, paint, profile, server, about: None, unfold: false };
    match dispatch(&mut desk, cli.command).await {
        Ok(()) => Exit::Ok,
        Err(failure) => {
            desk.complain(&failure);
            failure.exit()
        }
    }
}

/// Keeps a log-in under a profile, as `munja login` does.
pub fn keep_session(profile: &str, server: &str, login: &LoginResponse) -> anyhow::Result<()> {
    let profile = Profile::choose(Some(profile), &Io::system())
        .map_err(|_| anyhow::anyhow!("no place for the log-in: neither HOME nor XDG_CONFIG_HOME is set"))?;
    profile.keep(server, login).map_err(|_| anyhow::anyhow!("the log-in could not be kept"))
}

async fn dispatch(desk: &mut Desk, command: Command) -> Result<(), Failure> {
    match command {
        Command::Login(args) => login::run(desk, args).await,
        Command::Logout => logout::run(desk).await,
        Command::Whoami => whoami::run(desk).await,
        Command::List(args) => list::run(desk, &args).await,
        Command::Next => next::run(desk).await,
        Command::Show(args) => show::run(desk, &args).await,
        Command::Claim(args) => claim::run(desk, &args).await,
        Command::Reply(args) => reply::run(desk, &args).await,
        Command::Photo(args) => photo::run(desk, &args).await,
        Command::Release(args) => release::run(desk, &args).await,
        Command::Close(args) => close::run(desk, args).await,
        Command::Recall(args) => recall::run(desk, &args).await,
        Command::Urgent(args) => action::urgent(desk, &args).await,
        Command::Ack(args) => action::ack(desk, &args).await,
        Command::Note(args) => action::note(desk, &args).await,
        Command::Draft(args) => action::draft(desk, &args).await,
        Command::Promise(args) => action::promise(desk, &args).await,
        Command::Remind(args) => action::remind(desk, &args).await,
        Command::Transfer(args) => action::transfer(desk, &args).await,
        Command::Return(args) => action::give_back(desk, &args).await,
        Command::Category(args) => action::category(desk, &args).await,
        Command::Prefer(args) => action::prefer(desk, &args).await,
        Command::Warn(args) => action::warn(desk, &args).await,
        Command::Take(args) => action::take(desk, &args).await,
        Command::Restrict(args) => action::restrict(desk, &args).await,
        Command::Unrestrict(args) => action::unrestrict(desk, &args).await,
        Command::Evidence(args) => catalogue::evidence(desk, &args).await,
        Command::Desks => catalogue::desks(desk).await,
        Command::Categories(args) => catalogue::categories(desk, &args).await,
        Command::Replies(args) => catalogue::replies(desk, &args).await,
        Command::Surveys(args) => catalogue::surveys(desk, &args).await,
        Command::Doubt => doubt::run(desk).await,
        Command::Decide(args) => decide::run(desk, &args).await,
        Command::Watch(args) => watch::run(desk, &args).await,
        Command::Status => status::run(desk).await,
        Command::Completions(args) => completions::run(desk, &args),
        Command::Help(args) => help::run(desk, &args),
    }
}

#[cfg(test)]
mod tests;
