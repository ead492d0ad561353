//! What time it is, for what is in force for a while.

use std::sync::Arc;

/// Says what time it is, in µs since 1970-01-01T00:00:00Z.
pub(crate) type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// By the machine's clock.
pub(crate) fn of_the_machine() -> Now {
    Arc::new(|| jiff::Timestamp::now().as_microsecond())
}
