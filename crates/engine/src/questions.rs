//! Questions. Each is answered from one position, and says which.

use sigeyi_domain::{County, Day, Figure, Plan, Region, Step, View};
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_projections::{CountyProgress, to_domain};
use sigeyi_store::{EventStore, ReadError};
use uuid::Uuid;

use crate::Engine;

/// Rows that are counted under one lock: a writer waits at most about a millisecond.
const ROWS_AT_A_TIME: usize = 8_192;
/// Rows of a work list at most.
const WORK_ITEMS_MAX: usize = 10_000;

/// What was known, for questions about the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownAt {
    /// Up to this position.
    Position(Position),
    /// Up to this moment, in µs since 1970-01-01T00:00:00Z.
    Moment(i64),
}

/// Figures with what they are figures of.
#[derive(Debug, Clone)]
pub struct ProgressAnswer {
    /// The plan.
    pub plan: &'static Plan,
    /// As of the end of this day.
    pub as_of: Day,
    /// Knowing the log up to here.
    pub position: Position,
    /// The figures, by county.
    pub counties: CountyProgress,
}

/// Somebody who lacks a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// Who.
    pub person: Uuid,
    /// In which county.
    pub county: County,
    /// Waiting since the later of enrolment, the plan's first day and the return into scope.
    pub since: Day,
    /// Which steps are missing.
    pub missing: Vec<Step>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// A position that is not there yet.
    #[error("position {asked} is not recorded yet: the log ends at {head}")]
    UnknownPosition {
        /// What was asked for.
        asked: Position,
        /// What is there.
        head: Position,
    },
    /// The log could not be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// The log is damaged.
    #[error("event {0} is missing or damaged: stop, and verify the directory")]
    Damaged(Position),
}

impl Engine {
    /// The figures of a plan. Without a day: today, or the plan's last day if it is over. The figures of that day come from counters;
    /// those of any other day, or of what was known before, from a pass over the facts.
    pub fn progress(
        &self,
        plan: &'static Plan,
        as_of: Option<Day>,
        known_at: Option<KnownAt>,
    ) -> Result<ProgressAnswer, QuestionError> {
        let today = self.today();
        self.turn_day(today);
        let as_of = as_of.unwrap_or(today.min(plan.to));
        if known_at.is_none() {
            let folded = self.shared.folded.read();
            if let Some(board) = folded.model.board(plan).filter(|board| board.day() == as_of) {
                let (position, counties) = (folded.model.head(), board.progress().clone());
                return Ok(ProgressAnswer { plan, as_of, position, counties });
            }
        }
        let position = match known_at {
            None => self.head(),
            Some(known_at) => self.position_of(known_at)?,
        };
        let counties = self.scan(plan, View { as_of, known_at: to_domain(position) });
        Ok(ProgressAnswer { plan, as_of, position, counties })
    }

    /// Counts everybody, slice by slice, on two threads. Writers go on meanwhile: what they add lies after the position.
    fn scan(&self, plan: &'static Plan, view: View) -> CountyProgress {
        let people = self.shared.folded.read().model.people().len();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let count = || {
            let mut counties = CountyProgress::default();
            loop {
                let from = next.fetch_add(ROWS_AT_A_TIME, std::sync::atomic::Ordering::Relaxed);
                if from >= people {
                    return counties;
                }
                let folded = self.shared.folded.read();
                folded.model.progress(from..from + ROWS_AT_A_TIME, plan, view, &mut counties);
            }
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(count);
            let mut counties = count();
            match other.join() {
                Ok(others) => counties.merge(&others),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            counties
        })
    }

    /// The last position that was recorded at a moment, or the position itself if it is there.
    pub fn position_of(&self, known_at: KnownAt) -> Result<Position, QuestionError> {
        let head = self.head();
        match known_at {
            KnownAt::Position(asked) if asked > head => Err(QuestionError::UnknownPosition { asked, head }),
            KnownAt::Position(asked) => Ok(asked),
            KnownAt::Moment(micros) => {
                // The first position that was recorded later: recorded times never go back.
                let (mut low, mut high) = (1, head.0 + 1);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if self.recorded_at(Position(middle))? <= micros {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                Ok(Position(low - 1))
            }
        }
    }

    fn recorded_at(&self, position: Position) -> Result<i64, QuestionError> {
        let bytes = self.shared.store.read_one(position)?.ok_or(QuestionError::Damaged(position))?;
        let stored = StoredEvent::parse(&bytes).map_err(|_| QuestionError::Damaged(position))?;
        Ok(stored.parts().recorded_at)
    }

    /// Who in a region lacks at least one of the steps, longest waiting first; no steps asked for means any step.
    pub fn work_list(
        &self,
        plan: &'static Plan,
        region: Region,
        missing: &[Step],
        first: usize,
    ) -> Vec<WorkItem> {
        self.turn_day(self.today());
        let first = first.min(WORK_ITEMS_MAX);
        let folded = self.shared.folded.read();
        let Some(board) = folded.model.board(plan) else { return Vec::new() };
        let counties = region.division().counties.iter();
        let mut waiting: Vec<_> = counties
            .flat_map(|county| {
                board.waiting(*county, missing, None).take(first).map(move |one| (one, *county))
            })
            .collect();
        waiting.sort_by_key(|(one, _)| (one.since, one.number));
        waiting.truncate(first);
        waiting
            .into_iter()
            .filter_map(|(one, county)| {
                let lacks = |step: &&Step| !one.standing.has(Figure::of_step(**step));
                Some(WorkItem {
                    person: folded.model.people().row(one.number)?.id,
                    county,
                    since: one.since,
                    missing: Step::ALL.iter().filter(lacks).copied().collect(),
                })
            })
            .collect()
    }

    /// How many people are enrolled.
    pub fn people(&self) -> usize {
        self.shared.folded.read().model.people().len()
    }

    /// A question may be the first to notice that a day has passed.
    fn turn_day(&self, today: Day) {
        if self.shared.folded.read().model.business_day() < today {
            self.shared.folded.write().model.turn_to(today);
        }
    }
}
