//! The size of a terminal. One that says none (a serial line, a pseudo-terminal that nobody gave a size) is taken for 80 columns by 24 rows.

use std::io;

use rustix::termios::{Winsize, tcgetwinsize, tcsetwinsize};

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
