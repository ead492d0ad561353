//! Whoever is restricted or erased is not there for whoever asks.

use proptest::prelude::*;
use sigeyi_domain::{
    Cause, Command, DataStatus, ErasureGround, Figure, Plan, Rejection, RestrictionCause, divisions, plans,
};
use uuid::Uuid;

use super::{
    any::{
        ACTORS, Step, certificate, checked, citizen, enrolment, erasure, plain, seventeen, stories,
        verification,
    },
    machine::{ToldClock, ToldDisk, open_on, until},
    reference::log,
    world::{IN_TIME, World, asked, send, submission},
};
use crate::{
    CommandError, Engine, KnownAt, LogEntry, LogFilter, PeopleFilter, Position, Reading, Submission, Target,
    Times,
};

const GROUND: ErasureGround = ErasureGround::ConsentWithdrawn;
const LIFT: Command = Command::LiftRestriction { reason: None };

fn enrol(who: usize) -> Step {
    Step::Ask(plain(who, enrolment(certificate(&seventeen(who), "42"))))
}

fn tell(world: &mut World, steps: impl IntoIterator<Item = super::any::Ask>) {
    for step in steps {
        world.tell(&Step::Ask(step));
        let (submission, answer) = world.sent.last().unwrap();
        assert!(answer.is_ok(), "{submission:?}: {answer:?}");
    }
}

/// Two people, each verified; the first is the one in question.
fn world() -> (World, Uuid) {
    let world = World::of(&[enrol(0), enrol(1)]);
    let person = world.engine().find(citizen(0)).unwrap();
    let mut world = world;
    tell(&mut world, [plain(0, verification()), plain(1, verification())]);
    (world, person)
}

fn restriction() -> super::any::Ask {
    plain(0, Command::RestrictData { cause: RestrictionCause::AccuracyDisputed, reason: None })
}

fn plan() -> &'static Plan {
    &plans()[0]
}

fn registered(engine: &Engine) -> u32 {
    let answer = engine.progress(plan(), None, None).unwrap();
    answer.counties.of(divisions().whole()).get(Figure::Registered)
}

/// Everybody who is on some list.
fn listed(engine: &Engine) -> Vec<Uuid> {
    let region = divisions().whole();
    let mut listed: Vec<Uuid> =
        engine.work_list(plan(), region, &[], 100).into_iter().map(|item| item.person).collect();
    let then = Times { as_of: Some(engine.today()), known_at: None };
    let lists = [None, Some(Vec::new())];
    for (missing, times) in lists.iter().flat_map(|it| [(it.clone(), Times::default()), (it.clone(), then)]) {
        let filter = PeopleFilter {
            plan: plan(),
            times,
            regions: vec![region],
            present_in: None,
            missing,
            in_scope: None,
            counsellor: None,
            waiting_since: None,
        };
        let page = engine.read().people(&filter, 100, None).unwrap();
        listed.extend(page.people.iter().map(|one| one.person.id));
    }
    listed
}

#[track_caller]
fn assert_not_there(engine: &Engine, person: Uuid) {
    let reading = engine.read();
    assert!(reading.person(person).is_none());
    for position in 1..=engine.head().0 {
        let known_at = Some(KnownAt::Position(Position(position)));
        let then = reading.view(Times { as_of: None, known_at }).unwrap();
        assert!(reading.person_at(person, then).is_none(), "as known at {position}");
        assert!(reading.history_at(person, then).unwrap().is_none(), "as known at {position}");
    }
    assert!(reading.pipeline(person, plan()).is_none());
    assert!(reading.history(person).unwrap().is_none());
    assert!(reading.personal_data(person).unwrap().is_none());
    assert!(!listed(engine).contains(&person));
    let about = LogFilter { person: Some(person), ..LogFilter::default() };
    assert_eq!(reading.events(Position(0), &about, 100, 100).unwrap().events, []);
}

/// The events that are given with their content.
fn given(reading: &Reading) -> Vec<u64> {
    let page = reading.events(Position(0), &LogFilter::default(), 100, 100).unwrap();
    let positions: Vec<u64> = page.events.iter().map(|event| event.position().0).collect();
    assert_eq!(positions, (1..=page.through.0).collect::<Vec<_>>(), "no position is left out");
    let is_withheld = |entry: &&LogEntry| matches!(entry, LogEntry::Withheld { .. });
    let withheld: Vec<Position> = page.events.iter().filter(is_withheld).map(LogEntry::position).collect();
    assert_eq!(reading.withheld().unwrap(), withheld);
    let shown = |entry: &LogEntry| match entry {
        LogEntry::Event(event) => Some(event.position.0),
        LogEntry::Withheld { .. } => None,
    };
    page.events.iter().filter_map(shown).collect()
}

#[test]
fn whoever_is_restricted_counts_and_is_not_there_until_it_is_lifted() {
    let (mut world, person) = world();
    let before = listed(world.engine());
    tell(&mut world, [restriction()]);
    assert_not_there(world.engine(), person);
    assert_eq!((world.engine().find(citizen(0)), registered(world.engine())), (None, 2));
    assert_eq!(given(&world.engine().read()), [2, 4]);
    assert_eq!(
        world.engine().read().event(Position(1)).unwrap(),
        Some(LogEntry::Withheld { position: Position(1) })
    );

    let use_of_data = world.engine().use_of_data(person).unwrap();
    assert_eq!((use_of_data.status, use_of_data.version), (DataStatus::Restricted, 3));
    let [standing] = use_of_data.restrictions.as_slice() else { panic!("{use_of_data:?}") };
    assert_eq!((standing.position, standing.maker.as_str()), (Position(5), ACTORS[0]));
    assert_eq!(standing.cause, Cause::Restriction(RestrictionCause::AccuracyDisputed));
    assert_eq!(world.engine().read().restricted(10), [use_of_data]);

    for ignore_snapshots in [true, false] {
        world.reopen(ignore_snapshots);
        assert_not_there(world.engine(), person);
        world.take_snapshot();
    }
    tell(&mut world, [checked(0, LIFT)]);
    assert_eq!(listed(world.engine()), before);
    assert_eq!(world.engine().find(citizen(0)), Some(person));
    assert_eq!(given(&world.engine().read()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(world.engine().read().history(person).unwrap().unwrap().len(), 4);
    assert_eq!(world.engine().read().restricted(10), []);
}

#[test]
fn a_reading_that_stands_before_a_restriction_does_not_show_what_is_restricted_now() {
    let (mut world, person) = world();
    let reading = world.engine().read();
    assert_eq!(given(&reading), [1, 2, 3, 4]);
    assert!(reading.person(person).is_some());
    tell(&mut world, [restriction()]);
    assert_eq!(given(&reading), [2, 4]);
    assert!(reading.person(person).is_none());
    assert!(reading.history(person).unwrap().is_none());
}

#[test]
fn what_is_withheld_matches_no_filter_that_asks_for_something() {
    let (mut world, _) = world();
    tell(&mut world, [restriction()]);
    let region = divisions().county(150_102).unwrap().region();
    let types = vec![sigeyi_domain::EventType::PersonEnrolled];
    for filter in [
        LogFilter { types, ..LogFilter::default() },
        LogFilter { regions: Some(vec![region]), ..LogFilter::default() },
    ] {
        let page = world.engine().read().events(Position(0), &filter, 100, 100).unwrap();
        assert!(page.events.iter().all(|entry| matches!(entry, LogEntry::Event(_))));
        assert!(page.has_withheld && page.events.iter().all(|entry| entry.position() != Position(1)));
    }
}

#[test]
fn whoever_is_erased_leaves_every_figure_and_it_is_said_how_many_they_are() {
    let (mut world, person) = world();
    let before = world.engine().head();
    tell(&mut world, erasure(0));
    for ignore_snapshots in [None, Some(true), Some(false)] {
        if let Some(ignore_snapshots) = ignore_snapshots {
            world.reopen(ignore_snapshots);
        }
        let engine = world.engine();
        assert_not_there(engine, person);
        assert_eq!((engine.find(citizen(0)), registered(engine)), (None, 1));
        assert_eq!(given(&engine.read()), [2, 4]);
        let use_of_data = engine.use_of_data(person).unwrap();
        assert_eq!((use_of_data.status, use_of_data.restrictions.len()), (DataStatus::Erased, 0));
        for (known_at, count, missing) in [(None, 1, 0), (Some(before), 1, 1), (Some(Position(0)), 0, 0)] {
            let as_of = Some(super::any::first_day());
            let answer = engine.progress(plan(), as_of, known_at.map(KnownAt::Position)).unwrap();
            let whole = divisions().whole();
            assert_eq!(answer.counties.of(whole).get(Figure::Registered), count);
            assert_eq!(answer.erased_since.of(whole), missing);
        }
        world.take_snapshot();
    }
}

#[test]
fn an_erased_number_is_nobodys_and_whoever_has_it_is_enrolled_as_somebody_new() {
    let (mut world, person) = world();
    tell(&mut world, erasure(0));
    let verify = submission(100, 0, verification());
    assert_eq!(send(world.engine(), &verify), Err(Rejection::UnknownPerson.into()));
    let by_id = Submission { target: Target::Person(person), ..verify };
    assert_eq!(send(world.engine(), &by_id), Err(Rejection::PersonErased.into()));
    let again =
        send(world.engine(), &submission(101, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap();
    assert_ne!(again.person, person);
    assert_eq!(again.version, 1);
    world.reopen(true);
    assert_eq!(world.engine().find(citizen(0)), Some(again.person));
    assert_eq!(world.engine().people(), 3);
    world.assert_everything_is_remembered();
}

/// Nothing of it is folded before all of it is decided.
#[test]
fn an_erasure_in_flight_is_one_for_whoever_comes_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(ToldClock::default());
    let disk = std::sync::Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &clock, disk.clone()).unwrap();
    let enrolment = || enrolment(certificate(&seventeen(0), "42"));
    let first = send(&engine, &submission(1, 0, enrolment())).unwrap();

    let held = disk.hold();
    let reads = clock.reads();
    let [request, erase] = erasure(0);
    let sent = [
        asked(2, &request, request.command.clone()),
        submission(3, 0, verification()),
        asked(4, &erase, erase.command.clone()),
        submission(5, 0, verification()),
        Submission { target: Target::Person(first.person), ..submission(6, 0, verification()) },
        submission(7, 0, enrolment()),
        submission(8, 0, enrolment()),
        submission(9, 0, verification()),
    ];
    let tickets = sent.map(|submission| engine.submit(submission).unwrap());
    until(|| clock.reads() >= reads + 7);
    assert_eq!(engine.head(), Position(1));
    drop(held);
    let [request, restricted, erase, nobody, erased, enrolled, again, verified] =
        tickets.map(|ticket| ticket.wait(IN_TIME));
    assert_eq!((request.unwrap().position, erase.unwrap().position), (Position(2), Position(3)));
    let refused: Vec<_> = [restricted, nobody, erased, again].map(Result::unwrap_err).into();
    let expected = [
        Rejection::PersonRestricted,
        Rejection::UnknownPerson,
        Rejection::PersonErased,
        Rejection::AlreadyEnrolled,
    ];
    assert_eq!(refused, expected.map(CommandError::Rejected));
    let enrolled = enrolled.unwrap();
    assert_ne!(enrolled.person, first.person);
    assert_eq!(verified.map(|recorded| (recorded.person, recorded.version)), Ok((enrolled.person, 2)));
    assert_eq!(engine.find(citizen(0)), Some(enrolled.person));
}

#[test]
fn nobody_alone_lifts_a_restriction_or_erases() {
    let (world, _) = world();
    let request = Command::RequestErasure { ground: GROUND, reason: None };
    send(world.engine(), &submission(50, 0, request)).unwrap();
    for (number, command) in [(51, LIFT), (52, Command::EraseData { reason: None })] {
        let alone = send(world.engine(), &submission(number, 0, command));
        assert_eq!(alone, Err(Rejection::SecondPersonNeeded.into()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn of_whoever_is_withheld_the_log_gives_the_places_alone(story in stories(80)) {
        let world = World::of(&story);
        let engine = world.engine();
        let log = log(engine);
        let withheld: Vec<Uuid> =
            engine.shared.folded.read().model.people().withheld().map(|row| row.id).collect();
        let shown = given(&engine.read());
        for (position, bytes) in (1..).zip(&log) {
            let person = sigeyi_envelope::StoredEvent::parse(bytes).unwrap().parts().person;
            prop_assert_eq!(shown.contains(&position), !withheld.contains(&person));
        }
        for person in withheld {
            assert_not_there(engine, person);
        }
    }
}
