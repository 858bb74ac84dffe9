//! Whatever a server answers, nothing falls over, no byte is lost where reading removes, and only its own word counts as
//! taken.

use proptest::prelude::*;

use super::*;
use crate::carrier::canned;

const WORDS: &[&str] = &[
    "inboundSMSMessageList",
    "inboundSMSMessage",
    "numberOfMessagesInThisBatch",
    "totalNumberOfPendingMessages",
    "messageId",
    "message",
    "senderAddress",
    "dateTime",
    "requestError",
    "serviceException",
    "policyException",
    "resourceReference",
    "resourceURL",
    "deliveryInfoList",
    "deliveryInfo",
    "deliveryStatus",
    "DeliveredToTerminal",
    "SVC0005",
    "https://x/outbound/1/requests/2",
    "deliveryInfoNotification",
    "callbackData",
    KEY,
];

async fn try_everything(status: u16, body: Vec<u8>, reading: Reading) {
    let oneapi = || driver_with(OneApiConfig { reading, ..config() }, vec![Ok((status, body.clone()))]).0;
    let success = (200..300).contains(&status);
    if oneapi().send(&outbound("네")).await.is_ok() {
        assert!(success || (400..500).contains(&status), "{status}");
    }
    drop(oneapi().status("1/2").await);
    drop(oneapi().check().await);
    drop(super::push::called(&Method::POST, "https://x/?token=TOKEN77", &String::from_utf8_lossy(&body)));
    let said = lenient_json::read(&body);
    match oneapi().poll_inbound(&Cursor::starting_at(NOW)).await {
        Ok(page) => {
            assert!(page.next.since >= NOW, "a walk never goes back");
            let n = wire::inbound_list(&said).map_or(0, |list| list.messages.len());
            assert!(page.items.len() >= n);
        }
        Err(_) => assert!(!success || reading != Reading::Removes, "{status} lost {said}"),
    }
}

proptest! {
    #[test]
    fn any_answer_is_survived(
        status in prop_oneof![4 => Just(200), 1 => Just(201), 1 => 200u16..600],
        body in prop_oneof![
            4 => prop::collection::vec(canned::json(WORDS), 0..4).prop_map(|items| {
                json!({ "inboundSMSMessageList": { "inboundSMSMessage": items } }).to_string().into_bytes()
            }),
            4 => canned::json(WORDS).prop_map(|body| body.to_string().into_bytes()),
            1 => any::<Vec<u8>>(),
        ],
        reading in prop::sample::select(vec![Reading::Removes, Reading::UntilDeleted, Reading::Keeps]),
    ) {
        run(try_everything(status, body, reading));
    }

    #[test]
    fn any_time_can_be_asked_from(since in any::<i64>(), name in any::<String>()) {
        let oneapi = driver(vec![]).0;
        drop(run(oneapi.poll_inbound(&Cursor::starting_at(since))));
        let text = OutboundText { first_attempt_at: since, expires_at: since, ..outbound("네") };
        drop(run(oneapi.reconcile(&text)));
        drop(run(oneapi.send(&text)));
        drop(run(oneapi.status(&name)));
        drop(run(oneapi.ack_inbound(&name)));
    }
}
