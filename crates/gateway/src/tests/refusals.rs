//! What is refused before anything runs, and what stays when one of several fields fails.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{commands::enrolment, world::World};

/// Code, message and path of the first error of an operation that must not run.
fn refused(world: &World, query: &str, variables: Value) -> (String, String, bool) {
    let Err(errors) = world.prepare(query, variables) else { panic!("accepted: {query}") };
    let code = crate::codes::code_of(&errors[0]).unwrap().to_owned();
    (code, errors[0].message.clone(), errors[0].path.is_empty())
}

#[tokio::test]
async fn a_variable_that_its_scalar_does_not_take_is_refused_with_its_path_before_anything_runs() {
    let world = World::of(0);
    let deliver = "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { __typename } }";
    let input = |id: Value, on: Value| json!({ "input": { "commandId": id, "personId": "x", "service": "JOB_FAIR", "effectiveOn": on } });
    let id = json!(Uuid::new_v4());
    for (query, variables, message) in [
        (deliver, input(json!("secret"), json!("2024-01-01")), "$input.commandId must be a UUID"),
        (deliver, input(json!(7), json!("2024-01-01")), "$input.commandId must be a UUID"),
        (deliver, input(id, json!("2024-02-30")), "$input.effectiveOn must be a day"),
        (
            "query($min: Position) { head(minPosition: $min) { position } }",
            json!({ "min": 7 }),
            "$min must be a position",
        ),
        (
            "query($known: KnownAt) { progress(knownAt: $known) { complete } }",
            json!({ "known": { "moment": "2023-11-30" } }),
            "$known.moment must be a moment",
        ),
        (
            "query($filter: PeopleFilter) { people(filter: $filter) { position } }",
            json!({ "filter": { "waitingSince": "secret" } }),
            "$filter.waitingSince must be a day",
        ),
    ] {
        let (code, text, has_no_path) = refused(&world, query, variables);
        assert_eq!((code.as_str(), has_no_path), ("BAD_VARIABLES", true), "{query}: {text}");
        assert!(text.starts_with(message), "{query}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[tokio::test]
async fn a_literal_that_its_scalar_does_not_take_is_refused_too() {
    let world = World::of(0);
    for query in [
        "{ event(position: 7) { label } }",
        "{ progress(asOf: \"2024-02-30\") { complete } }",
        "{ progress(knownAt: { moment: \"yesterday\" }) { complete } }",
        "query($p: Position = \"x\") { event(position: $p) { label } }",
    ] {
        let (code, text, _) = refused(&world, query, json!({}));
        assert_eq!(code, "VALIDATION_ERROR", "{query}: {text}");
    }
}

#[tokio::test]
async fn an_unknown_region_or_plan_takes_nothing_beside_it_away() {
    let world = World::of(0);
    let query = "{ regions(parent: \"999999\") { code } progress(plan: \"none\") { complete } all: regions { code } }";
    let answer = world.answer(query, json!({})).await;
    assert_eq!(
        answer["data"],
        json!({ "regions": null, "progress": null, "all": [{ "code": "150000" }] }),
        "{answer}"
    );
    let errors: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["extensions"]["code"].as_str().unwrap(), error["message"].as_str().unwrap()))
        .collect();
    assert_eq!(
        errors,
        [
            ("UNKNOWN_REGION", "no region has this code: take one that `regions` lists"),
            ("UNKNOWN_PLAN", "no plan has this id: take one that `plans` lists"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_one_command_leaves_the_answer_of_the_one_before() {
    let world = World::answering_within(std::time::Duration::from_millis(50));
    let refused = json!({ "commandId": Uuid::new_v4(), "personId": "x", "service": "JOB_FAIR" });
    let waiting = enrolment();
    let query = "mutation($one: DeliverServiceInput!, $two: EnrolPersonInput!) {
        one: deliverService(input: $one) { ... on Rejected { code } }
        two: enrolPerson(input: $two) { __typename }
    }";
    // Nothing can be folded, and so nothing answered, as long as it is held.
    let _held = world.engine.read_held();
    let answer = world.answer(query, json!({ "one": refused, "two": waiting })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "OUTCOME_UNKNOWN", "{answer}");
    assert_eq!(answer["errors"][0]["path"], json!(["two"]));
    assert_eq!(answer["data"], json!({ "one": { "code": "UNKNOWN_PERSON" }, "two": null }));
}
