//! What takes two people takes two, by whatever way one of them tries.

use sigeyi_domain::{
    Command, ErasureGround, Identifier, RecordRef, Rejection, RestrictionCause, Text, divisions,
};
use uuid::Uuid;

use super::{
    any::{ACTORS, Step, certificate, citizen, enrolment, plain, seventeen},
    world::{IN_TIME, World, send, submission},
};
use crate::{AskedFor, CommandError, Office, Position, Submission};

const MAKER: &str = ACTORS[0];
const CHECKER: &str = ACTORS[1];
const ALONE: CommandError = CommandError::Rejected(Rejection::SecondPersonNeeded);

fn by(actor: &str, number: u128, command: Command) -> Submission {
    Submission { actor: Identifier::parse(actor).unwrap(), ..submission(number, 0, command) }
}

fn world() -> World {
    World::of(&[Step::Ask(plain(0, enrolment(certificate(&seventeen(0), "42"))))])
}

/// Each request, with the decision on it that takes another person.
fn pairs() -> [(Command, Command); 3] {
    let request = RecordRef::Command(Uuid::from_u128(100));
    let counsellor = Identifier::parse("c-1").unwrap();
    [
        (
            Command::RequestErasure { ground: ErasureGround::ConsentWithdrawn, reason: None },
            Command::EraseData { reason: None },
        ),
        (
            Command::RestrictData { cause: RestrictionCause::AccuracyDisputed, reason: None },
            Command::LiftRestriction { reason: None },
        ),
        (
            Command::RequestCounsellor { counsellor, remarks: None, on: None },
            Command::ApproveCounsellor { request, remarks: None },
        ),
    ]
}

#[test]
fn whoever_asked_does_not_decide_by_another_office_or_id_nor_after_a_restart() {
    for (request, decision) in pairs() {
        let mut world = world();
        send(world.engine(), &by(MAKER, 100, request)).unwrap();
        let alone = by(MAKER, 101, decision.clone());
        let name = Some(Text::parse("另一残联").unwrap());
        let elsewhere = Office { id: Identifier::parse("150402").unwrap(), name };
        for submission in [
            alone.clone(),
            Submission { office: elsewhere, command_id: Uuid::from_u128(102), ..alone.clone() },
            Submission { command_id: Uuid::from_u128(103), expected_version: Some(2), ..alone.clone() },
        ] {
            assert_eq!(send(world.engine(), &submission), Err(ALONE), "{decision:?}");
        }
        world.take_snapshot();
        for ignore_snapshots in [false, true] {
            world.reopen(ignore_snapshots);
            assert_eq!(send(world.engine(), &alone), Err(ALONE), "{decision:?}");
        }
        send(world.engine(), &by(CHECKER, 104, decision)).unwrap();
    }
}

#[test]
fn whoever_asked_does_not_decide_in_the_same_breath() {
    for (request, decision) in pairs() {
        let world = world();
        // The request is not folded yet when the decision is taken.
        let held = world.engine().read_held();
        let first = world.engine().submit(by(MAKER, 100, request)).unwrap();
        let second = world.engine().submit(by(MAKER, 101, decision.clone())).unwrap();
        drop(held);
        first.wait(IN_TIME).unwrap();
        assert_eq!(second.wait(IN_TIME), Err(ALONE), "{decision:?}");
    }
}

#[test]
fn a_request_of_somebody_else_beside_it_makes_nobody_a_second_person() {
    let mut pairs = pairs();
    let (request, decision) = &mut pairs[0];
    let world = world();
    send(world.engine(), &by(MAKER, 100, request.clone())).unwrap();
    let other = Command::RequestErasure { ground: ErasureGround::PurposeOver, reason: None };
    send(world.engine(), &by(CHECKER, 105, other)).unwrap();
    for (actor, number) in [(MAKER, 106), (CHECKER, 107)] {
        assert_eq!(send(world.engine(), &by(actor, number, decision.clone())), Err(ALONE));
    }
    send(world.engine(), &by("official-3", 108, decision.clone())).unwrap();
}

#[test]
fn what_waits_is_found_again_after_a_restart_and_is_gone_once_it_is_decided() {
    let [.., (request, decision)] = pairs();
    let mut world = world();
    send(world.engine(), &by(MAKER, 100, request)).unwrap();
    let person = world.engine().find(citizen(0)).unwrap();
    world.take_snapshot();
    for ignore_snapshots in [false, true] {
        world.reopen(ignore_snapshots);
        let page = world.engine().read().waiting(&[divisions().whole()], 10, Position::BEGINNING);
        let [waiting] = page.waiting.as_slice() else { panic!("{page:?}") };
        assert_eq!((waiting.position, waiting.person, waiting.maker.as_str()), (Position(2), person, MAKER));
        assert!(
            matches!(&waiting.asked, AskedFor::Counsellor(counsellor, _) if counsellor.as_str() == "c-1")
        );
        assert_eq!(world.engine().read().person(person).unwrap().counsellor, None);
    }
    send(world.engine(), &by(CHECKER, 104, decision)).unwrap();
    let reading = world.engine().read();
    assert_eq!(reading.waiting(&[divisions().whole()], 10, Position::BEGINNING).waiting, []);
    assert_eq!(reading.person(person).unwrap().counsellor.unwrap().as_str(), "c-1");
}
