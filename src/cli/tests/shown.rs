//! What is printed: for a person, for a pipe, for a program, and never raw.

use super::*;
use crate::api::wire::Counts;

fn list() -> Reply {
    let conversations = [summary(12, "62번 버스 언제 와요?"), summary(7, "여권 사진 규격이요")];
    Reply::Json(json!({ "conversations": conversations, "n_total": 5, "next": "waiting.0.1.7" }))
}

#[tokio::test]
async fn a_list_in_a_pipe_on_a_terminal_and_for_a_program() {
    let mut world = World::new().await;
    world.server.on("GET /v1/conversations", [list()]);
    let run = world.munja(&["list", "--limit", "2"]).await;
    assert_eq!(
        run.out,
        "12  010-****-5678  대기  3분  62번 버스 언제 와요?\n7  010-****-5678  대기  3분  여권 사진 규격이요\n"
    );
    assert!(run.err.contains("munja list --limit 2 --after waiting.0.1.7"), "{}", run.err);
    assert_eq!(world.asked(), ["GET /v1/conversations?state=waiting&limit=2"]);
    let run = world.munja(&["list", "--json"]).await;
    let said: Value = serde_json::from_str(&run.out).expect("JSON and nothing else");
    assert_eq!(
        (run.err.as_str(), &said["conversations"][1]["id"], &said["next"]),
        ("", &json!(7), &json!("waiting.0.1.7"))
    );
    world.is_terminal = true;
    let run = world.munja(&["list", "--after", "waiting.0.1.3"]).await;
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(
        lines,
        [
            "  번호 부서 대기 시민 마지막 문자",
            "    12       3분      62번 버스 언제 와요?",
            "     7       3분      여권 사진 규격이요"
        ]
    );
    assert_eq!(
        world.asked().last().unwrap(),
        "GET /v1/conversations?state=waiting&limit=50&after=waiting.0.1.3"
    );
}

/// Rows with everything that a row can have, more of it than there is room for.
fn full_rows() -> Vec<Value> {
    let long = "할머니가 쓰러지셨는데 버스가 안 와요 ".repeat(9);
    let mut danger = summary(123_456, &long);
    danger["desk"] = json!("bukgu");
    danger["citizen_name"] = json!("7F2K");
    danger["tier"] = json!(1);
    danger["is_ringing"] = json!(true);
    let mut held = summary(7, "네 👨‍👩‍👧 고마워요");
    held["state"] = json!("active");
    held["desk"] = json!("긴이름의부서입니다정말로");
    held["claimed_by"] = minsu();
    held["promise_due_at"] = json!(NOON + 3_600_000);
    held["n_in_doubt"] = json!(2);
    held["n_photos"] = json!(3);
    held["late_sent_at"] = json!(NOON - 7_200_000);
    held["referral"] = json!({ "department": "도로과 ".repeat(20), "since_at": NOON, "due_at": NOON });
    let mut rtl = summary(8, "مرحبا ".repeat(30).as_str());
    rtl["tier"] = json!(2);
    rtl["citizen"] = json!("erased");
    vec![danger, held, rtl, summary(9, &"e\u{301}한\u{200d}".repeat(80))]
}

#[tokio::test]
async fn a_row_is_one_line_at_any_width() {
    use unicode_width::UnicodeWidthStr;
    let mut world = World::new().await;
    world.is_terminal = true;
    let list = json!({ "conversations": full_rows(), "n_total": 4 });
    world.server.on("GET /v1/conversations", [Reply::Json(list)]);
    for lang in ["ko", "en"] {
        let mut widest = 0;
        for columns in [60, 80, 120, 200] {
            world.columns = columns;
            let run = world.munja(&["list", "--all", "--lang", lang]).await;
            assert_eq!(run.out.lines().count(), 5, "{}", run.out);
            for line in run.out.lines() {
                assert!(line.width() <= columns, "{columns} {}: {line}", line.width());
            }
            let danger = run.out.lines().nth(1).expect("a row");
            assert!(
                danger.starts_with("!!") && danger.contains("123456") && danger.contains(" 7F2K "),
                "{danger}"
            );
            assert!(danger.width() > widest, "wider terminals show more words");
            widest = danger.width();
        }
    }
}

#[tokio::test]
async fn a_name_that_fits_several_things_lists_them() {
    let world = World::new().await;
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text_in(34, "62번")]))]);
    world.server.on("POST /v1/conversations/12/close", [problem(422, "no_such_category")]);
    world.server.on("POST /v1/conversations/12/actions", [problem(422, "no_such_person")]);
    let categories =
        json!({ "version": "1", "categories": ["교통/버스", "교통/택시", "여권"], "required": true });
    world.server.on("GET /v1/categories", [Reply::Json(categories)]);
    let colleague = json!({ "login": "jiyeong", "name": "이지영", "role": "counselor", "desks": "*", "presence": "on", "since": null, "n_held": 0, "is_me": false });
    world.server.on("GET /v1/colleagues", [Reply::Json(json!({ "colleagues": [colleague] }))]);
    let canned = |key: &str| json!({ "key": key, "text": "글", "category": null });
    world.server.on(
        "GET /v1/canned",
        [Reply::Json(json!({ "replies": [canned("bus"), canned("bus2"), canned("taxi")] }))],
    );
    world.munja(&["show", "12"]).await;
    let run = world.munja(&["close", "12", "--category", "교"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("이 중 하나") && run.err.contains("교통/버스, 교통/택시"), "{}", run.err);
    assert!(!run.err.contains("여권"), "{}", run.err);
    let run = world.munja(&["transfer", "12", "--person", "지영", "--note", "부탁"]).await;
    assert!(run.err.contains("jiyeong (이지영)"), "{}", run.err);
    let run = world.munja(&["replies", "bu", "--json"]).await;
    let said: Value = serde_json::from_str(&run.err).expect("a problem");
    assert_eq!(said["candidates"], json!(["bus", "bus2"]));
}

#[tokio::test]
async fn what_a_list_is_of() {
    let world = World::new().await;
    world.server.on("GET /v1/conversations", [Reply::Json(json!({ "conversations": [], "n_total": 0 }))]);
    for (args, state) in [
        (vec!["list"], "waiting"),
        (vec!["list", "--all"], "open"),
        (vec!["list", "--mine"], "mine"),
        (vec!["list", "--state", "closed"], "closed"),
    ] {
        let run = world.munja(&args).await;
        assert_eq!((run.exit, run.out.lines().count()), (Exit::Ok, 1), "{args:?}");
        assert_eq!(world.asked().last(), Some(&format!("GET /v1/conversations?state={state}&limit=50")));
    }
    assert_eq!(world.munja(&["list", "--all", "--mine"]).await.exit, Exit::Usage);
    assert_eq!(world.munja(&["list", "--limit", "0"]).await.exit, Exit::Usage);
}

#[tokio::test]
async fn a_conversation() {
    let world = World::new().await;
    let messages = vec![
        text_in(34, "62번 버스\n언제 와요?"),
        text_out(56, "delivered"),
        text_out(57, "in_doubt"),
        text_out(58, "accepted"),
        text_out(59, "failed"),
    ];
    world.server.on("POST /v1/conversations/next", [Reply::Json(detail(12, 34, messages))]);
    let run = world.munja(&["next"]).await;
    let expected = "\
상담 12번 · 010-****-5678 · 상담 중 (김민수) · 3분째 기다림
이 시민의 이전 상담: munja show 8
11:57 시민
  │ 62번 버스
  │ 언제 와요?
11:58 김민수 · 11:59 도착 (문자 56)
  │ 5분 뒤에 옵니다.
11:58 김민수 · 발송 불확실: 다시 보내지 마세요 (문자 57)
  → 결정이 필요합니다: munja decide 57 give-up 또는 send-again
  │ 5분 뒤에 옵니다.
11:58 김민수 · 통신사가 받음 (문자 58)
  │ 5분 뒤에 옵니다.
11:58 김민수 · 보내지 못함 [R100] (문자 59)
  │ 5분 뒤에 옵니다.
";
    assert_eq!(run.out, expected);
    assert_eq!(std::fs::read_to_string(world.state("seen.json")).expect("noted"), r#"{"12":34}"#);
}

#[tokio::test]
async fn the_same_in_english() {
    let world = World::new().await;
    let messages = vec![text_in(34, "bus?"), text_out(56, "delivered"), text_out(57, "in_doubt")];
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, messages))]);
    let run = world.munja(&["show", "12", "--lang", "en"]).await;
    for words in ["waiting for 3 min", "arrived 11:59 (text 56)", "may have arrived: don't send it again"] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
}

#[tokio::test]
async fn a_text_that_came_late_says_when_it_was_sent() {
    let world = World::new().await;
    let mut text = text_in(34, "62번 버스 언제 와요?");
    text["late_sent_at"] = json!(NOON - 7_200_000);
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text]))]);
    let run = world.munja(&["show", "12"]).await;
    assert!(run.out.contains("11:57 시민 · 늦게 도착함: 10:00에 보낸 문자\n"), "{}", run.out);
    let run = world.munja(&["show", "12", "--lang", "en"]).await;
    assert!(run.out.contains("came late: sent 10:00\n"), "{}", run.out);
}

fn why(id: i64, state: &str, code: &str, meaning: Value) -> Value {
    let mut text = text_out(id, state);
    text["code"] = json!(code);
    text["meaning"] = meaning;
    text
}

#[tokio::test]
async fn why_a_text_did_not_arrive() {
    let world = World::new().await;
    let messages = vec![
        why(56, "undelivered", "22003", json!("phone_off")),
        why(57, "failed", "99998", json!(null)),
        why(58, "queued", "A327", json!("sender_not_allowed")),
        why(59, "delivered", "10000", json!("delivered")),
        why(60, "undelivered", "1", json!("a word of a newer server")),
        why(61, "accepted", "99998", json!(null)),
    ];
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, messages))]);
    let run = world.munja(&["show", "12"]).await;
    for line in [
        "도착하지 못함 · 통신사가 받음, 휴대전화가 꺼져 있습니다 [22003] (문자 56)",
        "보내지 못함 [99998] (문자 57)",
        "발송 대기 · 통신사가 우리 발신 번호를 받아 주지 않습니다. 운영자에게 알려 주십시오 [A327] (문자 58)",
        "11:59 도착 (문자 59)",
        "도착하지 못함 [1] (문자 60)",
        "통신사가 받음 (문자 61)",
    ] {
        assert!(run.out.contains(&format!("김민수 · {line}\n")), "{line}: {}", run.out);
    }
    let run = world.munja(&["show", "12", "--lang", "en"]).await;
    let line = "did not arrive · the carrier has it; the phone is switched off [22003] (text 56)";
    assert!(run.out.contains(line), "{}", run.out);
    let run = world.munja(&["show", "12", "--json"]).await;
    let said: Value = serde_json::from_str(&run.out).expect("JSON and nothing else");
    let told: Vec<_> =
        said["messages"].as_array().expect("texts").iter().map(|m| m["meaning"].clone()).collect();
    assert_eq!(told[..2], [json!("phone_off"), json!(null)]);
}

/// Moves the cursor, hides, turns lines round, writes the title, makes a link, pretends to be us.
const HOSTILE: &str = "가\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}dlrow\u{2066}\u{200b}\u{feff}\r\u{8}\u{7f}\t\n11:58 김민수 · 끝";

fn is_raw(text: &str) -> bool {
    text.contains(|c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2066}\u{200b}\u{feff}".contains(c)))
}

#[tokio::test]
async fn hostile_texts_never_reach_the_screen_raw() {
    let mut world = World::new().await;
    let mut conversation = detail(12, 34, vec![text_in(34, HOSTILE), text_out(56, HOSTILE)]);
    for field in ["citizen", "preview", "state", "close_reason"] {
        conversation[field] = json!(HOSTILE);
    }
    conversation["claimed_by"]["name"] = json!(HOSTILE);
    conversation["messages"][1]["code"] = json!(HOSTILE);
    conversation["messages"][1]["meaning"] = json!(HOSTILE);
    conversation["messages"][1]["author"]["name"] = json!(HOSTILE);
    let mut doubtful = text_out(56, "in_doubt");
    doubtful["conversation_id"] = json!(12);
    doubtful["citizen"] = json!(HOSTILE);
    doubtful["text"] = json!(HOSTILE);
    let event = json!({ "seq": 1, "at": NOON, "kind": HOSTILE, "counselor": HOSTILE, "detail": HOSTILE });
    let status = json!({
        "version": HOSTILE, "now_at": NOON, "started_at": NOON, "counts": Counts::default(),
        "carriers": [
            { "name": HOSTILE, "receives": true, "sends": HOSTILE, "state": "refused", "last_poll_ok_at": null, "last_error": HOSTILE },
            { "name": HOSTILE, "receives": true, "sends": null, "state": "works", "hearing": "deaf", "deaf_since_at": NOON, "deaf_why": HOSTILE, "last_poll_ok_at": null, "last_error": null },
        ],
        "workers": [{ "name": HOSTILE, "n_restarts": 0, "last_progress_at": NOON, "is_late": true }],
    });
    let on = |route: &str, reply: Value| world.server.on(route, [Reply::Json(reply)]);
    on("GET /v1/conversations", json!({ "conversations": [conversation.clone()], "n_total": 1 }));
    on("GET /v1/conversations/12", conversation);
    on("GET /v1/messages", json!({ "messages": [doubtful] }));
    on("GET /v1/status", status);
    on("GET /v1/me", json!({ "id": 1, "login": HOSTILE, "name": HOSTILE }));
    let refused =
        json!({ "detail": HOSTILE, "request_id": HOSTILE, "code": HOSTILE, "newer": [text_in(1, HOSTILE)] });
    world.server.on("POST /v1/conversations/12/replies", [Reply::Problem(409, "?", refused)]);
    let line = format!("id: 1\nevent: x\ndata: {event}\n\n");
    for is_terminal in [false, true] {
        world.is_terminal = is_terminal;
        for args in [
            vec!["list"],
            vec!["show", "12"],
            vec!["doubt"],
            vec!["status"],
            vec!["whoami"],
            vec!["watch"],
            vec!["reply", "12", "네", "--yes"],
            vec!["reply", "12", HOSTILE],
            vec![HOSTILE],
            vec!["show", HOSTILE],
            vec!["list", "--server", HOSTILE],
        ] {
            world.server.on("GET /v1/events", [Reply::Events(line.clone()), problem(401, "unauthorized")]);
            for json in [&[][..], &["--json"]] {
                let run = world.munja(&[&args, json].concat()).await;
                assert!(!is_raw(&run.out), "{args:?} {json:?}: {:?}", run.out);
                assert!(!is_raw(&run.err), "{args:?} {json:?}: {:?}", run.err);
                assert!(!run.out.contains("\n11:58 김민수 · 끝"), "{args:?}: {}", run.out);
            }
        }
    }
}

#[tokio::test]
async fn json_says_what_was_written_although_it_is_escaped() {
    let world = World::new().await;
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text_in(34, HOSTILE)]))]);
    let run = world.munja(&["show", "12", "--json"]).await;
    let said: Value = serde_json::from_str(&run.out).expect("JSON and nothing else");
    assert_eq!(said["messages"][0]["text"], HOSTILE);
    assert!(run.out.contains("가"), "what can be read stays readable");
}

#[tokio::test]
async fn colours_only_where_they_are_wanted() {
    let mut world = World::new().await;
    world
        .server
        .on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text_out(56, "delivered")]))]);
    for (is_terminal, args, coloured) in [
        (true, vec!["show", "12"], false),
        (true, vec!["show", "12", "--color", "always"], true),
        (false, vec!["show", "12", "--color=always"], true),
        (true, vec!["show", "12", "--color", "never"], false),
    ] {
        world.is_terminal = is_terminal;
        assert_eq!(world.munja(&args).await.out.contains('\u{1b}'), coloured, "{args:?}");
    }
}

#[tokio::test]
async fn watching() {
    let world = World::new().await;
    let event = |seq: i64, kind: &str, more: Value| {
        let mut data = json!({ "seq": seq, "at": NOON, "kind": kind, "conversation_id": 12 });
        data.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        format!("id: {seq}\nevent: {kind}\ndata: {data}\n\n")
    };
    let first = event(41, "opened", json!({})) + &event(42, "claimed", json!({ "counselor": "minsu" }));
    let again = event(43, "message", json!({ "message_id": 56, "detail": "delivered" }))
        + &event(44, "eclipse", json!({ "detail": "full" }));
    let script = [Reply::Events(first), Reply::Events(again), problem(401, "unauthorized")];
    world.server.on("GET /v1/events", script.clone());
    let run = world.munja(&["watch"]).await;
    let expected = "\
12:00 상담 12번: 새 상담이 기다립니다
12:00 상담 12번: minsu 님이 맡았습니다
12:00 상담 12번: 문자 56: 도착
12:00 상담 12번: eclipse full
";
    assert_eq!((run.exit, run.out.as_str()), (Exit::NotLoggedIn, expected));
    assert!(run.err.contains("끊겼습니다") && run.err.contains("놓친 일은 없습니다"), "{}", run.err);

    world.server.on("GET /v1/events", script);
    let run = world.munja(&["watch", "--json", "--after", "40"]).await;
    let seqs: Vec<Value> = run
        .out
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).expect("a line of JSON")["seq"].clone())
        .collect();
    assert_eq!(seqs, [41, 42, 43, 44]);
    let asked = world.server.asked();
    assert!(asked.iter().any(|asked| asked.header("last-event-id") == Some("40")), "{}", asked.len());
}

#[tokio::test]
async fn the_state_of_the_service() {
    let world = World::new().await;
    let status = json!({
        "version": "0.1.0", "now_at": NOON, "started_at": NOON - 7_200_000,
        "carriers": [
            {
                "name": "bizgo", "receives": true, "sends": "preferred", "state": "refused", "last_poll_ok_at": NOON, "last_error": "401",
                "dates_behind_minutes": 540, "possible_loss": { "since_at": NOON - 600_000, "last_at": NOON - 60_000, "n": 2 },
                "compared": [
                    { "direction": "in", "at": NOON - 60_000, "since_at": 0, "n_ours": 412, "n_theirs": 412, "n_differences": 0 },
                    { "direction": "out", "at": NOON - 60_000, "since_at": 0, "n_ours": 7, "n_theirs": 8, "n_differences": 1 },
                ],
            },
        ],
        "counts": {
            "n_waiting": 3, "oldest_waiting_since_at": NOON - 300_000, "n_active": 2, "n_queued": 0,
            "n_unreceipted": 1, "n_in_doubt": 1, "n_quarantined": 0, "n_failed_today": 0,
            "n_dangers": 2, "n_dangers_ringing": 1,
        },
        "workers": [{ "name": "poller", "n_restarts": 0, "last_progress_at": NOON, "is_late": false }],
        "checks": [
            { "name": "loops", "state": "ok", "detail": null },
            { "name": "database", "state": "failing", "detail": "the disk is full: nothing can be stored" },
            { "name": "carriers", "state": "failing", "detail": "deaf, no text comes in from: bizgo" },
        ],
    });
    world.server.on("GET /v1/status", [Reply::Json(status)]);
    let run = world.munja(&["status"]).await;
    let expected = "\
munjad 0.1.0, 2시간 전 시작
문자를 제대로 처리하지 못하고 있습니다(디스크가 가득 찼습니다: 아무것도 저장할 수 없습니다). 운영자에게 바로 알려 주십시오.
통신사 bizgo: 마지막 문자 확인·저장 방금
발송이 멈췄습니다. 통신사 bizgo에서 키 또는 계정을 거절합니다. 운영자에게 알려 주십시오.
문자가 유실되었을 수 있습니다. bizgo의 응답 2건이 온전히 오지 않았습니다(마지막 1분 전). 운영자에게 알려 주십시오.
bizgo에서 문자 날짜를 540분 이르게 적어 늦게 온 문자를 가려낼 수 없습니다. 운영자에게 알려 주십시오.
받은 문자 대조(11:59): 통신사 412건, 우리 412건
보낸 문자 대조(11:59): 통신사 8건, 우리 7건, 1건 다름. 운영자에게 알려 주십시오.
최근 장애: 401
상담 중 2건 · 대기 3건, 가장 오래 기다린 시간 5분
답하지 않은 긴급 2건 · 맡은 사람 없음 1건
발송 대기 0건 · 도착 확인 전 1건
발송 불확실 1건 (munja doubt)
";
    assert_eq!(run.out, expected);
}

#[tokio::test]
async fn a_deaf_gateway_and_one_that_is_only_called() {
    let world = World::new().await;
    let carrier = |name: &str, more: Value| {
        let mut carrier = json!({
            "name": name, "receives": true, "sends": null, "state": "works", "last_poll_ok_at": null, "last_error": null,
        });
        carrier.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        carrier
    };
    let deaf = json!({
        "hearing": "deaf", "deaf_since_at": NOON - 300_000, "deaf_why": "the phone refuses the request (HTTP400)",
        "last_error": "the phone refuses the request (HTTP400)",
    });
    let carriers = [
        carrier("smsgate", deaf),
        carrier("twilio", json!({ "hearing": "called", "last_call_at": NOON - 180_000 })),
        carrier("oneapi", json!({ "hearing": "called", "last_call_at": null })),
    ];
    let status = json!({
        "version": "0.1.0", "now_at": NOON, "started_at": NOON, "carriers": carriers,
        "counts": Counts::default(), "workers": [],
    });
    world.server.on("GET /v1/status", [Reply::Json(status)]);
    let run = world.munja(&["status"]).await;
    let expected = [
        "통신사 smsgate (수신): 마지막 문자 확인·저장 아직 없음",
        "수신 불가 5분: 통신사 smsgate에서 시민의 문자를 받지 못하고 있습니다(전화기가 요청을 거절합니다 (HTTP400)). 운영자에게 바로 알려 주십시오.",
        "통신사 twilio (수신): 문자는 웹훅으로만 옵니다. 마지막 문자 3분 전",
        "통신사 oneapi (수신): 문자는 웹훅으로만 옵니다. 마지막 문자 아직 없음",
    ];
    let lines: Vec<&str> = run.out.lines().skip(1).take(4).collect();
    assert_eq!(lines, expected, "{}", run.out);
}

/// A pipe whose reader has gone.
struct Gone;

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_nobody_read_was_not_seen() {
    let world = World::new().await;
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![]))]);
    let err = Buffer::default();
    let exit = world.run(&["show", "12"], world.io(Gone, err.clone())).await;
    assert_eq!((exit, err.text().as_str()), (Exit::Ok, ""));
    assert!(!world.state("seen.json").exists());
}

#[tokio::test]
async fn a_list_says_what_came_late_and_times_are_the_desks() {
    let world = World::new().await;
    let mut late = summary(12, "62번 버스 언제 와요?");
    late["late_sent_at"] = json!(NOON - 7_200_000);
    world.server.on("GET /v1/conversations", [Reply::Json(json!({ "conversations": [late], "n_total": 1 }))]);
    let run = world.munja(&["list"]).await;
    assert!(run.out.contains("[늦게 도착: 10:00 보냄] 62번 버스"), "{}", run.out);
    // The server names the desk's zone at the log-in: from then on, times are the centre's.
    let kept = world.home.path().join(".config/munja/default.json");
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    let session = json!({ "server": world.server.url, "token": "t", "time_zone": "Asia/Seoul" });
    std::fs::write(kept, session.to_string()).unwrap();
    let run = world.munja(&["list", "--lang", "en"]).await;
    assert!(run.out.contains("[late: sent 19:00] 62번 버스"), "{}", run.out);
}

#[tokio::test]
async fn the_services_own_reasons_are_words_and_nobody_has_no_name() {
    let world = World::new().await;
    for (reason, shown) in [
        ("restricted", "종료 사유: 시민의 답변 제한"),
        ("no reply", "종료 사유: 시민이 답하지 않아"),
        ("opt_out", "종료 사유: 수신거부"),
        ("민원실로 안내함", "종료 사유: 민원실로 안내함"),
    ] {
        let mut closed = detail(12, 34, Vec::new());
        closed["close_reason"] = json!(reason);
        world.server.on("GET /v1/conversations/12", [Reply::Json(closed)]);
        let run = world.munja(&["show", "12"]).await;
        assert!(run.out.contains(shown), "{}", run.out);
    }
    let event = |seq: i64, data: Value| format!("id: {seq}\nevent: x\ndata: {data}\n\n");
    let closed =
        json!({ "seq": 1, "at": NOON, "kind": "closed", "conversation_id": 33, "detail": "answered" });
    let named = json!({
        "seq": 2, "at": NOON, "kind": "closed", "conversation_id": 33, "counselor": "minsu", "counselor_name": "김민수",
    });
    let deaf = json!({ "seq": 3, "at": NOON, "kind": "carrier_deaf", "detail": "bizgo: no connection" });
    let all = event(1, closed) + &event(2, named) + &event(3, deaf);
    world.server.on("GET /v1/events", [Reply::Events(all), problem(401, "unauthorized")]);
    let run = world.munja(&["watch"]).await;
    assert!(run.out.contains("상담 33번: 자동으로 종료되었습니다\n"), "{}", run.out);
    assert!(run.out.contains("상담 33번: 김민수 님이 종료했습니다\n"), "{}", run.out);
    assert!(run.out.contains("(bizgo: 연결할 수 없습니다)"), "{}", run.out);
}

#[tokio::test]
async fn a_desk_is_named_as_people_call_it() {
    let world = World::new().await;
    let desk = |key: &str, name: &str| json!({ "key": key, "name": name, "is_open": true, "until_at": null });
    let desks = json!({ "desks": [desk("main", "시청"), desk("bukgu", "북구청"), desk("seogu", "서구청")], "limits": null });
    world.server.on("GET /v1/desks", [Reply::Json(desks)]);
    world.server.on("POST /v1/conversations/12/actions", [Reply::Json(detail(12, 34, vec![]))]);
    world.munja(&["transfer", "12", "--desk", "북구", "--note", "부탁"]).await;
    let passed_on = |asked: &crate::client::fake::Asked| asked.line.ends_with("/actions");
    let sent = world.server.asked().into_iter().rfind(passed_on).expect("passed on");
    assert_eq!(sent.body["desk"], "bukgu");
    // What fits several is refused, with those it fits.
    world.server.on("POST /v1/conversations/12/actions", [problem(422, "no_such_desk")]);
    let run = world.munja(&["transfer", "12", "--desk", "구청", "--note", "부탁"]).await;
    assert!(run.err.contains("bukgu (북구청), seogu (서구청)"), "{}", run.err);
    assert!(world.munja(&["desks"]).await.out.contains("항상 운영"));
}

#[tokio::test]
async fn a_danger_says_who_holds_it_and_every_list_how_many_ring() {
    let mut world = World::new().await;
    let mut talk = detail(12, 34, vec![text_in(34, "살려주세요")]);
    (talk["tier"], talk["is_ringing"]) = (json!(1), json!(true));
    world.server.on("GET /v1/conversations/12", [Reply::Json(talk.clone())]);
    let run = world.munja(&["show", "12"]).await;
    assert!(run.out.contains("김민수 님이 맡은 상담이며") && !run.out.contains("아직 아무도"), "{}", run.out);
    talk["claimed_by"] = json!(null);
    (talk["offered_to"], talk["offered_to_name"]) = (json!("jiyeong"), json!("이지영"));
    world.server.on("GET /v1/conversations/12", [Reply::Json(talk)]);
    let run = world.munja(&["show", "12"]).await;
    assert!(
        run.out.contains("아직 아무도 살피지 않습니다") && run.out.contains("이지영 님 먼저"),
        "{}",
        run.out
    );
    world.is_terminal = true;
    let list = json!({ "conversations": [summary(7, "여권이요")], "n_total": 1, "n_ringing": 2 });
    world.server.on("GET /v1/conversations", [Reply::Json(list)]);
    let run = world.munja(&["list", "--mine"]).await;
    assert!(run.out.lines().next().is_some_and(|line| line.contains("긴급 2")), "{}", run.out);
}

#[tokio::test]
async fn kinds_of_events_that_are_none_are_refused_with_those_there_are() {
    let world = World::new().await;
    let run = world.munja(&["watch", "--kind", "danger"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("“danger”") && run.err.contains("text_in, opened"), "{}", run.err);
    assert!(world.asked().is_empty());
}

/// What an event tells is a sentence: no keys of desks, no log-ins, no words of the database.
#[tokio::test]
async fn watching_says_in_words_what_an_event_is_about() {
    let world = World::new().await;
    let desk = json!({ "key": "bukgu", "name": "북구청", "is_open": true, "until_at": null });
    world.server.on("GET /v1/desks", [Reply::Json(json!({ "desks": [desk], "limits": null }))]);
    let colleague = json!({ "login": "jiyeong", "name": "이지영", "role": "counselor", "desks": "*", "presence": "on", "since": null, "n_held": 0, "is_me": false });
    world.server.on("GET /v1/colleagues", [Reply::Json(json!({ "colleagues": [colleague] }))]);
    let table = [
        ("list_edited", "replies 13", "김민수 님이 고친 목록: 자주 쓰는 답변 13판"),
        ("transferred", "bukgu", "김민수 님이 넘겼습니다(받는 곳: 북구청)"),
        ("transferred", "jiyeong", "김민수 님이 넘겼습니다(받는 곳: 이지영)"),
        ("transferred", "gone", "김민수 님이 넘겼습니다(받는 곳: gone)"),
        ("bulletin_begun", "3 bukgu 1783080000000", "(북구청, 3번)"),
        ("decided", "send_again", "김민수 님이 문자 56의 재발송을 정했습니다"),
        (
            "operator_called",
            "deaf:bizgo began",
            "서버 담당자에게 알렸습니다: bizgo 쪽에서 문자가 들어오지 않음",
        ),
        ("operator_called", "clock over", "서버 담당자에게 알렸습니다: 끝남: 서버의 시계가 틀림"),
    ];
    let events = table.iter().enumerate().map(|(n, (kind, detail, _))| {
        let data = json!({ "seq": n, "at": NOON, "kind": kind, "detail": detail, "message_id": 56, "counselor": "minsu", "counselor_name": "김민수" });
        format!("id: {n}\nevent: x\ndata: {data}\n\n")
    });
    world.server.on("GET /v1/events", [Reply::Events(events.collect()), problem(401, "unauthorized")]);
    let run = world.munja(&["watch"]).await;
    assert_eq!(run.out.lines().count(), table.len(), "{}", run.out);
    for ((kind, detail, words), line) in table.iter().zip(run.out.lines()) {
        assert!(line.contains(words), "{kind} {detail}: {line}");
    }
}
