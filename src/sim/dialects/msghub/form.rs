//! `multipart/form-data`: one part `reqMsg` with the JSON of a send, and `parts`, the photos. Source: the official sample.

use bytes::Bytes;
use http::{Request, header};

/// A part: its name, its file name if it is a file, and its content.
pub(super) struct Part {
    pub name: String,
    pub file: Option<String>,
    pub content: Bytes,
}

pub(super) fn boundary(request: &Request<Bytes>) -> Option<&str> {
    let content_type = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    content_type.strip_prefix("multipart/form-data; boundary=").filter(|boundary| !boundary.is_empty())
}

/// All parts; `None` if the body is not a form.
pub(super) fn parts(body: &Bytes, boundary: &str) -> Option<Vec<Part>> {
    let between = format!("\r\n--{boundary}\r\n");
    let (open, close) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}--"));
    let inner = body.strip_prefix(open.as_bytes())?;
    let mut rest = inner.strip_suffix(b"\r\n").unwrap_or(inner).strip_suffix(close.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        let end = find(rest, between.as_bytes());
        parts.push(part(body, &rest[..end.unwrap_or(rest.len())])?);
        match end {
            Some(end) => rest = &rest[end + between.len()..],
            None => return Some(parts),
        }
    }
}

fn part(body: &Bytes, raw: &[u8]) -> Option<Part> {
    let at = find(raw, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&raw[..at]).ok()?;
    let line = head.lines().find_map(|line| line.strip_prefix("Content-Disposition: form-data; "))?;
    let field = |name: &str| {
        let words = line.split("; ").find_map(|field| field.strip_prefix(name))?;
        words.strip_prefix("=\"")?.strip_suffix('"').map(str::to_owned)
    };
    Some(Part { name: field("name")?, file: field("filename"), content: body.slice_ref(&raw[at + 4..]) })
}

fn find(all: &[u8], what: &[u8]) -> Option<usize> {
    all.windows(what.len()).position(|some| some == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_form() {
        let head = "Content-Disposition: form-data; ";
        let form = format!(
            "--B\r\n{head}name=\"reqMsg\"\r\nX: y\r\n\r\n{{}}\r\n--B\r\n{head}name=\"parts\"; filename=\"a.jpg\"\r\n\r\n\r\n--C\r\n--B--\r\n"
        );
        let parts = parts(&Bytes::from(form), "B").unwrap();
        let [json, photo] = parts.as_slice() else { panic!("{} parts", parts.len()) };
        assert_eq!(
            (json.name.as_str(), json.file.as_deref(), &json.content[..]),
            ("reqMsg", None, &b"{}"[..])
        );
        assert_eq!((photo.name.as_str(), photo.file.as_deref()), ("parts", Some("a.jpg")));
        assert_eq!(&photo.content[..], b"\r\n--C");
        for bad in ["", "--B--", "--B\r\nname=\"x\"\r\n\r\ny\r\n--B--", "--C\r\nx\r\n\r\ny\r\n--C--"] {
            assert!(super::parts(&Bytes::from(bad), "B").is_none(), "{bad}");
        }
    }
}
