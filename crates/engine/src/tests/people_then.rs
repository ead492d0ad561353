//! Somebody and lists, on a day and as they were known.

use proptest::prelude::*;
use sigeyi_domain::{Day, Event, Figure, Person, Plan, View, divisions, plans};
use sigeyi_envelope::StoredEvent;
use sigeyi_projections::{ReadModel, Row};
use uuid::Uuid;

use super::{
    any::{Step, certificate, enrolment, plain, seventeen, stories},
    reference::{folded, log},
    world::{World, days},
};
use crate::{Engine, KnownAt, PeopleFilter, Position, QuestionError, Reading, Times};

/// Everybody who is in the register now, with whether the data may be shown.
fn everybody(engine: &Engine) -> Vec<(Uuid, bool)> {
    engine.shared.folded.read().model.people().rows().iter().map(|row| (row.id, row.is_shown())).collect()
}

fn row(model: &ReadModel, id: Uuid) -> Option<&Row> {
    model.people().row(model.people().find(id)?)
}

fn times(as_of: Day, position: usize) -> Times {
    Times { as_of: Some(as_of), known_at: Some(KnownAt::Position(Position(position as u64))) }
}

/// The person's events in a log that had happened by a day, each with the first that voids it.
fn history(log: &[Vec<u8>], person: Uuid, as_of: Day) -> Vec<(Position, Option<Position>)> {
    let stored = log.iter().map(|bytes| *StoredEvent::parse(bytes).unwrap().parts());
    let own: Vec<_> = stored.filter(|parts| parts.person == person).collect();
    let voids = |record: Position| {
        let voiding = own.iter().find(|parts| {
            match Event::from_json(parts.kind, parts.schema, parts.clear, None).unwrap() {
                Event::RecordVoided { clear, .. } => clear.record.0 == record.0,
                _ => false,
            }
        });
        voiding.map(|voiding| voiding.position)
    };
    let by_then = own.iter().filter(|parts| parts.effective_day <= as_of.days());
    by_then.map(|parts| (parts.position, voids(parts.position))).collect()
}

fn filter(plan: &'static Plan, times: Times) -> PeopleFilter {
    PeopleFilter {
        plan,
        times,
        regions: vec![divisions().whole()],
        present_in: None,
        missing: None,
        in_scope: None,
        counsellor: None,
        waiting_since: None,
    }
}

/// Who is on a list, read in pages of two.
fn listed(reading: &Reading, filter: &PeopleFilter) -> Vec<Uuid> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = reading.people(filter, 2, after).unwrap();
        after = page.people.last().map(|last| last.cursor);
        found.extend(page.people.into_iter().map(|listed| listed.person.id));
        if !page.has_next {
            return found;
        }
    }
}

/// Who would be on the work list of a replay, longest waiting first.
fn waiting(then: &ReadModel, shown: &[Uuid], plan: &Plan, as_of: Day, lacking: Figure) -> Vec<Uuid> {
    let standing = |person: &Person| person.standing(plan, View::latest(as_of));
    let rows = then.people().rows().iter().filter(|row| shown.contains(&row.id));
    let waits = rows.filter(|row| {
        let standing = standing(&row.person);
        standing.has(Figure::InScope) && !standing.has(Figure::Complete) && !standing.has(lacking)
    });
    let mut waiting: Vec<_> = waits.map(|row| (standing(&row.person).waiting_since(), row.id)).collect();
    // The order of enrolment stays within a day.
    waiting.sort_by_key(|(since, _)| *since);
    waiting.into_iter().map(|(_, id)| id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn somebody_as_known_at_a_position_is_who_a_replay_up_to_it_gives(
        story in stories(60), positions in proptest::collection::vec(any::<usize>(), 3)
    ) {
        let world = World::of(&story);
        let (engine, reading) = (world.engine(), world.engine().read());
        let log = log(engine);
        for position in positions {
            let position = position % (log.len() + 1);
            let then = folded(engine, &log[..position]);
            for as_of in days() {
                let (view, latest) = (reading.view(times(as_of, position)).unwrap(), View::latest(as_of));
                for (id, is_shown) in everybody(engine) {
                    let person = row(&then, id).map(|row| &row.person);
                    let person = person.filter(|it| is_shown && it.enrolled_on().unwrap() <= as_of);
                    let found = reading.person_at(id, view);
                    let events = reading.history_at(id, view).unwrap();
                    prop_assert_eq!(found.is_some(), person.is_some());
                    prop_assert_eq!(events.is_some(), person.is_some());
                    let (Some(found), Some(person), Some(events)) = (found, person, events) else { continue };
                    prop_assert_eq!(found.county, person.county(as_of, latest.known_at));
                    prop_assert_eq!(found.counsellor.as_ref(), person.counsellor(as_of, latest.known_at));
                    prop_assert_eq!(Some(found.enrolled_on), person.enrolled_on());
                    for plan in plans() {
                        let expected = View::latest(as_of.min(plan.to));
                        let pipeline = reading.pipeline_at(id, plan, view).unwrap();
                        prop_assert_eq!(pipeline.pipeline, person.pipeline(plan, expected));
                        prop_assert_eq!(pipeline.standing, person.standing(plan, expected));
                    }
                    let events: Vec<_> =
                        events.iter().map(|event| (event.logged.position, event.voided_by)).collect();
                    prop_assert_eq!(events, history(&log[..position], id, as_of));
                }
            }
        }
    }

    #[test]
    fn a_list_as_known_at_a_position_is_that_of_a_replay_up_to_it(
        story in stories(60), positions in proptest::collection::vec(any::<usize>(), 3)
    ) {
        let world = World::of(&story);
        let (engine, reading) = (world.engine(), world.engine().read());
        let log = log(engine);
        let shown: Vec<Uuid> =
            everybody(engine).into_iter().filter(|(_, is_shown)| *is_shown).map(|(id, _)| id).collect();
        for position in positions {
            let position = position % (log.len() + 1);
            let then = folded(engine, &log[..position]);
            for plan in plans() {
                for as_of in days() {
                    let all = filter(plan, times(as_of, position));
                    let standing = |row: &&Row| row.person.standing(plan, View::latest(as_of));
                    let rows = || then.people().rows().iter().filter(|row| shown.contains(&row.id));
                    let there = rows().filter(|row| standing(row).county().is_some());
                    prop_assert_eq!(listed(&reading, &all), there.map(|row| row.id).collect::<Vec<_>>());

                    let in_scope = PeopleFilter { in_scope: Some(true), ..all.clone() };
                    let counted = rows().filter(|row| standing(row).has(Figure::InScope));
                    prop_assert_eq!(listed(&reading, &in_scope), counted.map(|row| row.id).collect::<Vec<_>>());

                    for step in sigeyi_domain::Step::ALL {
                        let lacking = PeopleFilter { missing: Some(vec![*step]), ..all.clone() };
                        let expected = waiting(&then, &shown, plan, as_of, Figure::of_step(*step));
                        prop_assert_eq!(listed(&reading, &lacking), expected);
                    }
                }
            }
        }
    }
}

#[test]
fn a_cursor_goes_with_the_times_that_it_came_with() {
    let mut world = World::new();
    for who in 0..3 {
        world.tell(&Step::Ask(plain(who, enrolment(certificate(&seventeen(who), "42")))));
    }
    let reading = world.engine().read();
    let now = filter(&plans()[0], Times::default());
    let then = filter(&plans()[0], times(reading.at().today, world.engine().head().0 as usize));
    let cursor = reading.people(&then, 1, None).unwrap().people[0].cursor;
    assert!(reading.people(&then, 1, Some(cursor)).is_ok());
    let refused = reading.people(&now, 1, Some(cursor));
    assert!(matches!(refused, Err(QuestionError::BadCursor)), "{refused:?}");
}

#[test]
fn what_is_not_recorded_yet_is_known_of_nobody() {
    let world = World::new();
    let asked = world.engine().head().next();
    let reading = world.engine().read();
    let refused = reading.view(Times { as_of: None, known_at: Some(KnownAt::Position(asked)) });
    assert!(matches!(refused, Err(QuestionError::UnknownPosition { .. })), "{refused:?}");
}
