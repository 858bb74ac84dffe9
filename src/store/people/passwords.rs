//! Checking passwords (argon2id). A hash takes 19 MiB and some 20 ms of a core, on purpose. So two are made at a time, one of
//! them for strangers at most, each in memory that is given back at once, and the lines before them are short: a flood of
//! log-ins costs one core and no more memory, and whoever logs in from a known device does not stand behind it.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::store::{Result, StoreError};

/// Passwords that are checked at a time.
const AT_ONCE: usize = 2;
/// So many known devices are served or wait.
const MOST_KNOWN: usize = 64;
/// So many strangers are served or wait.
const MOST_STRANGERS: usize = 16;
/// Room for so many blocks of 1 KiB is asked for, though fewer are used. The C library takes what is larger than 32 MiB from
/// the system and gives it back when it is freed; of smaller memory each thread would keep a part.
const ROOM_BLOCKS: usize = 33 << 10;

/// The two places at which passwords are checked, and the lines before them.
pub(in crate::store) struct PasswordChecker {
    places: Arc<Semaphore>,
    /// The one place for strangers.
    strangers: Arc<Semaphore>,
    known_line: Arc<Semaphore>,
    strangers_line: Arc<Semaphore>,
}

impl Default for PasswordChecker {
    fn default() -> Self {
        let of = |n| Arc::new(Semaphore::new(n));
        PasswordChecker {
            places: of(AT_ONCE),
            strangers: of(1),
            known_line: of(MOST_KNOWN),
            strangers_line: of(MOST_STRANGERS),
        }
    }
}

impl PasswordChecker {
    /// Whether one of these forms of the password is right; `None` if too many wait already. `hash`: none for a login that does
    /// not exist, which takes as long all the same.
    pub(super) async fn check(
        &self,
        candidates: Vec<String>,
        hash: Option<String>,
        is_known: bool,
    ) -> Result<Option<bool>> {
        let line = if is_known { &self.known_line } else { &self.strangers_line };
        let Ok(_waiting) = Arc::clone(line).try_acquire_owned() else {
            return Ok(None);
        };
        let _as_stranger = if is_known { None } else { Some(turn(&self.strangers).await?) };
        let place = turn(&self.places).await?;
        let task = tokio::task::spawn_blocking(move || {
            let verified = verify_any(&candidates, hash.as_deref());
            drop(place);
            verified
        });
        task.await.unwrap_or(Err(StoreError::Crashed)).map(Some)
    }

    /// Hashes a new password, at one of the places at which they are checked: these are never more at a time.
    pub(super) async fn hash(&self, password: String) -> Result<String> {
        let place = turn(&self.places).await?;
        let task = tokio::task::spawn_blocking(move || {
            let hashed = hash(&password);
            drop(place);
            hashed
        });
        task.await.unwrap_or(Err(StoreError::Crashed))
    }
}

/// Waits in line. The line is never closed.
async fn turn(line: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    Arc::clone(line).acquire_owned().await.map_err(|_| StoreError::Crashed)
}

/// Hashes a new password. Blocks.
pub(in crate::store) fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|error| StoreError::Unusable(format!("cannot hash a password: {error}")))
}

/// Whether one of them is right; those after it are not tried.
fn verify_any(candidates: &[String], hash: Option<&str>) -> Result<bool> {
    for candidate in candidates {
        if verify(candidate, hash)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Verifies a password. Without a hash it takes the same time and returns `false`.
fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    let damaged = || StoreError::Unusable("a stored password is damaged".into());
    let Some(hash) = hash else {
        let mut found = [0; Params::DEFAULT_OUTPUT_LEN];
        fill(&Argon2::default(), (password, b"nobody's salt"), &mut found)?;
        return Ok(false);
    };
    let parsed = PasswordHash::new(hash).map_err(|_| damaged())?;
    let (salt, expected) = parsed.salt.zip(parsed.hash).ok_or_else(damaged)?;
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(|_| damaged())?;
    let version = parsed.version.map_or(Ok(Version::default()), Version::try_from).map_err(|_| damaged())?;
    let params = Params::try_from(&parsed).map_err(|_| damaged())?;
    let mut found = vec![0; expected.as_bytes().len()];
    fill(&Argon2::new(algorithm, version, params), (password, salt.as_ref()), &mut found)?;
    Ok(found.ct_eq(expected.as_bytes()).into())
}

fn fill(argon: &Argon2<'_>, (password, salt): (&str, &[u8]), out: &mut [u8]) -> Result<()> {
    let n_blocks = argon.params().block_count();
    let mut memory = Vec::with_capacity(n_blocks.max(ROOM_BLOCKS));
    memory.resize_with(n_blocks, Block::default);
    argon
        .hash_password_into_with_memory(password.as_bytes(), salt, out, memory.as_mut_slice())
        .map_err(|error| StoreError::Unusable(format!("cannot hash a password: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hashed_is_verified() {
        let hash = hash("correct horse").unwrap();
        for (password, of, expected) in [
            ("correct horse", Some(hash.as_str()), true),
            ("correct mule", Some(&hash), false),
            ("correct horse", None, false),
            ("", Some(&hash), false),
        ] {
            assert_eq!(verify(password, of).unwrap(), expected, "{password}");
        }
        assert!(verify("x", Some("nonsense")).is_err());
    }

    /// A flood: whoever is known gets an answer, and the lines stay short.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_flood_of_guesses_does_not_keep_a_known_device_waiting() {
        let (checker, hash) = (Arc::new(PasswordChecker::default()), hash("correct horse").unwrap());
        let mut flood = tokio::task::JoinSet::new();
        for n in 0..300 {
            let (checker, hash) = (Arc::clone(&checker), hash.clone());
            flood.spawn(async move {
                checker.check(vec![format!("guess {n}")], Some(hash), false).await.unwrap()
            });
        }
        let first = flood.join_next().await.unwrap().unwrap();
        let owner = checker.check(vec!["correct horse".into()], Some(hash), true).await.unwrap();
        assert_eq!(owner, Some(true));
        let answers: Vec<_> = flood.join_all().await.into_iter().chain([first]).collect();
        let n_checked = answers.iter().filter(|answer| **answer == Some(false)).count();
        assert_eq!(answers.iter().filter(|answer| **answer == Some(true)).count(), 0);
        assert!((MOST_STRANGERS..300).contains(&n_checked), "{n_checked}");
    }
}
