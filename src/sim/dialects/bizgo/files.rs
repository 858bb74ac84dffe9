//! Uploads of photos to be sent: `multipart/form-data` with the one field `file`, a JPEG of at most 300 KB. Source:
//! official OpenAPI document 1.2.0 (`uploadMmsFile`).

use bytes::Bytes;
use http::{Request, header};
use serde::Serialize;

use super::answer::{ok, service};
use crate::sim::answer::{Answer, korean_time};
use crate::sim::core::Core;

const MAX_BYTES: usize = 300 * 1_000;
const KEPT_MS: i64 = 365 * 24 * 3_600_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    file_key: String,
    expired: String,
}

/// `POST file/mms`
pub(super) fn upload(core: &mut Core<'_>, request: &Request<Bytes>) -> Answer {
    let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = said.and_then(|said| said.strip_prefix("multipart/form-data; boundary="));
    let Some((head, file)) = boundary.and_then(|boundary| part(request.body(), boundary)) else {
        return service("A204");
    };
    match file {
        _ if !head.contains("name=\"file\"") => service("A204"),
        _ if !head.contains("filename=\"") || head.contains("filename=\"\"") => service("A208"),
        file if file.len() > MAX_BYTES => service("A200"),
        file if !file.starts_with(&[0xff, 0xd8, 0xff]) => service("A206"),
        file => {
            let file_key = core.keep_file(file);
            ok(Kept { file_key, expired: korean_time(core.dated_now() + KEPT_MS) })
        }
    }
}

/// Header and content of the only part of a form.
fn part(body: &Bytes, boundary: &str) -> Option<(String, Bytes)> {
    let (open, close) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}--"));
    let inner = body.strip_prefix(open.as_bytes())?;
    let inner = inner.strip_suffix(b"\r\n").unwrap_or(inner).strip_suffix(close.as_bytes())?;
    let at = inner.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(inner[..at].to_vec()).ok()?;
    Some((head, body.slice_ref(&inner[at + 4..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_part_of_a_form() {
        let form = |body: &'static str| part(&Bytes::from_static(body.as_bytes()), "B");
        let fine = form("--B\r\nContent-Disposition: x\r\n\r\nab\r\ncd\r\n--B--\r\n").unwrap();
        assert_eq!(fine, ("Content-Disposition: x".to_owned(), Bytes::from_static(b"ab\r\ncd")));
        for bad in ["", "--B--", "--B\r\nx\r\n--B--", "--C\r\nx\r\n\r\ny\r\n--C--", "--B\r\nx\r\n\r\ny"] {
            assert_eq!(form(bad), None, "{bad}");
        }
    }
}
