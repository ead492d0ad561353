//! Counsellors: one manager asks, another approves, and until then nothing changes.

use serde_json::{Value, json};
use sigeyi_domain::{Identifier, access::Role};
use uuid::Uuid;

use super::places::{HERE, Places, Seen, THERE, everybody_here, row, seen, subject};
use crate::subject::Subject;

const APPROVALS: &str = "query($region: ID, $first: Int! = 50, $after: Position) {
    approvals(region: $region, first: $first, after: $after) {
        nodes { position kind maker isOwn personId person { id } region { code } counsellor effectiveOn ground }
        pageInfo { hasNextPage endCursor }
    }
}";

async fn send(places: &Places, subject: &Subject, name: &str, person: &str, more: Value) -> Value {
    let mut input = json!({ "commandId": Uuid::new_v4(), "personId": person });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($i: {input_type}!) {{ {name}(input: $i) {{ __typename ... on Rejected {{ code message field }}
            ... on Recorded {{ position person {{ counsellor }} }} }} }}"
    );
    places.world.answer_to(subject, &query, json!({ "i": input })).await
}

fn manager(name: &str, place: &str) -> Subject {
    Subject { actor: Identifier::parse(name).unwrap(), ..subject(Role::Manager, place) }
}

/// Asks for a counsellor; the position of the request.
async fn ask(places: &Places, subject: &Subject, person: &str, counsellor: &str) -> String {
    let answer = send(places, subject, "assignCounsellor", person, json!({ "counsellor": counsellor })).await;
    let recorded = &answer["data"]["assignCounsellor"];
    recorded["position"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn approvals(places: &Places, subject: &Subject, variables: Value) -> Value {
    let answer = places.world.answer_to(subject, APPROVALS, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["approvals"].clone()
}

async fn counsellor(places: &Places, subject: &Subject, person: &str) -> Value {
    let query = "query($id: ID!) { person(id: $id) { counsellor } }";
    places.world.answer_to(subject, query, json!({ "id": person })).await["data"]["person"]["counsellor"]
        .clone()
}

async fn with_counsellor(places: &Places, subject: &Subject, counsellor: &str) -> Value {
    let query = "query($c: ID) { people(filter: { counsellor: $c }) { nodes { id } } }";
    let answer = places.world.answer_to(subject, query, json!({ "c": counsellor })).await;
    answer["data"]["people"]["nodes"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counsellor_is_one_only_once_another_manager_has_approved() {
    let places = Places::new().await;
    let (first, second) = (manager("first", HERE), manager("second", HERE));
    let person = places.here[0].as_str();
    let position = ask(&places, &first, person, "c-1").await;
    assert_eq!(counsellor(&places, &second, person).await, Value::Null);
    assert_eq!(with_counsellor(&places, &second, "c-1").await, json!([]));

    let decision = json!({ "request": position });
    let alone = send(&places, &first, "approveCounsellor", person, decision.clone()).await;
    assert_eq!(alone["data"]["approveCounsellor"]["code"], "SECOND_PERSON_NEEDED", "{alone}");
    let dated = json!({ "request": position, "effectiveOn": "2023-01-01" });
    let dated = send(&places, &second, "approveCounsellor", person, dated).await;
    assert_eq!(dated["data"]["approveCounsellor"]["code"], "DATE_NOT_TAKEN", "{dated}");
    assert_eq!(counsellor(&places, &second, person).await, Value::Null);

    let approved = send(&places, &second, "approveCounsellor", person, decision.clone()).await;
    assert_eq!(approved["data"]["approveCounsellor"]["person"]["counsellor"], "c-1", "{approved}");
    assert_eq!(counsellor(&places, &first, person).await, "c-1");
    assert_eq!(with_counsellor(&places, &first, "c-1").await, json!([{ "id": person }]));
    let again = send(&places, &second, "approveCounsellor", person, decision).await;
    assert_eq!(again["data"]["approveCounsellor"]["code"], "REQUEST_NOT_OPEN", "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_declined_with_a_reason_that_stands_in_no_event() {
    let places = Places::new().await;
    let (first, second) = (manager("first", HERE), manager("second", HERE));
    let person = places.here[0].as_str();
    let position = ask(&places, &first, person, "c-1").await;
    let silent = json!({ "request": position, "reason": " " });
    let silent = send(&places, &second, "declineCounsellor", person, silent).await;
    assert_eq!(silent["data"]["declineCounsellor"]["code"], "MISSING_FIELD", "{silent}");
    let decision = json!({ "request": position, "reason": "该辅导员已满额" });
    let declined = send(&places, &second, "declineCounsellor", person, decision).await;
    assert_eq!(declined["data"]["declineCounsellor"]["__typename"], "Recorded", "{declined}");
    assert_eq!(approvals(&places, &second, json!({})).await["nodes"], json!([]));
    let query = "{ events(first: 100) { nodes { type data } } }";
    let events = places.world.answer_to(&second, query, Value::Null).await["data"]["events"]["nodes"].clone();
    let newest = events.as_array().unwrap().last().unwrap().clone();
    assert_eq!(newest, json!({ "type": "COUNSELLOR_DECLINED", "data": { "request": position } }));
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn managers_decide_where_they_write_and_nobody_outside() {
    let places = Places::new().await;
    for (name, more) in
        [("approveCounsellor", json!({})), ("declineCounsellor", json!({ "reason": "不合适" }))]
    {
        for (place, person, expected) in
            [(THERE, &places.there[0], "NNNNNNNN"), (HERE, &places.here[0], "FFSNFNNN")]
        {
            let request = ask(&places, &manager("first", place), person, "c-1").await;
            let head = places.world.engine.head();
            let mut found = Vec::new();
            for subject in everybody_here() {
                let mut more = more.clone();
                more["request"] = json!(request);
                let answer = send(&places, &subject, name, person, more).await;
                places.tells_of_nobody_there(&answer);
                found.push(seen(&answer, name));
            }
            assert_eq!(found, row(expected), "{name}");
            let recorded = found.iter().filter(|it| **it == Seen::Shown).count() as u64;
            assert_eq!(places.world.engine.head().0, head.0 + recorded);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_listed_longest_first_for_those_who_decide_there() {
    let places = Places::new().await;
    let (first, second) = (manager("first", HERE), manager("second", HERE));
    let erasure = json!({ "ground": "CONSENT_WITHDRAWN" });
    let one = ask(&places, &first, &places.here[0], "c-1").await;
    send(&places, &second, "requestErasure", &places.here[1], erasure).await;
    let three = ask(&places, &second, &places.here[2], "c-2").await;
    let there = ask(&places, &manager("first", THERE), &places.there[0], "c-3").await;

    let all = approvals(&places, &first, json!({})).await;
    let kinds: Vec<Value> =
        all["nodes"].as_array().unwrap().iter().map(|node| node["kind"].clone()).collect();
    assert_eq!(kinds, ["COUNSELLOR", "ERASURE", "COUNSELLOR"]);
    let node = &all["nodes"][0];
    assert_eq!(
        (&node["position"], &node["maker"], &node["isOwn"], &node["counsellor"], &node["person"]["id"]),
        (&json!(one), &json!("first"), &json!(true), &json!("c-1"), &json!(places.here[0]))
    );
    let node = &all["nodes"][1];
    // Restricted: nobody is shown.
    assert_eq!(
        (&node["maker"], &node["isOwn"], &node["ground"], &node["person"], &node["personId"]),
        (&json!("second"), &json!(false), &json!("CONSENT_WITHDRAWN"), &Value::Null, &json!(places.here[1]))
    );
    assert_eq!(node["region"]["code"], HERE);

    // Page by page.
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = approvals(&places, &first, json!({ "first": 1, "after": after })).await;
        found.extend(page["nodes"].as_array().unwrap().clone());
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(json!(found), all["nodes"]);
    assert_eq!(found[2]["position"], json!(three));

    let elsewhere = approvals(&places, &manager("third", THERE), json!({})).await;
    assert_eq!(elsewhere["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(elsewhere["nodes"][0]["position"], json!(there));
    let denied = places.world.answer_to(&first, APPROVALS, json!({ "region": THERE })).await;
    assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{denied}");
    for role in [Role::FieldWorker, Role::Counsellor, Role::Auditor] {
        let denied = places.world.answer_to(&subject(role, HERE), APPROVALS, json!({})).await;
        assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{denied}");
    }
}
