//! Accounts with their log-ins, sessions, second factors and history; tokens of other programs; citizens with their wishes and
//! restrictions.

pub(in crate::store) mod account;
pub(in crate::store) mod citizen;
pub(in crate::store) mod counselor;
pub(in crate::store) mod exception;
pub(in crate::store) mod history;
pub(in crate::store) mod log_in;
pub(in crate::store) mod passwords;
pub(in crate::store) mod presence;
pub(in crate::store) mod review;
pub(in crate::store) mod service_token;
pub(in crate::store) mod session;
pub(in crate::store) mod totp;
pub(in crate::store) mod wishes;

use sha2::{Digest, Sha256};

/// What is stored of a token or code.
fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// 256 random bits, as hexadecimal digits.
fn random_token() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}
