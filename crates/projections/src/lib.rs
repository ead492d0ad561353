//! Read models: what events add up to. Folded from events only, and every part of them can be thrown away and folded again.
//!
//! [`ReadModel`] keeps every person with the bitemporal table of facts, the index of commands, and for each plan a [`Board`] with
//! the counters of a stated business day and the work lists.

mod board;
mod calendar;
mod commands;
mod entry;
mod model;
mod people;
mod snapshot;
#[cfg(test)]
mod tests;

pub use board::{Board, CountyProgress, ErasedSince, Waiting};
pub use commands::CommandIndex;
pub use entry::{
    Entry, FoldError, Folding, Head, KeyNumber, Opened, Secrets, from_domain, heads_id, report_id, to_domain,
};
pub use model::ReadModel;
pub use people::{People, Row};
pub use snapshot::{
    Snapshot, SnapshotError, SnapshotHeader, SnapshotSource, SnapshotWriter, folds_sealed, without,
    write_sealed,
};
