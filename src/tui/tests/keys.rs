//! What keys do, and how many it takes.

use serde_json::json;

use super::*;

/// A short answered text costs at most 8 keystrokes beside the answer, twenty at most 160, without a change of keyboard.
#[test]
fn twenty_waiting_texts_take_few_keys() {
    let mut town = Town::new(Lang::Ko, (1..=20).map(|n| detail(n, "버스 언제 와요?", 30 - n)));
    for n in 1..=20 {
        let before = town.n_keys;
        town.press("na");
        town.types("5분 뒤에 옵니다.");
        town.press("<C-s>e<Enter>");
        assert!(town.n_keys - before <= 8, "{} keys", town.n_keys - before);
        assert_eq!((town.left.len(), town.closed.len()), (n, n), "{}", town.notice());
        town.waits(250);
    }
    assert!(town.n_keys <= 160, "{}", town.n_keys);
    assert!(town.left.iter().all(|(_, reply)| reply.text == "5분 뒤에 옵니다." && reply.category.is_some()));
    assert_eq!(town.app.queue.n_total, 0);
}

#[test]
fn the_same_keys_on_a_korean_keyboard() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("ㅜㅁ");
    town.types("곧 옵니다.");
    town.press("<C-s>ㄷ<Enter>");
    assert_eq!((town.left.len(), town.closed.len()), (1, 1), "{}", town.notice());
    // Two letters that an input method has put together: m opens the note, and what follows is not taken for its text.
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>");
    town.press("ㅡ동료에게<Enter>");
    assert_eq!(town.acts, [json!({ "action": "note", "text": "동료에게" })]);
}

/// Canned replies and categories that a supervisor has changed.
#[test]
fn a_list_that_was_edited_is_fetched_again() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.app.book.canned.clear();
    town.happens(json!({ "kind": "presence", "detail": "on" }));
    assert!(town.app.book.canned.is_empty());
    town.happens(json!({ "kind": "list_edited", "detail": "replies 2" }));
    assert!(!town.app.book.canned.is_empty());
}

#[test]
fn every_action_has_a_key() {
    let note = "<Enter>";
    let table = [
        ("m", format!("메모{note}"), json!({ "action": "note", "text": "메모" })),
        ("p", format!("30m{note}"), json!({ "action": "promise", "due_at": NOON + 30 * MINUTE })),
        ("p", format!("14:30{note}"), json!({ "action": "promise", "due_at": NOON + 150 * MINUTE })),
        ("p", format!("내일 10시{note}"), json!({ "action": "promise", "due_at": NOON + 1_320 * MINUTE })),
        (
            "r",
            format!("1h{note}여권{note}"),
            json!({ "action": "remind", "due_at": NOON + 60 * MINUTE, "text": "여권" }),
        ),
        (
            "x",
            format!("북구{note}보건소 문의{note}"),
            json!({ "action": "transfer", "desk": "bukgu", "person": null, "note": "보건소 문의" }),
        ),
        (
            "x",
            format!("이지영{note}잘 앎{note}"),
            json!({ "action": "transfer", "desk": null, "person": "jiyeong", "note": "잘 앎" }),
        ),
        ("g", format!("재난{note}"), json!({ "action": "category", "category": "안전/재난" })),
        ("k", String::new(), json!({ "action": "ack" })),
        ("u", "y".to_owned(), json!({ "action": "urgent" })),
        (
            "f",
            format!("노래 가사{note}"),
            json!({ "action": "false_alarm", "reason": "노래 가사", "last_seen": 10 }),
        ),
        ("i", "ㅛ".to_owned(), json!({ "action": "where" })),
        ("w", "y".to_owned(), json!({ "action": "warn" })),
        ("o", "y".to_owned(), json!({ "action": "opt_out" })),
        ("v", format!("119에 알림{note}"), json!({ "reveal": "119에 알림" })),
    ];
    for (key, answer, expected) in table {
        let mut town = Town::new(Lang::Ko, [bus()]);
        town.press("<Enter>");
        town.press(key);
        assert!(town.acts.is_empty() || answer.is_empty(), "{key} did it at once");
        town.press(&answer);
        assert_eq!(town.acts, [expected], "{key}: {}", town.notice());
    }
}

#[test]
fn what_is_not_understood_is_asked_again() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>p곧<Enter>");
    assert!(town.acts.is_empty());
    town.press("<BS>오늘 10시<Enter>");
    assert!(town.acts.is_empty(), "10:00 is past at noon");
    town.press("<BS><BS><BS><BS><BS><BS>20시<Enter>");
    assert_eq!(town.acts.len(), 1);
    for (key, ids) in [("u", "n"), ("w", "<Enter>"), ("b", "<Esc>")] {
        town.press(key);
        town.press(ids);
        assert_eq!(town.acts.len(), 1, "{key}");
    }
}

#[test]
fn a_canned_answer_is_found_shown_and_put_in() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("nc예약");
    assert!(super::drawn::screen(&town.app, 80, 24).contains("1668-0000"), "the whole text is shown");
    town.press("<Enter><C-s>e");
    assert!(town.left.is_empty());
    // Its category stands first.
    town.press("<Enter>");
    let (_, reply) = &town.left[0];
    assert!(reply.text.contains("1668-0000") && reply.category.as_deref() == Some("교통/버스"));
    // And it goes with an answer that closes nothing, as with `munja reply --canned`.
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("nc예약<Enter><C-s><Enter>");
    assert_eq!(town.left[0].1.category.as_deref(), Some("교통/버스"));
}

#[test]
fn the_number_in_danger_comes_at_once() {
    let mut talk = bus();
    (talk.summary.tier, talk.summary.is_ringing) = (Some(1), true);
    let mut town = Town::new(Lang::Ko, [talk]);
    town.press("<Enter>v");
    assert_eq!(town.acts.len(), 1);
    assert!(super::drawn::screen(&town.app, 80, 24).contains("010-1234-5678"));
}

#[test]
fn who_is_called_and_when() {
    let table = [
        (json!({ "kind": "urgent", "conversation_id": 9 }), Some("긴급: 상담 9번"), true),
        (json!({ "kind": "escalated", "conversation_id": 9, "detail": "2" }), Some("긴급: 상담 9번"), true),
        (json!({ "kind": "text_in", "conversation_id": 1 }), Some("상담 1번: 시민이 답했습니다"), false),
        (json!({ "kind": "text_in", "conversation_id": 2 }), None, false),
        (
            json!({ "kind": "transferred", "conversation_id": 2, "counselor": "jiyeong", "detail": "minsu" }),
            Some("상담 2번을 넘겨받았습니다"),
            false,
        ),
        (
            json!({ "kind": "transferred", "conversation_id": 2, "counselor": "minsu", "detail": "minsu" }),
            None,
            false,
        ),
        (
            json!({ "kind": "reminder", "conversation_id": 2, "counselor": "minsu" }),
            Some("상담 2번: 다시 확인할 때입니다"),
            false,
        ),
        (json!({ "kind": "logged_in" }), None, false),
    ];
    for (event, expected, is_danger) in table {
        for is_quiet in [false, true] {
            let mut town = Town::new(Lang::Ko, [bus(), detail(2, "택시요", 1)]);
            town.press("n");
            town.press(if is_quiet { "s" } else { "" });
            town.happens(event.clone());
            let expected = expected.filter(|_| !is_quiet || is_danger);
            assert_eq!(town.calls.first().map(String::as_str), expected, "{event} quiet: {is_quiet}");
        }
    }
}

/// A promise that is due calls whoever holds it, whatever list is shown; a danger that was answered is not called about any more.
#[test]
fn promises_call_and_dangers_end() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("n<Esc>");
    town.waits(250);
    assert!(super::drawn::screen(&town.app, 80, 24).contains("내 상담 1건"));
    town.happens(json!({ "kind": "promise_late", "conversation_id": 1 }));
    assert_eq!(town.calls, ["상담 1번: 약속한 답변 시각이 되었습니다"]);
    for kind in ["acked", "alarm_ended", "handed_over", "replied", "closed"] {
        town.happens(json!({ "kind": "urgent", "conversation_id": 9 }));
        town.happens(json!({ "kind": kind, "conversation_id": 8 }));
        assert!(town.notice().contains("긴급: 상담 9번"));
        town.happens(json!({ "kind": kind, "conversation_id": 9 }));
        assert_eq!(town.notice(), "", "{kind}");
    }
}

/// Who is writing hears that a supervisor has taken over.
#[test]
fn a_conversation_that_is_taken_over_says_so() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na답");
    let other = json!({ "id": 2, "login": "jiyeong", "name": "이지영" });
    let talk = town.talks.get_mut(&1).expect("there");
    talk.summary.claimed_by = Some(serde_json::from_value(other).expect("somebody"));
    town.happens(json!({ "kind": "claimed", "conversation_id": 1, "counselor": "jiyeong" }));
    town.waits(250);
    assert!(town.notice().contains("이지영 님이 상담 1번을 대신 맡았습니다"), "{}", town.notice());
    assert_eq!(town.app.draft(), "답");
}

#[test]
fn lists_turn_and_choose() {
    let mut town = Town::new(Lang::Ko, [bus(), detail(2, "택시요", 1)]);
    town.press("<Down><Enter>");
    assert_eq!(town.app.n(), Some(2));
    town.press("t<Esc><Tab>");
    assert_eq!((town.app.queue.n_total, town.app.queue.selected), (1, Some(2)));
    town.press("<Tab>");
    assert_eq!(town.app.queue.n_total, 2);
}

#[test]
fn earlier_consultations_stand_above() {
    let mut later = detail(5, "또 물어볼게요", 1);
    later.previous_id = Some(1);
    let mut town = Town::new(Lang::Ko, [bus(), later]);
    town.press("<Down><Enter>");
    let screen = super::drawn::screen(&town.app, 80, 40);
    let at = |word: &str| screen.find(word).unwrap_or_else(|| panic!("{word}\n{screen}"));
    assert!(at("이전 상담 1번") < at("이번 상담"), "{screen}");
}

#[test]
fn who_is_on_writes_and_goes() {
    let mut talk = bus();
    talk.writing =
        vec![crate::api::wire::WritingView {
            login: "jiyeong".into(), name: "이지영".into(), since: NOON
        }];
    let mut town = Town::new(Lang::Ko, [talk]);
    town.press("<Enter>");
    let screen = super::drawn::screen(&town.app, 100, 24);
    assert!(screen.contains("근무 2명") && screen.contains("이지영 님이 답변을 쓰고 있습니다"), "{screen}");
    town.press("l퇴근<Enter>");
    assert!(town.notice().contains("1건"), "{}", town.notice());
    town.press("ㅣ휴식<Enter>");
    assert!(town.notice().contains("휴식"), "{}", town.notice());
}

#[test]
fn a_word_is_found_and_its_conversation_opened() {
    let mut town = Town::new(Lang::Ko, [bus(), detail(2, "택시 예약이요", 1)]);
    town.press("/택시<Enter>");
    assert!(super::drawn::screen(&town.app, 80, 24).contains("택시 예약이요"));
    town.press("<Enter>");
    assert_eq!(town.app.n(), Some(2));
}

/// Whoever is off does not see what is passed on to them: that is asked; and nobody passes anything on to themselves.
#[test]
fn what_is_passed_on_to_who_is_off_waits() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>x박하나<Enter>");
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("근무 중이 아닙니다"), "{screen}");
    town.press("n");
    assert!(town.acts.is_empty() && matches!(town.app.mode, crate::tui::app::Mode::Desk));
    town.press("x박하나<Enter>y부탁<Enter>");
    let expected = json!({ "action": "transfer", "desk": null, "person": "hana", "note": "부탁" });
    assert_eq!(town.acts, [expected]);
    town.press("xminsu<Enter>");
    assert!(town.notice().contains("본인"), "{}", town.notice());
}

/// The last syllable of a word comes with the Enter behind it, where an input method holds it until then. A single one may be a paste.
#[test]
fn a_syllable_that_comes_with_enter_is_typed() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na답<C-s>e버");
    town.feed(Event::Committed('스'));
    assert_eq!((town.left.len(), town.closed.len()), (1, 1), "{}", town.notice());
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na답<C-s>");
    town.feed(Event::Committed('네'));
    town.press("e");
    town.feed(Event::Committed('버'));
    assert!(town.left.is_empty() && town.closed.is_empty(), "{}", town.notice());
    town.press("<Enter>");
    assert_eq!(town.left[0].1.category.as_deref(), Some("교통/버스"), "the syllable was typed");
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>");
    town.feed(Event::Committed('예'));
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Desk) && town.acts.is_empty());
    town.press("m메");
    town.feed(Event::Committed('모'));
    assert_eq!(town.acts, [json!({ "action": "note", "text": "메모" })]);
}

/// Whose password was given logs in to nothing yet: no list is on its way.
#[test]
fn a_list_that_is_refused_is_not_on_its_way() {
    let mut town = Town::new(Lang::Ko, []);
    town.app.queue.was_loaded = false;
    assert!(super::drawn::screen(&town.app, 80, 24).contains("불러오는 중"));
    let refused = Err(problem("must_change_password", 403));
    town.feed(Event::Came(Came::List(Listed::Waiting, refused)));
    let screen = super::drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("목록을 받지 못했습니다") && screen.contains("passwd"), "{screen}");
}

#[test]
fn a_search_without_hits_says_so() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("/BRCK<Enter>");
    assert!(town.notice().contains("시민 BRCK"), "{}", town.notice());
    assert!(matches!(town.app.mode, crate::tui::app::Mode::Desk));
}
