//! The sequencer thread: it alone decides, and it alone assigns positions.

mod ahead;
mod heads;
mod heads_due;
mod look_up;
mod reports;
mod roles;

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, TryRecvError},
    },
    time::{Duration, Instant},
};

use sigeyi_domain::{
    Command, Context, County, Day, Decided, Plan, Region, Rejection, View, access::RoleRegister, decide,
    plans,
};
use sigeyi_envelope::Position;
use sigeyi_projections::{Folding, Head, Row, to_domain};
use uuid::Uuid;

use crate::{
    answer::{Answer, CommandError, Recorded},
    clock::ClockGuard,
    commit::Commit,
    group::Idle,
    heads::Taken,
    numbered::Numbered,
    overlay::{KnownCommand, Overlay},
    reports::Freezing,
    roles::RoleSubmission,
    shared::Shared,
    submission::{Submission, Target},
    writer::Writer,
};

#[cfg(test)]
pub(crate) use ahead::TAKEN_AT_ONCE;
use ahead::{Ahead, Decisions};
use heads::LastHeads;
use look_up::already;

/// What is in the queue, with whom to answer.
pub(crate) struct Queued {
    pub(crate) task: Task,
    pub(crate) caller: oneshot::Sender<Answer>,
}

/// What a command is about.
pub(crate) enum Task {
    /// Somebody.
    Person {
        submission: Submission,
        /// Where the person must be; without it anywhere.
        within: Option<Vec<Region>>,
    },
    /// The register of roles.
    Roles(RoleSubmission),
    /// A report, which is about nobody.
    Report(Box<Freezing>),
    /// Heads that were taken.
    Heads(Taken),
    /// Whether the day has turned.
    Day,
}

impl Queued {
    pub(crate) fn about_somebody(
        submission: Submission,
        within: Option<Vec<Region>>,
        caller: oneshot::Sender<Answer>,
    ) -> Queued {
        Queued { task: Task::Person { submission, within }, caller }
    }
}

/// Where the newest state of somebody enrolled is.
#[derive(Clone, Copy)]
enum Whom {
    /// In the overlay.
    InFlight(Uuid),
    /// In the read model, by row number.
    Row(u32),
}

/// Decides one command after the other.
pub(crate) struct Sequencer {
    shared: Arc<Shared>,
    writer: Arc<Writer>,
    guard: ClockGuard,
    ahead: Ahead,
    decisions: Decisions,
    overlay: Overlay,
    head: Position,
    recorded_at: i64,
    next_key: u32,
    /// Reports so far.
    reports: u64,
    heads: LastHeads,
    looked_for_room: Option<Instant>,
    /// With what is decided but not folded yet.
    roles: Arc<RoleRegister>,
}

/// How often a full disk is looked at while commands come.
const LOOK_FOR_ROOM_EVERY: Duration = Duration::from_millis(100);

impl Sequencer {
    pub(crate) fn new(shared: Arc<Shared>, writer: Arc<Writer>, guard: ClockGuard) -> Sequencer {
        let folded = shared.folded.read();
        let (head, recorded_at) = (folded.model.head(), folded.model.recorded_at());
        let (next_key, roles) = (folded.model.next_key(), folded.model.roles().clone());
        let reports = Numbered::Reports.count(&folded.model, &shared.keyring);
        drop(folded);
        let heads = LastHeads::of(&shared);
        Sequencer {
            heads,
            shared,
            writer,
            guard,
            ahead: Ahead::default(),
            decisions: Decisions::default(),
            overlay: Overlay::default(),
            head,
            recorded_at,
            next_key,
            reports,
            looked_for_room: None,
            roles,
        }
    }

    /// Runs until the queue is closed and empty.
    pub(crate) fn run(mut self, queue: &Receiver<Queued>) {
        while let Some((Queued { task, caller }, found)) = self.next(queue) {
            let (command_id, decided) = match task {
                Task::Person { submission, within } => {
                    (submission.command_id, self.process(submission, found, within.as_deref()))
                }
                Task::Roles(submission) => (submission.command_id, self.change_roles(&submission)),
                Task::Report(report) => (report.command_id, self.freeze(*report)),
                // Nobody sends either again.
                Task::Heads(taken) => (Uuid::new_v4(), self.commit_heads(taken)),
                Task::Day => (Uuid::new_v4(), self.look_at_day()),
            };
            match decided {
                Err(error) => self.decisions.add(Vec::new(), Vec::new(), (caller, Err(error))),
                Ok((recorded, None)) => {
                    self.decisions.add(Vec::new(), Vec::new(), (caller, Ok(recorded)));
                }
                Ok((recorded, Some(commit))) => self.add(command_id, recorded, commit, caller),
            }
            if self.decisions.are_enough() {
                self.decisions.hand_over(&self.shared.exchange);
            }
        }
        self.shared.exchange.close();
    }

    /// The next command, with the row number under which its person was found; once there is none at the moment, what has been decided is a
    /// group.
    fn next(&mut self, queue: &Receiver<Queued>) -> Option<(Queued, Option<u32>)> {
        if let Some(next) = self.ahead.next() {
            return Some(next);
        }
        self.decisions.hand_over(&self.shared.exchange);
        let first = self.wait(queue)?;
        self.ahead.take(first, queue, &self.shared);
        self.ahead.next()
    }

    fn wait(&self, queue: &Receiver<Queued>) -> Option<Queued> {
        let mut looks = 0;
        loop {
            match queue.try_recv() {
                Ok(queued) => return Some(queued),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            looks += 1;
            if looks > 1 {
                match self.shared.exchange.decided(looks) {
                    Idle::LookAgain => {}
                    Idle::Wait => return queue.recv().ok(),
                    Idle::Write(group) => {
                        self.writer.answer(self.writer.write(group));
                        self.shared.make_room();
                        looks = 0;
                    }
                }
            }
            // Callers that were just answered are about to send: one turn for them, and their commands come in one go.
            std::thread::yield_now();
        }
    }

    fn process(
        &mut self,
        mut submission: Submission,
        found: Option<u32>,
        within: Option<&[Region]>,
    ) -> Result<(Recorded, Option<Commit>), CommandError> {
        if let Some(stopped) = self.shared.stopped() {
            return Err(stopped);
        }
        self.overlay.forget(self.shared.folded_through());

        let (whom, known) = self.look_up(submission.whom(), found, submission.command_id)?;
        let is_outside = self.is_outside(whom, &submission.command, within);
        let is_by_number = matches!(submission.target, Target::Citizen(_));
        let is_nobody = whom.is_none() && submission.command.enrols().is_none();
        // A serial number can be guessed, and its answer would tell of somebody elsewhere.
        if is_outside && is_by_number {
            return Err(CommandError::OutsideRegion);
        }
        match known.map(|known| already(&known, &submission.content)) {
            // Of a row that names nobody, that is said before what its serial was used for. Whoever has regions is told so of the same row
            // too, of somebody whom nobody finds by number any more, such as after an erasure.
            Some(known) if is_nobody && is_by_number && (within.is_some() || known.is_err()) => {}
            // Whoever names the person and the command by their random ids has sent it before: as a transfer out of the region.
            Some(Ok(recorded)) => return Ok((recorded, None)),
            _ if is_outside => return Err(CommandError::OutsideRegion),
            Some(Err(conflict)) => return Err(conflict),
            None => {}
        }
        if is_nobody {
            return Err(Rejection::UnknownPerson.into());
        }
        let now = self.now()?;
        self.resolve_record(&mut submission.command)?;
        let command = &submission.command;
        let today = Day::in_china(now);
        let effective = command.on().unwrap_or(today);
        let context = Context {
            today,
            plan: plans().iter().find(|plan: &&Plan| plan.covers(effective)),
            plans: plans(),
            actor: &submission.actor,
            office: submission.office.name.as_ref(),
        };

        let (mut row, decided) = self.decide(whom, &submission, command, &context)?;
        if decided.is_empty() {
            let (person, version) = (row.id, row.head.version);
            let recorded =
                Recorded { position: self.head, events: 0, person, version, already_recorded: true };
            return Ok((recorded, None));
        }
        // Here, so that nothing that was decided is ever without room.
        if !self.has_room() {
            return Err(CommandError::DiskFull);
        }
        if row.head.version == 0 {
            self.shared.keyring.take(self.next_key)?;
            row.id = Uuid::new_v4();
            row.key = self.next_key;
        }
        let commit = Commit::of(&self.shared, row, &submission, decided, self.head, now)?;
        let recorded = Recorded {
            position: commit.row.head.position,
            events: commit.entries.len() as u8,
            person: commit.row.id,
            version: commit.row.head.version,
            already_recorded: false,
        };
        Ok((recorded, Some(commit)))
    }

    /// When what is decided now is recorded.
    fn now(&mut self) -> Result<i64, CommandError> {
        let now = self.guard.now(&*self.shared.clock).ok_or(CommandError::ClockSuspect)?;
        self.notice_day(now);
        Ok(now.max(self.recorded_at))
    }

    /// Decides against the newest state, and gives a copy of it to go on with.
    fn decide(
        &self,
        whom: Option<Whom>,
        submission: &Submission,
        command: &Command,
        context: &Context<'_>,
    ) -> Result<(Row, Vec<Decided>), CommandError> {
        let nobody = Row::of_nobody(Head { position: Position::BEGINNING, leaf: [0; 32], version: 0 });
        let folded;
        let row = match whom {
            None => Some(&nobody),
            Some(Whom::InFlight(id)) => self.overlay.person(id),
            Some(Whom::Row(number)) => {
                folded = self.shared.folded.read();
                folded.model.people().row(number)
            }
        };
        let row = row.ok_or(Rejection::UnknownPerson)?;
        let actual = row.head.version;
        match submission.expected_version {
            Some(expected) if expected != actual => Err(CommandError::VersionConflict { expected, actual }),
            _ => {
                let decided = decide(&row.person, command, context)?;
                Ok((row.to_evolve(decided.len()), decided))
            }
        }
    }

    /// Whether a command would be recorded of somebody who is elsewhere. An enrolment is of the county that it names, and the rules refuse it
    /// for whoever is enrolled; a row of a roster may be about either.
    fn is_outside(&self, whom: Option<Whom>, command: &Command, within: Option<&[Region]>) -> bool {
        let Some(within) = within else { return false };
        let is_in = |county: County| within.iter().any(|region| region.contains(county));
        let named = match command {
            Command::EnrolPerson { county, .. } => return !is_in(*county),
            Command::SurveyPerson(entry) => is_in(entry.county),
            _ => true,
        };
        let Some(whom) = whom else { return !named };
        let today = self.shared.today();
        let county = |row: &Row| row.person.county(today, View::latest(today).known_at);
        let county = match whom {
            Whom::InFlight(id) => self.overlay.person(id).and_then(county),
            Whom::Row(number) => self.shared.folded.read().model.people().row(number).and_then(county),
        };
        !(named && county.is_some_and(is_in))
    }

    /// Looks again now and then when there is none.
    fn has_room(&mut self) -> bool {
        if self.shared.has_room() {
            return true;
        }
        if self.looked_for_room.is_none_or(|at| at.elapsed() >= LOOK_FOR_ROOM_EVERY) {
            self.shared.make_room();
            self.looked_for_room = Some(Instant::now());
        }
        self.shared.has_room()
    }

    fn add(&mut self, id: Uuid, recorded: Recorded, commit: Commit, caller: oneshot::Sender<Answer>) {
        let Commit { stored, entries, row, digest, now } = commit;
        let is_of_nobody = row.id.is_nil();
        if row.head.version == u32::from(recorded.events) {
            self.next_key += 1;
        }
        for entry in entries.iter().filter(|_| is_of_nobody) {
            if let Folding::Whole(event) = &entry.event {
                Arc::make_mut(&mut self.roles).evolve(to_domain(entry.head.position), now, event);
            }
        }
        let known = KnownCommand {
            digest,
            first: self.head.next(),
            events: recorded.events,
            person: row.id,
            version: row.head.version,
        };
        self.head = row.head.position;
        self.recorded_at = now;
        self.overlay.add(id, known, row);
        self.decisions.add(stored, entries, (caller, Ok(recorded)));
    }
}
