//! What changed between two moments of knowledge: exactly the events that are named explain it.

use std::collections::HashSet;

use proptest::prelude::*;
use sigeyi_domain::{Figure, Region, View, divisions, plans};
use sigeyi_projections::CountyProgress;

use super::{
    any::{Step, certificate, day, enrolment, plain, seventeen, stories, verification},
    reference::{folded, log},
    world::{World, days},
};
use crate::{DifferenceQuestion, FiguresDifference, KnownAt, Position, Reading, Times};

fn at(position: usize) -> KnownAt {
    KnownAt::Position(Position(position as u64))
}

/// The difference, and all of its events, read in pages of three.
fn difference(reading: &Reading, question: &DifferenceQuestion) -> (FiguresDifference, Vec<Position>) {
    let mut events = Vec::new();
    loop {
        let after = events.last().copied().unwrap_or(Position::BEGINNING);
        let found = reading.figures_difference(question, 3, after).unwrap();
        events.extend(found.page.iter().map(|event| event.position));
        assert!(found.page.len() <= 3 && found.events as usize >= events.len());
        if !found.has_next {
            assert_eq!(found.events as usize, events.len());
            return (found, events);
        }
    }
}

fn regions() -> [Region; 3] {
    [150_000, 150_100, 150_102].map(|code| divisions().region(code).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_without_the_events_of_a_difference_gives_what_was_known_before(
        story in stories(70), one in any::<usize>(), other in any::<usize>(),
        of in proptest::sample::select(&[None, Some(Figure::InScope), Some(Figure::ServiceDelivered)][..])
    ) {
        let world = World::of(&story);
        let (engine, reading) = (world.engine(), world.engine().read());
        let log = log(engine);
        let (one, other) = (one % (log.len() + 1), other % (log.len() + 1));
        let late = one.max(other);
        let erased: HashSet<_> =
            engine.shared.folded.read().model.people().erased().map(|row| row.id).collect();
        for plan in plans() {
            for as_of in days() {
                for region in regions() {
                    let before = Times { as_of: Some(as_of), known_at: Some(at(one)) };
                    let question = DifferenceQuestion { region, plan, before, after: Some(at(other)), figure: of };
                    let (found, events) = difference(&reading, &question);
                    let is_sorted = events.is_sorted_by(|first, second| first < second);
                    prop_assert!(is_sorted);

                    let mut without = CountyProgress::default();
                    let explains = |position: usize| events.contains(&Position(position as u64 + 1));
                    let rest = log[..late].iter().enumerate().filter(|(at, _)| !explains(*at));
                    let rest: Vec<Vec<u8>> = rest.map(|(_, bytes)| bytes.clone()).collect();
                    let replayed = folded(engine, &rest);
                    for row in replayed.people().rows().iter().filter(|row| !erased.contains(&row.id)) {
                        without.add(&row.person.standing(plan, View::latest(as_of)));
                    }
                    let early = engine.progress(plan, Some(as_of), Some(at(one.min(other)))).unwrap();
                    let below = region.division().children.iter().copied();
                    for region in std::iter::once(region).chain(below) {
                        for figure in Figure::ALL.into_iter().filter(|figure| of.is_none_or(|of| of == *figure)) {
                            prop_assert_eq!(
                                without.of(region).get(figure), early.counties.of(region).get(figure),
                                "{:?} of {:?}", figure, region
                            );
                        }
                    }

                    let known = |position: usize| engine.progress(plan, Some(as_of), Some(at(position))).unwrap();
                    prop_assert_eq!(&found.before.counties, &known(one).counties);
                    prop_assert_eq!(&found.after.counties, &known(other).counties);
                    for (figure, change) in Figure::ALL.into_iter().zip(found.changes) {
                        if of.is_none_or(|of| of == figure) {
                            let (was, is) = (found.before.counties.of(region), found.after.counties.of(region));
                            prop_assert_eq!(was.get(figure) + change.gained, is.get(figure) + change.lost);
                        }
                    }
                    prop_assert_eq!(found.people == 0, events.is_empty());
                }
            }
        }
    }
}

#[test]
fn a_record_that_came_and_went_in_between_explains_nothing() {
    let mut world = World::new();
    world.tell(&Step::Ask(plain(0, enrolment(certificate(&seventeen(0), "42")))));
    world.tell(&Step::Ask(plain(0, verification())));
    let record = sigeyi_domain::RecordRef::Command(world.sent[1].0.command_id);
    let voiding = sigeyi_domain::Command::VoidRecord { record, reason: None, on: None };
    let voided = super::world::send(world.engine(), &super::world::submission(90, 0, voiding)).unwrap();
    let reading = world.engine().read();
    let question = |one: usize, other: usize| DifferenceQuestion {
        region: divisions().whole(),
        plan: &plans()[0],
        before: Times { as_of: Some(day("2024-12-31")), known_at: Some(at(one)) },
        after: Some(at(other)),
        figure: None,
    };
    let (found, events) = difference(&reading, &question(1, 3));
    assert_eq!((found.people, events), (0, Vec::new()));
    // Known before, the record is taken away by its voiding.
    let (found, events) = difference(&reading, &question(2, 3));
    assert_eq!((found.people, events), (1, vec![voided.position]));
    assert_eq!(found.page[0].voids, Some(Position(2)));
    let verified = found.changes[Figure::InfoVerified as usize];
    assert_eq!((verified.gained, verified.lost), (0, 1));
    // Asked the other way round, it is gained, through the same event.
    let (found, events) = difference(&reading, &question(3, 2));
    assert_eq!((found.people, events), (1, vec![voided.position]));
    assert_eq!(found.changes[Figure::InfoVerified as usize].gained, 1);
}

#[test]
fn what_was_counted_as_known_then_is_kept_until_somebody_is_erased() {
    let mut world = World::new();
    for who in 0..3 {
        world.tell(&Step::Ask(plain(who, enrolment(certificate(&seventeen(who), "42")))));
    }
    let known_at = Some(at(3));
    let as_of = Some(day("2024-12-31"));
    let plan = &plans()[0];
    let count = |world: &World| {
        let answer = world.engine().progress(plan, as_of, known_at).unwrap();
        (
            answer.counties.of(divisions().whole()).get(Figure::Registered),
            world.engine().shared.kept_passes.len(),
        )
    };
    assert_eq!((count(&world), count(&world)), ((3, 1), (3, 1)));
    // The log grows, and the answer stays.
    world.tell(&Step::Ask(plain(0, verification())));
    assert_eq!(count(&world), (3, 1));
    for ask in super::any::erasure(1) {
        world.tell(&Step::Ask(ask));
    }
    assert_eq!(count(&world), (2, 1));
    // A plan of the same id and other ages is another plan.
    let mut other = plan.clone();
    other.working_age.from = 80;
    other.working_age.men_until = 90;
    other.working_age.women_until = 90;
    let other: &'static sigeyi_domain::Plan = Box::leak(Box::new(other));
    let in_scope = |plan: &'static sigeyi_domain::Plan, known_at: Option<KnownAt>| {
        let answer = world.engine().progress(plan, as_of, known_at).unwrap();
        answer.counties.of(divisions().whole()).get(Figure::InScope)
    };
    assert!(in_scope(plan, known_at) > 0);
    assert_eq!(in_scope(other, known_at), 0);
    let today = world.engine().progress(other, None, None).unwrap();
    assert_eq!(today.counties.of(divisions().whole()).get(Figure::InScope), 0);
}
