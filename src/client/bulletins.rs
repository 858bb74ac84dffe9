//! The client's methods for bulletins: sentences in receipts.

use super::api::{ApiResult, Client};
use crate::api::wire::{BulletinList, BulletinPreview, BulletinRequest, BulletinResponse, BulletinView};

impl Client {
    /// The newest, those that have ended among them.
    pub async fn bulletins(&self) -> ApiResult<BulletinList> {
        self.json(self.get("v1/bulletins")).await
    }

    /// The receipt as it will arrive.
    pub async fn preview_bulletin(&self, request: &BulletinRequest) -> ApiResult<BulletinPreview> {
        self.json(self.post("v1/bulletins/preview").json(request)).await
    }

    /// Begins one. It is harmless to repeat: the same sentence is not begun twice.
    pub async fn begin_bulletin(&self, request: &BulletinRequest) -> ApiResult<BulletinResponse> {
        self.json(self.post("v1/bulletins").json(request)).await
    }

    pub async fn end_bulletin(&self, id: i64) -> ApiResult<BulletinView> {
        self.json(self.delete(&format!("v1/bulletins/{id}"))).await
    }
}
