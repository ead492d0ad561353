//! The simulation, day by day.

use std::collections::HashSet;

use sigeyi_domain::{CitizenNumber, Command, Day, Identifier};
use uuid::Uuid;

use crate::{
    calendar::{LAST, day},
    commands,
    counties::Counties,
    entry::Entry,
    life::Life,
    options::SimulationOptions,
    person::{Person, draw_person},
    programme,
    random::Sources,
    recorder::Recorder,
};

/// Everything that is recorded from 2022-01-01 to 2024-12-31, as a compact plan. Iterating makes the commands, day by day.
#[derive(Debug)]
pub struct Simulation {
    sources: Sources,
    people: Vec<Person>,
    /// In the order of recording.
    pub(crate) entries: Vec<Entry>,
    given: usize,
}

/// What was recorded on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedDay {
    /// Recording day.
    pub day: Day,
    /// In the order of recording.
    pub commands: Vec<Simulated>,
}

/// A command, with who gave it and of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// Id of the command. One that is sent again has the same id and content.
    pub command_id: Uuid,
    /// The person.
    pub citizen: CitizenNumber,
    /// Who entered it.
    pub actor: Identifier,
    /// The county's federation (残联).
    pub office: Identifier,
    /// What is to be recorded. A voiding names an earlier command of the same person.
    pub command: Command,
}

/// Entries of one person, about; a guess saves moving the plan while it grows.
const ENTRIES_OF_A_PERSON: usize = 5;

impl Simulation {
    /// Draws the people and their timelines. A number of people out of range is brought to the nearest end of it.
    pub fn new(options: SimulationOptions) -> Simulation {
        let count = options.people.clamp(SimulationOptions::PEOPLE_MIN, SimulationOptions::PEOPLE_MAX);
        let sources = Sources::new(options.seed);
        let counties = Counties::new(sources.counties());
        let mut taken: HashSet<CitizenNumber> = HashSet::with_capacity(count as usize);
        let mut people = Vec::with_capacity(count as usize);
        let mut entries = Vec::with_capacity(count as usize * ENTRIES_OF_A_PERSON);
        for place in 0..count {
            let mut draw = sources.timeline(place);
            let (person, arrival) = draw_person(&counties, &mut taken, &mut draw);
            let life = Life::draw(&person, arrival, &counties, &mut draw);
            let mut recorder = Recorder::new(place, &person, &life, &mut entries);
            programme::record(&mut recorder, counties.conditions(person.county), &mut draw);
            people.push(person);
        }
        entries.sort_unstable_by_key(|entry: &Entry| (entry.recorded, entry.person, entry.ordinal));
        Simulation { sources, people, entries, given: 0 }
    }

    /// How many commands it gives in all, those that are sent again included.
    pub fn commands(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The first day on which something can be recorded.
    pub fn first_day() -> Day {
        day(0)
    }

    /// The last day on which something can be recorded.
    pub fn last_day() -> Day {
        day(LAST)
    }
}

impl Iterator for Simulation {
    type Item = SimulatedDay;

    /// The next day on which something is recorded.
    fn next(&mut self) -> Option<SimulatedDay> {
        let left = self.entries.get(self.given..)?;
        let recorded = left.first()?.recorded;
        let of_day = &left[..left.partition_point(|entry| entry.recorded == recorded)];
        self.given += of_day.len();
        let made = of_day.iter().map(|entry| {
            let person = &self.people[entry.person as usize];
            commands::make(entry, person, &self.sources)
        });
        // Nothing is left out: tests make every kind of command, and count them.
        let commands = made.filter_map(Result::ok).collect();
        Some(SimulatedDay { day: day(i32::from(recorded)), commands })
    }
}
