//! A directory with a story in it, and everything that can be asked of it.

use std::{sync::Arc, time::Duration};

use sigeyi_domain::{Command, Day, Identifier, RecordRef, Rejection, divisions, plans};
use sigeyi_store::RealDisk;
use tempfile::TempDir;
use uuid::Uuid;

use super::any::{Ask, PEOPLE, Step, citizen, day, first_day};
use crate::{
    CommandError, Engine, KnownAt, Options, Position, Recorded, SimulatedClock, Submission, Suite, Target,
    answer::Answer, snapshots::Snapshots,
};

const DAY_MICROS: i64 = 86_400_000_000;
/// Longer than any answer takes.
pub(super) const IN_TIME: Duration = Duration::from_secs(60);

/// A simulated directory.
pub(super) struct World {
    pub(super) dir: TempDir,
    pub(super) engine: Option<Engine>,
    clock: Arc<SimulatedClock>,
    today: Day,
    /// Whether heads are committed when a day has turned.
    daily_heads: bool,
    /// What was sent, with its answer.
    pub(super) sent: Vec<(Submission, Answer)>,
}

/// Any of the people, a command, and an id that follows from a number.
pub(super) fn submission(number: u128, who: usize, command: Command) -> Submission {
    Submission {
        command_id: Uuid::from_u128(number),
        content: *Uuid::from_u128(!number).as_bytes(),
        actor: Identifier::parse("counsellor-1").unwrap(),
        office: Identifier::parse("150102").unwrap().into(),
        target: Target::Citizen(citizen(who)),
        expected_version: None,
        command,
    }
}

/// What somebody asks, as a command that follows from a number.
pub(super) fn asked(number: u128, ask: &Ask, command: Command) -> Submission {
    let actor = Identifier::parse(ask.actor).unwrap();
    Submission { actor, ..submission(number, ask.who, command) }
}

/// Sends, and waits for the answer.
pub(super) fn send(engine: &Engine, submission: &Submission) -> Answer {
    engine.submit_waiting(submission.clone())?.wait(IN_TIME)
}

/// What names a record names what was sent about the person before: `record` tells which.
pub(super) fn resolved(ask: &Ask, before: &[Uuid]) -> Command {
    let mut command = ask.command.clone();
    if let (Some(record), false) = (command.record_mut(), before.is_empty()) {
        *record = RecordRef::Command(before[ask.record % before.len()]);
    }
    command
}

impl World {
    pub(super) fn new() -> World {
        World::in_suite(Suite::International)
    }

    /// A directory that is made with a suite.
    pub(super) fn in_suite(suite: Suite) -> World {
        World::made(suite, false)
    }

    /// The same, which commits heads when a day has turned.
    pub(super) fn daily(suite: Suite) -> World {
        World::made(suite, true)
    }

    fn made(suite: Suite, daily_heads: bool) -> World {
        let dir = tempfile::tempdir().unwrap();
        let today = first_day();
        let clock = Arc::new(SimulatedClock::starting_at(i64::from(today.days()) * DAY_MICROS));
        let options = Options {
            create: true,
            suite: Some(suite),
            simulated_clock: Some(clock.clone()),
            daily_heads,
            ..Options::default()
        };
        let engine = Some(Engine::open(dir.path(), options).unwrap());
        World { dir, engine, clock, today, daily_heads, sent: Vec::new() }
    }

    /// A directory in which a story was told.
    pub(super) fn of(story: &[Step]) -> World {
        let mut world = World::new();
        story.iter().for_each(|step| world.tell(step));
        world
    }

    pub(super) fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    pub(super) fn tell(&mut self, step: &Step) {
        match step {
            Step::Days(days) => {
                self.today = self.today.plus(*days);
                self.clock.advance_to(i64::from(self.today.days()) * DAY_MICROS, 1_000);
            }
            Step::Ask(ask) => {
                let target = Target::Citizen(citizen(ask.who));
                let about = self.sent.iter().filter(|(sent, _)| sent.target == target);
                let before: Vec<Uuid> = about.map(|(sent, _)| sent.command_id).collect();
                let number = self.sent.len() as u128 + 1;
                let submission = asked(number, ask, resolved(ask, &before));
                let answer = send(self.engine(), &submission);
                self.sent.push((submission, answer));
            }
        }
    }

    /// It is so many µs after the day began, where it is not later already.
    pub(super) fn at(&self, micros: i64) {
        self.clock.advance_to(i64::from(self.today.days()) * DAY_MICROS + micros, 1_000);
    }

    /// Whoever opens it next commits heads when a day has turned.
    pub(super) fn commits_daily(&mut self) {
        self.daily_heads = true;
    }

    /// Closes it and opens it again.
    pub(super) fn reopen(&mut self, ignore_snapshots: bool) {
        self.engine = None;
        let simulated_clock = Some(self.clock.clone());
        let daily_heads = self.daily_heads;
        let options = Options { ignore_snapshots, simulated_clock, daily_heads, ..Options::default() };
        self.engine = Some(Engine::open(self.dir.path(), options).unwrap());
    }

    pub(super) fn snapshots(&self) -> Snapshots {
        Snapshots::new(Arc::new(RealDisk), self.dir.path(), self.engine().suite(), 0)
    }

    /// What a running engine does by itself after many more events.
    pub(super) fn take_snapshot(&self) -> Position {
        self.snapshots().take(&self.engine().shared).unwrap()
    }

    /// Whoever was recorded is told so again, and whoever reuses an id is refused.
    pub(super) fn assert_everything_is_remembered(&self) {
        for (submission, answer) in &self.sent {
            let Ok(recorded) = answer else { continue };
            if recorded.events == 0 {
                continue;
            }
            let again = send(self.engine(), submission);
            assert_eq!(again, Ok(Recorded { already_recorded: true, ..*recorded }));
            let other = Submission { content: [0; 16], ..submission.clone() };
            // Nobody has the number any more once the data were erased, and that is said first.
            let folded = self.engine().shared.folded.read();
            let is_nobody = matches!(other.target, Target::Citizen(citizen) if folded.model.people().find_citizen(citizen).is_none())
                && other.command.enrols().is_none();
            drop(folded);
            let refused =
                if is_nobody { Rejection::UnknownPerson.into() } else { CommandError::CommandConflict };
            assert_eq!(send(self.engine(), &other), Err(refused));
        }
    }
}

/// Days on either side of everything that happens in a story.
pub(super) fn days() -> impl Iterator<Item = Day> {
    ["2022-06-30", "2024-11-30", "2024-12-15", "2024-12-31", "2025-01-01", "2025-02-01"].into_iter().map(day)
}

/// Everything that can be asked, as text.
pub(super) fn answers(engine: &Engine) -> Vec<String> {
    let head = engine.head();
    let mut answers =
        vec![format!("{head} {} {} {}", engine.durable_head(), engine.today(), engine.people())];
    for plan in plans() {
        let answer = engine.progress(plan, None, None).unwrap();
        answers.push(format!("{answer:?}"));
        for as_of in days() {
            for known_at in [None, Some(head.0 / 3), Some(head.0 / 2), Some(head.0)] {
                let known_at = known_at.map(|position| KnownAt::Position(Position(position)));
                let answer = engine.progress(plan, Some(as_of), known_at).unwrap();
                answers.push(format!("{as_of} {} {:?}", answer.position, answer.counties));
            }
        }
        let whole = divisions().whole();
        for missing in [&[][..], &sigeyi_domain::Step::ALL[..1], &sigeyi_domain::Step::ALL[1..3]] {
            answers.push(format!("{:?}", engine.work_list(plan, whole, missing, 100)));
        }
    }
    let waiting = engine.read().waiting(&[divisions().whole()], 100, Position::BEGINNING);
    answers.push(format!("{waiting:?}"));
    for who in 0..PEOPLE {
        let person = engine.find(citizen(who));
        answers.push(format!("{person:?}"));
        if let Some(person) = person {
            answers.push(format!("{:#?}", engine.history(person).unwrap()));
        }
    }
    answers
}
