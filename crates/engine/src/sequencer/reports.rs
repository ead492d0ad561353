//! Recording a report.

use uuid::Uuid;

use super::{Sequencer, already};
use crate::{
    answer::{CommandError, Recorded},
    commit::Commit,
    reports::Freezing,
};

impl Sequencer {
    /// A report was counted by whoever sends it, and there is nothing to decide about it.
    pub(super) fn freeze(&mut self, report: Freezing) -> Result<(Recorded, Option<Commit>), CommandError> {
        if let Some(stopped) = self.shared.stopped() {
            return Err(stopped);
        }
        self.overlay.forget(self.shared.folded_through());
        if let Some(known) = self.known_command(report.command_id)? {
            return already(&known, &report.content).map(|recorded| (recorded, None));
        }
        let now = self.now()?;
        if !self.has_room() {
            return Err(CommandError::DiskFull);
        }
        let commit = report.commit(&self.shared, self.reports + 1, (self.head, now))?;
        self.reports += 1;
        let position = commit.row.head.position;
        let recorded =
            Recorded { position, events: 1, person: Uuid::nil(), version: 0, already_recorded: false };
        Ok((recorded, Some(commit)))
    }
}
