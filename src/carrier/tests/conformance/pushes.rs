//! Calls of the carrier's: judged by the driver, and the same texts and reports as polling brings.

use ::http::Response;

use super::*;
use crate::sim::SimPush;

const HOOK: &str = "https://munja.example/v1/push/x";

fn judged(stand: &Stand, driver: &dyn Carrier, push: &SimPush) -> std::result::Result<Pushed, PushRefused> {
    let (request, url) = (&push.request, Url::parse(&push.request.uri().to_string()).unwrap());
    driver.push(&PushCall {
        method: request.method(),
        url: &url,
        headers: request.headers(),
        body: request.body(),
        now: stand.clock.now_ms(),
    })
}

pub(super) async fn what_is_pushed_is_what_is_polled(row: Row) {
    let stand = Stand::new(row);
    if !stand.caps().push {
        return;
    }
    stand.sim.call_at(Url::parse(HOOK).unwrap());
    let stranger = stand.other_driver(|options| options.webhook_secret = "WRONG-SECRET".to_owned());
    stand.sim.text(CITIZEN, "여보세요");
    let name = stand.sent(&stand.text(1)).await;
    stand.pause().await;
    let (mut texts, mut receipts, mut n) = (Vec::new(), Vec::new(), 0);
    while let Some(push) = stand.sim.next_push() {
        n += 1;
        assert_eq!(judged(&stand, &*stranger, &push).unwrap_err(), PushRefused::NotSigned);
        let pushed = judged(&stand, &*stand.driver, &push).unwrap();
        texts.extend(pushed.texts);
        receipts.extend(pushed.receipts);
        let answer = Response::builder().status(pushed.answer.status);
        let answer = answer.body(Bytes::from(pushed.answer.body)).unwrap();
        assert!(stand.sim.pushed(push, Some(&answer)), "the carrier is not content with the answer");
    }
    assert!(n > 0, "it has webhooks, and nothing was pushed");
    for receipt in receipts {
        let ReceiptItem::Receipt(receipt) = receipt else { panic!("unreadable") };
        let receipt = stand.named(receipt);
        assert_eq!((receipt.carrier_message_id, receipt.status), (name.clone(), ReceiptStatus::Delivered));
    }
    if stand.receives() && !texts.is_empty() {
        let page = stand.driver.poll_inbound(&Cursor::starting_at(START_MS - 60_000)).await.unwrap();
        let key = |items: &[InboundItem]| match items {
            [InboundItem::Text(text)] => text.key.clone(),
            other => panic!("{} texts", other.len()),
        };
        assert_eq!(key(&texts), key(&page.items), "one text, one key, whichever way it came");
    }
}
