//! Lists: of several regions, their cursors, and who is listed where.

use serde_json::{Value, json};
use sigeyi_domain::access::{Role, RoleGrant};
use uuid::Uuid;

use super::places::{HERE, Places, THERE, region, subject};
use crate::subject::Subject;

const LIST: &str = "query($after: String, $region: ID, $plan: ID) {
    people(filter: { region: $region, plan: $plan }, first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}";

/// Whoever manages both counties.
fn of_both() -> Subject {
    let mut subject = subject(Role::Manager, HERE);
    let there = RoleGrant::new(Role::Manager, region(THERE), Some(region(THERE))).unwrap();
    subject.grants = subject.grants.with_role(there);
    subject
}

async fn listed(places: &Places, subject: &Subject, variables: Value) -> (Vec<String>, Value) {
    let answer = places.world.answer_to(subject, LIST, variables).await;
    let people = &answer["data"]["people"];
    let nodes = people["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    (nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect(), people["pageInfo"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_several_regions_is_read_page_by_page() {
    let places = Places::new().await;
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let (people, page) = listed(&places, &of_both(), json!({ "after": after })).await;
        found.extend(people);
        after = page["endCursor"].clone();
        if page["hasNextPage"] == false {
            break;
        }
    }
    let mut all = [places.here.clone(), places.there.clone()].concat();
    all.sort();
    found.sort();
    assert_eq!(found, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_somebody_elses_list_opens_nothing() {
    let places = Places::new().await;
    let (_, page) = listed(&places, &subject(Role::Manager, THERE), json!({})).await;
    let (_, page_of_both) = listed(&places, &of_both(), json!({})).await;
    let (_, page_of_all) = listed(&places, &crate::tests::world::everybody(), json!({})).await;
    for page in [page, page_of_both, page_of_all] {
        let variables = json!({ "after": page["endCursor"] });
        let answer = places.ask(&subject(Role::Manager, HERE), LIST, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_CURSOR", "{answer}");
        assert_eq!(answer["data"]["people"], Value::Null);
    }
    // Whether others follow goes by one's own people alone.
    let (_, page) = listed(&places, &subject(Role::Manager, HERE), json!({})).await;
    let (rest, page) =
        listed(&places, &subject(Role::Manager, HERE), json!({ "after": page["endCursor"] })).await;
    assert_eq!((rest.len(), &page["hasNextPage"]), (1, &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_is_of_one_subject_alone() {
    let places = Places::new().await;
    for _ in 0..2 {
        let (here, _) = listed(&places, &subject(Role::Manager, HERE), json!({})).await;
        let (there, _) = listed(&places, &subject(Role::Manager, THERE), json!({})).await;
        assert_eq!((here, there), (places.here[..2].to_vec(), places.there[..2].to_vec()));
    }
    // The same actor with other grants is another.
    let mut moved = subject(Role::Manager, THERE);
    moved.actor = subject(Role::Manager, HERE).actor;
    assert_eq!(listed(&places, &moved, json!({})).await.0, places.there[..2]);
}

/// A plan that is over counts people where they were on its last day.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_moved_away_since_a_plans_last_day_is_not_listed_there_any_more() {
    let mut places = Places::new().await;
    let moving = places.here[0].clone();
    let input =
        json!({ "commandId": Uuid::new_v4(), "personId": moving, "to": THERE, "effectiveOn": "2025-06-01" });
    let query = "mutation($i: TransferPersonInput!) { transferPerson(input: $i) { __typename } }";
    let answer = places.world.data(query, json!({ "i": input })).await;
    assert_eq!(answer["transferPerson"]["__typename"], "Recorded");
    places.there.push(moving.clone());
    for plan in ["nmg-2022-2024", "nmg-2025-2027"] {
        let known =
            places.world.data("query($id: ID!) { plan(id: $id) { id } }", json!({ "id": plan })).await;
        let plan = if known["plan"].is_null() { Value::Null } else { json!(plan) };
        for variables in [json!({ "plan": plan }), json!({ "plan": plan, "region": HERE })] {
            let (here, page) = listed(&places, &subject(Role::Manager, HERE), variables).await;
            assert_eq!((here, &page["hasNextPage"]), (places.here[1..].to_vec(), &json!(false)), "{plan}");
        }
    }
    let work = "{ people(filter: { plan: \"nmg-2022-2024\", missing: [] }) { nodes { id } } }";
    places.ask(&subject(Role::Manager, HERE), work, Value::Null).await;
}
