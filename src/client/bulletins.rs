//! The client's methods for bulletins: sentences in receipts.

use super::api::{ApiResult, Client, ClientError};
use super::desks::desk_or_all;
use super::times::Times;
use crate::api::wire::{
    BulletinList, BulletinPreview, BulletinRequest, BulletinResponse, BulletinView, DeskList,
};
use crate::domain::text::one_line;

/// One that holds, on a line: `알림 18:00까지 (전체): 눈 때문에 버스가 늦습니다.`
pub fn bulletin_line(times: &Times, desks: Option<&DeskList>, of: &BulletinView) -> String {
    let desk = desk_or_all(times.say, desks, of.desk.as_deref());
    let values = [
        ("at", times.clock(of.until_at).into()),
        ("desk", desk.into()),
        ("text", one_line(&of.text, 200).into()),
    ];
    times.say.with("status-bulletin", values)
}

impl Client {
    /// The newest, those that have ended among them.
    pub async fn bulletins(&self) -> ApiResult<BulletinList> {
        self.json(self.get("v1/bulletins")).await
    }

    /// The receipt as it will arrive.
    pub async fn preview_bulletin(&self, request: &BulletinRequest) -> ApiResult<BulletinPreview> {
        self.json(self.post("v1/bulletins/preview").json(request)).await.map_err(ClientError::of_question)
    }

    /// Begins one. It is harmless to repeat: the same sentence is not begun twice.
    pub async fn begin_bulletin(&self, request: &BulletinRequest) -> ApiResult<BulletinResponse> {
        self.json(self.post("v1/bulletins").json(request)).await
    }

    pub async fn end_bulletin(&self, id: i64) -> ApiResult<BulletinView> {
        self.json(self.delete(&format!("v1/bulletins/{id}"))).await
    }
}
