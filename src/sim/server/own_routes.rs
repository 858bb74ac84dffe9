//! The routes under `/_sim/`, for tests, demonstrations and trying things by hand. They need no key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::sim::Sim;
use crate::sim::faults::FaultRule;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewText {
    from: String,
    #[serde(default)]
    text: Option<String>,
    /// A JPEG in Base64.
    #[serde(default)]
    photo: Option<String>,
}

impl NewText {
    /// Number, text and photos; text or photos must be present.
    fn read(&self) -> Result<(&str, &str, Vec<Bytes>), (StatusCode, String)> {
        let bad = |why: &str| (StatusCode::BAD_REQUEST, why.to_owned());
        let photo = self.photo.as_ref().map(|photo| STANDARD.decode(photo)).transpose();
        let photos: Vec<Bytes> =
            photo.map_err(|_| bad("photo: not Base64"))?.map(Bytes::from).into_iter().collect();
        match &self.text {
            None if photos.is_empty() => Err(bad("missing field `text`")),
            text => Ok((&self.from, text.as_deref().unwrap_or(""), photos)),
        }
    }
}

impl Sim {
    /// `path` is what follows `/_sim/`.
    pub(in crate::sim) fn own(&self, path: &str, request: &Request<Bytes>) -> Response<Bytes> {
        match self.own_answer(path, request) {
            Ok(said) => respond(StatusCode::OK, &said),
            Err((status, why)) => respond(status, &json!({ "error": why })),
        }
    }

    fn own_answer(&self, path: &str, request: &Request<Bytes>) -> Result<Value, (StatusCode, String)> {
        let body = request.body();
        match (path, request.method()) {
            ("ledger", &Method::GET) => shown(&self.ledger()),
            ("faults", &Method::GET) => shown(&self.faults()),
            ("faults", &Method::DELETE) => {
                self.clear_faults();
                Ok(json!([]))
            }
            ("faults", &Method::POST) => {
                let rule: FaultRule = read(body)?;
                match rule.problem() {
                    Some(problem) => Err((StatusCode::BAD_REQUEST, problem)),
                    None => {
                        self.add_fault(rule);
                        shown(&self.faults())
                    }
                }
            }
            ("text", &Method::POST) => {
                let text: NewText = read(body)?;
                let (from, body, photos) = text.read()?;
                Ok(json!({ "msgKey": self.text_with_photos(from, body, photos) }))
            }
            ("texts", &Method::POST) => {
                let all: Vec<NewText> = read(body)?;
                let all = all.iter().map(NewText::read).collect::<Result<Vec<_>, _>>()?;
                Ok(json!({ "msgKeys": self.texts(all.into_iter().map(|(from, body, _)| (from, body))) }))
            }
            ("ledger" | "faults" | "text" | "texts", method) => {
                Err((StatusCode::METHOD_NOT_ALLOWED, format!("{path} does not take {method}")))
            }
            _ => Err((StatusCode::NOT_FOUND, "there are: ledger, text, texts, faults".to_owned())),
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

fn shown<T: serde::Serialize>(what: &T) -> Result<Value, (StatusCode, String)> {
    serde_json::to_value(what).map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

fn respond(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
