//! Nothing leaves by accident, nothing is lost, and what is doubtful says so.

use super::*;
use crate::client::Feed;

fn writing() -> Town {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("5분 뒤에");
    town
}

#[test]
fn only_a_deliberate_key_sends() {
    let paste = |text: &str| Event::Paste(text.to_owned());
    let lost = || Event::Live(Feed::Lost { why: "no connection".to_owned() });
    type Try = (&'static str, Box<dyn Fn(&mut Town)>);
    let table: Vec<Try> = vec![
        ("Esc", Box::new(|town| town.press("<Esc>"))),
        ("Enter", Box::new(|town| town.press("<Enter><Enter><Enter>"))),
        ("a paste", Box::new(move |town| town.feed(paste("옵니다.\n\r\n\ny\ne\n")))),
        (
            "a paste over the look",
            Box::new(move |town| {
                town.press("<C-s>");
                town.feed(paste("y\n"));
            }),
        ),
        ("looking only", Box::new(|town| town.press("<C-s><Esc>"))),
        ("leaving from the look", Box::new(|town| town.press("<C-s><C-c>"))),
        ("leaving", Box::new(|town| town.press("<Esc>q"))),
        ("the connection", Box::new(move |town| town.feed(lost()))),
        ("another key in the look", Box::new(|town| town.press("<C-s>xnㅜ"))),
        ("the next one", Box::new(|town| town.press("<Esc>n"))),
        ("the category, not chosen", Box::new(|town| town.press("<C-s>e<Esc>"))),
    ];
    for (name, act) in table {
        let mut town = writing();
        act(&mut town);
        town.waits(3_000);
        assert!(town.left.is_empty(), "{name}");
        let kept = town.kept.get(&1).map(String::as_str).unwrap_or_default();
        assert!(kept.starts_with("5분 뒤에"), "{name}: {kept:?}");
    }
}

#[test]
fn what_was_written_is_there_again() {
    let mut town = writing();
    town.press("<Esc>q");
    assert!(!town.has_quit, "a conversation is still held");
    assert!(super::drawn::screen(&town.app, 80, 24).contains("아직 상담 1번을 맡고 있습니다"));
    town.press("y");
    assert!(town.has_quit);
    let kept = std::mem::take(&mut town.kept);
    let mut again = Town::new(Lang::Ko, town.talks.into_values());
    again.kept = kept;
    again.press("<Tab><Enter>");
    assert!(again.notice().contains("쓰다 만 답변"), "{}", again.notice());
    again.press("a");
    again.types(" 옵니다.");
    again.press("<C-s><Enter>");
    assert_eq!(again.left[0].1.text, "5분 뒤에 옵니다.");
    assert!(again.kept.is_empty());
}

#[test]
fn several_texts_ask() {
    let mut town = writing();
    town.feed(Event::Paste("가나다라마바사. ".repeat(200)));
    town.press("<C-s><Enter>e");
    assert!(town.left.is_empty());
    assert!(super::drawn::screen(&town.app, 80, 24).contains("통으로 나뉘어"));
    town.press("y");
    assert_eq!(town.left.len(), 1);
}

#[test]
fn newer_texts_stand_beside_the_draft() {
    let mut town = writing();
    town.writes(1, 11, "아니에요 해결됐어요");
    town.waits(250);
    assert!(town.notice().contains("새 문자"), "{}", town.notice());
    town.press("<C-s>");
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("해결됐어요") && screen.contains("5분 뒤에"), "{screen}");
    town.press("<Enter>");
    assert!(town.left.is_empty());
    town.press("y");
    assert_eq!(town.left[0].1.last_seen, 11);
}

/// Between the last look and the key, the server has the last word.
#[test]
fn a_text_that_came_during_the_look_stops_it() {
    let mut town = writing();
    town.press("<C-s>");
    town.writes(1, 11, "아니에요 해결됐어요");
    town.press("<Enter>");
    assert!(town.left.is_empty() && town.app.draft() == "5분 뒤에");
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("해결됐어요") && screen.contains("아직 보내지 않았습니다"), "{screen}");
    // The key that the look names sends, and none is typed into the answer.
    town.press("<Enter>");
    assert!(town.left.is_empty());
    town.press("y");
    assert_eq!((town.left[0].1.text.as_str(), town.left[0].1.last_seen), ("5분 뒤에", 11));
    // It was fetched before the key: the key shows it.
    let mut town = writing();
    town.press("<C-s>");
    town.writes(1, 11, "아니에요 해결됐어요");
    town.waits(250);
    town.press("y");
    assert!(town.left.is_empty() && super::drawn::screen(&town.app, 80, 24).contains("해결됐어요"));
    town.press("y");
    assert_eq!((town.left.len(), town.left[0].1.text.as_str()), (1, "5분 뒤에"));
    // The newer text cannot be fetched: keys do nothing until Esc.
    let mut town = writing();
    town.press("<C-s>");
    town.talks.get_mut(&1).expect("there").last_inbound_id = 11;
    let sending = town.app.update(Event::Key(Key::Enter));
    let [Effect::Send(n, request)] = &sending[..] else { panic!("it is sent") };
    let refused = town.take(*n, request.clone());
    let effects = town.app.update(Event::Came(Came::Sent(1, refused)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Refresh(1))));
    town.press("y");
    town.feed(Event::Came(Came::Talk(Wanted::Refresh(1), Err(problem("database_busy", 503)))));
    town.press("y");
    assert_eq!(town.app.draft(), "5분 뒤에");
}

#[test]
fn an_answer_in_doubt_is_not_to_be_rewritten() {
    let mut town = writing();
    let lost = ClientError::NoAnswer { server: "http://127.0.0.1:1".to_owned(), why: "timed out".to_owned() };
    town.refuses = Some(lost);
    town.press("<C-s><Enter>");
    assert!(town.notice().contains("도착했을 수 있으니"), "{}", town.notice());
    assert_eq!((town.app.draft(), town.kept[&1].as_str()), ("5분 뒤에", "5분 뒤에"));
    town.refuses = Some(problem("closed", 409));
    town.press("<C-s><Enter>");
    assert!(town.notice().contains("종료된 상담"), "{}", town.notice());
}

#[test]
fn what_cannot_be_carried_is_named_and_replaced() {
    let mut town = writing();
    town.types(" 👍");
    assert!(super::drawn::screen(&town.app, 80, 24).contains("보낼 수 없는 글자: 👍"));
    town.press("<C-s>");
    assert!(super::drawn::screen(&town.app, 80, 24).contains("(좋음)"));
    town.press("y");
    assert!(super::drawn::screen(&town.app, 80, 24).contains("┃ 5분 뒤에 (좋음)"), "it is seen again");
    town.press("<Enter>");
    assert_eq!(town.left[0].1.text, "5분 뒤에 (좋음)");
    let mut town = writing();
    town.feed(Event::Paste("\u{202e}\u{200b}".to_owned()));
    assert!(town.notice().contains("2"), "{}", town.notice());
    assert_eq!(town.app.draft(), "5분 뒤에");
}

/// What is written and not sent is seen without opening it, and going back goes one step.
#[test]
fn an_answer_that_was_not_sent_is_seen() {
    let mut town = writing();
    town.press("<C-s>e<Esc>");
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Review(_)), "from the category back to the look");
    town.press("<Esc><Esc>");
    assert!(super::drawn::screen(&town.app, 80, 24).contains("아직 보내지 않은 답변(a 이어 쓰기): 5분 뒤에"));
    town.press("e");
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("쓰던 답변이 있습니다") && screen.contains("5분 뒤에"), "{screen}");
}

#[test]
fn an_unanswered_citizen_is_not_closed_unasked() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("ne버스<Enter>");
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("답 없이 종료할까요?"), "{screen}");
    town.press("<Enter>");
    assert!(town.closed.is_empty(), "Enter is no yes");
    town.press("e버스<Enter>y");
    assert_eq!(town.closed.len(), 1);
    assert_eq!(town.closed[0].1.category.as_deref(), Some("교통/버스"));
    assert!(town.closed[0].1.unanswered);
}

/// A danger that nobody has answered is refused in the words that every face has, and nothing is asked that could be agreed to.
#[test]
fn an_unanswered_danger_is_not_closed() {
    let mut talk = bus();
    (talk.summary.tier, talk.summary.is_ringing) = (Some(1), true);
    for (lang, words) in [
        (Lang::Ko, "아직 아무도 시민에게 답하지 않았습니다. 먼저 답하십시오(a)"),
        (Lang::En, "Answer first (a)"),
    ] {
        let mut town = Town::new(lang, [talk.clone()]);
        town.press("ne");
        assert!(town.notice().contains(words), "{}", town.notice());
        town.press("버스<Enter>y");
        assert!(town.closed.is_empty() && !town.has_quit && town.acts.is_empty());
        town.press("<Esc>");
        assert!(matches!(town.app.mode, crate::tui::app::Mode::Desk));
    }
}

/// Looking around claims nothing and tells nobody anything: a conversation is taken by `n`, `t` and `a`, and by a canned answer that was
/// chosen.
#[test]
fn looking_around_claims_nothing() {
    for key in "cegxpmrbukfivj*y!wodsl#/?".chars() {
        for back in ["<Esc>", ""] {
            let mut talk = bus();
            (talk.summary.tier, talk.summary.is_ringing) = (Some(1), true);
            let mut town = Town::new(Lang::Ko, [talk]);
            town.press(&format!("<Enter>{key}{back}"));
            assert_eq!(town.n_claims, 0, "{key}");
        }
    }
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>c예약<Esc>");
    assert_eq!((town.n_claims, town.app.draft()), (0, ""));
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Desk));
    town.press("c예약<Enter>");
    assert!(town.n_claims == 1 && town.app.draft().contains("1668-0000"));
    // Where somebody writes already, it goes back to the answer.
    town.press("<C-t><Esc>");
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Write));
}

#[test]
fn a_promise_is_not_dropped_unasked() {
    let mut talk = bus();
    talk.summary.promise_due_at = Some(NOON + 30 * MINUTE);
    let mut town = Town::new(Lang::Ko, [talk]);
    town.press("na");
    town.types("네.");
    town.press("<C-s>e<Enter>");
    assert_eq!((town.left.len(), town.closed.len()), (1, 0));
    town.press("n");
    assert!(town.closed.is_empty());
    town.waits(250);
    town.press("e<Enter>y");
    assert!(town.closed[0].1.drop_promise);
}

#[test]
fn an_answer_that_is_held_comes_back() {
    let mut town = writing();
    town.press("<C-s><Enter>");
    town.waits(250);
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("10초 뒤에 나갑니다"), "{screen}");
    town.press("z");
    assert!(town.notice().contains("취소") && town.notice().contains("내가 맡고"), "{}", town.notice());
    assert_eq!(town.app.draft(), "5분 뒤에");
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Write));
    // The server has it as a draft, with what it was based on: nothing is written over that.
    town.waits(3_000);
    assert_eq!(town.kept[&1], "5분 뒤에");
    // Also after the conversation was closed, and how long is said.
    let mut town = writing();
    town.press("<C-s>e<Enter>");
    assert!(town.notice().contains("z로 취소"), "{}", town.notice());
    assert!(super::drawn::screen(&town.app, 80, 24).contains("z 1번 답변 취소(10초)"));
    town.waits(4_000);
    assert!(super::drawn::screen(&town.app, 80, 24).contains("(6초)"));
    town.press("z");
    assert!(town.notice().contains("다시 대기 중"), "{}", town.notice());
    assert_eq!((town.app.n(), town.app.draft()), (Some(1), "5분 뒤에"));
    town.waits(11_000);
    assert!(!super::drawn::screen(&town.app, 80, 24).contains("답변 취소("));
}

/// An answer that was taken back or stopped elsewhere cannot be taken back here, and nothing goes on counting; nobody is told that it left.
#[test]
fn an_answer_that_stays_here_is_not_counted_down() {
    let sent = || {
        let mut town = writing();
        town.press("<C-s>e<Enter>");
        assert!(super::drawn::screen(&town.app, 80, 24).contains("답변 취소(10초)"));
        town
    };
    let m = sent().app.last_held.expect("held").m;
    for (detail, words) in [("cancelled", "시민은 받지 못했습니다"), ("queued", "z로 취소")] {
        let mut town = sent();
        town.happens(json!({ "kind": "message", "conversation_id": 1, "message_id": m, "detail": detail }));
        assert!(!super::drawn::screen(&town.app, 80, 24).contains("답변 취소("), "{detail}");
        assert!(detail == "queued" || !town.notice().contains("z로 취소"), "{}", town.notice());
        town.waits(2_000);
        assert!(town.notice().contains(words), "{detail}: {}", town.notice());
    }
    // The event was missed: the conversation shows it.
    let mut town = sent();
    let talk = town.talks.get_mut(&1).expect("there");
    for text in &mut talk.messages {
        if let crate::api::wire::MessageView::Out(text) = text {
            text.state = "cancelled".to_owned();
        }
    }
    town.press("/");
    town.press("<Esc>");
    town.feed(Event::Open(1));
    assert!(!super::drawn::screen(&town.app, 80, 24).contains("답변 취소("));
    // Neither was known here yet: the text is named, not its conversation.
    let mut town = sent();
    town.refuses = Some(problem("did_not_leave", 409));
    town.press("z");
    assert!(town.notice().contains(&format!("문자 {m}번은 나가지 않았습니다")), "{}", town.notice());
    assert!(town.notice().contains("다시 답하십시오"), "{}", town.notice());
}

/// What is taken back is named, also where another text stands in the composer; the event of it calls nobody.
#[test]
fn what_is_taken_back_is_named() {
    let mut town = writing();
    town.press("<C-s><Enter>");
    town.waits(250);
    town.press("a");
    town.types("둘째 글");
    town.press("<Esc>z");
    assert!(town.notice().contains("“5분 뒤에”") && town.notice().contains("다른 글"), "{}", town.notice());
    assert_eq!(town.app.draft(), "5분 뒤에\n\n둘째 글");
    let lost = |detail: Option<&str>| json!({ "kind": "answer_lost", "conversation_id": 1, "message_id": 901, "detail": detail });
    town.happens(lost(Some("taken_back")));
    assert!(town.notice().contains("“5분 뒤에”"), "{}", town.notice());
    for (detail, words) in [(Some("not_sent"), "나가지 못했습니다"), (None, "도착하지 못합니다")]
    {
        town.happens(lost(detail));
        assert!(town.notice().contains(words), "{}", town.notice());
    }
}

/// A paste that the terminal does not mark comes as keys at once.
#[test]
fn keys_at_once_send_nothing() {
    for pasted in ["e<Enter>y<Enter>", "y<Enter>", "<Enter>"] {
        let mut town = writing();
        town.press("<C-s>");
        keys(pasted).into_iter().for_each(|key| town.feed(Event::Rushed(key)));
        assert!(town.left.is_empty() && town.closed.is_empty(), "{pasted}");
        assert!(town.notice().contains("한꺼번에"), "{}", town.notice());
        town.press("<Enter>");
        assert_eq!(town.left.len(), 1, "a key by itself sends");
    }
    // What is looked for in the list may be typed fast, or pasted; choosing may not.
    let mut town = writing();
    town.press("<C-s>e");
    keys("버스<Enter>").into_iter().for_each(|key| town.feed(Event::Rushed(key)));
    assert!(town.left.is_empty() && town.closed.is_empty());
    assert!(town.notice().contains("한꺼번에"), "{}", town.notice());
    town.press("<Enter>");
    assert_eq!(town.left[0].1.category.as_deref(), Some("교통/버스"));
}

/// Words of an answer come together on a slow line, also before its conversation is there: they are text. Behind Esc they are keys again.
#[test]
fn an_answer_that_is_typed_ahead_at_once_is_text() {
    let at_once = |typed: &str| {
        let mut town = Town::new(Lang::Ko, [bus()]);
        let mut effects = Vec::new();
        for key in keys(typed) {
            effects.extend(town.app.update(Event::Rushed(key)));
        }
        town.follow(effects);
        town
    };
    assert_eq!(at_once("na쓰다 만 답").app.draft(), "쓰다 만 답");
    let town = at_once("na답<Esc>euw");
    assert!(town.acts.is_empty() && town.closed.is_empty() && town.app.draft() == "답");
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Desk));
    let town = at_once("euw");
    assert!(town.acts.is_empty() && town.closed.is_empty());
}

/// Advice is at the look at every size, keeps nobody from sending, and one key puts the easier word in.
#[test]
fn advice_stands_at_the_look() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("금일 내방 바랍니다. 전화 주세요.");
    town.press("<C-s>");
    let screen = super::drawn::screen(&town.app, 80, 24);
    for words in ["“금일” → 쉬운 말: 오늘", "전화할 수 없는 시민", "r(ㄱ)", "┃ 금일 내방"]
    {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    town.press("ㄱ");
    assert_eq!(town.app.draft(), "오늘 내방 바랍니다. 전화 주세요.");
    assert!(town.left.is_empty(), "it is shown again");
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("┃ 오늘 내방") && !screen.contains("r(ㄱ)"), "{screen}");
    town.press("<Enter>");
    assert_eq!(town.left.len(), 1);
}

#[test]
fn a_colleagues_conversation_is_not_answered() {
    let mut talk = bus();
    talk.summary.claimed_by =
        Some(crate::api::wire::CounselorView { id: 2, login: "jiyeong".into(), name: "이지영".into() });
    let mut town = Town::new(Lang::Ko, [talk]);
    town.press("<Enter>c예약<Enter>");
    assert!(town.notice().contains("다른 상담사") && town.app.draft().is_empty(), "{}", town.notice());
    town.press("<Esc>a");
    assert!(town.notice().contains("다른 상담사"), "{}", town.notice());
    // Words that are typed all the same do nothing.
    town.press("iywysㅏ<Enter>");
    assert!(town.acts.is_empty() && !town.app.is_quiet && town.notice().contains("Esc"), "{}", town.notice());
    town.press("<Esc>");
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Desk));
}

/// Whatever refuses an answer, the words of it that are typed on are no commands.
#[test]
fn words_of_an_answer_that_is_refused_are_no_commands() {
    let key = |c| Event::Key(Key::Char(c));
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("aswyiy");
    assert!(town.acts.is_empty() && !town.app.is_quiet && town.app.n().is_none());
    // The server says no while they are being typed.
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>");
    town.app.update(key('n'));
    "a답".chars().for_each(|c| drop(town.app.update(key(c))));
    town.feed(Event::Came(Came::Talk(Wanted::Next, Err(problem("nobody_waits", 404)))));
    town.press("siywyky");
    assert!(town.acts.is_empty() && !town.app.is_quiet, "{}", town.notice());
    // And while an answer leaves: only the next one can be asked for.
    let mut town = writing();
    town.press("<C-s>");
    let sending = town.app.update(Event::Key(Key::Enter));
    "siywyk".chars().for_each(|c| drop(town.app.update(key(c))));
    town.follow(sending);
    assert!(town.left.len() == 1 && town.acts.is_empty() && !town.app.is_quiet);
}

/// What a key that was pressed ahead opens has not been seen by anybody: no later one sends from it.
#[test]
fn keys_pressed_ahead_send_nothing() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.app.update(Event::Key(Key::Char('n')));
    for key in keys("a답<C-s><Enter>y") {
        assert!(town.app.update(Event::Key(key)).is_empty());
    }
    let came = town.claim(1);
    town.feed(Event::Came(Came::Talk(Wanted::Next, came)));
    assert!(town.left.is_empty());
    assert_eq!(town.app.draft(), "답");
}

/// Keys pressed before the answer of the server is there are meant for what it brings, and for nothing else.
#[test]
fn keys_pressed_ahead() {
    let key = |c| Event::Key(Key::Char(c));
    for is_there in [true, false] {
        let mut town = Town::new(Lang::Ko, [bus()]);
        let next = town.app.update(key('n'));
        assert!(matches!(next[..], [Effect::Next]));
        for c in "a답uy".chars() {
            assert!(town.app.update(key(c)).is_empty(), "{c}");
        }
        let came = if is_there { town.claim(1) } else { Err(problem("nobody_waits", 404)) };
        town.feed(Event::Came(Came::Talk(Wanted::Next, came)));
        assert_eq!(town.app.draft(), if is_there { "답uy" } else { "" });
        assert!(town.acts.is_empty() && town.left.is_empty());
    }
}

/// Leaving a practice ends it, so it is asked for once; a second Ctrl+C and a closed window need no answer.
#[test]
fn a_practice_is_not_ended_unasked() {
    let practising = || {
        let mut town = writing();
        town.app.is_practice = true;
        town
    };
    for (keys, has_quit) in [
        ("<C-c>", false),
        ("<C-c>n", false),
        ("<C-c><Enter>q", false),
        ("<Esc>q", false),
        ("<C-c><C-c>", true),
        ("<C-c>y", true),
        ("<Esc>qㅛ", true),
    ] {
        let mut town = practising();
        town.press(keys);
        assert_eq!(town.has_quit, has_quit, "{keys}");
        assert_eq!(town.kept.get(&1).map(String::as_str), Some("5분 뒤에"), "{keys}");
    }
    let mut town = practising();
    town.feed(Event::Leave);
    assert!(town.has_quit);
    let mut real = writing();
    real.press("<C-c>");
    assert!(real.has_quit);
}

#[test]
fn words_that_left_from_another_program_are_asked_about() {
    for (answer, n_left, earlier, words) in [
        ("n", 0, "left", "이미 썼고"),
        ("y", 1, "waiting", "차례를 기다리고"),
        ("y", 1, "in_doubt", "통신사가 아직 알려"),
    ] {
        let mut town = writing();
        (town.left_elsewhere, town.earlier) = (Some("5분 뒤에".to_owned()), earlier);
        town.press("<C-s><Enter>");
        let screen = super::drawn::screen(&town.app, 80, 24);
        assert!(town.left.is_empty() && screen.contains(words), "{screen}");
        town.press(answer);
        assert_eq!(town.left.len(), n_left, "{answer}");
        assert!(town.left.iter().all(|(n, request)| *n == 1 && request.again));
        town.waits(3_000);
        assert!(town.kept.is_empty() && town.app.draft().is_empty(), "{answer}: {:?}", town.kept);
    }
}
