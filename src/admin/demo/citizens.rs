//! Citizens who text at a steady rate, some of them more than once.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::sim::Sim;

/// Texts for ever; stopped by being dropped.
pub(super) async fn text(sim: &Sim, questions: &[String], per_minute: u32, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut tick = tokio::time::interval(Duration::from_secs_f64(60.0 / f64::from(per_minute)));
    for question in questions.iter().cycle() {
        tick.tick().await;
        sim.text(&format!("0105550{:04}", rng.random_range(0..900)), question);
    }
}
