//! Lines that are typed or piped. Each line of a pipe is a command. At a terminal several lines come at once where somebody pastes: nobody
//! types so fast, and none of them is a command.

use std::io::BufRead;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Within this time no second line is typed.
const AT_ONCE: Duration = Duration::from_millis(30);

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    Line(String),
    /// Lines of one paste.
    Several(Vec<String>),
}

/// Reads until the input ends or nobody listens (`send` says so). `follows` says whether another line is there already.
pub fn read(input: impl BufRead, follows: impl Fn() -> bool, send: impl Fn(Typed) -> bool) {
    let mut lines = input.lines();
    while let Some(Ok(first)) = lines.next() {
        let mut all = vec![first];
        while follows() {
            let Some(Ok(line)) = lines.next() else { break };
            all.push(line);
        }
        let typed = match <[String; 1]>::try_from(all) {
            Ok([line]) => Typed::Line(line),
            Err(all) => Typed::Several(all),
        };
        if !send(typed) {
            break;
        }
    }
}

/// Whether more of what is typed is there at once.
pub fn more_at_once() -> bool {
    let stdin = std::io::stdin();
    let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
    let within = Timespec { tv_sec: 0, tv_nsec: i64::from(AT_ONCE.subsec_nanos()) };
    poll(&mut asked, Some(&within)).is_ok() && asked[0].revents().contains(PollFlags::IN)
}

/// Throws away what was pasted behind the last line and waits for Enter.
pub fn forget_rest() {
    // Without a terminal there is nothing to forget.
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
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
}
