//! The durable event log: a journal of synced frames that is the truth, and sled behind it as a second copy.
//!
//! `docs/format.md` draws every file byte by byte. [`JournalStore`] is the store of a directory, [`MemoryStore`] one for tests;
//! both are an [`EventStore`]. [`AccessLog`] says who was shown whom. [`Manifest`], [`TwinFile`] and snapshots are the directory's other files. All but sled goes
//! through a [`Disk`].

mod access_log;
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
mod inspection;
mod journal;
mod journal_fault;
mod journal_pass;
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
mod mirror_inside;
mod mirror_reads;
mod mirror_set_aside;
mod mirror_shared;
mod mirror_sled;
#[cfg(test)]
mod mirror_tests;
mod mirror_thread;
mod mirror_watch;
mod mirror_writing;
mod page;
mod recent;
mod recovery;
#[cfg(test)]
mod recovery_tests;
mod run;
mod segment;
mod segment_check;
mod segment_end;
mod segment_form;
mod segment_header;
mod set_aside;
#[cfg(any(test, feature = "simulated-disk"))]
pub mod simulated_disk;
mod snapshot_file;
mod subscription;
mod suite;
#[cfg(test)]
mod suite_tests;
mod tail;
#[cfg(test)]
mod testing;
mod tile_files;
mod tile_inspection;
#[cfg(test)]
mod torture;
mod unfinished;
mod version;

pub use access_log::{
    ACCESS_FRAME_BYTES_MAX, ACCESS_FRAME_ENTRIES_MAX, ACCESS_PEOPLE_MAX, ACCESS_REASON_BYTES_MAX,
    AccessAppendError, AccessAppended, AccessChain, AccessDamage, AccessEntry, AccessFault, AccessFound,
    AccessInspection, AccessLog, AccessLogOptions, AccessLogPage, AccessOpenError, AccessReadError,
    AccessRecord, AccessSegmentFile, inspect_access_log,
};
pub use disk::{Access, Disk, DiskError, DiskFile, RealDisk, While};
pub use durable::{create_folder, names_if_there, read_if_there, replace_file};
pub use encoded_events::EncodedEvents;
pub use event_store::{AppendError, Appended, Direction, EventStore, ReadError};
pub use frame::{FRAME_BYTES_MAX, FRAME_EVENTS_MAX, FrameFault};
pub use head_file::{FoundHead, HeadError, HeadFile, HeadInspection, KnownHead, SlotState};
pub use inspection::{
    Becomes, FoundEvent, JournalDamage, Loss, Mended, MirrorCopy, MirrorCopyError, SegmentDone, WalkEnd,
    WalkOptions, Walker, Witness, Witnesses, walk,
};
pub use journal::{
    AHEAD_BYTES, Found, HEAD_AGE_MAX, Journal, JournalOptions, KEEP_FREE_BYTES, SEGMENT_BYTES_MAX,
};
pub use journal_fault::{Damage, JournalFault, OpenError};
pub use journal_pass::JournalPass;
pub use journal_store::{JournalStore, StoreOptions};
pub use ledger::{
    CopyState, RECORD_PAYLOAD_BYTES_MAX, TWIN_HEADER_BYTES, TwinError, TwinFile, TwinInspection, twin_bytes,
    twin_header, twin_payloads,
};
pub use lock::{DirectoryLock, LockError};
pub use manifest::{Manifest, ManifestError, ManifestInspection};
pub use memory_store::MemoryStore;
pub use mirror::{MIRROR_CACHE_BYTES, MirrorReport, MirrorState};
pub use recovery::{Resume, Unfinished};
pub use segment_check::{SEGMENT_FILE_BYTES_MAX, SegmentFile};
pub use set_aside::SetAside;
pub use snapshot_file::{SNAPSHOTS_KEPT, snapshots, write_snapshot};
pub use subscription::{Followed, SUBSCRIPTION_BYTES_MAX, Subscription};
pub use suite::hash_algorithm;
pub use tail::TAIL_BYTES_MAX;
pub use tile_files::{TILES_UNSYNCED_MAX, TileFileError, TileFiles};
pub use tile_inspection::TileInspection;
pub use version::OtherVersion;
