//! What is written down of whom, and who is told.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;
use sigeyi_engine::{AccessAction, AccessNote, AccessOutcome};
use uuid::Uuid;

use super::places::{HERE, Places, THERE, certificate, subject};
use crate::tests::world::{World, everybody};

type Line = (AccessAction, AccessOutcome, Vec<Uuid>);

fn lines(notes: Vec<AccessNote>) -> Vec<Line> {
    let line = |mut note: AccessNote| {
        note.people.sort();
        (note.action, note.outcome, note.people)
    };
    notes.into_iter().map(line).collect()
}

fn ids(people: &[String]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = people.iter().map(|id| id.parse().unwrap()).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_writes_down_whom_it_shows_or_refuses_also_when_its_answer_is_kept() {
    use AccessAction::{Events, History, People, Person, PersonByCertificate};
    use AccessOutcome::{Denied, Shown};
    let places = Places::new().await;
    let manager = subject(Role::Manager, HERE);
    let (here, there) = (&places.here, &places.there);
    let (one, other) = (ids(&here[..1]), ids(&there[..1]));
    let person = "query($id: ID!) { person(id: $id) { id } }";
    let history = "query($id: ID!) { person(id: $id) { history { label } } }";
    let by_number = "query($n: String!) { personByCertificate(number: $n) { id } }";
    let person_of = |id: &str| json!({ "id": id });
    for (query, variables, expected) in [
        (person, person_of(&here[0]), vec![(Person, Shown, one.clone())]),
        (person, person_of(&there[0]), vec![(Person, Denied, other.clone())]),
        // As long, and as much of it, as somebody who may not be seen.
        (person, person_of("00000000-0000-4000-8000-000000000000"), vec![(Person, Denied, vec![])]),
        (history, person_of(&here[0]), vec![(Person, Shown, one.clone()), (History, Shown, one.clone())]),
        (by_number, json!({ "n": certificate(HERE, 0) }), vec![(PersonByCertificate, Shown, one.clone())]),
        (by_number, json!({ "n": certificate(THERE, 0) }), vec![(PersonByCertificate, Denied, other)]),
        ("{ people { nodes { id } } }", json!({}), vec![(People, Shown, ids(here))]),
        ("{ people { edges { cursor } pageInfo { hasNextPage } } }", json!({}), vec![]),
        (
            "{ people(filter: { region: \"150402\" }) { nodes { id } } }",
            json!({}),
            vec![(People, Denied, vec![])],
        ),
        ("{ events { nodes { personId } } }", json!({}), vec![(Events, Shown, ids(here))]),
        ("{ event(position: \"1\") { personId } }", json!({}), vec![(Events, Shown, one)]),
        ("{ progress { registered } head { position } me { actor } }", json!({}), vec![]),
    ] {
        places.told.take();
        for _ in 0..2 {
            places.ask(&manager, query, variables.clone()).await;
            let notes = places.told.take();
            assert!(notes.iter().all(|note| note.actor == manager.actor));
            assert_eq!(lines(notes), expected, "{query} {variables}");
        }
    }
    // Whoever asks without identity is nobody who could be written down.
    places.world.answer_to(&everybody(), "{ people { nodes { id } } }", Value::Null).await;
    assert!(places.told.take().is_empty());
}

/// The engine's own log, as it is in a running service.
#[tokio::test(flavor = "multi_thread")]
async fn who_looked_at_whom_is_told_to_those_who_answer_for_the_region() {
    let world = World::answering_within(std::time::Duration::from_secs(30));
    let mut people = Vec::new();
    for county in [HERE, THERE] {
        let query = "mutation($i: EnrolPersonInput!) { enrolPerson(input: $i) { ... on Recorded { person { id } } } }";
        let answer = world.data(query, json!({ "i": super::places::enrolment(county, 0) })).await;
        people.push(answer["enrolPerson"]["person"]["id"].as_str().unwrap().to_owned());
    }
    let mut both = subject(Role::FieldWorker, HERE);
    both.grants = both.grants.with_role(*subject(Role::FieldWorker, THERE).grants.roles().next().unwrap());
    let worker = both;
    for person in &people {
        let query = "query($id: ID!) { person(id: $id) { maskedName } }";
        world.answer_to(&worker, query, json!({ "id": person })).await;
    }
    let all = "{ people { nodes { id } } }";
    world.answer_to(&worker, all, Value::Null).await;

    let manager = subject(Role::Manager, HERE);
    let query = "query($id: ID!, $after: String) { accessOfPerson(id: $id, first: 1, after: $after) {
        nodes { actor action outcome people } pageInfo { hasNextPage endCursor } } }";
    let page =
        world.answer_to(&manager, query, json!({ "id": people[0] })).await["data"]["accessOfPerson"].clone();
    let entry = |action: &str| json!({ "actor": worker.actor.as_str(), "action": action, "outcome": "SHOWN", "people": [people[0]] });
    assert_eq!(page["nodes"], json!([entry("PEOPLE")]));
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let variables = json!({ "id": people[0], "after": page["pageInfo"]["endCursor"] });
    let page = world.answer_to(&manager, query, variables).await["data"]["accessOfPerson"].clone();
    assert_eq!(page["nodes"], json!([entry("PERSON")]));

    let query = "query($actor: ID!) { accessByUser(actor: $actor) { nodes { action people } } }";
    let actor = json!({ "actor": worker.actor.as_str() });
    let shown = world.answer_to(&manager, query, actor.clone()).await;
    let nodes =
        json!([{ "action": "PEOPLE", "people": [people[0]] }, { "action": "PERSON", "people": [people[0]] }]);
    assert_eq!(shown["data"]["accessByUser"]["nodes"], nodes, "{shown}");
    let auditor = subject(Role::Auditor, "150000");
    let shown = world.answer_to(&auditor, query, actor).await;
    assert_eq!(shown["data"]["accessByUser"]["nodes"].as_array().unwrap().len(), 3);
    // Nothing is recorded meanwhile, and yet there is more to tell.
    world.answer_to(&worker, all, Value::Null).await;
    let shown = world.answer_to(&auditor, query, json!({ "actor": worker.actor.as_str() })).await;
    assert_eq!(shown["data"]["accessByUser"]["nodes"].as_array().unwrap().len(), 4);
    // That it was looked at is looked at too.
    let shown = world.answer_to(&auditor, query, json!({ "actor": manager.actor.as_str() })).await;
    assert_eq!(shown["data"]["accessByUser"]["nodes"].as_array().unwrap().len(), 3, "{shown}");
    assert!(shown.to_string().contains("ACCESS_LOG"));
}
