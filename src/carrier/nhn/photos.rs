//! Photos on their way out: each is handed over first, and the text names the carrier's number of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;

use super::{Nhn, answer};
use crate::carrier::error;
use crate::carrier::{CarrierError, Result};
use crate::domain::media::Photo;
use crate::domain::outbound::{OutboundKind, OutboundText};

impl Nhn {
    /// Uploads a text's photos and returns the carrier's numbers for them. On any error the text itself was surely not taken.
    pub(super) async fn upload(&self, text: &OutboundText) -> Result<Vec<i64>> {
        let mut numbers = Vec::new();
        if text.kind == OutboundKind::Mms {
            for photo in &text.photos {
                numbers.push(self.upload_one(photo).await.map_err(CarrierError::for_upload)?);
            }
        }
        Ok(numbers)
    }

    async fn upload_one(&self, photo: &Photo) -> Result<i64> {
        let file = STANDARD.encode(&photo.jpeg);
        let body = json!({ "fileName": photo.name, "createUser": "munja", "fileBody": file });
        let request = self.request(Method::POST, "/attachfile/binaryUpload")?.json(body);
        let response = self.link.read(request).await?;
        let number = answer::read(&response)?["data"]["fileId"].as_i64();
        number.ok_or_else(error::unnamed_photo)
    }
}
