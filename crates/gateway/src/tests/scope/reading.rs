//! Questions: a table of roles and paths.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;

use super::places::{HERE, Places, THERE, certificate, everybody_here, row, seen, subject};

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_its_own_county_on_its_own_paths_and_nobody_outside() {
    let places = Places::new().await;
    let person = |ids: &[String]| json!({ "id": ids[0] });
    let number = |county: &str| json!({ "n": certificate(county, 0) });
    let code = |county: &str| json!({ "code": county });
    // The first person here stands at 1, the first there at 2.
    let at = |position: &str| json!({ "at": position });
    let (by_id, by_number) = (
        "query($id: ID!) { person(id: $id) { id maskedName } }",
        "query($n: String!) { personByCertificate(number: $n) { id } }",
    );
    let whole = "query($id: ID!) { person(id: $id) { id pipeline { next } history { personId data } } }";
    let listed = "query($code: ID) { people(filter: { region: $code }) { nodes { id } } }";
    let figures = "query($code: ID) { progress(region: $code) { registered } }";
    let event = "query($at: Position!) { event(position: $at) { personId data } }";
    let accesses = "query($id: ID!) { accessOfPerson(id: $id) { nodes { actor } } }";
    let glass = "query($code: ID!) { brokenGlass(region: $code) { actor } }";
    for (field, query, inside, outside, seen_inside, seen_outside) in [
        ("person", by_id, person(&places.here), person(&places.there), "SSSNSNNN", "NNNNNNNN"),
        ("person", whole, person(&places.here), person(&places.there), "SSSNSNNN", "NNNNNNNN"),
        ("personByCertificate", by_number, number(HERE), number(THERE), "SSSNSNNN", "NNNNNNNN"),
        ("people", listed, code(HERE), code(THERE), "SSSFSFFF", "FFFFFFFF"),
        ("progress", figures, code(HERE), code(THERE), "SSSSSSFS", "FFFFFFFF"),
        ("event", event, at("1"), at("2"), "SSSFSFFS", "NNNFNFFN"),
        ("accessOfPerson", accesses, person(&places.here), person(&places.there), "FFSNSNNN", "NNNNNNNN"),
        ("brokenGlass", glass, code(HERE), code(THERE), "FFSFSFFF", "FFFFFFFF"),
    ] {
        for (variables, expected) in [(inside, seen_inside), (outside, seen_outside)] {
            let mut found = Vec::new();
            for subject in everybody_here() {
                // Twice, so that what is kept is looked at too.
                let first = places.ask(&subject, query, variables.clone()).await;
                let again = places.ask(&subject, query, variables.clone()).await;
                assert_eq!((&first["data"], seen(&first, field)), (&again["data"], seen(&again, field)));
                found.push(seen(&first, field));
            }
            assert_eq!(found, row(expected), "{field} {variables}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_region_a_question_is_of_the_regions_that_one_reads() {
    let places = Places::new().await;
    for (field, query, expected) in [
        ("people", "{ people { nodes { id } } }", "SSSFSFFF"),
        ("progress", "{ progress { registered region { code } } }", "SSSSSSFS"),
        ("events", "{ events { nodes { position region { code } } } }", "SSSFSFFS"),
        ("accessByUser", "{ accessByUser(actor: \"local\") { nodes { people } } }", "FFSFSFFF"),
    ] {
        let mut found = Vec::new();
        for subject in everybody_here() {
            let answer = places.ask(&subject, query, Value::Null).await;
            found.push(seen(&answer, field));
            if field == "progress" && found.last() == Some(&super::places::Seen::Shown) {
                let figures = &answer["data"]["progress"];
                // Figures are published as they were known when the last month ended, and these people were enrolled just now.
                let is_published = subject.grants.roles().any(|granted| granted.role() == Role::Analyst);
                let registered = if is_published { 0 } else { 3 };
                assert_eq!(figures, &json!({ "registered": registered, "region": { "code": HERE } }));
            }
        }
        assert_eq!(found, row(expected), "{field}");
    }
    let manager = subject(Role::Manager, HERE);
    let events = places.ask(&manager, "{ events { nodes { position } } }", Value::Null).await;
    let positions: Vec<&str> = nodes(&events, "events").map(|it| it["position"].as_str().unwrap()).collect();
    assert_eq!(positions, ["1", "3", "5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_outside_is_answered_word_for_word_as_nobody_is() {
    let places = Places::new().await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let manager = subject(Role::Manager, HERE);
    for query in [
        "query($id: ID!) { person(id: $id) { id history { label } } }",
        "query($id: ID!) { accessOfPerson(id: $id) { nodes { actor } } }",
        "query($id: ID) { events(filter: { personId: $id }) { nodes { position } pageInfo { hasNextPage endCursor } } }",
    ] {
        let outside = places.ask(&manager, query, json!({ "id": places.there[0] })).await;
        let unknown = places.ask(&manager, query, json!({ "id": nobody })).await;
        assert_eq!(outside, unknown, "{query}");
    }
    let query = "query($n: String!) { personByCertificate(number: $n) { id } }";
    let outside = places.ask(&manager, query, json!({ "n": certificate(THERE, 0) })).await;
    let unknown = places.ask(&manager, query, json!({ "n": certificate(THERE, 50) })).await;
    assert_eq!(outside, unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_asks_as_oneself_and_is_told_ones_roles() {
    let places = Places::new().await;
    let query = "{ me { actor office roles { role label reads { code } writes { code } } } }";
    let answer = places.ask(&subject(Role::Auditor, HERE), query, Value::Null).await;
    let role = json!({ "role": "AUDITOR", "label": "审计员", "reads": { "code": HERE }, "writes": null });
    let expected = json!({ "actor": format!("auditor-{HERE}"), "office": "office", "roles": [role] });
    assert_eq!(answer["data"]["me"], expected);
}

fn nodes<'a>(answer: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    answer["data"][field]["nodes"].as_array().unwrap().iter()
}
