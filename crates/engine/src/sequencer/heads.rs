//! Noticing that a business day has turned, and appending the heads that were taken then.

use sigeyi_domain::{ContentHash, Day, Event, HeadsCommitted, HeadsCommittedSealed, Identifier};
use sigeyi_envelope::Position;
use sigeyi_projections::to_domain;
use sigeyi_proof::HEADS_BEHIND_EVENTS_MAX;
use uuid::Uuid;

use super::Sequencer;
use crate::{
    answer::{CommandError, Recorded},
    commit::{Commit, OfNobody},
    heads::{COMMITTED_BY, Taken, newest, through_position},
    numbered::Numbered,
    shared::Shared,
};

/// The heads that were committed last.
pub(super) struct LastHeads {
    /// How many there are.
    number: u64,
    /// As of which position they are.
    through: Position,
}

impl LastHeads {
    /// From the log. Where that cannot be read, nothing is known to be committed, and verifying says what is wrong.
    pub(super) fn of(shared: &Shared) -> LastHeads {
        let number = Numbered::Heads.count(&shared.folded.read().model, &shared.keyring);
        let found = newest(shared, shared.folded_through()).ok().flatten();
        LastHeads { number, through: found.map_or(Position::BEGINNING, |heads| through_position(&heads)) }
    }

    /// Whether something stands behind them but the event that commits to them.
    fn are_behind(&self, head: Position) -> bool {
        head.0 > self.through.0 + u64::from(self.number > 0)
    }
}

impl Sequencer {
    /// Looks whether a day with events has ended. Nothing is recorded on it any more: time never goes back behind the day that was seen.
    pub(super) fn notice_day(&mut self, now: i64) {
        if !self.shared.heads.is_daily() || self.head == Position::BEGINNING {
            return;
        }
        let today = Day::in_china(now);
        if Day::in_china(self.recorded_at) < today {
            self.recorded_at = self.recorded_at.max(today.begins_in_china());
            if self.heads.are_behind(self.head) {
                self.shared.heads.ask(self.head);
            }
        }
    }

    /// Nobody has sent anything for a while.
    pub(super) fn look_at_day(&mut self) -> Result<(Recorded, Option<Commit>), CommandError> {
        self.now()?;
        Ok((nothing(self.head), None))
    }

    /// Appends what was taken, unless it is no news any more.
    pub(super) fn commit_heads(&mut self, taken: Taken) -> Result<(Recorded, Option<Commit>), CommandError> {
        if let Some(stopped) = self.shared.stopped() {
            return Err(stopped);
        }
        self.overlay.forget(self.shared.folded_through());
        let Taken { through, day, people, root } = taken;
        if through <= self.heads.through {
            return Ok((nothing(self.head), None));
        }
        // Whoever checks it goes back no further. So much comes in between only while files are recorded at full speed; the next day is early enough.
        if self.head.0 - through.0 > HEADS_BEHIND_EVENTS_MAX {
            self.shared
                .note("no heads were committed: too much was recorded meanwhile; the next day has them");
            return Ok((nothing(self.head), None));
        }
        let now = self.now()?;
        if !self.has_room() {
            return Err(CommandError::DiskFull);
        }
        let number = self.heads.number + 1;
        let clear =
            HeadsCommitted { number, day, through: to_domain(through), people, root: ContentHash(root) };
        let event = Event::HeadsCommitted { clear, sealed: Some(HeadsCommittedSealed {}) };
        let by = Identifier::parse(COMMITTED_BY).map_err(|error| CommandError::Stopped(error.to_string()))?;
        let of = OfNobody {
            command_id: Uuid::new_v4(),
            content: self.shared.keyring.vault.content_digest(&[event.clear_json().as_bytes()]),
            actor: &by,
            office: &by,
            region: 0,
            effective: day,
        };
        let commit = Commit::of_nobody(&self.shared, &of, vec![event], (self.head, now))?;
        (self.heads.number, self.heads.through) = (number, through);
        let recorded = Recorded { position: commit.row.head.position, events: 1, ..nothing(self.head) };
        Ok((Recorded { already_recorded: false, ..recorded }, Some(commit)))
    }
}

fn nothing(head: Position) -> Recorded {
    Recorded { position: head, events: 0, person: Uuid::nil(), version: 0, already_recorded: true }
}
