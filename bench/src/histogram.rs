//! How long answers took, in buckets that are less than one percent wide.

use std::time::Duration;

/// Buckets per power of two.
const FINE: u32 = 7;
const BUCKETS: usize = (64 - FINE as usize + 1) << FINE;

/// Counts of durations.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }
}

impl Histogram {
    /// Counts one answer.
    pub fn add(&mut self, time: Duration) {
        self.counts[bucket(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))] += 1;
        self.total += 1;
    }

    /// Counts what another one counted.
    pub fn join(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// How many answers were counted.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The time within which so many of a thousand answers came.
    pub fn permille(&self, share: u64) -> Duration {
        let wanted = (self.total * share).div_ceil(1000);
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_nanos(upper_end(place));
            }
        }
        Duration::MAX
    }
}

/// The first 2^FINE values have a bucket each; from there on the highest bit and the FINE bits below it name the bucket.
fn bucket(nanos: u64) -> usize {
    let shift = (64 - nanos.leading_zeros()).saturating_sub(FINE + 1);
    let mantissa = usize::try_from(nanos >> shift).unwrap_or(usize::MAX);
    ((shift as usize) << FINE) + mantissa
}

fn upper_end(bucket: usize) -> u64 {
    if bucket < 2 << FINE {
        return bucket as u64;
    }
    let shift = (bucket >> FINE) - 1;
    let mantissa = (bucket - (shift << FINE)) as u64;
    ((mantissa + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_in_its_bucket_and_buckets_are_narrow() {
        for nanos in (0..60).map(|bit| 1_u64 << bit).flat_map(|power| [power, power + power / 3, power * 2 - 1]) {
            let place = bucket(nanos);
            let (low, high) = (if place == 0 { 0 } else { upper_end(place - 1) + 1 }, upper_end(place));
            assert!((low..=high).contains(&nanos), "{nanos} not in {low}..={high}");
            assert!(high - low <= nanos / 100 + 1, "{nanos}: {low}..={high}");
        }
    }

    #[test]
    fn the_slowest_of_a_hundred_is_beyond_the_99th() {
        let mut histogram = Histogram::default();
        for millis in 1..=100 {
            histogram.add(Duration::from_millis(millis));
        }
        let close = |found: Duration, millis: f64| (found.as_secs_f64() * 1000.0 / millis - 1.0).abs() < 0.01;
        assert!(close(histogram.permille(990), 99.0), "{:?}", histogram.permille(990));
        assert!(close(histogram.permille(500), 50.0), "{:?}", histogram.permille(500));
    }
}
