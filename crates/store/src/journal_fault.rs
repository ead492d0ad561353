//! What can be wrong with a journal.

use std::path::PathBuf;

use crate::disk::DiskError;
use crate::frame::FrameFault;
use crate::head_file::HeadError;
use crate::segment_form::SegmentHeaderFault;
use crate::version::OtherVersion;

/// A place of the journal that is not what was written there. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("the journal is damaged in {} at byte {offset}", .path.display())]
pub struct Damage {
    /// The segment.
    pub path: PathBuf,
    /// Where in it.
    pub offset: u64,
    /// What is wrong there.
    #[source]
    pub fault: JournalFault,
}

/// What is wrong with a place of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
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
    /// It was written by the algorithms of another suite than it is read by.
    #[error("the journal is of suite {found}, and not of suite {expected}")]
    Suite {
        /// The suite that is due.
        expected: u8,
        /// The suite of the journal.
        found: u8,
    },
    /// A frame is not what stands here.
    #[error("a frame cannot be read")]
    Frame(#[source] FrameFault),
    /// The tree over the events is not the one they were written under.
    #[error("the tree root written here is not that of the events up to it")]
    Root,
    /// The tree of the snapshot is not that of the events up to its position: start without the snapshot.
    #[error("the tree root written here is not the snapshot's")]
    SnapshotRoot,
    /// The newest events are gone, or the snapshot is another log's.
    #[error("the snapshot knows {snapshot} events, the journal ends at {journal}")]
    SnapshotAhead {
        /// Events in the snapshot.
        snapshot: u64,
        /// Events in the journal.
        journal: u64,
    },
    /// `HEAD` knows another history.
    #[error("the tree root written here is not the one that HEAD knows")]
    HeadRoot,
    /// Something was added behind the end of an orderly closing.
    #[error("the journal was closed at event {closed}, but goes on to event {journal}")]
    BeyondClosing {
        /// Where it was closed.
        closed: u64,
        /// Events in the journal.
        journal: u64,
    },
    /// An event up to the head is in no segment.
    #[error("event {position} is not where it should be")]
    EventMissing {
        /// Its position.
        position: u64,
    },
}

/// A journal that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// What is on disk is not what was written. Nothing was changed.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// Format 0 changes without notice.
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    /// A mirror without the journal it was made from: the events are in the mirror, or the journal is elsewhere.
    #[error(
        "{} has no journal, but {} has its mirror: give the right journal folder, or have the journal rebuilt with `sigeyi repair`",
        .journal_dir.display(), .mirror_dir.display()
    )]
    JournalLost {
        /// Where the journal should be.
        journal_dir: PathBuf,
        /// Where its mirror is.
        mirror_dir: PathBuf,
    },
    /// Events are gone that are known to have been durable: the journal was cut, or the disk had not kept what it said it had. Nothing was changed.
    #[error(
        "the journal ends at event {journal}, but {known} events were durable: {} are missing, run `sigeyi repair`",
        known - journal
    )]
    JournalBehind {
        /// Events in the journal.
        journal: u64,
        /// Events that `HEAD` knows.
        known: u64,
    },
    /// `HEAD` may not be used.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Of a log whose manifest, of this format, has been read before.
impl From<SegmentHeaderFault> for JournalFault {
    fn from(fault: SegmentHeaderFault) -> JournalFault {
        match fault {
            SegmentHeaderFault::Damaged => JournalFault::SegmentHeader,
            SegmentHeaderFault::Field(field) => JournalFault::SegmentField(field),
            SegmentHeaderFault::OtherVersion(_) => JournalFault::SegmentField("format"),
        }
    }
}
