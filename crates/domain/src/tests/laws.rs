//! Laws that hold for everything that can happen.

use proptest::{collection::vec, prelude::*};

use crate::*;

use super::any::{actor, commands, context, days, decided, events, surveys, work};

const CITIZEN: &str = "15010219900101901";

fn from() -> Day {
    Day::new(2023, 1, 1).unwrap()
}

fn today() -> Day {
    Day::new(2023, 3, 31).unwrap()
}

/// The event as it is read back from the log.
fn stored(event: &Event) -> Event {
    let sealed = event.sealed_json();
    let sealed = sealed.as_ref().map(String::as_bytes);
    Event::from_json(event.event_type() as u8, EventType::SCHEMA, &event.clear_json(), sealed).unwrap()
}

/// The event as it is read back by who cannot open it.
fn closed(event: &Event) -> Event {
    Event::from_json(event.event_type() as u8, EventType::SCHEMA, &event.clear_json(), None).unwrap()
}

/// Events at ascending positions, whatever they say; most of the time an enrolment comes first.
fn nonsense() -> impl Strategy<Value = Vec<(Position, Day, Event)>> {
    (vec((1_u64..4, days(), events()), 0..40), prop::bool::weighted(0.8)).prop_map(|(mut events, enrol)| {
        let enrolment =
            events.iter().position(|(_, _, event)| event.event_type() == EventType::PersonEnrolled);
        if let Some(at) = enrolment.filter(|_| enrol) {
            events.swap(0, at);
        }
        let mut at = 0;
        let mut place = |gap: u64| {
            at += gap;
            Position(at)
        };
        events.into_iter().map(|(gap, day, event)| (place(gap), day, event)).collect()
    })
}

/// The same where the bodies of some types are not read.
fn folded_by_type(events: &[(Position, Day, Event)]) -> Person {
    let mut person = Person::default();
    for (position, day, event) in events {
        match event.event_type().bare_fact() {
            Some(_) => person.evolve_by_type(*position, *day, event.event_type()),
            None => person.evolve(*position, *day, event),
        }
    }
    person
}

fn folded(events: &[(Position, Day, Event)]) -> Person {
    let mut person = Person::default();
    for (position, day, event) in events {
        person.evolve(*position, *day, event);
    }
    person
}

/// What a snapshot gives back: the rows of facts, and then the sealed bodies that it keeps.
fn from_snapshot(person: &Person, events: &[(Position, Day, Event)]) -> Person {
    let facts = person.facts().iter().map(|fact| Fact::from_bytes(&fact.to_bytes()).unwrap()).collect();
    let mut read = Person::from_facts(facts, person.named().to_vec());
    for (position, _, event) in events {
        let is_kept = event.event_type().folds_sealed() && event.sealed_json().is_some();
        if is_kept && person.fact_at(*position).is_some() {
            read.open(*position, &stored(event));
        }
    }
    read
}

proptest! {
    #[test]
    fn every_event_that_is_decided_becomes_one_fact_until_an_erasure_leaves_two(
        commands in vec(commands(CITIZEN, from(), today()), 1..30)
    ) {
        let mut person = Person::default();
        let mut head = 0;
        for (at, command) in commands.iter().enumerate() {
            for decided in decide(&person, command, &context(today(), &actor(at))).unwrap_or_default() {
                head += 1;
                person.evolve(Position(head), decided.effective, &decided.event);
                let is_erased = matches!(decided.event, Event::DataErased { .. });
                prop_assert_eq!(person.facts().len() as u64, if is_erased { 2 } else { head });
                let fact = person.facts().last().unwrap();
                prop_assert_eq!((fact.recorded, fact.day), (Position(head), decided.effective));
            }
        }
    }

    #[test]
    fn a_command_is_decided_the_same_way_again(commands in vec(commands(CITIZEN, from(), today()), 1..20)) {
        let (person, _) = decided(&commands[1..], today());
        let actor = actor(0);
        let context = context(today(), &actor);
        prop_assert_eq!(decide(&person, &commands[0], &context), decide(&person, &commands[0], &context));
    }

    #[test]
    fn nothing_but_the_use_of_the_data_is_decided_while_they_are_restricted_and_nothing_once_they_are_erased(
        commands in vec(commands(CITIZEN, from(), today()), 1..30), next in commands(CITIZEN, from(), today())
    ) {
        let (person, _) = decided(&commands, today());
        let next_is_about_use = next.is_about_use();
        let decided = decide(&person, &next, &context(today(), &actor(0)));
        match person.data_status() {
            DataStatus::Erased => prop_assert_eq!(decided, Err(Rejection::PersonErased)),
            DataStatus::Restricted if !next_is_about_use => {
                prop_assert_eq!(decided, Err(Rejection::PersonRestricted));
            }
            DataStatus::Restricted | DataStatus::Open => {}
        }
        prop_assert_eq!(person.restrictions().next().is_some(), person.data_status() == DataStatus::Restricted);
        prop_assert_eq!(person.erased().is_some(), person.data_status() == DataStatus::Erased);
    }

    #[test]
    fn nobody_decides_alone_on_the_use_of_the_data(commands in vec(commands(CITIZEN, from(), today()), 1..40)) {
        // One official for all of it.
        let mut person = Person::default();
        for (position, command) in (1..).map(|at| Position(at * 10)).zip(&commands) {
            let decided = decide(&person, command, &context(today(), &actor(0))).unwrap_or_default();
            for (index, Decided { event, effective }) in (0..).zip(decided) {
                let is_decision =
                    matches!(event, Event::RestrictionLifted { .. } | Event::DataErased { .. });
                prop_assert!(!is_decision, "{event:?}");
                person.evolve(Position(position.0 + index), effective, &event);
            }
        }
    }

    #[test]
    fn of_an_erased_person_the_same_is_left_whether_or_not_the_sealed_bodies_can_still_be_opened(
        events in nonsense(), known in 0_usize..20, as_of in days()
    ) {
        let mut events = events;
        let at = events.last().map_or(1, |(at, ..)| at.0 + 1);
        events.push((Position(at), as_of, super::examples::erased(1, ErasureGround::ConsentWithdrawn)));
        let closed: Vec<_> = events.iter().map(|(at, day, event)| (*at, *day, closed(event))).collect();
        let (person, from_closed) = (folded(&events), folded(&closed));
        prop_assert_eq!(&person, &from_closed);
        prop_assert_eq!((person.citizen(), person.named()), (None, &[][..]));
        // A snapshot from before, or one that kept sealed bodies by mistake, gives nothing back either.
        prop_assert_eq!(&from_snapshot(&person, &events), &person);
        for known_at in [Position(known as u64), Position::LATEST] {
            for plan in plans() {
                prop_assert_eq!(person.standing(plan, View { as_of, known_at }), Standing::ABSENT);
            }
        }
    }

    #[test]
    fn a_roster_row_sent_again_is_recorded_already(
        row in surveys(CITIZEN, from(), today()),
        before in vec(work(CITIZEN, from(), today()), 0..10),
        after in vec(work(CITIZEN, from(), today()), 0..10),
    ) {
        let row = Command::SurveyPerson(row);
        let commands: Vec<Command> = before.into_iter().chain([row.clone()]).chain(after).collect();
        let (person, all) = decided(&commands, today());
        let actor = actor(0);
        let context = context(today(), &actor);
        prop_assert_eq!(decide(&person, &row, &context), Ok(Vec::new()));
        // The same after a restart, from what is stored.
        let all = (1..).map(Position).zip(all).map(|(at, it)| (at, it.effective, stored(&it.event)));
        prop_assert_eq!(decide(&folded(&all.collect::<Vec<_>>()), &row, &context), Ok(Vec::new()));
    }

    #[test]
    fn evolve_is_total_and_adds_at_most_one_fact(
        events in vec((any::<u64>(), days(), events()), 0..30), as_of in days(), known_at in any::<u64>()
    ) {
        let mut person = Person::default();
        for (position, day, event) in events {
            let before = person.facts().len();
            person.evolve(Position(position), day, &event);
            // The erasure of somebody who was only enrolled is one more as well.
            prop_assert!(person.facts().len() <= before + 1);
        }
        for view in [View::latest(as_of), View { as_of, known_at: Position(known_at) }] {
            for plan in plans() {
                let standing = person.standing(plan, view);
                prop_assert!(standing.has(Figure::Registered) || standing.figures().count() == 0);
                let _ = person.pipeline(plan, view);
            }
            let _ = (person.county(as_of, view.known_at), person.counsellor(as_of, view.known_at));
        }
    }

    #[test]
    fn a_replay_of_what_is_stored_gives_the_same_person(events in nonsense()) {
        let read: Vec<_> = events.iter().map(|(at, day, event)| (*at, *day, stored(event))).collect();
        prop_assert_eq!(folded(&events), folded(&read));
    }

    #[test]
    fn a_replay_that_reads_only_the_bodies_which_are_folded_gives_the_same_person(events in nonsense()) {
        prop_assert_eq!(folded_by_type(&events), folded(&events));
    }

    #[test]
    fn of_an_event_no_more_is_folded_than_its_row_says(events in nonsense()) {
        let mut before = Person::default();
        for (at, day, event) in &events {
            let (mut person, mut from_closed, mut from_type) = (before.clone(), before.clone(), before.clone());
            person.evolve(*at, *day, event);
            from_closed.evolve(*at, *day, &closed(event));
            from_type.evolve_by_type(*at, *day, event.event_type());
            match event.event_type().folds() {
                Folds::Nothing => prop_assert_eq!(&person, &before),
                Folds::Type(_) => prop_assert_eq!(&person, &from_type),
                Folds::Clear => prop_assert_eq!(&person, &from_closed),
                Folds::Sealed => {}
            }
            before = person;
        }
    }

    #[test]
    fn a_snapshot_gives_the_same_person(events in nonsense()) {
        let person = folded(&events);
        prop_assert_eq!(from_snapshot(&person, &events), person);
    }

    #[test]
    fn a_snapshot_of_what_was_decided_gives_the_same_person(
        commands in vec(commands(CITIZEN, from(), today()), 1..30)
    ) {
        let (person, all) = decided(&commands, today());
        let all: Vec<_> = (1..).map(Position).zip(all).map(|(at, it)| (at, it.effective, it.event)).collect();
        prop_assert_eq!(from_snapshot(&person, &all), person);
    }

    #[test]
    fn a_snapshot_keeps_nothing_that_is_sealed(events in nonsense()) {
        let without: Vec<_> = events.iter().map(|(at, day, event)| (*at, *day, closed(event))).collect();
        let rows = |person: &Person| person.facts().iter().map(Fact::to_bytes).collect::<Vec<_>>();
        prop_assert_eq!(rows(&folded(&events)), rows(&folded(&without)));
    }

    #[test]
    fn progress_is_the_sum_of_the_standings(
        histories in vec(vec(commands(CITIZEN, from(), today()), 1..10), 0..6)
    ) {
        let plan = &plans()[0];
        let standings: Vec<Standing> =
            histories.iter().map(|it| decided(it, today()).0.standing(plan, View::latest(today()))).collect();
        let mut progress = Progress::default();
        standings.iter().for_each(|standing| progress.add(standing));
        for figure in Figure::ALL {
            prop_assert_eq!(progress.get(figure) as usize, standings.iter().filter(|it| it.has(figure)).count());
        }
        let mut twice = progress;
        twice.merge(&progress);
        for figure in Figure::ALL {
            prop_assert_eq!(twice.get(figure), 2 * progress.get(figure));
        }
        standings.iter().for_each(|standing| progress.remove(standing));
        prop_assert_eq!(progress, Progress::default());
    }
}

#[test]
fn a_fact_of_an_unknown_kind_is_not_read() {
    let (person, _) = decided(
        &[Command::SurveyPerson(RosterEntry {
            name: Text::parse("张示例").unwrap(),
            certificate: super::any::certificate_of(CITIZEN, "42"),
            county: super::examples::county("150102"),
            phone: None,
            status: EmploymentStatus::Employed(EmploymentForm::Flexible),
            on: today(),
        })],
        today(),
    );
    let mut bytes = person.facts()[0].to_bytes();
    for kind in [0, 25, 255] {
        bytes[20] = kind;
        assert_eq!(Fact::from_bytes(&bytes), None);
    }
    assert_eq!(size_of::<Fact>(), Fact::BYTES);
}
