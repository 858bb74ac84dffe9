//! The shapes of films and voice messages: just enough to tell a sound file from one that only begins like one. Every
//! length in a file may be a lie; nothing here allocates or reads beyond the bytes.

/// Boxes of one level of an MP4: type and content. Ends at the first box that does not fit.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, _) = self.0.split_first_chunk::<8>()?;
        let [a, b, c, d, name @ ..] = *head;
        let (n_head, n) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, self.0.len()),
            1 => {
                let long = self.0.get(8..16)?.try_into().ok()?;
                (16, usize::try_from(u64::from_be_bytes(long)).ok()?)
            }
            n => (8, usize::try_from(n).ok()?),
        };
        let content = self.0.get(n_head..n)?;
        self.0 = self.0.get(n..)?;
        Some((name, content))
    }
}

fn boxes_named<'a>(within: &'a [u8], name: &'static [u8; 4]) -> impl Iterator<Item = &'a [u8]> {
    Boxes(within).filter(move |(found, _)| found == name).map(|(_, content)| content)
}

/// What an MP4 holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tracks {
    pub film: bool,
}

/// The tracks of a file of the MP4 family; `None` unless it has one of film or sound. Its index (`moov`) must be whole.
pub(super) fn iso_tracks(bytes: &[u8]) -> Option<Tracks> {
    let index = boxes_named(bytes, b"moov").next()?;
    let handlers = boxes_named(index, b"trak")
        .flat_map(|track| boxes_named(track, b"mdia"))
        .flat_map(|media| boxes_named(media, b"hdlr"))
        .filter_map(|handler| handler.get(8..12));
    let (mut film, mut sound) = (false, false);
    for handler in handlers {
        film |= handler == b"vide";
        sound |= handler == b"soun";
    }
    (film || sound).then_some(Tracks { film })
}

/// A number of an EBML file, and how many bytes it takes. With its marker bit for an id.
fn ebml_number(bytes: &[u8], with_marker: bool) -> Option<(usize, usize)> {
    let first = *bytes.first()?;
    let n = first.leading_zeros() as usize + 1;
    let bytes = bytes.get(..n).filter(|_| n <= 8)?;
    let head = if with_marker { u64::from(first) } else { u64::from(first) & ((1 << (8 - n)) - 1) };
    let number =
        bytes.iter().skip(1).try_fold(head, |all, byte| Some(all.checked_mul(256)? | u64::from(*byte)))?;
    Some((usize::try_from(number).ok()?, n))
}

/// The type that the head of an EBML file names (`webm`, `matroska`), if its body (Segment) follows.
pub(super) fn ebml_type(bytes: &[u8]) -> Option<&[u8]> {
    const TYPE: usize = 0x4282;
    const BODY: &[u8] = &[0x18, 0x53, 0x80, 0x67];
    let (n, size) = ebml_number(bytes.get(4..)?, false)?;
    let start = 4 + size;
    let end = start.checked_add(n)?;
    let mut head = bytes.get(start..end)?;
    bytes.get(end..)?.starts_with(BODY).then_some(())?;
    while !head.is_empty() {
        let (id, n_id) = ebml_number(head, true)?;
        let (n, n_size) = ebml_number(head.get(n_id..)?, false)?;
        let at = n_id + n_size;
        let content = head.get(at..at.checked_add(n)?)?;
        if id == TYPE {
            return Some(content.trim_ascii_end());
        }
        head = head.get(at + n..)?;
    }
    None
}

/// Frames of AMR by their type (bytes behind the head of a frame); `None`: no such type.
const AMR: [Option<usize>; 16] = {
    let mut sizes = [None; 16];
    let known = [12, 13, 15, 17, 19, 20, 26, 31, 5];
    let mut n = 0;
    while n < known.len() {
        sizes[n] = Some(known[n]);
        n += 1;
    }
    sizes[15] = Some(0);
    sizes
};
const AMR_WIDE: [Option<usize>; 16] = {
    let mut sizes = [None; 16];
    let known = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5];
    let mut n = 0;
    while n < known.len() {
        sizes[n] = Some(known[n]);
        n += 1;
    }
    sizes[14] = Some(0);
    sizes[15] = Some(0);
    sizes
};
/// As many frames are looked at: a fifth of a second.
const AMR_FRAMES: usize = 10;

/// Whether frames follow the head; the last one may be cut.
pub(super) fn is_amr(bytes: &[u8]) -> bool {
    let (mut rest, sizes) = match bytes.strip_prefix(b"#!AMR-WB\n") {
        Some(rest) => (rest, AMR_WIDE),
        None => (bytes.strip_prefix(b"#!AMR\n").unwrap_or_default(), AMR),
    };
    if rest.is_empty() {
        return false;
    }
    for _ in 0..AMR_FRAMES {
        let Some((head, behind)) = rest.split_first() else {
            return true;
        };
        let size = sizes[usize::from(head >> 3 & 0x0f)].filter(|_| head & 0x83 == 0);
        let Some(size) = size else {
            return false;
        };
        rest = behind.get(size..).unwrap_or_default();
    }
    true
}

/// Whether two frames of sound follow one another, behind the tag (ID3) that many files begin with.
pub(super) fn is_mp3(bytes: &[u8]) -> bool {
    let Some(rest) = behind_id3(bytes) else {
        return false;
    };
    let start = rest.iter().position(|byte| *byte != 0).unwrap_or(rest.len());
    let sound = rest.get(start..).unwrap_or_default();
    let second = mp3_frame(sound).and_then(|n| sound.get(n..));
    second.is_some_and(|second| mp3_frame(second).is_some())
}

fn behind_id3(bytes: &[u8]) -> Option<&[u8]> {
    let Some(tag) = bytes.strip_prefix(b"ID3") else {
        return Some(bytes);
    };
    // Seven bits a byte.
    let size = tag.get(3..7)?.iter().fold(0_usize, |all, byte| all << 7 | usize::from(byte & 0x7f));
    bytes.get(10 + size..)
}

/// The length of the frame of sound (MPEG 1, 2, 2.5 layer III) that begins here.
fn mp3_frame(bytes: &[u8]) -> Option<usize> {
    const RATES: [usize; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const RATES_2: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let &[0xff, second, third, _, ..] = bytes else {
        return None;
    };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    if second & 0xe0 != 0xe0 || layer != 1 {
        return None;
    }
    let hertz = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3))?;
    let (rates, samples, hertz) = match version {
        3 => (RATES, 144, *hertz),
        2 => (RATES_2, 72, hertz / 2),
        0 => (RATES_2, 72, hertz / 4),
        _ => return None,
    };
    let rate = rates.get(usize::from(third >> 4)).filter(|rate| **rate > 0)?;
    Some(samples * rate * 1_000 / hertz + usize::from(third >> 1 & 1))
}

/// Whether the first stream of an Ogg file is film; `None` if it is neither film nor sound.
pub(super) fn ogg_has_film(bytes: &[u8]) -> Option<bool> {
    let n_parts = usize::from(*bytes.get(26)?);
    let content = bytes.get(27 + n_parts..).filter(|_| bytes.get(4) == Some(&0))?;
    let sound: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC"];
    if sound.iter().any(|head| content.starts_with(head)) {
        return Some(false);
    }
    content.starts_with(b"\x80theora").then_some(true)
}

/// Whether a form of sound (`fmt `) and its data follow the head.
pub(super) fn is_wav(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(12..).unwrap_or_default();
    let mut has_form = false;
    while let Some((head, behind)) = rest.split_first_chunk::<8>() {
        let [name @ .., a, b, c, d] = *head;
        match &name {
            b"data" => return has_form,
            b"fmt " => has_form = true,
            _ => {}
        }
        // Chunks begin at even places.
        let size = u32::from_le_bytes([a, b, c, d]) as usize;
        rest = behind.get(size.saturating_add(size % 2)..).unwrap_or_default();
    }
    false
}
