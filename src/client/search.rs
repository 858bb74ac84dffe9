//! What is asked about texts: searching them, and advice before one is sent.

use super::api::{ApiResult, Client, ClientError};
use crate::api::wire::{AdviceList, AdviceRequest, SearchResults, SimilarList};

/// What is looked for; what is `None` does not narrow the search.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    pub words: Option<String>,
    pub number: Option<String>,
    pub reason: Option<String>,
    pub citizen: Option<String>,
    pub category: Option<String>,
    pub counselor: Option<String>,
    pub desk: Option<String>,
    pub since_at: Option<i64>,
    pub until_at: Option<i64>,
    pub kind: Option<String>,
    pub after: Option<String>,
    pub limit: Option<u32>,
}

impl Sought {
    /// Nothing says what is looked for: a desk, a time or a kind by itself is not enough.
    pub fn says_nothing(&self) -> bool {
        let said = [&self.words, &self.number, &self.citizen, &self.category, &self.counselor];
        said.into_iter().all(|word| word.as_ref().is_none_or(|word| word.trim().is_empty()))
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let words = [
            ("q", &self.words),
            ("number", &self.number),
            ("reason", &self.reason),
            ("citizen", &self.citizen),
            ("category", &self.category),
            ("counselor", &self.counselor),
            ("desk", &self.desk),
            ("kind", &self.kind),
            ("after", &self.after),
        ];
        let numbers =
            [("since_at", self.since_at), ("until_at", self.until_at), ("limit", self.limit.map(i64::from))];
        let words = words.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        words
            .chain(numbers.into_iter().filter_map(|(name, value)| Some((name, value?.to_string()))))
            .collect()
    }
}

impl Client {
    /// Advice about a text that is not sent yet.
    pub async fn advice(&self, text: &str) -> ApiResult<AdviceList> {
        self.json(self.post("v1/advice").json(&AdviceRequest { text: text.to_owned() }))
            .await
            .map_err(ClientError::of_question)
    }

    /// Questions like that of a conversation, with the answers they got; that they were shown is logged.
    pub async fn similar(&self, id: i64) -> ApiResult<SimilarList> {
        self.json(self.get(&format!("v1/conversations/{id}/similar"))).await
    }

    /// Searches texts, answers and notes; that it was done is logged.
    pub async fn search(&self, sought: &Sought) -> ApiResult<SearchResults> {
        self.json(self.get("v1/search").query(&sought.parameters())).await
    }
}
