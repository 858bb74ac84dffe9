//! Calls of the carrier's: judged by the driver, and the same texts and reports as polling brings.

use ::http::Response;

use super::*;
use crate::sim::SimPush;

fn judged(stand: &Stand, driver: &dyn Carrier, push: &SimPush) -> std::result::Result<Pushed, PushRefused> {
    let (request, url) = (&push.request, Url::parse(&push.request.uri().to_string()).unwrap());
    driver.push(&PushCall {
        method: request.method(),
        url: &url,
        headers: request.headers(),
        body: request.body(),
        signed: None,
        now: stand.clock.now_ms(),
    })
}

/// Makes all calls that are due, each answered as the driver says; gives what they brought.
pub(super) fn taken_calls(stand: &Stand) -> Pushed {
    let mut all = Pushed::default();
    while let Some(push) = stand.sim.next_push() {
        let pushed = judged(stand, &*stand.driver, &push).unwrap();
        all.texts.extend(pushed.texts);
        all.receipts.extend(pushed.receipts);
        let answer = Response::builder().status(pushed.answer.status);
        let answer = answer.body(Bytes::from(pushed.answer.body)).unwrap();
        assert!(stand.sim.pushed(push, Some(&answer)), "the carrier is not content with the answer");
    }
    all
}

pub(super) async fn every_text_pushed_comes_once_by_its_key(row: Row) {
    let stand = Stand::new(row);
    if stand.caps().inbound != InboundClass::PushOnly {
        return;
    }
    let written = inbound::written(&stand).await;
    // What cannot be read costs no other text, and is shown to an operator.
    stand.sim.text(CITIZEN, "#sim-broken");
    stand.pause().await;
    let texts = taken_calls(&stand).texts;
    assert_eq!(inbound::sorted(&inbound::by_key(&texts)), written);
    assert!(texts.iter().any(|item| matches!(item, InboundItem::Unreadable { .. })));
}

/// As when our database cannot take it: the same text again, and by the same key.
pub(super) async fn a_call_that_was_not_kept_comes_again(row: Row) {
    let stand = Stand::new(row);
    if stand.caps().inbound != InboundClass::PushOnly {
        return;
    }
    stand.sim.text(CITIZEN, "여보세요");
    let mut keys = Vec::new();
    for status in [503, 404, 204, 200] {
        let push = stand.sim.next_push().expect("it is called again");
        let mut pushed = judged(&stand, &*stand.driver, &push).unwrap();
        let InboundItem::Text(text) = pushed.texts.remove(0) else { panic!("unreadable") };
        keys.push(text.key);
        let body = if status == 200 { pushed.answer.body } else { String::new() };
        let answer = Response::builder().status(status).body(Bytes::from(body)).unwrap();
        assert_eq!(stand.sim.pushed(push, Some(&answer)), status == 200);
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    keys.dedup();
    assert_eq!((keys.len(), stand.sim.n_open_pushes()), (1, 0));
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
