//! Days and months of use in a short while: what is kept stops growing once as much ends as begins.
//!
//! Every day is like every other one, so that what is kept can be compared exactly. The clock is moved, and what has ended is forgotten as `serve` forgets it. `GRANTOR_SOAK_DAYS` runs the long version, with the
//! durations of a deployment: at least 200 days, since a refresh token lies unused for 90 before it ends.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod size;
mod use_of_a_day;

use std::time::Duration;

use grantor_rules::Settings;
use grantor_testkit::{Options, TestPlatform};
use size::Size;
use use_of_a_day::Use;

const DAY: Duration = Duration::from_hours(24);

/// What pages may come while the number of rows stays: keys are random, so pages fill and split as chance has it. Without
/// sweeping, or without pages that are used again, it would be many times that.
const MORE_PAGES_PERCENT: u64 = 10;
const MORE_PAGES: u64 = 8;

/// Uses a platform for so many days, of which everything that ever ends has ended after the first `until_steady`.
async fn soak(settings: Settings, days: u32, until_steady: u32) {
    let platform = TestPlatform::with(&Options { settings, ..Options::default() }).await;
    let mut use_of_it = Use::default();
    let mut sizes = Vec::new();
    for day in 0..days {
        use_of_it.day(&platform).await;
        let size = Size::of(&platform);
        if day % (days / 10).max(1) == 0 || day + 1 == days {
            println!("after day {}: {size}", day + 1);
        }
        sizes.push(size);
    }
    let (growing, steady) = sizes.split_at(until_steady as usize);
    let (first, last) = (&steady[0], &steady[steady.len() - 1]);
    assert!(growing[0].rows() < first.rows(), "nothing was kept");
    for size in steady {
        assert_eq!(size.tables, first.tables, "the number of rows does not stay");
    }
    let most = first.pages + first.pages * MORE_PAGES_PERCENT / 100 + MORE_PAGES;
    assert!(last.pages <= most, "the file grows: from {} to {} pages", first.pages, last.pages);
    assert!(last.log_bytes <= size::LONGEST_LOG, "the log grows: {} bytes", last.log_bytes);
}

/// Durations so short that a few days are many lives.
fn short_lived() -> Settings {
    Settings { refresh_token_idle: DAY, spa_refresh_lifetime: DAY / 2, ..Settings::default() }
}

#[tokio::test]
async fn what_is_kept_for_days_stops_growing() {
    soak(short_lived(), 7, 3).await;
}

#[tokio::test]
#[ignore = "takes minutes: scripts/soak runs it"]
async fn what_is_kept_for_months_stops_growing() {
    let days = std::env::var("GRANTOR_SOAK_DAYS").map_or(200, |text| text.parse().unwrap());
    soak(Settings::default(), days, 95).await;
}
