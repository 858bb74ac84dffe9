//! Photos left here to be sent: `multipart/form-data` with one part `file` (RFC 7578). JPEG of at most 300 KB; the size in
//! pixels is only recommended. Source: official OpenAPI document 1.2.0 and error table.

use bytes::Bytes;
use http::{Request, header};

use crate::domain::media::PhotoLimits;
use crate::domain::photo::{PhotoKind, measure};

/// The file of an upload, or the code with which it is refused.
pub(super) fn read_file(request: &Request<Bytes>) -> Result<Bytes, &'static str> {
    let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = said.and_then(|said| said.strip_prefix("multipart/form-data; boundary=")).ok_or("A204")?;
    let body = request.body();
    let open = format!("--{boundary}\r\n");
    let close = format!("\r\n--{boundary}--\r\n");
    let is_whole =
        !boundary.is_empty() && body.starts_with(open.as_bytes()) && body.ends_with(close.as_bytes());
    let end = body.len().saturating_sub(close.len());
    if !is_whole || end < open.len() {
        return Err("A204");
    }
    let part = body.slice(open.len()..end);
    let head = part.windows(4).position(|window| window == b"\r\n\r\n").ok_or("A207")?;
    check_head(&part[..head])?;
    let file = part.slice(head + 4..);
    match measure(&file).map(|is| is.kind) {
        Ok(PhotoKind::Jpeg) if file.len() > PhotoLimits::KOREAN.n_bytes => Err("A200"),
        Ok(PhotoKind::Jpeg) => Ok(file),
        Ok(_) => Err("A206"),
        Err(_) => Err("A202"),
    }
}

fn check_head(head: &[u8]) -> Result<(), &'static str> {
    let head = std::str::from_utf8(head).map_err(|_| "A207")?;
    let line = |name: &str| head.split("\r\n").find_map(|line| line.strip_prefix(name));
    let disposition = line("Content-Disposition: form-data; name=\"file\"").ok_or("A207")?;
    let name = disposition.strip_prefix("; filename=\"").and_then(|rest| rest.strip_suffix('"'));
    if !name.is_some_and(|name| name.len() > 4 && name.ends_with(".jpg")) {
        return Err("A208");
    }
    if line("Content-Type: ").is_some_and(|kind| kind == "image/jpeg") { Ok(()) } else { Err("A205") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(content_type: &str, head: &str, file: &[u8]) -> Option<&'static str> {
        let body = [b"--b\r\n", head.as_bytes(), b"\r\n\r\n", file, b"\r\n--b--\r\n"].concat();
        let request = Request::post("/").header("content-type", content_type).body(body.into()).unwrap();
        read_file(&request).err()
    }

    fn picture(format: image::ImageFormat) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(8, 8).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn what_is_taken_and_what_is_not() {
        const FORM: &str = "multipart/form-data; boundary=b";
        const HEAD: &str =
            "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg";
        let jpeg = picture(image::ImageFormat::Jpeg);
        assert_eq!(upload(FORM, HEAD, &jpeg), None);
        assert_eq!(upload("application/json", HEAD, &jpeg), Some("A204"));
        assert_eq!(upload("multipart/form-data; boundary=c", HEAD, &jpeg), Some("A204"));
        assert_eq!(upload(FORM, &HEAD.replace("name=\"file\"", "name=\"photo\""), &jpeg), Some("A207"));
        assert_eq!(upload(FORM, &HEAD.replace("a.jpg", "a.png"), &jpeg), Some("A208"));
        assert_eq!(upload(FORM, &HEAD.replace("image/jpeg", "image/png"), &jpeg), Some("A205"));
        assert_eq!(upload(FORM, HEAD, &picture(image::ImageFormat::Png)), Some("A206"));
        assert_eq!(upload(FORM, HEAD, b"film"), Some("A202"));
        assert_eq!(upload(FORM, HEAD, &[jpeg.clone(), vec![0; 300_000]].concat()), Some("A200"));
    }
}
