//! The ways by which alarms leave beside texts: the operator's program and their webhook. Who is called, and when, is decided
//! elsewhere.

mod command;
mod webhook;

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use crate::domain::UnixMs;
use crate::domain::alarm::{AlarmNews, PushWay};

/// Where alarms are handed to.
#[derive(Debug, Clone, Default)]
pub struct AlarmWays {
    /// The program and its arguments; empty: none.
    pub command: Vec<String>,
    pub command_timeout: Duration,
    /// The address, and the secret that signs.
    pub webhook: Option<(Url, SecretString)>,
}

/// Hands one alarm over; the error says why it did not arrive and holds nothing that a program printed.
pub async fn hand_over(
    ways: &AlarmWays,
    way: PushWay,
    (id, news, at): (i64, &AlarmNews, UnixMs),
) -> Result<(), String> {
    let body = body(id, news, at).to_string();
    match way {
        PushWay::Command => command::run(ways, &body).await,
        PushWay::Webhook => webhook::post(ways, id, &body).await,
    }
}

/// The alarm as JSON.
fn body(id: i64, news: &AlarmNews, at: UnixMs) -> Value {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let mut body = json!({
        "id": id, "at": time.to_string(), "alarm": news.what, "minutes": news.minutes, "called": news.called,
    });
    let more = [
        ("state", news.state.map(Value::from)),
        ("conversation", news.conversation_id.map(Value::from)),
        ("step", news.step.map(Value::from)),
    ];
    if let Some(fields) = body.as_object_mut() {
        fields.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_has_its_id_and_time_and_nothing_of_the_citizen() {
        let news = AlarmNews {
            what: "danger".into(),
            conversation_id: Some(12),
            step: Some(2),
            minutes: 3,
            called: vec!["김당직".into()],
            ..AlarmNews::default()
        };
        let expected = json!({
            "id": 7, "at": "2026-07-01T00:00:00Z", "alarm": "danger", "conversation": 12, "step": 2, "minutes": 3,
            "called": ["김당직"],
        });
        assert_eq!(body(7, &news, 1_782_864_000_000), expected);
        let trouble = AlarmNews { what: "deaf:bizgo".into(), state: Some("over"), ..AlarmNews::default() };
        assert_eq!(body(8, &trouble, 0)["state"], "over");
    }
}
