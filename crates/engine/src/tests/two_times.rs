//! When it happened, and when it was learned.

use proptest::prelude::*;
use sigeyi_domain::{View, divisions, plans};
use sigeyi_envelope::StoredEvent;
use sigeyi_projections::CountyProgress;

use super::{
    any::stories,
    reference::{folded, log},
    world::{World, days},
};
use crate::{KnownAt, Position, QuestionError};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_was_known_at_a_position_or_moment_is_a_replay_up_to_it(
        story in stories(60), positions in proptest::collection::vec(any::<usize>(), 4)
    ) {
        let world = World::of(&story);
        let engine = world.engine();
        let log = log(engine);
        for position in positions {
            let position = position % (log.len() + 1);
            let then = folded(engine, &log[..position]);
            let is_erased_since = |id| {
                let folded = engine.shared.folded.read();
                folded.model.people().erased().any(|row| row.id == id)
            };
            let known = || then.people().rows().iter().filter(|row| row.person.erased().is_none());
            let missing = known().filter(|row| is_erased_since(row.id)).count();
            // The commits of one moment are known together; so are the events of one commit.
            let moment = then.recorded_at();
            for plan in plans() {
                for as_of in days() {
                    let mut expected = CountyProgress::default();
                    for row in known().filter(|row| !is_erased_since(row.id)) {
                        expected.add(&row.person.standing(plan, View::latest(as_of)));
                    }
                    let known_at = Some(KnownAt::Position(Position(position as u64)));
                    let answer = engine.progress(plan, Some(as_of), known_at).unwrap();
                    prop_assert_eq!(answer.position, Position(position as u64));
                    prop_assert_eq!(answer.counties, expected);
                    prop_assert_eq!(answer.erased_since.of(divisions().whole()) as usize, missing);
                }
            }
            let at_moment = engine.position_of(KnownAt::Moment(moment)).unwrap();
            let naive = log
                .iter()
                .map(|bytes| *StoredEvent::parse(bytes).unwrap().parts())
                .filter(|parts| parts.recorded_at <= moment)
                .count();
            prop_assert_eq!(at_moment, Position(naive as u64));
        }
        let asked = engine.head().next();
        let unknown = engine.progress(&plans()[0], None, Some(KnownAt::Position(asked)));
        let is_refused = matches!(unknown, Err(QuestionError::UnknownPosition { .. }));
        prop_assert!(is_refused);
    }
}
