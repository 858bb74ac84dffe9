//! Message Hub's calls to us. Nothing in them is signed: the token in the address, and the carrier's addresses at the
//! proxy, are all that tells them from somebody else's; repetitions are harmless by their keys.

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::wire;
use crate::carrier::lenient_json;
use crate::carrier::push::{PushAnswer, PushCall, PushRefused, Pushed};

/// Anything else, and it calls again.
const TAKEN: &str = r#"{"code":"10000","message":"success"}"#;

/// Judges and reads one call.
pub(super) fn read(secret: Option<&SecretString>, call: &PushCall<'_>) -> Result<Pushed, PushRefused> {
    let secret = secret.ok_or(PushRefused::NotOffered)?.expose_secret();
    let given: Vec<_> = call.url.query_pairs().filter(|(name, _)| name == "token").collect();
    let is_ours = match given.as_slice() {
        [(_, given)] => !secret.is_empty() && bool::from(given.as_bytes().ct_eq(secret.as_bytes())),
        _ => false,
    };
    if !is_ours || call.method != Method::POST {
        return Err(PushRefused::NotSigned);
    }
    let body = lenient_json::read(call.body);
    let answer = PushAnswer { body: TAKEN.to_owned(), ..PushAnswer::default() };
    // Texts stand at the top, or where polling has them.
    if let Some(list) = wire::pushed_texts(&body) {
        return Ok(Pushed { texts: wire::inbound_page(list, call.body), answer, ..Pushed::default() });
    }
    match wire::pushed_reports(&body) {
        Some(list) => {
            Ok(Pushed { receipts: list.iter().map(wire::report).collect(), answer, ..Pushed::default() })
        }
        None => Err(PushRefused::Unreadable),
    }
}
