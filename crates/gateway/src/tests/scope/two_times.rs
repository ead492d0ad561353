//! Whom one may see on another day, or as they were known: it goes by where people are now.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;
use sigeyi_engine::{AccessAction, AccessOutcome};
use uuid::Uuid;

use super::places::{HERE, Places, THERE, certificate, enrolment, subject};

const PERSON: &str = "query($id: ID!, $asOf: Date, $knownAt: KnownAt) {
    person(id: $id, asOf: $asOf, knownAt: $knownAt) { id asOf position region { code } version history { position } }
}";
const LIST: &str = "query($asOf: Date, $knownAt: KnownAt, $filter: PeopleFilter) {
    people(asOf: $asOf, knownAt: $knownAt, filter: $filter) { nodes { id region { code } } }
}";

/// Moves somebody from here to there on 2025-06-01.
async fn moved_away(places: &mut Places) -> String {
    let moving = places.here[0].clone();
    let input =
        json!({ "commandId": Uuid::new_v4(), "personId": moving, "to": THERE, "effectiveOn": "2025-06-01" });
    let query = "mutation($i: TransferPersonInput!) { transferPerson(input: $i) { __typename } }";
    let answer = places.world.data(query, json!({ "i": input })).await;
    assert_eq!(answer["transferPerson"]["__typename"], "Recorded");
    moving
}

fn ids(answer: &Value) -> Vec<&str> {
    let nodes = answer["data"]["people"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    nodes.iter().map(|node| node["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_moved_away_is_seen_by_those_who_answer_for_the_person_now() {
    let mut places = Places::new().await;
    let moving = moved_away(&mut places).await;
    let (here, there) = (subject(Role::Manager, HERE), subject(Role::Manager, THERE));
    let before = json!({ "id": moving, "asOf": "2025-05-31" });
    let now = json!({ "id": moving });

    let seen = places.world.answer_to(&there, PERSON, before.clone()).await;
    assert_eq!(seen["data"]["person"]["region"]["code"], HERE, "{seen}");
    assert_eq!(seen["data"]["person"]["asOf"], "2025-05-31");
    assert_eq!(seen["data"]["person"]["history"].as_array().unwrap().len(), 1);
    let seen = places.world.answer_to(&there, PERSON, now).await;
    assert_eq!(seen["data"]["person"]["region"]["code"], THERE, "{seen}");
    assert_eq!(seen["data"]["person"]["history"].as_array().unwrap().len(), 2);

    // Where the person was, nobody is found any more, in no past either, word for word as nobody is.
    let outside = places.world.answer_to(&here, PERSON, before).await;
    let unknown = json!({ "id": "00000000-0000-4000-8000-000000000000", "asOf": "2025-05-31" });
    assert_eq!(outside, places.world.answer_to(&here, PERSON, unknown).await);
    for filter in [Value::Null, json!({ "missing": [] })] {
        let then = json!({ "asOf": "2025-05-31", "filter": filter });
        let listed = places.world.answer_to(&here, LIST, then).await;
        assert_eq!(ids(&listed), [&places.here[1], &places.here[2]], "{listed}");
    }
    // By name, the region of then is asked for, which is another one's; of one's own regions of then, one's people of now are given.
    let named = json!({ "asOf": "2025-05-31", "filter": { "region": HERE } });
    let refused = places.world.answer_to(&there, LIST, named).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_who_was_not_in_the_register_then() {
    let places = Places::new().await;
    let auditor = subject(Role::Auditor, HERE);
    for (as_of, known_at) in [
        // Enrolled as of 2022-05-01, at position 1.
        (json!("2022-04-30"), Value::Null),
        (Value::Null, json!({ "position": "0" })),
        (Value::Null, json!({ "moment": "2020-01-01T00:00:00+08:00" })),
    ] {
        let variables = json!({ "id": places.here[0], "asOf": as_of, "knownAt": known_at });
        places.told.take();
        let answer = places.ask(&auditor, PERSON, variables).await;
        assert_eq!((&answer["data"]["person"], answer.get("errors")), (&Value::Null, None), "{answer}");
        // That somebody was not there is something about the person.
        let notes = places.told.take();
        assert_eq!((notes[0].action, notes[0].outcome), (AccessAction::Person, AccessOutcome::Shown));
        let variables = json!({ "asOf": as_of, "knownAt": known_at });
        assert!(ids(&places.ask(&auditor, LIST, variables).await).is_empty());
    }
    let by_number = "query($n: String!, $knownAt: KnownAt) {
        personByCertificate(number: $n, knownAt: $knownAt) { id position }
    }";
    for (position, expected) in [("0", Value::Null), ("1", json!(places.here[0]))] {
        let variables = json!({ "n": certificate(HERE, 0), "knownAt": { "position": position } });
        let answer = places.ask(&auditor, by_number, variables).await;
        assert_eq!(answer["data"]["personByCertificate"]["id"], expected, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_the_present_stays_so_on_every_day() {
    let places = Places::new().await;
    let correction = json!({ "commandId": Uuid::new_v4(), "personId": places.here[0], "name": "改名" });
    let query = "mutation($i: CorrectPersonInput!) { correctPerson(input: $i) { __typename } }";
    let answer = places.world.data(query, json!({ "i": correction })).await;
    assert_eq!(answer["correctPerson"]["__typename"], "Recorded", "{answer}");
    let query =
        "query($id: ID!, $asOf: Date) { person(id: $id, asOf: $asOf) { version maskedName age enrolledOn } }";
    let manager = subject(Role::Manager, HERE);
    let of = async |as_of: Value| {
        let answer = places.ask(&manager, query, json!({ "id": places.here[0], "asOf": as_of })).await;
        answer["data"]["person"].clone()
    };
    let (then, now) = (of(json!("2022-05-01")).await, of(Value::Null).await);
    for name in ["version", "maskedName", "enrolledOn"] {
        assert_eq!(then[name], now[name], "{name}");
    }
    assert_eq!((then["version"].clone(), then["maskedName"].clone()), (json!(2), json!("改*")));
    // Born on 1980-01-01.
    assert_eq!(then["age"], 42);
    assert_ne!(then["age"], now["age"]);
    assert_eq!(enrolment(HERE, 0)["effectiveOn"], "2022-05-01");
}
