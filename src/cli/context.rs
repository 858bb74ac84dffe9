//! What every command works with: the world, the words, the log-in, and the ways to print.
//!
//! With `--json`, standard output holds JSON and nothing else, and remarks are left out.

use std::io::Write;

use serde::Serialize;

use super::exit::Exit;
use super::failure::{About, Failure, Ways};
use super::io::Io;
use super::json::terminal_safe_json;
use super::render::Paint;
use crate::api::wire::DeskList;
use crate::client::{Address, BadAddress, Client, Profile, Say, Times, session_for};
use crate::domain::text::{folded, safe_for_terminal};

/// The context of one run of a command.
pub struct CliContext {
    pub io: Io,
    pub say: Say,
    pub json: bool,
    pub paint: Paint,
    pub profile: Profile,
    /// Of `--server` or `MUNJA_SERVER`.
    pub server: Option<String>,
    /// The command that was run, such as `reply`.
    pub command: String,
    /// The conversation or text that the command is about; error messages name it.
    pub about: Option<i64>,
    /// Where a person can look after this command.
    pub ways: Ways,
    /// Whether texts with abusive words are shown in full.
    pub unfold: bool,
}

impl CliContext {
    /// A client with the token of the log-in.
    pub fn client(&self) -> Result<Client, Failure> {
        let session = session_for(&self.profile, self.server.as_deref(), self.io.var("MUNJA_TOKEN"))?;
        Ok(self.client_to(&session.server, session.ca.as_deref())?.with_token(session.token))
    }

    /// The desks, for their names; `None` where the server does not say.
    pub async fn desks(&self) -> Option<DeskList> {
        self.client().ok()?.desks().await.ok()
    }

    /// A client without a token; `ca` vouches for the server's certificate.
    pub fn client_to(&self, server: &str, ca: Option<&str>) -> Result<Client, Failure> {
        let address: Address = server.parse().map_err(|error| {
            let code = match error {
                BadAddress::PlainText => "plain_http",
                BadAddress::Unclear => "bad_server",
            };
            Failure::Here {
                exit: Exit::Usage,
                code,
                values: vec![("server", safe_for_terminal(server).into())],
            }
        })?;
        Ok(Client::trusting(&address, ca)?.with_language(self.say.tag()))
    }

    /// How wide a table may be: in a pipe as wide as it is, so that a row is a line.
    pub fn table_columns(&self) -> usize {
        if self.io.stdout_is_terminal { self.io.columns } else { usize::MAX }
    }

    /// Times as the person sees them now.
    pub fn times(&self) -> Times<'_> {
        Times { say: &self.say, now: self.io.clock.now_ms(), zone: &self.io.zone }
    }

    /// Prints a line, or several, on standard output; on a terminal none is wider than it.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        let text = folded(text, self.table_columns());
        self.print_whole(&text)
    }

    /// The same for what a program reads or a person copies: no line is broken.
    pub fn print_whole(&mut self, text: &str) -> Result<(), Failure> {
        let out = &mut self.io.stdout;
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Failure::from_output_error)
    }

    /// Prints a remark, which is no result, on standard error; a failure to do so is ignored.
    pub fn remark(&mut self, text: &str) {
        if !self.json {
            // Whole: most name a command, which is copied.
            let _ = writeln!(self.io.stderr, "{text}");
        }
    }

    /// Prints a result for a program: one line in a pipe, indented on a terminal.
    pub fn print_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_value(value).map_err(anyhow::Error::from)?;
        let text = terminal_safe_json(&json, self.io.stdout_is_terminal);
        self.print_whole(&text)
    }

    /// Prints what was done: the sentence, or with `--json` an object with `done` and the number it was done to.
    pub fn print_done(&mut self, done: &str, sentence: &str) -> Result<(), Failure> {
        if !self.json {
            return self.print(sentence);
        }
        self.print_json(&serde_json::json!({ "done": done, "id": self.about }))
    }

    /// Prints why the command failed.
    pub fn complain(&mut self, failure: &Failure) {
        let about = About { command: &self.command, n: self.about, ways: self.ways };
        failure.print(&self.say, &about, self.json, &mut self.io.stderr);
    }

    /// Throws away what was typed at a terminal before it was asked for.
    pub fn forget_unasked(&self) {
        if self.io.stdin_is_terminal {
            (self.io.unasked.forget)();
        }
    }

    /// Asks for one line. At a terminal it is typed behind the question: what was typed before it answers nothing, nor do several
    /// lines at once, as a paste brings them; the answer is empty then.
    pub fn asks(&mut self, question: &str) -> Result<String, Failure> {
        self.forget_unasked();
        write!(self.io.stderr, "{} ", folded(question, self.table_columns()))
            .and_then(|()| self.io.stderr.flush())
            .map_err(Failure::from_output_error)?;
        let answer = self.read_line().map_err(anyhow::Error::from)?;
        if !answer.is_empty() && self.io.stdin_is_terminal && (self.io.unasked.follows)() {
            self.forget_unasked();
            let remark = self.say.t("pasted-answer");
            self.remark(&remark);
            return Ok(String::new());
        }
        Ok(answer.trim().to_owned())
    }

    /// Asks a yes-or-no question on the terminal; anything but yes is no.
    pub fn confirms(&mut self, question: &str) -> Result<bool, Failure> {
        let answer = self.asks(question)?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes" | "네" | "예" | "ㅛ"))
    }

    /// Asks before something that reaches many; without a terminal it has to be agreed to beforehand (`--yes`).
    pub fn agree(&mut self, question: &str) -> Result<(), Failure> {
        let asks = self.io.stdin_is_terminal && !self.json;
        let agreed = asks && self.confirms(question)?;
        if agreed { Ok(()) } else { Err(Failure::here(Exit::Refused, "not_agreed", [])) }
    }

    /// Reads one line of standard input and nothing beyond it.
    pub fn read_line(&mut self) -> std::io::Result<String> {
        let (mut line, mut byte) = (Vec::new(), [0_u8]);
        while self.io.stdin.read(&mut byte)? == 1 && byte != *b"\n" {
            line.push(byte[0]);
        }
        let line = String::from_utf8(line).map_err(std::io::Error::other)?;
        Ok(line.trim_end_matches('\r').to_owned())
    }
}
