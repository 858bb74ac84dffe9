//! Log-ins, exit codes, and the commands that change something.

use super::*;
use crate::api::wire::ProblemCode;
use crate::cli::words;
use crate::client::LinkFault;
use crate::ops::lang::Lang;

#[tokio::test]
async fn every_refusal_has_an_exit_code_and_words_of_ours() {
    let world = World::new().await;
    for known in ProblemCode::ALL {
        let (code, exit) = (known.as_str(), Exit::from_code(*known));
        world.server.on("GET /v1/me", [problem(known.status(), code)]);
        for lang in ["ko", "en"] {
            let run = world.munja(&["whoami", "--lang", lang]).await;
            assert_eq!(run.exit, exit, "{code}");
            assert!(run.out.is_empty() && run.err.contains("\n→ "), "{code}: {}", run.err);
            let own_words = matches!(code, "bad_request" | "unknown_field" | "wrong_content_type")
                || !run.err.contains("as the server says it");
            assert!(own_words, "{code}: {}", run.err);
            let is_korean = run.err.contains(|c: char| ('가'..='힣').contains(&c));
            assert_eq!(is_korean, lang == "ko", "{code}: {}", run.err);
        }
    }
}

#[test]
fn every_code_has_a_sentence_a_next_step_and_a_documented_exit_code() {
    for lang in [Lang::Ko, Lang::En] {
        let say = words::say(lang);
        let documented: Vec<u8> = say
            .t("cmd-munja.examples")
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .filter(|n| *n < 10)
            .collect();
        let faults = LinkFault::ALL.map(LinkFault::code);
        for code in ProblemCode::ALL.iter().map(|code| code.as_str()).chain(faults) {
            for kind in ["error", "next"] {
                let id = format!("{kind}-{code}");
                assert!(say.find_with(&id, every_value()).is_some_and(|s| !s.is_empty()), "{lang:?} {id}");
            }
        }
        for code in ProblemCode::ALL {
            assert!(documented.contains(&(Exit::from_code(*code) as u8)), "{lang:?} {code:?}");
        }
    }
}

/// Values for any sentence about a refusal.
fn every_value() -> Vec<(&'static str, crate::client::Value)> {
    let names = [
        "n",
        "name",
        "characters",
        "minutes",
        "texts",
        "detail",
        "request",
        "server",
        "why",
        "numbers",
        "look",
    ];
    names.into_iter().map(|name| (name, "x".into())).collect()
}

#[tokio::test]
async fn a_refusal_of_a_newer_server_is_told_in_its_words() {
    let world = World::new().await;
    world.server.on("GET /v1/me", [problem(409, "moon_is_full")]);
    let run = world.munja(&["whoami"]).await;
    assert_eq!((run.exit, run.err.trim()), (Exit::Refused, "as the server says it"));
}

#[tokio::test]
async fn errors_for_programs_are_problem_details() {
    let world = World::new().await;
    let other = json!({ "claimed_by": { "id": 2, "login": "yuna", "name": "박유나" } });
    world.server.on("POST /v1/conversations/12/claim", [Reply::Problem(409, "claimed_by_other", other)]);
    let run = world.munja(&["claim", "12", "--json"]).await;
    assert_eq!((run.exit, run.out.as_str()), (Exit::Refused, ""));
    let error: Value = serde_json::from_str(&run.err).expect("JSON and nothing else");
    assert_eq!(error["code"], "claimed_by_other");
    assert_eq!(error["claimed_by"]["login"], "yuna");
    assert_eq!(error["detail"], "박유나 님이 이 시민과 상담 중입니다. 다른 상담을 맡으십시오: munja next");
    for (args, code) in [
        (vec!["lst", "--json"], "usage_command_like"),
        (vec!["show", "x", "--json"], "usage_value"),
        (vec!["report", "--compare", "foo", "--json"], "usage_value"),
    ] {
        let run = world.munja(&args).await;
        let error: Value = serde_json::from_str(&run.err).expect("JSON and nothing else");
        assert_eq!((run.exit, &error["code"]), (Exit::Usage, &json!(code)));
    }
}

#[tokio::test]
async fn a_log_in_is_kept_for_its_owner_only() {
    let mut world = World::new().await;
    world.vars.retain(|(name, _)| !name.starts_with("MUNJA"));
    world.stdin = "비밀 번호\n".to_owned();
    let answer = json!({ "token": "a-new-token", "expires_at": NOON + 3_600_000, "counselor": minsu() });
    world.server.on("POST /v1/login", [Reply::Json(answer.clone()), Reply::Json(answer)]);
    let url = world.server.url.clone();
    let run = world.munja(&["login", "--server", &url, "--user", "minsu", "--password-stdin"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert!(run.out.contains("김민수 님으로") && run.out.contains("13:00까지"), "{}", run.out);
    assert!(!run.out.contains("a-new-token"));
    assert_eq!(world.server.asked()[0].body, json!({ "login": "minsu", "password": "비밀 번호" }));
    let file = world.home.path().join(".config/munja/default.json");
    assert_eq!((mode(&file), mode(file.parent().expect("a directory"))), (0o600, 0o700));

    let me = json!({ "id": 1, "login": "minsu", "name": "김민수", "role": "counselor", "desks": "*" });
    world.server.on("GET /v1/me", [Reply::Json(me)]);
    assert_eq!(world.munja(&["whoami"]).await.out, "김민수 (minsu) · 상담사\n");
    assert_eq!(world.server.asked()[1].header("authorization"), Some("Bearer a-new-token"));
    assert_eq!(world.munja(&["whoami", "--profile", "night"]).await.exit, Exit::NotLoggedIn);

    world.server.on("POST /v1/logout", [Reply::Nothing]);
    assert_eq!(world.munja(&["logout"]).await.exit, Exit::Ok);
    assert!(!file.exists());
    assert_eq!(world.munja(&["whoami"]).await.exit, Exit::NotLoggedIn);

    // The server knows the device by its old token, which no other server gets.
    assert_eq!(world.server.asked()[0].header("authorization"), None);
    let run = world.munja(&["login", "--server", &url, "--user", "minsu", "--password-stdin"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert_eq!(
        world.server.asked().last().expect("a request").header("authorization"),
        Some("Bearer a-new-token")
    );
    let var = |name: &str| world.vars.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let profile = crate::client::Profile::choose(None, var).expect("a profile");
    assert!(profile.device_token(&url).is_some() && profile.device_token("http://127.0.0.1:1").is_none());
}

#[tokio::test]
async fn a_log_in_that_makes_no_sense_is_as_good_as_none() {
    let mut world = World::new().await;
    world.vars.retain(|(name, _)| !name.starts_with("MUNJA"));
    let dir = world.home.path().join(".config/munja");
    std::fs::create_dir_all(&dir).expect("a directory");
    for content in [b"".as_slice(), b"\xff\xfe", b"null", b"{\"server\":1}", b"[[["] {
        std::fs::write(dir.join("default.json"), content).expect("written");
        assert_eq!(world.munja(&["whoami"]).await.exit, Exit::NotLoggedIn, "{content:?}");
    }
}

#[tokio::test]
async fn a_token_goes_to_its_own_server_only() {
    let mut world = World::new().await;
    world.vars.retain(|(name, _)| !name.starts_with("MUNJA"));
    let dir = world.home.path().join(".config/munja");
    std::fs::create_dir_all(&dir).expect("a directory");
    let kept = json!({ "server": "https://elsewhere.example", "token": "not-for-you" });
    std::fs::write(dir.join("default.json"), kept.to_string()).expect("written");
    let url = world.server.url.clone();
    let run = world.munja(&["list", "--server", &url]).await;
    assert_eq!(run.exit, Exit::NotLoggedIn);
    assert!(run.err.contains("elsewhere.example"), "{}", run.err);
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn a_log_in_without_a_terminal_says_how() {
    let world = World::new().await;
    let run = world.munja(&["login", "--user", "minsu"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("--password-stdin"), "{}", run.err);
    assert_eq!(world.munja(&["login"]).await.exit, Exit::Usage);
    // Each command hints at itself.
    let run = world.munja(&["totp", "enable"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(
        run.err.contains("munja totp enable --password-stdin") && !run.err.contains("munja login"),
        "{}",
        run.err
    );
    let run = world.munja(&["passwd"]).await;
    assert!(run.err.contains("munja passwd --password-stdin"), "{}", run.err);
}

#[tokio::test]
async fn addresses_and_profiles_that_cannot_be() {
    let world = World::new().await;
    for args in [
        ["list", "--server", "http://10.0.0.3:8120"],
        ["list", "--server", "munja"],
        ["list", "--profile", "../../etc/passwd"],
        ["list", "--profile", ".night"],
    ] {
        let run = world.munja(&args).await;
        assert_eq!(run.exit, Exit::Usage, "{args:?}");
        assert!(run.err.contains('→'), "{}", run.err);
    }
    let run =
        world.munja(&["login", "--server", "http://munja.example.kr", "--user", "a", "--lang", "en"]).await;
    assert!(run.err.contains("unencrypted across the network"), "{}", run.err);
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn nobody_answers() {
    let mut world = World::new().await;
    world.set("MUNJA_SERVER", "unix:/nonexistent/api.sock");
    let run = world.munja(&["status"]).await;
    assert_eq!(run.exit, Exit::Unreachable);
    assert!(run.err.contains("/nonexistent/api.sock") && run.err.contains('→'), "{}", run.err);
}

#[tokio::test]
async fn nobody_waits() {
    let world = World::new().await;
    world.server.on("POST /v1/conversations/next", [problem(404, "nobody_waits")]);
    let run = world.munja(&["next"]).await;
    assert_eq!((run.exit, run.out.as_str()), (Exit::Nothing, ""));
    assert!(run.err.starts_with("기다리는 시민이 없습니다."), "{}", run.err);
}

#[tokio::test]
async fn what_was_done_is_told() {
    let world = World::new().await;
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![]))]);
    world.munja(&["show", "12"]).await;
    let table: [(&[&str], &str, &str, Value); 5] = [
        (&["release", "12"], "POST /v1/conversations/12/release", "내려놓았습니다", json!("released")),
        (
            &["close", "12", "--reason", "안내함"],
            "POST /v1/conversations/12/close",
            "종료했습니다",
            json!("closed"),
        ),
        (&["recall", "56"], "POST /v1/messages/56/recall", "취소했습니다", json!("recalled")),
        (&["decide", "56", "give-up"], "POST /v1/messages/56/decision", "실패로", json!("given_up")),
        (
            &["decide", "56", "send-again", "--yes"],
            "POST /v1/messages/56/decision",
            "다시 보냅니다",
            json!("sent_again"),
        ),
    ];
    for (args, route, words, done) in table {
        world.server.on(route, [Reply::Nothing]);
        let run = world.munja(args).await;
        assert_eq!(run.exit, Exit::Ok, "{args:?}: {}", run.err);
        assert!(run.out.contains(words), "{}", run.out);
        let run = world.munja(&[args, &["--json"]].concat()).await;
        let said: Value = serde_json::from_str(&run.out).expect("JSON and nothing else");
        assert_eq!(said, json!({ "done": done, "id": args[1].parse::<i64>().expect("a number") }));
    }
    let bodies: Vec<Value> = world.server.asked().into_iter().skip(1).map(|a| a.body).collect();
    assert_eq!(bodies[2], json!({ "reason": "안내함", "last_seen": 34 }));
    assert_eq!(bodies[6], json!({ "decision": "give_up" }));
    assert_eq!(bodies[8], json!({ "decision": "send_again" }));
}

#[tokio::test]
async fn closing_says_what_was_seen_also_if_forced() {
    let world = World::new().await;
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![]))]);
    let newer = json!({ "newer": [text_in(35, "하나 더 있어요")] });
    world
        .server
        .on("POST /v1/conversations/12/close", [Reply::Problem(409, "newer_texts", newer), Reply::Nothing]);
    world.munja(&["show", "12"]).await;
    let run = world.munja(&["close", "12"]).await;
    assert_eq!(run.exit, Exit::LookFirst);
    assert!(run.err.contains("하나 더 있어요") && run.err.contains("--force"), "{}", run.err);
    assert_eq!(world.munja(&["close", "12", "--force"]).await.exit, Exit::Ok);
    let sent: Vec<Value> = world.server.asked().into_iter().skip(1).map(|a| a.body).collect();
    let (plain, forced) = (
        json!({ "reason": null, "last_seen": 34 }),
        json!({ "reason": null, "last_seen": 34, "force": true }),
    );
    assert_eq!(sent, [plain, forced]);
}

#[tokio::test]
async fn a_conversation_never_shown_here_is_not_closed() {
    let world = World::new().await;
    world.server.on("POST /v1/conversations/12/close", [Reply::Nothing]);
    for args in [&["close", "12"][..], &["close", "12", "--force"]] {
        let run = world.munja(args).await;
        assert_eq!(run.exit, Exit::LookFirst, "{args:?}");
        assert!(run.err.contains("→ munja show 12"), "{}", run.err);
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn who_passes_something_on_to_a_closed_desk_is_told_when_it_opens() {
    let world = World::new().await;
    let passed = || Reply::Json(detail(12, 34, vec![]));
    world.server.on("POST /v1/conversations/12/actions", [passed(), passed()]);
    let desks = |is_open: bool| {
        let buk =
            json!({ "key": "buk", "name": "북구", "is_open": is_open, "until_at": NOON + 3 * 86_400_000 });
        Reply::Json(json!({ "desks": [buk] }))
    };
    world.server.on("GET /v1/desks", [desks(false), desks(false), desks(true), desks(true)]);
    let pass = ["transfer", "12", "--desk", "buk", "--note", "보건소 문의"];
    let run = world.munja(&pass).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert!(run.err.contains("buk 부서는 지금 닫혀 있습니다. 7월 6일 12:00에 엽니다."), "{}", run.err);
    let run = world.munja(&pass).await;
    assert!(!run.err.contains("닫혀"), "{}", run.err);
}

#[tokio::test]
async fn an_alarm_is_ended_with_a_reason() {
    let world = World::new().await;
    let route = "POST /v1/conversations/12/actions";
    world.server.on(route, [Reply::Json(detail(12, 34, vec![]))]);
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![]))]);
    let blind = world.munja(&["false-alarm", "12", "--reason", "노래 가사"]).await;
    assert_eq!(blind.exit, Exit::LookFirst, "{}", blind.err);
    world.munja(&["show", "12"]).await;
    let run = world.munja(&["false-alarm", "12", "--reason", "노래 가사"]).await;
    assert_eq!((run.exit, run.out.as_str()), (Exit::Ok, "상담 12번의 경보를 끝냈습니다.\n"), "{}", run.err);
    let asked = world.server.asked().pop().unwrap().body;
    assert_eq!(asked, json!({ "action": "false_alarm", "reason": "노래 가사", "last_seen": 34 }));
    assert_eq!(world.munja(&["false-alarm", "12"]).await.exit, Exit::Usage);
    world.server.on(route, [problem(409, "no_danger")]);
    let run = world.munja(&["false-alarm", "12", "--reason", "노래 가사"]).await;
    assert!(run.exit == Exit::Refused && run.err.contains("끝낼 경보가 없습니다"), "{}", run.err);
}

#[tokio::test]
async fn the_number_is_shown_with_a_reason() {
    let world = World::new().await;
    let shown = json!({ "conversation_id": 12, "number": "01012345678" });
    world.server.on("POST /v1/conversations/12/reveal", [Reply::Json(shown.clone()), Reply::Json(shown)]);
    let run = world.munja(&["reveal", "12", "--reason", "119에 알려야 함"]).await;
    assert_eq!(run.out, "상담 12번 시민의 번호: 01012345678\n", "{}", run.err);
    assert_eq!(world.server.asked()[0].body, json!({ "reason": "119에 알려야 함" }));
    assert_eq!(world.munja(&["reveal", "12"]).await.exit, Exit::Usage);
    assert!(!run.err.contains("가려서 남깁니다"), "{}", run.err);
    let run = world.munja(&["reveal", "12", "--reason", "010-1234-5678 님"]).await;
    assert!(run.err.contains("가려서 남깁니다") && !run.err.contains("5678"), "{}", run.err);
}

/// Number, texts and times are read out; the alarm ends only once somebody says who was told.
#[tokio::test]
async fn handing_over_shows_what_to_read_out_and_asks_who_was_told() {
    let mut world = World::new().await;
    let shown = json!({ "conversation_id": 12, "number": "01012345678" });
    let told = detail(12, 34, vec![text_in(34, "살려주세요 한빛아파트"), text_out(3, "delivered")]);
    world.server.on("POST /v1/conversations/12/reveal", [Reply::Json(shown)]);
    world.server.on("GET /v1/conversations/12", [Reply::Json(told.clone())]);
    world.server.on("POST /v1/conversations/12/actions", [Reply::Json(told)]);
    let run = world.munja(&["handover", "12", "119"]).await;
    for word in ["01012345678", "한빛아파트", "119에 읽어 줄 내용"] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
    assert!(
        !run.out.contains("5분 뒤에 옵니다") && run.err.contains("아직 알리지 않은"),
        "{}{}",
        run.out,
        run.err
    );
    assert_eq!(world.asked().len(), 2, "nothing was recorded as told");
    world.is_terminal = true;
    world.stdin = "상황실 박소방\n".to_owned();
    let run = world.munja(&["handover", "12", "119"]).await;
    assert!(run.out.contains("119에 알린 것으로 기록했습니다"), "{}{}", run.out, run.err);
    let told = world.server.asked().pop().unwrap();
    assert_eq!(
        told.body,
        json!({ "action": "handover", "service": "119", "told": "상황실 박소방", "last_seen": 34 })
    );
    world.munja(&["handover", "12", "112", "--told", "박경장"]).await;
    assert_eq!(world.server.asked().pop().unwrap().body["service"], "112");
    assert_eq!(world.munja(&["handover", "12", "911"]).await.exit, Exit::Usage);
}

#[tokio::test]
async fn who_is_on_duty_and_what_stands() {
    let world = World::new().await;
    let phone = |name: &str, is_on_duty: bool| {
        json!({ "kind": "danger", "name": name, "number": "010-****-0001", "is_on_duty": is_on_duty,
                "until_at": NOON + 3_600_000, "is_next": is_on_duty })
    };
    let alarm = json!({ "conversation_id": 12, "since_at": NOON - 300_000, "n_phones": 2, "last_call_at": NOON,
                        "acked_by": "김당직", "quiet_until_at": NOON + 60_000 });
    let trouble = json!({ "trouble": "deaf:bizgo", "since_at": NOON - 300_000, "told_at": NOON });
    let duty = json!({ "phones": [phone("김당직", true), phone("이당직", false)], "alarms": [alarm], "troubles": [trouble] });
    let always = json!({ "kind": "danger", "name": "박당직", "number": "010-****-0002", "is_on_duty": true, "until_at": null,
                         "is_next": false, "is_always": true, "ignored_until_at": NOON + 60_000 });
    let mut duty = duty;
    duty["phones"].as_array_mut().unwrap().push(always);
    let mut new = duty["alarms"][0].clone();
    new["since_at"] = json!(NOON);
    duty["alarms"].as_array_mut().unwrap().push(new);
    let nobody = json!({ "phones": [], "alarms": [], "troubles": [] });
    world.server.on("GET /v1/duty", [Reply::Json(duty), Reply::Json(nobody)]);
    let run = world.munja(&["duty"]).await;
    for word in [
        "김당직",
        "다음 알림",
        "상담 12번",
        "2대",
        "bizgo",
        "알리지 않음",
        "항상 당직",
        "답변을 받지 않음",
        "방금",
    ] {
        assert!(run.out.contains(word), "{word}: {}{}", run.out, run.err);
    }
    let run = world.munja(&["duty"]).await;
    assert!(run.out.contains("[alarm]") && run.out.contains("끝나지 않은 알림이 없습니다"), "{}", run.out);
}

#[tokio::test]
async fn sending_again_needs_a_yes() {
    let mut world = World::new().await;
    world.server.on("POST /v1/messages/56/decision", [Reply::Nothing]);
    assert_eq!(world.munja(&["decide", "56", "send-again"]).await.exit, Exit::Usage);
    world.is_terminal = true;
    for (answer, exit) in [("n\n", Exit::Unexpected), ("", Exit::Unexpected), ("네\n", Exit::Ok)] {
        world.stdin = answer.to_owned();
        let run = world.munja(&["decide", "56", "send-again"]).await;
        assert_eq!(run.exit, exit, "{answer:?}");
        assert!(run.err.contains("두 번"), "{}", run.err);
    }
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn help_and_version_and_completions() {
    let world = World::new().await;
    for (args, words) in [
        (vec!["--help"], "종료 코드:"),
        (vec!["reply", "--help"], "62번 버스는"),
        (vec!["help", "reply"], "사용법: munja reply"),
        (vec!["help"], "명령:"),
        (vec!["--version"], env!("CARGO_PKG_VERSION")),
        (vec!["completions", "zsh"], "상담 번호"),
    ] {
        let run = world.munja(&args).await;
        assert_eq!((run.exit, run.err.as_str()), (Exit::Ok, ""), "{args:?}");
        assert!(run.out.contains(words), "{args:?}: {}", run.out);
    }
    assert_eq!(world.munja(&[]).await.exit, Exit::Usage);
    assert_eq!(world.munja(&["help", "nonsense"]).await.exit, Exit::Usage);
}

#[tokio::test]
async fn categories_show_within_which_time_an_answer_is_owed() {
    let world = World::new().await;
    let list = json!({ "version": "1", "categories": ["교통/택시", "복지/수어통역", "복지/노인"], "required": true,
                       "due_ms": { "복지/수어통역": 7_200_000, "복지/노인": 5_400_000 } });
    world.server.on("GET /v1/categories", [Reply::Json(list)]);
    let run = world.munja(&["categories"]).await;
    assert_eq!(run.out, "교통/택시\n복지/수어통역  2시간 안에\n복지/노인  90분 안에\n", "{}", run.err);
    assert!(world.munja(&["categories", "--lang", "en"]).await.out.contains("within 2 h"));
}

/// What is masked is shown by `--texts`; the reason goes along.
#[tokio::test]
async fn masked_texts_are_shown_with_a_reason() {
    let world = World::new().await;
    let text = json!({ "direction": "in", "id": 34, "at": super::NOON, "text": "면허 11-22-333333-44", "holds": ["licence"] });
    let shown = json!({ "conversation_id": 12, "number": "010-****-5678", "texts": [text] });
    world.server.on("POST /v1/conversations/12/reveal", [Reply::Json(shown)]);
    let run = world.munja(&["reveal", "12", "--texts", "--reason", "면허 확인"]).await;
    assert!(
        run.out.contains("운전면허번호") && run.out.contains("│ 면허 11-22-333333-44"),
        "{} {}",
        run.out,
        run.err
    );
    assert_eq!(world.server.asked()[0].body, json!({ "reason": "면허 확인", "what": "texts" }));
    let mut masked = text_in(34, "면허 11-**-******-**");
    masked["n_masked"] = json!(1);
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![masked]))]);
    let run = world.munja(&["show", "12"]).await;
    assert!(run.out.contains("가려진 번호 1개"), "{} {}", run.out, run.err);
}

/// Drafts and photos that are too old are removed at any start, of every profile; what is younger stays.
#[tokio::test]
async fn old_drafts_and_photos_are_removed_at_each_start() {
    let world = World::new().await;
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_millis(super::NOON as u64);
    let put = |path: std::path::PathBuf, days: u64| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "x").unwrap();
        let at = now - std::time::Duration::from_secs(days * 86_400 + 60);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
        path
    };
    let other = world.state("x").parent().unwrap().with_file_name("other");
    let old = [
        put(world.state("draft-12.txt"), 14),
        put(world.state("sending-12-00.json"), 14),
        put(world.state("photos/photo-7.jpg"), 1),
        put(world.state("photo-8.jpg"), 1),
        put(other.join("draft-3-2.txt"), 20),
    ];
    let young = [
        put(world.state("draft-13.txt"), 13),
        put(world.state("photos/photo-9.jpg"), 0),
        put(world.state("seen.json"), 99),
    ];
    world.server.on("GET /v1/me", [Reply::Json(minsu())]);
    let run = world.munja(&["whoami"]).await;
    assert!(old.iter().all(|path| !path.exists()) && young.iter().all(|path| path.exists()), "{old:?}");
    assert!(run.err.contains("초안 2개") && run.err.contains("사진 2개"), "{}", run.err);
    let again = world.munja(&["whoami"]).await;
    assert!(!again.err.contains("초안"), "said once: {}", again.err);
}

/// Each says what would have been right.
#[tokio::test]
async fn what_was_typed_wrong_names_what_is_right() {
    let world = World::new().await;
    let cases: [(&[&str], &str); 4] = [
        (&["list", "--state", "nonsense"], "waiting, active, answered, closed"),
        (&["--contrast", "desk"], "munja desk --contrast"),
        (&["promise", "12", "2027-07-03"], "30일 안"),
        (&["promise", "12", "2026-07-01"], "지난 시각"),
    ];
    for (args, right) in cases {
        let run = world.munja(args).await;
        assert_eq!(run.exit, Exit::Usage, "{args:?}: {}", run.err);
        assert!(run.err.contains(right), "{args:?}: {}", run.err);
    }
    assert_eq!(world.asked(), Vec::<String>::new(), "nothing was asked of the server");
    let other = json!({ "offered_to": { "id": 2, "login": "jiyeong", "name": "이지영" } });
    world.server.on("POST /v1/conversations/12/claim", [Reply::Problem(409, "offered_to_other", other)]);
    let run = world.munja(&["claim", "12"]).await;
    assert_eq!(run.exit, Exit::Refused);
    assert!(run.err.contains("이지영 님에게 넘어간"), "{}", run.err);
}
