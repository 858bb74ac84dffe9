//! The signature of every request: `b64(HMAC-SHA256(secret, METHOD + " " + address + "\n" + time + "\n" + access
//! key))`, valid for five minutes. Source: the documents' page on requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use sha2::Sha256;

use crate::sim::core::Core;

const WINDOW_MS: i64 = 5 * 60_000;
/// The gateway's "Authentication Failed".
const FAILED: &str = "200";

/// Checks a request; the error is the code of the refusal.
pub(super) fn check(core: &Core<'_>, request: &Request<Bytes>) -> Result<(), &'static str> {
    let header_value = |name: &str| {
        let mut all = request.headers().get_all(name).iter();
        let first = all.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
        if all.next().is_none() { first } else { "" }
    };
    let time = header_value("x-ncp-apigw-timestamp");
    let at: i64 = time.parse().map_err(|_| FAILED)?;
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    let (access, secret) = (core.options.api_key.as_str(), core.options.api_secret.as_str());
    let expected = signed(secret, access, request.method().as_str(), address, time);
    let is_signed = header_value("x-ncp-iam-access-key") == access
        && header_value("x-ncp-apigw-signature-v2") == expected;
    let is_fresh = (core.dated_now() - at).abs() <= WINDOW_MS;
    if is_signed && is_fresh { Ok(()) } else { Err(FAILED) }
}

pub(super) fn signed(secret: &str, access: &str, method: &str, address: &str, time: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{method} {address}\n{time}\n{access}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_by_the_documents_formula() {
        let address = "/sms/v2/services/ncp:sms:kr:123:sens/messages";
        let made = |method, address: &str| signed("SECRETKEY", "ACCESSKEY", method, address, "1782864000000");
        assert_eq!(made("POST", address), "bIeZJJ3AG5/tSoDLco1m10HokwSPkqL/t3WZyY6MrpI=");
        let asked = format!("{address}?requestId=abc");
        assert_eq!(made("GET", &asked), "JJO98yN7o9uORCsATEn8+ZJCoP0DZv7oLtl+zfT0+IU=");
    }
}
