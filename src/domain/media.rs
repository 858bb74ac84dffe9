//! Photos in transit: references in a citizen's text, and photos sent with a reply.

use std::fmt;
use std::sync::Arc;

/// A photo (or another file) that came with a text. The carrier keeps it for a short while only.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaRef {
    /// What the driver needs to fetch it: an address or a key of the carrier's.
    pub handle: String,
    /// The file name as the citizen's phone gave it; hostile like any text.
    pub name: Option<String>,
    /// The type the carrier claims; the bytes decide what it really is.
    pub content_type: Option<String>,
    /// Bytes, as the carrier claims.
    pub n_bytes: Option<u64>,
}

impl MediaRef {
    /// A photo that the carrier speaks of and does not hand over: its citizen and the counselor are told that it is lost.
    pub fn missing() -> Self {
        MediaRef { handle: String::new(), name: None, content_type: None, n_bytes: None }
    }

    pub fn is_missing(&self) -> bool {
        self.handle.is_empty()
    }

    /// Whether it is the layout of an MMS (SMIL, OMA-TS-MMS_CONF), not a photo.
    pub fn is_layout(&self) -> bool {
        let kind = self.content_type.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/smil")
    }
}

impl fmt::Debug for MediaRef {
    /// Leaves out the handle, which opens the photo, and the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaRef({:?} bytes)", self.n_bytes)
    }
}

/// A photo to be sent with a reply: JPEG, within the carrier's limits.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    /// Plain ASCII, ends in `.jpg`.
    pub name: String,
    pub jpeg: Arc<[u8]>,
}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Photo({} bytes)", self.jpeg.len())
    }
}

/// Limits of a carrier for the photos of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoLimits {
    pub n: usize,
    /// Bytes of each.
    pub n_bytes: usize,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

impl PhotoLimits {
    /// The limits that every Korean carrier accepts. Source: the carriers' documents.
    pub const KOREAN: PhotoLimits = PhotoLimits { n: 3, n_bytes: 300 * 1_000, width: 1_500, height: 1_440 };
}
