//! Commands: recorded once, refused with what to do, seen by every question after the answer.

use serde_json::{Value, json};
use uuid::Uuid;

use super::world::World;

const RESULT: &str = "{ __typename
    ... on Recorded { position alreadyRecorded events { type position } person { id version pipeline(plan: \"nmg-2022-2024\") { steps { step done times } next } } }
    ... on Rejected { code message field } }";

/// Synthetic: sequence numbers from 900.
const CERTIFICATE: &str = "15010219800101902943";

async fn send(world: &World, name: &str, input: Value) -> Value {
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!("mutation($input: {input_type}!) {{ {name}(input: $input) {RESULT} }}");
    world.data(&query, json!({ "input": input })).await[name].clone()
}

pub(crate) fn enrolment() -> Value {
    json!({
        "commandId": Uuid::new_v4(), "name": "测试甲", "certificate": certificate(), "region": "150102",
        "employment": { "notEmployed": "NO_SKILLS" }, "effectiveOn": "2022-05-01",
    })
}

/// The sample number with its check character put right.
fn certificate() -> String {
    let today = sigeyi_domain::Day::parse("2024-03-01").unwrap();
    "0123456789X"
        .chars()
        .map(|check| format!("{}{check}{}", &CERTIFICATE[..17], &CERTIFICATE[18..]))
        .find(|number| sigeyi_domain::CertificateNumber::parse(number, today).is_ok())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_four_steps_of_somebody_are_recorded_and_seen() {
    let world = World::of(0);
    let enrolled = send(&world, "enrolPerson", enrolment()).await;
    assert_eq!(enrolled["__typename"], "Recorded", "{enrolled}");
    let person = enrolled["person"]["id"].clone();
    let on = "2023-02-01";
    let base = |extra: Value| {
        let mut input = json!({ "commandId": Uuid::new_v4(), "personId": person, "effectiveOn": on });
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        input
    };
    for (name, extra, next) in [
        ("verifyInfo", json!({ "outcome": "CONFIRMED", "method": "PHONE" }), json!("ABILITY_ASSESSED")),
        (
            "assessAbility",
            json!({ "conclusion": "OPEN_EMPLOYMENT", "scores": [{ "dimension": "WORK_ENDURANCE", "score": 80 }] }),
            json!("DEMAND_REGISTERED"),
        ),
        ("registerDemand", json!({ "demand": { "needs": ["SKILL_TRAINING"] } }), json!("SERVICE_DELIVERED")),
        (
            "deliverService",
            json!({ "service": "JOB_FAIR", "provider": "p-1", "remarks": "参加招聘会" }),
            Value::Null,
        ),
        ("completeTraining", json!({ "kind": "VOCATIONAL" }), Value::Null),
        ("assignCounsellor", json!({ "counsellor": "c-7" }), Value::Null),
        (
            "startEmployment",
            json!({ "form": "FLEXIBLE", "employerKind": "PRIVATE", "employer": "某店" }),
            Value::Null,
        ),
        ("endEmployment", json!({ "reason": "OTHER" }), Value::Null),
        ("transferPerson", json!({ "to": "150103" }), Value::Null),
        ("correctPerson", json!({ "phone": "13800000000" }), Value::Null),
        ("leaveRegister", json!({ "reason": "MOVED_AWAY" }), Value::Null),
        ("reinstatePerson", json!({ "reason": "误操作" }), Value::Null),
    ] {
        let answer = send(&world, name, base(extra)).await;
        assert_eq!(answer["__typename"], "Recorded", "{name}: {answer}");
        assert_eq!(answer["person"]["pipeline"]["next"], next, "{name}");
        assert_eq!(answer["position"], answer["events"].as_array().unwrap().last().unwrap()["position"]);
        let min = answer["position"].clone();
        let seen = world
            .data(
                "query($id: ID!, $min: Position) { person(id: $id, minPosition: $min) { position version } }",
                json!({ "id": person, "min": min }),
            )
            .await;
        assert_eq!(seen["person"]["version"], answer["person"]["version"], "{name}");
    }
    let voided = send(&world, "voidRecord", base(json!({ "record": "2" }))).await;
    assert_eq!(voided["person"]["pipeline"]["next"], "INFO_VERIFIED", "{voided}");
    let found = world
        .data("query($n: String!) { personByCertificate(number: $n) { id } }", json!({ "n": certificate() }))
        .await;
    assert_eq!(found["personByCertificate"]["id"], person);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_again_records_nothing_again() {
    let world = World::of(0);
    let enrolment = enrolment();
    let first = send(&world, "enrolPerson", enrolment.clone()).await;
    let again = send(&world, "enrolPerson", enrolment.clone()).await;
    assert_eq!(first["alreadyRecorded"], false);
    assert_eq!(again["alreadyRecorded"], true);
    assert_eq!(again["position"], first["position"]);
    assert_eq!(world.engine.head().0, 1);
    let mut other = enrolment.clone();
    other["name"] = json!("测试乙");
    let refused = send(&world, "enrolPerson", other).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("COMMAND_CONFLICT"), &json!("commandId")));
    // A field that is null is a field that is left out.
    let mut nulled = enrolment;
    nulled["phone"] = Value::Null;
    assert_eq!(send(&world, "enrolPerson", nulled).await["alreadyRecorded"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_code_and_field_and_records_nothing() {
    let world = World::of(0);
    let person = send(&world, "enrolPerson", enrolment()).await["person"]["id"].clone();
    let with = |extra: Value| {
        let mut input = json!({ "commandId": Uuid::new_v4(), "personId": person });
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        input
    };
    let mut known = enrolment();
    known["name"] = json!("另一人");
    let mut bad_number = enrolment();
    bad_number["certificate"] = json!("123");
    let mut nowhere = enrolment();
    nowhere["region"] = json!("150100");
    let mut nameless = enrolment();
    nameless["name"] = json!("  ");
    for (name, input, code, field) in [
        ("enrolPerson", known, "ALREADY_ENROLLED", json!("certificate")),
        ("enrolPerson", bad_number, "BAD_CERTIFICATE_FORMAT", json!("certificate")),
        ("enrolPerson", nowhere, "UNKNOWN_REGION", json!("region")),
        ("enrolPerson", nameless, "MISSING_FIELD", json!("name")),
        (
            "deliverService",
            with(json!({ "service": "JOB_FAIR", "effectiveOn": "2090-01-01" })),
            "DATE_IN_FUTURE",
            json!("effectiveOn"),
        ),
        (
            "deliverService",
            with(json!({ "service": "JOB_FAIR", "provider": "a b" })),
            "BAD_IDENTIFIER",
            json!("provider"),
        ),
        (
            "deliverService",
            with(json!({ "service": "JOB_FAIR", "remarks": "长".repeat(501) })),
            "TOO_LONG",
            json!("remarks"),
        ),
        (
            "deliverService",
            with(json!({ "service": "JOB_FAIR", "expectedVersion": 9 })),
            "VERSION_CONFLICT",
            json!("expectedVersion"),
        ),
        (
            "deliverService",
            json!({ "commandId": Uuid::new_v4(), "personId": "x", "service": "JOB_FAIR" }),
            "UNKNOWN_PERSON",
            json!("personId"),
        ),
        (
            "deliverService",
            json!({ "commandId": Uuid::new_v4(), "personId": Uuid::nil(), "service": "JOB_FAIR" }),
            "UNKNOWN_PERSON",
            json!("personId"),
        ),
        (
            "assessAbility",
            with(json!({ "scores": [{ "dimension": "WORK_ENDURANCE", "score": 101 }] })),
            "BAD_SCORE",
            json!("scores"),
        ),
        ("registerDemand", with(json!({ "demand": { "needs": [] } })), "MISSING_FIELD", json!("demand")),
        ("voidRecord", with(json!({ "record": "1" })), "NOT_VOIDABLE", json!("record")),
        ("voidRecord", with(json!({ "record": "77" })), "UNKNOWN_RECORD", json!("record")),
        ("reinstatePerson", with(json!({})), "NOT_LEFT", Value::Null),
        ("correctPerson", with(json!({})), "NOTHING_TO_CORRECT", Value::Null),
    ] {
        let answer = send(&world, name, input).await;
        assert_eq!((&answer["code"], &answer["field"]), (&json!(code), &field), "{name}: {answer}");
        assert_eq!(world.engine.head().0, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_not_answered_in_time_has_an_unknown_outcome_and_can_be_sent_again() {
    let world = World::of(0);
    let input = enrolment();
    let query = "mutation($input: EnrolPersonInput!) { enrolPerson(input: $input) { __typename ... on Recorded { alreadyRecorded } } }";
    // Nothing is answered while this is held: as if the disk hung.
    let held = world.engine.read_held();
    let started = std::time::Instant::now();
    assert_eq!(world.code(query, json!({ "input": input.clone() })).await, "OUTCOME_UNKNOWN");
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
    drop(held);
    let answer = world.data(query, json!({ "input": input })).await;
    assert_eq!(answer["enrolPerson"], json!({ "__typename": "Recorded", "alreadyRecorded": true }));
}
