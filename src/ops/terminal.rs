//! The size of a terminal, and what was typed at it before it was asked for. A terminal that says no size (a serial line, a
//! pseudo-terminal that nobody gave one) is taken for 80 columns by 24 rows.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, Winsize, tcflush, tcgetwinsize, tcsetwinsize};

/// Within this time no second line is typed.
const AT_ONCE: Duration = Duration::from_millis(250);

/// Columns and rows as a terminal says them; the usual ones in place of none.
pub fn known((columns, rows): (u16, u16)) -> (u16, u16) {
    let or = |said: u16, usual: u16| if said == 0 { usual } else { said };
    (or(columns, 80), or(rows, 24))
}

/// The width of the terminal that standard output is; `None` if it is none.
pub fn columns() -> Option<u16> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    Some(known((size.ws_col, size.ws_row)).0)
}

/// Gives a terminal without a size the usual one, so that whatever draws on it draws on that.
pub fn give_size() -> io::Result<()> {
    let size = tcgetwinsize(io::stdout())?;
    let (ws_col, ws_row) = known((size.ws_col, size.ws_row));
    if (ws_col, ws_row) == (size.ws_col, size.ws_row) {
        return Ok(());
    }
    Ok(tcsetwinsize(io::stdout(), Winsize { ws_col, ws_row, ..size })?)
}

/// Whether another line is there at once: nobody types so, a paste comes so. Only for standard input that is a terminal.
pub fn more_at_once() -> bool {
    let stdin = io::stdin();
    let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
    let within = Timespec { tv_sec: 0, tv_nsec: i64::from(AT_ONCE.subsec_nanos()) };
    poll(&mut asked, Some(&within)).is_ok() && asked[0].revents().contains(PollFlags::IN)
}

/// Throws away what was typed or pasted and not read yet.
pub fn forget_typed() {
    // Without a terminal there is nothing to forget.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_columns_and_no_rows_are_not_known() {
        for (said, expected) in
            [((0, 0), (80, 24)), ((0, 50), (80, 50)), ((120, 0), (120, 24)), ((1, 1), (1, 1))]
        {
            assert_eq!(known(said), expected);
        }
    }
}
