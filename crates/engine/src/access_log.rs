//! The access log as the faces see it: what a request is about to show is written down first, and shown once that is durable.
//!
//! ```text
//! log_access ─▶ bounded queue ─▶ one thread: group, append + fdatasync ─▶ every request of the group goes on
//! ```
//! A request whose entry cannot be written shows nobody. What is there answers two questions: who has looked at this person, and whom has
//! this user looked at.

mod codes;
mod error;
mod keeper;
mod note;
mod questions;
mod ticket;

pub use codes::{AccessAction, AccessOutcome, AccessPurpose, RevealedFields};
pub use error::{AccessLogError, AccessReadError};
pub(crate) use keeper::{AccessKeeper, HEAD_FILE};
pub use keeper::{AccessLogReport, AccessStart};
pub use note::AccessNote;
pub use questions::{AccessEntry, AccessPage};
pub use ticket::{AccessTicket, AsyncAccessTicket, Logged};

/// The folder of its segments in a data directory.
pub(crate) const FOLDER: &str = "access";
