//! A carrier whose citizens send photos, around one whose citizens do not: `질문 7` comes with photos by its number. What
//! becomes of fetching one is up to chance, and so is how long it takes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use image::{ImageFormat, RgbImage};
use munja::carrier::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundPage, Media, PushCall, PushRefused, Pushed,
    Reconciled, ReportPage, Result, SentPage,
};
use munja::domain::UnixMs;
use munja::domain::actor::Actor;
use munja::domain::inbound::{Cursor, InboundItem, InboundText};
use munja::domain::media::MediaRef;
use munja::domain::outbound::OutboundText;
use munja::domain::receipt::Receipt;
use munja::store::Store;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub struct Camera {
    inner: Arc<dyn Carrier>,
    rng: Mutex<StdRng>,
}

impl Camera {
    pub fn new(inner: Arc<dyn Carrier>, seed: u64) -> Self {
        Camera { inner, rng: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    /// How many photos the texts `질문 0` to `질문 n - 1` come with, without those that are `lost`.
    fn n_photos(n: usize, lost: &BTreeSet<String>) -> usize {
        (0..n).filter(|n| !lost.contains(&n.to_string())).map(photos_of).sum()
    }
}

fn photos_of(text: usize) -> usize {
    text % 3
}

fn media(text: &mut InboundText) {
    let number = number(text.text.reveal()).and_then(|n| n.parse().ok());
    let named = |number: usize, n| MediaRef {
        handle: format!("{number}-{n}"),
        name: None,
        content_type: None,
        n_bytes: None,
    };
    text.media =
        number.map_or(Vec::new(), |number| (0..photos_of(number)).map(|n| named(number, n)).collect());
}

fn add_media(items: &mut [InboundItem]) {
    for item in items {
        if let InboundItem::Text(text) = item {
            media(text);
        }
    }
}

/// The photo of this handle: no two are the same.
pub fn photo(handle: &str) -> Vec<u8> {
    static PICTURE: OnceLock<Vec<u8>> = OnceLock::new();
    let picture = PICTURE.get_or_init(|| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::new(8, 8).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    });
    [picture.as_slice(), handle.as_bytes()].concat()
}

#[async_trait]
impl Carrier for Camera {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn caps(&self) -> Caps {
        Caps { photos_in: true, ..self.inner.caps() }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let mut page = self.inner.poll_inbound(cursor).await?;
        add_media(&mut page.items);
        Ok(page)
    }

    async fn ack_inbound(&self, token: &str) -> Result<()> {
        self.inner.ack_inbound(token).await
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        let mut pushed = self.inner.push(call)?;
        add_media(&mut pushed.texts);
        Ok(pushed)
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        self.inner.sent_since(since, page).await
    }

    async fn fetch_media(&self, media: &MediaRef, _: usize) -> Result<Media> {
        let (ms, chance) = {
            let mut rng = self.rng.lock().unwrap();
            (rng.random_range(0..4_000), rng.random_range(0..10))
        };
        tokio::time::sleep(Duration::from_millis(ms)).await;
        let bytes = match chance {
            0..4 => photo(&media.handle),
            4 | 5 => b"<html>not now</html>".to_vec(),
            6 | 7 => return Err(CarrierError::new(ErrorKind::Permanent, "there is no such photo")),
            _ => return Err(CarrierError::new(ErrorKind::Transient, "not now")),
        };
        Ok(Media { content_type: None, bytes: bytes.into() })
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        self.inner.send(text).await
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        self.inner.reconcile(text).await
    }

    async fn poll_reports(&self) -> Result<ReportPage> {
        self.inner.poll_reports().await
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        self.inner.ack_reports(token).await
    }

    async fn status(&self, id: &str) -> Result<Option<Receipt>> {
        self.inner.status(id).await
    }

    async fn check(&self) -> Result<Option<i64>> {
        self.inner.check().await
    }
}

/// Nothing is under way any more: every photo is kept or lost, and every loss was told.
pub async fn is_settled(store: &Store, db: &rusqlite::Connection) -> bool {
    let open = "SELECT count(*) FROM photo WHERE state = 'wanted' OR (state = 'lost' AND told_at IS NULL)";
    let n: i64 = db.query_row(open, [], |row| row.get(0)).unwrap();
    n == 0 && store.wanted_photos(1, i64::MAX).await.unwrap().is_empty()
}

/// The number in `질문 7`, whatever else was written behind it.
fn number(text: &str) -> Option<&str> {
    text.strip_prefix("질문 ")?.split(' ').next()
}

/// Every photo there was is here byte by byte, or lost and told of.
pub async fn compare(store: &Store, db: &rusqlite::Connection, n_texts: usize, lost: &BTreeSet<String>) {
    let mut select = db
        .prepare("SELECT p.id, p.position, p.state, i.text, i.citizen, i.late_ms IS NOT NULL FROM photo p JOIN inbox i ON i.id = p.inbox_id")
        .unwrap();
    let rows =
        select.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?)));
    let rows: Vec<(i64, i64, String, String, String, bool)> =
        rows.unwrap().collect::<rusqlite::Result<_>>().unwrap();
    assert_eq!(rows.len(), Camera::n_photos(n_texts, lost), "no photo is forgotten, none is there twice");
    for (id, position, state, text, citizen, is_late) in rows {
        let (_, file) = store.photo(id, &Actor::operator("test")).await.unwrap().unwrap();
        let bytes = file.map(|file| file.bytes().unwrap());
        let handle = format!("{}-{position}", number(&text).unwrap());
        assert_eq!(bytes, (state == "kept").then(|| photo(&handle)), "{handle} is {state}");
        let told = "SELECT count(*) FROM outbox WHERE citizen = ?1 AND notice = 'photo_lost'";
        let n_told: i64 = db.query_row(told, [&citizen], |row| row.get(0)).unwrap();
        // A late text brings no automatic text: its counselor alone is told.
        assert!(state == "kept" || is_late || n_told > 0, "a loss nobody was told of");
    }
    let n_events = |kind: &str| -> i64 {
        db.query_row("SELECT count(*) FROM event WHERE kind = ?1", [kind], |row| row.get(0)).unwrap()
    };
    let n_kept = "SELECT count(*) FROM photo WHERE state = 'kept'";
    assert_eq!(n_events("photo_kept"), db.query_row(n_kept, [], |row| row.get::<_, i64>(0)).unwrap());
}
