//! Words that every face shares.

use serde_json::json;

use crate::client::Say;
use crate::client::message::why_urgent;
use crate::ops::lang::Lang;

/// What the danger is stands before that somebody calls for help, and no reason speaks of what is not in the text.
#[test]
fn the_reason_that_tells_most_stands_first() {
    let why = |rules: &str| {
        let text = json!({ "id": 1, "seq": 1, "at": 0, "text": "x", "tier": 1, "rules": rules });
        let text = serde_json::from_value(text).expect("a text");
        why_urgent(&Say::new(Lang::Ko), &text, false).expect("a reason")
    };
    for (rules, expected) in [
        // 사람 살려 물에 빠졌어요
        ("help bleeding bare-call", "크게 다침·사고, 살려 달라는 말, 짧은 구조 요청"),
        ("bare-call", "짧은 구조 요청"),
        ("help fire-look fire", "불, 살려 달라는 말, 불·가스·전기 이야기"),
        ("help our-own-rule (물에 빠)", "our-own-rule, 살려 달라는 말, (물에 빠)"),
    ] {
        assert!(why(rules).contains(expected), "{rules}: {}", why(rules));
    }
}
