//! Photos on their way out: each is handed over first, and the text names what the carrier calls it.

use bytes::Bytes;
use http::Method;
use sha2::{Digest, Sha256};

use super::Bizgo;
use super::answer::{self, Answer};
use crate::carrier::error;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{CarrierError, ErrorKind, Result};
use crate::domain::media::Photo;
use crate::domain::outbound::{OutboundKind, OutboundText};

impl Bizgo {
    /// Uploads a text's photos and returns the carrier's names for them. On any error the text itself was surely not taken.
    pub(super) async fn upload(&self, text: &OutboundText) -> Result<Vec<String>> {
        let mut names = Vec::new();
        if text.kind == OutboundKind::Mms {
            for photo in &text.photos {
                names.push(self.upload_one(photo).await.map_err(CarrierError::for_upload)?);
            }
        }
        Ok(names)
    }

    async fn upload_one(&self, photo: &Photo) -> Result<String> {
        let (content_type, body) = form(photo);
        let request = self.request(Method::POST, "/api/comm/v1/file/mms".to_owned())?;
        let response = self.link.read(request.raw(content_type, body)).await?;
        match answer::read(&response) {
            Answer::Data(data) => text_or_number(&data["fileKey"]).ok_or_else(error::unnamed_photo),
            Answer::Repetition => {
                Err(CarrierError::new(ErrorKind::NotSent, "a photo is answered like a repeated text"))
            }
            Answer::Refused(error) => Err(error),
        }
    }
}

/// `multipart/form-data` with the one field `file`: RFC 7578, as the official SDK writes it.
fn form(photo: &Photo) -> (String, Bytes) {
    // Made of the photo's own digest, so that the photo can't hold it.
    let digest = Sha256::digest(&photo.jpeg);
    let boundary: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
    let name: String =
        photo.name.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: image/jpeg\r\n\r\n"
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let body = [head.as_bytes(), &photo.jpeg, tail.as_bytes()].concat();
    (format!("multipart/form-data; boundary={boundary}"), Bytes::from(body))
}
