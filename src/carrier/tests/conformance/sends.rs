//! What leaves, and what surely does not.

use super::*;
use crate::domain::media::Photo;
use crate::domain::text::Unfit;

pub(super) async fn a_text_is_taken_and_arrives(row: Row) {
    let stand = Stand::new(row);
    stand.sent(&stand.text(1)).await;
    let ledger = stand.sim.ledger();
    let [message] = ledger.messages.as_slice() else { panic!("{} were taken", ledger.messages.len()) };
    assert_eq!((message.to.as_str(), message.text.as_str()), (CITIZEN, WORDS));
    assert!(ledger.refused.is_empty(), "{:?}", ledger.refused);
    stand.pause().await;
    assert_eq!(stand.sim.ledger().n_delivered(), 1);
}

pub(super) async fn a_long_text_is_taken_whole(row: Row) {
    let stand = Stand::new(row);
    let long = "정류장에서 내려 왼쪽으로 걸어오세요. ".repeat(8);
    let plan = text::plan(&long, &stand.caps().limits).unwrap();
    for (n, piece) in (1..).zip(&plan) {
        let text = MessageText::new(piece.text.clone());
        stand.sent(&OutboundText { text, kind: piece.kind, ..stand.text(n) }).await;
    }
    let taken: Vec<String> = stand.sim.ledger().messages.into_iter().map(|m| m.text).collect();
    assert_eq!(taken, plan.into_iter().map(|piece| piece.text).collect::<Vec<_>>());
}

/// The limits a driver names are what the carrier would refuse, and if it is sent all the same, it is.
pub(super) async fn what_cannot_be_encoded_never_leaves(row: Row) {
    let stand = Stand::new(row);
    let strange = "막차는 😀 23시";
    let text = OutboundText { text: MessageText::new(strange), ..stand.text(1) };
    match (stand.caps().limits.charset, text::plan(strange, &stand.caps().limits)) {
        (Charset::Cp949, refused) => {
            assert_eq!(refused, Err(Unfit::Unencodable(vec!['😀'])));
            let refused = stand.driver.send(&text).await.unwrap_err();
            assert_eq!((refused.kind, stand.n_taken()), (ErrorKind::Permanent, 0), "{refused}");
        }
        (Charset::Gsm7Ucs2, plan) => {
            assert_eq!(plan.unwrap().len(), 1);
            stand.sent(&text).await;
            assert_eq!(stand.sim.ledger().messages[0].text, strange);
        }
    }
}

/// Carriers whose refusal does not say how long to wait.
const WITHOUT_RETRY_AFTER: &[&str] = &["jasmin", "kannel", "twilio"];

pub(super) async fn too_many_and_a_bad_key_are_named_and_nothing_was_taken(row: Row) {
    let limit = Fault::RateLimit { retry_after_secs: Some(3) };
    for (fault, kind) in [(limit, ErrorKind::RateLimited), (Fault::ExpiredKey, ErrorKind::Auth)] {
        let stand = Stand::new(row);
        stand.fault(Endpoint::Send, fault.clone(), 9);
        let refused = stand.driver.send(&stand.text(1)).await.unwrap_err();
        assert_eq!((refused.kind, stand.n_taken()), (kind, 0), "{refused}");
        let asks_to_wait =
            kind == ErrorKind::RateLimited && !WITHOUT_RETRY_AFTER.contains(&stand.driver.name());
        assert_eq!(refused.retry_after, asks_to_wait.then_some(Duration::from_secs(3)), "{refused}");
        stand.sim.clear_faults();
        stand.pause().await;
        stand.sent(&stand.text(1)).await;
    }
    let stand = Stand::new(row);
    stand.fault(Endpoint::Send, Fault::Unreachable, 1);
    let refused = stand.driver.send(&stand.text(1)).await.unwrap_err();
    assert_eq!((refused.kind, stand.n_taken()), (ErrorKind::NotSent, 0), "{refused}");
}

pub(super) async fn a_wrong_key_is_said_before_the_first_text(row: Row) {
    let stand = Stand::new(row);
    let stranger = stand.other_driver(|options| {
        options.api_key = "WRONG-KEY".to_owned();
        options.api_secret = "WRONG-SECRET".to_owned();
    });
    assert_eq!(stranger.check().await.unwrap_err().kind, ErrorKind::Auth);
    assert_eq!(stranger.send(&stand.text(1)).await.unwrap_err().kind, ErrorKind::Auth);
    assert_eq!(stand.n_taken(), 0);
}

pub(super) async fn a_text_that_is_too_old_does_not_leave(row: Row) {
    let stand = Stand::new(row);
    let text = OutboundText { expires_at: START_MS - 1, ..stand.text(1) };
    assert_eq!(stand.driver.send(&text).await.unwrap_err().kind, ErrorKind::NotSent);
    assert_eq!(stand.n_taken(), 0);
}

/// Numbers that end in 0908 are none.
pub(super) async fn a_refused_text_is_refused_for_good(row: Row) {
    let stand = Stand::new(row);
    let refused = stand.driver.send(&stand.text_to("01055550908", 1)).await.unwrap_err();
    assert_eq!((refused.kind, stand.n_taken()), (ErrorKind::Permanent, 0), "{refused}");
    let code = refused.code.unwrap();
    assert!(code.starts_with("HTTP") || meaning(stand.driver.name(), &code).is_some(), "{code}");
}

pub(super) async fn what_was_sent_can_be_listed(row: Row) {
    let stand = Stand::new(row);
    if !stand.caps().lists_sent {
        return;
    }
    let mut sent = Vec::new();
    for n in 1..=5 {
        sent.push(stand.sent(&stand.text(n)).await);
    }
    let (mut page, mut listed) = (None, Vec::new());
    loop {
        let next = stand.driver.sent_since(START_MS - 60_000, page.as_deref()).await.unwrap();
        listed.extend(next.items.into_iter().map(|item| item.carrier_message_id));
        let Some(word) = next.next else { break };
        page = Some(word);
    }
    listed.sort();
    sent.sort();
    assert_eq!(listed, sent);
}

pub(super) async fn photos_arrive_as_they_left(row: Row) {
    let stand = Stand::new(row);
    if stand.caps().photos_out.is_none() {
        return;
    }
    let jpeg: Arc<[u8]> = [&[0xff, 0xd8, 0xff, 0xe0][..], &[7; 2_000], &[0xff, 0xd9]].concat().into();
    let photo = Photo { name: "a.jpg".to_owned(), jpeg: Arc::clone(&jpeg) };
    let name =
        stand.sent(&OutboundText { kind: OutboundKind::Mms, photos: vec![photo], ..stand.text(1) }).await;
    assert_eq!(stand.sim.photos_of(&name), [Bytes::copy_from_slice(&jpeg)]);
}

/// To the second, as the `Date` header goes.
pub(super) async fn a_check_compares_clocks(row: Row) {
    let stand = Stand::new(row);
    stand.sim.add_fault(FaultRule::anywhere(Fault::ClockSkew { ms: 90_000 }));
    let ahead = stand.driver.check().await.unwrap();
    assert!(ahead.is_none_or(|ms| (ms - 90_000).abs() <= 1_000), "{ahead:?}");
}
