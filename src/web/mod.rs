//! Pages for browsers: the web desk, where counselors answer citizens, the live board for a screen on the wall, reports, and the lists that
//! supervisors edit. Files that are compiled into the program; they talk to the same API as every other face.
//!
//! No page holds data: a browser asks the API for it with a token that it keeps in `sessionStorage` and sends as a header. No
//! cookie, so no other site can act in somebody's name. Pages load nothing but these files (no CDN, no inline script or style),
//! a strict content security policy says so, and `require-trusted-types-for` closes the ways by which text becomes markup.

#[cfg(test)]
mod tests;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

/// A file as browsers get it.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

/// Bilingual: scripts choose by the browser's languages, and by a switch.
const HTML: &str = "text/html; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const CSS: &str = "text/css; charset=utf-8";

macro_rules! assets {
    ($($path:literal $content_type:ident $file:literal;)*) => {
        &[$(Asset { path: $path, content_type: $content_type, bytes: include_bytes!(concat!("assets/", $file)) },)*]
    };
}

const ASSETS: &[Asset] = assets! {
    "/desk" HTML "desk.html";
    "/board" HTML "board.html";
    "/reports" HTML "reports.html";
    "/lists" HTML "lists.html";
    "/web/icon.svg" SVG "icon.svg";
    "/web/look.css" CSS "look.css";
    "/web/board.css" CSS "board.css";
    "/web/desk.css" CSS "desk.css";
    "/web/reports.css" CSS "reports.css";
    "/web/lists.css" CSS "lists.css";
    "/web/api.js" JS "api.js";
    "/web/dom.js" JS "dom.js";
    "/web/words.js" JS "words.js";
    "/web/login.js" JS "login.js";
    "/web/times.js" JS "times.js";
    "/web/board.js" JS "board.js";
    "/web/desk.js" JS "desk.js";
    "/web/reports.js" JS "reports.js";
    "/web/lists.js" JS "lists.js";
    "/web/head.js" JS "head.js";
    "/web/bulletins.js" JS "bulletins.js";
    "/web/queue.js" JS "queue.js";
    "/web/talk.js" JS "talk.js";
    "/web/composer.js" JS "composer.js";
    "/web/sending.js" JS "sending.js";
    "/web/dialogs.js" JS "dialogs.js";
    "/web/keys.js" JS "keys.js";
    "/web/search.js" JS "search.js";
};

/// What every page and file is sent with.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("cache-control", "no-store"),
];

/// The pages and their files, for any router.
pub fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = Router::new().route("/", get(async || Redirect::temporary("/desk")));
    ASSETS.iter().fold(router, |router, asset| router.route(asset.path, get(async move || answer(asset))))
}

fn answer(asset: &'static Asset) -> Response {
    let mut response = asset.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    for (name, value) in HEADERS {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    response
}
