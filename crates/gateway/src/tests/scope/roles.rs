//! The register of roles: who asks, who approves, who reads it, and what it leaves of a token.

use serde_json::{Value, json};
use sigeyi_domain::{Identifier, access::Role};
use uuid::Uuid;

use super::places::{HERE, Places, THERE, subject};
use crate::{
    RightsFrom,
    subject::Subject,
    tests::{asking::Asking, registering::bootstrap},
};

const RESULT: &str = "{ __typename ... on Rejected { code field } ... on Recorded { position alreadyRecorded person { id } } }";
const REGISTER: &str = "query($actor: ID, $region: ID, $first: Int! = 50, $after: Position) {
    roleRegister(actor: $actor, region: $region, first: $first, after: $after) {
        nodes { actor role reads { code } writes { code } until status
            asked { position by } granted { position by } declined { by } withdrawn { by } }
        pageInfo { hasNextPage endCursor }
    }
}";

fn manager(name: &str, place: &str) -> Subject {
    Subject { actor: Identifier::parse(name).unwrap(), ..subject(Role::Manager, place) }
}

fn mutation(name: &str, input_type: &str) -> String {
    format!("mutation($i: {input_type}!) {{ {name}(input: $i) {RESULT} }}")
}

fn request(actor: &str, role: &str, place: &str) -> Value {
    json!({ "commandId": Uuid::new_v4(), "actor": actor, "role": role, "reads": place, "writes": place })
}

async fn ask_for(places: &Places, subject: &Subject, input: Value) -> Value {
    places.world.answer_to(subject, &mutation("requestRole", "RequestRoleInput"), json!({ "i": input })).await
}

/// `approveRole` or `declineRole` with the request, `withdrawRole` with the grant.
async fn decide(places: &Places, subject: &Subject, name: &str, position: &Value) -> Value {
    let (input_type, field) =
        if name == "withdrawRole" { ("WithdrawRoleInput", "grant") } else { ("DecideRoleInput", "request") };
    let input = json!({ "commandId": Uuid::new_v4(), field: position });
    let answer = places.world.answer_to(subject, &mutation(name, input_type), json!({ "i": input })).await;
    match answer.get("errors") {
        Some(errors) => errors[0]["extensions"].clone(),
        None => answer["data"][name].clone(),
    }
}

async fn register(places: &Places, subject: &Subject, variables: Value) -> Value {
    let answer = places.world.answer_to(subject, REGISTER, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["roleRegister"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_manager_asks_another_approves_and_one_withdraws() {
    let places = Places::new().await;
    let (first, second) = (manager("first", HERE), manager("second", HERE));
    let input = request("worker-7", "FIELD_WORKER", HERE);
    let asked = ask_for(&places, &first, input.clone()).await["data"]["requestRole"].clone();
    assert_eq!((&asked["__typename"], &asked["person"]), (&json!("Recorded"), &Value::Null), "{asked}");
    let again = ask_for(&places, &first, input).await["data"]["requestRole"].clone();
    assert_eq!((&again["alreadyRecorded"], &again["position"]), (&json!(true), &asked["position"]));

    let waiting =
        "{ approvals { nodes { kind maker isOwn personId role { actor status } region { code } } } }";
    for (subject, is_own) in [(&first, true), (&second, false)] {
        let answer = places.world.answer_to(subject, waiting, Value::Null).await;
        let expected = json!([{ "kind": "ROLE", "maker": "first", "isOwn": is_own, "personId": null,
            "role": { "actor": "worker-7", "status": "WAITING" }, "region": { "code": HERE } }]);
        assert_eq!(answer["data"]["approvals"]["nodes"], expected, "{answer}");
    }

    let request = &asked["position"];
    let worker = manager("worker-7", HERE);
    for subject in [&first, &worker] {
        assert_eq!(decide(&places, subject, "approveRole", request).await["code"], "SECOND_PERSON_NEEDED");
    }
    let outside = decide(&places, &manager("third", THERE), "approveRole", request).await;
    assert_eq!(outside["code"], "FORBIDDEN");
    let granted = decide(&places, &second, "approveRole", request).await;
    assert_eq!(granted["__typename"], "Recorded", "{granted}");
    assert_eq!(decide(&places, &second, "approveRole", request).await["code"], "REQUEST_NOT_OPEN");

    let listed = register(&places, &first, json!({})).await["nodes"].clone();
    let entry = json!([{ "actor": "worker-7", "role": "FIELD_WORKER", "reads": { "code": HERE },
        "writes": { "code": HERE }, "until": null, "status": "GRANTED",
        "asked": { "position": request, "by": "first" },
        "granted": { "position": granted["position"], "by": "second" }, "declined": null, "withdrawn": null }]);
    assert_eq!(listed, entry);

    let withdrawn = decide(&places, &first, "withdrawRole", &granted["position"]).await;
    assert_eq!(withdrawn["__typename"], "Recorded", "{withdrawn}");
    let listed = register(&places, &first, json!({ "actor": "worker-7" })).await["nodes"].clone();
    assert_eq!((&listed[0]["status"], &listed[0]["withdrawn"]["by"]), (&json!("WITHDRAWN"), &json!("first")));
    let twice = decide(&places, &first, "withdrawRole", &granted["position"]).await;
    assert_eq!((&twice["code"], &twice["field"]), (&json!("GRANT_NOT_STANDING"), &json!("grant")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_what_lies_outside_the_own_region_or_holds_no_role_for_it() {
    let places = Places::new().await;
    for (subject, place) in [
        (manager("first", HERE), "150100"),
        (manager("first", HERE), THERE),
        (subject(Role::FieldWorker, HERE), HERE),
        (subject(Role::Auditor, HERE), HERE),
        (subject(Role::Operator, "150000"), HERE),
    ] {
        let answer = ask_for(&places, &subject, request("worker-7", "FIELD_WORKER", place)).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{place}: {answer}");
    }
    assert_eq!(places.world.engine.roles().entries(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_must_make_sense() {
    let places = Places::new().await;
    let first = manager("first", "150000");
    let with = |field: &str, value: Value| {
        let mut input = request("worker-7", "FIELD_WORKER", HERE);
        input[field] = value;
        input
    };
    for (input, code, field) in [
        (with("actor", json!("a b")), "BAD_IDENTIFIER", json!("actor")),
        (with("reads", json!("999999")), "UNKNOWN_REGION", json!("reads")),
        (with("writes", json!("x")), "UNKNOWN_REGION", json!("writes")),
        (with("writes", json!(THERE)), "WRITES_OUTSIDE_READING", json!("writes")),
        (with("until", json!("2001-01-01")), "UNTIL_OVER", json!("until")),
        (with("role", json!("AUDITOR")), "ROLE_WRITES_NOTHING", json!("writes")),
    ] {
        let answer = ask_for(&places, &first, input).await["data"]["requestRole"].clone();
        assert_eq!((&answer["code"], &answer["field"]), (&json!(code), &field), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_is_read_by_managers_and_auditors_of_the_region_and_by_everybody_about_oneself() {
    let places = Places::new().await;
    let whole = manager("first", "150000");
    for (actor, place) in [("worker-7", HERE), ("worker-8", THERE), ("field_worker-150102", HERE)] {
        ask_for(&places, &whole, request(actor, "FIELD_WORKER", place)).await;
    }
    let actors = |page: Value| -> Vec<String> {
        let nodes = page["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| node["actor"].as_str().unwrap().to_owned()).collect()
    };
    let all = ["worker-7", "worker-8", "field_worker-150102"];
    assert_eq!(actors(register(&places, &whole, json!({})).await), all);
    assert_eq!(actors(register(&places, &whole, json!({ "region": THERE })).await), ["worker-8"]);
    for role in [Role::Manager, Role::Auditor] {
        let here = subject(role, HERE);
        assert_eq!(actors(register(&places, &here, json!({})).await), ["worker-7", "field_worker-150102"]);
        assert_eq!(actors(register(&places, &here, json!({ "actor": "worker-8" })).await), [""; 0]);
    }
    let worker = subject(Role::FieldWorker, HERE);
    let own = json!({ "actor": "field_worker-150102" });
    assert_eq!(actors(register(&places, &worker, own).await), ["field_worker-150102"]);
    for variables in [json!({}), json!({ "actor": "worker-7" })] {
        let denied = places.world.answer_to(&worker, REGISTER, variables).await;
        assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{denied}");
    }
    // Page by page.
    let page = register(&places, &whole, json!({ "first": 2 })).await;
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let after = page["pageInfo"]["endCursor"].clone();
    let page = register(&places, &whole, json!({ "first": 2, "after": after })).await;
    assert_eq!(
        (&page["pageInfo"]["hasNextPage"], actors(page.clone())),
        (&json!(false), vec![all[2].into()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_register_a_token_gives_what_both_say_and_nothing_once_it_is_withdrawn() {
    let places = Places::new().await;
    let engine = places.world.engine.clone();
    let asking = Asking::with(engine, |options| options.rights = RightsFrom::TokenAndRegister).await;
    bootstrap(&places.world.engine).await;
    // A token says what it likes.
    let worker = asking.issuing.token_of("worker-7", Role::FieldWorker, "150000");
    let manager = |actor| asking.issuing.token_of(actor, Role::Manager, "150000");
    let forged = manager("worker-7");
    let roles = "{ me { roles { role reads { code } } } }";
    let people = "{ people(first: 50) { nodes { id } } }";
    for token in [&worker, &forged] {
        let me = asking.ask(token, roles, Value::Null).await;
        assert_eq!(me["data"]["me"]["roles"], json!([]), "{me}");
        let denied = asking.ask(token, people, Value::Null).await;
        assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{denied}");
    }
    let send = async |token: &str, name: &str, input_type: &str, input: Value| {
        let answer = asking.ask(token, &mutation(name, input_type), json!({ "i": input })).await;
        answer["data"][name]["position"].clone()
    };
    let input = request("worker-7", "FIELD_WORKER", HERE);
    let request = send(&manager("m-1"), "requestRole", "RequestRoleInput", input).await;
    let input = json!({ "commandId": Uuid::new_v4(), "request": request });
    let grant = send(&manager("m-2"), "approveRole", "DecideRoleInput", input).await;
    let me = asking.ask(&worker, roles, Value::Null).await;
    let expected = json!([{ "role": "FIELD_WORKER", "reads": { "code": HERE } }]);
    assert_eq!(me["data"]["me"]["roles"], expected, "{me}");
    let found = asking.ask(&worker, people, Value::Null).await;
    assert_eq!(found["data"]["people"]["nodes"].as_array().unwrap().len(), places.here.len());
    // Another role than the one that is registered.
    assert_eq!(asking.ask(&forged, roles, Value::Null).await["data"]["me"]["roles"], json!([]));

    let input = json!({ "commandId": Uuid::new_v4(), "grant": grant });
    send(&manager("m-1"), "withdrawRole", "WithdrawRoleInput", input).await;
    let denied = asking.ask(&worker, people, Value::Null).await;
    assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{denied}");
}
