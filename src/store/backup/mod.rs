//! Copies of the database: made in one step beside a running gateway, examined, and put back. Encrypting is one of them: a new file
//! that takes the old one's place.

mod copy;
mod examine;
mod place;
mod recrypt;
mod table;

pub use copy::{Contents, copy_database};
pub use examine::{Examined, Trouble, examine_copy, newest_text_at};
pub use place::{
    has_key_of_copy, keep_photo, open_photo, photo_as_it_lies, photo_content, place, refuse_occupied,
};
pub use recrypt::{Recrypted, RecryptedCopies};
pub use table::TableSize;
