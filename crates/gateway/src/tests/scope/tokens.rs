//! The same over HTTP with real tokens: nobody comes in without, and a token opens its own region.

use std::net::SocketAddr;

use serde_json::{Value, json};
use sigeyi_domain::access::Role;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};

use super::places::{HERE, Places};
use crate::{RightsFrom, ServeOptions, Visitors, serve, tests::issuing::Issuing};

/// A server of the whole that asks for tokens.
pub(super) struct Asking {
    address: SocketAddr,
    pub(super) places: Places,
    pub(super) issuing: Issuing,
}

/// Status, the challenge if there is one, and the body.
type Answer = (u16, Option<String>, String);

impl Asking {
    async fn start() -> Asking {
        Asking::with_rights(RightsFrom::Token).await
    }

    pub(super) async fn with_rights(rights: RightsFrom) -> Asking {
        let (places, issuing) = (Places::new().await, Issuing::new());
        let options = ServeOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            graphiql: false,
            visitors: Visitors::WithToken(issuing.verifier()),
            rights,
        };
        let (tell, told) = oneshot::channel();
        let engine = places.world.engine.clone();
        tokio::spawn(async move {
            let listening = |address| {
                let _ = tell.send(address);
            };
            serve(engine, options, listening, std::sync::Arc::default(), std::future::pending()).await
        });
        Asking { address: told.await.unwrap(), places, issuing }
    }

    async fn send(&self, method: &str, path: &str, authorization: Option<&str>, body: &str) -> Answer {
        let authorization =
            authorization.map_or_else(String::new, |value| format!("Authorization: {value}\r\n"));
        let content_type = if path.starts_with("/imports") { "x-ndjson" } else { "json" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: sigeyi.example.org\r\nConnection: close\r\n{authorization}\
             Content-Type: application/{content_type}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let challenge = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
            .map(|(_, value)| value.to_owned());
        (status, challenge, body.to_owned())
    }

    pub(super) async fn ask(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let authorization = format!("Bearer {token}");
        let (status, _, body) = self.send("POST", "/graphql", Some(&authorization), &body).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// Without what differs in every answer.
fn without_id(body: &str) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    assert!(json["errors"][0]["extensions"]["requestId"].is_string(), "{body}");
    json["errors"][0]["extensions"]["requestId"] = Value::Null;
    json.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    let asking = Asking::start().await;
    let bad = asking.issuing.bad_authorizations();
    let query = json!({ "query": "{ me { actor } }" }).to_string();
    for (method, path) in [("POST", "/graphql"), ("POST", "/imports?source=import"), ("GET", "/metrics")] {
        let (status, challenge, body) = asking.send(method, path, None, &query).await;
        assert_eq!((status, challenge.as_deref()), (401, Some("Bearer")), "{path}: {body}");
        if path != "/metrics" {
            assert!(body.contains(r#""code":"UNAUTHENTICATED""#), "{body}");
        }
        for (what, authorization) in &bad {
            let answer = asking.send(method, path, Some(authorization), &query).await;
            assert_eq!((answer.0, answer.1.as_deref()), (401, Some("Bearer")), "{path}: {what}");
            assert_eq!(without_id(&answer.2), without_id(&body), "{path}: {what}");
            assert_eq!(answer.2.len(), body.len(), "{path}: {what}");
        }
    }
    assert_eq!(asking.send("GET", "/healthz", None, "").await.0, 200, "a probe has no token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_field_worker_opens_the_own_county_alone() {
    let asking = Asking::start().await;
    let token = asking.issuing.token(Role::FieldWorker, HERE);
    let me = asking.ask(&token, "{ me { actor office roles { reads { code } } } }", Value::Null).await;
    let expected =
        json!({ "actor": "worker-7", "office": "office-1", "roles": [{ "reads": { "code": HERE } }] });
    assert_eq!(me["data"]["me"], expected, "{me}");

    let people = asking.ask(&token, "{ people(first: 50) { nodes { id } } }", Value::Null).await;
    let nodes = people["data"]["people"]["nodes"].as_array().unwrap_or_else(|| panic!("{people}"));
    let mut ids: Vec<_> = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
    let mut here = asking.places.here.clone();
    ids.sort();
    here.sort();
    assert_eq!(ids, here);

    let one = "query($id: ID!) { person(id: $id) { id } }";
    let neighbour = asking.ask(&token, one, json!({ "id": asking.places.here[0] })).await;
    assert_eq!(neighbour["data"]["person"]["id"], asking.places.here[0].as_str(), "{neighbour}");
    let stranger = asking.ask(&token, one, json!({ "id": asking.places.there[0] })).await;
    assert_eq!(stranger["data"]["person"], Value::Null, "{stranger}");
    let (status, _, _) = asking.send("GET", "/metrics", Some(&format!("Bearer {token}")), "").await;
    assert_eq!(status, 403);
}
