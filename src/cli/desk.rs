//! What every command works with: the world, the words, the log-in, and one way to say things.
//!
//! With `--json`, standard output holds JSON and nothing else, and remarks are left out.

use std::io::Write;

use serde::Serialize;
use serde_json::Value as Json;

use super::Exit;
use super::failure::Failure;
use super::io::Io;
use super::render::Paint;
use super::say::Say;
use super::session::{self, Profile};
use crate::api::client::{Address, BadAddress, Client};
use crate::domain::text::safe_for_terminal;

/// The counselor's desk for one command.
pub struct Desk {
    pub io: Io,
    pub say: Say,
    pub json: bool,
    pub paint: Paint,
    pub profile: Profile,
    /// Of `--server` or `MUNJA_SERVER`.
    pub server: Option<String>,
    /// The conversation or text the command is about, for what is said if it fails.
    pub about: Option<i64>,
    /// Texts with words of abuse are shown too.
    pub unfold: bool,
}

impl Desk {
    /// A client with the kept token.
    pub fn client(&self) -> Result<Client, Failure> {
        let session = session::session(&self.profile, self.server.as_deref(), &self.io)?;
        Ok(self.client_of(&session.server)?.with_token(session.token))
    }

    /// A client that is nobody yet.
    pub fn client_of(&self, server: &str) -> Result<Client, Failure> {
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
        Ok(Client::new(&address)?.with_language(self.say.tag()))
    }

    /// A line, or several, for the person.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        let out = &mut self.io.stdout;
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Failure::of_output)
    }

    /// A remark that is no result. Nobody minds if it is lost.
    pub fn remark(&mut self, text: &str) {
        if !self.json {
            let _ = writeln!(self.io.stderr, "{text}");
        }
    }

    /// A result for a program: one line in a pipe, easier to read on a terminal.
    pub fn print_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_value(value).map_err(anyhow::Error::from)?;
        let text = as_text(&json, self.io.stdout_is_terminal);
        self.print(&text)
    }

    /// What was done: the sentence, or an object with the `done` and the number it was done to.
    pub fn print_done(&mut self, done: &str, sentence: &str) -> Result<(), Failure> {
        if !self.json {
            return self.print(sentence);
        }
        self.print_json(&serde_json::json!({ "done": done, "id": self.about }))
    }

    /// Says why the command failed.
    pub fn complain(&mut self, failure: &Failure) {
        failure.tell(&self.say, self.about, self.json, &mut self.io.stderr);
    }

    /// Asks a yes-or-no question on the terminal; anything but yes is no.
    pub fn asks(&mut self, question: &str) -> Result<bool, Failure> {
        write!(self.io.stderr, "{question} ")
            .and_then(|()| self.io.stderr.flush())
            .map_err(Failure::of_output)?;
        let answer = self.line().map_err(anyhow::Error::from)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "네" | "예" | "ㅛ"))
    }

    /// One line of the input, without what follows it.
    pub fn line(&mut self) -> std::io::Result<String> {
        let (mut line, mut byte) = (Vec::new(), [0_u8]);
        while self.io.stdin.read(&mut byte)? == 1 && byte != *b"\n" {
            line.push(byte[0]);
        }
        let line = String::from_utf8(line).map_err(std::io::Error::other)?;
        Ok(line.trim_end_matches('\r').to_owned())
    }
}

/// JSON in which whatever could steer a terminal is written as `\uXXXX`.
pub fn as_text(json: &Json, pretty: bool) -> String {
    let raw = if pretty { format!("{json:#}") } else { json.to_string() };
    let mut text = String::with_capacity(raw.len());
    for c in raw.chars() {
        let steers = c != '\n'
            && !matches!(c, ' '..='~' | '가'..='힣')
            && safe_for_terminal(c.encode_utf8(&mut [0; 4])).len() > c.len_utf8();
        if steers {
            // Such a character can only stand inside a string, where this means the same.
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text
}
