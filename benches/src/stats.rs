//! Order statistics and the bootstrap interval of a median.

use crate::rng::Rng;

/// The `q` quantile (0 to 1) of sorted `values`, interpolated; NaN where there are none.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = q.clamp(0.0, 1.0) * last as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(last);
    sorted[low] + (sorted[high] - sorted[low]) * (at - low as f64)
}

/// The same values in ascending order.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut out = values.to_vec();
    out.sort_by(f64::total_cmp);
    out
}

/// The median; NaN where there is nothing.
pub fn median(values: &[f64]) -> f64 {
    quantile(&sorted(values), 0.5)
}

/// The 95 % percentile bootstrap interval of the median.
pub fn bootstrap_median(values: &[f64], seed: u64) -> (f64, f64) {
    let mut rng = Rng::new(seed);
    let mut medians = Vec::with_capacity(2000);
    let mut sample = vec![0.0; values.len()];
    for _ in 0..2000 {
        for slot in &mut sample {
            *slot = values[rng.below(values.len())];
        }
        sample.sort_by(f64::total_cmp);
        medians.push(quantile(&sample, 0.5));
    }
    medians.sort_by(f64::total_cmp);
    (quantile(&medians, 0.025), quantile(&medians, 0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.25), 2.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn the_interval_holds_the_median() {
        let values: Vec<f64> = (0..101).map(f64::from).collect();
        let (low, high) = bootstrap_median(&values, 1);
        assert!(low < 50.0 && 50.0 < high, "{low} {high}");
        assert!(low > 30.0 && high < 70.0, "{low} {high}");
    }
}
