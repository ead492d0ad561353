//! A log of any length: the simulator's people, then further commands about them, as many as are wanted.

use std::{collections::VecDeque, path::Path, sync::Arc, time::Duration};

use sigeyi_domain::{
    AssessmentConclusion, CitizenNumber, Command, Demand, EmploymentForm, Identifier, NonEmploymentReason,
    Remarks, ServiceType, TrainingKind, Verification, VerificationOutcome,
};
use sigeyi_engine::{CommandError, Engine, Options, SimulatedClock, Submission, Target, Ticket};
use sigeyi_simulator::{Simulation, SimulationOptions};
use uuid::Uuid;

use crate::SEED;

const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const DAY_MICROS: i64 = 86_400_000_000;
/// Between two readings of the clock once everybody is enrolled: 20 million commands are then some ten years.
const STEP_MICROS: i64 = 15_000_000;
/// Odd and far from everything, so that the next command is about somebody whose data are in no cache.
const STRIDE: u64 = 2_654_435_761;

/// A log that grows.
pub(crate) struct Story {
    engine: Engine,
    people: Vec<CitizenNumber>,
    actor: Identifier,
    office: Identifier,
    under_way: VecDeque<Ticket>,
    sent: u64,
    refused: u64,
}

impl Story {
    /// Commands that are sent before the first of them is answered.
    pub(super) const UNDER_WAY: usize = 4_096;

    /// Makes a directory and enrols the simulator's people in it.
    pub(super) fn begin(dir: &Path, people: u32) -> Story {
        Story::begin_with(dir, people, Options::default())
    }

    /// The same with options of one's own, but for what makes the directory.
    pub(crate) fn begin_with(dir: &Path, people: u32, options: Options) -> Story {
        let first_day = i64::from(Simulation::first_day().days()) * DAY_MICROS;
        let clock = Arc::new(SimulatedClock::starting_at(first_day));
        let options = Options { create: true, simulated_clock: Some(clock.clone()), ..options };
        let engine = Engine::open(dir, options).expect("the directory opens");
        let id = |text| Identifier::parse(text).expect("an id");
        let mut story = Story {
            engine,
            people: Vec::new(),
            actor: id("u-150102-3"),
            office: id("clf-150102"),
            under_way: VecDeque::new(),
            sent: 0,
            refused: 0,
        };
        for day in Simulation::new(SimulationOptions { people, seed: SEED }) {
            clock.advance_to(i64::from(day.day.days()) * DAY_MICROS, 1);
            for simulated in day.commands {
                // Later rows of a roster are left out: whom they are about is enrolled already.
                let enrols = matches!(&simulated.command, Command::SurveyPerson(_));
                if enrols {
                    story.people.push(simulated.citizen);
                    story.send(simulated.citizen, simulated.command);
                }
            }
            story.settle(0);
        }
        let mut known = std::collections::HashSet::with_capacity(story.people.len());
        story.people.retain(|citizen| known.insert(*citizen));
        let last_day = i64::from(Simulation::last_day().days() + 1) * DAY_MICROS;
        clock.advance_to(last_day, STEP_MICROS);
        story
    }

    /// Sends further commands until the log has so many events.
    pub(crate) fn go_on(&mut self, events: u64) {
        let mut at = self.sent;
        while self.events() < events {
            // Refusals and commands under way are looked at again.
            let missing = events - self.events();
            for _ in 0..missing {
                let citizen = self.people[(at.wrapping_mul(STRIDE) % self.people.len() as u64) as usize];
                // Shifted each time round, so that nobody is sent the same again and again.
                self.send(citizen, further(at + at / self.people.len() as u64));
                at += 1;
            }
            self.settle(0);
        }
    }

    /// Position of the newest event that is answered for.
    pub(crate) fn events(&self) -> u64 {
        self.engine.head().0
    }

    /// Commands that the rules refused.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// The engine, to be looked at and closed.
    pub(crate) fn end(self) -> Engine {
        self.engine
    }

    fn send(&mut self, citizen: CitizenNumber, command: Command) {
        self.sent += 1;
        let command_id = Uuid::from_u64_pair(0x6c61_7267, self.sent);
        let submission = Submission {
            command_id,
            content: self.engine.digest(&[command_id.as_bytes()]),
            actor: self.actor.clone(),
            office: self.office.clone().into(),
            target: Target::Citizen(citizen),
            expected_version: None,
            command,
        };
        self.under_way.push_back(self.engine.submit_waiting(submission).expect("the queue takes it"));
        self.settle(Self::UNDER_WAY - 1);
    }

    /// Waits until at most so many commands are under way.
    fn settle(&mut self, at_most: usize) {
        while self.under_way.len() > at_most
            && let Some(ticket) = self.under_way.pop_front()
        {
            match ticket.wait(ANSWER_WITHIN) {
                Ok(_) => {}
                Err(CommandError::Rejected(_)) => self.refused += 1,
                Err(other) => panic!("not recorded: {other}"),
            }
        }
    }
}

/// One of ten, half of them services, as offices record them when everybody is enrolled.
fn further(number: u64) -> Command {
    let text = |text| Remarks::parse(text).ok();
    let id = |text| Identifier::parse(text).ok();
    match number % 10 {
        0 => Command::VerifyInfo(Verification {
            outcome: Some(VerificationOutcome::Confirmed),
            remarks: text("电话核对，信息无变化"),
            ..Verification::default()
        }),
        1 => Command::AssessAbility {
            conclusion: Some(
                AssessmentConclusion::ALL[number as usize / 10 % AssessmentConclusion::ALL.len()],
            ),
            scores: None,
            assessor: id("a-150102-4"),
            remarks: None,
            on: None,
        },
        2 => Command::RegisterDemand { demand: Demand::NoNeed(NonEmploymentReason::ALL[0]), on: None },
        3 => Command::StartEmployment {
            form: EmploymentForm::Flexible,
            employer_kind: None,
            employer: text("某社区服务站"),
            on: None,
        },
        4 => Command::EndEmployment { reason: NonEmploymentReason::ALL[1], on: None },
        5 => Command::CompleteTraining {
            kind: TrainingKind::ALL[0],
            course: id("course-150102-07"),
            remarks: None,
            on: None,
        },
        _ => Command::DeliverService {
            service: ServiceType::JobFair,
            provider: id("provider-150102-07"),
            remarks: text("参加专场招聘会，已推荐三个岗位"),
            on: None,
        },
    }
}
