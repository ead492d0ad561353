//! Commands: who may record what, and what is said of whom.

use serde_json::{Value, json};
use sigeyi_domain::{Command, Identifier, ServiceType, access::Role};
use sigeyi_engine::{CommandError, Submission, Target};
use uuid::Uuid;

use super::places::{HERE, Places, Seen, THERE, enrolment, everybody_here, region, row, seen, subject};
use crate::subject::Subject;

async fn send(places: &Places, subject: &Subject, name: &str, input: Value) -> Value {
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($i: {input_type}!) {{ {name}(input: $i) {{ __typename ... on Rejected {{ code message field }}
            ... on Recorded {{ position alreadyRecorded person {{ id }} events {{ personId }} }} }} }}"
    );
    places.world.answer_to(subject, &query, json!({ "i": input })).await
}

fn about(person: &str, more: Value) -> Value {
    let mut input = json!({ "commandId": Uuid::new_v4(), "personId": person });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_records_its_own_in_its_county_and_of_nobody_outside() {
    let places = Places::new().await;
    let head = places.world.engine.head();
    for (name, more, inside) in [
        ("verifyInfo", json!({ "outcome": "CONFIRMED" }), "SFSNFNNN"),
        ("assessAbility", json!({ "conclusion": "OPEN_EMPLOYMENT" }), "SFSNFNNN"),
        ("registerDemand", json!({ "demand": { "needs": ["SKILL_TRAINING"] } }), "SSSNFNNN"),
        ("deliverService", json!({ "service": "JOB_FAIR" }), "SSSNFNNN"),
        ("completeTraining", json!({ "kind": "VOCATIONAL" }), "SSSNFNNN"),
        ("startEmployment", json!({ "form": "FLEXIBLE" }), "SSSNFNNN"),
        ("endEmployment", json!({ "reason": "OTHER" }), "SSSNFNNN"),
        ("assignCounsellor", json!({ "counsellor": "c-7" }), "FFSNFNNN"),
        ("correctPerson", json!({ "phone": "13900000000" }), "FFSNFNNN"),
        ("voidRecord", json!({ "record": "1" }), "FFSNFNNN"),
        ("leaveRegister", json!({ "reason": "MOVED_AWAY" }), "FFSNFNNN"),
        ("reinstatePerson", json!({}), "FFSNFNNN"),
    ] {
        let before = places.world.engine.head();
        for (person, expected) in [(&places.there[0], "NNNNNNNN"), (&places.here[0], inside)] {
            assert_eq!(places.world.engine.head(), before, "{name}: nothing is recorded outside");
            let mut found = Vec::new();
            for subject in everybody_here() {
                let answer = send(&places, &subject, name, about(person, more.clone())).await;
                places.tells_of_nobody_there(&answer);
                found.push(seen(&answer, name));
            }
            assert_eq!(found, row(expected), "{name}");
        }
    }
    assert!(places.world.engine.head() > head);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_enrols_in_its_county_alone() {
    let places = Places::new().await;
    for (county, expected) in [(THERE, "FFFFFFFF"), (HERE, "SFSFFFFF")] {
        let head = places.world.engine.head();
        let mut found = Vec::new();
        for (subject, number) in everybody_here().into_iter().zip(20..) {
            let answer = send(&places, &subject, "enrolPerson", enrolment(county, number)).await;
            found.push(seen(&answer, "enrolPerson"));
        }
        assert_eq!(found, row(expected), "{county}");
        let recorded = found.iter().filter(|it| **it == Seen::Shown).count() as u64;
        assert_eq!(places.world.engine.head().0, head.0 + recorded);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_about_somebody_outside_is_refused_word_for_word_as_one_about_nobody() {
    let places = Places::new().await;
    for subject in everybody_here() {
        let deliver = |person: &str| about(person, json!({ "service": "JOB_FAIR", "expectedVersion": 9 }));
        let outside = send(&places, &subject, "deliverService", deliver(&places.there[0])).await;
        let nobody = "00000000-0000-4000-8000-000000000000";
        let unknown = send(&places, &subject, "deliverService", deliver(nobody)).await;
        assert_eq!(outside, unknown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_out_of_the_county_is_answered_again_and_its_person_is_gone() {
    let mut places = Places::new().await;
    let manager = subject(Role::Manager, HERE);
    let moving = places.here[0].clone();
    let transfer = about(&moving, json!({ "to": THERE }));
    let first = send(&places, &manager, "transferPerson", transfer.clone()).await;
    let again = send(&places, &manager, "transferPerson", transfer).await;
    places.there.push(moving.clone());
    for (answer, already) in [(&first, false), (&again, true)] {
        let recorded = &answer["data"]["transferPerson"];
        assert_eq!(
            (&recorded["alreadyRecorded"], &recorded["person"]),
            (&json!(already), &Value::Null),
            "{answer}"
        );
    }
    let id = json!({ "id": moving });
    let query = "query($id: ID!) { person(id: $id) { history { label } } }";
    assert_eq!(places.ask(&manager, query, id.clone()).await["data"]["person"], Value::Null);
    let there = places.world.answer_to(&subject(Role::Manager, THERE), query, id).await;
    assert_eq!(there["data"]["person"]["history"].as_array().unwrap().len(), 2);
    let more =
        send(&places, &manager, "deliverService", about(&moving, json!({ "service": "JOB_FAIR" }))).await;
    assert_eq!(seen(&more, "deliverService"), Seen::Nobody);
}

/// As if the person had been transferred between the look of the gateway and the decision.
#[tokio::test(flavor = "multi_thread")]
async fn the_sequencer_looks_again_where_the_person_is() {
    let places = Places::new().await;
    let id = |text| Identifier::parse(text).unwrap();
    let submission = |person: &str| Submission {
        command_id: Uuid::new_v4(),
        content: [0; 16],
        actor: id("a"),
        office: id("o").into(),
        target: Target::Person(person.parse().unwrap()),
        expected_version: None,
        command: Command::DeliverService {
            service: ServiceType::JobFair,
            provider: None,
            remarks: None,
            on: None,
        },
    };
    let engine = &places.world.engine;
    let sent =
        |person: &str, place| engine.submit_async_within(submission(person), vec![region(place)]).unwrap();
    assert_eq!(sent(&places.here[0], THERE).await, Err(CommandError::OutsideRegion));
    assert!(sent(&places.here[0], HERE).await.is_ok());
    assert!(sent(&places.here[0], "150100").await.is_ok());
}
