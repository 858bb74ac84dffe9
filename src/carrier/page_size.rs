//! How large a page of a list a carrier is asked for: smaller after an answer that was too large, until it is not, and then larger
//! again. One huge text would otherwise hide all others for as long as it is listed. (What cannot be read for another reason is
//! taken out item by item: `lenient_json.rs`.)

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::BoxFuture;

use super::Result;

/// Remembers how small the pages of one list have to be. Cursors of the list must not depend on the size.
#[derive(Debug, Default)]
pub(super) struct PageSize {
    n_halved: AtomicU32,
}

impl PageSize {
    /// Asks for pages of `most` down to `least` items until one can be read; of fewer than `most` from the beginning, where the last
    /// page had to be smaller. The error is that of the smallest page; any other, such as no answer, is given back at once.
    pub(super) async fn read<'a, T>(
        &self,
        (least, most): (u32, u32),
        ask: impl Fn(u32) -> BoxFuture<'a, Result<T>> + Send,
    ) -> Result<T> {
        loop {
            let n_halved = self.n_halved.load(Ordering::Relaxed).min(31);
            let size = (most >> n_halved).max(least).min(most);
            match ask(size).await {
                Err(error) if error.is_too_large() && size > least => {
                    self.n_halved.store(n_halved + 1, Ordering::Relaxed);
                }
                Err(error) => return Err(error),
                Ok(page) => {
                    self.n_halved.store(n_halved.saturating_sub(1), Ordering::Relaxed);
                    return Ok(page);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::carrier::error::too_large;
    use crate::carrier::{CarrierError, ErrorKind};

    /// The sizes asked for until pages of `readable` items come, and the size that did.
    async fn sizes(size: &PageSize, readable: u32) -> (Vec<u32>, Option<u32>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let ask = move |n: u32| -> BoxFuture<'static, Result<u32>> {
            kept.lock().unwrap().push(n);
            Box::pin(async move { if n <= readable { Ok(n) } else { Err(too_large()) } })
        };
        let read = size.read((1, 50), ask).await.ok();
        (asked.lock().unwrap().clone(), read)
    }

    #[tokio::test]
    async fn halved_until_it_can_be_read_then_larger_again() {
        let size = PageSize::default();
        assert_eq!(sizes(&size, 50).await, (vec![50], Some(50)));
        assert_eq!(sizes(&size, 7).await, (vec![50, 25, 12, 6], Some(6)));
        assert_eq!(sizes(&size, 0).await, (vec![12, 6, 3, 1], None));
        for expected in [1, 3, 6, 12, 25, 50, 50] {
            assert_eq!(sizes(&size, 50).await, (vec![expected], Some(expected)));
        }
    }

    #[tokio::test]
    async fn what_is_not_about_the_page_is_not_asked_again() {
        for kind in [ErrorKind::Transient, ErrorKind::Protocol, ErrorKind::RateLimited, ErrorKind::NotSent] {
            let size = PageSize::default();
            let ask = |_| -> BoxFuture<'static, Result<()>> {
                Box::pin(async move { Err(CarrierError::new(kind, "x")) })
            };
            assert_eq!(size.read((1, 50), ask).await.unwrap_err().kind, kind);
            assert_eq!(size.n_halved.load(Ordering::Relaxed), 0);
        }
    }
}
