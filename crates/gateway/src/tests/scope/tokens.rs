//! The same over HTTP with real tokens: nobody comes in without, and a token opens its own region.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;

use super::places::{HERE, Places};
use crate::tests::asking::Asking;

/// Without what differs in every answer.
fn without_id(body: &str) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    assert!(json["errors"][0]["extensions"]["requestId"].is_string(), "{body}");
    json["errors"][0]["extensions"]["requestId"] = Value::Null;
    json.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    let asking = Asking::start(Places::new().await.world.engine).await;
    let send = async |method: &str, path: &str, authorization: Option<&String>, body: &str| {
        let authorization =
            authorization.map_or_else(String::new, |value| format!("Authorization: {value}\r\n"));
        let content_type = if path.starts_with("/imports") { "x-ndjson" } else { "json" };
        let headers = format!("{authorization}Content-Type: application/{content_type}\r\n");
        let answer = asking.send(method, path, &headers, body).await;
        (answer.status, answer.header("www-authenticate").map(str::to_owned), answer.body)
    };
    let bad = asking.issuing.bad_authorizations();
    let query = json!({ "query": "{ me { actor } }" }).to_string();
    for (method, path) in [
        ("POST", "/graphql"),
        ("POST", "/imports?source=import"),
        ("GET", "/events"),
        ("GET", "/events.ndjson"),
        ("GET", "/metrics"),
    ] {
        let (status, challenge, body) = send(method, path, None, &query).await;
        assert_eq!((status, challenge.as_deref()), (401, Some("Bearer")), "{path}: {body}");
        if path != "/metrics" {
            assert!(body.contains(r#""code":"UNAUTHENTICATED""#), "{body}");
        }
        for (what, authorization) in &bad {
            let answer = send(method, path, Some(authorization), &query).await;
            assert_eq!((answer.0, answer.1.as_deref()), (401, Some("Bearer")), "{path}: {what}");
            assert_eq!(without_id(&answer.2), without_id(&body), "{path}: {what}");
            assert_eq!(answer.2.len(), body.len(), "{path}: {what}");
        }
    }
    assert_eq!(send("GET", "/healthz", None, "").await.0, 200, "a probe has no token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_field_worker_opens_the_own_county_alone() {
    let places = Places::new().await;
    let asking = Asking::start(places.world.engine.clone()).await;
    let token = asking.issuing.token(Role::FieldWorker, HERE);
    let me = asking.ask(&token, "{ me { actor office roles { reads { code } } } }", Value::Null).await;
    let expected =
        json!({ "actor": "worker-7", "office": "office-1", "roles": [{ "reads": { "code": HERE } }] });
    assert_eq!(me["data"]["me"], expected, "{me}");

    let people = asking.ask(&token, "{ people(first: 50) { nodes { id } } }", Value::Null).await;
    let nodes = people["data"]["people"]["nodes"].as_array().unwrap_or_else(|| panic!("{people}"));
    let mut ids: Vec<_> = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
    let mut here = places.here.clone();
    ids.sort();
    here.sort();
    assert_eq!(ids, here);

    let one = "query($id: ID!) { person(id: $id) { id } }";
    let neighbour = asking.ask(&token, one, json!({ "id": places.here[0] })).await;
    assert_eq!(neighbour["data"]["person"]["id"], places.here[0].as_str(), "{neighbour}");
    let stranger = asking.ask(&token, one, json!({ "id": places.there[0] })).await;
    assert_eq!(stranger["data"]["person"], Value::Null, "{stranger}");
    let metrics = asking.send("GET", "/metrics", &format!("Authorization: Bearer {token}\r\n"), "").await;
    assert_eq!(metrics.status, 403);
}
