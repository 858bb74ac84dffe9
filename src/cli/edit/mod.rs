//! `munja edit LIST`: supervisors edit canned replies, categories, automatic texts and words of danger in an editor or from a file.
//! What would change is shown first; older versions can be seen and put back.
//!
//! What was written lies in a file of the profile until the server has it.

mod shown;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;

use super::compose::run_editor;
use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::input;
use crate::api::wire::{
    EditedListView, ListRequest, ListResponse, ListVersionView, MAX_BODY_BYTES, ProblemCode,
};
use crate::client::{Client, ClientError, Value, write_private};

pub use shown::state_line;

/// Files of lists that could not be stored.
const MOST_FILES: usize = 99;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "LIST")]
    list: Option<ListWord>,
    #[arg(long, requires = "list", value_name = "FILE", conflicts_with_all = ["restore", "operator_file"])]
    from: Option<PathBuf>,
    #[arg(long, requires = "list", conflicts_with = "yes")]
    check: bool,
    #[arg(long, requires = "list", value_name = "TEXT")]
    reason: Option<String>,
    #[arg(long, requires = "list")]
    yes: bool,
    #[arg(long, requires = "list", conflicts_with_all = ["from", "restore", "operator_file"])]
    print: bool,
    #[arg(long, requires = "list", conflicts_with_all = ["from", "restore", "operator_file", "print"])]
    history: bool,
    #[arg(long, requires = "list", value_name = "N", conflicts_with_all = ["from", "restore", "operator_file", "print", "history"])]
    show: Option<i64>,
    #[arg(long, requires = "list", value_name = "N")]
    restore: Option<i64>,
    #[arg(long, requires = "list", conflicts_with = "restore")]
    operator_file: bool,
}

/// The lists; their words are those of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListWord {
    Replies,
    Categories,
    Texts,
    Words,
}

impl ListWord {
    fn as_str(self) -> &'static str {
        match self {
            ListWord::Replies => "replies",
            ListWord::Categories => "categories",
            ListWord::Texts => "texts",
            ListWord::Words => "words",
        }
    }
}

impl Args {
    /// The command that shows what was stored.
    pub fn history(&self) -> &'static str {
        match self.list {
            None => "munja edit",
            Some(ListWord::Replies) => "munja edit replies --history",
            Some(ListWord::Categories) => "munja edit categories --history",
            Some(ListWord::Texts) => "munja edit texts --history",
            Some(ListWord::Words) => "munja edit words --history",
        }
    }
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let client = context.client()?;
    let Some(list) = args.list.map(ListWord::as_str) else {
        let states = client.lists().await?;
        return shown::states(context, &states);
    };
    if args.history {
        let history = client.list_history(list).await?;
        return shown::history(context, &history);
    }
    if let Some(version) = args.show {
        let found = version_of(&client, list, version).await?;
        return shown::version(context, &found);
    }
    let now = client.list(list).await?;
    if args.print {
        return shown::content(context, &now);
    }
    let asks = context.io.stdin_is_terminal && !context.json;
    if args.reason.is_none() && !args.check && !asks {
        return Err(Failure::here(Exit::Usage, "edit_reason", []));
    }
    let edit = Edit { list, based_on: now.state.version, client: &client };
    if args.operator_file {
        return edit.finish(context, args, None).await;
    }
    if let Some(version) = args.restore {
        let content = version_of(&client, list, version).await?.content;
        return edit.finish(context, args, content).await;
    }
    match &args.from {
        Some(path) => {
            let given = given(context, path)?;
            let (begun_at, content) = without_version(&given);
            // Who began with an older version is told of the newer one, and overwrites nobody.
            let based_on = begun_at.unwrap_or(edit.based_on);
            Edit { based_on, ..edit }.finish(context, args, Some(content)).await
        }
        None if asks => edit.in_editor(context, args, &now).await,
        None => Err(Failure::here(Exit::Usage, "edit_usage", [])),
    }
}

async fn version_of(client: &Client, list: &str, version: i64) -> Result<ListVersionView, Failure> {
    client.list_version(list, version).await.map_err(|error| match error.code() {
        Some(ProblemCode::NotFound) => {
            let values = [("list", list.to_owned().into()), ("n", version.into())];
            Failure::here(Exit::Nothing, "edit_no_version", values)
        }
        _ => error.into(),
    })
}

/// The content of a file; `-` is standard input.
fn given(context: &mut CliContext, path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") { input::standard(context) } else { input::text_of(path, MAX_BODY_BYTES) }
}

/// A list that is too large is not called a text.
fn about_list(error: ClientError) -> Failure {
    match error.code() {
        Some(ProblemCode::BodyTooLarge) => Failure::here(Exit::Unsendable, "list_too_large", []),
        _ => error.into(),
    }
}

/// The line below a list that says which version it was begun with.
const BEGUN_AT: &str = "# munja: begun with version ";

/// A list and the line that says its version.
pub fn with_version(version: i64, content: &str) -> String {
    let end = if content.ends_with('\n') { "" } else { "\n" };
    format!("{content}{end}{BEGUN_AT}{version}\n")
}

/// The version that a file says it was begun with, and the list without that line.
fn without_version(text: &str) -> (Option<i64>, String) {
    let version = |line: &str| line.strip_prefix(BEGUN_AT)?.trim().parse().ok();
    let rest = text.split_inclusive('\n').filter(|line| version(line).is_none()).collect();
    (text.lines().find_map(version), rest)
}

/// One edit of a list.
struct Edit<'a> {
    list: &'static str,
    /// The version that the person saw.
    based_on: i64,
    client: &'a Client,
}

impl Edit<'_> {
    fn request(&self, content: Option<String>, reason: &str, dry_run: bool) -> ListRequest {
        ListRequest { content, based_on: self.based_on, reason: reason.to_owned(), dry_run }
    }

    /// Examines, shows and stores the content; `None`: back to the operator's file.
    async fn finish(
        &self,
        context: &mut CliContext,
        args: &Args,
        content: Option<String>,
    ) -> Result<(), Failure> {
        let preview = self.examined(context, content.clone()).await.map_err(about_list)?;
        self.agreed(context, args, (content, preview)).await
    }

    async fn examined(
        &self,
        context: &mut CliContext,
        content: Option<String>,
    ) -> Result<ListResponse, ClientError> {
        let examined = self.client.edit_list(self.list, &self.request(content, "", true)).await;
        if let Err(ClientError::Problem(problem)) = &examined {
            shown::faults(context, self.list, problem);
        }
        examined
    }

    /// Shows what would change, asks, and stores it.
    async fn agreed(
        &self,
        context: &mut CliContext,
        args: &Args,
        (content, preview): (Option<String>, ListResponse),
    ) -> Result<(), Failure> {
        if args.check {
            return if context.json {
                context.print_json(&preview)
            } else {
                let all = shown::changes(context, &preview);
                context.print(&all)
            };
        }
        let all = shown::changes(context, &preview);
        context.remark(&all);
        if !args.yes {
            if context.json {
                context.print_json(&preview)?;
            }
            // Comments may differ, or who answers for the list.
            let id = if preview.changes.is_empty() { "edit-ask-same" } else { "edit-ask" };
            let question = context.say.t(id);
            context.agree(&question)?;
        }
        let reason = match &args.reason {
            Some(reason) => reason.clone(),
            None => {
                let question = context.say.t("edit-why");
                context.asks(&question)?
            }
        };
        if reason.trim().is_empty() {
            return Err(Failure::here(Exit::Usage, "edit_reason", []));
        }
        let stored = self.client.edit_list(self.list, &self.request(content, &reason, false)).await;
        if let Err(ClientError::Problem(problem)) = &stored {
            shown::faults(context, self.list, problem);
        }
        shown::stored(context, &stored.map_err(about_list)?)
    }

    /// Opens the list in an editor, again and again while it cannot be used and the person wants to mend it.
    async fn in_editor(
        &self,
        context: &mut CliContext,
        args: &Args,
        now: &EditedListView,
    ) -> Result<(), Failure> {
        for left in self.files(context).filter(|path| path.exists()) {
            let remark = context.say.with("edit-left", self.place(&left));
            context.remark(&remark);
        }
        let file = self.new_file(context)?;
        write_private(&file, &with_version(self.based_on, &now.content))?;
        let outcome = self.edited(context, args, (&file, now)).await;
        let written = fs::read_to_string(&file).unwrap_or_default();
        if outcome.is_ok() || without_version(&written).1.trim() == now.content.trim() {
            // Nothing is lost with it: the server has it, or nothing was changed.
            let _ = fs::remove_file(&file);
        } else {
            let kept = context.say.with("edit-kept", self.place(&file));
            context.remark(&kept);
        }
        outcome
    }

    /// Where a list lies that is not stored.
    fn place(&self, file: &Path) -> [(&'static str, Value); 2] {
        [("file", file.display().to_string().into()), ("list", self.list.into())]
    }

    async fn edited(
        &self,
        context: &mut CliContext,
        args: &Args,
        (file, now): (&Path, &EditedListView),
    ) -> Result<(), Failure> {
        loop {
            run_editor(context, file, &format!("munja edit {}", self.list))?;
            let written = input::text_of(file, MAX_BODY_BYTES)?;
            let (_, content) = without_version(&written);
            if content.trim() == now.content.trim() {
                let unchanged = context.say.t("edit-unchanged");
                return context.print(&unchanged);
            }
            match self.examined(context, Some(content.clone())).await {
                Ok(preview) => return self.agreed(context, args, (Some(content), preview)).await,
                Err(error) if error.code() == Some(ProblemCode::ListRefused) => {
                    let question = context.say.t("edit-again");
                    if !context.confirms(&question)? {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(about_list(error)),
            }
        }
    }

    /// A file that nothing lies in: what could not be stored before is kept.
    fn new_file(&self, context: &CliContext) -> Result<PathBuf, Failure> {
        Ok(self.files(context).find(|path| !path.exists()).context("too many drafts")?)
    }

    fn files(&self, context: &CliContext) -> impl Iterator<Item = PathBuf> + use<> {
        let (profile, list) = (context.profile.clone(), self.list);
        let name = move |n: usize| match n {
            1 => format!("draft-list-{list}.toml"),
            n => format!("draft-list-{list}-{n}.toml"),
        };
        (1..=MOST_FILES).map(move |n| profile.state_file(&name(n)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_the_version_it_was_begun_with() {
        let list = "[[reply]]\nkey = \"x\"\n";
        let file = with_version(12, list);
        assert_eq!(without_version(&file), (Some(12), list.to_owned()));
        assert_eq!(without_version(&format!("{file}more = 1\n")), (Some(12), format!("{list}more = 1\n")));
        assert_eq!(without_version(&with_version(1, "a = 1")), (Some(1), "a = 1\n".to_owned()));
        for other in [list, "# munja: begun with version x\n[ko]", ""] {
            assert_eq!(without_version(other), (None, other.to_owned()));
        }
    }
}
