//! Lists that supervisors edit: whose version is in force, and one that this program refuses.

use super::config_error;
use super::finding::{Finding, Severity};
use crate::config::{Config, ConfigError, ConfigFault};
use crate::daemon::InForce;
use crate::domain::edited_list::{ListFault, ListSource, ListState};
use crate::domain::text::one_line;
use crate::ops::lang::Lang;

/// Terminal columns of a name.
const NAME_COLUMNS: usize = 40;

pub(super) fn findings(config: &Config, in_force: &InForce, lang: Lang) -> Vec<Finding> {
    let states = in_force.states();
    states.iter().filter_map(|state| finding(config, state, lang)).collect()
}

fn finding(config: &Config, state: &ListState, lang: Lang) -> Option<Finding> {
    let (list, version) = (state.list.as_str(), state.version);
    if let Some(fault) = &state.refused {
        let why = config_error(&error(list, fault), lang);
        return Some(Finding::with(
            "texts",
            Severity::Warning,
            lang.pick(
                format!("the supervisors' version {version} of {list} cannot be used, and the operator's file is in force: {why}"),
                format!("관리자가 저장한 {list} 목록 {version}판을 쓸 수 없어 운영자 파일을 쓰고 있습니다: {why}"),
            ),
            lang.pick(
                format!("a supervisor mends it: munja edit {list}"),
                format!("관리자가 고칩니다: munja edit {list}"),
            ),
        ));
    }
    let (by, at) = state.by.as_ref().filter(|_| state.source == ListSource::Supervisor)?;
    let (by, at) = (one_line(by, NAME_COLUMNS), config.minute(*at));
    Some(Finding::good(
        "texts",
        lang.pick(
            format!("{list}: version {version} of {by} ({at}) is in force, not the operator's file"),
            format!("{list}: 운영자 파일이 아니라 {by} 님이 저장한 {version}판({at})을 쓰고 있습니다"),
        ),
    ))
}

/// The fault as an error of the configuration, which is worded in both languages.
fn error(list: &str, fault: &ListFault) -> ConfigError {
    ConfigError {
        fault: ConfigFault::Wrong,
        file: format!("{list}.toml").into(),
        line: fault.line,
        key: fault.key.clone(),
        message: fault.message.clone(),
        others: Vec::new(),
    }
}
