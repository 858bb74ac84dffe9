//! How fast the API may be asked: by one address, and with one token. Whoever sends too many is told to wait (429). What somebody
//! in danger may need (events, the next conversation, answers, acknowledging) is counted apart from everything else, so that a
//! program which asks for lists without a pause never keeps a counselor from it.
//!
//! Addresses are known before anything is read of a request; a token counts once it is known to be good, so that nobody can make
//! tokens up to fill the memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

use super::ApiContext;
use super::access::Peer;
use super::problem::Problem;
use crate::domain::token_bucket::{Bucket, Rate};

/// Callers that are remembered; more are forgotten, the quiet ones first.
const MOST_CALLERS: usize = 8_192;

/// What a counselor's desk needs to answer somebody in danger, and what watches over the gateway.
const APART: [&str; 9] = [
    "/v1/events",
    "/v1/conversations/next",
    "/v1/conversations/{id}/claim",
    "/v1/conversations/{id}/actions",
    "/v1/conversations/{id}/replies",
    "/healthz",
    "/livez",
    "/readyz",
    "/metrics",
];

/// The limits of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    pub address: Rate,
    pub token: Rate,
}

/// The requests of one route group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Group {
    Apart,
    Other,
}

impl Group {
    fn of(extensions: &Extensions) -> Group {
        let path = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        if path.is_some_and(|path| APART.contains(&path)) { Group::Apart } else { Group::Other }
    }
}

/// Whose token it is: the number of a session, or of another program's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TokenOf {
    Person(i64),
    Program(i64),
}

/// What callers have left. Clones count together.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    born: Instant,
    addresses: Mutex<Buckets<String>>,
    tokens: Mutex<Buckets<TokenOf>>,
}

impl Default for Limits {
    fn default() -> Self {
        let (addresses, tokens) = (Mutex::default(), Mutex::default());
        Limits(Arc::new(Inner { born: Instant::now(), addresses, tokens }))
    }
}

struct Buckets<K>(HashMap<(K, Group), Bucket>);

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Buckets(HashMap::new())
    }
}

impl<K: Hash + Eq> Buckets<K> {
    fn take(&mut self, caller: (K, Group), rate: Rate, now: i64) -> Result<(), i64> {
        if self.0.len() >= MOST_CALLERS && !self.0.contains_key(&caller) {
            self.0.retain(|_, bucket| !bucket.is_full(rate, now));
            // All of them are busy: better a new start for all than no end of memory.
            if self.0.len() >= MOST_CALLERS {
                self.0.clear();
            }
        }
        self.0.entry(caller).or_insert_with(|| Bucket::full(rate, now)).take(rate, now)
    }
}

impl Limits {
    fn now(&self) -> i64 {
        i64::try_from(self.0.born.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Counts a request with a good token; refuses one too many.
    pub(super) fn take_token(
        &self,
        context: &ApiContext,
        token: TokenOf,
        extensions: &Extensions,
    ) -> Result<(), Problem> {
        let (rate, now) = (context.settings().rates.token, self.now());
        let mut tokens = self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = tokens.take((token, Group::of(extensions)), rate, now);
        taken.map_err(|wait_ms| refused(context, "token", wait_ms))
    }
}

/// Counts each request by the address that it comes from, before anything else is done for it.
pub(super) async fn by_address(State(context): State<ApiContext>, request: Request, next: Next) -> Response {
    if let Some(Peer(peer)) = request.extensions().get::<Peer>() {
        let limits = &context.limits;
        let (rate, now, caller) = (context.settings().rates.address, limits.now(), network(peer));
        let taken = {
            let mut addresses = limits.0.addresses.lock().unwrap_or_else(PoisonError::into_inner);
            addresses.take((caller, Group::of(request.extensions())), rate, now)
        };
        if let Err(wait_ms) = taken {
            return refused(&context, "address", wait_ms).into_response();
        }
    }
    next.run(request).await
}

fn refused(context: &ApiContext, limit: &'static str, wait_ms: i64) -> Problem {
    context.tally.limited.get_or_create(&[("limit", limit)]).inc();
    Problem::too_many((wait_ms + 999) / 1_000)
}

/// An address, or what one customer of IPv6 has: the first 64 bits.
fn network(peer: &str) -> String {
    match peer.parse() {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => peer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_of_ipv6_is_one_address() {
        assert_eq!(network("2001:db8:1:2:aaaa::1"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("socket of user 1000"), "socket of user 1000");
    }

    #[test]
    fn callers_without_end_take_no_memory_without_end() {
        let (mut buckets, rate) = (Buckets::default(), Rate { per_sec: 1 });
        for n in 0..3 * MOST_CALLERS {
            assert!(buckets.take((n, Group::Other), rate, 0).is_ok());
            assert!(buckets.0.len() <= MOST_CALLERS);
        }
        // Who has used up theirs is remembered while there is room.
        let rate = Rate { per_sec: 1 };
        let mut buckets = Buckets::default();
        while buckets.take((0, Group::Other), rate, 0).is_ok() {}
        for n in 1..MOST_CALLERS {
            assert!(buckets.take((n, Group::Other), rate, 0).is_ok());
        }
        assert!(buckets.take((MOST_CALLERS, Group::Other), rate, 2_000).is_ok());
        assert!(buckets.0.len() < 10, "those who were quiet since are forgotten: {}", buckets.0.len());
    }
}
