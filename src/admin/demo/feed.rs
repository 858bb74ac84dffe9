//! The live feed: what happens, a line each, without anybody's number or words.

use tokio_util::sync::CancellationToken;

use super::super::{Say, line};
use crate::api::wire::EventView;
use crate::client::{Client, Feed};

/// Prints until told to stop.
pub(super) async fn print(desk: Client, say: Say, stop: CancellationToken) {
    let mut events = desk.events(None);
    loop {
        let next = tokio::select! {
            () = stop.cancelled() => return,
            next = events.next() => next,
        };
        match next {
            Ok(Feed::Event(event)) => print_event(&event, say),
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

fn print_event(event: &EventView, say: Say) {
    let Some(what) = sentence(event, say) else {
        return;
    };
    let time = jiff::Timestamp::from_millisecond(event.at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = time.to_zoned_datetime(jiff::tz::TimeZone::system());
    let conversation = event.conversation_id.map_or(String::new(), |id| format!("#{id}"));
    line(&format!("{}  {conversation:<6} {what}", local.strftime("%H:%M:%S")));
}

/// One line about an event that a watcher cares for.
fn sentence(event: &EventView, say: Say) -> Option<String> {
    let who = event.counselor.clone().unwrap_or_default();
    let said = match (event.kind.as_str(), event.detail.as_deref()) {
        ("text_in", _) => say.pick("a citizen texts", "시민이 문자를 보냈습니다").to_owned(),
        ("claimed", _) => say.pick(format!("{who} takes it"), format!("{who} 상담사가 맡았습니다")),
        ("replied", _) => say.pick(format!("{who} answers"), format!("{who} 상담사가 답했습니다")),
        ("released", _) => say.pick(format!("{who} lets go"), format!("{who} 상담사가 놓았습니다")),
        ("closed", _) => say.pick("closed", "상담이 끝났습니다").to_owned(),
        ("message", Some("accepted")) => {
            say.pick("the carrier has the answer", "통신사가 답변을 받았습니다").to_owned()
        }
        ("message", Some("delivered")) => {
            say.pick("the phone has the answer", "답변이 도착했습니다").to_owned()
        }
        ("message", Some("in_doubt")) => say
            .pick("no answer from the carrier: in doubt, asking", "통신사 응답 없음: 확인하고 있습니다")
            .to_owned(),
        ("message", Some(state @ ("failed" | "undelivered" | "expired"))) => say.pick(
            format!("the answer did not arrive ({state})"),
            format!("답변이 도착하지 않았습니다 ({state})"),
        ),
        _ => return None,
    };
    Some(said)
}
