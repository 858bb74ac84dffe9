//! A report: the figures of a period, and tables. Holds no words: keys name the rows, [`FigureId`] the columns.

use std::collections::BTreeMap;

use super::history::{Class, Outcome};
use super::measures::Measures;
use super::names::Names;
use super::period::Period;
use super::spread::per_mille;
use super::tally::{By, Key, Tally};
use super::words::{FigureId, Unit};
use crate::domain::notice::Language;

/// A figure of the whole period; `None` where there was nothing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    pub id: FigureId,
    pub value: Option<i64>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub id: TableId,
    pub columns: Vec<FigureId>,
    pub rows: Vec<Row>,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A date, an hour, the key of a desk, the name of a category; empty for "none".
    pub key: String,
    pub cells: Vec<Option<i64>>,
}

/// What a table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableId {
    By(By),
    /// Finished consultations by the upper level of the categories, and by both.
    CategoryGroups,
    Categories,
    Delivery,
    Classes,
    Scores,
}

impl TableId {
    /// The word on the wire and of closed months.
    pub fn as_str(self) -> &'static str {
        match self {
            TableId::By(by) => by.as_str(),
            TableId::CategoryGroups => "category_groups",
            TableId::Categories => "categories",
            TableId::Delivery => "delivery",
            TableId::Classes => "classes",
            TableId::Scores => "scores",
        }
    }

    /// The table of this word.
    pub fn from_word(word: &str) -> Option<TableId> {
        use TableId as T;
        let all = [T::CategoryGroups, T::Categories, T::Delivery, T::Classes, T::Scores];
        all.into_iter().chain(By::ALL.into_iter().map(T::By)).find(|table| table.as_str() == word)
    }

    /// The heading.
    pub fn title(self, language: Language) -> &'static str {
        let (ko, en) = match self {
            TableId::By(By::Hour) => ("시간대별", "By hour of the day"),
            TableId::By(By::Day) => ("날짜별", "By day"),
            TableId::By(By::Weekday) => ("요일별", "By day of the week"),
            TableId::By(By::Month) => ("월별", "By month"),
            TableId::By(By::Desk) => ("부서별", "By desk"),
            TableId::By(By::Category) => ("분류별", "By category"),
            TableId::By(By::Counselor) => ("상담사별", "By counselor"),
            TableId::CategoryGroups => ("상담 분류(대분류)", "Categories, upper level"),
            TableId::Categories => ("상담 분류(소분류)", "Categories, both levels"),
            TableId::Delivery => ("보낸 문자의 결과", "What became of the texts out"),
            TableId::Classes => ("보낸 문자의 종류", "Texts out by class"),
            TableId::Scores => ("만족도 점수", "Survey scores"),
        };
        if language == Language::Ko { ko } else { en }
    }

    /// What is printed for a row's key.
    pub fn label(self, key: &str, language: Language) -> String {
        let known = match self {
            TableId::By(By::Hour) => return format!("{key}:00"),
            TableId::By(By::Weekday) => WEEKDAYS.iter().find(|(word, ..)| *word == key),
            TableId::By(By::Category) | TableId::CategoryGroups | TableId::Categories if key.is_empty() => {
                Some(&NO_CATEGORY)
            }
            TableId::Delivery => OUTCOMES.iter().find(|(word, ..)| *word == key),
            TableId::Classes => CLASSES.iter().find(|(word, ..)| *word == key),
            _ => None,
        };
        let word = known.map(|(_, ko, en)| if language == Language::Ko { *ko } else { *en });
        word.unwrap_or(key).to_owned()
    }
}

type Words = (&'static str, &'static str, &'static str);

const WEEKDAYS: [Words; 8] = [
    ("mon", "월", "Monday"),
    ("tue", "화", "Tuesday"),
    ("wed", "수", "Wednesday"),
    ("thu", "목", "Thursday"),
    ("fri", "금", "Friday"),
    ("sat", "토", "Saturday"),
    ("sun", "일", "Sunday"),
    ("holiday", "공휴일", "Public holiday"),
];

const NO_CATEGORY: Words = ("", "분류 없음", "no category");

const CLASSES: [Words; 3] =
    [("sms", "단문(SMS)", "SMS"), ("lms", "장문(LMS)", "LMS"), ("mms", "사진(MMS)", "MMS")];

const OUTCOMES: [Words; 21] = [
    ("delivered", "도착", "delivered"),
    ("under_way", "결과 대기", "under way"),
    ("unconfirmed", "결과 모름", "never confirmed"),
    ("phone_off", "휴대전화 꺼짐", "phone switched off"),
    ("no_coverage", "음영 지역", "no coverage"),
    ("phone_full", "휴대전화 저장 공간 부족", "phone's memory full"),
    ("no_such_number", "없는 번호", "no such number"),
    ("not_reachable", "연결되지 않음", "not reachable"),
    ("refused", "수신 차단", "blocked by the recipient"),
    ("opted_out", "통신사에서 수신거부", "stopped at the carrier"),
    ("spam", "스팸으로 처리", "taken for spam"),
    ("landline", "유선전화", "landline"),
    ("bad_text", "보낼 수 없는 글자", "characters that cannot be sent"),
    ("too_long", "너무 긺", "too long"),
    ("sender_not_allowed", "등록되지 않은 발신 번호", "sender not registered"),
    ("quota", "한도 초과", "quota used up"),
    ("night_block", "야간 발송 제한", "not delivered at night"),
    ("duplicate", "중복으로 처리", "taken for a repetition"),
    ("expired", "시간 초과", "expired"),
    ("carrier_trouble", "통신사 장애", "trouble at the carrier"),
    ("unknown", "알 수 없는 사유", "unknown reason"),
];

/// The figures of a whole period, in the order in which they are printed.
const FIGURES: [FigureId; 42] = {
    use FigureId::*;
    [
        Texts,
        Consultations,
        Returns,
        Citizens,
        NewCitizens,
        KnownCitizens,
        Replies,
        Finished,
        Unanswered,
        StillOpen,
        Transfers,
        Abusive,
        FirstMedian,
        FirstP90,
        FirstP95,
        FirstWithin5,
        FirstWithin15,
        NextMedian,
        NextP90,
        NextP95,
        WaitMedian,
        WaitP90,
        WaitP95,
        HandlingMedian,
        HandlingP90,
        HandlingP95,
        ReceiptMedian,
        ReceiptWithin10,
        ResolvedFirst,
        DangerSeen,
        DangerFalse,
        DangerAckMedian,
        DangerAckWithin,
        DangerAnswerMedian,
        DangerAnswerWithin,
        SurveysSent,
        SurveysAnswered,
        SurveyMean,
        SurveySatisfied,
        TextsOut,
        Automatic,
        DeliveredShare,
    ]
};

/// Columns of the rows by hour, day, desk and so on.
const ROW_FIGURES: [FigureId; 9] = {
    use FigureId::*;
    [Texts, Consultations, Citizens, NewCitizens, FirstMedian, FirstP90, FirstWithin5, Finished, Unanswered]
};

/// Columns of the rows by counselor.
pub(super) const COUNSELOR_FIGURES: [FigureId; 12] = {
    use FigureId::*;
    [
        Replies,
        Finished,
        Transfers,
        OwnMedian,
        OwnP90,
        HandlingMedian,
        SurveysAnswered,
        SurveyMean,
        Praise,
        Complaints,
        Dangers,
        Abusive,
    ]
};

/// All figures of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub figures: Vec<Figure>,
    pub tables: Vec<Table>,
}

impl Report {
    /// What a tally comes to.
    pub fn of(tally: &Tally, names: &Names) -> Report {
        let mut report = Report::without_rows(&tally.whole, names);
        report.tables.splice(0..0, tally.scope.by.iter().map(|by| rows_by(tally, names, *by)));
        report
    }

    /// What a whole month of a tally comes to, whatever else the tally is about; its rows must be by month.
    pub fn of_month(tally: &Tally, names: &Names, month: Period) -> Option<Report> {
        Some(Report::without_rows(tally.rows.get(&Key::Month(month.first))?, names))
    }

    /// What every report of a period has, whatever rows were asked for.
    fn without_rows(of: &Measures, names: &Names) -> Report {
        let figures = FIGURES.iter().map(|id| Figure { id: *id, value: of.value(*id) });
        let mut tables = categories(of, names).to_vec();
        tables.extend([delivery(of), classes(of), scores(of)]);
        Report { figures: figures.collect(), tables }
    }

    /// What a name of [`Report::values`] says in words, and the unit of its value; `None` for a name of an older version.
    pub fn words(name: &str, language: Language) -> Option<(String, Unit)> {
        let (table, rest) = name.split_once('/')?;
        // Names of categories hold a stroke themselves.
        let (row, column) = rest.rsplit_once('/')?;
        let about = FigureId::ALL.iter().find(|id| id.as_str() == column)?.about(language);
        if table.is_empty() {
            return Some((about.title.to_owned(), about.unit));
        }
        let table = TableId::from_word(table)?;
        let row = table.label(row, language);
        Some((format!("{}, {row}: {}", table.title(language), about.title), about.unit))
    }

    /// Every value with a name that does not change, such as `delivery/phone_off/count`.
    pub fn values(&self) -> BTreeMap<String, i64> {
        let mut all = BTreeMap::new();
        let figures = self.figures.iter();
        all.extend(figures.filter_map(|f| Some((format!("//{}", f.id.as_str()), f.value?))));
        for table in &self.tables {
            for row in &table.rows {
                for (column, value) in table.columns.iter().zip(&row.cells) {
                    let name = format!("{}/{}/{}", table.id.as_str(), row.key, column.as_str());
                    all.extend(value.map(|value| (name, value)));
                }
            }
        }
        all
    }
}

fn rows_by(tally: &Tally, names: &Names, by: By) -> Table {
    let columns: &[FigureId] = if by == By::Counselor { &COUNSELOR_FIGURES } else { &ROW_FIGURES };
    let rows = tally.rows.iter().filter(|(key, _)| key.by() == by);
    let rows = rows.map(|(key, measures)| Row {
        key: key_word(*key, names),
        cells: columns.iter().map(|id| measures.value(*id)).collect(),
    });
    let mut rows: Vec<Row> = rows.collect();
    if by == By::Category {
        // As the other tables of categories: the largest first.
        let largest = |row: &Row| std::cmp::Reverse(row.cells.first().copied().flatten());
        rows.sort_by(|a, b| largest(a).cmp(&largest(b)).then_with(|| a.key.cmp(&b.key)));
    }
    Table { id: TableId::By(by), columns: columns.to_vec(), rows }
}

fn key_word(key: Key, names: &Names) -> String {
    match key {
        Key::Hour(hour) => format!("{hour:02}"),
        Key::Day(day) => day.to_string(),
        Key::Weekday(day) => WEEKDAYS.get(usize::try_from(day).unwrap_or(0)).map_or("", |w| w.0).to_owned(),
        Key::Month(first) => first.strftime("%Y-%m").to_string(),
        Key::Desk(desk) => names.desk_key(desk).to_owned(),
        Key::Category(category) => category.map_or(String::new(), |n| names.category_name(n).to_owned()),
        Key::Counselor(id) => id.to_string(),
    }
}

/// Numbers with their shares, the largest first.
fn shares(id: TableId, mut counted: Vec<(String, u64)>) -> Table {
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    in_order(id, counted)
}

fn in_order(id: TableId, counted: Vec<(String, u64)>) -> Table {
    let whole = counted.iter().map(|(_, n)| n).sum();
    let row = |(key, n): (String, u64)| Row { key, cells: vec![i64::try_from(n).ok(), per_mille(n, whole)] };
    let rows = counted.into_iter().map(row).collect();
    Table { id, columns: vec![FigureId::Count, FigureId::Share], rows }
}

fn categories(of: &Measures, names: &Names) -> [Table; 2] {
    let name = |category: Option<u16>| category.map_or("", |n| names.category_name(n));
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    for (category, n) in &of.categories {
        let group = name(*category).split('/').next().unwrap_or_default();
        *groups.entry(group.to_owned()).or_default() += n;
    }
    let items = of.categories.iter().map(|(category, n)| (name(*category).to_owned(), *n));
    [
        shares(TableId::CategoryGroups, groups.into_iter().collect()),
        shares(TableId::Categories, items.collect()),
    ]
}

fn delivery(of: &Measures) -> Table {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Delivered => "delivered",
        Outcome::UnderWay => "under_way",
        Outcome::Unconfirmed => "unconfirmed",
        Outcome::Cancelled => "cancelled",
        Outcome::Lost(reason) => reason.as_str(),
    };
    let counted = of.outcomes.iter().map(|(outcome, n)| (word(outcome).to_owned(), *n));
    shares(TableId::Delivery, counted.collect())
}

fn classes(of: &Measures) -> Table {
    let n = |class: Class, automatic: bool| of.sent.get(&(class, automatic)).copied().unwrap_or(0);
    let row = |class: Class| Row {
        key: class.as_str().to_owned(),
        cells: [n(class, true) + n(class, false), n(class, true)].map(|n| i64::try_from(n).ok()).to_vec(),
    };
    let rows = Class::ALL.into_iter().map(row).collect();
    Table { id: TableId::Classes, columns: vec![FigureId::TextsOut, FigureId::Automatic], rows }
}

fn scores(of: &Measures) -> Table {
    let counted = (1..=5).rev().map(|score: usize| (score.to_string(), of.scores[score - 1]));
    in_order(TableId::Scores, counted.collect())
}
