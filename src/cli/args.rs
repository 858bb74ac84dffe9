//! The commands and their arguments; their words stand in `locales/`, see `help.rs`.

use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::{
    account, action, advice, answer_all, audit, bulletin, catalogue, claim, close, danger, decide, desk,
    doubt, drafts, edit, follow, list, login, passwd, photo, practice, presence, recall, release, reply,
    report, review, search, sessions, show, similar, status, supervise, totp, watch,
};
use crate::ops::lang::Lang;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Parser)]
#[command(name = "munja", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, value_name = "ko|en")]
    pub lang: Option<Lang>,
    #[arg(long, global = true, value_name = "auto|always|never", default_value = "auto")]
    pub color: Colour,
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    #[arg(short, long, global = true, action = ArgAction::Help)]
    pub help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version)]
    pub version: Option<bool>,
    /// None on a terminal opens the desk; elsewhere it prints the help.
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand)]
pub enum Command {
    Desk(desk::Args),
    Login(login::Args),
    Logout,
    Whoami,
    Passwd(passwd::Args),
    Totp(totp::Args),
    Sessions(sessions::Args),
    Accounts,
    Account(account::Args),
    Audit(audit::Args),
    List(list::Args),
    Next,
    Show(show::Args),
    Search(search::Args),
    Similar(similar::Args),
    Claim(claim::Args),
    Reply(reply::Args),
    Advice(advice::Args),
    AnswerAll(answer_all::Args),
    Bulletin(bulletin::Args),
    Photo(photo::Args),
    Release(release::Args),
    Close(close::Args),
    Recall(recall::Args),
    Write(follow::Write),
    Refer(follow::Refer),
    Urgent(action::NumberOnly),
    Ack(action::NumberOnly),
    FalseAlarm(action::FalseAlarm),
    Reveal(danger::Reveal),
    Where(action::NumberOnly),
    Handover(danger::Handover),
    Duty,
    On,
    Phone,
    Break,
    Off(presence::OffArgs),
    Colleagues,
    Note(action::WithText),
    Draft(drafts::Args),
    Drafts,
    Promise(action::WithSpan),
    Remind(action::WithSpan),
    Transfer(action::Transfer),
    Return(action::WithText),
    Category(action::WithText),
    Prefer(action::WithOptionalText),
    Warn(action::NumberOnly),
    Take(action::WithText),
    Restrict(action::Restrict),
    Unrestrict(action::NumberOnly),
    #[command(name = "optout")]
    OptOut(action::NumberOnly),
    #[command(name = "optin")]
    OptIn(action::NumberOnly),
    Announce(supervise::Announce),
    Restricted,
    Edit(edit::Args),
    Evidence(catalogue::EvidenceArgs),
    Desks,
    Categories(catalogue::DeskArgs),
    Replies(catalogue::RepliesArgs),
    Surveys(catalogue::SurveysArgs),
    Report(report::Args),
    Review(review::Args),
    Reviews(review::ListArgs),
    Doubt(doubt::Args),
    Decide(decide::Args),
    Watch(watch::Args),
    Status(status::Args),
    Practice(practice::Args),
    Completions {
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    Help {
        command: Option<String>,
    },
}
