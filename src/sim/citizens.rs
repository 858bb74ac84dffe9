//! What citizens text when a simulated carrier runs by itself.

use std::path::Path;

use anyhow::{Context, bail};

use crate::ops::text_file;

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
    let text = text_file::read(path).with_context(|| format!("{shown} cannot be read"))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().with_context(|| format!("{shown} is not a CSV file"))?.clone();
    let bare = |name: &str| name.trim().to_owned();
    let Some(index) = headers.iter().position(|name| bare(name) == column) else {
        let all: Vec<_> = headers.iter().map(bare).collect();
        bail!("{shown} has no column {column}; its columns are: {}", all.join(", "));
    };
    let mut lines = Vec::new();
    for (n, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("{shown}, record {}: it is not CSV", n + 1))?;
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
        assert_eq!(read_column(korean.path(), "제목").unwrap(), ["버스"]);
        let picture = file(b"\x89PNG\0");
        assert!(format!("{:#}", read_column(picture.path(), "제목").unwrap_err()).contains("CSV UTF-8"));
        let empty = file("제목\n\n".as_bytes());
        assert!(read_column(empty.path(), "제목").unwrap_err().to_string().contains("holds no text"));
    }
}
