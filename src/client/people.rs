//! The client's methods about colleagues: who is on.

use super::api::{ApiResult, Client};
use crate::api::wire::{ColleagueList, PresenceRequest, PresenceResponse, PresenceWord};

impl Client {
    /// Says whether the caller is on; the answer names what they still hold.
    pub async fn set_presence(&self, presence: PresenceWord) -> ApiResult<PresenceResponse> {
        self.json(self.put("v1/me/presence").json(&PresenceRequest { presence })).await
    }

    /// Everybody who answers citizens, by name.
    pub async fn colleagues(&self) -> ApiResult<ColleagueList> {
        self.json(self.get("v1/colleagues")).await
    }
}
