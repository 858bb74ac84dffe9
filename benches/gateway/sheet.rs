//! Report: one line per figure with name, value, ratio, goal and result.

pub struct Sheet {
    n_missed: usize,
}

impl Sheet {
    pub fn begin() -> Sheet {
        println!("{:<58} {:>14} {:>9}  goal", "", "figure", "ratio");
        Sheet { n_missed: 0 }
    }

    /// A figure without a goal.
    pub fn note(&mut self, what: &str, figure: &str) {
        println!("{what:<58} {figure:>14}");
    }

    /// A ratio that must not be below `goal`.
    pub fn at_least(&mut self, what: &str, figure: &str, ratio: f64, goal: f64) {
        self.line(what, figure, ratio, &format!(">= {goal}"), ratio >= goal);
    }

    /// A ratio or value that must not be above `goal`.
    pub fn at_most(&mut self, what: &str, figure: &str, ratio: f64, goal: f64) {
        self.line(what, figure, ratio, &format!("<= {goal}"), ratio <= goal);
    }

    fn line(&mut self, what: &str, figure: &str, ratio: f64, goal: &str, reached: bool) {
        self.n_missed += usize::from(!reached);
        let word = if reached { "ok" } else { "MISSED" };
        println!("{what:<58} {figure:>14} {ratio:>9.2}  {goal:<9} {word}");
    }

    pub fn end(self) {
        println!("{} goals missed", self.n_missed);
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn percentile(values: &mut [f64], p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    values[((last as f64) * p).round() as usize]
}
