//! Rows of a roster (摸底调查) and of records (what was done): which are accepted, and what they ask to be recorded.

mod record;
mod roster;
mod row;

pub use record::{RecordEntry, RecordRow};
pub use roster::{RosterEntry, RosterRow};
pub use row::{RowCode, RowFault};
