//! Answers that are broken in one item: the others are read, and nothing is made up.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn item(n: u8) -> Value {
    json!({ "id": n.to_string(), "body": format!("텍스트 }},{{ \" {n}"), "at": n })
}

/// A page of three items, the second of which is `broken`.
fn page(broken: &str) -> String {
    format!(
        r#"{{"data":{{"next":"x","messages":[{},{broken} , {}],"hasNext":true}},"code":"A000"}}"#,
        item(1),
        item(3)
    )
}

#[test]
fn one_item_that_cannot_be_read_costs_no_other() {
    let broken = [
        r#"{"id":"2","at":12abc}"#,
        r#"{"id":"2","body":"he said "hi"","at":2}"#,
        r#"{"id":"2","body":"an odd quote " here","at":2}"#,
        r#"{"id":"2","body":"x"y","at":2,"more":{"a":[1,{"b":2}]}}"#,
        r#"{"id":"2" "body":"no comma"}"#,
        r#"{"id":}"#,
        r#"{id:2}"#,
        r#"{"id":"2","list":[1,2}"#,
        r#"{"id":'2'}"#,
        r#"{"id":"2","body":"x"y","list":[{"a":1},{"b":2}],"m":{"c":{}},"n":[]}"#,
        // What looks like another item, where nothing is escaped.
        r#"{"id":"2","body":"x"y },{ z","at":2}"#,
    ];
    for item in broken {
        let read = read(page(item).as_bytes());
        let messages = read["data"]["messages"].as_array().unwrap_or_else(|| panic!("{item}: {read}"));
        let ids: Vec<&Value> = messages.iter().map(|message| &message["id"]).collect();
        assert_eq!(ids, [&json!("1"), &Value::Null, &json!("3")], "{item}");
        assert_eq!(messages[1], json!(item), "as it came");
        assert_eq!((&read["data"]["hasNext"], &read["code"]), (&json!(true), &json!("A000")), "{item}");
    }
}

#[test]
fn the_last_or_only_item_may_be_broken() {
    for (body, expected) in [
        (r#"{"messages":[{"a":@}]}"#, json!({ "messages": [r#"{"a":@}"#] })),
        (r#"[{"a":@}]"#, json!([r#"{"a":@}"#])),
        (r#"[{"a":1},{"b":"x"y"}]"#, json!([{ "a": 1 }, r#"{"b":"x"y"}"#])),
        // A map of items.
        (
            r#"{"list":{"M1":{"a":1},"M2":{"a":@},"M3":{"a":3}},"n":2}"#,
            json!({ "list": { "M1": { "a": 1 }, "M2": r#""M2":{"a":@}"#, "M3": { "a": 3 } }, "n": 2 }),
        ),
    ] {
        assert_eq!(read(body.as_bytes()), expected, "{body}");
    }
}

#[test]
fn numbers_that_json_does_not_have_are_none() {
    for word in ["NaN", "-NaN", "Infinity", "-Infinity", "undefined", "None"] {
        let read = read(page(&format!(r#"{{"id":"2","at":{word}}}"#)).as_bytes());
        assert_eq!(read["data"]["messages"][1], json!({ "id": "2", "at": null }), "{word}");
    }
}

#[test]
fn what_is_cut_off_or_no_json_is_nothing() {
    let whole = page("{}");
    for cut in (1..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        assert_eq!(read(&whole.as_bytes()[..cut]), Value::Null, "{}", &whole[..cut]);
    }
    for body in ["<html>[{}]</html>", "", "{", "x", "[1,2", "{\"a\":1}}", "{\"a\":1} b", "[[[[[["] {
        assert_eq!(read(body.as_bytes()), Value::Null, "{body}");
    }
    assert_eq!(read("[".repeat(100_000).as_bytes()), Value::Null);
    assert_eq!(read("[{\"a\":".repeat(20_000).as_bytes()), Value::Null);
}

#[test]
fn of_an_answer_that_broke_off_the_whole_items_are_read() {
    let whole = page(r#"{"id":"2","at":2}"#);
    let end = |item: String| whole.find(&item).unwrap() + item.len();
    let ends = [end(item(1).to_string()), end(r#"{"id":"2","at":2}"#.to_owned()), end(item(3).to_string())];
    let begins = whole.find("[{").unwrap() + 1;
    for cut in (begins..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        let read = read_rest(&whole.as_bytes()[..cut]);
        let messages = read["data"]["messages"].as_array().cloned().unwrap_or_default();
        let n_whole = ends.iter().filter(|end| **end <= cut).count();
        let all = [item(1), json!({ "id": "2", "at": 2 }), item(3)];
        let read: Vec<Value> = messages.iter().filter(|message| message.is_object()).cloned().collect();
        assert!(read.len() >= n_whole && all.starts_with(&read), "{cut}: {read:?}");
        assert!(messages.len() <= read.len() + 1, "one rest");
    }
}

proptest! {
    #[test]
    fn whatever_comes_nothing_falls_over(body in "[\\[\\]{}\",:0-9a-z \\\\가]{0,200}") {
        read(body.as_bytes());
        read_rest(body.as_bytes());
    }

    #[test]
    fn what_is_json_is_read_as_it_is(value in crate::carrier::canned::json(&["id", "data"])) {
        // As the strict parser reads it: digits of floats may differ from those written.
        let strict: Value = serde_json::from_str(&value.to_string()).unwrap();
        prop_assert_eq!(read(value.to_string().as_bytes()), strict.clone());
        prop_assert_eq!(Salvage::new(&value.to_string(), false).whole(), Some(strict));
    }
}
