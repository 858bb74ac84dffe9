//! The typed client of the API: one method per route, wire types in and out. The counselor's programs use nothing else.
//!
//! A token never leaves in plain text but over loopback or a Unix socket, never follows a redirect to another place and,
//! on this machine, never passes a proxy. Errors hold no text and no token.

use std::time::Duration;

use http::{Method, StatusCode, header};
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use super::address::Address;
use crate::api::wire::{
    ActionRequest, CannedList, CategoryList, CloseRequest, ConversationDetail, ConversationList,
    CounselorView, Decision, DecisionRequest, DeskList, Evidence, EvidenceRequest, LoginRequest,
    LoginResponse, MessageList, PhotoView, ProblemCode, ProblemDetails, ReplyRequest, ReplyResponse,
    StatusResponse, SurveyList,
};
use crate::domain::outbound::ClientKey;

/// The header whose value makes asking for the same reply twice harmless.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// An answer is waited for this long; the live stream has its own rule.
const PATIENCE: Duration = Duration::from_secs(15);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// A photo may take longer.
const PHOTO_PATIENCE: Duration = Duration::from_secs(120);
/// The live stream is dead after this much silence; the server says something every 15 s at most.
const SILENCE: Duration = Duration::from_secs(45);
/// Pauses before a reply is asked for again.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(300), Duration::from_millis(1_000), Duration::from_millis(3_000)];

/// Why a call brought no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server refused, and says why.
    #[error("{}", .0.detail)]
    Problem(Box<ProblemDetails>),
    /// No answer: it is not known whether the server got the request.
    #[error("{server}: {why}")]
    Unreachable { server: String, why: String },
    /// Something answered, but not as Munja does.
    #[error("{server}: {why}")]
    BadAnswer { server: String, why: String },
}

impl ClientError {
    /// The server's code, if it gave one that is known here.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Problem(problem) => ProblemCode::from_word(&problem.code),
            _ => None,
        }
    }

    /// Whether the same request may succeed in a moment.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Problem(problem) => matches!(problem.status, 408 | 503),
            Self::Unreachable { .. } => true,
            Self::BadAnswer { .. } => false,
        }
    }

    /// Whether the server may have done what it was asked, although it did not say so.
    pub fn leaves_doubt(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status >= 500 || problem.status == 408,
            _ => true,
        }
    }
}

type Answer<T> = Result<T, ClientError>;

/// Which conversations to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Waiting,
    Active,
    Answered,
    Closed,
    /// All that are not closed.
    Open,
    /// Those the caller holds.
    Mine,
}

impl Listed {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Mine => "mine",
        }
    }
}

/// A way to one server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    server: String,
    token: Option<SecretString>,
    language: Option<String>,
    pauses: [Duration; 3],
}

impl Client {
    /// Connects to nothing yet. A rustls provider must be installed.
    pub fn new(address: &Address) -> Answer<Self> {
        let server = address.to_string();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("munja/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_PATIENCE)
            .read_timeout(SILENCE);
        if address.is_local() {
            http = http.no_proxy();
        }
        if let Some(socket) = address.socket() {
            http = http.unix_socket(socket);
        }
        match http.build() {
            Ok(http) => {
                let (base, pauses) = (address.base(), PAUSES);
                Ok(Client { http, base, server, token: None, language: None, pauses })
            }
            Err(error) => Err(ClientError::BadAnswer { server, why: root_cause(&error) }),
        }
    }

    pub fn with_token(self, token: SecretString) -> Self {
        Client { token: Some(token), ..self }
    }

    /// Asks for the server's sentences in this language (`ko`, `en`).
    pub fn with_language(self, tag: &str) -> Self {
        Client { language: Some(tag.to_owned()), ..self }
    }

    /// Waits this long before asking for a reply the second, third and fourth time.
    pub fn pausing(self, pauses: [Duration; 3]) -> Self {
        Client { pauses, ..self }
    }

    pub async fn login(&self, request: &LoginRequest) -> Answer<LoginResponse> {
        self.json(self.post("v1/login").json(request)).await
    }

    /// Revokes the token.
    pub async fn logout(&self) -> Answer<()> {
        self.done(self.post("v1/logout")).await
    }

    pub async fn me(&self) -> Answer<CounselorView> {
        self.json(self.get("v1/me")).await
    }

    pub async fn status(&self) -> Answer<StatusResponse> {
        self.json(self.get("v1/status")).await
    }

    pub async fn conversations(&self, listed: Listed, limit: u32) -> Answer<ConversationList> {
        let query = [("state", listed.as_str().to_owned()), ("limit", limit.to_string())];
        self.json(self.get("v1/conversations").query(&query)).await
    }

    pub async fn conversation(&self, id: i64) -> Answer<ConversationDetail> {
        self.json(self.get(&format!("v1/conversations/{id}"))).await
    }

    /// Claims the conversation that waits longest; the code `nobody_waits` if there is none.
    pub async fn next(&self) -> Answer<ConversationDetail> {
        self.json(self.post("v1/conversations/next")).await
    }

    pub async fn claim(&self, id: i64) -> Answer<ConversationDetail> {
        self.json(self.post(&format!("v1/conversations/{id}/claim"))).await
    }

    pub async fn release(&self, id: i64) -> Answer<()> {
        self.done(self.post(&format!("v1/conversations/{id}/release"))).await
    }

    pub async fn close(&self, id: i64, request: &CloseRequest) -> Answer<()> {
        self.done(self.post(&format!("v1/conversations/{id}/close")).json(request)).await
    }

    /// Does something about a conversation beside answering it.
    pub async fn act(&self, id: i64, action: &ActionRequest) -> Answer<ConversationDetail> {
        self.json(self.post(&format!("v1/conversations/{id}/actions")).json(action)).await
    }

    pub async fn evidence(&self, id: i64, request: &EvidenceRequest) -> Answer<Evidence> {
        self.json(self.post(&format!("v1/conversations/{id}/evidence")).json(request)).await
    }

    pub async fn desks(&self) -> Answer<DeskList> {
        self.json(self.get("v1/desks")).await
    }

    /// Categories; only those of a desk, if one is named.
    pub async fn categories(&self, desk: Option<&str>) -> Answer<CategoryList> {
        self.json(self.get("v1/categories").query(&desk.map(|key| [("desk", key)]))).await
    }

    /// Canned replies, filled in for who asks and for this desk (the first, if none is named).
    pub async fn canned(&self, desk: Option<&str>) -> Answer<CannedList> {
        self.json(self.get("v1/canned").query(&desk.map(|key| [("desk", key)]))).await
    }

    /// How it was, from then on; of all counselors, or one's own.
    pub async fn surveys(&self, since_at: i64, all: bool) -> Answer<SurveyList> {
        let query = [("since_at", since_at.to_string()), ("of", if all { "all" } else { "mine" }.to_owned())];
        self.json(self.get("v1/surveys").query(&query)).await
    }

    /// Sends an answer. Asks up to four times with the same key while no answer comes or the server is too busy; the key
    /// lets the server text the citizen once. After an error that [`ClientError::leaves_doubt`], asking again is harmless
    /// only with the same key.
    pub async fn reply(&self, id: i64, request: &ReplyRequest, key: &ClientKey) -> Answer<ReplyResponse> {
        let mut pauses = self.pauses.iter();
        loop {
            let post = self.post(&format!("v1/conversations/{id}/replies")).json(request);
            let answer = self.json(post.header(IDEMPOTENCY_KEY, key.as_str())).await;
            match (answer, pauses.next()) {
                (Err(error), Some(pause)) if error.may_pass() => tokio::time::sleep(*pause).await,
                (answer, _) => return answer,
            }
        }
    }

    /// Answers whose fate the carrier can't tell.
    pub async fn in_doubt(&self) -> Answer<MessageList> {
        self.json(self.get("v1/messages").query(&[("state", "in_doubt")])).await
    }

    /// Takes an answer back that has not left yet.
    pub async fn recall(&self, message_id: i64) -> Answer<()> {
        self.done(self.post(&format!("v1/messages/{message_id}/recall"))).await
    }

    pub async fn decide(&self, message_id: i64, decision: Decision) -> Answer<()> {
        let request = DecisionRequest { decision };
        self.done(self.post(&format!("v1/messages/{message_id}/decision")).json(&request)).await
    }

    /// The bytes of a photo.
    pub async fn photo(&self, id: i64) -> Answer<Vec<u8>> {
        let request = self.get(&format!("v1/photos/{id}")).timeout(PHOTO_PATIENCE);
        let body = self.send(request).await?.bytes().await.map_err(|e| self.unreachable(&e))?;
        Ok(body.into())
    }

    /// Hands in a photo for an answer; handing it in again is harmless.
    pub async fn hand_in_photo(&self, file: Vec<u8>) -> Answer<PhotoView> {
        let request = self.post("v1/photos").timeout(PHOTO_PATIENCE);
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream").body(file);
        self.json(request).await
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path).timeout(PATIENCE)
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path).timeout(PATIENCE)
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some(tag) = &self.language {
            request = request.header(header::ACCEPT_LANGUAGE, tag);
        }
        request
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Answer<T> {
        let body = self.send(request).await?.bytes().await.map_err(|e| self.unreachable(&e))?;
        serde_json::from_slice(&body).map_err(|e| self.bad_answer(&error_position(&e)))
    }

    async fn done(&self, request: RequestBuilder) -> Answer<()> {
        self.send(request).await.map(|_| ())
    }

    /// The answer if it is a good one.
    pub(super) async fn send(&self, request: RequestBuilder) -> Answer<Response> {
        let response = request.send().await.map_err(|e| self.unreachable(&e))?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status => Err(self.refusal(status, response).await),
        }
    }

    async fn refusal(&self, status: StatusCode, response: Response) -> ClientError {
        let body = match response.bytes().await {
            Ok(body) => body,
            Err(error) => return self.unreachable(&error),
        };
        match (serde_json::from_slice::<ProblemDetails>(&body), status.as_u16()) {
            (Ok(problem), _) => ClientError::Problem(Box::new(problem)),
            // A proxy in front of a server that is down.
            (Err(_), 502..=504) => {
                ClientError::Unreachable { server: self.server.clone(), why: status.to_string() }
            }
            (Err(_), _) => self.bad_answer(&status.to_string()),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable { server: self.server.clone(), why: root_cause(error) }
    }

    pub(super) fn bad_answer(&self, why: &str) -> ClientError {
        ClientError::BadAnswer { server: self.server.clone(), why: why.to_owned() }
    }
}

/// The innermost cause, which names the trouble; the outer ones only repeat the address.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Where an answer stops making sense. serde's own words may quote what a citizen wrote.
pub(super) fn error_position(error: &serde_json::Error) -> String {
    format!("not understood at line {}, column {}", error.line(), error.column())
}
