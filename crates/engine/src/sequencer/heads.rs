//! Noticing that a business day has turned, and appending the heads that were taken then.

use sigeyi_domain::{ContentHash, Day, Event, HeadsCommitted, HeadsCommittedSealed, Identifier};
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_projections::to_domain;
use sigeyi_proof::HEADS_BEHIND_EVENTS_MAX;
use sigeyi_store::EventStore;
use uuid::Uuid;

use super::{Sequencer, heads_due::HeadsDue};
use crate::{
    answer::{CommandError, Recorded},
    commit::{Commit, OfNobody},
    heads::{COMMITTED_BY, HeadsError, Taken, newest, through_position},
    numbered::Numbered,
    questions::last_recorded,
    shared::Shared,
};

/// The heads that were committed last.
pub(super) struct LastHeads {
    /// How many there are.
    number: u64,
    /// As of which position they are.
    through: Position,
    /// Those of a day that has ended, until they are committed.
    due: Option<HeadsDue>,
    /// The first event behind them but the one that commits to them, until it was looked whether a day has ended since it.
    behind_at_start: Option<Position>,
}

impl LastHeads {
    /// From the log. Where that cannot be read, nothing is known to be committed, and verifying says what is wrong.
    pub(super) fn of(shared: &Shared) -> LastHeads {
        let number = Numbered::Heads.count(&shared.folded.read().model, &shared.keyring);
        let found = newest(shared, shared.folded_through()).ok().flatten();
        let through = found.as_ref().map_or(Position::BEGINNING, through_position);
        let is_next = found.is_some_and(|heads| heads.position == through.next());
        let behind = if is_next { through.next().next() } else { through.next() };
        LastHeads { number, through, due: None, behind_at_start: Some(behind) }
    }

    /// Whether something stands behind them but the event that commits to them.
    fn are_behind(&self, head: Position) -> bool {
        head.0 > self.through.0 + u64::from(self.number > 0)
    }
}

impl Sequencer {
    /// Looks whether a day with events has ended. Nothing is recorded on it any more: time never goes back behind the day that was seen. Its heads are asked for
    /// until they are committed: what fails, or is too late, is tried again on the same day.
    pub(super) fn notice_day(&mut self, now: i64) {
        if !self.shared.heads.is_daily() || self.head == Position::BEGINNING {
            return;
        }
        let today = Day::in_china(now);
        let behind_at_start = self.heads.behind_at_start.take();
        if Day::in_china(self.recorded_at) < today {
            self.recorded_at = self.recorded_at.max(today.begins_in_china());
            if self.heads.are_behind(self.head) {
                self.heads.due = Some(HeadsDue::now(self.head, now));
                // A day that has turned is not held up by what is still under way for the one before.
                self.ask_for_heads(now);
            }
        } else if let Some(behind) = behind_at_start {
            // A log that cannot be read is said to be damaged by whoever reads it next.
            let end = last_before(&self.shared, behind, self.head, today).ok().flatten();
            self.heads.due = end.map(|end| HeadsDue::now(end, now));
        }
        if !self.shared.heads.is_at_work() {
            self.ask_for_heads(now);
        }
    }

    /// Asks for the heads that are due, unless it is too early or they could not be appended.
    fn ask_for_heads(&mut self, now: i64) {
        if self.heads.due.as_ref().is_none_or(|due| !due.is_time(now))
            || self.shared.stopped().is_some()
            || !self.has_room()
        {
            return;
        }
        if let Some(due) = &mut self.heads.due {
            self.shared.heads.ask(due.ask(now, self.head));
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
        // Whoever checks it goes back no further. So much comes in between only while files are recorded at full speed.
        if self.head.0 - through.0 > HEADS_BEHIND_EVENTS_MAX {
            self.shared
                .note("no heads were committed: too much was recorded meanwhile; they are taken again");
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
        self.heads.due.take_if(|due| due.through() <= through);
        let recorded = Recorded { position: commit.row.head.position, events: 1, ..nothing(self.head) };
        Ok((Recorded { already_recorded: false, ..recorded }, Some(commit)))
    }
}

/// The last event before a day, from an event on; none where that one is of the day itself.
fn last_before(
    shared: &Shared,
    from: Position,
    head: Position,
    day: Day,
) -> Result<Option<Position>, HeadsError> {
    let recorded_at = |position| -> Result<i64, HeadsError> {
        let stored = shared.store.read_one(position)?.ok_or(HeadsError::Damaged(position))?;
        let event = StoredEvent::parse(&stored).map_err(|_| HeadsError::Damaged(position))?;
        Ok(event.parts().recorded_at)
    };
    let before = from.0.saturating_sub(1);
    let last = last_recorded(Position(before), head, day.begins_in_china() - 1, recorded_at)?;
    Ok((last >= from).then_some(last))
}

fn nothing(head: Position) -> Recorded {
    Recorded { position: head, events: 0, person: Uuid::nil(), version: 0, already_recorded: true }
}
