//! What goes wrong, and when.

use std::io;
use std::path::Path;

/// What a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Something is written to a file.
    Write,
    /// A file or folder is synced.
    Sync,
}

/// What goes wrong then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails: of a write the sectors of the first half are there; of a sync nothing is durable, and the system takes what was not for clean.
    FailsOnce,
    /// It fails then and always.
    FailsForEver,
    /// It is said to have succeeded. A write is never on the disk though it can be read; a sync has done nothing.
    LiesOnce,
    /// It does nothing then and always, and is said to have succeeded.
    LiesForEver,
}

/// What is due at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Failure,
    Lie,
}

#[derive(Debug, Clone)]
struct Plan {
    step: Step,
    name_end: String,
    /// Steps that are left until it happens; the one that finds 1 is struck.
    left: u64,
    fault: Fault,
}

/// All that was planned, and when the process ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    plans: Vec<Plan>,
    pub(super) operations: u64,
    pub(super) freeze_at: Option<u64>,
    pub(super) is_frozen: bool,
}

impl Faults {
    pub(super) fn plan(&mut self, name_end: &str, step: Step, nth: u64, fault: Fault) {
        self.plans.push(Plan { step, name_end: name_end.to_owned(), left: nth, fault });
    }

    pub(super) fn mend(&mut self) {
        self.plans.clear();
    }

    /// Counts an operation that changes or syncs something; fails from the one on at which the process ends.
    pub(super) fn count(&mut self) -> io::Result<()> {
        self.alive()?;
        self.operations += 1;
        self.is_frozen = self.freeze_at.is_some_and(|at| self.operations >= at);
        self.alive()
    }

    pub(super) fn alive(&self) -> io::Result<()> {
        if self.is_frozen { Err(io::Error::other("the process has ended")) } else { Ok(()) }
    }

    pub(super) fn due(&mut self, step: Step, path: &Path) -> Due {
        let mut due = Due::Nothing;
        for plan in &mut self.plans {
            if plan.step != step || !path.as_os_str().as_encoded_bytes().ends_with(plan.name_end.as_bytes()) {
                continue;
            }
            let is_first = plan.left == 1;
            let is_over = plan.left == 0;
            plan.left = plan.left.saturating_sub(1);
            match plan.fault {
                Fault::FailsOnce if is_first => due = Due::Failure,
                Fault::FailsForEver if is_first || is_over => due = Due::Failure,
                Fault::LiesOnce if is_first => due = Due::Lie,
                Fault::LiesForEver if is_first || is_over => due = Due::Lie,
                Fault::FailsOnce | Fault::FailsForEver | Fault::LiesOnce | Fault::LiesForEver => {}
            }
        }
        due
    }
}
