//! What can be wrong, and where.

use std::{fmt, io, path::PathBuf};

use sigeyi_envelope::DecodeError;
use sigeyi_proof::{CheckpointError, Distrust, HeadsFault, InclusionError, LogProofError, NotProved};

use crate::event_checks::EventFault;

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file as a whole.
    File(PathBuf),
    /// A line of a file, from 1.
    Line(PathBuf, u64),
    /// A byte of a file, from 0.
    Byte(PathBuf, u64),
    /// An event in a file, by its position in the log, and where it or its frame begins.
    Event(PathBuf, u64, At),
}

/// Where in its file an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// In this line, from 1.
    Line(u64),
    /// At this byte, from 0.
    Byte(u64),
}

/// A check that did not come to a good end.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Nothing is said about what was to be checked.
    #[error("{path} cannot be read", path = path.display())]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Nothing is said: another version reads it.
    #[error("{path} is of {}, which this version does not read", version(*format, *preview), path = path.display())]
    OtherVersion {
        /// What is of another version.
        path: PathBuf,
        /// Its format.
        format: u8,
        /// Its preview, where the format is 0.
        preview: u8,
    },
    /// It is not as it must be.
    #[error("{place}")]
    Wrong {
        /// The first place.
        place: Place,
        /// What is wrong there.
        #[source]
        wrong: Wrong,
    },
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A proof that is none.
    #[error(transparent)]
    ProofText(#[from] LogProofError),
    /// A proof that proves nothing.
    #[error(transparent)]
    NotProved(#[from] NotProved),
    /// A proof without the event that it is of.
    #[error("the proof does not carry the event")]
    NoEvent,
    /// A checkpoint that is none.
    #[error(transparent)]
    CheckpointText(#[from] CheckpointError),
    /// A checkpoint that is not believed.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// An event that is not in the tree of the checkpoint.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// Stored bytes that are no event.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// An event that does not fit the events before it.
    #[error(transparent)]
    Event(#[from] EventFault),
    /// Heads that are not those that the events before them make.
    #[error("somebody's newest events are not as the event says")]
    Heads(#[from] HeadsFault),
    /// Heads that cannot be read.
    #[error("what the event says of everybody's newest events cannot be read")]
    HeadsBody,
    /// A history that does not go as far as the log has committed to.
    #[error("the history is not the one that the log has committed to at event {through}: {what}")]
    Head {
        /// As of which position the log has committed to it.
        through: u64,
        /// What differs.
        what: &'static str,
    },
    /// A line that is too long, or not of the form that is due.
    #[error("the line is not {0}")]
    Line(&'static str),
    /// More or fewer events than the last line says.
    #[error("the last line says {said} events, there are {found}")]
    Count {
        /// In the last line.
        said: u64,
        /// Found.
        found: u64,
    },
    /// Something behind the last line.
    #[error("something stands behind the last line")]
    Behind,
    /// The file ends before its last line.
    #[error("the file ends before its last line")]
    Cut,
    /// The tree is not that of the checkpoint.
    #[error("the root over the first {size} events is not that of the checkpoint")]
    Root {
        /// Size of the checkpoint.
        size: u64,
    },
    /// Events of the checkpoint are missing.
    #[error("the log ends with event {end}, the checkpoint is of {size}")]
    Shorter {
        /// Last event that is there.
        end: u64,
        /// Size of the checkpoint.
        size: u64,
    },
    /// Events that the checkpoint does not fix.
    #[error("the log goes on after event {size}, where the checkpoint ends")]
    Longer {
        /// Size of the checkpoint.
        size: u64,
    },
    /// A copy of the manifest that is damaged, or differs from the other.
    #[error("the manifest {0}")]
    Manifest(&'static str),
    /// A segment that is missing from the row.
    #[error("segment {0} is missing")]
    SegmentMissing(u32),
    /// The header of a segment.
    #[error("the segment's {0}")]
    Segment(&'static str),
    /// A frame.
    #[error("the frame's {0}")]
    Frame(&'static str),
    /// Bytes that are neither a frame nor zeros.
    #[error("there is neither a frame nor zeros")]
    NoFrame,
}

fn version(format: u8, preview: u8) -> String {
    match format {
        0 => format!("preview {preview}, before format 1"),
        format => format!("format {format}"),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => path.display().fmt(f),
            Place::Line(path, line) => write!(f, "{}, line {line}", path.display()),
            Place::Byte(path, byte) => write!(f, "{}, byte {byte}", path.display()),
            Place::Event(path, position, at) => write!(f, "{}, {at}, event {position}", path.display()),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Line(line) => write!(f, "line {line}"),
            At::Byte(byte) => write!(f, "byte {byte}"),
        }
    }
}

impl VerifyError {
    pub(crate) fn wrong(place: Place, wrong: impl Into<Wrong>) -> VerifyError {
        VerifyError::Wrong { place, wrong: wrong.into() }
    }
}
