//! The surroundings of the program: environment, streams, terminal, clock. They are handed in, so that a test can replace
//! them.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Read, Write};

use jiff::tz::TimeZone;

use crate::ops::clock::Clock;
use crate::ops::terminal;

/// What is typed at a terminal before it is asked for, or comes behind an answer at once.
#[derive(Debug, Clone, Copy)]
pub struct Unasked {
    /// Throws it away.
    pub forget: fn(),
    /// Whether another line is there at once.
    pub follows: fn() -> bool,
}

/// The surroundings of one run.
pub struct Io {
    pub vars: HashMap<String, String>,
    pub stdin: Box<dyn Read + Send>,
    pub stdout: Box<dyn Write + Send>,
    pub stderr: Box<dyn Write + Send>,
    pub stdin_is_terminal: bool,
    pub stdout_is_terminal: bool,
    /// What comes at a terminal that nobody was asked for.
    pub unasked: Unasked,
    /// Whether to use colours if `--color` does not say.
    pub likes_colour: bool,
    pub columns: usize,
    pub clock: Clock,
    pub zone: TimeZone,
}

impl Io {
    /// Those of this process.
    pub fn system() -> Self {
        let out = io::stdout();
        Io {
            vars: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: out.is_terminal(),
            unasked: Unasked { forget: terminal::forget_typed, follows: terminal::more_at_once },
            likes_colour: anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never,
            columns: columns_of_terminal(),
            stdin: Box::new(io::stdin()),
            stdout: Box::new(out),
            stderr: Box::new(io::stderr()),
            clock: Clock::system(),
            zone: TimeZone::system(),
        }
    }

    /// A person sits at it, and sees what is printed.
    pub fn is_terminal(&self) -> bool {
        self.stdin_is_terminal && self.stdout_is_terminal
    }

    /// A variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<String> {
        self.vars.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

/// The width of the terminal; 100 without one.
fn columns_of_terminal() -> usize {
    terminal::columns().map_or(100, usize::from)
}
