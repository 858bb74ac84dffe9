//! Placeholder until the calendar lands.
use super::UnixMs;
#[derive(Debug, Clone)]
pub struct Calendar;
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Open { until: UnixMs },
    Closed { opens_at: Option<UnixMs>, text: Option<String>, is_holiday: bool },
}
impl Calendar {
    pub fn said(&self, _: UnixMs, _: UnixMs, _: super::notice::Language) -> String { String::new() }
    pub fn at(&self, _: UnixMs) -> Standing { Standing::Open { until: i64::MAX } }
    pub fn open_ms_between(&self, from: UnixMs, to: UnixMs) -> i64 { (to - from).max(0) }
}
