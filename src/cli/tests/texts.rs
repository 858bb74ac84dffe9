//! Texts as they are shown: what a citizen wrote, how it was read, and what is about to leave.

use super::*;

const REPLIES: &str = "POST /v1/conversations/12/replies";

async fn shows(world: &World, text: Value) -> String {
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text]))]);
    let run = world.munja(&["show", "12"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    run.out
}

/// Somebody at a terminal, to whom conversation 12 was shown, and who answers this to what is asked.
async fn at_terminal(answers: &str) -> World {
    let mut world = World::new().await;
    world.is_terminal = true;
    shows(&world, text_in(34, "버스요")).await;
    world.stdin = answers.to_owned();
    world
}

fn accepted(state: &str) -> Reply {
    let size = json!({ "kind": "sms", "n": 16, "most": 90, "unit": "bytes", "n_parts": 1 });
    let texts = [text_out(56, state)];
    Reply::Json(json!({ "reply_id": 3, "n_bytes": 4, "size": size, "messages": texts, "repeated": false }))
}

fn sent(world: &World) -> Vec<Value> {
    let asked = world.server.asked().into_iter().filter(|asked| asked.line == REPLIES);
    asked.map(|asked| asked.body["text"].clone()).collect()
}

#[tokio::test]
async fn it_is_said_how_a_text_was_read_and_why_it_is_pressing() {
    let world = World::new().await;
    let mut text = text_in(34, "qnfskTdjdy");
    text["tier"] = json!(1);
    text["rules"] = json!("fire fire-form our-own (불났/났어)");
    let out = shows(&world, text.clone()).await;
    assert!(out.contains("\n11:57 시민 · 긴급: 불, our-own, (불났/났어)\n  │ qnfskTdjdy\n"), "{out}");
    assert!(out.contains("\n  ⌨ 한글 자판으로 읽으면: 불났어요\n"), "{out}");
    text["text"] = json!("ㅅㄹㅈㅅㅇ");
    text["tier"] = json!(2);
    text["rules"] = json!("initials-look");
    let out = shows(&world, text.clone()).await;
    assert!(out.contains(": 초성으로 쓴 도움 요청\n") && !out.contains('⌨'), "{out}");
    // Folded words of abuse are not said by the way.
    text["text"] = json!("dkQkrk Eofudy");
    text["is_abusive"] = json!(true);
    text["rules"] = json!("beaten (아빠가)");
    let out = shows(&world, text).await;
    assert!(out.contains(": 맞음\n") && !out.contains("아빠가"), "{out}");
}

/// A text cannot draw a line of ours: neither by its length nor by its breaks.
#[tokio::test]
async fn every_line_of_a_text_stands_behind_the_bar() {
    use unicode_width::UnicodeWidthStr;
    let mut world = World::new().await;
    (world.is_terminal, world.columns) = (true, 40);
    let forged = "11:58 김민수 · 11:59 도착 (문자 56)";
    let text = format!("{}{forged}\r\n{forged}\r{forged}\n1\t번", "가".repeat(18));
    let out = shows(&world, text_in(34, &text)).await;
    let (_, texts) = out.split_once("11:57 시민\n").expect("the text");
    assert!(texts.lines().count() >= 5, "{texts}");
    for line in texts.lines() {
        assert!(line.starts_with("  │ ") && line.width() <= 40, "{line:?}");
    }
    assert!(texts.contains("\n  │ 1 번\n"), "{texts}");
    for code in ["U+000D", "U+0009", "\\r", "\\t", "\r", "\t"] {
        assert!(!texts.contains(code), "{code:?}: {texts}");
    }
}

#[tokio::test]
async fn somebody_at_a_terminal_sees_what_leaves_and_is_asked() {
    let world = at_terminal("아니요\n").await;
    world.server.on("PUT /v1/conversations/12/draft", [Reply::Nothing]);
    world.server.on(REPLIES, [accepted("held")]);
    let reply = ["reply", "12", "수수료는 3입니다."];
    let run = world.munja(&reply).await;
    assert_eq!(run.exit, Exit::Refused);
    assert!(run.err.starts_with("  │ 수수료는 3입니다.\n"), "{}", run.err);
    assert!(run.err.contains("munja reply 12 --draft") && run.err.contains("--yes"), "{}", run.err);
    assert!(sent(&world).is_empty(), "it is a draft now");
    // Nobody is asked who has agreed already, or who is no person.
    let run = world.munja(&[&reply[..], &["--yes"]].concat()).await;
    assert!(run.exit == Exit::Ok && !run.err.contains("│"), "{}", run.err);
    let mut world = at_terminal("네\n").await;
    world.server.on(REPLIES, [accepted("held")]);
    let run = world.munja(&reply).await;
    assert_eq!((run.exit, sent(&world)), (Exit::Ok, vec![json!("수수료는 3입니다.")]), "{}", run.err);
    world.is_terminal = false;
    let run = world.munja(&reply).await;
    assert!(run.exit == Exit::Ok && !run.err.contains("│"), "{}", run.err);
}

/// As the server put it into words, and with the way back only while there is one.
#[tokio::test]
async fn what_left_is_shown_and_is_taken_back_only_while_it_is_held() {
    for (state, is_held) in [("held", true), ("queued", false), ("accepted", false)] {
        let mut world = at_terminal("네\n").await;
        world.server.on(REPLIES, [accepted(state)]);
        let run = world.munja(&["reply", "12", "5분 뒤에"]).await;
        assert!(run.out.contains("\n  │ 5분 뒤에 옵니다.\n"), "{}", run.out);
        assert_eq!(run.out.contains("munja recall"), is_held, "{state}: {}", run.out);
        world.is_terminal = false;
        let run = world.munja(&["reply", "12", "그럼"]).await;
        assert!(run.exit == Exit::Ok && !run.out.contains('│'), "{}", run.out);
        assert_eq!(run.out.contains("munja recall"), is_held, "{state}: {}", run.out);
    }
}

/// The editor's file has what the citizen wrote, below a line, and none of it is sent.
#[tokio::test]
async fn an_editor_shows_what_the_citizen_wrote() {
    let mut world = at_terminal("네\n").await;
    let texts = (1..=7).map(|n| text_in(27 + n, &format!("{n}번\n둘째 줄\u{1b}[2J"))).collect();
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, texts))]);
    world.server.on(REPLIES, [accepted("held")]);
    let seen = world.home.path().join("seen");
    let add = "(echo 답입니다; cat \"$1\") > \"$1.new\"; mv \"$1.new\" \"$1\"";
    let script = format!("sh -c 'cp \"$1\" {}; {add}' x", seen.display());
    world.set("EDITOR", &script);
    let run = world.munja(&["reply", "12"]).await;
    assert_eq!((run.exit, sent(&world)), (Exit::Ok, vec![json!("답입니다")]), "{}", run.err);
    let file = std::fs::read_to_string(seen).expect("the file");
    let (_, below) = file.split_once("이 줄 아래는 보내지 않습니다.").expect("the line");
    assert!(below.contains("\n> 3번\n> 둘째 줄") && below.contains("\n> 7번\n"), "{below}");
    assert!(!below.contains("> 2번") && !below.contains('\u{1b}'), "the last five: {below}");
}

/// `VISUAL`, then `EDITOR`, then nano, then vi.
#[tokio::test]
async fn which_editor_opens() {
    let mut world = at_terminal("").await;
    let bin = world.home.path().join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    let opened = world.home.path().join("opened");
    let put = |name: &str| {
        let script = format!("#!/bin/sh\nprintf %s {name} > {}\n", opened.display());
        std::fs::write(bin.join(name), script).expect("written");
        std::fs::set_permissions(bin.join(name), PermissionsExt::from_mode(0o755)).expect("set");
    };
    world.set("PATH", &bin.display().to_string());
    let opens = async |world: &World| {
        // Nothing was written in it.
        assert_eq!(world.munja(&["reply", "12"]).await.exit, Exit::Unsendable);
        std::fs::read_to_string(&opened).expect("an editor")
    };
    ["vi", "mine", "theirs"].into_iter().for_each(put);
    assert_eq!(opens(&world).await, "vi");
    put("nano");
    assert_eq!(opens(&world).await, "nano");
    world.set("EDITOR", "mine");
    assert_eq!(opens(&world).await, "mine");
    world.set("VISUAL", "theirs");
    assert_eq!(opens(&world).await, "theirs");
}

#[tokio::test]
async fn a_close_over_an_unanswered_text_is_asked_for() {
    const CLOSE: &str = "POST /v1/conversations/12/close";
    let close = async |world: &World| world.munja(&["close", "12"]).await;
    let unanswered = |world: &World| -> Vec<Value> {
        let asked = world.server.asked().into_iter().filter(|asked| asked.line == CLOSE);
        asked.map(|asked| asked.body["unanswered"].clone()).collect()
    };
    let mut world = at_terminal("아니요\n").await;
    world.server.on(CLOSE, [problem(409, "unanswered")]);
    let run = close(&world).await;
    assert_eq!((run.exit, unanswered(&world)), (Exit::Refused, vec![Value::Null]), "{}", run.err);
    assert!(
        run.err.contains("답 없이 종료할까요?") && run.err.contains("munja close 12 --unanswered"),
        "{}",
        run.err
    );
    world.stdin = "네\n".to_owned();
    world.server.on(CLOSE, [problem(409, "unanswered"), Reply::Nothing]);
    let run = close(&world).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert_eq!(unanswered(&world)[1..], [Value::Null, json!(true)]);
    // A script is told, and not asked.
    world.is_terminal = false;
    world.server.on(CLOSE, [problem(409, "unanswered")]);
    let run = close(&world).await;
    assert!(run.exit == Exit::Refused && !run.err.contains("할까요"), "{}", run.err);
}

/// The hint shows how, and not one category that is none of theirs.
#[tokio::test]
async fn a_missing_category_is_no_hint_to_a_certain_one() {
    let world = World::new().await;
    shows(&world, text_in(34, "버스요")).await;
    world.server.on("POST /v1/conversations/12/close", [problem(422, "category_needed")]);
    let run = world.munja(&["close", "12"]).await;
    assert!(
        run.err.contains("munja close 12 --category 분류이름") && run.err.contains("munja categories"),
        "{}",
        run.err
    );
}

#[tokio::test]
async fn a_canned_reply_is_read_in_full_by_its_key() {
    let world = World::new().await;
    let long = format!("{}\n둘째 줄\u{1b}[2J", "버스는 5분 뒤에 옵니다. ".repeat(20));
    let replies = json!([{ "key": "bus", "text": long }, { "key": "hello", "text": "안녕하세요." }]);
    world.server.on("GET /v1/canned", [Reply::Json(json!({ "replies": replies }))]);
    let list = world.munja(&["replies"]).await;
    assert!(list.out.contains('…') && !list.out.contains("둘째 줄"), "the list is short: {}", list.out);
    let run = world.munja(&["replies", "bus"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert_eq!(run.out.matches("버스는 5분 뒤에 옵니다.").count(), 20);
    assert!(
        run.out.contains("\n둘째 줄") && !run.out.contains("안녕") && !run.out.contains('\u{1b}'),
        "{}",
        run.out
    );
    assert_eq!(world.munja(&["replies", "taxi"]).await.exit, Exit::Usage);
}

#[tokio::test]
async fn notes_stand_where_they_were_written_and_an_offer_is_named() {
    let world = World::new().await;
    let mut talk = detail(12, 1, vec![text_in(1, "막차?"), text_out(2, "delivered")]);
    talk["notes"] = json!([
        { "at": NOON - 150_000, "kind": "transfer", "author": "김민수", "text": "→ 이지영: 아는 분" },
        { "at": NOON - 90_000, "kind": "note", "author": "이지영", "text": "끝" },
    ]);
    (talk["offered_to"], talk["offered_to_name"]) = (json!("jiyeong"), json!("이지영"));
    talk["offered_until_at"] = json!(NOON + 600_000);
    world.server.on("GET /v1/conversations/12", [Reply::Json(talk)]);
    let run = world.munja(&["show", "12"]).await;
    let at = |words: &str| run.out.find(words).unwrap_or_else(|| panic!("{words}: {}", run.out));
    let order = [at("막차?"), at("이지영: 아는 분"), at("5분 뒤에"), at("이지영: 끝")];
    assert!(order.is_sorted(), "{}", run.out);
    assert!(run.out.contains("12:10까지 이지영 님만"), "{}", run.out);
}

/// Whoever is off has what was passed on to them to themselves all the same: that is said. They are no candidate who is asked for by
/// themselves.
#[tokio::test]
async fn who_is_off_is_named_and_who_passes_on_is_no_candidate() {
    let world = World::new().await;
    let colleague = |login: &str, name: &str, presence: &str, is_me: bool| json!({ "login": login, "name": name, "role": "counselor", "desks": "*", "presence": presence, "since": null, "n_held": 0, "is_me": is_me });
    let all = [
        colleague("minsu", "김민수", "on", true),
        colleague("jiyeong", "이지영", "on", false),
        colleague("hana", "박하나", "off", false),
    ];
    world.server.on("GET /v1/colleagues", [Reply::Json(json!({ "colleagues": all }))]);
    for (login, name, is_off) in [("hana", "박하나", true), ("jiyeong", "이지영", false)] {
        let mut talk = detail(12, 34, vec![]);
        (talk["offered_to"], talk["offered_to_name"]) = (json!(login), json!(name));
        talk["offered_until_at"] = json!(NOON + 600_000);
        world.server.on("POST /v1/conversations/12/actions", [Reply::Json(talk)]);
        let run = world.munja(&["transfer", "12", "--person", login, "--note", "부탁"]).await;
        assert_eq!(run.exit, Exit::Ok, "{}", run.err);
        assert_eq!(run.err.contains("박하나 님은 지금 근무 중이 아닙니다. 12:10까지"), is_off, "{}", run.err);
    }
    world.server.on("POST /v1/conversations/12/actions", [problem(422, "no_such_person")]);
    let run = world.munja(&["transfer", "12", "--person", "nobody", "--note", "부탁"]).await;
    assert!(run.err.contains("jiyeong (이지영)") && !run.err.contains("minsu"), "{}", run.err);
    world.server.on("POST /v1/conversations/12/actions", [problem(422, "passed_to_yourself")]);
    let run = world.munja(&["transfer", "12", "--person", "minsu", "--note", "부탁"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("본인의 아이디") && !run.err.contains("이 중 하나"), "{}", run.err);
}

/// The carrier had it, and the database that was put back did not: nobody knows who wrote it.
#[tokio::test]
async fn an_answer_that_a_recovery_found_is_not_an_automatic_text() {
    let world = World::new().await;
    let found = |notice: Value| {
        let mut text = text_out(56, "delivered");
        (text["author"], text["notice"]) = (Value::Null, notice);
        text
    };
    let mut closed = detail(12, 34, vec![found(Value::Null), found(json!("receipt"))]);
    closed["close_reason"] = json!("recovery");
    world.server.on("GET /v1/conversations/12", [Reply::Json(closed.clone()), Reply::Json(closed)]);
    let out = world.munja(&["show", "12"]).await.out;
    let expected = "11:58 복구에서 찾은 답변(쓴 사람 모름) · 11:59 도착 · 복구 뒤에 알게 된 시각 (문자 56)";
    assert!(out.contains(expected) && out.contains("11:58 자동 발송 · 11:59 도착 (문자 56)"), "{out}");
    assert!(out.contains("종료 사유: 복구("), "{out}");
    let out = world.munja(&["show", "12", "--lang", "en"]).await.out;
    assert!(out.contains("Answer found at the recovery (author unknown)"), "{out}");
}
