//! How much one import may send, and how long it may take.

use std::time::Duration;

/// Length of a row's line at most, in bytes.
pub const ROW_BYTES_MAX: usize = 64 * 1024;

/// Limits of imports, with the defaults that [`ImportLimits::default`] gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImportLimits {
    /// Imports at a time.
    pub(crate) imports_max: usize,
    /// Rows of one import: what is told of the rejected ones is held until its end.
    pub(crate) rows_max: u64,
    /// Time for the next piece of the body.
    pub(crate) piece_time_max: Duration,
    /// Time for the whole body.
    pub(crate) body_time_max: Duration,
    /// Time for the rest of a body that is not recorded any more.
    pub(crate) drain_time_max: Duration,
}

impl Default for ImportLimits {
    fn default() -> ImportLimits {
        ImportLimits {
            imports_max: 2,
            rows_max: 4_000_000,
            piece_time_max: Duration::from_secs(60),
            body_time_max: Duration::from_secs(60 * 60),
            drain_time_max: Duration::from_secs(10),
        }
    }
}
