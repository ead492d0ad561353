//! What the rules of the domain say to it.

use std::collections::HashMap;

use sigeyi_domain::{Event, EventType, LeaveReason};

use super::world::{World, days, twenty_thousand};

#[test]
fn every_command_is_accepted_and_says_something_new() {
    let world = World::run(days(5_000, 9));
    assert_eq!(world.without_news, 0);
    assert!(world.sent_again > 0);
    assert!(world.people.values().all(sigeyi_domain::Person::is_enrolled));
}

#[test]
fn every_type_of_event_comes_up() {
    let world = twenty_thousand();
    use EventType::*;
    for kind in EventType::ALL {
        // Nobody in the story asks about the use of the data, since the demo shows everybody, is refused a counsellor, or gets a role, and no
        // report is frozen; heads are the engine's.
        let comes_up = !matches!(
            kind,
            ErasureRequested
                | DataRestricted
                | RestrictionLifted
                | DataErased
                | CounsellorDeclined
                | RoleRequested
                | RoleGranted
                | RoleWithdrawn
                | RoleDeclined
                | ReportFrozen
                | HeadsCommitted
        );
        assert_eq!(world.count(*kind) > 0, comes_up, "{}", kind.name());
    }
}

#[test]
fn nothing_happens_to_the_dead() {
    let world = twenty_thousand();
    let mut died = HashMap::new();
    for (citizen, _, effective, event) in &world.events {
        if let Event::PersonLeft { sealed: Some(sealed), .. } = event
            && sealed.reason == LeaveReason::Died
        {
            died.insert(citizen, *effective);
        }
    }
    assert!(died.len() > 100);
    for (citizen, _, effective, event) in &world.events {
        // Finding out an error is no fact about the person.
        let is_fact = event.event_type() != EventType::RecordVoided;
        if let Some(death) = died.get(citizen)
            && is_fact
        {
            assert!(effective <= death, "{} after death", event.event_type().name());
        }
    }
}

#[test]
fn nobody_is_enrolled_twice_and_little_lies_before_the_enrolment() {
    let world = twenty_thousand();
    assert_eq!(world.count(EventType::PersonEnrolled), world.people.len());
    let early = world
        .events
        .iter()
        .filter(|(citizen, _, effective, _)| Some(*effective) < world.people[citizen].enrolled_on())
        .count();
    let share = early as f64 / world.events.len() as f64;
    assert!((0.000_2..0.005).contains(&share), "{share}");
}

#[test]
fn work_starts_and_ends_by_turns() {
    let world = twenty_thousand();
    let mut changes: HashMap<_, Vec<_>> = HashMap::new();
    for (citizen, _, effective, event) in &world.events {
        let employed = match event {
            Event::PersonEnrolled { clear, .. } => clear.employed,
            Event::EmploymentStarted { .. } => true,
            Event::EmploymentEnded { .. } => false,
            _ => continue,
        };
        changes.entry(citizen).or_default().push((*effective, employed));
    }
    for changes in changes.values() {
        assert!(changes.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1));
    }
}
