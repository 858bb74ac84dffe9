//! Text files as people's programs save them. Korean Excel saves CSV in its own code page (CP949) unless told otherwise, and
//! "Unicode text" in UTF-16; both are read, not refused.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use encoding_rs::{EUC_KR, UTF_16BE, UTF_16LE};

/// Reads a file in UTF-8, UTF-16 (with its mark) or CP949, without a mark at its beginning.
pub fn read(path: &Path) -> Result<String> {
    decode(&std::fs::read(path)?)
}

fn decode(bytes: &[u8]) -> Result<String> {
    let neither = || {
        let message = "it is neither UTF-8 nor CP949 text: save it again as \"CSV UTF-8\"";
        Error::new(ErrorKind::InvalidData, message)
    };
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.trim_start_matches('\u{feff}').to_owned());
    }
    let encoding = match bytes {
        [0xFF, 0xFE, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] => UTF_16BE,
        // CP949, which the Encoding Standard calls EUC-KR.
        _ => EUC_KR,
    };
    let (text, _, has_errors) = encoding.decode(bytes);
    // Pictures and archives read as text would have control characters.
    let is_text = !has_errors && !text.contains('\0');
    if is_text { Ok(text.into_owned()) } else { Err(neither()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_korean_excel_saves_is_read() {
        let table: [(&[u8], &str); 5] = [
            ("제목\n여권\n".as_bytes(), "제목\n여권\n"),
            ("\u{feff}제목".as_bytes(), "제목"),
            (b"\xc1\xa6\xb8\xf1\r\n\xb9\xf6\xbd\xba\r\n", "제목\r\n버스\r\n"),
            (b"\xff\xfe\x1c\xc8\xa9\xba", "제목"),
            (b"", ""),
        ];
        for (bytes, expected) in table {
            assert_eq!(decode(bytes).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_way_out() {
        for bytes in [&b"PK\x03\x04\0\0\xff\xfe"[..], b"\x89PNG\r\n\x1a\n\0", b"\xc1"] {
            let said = decode(bytes).unwrap_err().to_string();
            assert!(said.contains("CSV UTF-8"), "{said}");
        }
    }
}
