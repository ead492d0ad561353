//! The durable event log: a journal of synced frames that is the truth, and sled behind it as a second copy.
//!
//! `docs/format.md` draws every file byte by byte. [`JournalStore`] is the store of a directory, [`MemoryStore`] one for tests;
//! both are an [`EventStore`]. [`Manifest`], [`TwinFile`] and snapshots are the directory's other files. All but sled goes
//! through a [`Disk`].

mod block;
#[cfg(test)]
mod conformance;
mod disk;
mod durable;
mod encoded_events;
mod event_store;
mod frame;
mod head_file;
#[cfg(test)]
mod head_tests;
mod journal;
mod journal_fault;
mod journal_store;
#[cfg(test)]
mod journal_tests;
mod ledger;
mod ledger_merge;
#[cfg(test)]
mod ledger_tests;
mod live;
mod lock;
mod manifest;
mod memory_store;
mod mirror;
mod mirror_fault;
#[cfg(test)]
mod mirror_tests;
mod mirror_thread;
mod page;
mod recent;
mod recovery;
#[cfg(test)]
mod recovery_tests;
mod run;
mod segment;
mod segment_end;
mod segment_header;
mod snapshot_file;
mod subscription;
mod tail;
#[cfg(test)]
mod testing;
mod unfinished;

pub use disk::{Access, Disk, DiskError, DiskFile, RealDisk};
pub use encoded_events::EncodedEvents;
pub use event_store::{AppendError, Appended, Direction, EventStore, ReadError};
pub use frame::{FRAME_BYTES_MAX, FRAME_EVENTS_MAX, FrameFault};
pub use head_file::{FoundHead, HeadError, HeadFile, KnownHead};
pub use journal::{AHEAD_BYTES, Found, Journal, JournalOptions, KEEP_FREE_BYTES, SEGMENT_BYTES_MAX};
pub use journal_fault::{Damage, JournalFault, OpenError};
pub use journal_store::{JournalStore, StoreOptions};
pub use ledger::{RECORD_PAYLOAD_BYTES_MAX, TwinError, TwinFile};
pub use lock::{DirectoryLock, LockError};
pub use manifest::{Manifest, ManifestError};
pub use memory_store::MemoryStore;
pub use mirror::{MIRROR_CACHE_BYTES, MirrorState};
pub use recovery::{Resume, Unfinished};
pub use snapshot_file::{SNAPSHOTS_KEPT, snapshots, write_snapshot};
pub use subscription::{Followed, SUBSCRIPTION_BYTES_MAX, Subscription};
pub use tail::TAIL_BYTES_MAX;
