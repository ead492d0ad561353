//! What happened to one person.

use proptest::prelude::*;
use sigeyi_domain::{Command, Correction, EmploymentForm, EmploymentStatus, Event};
use sigeyi_envelope::StoredEvent;

use super::{
    any::{PEOPLE, certificate, citizen, enrolment, seventeen, stories},
    reference::log,
    world::{World, send, submission},
};
use crate::{Change, Position};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_histories_together_are_the_log(story in stories(80)) {
        let world = World::of(&story);
        let engine = world.engine();
        let mut seen = 0;
        let log = log(engine);
        for who in 0..PEOPLE {
            let Some(person) = engine.find(citizen(who)) else { continue };
            let history = engine.history(person).unwrap().unwrap();
            seen += history.len();
            for (event, version) in history.iter().zip(1..) {
                let stored = StoredEvent::parse(&log[event.logged.position.0 as usize - 1]).unwrap();
                let parts = stored.parts();
                prop_assert_eq!((parts.person, parts.version, event.logged.version), (person, version, version));
                prop_assert_eq!((parts.recorded_at, parts.effective_day), (event.logged.recorded_at, event.logged.effective.days()));
                prop_assert_eq!(parts.clear, event.event.clear_json());
                let voiding = history.iter().find(|other| match &other.event {
                    Event::RecordVoided { clear, .. } => clear.record.0 == event.logged.position.0,
                    _ => false,
                });
                prop_assert_eq!(event.voided_by, voiding.map(|voiding| voiding.logged.position));
            }
        }
        let folded = engine.shared.folded.read();
        let is_shown = |bytes: &&Vec<u8>| {
            !folded.model.people().is_withheld(StoredEvent::parse(bytes).unwrap().parts().person)
        };
        prop_assert_eq!(seen, log.iter().filter(is_shown).count());
        drop(folded);
        prop_assert!(engine.history(uuid::Uuid::nil()).unwrap().is_none());
    }
}

#[test]
fn a_correction_that_says_only_that_somebody_works_shows_it() {
    let world = World::new();
    let person =
        send(world.engine(), &submission(1, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap().person;
    let status = Some(EmploymentStatus::Employed(EmploymentForm::Flexible));
    let correction = Command::CorrectPerson(Correction { status, ..Correction::default() });
    send(world.engine(), &submission(2, 0, correction)).unwrap();
    let history = world.engine().history(person).unwrap().unwrap();
    assert_eq!(history[1].logged.position, Position(2));
    let change = Change {
        field: "就业状况",
        is_personal: false,
        before: Some("未就业（无就业技能）".to_owned()),
        after: "已就业（灵活就业）".to_owned(),
    };
    assert_eq!(history[1].changes, [change]);
}
