//! Heads: once a business day the log commits to the newest event of everybody, so that nobody can leave out the newest events of a person.
//!
//! The sequencer notices that the day has turned, a thread of its own takes the heads as they stood at that position while commands go on, and the sequencer
//! appends what it has found.

mod keeper;
mod read;
mod taking;

pub use read::CommittedHeads;
pub use taking::HeadsError;

pub(crate) use keeper::{HeadsKeeper, run};
pub(crate) use read::{newest, through_position};
#[cfg(test)]
pub(crate) use taking::then;
pub(crate) use taking::{Taken, take};

/// In whose name heads are committed, as actor and office of the event: it is the log's own.
pub(crate) const COMMITTED_BY: &str = "sigeyi";
