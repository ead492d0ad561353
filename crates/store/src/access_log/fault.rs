//! What can be wrong with an access log, and why something is not written to it or read from it.

use std::path::PathBuf;

use crate::disk::DiskError;
use crate::frame::FrameFault;
use crate::head_file::HeadError;
use crate::segment_end::RoomError;
use crate::segment_form::SegmentHeaderFault;
use crate::version::OtherVersion;

/// A place of the access log that is not what was written there. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("the access log is damaged in {} at byte {offset}", .path.display())]
pub struct AccessDamage {
    /// The file.
    pub path: PathBuf,
    /// Where in it.
    pub offset: u64,
    /// What is wrong there.
    #[source]
    pub fault: AccessFault,
}

/// What is wrong with a place of the access log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessFault {
    /// Segments are numbered without gaps from 1.
    #[error("segment {number} is missing")]
    SegmentMissing {
        /// Its number.
        number: u32,
    },
    /// The header's checksum or magic is wrong, or the file ends within it.
    #[error("the segment header fails its checksum")]
    SegmentHeader,
    /// The header is whole, but not that of the segment that belongs here.
    #[error("the segment's {0} is not what is due here")]
    SegmentField(&'static str),
    /// No segment is that long.
    #[error("the segment has {bytes} bytes, more than any is given")]
    SegmentTooLong {
        /// Its length.
        bytes: u64,
    },
    /// A frame is not what stands here.
    #[error("a frame cannot be read")]
    Frame(#[source] FrameFault),
    /// An entry is none.
    #[error("the {what} of entry {number} is wrong")]
    Entry {
        /// Its number.
        number: u64,
        /// What of it.
        what: &'static str,
    },
    /// An entry does not hold the hash of the one before it: one of them was altered, or one between them was taken out.
    #[error("entry {number} does not follow the one before it")]
    Chain {
        /// Its number.
        number: u64,
    },
    /// `HEAD.access` knows another history.
    #[error("entry {number} is not the one that HEAD.access knows")]
    HeadHash {
        /// The entry.
        number: u64,
    },
    /// Something was added behind the end of an orderly closing.
    #[error("the access log was closed at entry {closed}, but goes on to entry {found}")]
    BeyondClosing {
        /// Where it was closed.
        closed: u64,
        /// Entries in it.
        found: u64,
    },
    /// A checkpoint does not say what follows from the entries. It can be deleted.
    #[error("the checkpoint does not follow from the entries before it")]
    Checkpoint,
    /// An entry up to the last one is in no segment.
    #[error("entry {number} is not where it should be")]
    EntryMissing {
        /// Its number.
        number: u64,
    },
}

/// An access log that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum AccessOpenError {
    /// What is on disk is not what was written. Nothing was changed.
    #[error(transparent)]
    Damaged(#[from] AccessDamage),
    /// Another version has made it.
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    /// Entries are gone that are known to have been durable. Nothing was changed.
    #[error("the access log ends at entry {found}, but {known} entries were durable: {} are missing", known - found)]
    Behind {
        /// Entries in it.
        found: u64,
        /// Entries that `HEAD.access` knows.
        known: u64,
    },
    /// `HEAD.access` may not be used.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Entries that were not appended.
#[derive(Debug, thiserror::Error)]
pub enum AccessAppendError {
    /// A record that no entry can hold.
    #[error("the {what} of a record does not fit into an entry")]
    Misfit {
        /// What of it.
        what: &'static str,
    },
    /// A group has at least one record, and no more than fit into a frame.
    #[error("a frame does not hold {entries} entries of {bytes} bytes")]
    Group {
        /// How many there are.
        entries: usize,
        /// What they take.
        bytes: usize,
    },
    /// There is no room for them. Nothing of them was written; the next append tries again.
    #[error(
        "the disk of {} is full: {free_bytes} bytes are free, {keep_free_bytes} are kept free; make room, it goes on by itself",
        .dir.display()
    )]
    DiskFull {
        /// The folder that takes no more.
        dir: PathBuf,
        /// What is free there.
        free_bytes: u64,
        /// What is left free for everything else that must go on.
        keep_free_bytes: u64,
    },
    /// The disk refused. Whether the entries are there is known after a restart; until then nothing more is appended.
    #[error(transparent)]
    Io(#[from] DiskError),
    /// An append failed before: restart.
    #[error("the access log takes no more entries after a failed write: restart")]
    Poisoned,
}

impl From<RoomError> for AccessAppendError {
    fn from(error: RoomError) -> AccessAppendError {
        match error {
            RoomError::DiskFull { dir, free_bytes, keep_free_bytes } => {
                AccessAppendError::DiskFull { dir, free_bytes, keep_free_bytes }
            }
            RoomError::Io(error) => AccessAppendError::Io(error),
        }
    }
}

/// Entries that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AccessReadError {
    /// The entry to go on after is none of those that are asked for.
    #[error("entry {0} is none of those that are asked for")]
    NotOfThese(u64),
    /// What is on disk is not what was written.
    #[error(transparent)]
    Damaged(#[from] AccessDamage),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Of a log whose manifest, of this format, has been read before.
impl From<SegmentHeaderFault> for AccessFault {
    fn from(fault: SegmentHeaderFault) -> AccessFault {
        match fault {
            SegmentHeaderFault::Damaged => AccessFault::SegmentHeader,
            SegmentHeaderFault::Field(field) => AccessFault::SegmentField(field),
            SegmentHeaderFault::OtherVersion(_) => AccessFault::SegmentField("format"),
        }
    }
}
