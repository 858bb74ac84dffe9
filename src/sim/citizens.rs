//! Citizens: what they text, and where their words come from.

use std::path::Path;

use anyhow::{Context, bail};
use bytes::Bytes;

use super::State;
use super::dialect::Pushed;
use super::faults::{Endpoint, Fault, Sort, of_text};
use super::rules::Call;

/// A citizen's text.
pub(super) struct Text {
    pub key: String,
    pub from: String,
    pub body: String,
    /// JPEG, as a rule.
    pub photos: Vec<Bytes>,
    /// As the carrier dates it.
    pub at: i64,
    /// Not listed before, by the true clock.
    pub visible_at: i64,
    pub n_served: u64,
    /// How often the gateway took it from a webhook.
    pub n_pushed: u64,
    /// When the gateway acked it, or was handed it for good.
    pub acked_at: Option<i64>,
    /// What is wrong with how it is listed.
    pub quirk: Option<Fault>,
}

impl Text {
    /// What the citizen typed as sender.
    pub(super) fn shown_from(&self) -> &str {
        match &self.quirk {
            Some(Fault::AliasMo { from }) => from,
            _ => &self.from,
        }
    }

    /// It is listed so that it cannot be read.
    pub(super) fn is_broken(&self) -> bool {
        self.quirk == Some(Fault::BrokenMo)
    }
}

impl State {
    /// Returns the carrier's key of the text.
    pub(super) fn add_text(&mut self, from: &str, body: &str, photos: Vec<Bytes>, now: i64) -> String {
        let call = Call { endpoint: Endpoint::Text, number: from, text: body };
        let quirk = self.strike(call, Sort::Content).or_else(|| of_text(body));
        let index = self.texts.len();
        let before = self.texts.last().filter(|_| quirk == Some(Fault::SameKeyMo));
        let key = before.map_or_else(|| self.dialect.text_key(index + 1), |text| text.key.clone());
        let late_ms = match quirk {
            Some(Fault::LateMo { ms }) => i64::try_from(ms).unwrap_or(i64::MAX / 4),
            _ => 0,
        };
        let at = now + self.skew_ms();
        self.texts_by_time.insert(at, index);
        self.texts_open.insert((now + late_ms, index));
        self.texts_by_key.entry(key.clone()).or_default().push(index);
        self.expect_push(now + late_ms, Pushed::Text(index));
        if quirk == Some(Fault::DuplicateMo) {
            self.expect_push(now + late_ms, Pushed::Text(index));
        }
        self.texts.push(Text {
            key: key.clone(),
            from: from.to_owned(),
            body: body.to_owned(),
            photos,
            at,
            visible_at: now + late_ms,
            n_served: 0,
            n_pushed: 0,
            acked_at: None,
            quirk,
        });
        key
    }
}

/// What citizens ask when nobody gives them a file.
pub const SAMPLE_QUESTIONS: &[&str] = &[
    "안녕하세요. 저는 청각장애인입니다. 첨단09번 버스 막차가 몇 시인가요?",
    "여권 재발급하려면 뭐가 필요해요?",
    "집 앞에 불법주차된 차가 있어서 휠체어가 못 지나가요. 용봉동 123 근처예요",
    "수도요금이 지난달보다 너무 많이 나왔어요",
    "내일 구청 민원실 몇 시까지 하나요",
    "수어통역 되는 병원 있나요?",
    "학생증 없이 청소년 버스요금 되나요ㅠㅠ",
    "가로등이 며칠째 꺼져 있어요. 동명동 놀이터 앞이요",
    "네",
    "감사합니다!!",
    "대형폐기물 스티커 어디서 사요?",
    "Hello, is there a bus from the station to the airport at night?",
];

/// The lines of one column of a CSV file, blank ones left out. Errors name the file, the column, and the columns there are.
pub fn read_column(path: &Path, column: &str) -> anyhow::Result<Vec<String>> {
    let shown = path.display();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .with_context(|| format!("{shown} cannot be read"))?;
    let headers = reader.headers().with_context(|| format!("{shown} is not a CSV file in UTF-8"))?.clone();
    let bare = |name: &str| name.trim_start_matches('\u{feff}').trim().to_owned();
    let Some(index) = headers.iter().position(|name| bare(name) == column) else {
        let all: Vec<_> = headers.iter().map(bare).collect();
        bail!("{shown} has no column {column}; its columns are: {}", all.join(", "));
    };
    let mut lines = Vec::new();
    for (n, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("{shown}, record {}: it is not CSV in UTF-8", n + 1))?;
        lines.extend(record.get(index).map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned));
    }
    if lines.is_empty() {
        bail!("{shown}: column {column} holds no text");
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    #[test]
    fn a_column_by_name() {
        let csv = file("\u{feff}번호,제목\n1,\"버스, 막차\"\n2,\n3,여권\n4\n".as_bytes());
        assert_eq!(read_column(csv.path(), "제목").unwrap(), ["버스, 막차", "여권"]);
    }

    #[test]
    fn errors_say_what_is_there() {
        let csv = file("번호,제목\n1,버스\n".as_bytes());
        let said = read_column(csv.path(), "내용").unwrap_err().to_string();
        assert!(said.contains("내용") && said.contains("번호, 제목"), "{said}");
        assert!(said.contains(&csv.path().display().to_string()), "{said}");
        let said = read_column(Path::new("/nowhere.csv"), "제목").unwrap_err().to_string();
        assert!(said.contains("/nowhere.csv"), "{said}");
        let korean = file(b"\xc1\xa6\xb8\xf1\n\xb9\xf6\xbd\xba\n");
        assert!(read_column(korean.path(), "제목").unwrap_err().to_string().contains("UTF-8"));
        let empty = file("제목\n\n".as_bytes());
        assert!(read_column(empty.path(), "제목").unwrap_err().to_string().contains("holds no text"));
    }
}
