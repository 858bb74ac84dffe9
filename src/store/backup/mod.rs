//! Copies of the database: made in one step beside a running gateway, examined, and put back.

mod copy;
mod examine;
mod place;
mod table;

pub use copy::{Contents, copy_database};
pub use examine::{Examined, Trouble, examine_copy, newest_text_at};
pub use place::{keep_photo, open_photo, place, refuse_occupied};
pub use table::TableSize;
