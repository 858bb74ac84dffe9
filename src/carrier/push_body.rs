//! The body of a webhook call while it arrives. A call may hold photos in its JSON, as strings far longer than any text: they are
//! left out as they come, so that a call that nobody has verified yet takes no more memory than one without photos. What is
//! signed is the whole body, so the signature is computed on the way.

use bytes::{Bytes, BytesMut};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// A signature over everything that has arrived so far, to be finished by the driver.
pub type BodyMac = Hmac<Sha256>;

/// Of a body so many bytes are kept; a longer one is refused.
const MOST_KEPT: usize = 1 << 20;
/// The longest body with photos: as many as a text in any network holds, in Base64.
const MOST_WITH_PHOTOS: usize = 16 << 20;
/// Of a string so many bytes are kept. No text is longer.
const MOST_OF_STRING: usize = 128 << 10;

/// The body is longer than this carrier's calls are.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

/// A body that arrives.
pub struct PushBody {
    mac: Option<BodyMac>,
    kept: BytesMut,
    n_read: usize,
    string: Place,
}

/// Where in the JSON the reader stands.
#[derive(Clone, Copy)]
enum Place {
    Outside,
    /// In a string, of which so many bytes were read; so many more belong to one escape.
    Inside {
        n: usize,
        n_escaped: u8,
        is_cut: bool,
    },
}

impl PushBody {
    /// With `mac`, long strings are left out and the whole is signed; without it, all is kept.
    pub fn new(mac: Option<BodyMac>) -> PushBody {
        PushBody { mac, kept: BytesMut::new(), n_read: 0, string: Place::Outside }
    }

    /// Takes what has arrived.
    pub fn take(&mut self, chunk: &[u8]) -> Result<(), TooLong> {
        self.n_read = self.n_read.saturating_add(chunk.len());
        match &mut self.mac {
            None => self.kept.extend_from_slice(chunk.get(..MOST_KEPT + 1).unwrap_or(chunk)),
            Some(mac) => {
                mac.update(chunk);
                for byte in chunk {
                    if self.string.keeps(*byte) && self.kept.len() <= MOST_KEPT {
                        self.kept.extend_from_slice(&[*byte]);
                    }
                }
            }
        }
        let most = if self.mac.is_some() { MOST_WITH_PHOTOS } else { MOST_KEPT };
        if self.n_read > most || self.kept.len() > MOST_KEPT { Err(TooLong) } else { Ok(()) }
    }

    /// What is kept, and the signature so far.
    pub fn finish(self) -> (Bytes, Option<BodyMac>) {
        (self.kept.freeze(), self.mac)
    }
}

impl Place {
    /// Whether the next byte is kept. A string is cut between two characters' escapes, never within one.
    fn keeps(&mut self, byte: u8) -> bool {
        let Place::Inside { n, n_escaped, is_cut } = *self else {
            if byte == b'"' {
                *self = Place::Inside { n: 0, n_escaped: 0, is_cut: false };
            }
            return true;
        };
        if n_escaped == 0 && byte == b'"' {
            *self = Place::Outside;
            return true;
        }
        let is_cut = is_cut || (n >= MOST_OF_STRING && n_escaped == 0);
        let n_escaped = match (n_escaped, byte) {
            // Of the byte behind the backslash it depends how many follow.
            (0, b'\\') => ESCAPE,
            (ESCAPE, b'u') => 4,
            (ESCAPE, _) => 0,
            (left, _) => left.saturating_sub(1),
        };
        *self = Place::Inside { n: n + 1, n_escaped, is_cut };
        !is_cut
    }
}

/// The backslash was read, and nothing behind it.
const ESCAPE: u8 = u8::MAX;

#[cfg(test)]
mod tests {
    use hmac::KeyInit;
    use serde_json::{Value, json};

    use super::*;

    fn mac() -> BodyMac {
        BodyMac::new_from_slice(b"KEY").unwrap()
    }

    fn read(body: &[u8], chunk: usize, mac: Option<BodyMac>) -> Result<(Bytes, Option<BodyMac>), TooLong> {
        let mut reader = PushBody::new(mac);
        body.chunks(chunk).try_for_each(|chunk| reader.take(chunk))?;
        Ok(reader.finish())
    }

    #[test]
    fn photos_are_left_out_and_signed() {
        for filler in ["A", "\\u003d", "\\\"", "\\\\", "가"] {
            // Whole escapes of any of these lengths.
            let photo: String = filler.repeat(6 << 18).chars().take(6 << 18).collect();
            let body = format!(r#"{{"data":"{photo}","body":"살려주세요 \"여기\" ]}}","n":[1,"{photo}"]}}"#);
            let Ok((kept, Some(signed))) = read(body.as_bytes(), 10_007, Some(mac())) else {
                panic!("{filler}: too long");
            };
            assert!(kept.len() < MOST_KEPT, "{}", kept.len());
            let value: Value = serde_json::from_slice(&kept).unwrap_or_else(|error| {
                let lossy = String::from_utf8_lossy(&kept).into_owned();
                serde_json::from_str(&lossy).unwrap_or_else(|_| panic!("{filler}: {error}"))
            });
            assert_eq!(value["body"], json!("살려주세요 \"여기\" ]}"), "{filler}");
            let whole = mac().chain_update(body.as_bytes()).finalize().into_bytes();
            assert_eq!(signed.finalize().into_bytes(), whole);
        }
    }

    #[test]
    fn what_holds_no_photo_is_kept_as_it_came() {
        let body =
            json!({ "a": "\"\\\u{1}가", "b": ["", { "c": null }], "long": "나".repeat(40_000) }).to_string();
        for chunk in [1, 7, 100_000] {
            assert_eq!(read(body.as_bytes(), chunk, Some(mac())).unwrap().0, body.as_bytes());
            assert_eq!(read(body.as_bytes(), chunk, None).unwrap().0, body.as_bytes());
        }
    }

    #[test]
    fn the_bounds() {
        let photo = |n: usize| format!("{{\"data\":\"{}\"}}", "A".repeat(n)).into_bytes();
        assert!(read(&photo(3 << 20), 65_536, None).is_err(), "this carrier's calls hold no photos");
        assert!(read(&photo(MOST_WITH_PHOTOS - 11), 65_536, Some(mac())).is_ok());
        assert!(read(&photo(MOST_WITH_PHOTOS), 65_536, Some(mac())).is_err());
        // Many strings, each of them short.
        let many = vec!["A".repeat(60_000); 40];
        assert!(read(json!(many).to_string().as_bytes(), 65_536, Some(mac())).is_err());
        assert!(read(&vec![b' '; MOST_KEPT], 4_096, None).is_ok());
        assert!(read(&vec![b' '; MOST_KEPT + 1], usize::MAX, None).is_err());
    }
}
