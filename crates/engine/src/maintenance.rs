//! A directory that nobody serves: checked from its first byte to its last, and mended.

mod event_checks;
mod head_checks;
mod repair;
mod report;
mod snapshot_checks;
mod vault_checks;
mod verify;

pub use repair::{RepairError, RepairOptions, RepairReport, repair};
pub use report::{Checked, Fault, FaultKind, LostEvents, Mend, VerifyReport};
pub use verify::{VerifyError, VerifyOptions, verify};

#[cfg(test)]
pub(crate) use repair::repair_on;
