//! The access log: who was shown whom. Append-only segments of frames like the journal's, in which each entry holds the hash of the one
//! before, and the numbers of the entries that showed the same people and were caused by the same actor before. `docs/format.md` draws it.
//!
//! [`AccessLog`] is the log of a directory. It knows ids and codes, never what describes a person.

mod checkpoint;
mod entry;
mod fault;
mod frame;
mod heads;
mod inspection;
mod log;
mod questions;
mod segment;
mod segment_file;
mod segment_header;
mod start;
#[cfg(test)]
mod tests;

pub use entry::{ACCESS_PEOPLE_MAX, ACCESS_REASON_BYTES_MAX, AccessEntry, AccessRecord};
pub use fault::{AccessAppendError, AccessDamage, AccessFault, AccessOpenError, AccessReadError};
pub use frame::{ACCESS_FRAME_BYTES_MAX, ACCESS_FRAME_ENTRIES_MAX};
pub use inspection::{AccessInspection, inspect_access_log};
pub use log::{AccessAppended, AccessFound, AccessLog, AccessLogOptions};
pub use questions::AccessLogPage;
pub use segment_file::{AccessChain, AccessSegmentFile};
