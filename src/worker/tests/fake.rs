//! A carrier that does what a test tells it to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::carrier::http::TOO_LARGE;
use crate::carrier::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, InboundPage, Lookup, Media, Reconciled,
    ReportClass, Result, SentPage,
};
use crate::domain::UnixMs;
use crate::domain::inbound::Cursor;
use crate::domain::media::MediaRef;
use crate::domain::outbound::OutboundText;
use crate::domain::phone::{PhoneNumber, Senders};
use crate::domain::photo::MAX_BYTES;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;
use crate::worker::{CarrierInUse, Carriers};

pub struct Fake {
    pub name: &'static str,
    pub inbound: InboundClass,
    /// How long a question about a text in doubt takes before it fails; without, it is answered at once.
    pub silence: Option<Duration>,
    /// Pages of its list of sent texts, each of which takes 40 seconds.
    pub n_pages: usize,
    pub n_questions: AtomicUsize,
    /// It may call us.
    pub push: bool,
    /// How it answers when asked for texts; `None`: it has none.
    pub refusal: Mutex<Option<CarrierError>>,
    /// Where the questions for texts began.
    pub asked_from: Mutex<Vec<UnixMs>>,
    /// What each of its citizens sends; a second passes until it is here.
    pub file: Option<Bytes>,
    /// The bounds within which files were asked for.
    pub file_bounds: Mutex<Vec<usize>>,
    /// How many large files are on their way, and the most there were.
    pub large: Mutex<(usize, usize)>,
}

impl Fake {
    /// One that takes everything and calls nobody.
    pub fn named(name: &'static str) -> Fake {
        Fake {
            name,
            inbound: InboundClass::None,
            silence: None,
            n_pages: 0,
            n_questions: AtomicUsize::new(0),
            push: false,
            refusal: Mutex::new(None),
            asked_from: Mutex::default(),
            file: None,
            file_bounds: Mutex::default(),
            large: Mutex::default(),
        }
    }
}

/// Two carriers, both of which receive and send; the first is the preferred one.
pub fn carriers(fakes: [Fake; 2]) -> Carriers {
    let [first, second] = fakes.map(|fake| Arc::new(fake) as Arc<dyn Carrier>);
    let used = |carrier: &Arc<dyn Carrier>| CarrierInUse {
        carrier: Arc::clone(carrier),
        senders: Senders::single(PhoneNumber::parse("062120")),
    };
    Carriers { outbound: used(&first), standby: Some(used(&second)), inbound: vec![first, second] }
}

#[async_trait]
impl Carrier for Fake {
    fn name(&self) -> &'static str {
        self.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: self.inbound,
            idempotent_send: None,
            lookup: Lookup::Exact,
            reports: ReportClass::None,
            min_poll: Duration::ZERO,
            limits: Limits::KOREAN,
            sends_per_sec: 100,
            photos_in: self.file.is_some(),
            photos_out: None,
            push: self.push,
            lists_sent: self.n_pages > 0,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        self.asked_from.lock().unwrap().push(cursor.since);
        match self.refusal.lock().unwrap().clone() {
            Some(refusal) => Err(refusal),
            None => {
                let (raw, next) = (Bytes::new(), cursor.after_page(None, None));
                Ok(InboundPage { raw, items: Vec::new(), next, ack: Vec::new(), clock_ahead_ms: None })
            }
        }
    }

    async fn send(&self, _text: &OutboundText) -> Result<Accepted> {
        Ok(Accepted { carrier_message_id: None, repeated: false })
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        self.n_questions.fetch_add(1, Ordering::SeqCst);
        match self.silence {
            None => Ok(Reconciled::Found { carrier_message_id: format!("{}-{}", self.name, text.id) }),
            Some(time_out) => {
                tokio::time::sleep(time_out).await;
                Err(CarrierError::new(ErrorKind::Ambiguous, "no answer"))
            }
        }
    }

    async fn status(&self, _carrier_message_id: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn fetch_media(&self, _media: &MediaRef, most: usize) -> Result<Media> {
        let is_large = usize::from(most > MAX_BYTES);
        self.file_bounds.lock().unwrap().push(most);
        let change = |by: isize| {
            let mut large = self.large.lock().unwrap();
            large.0 = large.0.checked_add_signed(by).unwrap();
            large.1 = large.1.max(large.0);
        };
        change(is_large.cast_signed());
        tokio::time::sleep(Duration::from_secs(1)).await;
        change(-is_large.cast_signed());
        match self.file.clone().unwrap() {
            bytes if bytes.len() <= most => Ok(Media { content_type: None, bytes }),
            _ => Err(CarrierError::new(ErrorKind::Permanent, TOO_LARGE)),
        }
    }

    async fn check(&self) -> Result<Option<i64>> {
        Ok(None)
    }

    async fn sent_since(&self, _since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        tokio::time::sleep(Duration::from_secs(40)).await;
        let n = page.map_or(1, |page| page.parse().unwrap_or(0) + 1);
        Ok(SentPage { items: Vec::new(), next: (n < self.n_pages).then(|| n.to_string()) })
    }
}
