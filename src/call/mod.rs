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

/// The alarm as JSON. Each field stands in docs/monitoring.md; a test holds both.
fn body(id: i64, news: &AlarmNews, at: UnixMs) -> Value {
    let AlarmNews { what, state, conversation_id, step, minutes, called } = news;
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let mut body = json!({
        "id": id, "at": time.to_string(), "alarm": what, "minutes": minutes, "called": called,
    });
    let more = [
        ("state", state.map(Value::from)),
        ("conversation", conversation_id.map(Value::from)),
        ("step", step.map(Value::from)),
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

    /// `| `id` | number | `812` | ... |`: the field, its type and its example.
    fn documented(page: &str) -> Vec<(String, String, Value)> {
        let table = page.split_once("|---|---|---|---|\n").unwrap().1.split_once("\n\n").unwrap().0;
        let row = |line: &str| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let example = serde_json::from_str(cells[2].trim_matches('`')).unwrap();
            assert!(cells[3].len() > 5, "{line}");
            (cells[0].trim_matches('`').to_owned(), cells[1].to_owned(), example)
        };
        table.lines().map(row).collect()
    }

    #[test]
    fn every_field_is_documented_with_its_type_and_an_example() {
        let all = AlarmNews {
            what: "danger".into(),
            state: Some("began"),
            conversation_id: Some(12),
            step: Some(2),
            minutes: 3,
            called: vec!["김당직".into()],
        };
        let body = body(812, &all, 0);
        let fields = body.as_object().unwrap();
        let kind = |value: &Value, words: [&'static str; 3]| match value {
            Value::Number(_) => words[0],
            Value::String(_) => words[1],
            _ => words[2],
        };
        let en = include_str!("../../docs/monitoring.md").split_once("## Alarms as JSON").unwrap().1;
        let ko = include_str!("../../docs/monitoring.ko.md").split_once("## 알림 JSON").unwrap().1;
        for (page, words) in [(en, ["number", "string", "array"]), (ko, ["숫자", "문자열", "배열"])] {
            let rows = documented(page);
            let mut names: Vec<&String> = rows.iter().map(|(name, ..)| name).collect();
            names.sort();
            let mut expected: Vec<&String> = fields.keys().collect();
            expected.sort();
            assert_eq!(names, expected);
            for (name, word, example) in &rows {
                assert_eq!(word, kind(&fields[name], words), "{name}");
                assert_eq!(word, kind(example, words), "{name}: {example}");
            }
        }
    }
}
