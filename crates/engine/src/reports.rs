//! Reports that were frozen: figures that stay in the log as they were given out, and what has become of them.

mod check;
mod freeze;
mod read;

pub use check::{ErasuresSince, ReportCheck};
pub use freeze::{Freezing, ReportError, ReportRequest};
pub use read::{Report, ReportPage};

pub(crate) use freeze::{codes_hash, divisions_hash, plan_hash};
