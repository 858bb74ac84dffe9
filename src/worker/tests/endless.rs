//! A carrier whose list of texts never ends.

use async_trait::async_trait;
use bytes::Bytes;

use super::*;
use crate::carrier::{Accepted, Caps, InboundPage, Reconciled, ReportClass, Result};
use crate::domain::inbound::Cursor;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;

/// Each page takes a fifth of a second and names another one. The newest text of all stands on the first page.
struct Endless {
    clock: Clock,
}

fn text(key: String, sent_at: i64) -> InboundItem {
    InboundItem::Text(InboundText {
        key,
        citizen: PhoneNumber::parse("01012345678"),
        to: PhoneNumber::parse("062120"),
        text: MessageText::new("질문"),
        media: Vec::new(),
        sent_at,
    })
}

#[async_trait]
impl Carrier for Endless {
    fn name(&self) -> &'static str {
        "endless"
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::Window { overlap: Duration::from_secs(600) },
            idempotent_send: None,
            lookup: crate::carrier::Lookup::None,
            reports: ReportClass::None,
            min_poll: Duration::ZERO,
            limits: Limits::KOREAN,
            sends_per_sec: 1,
            photos_in: false,
            photos_out: None,
            push: false,
            lists_sent: false,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let n: u64 = cursor.page.as_deref().map_or(0, |page| page.parse().unwrap());
        let minute = (self.clock.now_ms() - START) / 60_000;
        let key = if n == 0 { format!("minute {minute}") } else { format!("old {n}") };
        Ok(InboundPage {
            raw: Bytes::new(),
            items: vec![text(key, START)],
            next: cursor.after_page(Some(START), Some((n + 1).to_string())),
            ack: Vec::new(),
            clock_ahead_ms: None,
        })
    }

    async fn send(&self, _text: &OutboundText) -> Result<Accepted> {
        Ok(Accepted { carrier_message_id: None, repeated: false })
    }

    async fn reconcile(&self, _text: &OutboundText) -> Result<Reconciled> {
        Ok(Reconciled::CannotTell)
    }

    async fn status(&self, _carrier_message_id: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        Ok(None)
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_ends_hides_no_new_text() {
    let mut world = World::new([Fake::named("works"), Fake::named("other")]);
    let endless = Arc::new(Endless { clock: world.context.clock.clone() }) as Arc<dyn Carrier>;
    let all = Carriers { inbound: vec![endless], ..(*world.context.carriers()).clone() };
    world.context.carriers = watch::Sender::new(Arc::new(all)).subscribe();
    world.begin([Role::Poller("endless")]);
    tokio::time::sleep(Duration::from_secs(600)).await;
    let counts = world.context.store.balance().await.unwrap();
    // Every minute's newest text, and what the pass read meanwhile.
    assert!(counts.n_received > 2_000, "{counts:?}");
    for minute in 0..9 {
        let again = vec![text(format!("minute {minute}"), START)];
        let accepted =
            world.context.store.accept_inbound("endless", Vec::new(), again, None, START).await.unwrap();
        assert_eq!((accepted.n_new, accepted.n_known), (0, 1), "minute {minute}");
    }
}
