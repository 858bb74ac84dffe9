//! Reports: the whole daemon reports what happened, files can be read back, and an invented year is counted once more by SQL
//! that knows nothing of the code.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use jiff::tz::TimeZone;
use munja::domain::actor::Role;
use munja::domain::figures::{By, FigureId, Period, Report, Tally};
use munja::store::{FiguresOf, NewCounselor, Store, StoreOptions};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{CITIZEN, Gateway, service_policy};
use crate::other_programs;

fn run(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// Runs `munja` with the token of the gateway's counselor; its output if it ends with this code.
async fn munja(gateway: &Gateway, folder: &Path, code: i32, args: &[&str]) -> Vec<u8> {
    munja_as(&gateway.desk.token, (gateway, folder), code, args).await
}

/// The same, of whoever has this token.
async fn munja_as(token: &str, (gateway, folder): (&Gateway, &Path), code: i32, args: &[&str]) -> Vec<u8> {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("munja"));
    command
        .env_clear()
        .envs(clock())
        .env("HOME", folder)
        .env("LANG", "ko_KR.UTF-8")
        .env("TZ", "Asia/Seoul")
        .args(args);
    command.env("MUNJA_SERVER", format!("http://127.0.0.1:{}", gateway.desk.port));
    command.env("MUNJA_TOKEN", token);
    let done = tokio::task::spawn_blocking(move || run(command)).await.unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(code), "{args:?} {said}");
    if code == 0 { done.stdout } else { done.stderr }
}

/// What gives a program the clock of this run, where another one is played (libfaketime).
fn clock() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name == "LD_PRELOAD" || name.to_string_lossy().contains("FAKE"))
}

fn figure(report: &Value, id: &str) -> Value {
    let all = report["figures"].as_array().unwrap();
    all.iter().find(|figure| figure["id"] == id).unwrap_or_else(|| panic!("no {id}"))["value"].clone()
}

/// One text is answered and closed, one is answered twice, one waits.
async fn a_morning(gateway: &Gateway) {
    let first = gateway.claimed("62번 버스 언제 와요?").await;
    let id = first.summary.id;
    gateway.desk.reply(&first, "5분 뒤에 옵니다.", "k1").await.unwrap();
    let close = json!({"category": "교통/버스노선·도착", "last_seen": first.last_inbound_id});
    let _: Value = gateway.desk.post(&format!("/v1/conversations/{id}/close"), &close).await.unwrap();
    gateway.sim().text("01099990000", "=1+1 여권은 어디서 만드나요?");
    gateway.until(|b| b.n_routed == 2).await;
    let second: munja::api::wire::ConversationDetail =
        gateway.desk.post("/v1/conversations/next", &Value::Null).await.unwrap();
    gateway.desk.reply(&second, "시청 1층입니다.", "k2").await.unwrap();
    gateway.desk.reply(&second, "신분증이 필요합니다.", "k3").await.unwrap();
    gateway.sim().text("01088880000", "누구 없나요?");
    gateway.until(|b| b.n_routed == 3 && b.n_outbound("delivered") == 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_what_is_reported() {
    let gateway = Gateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    a_morning(&gateway).await;
    // Also where midnight passes while this runs.
    let days = "yesterday..today";
    let json = munja(&gateway, folder.path(), 0, &["report", days, "--json"]).await;
    let report: Value = serde_json::from_slice(&json).unwrap();
    for (id, expected) in [
        ("texts", json!(3)),
        ("consultations", json!(3)),
        ("returns", json!(0)),
        ("citizens", json!(3)),
        ("new_citizens", json!(3)),
        ("replies", json!(3)),
        ("finished", json!(1)),
        ("still_open", json!(2)),
        ("never_answered", json!(0)),
        ("texts_out", json!(6)),
        ("texts_automatic", json!(3)),
        ("delivered", json!(1_000)),
        ("receipt_within_10_s", json!(1_000)),
        ("first_response_within_5_min", json!(1_000)),
        ("danger_seen", json!(0)),
        ("survey_mean", Value::Null),
    ] {
        assert_eq!(figure(&report, id), expected, "{id}");
    }
    let shown = munja(&gateway, folder.path(), 0, &["report", days]).await;
    let shown = String::from_utf8(shown).unwrap();
    for word in ["받은 문자", "자동 문자는 답변이 아닙니다", "교통", "█"] {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
    let own = munja(&gateway, folder.path(), 0, &["report", "counselors", days, "--json"]).await;
    let own: Value = serde_json::from_slice(&own).unwrap();
    assert_eq!(
        (&own["tables"][0]["rows"][0]["label"], &own["tables"][0]["rows"][0]["cells"][0]),
        (&json!("김민수"), &json!(3))
    );
    for (args, why) in [
        (["report", "soon"], "기간이 아닙니다"),
        (["report", "2099-01-01"], "오늘"),
        (["report", "2026-04-31"], "그런 날이 없습니다"),
        (["report", "--desk=moon"], "부서"),
    ] {
        let said = String::from_utf8(munja(&gateway, folder.path(), 2, &args).await).unwrap();
        assert!(said.contains(why), "{said}");
    }
    let refused = munja(&gateway, folder.path(), 6, &["report", days, "--words"]).await;
    assert!(String::from_utf8_lossy(&refused).contains("관리자"));
}

/// What a supervisor does beside figures, by the program alone: draws, reads and scores a consultation, which the counselor reads
/// and answers; counts points; tells everybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_scores_a_consultation_and_the_counselor_answers() {
    let gateway = Gateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    a_morning(&gateway).await;
    let now = jiff::Timestamp::now().as_millisecond();
    let new = NewCounselor { login: "boss".into(), name: "박관리".into(), password: "long-enough".into() };
    let boss = gateway.store.add_counselor(new, now).await.unwrap().id;
    gateway.store.set_duties("boss".into(), Some(Role::Supervisor), None).await.unwrap();
    let token = gateway.store.issue_token(boss, now + 3_600_000, now).await.unwrap();
    let at = (&gateway, folder.path());
    let said =
        async |code: i32, args: &[&str]| String::from_utf8(munja_as(&token, at, code, args).await).unwrap();
    let sample: Value = serde_json::from_str(&said(0, &["review", "sample", "--json"]).await).unwrap();
    assert_eq!(sample["consultations"][0]["counselor"], json!("minsu"), "{sample}");
    assert_eq!(sample["consultations"].as_array().unwrap().len(), 1, "the others are open");
    assert!(said(0, &["review", "show", "1"]).await.contains("62번 버스"));
    let sheet = said(0, &["review", "sheet"]).await;
    assert!(sheet.contains("친절") && sheet.contains("쉬운말"), "{sheet}");
    let wrong = said(2, &["review", "write", "1", "--marks", "친절=9"]).await;
    assert!(wrong.contains("친절=0–5"), "{wrong}");
    let marks = "친절=5,정확=4,쉬운말=5,속도=5";
    said(0, &["review", "write", "1", "--marks", marks, "--comment", "정류장도 적어 주세요"]).await;
    let again = said(6, &["review", "write", "1", "--marks", marks]).await;
    assert!(again.contains("이미 평가"), "{again}");

    let own = String::from_utf8(munja(&gateway, folder.path(), 0, &["reviews"]).await).unwrap();
    for word in ["박관리", "정확 4/5", "정류장도 적어 주세요"] {
        assert!(own.contains(word), "{word}\n{own}");
    }
    munja(&gateway, folder.path(), 0, &["review", "answer", "1", "고맙습니다"]).await;
    assert!(said(0, &["reviews", "--of", "minsu"]).await.contains("고맙습니다"));
    let means = said(0, &["report", "counselors", "yesterday..today"]).await;
    assert!(means.contains("품질 평가") && means.contains("95"), "19 of 20: {means}");

    let points = said(0, &["report", "incentive", "yesterday..today", "--csv", "-"]).await;
    let lines: Vec<&str> = points.lines().filter(|line| line.starts_with("minsu,answered,1,")).collect();
    assert_eq!(lines.len(), 2, "one for each consultation that was answered: {points}");
    let seq: i64 = lines[0].split(',').nth(3).unwrap().parse().unwrap();
    let file = Connection::open(gateway.folder.path().join("munja.db")).unwrap();
    let kind: String = file.query_row("SELECT kind FROM event WHERE seq = ?1", [seq], |r| r.get(0)).unwrap();
    assert_eq!(kind, "replied");
    let short = said(0, &["report", "staffing", "yesterday..today"]).await;
    assert!(short.contains("필요"), "{short}");
    assert!(said(0, &["report", "coaching", "yesterday..today"]).await.contains("겪은 일"));
    munja(&gateway, folder.path(), 6, &["report", "coaching"]).await;

    said(0, &["announce", "눈: 62번 버스가 돌아갑니다"]).await;
    let told = String::from_utf8(munja(&gateway, folder.path(), 0, &["announce"]).await).unwrap();
    assert!(told.contains("박관리: 눈: 62번 버스가 돌아갑니다"), "{told}");
    assert!(said(0, &["restricted"]).await.contains("없습니다"));
    assert!(said(0, &["list", "--of", "minsu"]).await.lines().count() >= 1);
}

/// Reads a workbook: every sheet's name, whether any cell is a formula, how many charts.
const READ: &str = "
import re, sys, zipfile
book = zipfile.ZipFile(sys.argv[1])
names = book.namelist()
print(re.findall(r'<sheet name=\"([^\"]*)\"', book.read('xl/workbook.xml').decode()))
sheets = [n for n in names if n.startswith('xl/worksheets/sheet')]
print('formulas', sum(book.read(n).decode().count('<f>') for n in sheets))
print('charts', len([n for n in names if n.startswith('xl/charts/chart')]))
print(book.read('xl/sharedStrings.xml').decode())
";

#[tokio::test(flavor = "multi_thread")]
async fn files_hold_the_report_and_no_formula() {
    let gateway = Gateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    a_morning(&gateway).await;
    gateway.store.set_duties("minsu".into(), Some(Role::Supervisor), None).await.unwrap();
    let file = Connection::open(gateway.folder.path().join("munja.db")).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    file.execute(
        "INSERT INTO survey (conversation_id, counselor_id, asked_at, answered_at, score, comment)
         VALUES (1, 1, ?1, ?1, 5, '=HYPERLINK(\"x\") <b>900101-1234567</b>'), (1, 1, ?1, ?1, 1, '')",
        [now],
    )
    .unwrap();
    let to = folder.path().display().to_string();
    munja(&gateway, folder.path(), 0, &["report", "yesterday..today", "--words", "--to", &to]).await;
    let found = |ending: &str| {
        let all = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path());
        all.into_iter().find(|path| path.extension().is_some_and(|e| e == ending)).expect(ending)
    };
    let csv = std::fs::read(found("csv")).unwrap();
    assert!(csv.starts_with("\u{feff}".as_bytes()));
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains("받은 문자,3") && csv.contains("'=HYPERLINK"), "{csv}");
    assert!(csv.contains("1건의 글은 시민이 지워져"), "{csv}");
    let html = std::fs::read_to_string(found("html")).unwrap();
    assert!(html.contains("<svg") && html.contains("&lt;b&gt;") && !html.contains("<b>900101"), "{html}");
    for secret in ["1234567", CITIZEN, "01099990000"] {
        assert!(!html.contains(secret) && !csv.contains(secret), "{secret}");
    }
    assert!(
        !html.contains("http://")
            || html.matches("http://").count() == html.matches("http://www.w3.org").count()
    );
    let mut read = Command::new("python3");
    read.args(["-c", READ]).arg(found("xlsx"));
    let Some(read) = other_programs::run(&mut read, b"") else { return };
    let read = other_programs::words(&read);
    assert!(read.contains("formulas 0") && read.contains("날짜별"), "{read}");
    assert!(!read.contains("charts 0") && read.contains("=HYPERLINK"), "{read}");
}

/// One number of the file.
fn sql(file: &Connection, sql: &str, (from, to): (i64, i64)) -> Option<i64> {
    let sql = sql.replace("{in}", &format!(">= {from}")).replace("{out}", &format!("< {to}"));
    file.query_row(&sql, [], |row| row.get(0)).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

/// Rounds: from an `opened` or `reopened` to the next one, with the first reply and the last close in between.
const ROUNDS: &str = "
    WITH begun AS (
        SELECT conversation_id AS id, seq, at, kind,
               lead(seq, 1, 9e18) OVER (PARTITION BY conversation_id ORDER BY seq) AS next_seq,
               lead(at) OVER (PARTITION BY conversation_id ORDER BY seq) AS next_at
        FROM event WHERE kind IN ('opened', 'reopened')),
    round AS (
        SELECT b.*,
               (SELECT min(at) FROM event e WHERE e.conversation_id = b.id AND e.seq > b.seq AND e.seq < b.next_seq AND e.kind = 'replied') AS replied_at,
               (SELECT max(at) FROM event e WHERE e.conversation_id = b.id AND e.seq > b.seq AND e.seq < b.next_seq AND e.kind = 'closed') AS closed_at
        FROM begun b)";

fn recount(file: &Connection, figure: FigureId, bounds: (i64, i64)) -> Option<i64> {
    let rounds = |select: &str| sql(file, &format!("{ROUNDS} {select}"), bounds);
    let nearest = |percent: i64| {
        rounds(&format!(
            "SELECT took FROM (SELECT replied_at - at AS took, row_number() OVER (ORDER BY replied_at - at) AS n, count(*) OVER () AS whole
                               FROM round WHERE at {{in}} AND at {{out}} AND replied_at IS NOT NULL)
             WHERE n = max(1, (whole * {percent} + 99) / 100)"
        ))
    };
    match figure {
        FigureId::Texts => sql(file, "SELECT count(*) FROM inbox WHERE received_at {in} AND received_at {out}", bounds),
        FigureId::Consultations => rounds("SELECT count(*) FROM round WHERE at {in} AND at {out}"),
        FigureId::Returns => rounds("SELECT count(*) FROM round WHERE kind = 'reopened' AND at {in} AND at {out}"),
        FigureId::Citizens => rounds(
            "SELECT count(DISTINCT citizen) FROM round JOIN conversation v USING (id) WHERE at {in} AND at {out}",
        ),
        FigureId::NewCitizens => sql(
            file,
            "SELECT count(*) FROM (SELECT citizen, min(opened_at) AS at FROM conversation GROUP BY citizen) WHERE at {in} AND at {out}",
            bounds,
        ),
        FigureId::Replies => sql(file, "SELECT count(*) FROM event WHERE kind = 'replied' AND at {in} AND at {out}", bounds),
        FigureId::Finished => rounds("SELECT count(*) FROM round WHERE closed_at {in} AND closed_at {out}"),
        FigureId::Unanswered => rounds("SELECT count(*) FROM round WHERE replied_at IS NULL AND at {in} AND at {out}"),
        FigureId::Transfers => {
            sql(file, "SELECT count(*) FROM event WHERE kind = 'transferred' AND at {in} AND at {out}", bounds)
        }
        FigureId::FirstMedian => nearest(50),
        FigureId::FirstP90 => nearest(90),
        FigureId::ResolvedFirst => rounds(
            "SELECT (sum(next_at IS NULL OR next_at - closed_at > 259200000) * 2000 + count(*)) / (2 * count(*)) FROM round
             WHERE kind = 'opened' AND replied_at IS NOT NULL AND closed_at {in} AND closed_at {out}",
        ),
        FigureId::DangerSeen => sql(file, "SELECT count(*) FROM event WHERE kind = 'urgent' AND at {in} AND at {out}", bounds),
        FigureId::SurveyMean => sql(
            file,
            "SELECT (sum(score) * 200 + count(score)) / (2 * count(score)) FROM survey WHERE answered_at {in} AND answered_at {out}",
            bounds,
        ),
        FigureId::TextsOut => sql(
            file,
            "SELECT count(*) FROM outbox WHERE accepted_at IS NOT NULL AND created_at {in} AND created_at {out}",
            bounds,
        ),
        FigureId::DeliveredShare => sql(
            file,
            "SELECT (sum(state = 'delivered') * 2000 + count(*)) / (2 * count(*)) FROM outbox WHERE created_at {in} AND created_at {out}",
            bounds,
        ),
        other => panic!("{other:?} is not recounted"),
    }
}

async fn figures(store: &Store, period: Period) -> (Tally, Report) {
    let of = FiguresOf {
        period,
        desk: None,
        by: vec![By::Month, By::Day],
        counselor: None,
        desks: service_policy().desks.clone(),
        meaning: |_, _| None,
    };
    let (tally, names) = store.figures(of).await.unwrap();
    let report = Report::of(&tally, &names);
    (tally, report)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invented_year_is_counted_the_same_by_sql() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.db");
    let make = |code: i32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
        command
            .args(["sample-year", "--year", "2025", "--texts", "1500", "--lang", "en", "--database"])
            .arg(&path);
        let done = run(command);
        let said =
            format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert_eq!(done.status.code(), Some(code), "{said}");
        said
    };
    assert!(make(0).contains("1500 texts"));
    assert!(make(1).contains("there already"));
    let options = StoreOptions { create: false, ..StoreOptions::default() };
    let store = Store::open(&path, &options).unwrap();
    let file = Connection::open(&path).unwrap();
    let today = jiff::civil::Date::constant(2026, 11, 30);
    let seoul = TimeZone::get("Asia/Seoul").unwrap();
    for words in ["2025", "2025-03", "2025-09-29..2025-10-05"] {
        let period = Period::parse(words, today).unwrap();
        let (tally, report) = figures(&store, period).await;
        for id in [
            FigureId::Texts,
            FigureId::Consultations,
            FigureId::Returns,
            FigureId::Citizens,
            FigureId::NewCitizens,
            FigureId::Replies,
            FigureId::Finished,
            FigureId::Unanswered,
            FigureId::Transfers,
            FigureId::FirstMedian,
            FigureId::FirstP90,
            FigureId::ResolvedFirst,
            FigureId::DangerSeen,
            FigureId::SurveyMean,
            FigureId::TextsOut,
            FigureId::DeliveredShare,
        ] {
            let counted = recount(&file, id, period.bounds(&seoul));
            assert_eq!(tally.whole.value(id), counted, "{id:?} of {words}");
        }
        let rows = &report.tables[1].rows;
        assert_eq!(rows.len(), usize::try_from(period.n_days()).unwrap());
        let sum: i64 = rows.iter().filter_map(|row| row.cells[0]).sum();
        assert_eq!(Some(sum), tally.whole.value(FigureId::Texts), "days add up");
        let again = figures(&store, period).await.1;
        assert_eq!(again, report, "the same every time");
    }
}
