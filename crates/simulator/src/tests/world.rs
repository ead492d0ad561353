//! A simulation run through the rules, as the service would run it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use sigeyi_domain::{
    CitizenNumber, Command, Context, Day, Event, EventType, Figure, Person, Plan, Position, RecordRef,
    RosterEntry, Standing, View, decide, plans,
};
use uuid::Uuid;

use crate::{Simulated, SimulatedDay, Simulation, SimulationOptions};

/// What was recorded, of whom, when.
pub(super) struct World {
    pub(super) people: HashMap<CitizenNumber, Person>,
    pub(super) first_rows: HashMap<CitizenNumber, RosterEntry>,
    /// Recording day, effective day, and the event.
    pub(super) events: Vec<(CitizenNumber, Day, Day, Event)>,
    /// Commands that were sent before.
    pub(super) sent_again: usize,
    /// Commands that were not sent before and recorded nothing.
    pub(super) without_news: usize,
}

pub(super) fn days(people: u32, seed: u64) -> Vec<SimulatedDay> {
    Simulation::new(SimulationOptions { people, seed }).collect()
}

pub(super) fn plan() -> &'static Plan {
    &plans()[0]
}

/// 20,000 people, made once for all tests.
pub(super) fn twenty_thousand() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(|| World::run(days(20_000, 7)));
    &WORLD
}

impl World {
    /// Every command must be accepted; one that was sent before is known by its id, as in the service.
    pub(super) fn run(days: Vec<SimulatedDay>) -> World {
        let mut world = World {
            people: HashMap::new(),
            first_rows: HashMap::new(),
            events: Vec::new(),
            sent_again: 0,
            without_news: 0,
        };
        let mut recorded: HashMap<Uuid, Position> = HashMap::new();
        for SimulatedDay { day, commands } in days {
            for given in commands {
                world.take(day, given, &mut recorded);
            }
        }
        world
    }

    fn take(&mut self, today: Day, given: Simulated, recorded: &mut HashMap<Uuid, Position>) {
        let Simulated { command_id, citizen, mut command, actor, .. } = given;
        if recorded.contains_key(&command_id) {
            self.sent_again += 1;
            return;
        }
        if let Some(record) = command.record_mut()
            && let RecordRef::Command(id) = *record
        {
            *record = RecordRef::Position(recorded[&id]);
        }
        if let Command::SurveyPerson(entry) = &command {
            self.first_rows.entry(citizen).or_insert_with(|| entry.clone());
        }
        let person = self.people.entry(citizen).or_default();
        let context = Context { today, plan: Some(plan()), plans: plans(), actor: &actor, office: None };
        let decided = decide(person, &command, &context)
            .unwrap_or_else(|rejection| panic!("{command:?} on {today} was refused: {rejection}"));
        self.without_news += usize::from(decided.is_empty());
        for event in decided {
            let position = Position(self.events.len() as u64 + 1);
            person.evolve(position, event.effective, &event.event);
            self.events.push((citizen, today, event.effective, event.event));
            recorded.insert(command_id, position);
        }
    }

    pub(super) fn count(&self, wanted: EventType) -> usize {
        self.events.iter().filter(|(.., event)| event.event_type() == wanted).count()
    }

    /// How everybody counts at the end of the plan, by county.
    pub(super) fn standings(&self) -> BTreeMap<u32, Vec<Standing>> {
        let mut standings: BTreeMap<u32, Vec<Standing>> = BTreeMap::new();
        for person in self.people.values() {
            let standing = person.standing(plan(), View::latest(Simulation::last_day()));
            if let Some(county) = standing.county() {
                standings.entry(county.code()).or_default().push(standing);
            }
        }
        standings
    }
}

/// The share of those in scope whom a figure counts, and how many are in scope.
pub(super) fn share_in_scope<'a>(
    standings: impl Iterator<Item = &'a Standing>,
    figure: Figure,
) -> (f64, usize) {
    let in_scope: Vec<&Standing> = standings.filter(|standing| standing.has(Figure::InScope)).collect();
    let counted = in_scope.iter().filter(|standing| standing.has(figure)).count();
    (counted as f64 / in_scope.len() as f64, in_scope.len())
}

/// Holds a share to what was wanted.
#[track_caller]
pub(super) fn near(what: &str, share: f64, wanted: f64, tolerance: f64) {
    assert!((share - wanted).abs() <= tolerance, "{what}: {share:.4}, wanted {wanted:.4} ± {tolerance}");
}
