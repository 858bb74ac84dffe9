//! Whether a text that is written once for many citizens, such as a canned reply, can leave as it is.

use super::{Limits, Unfit, is_hidden, plan};

/// Whether `text` fits in one text; the error says why not.
pub fn fits(text: &str, limits: &Limits) -> Result<(), String> {
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c) && !matches!(c, '\r' | '\t')) {
        return Err(format!("holds a character that cannot be seen: {}", named(hidden)));
    }
    match plan(text, limits) {
        Ok(pieces) if pieces.len() == 1 => Ok(()),
        Ok(_) => Err(format!("is longer than {} {}", limits.lms, limits.unit())),
        Err(Unfit::Empty) => Err("is empty".to_owned()),
        Err(Unfit::Unencodable(characters)) => Err(format!(
            "holds characters that no Korean phone shows: {}",
            characters.into_iter().map(named).collect::<Vec<_>>().join(" ")
        )),
        Err(Unfit::TooLong { .. }) => Err("is far too long".to_owned()),
    }
}

/// A character as errors name it: itself where it can be seen, and its code point where it cannot.
fn named(c: char) -> String {
    if is_hidden(c) { format!("U+{:04X}", u32::from(c)) } else { c.to_string() }
}
