//! The client's methods for the lists that supervisors edit: canned replies, categories, automatic texts, words of danger.

use super::api::{ApiResult, Client, ClientError};
use crate::api::wire::{EditedListView, ListHistory, ListRequest, ListResponse, ListStates, ListVersionView};

impl Client {
    /// Which versions are in force.
    pub async fn lists(&self) -> ApiResult<ListStates> {
        self.json(self.get("v1/lists")).await
    }

    /// A list as it is edited.
    pub async fn list(&self, list: &str) -> ApiResult<EditedListView> {
        self.json(self.get(&format!("v1/lists/{list}"))).await
    }

    /// Examines or stores a list. Storing is harmless to repeat: the same content is not stored twice.
    pub async fn edit_list(&self, list: &str, request: &ListRequest) -> ApiResult<ListResponse> {
        let answer = self.json(self.put(&format!("v1/lists/{list}")).json(request)).await;
        if request.dry_run { answer.map_err(ClientError::of_question) } else { answer }
    }

    pub async fn list_history(&self, list: &str) -> ApiResult<ListHistory> {
        self.json(self.get(&format!("v1/lists/{list}/history"))).await
    }

    /// One version with its content.
    pub async fn list_version(&self, list: &str, version: i64) -> ApiResult<ListVersionView> {
        self.json(self.get(&format!("v1/lists/{list}/history/{version}"))).await
    }
}
