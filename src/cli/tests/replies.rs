//! Answers: what the writer saw, one key for one answer, and no answer lost.

use super::*;

const REPLIES: &str = "POST /v1/conversations/12/replies";

/// A world in which conversation 12 was shown up to text 34.
async fn shown() -> World {
    let world = World::new().await;
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text_in(34, "버스요")]))]);
    assert_eq!(world.munja(&["show", "12"]).await.exit, Exit::Ok);
    world
}

fn accepted() -> Reply {
    accepted_with(json!({ "kind": "sms", "n": 16, "most": 90, "unit": "bytes", "n_parts": 1 }))
}

fn accepted_with(size: Value) -> Reply {
    let texts = [text_out(56, "held")];
    Reply::Json(json!({ "reply_id": 3, "n_bytes": 4, "size": size, "messages": texts, "repeated": false }))
}

/// Key and body of every reply that was asked for.
fn replies(world: &World) -> Vec<(String, Value)> {
    let asked = world.server.asked().into_iter().filter(|a| a.line == REPLIES);
    asked.map(|a| (a.header("idempotency-key").expect("a key").to_owned(), a.body)).collect()
}

#[tokio::test]
async fn a_reply_carries_what_was_shown() {
    let world = shown().await;
    world.server.on(REPLIES, [accepted()]);
    let run = world.munja(&["reply", "12", "5분", "뒤에", "옵니다."]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert_eq!(run.err, "SMS 16/90바이트\n");
    assert!(run.out.contains("munja recall 56"), "{}", run.out);
    assert_eq!(
        replies(&world)[0].1,
        json!({ "text": "5분 뒤에 옵니다.", "last_seen": 34, "force": false, "most_texts": 1, "keep_draft": true })
    );
    assert_eq!(mode(&world.state("seen.json")), 0o600);
}

#[tokio::test]
async fn who_has_not_looked_is_told_to() {
    let world = World::new().await;
    let run = world.munja(&["reply", "12", "네"]).await;
    assert_eq!(run.exit, Exit::LookFirst);
    assert!(run.err.contains("→ munja show 12"), "{}", run.err);
    assert!(world.asked().is_empty());
    world.server.on(REPLIES, [accepted()]);
    assert_eq!(world.munja(&["reply", "12", "네", "--last-seen", "7"]).await.exit, Exit::Ok);
    assert_eq!(replies(&world)[0].1["last_seen"], 7);
}

#[tokio::test]
async fn how_long_it_is_at_the_carrier_it_leaves_by() {
    let world = shown().await;
    let size = |kind: &str, n: i64, most: i64, unit: &str, n_parts: i64| {
        accepted_with(json!({ "kind": kind, "n": n, "most": most, "unit": unit, "n_parts": n_parts }))
    };
    let cases = [
        (size("sms", 90, 90, "bytes", 1), "SMS 90/90바이트\n"),
        (size("lms", 312, 2_000, "bytes", 1), "LMS 312/2,000바이트\n"),
        (size("lms", 2_412, 2_000, "bytes", 2), "LMS 2통으로 나누어 보냄, 2,412바이트\n"),
        (size("lms", 3, 6, "segments", 1), "LMS 3/6조각\n"),
    ];
    for (n, (answer, class)) in cases.into_iter().enumerate() {
        world.server.on(REPLIES, [answer]);
        let run = world.munja(&["reply", "12", &format!("{n}번")]).await;
        assert_eq!((run.exit, run.err.as_str()), (Exit::Ok, class));
    }
}

#[tokio::test]
async fn newer_texts_are_shown_and_the_answer_is_kept() {
    let mut world = shown().await;
    world.stdin = "네, 있습니다.\n".to_owned();
    let newer = json!({ "newer": [text_in(35, "아니 급해요")] });
    world.server.on(REPLIES, [Reply::Problem(409, "newer_texts", newer), accepted()]);
    let run = world.munja(&["reply", "12"]).await;
    assert_eq!((run.exit, run.out.as_str()), (Exit::LookFirst, ""));
    let draft = world.state("draft-12.txt");
    for words in ["아니 급해요", "--force", "munja show 12", &draft.display().to_string()] {
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
    assert_eq!(std::fs::read_to_string(&draft).expect("kept"), "네, 있습니다.\n");
    assert_eq!(mode(&draft), 0o600);
    // Other words do not push the draft out.
    world.server.on(REPLIES, [problem(422, "unencodable"), accepted()]);
    assert_eq!(world.munja(&["reply", "12", "👍"]).await.exit, Exit::Unsendable);
    assert_eq!(std::fs::read_to_string(world.state("draft-12-2.txt")).expect("kept"), "👍\n");

    let run = world.munja(&["reply", "12", "--force"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert!(!draft.exists() && world.state("draft-12-2.txt").exists());
    let sent = replies(&world);
    assert_eq!((&sent[0].1["force"], &sent[2].1["force"]), (&json!(false), &json!(true)));
    assert_ne!(sent[0].0, sent[2].0, "a refused answer is another answer");
}

#[tokio::test]
async fn the_draft_is_told_to_programs_too() {
    let world = shown().await;
    world.server.on(REPLIES, [problem(409, "closed")]);
    let run = world.munja(&["reply", "12", "네", "--json"]).await;
    let error: Value = serde_json::from_str(&run.err).expect("JSON and nothing else");
    assert_eq!((run.exit, &error["draft"]), (Exit::Refused, &json!(world.state("draft-12.txt"))));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_under_its_old_key() {
    let world = shown().await;
    world.server.on(REPLIES, [problem(500, "internal")]);
    assert_eq!(world.munja(&["reply", "12", "네"]).await.exit, Exit::ServerTrouble);
    // Meanwhile the writer read on; the earlier request is repeated as it was all the same.
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 40, vec![]))]);
    world.munja(&["show", "12"]).await;
    let before = Reply::Json(json!({ "reply_id": 3, "n_bytes": 2, "messages": [], "repeated": true }));
    world.server.on(REPLIES, [before]);
    let run = world.munja(&["reply", "12", "네"]).await;
    assert!(run.out.contains("다시 보내지 않았습니다"), "{}", run.out);
    let sent = replies(&world);
    assert_eq!(sent[0], sent[1]);
    // Once it is settled, the same words are a new answer.
    world.munja(&["reply", "12", "네"]).await;
    let sent = replies(&world);
    assert_ne!(sent[1].0, sent[2].0);
    assert_eq!(sent[2].1["last_seen"], 40);
}

/// Another program of the same person sent these words, under a key that this machine does not know.
#[tokio::test]
async fn the_same_words_are_told_with_the_time_and_the_way_to_send_them_again() {
    let world = shown().await;
    let stands = |earlier: Value, state: &str| {
        Reply::Json(json!({
            "reply_id": 3, "n_bytes": 2, "messages": [text_out(56, state)], "repeated": true, "same_words": true,
            "earlier": earlier,
        }))
    };
    // An older server does not say where the earlier answer stands.
    let older = stands(Value::Null, "delivered");
    let [waiting, doubt] = [("waiting", "queued"), ("in_doubt", "in_doubt")]
        .map(|(earlier, state)| stands(json!(earlier), state));
    world.server.on(REPLIES, [waiting, doubt, older, accepted()]);
    for (words, not) in [("차례를 기다리고", "도착했는지"), ("통신사가 아직 알려 주지", "도착했는지")]
    {
        let run = world.munja(&["reply", "12", "네"]).await;
        assert!(run.out.contains(words) && run.out.contains("--again"), "{}", run.out);
        assert!(!run.out.contains(not), "{}", run.out);
    }
    let run = world.munja(&["reply", "12", "네", "--category", "버스"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    for words in ["이미 썼고", "도착했는지 먼저", "--again", "munja category 12"] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    assert!(!world.state("draft-12.txt").exists());
    let run = world.munja(&["reply", "12", "네", "--again"]).await;
    assert!(run.out.contains("munja recall 56"), "{}", run.out);
    let sent = replies(&world);
    assert_eq!((&sent[2].1["again"], &sent[3].1["again"]), (&Value::Null, &json!(true)));
    assert_ne!(sent[2].0, sent[3].0);
}

#[tokio::test]
async fn a_lost_answer_that_never_arrived_is_sent_with_what_was_seen_since() {
    let world = shown().await;
    world.server.on(REPLIES, [problem(500, "internal"), problem(409, "newer_texts"), accepted()]);
    world.munja(&["reply", "12", "네"]).await;
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 40, vec![]))]);
    world.munja(&["show", "12"]).await;
    assert_eq!(world.munja(&["reply", "12", "네"]).await.exit, Exit::Ok);
    let seen: Vec<Value> = replies(&world).into_iter().map(|(_, body)| body["last_seen"].clone()).collect();
    assert_eq!(seen, [34, 34, 40]);
}

#[tokio::test]
async fn nothing_to_say() {
    let mut world = shown().await;
    for (stdin, args) in
        [(" \n", vec!["reply", "12"]), ("", vec!["reply", "12", "-"]), ("", vec!["reply", "12", " "])]
    {
        world.stdin = stdin.to_owned();
        assert_eq!(world.munja(&args).await.exit, Exit::Unsendable, "{args:?}");
    }
    assert!(replies(&world).is_empty());
}

#[tokio::test]
async fn an_answer_from_an_editor_is_kept_until_it_is_sent() {
    let mut world = shown().await;
    world.is_terminal = true;
    let before = |words: &str| {
        format!(
            "sh -c '{{ printf \"%s\\n\" \"{words}\"; cat \"$1\"; }} > \"$1.new\"; mv \"$1.new\" \"$1\"' x"
        )
    };
    world.set("EDITOR", &before("곧 "));
    world.stdin = "네\n".to_owned();
    world.server.on(REPLIES, [problem(507, "database_full"), accepted()]);
    let run = world.munja(&["reply", "12"]).await;
    assert_eq!(run.exit, Exit::ServerTrouble);
    assert!(run.err.contains("draft-12.txt"), "{}", run.err);
    world.set("VISUAL", &before("네,"));
    assert_eq!(world.munja(&["reply", "12"]).await.exit, Exit::Ok);
    assert_eq!(replies(&world)[1].1["text"], "네,\n곧");
    assert!(!world.state("draft-12.txt").exists());
    world.set("VISUAL", "false");
    let run = world.munja(&["reply", "12"]).await;
    assert!(run.err.contains("EDITOR") && run.err.contains("munja reply 12"), "{}", run.err);
    assert!(!run.err.contains("draft-12.txt") && !world.state("draft-12.txt").exists(), "{}", run.err);
    // Killed after something was written: the answer lies here, and so does the editor's own copy.
    let writes = "sh -c 'echo 곧 > \"$1\"; echo 곧 옵니다 > \"$1.save\"; exit 1' x";
    world.set("VISUAL", writes);
    let run = world.munja(&["reply", "12"]).await;
    let [draft, copy] = ["draft-12.txt", "draft-12.txt.save"].map(|name| world.state(name));
    assert!(run.err.contains(&format!("{} ", draft.display())) && draft.exists(), "{}", run.err);
    assert!(run.err.contains(&copy.display().to_string()), "{}", run.err);
    std::fs::remove_file(&draft).expect("there");
    world.set("VISUAL", "true");
    assert_eq!(world.munja(&["reply", "12"]).await.exit, Exit::Unsendable);
    assert!(!world.state("draft-12.txt").exists());
}

#[tokio::test]
async fn what_could_be_sent_instead_is_shown_and_sent_on_demand() {
    let world = shown().await;
    let offer = json!({ "characters": ["😊"], "offer": {
        "text": "네 (웃음)\u{1b}[2J", "replaced": [{ "character": "😊", "word": "(웃음)" }],
    } });
    let refused = || Reply::Problem(422, "unencodable", offer.clone());
    world.server.on(REPLIES, [refused()]);
    let run = world.munja(&["reply", "12", "네 😊"]).await;
    assert_eq!(run.exit, Exit::Unsendable);
    assert!(run.err.contains("😊 → (웃음)") && run.err.contains("--replace"), "{}", run.err);
    assert!(!run.err.contains("\u{1b}[2J"), "{}", run.err);

    world.server.on(REPLIES, [refused(), accepted()]);
    let run = world.munja(&["reply", "12", "--replace", "네 😊"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    let sent = replies(&world);
    assert_eq!((&sent[1].1["text"], &sent[2].1["text"]), (&json!("네 😊"), &json!("네 (웃음)\u{1b}[2J")));
    assert_ne!(sent[1].0, sent[2].0, "other words, another answer");
}

/// What an editor leaves as it was is not sent, and a draft is sent as it is only where that is said.
#[tokio::test]
async fn an_editor_that_changes_nothing_sends_nothing() {
    let mut world = shown().await;
    world.is_terminal = true;
    world.set("EDITOR", "true");
    let draft = json!({
        "conversation_id": 12, "text": "네, 옵니다", "based_on": 34, "has_newer": false, "begun_at": NOON, "saved_at": NOON,
        "origin": "stopped",
    });
    world.server.on("GET /v1/conversations/12/draft", [Reply::Json(draft.clone())]);
    world.server.on("PUT /v1/conversations/12/draft", [Reply::Nothing]);
    world.server.on(REPLIES, [accepted()]);
    let run = world.munja(&["reply", "12"]).await;
    assert_eq!(run.exit, Exit::Unsendable);
    assert!(run.err.contains("--draft"), "{}", run.err);
    assert!(replies(&world).is_empty());
    assert_eq!(world.munja(&["reply", "12", "--draft", "--yes"]).await.exit, Exit::Ok);
    let sent = replies(&world)[0].1.clone();
    assert_eq!((&sent["text"], sent.get("keep_draft")), (&json!("네, 옵니다"), None));
    world.server.on("GET /v1/drafts", [Reply::Json(json!({ "drafts": [draft] }))]);
    let run = world.munja(&["drafts"]).await;
    assert!(run.out.contains("12  12:00  네, 옵니다  (시민이 문자를 보내 나가지 않은 답변)"), "{}", run.out);
}

#[tokio::test]
async fn several_texts_are_asked_for_or_named() {
    let mut world = shown().await;
    let size = json!({ "kind": "lms", "n": 6_320, "most": 2_000, "unit": "bytes", "n_parts": 4 });
    let refused = || Reply::Problem(409, "several_texts", json!({ "size": size }));
    world.server.on(REPLIES, [refused(), accepted()]);
    let run = world.munja(&["reply", "12", "긴 답"]).await;
    assert_eq!(run.exit, Exit::Refused);
    assert!(run.err.contains("--parts"), "{}", run.err);
    assert_eq!(world.munja(&["reply", "12", "--yes", "긴 답"]).await.exit, Exit::Ok);
    world.is_terminal = true;
    world.server.on(REPLIES, [refused(), accepted()]);
    world.stdin = "네\n네\n".to_owned();
    let run = world.munja(&["reply", "12", "긴 답"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert!(run.err.contains("4통"), "{}", run.err);
    let most: Vec<Value> = replies(&world).into_iter().map(|(_, body)| body["most_texts"].clone()).collect();
    assert_eq!(most, [json!(1), Value::Null, json!(1), Value::Null]);
}

/// Several lines at once are a paste: the first of them is no yes.
#[tokio::test]
async fn a_paste_answers_no_question() {
    let mut world = shown().await;
    world.server.on(REPLIES, [accepted()]);
    world.server.on("PUT /v1/conversations/12/draft", [Reply::Nothing]);
    (world.is_terminal, world.stdin) = (true, "y\ny\n".to_owned());
    world.unasked.follows = || true;
    let run = world.munja(&["reply", "12", "곧 옵니다."]).await;
    assert_eq!(run.exit, Exit::Refused);
    assert!(run.err.contains("붙여 넣은"), "{}", run.err);
    assert!(replies(&world).is_empty());
}

#[tokio::test]
async fn a_text_may_begin_with_a_hyphen_and_an_unknown_option_is_none() {
    let world = shown().await;
    world.server.on(REPLIES, [accepted()]);
    for text in ["-5도입니다", "- 62번\n- 15번"] {
        assert_eq!(world.munja(&["reply", "12", text]).await.exit, Exit::Ok, "{text}");
        assert_eq!(replies(&world).last().expect("sent").1["text"], text);
    }
    let n_sent = replies(&world).len();
    assert_eq!(world.munja(&["reply", "12", "네", "--forse"]).await.exit, Exit::Usage);
    assert_eq!(world.munja(&["reply", "12", "네", "--force"]).await.exit, Exit::Ok);
    assert_eq!(replies(&world).len(), n_sent + 1);
}

#[tokio::test]
async fn a_character_that_cannot_be_seen_is_named() {
    let world = shown().await;
    let replaced = json!([{ "character": "\u{200b}", "word": "" }]);
    let offer = json!({ "characters": ["\u{200b}"], "offer": { "text": "네", "replaced": replaced } });
    world.server.on(REPLIES, [Reply::Problem(422, "unencodable", offer)]);
    let run = world.munja(&["reply", "12", "네\u{200b}"]).await;
    assert_eq!(run.err.matches("U+200B").count(), 2, "{}", run.err);
    assert!(run.err.contains("(뺌)"), "{}", run.err);
}

#[tokio::test]
async fn the_newest_answer_is_taken_back_without_its_number() {
    let world = shown().await;
    let mut held = text_out(56, "held");
    held["conversation_id"] = json!(12);
    held["citizen"] = json!("010-****-5678");
    world.server.on(
        "GET /v1/messages",
        [Reply::Json(json!({ "messages": [held] })), Reply::Json(json!({ "messages": [] }))],
    );
    world.server.on("POST /v1/messages/56/recall", [Reply::Nothing]);
    assert_eq!(world.munja(&["recall"]).await.exit, Exit::Ok);
    assert_eq!(world.munja(&["recall"]).await.exit, Exit::Nothing);
}

/// A world with one canned reply, which has a category.
async fn canned() -> World {
    let world = shown().await;
    let reply = json!({ "key": "bus", "text": "곧 옵니다.", "category": "교통/버스" });
    world.server.on("GET /v1/canned", [Reply::Json(json!({ "replies": [reply] }))]);
    world
}

#[tokio::test]
async fn text_promise_and_category_are_one_request() {
    let world = canned().await;
    world.server.on(REPLIES, [accepted()]);
    let n_before = world.asked().len();
    let args = ["reply", "12", "--promise", "30m", "--category", "버스", "알아보겠습니다."];
    assert_eq!(world.munja(&args).await.exit, Exit::Ok);
    assert_eq!(world.asked()[n_before..], [REPLIES], "nothing else is asked for");
    let mut body = replies(&world)[0].1.clone();
    assert!(is_half_an_hour_from_noon(&body.as_object_mut().expect("an object").remove("promise_due_at")));
    assert_eq!(
        body,
        json!({
            "text": "알아보겠습니다.", "last_seen": 34, "force": false, "category": "버스", "most_texts": 1,
            "keep_draft": true,
        })
    );

    assert_eq!(world.munja(&["reply", "12", "--canned", "bus", "--promise", "30m"]).await.exit, Exit::Ok);
    let of_canned = &replies(&world)[1].1;
    assert_eq!((&of_canned["text"], &of_canned["category"]), (&json!("곧 옵니다."), &json!("교통/버스")));
    assert!(is_half_an_hour_from_noon(&of_canned.get("promise_due_at").cloned()));
    assert_eq!(world.munja(&["reply", "12", "--canned", "bus", "--category", "택시"]).await.exit, Exit::Ok);
    assert_eq!(replies(&world)[2].1["category"], "택시", "who names one means it");
    assert!(!world.asked().iter().any(|line| line.contains("actions")));
}

/// The clock of a run begins at noon.
fn is_half_an_hour_from_noon(due_at: &Option<Value>) -> bool {
    let noon = NOON + 1_800_000;
    due_at.as_ref().and_then(Value::as_i64).is_some_and(|at| (noon..noon + 60_000).contains(&at))
}

fn refused_emoji() -> Reply {
    let replaced = json!([{ "character": "😊", "word": "(웃음)" }]);
    let offer = json!({ "characters": ["😊"], "offer": { "text": "네 (웃음)", "replaced": replaced } });
    Reply::Problem(422, "unencodable", offer)
}

#[tokio::test]
async fn what_is_sent_instead_carries_promise_and_category_too_and_keeps_its_key() {
    let world = shown().await;
    world.server.on(REPLIES, [refused_emoji(), problem(500, "internal")]);
    let args = ["reply", "12", "--replace", "--promise", "30m", "--category", "버스", "네 😊"];
    assert_eq!(world.munja(&args).await.exit, Exit::ServerTrouble);
    // The answer to the text in other words was lost: it is asked for again, as it was.
    world.server.on(REPLIES, [refused_emoji(), accepted()]);
    assert_eq!(world.munja(&args).await.exit, Exit::Ok);
    let sent = replies(&world);
    assert_eq!(sent.len(), 4);
    assert_eq!(sent[1], sent[3], "the same key and the same request");
    assert_ne!(sent[0].0, sent[1].0, "another text, another key");
    for (_, body) in &sent {
        assert!(body["promise_due_at"].is_i64() && body["category"] == "버스", "{body}");
    }
    assert_eq!(sent[3].1["text"], "네 (웃음)");
    assert!(!world.asked().iter().any(|line| line.contains("actions")));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_with_its_first_promise() {
    let world = shown().await;
    world.server.on(REPLIES, [problem(500, "internal"), accepted()]);
    let args = ["reply", "12", "--promise", "30m", "--category", "버스", "네"];
    assert_eq!(world.munja(&args).await.exit, Exit::ServerTrouble);
    let run = world.munja(&args).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert!(!run.out.contains("저장되지 않았습니다"), "{}", run.out);
    let sent = replies(&world);
    assert_eq!(sent[0], sent[1]);
    assert!(sent[1].1["promise_due_at"].is_i64() && sent[1].1["category"] == "버스");
}

#[tokio::test]
async fn what_the_first_try_did_not_carry_is_said() {
    let world = shown().await;
    let args = ["reply", "12", "--promise", "30m", "--category", "버스", "네"];
    for json in [false, true] {
        world.server.on(REPLIES, [problem(500, "internal"), accepted()]);
        assert_eq!(world.munja(&["reply", "12", "네"]).await.exit, Exit::ServerTrouble);
        let run = world.munja(&[&args[..], if json { &["--json"] } else { &[] }].concat()).await;
        assert_eq!(run.exit, Exit::Ok, "{}", run.err);
        if json {
            let answer: Value = serde_json::from_str(&run.out).expect("JSON and nothing else");
            assert_eq!(answer["not_applied"], json!(["promise", "category"]));
        } else {
            assert!(
                run.out.contains("munja promise 12") && run.out.contains("munja category 12"),
                "{}",
                run.out
            );
        }
    }
    let sent = replies(&world);
    assert_eq!((&sent[0], &sent[2]), (&sent[1], &sent[3]), "the citizen gets each text once");
}

#[tokio::test]
async fn a_lost_answer_whose_promise_is_past_is_sent_anew_if_it_never_arrived() {
    let world = shown().await;
    world.server.on(REPLIES, [problem(500, "internal"), problem(400, "bad_request"), accepted()]);
    world.munja(&["reply", "12", "--promise", "1m", "네"]).await;
    assert_eq!(world.munja(&["reply", "12", "--promise", "2m", "네"]).await.exit, Exit::Ok);
    let sent = replies(&world);
    assert_eq!(sent[0], sent[1]);
    assert_ne!(sent[1].0, sent[2].0);
}

#[tokio::test]
async fn two_lost_answers_keep_their_keys_apart() {
    let world = shown().await;
    world.server.on(REPLIES, [problem(500, "internal")]);
    world.munja(&["reply", "12", "하나"]).await;
    world.munja(&["reply", "12", "둘"]).await;
    world.server.on(REPLIES, [accepted()]);
    world.munja(&["reply", "12", "하나"]).await;
    world.munja(&["reply", "12", "둘"]).await;
    let sent = replies(&world);
    assert_eq!((&sent[0], &sent[1]), (&sent[2], &sent[3]));
}

fn own_draft(text: &str) -> Reply {
    Reply::Json(json!({
        "conversation_id": 12, "citizen_name": "7F2K", "text": text, "based_on": 34, "has_newer": false, "begun_at": NOON,
        "saved_at": NOON, "origin": null,
    }))
}

const DRAFT: &str = "/v1/conversations/12/draft";

/// One kind of draft: the server's. A file is for a server that cannot be reached, and the next reply brings it.
#[tokio::test]
async fn a_draft_is_the_servers_and_a_file_only_until_then() {
    let world = shown().await;
    let put = |world: &World| {
        let asked = world.server.asked().into_iter().filter(|asked| asked.line == format!("PUT {DRAFT}"));
        asked.map(|asked| asked.body["text"].clone()).collect::<Vec<_>>()
    };
    world.server.on(&format!("PUT {DRAFT}"), [Reply::Nothing]);
    let run = world.munja(&["draft", "12", "62번은"]).await;
    assert!(run.exit == Exit::Ok && run.out.contains("munja reply 12"), "{}{}", run.out, run.err);
    assert_eq!(put(&world), ["62번은"]);
    world.server.on(&format!("GET {DRAFT}"), [own_draft("62번은")]);
    assert_eq!(world.munja(&["draft", "12"]).await.out, "62번은\n");
    world.server.on(&format!("GET {DRAFT}"), [problem(404, "not_found")]);
    let run = world.munja(&["draft", "12", "--drop"]).await;
    assert_eq!(run.exit, Exit::Nothing, "there is none to drop: {}", run.out);
    world.server.on(&format!("GET {DRAFT}"), [own_draft("62번은")]);
    // For a colleague it is another thing.
    let talk = Reply::Json(detail(12, 34, vec![]));
    world.server.on("POST /v1/conversations/12/actions", [talk]);
    world.munja(&["draft", "12", "--leave", "이어서 답해 주세요"]).await;
    let left = world.server.asked().pop().expect("a request");
    assert_eq!(left.body, json!({ "action": "draft", "text": "이어서 답해 주세요" }));

    // The server was not to be reached: the terminal desk kept what was typed.
    let typed = world.state("draft-12-desk.txt");
    std::fs::write(&typed, "택시는\n").expect("kept");
    world.server.on("GET /v1/drafts", [Reply::Json(json!({ "drafts": [] }))]);
    let run = world.munja(&["drafts"]).await;
    assert!(run.out.contains("12  택시는  (이 컴퓨터에만 있음"), "the server has another one: {}", run.out);
    world.server.on(&format!("GET {DRAFT}"), [problem(404, "not_found"), own_draft("택시는")]);
    world.server.on(REPLIES, [accepted()]);
    let run = world.munja(&["reply", "12", "--draft"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert_eq!(put(&world), ["62번은", "택시는"]);
    assert_eq!(replies(&world)[0].1["text"], "택시는");
    assert!(!typed.exists(), "the server has it");
}

/// Neither of two drafts of the same writer is lost.
#[tokio::test]
async fn two_drafts_are_shown_one_below_the_other() {
    let mut world = shown().await;
    world.is_terminal = true;
    world.set("EDITOR", "true");
    world.server.on(&format!("GET {DRAFT}"), [own_draft("서버의 초안")]);
    std::fs::write(world.state("draft-12.txt"), "이 컴퓨터의 초안\n").expect("kept");
    let run = world.munja(&["reply", "12"]).await;
    assert_eq!(run.exit, Exit::Unsendable, "{}", run.err);
    assert!(run.err.contains("차례로"), "{}", run.err);
    let file = std::fs::read_to_string(world.state("draft-12.txt")).expect("kept");
    assert_eq!(file, "이 컴퓨터의 초안\n\n서버의 초안");
}
