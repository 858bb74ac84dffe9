//! Credentials as request headers. Errors name the part of the configuration that is wrong, not its content.

use base64::Engine as _;
use http::HeaderValue;

use super::error::{CarrierError, ErrorKind};

/// A secret as a header, marked sensitive so that it is never printed.
pub(super) fn secret_header(value: &str) -> Result<HeaderValue, CarrierError> {
    let mut header = HeaderValue::from_str(value)
        .map_err(|_| CarrierError::new(ErrorKind::Config, "the API key holds characters that no key has"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// `Basic` credentials.
pub(super) fn basic(user: &str, password: &str) -> Result<HeaderValue, CarrierError> {
    let word = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    secret_header(&format!("Basic {word}"))
}
