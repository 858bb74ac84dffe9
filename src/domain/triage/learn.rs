//! Trains the second opinion: a linear separator over the features, by dual coordinate descent (a support vector machine with
//! squared loss). Only additions, multiplications and divisions in a fixed order: the same texts give the same bytes.

/// A text to learn from: its features (each once, with its value), and what it is.
#[derive(Debug, Clone)]
pub struct Lesson {
    pub features: Vec<(u32, f32)>,
    pub is_danger: bool,
    /// How much a mistake costs.
    pub cost: f32,
}

/// The weights after `rounds` over all lessons.
pub fn learn(lessons: &[&Lesson], n_weights: usize, rounds: usize) -> Vec<f32> {
    let mut weights = vec![0.0_f32; n_weights];
    let mut alphas = vec![0.0_f32; lessons.len()];
    let squares: Vec<f32> = lessons.iter().map(|l| l.features.iter().map(|(_, v)| v * v).sum()).collect();
    let mut order: Vec<usize> = (0..lessons.len()).collect();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..rounds {
        shuffle(&mut order, &mut seed);
        for index in &order {
            let (lesson, alpha) = (lessons[*index], &mut alphas[*index]);
            let sign = if lesson.is_danger { 1.0 } else { -1.0 };
            let slack = 0.5 / lesson.cost;
            let gradient = sign * dot(&weights, &lesson.features) - 1.0 + *alpha * slack;
            let next = (*alpha - gradient / (squares[*index] + slack)).max(0.0);
            let step = (next - *alpha) * sign;
            *alpha = next;
            if step != 0.0 {
                for (feature, value) in &lesson.features {
                    weights[*feature as usize] += step * value;
                }
            }
        }
    }
    weights
}

fn dot(weights: &[f32], features: &[(u32, f32)]) -> f32 {
    features.iter().map(|(feature, value)| weights[*feature as usize] * value).sum()
}

fn shuffle(order: &mut [usize], seed: &mut u64) {
    for at in (1..order.len()).rev() {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        order.swap(at, (*seed % (at as u64 + 1)) as usize);
    }
}
