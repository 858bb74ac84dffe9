//! The screen: snapshots in two languages and two sizes, hostile texts, and where the cursor stands.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::tui::view::{Theme, draw};

pub fn drawn(app: &App, theme: Theme, (columns, rows): (u16, u16)) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
    terminal.draw(|frame| draw(app, theme, frame)).expect("drawn");
    terminal
}

/// The rows of a buffer as text.
pub fn text(buffer: &Buffer) -> String {
    let mut rows = Vec::new();
    for y in 0..buffer.area.height {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).expect("narrow");
        }
        rows.push(row.trim_end().to_owned());
    }
    rows.join("\n")
}

pub fn screen(app: &App, columns: u16, rows: u16) -> String {
    text(drawn(app, Theme::Plain, (columns, rows)).backend().buffer())
}

/// A town with something of everything.
pub fn busy(lang: Lang) -> Town {
    let mut danger = detail(7, "북구 공원인데 할아버지가 쓰러졌어요", 1);
    (danger.summary.tier, danger.summary.is_ringing) = (Some(1), true);
    let mut promised = detail(4, "예방접종 문의합니다", 17);
    promised.summary.promise_due_at = Some(NOON + 30 * MINUTE);
    let mut held = detail(3, "집 앞에 불법주차된 차가 있어서 휠체어가 못 지나가요", 9);
    held.summary.n_photos = 1;
    let talks = [danger, held, promised, detail(5, "Is there a hospital with sign language?", 6), bus()];
    let mut town = Town::new(lang, talks);
    town.app.size = (80, 24);
    town
}

fn scenes(lang: Lang) -> Vec<(&'static str, Town)> {
    let list = busy(lang);
    let mut talk = busy(lang);
    talk.press("<Down><Down><Down><Enter>");
    let mut write = busy(lang);
    write.press("<Down><Down><Enter>a");
    write.types("네. 지금 확인하고 있습니다.");
    let mut help = busy(lang);
    help.press("?");
    vec![("list", list), ("talk", talk), ("write", write), ("help", help)]
}

#[test]
fn the_screen_in_both_languages_and_two_sizes() {
    for (lang, tag) in [(Lang::Ko, "ko"), (Lang::En, "en")] {
        for (name, town) in scenes(lang) {
            for (columns, rows) in [(80, 24), (200, 50)] {
                insta::assert_snapshot!(format!("{name}_{tag}_{columns}"), screen(&town.app, columns, rows));
            }
        }
    }
}

#[test]
fn every_size_is_drawn() {
    for (_, mut town) in scenes(Lang::Ko) {
        for (columns, rows) in [(1, 1), (2, 3), (10, 5), (40, 10), (80, 24), (149, 30), (150, 30), (400, 100)]
        {
            town.feed(Event::Resize(columns, rows));
            screen(&town.app, columns, rows);
        }
    }
}

/// Foreign text stays in its cells: it moves nothing, hides nothing, and none of its lines looks like one of ours.
#[test]
fn hostile_texts() {
    let texts = [
        "\u{1b}[2J\u{1b}]0;x\u{7}급해요\u{202e}gpj",
        "네\n12:00 김민수 · 12:00 도착\n│ 가짜",
        "a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}zalgo",
        "\u{1112}\u{1161}\u{11ab}글 NFD",
        "שלום مرحبا 62",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦👍🏽🇰🇷🏴\u{e0067}\u{e0062}\u{e007f}",
        "\u{301}\u{11a8}\u{3164}\u{ad}\u{feff}",
        "x\t\r\ny\r\u{85}\u{2028}z",
    ];
    for text in texts {
        let long = format!("{text} {}", "가나다 ".repeat(40));
        for size in [(80, 24), (121, 30), (33, 12)] {
            let mut town = Town::new(Lang::Ko, [detail(1, &long, 3), detail(2, "다음 줄", 2)]);
            town.press("<Enter>");
            town.app.talk.as_mut().expect("open").detail.messages.truncate(1);
            let terminal = drawn(&town.app, Theme::Colour, size);
            let buffer = terminal.backend().buffer();
            for cell in buffer.content() {
                assert!(!cell.symbol().chars().any(crate::domain::text::is_hidden), "{:?}", cell.symbol());
                assert!(cell.symbol().width() <= 2, "{:?}", cell.symbol());
            }
            let shown = super::drawn::text(buffer);
            assert!(shown.lines().all(|line| line.width() <= usize::from(size.0)), "{shown}");
            for line in shown.lines().filter(|line| line.contains("김민수 · 12:00") || line.contains("가짜"))
            {
                assert!(line.contains("│ ") || line.contains('▸') || line.contains("네 12:00"), "{line}");
            }
        }
    }
    let mut town = Town::new(Lang::Ko, [detail(1, "\u{1112}\u{1161}\u{11ab}글 \u{202e}x", 3)]);
    town.press("<Enter>");
    let shown = screen(&town.app, 80, 24);
    assert!(shown.contains("│ 한글 \\u{202e}x"), "{shown}");
}

#[test]
fn the_cursor_stands_where_typing_happens() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("네. 62번");
    let mut terminal = drawn(&town.app, Theme::Colour, (80, 24));
    let Position { x, y } = terminal.get_cursor_position().expect("a cursor");
    let row = super::drawn::text(terminal.backend().buffer())
        .lines()
        .nth(usize::from(y))
        .expect("a row")
        .to_owned();
    assert_eq!((x, row.as_str()), (2 + 8, "> 네. 62번"));
    town.press("<Esc>m");
    town.types("메모");
    let mut terminal = drawn(&town.app, Theme::Colour, (80, 24));
    let Position { x, y } = terminal.get_cursor_position().expect("a cursor");
    let screen = super::drawn::text(terminal.backend().buffer());
    let row = screen.lines().nth(usize::from(y)).expect("a row");
    let before = row.split("메모").next().expect("there").width();
    assert_eq!(usize::from(x), before + 4, "{screen}");
}

#[test]
fn without_colours_everything_is_said_in_words() {
    let town = busy(Lang::Ko);
    let terminal = drawn(&town.app, Theme::Plain, (200, 50));
    let coloured =
        terminal.backend().buffer().content().iter().filter(|cell| {
            cell.fg != ratatui::style::Color::Reset || cell.bg != ratatui::style::Color::Reset
        });
    assert_eq!(coloured.count(), 0);
    let shown = screen(&town.app, 200, 50);
    for word in ["긴급!", "약속", "17분!!", "9분!", "긴급 1건"] {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
}

/// Nothing that we say is cut on a terminal of 80 columns: not the keys, not the help, not what is told, not the first row.
#[test]
fn nothing_that_we_say_is_cut() {
    for lang in [Lang::Ko, Lang::En] {
        let mut town = busy(lang);
        town.app.me.role = "supervisor".to_owned();
        let say = town.app.say;
        let end = |words: &str| words.split_whitespace().last().expect("a word").to_owned();
        let last = |town: &Town| screen(&town.app, 80, 24).lines().last().expect("keys").to_owned();
        for keys in ["", "<Enter>", "g", "<Esc>m", "<Esc>b", "na답", "<C-s>", "<Esc><Esc>?"] {
            town.press(keys);
            assert!(!last(&town).contains('…'), "{keys}: {}", last(&town));
        }
        let help = screen(&town.app, 80, 24);
        let window: Vec<&str> = help.lines().filter(|line| line.contains('│')).collect();
        assert!(window.iter().all(|line| !line.trim_end_matches('…').contains('…')), "{help}");
        assert!(help.contains(&end(&say.t("help-supervisor"))), "{help}");
        town.press("<Esc>n");
        for id in
            ["did-recalled-waits", "not-handed-over", "lines-at-once", "sent-in-doubt", "off-but-holding"]
        {
            let why = ("why", "서버가 대답하지 않습니다. 잠시 뒤에 다시 하십시오.".into());
            let values = [why, ("n", 12.into()), ("text", "안녕하세요. 문의하신 62번…".into())];
            town.app.alert(id, values.clone());
            let shown = screen(&town.app, 80, 24);
            assert!(shown.contains(&end(&say.with(id, values))), "{id}\n{shown}");
        }
        (town.app.is_quiet, town.app.link) = (true, crate::tui::app::Link::Down(String::new()));
        town.app.me.counselor.name = "선우은수경".to_owned();
        let shown = screen(&town.app, 80, 24);
        let first = shown.lines().next().expect("a row");
        assert!(first.contains(&say.t("link-down-short")) && first.ends_with("12:00"), "{first}");
    }
}

/// A letter of two columns that begins left of a window would be drawn over its border.
#[test]
fn a_window_keeps_its_border_over_wide_letters() {
    for key in ["?", "/", "l"] {
        for columns in [80, 81, 104] {
            let mut town = busy(Lang::Ko);
            town.app.size = (columns, 24);
            town.press(key);
            let terminal = drawn(&town.app, Theme::Plain, (columns, 24));
            let buffer = terminal.backend().buffer();
            let column = |y: u16| buffer[(2, y)].symbol().to_owned();
            let top = (0..24).find(|y| column(*y) == "┌").expect("the window begins");
            let bottom = (0..24).find(|y| column(*y) == "└").expect("the window ends");
            for y in top + 1..bottom {
                assert_eq!(column(y), "│", "{key} {columns} row {y}\n{}", super::drawn::text(buffer));
            }
        }
    }
}

#[test]
fn what_receipts_carry_stands_above_the_queue() {
    let mut town = busy(Lang::Ko);
    town.bulletins = vec![bulletin(3, "눈 때문에 버스가 늦습니다.")];
    town.happens(json!({ "kind": "bulletin_begun", "detail": "3 * 1" }));
    let shown = screen(&town.app, 80, 24);
    let line = shown.lines().nth(1).expect("a row");
    assert!(line.contains("12:30") && line.contains("눈 때문에 버스가 늦습니다."), "{shown}");
    town.press("#<Enter>");
    assert!(town.notice().contains("관리자만"), "{}", town.notice());
    // It ends by itself.
    town.waits(31 * MINUTE);
    assert!(!screen(&town.app, 80, 24).contains("눈 때문에"));
}

#[test]
fn dangers_are_counted_over_every_list() {
    let mut town = busy(Lang::Ko);
    for _ in 0..3 {
        let shown = screen(&town.app, 80, 24);
        assert!(shown.lines().next().is_some_and(|head| head.contains("긴급 1건")), "{shown}");
        town.press("<Tab>");
    }
}

/// First words have room at every size, and rows that are not chosen stand below the chosen one.
#[test]
fn rows_can_be_read() {
    for columns in [80, 120, 149, 150] {
        let mut town = busy(Lang::Ko);
        town.press("<Down><Enter>");
        let shown = screen(&town.app, columns, 40);
        assert!(
            shown.contains("북구 공원인데") || shown.contains("[담당자 없음] 북구"),
            "{columns}\n{shown}"
        );
        town.press("g");
        let shown = screen(&town.app, columns, 40);
        let at = |word: &str| {
            let line = shown.lines().find(|line| line.contains(word)).expect("a row");
            line.split(word).next().expect("its beginning").width()
        };
        assert_eq!(at("교통/버스"), at("교통/택시"), "{shown}");
    }
}

/// Who holds a danger is not told that nobody does.
#[test]
fn a_ringing_danger_says_who_holds_it() {
    let mut town = busy(Lang::Ko);
    assert!(screen(&town.app, 80, 24).contains("[담당자 없음]"));
    town.press("<Enter>");
    assert!(screen(&town.app, 80, 24).contains("아직 아무도 살피지 않습니다"));
    town.press("t");
    assert!(screen(&town.app, 80, 24).contains("내가 맡은 상담입니다"));
    let other = json!({ "id": 2, "login": "jiyeong", "name": "이지영" });
    let talk = town.talks.get_mut(&7).expect("there");
    talk.summary.claimed_by = Some(serde_json::from_value(other).expect("somebody"));
    (talk.summary.offered_to, talk.summary.offered_to_name) = (Some("hana".into()), Some("박하나".into()));
    town.press("<Esc><Tab><Tab>");
    let shown = screen(&town.app, 80, 24);
    assert!(shown.contains("긴급!") && shown.contains("[담당 이지영]"), "{shown}");
    town.press("<Enter>");
    let shown = screen(&town.app, 80, 24);
    assert!(
        shown.contains("이지영 님이 맡은 상담이지만") && shown.contains("박하나 님이 먼저 맡을 수 있습니다"),
        "{shown}"
    );
}
