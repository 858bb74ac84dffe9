//! Why a command did not do what it was asked, and what to do next, in the person's language.
//!
//! The catalogues have a sentence `error-<code>` for every code and the next step as `next-<code>`; a code they do not know
//! is reported in the server's own words.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::exit::Exit;
use super::json::terminal_safe_json;
use crate::api::wire::ProblemDetails;
use crate::client::named::Named;
use crate::client::{BadProfile, ClientError, NoSession, Say, Value, Values, refusal};
use crate::domain::text::one_line;
use crate::ops::causes::chain_in_words;

/// The commands that help whoever has to look something up.
#[derive(Debug, Clone, Copy)]
pub struct Ways {
    /// Shows whether a change was made; `None`: the conversation does, or the list of all.
    pub look: Option<&'static str>,
    /// Shows the numbers that this command takes.
    pub numbers: &'static str,
}

impl Default for Ways {
    fn default() -> Self {
        Ways { look: None, numbers: "munja list --all" }
    }
}

/// What failed: the command that was run, and what it was about.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    pub command: &'a str,
    /// The number of the conversation or text.
    pub n: Option<i64>,
    /// Where a person can look.
    pub ways: Ways,
}

impl About<'_> {
    /// The command that shows the conversation, or all of them.
    fn shows(&self) -> String {
        self.n.map_or_else(|| "munja list --all".to_owned(), |n| format!("munja show {n}"))
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The server refused or could not be asked.
    Server(ClientError),
    /// As above; the text is kept in a draft.
    Unsent { error: ClientError, draft: Option<PathBuf> },
    /// Detected by this program.
    Here { exit: Exit, code: &'static str, values: Values },
    /// A name that fits nothing or several things, and what it may have meant.
    Named { failure: Box<Failure>, candidates: Vec<String> },
    /// The reader of our output has gone; that is no error.
    NobodyReads,
    /// Unexpected.
    Other(anyhow::Error),
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Failure::Server(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Other(error)
    }
}

impl From<BadProfile> for Failure {
    fn from(bad: BadProfile) -> Self {
        match bad {
            BadProfile::Name => Failure::here(Exit::Usage, "bad_profile", []),
            BadProfile::NoHome => Failure::here(Exit::Usage, "no_home", []),
        }
    }
}

impl From<NoSession> for Failure {
    fn from(none: NoSession) -> Self {
        match none {
            NoSession::NotLoggedIn => Failure::here(Exit::NotLoggedIn, "not_logged_in", []),
            NoSession::OtherServer { wanted, kept } => {
                let values = [("server", wanted.into()), ("other", kept.into())];
                Failure::here(Exit::NotLoggedIn, "other_server", values)
            }
            NoSession::Unreadable(error) => Failure::Other(error),
        }
    }
}

impl Failure {
    /// A failure that this program detected; `error-<code>` is its sentence.
    pub fn here(
        exit: Exit,
        code: &'static str,
        values: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Self {
        Failure::Here { exit, code, values: values.into_iter().collect() }
    }

    /// A failure to write to our output.
    pub fn from_output_error(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            _ => Failure::Other(error.into()),
        }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Failure::Server(error) | Failure::Unsent { error, .. } => Exit::from_error(error),
            Failure::Here { exit, .. } => *exit,
            Failure::Named { failure, .. } => failure.exit(),
            Failure::NobodyReads => Exit::Ok,
            Failure::Other(_) => Exit::Unexpected,
        }
    }

    /// What kind of name it is about, if it is about one that fits nothing or several things.
    pub fn about_name(&self) -> Option<Named> {
        match self.code() {
            "no_such_category" | "several_categories" => Some(Named::Category),
            "no_such_desk" => Some(Named::Desk),
            "no_such_person" => Some(Named::Person),
            "no_canned" => Some(Named::Canned),
            _ => None,
        }
    }

    /// The same with what may have been meant.
    pub fn with_candidates(self, candidates: Vec<String>) -> Self {
        if candidates.is_empty() { self } else { Failure::Named { failure: Box::new(self), candidates } }
    }

    /// The sentence, and the next step if there is one.
    pub fn words(&self, say: &Say, about: &About<'_>) -> (String, Option<String>) {
        if let Failure::Named { failure, candidates } = self {
            let next = say.with("candidates", [("names", candidates.join(", ").into())]);
            return (failure.words(say, about).0, Some(next));
        }
        let mut values = self.values(say);
        if !values.iter().any(|(name, _)| *name == "n") {
            values.push(("n", about.n.map_or_else(|| "N".into(), |n| n.to_string().into())));
        }
        values.push(("look", about.ways.look.map_or_else(|| about.shows(), str::to_owned).into()));
        values.push(("numbers", about.ways.numbers.into()));
        let of_command = format!("next-in-{}-{}", about.command, self.code());
        let of_all = format!("{}-{}", self.next_step(), self.code());
        let next = say.find_with(&of_command, values.clone());
        let next = next.or_else(|| say.find_with(&of_all, values.clone()));
        match say.find_with(&format!("error-{}", self.code()), values) {
            Some(sentence) => (sentence, next),
            None => (one_line(&self.detail(), 300), None),
        }
    }

    /// As problem details, whose sentence is ours.
    pub fn as_json(&self, say: &Say, about: &About<'_>) -> Json {
        let mut problem = match self.problem() {
            Some(problem) => problem.clone(),
            None => ProblemDetails { code: self.code().to_owned(), ..ProblemDetails::default() },
        };
        if problem.r#type.is_empty() {
            problem.r#type = format!("urn:munja:problem:{}", problem.code);
            problem.title = problem.code.replace('_', " ");
        }
        let (sentence, next) = self.words(say, about);
        problem.detail = next.map_or(sentence.clone(), |next| format!("{sentence} {next}"));
        let mut json = json!(problem);
        if let Failure::Unsent { draft: Some(path), .. } = self {
            json["draft"] = json!(path);
        }
        if let Failure::Named { candidates, .. } = self {
            json["candidates"] = json!(candidates);
        }
        json
    }

    /// Prints the failure for a person, or with `json` for a program.
    pub fn print(&self, say: &Say, about: &About<'_>, json: bool, to: &mut dyn Write) {
        if matches!(self, Failure::NobodyReads) {
            return;
        }
        let (sentence, next) = self.words(say, about);
        let text = if json {
            terminal_safe_json(&self.as_json(say, about), false)
        } else {
            next.map_or(sentence.clone(), |next| format!("{sentence}\n→ {next}"))
        };
        // If that fails too, only the exit code is left.
        let _ = writeln!(to, "{text}");
    }

    fn problem(&self) -> Option<&ProblemDetails> {
        match self {
            Failure::Server(ClientError::Problem(p)) => Some(p),
            Failure::Unsent { error: ClientError::Problem(p), .. } => Some(p),
            Failure::Named { failure, .. } => failure.problem(),
            _ => None,
        }
    }

    fn code(&self) -> &str {
        match self {
            Failure::Server(error) | Failure::Unsent { error, .. } => refusal::code(error),
            Failure::Here { code, .. } => code,
            Failure::Named { failure, .. } => failure.code(),
            Failure::NobodyReads => "nobody_reads",
            Failure::Other(_) => "unexpected",
        }
    }

    /// After a lost reply, the question is whether to send it again.
    fn next_step(&self) -> &'static str {
        match self {
            Failure::Unsent {
                error: ClientError::Unreachable { .. } | ClientError::NoAnswer { .. }, ..
            } => "next-reply",
            _ => "next",
        }
    }

    fn detail(&self) -> String {
        match self {
            Failure::Server(error) | Failure::Unsent { error, .. } => error.to_string(),
            Failure::Other(error) => format!("{error:#}"),
            _ => self.code().to_owned(),
        }
    }

    fn values(&self, say: &Say) -> Values {
        match self {
            Failure::Here { values, .. } => values.clone(),
            Failure::Named { failure, .. } => failure.values(say),
            Failure::Other(error) => {
                vec![("why", one_line(&chain_in_words(error, say.lang()), 300).into())]
            }
            Failure::NobodyReads => Vec::new(),
            Failure::Server(error) | Failure::Unsent { error, .. } => refusal::values(error, say),
        }
    }
}
