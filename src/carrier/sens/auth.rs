//! The signature of every request: HMAC-SHA256 of method, address and time under the secret key, in base64. SENS takes it
//! for five minutes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use url::form_urlencoded::Serializer;

use super::SensConfig;
use crate::carrier::http::Request;
use crate::carrier::{CarrierError, ErrorKind, Result};
use crate::domain::UnixMs;

/// The signature of a request that leaves now.
pub(super) fn signature(config: &SensConfig, request: &Request, now: UnixMs) -> Result<String> {
    let (access, secret) = (config.access_key.expose_secret(), config.secret_key.expose_secret());
    sign(secret, access, request.method.as_str(), &address(request), now)
        .ok_or_else(|| CarrierError::new(ErrorKind::Config, "the secret key is none"))
}

/// Path and query as they leave: the client writes pairs the same way.
fn address(request: &Request) -> String {
    if request.query.is_empty() {
        return request.path.clone();
    }
    let query = Serializer::new(String::new()).extend_pairs(&request.query).finish();
    format!("{}?{query}", request.path)
}

fn sign(secret: &str, access: &str, method: &str, address: &str, now: UnixMs) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    mac.update(format!("{method} {address}\n{now}\n{access}").as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    /// Made with the formula of the documents.
    #[test]
    fn the_signature_is_the_documents() {
        let path = "/sms/v2/services/ncp:sms:kr:123:sens/messages";
        let now = 1_782_864_000_000;
        let post = sign("SECRETKEY", "ACCESSKEY", "POST", path, now);
        assert_eq!(post.as_deref(), Some("bIeZJJ3AG5/tSoDLco1m10HokwSPkqL/t3WZyY6MrpI="));
        let get = address(&Request::new(Method::GET, path).query("requestId", "abc"));
        let get = sign("SECRETKEY", "ACCESSKEY", "GET", &get, now);
        assert_eq!(get.as_deref(), Some("JJO98yN7o9uORCsATEn8+ZJCoP0DZv7oLtl+zfT0+IU="));
        assert_eq!(sign("", "ACCESSKEY", "GET", path, now), None);
    }
}
