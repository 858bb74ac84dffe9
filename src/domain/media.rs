//! Photos: what a carrier names in a text, and what leaves with an answer.

use std::fmt;
use std::sync::Arc;

/// A photo (or another file) that came with a text. The carrier keeps it for a short while only.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaRef {
    /// What the driver needs to fetch it: an address or a key of the carrier's.
    pub handle: String,
    /// The file name as the citizen's phone gave it; hostile like any text.
    pub name: Option<String>,
    /// The type the carrier claims; what it really is is found out by looking.
    pub content_type: Option<String>,
    /// Bytes, as the carrier claims.
    pub n_bytes: Option<u64>,
}

impl MediaRef {
    /// The plan by which a phone lays out the rest of a message (OMA-TS-MMS_CONF, SMIL): not for people.
    pub fn is_layout(&self) -> bool {
        let kind = self.content_type.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/smil")
    }
}

impl fmt::Debug for MediaRef {
    /// Neither its address, which opens it, nor its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaRef({:?} bytes)", self.n_bytes)
    }
}

/// A photo that leaves with an answer: JPEG, within the carrier's limits.
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

/// The photos a carrier takes with one text.
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
    /// What every Korean carrier takes. Source: the carriers' documents.
    pub const KOREAN: PhotoLimits = PhotoLimits { n: 3, n_bytes: 300 * 1_000, width: 1_500, height: 1_440 };
}
