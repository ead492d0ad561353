//! The register of roles as it is folded.

use proptest::{collection::vec, prelude::*};

use super::any::role_events;
use crate::access::*;
use crate::*;

fn folded(events: &[(Position, i64, Event)]) -> RoleRegister {
    let mut register = RoleRegister::default();
    for (position, at, event) in events {
        register.evolve(*position, *at, event);
    }
    register
}

proptest! {
    #[test]
    fn any_events_fold_and_what_is_folded_is_made_again_of_its_own_events(events in vec(role_events(), 0..40)) {
        let events: Vec<_> = (1..).zip(events).map(|(at, event)| (Position(at), at as i64, event)).collect();
        let register = folded(&events);
        let again = folded(&register.events());
        prop_assert_eq!(again.entries(), register.entries());
        prop_assert_eq!(folded(&again.events()), again);
    }

    #[test]
    fn events_that_are_in_it_already_change_nothing(events in vec(role_events(), 0..40)) {
        let events: Vec<_> = (1..).zip(events).map(|(at, event)| (Position(at), at as i64, event)).collect();
        let mut register = folded(&events);
        let before = register.clone();
        for (position, at, event) in &events {
            register.evolve(*position, *at, event);
        }
        prop_assert_eq!(register, before);
    }

    #[test]
    fn whoever_is_looked_up_has_what_a_look_at_everybody_finds(events in vec(role_events(), 0..40)) {
        let events: Vec<_> = (1..).zip(events).map(|(at, event)| (Position(at), at as i64, event)).collect();
        let register = folded(&events);
        for entry in register.entries() {
            let found: Vec<_> = register.of(&entry.subject).collect();
            let all: Vec<_> = register.entries().iter().filter(|it| it.subject == entry.subject).collect();
            prop_assert_eq!(found, all);
        }
    }
}
