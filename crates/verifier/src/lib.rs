//! Checks what `sigeyi` has stored, handed out or proved, without its store, its keys or a network. It knows how events and proofs are written, and nothing else.
//!
//! Every check stops at the first place where something is wrong, and names it. `docs/proofs.md` says what is proved by each.

mod checkpoint_file;
mod claimed_roots;
mod directory;
mod event_checks;
mod export;
mod fault;
mod frame;
mod heads;
mod input;
mod leaves;
mod log_walk;
mod manifest;
mod person;
mod proof_file;
mod segment;
mod whole_log;

pub use checkpoint_file::read_checkpoint;
pub use directory::{VerifiedDirectory, verify_directory};
pub use event_checks::EventFault;
pub use fault::{At, Place, VerifyError, Wrong};
pub use leaves::threads;
pub use log_walk::{Fixed, LogEnd};
pub use person::{ProvedThrough, VerifiedPerson, verify_person};
pub use proof_file::{VerifiedEvent, verify_proof};
pub use whole_log::{VerifiedLog, verify_log};
