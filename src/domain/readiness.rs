//! Whether the gateway can do its job: named checks, each with what is wrong. The one owner of the rule that `/livez`, `/readyz`,
//! `/healthz` and the metrics ask.
//!
//! *Alive* is a gateway that a new start would not mend; *ready* one that takes texts and answers. One deaf carrier is enough
//! not to be ready: whoever writes through it is not heard. A carrier that only sends, that only calls us, or that was paused (which
//! concerns what we send) is not deaf ([`super::hearing`]).

use super::alarm::operator::is_disk_full;

/// What is known of the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Loops that make no progress.
    pub late: Vec<String>,
    /// Why nothing can be stored, if so.
    pub database: Option<String>,
    /// Bytes that can still be written; `None` if that is not known.
    pub disk_room: Option<u64>,
    /// How far the machine's clock is from the gateway's time, where it is not believed (milliseconds).
    pub clock_apart_ms: Option<i64>,
    /// The carriers that texts come from, and whether each is deaf.
    pub inbound: Vec<(String, bool)>,
    /// Carriers that have not been asked for texts since the start.
    pub unasked: Vec<String>,
}

/// One named check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Never changes: monitoring relies on it.
    pub name: &'static str,
    /// What is wrong; `None`: nothing.
    pub trouble: Option<String>,
}

impl Check {
    fn new(name: &'static str, trouble: Option<String>) -> Check {
        Check { name, trouble }
    }

    pub fn is_ok(&self) -> bool {
        self.trouble.is_none()
    }
}

impl Facts {
    /// The carriers that are deaf: no text reaches us through them. One of them is enough for `/readyz` and `/healthz` to fail.
    pub fn deaf(&self) -> Vec<&str> {
        self.inbound.iter().filter(|(_, is_deaf)| *is_deaf).map(|(name, _)| name.as_str()).collect()
    }

    /// What a new start may mend.
    pub fn alive(&self) -> Vec<Check> {
        vec![self.loops()]
    }

    /// Everything that the job needs.
    pub fn ready(&self) -> Vec<Check> {
        let full = || "less than 64 MB are free: make room, or no text can be stored".to_owned();
        let apart =
            |ms: i64| format!("the machine's clock jumped by {} s and is not believed: set it", ms / 1_000);
        vec![
            self.started(),
            self.loops(),
            Check::new("database", self.database.clone()),
            Check::new("disk", is_disk_full(self.disk_room).then(full)),
            Check::new("clock", self.clock_apart_ms.map(apart)),
            self.carriers(),
        ]
    }

    fn started(&self) -> Check {
        let waits = format!("not asked for texts yet since the start: {}", self.unasked.join(", "));
        Check::new("started", (!self.unasked.is_empty()).then_some(waits))
    }

    fn loops(&self) -> Check {
        let late = format!("no progress: {}", self.late.join(", "));
        Check::new("loops", (!self.late.is_empty()).then_some(late))
    }

    fn carriers(&self) -> Check {
        let deaf = self.deaf();
        let trouble = format!("deaf, no text comes in from: {}", deaf.join(", "));
        Check::new("carriers", (!deaf.is_empty()).then_some(trouble))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alarm::operator::LEAST_ROOM;

    fn failing(facts: &Facts) -> Vec<&'static str> {
        facts.ready().iter().filter(|check| !check.is_ok()).map(|check| check.name).collect()
    }

    #[test]
    fn each_check_fails_for_its_own_reason_alone() {
        let named =
            |names: &[(&str, bool)]| names.iter().map(|(name, deaf)| ((*name).to_owned(), *deaf)).collect();
        let two = |one, other| Facts { inbound: named(&[("a", one), ("b", other)]), ..Facts::default() };
        let table = [
            (Facts::default(), vec![]),
            (Facts { unasked: vec!["a".into()], ..Facts::default() }, vec!["started"]),
            (Facts { late: vec!["router".into()], ..Facts::default() }, vec!["loops"]),
            (Facts { database: Some("the disk is full".into()), ..Facts::default() }, vec!["database"]),
            (Facts { disk_room: Some(LEAST_ROOM), ..Facts::default() }, vec![]),
            (Facts { disk_room: Some(LEAST_ROOM - 1), ..Facts::default() }, vec!["disk"]),
            (Facts { clock_apart_ms: Some(-90_000), ..Facts::default() }, vec!["clock"]),
            (two(false, false), vec![]),
            (two(true, false), vec!["carriers"]),
            (two(true, true), vec!["carriers"]),
        ];
        for (facts, expected) in table {
            assert_eq!(failing(&facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn the_deaf_carrier_is_named_and_the_one_that_hears_is_not() {
        let inbound = vec![("a".to_owned(), false), ("b".to_owned(), true)];
        let said = Facts { inbound, ..Facts::default() }.carriers().trouble;
        assert_eq!(said.as_deref(), Some("deaf, no text comes in from: b"));
    }

    /// A new start does not fill a disk, set a clock or mend a carrier: whoever restarts for that only adds silence.
    #[test]
    fn only_a_loop_that_stands_still_asks_for_a_new_start() {
        let sick = Facts {
            database: Some("x".into()),
            disk_room: Some(0),
            clock_apart_ms: Some(1),
            inbound: vec![("a".into(), true)],
            ..Facts::default()
        };
        assert!(sick.alive().iter().all(Check::is_ok));
        let late = Facts { late: vec!["sender".into()], ..Facts::default() };
        assert!(!late.alive().iter().all(Check::is_ok));
    }
}
