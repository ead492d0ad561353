//! How a log is opened, and what is said of it.

use std::path::PathBuf;
use std::time::Duration;

use sigeyi_envelope::Suite;
use uuid::Uuid;

use crate::head_file::FoundHead;
use crate::journal::{HEAD_AGE_MAX, KEEP_FREE_BYTES, SEGMENT_BYTES_MAX};
use crate::recovery::Unfinished;

/// Zeros that are written ahead unless told otherwise, in bytes.
const AHEAD_BYTES: u64 = 1 << 20;

/// Where an access log lies, and what of it can be chosen. The stored form does not depend on that.
#[derive(Debug, Clone)]
pub struct AccessLogOptions {
    /// The folder of its segments.
    pub dir: PathBuf,
    /// Its `HEAD.access`, outside of the folder, so that a folder that is lost is missed.
    pub head_path: PathBuf,
    /// Which directory it belongs to.
    pub log_id: Uuid,
    /// By which algorithms that directory hashes.
    pub suite: Suite,
    /// A segment that is longer takes no more frames, in bytes. Smaller in tests; never larger than [`SEGMENT_BYTES_MAX`].
    pub segment_bytes_max: u64,
    /// So many bytes of zeros are written ahead of the frames.
    pub ahead_bytes: u64,
    /// It takes no more entries when the file system would be left with less, in bytes.
    pub keep_free_bytes: u64,
    /// An append that finds `HEAD.access` older than this saves it first.
    pub head_age_max: Duration,
}

impl AccessLogOptions {
    /// The usual ones, and the international suite.
    pub fn new(dir: PathBuf, head_path: PathBuf, log_id: Uuid) -> AccessLogOptions {
        AccessLogOptions {
            dir,
            head_path,
            log_id,
            suite: Suite::default(),
            segment_bytes_max: SEGMENT_BYTES_MAX,
            ahead_bytes: AHEAD_BYTES,
            keep_free_bytes: KEEP_FREE_BYTES,
            head_age_max: HEAD_AGE_MAX,
        }
    }
}

/// What a start found besides the entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessFound {
    /// What `HEAD.access` says.
    pub head: FoundHead,
    /// Entries that were read; those before a checkpoint are not.
    pub replayed: u64,
    /// A write that had not been finished, and was cut.
    pub unfinished: Option<Unfinished>,
}

/// Entries that are durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessAppended {
    /// Number of the group's first entry; the others follow.
    pub first: u64,
    /// Number of its last.
    pub last: u64,
}
