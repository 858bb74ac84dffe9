//! `munjad citizen show|why|export|erase|hold|release-hold`: one person's own rights, and what a law keeps. Numbers may come from
//! standard input, so that they stand in no shell's history. Who did what, when and why is kept by pseudonym.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

use super::operator::{access, log};
use super::person::{Asked, Who, asked, must_be_number, must_have_its_key, number, open_for, reason, rest};
use super::{ConfigArg, Say, erasing, exporting, line, open, why};
use crate::config::Config;
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::text::one_line;
use crate::ops::clock::Clock;
use crate::store::{Act, HeldWhat, NewAccess, StoreError};

const ERASE_HELP: &str = "\
Examples:
  munjad citizen erase - --reason WHY < number.txt
  munjad citizen erase - --reason WHY --keep-copies     before an upgrade has proved itself

Exit codes: 0 nothing here holds the person any more, 1 nobody was erased, 3 erased, but something still holds the person: what, and until when, is said";

#[derive(Subcommand)]
pub(super) enum Citizen {
    /// Show what is stored of a person: conversations with dates and counts, no text
    Show {
        #[command(flatten)]
        who: Who,
    },
    /// Tell in order what became of a person's texts: how they were sorted, who saw them, what was answered and whether it
    /// arrived. No text
    Why {
        #[command(flatten)]
        who: Who,
    },
    /// Write what is stored of a person into a file for them: texts of both sides, notes, answers to the survey, with their photos beside it
    Export {
        #[command(flatten)]
        who: Who,
        /// The file to write (JSON); photos go to the folder FILE.photos
        #[arg(long, value_name = "FILE")]
        to: std::path::PathBuf,
        /// Do not mask resident, card and other identity numbers in the texts
        #[arg(long)]
        whole: bool,
    },
    /// Erase a person: texts, photos, number, in every table and file; figures stay. What cannot be erased yet is named
    #[command(after_help = ERASE_HELP)]
    Erase {
        #[command(flatten)]
        who: Who,
        /// Close what is open and take back texts that have not left; unanswered danger is never closed
        #[arg(long)]
        even_open: bool,
        /// Keep the copies that upgrades left beside the database and that hold the person: the way back to the version before. They
        /// are named, and the exit code is 3. Without it they are removed; on a terminal you are asked first
        #[arg(long)]
        keep_copies: bool,
        /// Remove every copy of the whole database beside it without asking, also one that was saved from a lost database
        #[arg(long, conflicts_with = "keep_copies")]
        remove_copies: bool,
        /// Rewrite the database file if free pages may hold something, also a large one while the gateway runs (it waits)
        #[arg(long)]
        rewrite: bool,
    },
    /// Keep all of a person, or one conversation, beyond its time: a law or a court wants it
    Hold {
        #[command(flatten)]
        what: What,
    },
    /// End such a hold
    ReleaseHold {
        #[command(flatten)]
        what: What,
    },
}

/// Not `Hold`: clap names an argument group after the struct.
#[derive(Args)]
pub(super) struct What {
    /// The person's phone number, or what the carrier called the sender; - reads it from standard input
    #[arg(required_unless_present = "conversation")]
    number: Option<String>,
    /// One conversation only
    #[arg(long, value_name = "N", conflicts_with = "number")]
    conversation: Option<i64>,
    /// Why; it is kept with what was done
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    at: ConfigArg,
}

pub(super) async fn run(command: Citizen, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        Citizen::Show { who } => show(&asked(who, say)?, say).await?,
        Citizen::Why { who } => why::run(&asked(who, say)?, say).await?,
        Citizen::Export { who, to, whole } => exporting::run(&asked(who, say)?, &to, whole, say).await?,
        Citizen::Erase { who, even_open, keep_copies, remove_copies, rewrite } => {
            let copies = match (keep_copies, remove_copies) {
                (true, _) => erasing::Copies::Kept,
                (false, true) => erasing::Copies::All,
                (false, false) => erasing::Copies::OfUpgrades,
            };
            let how = erasing::How { even_open, copies, rewrite };
            return erasing::run(&asked(who, say)?, how, say).await;
        }
        Citizen::Hold { what } => hold(what, true, say).await?,
        Citizen::ReleaseHold { what } => hold(what, false, say).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(asked: &Asked, say: Say) -> anyhow::Result<()> {
    let store = open_for(asked, Action::View, "citizen show", say).await?;
    let found = store
        .subject((Act::Show, asked.number.clone()), asked.reason.clone(), &asked.operator, asked.now)
        .await?;
    if say.json {
        line(&serde_json::to_string_pretty(&exporting::subject_json(
            &found,
            &asked.number,
            exporting::MASKED,
        ))?);
        return Ok(());
    }
    line(&format!("{}  {}", asked.number, found.pseudonym.to_hex()));
    if found.is_empty() {
        line(say.pick("Nothing is stored of them.", "저장된 것이 없습니다."));
    }
    for one in &found.conversations {
        let at = |at: Option<i64>| at.map_or_else(|| "-".to_owned(), |at| asked.config.minute(at));
        let (opened, closed) = (at(Some(one.opened_at)), at(one.closed_at));
        let category = one_line(one.category.as_deref().unwrap_or("-"), 40);
        line(&say.pick(
            format!(
                "conversation {:<6} {opened} to {closed}  {category}  {} texts in, {} out, {} photos",
                one.id, one.n_texts_in, one.n_texts_out, one.n_photos
            ),
            format!(
                "상담 {:<6} {opened} ~ {closed}  {category}  받은 문자 {}, 보낸 문자 {}, 사진 {}",
                one.id, one.n_texts_in, one.n_texts_out, one.n_photos
            ),
        ));
    }
    rest(&found, asked, say);
    Ok(())
}

async fn hold(what: What, begins: bool, say: Say) -> anyhow::Result<()> {
    let held = match (&what.number, what.conversation) {
        (_, Some(id)) => HeldWhat::Conversation(id),
        (Some(word), None) => HeldWhat::Citizen(number(word, say)?),
        (None, None) => bail!("{}", say.pick("name a number or a conversation", "번호나 상담을 적으십시오")),
    };
    let reason = reason(&what.reason, say)?;
    let command = if begins { "citizen hold" } else { "citizen release-hold" };
    let store = open(&Config::load_without_secrets(&what.at.config)?).await?;
    if let HeldWhat::Citizen(number) = &held {
        must_be_number(&store, number, say).await?;
    }
    let entry = access(Action::Change).detail(command);
    let entry = match &held {
        // Another key would name somebody else.
        _ if !store.has_its_pseudonym_key() => entry,
        HeldWhat::Conversation(id) => entry.about(*id, None),
        HeldWhat::Citizen(number) => NewAccess { shown: vec![(0, Some(number.clone()))], ..entry },
    };
    log(&store, NewAccess { reason: reason.clone(), ..entry }).await?;
    must_have_its_key(&store, say)?;
    let (operator, now) = (Actor::operator("citizen"), Clock::system().now_ms());
    let done = if begins {
        store.hold_for_law(held, reason, &operator, now).await
    } else {
        store.end_hold(held, reason, &operator, now).await
    };
    match done {
        Ok(()) => {}
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                "there is no such hold or conversation; see munjad privacy show",
                "그런 보존이나 상담이 없습니다. munjad privacy show 를 보십시오"
            )
        ),
        Err(StoreError::Conflict(_)) => {
            bail!("{}", say.pick("it is held already", "이미 보존 중입니다"))
        }
        Err(error) => return Err(error.into()),
    }
    if say.json {
        line(&serde_json::json!({ "held": begins }).to_string());
    } else if begins {
        line(say.pick(
            "Held: neither purged nor erased until munjad citizen release-hold.",
            "보존합니다. munjad citizen release-hold 전에는 지우지 않습니다.",
        ));
    } else {
        line(say.pick("The hold has ended.", "보존을 끝냈습니다."));
    }
    Ok(())
}
