//! Photos of citizens and their states; films and voice messages go the same way. `look.rs` says what a file is,
//! `jpeg.rs` prepares photos for sending.
//!
//! | state    | entered when                                        | moved on by      | a crash leaves                    |
//! |----------|-----------------------------------------------------|------------------|-----------------------------------|
//! | `wanted` | its text was committed; the carrier still has it    | the photo worker | the row; it is fetched again      |
//! | `kept`   | its bytes are on our disk under their SHA-256       | nobody: final    | the row and the file              |
//! | `lost`   | not available, of another kind, or beyond limits    | nobody: final    | the row; the loss is reported     |
//!
//! A photo is fetched at once, because a carrier's addresses expire, and tried again for [`FETCH_FOR_MS`]. What a
//! carrier or citizen claims about it is not trusted: its first bytes decide.

mod containers;
mod jpeg;
mod kind;
mod look;
mod loss;

use std::io::Cursor;

use image::ImageReader;

pub use jpeg::{Unfit, made_for, small_png, to_jpeg};
pub use kind::{FileKind, FilmKind, MAX_BYTES, MAX_FILM_BYTES, MAX_VOICE_BYTES, PhotoKind, VoiceKind};
pub use look::examine;
pub use loss::{Loss, LostAs, for_citizen, loss_notice};

use super::UnixMs;

/// The most photos of one text; carriers' own limits are lower.
pub const MAX_PHOTOS: usize = 10;
/// Size limit of a counselor's upload, before it is scaled down (bytes).
pub const MAX_UPLOAD_BYTES: usize = 16 << 20;
/// Pixel limit: a small file can decode to more than fits in memory.
pub const MAX_PIXELS: u64 = 50_000_000;
/// How long fetching a photo is tried (milliseconds).
pub const FETCH_FOR_MS: i64 = 6 * 60 * 60 * 1_000;
/// How long an upload that was never sent is kept (milliseconds).
pub const UPLOAD_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

/// Tries before a photo is lost that the carrier does not have or whose bytes are another kind: a text may be listed before its
/// photo is ready, and a proxy may answer for the carrier.
pub const SURE_AFTER: u32 = 3;

const FIRST_WAIT_MS: i64 = 2_000;
pub const LONGEST_WAIT_MS: i64 = 10 * 60 * 1_000;

/// State of a photo; see the table of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoState {
    Wanted,
    Kept,
    Lost,
}

/// What can happen to a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoEvent {
    /// Its bytes are on disk.
    Stored,
    /// Fetching failed; it is tried again.
    Failed,
    /// It is given up.
    GivenUp(Loss),
}

/// The event does not fit the state; nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl PhotoState {
    pub const ALL: [PhotoState; 3] = [Self::Wanted, Self::Kept, Self::Lost];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Kept => "kept",
            Self::Lost => "lost",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// The next state, or a refusal.
pub fn next(state: PhotoState, event: PhotoEvent) -> Result<PhotoState, Refused> {
    match (state, event) {
        (PhotoState::Wanted, PhotoEvent::Stored) => Ok(PhotoState::Kept),
        (PhotoState::Wanted, PhotoEvent::Failed) => Ok(PhotoState::Wanted),
        (PhotoState::Wanted, PhotoEvent::GivenUp(_)) => Ok(PhotoState::Lost),
        (PhotoState::Kept | PhotoState::Lost, _) => Err(Refused),
    }
}

/// Next step after a failed fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    TryAt(UnixMs),
    Lost(Loss),
}

/// Decides after the `n_failures`th failed fetch (1 is the first) of a photo wanted since `since`. `why` is set if the
/// photo itself was the reason. A gateway that was down for the whole time still tries once.
pub fn after_failure(since: UnixMs, n_failures: u32, why: Option<Loss>, now: UnixMs) -> AfterFailure {
    let is_sure =
        |why| !matches!(why, Loss::Gone | Loss::NotTaken | Loss::Broken) || n_failures >= SURE_AFTER;
    match why {
        Some(why) if is_sure(why) => AfterFailure::Lost(why),
        None if now.saturating_sub(since) >= FETCH_FOR_MS => AfterFailure::Lost(Loss::NotInTime),
        _ => {
            let doublings = n_failures.saturating_sub(1).min(20);
            AfterFailure::TryAt(now + FIRST_WAIT_MS.saturating_mul(1 << doublings).min(LONGEST_WAIT_MS))
        }
    }
}

/// Format and size of a photo, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    pub kind: PhotoKind,
    pub width: u32,
    pub height: u32,
}

/// A file that is kept: its format, and the width and height of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub kind: FileKind,
    pub pixels: Option<(u32, u32)>,
}

impl From<Measured> for Kept {
    fn from(photo: Measured) -> Self {
        Kept { kind: FileKind::Photo(photo.kind), pixels: Some((photo.width, photo.height)) }
    }
}

/// Reads only the header of a photo. Refuses files that are no photo, and photos with too many pixels.
pub fn measure(bytes: &[u8]) -> Result<Measured, Loss> {
    let kind = PhotoKind::sniff(bytes).ok_or(Loss::Broken)?;
    let read = ImageReader::with_format(Cursor::new(bytes), kind.format()).into_dimensions();
    let (width, height) = read.map_err(|_| Loss::Broken)?;
    match u64::from(width) * u64::from(height) {
        0 => Err(Loss::Broken),
        n if n > MAX_PIXELS => Err(Loss::TooLarge),
        _ => Ok(Measured { kind, width, height }),
    }
}

#[cfg(test)]
mod tests;
