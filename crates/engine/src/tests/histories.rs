//! What happened to one person.

use proptest::prelude::*;
use sigeyi_domain::{
    Command, Correction, EmploymentForm, EmploymentStatus, Event, LeaveReason, RecordRef, Text, TrainingKind,
    View,
};
use sigeyi_envelope::StoredEvent;

use super::{
    any::{PEOPLE, Step, certificate, citizen, enrolment, first_day, seventeen, stories},
    reference::log,
    world::{World, send, submission},
};
use crate::{Change, HistoryEvent, Position};

/// What an event says of another one the other one says of it.
fn assert_linked_both_ways(history: &[HistoryEvent]) {
    let at = |position: &Position| history.iter().find(|event| event.logged.position == *position).unwrap();
    for event in history {
        let position = event.logged.position;
        if let Some(voided) = &event.voids {
            assert_eq!(at(voided).voided_by, Some(position));
            assert!(event.corrects.is_empty());
        }
        if let Some(voiding) = &event.voided_by {
            assert_eq!(at(voiding).voids, Some(position));
        }
        assert!(event.corrects.iter().all(|it| *it < position && at(it).corrected_by.contains(&position)));
        assert!(event.corrected_by.iter().all(|it| *it > position && at(it).corrects.contains(&position)));
        let replaces = event.voids.is_none() && event.changes.iter().any(|change| change.before.is_some());
        assert_eq!(event.corrects.is_empty(), !replaces);
    }
}

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
            assert_linked_both_ways(&history);
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

/// Sends what is said of one person; the position of what was recorded.
fn record(world: &World, number: u128, command: Command) -> Position {
    send(world.engine(), &submission(number, 0, command)).unwrap().position
}

fn corrected(name: Option<&str>, phone: Option<&str>) -> Command {
    Command::CorrectPerson(Correction {
        name: name.map(|name| Text::parse(name).unwrap()),
        phone: phone.map(|phone| Text::parse(phone).unwrap()),
        ..Correction::default()
    })
}

fn voided(record: Position) -> Command {
    let record = RecordRef::Position(sigeyi_domain::Position(record.0));
    Command::VoidRecord { record, reason: None, on: None }
}

#[test]
fn a_correction_names_whose_values_it_replaces_field_by_field() {
    let world = World::new();
    let enrolled = record(&world, 1, enrolment(certificate(&seventeen(0), "42")));
    let phone = record(&world, 2, corrected(None, Some("13900001111")));
    // Says the name of before once more, and replaces nothing.
    let again = record(&world, 3, corrected(Some("张示例"), None));
    let both = record(&world, 4, corrected(Some("李示例"), Some("13900002222")));
    // Two fields of one event, which is named once.
    let last = record(&world, 5, corrected(Some("王示例"), Some("13900003333")));
    let person = world.engine().find(citizen(0)).unwrap();
    let history = world.engine().history(person).unwrap().unwrap();
    assert_eq!([enrolled, phone, again, both, last], [1, 2, 3, 4, 5].map(Position));
    let corrects: Vec<_> = history.iter().map(|event| event.corrects.clone()).collect();
    assert_eq!(corrects, [vec![], vec![], vec![], vec![phone, again], vec![both]]);
    let corrected_by: Vec<_> = history.iter().map(|event| event.corrected_by.clone()).collect();
    assert_eq!(corrected_by, [vec![], vec![both], vec![both], vec![last], vec![]]);
}

#[test]
fn a_voiding_names_what_it_voids_and_gives_back_what_was_said_before() {
    let world = World::new();
    record(&world, 1, enrolment(certificate(&seventeen(0), "42")));
    let wrong = record(&world, 2, corrected(Some("李示例"), Some("13900001111")));
    let voiding = record(&world, 3, voided(wrong));
    record(&world, 4, corrected(Some("王示例"), None));
    let person = world.engine().find(citizen(0)).unwrap();
    let history = world.engine().history(person).unwrap().unwrap();
    assert_eq!((history[2].voids, history[1].voided_by), (Some(wrong), Some(voiding)));
    let told = |event: &HistoryEvent| -> Vec<_> {
        let changes = event.changes.iter();
        changes.map(|change| (change.field, change.before.clone().unwrap(), change.after.clone())).collect()
    };
    assert_eq!(
        told(&history[2]),
        [
            ("姓名", "李示例".to_owned(), "张示例".to_owned()),
            ("联系电话", "13900001111".to_owned(), "（无）".to_owned())
        ]
    );
    assert!(history[2].changes.iter().all(|change| change.is_personal));
    // Whoever comes after a voided word follows on the one before it.
    assert_eq!(told(&history[3]), [("姓名", "张示例".to_owned(), "王示例".to_owned())]);
    assert_eq!(
        (&history[3].corrects[..], &history[0].corrected_by[..]),
        (&[Position(1)][..], &[wrong, Position(4)][..])
    );
}

#[test]
fn a_leaving_that_is_voided_leaves_the_person_in_the_register() {
    let world = World::new();
    record(&world, 1, enrolment(certificate(&seventeen(0), "42")));
    let left = record(&world, 2, Command::LeaveRegister { reason: LeaveReason::MovedAway, on: None });
    record(&world, 3, voided(left));
    let person = world.engine().find(citizen(0)).unwrap();
    let history = world.engine().history(person).unwrap().unwrap();
    assert_eq!((history[2].changes[0].field, history[2].changes[0].after.as_str()), ("登记", "在册"));
}

#[test]
fn a_name_that_is_void_is_the_name_of_nobody() {
    let world = World::new();
    record(&world, 1, enrolment(certificate(&seventeen(0), "42")));
    let wrong = record(&world, 2, corrected(Some("李示例"), Some("13900001111")));
    let person = world.engine().find(citizen(0)).unwrap();
    let name = || world.engine().read().personal_data(person).unwrap().unwrap();
    assert_eq!(name().name.as_deref(), Some("李示例"));
    record(&world, 3, voided(wrong));
    assert_eq!((name().name.as_deref(), name().phone), (Some("张示例"), None));
}

#[test]
fn a_voiding_of_a_later_day_counts_in_the_history_of_an_earlier_one() {
    let mut world = World::new();
    record(&world, 1, enrolment(certificate(&seventeen(0), "42")));
    let wrong = record(&world, 2, corrected(Some("李示例"), None));
    world.tell(&Step::Days(3));
    record(&world, 3, voided(wrong));
    let on = Some(first_day());
    let name = Some(Text::parse("王示例").unwrap());
    record(&world, 4, Command::CorrectPerson(Correction { name, on, ..Correction::default() }));
    let person = world.engine().find(citizen(0)).unwrap();
    let view = View { as_of: first_day(), known_at: sigeyi_domain::Position(4) };
    let then = world.engine().read().history_at(person, view).unwrap().unwrap();
    let positions: Vec<_> = then.iter().map(|event| event.logged.position.0).collect();
    assert_eq!(positions, [1, 2, 4], "the voiding had not happened");
    assert_eq!(then[2].changes[0].before.as_deref(), Some("张示例"));
    assert_eq!(then[2].corrects, [Position(1)]);
}

#[test]
fn what_is_recorded_when_its_month_is_over_is_late_and_a_voiding_by_when_its_record_was_recorded() {
    let mut world = World::new();
    let (before, on) = (first_day(), first_day().plus(-60));
    let enrolled = record(&world, 1, enrolment(certificate(&seventeen(0), "42")));
    let trained = |on| Command::CompleteTraining {
        kind: TrainingKind::ALL[0],
        course: None,
        remarks: None,
        on: Some(on),
    };
    let of_before = record(&world, 2, trained(on));
    let at_once = record(&world, 3, voided(of_before));
    world.tell(&Step::Days(31));
    let after_the_month = record(&world, 4, trained(before));
    let over_the_months_end = record(&world, 5, voided(after_the_month));
    let more = record(&world, 6, trained(before.plus(1)));
    world.tell(&Step::Days(31));
    let much_later = record(&world, 7, voided(more));
    let person = world.engine().find(citizen(0)).unwrap();
    let history = world.engine().history(person).unwrap().unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|event| (event.logged.position, event.lateness.after_days, event.lateness.is_late))
        .collect();
    assert_eq!(
        told,
        [
            (enrolled, 0, false),
            (of_before, 60, true),
            (at_once, 0, false),
            (after_the_month, 31, true),
            (over_the_months_end, 0, false),
            (more, 30, true),
            (much_later, 31, true),
        ]
    );
}
