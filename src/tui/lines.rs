//! Lines that are typed or piped. Each line of a pipe is a command. At a terminal a paste is none: a terminal that can marks where one
//! begins and ends (bracketed paste), and of any other its lines come at once, as nobody types.

use std::io::{BufRead, IsTerminal, Write as _};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};

/// What a terminal puts before and behind a paste.
const BEGINS: &str = "\x1b[200~";
const ENDS: &str = "\x1b[201~";

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    Line(String),
    /// Lines of one paste.
    Several(Vec<String>),
}

/// The terminal marks pastes as long as this lives.
pub struct Marked(bool);

impl Marked {
    /// Asks the terminal for it, where there is one.
    pub fn ask() -> Self {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let is_asked = is_terminal && crossterm::execute!(std::io::stdout(), EnableBracketedPaste).is_ok();
        Marked(is_asked)
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        if self.0 {
            // If the terminal is gone, nothing is left to give back.
            let _ = crossterm::execute!(std::io::stdout(), DisableBracketedPaste);
            let _ = std::io::stdout().flush();
        }
    }
}

/// Reads until the input ends or nobody listens (`send` says so). `follows` says whether another line is there already.
pub fn read(input: impl BufRead, follows: impl Fn() -> bool, send: impl Fn(Typed) -> bool) {
    let mut lines = input.lines();
    while let Some(Ok(first)) = lines.next() {
        let mut all = vec![first];
        // The end of a paste that was marked is waited for, however slowly it comes.
        while is_open(&all) || follows() {
            let Some(Ok(line)) = lines.next() else { break };
            all.push(line);
        }
        if !typed(all).into_iter().all(&send) {
            break;
        }
    }
}

/// Whether a paste has begun and not ended.
fn is_open(lines: &[String]) -> bool {
    let last_of = |mark: &str| {
        let at = lines.iter().enumerate().rev();
        at.filter_map(|(n, line)| Some((n, line.rfind(mark)?))).next()
    };
    last_of(BEGINS) > last_of(ENDS)
}

/// What lines are that came together.
///
/// Empty lines at the end of a paste are none: a paste that ends with its line, or whose line ends are two characters, has them.
fn typed(mut all: Vec<String>) -> Vec<Typed> {
    let is_marked = all.iter().any(|line| line.contains(BEGINS) || line.contains(ENDS));
    if !is_marked {
        return match <[String; 1]>::try_from(all) {
            Ok([line]) => vec![Typed::Line(line)],
            Err(mut all) => {
                drop_blank_end(&mut all);
                vec![Typed::Several(all)]
            }
        };
    }
    // Where the paste ended with its line, what stands behind it on the next one was typed.
    let own = all.last().and_then(|last| last.strip_prefix(ENDS)).filter(|_| all.len() > 1);
    let own = own.map(str::to_owned);
    if own.is_some() {
        all.pop();
    }
    let mut all: Vec<_> = all.into_iter().map(|line| line.replace(BEGINS, "").replace(ENDS, "")).collect();
    drop_blank_end(&mut all);
    let own = own.filter(|line| !line.is_empty()).map(Typed::Line);
    std::iter::once(Typed::Several(all)).chain(own).collect()
}

fn drop_blank_end(lines: &mut Vec<String>) {
    let is_blank = |line: &String| line.trim().is_empty();
    while !lines.first().is_some_and(is_blank) && lines.len() > 1 && lines.last().is_some_and(is_blank) {
        lines.pop();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    fn all(input: &str, at_once: &[bool]) -> Vec<Typed> {
        let (found, asked) = (RefCell::new(Vec::new()), Cell::new(0));
        let follows = || {
            asked.set(asked.get() + 1);
            at_once.get(asked.get() - 1).copied().unwrap_or(false)
        };
        read(input.as_bytes(), follows, |typed| {
            found.borrow_mut().push(typed);
            true
        });
        found.into_inner()
    }

    #[test]
    fn lines_of_a_pipe_are_lines_and_those_of_a_paste_are_one_thing() {
        let line = |words: &str| Typed::Line(words.to_owned());
        let several = |words: &[&str]| Typed::Several(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(all("n\na\n.\n", &[]), [line("n"), line("a"), line(".")]);
        assert_eq!(all("n\na\n.\n", &[false, true, false]), [line("n"), several(&["a", "."])]);
        assert_eq!(all("n\na", &[true, true]), [several(&["n", "a"])]);
        assert_eq!(all("", &[true]), []);
    }

    /// A paste that the terminal marks is one thing however slowly it comes; what is typed behind it is typed.
    #[test]
    fn a_marked_paste_is_one_thing() {
        let line = |words: &str| Typed::Line(words.to_owned());
        let several = |words: &[&str]| Typed::Several(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(all("\x1b[200~n\na\ny\n\x1b[201~\n", &[]), [several(&["n", "a", "y"])]);
        assert_eq!(all("\x1b[200~n\na\n\x1b[201~.\n", &[]), [several(&["n", "a"]), line(".")]);
        assert_eq!(all("\x1b[200~y\x1b[201~\n.\n", &[]), [several(&["y"]), line(".")]);
        assert_eq!(all("네 \x1b[200~62번\n.\x1b[201~ 끝\n", &[]), [several(&["네 62번", ". 끝"])]);
        assert_eq!(all("\x1b[200~n\n", &[]), [several(&["n"])]);
        // One line, and Enter twice; one whose line end is two characters.
        assert_eq!(all("\x1b[200~n\x1b[201~\n\n", &[true]), [several(&["n"])]);
        assert_eq!(all("\x1b[200~n\n\n\x1b[201~\n", &[]), [several(&["n"])]);
        assert_eq!(all("n\n\n", &[true]), [several(&["n"])]);
    }
}
