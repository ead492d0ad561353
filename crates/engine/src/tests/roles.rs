//! The register of roles in the log: recorded by one thread, kept over restarts, and decided by the rights of the moment.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use sigeyi_domain::{
    Identifier, Position as Recorded, Region,
    access::{Grants, Role, RoleChange, RoleGrant, RoleRegister, RoleRejection},
    divisions,
};
use uuid::Uuid;

use super::{
    any::{Step, certificate, enrolment, plain, seventeen},
    world::{IN_TIME, World},
};
use crate::{CommandError, Engine, LogFilter, Position, RoleRight, RoleSubmission, VerifyOptions, verify};

fn id(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

fn county() -> Region {
    divisions().region(150_402).unwrap()
}

fn bootstrap() -> RoleChange {
    RoleChange::Bootstrap([id("m-1"), id("m-2")])
}

fn request(subject: &str) -> RoleChange {
    let role = RoleGrant::new(Role::FieldWorker, county(), Some(county())).unwrap();
    RoleChange::Request { subject: id(subject), role, until: None }
}

fn submission(number: u128, actor: &str, by: RoleRight, change: RoleChange) -> RoleSubmission {
    let content = *Uuid::from_u128(!number).as_bytes();
    let office = id("local").into();
    RoleSubmission { command_id: Uuid::from_u128(number), content, actor: id(actor), office, by, change }
}

fn send(engine: &Engine, submission: RoleSubmission) -> Result<crate::Recorded, CommandError> {
    engine.change_roles(submission).unwrap().wait(IN_TIME)
}

/// Somebody is enrolled at 1; at 2 and 3 are the first managers, at 4 a request, at 5 its grant.
fn world() -> World {
    let world = World::of(&[Step::Ask(plain(0, enrolment(certificate(&seventeen(0), "42"))))]);
    let engine = world.engine();
    send(engine, submission(1_001, "op", RoleRight::Operator, bootstrap())).unwrap();
    send(engine, submission(1_002, "m-1", RoleRight::Registered, request("worker-7"))).unwrap();
    send(engine, submission(1_003, "m-2", RoleRight::Registered, RoleChange::Approve(Recorded(4)))).unwrap();
    world
}

fn granted(register: &RoleRegister) -> Vec<(String, usize)> {
    let today = super::any::day("2024-12-31");
    let of = |who: &str| (who.to_owned(), register.granted(&id(who), today).len());
    ["m-1", "m-2", "worker-7"].map(of).to_vec()
}

fn everybody_has_one() -> Vec<(String, usize)> {
    ["m-1", "m-2", "worker-7"].map(|who| (who.to_owned(), 1)).to_vec()
}

#[test]
fn what_was_granted_is_there_again_after_a_restart_with_and_without_a_snapshot() {
    let mut world = world();
    let before = world.engine().roles();
    assert_eq!(granted(&before), everybody_has_one());
    assert_eq!(before.through(), Recorded(5));
    world.take_snapshot();
    for ignore_snapshots in [false, true] {
        world.reopen(ignore_snapshots);
        let snapshot = world.engine().start_report().snapshot;
        assert_eq!(snapshot, (!ignore_snapshots).then_some(Position(5)));
        assert_eq!(world.engine().roles(), before);
    }
    // What comes after the snapshot counts too.
    let withdrawal = RoleChange::Withdraw(Recorded(5));
    send(world.engine(), submission(1_004, "m-1", RoleRight::Registered, withdrawal)).unwrap();
    let after = world.engine().roles();
    world.reopen(false);
    assert_eq!(world.engine().roles(), after);
    assert_eq!(granted(&after)[2].1, 0);
}

#[test]
fn a_directory_with_a_register_and_a_snapshot_of_it_is_sound() {
    let mut world = world();
    world.take_snapshot();
    world.engine = None;
    let report = verify(world.dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!((report.checked.events, report.checked.snapshots), (5, 1));
}

#[test]
fn a_snapshot_that_is_damaged_or_cut_anywhere_loses_no_role() {
    let mut world = world();
    let before = world.engine().roles();
    world.take_snapshot();
    world.engine = None;
    let snapshots = world.dir.path().join("snapshots");
    let path = std::fs::read_dir(snapshots).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        for bytes in [&changed[..], &whole[..at]] {
            std::fs::write(&path, bytes).unwrap();
            world.reopen(false);
            assert_eq!(world.engine().roles(), before, "byte {at}");
            world.engine = None;
        }
    }
}

#[test]
fn a_change_sent_again_is_recorded_already_and_another_under_its_id_is_a_conflict() {
    let world = world();
    let head = world.engine().head();
    let again = submission(1_002, "m-1", RoleRight::Registered, request("worker-7"));
    let recorded = send(world.engine(), again.clone()).unwrap();
    assert_eq!((recorded.position, recorded.events, recorded.already_recorded), (Position(4), 1, true));
    let both = send(world.engine(), submission(1_001, "op", RoleRight::Operator, bootstrap())).unwrap();
    assert_eq!((both.position, both.events), (Position(3), 2));
    let other = RoleSubmission { content: [0; 16], ..again };
    assert_eq!(send(world.engine(), other), Err(CommandError::CommandConflict));
    assert_eq!(world.engine().head(), head);
}

#[test]
fn whoever_asked_or_is_to_have_it_approves_nothing_in_the_same_breath() {
    let world = world();
    let held = world.engine().read_held();
    let send = |number, actor: &str, change| {
        world.engine().change_roles(submission(number, actor, RoleRight::Registered, change)).unwrap()
    };
    let asked = send(1_010, "m-1", request("m-2"));
    let by_maker = send(1_011, "m-1", RoleChange::Approve(Recorded(6)));
    let by_subject = send(1_012, "m-2", RoleChange::Approve(Recorded(6)));
    drop(held);
    assert_eq!(asked.wait(IN_TIME).unwrap().position, Position(6));
    let alone = Err(CommandError::RoleRejected(RoleRejection::SecondPersonNeeded));
    assert_eq!((by_maker.wait(IN_TIME), by_subject.wait(IN_TIME)), (alone.clone(), alone));
}

#[test]
fn a_right_that_is_withdrawn_before_the_decision_decides_nothing() {
    let world = world();
    let whole = divisions().whole();
    let claims = Grants::of([RoleGrant::new(Role::Manager, whole, Some(whole)).unwrap()]);
    let held = world.engine().read_held();
    let send = |number, actor: &str, by, change| {
        world.engine().change_roles(submission(number, actor, by, change)).unwrap()
    };
    let withdrawn = send(1_020, "m-1", RoleRight::Registered, RoleChange::Withdraw(Recorded(3)));
    let late = [
        send(1_021, "m-2", RoleRight::Registered, request("worker-8")),
        send(1_022, "m-2", RoleRight::GrantedAndRegistered(claims.clone()), request("worker-8")),
    ];
    drop(held);
    withdrawn.wait(IN_TIME).unwrap();
    for late in late {
        let refused = Err(CommandError::RoleRejected(RoleRejection::NotPermitted));
        assert_eq!(late.wait(IN_TIME), refused);
    }
    // A token alone, where no register is asked.
    send(1_023, "m-2", RoleRight::Granted(claims), request("worker-8")).wait(IN_TIME).unwrap();
}

#[test]
fn changes_of_roles_belong_to_nobody_and_are_read_with_the_whole_log_alone() {
    let world = world();
    let reading = world.engine().read();
    let whole = reading.events(Position(1), &LogFilter::default(), 10, 10).unwrap();
    let types: Vec<_> = whole
        .events
        .iter()
        .map(|entry| match entry {
            crate::LogEntry::Event(event) => (event.event_type.name(), event.person, event.region),
            other => panic!("{other:?}"),
        })
        .collect();
    let of_nobody = |name| (name, None, None);
    assert_eq!(types, ["RoleGranted", "RoleGranted", "RoleRequested", "RoleGranted"].map(of_nobody));
    let here = LogFilter { regions: Some(vec![county()]), ..LogFilter::default() };
    assert_eq!(reading.events(Position(1), &here, 10, 10).unwrap().events, []);
    assert_eq!(world.engine().people(), 1, "nobody was enrolled by it");
}

#[test]
fn whoever_listens_is_told_of_changes_of_roles_and_of_nothing_else() {
    let mut world = world();
    let told = Arc::new(AtomicUsize::new(0));
    let telling = told.clone();
    world.engine().on_roles(move |_| {
        telling.fetch_add(1, Ordering::SeqCst);
    });
    world.tell(&Step::Ask(plain(1, enrolment(certificate(&seventeen(1), "42")))));
    assert_eq!(told.load(Ordering::SeqCst), 0);
    send(world.engine(), submission(1_030, "m-1", RoleRight::Registered, request("worker-9"))).unwrap();
    assert_eq!(told.load(Ordering::SeqCst), 1);
}
