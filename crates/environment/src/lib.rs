//! The clock and the randomness, given and never taken.
//!
//! Everything in Grantor that needs the time of day or a random number is handed a [`Clock`] or an [`Entropy`]; only the
//! edges of a program make the real ones. So a test moves time by an hour without waiting for it, and a snapshot that
//! holds a random value is stable. `clippy.toml` refuses the calls that would take either from the system elsewhere.

mod clock;
mod entropy;
mod length;
mod monotonic;

pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use entropy::{CountedEntropy, Entropy, SystemEntropy};
pub use length::parse_length;
pub use monotonic::{ManualMonotonic, Monotonic, SystemMonotonic};
