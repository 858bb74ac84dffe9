//! Searching, similar questions, and advice before a reply.

use super::*;
use crate::api::wire::Counts;

fn hit(id: i64, kind: &str, text: &str) -> Value {
    json!({
        "conversation_id": id, "kind": kind, "id": 9, "at": NOON - 60_000, "citizen": "010-****-5678", "desk": "main",
        "category": "교통/버스", "state": "closed", "author": (kind != "text").then_some("김민수"), "text": text,
        "marks": [{ "start": 0, "end": 2 }], "is_abusive": false,
    })
}

#[tokio::test]
async fn what_is_found_is_shown_with_its_mark_and_how_to_go_on() {
    let world = World::new().await;
    let hits = [hit(12, "text", "버스 언제\u{1b}[2J"), hit(7, "answer", "버스는 5분 뒤")];
    let found = json!({ "hits": hits, "next": "1.2.3", "looked_back_to_at": null });
    world.server.on("GET /v1/search", [Reply::Json(found)]);
    let run = world.munja(&["search", "버스", "--since", "30d", "--kind", "text"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    let expected = "12  11:59 · 시민 · 010-****-5678 · 교통/버스\n  │ [버스] 언제\\u{1b}[2J\n\
                    7  11:59 · 답변 · 김민수 · 교통/버스\n  │ [버스]는 5분 뒤\n";
    assert_eq!(run.out, expected);
    assert!(run.err.contains("--after 1.2.3"), "{}", run.err);
    let asked = world.asked();
    let line = "GET /v1/search?q=%EB%B2%84%EC%8A%A4&kind=text&since_at=";
    let since: i64 = asked[0].strip_prefix(line).expect("a search").parse().expect("a time");
    // The clock of the test goes on.
    assert!((0..60_000).contains(&(since - (NOON - 30 * 86_400_000))), "{since}");
}

#[tokio::test]
async fn nothing_found_has_its_exit_code_and_a_number_needs_a_reason() {
    let world = World::new().await;
    let none = json!({ "hits": [], "next": null, "looked_back_to_at": null });
    world.server.on("GET /v1/search", [Reply::Json(none)]);
    assert_eq!(world.munja(&["search", "없는말"]).await.exit, Exit::Nothing);
    assert_eq!(world.munja(&["search", "--number", "01012345678"]).await.exit, Exit::Usage);
    assert_eq!(world.munja(&["search", "버스", "--since", "어제"]).await.exit, Exit::Usage);
    let run = world.munja(&["search", "없는말", "--json"]).await;
    assert_eq!((run.exit, run.out.contains("hits")), (Exit::Ok, true));
}

/// What a number is, the server says: a carrier may call a sender otherwise.
#[tokio::test]
async fn a_sender_who_has_no_number_is_sent_as_they_were_typed() {
    let mut world = World::new().await;
    let found =
        json!({ "hits": [hit(12, "text", "번호 없이 온 글")], "next": null, "looked_back_to_at": null });
    world.server.on("GET /v1/search", [Reply::Json(found)]);
    world.stdin = "KakaoBank\n".to_owned();
    for number in ["KakaoBank", "-"] {
        let run = world.munja(&["search", "--number", number, "--reason", "ask"]).await;
        assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    }
    assert!(
        world.asked().iter().all(|line| line == "GET /v1/search?number=KakaoBank&reason=ask"),
        "{:?}",
        world.asked()
    );
}

#[tokio::test]
async fn an_earlier_answer_begins_a_draft_and_is_not_sent_by_itself() {
    let world = World::new().await;
    let one = json!({ "conversation_id": 7, "closed_at": NOON, "category": null, "question": "막차?", "answer": "22:40" });
    world.server.on("GET /v1/conversations/12/similar", [Reply::Json(json!({ "similar": [one] }))]);
    let run = world.munja(&["similar", "12"]).await;
    assert!(run.out.contains("? 막차?") && run.out.contains("│ 22:40"), "{}", run.out);
    assert!(run.err.contains("munja reply 12 --from 7"), "{}", run.err);
    world.server.on("GET /v1/conversations/12/similar", [Reply::Json(json!({ "similar": [] }))]);
    assert_eq!(world.munja(&["similar", "12"]).await.exit, Exit::Nothing);
    world.server.on("GET /v1/conversations/7", [Reply::Json(detail(7, 34, vec![text_out(5, "delivered")]))]);
    let run = world.munja(&["reply", "12", "--from", "7", "--last-seen", "1"]).await;
    assert_eq!(run.exit, Exit::LookFirst, "{}", run.err);
    let draft = std::fs::read_to_string(world.state("draft-12.txt")).expect("kept");
    assert_eq!(draft, "5분 뒤에 옵니다.\n");
    assert!(world.asked().iter().all(|line| !line.starts_with("POST")));
}

#[tokio::test]
async fn advice_is_shown_where_a_person_reads_it_and_blocks_nothing() {
    let mut world = World::new().await;
    let advice = json!({ "kind": "hard_word", "start": 0, "end": 2, "words": "금일", "instead": "오늘" });
    world.server.on("POST /v1/advice", [Reply::Json(json!({ "text": "금일", "advice": [advice] }))]);
    let run = world.munja(&["advice", "금일"]).await;
    assert_eq!(run.out, "· “금일” → 쉬운 말: 오늘\n");
    let reply = ["reply", "12", "금일", "--last-seen", "1"];
    let preview = world.munja(&[&reply[..], &["--preview"]].concat()).await;
    assert!(preview.exit == Exit::Ok && preview.err.contains("오늘"), "{}", preview.err);
    let sent = json!({
        "reply_id": 3, "n_bytes": 4, "messages": [text_out(56, "held")], "repeated": false,
        "size": { "kind": "sms", "n": 4, "most": 90, "unit": "bytes", "n_parts": 1 },
    });
    world.server.on("POST /v1/conversations/12/replies", [Reply::Json(sent)]);
    let n_advised = |world: &World| world.asked().iter().filter(|line| line.contains("advice")).count();
    assert_eq!(world.munja(&reply).await.exit, Exit::Ok);
    assert_eq!(n_advised(&world), 2, "none in a pipe");
    world.munja(&[&reply[..], &["--advice"]].concat()).await;
    assert_eq!(n_advised(&world), 3);
    world.is_terminal = true;
    world.server.on("POST /v1/advice", [problem(500, "internal")]);
    world.stdin = "네\n".to_owned();
    assert_eq!(world.munja(&reply).await.exit, Exit::Ok, "a server without advice is no obstacle");
    assert_eq!(n_advised(&world), 4);
}

#[tokio::test]
async fn a_citizen_is_named_in_every_list_and_found_by_the_name() {
    let world = World::new().await;
    let named = |mut of: Value| {
        of["citizen_name"] = json!("7F2K");
        of
    };
    let hits = [named(hit(12, "text", "버스 언제")), named(hit(7, "answer", "버스는 5분 뒤"))];
    let found = json!({ "hits": hits, "next": null, "looked_back_to_at": null });
    world.server.on("GET /v1/search", [Reply::Json(found)]);
    let run = world.munja(&["search", "시민 7F2K"]).await;
    assert!(
        run.out.contains("시민 7F2K (010-****-5678)") && run.out.contains("김민수 → 시민 7F2K"),
        "{}",
        run.out
    );
    assert!(world.asked()[0].contains("7F2K"));
    // At the end of each line, where it moves no column.
    let list = json!({ "conversations": [named(summary(12, "62번 버스"))], "n_total": 1 });
    world.server.on("GET /v1/conversations", [Reply::Json(list)]);
    assert_eq!(world.munja(&["list"]).await.out, "12  010-****-5678  대기  3분  62번 버스  7F2K\n");
    let talk = named(detail(12, 34, vec![text_in(34, "62번")]));
    world.server.on("GET /v1/conversations/12", [Reply::Json(talk)]);
    let run = world.munja(&["show", "12"]).await;
    let head = run.out.lines().next().expect("a head");
    assert!(head.starts_with("상담 12번 · 010-****-5678 · ") && head.ends_with("· 시민 7F2K"), "{head}");
    let mut doubt = named(text_out(56, "in_doubt"));
    (doubt["conversation_id"], doubt["citizen"]) = (json!(12), json!("010-****-5678"));
    world.server.on("GET /v1/messages", [Reply::Json(json!({ "messages": [doubt], "next": 56 }))]);
    let run = world.munja(&["doubt"]).await;
    assert!(run.out.contains("시민 7F2K (010-****-5678)"), "{}", run.out);
    assert!(run.err.contains("munja doubt --after 56"), "{}", run.err);
    world.munja(&["doubt", "--after", "56"]).await;
    assert_eq!(world.asked().last().unwrap(), "GET /v1/messages?state=in_doubt&after=56");
    let restricted = json!({
        "citizen": "010-****-5678", "citizen_name": "7F2K", "conversation_id": 12, "restricted_until_at": null,
        "restriction_reason": null, "restricted_by": null, "opted_out_at": NOON,
    });
    let list = json!({ "citizens": [restricted], "n_total": 1 });
    world.server.on("GET /v1/citizens", [Reply::Json(list)]);
    let run = world.munja(&["restricted"]).await;
    assert_eq!(run.out, "010-****-5678\t12\t\t\t\t12:00\t7F2K\n");
}

#[tokio::test]
async fn a_search_for_nothing_says_what_to_type() {
    let world = World::new().await;
    for args in
        [vec!["search"], vec!["search", ""], vec!["search", " ", "--desk", "main"], vec!["search", "\"\""]]
    {
        let run = world.munja(&args).await;
        assert_eq!(run.exit, Exit::Usage, "{args:?}");
        assert!(run.err.contains("munja search 막차"), "{args:?}: {}", run.err);
    }
    assert!(world.asked().iter().all(|line| !line.contains("search")), "nothing was asked for");
}

#[tokio::test]
async fn surveys_come_in_pages() {
    let world = World::new().await;
    let survey = json!({ "conversation_id": 12, "answered_at": NOON, "counselor": "김민수", "score": 5, "comment": null });
    let list = json!({ "surveys": [survey], "mean_hundredths": 500, "next": "9.3" });
    world.server.on("GET /v1/surveys", [Reply::Json(list)]);
    let run = world.munja(&["surveys", "--all", "--since", "7d"]).await;
    assert!(run.err.contains("munja surveys --since 10080m --all --after 9.3"), "{}", run.err);
    world.munja(&["surveys", "--after", "9.3"]).await;
    assert!(world.asked().last().unwrap().ends_with("&of=mine&after=9.3"), "{:?}", world.asked());
}

#[tokio::test]
async fn one_line_for_a_status_bar() {
    let world = World::new().await;
    let counts = |n_waiting: i64, n_dangers: i64| {
        let oldest = (n_waiting > 0).then_some(NOON - 360_000);
        Counts {
            n_waiting,
            oldest_waiting_since_at: oldest,
            n_dangers,
            n_dangers_ringing: n_dangers,
            ..Counts::default()
        }
    };
    let table = [
        (
            counts(0, 0),
            "대기 0\n",
            json!({ "n_waiting": 0, "oldest_waiting_since_at": null, "n_dangers": 0, "n_dangers_ringing": 0 }),
        ),
        (
            counts(3, 1),
            "대기 3 (6분) · 긴급 1\n",
            json!({ "n_waiting": 3, "oldest_waiting_since_at": NOON - 360_000, "n_dangers": 1, "n_dangers_ringing": 1 }),
        ),
    ];
    for (counts, line, object) in table {
        let status = json!({
            "version": "0.1.0", "now_at": NOON, "started_at": NOON, "carriers": [], "counts": counts, "workers": [],
        });
        let reply = Reply::Json(status);
        world.server.on("GET /v1/status", [reply.clone(), reply]);
        assert_eq!(world.munja(&["status", "--short"]).await.out, line);
        let shown = world.munja(&["status", "--short", "--json"]).await.out;
        assert_eq!(serde_json::from_str::<Value>(&shown).expect("JSON"), object);
    }
}

/// A short name of letters only is searched as a word: who typed it is told how to look for the citizen.
#[tokio::test]
async fn a_short_name_of_letters_only_is_suggested() {
    let world = World::new().await;
    let nothing = || Reply::Json(json!({ "hits": [], "next": null, "looked_back_to_at": null }));
    world.server.on("GET /v1/search", [nothing()]);
    for (words, suggested) in [("BRCK", true), ("brck", true), ("7F2K", false), ("버스", false)] {
        let run = world.munja(&["search", words]).await;
        assert_eq!(run.exit, Exit::Nothing, "{words}");
        assert_eq!(run.err.contains("munja search --citizen BRCK"), suggested, "{words}: {}", run.err);
    }
    for (args, suggested) in [
        (&["show", "BRCK"][..], true),
        (&["show", "7F2K"], true),
        (&["reply", "BRCK", "네"], true),
        (&["show", "열둘"], false),
    ] {
        let run = world.munja(args).await;
        assert_eq!(
            (run.exit, run.err.contains("munja search --citizen")),
            (Exit::Usage, suggested),
            "{args:?}: {}",
            run.err
        );
    }
}

/// What cannot be answered says so in the list, and what ends it in the conversation.
#[tokio::test]
async fn who_wants_no_texts_is_shown_as_that() {
    let world = World::new().await;
    let mut row = summary(12, "수고하세요");
    row["refuses_texts"] = json!(true);
    let list = json!({ "conversations": [row], "n_total": 1 });
    world.server.on("GET /v1/conversations", [Reply::Json(list)]);
    let run = world.munja(&["list"]).await;
    assert!(run.out.contains("[수신거부] 수고하세요"), "{}", run.out);
    let mut of = detail(12, 34, Vec::new());
    (of["refuses_texts"], of["opted_out"]) = (json!(true), json!(true));
    world.server.on("GET /v1/conversations/12", [Reply::Json(of)]);
    let run = world.munja(&["show", "12"]).await;
    assert!(run.out.contains("munja close 12 --unanswered"), "{}", run.out);
}

#[tokio::test]
async fn a_refusal_names_what_would_be_accepted() {
    let world = World::new().await;
    world.server.on("POST /v1/reviews/1/answer", [Reply::Problem(404, "not_found", json!({}))]);
    let run = world.munja(&["review", "answer", "1", "고맙습니다"]).await;
    assert_eq!(run.exit, Exit::Nothing);
    assert!(run.err.contains("1번 평가") && run.err.contains("munja reviews"), "{}", run.err);
    for (command, named) in [
        (vec!["restrict", "12", "400d", "--reason", "협박"], "1m - 30d · munja restrict --help"),
        (vec!["list", "--limit", "999"], "1..=200 · "),
        (vec!["list", "--state", "gone"], "waiting, active, answered, closed · "),
        (vec!["show", "x"], "→ munja show --help"),
        (vec!["promise", "12", "31d"], "30일 안"),
        (vec!["remind", "12", "31d", "전화"], "30일 안"),
    ] {
        let run = world.munja(&command).await;
        assert_eq!(run.exit, Exit::Usage, "{command:?}");
        assert!(run.err.contains(named), "{named}: {}", run.err);
    }
}
