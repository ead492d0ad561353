//! Snapshots of the read model, as `docs/format.md` draws them: a start reads one and replays only the log after it.
//!
//! What is personal is kept as the events' own sealed bytes, and opened again when a snapshot is loaded; so a snapshot has no key of its own.

mod read;
mod sealed;
mod source;
mod write;

use sigeyi_envelope::Position;
use uuid::Uuid;

pub use read::Snapshot;
pub use sealed::{folds_sealed, without, write_sealed};
pub use source::SnapshotSource;
pub use write::SnapshotWriter;

const MAGIC: &[u8; 8] = b"SGYSNAPS";
const HEADER_BYTES: usize = 112;
const ROW_BYTES: usize = 16 + 4 + 4 + 8 + 32;

/// What a snapshot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotHeader {
    /// Which log.
    pub log_id: Uuid,
    /// Every event up to here is in it.
    pub position: Position,
    /// The last event that a row may hold, since rows are copied while the log grows.
    pub touched_through: Position,
    /// Content hash of the division list that numbers the counties.
    pub divisions: [u8; 32],
    /// When the event at `position` was recorded.
    pub recorded_at: i64,
}

/// Why a snapshot is passed over. The log is replayed instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not a snapshot of this format, log and division list.
    #[error("the snapshot is of another {0}")]
    Other(&'static str),
    /// Its bytes have changed.
    #[error("the snapshot's {0} section is damaged")]
    Damaged(&'static str),
    /// A sealed body does not open.
    #[error("a sealed body in the snapshot does not open")]
    Sealed,
}
