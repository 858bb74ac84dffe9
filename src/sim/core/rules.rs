//! Which fault strikes: rules in the order they were added, then faults chosen by numbers and texts.

use rand::RngExt;
use rand::rngs::StdRng;

use crate::sim::faults::{Endpoint, Fault, FaultRule, Sort, effective};

/// A rule, and how many calls have fitted it.
pub(in crate::sim) struct Armed {
    pub rule: FaultRule,
    n_fitted: u32,
}

impl Armed {
    pub(in crate::sim) fn new(rule: FaultRule) -> Self {
        Armed { rule, n_fitted: 0 }
    }

    fn fits(&self, at: &Call<'_>, sort: Sort) -> bool {
        let rule = &self.rule;
        rule.fault.sort() == sort
            && rule.fault.can_strike(at.endpoint)
            && rule.endpoint.is_none_or(|e| effective(e, &rule.fault) == at.endpoint)
            && rule.number.as_ref().is_none_or(|n| at.number.ends_with(n.as_str()))
            && rule.text.as_ref().is_none_or(|t| at.text.contains(t.as_str()))
            && rule.times != Some(0)
    }

    /// Counts a call that fits; returns whether the rule applies to it.
    fn turn(&mut self) -> bool {
        self.n_fitted = self.n_fitted.saturating_add(1);
        if self.rule.skip > 0 {
            self.rule.skip -= 1;
            return false;
        }
        self.rule.between.is_none_or(|(first, last)| (first..=last).contains(&self.n_fitted))
    }
}

/// A call as rules see it.
#[derive(Clone, Copy)]
pub(in crate::sim) struct Call<'a> {
    pub endpoint: Endpoint,
    /// The citizen's number, where the call is about one.
    pub number: &'a str,
    pub text: &'a str,
}

impl<'a> Call<'a> {
    pub(in crate::sim) fn at(endpoint: Endpoint) -> Self {
        Call { endpoint, number: "", text: "" }
    }
}

/// The active rules in the order they were added.
#[derive(Default)]
pub(in crate::sim) struct Rules(pub Vec<Armed>);

impl Rules {
    /// Applies the first rule of this sort that is due, and counts it.
    pub(in crate::sim) fn strike(&mut self, call: Call<'_>, sort: Sort, rng: &mut StdRng) -> Option<Fault> {
        for armed in self.0.iter_mut().filter(|armed| armed.fits(&call, sort)) {
            let turn = armed.turn();
            if !turn || armed.rule.probability.is_some_and(|p| !rng.random_bool(p.clamp(0.0, 1.0))) {
                continue;
            }
            armed.rule.times = armed.rule.times.map(|n| n.saturating_sub(1));
            return Some(armed.rule.fault.clone());
        }
        None
    }

    /// How far the carrier's clock is wrong (milliseconds).
    pub(in crate::sim) fn skew_ms(&self) -> i64 {
        let skew = |armed: &Armed| match armed.rule.fault {
            Fault::ClockSkew { ms } => Some(ms),
            _ => None,
        };
        self.0.iter().find_map(skew).unwrap_or(0)
    }

    /// Whether answers tell the time.
    pub(in crate::sim) fn has_date(&self) -> bool {
        self.0.iter().all(|armed| armed.rule.fault != Fault::NoDate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Sim, SimOptions};

    fn strikes(rule: FaultRule, n: u32) -> Vec<u32> {
        let sim = Sim::new(SimOptions::default());
        sim.add_fault(rule);
        let mut state = sim.state();
        let call = Call { endpoint: Endpoint::Send, number: "01012345678", text: "안녕" };
        (1..=n).filter(|_| state.strike(call, Sort::End).is_some()).collect()
    }

    #[test]
    fn how_often() {
        let rule = || FaultRule::at(Endpoint::Send, Fault::ResetAfter);
        assert_eq!(strikes(rule().times(2), 5), [1, 2]);
        assert_eq!(strikes(rule().skip(2).times(1), 5), [3]);
        assert_eq!(strikes(rule().between(2, 4), 5), [2, 3, 4]);
        assert_eq!(strikes(rule().probability(0.0), 5), [0; 0]);
        let some = strikes(rule().probability(0.5), 200);
        assert!((60..140).contains(&some.len()));
        assert_eq!(some, strikes(rule().probability(0.5), 200), "the same seed, the same chances");
    }

    #[test]
    fn for_whom() {
        let rule = || FaultRule::anywhere(Fault::ResetAfter);
        assert_eq!(strikes(rule().number("5678"), 1), [1]);
        assert_eq!(strikes(rule().number("01012345678"), 1), [1]);
        assert_eq!(strikes(rule().number("1234"), 1), [0; 0]);
        assert_eq!(strikes(rule().text("녕"), 1), [1]);
        assert_eq!(strikes(FaultRule::at(Endpoint::Mo, Fault::ResetAfter), 1), [0; 0]);
        assert_eq!(strikes(FaultRule::anywhere(Fault::Latency { ms: 1 }), 1), [0; 0], "another sort");
    }
}
